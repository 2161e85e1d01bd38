"""Cuts an image into tiles of every size, reading it once from the top.

Each level collects rows until a row of tiles is full, writes those tiles, and hands the rows at half size to the next.
Memory: about twice 512 rows of the image, whatever its height, beside what its reader holds.
"""

import io
import zlib
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fairmark.modalities.image.pixels.model import BUFFER_BYTES_MAX, Facts, Pixels, PixelsRefused, Raster
from fairmark.modalities.image.pixels.pack import (
    FOOT,
    MARK,
    PLACE,
    TILE,
    BandHead,
    Head,
    levels_of,
    tile_number,
    tiles_of,
)
from fairmark.modalities.image.probe import DamagedImage

JPEG_QUALITY = 90
"""At this quality a tile costs 2 ms to make, a tenth of WebP's, in about the same bytes."""
PERCENTS = (0.5, 99.5)
"""What is first shown of values: all but so many per cent at either end."""
SMALL_SIDE = 1024
VALUES_MAX = 65536


def cut(raster: Raster, sink: BinaryIO, progress: Callable[[float], None] = lambda _: None) -> tuple[Head, Image.Image]:
    """Writes the pack of `raster` to `sink`; returns its header and a small picture, upright, in RGB or RGBA.

    The picture has 1,024 pixels at its longer side, or the image's own.

    progress: is told the share that is done, 0 to 1. Raises PixelsRefused, DamagedImage.
    """
    made = _Cutter(raster.facts, sink)
    done = 0
    for piece in raster.rows():
        for top in range(0, len(piece), TILE):
            made.add(piece[top : top + TILE])
        done += len(piece)
        progress(min(1.0, done / raster.facts.height))
    if done != raster.facts.height:
        raise DamagedImage(
            f"The image has {done} of {raster.facts.height} rows of pixels.", mend="Save it again in another program."
        )
    return made.finish()


class _Level:
    """Rows of one level on their way into tiles."""

    def __init__(self, number: int, rows: NDArray[Any]) -> None:
        self.number = number
        self.buffer = rows
        self.filled = 0
        self.row = 0


