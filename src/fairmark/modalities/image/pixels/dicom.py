"""DICOM: the first image of a file, in its own values, with the window that the file asks for."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.pixels.processing import convert_color_space
from pydicom.pixels.utils import pixel_array

from fairmark.modalities.image.pixels.model import Facts, Pixels, PixelsRefused
from fairmark.modalities.image.probe import DamagedImage, ImageTooLarge, NotAnImage

MEDIA_TYPE = "application/dicom"
MARK_AT = 128
MARK = b"DICM"
_COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
_GREYS = ("MONOCHROME1", "MONOCHROME2")
# What pydicom unpacks by itself or through Pillow: plain, deflated, RLE, JPEG baseline, JPEG 2000.
_READ = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
)


def is_dicom(head: bytes) -> bool:
    """Whether a file that begins with `head` (132 bytes) is DICOM."""
    return head[MARK_AT : MARK_AT + 4] == MARK


class DicomRaster:
    """The image of a DICOM file, decoded when its rows are read.

    Raises NotAnImage, ImageTooLarge, PixelsRefused for one that holds none, too large a one, or one that is not read.
    """

    def __init__(self, file: BinaryIO, pixels_max: int) -> None:
        self._file = file
        file.seek(0)
        try:
            self._dataset = pydicom.dcmread(file, stop_before_pixels=True)
        except (InvalidDicomError, EOFError, ValueError) as error:
            raise DamagedImage("The DICOM file cannot be read.", mend="Export it again.") from error
        data = self._dataset
        if "Rows" not in data or "Columns" not in data:
            raise NotAnImage("The DICOM file holds no image.", mend="Send files with pixel data: CT, MR, X-ray.")
        width, height = int(data.Columns), int(data.Rows)
        if width * height > pixels_max:
            raise ImageTooLarge(
                f"The image has {width} x {height} pixels, {pixels_max} at most.", mend="Make it smaller."
            )
        self._check()
        self._is_colour = str(data.PhotometricInterpretation) in _COLOURS
        self._shift = -32768.0 if data.get("PixelRepresentation", 0) == 1 else 0.0
        self.facts = self._facts(width, height)

    @property
    def frames(self) -> int:
        return int(self._dataset.get("NumberOfFrames", 1) or 1)

    @property
    def dataset(self) -> Dataset:
        """All but the pixels."""
        return self._dataset

    def rows(self) -> Iterator[Pixels]:
        values = self.numbers(0)
        if self._is_colour:
            yield values
            return
        yield (values.astype(np.int32) - int(self._shift)).clip(0, 65535).astype(np.uint16)[:, :, None]

    def numbers(self, frame: int) -> Pixels:
        """The file's own numbers of a frame, [height, width]; colours as RGB, [height, width, 3].

        Raises DamagedImage.
        """
        self._file.seek(0)
        try:
            values = np.asarray(pixel_array(self._file, raw=True, index=frame))
            found = str(self._dataset.PhotometricInterpretation)
            return convert_color_space(values, found, "RGB") if self._is_colour and found != "RGB" else values
        except (RuntimeError, ValueError, AttributeError, NotImplementedError, EOFError) as error:
            raise DamagedImage("The pixels of the DICOM file cannot be decoded.", mend="Export it unpacked.") from error

    def _check(self) -> None:
        data = self._dataset
        syntax = data.file_meta.get("TransferSyntaxUID", "1.2.840.10008.1.2")
        kind = str(data.get("PhotometricInterpretation", ""))
        if str(syntax) not in _READ:
            name = getattr(syntax, "name", str(syntax))
            raise PixelsRefused(
                f"The DICOM file is packed as '{name}', which is not read here.",
                mend="Export it unpacked (Explicit VR Little Endian), as JPEG baseline, JPEG 2000 or RLE.",
            )
        if kind not in (*_GREYS, *_COLOURS) or int(data.BitsAllocated) not in (8, 16):
            raise PixelsRefused(
                f"Pixels of the kind {kind or 'none'} with {data.get('BitsAllocated')} bits are not read.",
                mend="Export it as MONOCHROME2 of 8 or 16 bits, or as RGB of 8 bits.",
            )
        if kind in _COLOURS and int(data.BitsAllocated) != 8:
            raise PixelsRefused("Colours of more than 8 bits are not read.", mend="Export it with 8 bits a colour.")

    def _facts(self, width: int, height: int) -> Facts:
        data = self._dataset
        if self._is_colour:
            return Facts("picture", width, height, bands=3)
        slope = float(_first(data.get("RescaleSlope")) or 1.0)
        intercept = float(_first(data.get("RescaleIntercept")) or 0.0)
        centre, span = _first(data.get("WindowCenter")), _first(data.get("WindowWidth"))
        window = None
        if centre is not None and span is not None and float(span) >= 1:
            # PS3.3 C.11.2.1.2: of `span` values around `centre` - 0.5 the first is black and the last white.
            low = float(centre) - 0.5 - (float(span) - 1) / 2
            window = (low, max(low + abs(slope) * 0.5, low + float(span) - 1))
        unit = str(data.get("RescaleType", "") or ("HU" if data.get("Modality") == "CT" else ""))
        return Facts(
            "values", width, height, 1, False, slope, intercept + slope * self._shift, (0,),
            str(data.PhotometricInterpretation) == "MONOCHROME1", window, "" if unit == "US" else unit,
        )  # fmt: skip


def _first(value: Any) -> Any:
    """The first of several values; None of none."""
    if isinstance(value, MultiValue):
        return value[0] if len(value) else None
    return None if value in (None, "") else value
