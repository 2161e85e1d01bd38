"""What the API keeps, as frozen values; and its errors with their statuses."""

import os
import time
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, NewType
from uuid import UUID

import msgspec

from fairmark.kernel.actor import Mode
from fairmark.kernel.errors import FairmarkError, Invalid, NotFound
from fairmark.kernel.ids import AssetId, ItemId, ProjectId, WorkforceId

ScaleId = NewType("ScaleId", str)
"""24 hex digits: 12 of milliseconds since 1970, 12 of chance. The newest of two ids is the greater."""

Json = dict[str, Any]
NAME_CHARS_MAX = 200
TAGS_MAX = 5
METADATA_BYTES_MAX = 10_240
PAGE_MAX = 100


def new_scale_id(at: datetime | None = None) -> ScaleId:
    """A fresh id; of now unless said."""
    ms = time.time_ns() // 1_000_000 if at is None else max(0, int(at.timestamp() * 1000))
    return ScaleId(f"{ms:012x}{os.urandom(6).hex()}")


def first_id_at(at: datetime) -> ScaleId:
    """The least id that a row made at `at` can have, to the millisecond."""
    return ScaleId(f"{max(0, int(at.timestamp() * 1000)):012x}000000000000")


def timestamp(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z, as the API writes times."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


class Status(StrEnum):
    """What has become of a task."""

    PENDING = "pending"
    COMPLETED = "completed"
    CANCELED = "canceled"
    ERROR = "error"


class BatchStatus(StrEnum):
    """Where a batch stands. Version 1 of the API knows neither paused nor cancelled."""

    STAGING = "staging"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What a task is for: an answer, or to judge and teach people by a known one."""

    TASK = "task"
    EVALUATION = "evaluation"
    TRAINING = "training"


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """history: parameters by version, oldest first, each with `version` and `created_at`."""

    id: ScaleId
    mode: Mode
    name: str
    type: str
    history: list[Json]
    is_rapid: bool
    is_studio: bool
    dataset_id: str | None
    archived_at: datetime | None
    created_at: datetime

    @property
    def params(self) -> Json:
        """The parameters in force, without what belongs to the version itself."""
        newest = self.history[-1] if self.history else {}
        return {key: value for key, value in newest.items() if key not in ("version", "created_at")}


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A named group of tasks; its name is unique in the account."""

    id: ScaleId
    name: str
    project_id: ScaleId
    project: str
    is_staged: bool
    """Whether batches of its project are born in staging."""
    is_studio: bool
    status: BatchStatus
    callback: str
    metadata: Json
    is_calibration: bool
    is_self_label: bool
    priority: int | None
    groups: list[str]
    created_at: datetime
    completed_at: datetime | None


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The fairmark project that holds the work of tasks with the same classes and questions."""

    project_id: ProjectId
    type: str
    params: Json
    instruction: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task as the API tells it. project, batch: names. asset_ids: of its item, for `attachment_url`."""

    id: ScaleId
    mode: Mode
    type: str
    role: Role
    status: Status
    project: str | None
    batch: str | None
    scale_project_id: ScaleId | None
    scale_batch_id: ScaleId | None
    project_id: ProjectId | None
    item_id: ItemId | None
    unique_id: str | None
    tags: list[str]
    metadata: Json
    instruction: str
    params: Json
    callback_url: str
    priority: int
    clears_unique_id: bool
    response: Json | None
    error: str | None
    review_status: str | None
    review_comments: str | None
    audits: list[Json]
    callback_succeeded: bool | None
    callback_at: datetime | None
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    asset_ids: list[AssetId] = []


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was uploaded or is fetched, to be named as an attachment."""

    id: UUID
    asset_id: AssetId | None
    url: str
    name: str
    mime_type: str
    bytes: int
    projects: list[str]
    reference_id: str | None
    display_name: str | None
    metadata: Json
    created_at: datetime


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A labeler group of a project: a workforce. emails: who belongs to it, whether they have come yet or not."""

    id: ScaleId
    project_id: ScaleId
    name: str
    workforce_id: WorkforceId
    is_singleton: bool
    emails: list[str]


class Delivered(NamedTuple):
    """A completed batch, as what was delivered. tasks_done: how many of its tasks are."""

    batch: Batch
    tasks_done: int


class CallbackAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Where callbacks of a world go by default, and the key that they carry. url: empty where none go."""

    mode: Mode
    url: str
    key: str


class CallbackAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an address answered to a callback that was made up. status: None if nothing came; `error` says why."""

    url: str
    status: int | None
    error: str
    took_ms: int


class BadCallback(Invalid):
    """An address that nothing can be sent to."""

    code = "bad_callback"


class NoPicture(NotFound):
    """A picture of a response that there is not, or not any more."""

    code = "no_picture"


class ApiError(FairmarkError):
    """An error of this API. `status` is the answer's."""

    status: ClassVar[int] = 400
    code = "scale_error"


class BadRequest(ApiError):
    """A parameter is missing or wrong; the message names it."""

    status = 400
    code = "bad_request"


class BadKey(ApiError):
    """No key, or none that is good."""

    status = 401
    code = "bad_key"


class NotEnabled(ApiError):
    """A task that nobody here could label yet."""

    status = 402
    code = "not_enabled"


class NoSuch(ApiError):
    """No such thing in this account and mode."""

    status = 404
    code = "no_such"


class Duplicate(ApiError):
    """The name or unique_id is taken."""

    status = 409
    code = "duplicate"