class _Cutter:
    def __init__(self, facts: Facts, sink: BinaryIO) -> None:
        self._facts = facts
        self._sink = sink
        self._count = levels_of(facts.width, facts.height)
        self._levels: list[_Level] = []
        self._is_picture = facts.form == "picture"
        self._planes = 1 if self._is_picture else facts.bands
        tiles = 0
        for level in range(self._count):
            across, down = tiles_of(facts.width, facts.height, level)
            tiles += across * down
        self._places = bytearray(PLACE.size * tiles * self._planes)
        self._at = 0
        self._dtype: Any = None
        self._histogram = np.zeros((facts.bands, VALUES_MAX), np.int64)
        self._small: list[Pixels] = []
        self._small_level = next(
            (n for n in range(self._count) if max(facts.width, facts.height) <= SMALL_SIDE << n), self._count - 1
        )

    def add(self, piece: Pixels) -> None:
        """Takes the next rows, TILE at most."""
        if self._dtype is None:
            self._begin(piece.dtype)
        if not self._is_picture:
            for band in range(self._facts.bands):
                self._histogram[band] += np.bincount(piece[:, :, band].ravel(), minlength=VALUES_MAX)
        self._feed(0, piece)

    def finish(self) -> tuple[Head, Image.Image]:
        """Writes what is left, the places and the header."""
        for level in self._levels:
            if level.filled:
                self._flush(level)
        head = self._head()
        described = msgspec.json.encode(head)
        for part in (self._places, described, FOOT.pack(len(self._places), len(described), MARK)):
            self._sink.write(part)
        return head, self._picture(head)

    def _begin(self, dtype: Any) -> None:
        self._dtype = dtype
        width, bands = self._facts.width, self._facts.bands
        if width * bands * TILE * dtype.itemsize > BUFFER_BYTES_MAX // 2:
            raise PixelsRefused(
                "The image is too wide to be cut into tiles.", mend="Cut it into parts of half the width."
            )
        for number in range(self._count):
            self._levels.append(_Level(number, np.empty((TILE, width, bands), dtype)))
            width = -(-width // 2)

    def _feed(self, number: int, rows: Pixels) -> None:
        level = self._levels[number]
        taken = 0
        while taken < len(rows):
            count = min(TILE - level.filled, len(rows) - taken)
            level.buffer[level.filled : level.filled + count] = rows[taken : taken + count]
            level.filled += count
            taken += count
            if level.filled == TILE:
                self._flush(level)

    def _flush(self, level: _Level) -> None:
        rows = level.buffer[: level.filled]
        for column, left in enumerate(range(0, rows.shape[1], TILE)):
            tile = rows[:, left : left + TILE]
            for band in range(self._planes):
                self._write(level, column, band, tile if self._is_picture else tile[:, :, band])
        if level.number == self._small_level:
            self._small.append(rows.copy())
        level.row += 1
        level.filled = 0
        if level.number + 1 < self._count:
            self._feed(level.number + 1, _halved(rows))

    def _write(self, level: _Level, column: int, band: int, tile: Pixels) -> None:
        data = self._encoded(tile)
        facts = self._facts
        at = tile_number(facts.width, facts.height, self._planes, level.number, column, level.row, band)
        assert at is not None
        PLACE.pack_into(self._places, at * PLACE.size, self._at, len(data))
        self._sink.write(data)
        self._at += len(data)

    def _encoded(self, tile: Pixels) -> bytes:
        if not self._is_picture:
            return zlib.compress(np.ascontiguousarray(tile).astype(tile.dtype.newbyteorder("<")).tobytes(), 1)
        buffer = io.BytesIO()
        image = Image.fromarray(np.ascontiguousarray(tile))
        if self._facts.alpha:
            image.save(buffer, "WEBP", quality=JPEG_QUALITY, method=0)
        else:
            image.save(buffer, "JPEG", quality=JPEG_QUALITY)
        return buffer.getvalue()

    def _head(self) -> Head:
        facts = self._facts
        return Head(
            form=facts.form, width=facts.width, height=facts.height, tile=TILE, levels=self._count,
            media_type="application/octet-stream" if not self._is_picture
                       else "image/webp" if facts.alpha else "image/jpeg",
            alpha=facts.alpha, bits=8 if self._dtype == np.uint8 else 16,
            bands=[] if self._is_picture else [self._band(n) for n in range(facts.bands)],
            scale=facts.scale, offset=facts.offset, shown=list(facts.shown), inverted=facts.inverted, unit=facts.unit,
        )  # fmt: skip

    def _band(self, number: int) -> BandHead:
        facts, counts = self._facts, self._histogram[number]
        found = np.flatnonzero(counts)
        least, greatest = (int(found[0]), int(found[-1])) if found.size else (0, 0)
        shares = np.cumsum(counts) / max(1, int(counts.sum()))
        low, high = (int(np.searchsorted(shares, percent / 100)) for percent in PERCENTS)
        if low >= high:
            low, high = least, max(greatest, least + 1)

        def value(stored: int) -> float:
            return stored * facts.scale + facts.offset

        ends = facts.window or sorted((value(low), value(high)))
        extremes = sorted((value(least), value(greatest)))
        return BandHead(f"Band {number + 1}", ends[0], ends[1], extremes[0], extremes[1])

    def _picture(self, head: Head) -> Image.Image:
        rows = np.concatenate(self._small)
        if self._is_picture:
            image = Image.fromarray(np.ascontiguousarray(rows))
        else:
            planes = [_windowed(rows[:, :, band], head, head.bands[band]) for band in head.shown]
            image = Image.fromarray(np.dstack(planes if len(planes) == 3 else planes[:1] * 3))
        scale = SMALL_SIDE / max(image.size)
        if scale < 1:
            width, height = (max(1, round(side * scale)) for side in image.size)
            image = image.resize((width, height), Image.Resampling.LANCZOS)
        return image


def small_pictures(image: Image.Image, sizes: Sequence[int]) -> dict[int, bytes]:
    """`image` as WebP, by its longer side in pixels; it is never enlarged."""
    made: dict[int, bytes] = {}
    for size in sorted(set(sizes), reverse=True):
        scale = min(1.0, size / max(image.size))
        width, height = (max(1, round(side * scale)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS) if scale < 1 else image
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=80, method=2)
        made[size] = buffer.getvalue()
    return made


def _windowed(stored: Pixels, head: Head, band: BandHead) -> NDArray[np.uint8]:
    """8-bit shades of stored values."""
    values = stored.astype(np.float64) * head.scale + head.offset
    shades = np.clip((values - band.low) / max(band.high - band.low, 1e-12), 0, 1)
    return np.rint((1 - shades if head.inverted else shades) * 255).astype(np.uint8)


def _halved(rows: Pixels) -> Pixels:
    """Half the size: the mean of each four; of three or one where a side is odd, the last is taken twice."""
    if rows.shape[0] % 2:
        rows = np.concatenate([rows, rows[-1:]])
    if rows.shape[1] % 2:
        rows = np.concatenate([rows, rows[:, -1:]], axis=1)
    wide = np.uint16 if rows.dtype == np.uint8 else np.uint32
    total = rows[0::2, 0::2].astype(wide)
    total += rows[1::2, 0::2]
    total += rows[0::2, 1::2]
    total += rows[1::2, 1::2]
    total += 2
    total >>= 2
    return total.astype(rows.dtype)
