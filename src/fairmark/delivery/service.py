"""One function per use case: load, decide, save, announce."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from fairmark.assets.fetching.rules import parse_networks
from fairmark.delivery import attempts, events, rules, sending, store
from fairmark.delivery.model import (
    EXPORTS_OPEN_MAX,
    WEBHOOKS_MAX,
    Delivery,
    DeliveryState,
    EventPage,
    Export,
    ExportGone,
    ExportOptions,
    ExportRow,
    ExportState,
    NoSuchDelivery,
    NoSuchExport,
    NoSuchWebhook,
    NotUnderWay,
    StillUnderWay,
    TooManyExports,
    TooManyWebhooks,
    UnknownFormat,
    Webhook,
    WebhookWithSecret,
)
from fairmark.delivery.stream import Filter
from fairmark.formats.registry import FORMATS
from fairmark.kernel import events as log
from fairmark.kernel import jobs, json, signing
from fairmark.kernel.actor import Mode
from fairmark.kernel.db import Tx
from fairmark.kernel.events import Cursor
from fairmark.kernel.http import Site
from fairmark.kernel.ids import DeliveryId, ExportId, ProjectId, WebhookId, new_id
from fairmark.projects import service as projects

EXPORT = "delivery.export"
SECRET_OVERLAP = timedelta(hours=24)
"""After a change both secrets sign for so long."""
NOW = "now"
TEST_PRIORITY = 10


# Events


async def page_events(
    tx: Tx, after: str | None, types: Sequence[str], project_id: ProjectId | None, limit: int
) -> EventPage:
    """The events after a cursor, in order; from the beginning without one. Raises BadCursor, UnknownEventType,
    NoSuchProject."""
    wanted = rules.expand(types, log.known_types()) if types else None
    if project_id is not None:
        await projects.get(tx, project_id)
    horizon = await log.newest(tx)
    if after == NOW:
        return EventPage([], str(horizon), more=False)
    start = Cursor.parse(after) if after else Cursor()
    rows = await store.read_feed(tx, tx.actor.mode, start, types=wanted, project_id=project_id, limit=limit + 1)
    await log.settle(tx)
    kept, more = rows[:limit], len(rows) > limit
    # Behind the last page lies nothing that fits, up to the horizon: who asks again need not be led past it again.
    last = kept[-1].cursor if more else max([start, horizon, *(event.cursor for event in kept)])
    return EventPage([attempts.shown(event) for event in kept], str(last), more)


async def plan_stream(
    tx: Tx, after: str | None, types: Sequence[str], project_id: ProjectId | None
) -> tuple[Cursor, Filter]:
    """Where a live stream starts, now without a cursor, and what it gives.

    Raises BadCursor, UnknownEventType, NoSuchProject.
    """
    wanted = frozenset(rules.expand(types, log.known_types())) if types else None
    if project_id is not None:
        await projects.get(tx, project_id)
    start = await log.newest(tx) if after in (None, "", NOW) else Cursor.parse(after or "")
    return start, Filter(wanted, project_id)


# Webhooks


async def create_webhook(
    tx: Tx, fetch_allow: str, *, url: str, types: Sequence[str], project_id: ProjectId | None, description: str
) -> WebhookWithSecret:
    """A webhook with a fresh secret, which is told this once.

    Raises UrlInvalid, AddressForbidden, UnknownEventType, NoSuchProject, TooManyWebhooks.
    """
    sending.check_target(url, fetch_allow)
    rules.expand(types, log.known_types())
    if project_id is not None:
        await projects.get(tx, project_id)
    if await store.count_webhooks(tx) >= WEBHOOKS_MAX:
        raise TooManyWebhooks(f"There are {WEBHOOKS_MAX} webhooks already.", mend="Delete one that is not used.")
    secret = _new_secret()
    made = WebhookWithSecret(
        id=WebhookId(new_id()), mode=tx.actor.mode, project_id=project_id, url=url, description=description,
        types=list(dict.fromkeys(types)), paused_at=None, pause_reason="", failures=0, resume_at=None,
        created_at=tx.now, updated_at=tx.now, secret=secret,
    )  # fmt: skip
    await store.insert_webhook(tx, made, secret)
    await log.announce(tx, events.WebhookCreated(webhook_id=made.id, url=url, project_id=project_id))
    return made


async def list_webhooks(tx: Tx, after: UUID | None, project_id: ProjectId | None, limit: int) -> list[Webhook]:
    """Newest first, at most `limit` + 1. project_id: those that get this project's events."""
    return await store.list_webhooks(tx, after, project_id, limit + 1)


class WebhookChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a webhook; what is UNSET stays."""

    url: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType = msgspec.UNSET
    types: list[str] | msgspec.UnsetType = msgspec.UNSET
    project_id: ProjectId | msgspec.UnsetType | None = msgspec.UNSET
    paused: bool | msgspec.UnsetType = msgspec.UNSET


async def change_webhook(tx: Tx, fetch_allow: str, webhook_id: WebhookId, wanted: WebhookChange) -> Webhook:
    """Also pauses and starts again; what waited while it was paused goes on.

    Raises NoSuchWebhook, UrlInvalid, AddressForbidden, UnknownEventType, NoSuchProject.
    """
    old = await _locked(tx, webhook_id)
    changes = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not msgspec.UNSET}
    paused = changes.pop("paused", old.paused_at is not None)
    if "url" in changes:
        sending.check_target(changes["url"], fetch_allow)
    if "types" in changes:
        rules.expand(changes["types"], log.known_types())
    if changes.get("project_id") is not None:
        await projects.get(tx, changes["project_id"])
    changed = tuple(name for name in changes if changes[name] != getattr(old, name))
    new = msgspec.structs.replace(old, **changes, updated_at=tx.now)
    if "url" in changed:  # another address starts with a clean slate
        new = msgspec.structs.replace(new, failures=0, resume_at=None)
    if paused and old.paused_at is None:
        new = msgspec.structs.replace(new, paused_at=tx.now, pause_reason="paused by hand")
        await log.announce(tx, events.WebhookPaused(webhook_id=old.id, reason=new.pause_reason))
    if not paused and old.paused_at is not None:
        changed += ("paused",)
        new = msgspec.structs.replace(new, paused_at=None, pause_reason="", failures=0, resume_at=None)
        woken = await store.wake_deliveries(tx, webhook_id)
        await jobs.enqueue_all(
            tx, attempts.SEND, [attempts.args_of(delivery_id, attempt) for delivery_id, attempt in woken]
        )
    await store.update_webhook(tx, new)
    if changed:
        await log.announce(tx, events.WebhookChanged(webhook_id=old.id, changed=changed, project_id=new.project_id))
    return new


async def rotate_secret(tx: Tx, webhook_id: WebhookId) -> WebhookWithSecret:
    """A new secret, told this once. For 24 hours the old one signs as well. Raises NoSuchWebhook."""
    webhook = await _locked(tx, webhook_id)
    secret = _new_secret()
    await store.rotate_secret(tx, webhook_id, secret, tx.now + SECRET_OVERLAP)
    changed = events.WebhookChanged(webhook_id=webhook_id, changed=("secret",), project_id=webhook.project_id)
    await log.announce(tx, changed)
    return WebhookWithSecret(**msgspec.structs.asdict(webhook), secret=secret)


async def delete_webhook(tx: Tx, webhook_id: WebhookId) -> None:
    """With its log and what still waited. Raises NoSuchWebhook."""
    webhook = await _locked(tx, webhook_id)
    await store.delete_webhook(tx, webhook_id)
    deleted = events.WebhookDeleted(webhook_id=webhook_id, url=webhook.url, project_id=webhook.project_id)
    await log.announce(tx, deleted)


async def test_webhook(tx: Tx, webhook_id: WebhookId) -> Delivery:
    """Sends a ping, once, even to a paused webhook. Raises NoSuchWebhook."""
    await _locked(tx, webhook_id)
    delivery_id = DeliveryId(new_id())
    data = {"message": "This is a test."}
    body = {
        "id": delivery_id, "organisation_id": tx.org_id, "cursor": None, "at": tx.now, "type": rules.TEST_TYPE,
        "project_id": None, "task_id": None, "actor": log.signature(tx.actor), "data": data,
    }  # fmt: skip
    row = store.NewDelivery(delivery_id, webhook_id, None, rules.TEST_TYPE, json.encode(body))
    await store.insert_deliveries(tx, [row])
    await jobs.enqueue(tx, attempts.SEND, priority=TEST_PRIORITY, **attempts.args_of(delivery_id, 0))
    return await _delivery(tx, delivery_id)


async def call_back(
    tx: Tx, mode: Mode, *, url: str, type: str, subject: str, body: str, secret_header: str, secret: str,
    then_job: str | None = None,
) -> DeliveryId:  # fmt: skip
    """Sends `body` to an address of the caller's choice until it is taken, with `secret` as it is in `secret_header`.

    subject: what it is about; `then_job` is run with it once it is known whether the address took it. Where the address
    may not be reached, the attempts fail and say so.
    """
    parts = urlsplit(url)
    webhook_id = await store.callback_webhook(tx, mode, f"{parts.scheme}://{parts.netloc}", secret_header, secret)
    delivery_id = DeliveryId(new_id())
    await store.insert_callback(tx, webhook_id, store.NewCallback(delivery_id, url, type, subject, body, then_job))
    await jobs.enqueue(tx, attempts.SEND, **attempts.args_of(delivery_id, 0))
    return delivery_id


async def call_once(site: Site, *, url: str, body: str, secret_header: str, secret: str) -> rules.Answer:
    """Sends `body` to an address at once and once, as `call_back` would, and says what came back.

    It takes no transaction, for an answer may take ten seconds.
    """
    headers = {"Content-Type": "application/json", secret_header: secret}
    allow = parse_networks(site.settings.fetch_allow)
    return await sending.post(url, body.encode(), headers, allow=allow)


async def list_deliveries(
    tx: Tx, webhook_id: WebhookId, after: UUID | None, state: DeliveryState | None, limit: int
) -> list[Delivery]:
    """A webhook's log, newest first, at most `limit` + 1. Raises NoSuchWebhook."""
    found = await store.target(tx, webhook_id)
    if found is None or found.webhook.mode is not tx.actor.mode:
        raise _no_such_webhook(webhook_id)
    return await store.list_deliveries(tx, webhook_id, after, state, limit + 1)


