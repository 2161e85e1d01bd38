"""Masks: what a sound one is, and what several people's make together."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.methods.masks import Pixels
from fairmark.modalities.image.marks.mask import MASK, RUNS_MAX, area_of, decode, encode, parts, spans
from fairmark.modalities.model import MediaSize
from fairmark.ontology.model import Mark

IMAGE = MediaSize(640, 480)


def mark(x: int, y: int, width: int, height: int) -> Mark:
    return Mark("m", "mask", "shape", {"x": x, "y": y, "width": width, "height": height, "runs": [0, width * height]})


def problem(geometry: dict[str, Any], media: MediaSize = IMAGE, side_min_px: float = 1.0) -> str | None:
    found = MASK.problem(MASK.read(geometry), media, side_min_px)
    return found and found.code


@st.composite
def pictures(draw: st.DrawFn) -> Pixels:
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    flat = draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    return np.array(flat, dtype=np.bool_).reshape(height, width)


class TestProblem:
    @given(pictures(), st.integers(0, 5), st.integers(0, 5))
    def test_what_is_encoded_is_sound(self, picture: Pixels, x: int, y: int) -> None:
        geometry = encode(picture, x, y)
        if geometry is not None:
            assert problem(geometry) is None

    @given(pictures())
    def test_a_box_is_tight_if_all_of_its_borders_are_met(self, picture: Pixels) -> None:
        tight = encode(picture)
        height, width = picture.shape
        runs = [0]
        for pixel in picture.ravel().tolist():
            if pixel != (len(runs) % 2 == 0):
                runs.append(0)
            runs[-1] += 1
        found = problem({"x": 0, "y": 0, "width": width, "height": height, "runs": runs})
        is_tight = tight is not None and (tight["width"], tight["height"]) == (width, height)
        assert found == (None if is_tight else "empty" if tight is None else "not_tight")

    def test_there_is_a_greatest_number_of_runs(self) -> None:
        # Every other pixel of a row, and a further row that is on.
        wide = RUNS_MAX // 2 + 1
        runs = [0, *[1, 1] * (wide - 1), 1 + 2 * wide - 1]
        geometry = {"x": 0, "y": 0, "width": 2 * wide - 1, "height": 2, "runs": runs}
        assert problem(geometry, MediaSize(4 * wide, 10)) == "too_many_runs"

    def test_the_least_side_can_be_chosen(self) -> None:
        assert problem(mark(0, 0, 3, 3).geometry, side_min_px=3.0) is None
        assert problem(mark(0, 0, 4, 2).geometry, side_min_px=3.0) == "too_small"


class TestAreaOf:
    def test_counts_what_is_on(self) -> None:
        assert area_of(MASK.read({"x": 0, "y": 0, "width": 3, "height": 3, "runs": [1, 4, 1, 2, 1]})) == 6


class TestEncode:
    def test_cuts_the_box(self) -> None:
        picture = np.zeros((4, 5), dtype=np.bool_)
        picture[1:3, 2] = True
        assert encode(picture, 10, 20) == {"x": 12, "y": 21, "width": 1, "height": 2, "runs": [0, 2]}

    def test_of_nothing_is_nothing(self) -> None:
        assert encode(np.zeros((2, 2), dtype=np.bool_)) is None

    def test_a_last_run_that_is_off_is_written(self) -> None:
        geometry = encode(np.array([[1, 1], [1, 0]], dtype=np.bool_))
        assert geometry is not None
        assert geometry["runs"] == [0, 3, 1]


class TestDecode:
    @given(pictures(), st.integers(0, 5), st.integers(0, 5))
    def test_undoes_encode(self, picture: Pixels, x: int, y: int) -> None:
        geometry = encode(picture, x, y)
        if geometry is None:
            return
        crop = decode(MASK.read(geometry))
        image = np.zeros((20, 20), dtype=np.bool_)
        image[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width] = crop.pixels
        assert (image[y : y + picture.shape[0], x : x + picture.shape[1]] == picture).all()
        assert np.count_nonzero(image) == np.count_nonzero(picture) == area_of(MASK.read(geometry))


class TestSpans:
    def test_are_the_rows(self) -> None:
        assert spans(MASK.read(mark(5, 6, 2, 2).geometry)) == [(6, 5, 7), (7, 5, 7)]


class TestParts:
    def test_are_outlines_along_pixels(self) -> None:
        assert parts(MASK.read(mark(5, 6, 2, 2).geometry)) == [[[(5, 6), (7, 6), (7, 8), (5, 8)]]]


class TestBounds:
    def test_are_the_box(self) -> None:
        assert MASK.bounds is not None
        assert MASK.bounds(MASK.read(mark(5, 6, 2, 3).geometry)) == (5, 6, 2, 3)


class TestCandidates:
    def test_finds_what_overlaps_enough(self) -> None:
        found = MASK.candidates([mark(0, 0, 10, 10)], [mark(0, 0, 10, 5), mark(0, 0, 10, 4)], 0.5)
        assert (found.right.tolist(), found.similarity.tolist()) == ([0], [pytest.approx(0.5)])


class TestMerged:
    def test_keeps_what_half_cover(self) -> None:
        made = MASK.merged([mark(x, 0, 10, 10) for x in (0, 2, 4)], [1, 1, 1])
        assert made == mark(2, 0, 10, 10).geometry

    def test_keeps_what_most_say(self) -> None:
        assert (
            MASK.merged([mark(1, 0, 3, 3), mark(1, 0, 3, 3), mark(2, 0, 3, 3)], [1, 1, 1]) == mark(1, 0, 3, 3).geometry
        )

    def test_of_two_is_the_heavier(self) -> None:
        one, two = mark(0, 0, 10, 10), mark(2, 0, 10, 10)
        assert MASK.merged([one, two], [1, 1]) == one.geometry
        assert MASK.merged([one, two], [1, 2]) == two.geometry

    def test_where_nothing_is_left_is_the_middle_one(self) -> None:
        # The second overlaps both others, and no pixel is covered by two of the three with half of the weight.
        marks = [mark(0, 0, 4, 1), mark(3, 0, 4, 1), mark(6, 0, 4, 1)]
        assert MASK.merged(marks, [1, 1.4, 1]) == {"x": 3, "y": 0, "width": 4, "height": 1, "runs": [0, 1, 2, 1]}
        assert (
            MASK.merged([mark(0, 0, 2, 1), mark(4, 0, 2, 1), mark(8, 0, 2, 1)], [1, 1.5, 1])
            == mark(4, 0, 2, 1).geometry
        )
