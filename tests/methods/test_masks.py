from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.methods.masks import (
    Crop,
    Pixels,
    alike,
    around,
    iou,
    on_window,
    pixels_of,
    rasterised,
    runs_of,
    shared,
    trimmed,
    union,
    vote,
)
from fairmark.methods.regions import region_area


@st.composite
def pixels(draw: st.DrawFn, side: int = 9) -> Pixels:
    width, height = draw(st.integers(1, side)), draw(st.integers(1, side))
    flat = draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    return np.array(flat, dtype=np.bool_).reshape(height, width)


@st.composite
def crops(draw: st.DrawFn) -> Crop:
    return Crop(draw(st.integers(0, 6)), draw(st.integers(0, 6)), draw(pixels()))


def on_image(crop: Crop) -> Pixels:
    return on_window(crop, 0, 0, 16, 16)


def block(x: int, y: int, width: int, height: int) -> Crop:
    return Crop(x, y, np.ones((height, width), dtype=np.bool_))


class TestRunsOf:
    def test_begins_with_off_and_goes_on_in_the_next_row(self) -> None:
        assert runs_of(np.array([[1, 0], [1, 1]], dtype=np.bool_)) == [0, 1, 1, 2]
        assert runs_of(np.array([[0, 1], [1, 0]], dtype=np.bool_)) == [1, 2, 1]

    @given(pixels())
    def test_is_undone_by_pixels_of(self, some: Pixels) -> None:
        runs = runs_of(some)
        assert sum(runs) == some.size
        assert all(runs[1:])
        assert (pixels_of(runs, some.shape[1], some.shape[0]) == some).all()


class TestPixelsOf:
    def test_of_one_run_is_all_off(self) -> None:
        assert not pixels_of([6], 3, 2).any()


class TestTrimmed:
    @given(crops())
    def test_keeps_what_is_on_and_its_place(self, crop: Crop) -> None:
        cut = trimmed(crop)
        if cut is None:
            assert crop.area == 0
            return
        assert (on_image(cut) == on_image(crop)).all()
        assert all(edge.any() for edge in (cut.pixels[0], cut.pixels[-1], cut.pixels[:, 0], cut.pixels[:, -1]))


class TestOnWindow:
    def test_of_a_far_crop_is_empty(self) -> None:
        assert not on_window(block(20, 20, 2, 2), 0, 0, 5, 5).any()


class TestAround:
    def test_is_the_box_around_all(self) -> None:
        # From 1 to 4 + 3 across, from 2 to 2 + 5 down.
        assert around([block(1, 2, 2, 5), block(4, 3, 3, 1)]) == (1, 2, 6, 5)


class TestShared:
    @given(crops(), crops())
    def test_counts_as_whole_images_do(self, one: Crop, other: Crop) -> None:
        ours, theirs = on_image(one), on_image(other)
        assert shared(one, other) == np.count_nonzero(ours & theirs)
        assert union(one, other) == np.count_nonzero(ours | theirs)


class TestUnion:
    def test_of_what_lies_apart_is_both(self) -> None:
        assert union(block(0, 0, 2, 2), block(5, 5, 3, 1)) == 4 + 3


class TestIou:
    def test_is_the_shared_part(self) -> None:
        # 2 x 4 of 16 + 16 - 8 = 24.
        assert iou(block(0, 0, 4, 4), block(2, 0, 4, 4)) == pytest.approx(1 / 3)

    def test_of_nothing_is_none(self) -> None:
        empty = Crop(0, 0, np.zeros((2, 2), dtype=np.bool_))
        assert iou(empty, empty) == 0


class TestAlike:
    def test_finds_what_overlaps_enough(self) -> None:
        found = alike([block(0, 0, 4, 4)], [block(2, 0, 4, 4), block(1, 0, 4, 4), block(30, 30, 1, 1)], 0.5)
        # 3 x 4 of 16 + 16 - 12 = 20.
        assert (found.right.tolist(), found.similarity.tolist()) == ([1], [pytest.approx(0.6)])

    def test_of_nothing_is_nothing(self) -> None:
        assert len(alike([], [block(0, 0, 1, 1)], 0.5).left) == 0


