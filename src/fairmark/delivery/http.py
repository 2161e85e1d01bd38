"""One route per use case: parse, call, render."""

from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream
from msgspec import UNSET, Meta, UnsetType

from fairmark.assets.media.rules import RangeWrong, Span, parse_range
from fairmark.delivery import attempts, rules, service, sse, store
from fairmark.delivery.model import (
    TYPES_MAX,
    URL_CHARS_MAX,
    Delivery,
    DeliveryState,
    Description,
    EventPage,
    EventType,
    Export,
    ExportOptions,
    FormatOut,
    Webhook,
    WebhookWithSecret,
)
from fairmark.delivery.stopping import call_on_stop
from fairmark.delivery.stream import Batch, Filter, Hub
from fairmark.formats.registry import FORMATS
from fairmark.kernel import clock, signing
from fairmark.kernel import events as log
from fairmark.kernel.actor import Actor, Permission, require
from fairmark.kernel.blobs import CHUNK
from fairmark.kernel.db import Tx
from fairmark.kernel.errors import Forbidden, NotSignedIn
from fairmark.kernel.events import SYSTEM, Cursor
from fairmark.kernel.http import After, Limit, Page, Req, actor_of, page_of, site, work
from fairmark.kernel.ids import DeliveryId, ExportId, OrgId, ProjectId, ResultId, WebhookId
from fairmark.kernel.pages import after_id
from fairmark.tasks.events import TaskDone

TAGS_EVENTS, TAGS_WEBHOOKS, TAGS_EXPORTS = ["events"], ["webhooks"], ["exports"]
TASK_DONE = log.type_of(TaskDone)
STREAM_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}

Url = Annotated[str, Meta(min_length=1, max_length=URL_CHARS_MAX, description="http or https, reachable from here.")]
Types = Annotated[list[EventType], Meta(max_length=TYPES_MAX, description="Empty: every type.")]
TypesQuery = Annotated[
    list[str] | None,
    QueryParameter(max_items=TYPES_MAX, description="Event types or `noun.*`; repeated, or divided by commas."),
]
AfterCursor = Annotated[
    str | None, QueryParameter(max_length=60, description="`next` or `cursor` of an earlier answer, or `now`.")
]
LastEventId = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", max_length=60, description="The cursor of the last event received."),
]


class NewWebhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address that is to get events. project_id: only this project's; null: all of the organisation."""

    url: Url
    types: Types = []
    project_id: ProjectId | None = None
    description: Description = ""


class WebhookPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    url: Url | UnsetType = UNSET
    types: Types | UnsetType = UNSET
    project_id: ProjectId | UnsetType | None = UNSET
    description: Description | UnsetType = UNSET
    paused: bool | UnsetType = UNSET


