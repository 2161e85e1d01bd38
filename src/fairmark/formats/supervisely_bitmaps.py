"""Masks as Supervisely has them: the corner of a piece of the image, and a PNG of the piece, deflated and in base64.

NumPy and Pillow are imported when called.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from fairmark.formats.pixel_maps import MASK, picture_of, pieces_of, png_of
from fairmark.modalities.image import KINDS, decoded
from fairmark.ontology.model import Mark

_PNG_BYTES_MAX = 2**26
_PNG_START = b"\x89PNG"
_MODES = ("1", "L", "P", "LA", "RGB", "RGBA")
_SIDE_MAX = 10**9
_ALPHA_CHANNELS = (2, 4)


def bitmap_of(mark: Mark) -> dict[str, Any] | None:
    """The bitmap of a mask whose geometry is sound; None if no pixel of it is on."""
    import numpy as np
    from PIL import Image

    from fairmark.methods.masks import trimmed

    crop = trimmed(decoded(KINDS[MASK].read(mark.geometry)))
    if crop is None:
        return None
    picture = Image.fromarray(crop.pixels.astype(np.uint8))
    picture.putpalette([0, 0, 0, 255, 255, 255])
    picture.info["transparency"] = 0
    return {"data": b64encode(zlib.compress(png_of(picture))).decode(), "origin": [crop.x, crop.y]}


def mask_in(bitmap: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The geometry of a mask. Raises ValueError, KeyError or TypeError for what is no bitmap, FileDamaged for a broken
    picture in it, in the file at `path`."""
    x, y = bitmap["origin"]
    if not (isinstance(x, int) and isinstance(y, int) and max(abs(x), abs(y)) < _SIDE_MAX):
        raise ValueError("its origin is no pair of whole pixels")
    data = b64decode(bitmap["data"], validate=True)
    # Old projects have the picture as it is.
    png = data if data.startswith(_PNG_START) else _inflated(data)
    pixels = picture_of(png, path, _MODES)
    if pixels.ndim > 2:
        with_alpha = pixels.shape[2] in _ALPHA_CHANNELS
        pixels = pixels[:, :, -1] if with_alpha else pixels.max(axis=2)
    pieces = pieces_of((pixels != 0).astype("int32"))
    if not pieces:
        raise ValueError("no pixel of it is on")
    return {**pieces[1], "x": pieces[1]["x"] + x, "y": pieces[1]["y"] + y}


def _inflated(data: bytes) -> bytes:
    """Raises ValueError for what is not deflated, or unpacks to too much."""
    inflater = zlib.decompressobj()
    try:
        out = inflater.decompress(data, _PNG_BYTES_MAX)
    except zlib.error as error:
        raise ValueError("its picture is not deflated") from error
    if inflater.unconsumed_tail:
        raise ValueError(f"its picture unpacks to more than {_PNG_BYTES_MAX} bytes")
    return out
