"""Decisions about uploads: facts in, a named error or what to do out."""

from datetime import timedelta

import msgspec

from fairmark.assets.model import Problem
from fairmark.assets.rules import clean_name
from fairmark.assets.uploads.model import (
    BATCH_BYTES_MAX,
    BadBatch,
    BatchHeader,
    ChecksumWrong,
    EmptyFile,
    NewUpload,
    OffsetWrong,
    UploadClosed,
    UploadRow,
    UploadState,
    UploadTooLarge,
)
from fairmark.formats.names import relative_path
from fairmark.kernel import json
from fairmark.kernel.errors import FairmarkError

OPEN_FOR = timedelta(days=7)
"""An upload that nobody goes on with is dropped after this time."""
DATA_FOR = timedelta(days=30)
"""Data are kept for this time, so that an import can be started again."""


def file_name(raw: str) -> str:
    """`raw` as a relative path divided by "/", in composed Unicode. Raises BadName, PathOutside."""
    return relative_path(clean_name(raw), file=raw[:100])


def check_new(new: NewUpload, bytes_max: int) -> NewUpload:
    """`new` with its name cleaned. Raises EmptyFile, UploadTooLarge, BadName, PathOutside."""
    name = file_name(new.name)
    check_size(name, new.bytes, bytes_max)
    return msgspec.structs.replace(new, name=name)


def check_size(name: str, size: int, bytes_max: int) -> None:
    """Raises EmptyFile, UploadTooLarge."""
    if size == 0:
        raise EmptyFile(f"The file {name!r} is empty.", mend="Check the file; it may not have been written to its end.")
    if size > bytes_max:
        raise UploadTooLarge(
            f"The file {name!r} has {size} bytes; the limit is {bytes_max}.",
            mend="Make it smaller, or ask the operator to raise upload_mb_max.",
        )


def check_offset(upload: UploadRow, offset: int, length: int | None) -> bool:
    """Whether there is something to do: False for a repeated request to an upload that is done.

    length: bytes that are about to come, if known. Raises OffsetWrong, UploadClosed, UploadTooLarge.
    """
    if upload.state is UploadState.DONE and offset == upload.size:
        return False
    if upload.state is not UploadState.OPEN:
        raise UploadClosed(
            f"The upload of {upload.name!r} is {upload.state.value}.",
            mend="Begin a new upload to send the file again.",
            received=upload.received,
        )
    if offset != upload.received:
        raise offset_wrong(upload.received)
    if length is not None and offset + length > upload.size:
        raise too_long(upload)
    return True


def offset_wrong(received: int) -> OffsetWrong:
    return OffsetWrong(f"The next byte to send is number {received}.", mend="Go on from `received`.", received=received)


def too_long(upload: UploadRow) -> UploadTooLarge:
    return UploadTooLarge(
        f"More bytes came than the {upload.size} that were announced for {upload.name!r}.",
        mend="Announce the file with its whole size; it may have changed meanwhile.",
        received=upload.received,
    )


def check_sum(name: str, announced: bytes | None, found: bytes) -> None:
    """Raises ChecksumWrong."""
    if announced is not None and announced != found:
        raise ChecksumWrong(
            f"The bytes of {name!r} have the SHA-256 {found.hex()}, announced was {announced.hex()}.",
            mend="Send the file again; it may have changed meanwhile.",
        )


def read_header(line: bytes) -> BatchHeader:
    """The first line of a batch. Raises BadBatch, UploadTooLarge."""
    try:
        header = json.decode(line, BatchHeader)
    except json.BadJson as error:
        raise BadBatch(
            f"The first line of the batch is wrong: {error.message}",
            mend='Begin with {"files": [{"name": "a.jpg", "bytes": 123}]} and a line feed; the bytes follow.',
        ) from error
    total = sum(file.bytes for file in header.files)
    if total > BATCH_BYTES_MAX:
        raise UploadTooLarge(
            f"The batch has {total} bytes; the limit is {BATCH_BYTES_MAX}.", mend="Send it in several batches."
        )
    return header


def problem_of(error: FairmarkError) -> Problem:
    """An error as it is kept beside a file."""
    return Problem(error.code, error.message, error.mend)
