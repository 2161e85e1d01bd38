"""Marks as whole pixels of an image that belong to one mark at most, and the pictures that hold them in files.

NumPy and Pillow are imported when called: only data sets with pixels need them.
"""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from fairmark.formats.contract import Source
from fairmark.formats.images import BOX, parts_of
from fairmark.formats.model import FileDamaged
from fairmark.modalities.image import KINDS, decoded
from fairmark.ontology.model import Mark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fairmark.methods.masks import Crop

    Numbers = NDArray[np.integer[Any]]

MASK = "mask"
OUTLINED = frozenset(name for name, kind in KINDS.items() if kind.parts is not None and name != BOX)
"""Kinds of marks that say which pixels they cover."""
PIXELS_MAX = 2**26
"""Most pixels of an image whose marks are painted: 8192 x 8192."""
_BYTES_MAX = 2**28


class Painted(NamedTuple):
    """numbers: [height, width], the place of the mark from 1 that each pixel belongs to, 0 for none. visible: pixels of
    each mark in it. covered: pixels that it would have alone."""

    numbers: "Numbers"
    visible: list[int]
    covered: list[int]


def is_paintable(width: int | None, height: int | None) -> bool:
    """Whether marks of an image of this size are painted."""
    return bool(width and height) and (width or 0) * (height or 0) <= PIXELS_MAX


def has_pixels(mark: Mark, width: int, height: int) -> bool:
    """Whether a mark of a kind in OUTLINED, whose geometry is sound, can be painted: a mask has to lie on the image."""
    if mark.kind != MASK:
        return True
    mask = KINDS[MASK].read(mark.geometry)
    is_inside = mask.x >= 0 and mask.y >= 0 and mask.x + mask.width <= width and mask.y + mask.height <= height
    return is_inside and all(mask.runs[1:])


def painted(marks: Sequence[Mark], width: int, height: int) -> Painted:
    """Paints marks in their drawing order, equals in the order given, so that the upper one has the pixels.

    Three marks in a row of four pixels, the first over all, the second, above it, over the last two, the third, below
    both, over the first: [1, 1, 2, 2].
    """
    import numpy as np

    numbers = np.zeros((height, width), dtype=np.int32)
    covered = [0] * len(marks)
    for place in sorted(range(len(marks)), key=lambda place: marks[place].z):
        crop = crop_of(marks[place], width, height)
        if crop is None:
            continue
        covered[place] = crop.area
        window = numbers[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
        window[crop.pixels] = place + 1
    visible = np.bincount(numbers.ravel(), minlength=len(marks) + 1)[1:].tolist()
    return Painted(numbers, visible, covered)


def box_of_pixels(numbers: "Numbers", number: int) -> tuple[int, int, int, int]:
    """(x, y, width, height) of the box around the pixels that hold `number`, of which there is one at least."""
    import numpy as np

    on = numbers == number
    rows, columns = np.flatnonzero(on.any(axis=1)), np.flatnonzero(on.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top


def pieces_of(numbers: "Numbers") -> dict[int, dict[str, Any]]:
    """The geometry of the mask of each number above 0 in a map, [height, width]."""
    import numpy as np
    from scipy.ndimage import find_objects

    from fairmark.methods.masks import Crop, runs_of

    found: dict[int, dict[str, Any]] = {}
    values, places = np.unique(numbers, return_inverse=True)
    windows = find_objects(places.reshape(numbers.shape) + 1)
    for value, window in zip(values.tolist(), windows, strict=True):
        if value == 0:
            continue
        rows, columns = window
        crop = Crop(columns.start, rows.start, numbers[window] == value)
        found[value] = {
            "x": crop.x, "y": crop.y, "width": crop.width, "height": crop.height, "runs": runs_of(crop.pixels),
        }  # fmt: skip
    return found


def png_of(picture: Any) -> bytes:
    """A Pillow image as PNG. Equal pictures have equal bytes."""
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def picture_of_mask(crop: "Crop", width: int, height: int) -> bytes:
    """A mask as a PNG of its whole image, one bit a pixel."""
    import numpy as np
    from PIL import Image

    pixels = np.zeros((height, width), dtype=np.bool_)
    pixels[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width] = crop.pixels
    return png_of(Image.fromarray(pixels))


def picture_in(source: Source, path: str, modes: Sequence[str]) -> "Numbers":
    """The values of a PNG of one of Pillow's `modes`: [height, width], or [height, width, channels].

    Raises FileDamaged for one that is broken, of another mode, or larger than PIXELS_MAX.
    """
    with source.open(path) as file:
        return picture_of(file.read(_BYTES_MAX), path, modes)


def picture_of(data: bytes, path: str, modes: Sequence[str]) -> "Numbers":
    """The same of a PNG in memory. path: what to call it."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.width * image.height > PIXELS_MAX:
                message = f"{path} has more than {PIXELS_MAX} pixels."
                raise FileDamaged(message, file=path, mend="Cut the image into tiles.")
            if image.mode not in modes:
                message = f"{path} is a picture of mode {image.mode}, not of {' or '.join(modes)}."
                raise FileDamaged(message, file=path, mend="Send the label pictures as they were written.")
            return np.asarray(image)
    except FileDamaged:
        raise
    except Exception as error:
        # Decoders raise errors of every kind on what is broken.
        raise FileDamaged(f"{path} is no sound PNG.", file=path, mend="Write it anew.") from error


def crop_of(mark: Mark, width: int, height: int) -> "Crop | None":
    """The pixels of an image that a mark covers, which `has_pixels`; None if it covers the centre of none."""
    from fairmark.methods.masks import rasterised, trimmed

    if mark.kind == MASK:
        return trimmed(decoded(KINDS[MASK].read(mark.geometry)))
    return rasterised([ring for part in parts_of(mark) for ring in part], width, height)
