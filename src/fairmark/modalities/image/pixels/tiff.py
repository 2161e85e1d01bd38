"""TIFF read strip by strip or tile by tile: only the row of pieces at hand is in memory, however large the image is.

tifffile says where the pieces lie and what the numbers mean. They are unpacked by libtiff, through Pillow, which is
given a small TIFF made of the one piece: what was packed byte by byte is declared as 8-bit grey, so that kinds of
pixels that Pillow has no name for come through as bytes.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from PIL import Image
from tifffile import TiffFile, TiffPage

from fairmark.modalities.image.pixels.model import (
    BUFFER_BYTES_MAX,
    PIECE_BYTES_MAX,
    Facts,
    Pixels,
    PixelsRefused,
)
from fairmark.modalities.image.pixels.pack import PICTURE_PIXELS_MAX
from fairmark.modalities.image.probe import DamagedImage, TruncatedImage, in_srgb

NONE, LZW, JPEG, ADOBE_DEFLATE, DEFLATE, PACKBITS, LZMA, ZSTD = 1, 5, 7, 8, 32946, 32773, 34925, 50000
_BYTEWISE = (LZW, PACKBITS, LZMA, ZSTD)
_READ = (NONE, LZW, JPEG, ADOBE_DEFLATE, DEFLATE, PACKBITS, LZMA, ZSTD)
_GREY_LIGHT, _GREY, _RGB, _YCBCR = 0, 1, 2, 6
_DIFFERENCES = 2
_REDUCED = 1
"""Bit of NewSubfileType: a smaller copy of another page."""


def first_page(file: BinaryIO) -> TiffPage:
    """Raises TiffFileError and others for what is no TIFF."""
    file.seek(0)
    page = TiffFile(file).pages[0]
    assert isinstance(page, TiffPage)
    return page


def pages_of(file: TiffFile) -> list[tuple[int, TiffPage]]:
    """Pages that are pictures of their own, with their places in the file: no smaller copies and masks of others."""
    first = file.pages[0]
    assert isinstance(first, TiffPage)
    return [
        (place, page)
        for place, page in enumerate(file.pages)
        if isinstance(page, TiffPage) and not _subfile(page) & (_REDUCED | 4) and not _is_copy(page, first)
    ]


def _subfile(page: Any) -> int:
    tag = page.tags.get(254) if isinstance(page, TiffPage) else None
    return int(tag.value) if tag is not None else 0


def _is_copy(page: Any, first: TiffPage) -> bool:
    """Scanners of slides put labels and previews behind the image, smaller and in colours of their own."""
    return page is not first and first.is_tiled and isinstance(page, TiffPage) and not page.is_tiled


def is_values(page: TiffPage) -> bool:
    """Whether the numbers are measurements rather than 8-bit shades that every program shows alike."""
    if page.bitspersample in (1, 2, 4) or page.dtype is None:
        return False
    if page.bitspersample != 8 or page.dtype.kind != "u":
        return True
    return page.samplesperpixel > 4 or (page.samplesperpixel != 1 and int(page.photometric) in (_GREY_LIGHT, _GREY)
                                         and page.samplesperpixel > 2)  # fmt: skip


class TiffRaster:
    """A page of a TIFF, the first if none is named.

    Raises PixelsRefused for a way of storing pixels that is not read in pieces.
    """

    def __init__(self, file: BinaryIO, page: TiffPage | None = None) -> None:
        self._file = file
        page = page or first_page(file)
        self._page = page
        self._dtype = np.dtype(page.dtype)
        self._bands = page.samplesperpixel
        self._planes = self._bands if int(page.planarconfig) == 2 else 1
        self._form = "values" if is_values(page) else "picture"
        self._check()
        self._scale, self._offset = (1.0, 0.0)
        if self._form == "values" and self._dtype not in (np.dtype("u1"), np.dtype("u2")):
            self._scale, self._offset = self._quantised()
        inverted = int(page.photometric) == _GREY_LIGHT and self._form == "values"
        rgb = self._bands >= 3 and int(page.photometric) == _RGB
        shown = (0, 1, 2) if rgb else (0,)
        alpha = self._form == "picture" and self._bands == 4
        width, height = page.imagewidth, page.imagelength
        if self._turn >= 5:
            width, height = height, width
        bands = self._bands if self._form == "values" else 4 if alpha else 3
        self.facts = Facts(self._form, width, height, bands, alpha, self._scale, self._offset, shown, inverted)

    def rows(self) -> Iterator[Pixels]:
        for piece in self.numbers():
            yield self._as_picture(piece) if self._form == "picture" else self._as_stored(piece)

    def _check(self) -> None:
        page = self._page
        compression, photometric = int(page.compression), int(page.photometric)
        why = None
        if compression not in _READ:
            why = f"its pixels are packed as {getattr(page.compression, 'name', compression)}"
        elif self._turn != 1 and (self._form == "picture" or self._pixels > PICTURE_PIXELS_MAX):
            why = "it is turned by its orientation tag"
        elif int(page.predictor) not in (1, _DIFFERENCES) and compression != NONE:
            why = "its floating-point numbers are packed by differences"
        elif compression == JPEG and self._form == "values":
            why = "its values are packed as JPEG"
        elif (
            self._form == "picture" and (photometric not in (_GREY_LIGHT, _GREY, _RGB, _YCBCR) or self._bands == 2)
        ) or (photometric == _YCBCR and compression != JPEG):
            why = "of its colours"
        elif self._dtype.kind not in "uif" or page.imagedepth != 1:
            why = "of its kind of numbers"
        if why is not None:
            raise PixelsRefused(
                f"The TIFF cannot be read piece by piece: {why}.",
                mend="Save it with plain, LZW or deflate packing, or smaller.",
            )
        rows, columns = self._piece_size
        if rows * columns * self._piece_bands * self._dtype.itemsize > PIECE_BYTES_MAX and compression != NONE:
            raise PixelsRefused(
                "The TIFF is packed in pieces that are too large to unpack.",
                mend="Save it in tiles, or in short strips.",
            )
        if rows * page.imagewidth * self._bands * self._dtype.itemsize > BUFFER_BYTES_MAX and compression != NONE:
            raise PixelsRefused(
                "A row of the TIFF's pieces is too large.", mend="Save it in tiles of 256 to 1024 pixels."
            )

    @property
    def _turn(self) -> int:
        """How the pixels have to be turned to be upright: 1, not at all, to 8."""
        tag = self._page.tags.get(274)
        return int(tag.value) if tag is not None and tag.value in range(1, 9) else 1

    @property
    def _pixels(self) -> int:
        return self._page.imagewidth * self._page.imagelength

    @property
    def _piece_size(self) -> tuple[int, int]:
        page = self._page
        if page.is_tiled:
            return page.tilelength, page.tilewidth
        return min(page.rowsperstrip or page.imagelength, page.imagelength), page.imagewidth

    @property
    def _piece_bands(self) -> int:
        return 1 if self._planes > 1 else self._bands

    def numbers(self) -> Iterator[Pixels]:
        """Rows of the file's own numbers, [rows, width, bands], turned upright."""
        if self._turn == 1:
            yield from self._pieces()
            return
        whole = np.concatenate(list(self._pieces()))
        if self._turn >= 5:
            whole = whole.transpose(1, 0, 2)
        if self._turn in (2, 3, 6, 7):
            whole = whole[:, ::-1]
        if self._turn in (3, 4, 7, 8):
            whole = whole[::-1]
        yield whole

    def _pieces(self) -> Iterator[Pixels]:
        page = self._page
        width, height = page.imagewidth, page.imagelength
        rows, columns = self._piece_size
        if int(page.compression) == NONE and not page.is_tiled:
            yield from self._plain_strips(rows)
            return
        across, down = -(-width // columns), -(-height // rows)
        for y in range(down):
            strip = np.empty((rows, across * columns, self._bands), self._dtype)
            for plane in range(self._planes):
                for x in range(across):
                    piece = self._piece(plane * across * down + y * across + x, rows if page.is_tiled else
                                        min(rows, height - y * rows), columns)  # fmt: skip
                    part = slice(plane, plane + 1) if self._planes > 1 else slice(None)
                    strip[: len(piece), x * columns : (x + 1) * columns, part] = piece
            yield strip[: min(rows, height - y * rows), :width]

    def _plain_strips(self, rows: int) -> Iterator[Pixels]:
        """Strips that are not packed may be as large as the file: they are read in parts."""
        page = self._page
        width, height, bands = page.imagewidth, page.imagelength, self._piece_bands
        row_bytes = width * bands * self._dtype.itemsize
        at_once = max(1, min(512, (64 << 20) // max(1, row_bytes)))
        strips = -(-height // rows)
        for top in range(0, height, at_once):
            bottom = min(height, top + at_once)
            out = np.empty((bottom - top, width, self._bands), self._dtype)
            for plane in range(self._planes):
                y = top
                while y < bottom:
                    index, within = divmod(y, rows)
                    count = min(bottom - y, rows - within)
                    offset = page.dataoffsets[plane * strips + index] + within * row_bytes
                    data = self._bytes(offset, count * row_bytes)
                    read = np.frombuffer(data, self._wire).reshape(count, width, bands)
                    part = slice(plane, plane + 1) if self._planes > 1 else slice(None)
                    out[y - top : y - top + count, :, part] = read
                    y += count
            yield out

    @property
    def _wire(self) -> np.dtype[Any]:
        return self._dtype.newbyteorder(self._page.parent.byteorder)

    def _bytes(self, offset: int, count: int) -> bytes:
        self._file.seek(offset)
        data = self._file.read(count)
        if len(data) < count:
            raise TruncatedImage("The end of the image file is missing.", mend="Send the whole file again.")
        return data

    def _piece(self, index: int, rows: int, columns: int) -> Pixels:
        page, bands = self._page, self._piece_bands
        offset, count = page.dataoffsets[index], page.databytecounts[index]
        if count == 0:  # sparse: nothing was ever written there
            return np.zeros((rows, columns, bands), self._dtype)
        if count > PIECE_BYTES_MAX:
            raise PixelsRefused("A piece of the TIFF is too large.", mend="Save it in tiles, or in short strips.")
        data = self._bytes(offset, count)
        compression = int(page.compression)
        if compression == JPEG:
            return _jpeg(page, data, rows, columns)
        size = rows * columns * bands * self._dtype.itemsize
        try:
            if compression == NONE:
                raw = data
            elif compression in (ADOBE_DEFLATE, DEFLATE):
                raw = zlib.decompressobj().decompress(data, size)
            else:
                raw = _unpacked(data, compression, columns * bands * self._dtype.itemsize, rows)
        except (OSError, ValueError, zlib.error) as error:
            raise DamagedImage(
                f"Piece {index} of the image cannot be unpacked.", mend="Save it again in another program."
            ) from error
        if len(raw) < size:
            raise DamagedImage(f"Piece {index} of the image is too short.", mend="Save it again in another program.")
        made = np.frombuffer(raw, self._wire, rows * columns * bands).reshape(rows, columns, bands).astype(self._dtype)
        if int(page.predictor) == _DIFFERENCES and compression != NONE:
            np.cumsum(made, axis=1, dtype=self._dtype, out=made)
        return made

    def _as_picture(self, piece: Pixels) -> Pixels:
        page = self._page
        if self._bands == 1:
            shades = 255 - piece if int(page.photometric) == _GREY_LIGHT else piece
            return np.repeat(shades, 3, axis=2)
        profile = page.tags.get(34675)
        if profile is not None and self._bands == 3:
            return np.asarray(in_srgb(Image.fromarray(np.ascontiguousarray(piece)), bytes(profile.value)))
        return piece

    def _quantised(self) -> tuple[float, float]:
        """Scale and offset that bring the values into 16 bits: exact for whole numbers that span no more than that."""
        if self._dtype == np.dtype("i1"):
            return 1.0, -128.0
        if self._dtype == np.dtype("i2"):
            return 1.0, -32768.0
        low, high = np.inf, -np.inf
        for piece in self.numbers():
            known = piece[np.isfinite(piece)] if self._dtype.kind == "f" else piece
            if known.size:
                low, high = min(low, float(known.min())), max(high, float(known.max()))
        if not low < high:
            return 1.0, low if np.isfinite(low) else 0.0
        is_exact = self._dtype.kind in "ui" and high - low <= 65535
        return (1.0, low) if is_exact else ((high - low) / 65535, low)

    def _as_stored(self, piece: Pixels) -> Pixels:
        if self._dtype in (np.dtype("u1"), np.dtype("u2")):
            return piece
        stored = (piece.astype(np.float64) - self._offset) / self._scale
        return np.clip(np.rint(np.nan_to_num(stored, nan=0, posinf=65535, neginf=0)), 0, 65535).astype(np.uint16)


def _small_tiff(entries: list[tuple[int, int, tuple[int, ...]]], extra: bytes, data: bytes) -> io.BytesIO:
    """A TIFF of one strip. entries: (tag, type 3 or 4, values); `extra`: the JPEG tables, if any."""
    known = [*entries, (273, 4, (0,)), (279, 4, (len(data),))]
    tables = [(347, 7, extra)] if extra else []
    head = 8 + 2 + 12 * (len(known) + len(tables)) + 4
    longer = b""
    fields: list[tuple[int, bytes]] = []
    places = {}
    for tag, kind, values in known:
        packed = b"".join(struct.pack("<H" if kind == 3 else "<I", value) for value in values)
        places[tag] = (kind, len(values), packed)
    for tag, kind, raw in tables:
        places[tag] = (kind, len(raw), raw)
    for tag in sorted(places):
        kind, count, packed = places[tag]
        if len(packed) > 4:
            longer_at = head + len(longer)
            longer += packed + b"\0" * (len(packed) % 2)
            packed = struct.pack("<I", longer_at)
        fields.append((tag, struct.pack("<HHI", tag, kind, count) + packed.ljust(4, b"\0")))
    at = head + len(longer)
    directory = b"".join(struct.pack("<HHII", 273, 4, 1, at) if tag == 273 else field for tag, field in fields)
    return io.BytesIO(b"II*\0\x08\0\0\0" + struct.pack("<H", len(fields)) + directory + b"\0\0\0\0" + longer + data)


def _unpacked(data: bytes, compression: int, row_bytes: int, rows: int) -> bytes:
    """What libtiff unpacks `data` to, as bytes: declared as grey of 8 bits."""
    entries = [(256, 4, (row_bytes,)), (257, 4, (rows,)), (258, 3, (8,)), (259, 3, (compression,)), (262, 3, (1,)),
               (277, 3, (1,)), (278, 4, (rows,))]  # fmt: skip
    with Image.open(_small_tiff(entries, b"", data), formats=["TIFF"]) as image:
        return image.tobytes()


def _jpeg(page: TiffPage, data: bytes, rows: int, columns: int) -> Pixels:
    samples, photometric = page.samplesperpixel, int(page.photometric)
    sampling = page.tags.get(530)
    entries = [(256, 4, (columns,)), (257, 4, (rows,)), (258, 3, (8,) * samples), (259, 3, (JPEG,)),
               (262, 3, (photometric,)), (277, 3, (samples,)), (278, 4, (rows,))]  # fmt: skip
    if sampling is not None and photometric == _YCBCR:
        entries.append((530, 3, tuple(sampling.value)))
    tables = page.tags.get(347)
    try:
        with Image.open(_small_tiff(entries, bytes(tables.value) if tables else b"", data), formats=["TIFF"]) as image:
            made = np.asarray(image.convert("L" if samples == 1 else "RGB"))
    except (OSError, ValueError) as error:
        raise DamagedImage("A piece of the image cannot be decoded.", mend="Save it again elsewhere.") from error
    return made.reshape(rows, columns, samples if samples == 1 else 3)