async def resend(tx: Tx, delivery_id: DeliveryId) -> Delivery:
    """A new round of attempts, the first at once. Raises NoSuchDelivery, StillUnderWay."""
    parcel = await store.parcel(tx, delivery_id, lock=True)
    target = await store.target(tx, parcel.delivery.webhook_id) if parcel else None
    if parcel is None or target is None or target.webhook.mode is not tx.actor.mode:
        raise NoSuchDelivery(f"There is no delivery {delivery_id} here.", mend="Check the id and the organisation.")
    if parcel.delivery.state is DeliveryState.WAITING:
        raise StillUnderWay("This delivery is being tried already.", mend="Wait for the attempt at `next_at`.")
    await store.queue_again(tx, delivery_id)
    await jobs.enqueue(tx, attempts.SEND, **attempts.args_of(delivery_id, 0), force=True)
    return await _delivery(tx, delivery_id)


# Exports


async def create_export(tx: Tx, project_id: ProjectId, format: str, options: ExportOptions) -> ExportRow:
    """Asks for results as a file. Raises NoSuchProject, UnknownFormat, BadSplit, BadCursor, TooManyExports."""
    await projects.get(tx, project_id)
    if format not in FORMATS:
        raise UnknownFormat(f"'{format}' is no format here.", mend=f"Use one of: {', '.join(sorted(FORMATS))}.")
    if options.split is not None:
        rules.check_split(options.split)
    if options.after is not None:
        Cursor.parse(options.after)
    if await store.count_open_exports(tx) >= EXPORTS_OPEN_MAX:
        raise TooManyExports(
            f"{EXPORTS_OPEN_MAX} exports wait or run already.",
            mend="Wait until one is done, or cancel one.",
            retry_after_s=30,
        )
    export_id = ExportId(new_id())
    await store.insert_export(tx, export_id, project_id, format, options)
    await jobs.enqueue(tx, EXPORT, export_id=export_id)
    requested = events.ExportRequested(export_id=export_id, format=format, project_id=project_id)
    await log.announce(tx, requested)
    return await get_export(tx, export_id)


