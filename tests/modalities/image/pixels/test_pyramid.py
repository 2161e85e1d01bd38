"""Cutting: every tile is where the numbers say, whatever the size."""

import io
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.image.pixels import pack, pyramid
from fairmark.modalities.image.pixels.model import Facts, Pixels
from fairmark.modalities.image.probe import DamagedImage


class Rows:
    """Numbers [height, width, bands] given out `step` rows at a time."""

    def __init__(self, numbers: Pixels, step: int = 100, **facts: object) -> None:
        self._numbers, self._step = numbers, step
        self.facts = Facts("values", numbers.shape[1], numbers.shape[0], numbers.shape[2], **facts)  # pyright: ignore

    def rows(self) -> Iterator[Pixels]:
        for top in range(0, len(self._numbers), self._step):
            yield self._numbers[top : top + self._step]


def opened(data: bytes) -> pack.Pack:
    places, head = pack.foot_sizes(data[-pack.FOOT.size :], len(data))
    return pack.read_tail(data[len(data) - pack.FOOT.size - head - places : -pack.FOOT.size], places)


def level_of(data: bytes, level: int, band: int = 0) -> Pixels:
    """A level put together from its tiles."""
    found = opened(data)
    width, height = pack.size_of(found.head.width, found.head.height, level)
    whole = np.zeros((height, width), np.uint16)
    columns, rows = pack.tiles_of(found.head.width, found.head.height, level)
    for row in range(rows):
        for column in range(columns):
            span = found.place(level, column, row, band)
            assert span is not None
            part = whole[row * pack.TILE : (row + 1) * pack.TILE, column * pack.TILE : (column + 1) * pack.TILE]
            part[:] = np.frombuffer(zlib.decompress(data[slice(*span)]), "<u2").reshape(part.shape)
    return whole


class TestCut:
    @given(width=st.integers(1, 1400), height=st.integers(1, 1400), bands=st.integers(1, 2), step=st.integers(1, 700))
    def test_the_tiles_of_the_first_level_are_the_image(self, width: int, height: int, bands: int, step: int) -> None:
        numbers = np.random.default_rng(width).integers(0, 65536, (height, width, bands), dtype=np.uint16)
        file = io.BytesIO()
        head, small = pyramid.cut(Rows(numbers, step), file)
        data = file.getvalue()
        assert np.array_equal(level_of(data, 0, bands - 1), numbers[:, :, bands - 1])
        assert head.levels == pack.levels_of(width, height)
        last = level_of(data, head.levels - 1)
        assert max(last.shape) <= pack.TILE
        assert max(small.size) <= pyramid.SMALL_SIDE

    def test_each_level_is_the_mean_of_each_four(self) -> None:
        numbers = np.zeros((3, 1025, 1), np.uint16)
        numbers[:2, :2, 0] = [[1, 2], [3, 4]]
        numbers[2, 1024, 0] = 40
        file = io.BytesIO()
        pyramid.cut(Rows(numbers), file)
        half = level_of(file.getvalue(), 1)
        assert half.shape == (2, 513)
        # (1 + 2 + 3 + 4 + 2) >> 2 is 3; the last of an odd side counts for all four.
        assert (half[0, 0], half[1, 512]) == (3, 40)

    def test_first_shows_all_but_a_half_per_cent_at_either_end(self) -> None:
        numbers = np.arange(1000, dtype=np.uint16).reshape(1, 1000, 1)
        head, _ = pyramid.cut(Rows(numbers, scale=2.0, offset=-100.0), io.BytesIO())
        (band,) = head.bands
        # Half a per cent of a thousand are five: 4 and 994 are the fifth and the 995th.
        assert (band.low, band.high) == (4 * 2 - 100, 994 * 2 - 100)
        assert (band.least, band.greatest) == (-100, 999 * 2 - 100)

    def test_a_flat_image_has_a_window_too(self) -> None:
        head, _ = pyramid.cut(Rows(np.full((4, 4, 1), 7, np.uint16)), io.BytesIO())
        assert (head.bands[0].low, head.bands[0].high) == (7, 8)

    def test_rows_that_are_missing_are_no_pack(self) -> None:
        rows = Rows(np.zeros((10, 10, 1), np.uint16))
        rows.facts = Facts("values", 10, 12)
        with pytest.raises(DamagedImage, match="10 of 12 rows"):
            pyramid.cut(rows, io.BytesIO())

    def test_tells_how_far_it_is(self) -> None:
        shares: list[float] = []
        pyramid.cut(Rows(np.zeros((400, 10, 1), np.uint16), 100), io.BytesIO(), shares.append)
        assert shares == [0.25, 0.5, 0.75, 1.0]


class TestPack:
    def test_that_is_none_is_refused(self) -> None:
        with pytest.raises(pack.PackDamaged):
            pack.foot_sizes(b"x" * pack.FOOT.size, 100)
        with pytest.raises(pack.PackDamaged):
            pack.foot_sizes(pack.FOOT.pack(100, 100, pack.MARK), 50)
        with pytest.raises(pack.PackDamaged):
            pack.read_tail(b"{", 0)
