"""A pack: all tiles of an image in one file: it is there whole or not at all, and is one thing to keep or remove.

Tiles, one behind the other; then for each tile its place (u64) and length (u32), little-endian; then a header in JSON;
then the lengths of both and a mark. Tiles are numbered level by level from the full size (0), row by row, band by band.
Needs neither NumPy nor Pillow: the server reads packs, the inspecting process writes them.
"""

import struct
from typing import NamedTuple

import msgspec

from fairmark.kernel.errors import FairmarkError

TILE = 512
"""Pixels of a tile's side; those at the right and lower border are smaller."""
PICTURE_PIXELS_MAX = 40_000_000
"""Browsers show pictures of up to so many pixels as they are, smoothly; larger ones are cut into tiles."""
PICTURE_SIDE_MAX = 16_383
"""Neither WebP nor the textures of common graphics cards go further."""
FOOT = struct.Struct("<II8s")
PLACE = struct.Struct("<QI")
MARK = b"FMTILES1"


class PackDamaged(FairmarkError):
    """The file is no pack, or not a whole one."""

    code = "pack_damaged"


class BandHead(msgspec.Struct, frozen=True):
    """One plane of values. low, high: the values that are black and white at first; least, greatest: of all of them."""

    name: str
    low: float
    high: float
    least: float
    greatest: float


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack holds. width, height: pixels of the upright image. levels: each half the size of the one before.

    form: "picture" (tiles are pictures of `media_type`) or "values" (tiles are `bits`-bit little-endian numbers, rows
    from the top, packed by zlib; value = number * scale + offset). shown: the bands to show first, one in grey, three
    as red, green and blue. inverted: the greatest value is black. unit: of the values.
    """

    form: str
    width: int
    height: int
    tile: int
    levels: int
    media_type: str
    alpha: bool
    bits: int
    bands: list[BandHead]
    scale: float
    offset: float
    shown: list[int]
    inverted: bool
    unit: str


class Pack(NamedTuple):
    """What is known of a pack without its tiles. places: PLACE for each tile."""

    head: Head
    places: bytes

    def place(self, level: int, column: int, row: int, band: int) -> tuple[int, int] | None:
        """Where the tile begins and ends in the file; None if there is no such tile."""
        at = tile_number(self.head.width, self.head.height, planes_of(self.head), level, column, row, band)
        if at is None or level >= self.head.levels:
            return None
        start, length = PLACE.unpack_from(self.places, at * PLACE.size)
        return start, start + length


def planes_of(head: Head) -> int:
    """How many tiles there are for one place: one for each band of values."""
    return len(head.bands) if head.form == "values" else 1


def is_large(width: int, height: int) -> bool:
    """Whether an image of this size is shown in tiles, whatever is in it."""
    return width * height > PICTURE_PIXELS_MAX or max(width, height) > PICTURE_SIDE_MAX


def levels_of(width: int, height: int) -> int:
    """Levels down to one that is a single tile."""
    levels = 1
    while max(width, height) > TILE:
        width, height, levels = -(-width // 2), -(-height // 2), levels + 1
    return levels


def size_of(width: int, height: int, level: int) -> tuple[int, int]:
    """Pixels of a level."""
    return -(-width // (1 << level)), -(-height // (1 << level))


def tiles_of(width: int, height: int, level: int) -> tuple[int, int]:
    """Columns and rows of tiles of a level."""
    across, down = size_of(width, height, level)
    return -(-across // TILE), -(-down // TILE)


def tile_number(width: int, height: int, planes: int, level: int, column: int, row: int, band: int) -> int | None:
    """The tile's number in its pack; None if there is no such tile."""
    if level < 0 or level >= levels_of(width, height) or not 0 <= band < planes:
        return None
    columns, rows = tiles_of(width, height, level)
    if not (0 <= column < columns and 0 <= row < rows):
        return None
    before = sum(each[0] * each[1] for each in (tiles_of(width, height, below) for below in range(level)))
    return (before + row * columns + column) * planes + band


def foot_sizes(foot: bytes, size: int) -> tuple[int, int]:
    """Bytes of the places and of the header, from the last FOOT.size bytes of a file of `size`. Raises PackDamaged."""
    if len(foot) == FOOT.size:
        places, head, mark = FOOT.unpack(foot)
        if mark == MARK and places + head + FOOT.size <= size:
            return places, head
    raise PackDamaged("The tiles of the image are damaged.", mend="They are made anew when they are next asked for.")


def read_tail(tail: bytes, places: int) -> Pack:
    """The pack, from its places and header. Raises PackDamaged."""
    try:
        return Pack(msgspec.json.decode(tail[places:], type=Head), tail[:places])
    except msgspec.DecodeError as error:
        raise PackDamaged("The tiles of the image are damaged.", mend="Ask for them again.") from error
