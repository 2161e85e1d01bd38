"""PNG of 16 bits: values, as in TIFF. Pillow unpacks the file, and gives 16 bits for one band of grey alone.

For the other kinds the file is unpacked so that no bit is lost: colours twice, first the upper bytes of all values,
then the lower; grey with alpha as a picture of 8 bits and four bands, whose pixels have the same four bytes.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile

from fairmark.modalities.image.pixels.model import Facts, Pixels
from fairmark.modalities.image.pixels.picture import ROWS
from fairmark.modalities.image.probe import UPRIGHT, checked, orientation_of

MARK = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">IIBB")
"""Width, height, bits of a number, kind of colour: at byte 16, behind the mark and the head of the first chunk."""
_HEADER_AT, _HEADER_CRC_AT = 16, 29
_GREY, _COLOURS, _GREY_ALPHA, _COLOURS_ALPHA = 0, 2, 4, 6
_BANDS = {_GREY: 1, _COLOURS: 3, _GREY_ALPHA: 2, _COLOURS_ALPHA: 4}
_WHOLE = (0.0, 65535.0)


def kind_of(head: bytes) -> int | None:
    """Which kind of colour the PNG that begins with `head` (32 bytes or more) has; None if it has no 16 bits."""
    if not head.startswith(MARK) or len(head) < _HEADER_AT + _HEADER.size:
        return None
    _, _, bits, kind = _HEADER.unpack_from(head, _HEADER_AT)
    return kind if bits == 16 and kind in _BANDS else None


class PngRaster:
    """The values of a PNG of 16 bits, unpacked whole: up to 8 bytes a pixel.

    Raises ImageTooLarge; what a decoder raises for a damaged file.
    """

    def __init__(self, file: BinaryIO, kind: int, pixels_max: int) -> None:
        file.seek(0)
        head = file.read(64)
        file.seek(0)
        image = checked(file, head, pixels_max)
        if kind == _GREY:
            parts = [image]
        elif kind == _GREY_ALPHA:
            parts = [_as_bytes(file)]
        else:
            lower = Image.open(file, formats=["PNG"])
            assert isinstance(lower, ImageFile)
            lower.tile = [part._replace(args=f"{image.mode};16L") for part in lower.tile]
            parts = [image, lower]
        for part in parts:
            part.load()
        # Known once the whole file has been read: the orientation may stand at its end.
        turn = UPRIGHT.get(orientation_of(parts[0]))
        self._parts = parts if turn is None else [part.transpose(turn) for part in parts]
        bands = _BANDS[kind]
        # Colours are those of a picture, and shown as they are; grey may be a slice, a depth, anything.
        shown, window = ((0, 1, 2), _WHOLE) if bands >= 3 else ((0,), None)
        self.facts = Facts("values", *self._parts[0].size, bands=bands, shown=shown, window=window)

    def rows(self) -> Iterator[Pixels]:
        width, height = self.facts.width, self.facts.height
        for top in range(0, height, ROWS):
            box = (0, top, width, min(height, top + ROWS))
            parts = [np.asarray(part.crop(box)) for part in self._parts]
            if len(parts) == 2:
                yield parts[0].astype(np.uint16) << 8 | parts[1]
            elif parts[0].ndim == 3:
                yield parts[0][:, :, 0::2].astype(np.uint16) << 8 | parts[0][:, :, 1::2]
            else:
                yield parts[0].astype(np.uint16)[:, :, None]


def _as_bytes(file: BinaryIO) -> Image.Image:
    """Grey with alpha of 16 bits as the four bytes of each pixel."""
    file.seek(0)
    data = bytearray(file.read())
    width, height, _, _ = _HEADER.unpack_from(data, _HEADER_AT)
    _HEADER.pack_into(data, _HEADER_AT, width, height, 8, _COLOURS_ALPHA)
    struct.pack_into(">I", data, _HEADER_CRC_AT, zlib.crc32(data[_HEADER_AT - 4 : _HEADER_CRC_AT]))
    image = Image.open(io.BytesIO(data), formats=["PNG"])
    image.load()
    return image
