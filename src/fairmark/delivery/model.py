"""Events as they go out, webhooks and their deliveries, exports; and what can be wrong with them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.formats.model import Loss
from fairmark.kernel.actor import Mode
from fairmark.kernel.errors import Conflict, Invalid, NotFound, TooOften
from fairmark.kernel.ids import BatchId, DeliveryId, ExportId, ItemId, OrgId, ProjectId, ResultId, TaskId, WebhookId
from fairmark.ontology.model import Annotation, Slug

URL_CHARS_MAX = 2000
TYPES_MAX = 50
WEBHOOKS_MAX = 50
EXPORTS_OPEN_MAX = 20
RESPONSE_CHARS_MAX = 1000
ERROR_CHARS_MAX = 300

EventType = Annotated[
    str,
    Meta(pattern=r"^[a-z_]{1,40}\.([a-z_]{1,40}|\*)$", description="An event's type, or `noun.*` for all of a noun."),
]
CursorText = Annotated[str, Meta(max_length=60, description="A place in the log: `epoch.transaction.number`.")]
Description = Annotated[str, Meta(max_length=500)]


class EventOut(msgspec.Struct, frozen=True, kw_only=True):
    """One event. data: the fields of its type, see docs/events.md. actor: `person:`, `key:` or `worker:` and an id."""

    cursor: str
    at: datetime
    type: str
    project_id: ProjectId | None
    task_id: TaskId | None
    actor: str
    data: dict[str, Any]


class EventPage(msgspec.Struct, frozen=True):
    """A part of the log. next: always a cursor; ask with it again, now or later. more: there are further events now."""

    rows: list[EventOut]
    next: str
    more: bool


class ResultOut(msgspec.Struct, frozen=True, kw_only=True):
    """A result as the stream gives it, whole. agreement, confidence: 0 to 1, None where nobody could disagree."""

    cursor: str
    id: ResultId
    project_id: ProjectId
    task_id: TaskId
    item_id: ItemId
    external_id: str | None
    name: str
    meta: dict[str, Any]
    version: int
    origin: str
    annotation: Annotation
    ontology_version: int
    confidence: float | None
    agreement: float | None
    created_at: datetime


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """An address that gets events. types: empty for all. failures: attempts in a row that failed."""

    id: WebhookId
    mode: Mode
    project_id: ProjectId | None
    url: str
    description: str
    types: list[str]
    paused_at: datetime | None
    pause_reason: str
    failures: int
    resume_at: datetime | None
    created_at: datetime
    updated_at: datetime


class WebhookWithSecret(Webhook, frozen=True, kw_only=True):
    """A webhook and the secret that signs for it, which is shown this once."""

    secret: str


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What the sender needs of a webhook, its secrets included. It never leaves the process.

    secret_header: of callbacks, the header that carries the secret as it is. closed: its organisation is.
    """

    webhook: Webhook
    secrets: tuple[str, ...]
    secret_header: str = ""
    closed: bool = False


class DeliveryState(StrEnum):
    """Waiting: for its first or next attempt. Failed: for good, until somebody sends it again by hand."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one webhook. status, response: of the last answer; error: why there was none.

    next_at: of the next attempt; None if there is none, or the webhook is paused. cursor: None for a test.
    """

    id: DeliveryId
    webhook_id: WebhookId
    cursor: str | None
    type: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    status: int | None
    response: str
    error: str
    took_ms: int | None
    created_at: datetime
    updated_at: datetime


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery with what is sent, and since when it has been tried.

    url: where to, if not to the webhook's own address. then_job: is told what came of `subject` in the end.
    """

    delivery: Delivery
    body: str
    queued_at: datetime
    url: str | None = None
    subject: str = ""
    then_job: str | None = None


class ExportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


Ratio = Annotated[float, Meta(ge=0, le=1)]


class Split(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which share of the items goes where; together 1. An item's place hangs on its id alone, so it never changes."""

    train: Ratio = 0.8
    val: Ratio = 0.1
    test: Ratio = 0.1


class ExportOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What goes into an export. Nothing set: every result of the project, labels only.

    classes: only items with a mark of one of these, and of their marks only these. confidence_min: results without a
    confidence are left out. after: only results since this cursor, for example `until` of the export before. since:
    the same by time, a little less exact. images: puts the original files in as well.
    """

    batch_ids: Annotated[list[BatchId], Meta(max_length=1000)] = []
    classes: Annotated[list[Slug], Meta(max_length=5000)] = []
    confidence_min: Ratio | None = None
    after: CursorText | None = None
    since: datetime | None = None
    images: bool = False
    split: Split | None = None


class ExportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an export holds. until: the cursor from which the next export can go on. losses: what the format cannot say.

    images_missing: original files that could not be put in, because they were never fetched or are gone.
    """

    items: int
    marks: int
    files: int
    losses: list[Loss]
    ontology_version: int
    until: str
    images_missing: int = 0


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why an export failed."""

    code: str
    message: str
    mend: str = ""


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """Results of a project as a file. url: a link that works for minutes; None until done, and after the file's time.

    rows_total: results to write, known once it runs. file: its name. bytes: its size. expires_at: when it is removed.
    """

    id: ExportId
    project_id: ProjectId
    format: str
    options: ExportOptions
    state: ExportState
    rows_total: int | None
    rows_done: int
    file: str | None
    bytes: int | None
    url: str | None
    expires_at: datetime | None
    report: ExportReport | None
    fault: Problem | None
    created_at: datetime
    updated_at: datetime


class ExportRow(msgspec.Struct, frozen=True, kw_only=True):
    """An export as it lies in the database, with its project's name and mode."""

    id: ExportId
    project_id: ProjectId
    project_name: str
    mode: Mode
    format: str
    options: ExportOptions
    state: ExportState
    rows_total: int | None
    rows_done: int
    blob: str | None
    bytes: int | None
    report: ExportReport | None
    fault: Problem | None
    created_at: datetime
    updated_at: datetime


class FormatOut(msgspec.Struct, frozen=True, kw_only=True):
    """A file format. write_losses, read_losses: what an export into it, or an import from it, cannot keep, in words."""

    name: str
    title: str
    media_types: list[str]
    write_losses: dict[str, str]
    read_losses: dict[str, str]


class Parked(msgspec.Struct, frozen=True):
    """An export whose file is to be removed."""

    org_id: OrgId
    id: ExportId
    blob: str


class UnknownEventType(Invalid):
    """No event has this type."""

    code = "unknown_event_type"


class NoSuchWebhook(NotFound):
    """No webhook with this id in this organisation and mode."""

    code = "no_such_webhook"


class NoSuchDelivery(NotFound):
    """No delivery with this id in this organisation and mode."""

    code = "no_such_delivery"


class NoSuchExport(NotFound):
    """No export with this id in this organisation and mode."""

    code = "no_such_export"


class ExportGone(NotFound):
    """The export's file was removed after its time, or is not made yet."""

    code = "export_gone"


class TooManyWebhooks(Conflict):
    """The organisation has as many webhooks as it may."""

    code = "too_many_webhooks"


class StillUnderWay(Conflict):
    """The delivery is being tried already."""

    code = "still_under_way"


class NotUnderWay(Conflict):
    """The export is over, so it cannot be cancelled."""

    code = "not_under_way"


class UnknownFormat(Invalid):
    """No file format has this name."""

    code = "unknown_format"


class BadSplit(Invalid):
    """The shares of a split do not add up to 1."""

    code = "bad_split"


class TooManyExports(TooOften):
    """Too many exports of the organisation wait or run."""

    code = "too_many_exports"


class TooManyStreams(TooOften):
    """The caller holds as many live streams as one may."""

    code = "too_many_streams"
