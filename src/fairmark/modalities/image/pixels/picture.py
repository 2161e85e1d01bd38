"""Pictures of 8 bits as Pillow decodes them, whole, given out in upright rows of sRGB."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from fairmark.modalities.image.pixels.model import Facts, Pixels
from fairmark.modalities.image.probe import UPRIGHT, in_srgb, orientation_of, unindexed

ROWS = 512


class PictureRaster:
    """`image` is open and small enough to be decoded: 4 bytes a pixel, twice for a moment if it has to be turned."""

    def __init__(self, image: Image.Image) -> None:
        image.load()
        self._profile = image.info.get("icc_profile")
        turn = UPRIGHT.get(orientation_of(image))
        self._image = image if turn is None else image.transpose(turn)
        self._alpha = image.has_transparency_data
        self.facts = Facts("picture", *self._image.size, bands=4 if self._alpha else 3, alpha=self._alpha)

    def rows(self) -> Iterator[Pixels]:
        width, height = self._image.size
        for top in range(0, height, ROWS):
            piece = unindexed(self._image.crop((0, top, width, min(height, top + ROWS))))
            if not self._alpha:
                yield np.asarray(in_srgb(piece, self._profile))
                continue
            whole = piece.convert("RGBA")
            colours = np.asarray(in_srgb(whole.convert("RGB"), self._profile if _is_rgb(self._profile) else None))
            yield np.dstack([colours, np.asarray(whole.getchannel("A"))])


def _is_rgb(profile: bytes | None) -> bool:
    if not profile:
        return False
    try:
        made: Any = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return made.profile.xcolor_space.strip() == "RGB"
    except (OSError, ImageCms.PyCMSError):
        return False
