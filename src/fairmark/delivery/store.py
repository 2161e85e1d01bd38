"""The only file that runs this package's statements: rows in, model out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from fairmark.delivery.model import (
    Delivery,
    DeliveryState,
    ExportOptions,
    ExportReport,
    ExportRow,
    ExportState,
    Parcel,
    Parked,
    Problem,
    Target,
    Webhook,
)
from fairmark.kernel import json, sql
from fairmark.kernel.actor import Mode
from fairmark.kernel.db import Tx
from fairmark.kernel.events import Cursor, StoredEvent
from fairmark.kernel.ids import DeliveryId, ExportId, ProjectId, ResultId, TaskId, WebhookId, new_id

q = sql.load(__file__)


class NewDelivery(NamedTuple):
    """A delivery to make. cursor: None for a test."""

    id: DeliveryId
    webhook_id: WebhookId
    cursor: str | None
    type: str
    body: str


class NewCallback(NamedTuple):
    """A callback to make."""

    id: DeliveryId
    url: str
    type: str
    subject: str
    body: str
    then_job: str | None


class AssetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An asset as an export needs it. sha256: None while only its address is known. source: the address, or empty."""

    id: UUID
    name: str
    media_type: str
    width: int | None
    height: int | None
    sha256: bytes | None
    source: str
    orientation: int


class ResultRow(NamedTuple):
    """A result as an export reads it. annotation, meta: JSON text, decoded where it is written."""

    task_id: TaskId
    item_id: UUID
    external_id: str | None
    name: str
    meta: str
    batch: str
    asset_ids: list[UUID]
    annotation: str
    confidence: float | None


async def read_feed(
    tx: Tx, mode: Mode, after: Cursor, *, types: Sequence[str] | None, project_id: ProjectId | None, limit: int
) -> list[StoredEvent]:
    """The events of one mode after `after`, in order."""
    rows = await tx.all(
        q.read_feed, org_id=tx.org_id, epoch=after.epoch, xid=after.xid, id=after.id, types=types,
        project_id=project_id, mode=mode, limit=limit,
    )  # fmt: skip
    return [
        StoredEvent(
            Cursor(row["epoch"], row["xid"], row["id"]), row["at"], row["type"], row["project_id"], row["task_id"],
            row["actor"], msgspec.Raw(row["data"].encode()),
        )
        for row in rows
    ]  # fmt: skip


async def load_results(tx: Tx, ids: Sequence[ResultId]) -> dict[ResultId, dict[str, Any]]:
    """Whole results by id, ready to be encoded: their JSON is passed on as it is stored."""
    rows = await tx.all(q.load_results, org_id=tx.org_id, ids=ids)
    found: dict[ResultId, dict[str, Any]] = {}
    for row in rows:
        result = dict(row)
        for name in ("annotation", "meta"):
            result[name] = msgspec.Raw(row[name].encode())
        found[ResultId(row["id"])] = result
    return found


async def project_modes(tx: Tx, ids: Sequence[ProjectId]) -> dict[ProjectId, Mode]:
    rows = await tx.all(q.project_modes, org_id=tx.org_id, ids=ids)
    return {ProjectId(row["id"]): Mode(row["mode"]) for row in rows}


async def project_exists(tx: Tx, project_id: ProjectId) -> bool:
    return await tx.value(q.project_exists, org_id=tx.org_id, id=project_id, mode=tx.actor.mode) is not None


async def count_webhooks(tx: Tx) -> int:
    return await tx.value(q.count_webhooks, org_id=tx.org_id)


async def insert_webhook(tx: Tx, webhook: Webhook, secret: str) -> None:
    await tx.run(
        q.insert_webhook, org_id=tx.org_id, id=webhook.id, mode=webhook.mode, project_id=webhook.project_id,
        url=webhook.url, description=webhook.description, secret=secret, types=webhook.types,
        created_by=tx.actor.person_id, now=tx.now,
    )  # fmt: skip


