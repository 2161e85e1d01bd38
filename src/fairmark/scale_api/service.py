"""Use cases of tasks that are there: look, list, cancel, audit; their unique ids, metadata and tags."""

from collections.abc import Sequence
from typing import NamedTuple

from fairmark.kernel.db import Tx
from fairmark.scale_api import callbacks, planning, rules, store, tasks_store, work_store
from fairmark.scale_api.model import (
    BadRequest,
    Json,
    NoSuch,
    Status,
    Task,
    timestamp,
)
from fairmark.scale_api.tasks_store import ABOVE_ALL, TaskFilter
from fairmark.tasks import flow
from fairmark.tasks.model import Decision

UNIQUE_IDS_MAX = 10_000
CANCELED = "Canceled by the customer."


class Page(NamedTuple):
    """A part of a list of tasks. total: of all that fit. next_token: None behind the last."""

    tasks: list[Task]
    total: int
    next_token: str | None


# ---------------------------------------------------------------------------------------------- reading


async def get(tx: Tx, id: str) -> Task:
    """A task, by its id or by that which it had in the account it was copied from. Raises NoSuch."""
    found = await tasks_store.task(tx, id) or await tasks_store.task_of_source(tx, id)
    if found is None:
        raise NoSuch(f"There is no task '{id[:60]}'.", mend="Check the id, and that the key is of the right mode.")
    return found


async def page(
    tx: Tx, wanted: TaskFilter, token: str | None, limit: int, offset: int = 0, *, counted: bool = True
) -> Page:
    """Tasks, newest first. The first page counts all, if wanted; the token carries the number on. Raises BadRequest."""
    if wanted.unique_ids is not None:
        found = [
            each for each in await tasks_store.tasks_by_unique_id(tx, wanted.unique_ids, 10_000) if _fits(each, wanted)
        ]
        return Page(found[offset : offset + limit], len(found), None)
    below, total = rules.read_page_token(token) if token else (ABOVE_ALL, None)
    if total is None:
        total = await tasks_store.count_tasks(tx, wanted) if counted else 0
    rows = await tasks_store.tasks(tx, wanted, below, offset + limit + 1, offset)
    kept = rows[:limit]
    more = len(rows) > limit
    return Page(kept, total, rules.page_token(kept[-1].id, total) if more else None)


def _fits(task: Task, wanted: TaskFilter) -> bool:
    """Whether a task that was found by its unique id is wanted in every other respect."""
    span = [
        (wanted.created_from, wanted.created_before, task.created_at),
        (wanted.completed_from, wanted.completed_before, task.completed_at),
        (wanted.updated_from, wanted.updated_before, task.updated_at),
    ]
    return (
        task.status in wanted.statuses
        and wanted.scale_project_id in (None, task.scale_project_id)
        and wanted.scale_batch_id in (None, task.scale_batch_id)
        and wanted.type in (None, task.type)
        and (wanted.tags is None or not set(wanted.tags).isdisjoint(task.tags))
        and (wanted.review is None or (task.review_status or "pending") in wanted.review)
        and all(since is None or (at is not None and at >= since) for since, _, at in span)
        and all(before is None or (at is not None and at < before) for _, before, at in span)
    )


# ---------------------------------------------------------------------------------------------- changes


async def locked(tx: Tx, id: str) -> Task:
    """A task that nobody else changes until the transaction ends. Raises NoSuch."""
    found = await get(tx, id)
    if not await tasks_store.lock_task(tx, found.id):
        raise NoSuch(f"There is no task '{id[:60]}'.", mend="Check the id, and that the key is of the right mode.")
    return await get(tx, found.id)


