"""What rows of pixels are, what is known of them, and why a file has none to give."""

from collections.abc import Iterator
from typing import Any, Protocol

import msgspec
from numpy.typing import NDArray

from fairmark.modalities.image.probe import ImageRefused

TILED_PIXELS_MAX = 20_000_000_000
"""Most pixels of an image that is read piece by piece."""
BUFFER_BYTES_MAX = 1 << 30
"""Most memory for the rows that are worked at together."""
PIECE_BYTES_MAX = 1 << 28
"""Most bytes of one strip or tile of a file, unpacked."""

Pixels = NDArray[Any]


class PixelsRefused(ImageRefused):
    """Pixels that are stored in a way that is not read."""

    code = "image_not_readable"


class Band(msgspec.Struct, frozen=True):
    """One plane of values, as it is first shown. low, high: the values that are black and white; low < high.

    least, greatest: of all values in the image.
    """

    name: str
    low: float
    high: float
    least: float
    greatest: float


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the pixels are.

    form: "picture" (8-bit sRGB) or "values" (measurements). value = stored * scale + offset. shown: the bands to show
    first: one in shades of grey, three as red, green and blue. inverted: the greatest value is black. windows: names
    of windows that the file brings, with their low and high values. unit: of the values, such as HU.
    """

    form: str
    width: int
    height: int
    bands: int = 1
    alpha: bool = False
    scale: float = 1.0
    offset: float = 0.0
    shown: tuple[int, ...] = (0,)
    inverted: bool = False
    window: tuple[float, float] | None = None
    unit: str = ""


class Raster(Protocol):
    """An image whose rows can be read from the top. Rows are upright."""

    @property
    def facts(self) -> Facts: ...

    def rows(self) -> Iterator[Pixels]:
        """All rows, in pieces [rows, width, bands]: uint8 of a picture (3 or 4 bands), uint8 or uint16 of values.

        Raises PixelsRefused, DamagedImage.
        """
        ...
