import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.methods.agreement import alpha_of_counts
from fairmark.methods.distance_alpha import distance_alpha

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


class TestDistanceAlpha:
    def test_worked_out(self) -> None:
        found = distance_alpha(np.array([0.1, 0.3]), np.array([2.0, 2.0]), np.array([0.8, 1.0]))
        assert found == pytest.approx(1 - 0.2 / 0.9)

    def test_with_all_pairs_of_plain_values_it_is_nearly_nominal_alpha(self) -> None:
        # Two people, 60 units of three values; all pairs across units, whose expectation lacks only those within.
        rng = np.random.default_rng(0)
        first = rng.integers(0, 3, 60)
        second = np.where(rng.random(60) < 0.8, first, rng.integers(0, 3, 60))
        counts = np.zeros((60, 3))
        np.add.at(counts, (np.arange(60), first), 1)
        np.add.at(counts, (np.arange(60), second), 1)
        said = np.stack([first, second], axis=1)
        apart = (said[:, None, :, None] != said[None, :, None, :]).astype(float)
        between = apart[~np.eye(60, dtype=bool)].ravel()
        found = distance_alpha((first != second).astype(float), np.full(60, 2.0), between)
        assert found == pytest.approx(alpha_of_counts(counts), abs=0.01)

    @given(SHARES, SHARES)
    def test_is_at_most_one_and_zero_where_units_are_no_more_alike_than_others(
        self, within: list[float], between: list[float]
    ) -> None:
        apart, other = np.array(within), np.array(between)
        found = distance_alpha(apart, np.ones(len(apart)), other)
        assert np.isnan(found) or found <= 1
        if other.mean() > 0:
            same = distance_alpha(np.full(3, other.mean()), np.array([1.0, 2.0, 3.0]), other)
            assert same == pytest.approx(0, abs=1e-9)

    def test_nothing_is_no_figure(self) -> None:
        some, none = np.array([0.5]), np.array([])
        assert np.isnan(distance_alpha(none, none, some))
        assert np.isnan(distance_alpha(some, some, none))
        assert np.isnan(distance_alpha(some, some, np.zeros(3)))
        assert distance_alpha(np.zeros(2), np.ones(2), np.zeros(3)) == 1.0