async def cancel(tx: Tx, id: str, *, clear_unique_id: bool) -> Task:
    """Takes a task out of the work, if nobody has begun it. Raises NoSuch, BadRequest."""
    task = await locked(tx, id)
    rules.check_cancel(task, is_begun=False)
    assert task.item_id is not None, "a pending task has an item"
    assert task.project_id is not None
    work = await work_store.work_state(tx, task.item_id)
    if work is None:  # the reader that makes tasks of items has not come to it yet
        await flow.create_tasks(tx, task.project_id, [(task.item_id, task.item_id)])
        work = await work_store.work_state(tx, task.item_id)
    if work is not None:
        rules.check_cancel(task, work.is_begun)
        await flow.cancel(tx, work.work_id, CANCELED)
    await tasks_store.set_status(tx, task.id, Status.CANCELED, clear_unique_id=clear_unique_id)
    await callbacks.batch_settled(tx, task.scale_batch_id)
    return await get(tx, id)


async def audit(tx: Tx, id: str, accepted: bool, comments: str | None) -> None:
    """The customer's word on a completed task. A rejected one goes back to work. Raises NoSuch, BadRequest."""
    task = await locked(tx, id)
    rules.check_audit(task)
    result = rules.review_of(accepted)
    entry = rules.audit_entry(result, comments, _by(tx), timestamp(tx.now))
    await tasks_store.set_review(tx, task.id, result, comments, [entry, *task.audits])
    if not accepted and task.item_id is not None:
        work = await work_store.work_state(tx, task.item_id)
        assert work is not None, "a completed task has been worked on"
        why = comments or "Rejected by the customer."
        await flow.review_from_pages(tx, work.work_id, Decision.REJECT, [why[:200]], comments or "", None)
        await tasks_store.set_status(tx, task.id, Status.PENDING)
        await callbacks.batch_reopened(tx, task.scale_batch_id)
    await callbacks.task_told(tx, await get(tx, id))


async def send_callback(tx: Tx, id: str) -> Task:
    """Tells once more what has become of a task. Raises NoSuch, BadRequest where there is nothing or nobody to tell."""
    task = await locked(tx, id)
    if task.status is Status.PENDING:
        raise BadRequest("The task is pending; there is nothing to tell yet.")
    if not await callbacks.task_told(tx, task):
        raise BadRequest("The task has no callback_url, and the account has no default one.")
    return await get(tx, id)


def _by(tx: Tx) -> str:
    return f"key:{tx.actor.key_id}" if tx.actor.key_id is not None else "customer"


async def set_unique_id(tx: Tx, id: str, unique_id: str | None) -> Task:
    """Gives a task another unique id, or none. Raises NoSuch, Duplicate."""
    task = await locked(tx, id)
    if unique_id is not None:
        await store.lock_form(tx, f"unique_id {unique_id}")  # two that want the same id come one after the other
        if await tasks_store.holder_of(tx, unique_id) not in (None, task.id):
            raise planning.taken(unique_id)
    await tasks_store.set_unique_id(tx, task.id, unique_id)
    return await get(tx, id)


async def set_metadata(tx: Tx, id: str, metadata: Json, *, merge: bool = False) -> Task:
    """Replaces a task's metadata, or lays these over it. Raises NoSuch, BadRequest."""
    task = await locked(tx, id)
    wanted = rules.laid_over(task.metadata, metadata) if merge else metadata
    rules.check_metadata(wanted)
    await tasks_store.set_task_metadata(tx, task.id, wanted)
    return await get(tx, id)


async def set_tags(tx: Tx, id: str, tags: Sequence[str]) -> Task:
    """Replaces a task's tags. Raises NoSuch, BadRequest."""
    task = await locked(tx, id)
    return await _with_tags(tx, task, list(dict.fromkeys(tags)))


async def add_tags(tx: Tx, id: str, tags: Sequence[str]) -> Task:
    """Adds tags; those that are there already stay where they are. Raises NoSuch, BadRequest."""
    task = await locked(tx, id)
    return await _with_tags(tx, task, rules.tags_with(task.tags, tags))


async def delete_tags(tx: Tx, id: str, tags: Sequence[str]) -> Task:
    """Takes tags away; those that are not there are no matter. Raises NoSuch."""
    task = await locked(tx, id)
    return await _with_tags(tx, task, [tag for tag in task.tags if tag not in tags])


async def _with_tags(tx: Tx, task: Task, tags: list[str]) -> Task:
    rules.check_tags(tags)
    await tasks_store.set_tags(tx, task.id, tags)
    return await get(tx, task.id)
