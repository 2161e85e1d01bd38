import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.methods.matching import Floats
from fairmark.methods.regions import (
    covered,
    majority,
    medoid,
    nested,
    overlapping,
    region_area,
    region_iou,
    ring_area,
    shared_area,
)


def square(x: float, y: float, side: float, other: float | None = None) -> Floats:
    across, down = side, side if other is None else other
    return np.array([[x, y], [x + across, y], [x + across, y + down], [x, y + down]], dtype=np.float64)


@st.composite
def stars(draw: st.DrawFn) -> Floats:
    """Outlines around (100, 100), as a hand draws them: hundredths of pixels, corners at growing angles."""
    count = draw(st.integers(3, 24))
    reach = [draw(st.floats(20, 60)) for _ in range(count)]
    turn = draw(st.floats(0, 1))
    angles = [2 * math.pi * (n + turn) / count for n in range(count)]
    points = [(100 + r * math.cos(a), 100 + r * math.sin(a)) for r, a in zip(reach, angles, strict=True)]
    return np.array(points).round(2)


GRID = np.stack(np.meshgrid(np.arange(30, 170, 1.3), np.arange(30, 170, 1.3)), axis=-1).reshape(-1, 2)


class TestRingArea:
    def test_is_signed(self) -> None:
        # Half of 4 x 3.
        ring = np.array([[0, 0], [4, 0], [4, 3]], dtype=np.float64)
        assert ring_area(ring) == 6
        assert ring_area(ring[::-1]) == -6

    def test_keeps_its_digits_far_from_the_origin(self) -> None:
        assert ring_area(square(1e6, 1e6, 0.01)) == pytest.approx(1e-4, rel=1e-4)


class TestRegionArea:
    def test_holes_count_against_and_what_is_in_them_for(self) -> None:
        # 100 - 36 + 4, whichever way each ring turns.
        assert region_area([square(0, 0, 10), square(2, 2, 6)[::-1], square(4, 4, 2)]) == 68

    def test_parts_add_up_and_a_hole_may_touch_the_outline(self) -> None:
        hole = np.array([[0, 0], [3, 1], [1, 3]], dtype=np.float64)
        # 100 - |3 * 3 - 1 * 1| / 2 + 25.
        assert region_area([square(0, 0, 10), hole, square(20, 0, 5)]) == 121


class TestSharedArea:
    def test_of_squares(self) -> None:
        # x from 2 to 4, y from 1 to 4.
        assert shared_area([square(0, 0, 4)], [square(2, 1, 4)]) == pytest.approx(6)

    def test_of_a_ring_and_what_covers_its_hole(self) -> None:
        # The second covers the hole of 6 x 6 and 1 pixel around it: 64 - 36.
        assert shared_area([square(0, 0, 10), square(2, 2, 6)], [square(1, 1, 8)]) == pytest.approx(28)

    def test_of_slanted_edges(self) -> None:
        # Two triangles over one base, leaning apart: their common part has its top at (5, 5): 10 * 5 / 2.
        left = np.array([[0, 0], [10, 0], [0, 10]], dtype=np.float64)
        right = np.array([[0, 0], [10, 0], [10, 10]], dtype=np.float64)
        assert shared_area([left], [right]) == pytest.approx(25)

    def test_of_what_only_touches_is_nothing(self) -> None:
        assert shared_area([square(0, 0, 4)], [square(4, 0, 4)]) == 0
        assert shared_area([square(0, 0, 4)], [square(9, 9, 4)]) == 0

    @given(stars(), stars())
    def test_is_what_counting_points_says(self, ours: Floats, theirs: Floats) -> None:
        both = covered(GRID, [ours]) & covered(GRID, [theirs])
        # Each grid point stands for 1.69 square pixels; only those of the border, some 400 px long, can be wrong.
        assert shared_area([ours], [theirs]) == pytest.approx(float(both.sum()) * 1.69, abs=300)
        assert shared_area([ours], [theirs]) == pytest.approx(shared_area([theirs], [ours]))
        assert shared_area([ours], [ours]) == pytest.approx(region_area([ours]))


