"""Polygons with holes as one outline."""

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.image.marks.places import encloses
from fairmark.scale_api.types.rings import Point, one_outline

SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
HOLE = [(2.0, 4.0), (4.0, 4.0), (4.0, 6.0), (2.0, 6.0)]


def area(ring: list[Point]) -> float:
    """Signed area of a ring."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs) / 2


def regular(x: float, y: float, radius: float, corners: int, turned: float, backward: bool) -> list[Point]:
    """A regular polygon."""
    angles = [turned + 2 * math.pi * n / corners for n in range(corners)]
    ring = [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]
    return ring[::-1] if backward else ring


class TestOneOutline:
    def test_a_ring_without_holes_is_itself(self) -> None:
        assert one_outline([SQUARE]) == SQUARE

    def test_a_cut_leads_to_the_right_from_the_rightmost_corner_of_a_hole(self) -> None:
        # The rightmost corner, the lower one of two, is (4, 6); the edge met is that from (10, 0) to (10, 10).
        at = (10.0, 6.0)
        hole = [(4.0, 6.0), (4.0, 4.0), (2.0, 4.0), (2.0, 6.0), (4.0, 6.0)]
        assert one_outline([SQUARE, HOLE]) == [(0, 0), (10, 0), at, *hole, at, (10, 10), (0, 10)]

    def test_a_hole_behind_a_hole_is_cut_to_that_one(self) -> None:
        right = [(x + 4, y) for x, y in HOLE]
        ring = one_outline([SQUARE, HOLE, right])
        assert area(ring) == 100 - 4 - 4
        assert (6.0, 6.0) in ring

    @given(st.data())
    def test_the_area_is_that_of_the_polygon_with_holes(self, data: st.DataObject) -> None:
        corners = st.integers(3, 9)
        turned = st.floats(0, 6)
        cells = data.draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), unique=True, max_size=6))
        outer = [(-1.0, -1.0), (51.0, -1.0), (51.0, 51.0), (-1.0, 51.0)]
        if data.draw(st.booleans()):
            outer.reverse()
        holes = [
            regular(
                10 * x + 5, 10 * y + 5, data.draw(st.floats(0.5, 4.9)), data.draw(corners), data.draw(turned),
                data.draw(st.booleans()),
            )
            for x, y in cells
        ]  # fmt: skip
        ring = one_outline([outer, *holes])
        left = abs(area(outer)) - sum(abs(area(hole)) for hole in holes)
        assert math.isclose(abs(area(ring)), left, rel_tol=1e-9)
        # What the ring goes round is the polygon itself, not just something as large: the corners of the cells lie
        # inside, and of their middles those in which there is no hole.
        for x, y in itertools.product(range(5), range(5)):
            assert encloses(ring, (10.0 * x, 10.0 * y))
            assert encloses(ring, (10 * x + 5, 10 * y + 5.0371)) == ((x, y) not in cells)
        assert set(ring) >= {point for each in (outer, *holes) for point in each}
