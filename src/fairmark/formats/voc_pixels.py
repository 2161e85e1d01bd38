"""The pictures of Pascal VOC: which object, and which class, each pixel belongs to.

Each is a PNG with a palette: 0 is background, 255 the border around objects, which nobody counts. NumPy and Pillow are
imported when called.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from fairmark.formats.contract import Source
from fairmark.formats.model import FileDamaged
from fairmark.formats.pixel_maps import painted, picture_in, pieces_of, png_of
from fairmark.ontology.model import Mark

if TYPE_CHECKING:
    from fairmark.formats.pixel_maps import Numbers

OBJECTS = "SegmentationObject/"
CLASSES = "SegmentationClass/"
BORDER = 255
NUMBERS_MAX = 254
"""Objects of an image, and classes, that the pictures can tell apart."""


class Outlined(NamedTuple):
    """A mark with pixels. number: of the object in the XML, from 1. class_number: from 1."""

    number: int
    class_number: int
    mark: Mark


class Pictures(NamedTuple):
    """Both as PNG. is_covered: of each mark, whether another one lies over some of it."""

    objects: bytes
    classes: bytes
    is_covered: list[bool]


def segmentation(outlined: Sequence[Outlined], width: int, height: int) -> Pictures:
    """The pictures of an image. The border lies outside of the objects, so that none loses a pixel to it."""
    import numpy as np

    numbers, visible, covered = painted([each.mark for each in outlined], width, height)
    border = _border(numbers)
    made: list[bytes] = []
    for values in ([each.number for each in outlined], [each.class_number for each in outlined]):
        picture = np.array([0, *values], dtype=np.uint8)[numbers]
        picture[border] = BORDER
        made.append(png_of(_indexed(picture)))
    return Pictures(made[0], made[1], [seen < alone for seen, alone in zip(visible, covered, strict=True)])


def masks_in(source: Source, path: str, size: tuple[int | None, int | None]) -> dict[int, dict[str, Any]]:
    """The geometry of the mask of each object, by its number, in a picture of objects. size: of its image.

    Raises FileDamaged for a picture that is broken or has another size.
    """
    numbers = picture_in(source, path, ("P", "L"))
    if size[0] and size[1] and numbers.shape != (size[1], size[0]):
        message = f"{path} has not the size of its image, {size[0]} x {size[1]}."
        raise FileDamaged(message, file=path, mend="Send the picture of the image.")
    return {number: geometry for number, geometry in pieces_of(numbers).items() if number != BORDER}


def palette() -> list[int]:
    """Red, green and blue of 256 numbers, as the challenge's tools colour them: the bits of a number, lowest first, are
    dealt to the three, from the highest bit of each downwards. 1 is (128, 0, 0), 2 (0, 128, 0), 8 (64, 0, 0)."""
    colours: list[int] = []
    for number in range(256):
        dealt = [0, 0, 0]
        for place in range(8):
            dealt[place % 3] |= (number >> place & 1) << (7 - place // 3)
        colours += dealt
    return colours


def colour_list(names: Sequence[str]) -> str:
    """What CVAT and Datumaro read beside the challenge's files: the colour of each class in the pictures, and that of
    the border. Names with a colon or a number sign have no line, for the list cannot tell them."""
    colours = palette()
    lines = ["# label:color_rgb:parts:actions", "background:0,0,0::"]
    for number, name in enumerate(names[:NUMBERS_MAX], start=1):
        if not {":", "#"} & set(name):
            lines.append(f"{name}:{','.join(map(str, colours[3 * number : 3 * number + 3]))}::")
    return "\n".join([*lines, f"ignored:{','.join(map(str, colours[3 * BORDER :]))}::", ""])


def _border(numbers: "Numbers") -> Any:
    """Background beside an object, also at its corners."""
    import numpy as np
    from scipy.ndimage import binary_dilation

    inside = numbers > 0
    wider: Any = binary_dilation(inside, structure=np.ones((3, 3), dtype=np.bool_))
    return wider & ~inside


def _indexed(numbers: "Numbers") -> Any:
    from PIL import Image

    picture = Image.fromarray(numbers)
    picture.putpalette(palette())
    return picture
