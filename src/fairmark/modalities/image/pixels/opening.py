"""Which way the pixels of a file are read, by its content, and what is known before any of them is decoded."""

from os import PathLike
from pathlib import Path
from typing import BinaryIO

import msgspec
from tifffile import TiffFile, TiffFileError, TiffPage

from fairmark.modalities.image.pixels import png
from fairmark.modalities.image.pixels.dicom import MEDIA_TYPE, DicomRaster, is_dicom
from fairmark.modalities.image.pixels.model import (
    TILED_PIXELS_MAX,
    Facts,
    PixelsRefused,
    Raster,
)
from fairmark.modalities.image.pixels.pack import is_large
from fairmark.modalities.image.pixels.picture import PictureRaster
from fairmark.modalities.image.pixels.tiff import TiffRaster, first_page, is_values, pages_of
from fairmark.modalities.image.probe import ImageTooLarge, checked, inspect
from fairmark.modalities.model import Probe, Source

NOT_UNDERSTOOD = (TiffFileError, IndexError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError)
"""What tifffile raises for a file that it makes nothing of."""
TIFF_MARKS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


def probe(source: Source, *, pixels_max: int) -> Probe:
    """What the image in `source` is, whichever of the formats. Decodes all that fits `pixels_max`, to find all damage.

    Raises ImageRefused; OSError if the file cannot be read.
    """
    if isinstance(source, (str, PathLike)):
        with Path(source).open("rb") as file:
            return _probe(file, pixels_max)
    return _probe(source, pixels_max)


def _probe(file: BinaryIO, pixels_max: int) -> Probe:
    found = look(file, pixels_max)
    if found is not None:
        return found
    found = inspect(file, (), pixels_max=pixels_max)[0]
    if found.media_type == "image/tiff" and found.frames > 1:
        found = msgspec.structs.replace(found, frames=_tiff_frames(file, found.frames))
    if png.kind_of(head_of(file)) is not None:
        return msgspec.structs.replace(found, tiles="values")
    return msgspec.structs.replace(found, tiles="picture") if is_large(found.width, found.height) else found


def _tiff_frames(file: BinaryIO, told: int) -> int:
    """How many pictures there are in a TIFF in which Pillow found `told`: it counts smaller copies too."""
    try:
        file.seek(0)
        return len(pages_of(TiffFile(file)))
    except NOT_UNDERSTOOD:
        return told


def head_of(file: BinaryIO) -> bytes:
    file.seek(0)
    head = file.read(132)
    file.seek(0)
    return head


def look(file: BinaryIO, pixels_max: int) -> Probe | None:
    """What a DICOM file is, or a TIFF of values, or one too large to be decoded whole; None for every other file.

    Raises ImageRefused for one that is not taken. In what is too large to be decoded, damage is found by cutting it.
    """
    head = head_of(file)
    if is_dicom(head):
        raster = DicomRaster(file, pixels_max)
        for _ in raster.rows():
            pass
        facts = raster.facts
        return _described(MEDIA_TYPE, facts, "RGB" if facts.form == "picture" else "I;16", raster.frames)
    return _look_at_tiff(file, pixels_max) if head.startswith(TIFF_MARKS) else None


def _look_at_tiff(file: BinaryIO, pixels_max: int) -> Probe | None:
    try:
        file.seek(0)
        tiff = TiffFile(file)
        page = tiff.pages[0]
        count = len(pages_of(tiff))
    except NOT_UNDERSTOOD:
        file.seek(0)
        return None  # not one that tifffile understands: Pillow has the word
    assert isinstance(page, TiffPage)
    pixels = page.imagewidth * page.imagelength
    if not is_values(page) and pixels <= pixels_max:
        file.seek(0)
        return None
    if pixels > TILED_PIXELS_MAX:
        raise ImageTooLarge(
            f"The image has {page.imagewidth} x {page.imagelength} pixels, {TILED_PIXELS_MAX} at most.",
            mend="Cut it into parts.",
        )
    raster = TiffRaster(file)
    if pixels <= pixels_max:
        for _ in raster.rows():  # the only way to find all damage
            pass
    facts = raster.facts
    return _described("image/tiff", facts, f"{page.samplesperpixel} x {page.dtype}", count)


def _described(media_type: str, facts: Facts, mode: str, frames: int) -> Probe:
    return Probe(media_type, facts.width, facts.height, frames, 1, mode, facts.alpha, False, facts.form)


def raster_of(file: BinaryIO, pixels_max: int) -> Raster:
    """The pixels of any image that is taken. Raises ImageRefused."""
    head = head_of(file)
    if is_dicom(head):
        return DicomRaster(file, pixels_max)
    if (kind := png.kind_of(head)) is not None:
        return png.PngRaster(file, kind, pixels_max)
    if head.startswith(TIFF_MARKS):
        page = first_page(file)
        if is_values(page) or page.imagewidth * page.imagelength > pixels_max:
            return TiffRaster(file)
        try:
            return TiffRaster(file)
        except PixelsRefused:
            file.seek(0)
    return PictureRaster(checked(file, head, pixels_max))
