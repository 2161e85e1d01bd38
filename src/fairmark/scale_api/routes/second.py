"""Version 2: parse, call, render."""

import re
from typing import Any

from fairmark.kernel.actor import Permission
from fairmark.kernel.db import Tx
from fairmark.scale_api import batches, creating, second, service, store
from fairmark.scale_api.calls import Call, Route
from fairmark.scale_api.model import PAGE_MAX, Batch, Json, NoSuch, Project, ScaleId, Status, Task
from fairmark.scale_api.routes.tasks import statuses, url_of
from fairmark.scale_api.second import Expand
from fairmark.scale_api.shapes import read, read_any, wrong
from fairmark.scale_api.store import BatchFilter
from fairmark.scale_api.tasks_store import TaskFilter

EXPANDS = frozenset({"project", "batch", "dataset", "delivery"})
OPTS = frozenset({"annotation_details", "attachment_details", "model_parameters", "submissions"})
"""What of conversations can be asked for in more detail; forms have no such details."""
DELETED = "deleted"
_ID = re.compile("[0-9a-f]{24}")


async def get_task(call: Call) -> Json:
    _check_opts(call)
    async with call.work(Permission.DATA_READ) as tx:
        return await second.task(tx, await service.get(tx, _needed(call, "task_id")), _expand(call))


async def get_tasks(call: Call) -> Json:
    _check_opts(call)
    async with call.work(Permission.DATA_READ, bulk=True) as tx:
        found, token = await _tasks(call, tx, await _project(call, tx), await _batch(call, tx), _statuses(call))
        return {"tasks": [await second.task(tx, each, _expand(call)) for each in found], "next_token": token}


async def set_task_metadata(call: Call) -> Json:
    body = call.object()
    id, metadata, merge = _text(body, "task_id"), _metadata(body), _flag(body, "merge")
    if id is None:
        raise wrong("task_id", "it is missing.")
    async with call.work(Permission.DATA_WRITE) as tx:
        return await second.task(tx, await service.set_metadata(tx, id, metadata, merge=merge), Expand())


async def create_chat_task(call: Call) -> Json:
    body = call.object()
    async with call.work(Permission.DATA_READ) as tx:
        project = await second.project_of(tx, _text(body, "project_id"), _text(body, "project_name"))
        batch = await second.batch_of(tx, _text(body, "batch_id"), _text(body, "batch_name"))
    asked = {key: body[key] for key in ("template_variables", "metadata", "callback_url") if key in body}
    named = {"project": project.name if project else None, "batch": batch.name if batch else None}
    asked |= {key: name for key, name in named.items() if name is not None}
    made = await creating.create(call.site, call.actor, "chat", asked)
    async with call.work(Permission.DATA_READ) as tx:
        return await second.task(tx, made, Expand())


async def get_batch(call: Call) -> Json:
    async with call.work(Permission.DATA_READ) as tx:
        return await _told(call, tx, await second.needed_batch(tx, call.text("batch_id"), call.text("batch_name")))


async def get_batches(call: Call) -> Json:
    limit = call.count("limit", PAGE_MAX, 1, PAGE_MAX)
    token = call.text("next_token")
    if token is not None and _ID.fullmatch(token) is None:
        raise wrong("next_token", "it is not the next_token of an earlier page.")
    async with call.work(Permission.DATA_READ) as tx:
        project = await _project(call, tx)
        wanted = BatchFilter(
            project_id=None if project is None else project.id,
            statuses=batches.statuses_of(call.listed("status"), "status"),
            created_from=call.time("created_after"),
            created_before=call.time("created_before"),
            completed_from=call.time("completed_after"),
            completed_before=call.time("completed_before"),
            below=None if token is None else ScaleId(token),
        )
        found = await store.batches(tx, wanted, limit + 1, 0)
        told = [await _told(call, tx, each) for each in found[:limit]]
    return {"batches": told, "next_token": found[limit - 1].id if len(found) > limit else None}