class TestVote:
    def test_keeps_what_half_cover(self) -> None:
        made = vote([block(0, 0, 4, 1), block(1, 0, 4, 1), block(2, 0, 4, 1)], [1, 1, 1])
        # Columns 1 to 4 are covered by two or three.
        assert made is not None
        assert (made.x, made.pixels.tolist()) == (1, [[True] * 4])

    def test_weights_count(self) -> None:
        made = vote([block(0, 0, 2, 1), block(4, 0, 2, 1), block(4, 0, 2, 1)], [5, 1, 1])
        assert made is not None
        assert made.x == 0

    def test_of_what_lies_apart_is_nothing(self) -> None:
        assert vote([block(0, 0, 1, 1), block(4, 0, 1, 1), block(8, 0, 1, 1)], [1, 1, 1]) is None


class TestRasterised:
    def test_a_square_has_its_area_in_pixels(self) -> None:
        made = rasterised([[(5, 5), (10, 5), (10, 10), (5, 10)]], 20, 20)
        assert made is not None
        assert (made.x, made.y, made.width, made.height, made.area) == (5, 5, 5, 5, 25)

    def test_a_hole_is_left_out(self) -> None:
        outer, hole = [(0, 0), (6, 0), (6, 6), (0, 6)], [(2, 2), (4, 2), (4, 4), (2, 4)]
        made = rasterised([outer, hole], 20, 20)
        assert made is not None
        assert made.area == 36 - 4

    def test_what_reaches_out_is_cut_at_the_border(self) -> None:
        made = rasterised([[(-3, -3), (2, -3), (2, 30), (-3, 30)]], 20, 20)
        assert made is not None
        assert (made.x, made.y, made.width, made.height, made.area) == (0, 0, 2, 20, 40)

    @pytest.mark.parametrize("ring", [[(3.6, 3.6), (4.4, 3.6), (4, 4.4)], [(1, 1), (5, 1), (3, 1)], []])
    def test_what_holds_no_centre_is_nothing(self, ring: list[Any]) -> None:
        assert rasterised([ring], 20, 20) is None

    def test_an_edge_crosses_the_same_pixels_whichever_way_it_is_walked(self) -> None:
        # From (4/3, 0) to (8/3, 12), at the height 1.5 of a row's centre, is x = 4/3 + 1.5/9 = 1.5, a pixel's centre,
        # give or take the last bit: the way up and the way down disagreed, and neither neighbour had the pixel.
        a, b = (4 / 3, 0), (4 * (1 - 1 / 3), 12)
        left = rasterised([[(0, 0), a, b, (0, 12)]], 4, 12)
        turned = rasterised([[(0, 12), b, a, (0, 0)]], 4, 12)
        right = rasterised([[a, (4, 0), (4, 12), b]], 4, 12)
        assert left is not None
        assert turned is not None
        assert right is not None
        assert np.array_equal(left.pixels, turned.pixels)
        assert left.area + right.area == 4 * 12

    @given(st.integers(1, 30), st.floats(0.1, 0.9))
    def test_neighbours_share_no_pixel_and_leave_none_out(self, across: int, lean: float) -> None:
        a, b = (across * lean, 0), (across * (1 - lean), 12)
        left = rasterised([[(0, 0), a, b, (0, 12)]], 40, 12)
        right = rasterised([[a, (across, 0), (across, 12), b]], 40, 12)
        areas = sum(each.area for each in (left, right) if each is not None)
        assert areas == across * 12
        if left is not None and right is not None:
            assert shared(left, right) == 0

    @given(st.lists(st.integers(20, 90), min_size=8, max_size=24))
    def test_its_area_is_that_of_the_outline_but_for_the_border(self, reach: list[int]) -> None:
        turns = np.linspace(0, 2 * np.pi, len(reach), endpoint=False)
        ring = np.stack([100 + np.cos(turns) * reach, 100 + np.sin(turns) * reach], axis=1)
        made = rasterised([ring], 200, 200)
        assert made is not None
        border = float(np.hypot(*(ring - np.roll(ring, -1, axis=0)).T).sum())
        # Only pixels that the outline passes through can count wrongly, each by half of itself at most, and a line
        # passes through no more than twice its length of them, and one at either end.
        assert abs(made.area - region_area([ring])) <= border + len(reach)
