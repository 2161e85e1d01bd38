"""Tasks: parse, call, render."""

from typing import Any

from fairmark.assets import service as assets
from fairmark.kernel.actor import Permission
from fairmark.kernel.clock import now
from fairmark.kernel.ids import AssetId
from fairmark.scale_api import batches as batches_
from fairmark.scale_api import creating, files, imported, known, projects, render, service
from fairmark.scale_api.calls import Call, Route
from fairmark.scale_api.model import PAGE_MAX, Json, NoSuch, Role, Status
from fairmark.scale_api.rules import Tag, UniqueId
from fairmark.scale_api.shapes import read, read_any, wrong
from fairmark.scale_api.tasks_store import TaskFilter

OFFSET_MAX = 10_000_000
REVIEWS = ("accepted", "fixed", "commented", "rejected", "pending")


async def create_task(call: Call) -> Json:
    return render.task(await creating.create(call.site, call.actor, call.named["type"], call.object()))


async def get_task(call: Call) -> Json:
    async with call.work(Permission.DATA_READ) as tx:
        return render.task(await service.get(tx, call.named["id"]), url_of(call))


async def cancel_task(call: Call) -> Json:
    clear = call.flag("clear_unique_id")
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.task(await service.cancel(tx, call.named["id"], clear_unique_id=clear))


async def audit_task(call: Call) -> Json:
    body = call.object()
    accepted = read(body.get("accepted"), bool, "accepted")
    comments: str | None = read_any(body.get("comments"), str | None, "comments")
    async with call.work(Permission.DATA_WRITE) as tx:
        await service.audit(tx, call.named["id"], accepted, comments)
    return {}


async def set_unique_id(call: Call) -> Json:
    wanted: str = read_any(call.object().get("unique_id"), UniqueId, "unique_id")
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.task(await service.set_unique_id(tx, call.named["id"], wanted))


async def clear_unique_id(call: Call) -> Json:
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.task(await service.set_unique_id(tx, call.named["id"], None))


async def set_metadata(call: Call) -> Json:
    metadata = read(call.json() or {}, dict[str, Any], "metadata")
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.task(await service.set_metadata(tx, call.named["id"], metadata))


async def set_tags(call: Call) -> Json:
    tags = read(call.strings(), list[Tag], "tags")
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.task(await service.set_tags(tx, call.named["id"], tags))


async def add_tags(call: Call) -> Json:
    tags = read(call.strings(), list[Tag], "tags")
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.task(await service.add_tags(tx, call.named["id"], tags))


async def delete_tags(call: Call) -> Json:
    tags = call.strings()
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.task(await service.delete_tags(tx, call.named["id"], tags))


async def send_callback(call: Call) -> Json:
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.task(await service.send_callback(tx, call.named["id"]))


async def response_url(call: Call) -> Json:
    """A short-lived address of one of a task's attachments, by the id of the asset or of the uploaded file."""
    async with call.work(Permission.DATA_READ) as tx:
        task = await service.get(tx, call.named["id"])
        file = await files.named_by(tx, task, call.named["uuid"])
    if file is not None and file.asset_id is None:
        return {"url": file.url}
    wanted = str(file.asset_id) if file is not None else call.named["uuid"]
    for asset_id in [*task.asset_ids, *([file.asset_id] if file is not None and file.asset_id is not None else [])]:
        if str(asset_id) == wanted:
            return {"url": url_of(call)(asset_id)}
    raise NoSuch(f"The task has no attachment '{call.named['uuid'][:60]}'.")


async def create_evaluation_task(call: Call) -> Json:
    return known.told(await known.create(call.site, call.actor, call.named["type"], call.object(), Role.EVALUATION))


async def create_training_task(call: Call) -> Json:
    return known.told(await known.create(call.site, call.actor, call.named["type"], call.object(), Role.TRAINING))


async def import_task(call: Call) -> Json:
    """No route of Scale's: the copy of a task as another account tells of it."""
    return render.task(await imported.take(call.site, call.actor, call.named["type"], call.object()))


async def list_tasks(call: Call) -> Json:
    limit = call.count("limit", PAGE_MAX, 1, PAGE_MAX)
    offset = call.count("offset", 0, 0, OFFSET_MAX)
    async with call.work(Permission.DATA_READ, bulk=True) as tx:
        project, batch = call.text("project"), call.text("batch")
        wanted = TaskFilter(
            scale_project_id=None if project is None else (await projects.get(tx, project)).id,
            scale_batch_id=None if batch is None else (await batches_.get(tx, batch)).id,
            statuses=statuses(call),
            type=call.text("type"),
            unique_ids=call.texts("unique_id"),
            tags=call.texts("tags"),
            review=_reviews(call),
            created_from=call.time("start_time"),
            created_before=call.time("end_time"),
            completed_from=call.time("completed_after"),
            completed_before=call.time("completed_before"),
            updated_from=call.time("updated_after"),
            updated_before=call.time("updated_before"),
        )
        page = await service.page(tx, wanted, call.text("next_token"), limit, offset)
    url = url_of(call) if call.flag("include_attachment_url") else None
    in_short = call.flag("limited_response")
    return {
        "docs": [render.limited(each) if in_short else render.task(each, url) for each in page.tasks],
        "total": page.total,
        "limit": limit,
        "offset": offset,
        "has_more": page.next_token is not None,
        "next_token": page.next_token,
    }


def statuses(call: Call, unknown: str | None = None) -> tuple[Status, ...]:
    """The statuses that are asked for; all, if none is named. unknown: a word that is right and that no task has.

    Raises BadRequest.
    """
    words = call.listed("status")
    if words is None:
        return tuple(Status)
    try:
        return tuple(dict.fromkeys(Status(word) for word in words if word != unknown))
    except ValueError:
        raise wrong("status", f"use one of: {', '.join(Status)}.") from None


def _reviews(call: Call) -> tuple[str, ...] | None:
    words = call.listed("customer_review_status")
    for word in words or ():
        if word not in REVIEWS:
            raise wrong("customer_review_status", f"use one of: {', '.join(REVIEWS)}.")
    return words


def url_of(call: Call) -> render.Url:
    """Signs addresses of attachments, good for some minutes."""
    org_id, at = call.actor.org_id, now()
    assert org_id is not None

    def url(asset_id: AssetId) -> str:
        root = call.site.settings.public_url.rstrip("/")
        return root + assets.media_url(call.site, org_id, asset_id, "original", at)

    return url


ROUTES = [
    Route("POST", "task/{type}", create_task),
    Route("GET", "task/{id}", get_task),
    Route("POST", "task/{id}/cancel", cancel_task),
    Route("POST", "task/{id}/audit", audit_task),
    Route("POST", "task/{id}/unique_id", set_unique_id),
    Route("DELETE", "task/{id}/unique_id", clear_unique_id),
    Route("POST", "task/{id}/setMetadata", set_metadata),
    Route("POST", "task/{id}/tags", set_tags),
    Route("PUT", "task/{id}/tags", add_tags),
    Route("DELETE", "task/{id}/tags", delete_tags),
    Route("POST", "task/{id}/send_callback", send_callback),
    Route("GET", "task/{id}/response_url/{uuid}", response_url),
    Route("GET", "tasks", list_tasks),
    Route("POST", "evaluation_tasks/{type}", create_evaluation_task),
    Route("POST", "training_tasks/{type}", create_training_task),
    Route("POST", "imported_tasks/{type}", import_task),
]