class NewExport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Results as a file. format: one of GET /api/v1/formats."""

    format: Annotated[str, Meta(min_length=1, max_length=40)]
    options: ExportOptions = msgspec.field(default_factory=ExportOptions)


@get("/api/v1/events", operation_id="list_events", tags=TAGS_EVENTS)
async def list_events(
    request: Req,
    after: AfterCursor = None,
    types: TypesQuery = None,
    project_id: ProjectId | None = None,
    limit: Limit = 100,
) -> EventPage:
    """What happened, in order, after a cursor; from the beginning without one. `next` works at any later time."""
    async with work(request, Permission.DATA_READ) as tx:
        return await service.page_events(tx, after, _split(types), project_id, limit)


@get("/api/v1/events/stream", operation_id="stream_events", tags=TAGS_EVENTS, media_type="text/event-stream")
async def stream_events(
    request: Req,
    after: AfterCursor = None,
    last_event_id: LastEventId = None,
    types: TypesQuery = None,
    project_id: ProjectId | None = None,
) -> Stream:
    """Events as they happen (server-sent events): after `Last-Event-ID`, else after `after`, else from now on."""
    async with work(request, Permission.DATA_READ) as tx:
        start, wanted = await service.plan_stream(tx, last_event_id or after, _split(types), project_id)

    async def render(batch: Batch) -> list[tuple[str, Any]]:
        return [(str(event.cursor), attempts.shown(event)) for event in batch.events]

    return _stream(request, tx, start, wanted, render)


@get(
    "/api/v1/projects/{project_id:uuid}/results/stream",
    operation_id="stream_results",
    tags=TAGS_EVENTS,
    media_type="text/event-stream",
)
async def stream_results(
    request: Req, project_id: ProjectId, after: AfterCursor = None, last_event_id: LastEventId = None
) -> Stream:
    """Whole results as tasks are done (server-sent events), from any cursor; `0.0.0` gives all there are first."""
    async with work(request, Permission.DATA_READ) as tx:
        start, wanted = await service.plan_stream(tx, last_event_id or after, [TASK_DONE], project_id)
    db, org_id = site(request).db, tx.org_id

    async def render(batch: Batch) -> list[tuple[str, Any]]:
        if not batch.events:
            return []
        ids = [(str(event.cursor), _result_id(event.data)) for event in batch.events]
        async with db.begin(org_id, actor=SYSTEM) as reading:
            found = await store.load_results(reading, [result_id for _, result_id in ids])
        return [(cursor, {"cursor": cursor, **found[id]}) for cursor, id in ids if id in found]

    return _stream(request, tx, start, wanted, render)


@get("/api/v1/webhooks", operation_id="list_webhooks", tags=TAGS_WEBHOOKS)
async def list_webhooks(
    request: Req, limit: Limit = 50, after: After = None, project_id: ProjectId | None = None
) -> Page[Webhook]:
    """The organisation's webhooks, newest first; with `project_id` those that get this project's events."""
    async with work(request, Permission.DATA_READ) as tx:
        rows = await service.list_webhooks(tx, after_id(after) if after else None, project_id, limit)
        return page_of(rows, limit, lambda webhook: str(webhook.id))


@post("/api/v1/webhooks", operation_id="create_webhook", tags=TAGS_WEBHOOKS)
async def create_webhook(request: Req, data: NewWebhook) -> WebhookWithSecret:
    """Sends events to an address from now on. The secret in the answer is shown this once."""
    async with work(request, Permission.DATA_WRITE) as tx:
        return await service.create_webhook(
            tx,
            site(request).settings.fetch_allow,
            url=data.url,
            types=data.types,
            project_id=data.project_id,
            description=data.description,
        )


@patch("/api/v1/webhooks/{webhook_id:uuid}", operation_id="change_webhook", tags=TAGS_WEBHOOKS)
async def change_webhook(request: Req, webhook_id: WebhookId, data: WebhookPatch) -> Webhook:
    """Changes address or filter; pauses, or starts again."""
    wanted = service.WebhookChange(**msgspec.structs.asdict(data))
    async with work(request, Permission.DATA_WRITE) as tx:
        return await service.change_webhook(tx, site(request).settings.fetch_allow, webhook_id, wanted)


@delete("/api/v1/webhooks/{webhook_id:uuid}", operation_id="delete_webhook", tags=TAGS_WEBHOOKS)
async def delete_webhook(request: Req, webhook_id: WebhookId) -> None:
    """Removes a webhook, its log, and what still waited to be sent."""
    async with work(request, Permission.DATA_WRITE) as tx:
        await service.delete_webhook(tx, webhook_id)


@post("/api/v1/webhooks/{webhook_id:uuid}/secret", operation_id="rotate_webhook_secret", tags=TAGS_WEBHOOKS)
async def rotate_webhook_secret(request: Req, webhook_id: WebhookId) -> WebhookWithSecret:
    """Makes a new secret, shown this once. For 24 hours the old one signs as well."""
    async with work(request, Permission.DATA_WRITE) as tx:
        return await service.rotate_secret(tx, webhook_id)


@post("/api/v1/webhooks/{webhook_id:uuid}/test", operation_id="test_webhook", tags=TAGS_WEBHOOKS)
async def test_webhook(request: Req, webhook_id: WebhookId) -> Delivery:
    """Sends a ping, once. What became of it stands in the deliveries a moment later."""
    async with work(request, Permission.DATA_WRITE) as tx:
        return await service.test_webhook(tx, webhook_id)


@get("/api/v1/webhooks/{webhook_id:uuid}/deliveries", operation_id="list_deliveries", tags=TAGS_WEBHOOKS)
async def list_deliveries(
    request: Req,
    webhook_id: WebhookId,
    limit: Limit = 50,
    after: After = None,
    in_state: Annotated[DeliveryState | None, QueryParameter(name="state")] = None,
) -> Page[Delivery]:
    """What was sent to a webhook, and what it answered, newest first."""
    async with work(request, Permission.DATA_READ) as tx:
        rows = await service.list_deliveries(tx, webhook_id, after_id(after) if after else None, in_state, limit)
        return page_of(rows, limit, lambda delivery: str(delivery.id))


@post("/api/v1/deliveries/{delivery_id:uuid}/resend", operation_id="resend_delivery", tags=TAGS_WEBHOOKS)
async def resend_delivery(request: Req, delivery_id: DeliveryId) -> Delivery:
    """Sends a delivery that is over once more, with the same id and body."""
    async with work(request, Permission.DATA_WRITE) as tx:
        return await service.resend(tx, delivery_id)


@get("/api/v1/formats", operation_id="list_formats", tags=TAGS_EXPORTS)
async def list_formats(request: Req) -> list[FormatOut]:
    """The file formats for imports and exports, and what each cannot keep."""
    async with work(request, Permission.PROJECT_READ):
        return [
            FormatOut(
                name=each.name,
                title=each.title,
                media_types=list(each.media_types),
                write_losses=dict(each.write_losses),
                read_losses=dict(each.read_losses),
            )
            for each in FORMATS.values()
        ]


@post("/api/v1/projects/{project_id:uuid}/exports", operation_id="create_export", tags=TAGS_EXPORTS)
async def create_export(request: Req, project_id: ProjectId, data: NewExport) -> Export:
    """Asks for results as a file. Ask for the export again to see how far it is, and for the link once it is done."""
    async with work(request, Permission.DATA_READ) as tx:
        row = await service.create_export(tx, project_id, data.format, data.options)
        return service.view(site(request), tx, row)


@get("/api/v1/projects/{project_id:uuid}/exports", operation_id="list_exports", tags=TAGS_EXPORTS)
async def list_exports(request: Req, project_id: ProjectId, limit: Limit = 50, after: After = None) -> Page[Export]:
    """A project's exports, newest first."""
    async with work(request, Permission.DATA_READ) as tx:
        rows = await service.list_exports(tx, project_id, after_id(after) if after else None, limit)
        exports = [service.view(site(request), tx, row) for row in rows]
        return page_of(exports, limit, lambda export: str(export.id))


