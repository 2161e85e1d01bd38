import pytest

from fairmark.quality.reports.planning import Assumed, adaptive_point, cost, majority_right, plan

ASSUMED = Assumed(0.8, 7, 1000, 20_000, "USD")


class TestMajorityRight:
    def test_one_person_is_right_as_often_as_assumed(self) -> None:
        assert majority_right(1, 0.8) == pytest.approx(0.8)

    def test_a_tie_is_a_coin(self) -> None:
        # Of two, the pairs that differ are right half of the time: as good as one alone.
        assert majority_right(2, 0.8) == pytest.approx(0.8)

    def test_more_people_help_less_than_if_they_were_independent(self) -> None:
        # Three independent ones of 0.8: 0.8^3 + 3 x 0.8^2 x 0.2 = 0.896.
        assert 0.8 < majority_right(3, 0.8) < 0.896
        assert majority_right(3, 0.8) < majority_right(5, 0.8) < majority_right(7, 0.8)


class TestAdaptivePoint:
    def test_asks_fewer_for_as_much(self) -> None:
        point = adaptive_point(ASSUMED._replace(labels_max=15), 0.75)
        assert point.accuracy.value is not None
        fixed = next(n for n in range(1, 16) if majority_right(n, 0.8) >= point.accuracy.value - 0.005)
        assert point.labels < fixed

    def test_a_target_out_of_reach_asks_everybody(self) -> None:
        point = adaptive_point(ASSUMED, 0.9999)
        assert point.labels == pytest.approx(7)
        assert point.unsure == pytest.approx(1)
        assert point.accuracy.value == pytest.approx(majority_right(7, 0.8))


class TestCost:
    def test_is_rounded_up(self) -> None:
        assert cost(2.5, 1000, 20_000) == 50_000_000
        assert cost(1.0001, 1, 10) == 11
        assert cost(3, 10, None) is None


class TestPlan:
    def test_names_what_it_assumes_and_what_it_advises(self) -> None:
        found = plan(ASSUMED)
        assert (found.basis, found.against) == ("assumed", "assumptions")
        assert [point.labels for point in found.points if not point.adaptive] == [1, 2, 3, 4, 5, 6, 7]
        assert found.points[2].cost_micros == 60_000_000
        assert any("80%" in each for each in found.assumptions)
        assert "labels a task" in found.advice
