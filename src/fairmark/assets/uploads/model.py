"""What an upload is, and what can be wrong with one."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from fairmark.assets.model import AssetView, Name, Problem, Sha256Hex
from fairmark.kernel.errors import Conflict, Invalid, NotFound, TooLarge
from fairmark.kernel.ids import AssetId, UploadId

CHUNK_BYTES = 8 << 20
"""What a sender should put in one request: large enough to be fast, small enough to send again after a cut."""
SMALL_BYTES_MAX = 8 << 20
"""A file of at most this size can come in one request without being announced."""
BATCH_FILES_MAX = 500
BATCH_BYTES_MAX = 64 << 20
HEADER_BYTES_MAX = 1 << 20
KNOWN_MAX = 1000


class Purpose(StrEnum):
    """Media become assets and must be sound; data (a manifest, an archive of labels) are kept for an import."""

    MEDIA = "media"
    DATA = "data"


class UploadState(StrEnum):
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


class NewUpload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file to be sent. sha256: checked when the last byte is here; of media that are known, nothing need be sent."""

    name: Name
    bytes: Annotated[int, Meta(ge=0, le=1 << 50)]
    sha256: Sha256Hex | None = None
    purpose: Purpose = Purpose.MEDIA


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """How far a file has come. received: bytes that are safe; go on sending from there, about `chunk_bytes` at a time.

    asset: of media that are done. fault: why a file was refused.
    """

    id: UploadId
    name: str
    bytes: int
    received: int
    purpose: Purpose
    state: UploadState
    asset: AssetView | None
    fault: Problem | None
    created_at: datetime
    chunk_bytes: int = CHUNK_BYTES


class UploadRow(msgspec.Struct, frozen=True, kw_only=True):
    """An upload as the database has it. blob: where the bytes of data lie."""

    id: UploadId
    name: str
    size: int
    received: int
    sha256: bytes | None
    purpose: Purpose
    state: UploadState
    asset_id: AssetId | None
    blob: str | None
    fault: Problem | None
    created_at: datetime


class Piece(NamedTuple):
    """A part of the file that is safe: from which byte, how many, and where they lie."""

    starts_at: int
    size: int
    blob: str


class Data(NamedTuple):
    """A finished upload of data. blob: where its bytes lie."""

    name: str
    size: int
    blob: str


class Finished(NamedTuple):
    """A file that came in one request, and what became of it."""

    name: str
    size: int
    sha256: bytes
    asset_id: AssetId | None
    fault: Problem | None


class BatchFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a batch, in the batch's first line."""

    name: Name
    bytes: Annotated[int, Meta(ge=0, le=SMALL_BYTES_MAX)]
    sha256: Sha256Hex | None = None


class BatchHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a batch: its files in the order of their bytes, which follow without anything between them."""

    files: Annotated[list[BatchFile], Meta(min_length=1, max_length=BATCH_FILES_MAX)]


class Uploads(msgspec.Struct, frozen=True):
    """What became of the files of a batch, in its order."""

    uploads: Sequence[Upload]


class KnownQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of these files are here already?"""

    sha256: Annotated[list[Sha256Hex], Meta(max_length=KNOWN_MAX)]


class KnownAnswer(msgspec.Struct, frozen=True):
    """SHA-256 of each file that is here -> its asset."""

    assets: dict[str, AssetId]


class UploadUnknown(NotFound):
    """No such upload, or not for this caller."""

    code = "upload_not_found"


class OffsetWrong(Conflict):
    """The piece does not start where the bytes that are safe end. `received` says where that is: go on from there."""

    code = "offset_wrong"


class UploadClosed(Conflict):
    """The upload has come to its end and takes no more bytes."""

    code = "upload_closed"


class UploadTooLarge(TooLarge):
    """The file is above the limit, or longer than was announced."""

    code = "upload_too_large"


class EmptyFile(Invalid):
    """A file without a byte."""

    code = "file_empty"


class ChecksumWrong(Invalid):
    """The bytes that arrived are not the ones that were announced."""

    code = "checksum_wrong"


class BodyBroken(Invalid):
    """The request ended before the body did. `received` says how much of the file is safe."""

    code = "body_broken"


class BadBatch(Invalid):
    """A batch whose first line does not say which files follow, or says it wrongly."""

    code = "bad_batch"


class UploadExpired(Invalid):
    """The upload was begun and left alone for too long."""

    code = "upload_expired"


class NotData(Conflict):
    """The upload holds media, or is not done: no import can read it."""

    code = "upload_not_data"