async def list_exports(tx: Tx, project_id: ProjectId, after: UUID | None, limit: int) -> list[ExportRow]:
    """Newest first, at most `limit` + 1. Raises NoSuchProject."""
    await projects.get(tx, project_id)
    return await store.list_exports(tx, project_id, after, limit + 1)


async def get_export(tx: Tx, export_id: ExportId) -> ExportRow:
    """Raises NoSuchExport."""
    found = await store.get_export(tx, export_id)
    if found is None or found.mode is not tx.actor.mode:
        raise NoSuchExport(f"There is no export {export_id} here.", mend="Check the id and the organisation.")
    return found


async def cancel_export(tx: Tx, export_id: ExportId) -> ExportRow:
    """Raises NoSuchExport, NotUnderWay."""
    found = await get_export(tx, export_id)
    if not await store.cancel_export(tx, export_id):
        raise NotUnderWay(f"The export is over: it is {found.state.value}.", mend="Nothing needs to be done.")
    await log.announce(tx, events.ExportCancelled(export_id=export_id, project_id=found.project_id))
    return await get_export(tx, export_id)


async def file_of(tx: Tx, export_id: ExportId) -> ExportRow:
    """A finished export with its file, for somebody with a signed link. Raises ExportGone."""
    found = await store.get_export(tx, export_id)
    if found is None or found.blob is None:
        raise ExportGone("This file is not there any more.", mend="Export again.")
    return found


def view(site: Site, tx: Tx, row: ExportRow) -> Export:
    """An export as the caller sees it, with a link if there is a file."""
    is_there = row.state is ExportState.DONE and row.blob is not None
    path = f"/api/v1/exports/{tx.org_id}/{row.id}/file"
    return Export(
        id=row.id, project_id=row.project_id, format=row.format, options=row.options, state=row.state,
        rows_total=row.rows_total, rows_done=row.rows_done, file=rules.file_name(row) if is_there else None,
        bytes=row.bytes, url=signing.sign(site.secret, path, tx.now, site.settings.media_url_s) if is_there else None,
        expires_at=rules.expires_at(row) if is_there else None, report=row.report, fault=row.fault,
        created_at=row.created_at, updated_at=row.updated_at,
    )  # fmt: skip


async def _locked(tx: Tx, webhook_id: WebhookId) -> Webhook:
    webhook = await store.lock_webhook(tx, webhook_id)
    if webhook is None:
        raise _no_such_webhook(webhook_id)
    return webhook


async def _delivery(tx: Tx, delivery_id: DeliveryId) -> Delivery:
    parcel = await store.parcel(tx, delivery_id)
    assert parcel is not None, "it was just written"
    return parcel.delivery


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def _no_such_webhook(webhook_id: WebhookId) -> NoSuchWebhook:
    return NoSuchWebhook(f"There is no webhook {webhook_id} here.", mend="Check the id, the organisation and the mode.")
