"""Image files made on the spot: TIFF and DICOM of every kind that the tests speak of."""

import io
import struct
import zlib
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
    """A CT slice of signed or unsigned 16-bit values; of [frames, height, width] a file of several frames."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.2")
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["fairmark"])
    meta.TransferSyntaxUID = UID(syntax)
    made = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
    made.SOPClassUID, made.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    made.Modality = "CT"
    if numbers.ndim == 3 and more.get("SamplesPerPixel", 1) == 1:
        made.NumberOfFrames = len(numbers)
        made.Rows, made.Columns = numbers.shape[1:]
    else:
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


_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Adam7: first column, first row, columns and rows between, of each pass."""
PNG_KINDS = {1: 0, 2: 4, 3: 2, 4: 6}
"""Bands -> the kind of colour in a PNG."""


def deep_png(numbers: np.ndarray, filters: tuple[int, ...] = (0,), *, interlaced: bool = False) -> bytes:
    """A PNG of 16 bits of [height, width, bands]. filters: 0 to 4, of the rows in turn."""
    height, width, bands = numbers.shape
    parts = [(0, 0, 1, 1)] if not interlaced else _PASSES
    rows = b""
    for x, y, dx, dy in parts:
        part = numbers[y::dy, x::dx]
        if part.size:
            flat = np.ascontiguousarray(part.astype(">u2")).view(np.uint8).reshape(part.shape[0], -1)
            rows += _filtered(flat, 2 * bands, filters)
    head = struct.pack(">IIBBBBB", width, height, 16, PNG_KINDS[bands], 0, 0, int(interlaced))
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def _filtered(rows: np.ndarray, step: int, filters: tuple[int, ...]) -> bytes:
    """The rows of bytes as PNG filters them: what is kept is how they differ from what lies left, above, or both."""
    made = b""
    above = np.zeros(rows.shape[1] + step, int)
    for number, row in enumerate(rows):
        here = np.concatenate([np.zeros(step, int), row.astype(int)])
        left, up, corner = here[:-step], above[step:], above[:-step]
        guess = left + up - corner
        away = np.stack([abs(guess - left), abs(guess - up), abs(guess - corner)])
        nearest = np.choose(away.argmin(axis=0), [left, up, corner])
        kind = filters[number % len(filters)]
        predicted = (np.zeros_like(left), left, up, (left + up) // 2, nearest)[kind]
        made += bytes([kind]) + ((here[step:] - predicted) % 256).astype(np.uint8).tobytes()
        above = here
    return made