async def create_batch(call: Call) -> Json:
    body = call.object()
    async with call.work(Permission.DATA_WRITE) as tx:
        project = await second.project_of(tx, _text(body, "project_id"), _text(body, "project_name"))
        if project is None:
            raise wrong("project_id", "it is missing, and so is project_name.")
        asked = {key: body[key] for key in ("name", "callback", "metadata") if key in body}
        new = batches.read_new(asked | {"project": project.name})
        made = await batches.create(tx, new, is_staged=_flag(body, "staging_batch") or None)
        return await _told(call, tx, made)


async def finalize_batch(call: Call) -> Json:
    async with call.work(Permission.DATA_WRITE) as tx:
        found = await _body_batch(call, tx)
        return await _told(call, tx, await batches.finalize(tx, found, only_staged=True))


async def cancel_batch(call: Call) -> Json:
    async with call.work(Permission.DATA_WRITE) as tx:
        done = await batches.cancel(tx, await _body_batch(call, tx))
        return {"batch": await _told(call, tx, done), "message": f"The batch '{done.name}' is cancelled."}


async def pause_batch(call: Call) -> Json:
    async with call.work(Permission.DATA_WRITE) as tx:
        done = await batches.pause(tx, await _body_batch(call, tx))
        return {"batch": await _told(call, tx, done), "message": f"The batch '{done.name}' is paused."}


async def resume_batch(call: Call) -> Json:
    async with call.work(Permission.DATA_WRITE) as tx:
        done = await batches.resume(tx, await _body_batch(call, tx))
        return {"batch": await _told(call, tx, done), "message": f"The batch '{done.name}' goes on."}


async def set_batch_metadata(call: Call) -> Json:
    body = call.object()
    async with call.work(Permission.DATA_WRITE) as tx:
        found = await _body_batch(call, tx)
        changed = await batches.set_metadata(tx, found, _metadata(body), merge=_flag(body, "merge"))
        return await _told(call, tx, changed)


async def get_project(call: Call) -> Json:
    async with call.work(Permission.PROJECT_READ) as tx:
        found = await _project(call, tx)
    if found is None:
        raise wrong("project_id", "it is missing, and so is project_name.")
    return second.project(found)


async def get_projects(call: Call) -> Json:
    async with call.work(Permission.PROJECT_READ) as tx:
        found = await store.projects(tx, since=call.time("created_after"), before=call.time("created_before"))
    return {"projects": [second.project(each) for each in found]}


async def get_deliveries(call: Call) -> Json:
    async with call.work(Permission.DATA_READ) as tx:
        project = await _project(call, tx)
        found = await store.delivered(
            tx, project_id=None if project is None else project.id, since=call.time("delivered_after"),
            before=call.time("delivered_before"),
        )  # fmt: skip
        told = [second.delivery(each, await _of(call, tx, each.batch)) for each in found]
    return {"deliveries": told}


async def get_delivery(call: Call) -> Json:
    _check_opts(call)
    async with call.work(Permission.DATA_READ, bulk=True) as tx:
        found = await second.delivery_of(tx, call.text("delivery_id"), call.text("delivery_name"))
        tasks, token = await _tasks(call, tx, None, found.batch, (Status.COMPLETED,))
        told = second.delivery(found, await _of(call, tx, found.batch))
        return {
            "delivery": told if "delivery" in _expand(call) else found.batch.id,
            "tasks": [await second.task(tx, each, _expand(call)) for each in tasks],
            "next_token": token,
        }


async def get_delivery_tasks(call: Call) -> Json:
    async with call.work(Permission.DATA_READ, bulk=True) as tx:
        id = call.text("delivery_id")
        batch = None if id is None else (await second.delivery_of(tx, id, None)).batch
        found, token = await _tasks(call, tx, await _project(call, tx), batch, _statuses(call))
        lying = {each.scale_batch_id: await _lying(tx, each) for each in found}
        docs = [second.delivered_task(each, lying[each.scale_batch_id]) for each in found]
    return {"docs": docs, "total": len(docs), "next_token": token}


