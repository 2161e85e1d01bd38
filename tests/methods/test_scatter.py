import numpy as np
import pytest

from fairmark.methods.matching import Floats
from fairmark.methods.scatter import alike, likeness, middle, near_px, pairs


def places(*points: tuple[float, float]) -> Floats:
    return np.array(points, dtype=np.float64)


class TestNearPx:
    def test_grows_with_the_extent(self) -> None:
        assert near_px(places((0, 0)), places((1, 1))) == 5
        # 2 % of a diagonal of 500.
        assert near_px(places((0, 0)), places((300, 400))) == 10


class TestPairs:
    def test_have_the_greatest_sum(self) -> None:
        # The first is near to both; the second only to the first of them.
        left, right, value = pairs(places((0, 0), (4, 0)), places((0, 0), (-4, 0)))
        assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (1, 0)]
        assert value.tolist() == pytest.approx([0.5 ** (16 / 25)] * 2)


class TestLikeness:
    def test_of_a_point_that_is_off(self) -> None:
        # One pair counts 1, the other a half, twice over four points.
        assert likeness(places((0, 0), (50, 0)), places((0, 0), (50, 5))) == pytest.approx(0.75)


class TestAlike:
    def test_passes_over_what_is_far(self) -> None:
        found = alike([places((0, 0))], [places((500, 0)), places((1, 0))], 0.5)
        assert found.right.tolist() == [1]


class TestMiddle:
    def test_leaves_out_what_one_of_three_has(self) -> None:
        sets = [places((0, 0), (99, 0)), places((2, 0)), places((1, 1))]
        assert middle(sets, [1, 1, 1], 0) == [(1, 0)]