class TestRegionIou:
    def test_of_a_half(self) -> None:
        assert region_iou([square(0, 0, 10)], [square(0, 0, 10, 5)]) == pytest.approx(0.5)
        assert region_iou([square(0, 0, 10)], [square(50, 0, 10)]) == 0


class TestOverlapping:
    def test_finds_what_overlaps_enough(self) -> None:
        ours = [[square(0, 0, 10)], [square(100, 0, 10)]]
        theirs = [[square(0, 0, 10, 5)], [square(0, 0, 10, 4)], [square(100, 0, 10)]]
        found = overlapping(ours, theirs, 0.5)
        assert (found.left.tolist(), found.right.tolist()) == ([0, 1], [0, 2])
        assert found.similarity.tolist() == [pytest.approx(0.5), pytest.approx(1)]

    def test_knows_nothing_of_nothing(self) -> None:
        assert len(overlapping([], [[square(0, 0, 1)]], 0.5).left) == 0


class TestMajority:
    def test_of_shifted_squares(self) -> None:
        # Two of three cover x from 2 to 12.
        rings = majority([[square(x, 0, 10)] for x in (0, 2, 4)], [1, 1, 1])
        assert rings is not None
        assert [sorted(ring.tolist()) for ring in rings] == [[[2, 0], [2, 10], [12, 0], [12, 10]]]
        assert ring_area(rings[0]) > 0

    def test_weighs(self) -> None:
        rings = majority([[square(x, 0, 10)] for x in (0, 2, 4)], [1, 1, 3])
        assert rings is not None
        assert [sorted(ring.tolist()) for ring in rings] == [[[4, 0], [4, 10], [14, 0], [14, 10]]]

    def test_keeps_holes_and_parts(self) -> None:
        ringed = [square(0, 0, 20), square(5, 5, 10), square(40, 0, 10)]
        rings = majority([ringed, ringed, [square(0, 0, 20)]], [1, 1, 1])
        assert rings is not None
        assert sorted(ring_area(ring) for ring in rings) == [-100, 100, 400]

    def test_gives_up_on_too_many_edges(self) -> None:
        ring = np.stack([np.cos(np.linspace(0, 6, 2001)), np.sin(np.linspace(0, 6, 2001))], axis=1) * 100
        assert majority([[ring], [ring]], [1, 1]) is None

    @given(st.lists(stars(), min_size=3, max_size=4))
    def test_covers_what_half_cover(self, outlines: list[Floats]) -> None:
        rings = majority([[outline] for outline in outlines], [1.0] * len(outlines))
        votes = np.sum([covered(GRID, [outline]) for outline in outlines], axis=0)
        if rings is not None:
            wrong = covered(GRID, rings) != (votes * 2 >= len(outlines))
            # Points of the grid are never so near to a border but by accident.
            assert int(wrong.sum()) <= 2


class TestNested:
    def test_puts_holes_into_their_parts_and_parts_into_holes_apart(self) -> None:
        rings = [square(4, 4, 2), square(0, 0, 10), square(50, 0, 8), square(2, 2, 6), square(52, 2, 2)]
        parts = nested(rings)
        assert [[abs(ring_area(ring)) for ring in part] for part in parts] == [[100, 36], [64, 4], [4]]


class TestMedoid:
    def test_is_the_one_most_like_the_others(self) -> None:
        # Sums of likeness to the others: 0.8 + 0.2, 0.8 + 0.5, 0.2 + 0.5.
        table = [[1, 0.8, 0.2], [0.8, 1, 0.5], [0.2, 0.5, 1]]
        assert medoid(table, [1, 1, 1]) == 1
        # With weights 1, 1, 9: 0.8 + 1.8, 0.8 + 4.5, 0.2 + 0.5.
        assert medoid(table, [1, 1, 9]) == 1

    def test_of_two_is_the_heavier_then_the_earlier(self) -> None:
        assert medoid([[1, 0.5], [0.5, 1]], [1, 1]) == 0
