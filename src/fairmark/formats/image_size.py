"""The upright size of an image from its first bytes."""

import io
import warnings

from fairmark.formats.contract import Source

_HEADS = (2**18, 2**24)
_TURNED = frozenset({5, 6, 7, 8})
_ORIENTATION_TAG = 0x0112


def upright_size(source: Source, path: str) -> tuple[int, int] | None:
    """(width, height) in pixels after the EXIF turn; None if the file is not an image that Pillow knows."""
    for limit in _HEADS:
        with source.open(path) as file:
            head = file.read(limit)
        size = _size_of(head)
        if size is not None or len(head) < limit:
            return size
    return None


def _size_of(head: bytes) -> tuple[int, int] | None:
    # Imported here, as only YOLO data sets that bring their images need it.
    from PIL import Image

    try:
        with warnings.catch_warnings():
            # Only the header is read, so the size of the picture is no danger.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(head)) as image:
                width, height = image.size
                turned = image.getexif().get(_ORIENTATION_TAG) in _TURNED
    except Exception:
        # Pillow's readers raise errors of every kind on broken files; all of them mean: no size.
        return None
    return (height, width) if turned else (width, height)
