"""Spans, pieces and outlines, against what is seen in whole arrays."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from fairmark.methods.masks import Pixels, rasterised
from fairmark.modalities.image.marks.mask import MASK, encode
from fairmark.modalities.image.marks.places import ring_area
from fairmark.modalities.image.marks.polygon import POLYGON
from fairmark.modalities.image.marks.spans import Span, outlines, pieces, spans_of
from fairmark.modalities.model import MediaSize

IMAGE = MediaSize(40, 40)


@st.composite
def pictures(draw: st.DrawFn) -> Pixels:
    width, height = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    flat = draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    return np.array(flat, dtype=np.bool_).reshape(height, width)


def spans(picture: Pixels, x: int = 3, y: int = 5) -> list[Span]:
    geometry = encode(picture, x, y)
    if geometry is None:
        return []
    mask = MASK.read(geometry)
    return list(spans_of(mask.runs, mask.x, mask.y, mask.width))


class TestSpansOf:
    def test_a_run_that_goes_on_is_a_span_in_each_row(self) -> None:
        # Of three columns: one off, then six on.
        found = list(spans_of([1, 6, 2], 10, 20, 3))
        assert found == [Span(20, 11, 13), Span(21, 10, 13), Span(22, 10, 11)]


class TestPieces:
    @given(pictures())
    def test_are_the_connected_ones(self, picture: Pixels) -> None:
        labels = np.zeros(picture.shape, dtype=np.int64)
        count = ndimage.label(picture, output=labels)
        found = spans(picture)
        numbers = pieces(found)
        assert len(set(numbers)) == count
        told = {
            (int(labels[span.row - 5, span.start - 3]), number) for span, number in zip(found, numbers, strict=True)
        }
        assert len(told) == count

    def test_what_touches_at_a_corner_is_apart(self) -> None:
        assert pieces(spans(np.eye(3, dtype=np.bool_))) == [0, 1, 2]


class TestOutlines:
    def test_of_a_square_is_a_square(self) -> None:
        assert outlines(spans(np.ones((2, 3), dtype=np.bool_))) == [[[(3, 5), (6, 5), (6, 7), (3, 7)]]]

    def test_a_hole_follows_its_outer_ring(self) -> None:
        picture = np.ones((3, 3), dtype=np.bool_)
        picture[1, 1] = False
        ((outer, hole),) = outlines(spans(picture))
        assert ring_area(outer) == 9
        assert ring_area(hole) == -1
        assert sorted(hole) == [(4, 6), (4, 7), (5, 6), (5, 7)]

    def test_what_touches_at_a_corner_has_two_outlines(self) -> None:
        assert [len(part) for part in outlines(spans(np.eye(2, dtype=np.bool_)))] == [1, 1]

    @given(pictures())
    def test_are_sound_polygons_of_the_same_pixels(self, picture: Pixels) -> None:
        parts = outlines(spans(picture))
        if not picture.any():
            assert parts == []
            return
        area = sum(ring_area(ring) for part in parts for ring in part)
        assert area == np.count_nonzero(picture)
        polygon = POLYGON.read({"parts": [[[list(corner) for corner in ring] for ring in part] for part in parts]})
        assert POLYGON.problem(polygon, IMAGE, 1.0) is None
        back = rasterised([ring for part in parts for ring in part], IMAGE.width, IMAGE.height)
        assert back is not None
        assert encode(back.pixels, back.x, back.y) == encode(picture, 3, 5)

    @given(pictures())
    def test_have_no_corner_too_many(self, picture: Pixels) -> None:
        for part in outlines(spans(picture)):
            for ring in part:
                for number in range(len(ring)):
                    (ax, ay), (bx, by), (cx, cy) = ring[number - 2], ring[number - 1], ring[number]
                    assert (ax == bx) != (ay == by)
                    assert (ax == bx) != (bx == cx)
                    assert (ay == by) != (by == cy)
