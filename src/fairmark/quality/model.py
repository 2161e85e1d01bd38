"""What the quality pages show."""

from datetime import datetime
from typing import Any

import msgspec

from fairmark.kernel.ids import BatchId, ItemId, ResultId, TaskId
from fairmark.ontology.model import Annotation
from fairmark.tasks.model import TaskState


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of a project. active_ms: counted work of the submissions of that hour."""

    at: datetime
    submissions: int
    reviews: int
    results: int
    active_ms: int


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """What one worker did in a project. agreement: mean of the tasks they took part in; None below two submissions."""

    worker: str
    submissions: int
    reviews: int
    active_ms: int
    agreement: float | None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How a project is doing.

    tasks: count by state. agreement_histogram: tasks by agreement in ten equal steps from 0 to 1. median_ms: active
    time per submission. hours: oldest first, at most a week. behind: something was added or handed in that has not been
    acted upon yet, so tasks may still open by themselves.
    """

    tasks: dict[TaskState, int]
    total: int
    in_review: int
    agreement_mean: float | None
    confidence_mean: float | None
    agreement_histogram: list[int]
    median_ms: int | None
    active_ms: int
    submissions: int
    results: int
    open_questions: int
    hours: list[Hour]
    contributions: list[Contribution]
    behind: bool = False


class ItemImage(msgspec.Struct, frozen=True, kw_only=True):
    """One of several images of an item. thumbnail, media: signed addresses, good for minutes; None until it is here."""

    name: str
    width: int | None
    height: int | None
    thumbnail: str | None
    media: str | None


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One item in the explorer. annotation: of the result in force, or what consensus has so far. asset_count: how many
    images it has; thumbnail and media are the first one's.
    """

    item_id: ItemId
    task_id: TaskId | None
    batch_id: BatchId
    name: str
    external_id: str | None
    meta: dict[str, Any]
    state: TaskState | None
    stage: int
    round: int
    note: str | None
    agreement: float | None
    confidence: float | None
    result_id: ResultId | None
    annotation: Annotation | None
    width: int | None
    height: int | None
    thumbnail: str | None
    media: str | None
    asset_count: int
    workers: list[str]
    updated_at: datetime | None