async def get_annotation(call: Call) -> Json:
    async with call.work(Permission.DATA_READ) as tx:
        return await second.annotation(tx, _needed(call, "annotation_id"))


async def get_schema(call: Call) -> Json:
    id = _needed(call, "schema_id")
    async with call.work(Permission.PROJECT_READ) as tx:
        found = await store.project(tx, id=id)
    if found is None:
        raise NoSuch(f"`schema_id`: there is no schema '{id[:60]}'.")
    return second.schema(found)


async def get_datasets(call: Call) -> Json:
    async with call.work(Permission.PROJECT_READ) as tx:
        return {"datasets": [second.dataset(each) for each in await store.projects(tx)]}


async def get_dataset_deliveries(call: Call) -> Json:
    async with call.work(Permission.DATA_READ) as tx:
        project = await _dataset(call, tx)
        found = await store.delivered(
            tx, project_id=None if project is None else project.id, since=call.time("delivered_after"),
            before=call.time("delivered_before"),
        )  # fmt: skip
        return {
            "deliveries": [
                second.dataset_delivery(each, await store.project(tx, id=each.batch.project_id)) for each in found
            ]
        }


async def get_dataset_delivery(call: Call) -> Json:
    async with call.work(Permission.DATA_READ, bulk=True) as tx:
        found = await second.delivery_of(tx, call.text("delivery_id"), None)
        project = await store.project(tx, id=found.batch.project_id)
        assert project is not None, "a batch lies in a project"
        tasks, token = await _tasks(call, tx, None, found.batch, (Status.COMPLETED,))
    whole = second.dataset_delivery(found, project if "dataset" in _expand(call) else None)
    return {
        "delivery": whole if "delivery" in _expand(call) else found.batch.id,
        "tasks": [second.dataset_task(each, project, found.batch, _expand(call), found.tasks_done) for each in tasks],
        "next_token": token,
    }


async def get_dataset_tasks(call: Call) -> Json:
    async with call.work(Permission.DATA_READ, bulk=True) as tx:
        id = call.text("delivery_id")
        batch = None if id is None else (await second.delivery_of(tx, id, None)).batch
        found, token = await _tasks(call, tx, await _dataset(call, tx), batch, (Status.COMPLETED,))
        told = [row for each in found if (row := await _dataset_task(call, tx, each)) is not None]
    return {"tasks": told, "next_token": token}


async def get_dataset_task(call: Call) -> Json:
    async with call.work(Permission.DATA_READ) as tx:
        task = await service.get(tx, _needed(call, "task_id"))
        told = await _dataset_task(call, tx, task)
    if told is None:
        raise NoSuch(f"The task '{task.id}' has not been delivered.")
    return told


async def get_dataset_task_url(call: Call) -> Json:
    async with call.work(Permission.DATA_READ) as tx:
        task = await service.get(tx, call.named["task_id"])
    for asset_id in task.asset_ids:
        if str(asset_id) == call.named["attachment_id"]:
            return {"url": url_of(call)(asset_id)}
    raise NoSuch(f"The task has no attachment '{call.named['attachment_id'][:60]}'.")


# ---------------------------------------------------------------------------------------------- parts of requests


def _needed(call: Call, name: str) -> str:
    value = call.text(name)
    if value is None:
        raise wrong(name, "it is missing.")
    return value


def _text(body: Json, name: str) -> str | None:
    return read_any(body.get(name), str | None, name)


def _flag(body: Json, name: str) -> bool:
    return read(body.get(name, False), bool, name)


def _metadata(body: Json) -> Json:
    return read(body.get("metadata", {}), dict[str, Any], "metadata")


def _expand(call: Call) -> Expand:
    asked = Expand(call.listed("expand") or ())
    for name in asked - EXPANDS:
        raise wrong("expand", f"'{name[:60]}' cannot be expanded; use {', '.join(sorted(EXPANDS))}.")
    return asked


def _statuses(call: Call) -> tuple[Status, ...]:
    """Version 2 knows one status more: nothing here is ever deleted, so nothing is found by it."""
    return statuses(call, DELETED)