async def list_webhooks(tx: Tx, after: UUID | None, project_id: ProjectId | None, limit: int) -> list[Webhook]:
    rows = await tx.all(
        q.list_webhooks, org_id=tx.org_id, mode=tx.actor.mode, after=after, project_id=project_id, limit=limit
    )
    return [_webhook(row) for row in rows]


async def active_webhooks(tx: Tx) -> list[Webhook]:
    return [_webhook(row) for row in await tx.all(q.active_webhooks, org_id=tx.org_id)]


async def target(tx: Tx, webhook_id: WebhookId) -> Target | None:
    """A webhook with the secrets that sign now."""
    row = await tx.maybe(q.get_webhook, org_id=tx.org_id, id=webhook_id)
    if row is None:
        return None
    until: datetime | None = row["secret_old_until"]
    old = (row["secret_old"],) if row["secret_old"] and until is not None and until > tx.now else ()
    return Target(
        webhook=_webhook(row),
        secrets=(row["secret"], *old),
        secret_header=row["secret_header"],
        closed=row["closed"],
    )


async def lock_webhook(tx: Tx, webhook_id: WebhookId) -> Webhook | None:
    row = await tx.maybe(q.lock_webhook, org_id=tx.org_id, id=webhook_id, mode=tx.actor.mode)
    return _webhook(row) if row else None


async def update_webhook(tx: Tx, webhook: Webhook) -> None:
    await tx.run(
        q.update_webhook, org_id=tx.org_id, id=webhook.id, project_id=webhook.project_id, url=webhook.url,
        description=webhook.description, types=webhook.types, paused_at=webhook.paused_at,
        pause_reason=webhook.pause_reason, failures=webhook.failures, resume_at=webhook.resume_at, now=tx.now,
    )  # fmt: skip


async def rotate_secret(tx: Tx, webhook_id: WebhookId, secret: str, old_until: datetime) -> None:
    await tx.run(q.rotate_secret, org_id=tx.org_id, id=webhook_id, secret=secret, old_until=old_until, now=tx.now)


async def delete_webhook(tx: Tx, webhook_id: WebhookId) -> None:
    await tx.run(q.delete_webhook, org_id=tx.org_id, id=webhook_id)


async def note_attempt(tx: Tx, webhook_id: WebhookId, failures: int, resume_at: datetime | None) -> None:
    await tx.run(q.note_attempt, org_id=tx.org_id, id=webhook_id, failures=failures, resume_at=resume_at)


async def pause_webhook(tx: Tx, webhook_id: WebhookId, reason: str) -> bool:
    """False if it was paused already."""
    return await tx.run(q.pause_webhook, org_id=tx.org_id, id=webhook_id, reason=reason, now=tx.now) == 1


async def insert_deliveries(tx: Tx, rows: Sequence[NewDelivery]) -> list[DeliveryId]:
    """Returns the ids of those that were not there yet."""
    added = await tx.all(
        q.insert_deliveries, org_id=tx.org_id, now=tx.now, ids=[row.id for row in rows],
        webhook_ids=[row.webhook_id for row in rows], cursors=[row.cursor for row in rows],
        types=[row.type for row in rows], bodies=[row.body for row in rows],
    )  # fmt: skip
    return [DeliveryId(row[0]) for row in added]


async def callback_webhook(tx: Tx, mode: Mode, url: str, secret_header: str, secret: str) -> WebhookId:
    """The hidden webhook of a host that is called back, with this secret."""
    key = {"org_id": tx.org_id, "mode": mode, "url": url, "secret_header": secret_header}
    row = await tx.maybe(q.callback_webhook, **key)
    if row is not None and row["secret"] == secret:
        return row["id"]
    return await tx.value(q.put_callback_webhook, **key, id=new_id(), secret=secret, now=tx.now)


async def insert_callback(tx: Tx, webhook_id: WebhookId, parcel: NewCallback) -> None:
    await tx.run(
        q.insert_callback, org_id=tx.org_id, id=parcel.id, webhook_id=webhook_id, type=parcel.type, body=parcel.body,
        url=parcel.url, subject=parcel.subject, then_job=parcel.then_job, now=tx.now,
    )  # fmt: skip


