"""Runs the statements about tasks as the API knows them, for `store`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from fairmark.kernel import json
from fairmark.kernel.actor import Mode
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import (
    ItemId,
    ProjectId,
)
from fairmark.scale_api.model import (
    Json,
    Role,
    ScaleId,
    Status,
    Task,
    first_id_at,
)
from fairmark.scale_api.store import Row, built, q

_DOCUMENTS = ("metadata", "params", "audits", "response")
ABOVE_ALL = ScaleId("g")
"""Greater than every id: `g` comes behind the hex digits."""
BELOW_ALL = ScaleId("")
FEW = 1000
"""So many tasks at most are found by a time or an audit first; where more fit, a walk from the newest on meets them."""


class TaskFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which tasks to list. Everything given has to hold; of a list, one. Times: from inclusive, before exclusive."""

    scale_project_id: ScaleId | None = None
    scale_batch_id: ScaleId | None = None
    statuses: tuple[Status, ...] = tuple(Status)
    type: str | None = None
    unique_ids: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    review: tuple[str, ...] | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    completed_from: datetime | None = None
    completed_before: datetime | None = None
    updated_from: datetime | None = None
    updated_before: datetime | None = None


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task to write."""

    id: ScaleId
    type: str
    role: Role
    status: Status
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
    response: Json | None = None
    error: str | None = None


async def add_tasks(tx: Tx, tasks: Sequence[NewTask]) -> set[ScaleId]:
    """The ids of those that were added; the unique_ids of the others are taken."""
    rows = await tx.all(
        q.insert_tasks, org_id=tx.org_id, mode=tx.actor.mode, now=tx.now,
        ids=[task.id for task in tasks], types=[task.type for task in tasks], roles=[task.role for task in tasks],
        statuses=[task.status for task in tasks], scale_project_ids=[task.scale_project_id for task in tasks],
        scale_batch_ids=[task.scale_batch_id for task in tasks], project_ids=[task.project_id for task in tasks],
        item_ids=[task.item_id for task in tasks], unique_ids=[task.unique_id for task in tasks],
        tags=[json.encode(task.tags) for task in tasks], metadatas=[json.encode(task.metadata) for task in tasks],
        instructions=[task.instruction for task in tasks], params=[json.encode(task.params) for task in tasks],
        callback_urls=[task.callback_url for task in tasks], priorities=[task.priority for task in tasks],
        clears_unique_ids=[task.clears_unique_id for task in tasks],
        responses=[None if task.response is None else json.encode(task.response) for task in tasks],
        errors=[task.error for task in tasks], completed_ats=[ended_at(tx, task) for task in tasks],
    )  # fmt: skip
    return {row["id"] for row in rows}


def ended_at(tx: Tx, task: NewTask) -> datetime | None:
    """When a task that is written now was completed, if it is."""
    return tx.now if task.status is Status.COMPLETED else None


async def task(tx: Tx, id: str, mode: Mode | None = None) -> Task | None:
    """mode: the caller's own unless said."""
    row = await tx.maybe(q.get_task, org_id=tx.org_id, mode=mode or tx.actor.mode, id=id)
    return _task(row) if row else None


async def task_of_source(tx: Tx, source_id: str) -> Task | None:
    """The task that was copied from another account's of this id."""
    id = await tx.value(q.id_of_source, org_id=tx.org_id, mode=tx.actor.mode, source_id=source_id)
    return None if id is None else await task(tx, id)


async def set_source(
    tx: Tx, id: ScaleId, source_id: str, status: Status, created_at: datetime, *, response: Json | None,
    error: str | None, completed_at: datetime | None,
) -> None:  # fmt: skip
    await tx.run(
        q.set_source, org_id=tx.org_id, id=id, source_id=source_id, status=status, created_at=created_at,
        completed_at=completed_at, response=None if response is None else json.encode(response), error=error,
    )  # fmt: skip


async def lock_task(tx: Tx, id: str) -> bool:
    """Whether there is such a task; nobody else changes it until the transaction ends."""
    return await tx.maybe(q.lock_task, org_id=tx.org_id, mode=tx.actor.mode, id=id) is not None


async def tasks(tx: Tx, wanted: TaskFilter, below: ScaleId, limit: int, offset: int = 0) -> list[Task]:
    """At most `limit` tasks below a place, newest first."""
    asked = _task_filter(tx, wanted, below)
    if wanted.tags is not None:
        rows = await tx.all(q.list_tagged, limit=limit, offset=offset, tags=list(wanted.tags), **asked)
    else:
        rows = await tx.all(q.list_tasks, limit=limit, offset=offset, ids=await _few(tx, wanted), **asked)
    return [_task(row) for row in rows]


async def count_tasks(tx: Tx, wanted: TaskFilter) -> int:
    asked = _task_filter(tx, wanted, ABOVE_ALL)
    if wanted.tags is not None:
        return await tx.value(q.count_tagged, tags=list(wanted.tags), **asked)
    return await tx.value(q.count_tasks, ids=await _few(tx, wanted), **asked)


