import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.errors import Invalid
from fairmark.methods.median import weighted_low_median, weighted_median

VALUES = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=9)


class TestWeightedMedian:
    @pytest.mark.parametrize(
        ("values", "weights", "median"),
        [
            ([1, 2, 9], None, 2),
            ([1, 2, 3, 9], None, 2.5),
            ([1, 2, 9], [1, 1, 3], 9),
            ([1, 2, 9], [1, 1, 2], 5.5),  # half of the weight on 1 and 2, half on 9
            ([5, 7], [1, 0], 5),
            ([1, 5, 9], [1, 0, 1], 5),  # between 1 and 9; a vote without weight does not count
            ([4], None, 4),
        ],
    )
    def test_worked_examples(self, values: list[float], weights: list[float] | None, median: float) -> None:
        assert weighted_median(values, weights) == pytest.approx(median)

    @given(VALUES)
    def test_is_the_plain_median_without_weights(self, values: list[float]) -> None:
        assert weighted_median(values) == statistics.median(values)

    @given(VALUES, st.data())
    def test_a_whole_weight_is_that_many_votes(self, values: list[float], data: st.DataObject) -> None:
        weights = data.draw(st.lists(st.integers(1, 4), min_size=len(values), max_size=len(values)))
        votes = [value for value, weight in zip(values, weights, strict=True) for _ in range(weight)]
        assert weighted_median(values, [float(weight) for weight in weights]) == statistics.median(votes)

    def test_refuses_nothing(self) -> None:
        with pytest.raises(Invalid):
            weighted_median([], [])


class TestWeightedLowMedian:
    @given(VALUES)
    def test_is_always_a_given_value(self, values: list[float]) -> None:
        assert weighted_low_median(values) == statistics.median_low(values)