async def list_deliveries(
    tx: Tx, webhook_id: WebhookId, after: UUID | None, state: DeliveryState | None, limit: int
) -> list[Delivery]:
    rows = await tx.all(
        q.list_deliveries, org_id=tx.org_id, webhook_id=webhook_id, after=after, state=state, limit=limit
    )
    return [_delivery(row) for row in rows]


async def parcel(tx: Tx, delivery_id: DeliveryId, *, lock: bool = False) -> Parcel | None:
    """A delivery with what is sent. lock: nobody else touches it until the transaction ends."""
    row = await tx.maybe(q.lock_delivery if lock else q.get_delivery, org_id=tx.org_id, id=delivery_id)
    if row is None:
        return None
    return Parcel(
        delivery=_delivery(row), body=row["body"], queued_at=row["queued_at"], url=row["url"], subject=row["subject"],
        then_job=row["then_job"],
    )  # fmt: skip


async def record_attempt(tx: Tx, delivery: Delivery) -> None:
    await tx.run(
        q.record_attempt, org_id=tx.org_id, id=delivery.id, state=delivery.state, attempts=delivery.attempts,
        next_at=delivery.next_at, status=delivery.status, response=delivery.response, error=delivery.error,
        took_ms=delivery.took_ms, now=tx.now,
    )  # fmt: skip


async def put_off(tx: Tx, delivery_id: DeliveryId, next_at: datetime | None) -> None:
    await tx.run(q.put_off, org_id=tx.org_id, id=delivery_id, next_at=next_at)


async def queue_again(tx: Tx, delivery_id: DeliveryId) -> None:
    await tx.run(q.queue_again, org_id=tx.org_id, id=delivery_id, now=tx.now)


async def wake_deliveries(tx: Tx, webhook_id: WebhookId) -> list[tuple[DeliveryId, int]]:
    """(id, attempts so far) of those that waited for the webhook."""
    rows = await tx.all(q.wake_deliveries, org_id=tx.org_id, webhook_id=webhook_id, now=tx.now)
    return [(DeliveryId(row["id"]), row["attempts"]) for row in rows]


async def wake_all_deliveries(tx: Tx) -> list[tuple[DeliveryId, int]]:
    """The same of every webhook that is not paused."""
    rows = await tx.all(q.wake_all_deliveries, org_id=tx.org_id, now=tx.now)
    return [(DeliveryId(row["id"]), row["attempts"]) for row in rows]


async def forget_deliveries(tx: Tx, before: datetime) -> int:
    return await tx.run(q.forget_deliveries, org_id=tx.org_id, before=before)


async def count_open_exports(tx: Tx) -> int:
    return await tx.value(q.count_open_exports, org_id=tx.org_id)


async def insert_export(
    tx: Tx, export_id: ExportId, project_id: ProjectId, format: str, options: ExportOptions
) -> None:
    await tx.run(
        q.insert_export, org_id=tx.org_id, id=export_id, project_id=project_id, format=format,
        options=json.encode(options), created_by=tx.actor.person_id, now=tx.now,
    )  # fmt: skip


async def list_exports(tx: Tx, project_id: ProjectId, after: UUID | None, limit: int) -> list[ExportRow]:
    rows = await tx.all(q.list_exports, org_id=tx.org_id, project_id=project_id, after=after, limit=limit)
    return [_export(row) for row in rows]


async def get_export(tx: Tx, export_id: ExportId) -> ExportRow | None:
    row = await tx.maybe(q.get_export, org_id=tx.org_id, id=export_id)
    return _export(row) if row else None


async def start_export(tx: Tx, export_id: ExportId, rows_total: int) -> bool:
    """False if it is over or was cancelled."""
    return await tx.run(q.start_export, org_id=tx.org_id, id=export_id, rows_total=rows_total, now=tx.now) == 1


async def note_progress(tx: Tx, export_id: ExportId, rows_done: int) -> bool:
    """False if it was cancelled."""
    return await tx.run(q.note_progress, org_id=tx.org_id, id=export_id, rows_done=rows_done, now=tx.now) == 1


