"""Pages and frames: a file that holds several pictures is cut into files of one picture each.

No number is lost: values stay TIFF or DICOM with all their bits, pictures become PNG, and those in colours that PNG
does not know a TIFF. The same file always gives the same pages, byte by byte, with the same releases of the libraries.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid
from tifffile import TiffFile, TiffPage, imwrite

from fairmark.kernel.errors import FairmarkError
from fairmark.modalities.image.pixels.dicom import DicomRaster, is_dicom
from fairmark.modalities.image.pixels.model import Pixels
from fairmark.modalities.image.pixels.opening import NOT_UNDERSTOOD, TIFF_MARKS, head_of
from fairmark.modalities.image.pixels.tiff import TiffRaster, is_values, pages_of
from fairmark.modalities.image.probe import UPRIGHT, ImageRefused, ImageTooLarge, checked, orientation_of, unindexed

PAGES_MAX = 500
PAGES_BYTES_MAX = 2 << 30
"""Most bytes of all pages, unpacked."""
PACK_LEVEL = 3
"""Half the time of the usual 6, in a few per cent more bytes."""
_IN_PNG = ("1", "L", "LA", "RGB", "RGBA", "I;16")
_STRIP_BYTES = 1 << 20


class PagesTooMany(ImageRefused):
    """A file of more pages, or of larger ones, than one item can show."""

    code = "pages_too_many"


class Page(NamedTuple):
    """A page that was cut out. number: from 1. time_ms: since the first began; both None where nothing moves."""

    number: int
    path: Path
    word: str
    time_ms: float | None = None
    duration_ms: float | None = None


def cut_pages(file: BinaryIO, into: Path, pixels_max: int) -> Iterator[Page]:
    """Writes each page of `file` into the folder `into`; a page is there when it is given out.

    Raises PagesTooMany before anything is decoded; what is wrong with a page as an error that names it.
    """
    head = head_of(file)
    if is_dicom(head):
        yield from _dicom(file, into, pixels_max)
        return
    if head.startswith(TIFF_MARKS) and (pages := _tiff_pages(file)):
        yield from _tiff(file, pages, into, pixels_max)
        return
    yield from _moving(checked(file, head, pixels_max), into)


def _check(count: int, size: int) -> None:
    """size: bytes of all pages, unpacked."""
    if count > PAGES_MAX:
        raise PagesTooMany(
            f"The file holds {count} pages or frames, {PAGES_MAX} at most.", mend="Divide it into several files."
        )
    if size > PAGES_BYTES_MAX:
        raise PagesTooMany(
            f"The {count} pages of the file have {size >> 20} MiB unpacked, {PAGES_BYTES_MAX >> 20} at most.",
            mend="Divide it into several files, or make its pages smaller.",
        )


def of_page(error: FairmarkError, number: int, word: str) -> FairmarkError:
    """The same error, saying where in the file it is."""
    error.message = f"{word.capitalize()} {number}: {error.message}"
    error.args = (error.message,)
    return error


def _tiff_pages(file: BinaryIO) -> list[tuple[int, TiffPage]]:
    try:
        file.seek(0)
        return pages_of(TiffFile(file))
    except NOT_UNDERSTOOD:
        file.seek(0)
        return []  # Pillow has the word


def _tiff(file: BinaryIO, pages: list[tuple[int, TiffPage]], into: Path, pixels_max: int) -> Iterator[Page]:
    _check(len(pages), sum(_tiff_bytes(page) for _, page in pages))
    picture: Image.Image | None = None  # opened once, as it walks through the file from page to page
    for number, (place, page) in enumerate(pages, start=1):
        try:
            pixels = page.imagewidth * page.imagelength
            if pixels > pixels_max:
                raise ImageTooLarge(
                    f"The image has {page.imagewidth} x {page.imagelength} pixels, {pixels_max} at most.",
                    mend="Save the page as a file of its own: it can be larger then.",
                )
            if is_values(page):
                path = into / f"{number}.tif"
                _write_tiff(np.concatenate(list(TiffRaster(file, page).numbers())), page, path)
            else:
                file.seek(0)
                picture = picture or Image.open(file, formats=["TIFF"])
                picture.seek(place)
                path = _write_picture(picture, into, number)
        except FairmarkError as error:
            raise of_page(error, number, "page") from error
        yield Page(number, path, "page")


def _tiff_bytes(page: TiffPage) -> int:
    return page.imagewidth * page.imagelength * page.samplesperpixel * max(1, (page.bitspersample or 8) // 8)


def _write_tiff(numbers: Pixels, page: TiffPage, path: Path) -> None:
    """`numbers`, [height, width, bands], as the page had them; upright already."""
    bands = numbers.shape[2]
    row_bytes = max(1, numbers.shape[1] * bands * numbers.dtype.itemsize)
    photometric = {0: "miniswhite", 2: "rgb"}.get(int(page.photometric), "minisblack")
    more: dict[str, Any] = {"planarconfig": "contig"} if bands > 1 else {}
    imwrite(
        path,
        numbers if bands > 1 else numbers[:, :, 0],
        photometric=photometric if bands != 2 or photometric != "rgb" else "minisblack",
        compression="zlib",
        compressionargs={"level": PACK_LEVEL},
        rowsperstrip=max(1, _STRIP_BYTES // row_bytes),
        metadata=None,
        software=False,
        **more,
    )


def _moving(image: Image.Image, into: Path) -> Iterator[Page]:
    """The frames of an animation as they are seen one after another, each whole."""
    count = int(getattr(image, "n_frames", 1))
    width, height = image.size
    _check(count, count * width * height * 4)
    time_ms = 0.0
    word = "page" if image.format == "TIFF" else "frame"
    for number in range(1, count + 1):
        image.seek(number - 1)
        path = _write_picture(image, into, number)
        if word == "page":
            yield Page(number, path, word)
            continue
        duration_ms = float(image.info.get("duration", 0) or 0)
        yield Page(number, path, word, time_ms, duration_ms)
        time_ms += duration_ms


def _write_picture(image: Image.Image, into: Path, number: int) -> Path:
    image.load()
    profile = image.info.get("icc_profile")
    still = unindexed(image) if image.mode in ("P", "PA") or "transparency" in image.info else image.copy()
    turn = UPRIGHT.get(orientation_of(image))
    if turn is not None:
        still = still.transpose(turn)
    still.info = {}
    if still.mode in _IN_PNG:
        path = into / f"{number}.png"
        still.save(path, "PNG", compress_level=PACK_LEVEL, icc_profile=profile if still.mode != "I;16" else None)
    else:
        path = into / f"{number}.tif"
        still.save(path, "TIFF", compression="tiff_adobe_deflate", icc_profile=profile)
    return path


def _dicom(file: BinaryIO, into: Path, pixels_max: int) -> Iterator[Page]:
    raster = DicomRaster(file, pixels_max)
    data, count = raster.dataset, raster.frames
    per_frame = int(data.Rows) * int(data.Columns) * int(data.get("SamplesPerPixel", 1)) * int(data.BitsAllocated) // 8
    _check(count, count * per_frame)
    times = _times(data, count)
    for number in range(1, count + 1):
        path = into / f"{number}.dcm"
        try:
            _write_dicom(data, raster.numbers(number - 1), number, path)
        except FairmarkError as error:
            raise of_page(error, number, "frame") from error
        yield Page(number, path, "frame", *times[number - 1])


def _times(data: Dataset, count: int) -> list[tuple[float | None, float | None]]:
    """When each frame begins and how long it lasts, in ms, as FrameTime or FrameTimeVector say it (PS3.3 C.7.6.5)."""
    steps = [float(each) for each in data.get("FrameTimeVector", None) or []]
    if len(steps) != count:
        if data.get("FrameTime") in (None, ""):
            return [(None, None)] * count
        steps = [0.0] + [float(data.FrameTime)] * (count - 1)
    starts = np.cumsum(steps).tolist()
    lasts = [*steps[1:], steps[-1]]
    return list(zip(starts, lasts, strict=True))


def _write_dicom(data: Dataset, numbers: Pixels, number: int, path: Path) -> None:
    """One frame as a file of its own, with all that the file says of every frame and of this one."""
    made = FileDataset("", Dataset(), file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    for element in data:
        if element.keyword not in ("NumberOfFrames", "FrameTime", "FrameTimeVector", *_GROUPS):
            made.add(element)
    for sequence, place in ((data.get(_GROUPS[0]), 0), (data.get(_GROUPS[1]), number - 1)):
        if sequence is not None and place < len(sequence):
            _lift(sequence[place], made)
    old = str(data.get("SOPInstanceUID", ""))
    made.SOPInstanceUID = generate_uid(entropy_srcs=[old, str(number)])
    made.InstanceNumber = number
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = UID(str(data.get("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7")))
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    if numbers.ndim == 3:
        made.PhotometricInterpretation, made.PlanarConfiguration = "RGB", 0
    made.BitsAllocated = numbers.dtype.itemsize * 8
    made.PixelData = numbers.astype(numbers.dtype.newbyteorder("<")).tobytes()
    made["PixelData"].VR = "OW" if numbers.dtype.itemsize == 2 else "OB"
    if len(made.PixelData) % 2:
        made.PixelData += b"\0"
    made.save_as(path, enforce_file_format=True)


_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_LIFTED = {
    "PixelValueTransformationSequence": ("RescaleSlope", "RescaleIntercept", "RescaleType"),
    "FrameVOILUTSequence": ("WindowCenter", "WindowWidth"),
}
"""What enhanced files say for each frame, where files of one frame say it at the top (PS3.3 C.7.6.16)."""


def _lift(group: Dataset, made: Dataset) -> None:
    for sequence, keywords in _LIFTED.items():
        found = group.get(sequence)
        for keyword in keywords if found else ():
            if keyword in found[0]:
                setattr(made, keyword, found[0][keyword].value)