async def _few(tx: Tx, wanted: TaskFilter) -> list[ScaleId] | None:
    """The tasks that can be meant, where a time or an audit leaves few; None: it leaves many, or none was given."""
    scope = {"org_id": tx.org_id, "mode": tx.actor.mode, "limit": FEW + 1}
    narrowed: list[list[Row]] = []
    if wanted.updated_from is not None or wanted.updated_before is not None:
        span = {"since": wanted.updated_from, "before": wanted.updated_before}
        narrowed.append(await tx.all(q.ids_updated, **scope, **span))
    if wanted.completed_from is not None or wanted.completed_before is not None:
        span = {"since": wanted.completed_from, "before": wanted.completed_before}
        narrowed.append(await tx.all(q.ids_completed, **scope, **span))
    if wanted.review is not None and "pending" not in wanted.review:
        narrowed.append(await tx.all(q.ids_reviewed, **scope, review=list(wanted.review)))
    fewest = min(narrowed, key=len, default=None)
    return None if fewest is None or len(fewest) > FEW else [row["id"] for row in fewest]


async def tasks_by_unique_id(tx: Tx, unique_ids: Sequence[str], limit: int) -> list[Task]:
    rows = await tx.all(
        q.tasks_by_unique_id, org_id=tx.org_id, mode=tx.actor.mode, unique_ids=list(unique_ids), limit=limit
    )
    return [_task(row) for row in rows]


def _task_filter(tx: Tx, wanted: TaskFilter, below: ScaleId) -> dict[str, Any]:
    if wanted.created_before is not None:
        below = min(below, first_id_at(wanted.created_before))
    is_placed = wanted.scale_project_id is not None or wanted.scale_batch_id is not None
    times = (wanted.completed_from, wanted.completed_before, wanted.updated_from, wanted.updated_before)
    # Indexes of times and audits begin with the mode; those of projects and batches answer without it.
    is_said = is_placed and wanted.review is None and not any(times)
    return {
        "org_id": tx.org_id, "mode": None if is_said else tx.actor.mode, "statuses": list(wanted.statuses),
        "scale_project_id": wanted.scale_project_id, "scale_batch_id": wanted.scale_batch_id, "below": below,
        "id_from": BELOW_ALL if wanted.created_from is None else first_id_at(wanted.created_from),
        "type": wanted.type, "review": None if wanted.review is None else list(wanted.review),
        "is_unreviewed": wanted.review is not None and "pending" in wanted.review,
        "completed_from": wanted.completed_from, "completed_before": wanted.completed_before,
        "updated_from": wanted.updated_from, "updated_before": wanted.updated_before,
    }  # fmt: skip


async def set_unique_id(tx: Tx, id: ScaleId, unique_id: str | None) -> None:
    await tx.run(q.set_unique_id, org_id=tx.org_id, id=id, unique_id=unique_id, now=tx.now)


async def holder_of(tx: Tx, unique_id: str) -> ScaleId | None:
    """The task that has this unique_id."""
    return await tx.value(q.unique_id_taken, org_id=tx.org_id, mode=tx.actor.mode, unique_id=unique_id)


async def held_unique_ids(tx: Tx, unique_ids: Sequence[str]) -> set[str]:
    """Those of these unique_ids that a task has."""
    if not unique_ids:
        return set()
    rows = await tx.all(q.held_unique_ids, org_id=tx.org_id, mode=tx.actor.mode, unique_ids=list(unique_ids))
    return {row["unique_id"] for row in rows}


async def set_task_metadata(tx: Tx, id: ScaleId, metadata: Json) -> None:
    await tx.run(q.set_task_metadata, org_id=tx.org_id, id=id, metadata=json.encode(metadata), now=tx.now)


async def set_tags(tx: Tx, id: ScaleId, tags: Sequence[str]) -> None:
    await tx.run(q.set_tags, org_id=tx.org_id, id=id, tags=list(tags), now=tx.now)


async def set_status(
    tx: Tx,
    id: ScaleId,
    status: Status,
    *,
    response: Json | None = None,
    error: str | None = None,
    clear_unique_id: bool = False,
) -> None:
    await tx.run(
        q.set_status, org_id=tx.org_id, id=id, status=status, error=error,
        response=None if response is None else json.encode(response), clear_unique_id=clear_unique_id,
        completed_at=tx.now if status is Status.COMPLETED else None, now=tx.now,
    )  # fmt: skip


async def set_review(tx: Tx, id: ScaleId, status: str, comments: str | None, audits: Sequence[Json]) -> None:
    await tx.run(
        q.set_review, org_id=tx.org_id, id=id, status=status, comments=comments, audits=json.encode(audits), now=tx.now
    )


async def set_callback(tx: Tx, id: ScaleId, *, succeeded: bool) -> None:
    await tx.run(q.set_callback, org_id=tx.org_id, id=id, succeeded=succeeded, at=tx.now)


async def cancel_pending(tx: Tx, batch_id: ScaleId) -> int:
    return await tx.run(q.cancel_pending, org_id=tx.org_id, id=batch_id, now=tx.now)


def _task(row: Row) -> Task:
    documents = {name: json.decode(row[name]) if row[name] else None for name in _DOCUMENTS}
    words = {"mode": Mode(row["mode"]), "role": Role(row["role"]), "status": Status(row["status"])}
    return built(Task, row, asset_ids=list(row["asset_ids"] or []), **documents, **words)
