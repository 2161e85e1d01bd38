import numpy as np
import pytest

from fairmark.methods.lines import alike, distance, length, likeness, mean_distance, middle, resampled
from fairmark.methods.matching import Floats

LEVEL = np.array([[0, 0], [10, 0]], dtype=np.float64)


def lower(by: float) -> Floats:
    """LEVEL, so much further down."""
    return np.add(LEVEL, [0, by])


class TestResampled:
    def test_goes_in_equal_steps_around_corners(self) -> None:
        bent = np.array([[0, 0], [2, 0], [2, 2]], dtype=np.float64)
        assert resampled(bent, 5).tolist() == [[0, 0], [1, 0], [2, 0], [2, 1], [2, 2]]


class TestDistance:
    def test_is_to_the_nearest_place_of_the_line_or_its_ends(self) -> None:
        points = np.array([[5, 3], [-3, 4], [13, 4]], dtype=np.float64)
        assert distance(points, LEVEL).tolist() == [3, 5, 5]


class TestMeanDistance:
    def test_of_lines_side_by_side(self) -> None:
        assert mean_distance(LEVEL, lower(3)) == pytest.approx(3)

    def test_counts_what_only_one_has(self) -> None:
        # All of the short one lies on the long one; of the long one the second half is 0 to 10 away: 5 / 2 on average.
        long = np.array([[0, 0], [20, 0]], dtype=np.float64)
        assert mean_distance(LEVEL, long) == pytest.approx((0 + 2.5) / 2, rel=0.02)


class TestLikeness:
    def test_halves_for_each_two_pixels_of_a_short_line(self) -> None:
        assert [likeness(LEVEL, lower(off)) for off in (0, 2, 4)] == pytest.approx([1, 0.5, 0.25])


class TestAlike:
    def test_finds_level_lines_though_they_have_no_height(self) -> None:
        found = alike([LEVEL], [lower(1), lower(90)], 0.5)
        assert (found.left.tolist(), found.right.tolist()) == ([0], [0])


class TestMiddle:
    def test_is_between_lines_that_run_against_each_other(self) -> None:
        assert middle([LEVEL, lower(2)[::-1]], [1, 1]).tolist() == [[0, 1], [10, 1]]

    def test_weighs(self) -> None:
        assert middle([LEVEL, lower(4)], [1, 3]).tolist() == [[0, 3], [10, 3]]
        assert length(middle([LEVEL, LEVEL], [0, 0])) == 10
