"""The images that a data set brings along: found by the name without its extension, and asked for their size."""

from collections.abc import Iterator

from fairmark.formats.contract import Source

_HEADS_BYTES = (2**18, 2**24)
"""So much of an image is read for its size; more, if its metadata are long."""
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".JPG", ".JPEG", ".PNG")


def images_at(source: Source, stem: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """(extension, (width, height) of the upright image) of each file at `stem` that is an image read here."""
    for suffix in _SUFFIXES:
        size = _upright_size(source, stem + suffix) if source.has(stem + suffix) else None
        if size is not None:
            yield suffix, size


def _upright_size(source: Source, path: str) -> tuple[int, int] | None:
    """(width, height) in pixels after the EXIF turn; None if the file is no image that is read here."""
    # Imported here: only data sets that bring their images need it, and the client does without.
    from fairmark.modalities.image.probe import upright_size

    for limit in _HEADS_BYTES:
        with source.open(path) as file:
            head = file.read(limit)
        size = upright_size(head)
        if size is not None or len(head) < limit:
            return size
    return None
