"""Image files made on the spot: TIFF and DICOM of every kind that the tests speak of."""

import io
from typing import Any

import numpy as np
import tifffile
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid


def slope(width: int = 700, height: int = 600, dtype: Any = np.uint16) -> np.ndarray:
    """Values that are 20 times the sum of column and row."""
    return (np.add.outer(np.arange(height), np.arange(width)) * 20).astype(dtype)


def tiff(numbers: np.ndarray, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, numbers, **options)
    return file.getvalue()


def dicom(numbers: np.ndarray, syntax: str = ExplicitVRLittleEndian, **more: Any) -> bytes:
    """A CT slice of signed or unsigned 16-bit values."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.2")
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["fairmark"])
    meta.TransferSyntaxUID = UID(syntax)
    made = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
    made.SOPClassUID, made.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    made.Modality = "CT"
    made.Rows, made.Columns = numbers.shape[:2]
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit, made.PixelRepresentation = 15, int(numbers.dtype.kind == "i")
    made.PixelData = numbers.astype(numbers.dtype.newbyteorder("<")).tobytes()
    for name, value in more.items():
        setattr(made, name, value)
    file = io.BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue()