@get("/api/v1/exports/{export_id:uuid}", operation_id="get_export", tags=TAGS_EXPORTS)
async def get_export(request: Req, export_id: ExportId) -> Export:
    """How far an export is, its link, and what the format could not keep."""
    async with work(request, Permission.DATA_READ) as tx:
        return service.view(site(request), tx, await service.get_export(tx, export_id))


@post("/api/v1/exports/{export_id:uuid}/cancel", operation_id="cancel_export", tags=TAGS_EXPORTS)
async def cancel_export(request: Req, export_id: ExportId) -> Export:
    """Calls an export off that waits or runs."""
    async with work(request, Permission.DATA_READ) as tx:
        return service.view(site(request), tx, await service.cancel_export(tx, export_id))


@get(
    "/api/v1/exports/{org_id:uuid}/{export_id:uuid}/file",
    operation_id="download_export",
    tags=TAGS_EXPORTS,
    media_type="application/zip",
)
async def download_export(
    request: Req,
    org_id: OrgId,
    export_id: ExportId,
    expires: Annotated[int, QueryParameter(name="e", ge=0, lt=2**40)],
    signature: Annotated[str, QueryParameter(name="s", max_length=100)],
    range_header: Annotated[str | None, HeaderParameter(name="Range", max_length=100)] = None,
) -> Response[Any]:
    """The file, through a signed link; whole or, to go on after a cut, from a byte on (`Range`)."""
    home = site(request)
    signing.check(home.secret, f"/api/v1/exports/{org_id}/{export_id}/file", expires, signature, clock.now())
    async with home.db.begin(org_id, actor=SYSTEM) as tx:
        row = await service.file_of(tx, export_id)
    assert row.blob is not None, "service.file_of says so"
    size = row.bytes or 0
    headers = {
        "accept-ranges": "bytes",
        "cache-control": "private, no-transform",
        "content-disposition": f'attachment; filename="{rules.file_name(row)}"',
        "etag": f'"{row.id}"',
    }
    try:
        span = parse_range(range_header, size)
    except RangeWrong:
        return Response(b"", status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
    start, end = span or Span(0, size)
    if span is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    headers["content-length"] = str(end - start)
    # The first part is read before the answer begins, so that a missing file is an error and no short file.
    first = await home.blobs.read(row.blob, start, min(end, start + CHUNK))

    async def parts() -> AsyncGenerator[bytes]:
        yield first
        async for part in home.blobs.stream(row.blob or "", start + len(first), end):
            yield part

    return Stream(parts(), status_code=200 if span is None else 206, headers=headers, media_type="application/zip")


def _stream(request: Req, tx: Tx, start: Cursor, wanted: Filter, render: sse.Render) -> Stream:
    hub, actor, org_id = _hub(request), tx.actor, tx.org_id
    caller = _caller(actor)
    hub.check(caller)

    async def allowed() -> bool:
        try:
            now = await actor_of(request)
            require(now, Permission.DATA_READ)
        except (NotSignedIn, Forbidden):
            return False
        return now.org_id == org_id

    async def body() -> AsyncGenerator[bytes]:
        batches = hub.listen((org_id, actor.mode), caller, start, wanted, sse.HEARTBEAT_S)
        async for chunk in sse.frames(batches, render, allowed):
            yield chunk

    return Stream(body(), media_type="text/event-stream; charset=utf-8", headers=STREAM_HEADERS)


def _hub(request: Req) -> Hub:
    """The process's hub, made for its first stream."""
    state = request.app.state
    if "delivery_hub" not in state:
        state.delivery_hub = Hub(site(request).db)
        call_on_stop(state.delivery_hub.stop)
    return state.delivery_hub


def _caller(actor: Actor) -> str:
    return log.signature(actor) if actor.worker_id is None else f"person:{actor.person_id}"


def _result_id(data: msgspec.Raw) -> ResultId:
    return msgspec.json.decode(data, type=TaskDone).result_id


def _split(types: Sequence[str] | None) -> list[str]:
    return [each.strip() for part in types or () for each in part.split(",") if each.strip()]


ROUTES = [
    list_events,
    stream_events,
    stream_results,
    list_webhooks,
    create_webhook,
    change_webhook,
    delete_webhook,
    rotate_webhook_secret,
    test_webhook,
    list_deliveries,
    resend_delivery,
    list_formats,
    create_export,
    list_exports,
    get_export,
    cancel_export,
    download_export,
]
