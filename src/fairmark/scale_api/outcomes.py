"""What becomes of the work, carried to the Scale tasks behind it: responses, errors, recalls, audits."""

from collections.abc import Sequence

from msgspec.structs import replace

from fairmark.kernel.actor import Mode
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ItemId
from fairmark.scale_api import callbacks, rules, tasks_store, work_store
from fairmark.scale_api.model import Json, Role, ScaleId, Status, Task, timestamp
from fairmark.scale_api.shapes import read
from fairmark.scale_api.types.model import Answer
from fairmark.scale_api.types.table import task_type, translated
from fairmark.scale_api.work_store import ResultRow

UNREADABLE = "An attachment could not be read."


async def done(tx: Tx, item_ids: Sequence[ItemId]) -> None:
    """The work on items has a result: their tasks are complete, with a response; again with a new one, if corrected."""
    rows = await work_store.results_of(tx, item_ids)
    for id, item_id, mode in await work_store.tasks_of_items(tx, item_ids):
        row, task = rows.get(item_id), await tasks_store.task(tx, id, mode)
        if row is None or row.annotation is None or task is None or task.role is not Role.TASK:
            continue
        response = await _response(tx, task, row)
        await tasks_store.set_status(tx, id, Status.COMPLETED, response=response)
        if task.status is not Status.COMPLETED and task.review_status is not None:
            await tasks_store.set_review(tx, id, "pending", None, task.audits)
        await _told(tx, id, mode)
        await callbacks.batch_settled(tx, task.scale_batch_id, mode)


async def _response(tx: Tx, task: Task, row: ResultRow) -> Json:
    assert row.annotation is not None
    translation = translated(task_type(task.type), task.params)
    extras = read({key: task.params[key] for key in rules.Extras.__struct_fields__ if key in task.params}, rules.Extras)
    base = rules.start_of(translation, replace(extras, hypothesis=None))
    annotation = rules.locked_back(row.annotation, task, base)
    submissions = await work_store.submissions_of(tx, row.work_id) if translation.overlap > 1 else []
    return translation.response(Answer(annotation, submissions, row.active_ms / 1000), task.id)


async def changed(tx: Tx, item_id: ItemId, change: str) -> None:
    """A lead has cancelled the work on an item, or sent it round again."""
    for id, _, mode in await work_store.tasks_of_items(tx, [item_id]):
        task = await tasks_store.task(tx, id, mode)
        if task is None or task.role is not Role.TASK:
            continue
        if change == "cancelled" and task.status is Status.PENDING:
            await tasks_store.set_status(tx, id, Status.CANCELED)
            await callbacks.batch_settled(tx, task.scale_batch_id, mode)
        elif change == "reopened" and task.status is not Status.PENDING:
            await tasks_store.set_status(tx, id, Status.PENDING)
            await callbacks.batch_reopened(tx, task.scale_batch_id)
            await _told(tx, id, mode)


async def reviewed(tx: Tx, item_id: ItemId, decision: str, comment: str, by: str) -> None:
    """Somebody of the customer's side corrected a completed task on fairmark's pages: an audit like those by API."""
    for id, _, mode in await work_store.tasks_of_items(tx, [item_id]):
        task = await tasks_store.task(tx, id, mode)
        if task is None or task.status is not Status.COMPLETED or decision != "fix" or by.startswith("worker:"):
            continue
        entry = rules.audit_entry("fixed", comment or None, by, timestamp(tx.now))
        await tasks_store.set_review(tx, id, "fixed", comment or None, [entry, *task.audits])


async def media_failed(tx: Tx, item_ids: Sequence[ItemId]) -> None:
    """Attachments could not be had: their tasks are errors."""
    if not item_ids:
        return
    for id, _, mode in await work_store.tasks_of_items(tx, item_ids):
        task = await tasks_store.task(tx, id, mode)
        if task is None or task.status is not Status.PENDING:
            continue
        why = await work_store.asset_fault(tx, task.asset_ids) or UNREADABLE
        await tasks_store.set_status(tx, id, Status.ERROR, error=why, clear_unique_id=task.clears_unique_id)
        if task.role is Role.TASK:
            await _told(tx, id, mode)
            await callbacks.batch_settled(tx, task.scale_batch_id, mode)


async def _told(tx: Tx, id: ScaleId, mode: Mode) -> None:
    task = await tasks_store.task(tx, id, mode)
    assert task is not None, "it is locked"
    await callbacks.task_told(tx, task)
