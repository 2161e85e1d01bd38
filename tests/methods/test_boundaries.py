"""Edges of masks, with numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.methods.boundaries import band_px, boundary_f, edge
from fairmark.methods.masks import Crop


def rectangle(x: int, y: int, width: int, height: int) -> Crop:
    return Crop(x, y, np.ones((height, width), dtype=np.bool_))


RECTANGLES = st.builds(rectangle, st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 9), st.integers(1, 9))


class TestBandPx:
    def test_it_is_a_share_of_the_diagonal_and_a_pixel_at_least(self) -> None:
        # 0.008 of the diagonals 500 and 50.
        assert band_px(300, 400) == pytest.approx(4)
        assert band_px(30, 40) == 1


class TestEdge:
    def test_it_is_what_has_a_side_outside(self) -> None:
        assert edge(np.ones((3, 4), dtype=np.bool_)).tolist() == [[True] * 4, [True, False, False, True], [True] * 4]


class TestBoundaryF:
    def test_a_shift_within_the_band_is_perfect_and_beyond_it_is_counted(self) -> None:
        ours, theirs = rectangle(0, 0, 4, 4), rectangle(1, 0, 4, 4)
        assert boundary_f(ours, theirs, 1) == 1
        # Without a band: each edge has 12 pixels. The upper and lower rows share columns 1 to 3: 6. Of the upright
        # sides each lies inside of the other mask, but for its ends, which are of the rows. 6 of 12 both ways.
        assert boundary_f(ours, theirs, 0) == pytest.approx(0.5)

    def test_a_hole_is_an_edge(self) -> None:
        ring = rectangle(0, 0, 5, 5)
        ring.pixels[2, 2] = False
        # The outer edge, 16 pixels, is in both. The ring's edge has the 4 pixels beside the hole too: 16 of 20, and 16
        # of 16. 2 x 0.8 x 1 / 1.8.
        assert boundary_f(ring, rectangle(0, 0, 5, 5), 0) == pytest.approx(1.6 / 1.8)

    def test_far_apart_is_nothing(self) -> None:
        assert boundary_f(rectangle(0, 0, 2, 2), rectangle(9, 9, 2, 2), 2) == 0

    @given(RECTANGLES, RECTANGLES, st.floats(0, 5))
    def test_it_is_symmetric_grows_with_the_band_and_is_perfect_for_equals(
        self, ours: Crop, theirs: Crop, band: float
    ) -> None:
        found = boundary_f(ours, theirs, band)
        assert found == pytest.approx(boundary_f(theirs, ours, band))
        assert 0 <= found <= boundary_f(ours, theirs, band + 1) <= 1
        assert boundary_f(ours, ours, band) == 1