def _check_opts(call: Call) -> None:
    for name in call.listed("opts") or ():
        if name not in OPTS:
            raise wrong("opts", f"'{name[:60]}' is not one of: {', '.join(sorted(OPTS))}.")


async def _project(call: Call, tx: Tx) -> Project | None:
    return await second.project_of(tx, call.text("project_id"), call.text("project_name"))


async def _batch(call: Call, tx: Tx) -> Batch | None:
    return await second.batch_of(tx, call.text("batch_id"), call.text("batch_name"))


async def _body_batch(call: Call, tx: Tx) -> Batch:
    body = call.object()
    return await second.needed_batch(tx, _text(body, "batch_id"), _text(body, "batch_name"))


async def _dataset(call: Call, tx: Tx) -> Project | None:
    id = call.text("dataset_id")
    if id is None:
        return None
    for each in await store.projects(tx):
        if id in (each.dataset_id, each.id):
            return each
    raise NoSuch(f"`dataset_id`: there is no data set '{id[:60]}'.")


async def _of(call: Call, tx: Tx, batch: Batch) -> Project | None:
    """The batch's project, if it is to be told in full."""
    return await store.project(tx, id=batch.project_id) if "project" in _expand(call) else None


async def _told(call: Call, tx: Tx, batch: Batch) -> Json:
    return second.batch(batch, await _of(call, tx, batch))


async def _lying(tx: Tx, task: Task) -> Batch | None:
    return None if task.scale_batch_id is None else await store.batch(tx, id=task.scale_batch_id)


async def _dataset_task(call: Call, tx: Tx, task: Task) -> Json | None:
    batch = await _lying(tx, task)
    project = None if batch is None else await store.project(tx, id=batch.project_id)
    if batch is None or project is None or batch.completed_at is None:
        return None
    return second.dataset_task(task, project, batch, _expand(call))


async def _tasks(
    call: Call, tx: Tx, project: Project | None, batch: Batch | None, wanted: tuple[Status, ...]
) -> tuple[list[Task], str | None]:
    """A page of tasks, and the token of the next."""
    limit = call.count("limit", PAGE_MAX, 1, PAGE_MAX)
    chosen = TaskFilter(
        scale_project_id=None if project is None else project.id,
        scale_batch_id=None if batch is None else batch.id,
        statuses=wanted,
        completed_from=call.time("completed_after") or call.time("delivered_after"),
        completed_before=call.time("completed_before") or call.time("delivered_before"),
    )
    page = await service.page(tx, chosen, call.text("next_token"), limit, counted=False)
    return page.tasks, page.next_token


ROUTES = [
    Route("GET", "task", get_task),
    Route("GET", "tasks", get_tasks),
    Route("POST", "task/metadata", set_task_metadata),
    Route("POST", "task/chat", create_chat_task),
    Route("GET", "batch", get_batch),
    Route("GET", "batches", get_batches),
    Route("POST", "batch", create_batch),
    Route("POST", "batch/finalize", finalize_batch),
    Route("POST", "batch/cancel", cancel_batch),
    Route("POST", "batch/pause", pause_batch),
    Route("POST", "batch/resume", resume_batch),
    Route("POST", "batch/metadata", set_batch_metadata),
    Route("GET", "project", get_project),
    Route("GET", "projects", get_projects),
    Route("GET", "deliveries", get_deliveries),
    Route("GET", "delivery", get_delivery),
    Route("GET", "delivery/tasks", get_delivery_tasks),
    Route("GET", "annotation", get_annotation),
    Route("GET", "schema", get_schema),
    Route("GET", "datasets", get_datasets),
    Route("GET", "datasets/deliveries", get_dataset_deliveries),
    Route("GET", "datasets/delivery", get_dataset_delivery),
    Route("GET", "datasets/tasks", get_dataset_tasks),
    Route("GET", "datasets/task", get_dataset_task),
    Route("GET", "datasets/task/{task_id}/response_url/{attachment_id}", get_dataset_task_url),
]
