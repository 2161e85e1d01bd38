from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.ids import ProjectId, new_id
from fairmark.projects.model import GoldTurns
from fairmark.quality.people.rules import (
    ENOUGH_N,
    HALF_LIFE_DAYS,
    USUAL,
    Check,
    Counts,
    belief,
    by_part,
    by_source,
    by_week,
    counted,
    drift,
    estimate,
    gold_rate,
    usual_of,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PROJECT = ProjectId(new_id())


def check(
    right: float, wrong: float, *, days: float = 0, source: str = "gold", weight: float = 1.0, part: str = "car"
) -> Check:
    return Check(PROJECT, source, 1.0, weight, {part: (right, wrong)}, NOW - timedelta(days=days))


class TestCounted:
    def test_weighs_by_source_sureness_and_age(self) -> None:
        checks = [check(4, 1), check(2, 0, source="consensus", weight=0.8), check(8, 0, days=HALF_LIFE_DAYS)]
        # 4 + 2 x 0.8 x 0.5 + 8 x 0.5 right, 1 wrong.
        assert counted(checks, NOW) == pytest.approx((8.8, 1.0))
        assert counted(checks, None).right == pytest.approx(12.8)
        assert counted(checks, NOW, "bus") == (0.0, 0.0)


class TestEstimate:
    def test_of_nothing_is_what_is_usual_and_wide(self) -> None:
        found = estimate(Counts(0, 0), 0.8)
        assert found.mean == pytest.approx(0.8)
        assert found.high - found.low > 0.5
        assert not found.enough

    def test_narrows_with_what_is_known(self) -> None:
        widths = [e.high - e.low for e in (estimate(Counts(0.9 * n, 0.1 * n), 0.8) for n in (5, 20, 100, 500))]
        assert widths == sorted(widths, reverse=True)
        assert estimate(Counts(ENOUGH_N, 0), 0.8).enough

    @given(st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1))
    def test_lies_within_its_own_interval(self, right: float, wrong: float, usual: float) -> None:
        found = estimate(Counts(right, wrong), usual)
        assert 0 <= found.low <= found.high <= 1
        assert found.low - 0.35 <= found.mean <= found.high + 0.35

    def test_nobody_is_judged_on_a_handful(self) -> None:
        # Three wrong answers of three: still within what could be a good worker.
        assert estimate(Counts(0, 3), 0.8).high > 0.7


class TestUsualOf:
    def test_is_a_guess_until_something_is_known(self) -> None:
        assert usual_of([], NOW) == USUAL
        assert usual_of([check(1000, 0)], NOW) > 0.99


class TestParts:
    def test_lists_classes_and_sources_with_the_best_known_first(self) -> None:
        checks = [check(1, 0), check(9, 1, part="bus"), check(1, 1, source="review", part="bus")]
        classes = by_part(checks, NOW, 0.8, {"bus": "Bus"})
        assert [(each.id, each.name) for each in classes] == [("bus", "Bus"), ("car", "car")]
        assert [each.id for each in by_source(checks, NOW, 0.8)] == ["gold", "review"]

    def test_weeks_begin_on_monday(self) -> None:
        weeks = by_week([check(1, 0), check(1, 0, days=1), check(0, 1, days=8)], 0.8)
        # 2026-03-02 is a Monday, the day before it a Sunday.
        assert [str(week.monday) for week in weeks] == ["2026-02-16", "2026-02-23", "2026-03-02"]


class TestDrift:
    def test_needs_more_than_chance(self) -> None:
        steady = [check(18, 2, days=d) for d in (5, 40, 50)]
        assert drift(steady, NOW, 0.8) is None
        worse = [check(20, 20, days=5), check(57, 3, days=50)]
        found = drift(worse, NOW, 0.8)
        assert found is not None
        assert found < -0.3
        assert drift([check(0, 5, days=5), check(5, 0, days=50)], NOW, 0.8) is None  # a handful


class TestGoldRate:
    def test_falls_from_new_to_known(self) -> None:
        wanted = GoldTurns()
        rates = [gold_rate(Counts(0.9 * n, 0.1 * n), USUAL, wanted) for n in (0, 5, 20, 100, 2000)]
        assert rates[0] == pytest.approx(0.2)
        assert rates == sorted(rates, reverse=True)
        assert rates[-1] == pytest.approx(0.02, abs=0.002)
        assert belief(Counts(0, 0), USUAL).mean == pytest.approx(USUAL)