async def finish_export(
    tx: Tx, export_id: ExportId, rows_done: int, blob: str, bytes: int, report: ExportReport
) -> bool:
    """False if it was cancelled."""
    touched = await tx.run(
        q.finish_export, org_id=tx.org_id, id=export_id, rows_done=rows_done, blob=blob, bytes=bytes,
        report=json.encode(report), now=tx.now,
    )  # fmt: skip
    return touched == 1


async def fail_export(tx: Tx, export_id: ExportId, fault: Problem) -> bool:
    """False if it is over already."""
    return await tx.run(q.fail_export, org_id=tx.org_id, id=export_id, fault=json.encode(fault), now=tx.now) == 1


async def cancel_export(tx: Tx, export_id: ExportId) -> bool:
    """False if it is over already."""
    return await tx.run(q.cancel_export, org_id=tx.org_id, id=export_id, now=tx.now) == 1


async def old_exports(tx: Tx, before: datetime) -> list[Parked]:
    rows = await tx.all(q.old_exports, org_id=tx.org_id, before=before)
    return [Parked(tx.org_id, ExportId(row["id"]), row["blob"]) for row in rows]


async def forget_blob(tx: Tx, export_id: ExportId) -> None:
    await tx.run(q.forget_blob, org_id=tx.org_id, id=export_id)


async def count_results(tx: Tx, project_id: ProjectId, options: ExportOptions) -> int:
    return await tx.value(q.count_results, org_id=tx.org_id, project_id=project_id, **_filters(options))


async def page_results(
    tx: Tx, project_id: ProjectId, options: ExportOptions, after: TaskId, limit: int
) -> list[ResultRow]:
    rows = await tx.all(
        q.page_results, org_id=tx.org_id, project_id=project_id, after=after, limit=limit, **_filters(options)
    )
    return [ResultRow(*row.values()) for row in rows]


async def load_assets(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, AssetFacts]:
    rows = await tx.all(q.load_assets, org_id=tx.org_id, ids=ids)
    return {
        row["id"]: AssetFacts(
            id=row["id"], name=row["name"], media_type=row["media_type"], width=row["width"], height=row["height"],
            sha256=row["sha256"], source=row["source"], orientation=int(row["orientation"] or 1),
        )
        for row in rows
    }  # fmt: skip


def _filters(options: ExportOptions) -> dict[str, Any]:
    after = Cursor.parse(options.after) if options.after else Cursor()
    return {
        "batch_ids": options.batch_ids or None,
        "classes": options.classes or None,
        "confidence_min": options.confidence_min,
        "since": options.since,
        "by_cursor": options.after is not None,
        "epoch": after.epoch,
        "xid": after.xid,
        "event_id": after.id,
    }


def _webhook(row: Any) -> Webhook:
    return Webhook(
        id=row["id"], mode=Mode(row["mode"]), project_id=row["project_id"], url=row["url"],
        description=row["description"], types=list(row["types"]), paused_at=row["paused_at"],
        pause_reason=row["pause_reason"], failures=row["failures"], resume_at=row["resume_at"],
        created_at=row["created_at"], updated_at=row["updated_at"],
    )  # fmt: skip


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row["id"], webhook_id=row["webhook_id"], cursor=row["cursor"], type=row["type"],
        state=DeliveryState(row["state"]), attempts=row["attempts"], next_at=row["next_at"], status=row["status"],
        response=row["response"], error=row["error"], took_ms=row["took_ms"], created_at=row["created_at"],
        updated_at=row["updated_at"],
    )  # fmt: skip


def _export(row: Any) -> ExportRow:
    return ExportRow(
        id=row["id"], project_id=row["project_id"], project_name=row["project_name"], mode=Mode(row["mode"]),
        format=row["format"], options=json.decode(row["options"], ExportOptions), state=ExportState(row["state"]),
        rows_total=row["rows_total"], rows_done=row["rows_done"], blob=row["blob"], bytes=row["bytes"],
        report=json.decode(row["report"], ExportReport) if row["report"] else None,
        fault=json.decode(row["fault"], Problem) if row["fault"] else None,
        created_at=row["created_at"], updated_at=row["updated_at"],
    )  # fmt: skip
