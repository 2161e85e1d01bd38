"""Use cases of batches: named groups of a project's tasks with a life of their own."""

from typing import Any

import msgspec

from fairmark.assets import service as assets
from fairmark.assets.model import BatchState
from fairmark.kernel.db import Tx
from fairmark.scale_api import callbacks, projects, rules, store, tasks_store
from fairmark.scale_api.model import (
    BadRequest,
    Batch,
    BatchStatus,
    Duplicate,
    Json,
    NoSuch,
    Status,
    new_scale_id,
)
from fairmark.scale_api.rules import Name, Text
from fairmark.scale_api.shapes import read, wrong
from fairmark.scale_api.store import BatchFilter


class NewBatch(msgspec.Struct, frozen=True):
    """A batch to make."""

    project: str
    name: Name
    callback: Text = ""
    calibration_batch: bool = False
    self_label_batch: bool = False
    metadata: dict[str, Any] = {}


async def create(tx: Tx, new: NewBatch, *, is_staged: bool | None = None) -> Batch:
    """A new batch: in staging where its project's batches are, or as said. Raises BadRequest, NoSuch, Duplicate."""
    rules.check_callback(new.callback, "callback")
    rules.check_metadata(new.metadata)
    project = await projects.get(tx, new.project)
    staged = project.is_rapid or project.is_studio if is_staged is None else is_staged
    made = Batch(
        id=new_scale_id(), name=new.name, project_id=project.id, project=project.name,
        is_staged=project.is_rapid or project.is_studio, is_studio=project.is_studio,
        status=BatchStatus.STAGING if staged else BatchStatus.IN_PROGRESS, callback=new.callback,
        metadata=new.metadata, is_calibration=new.calibration_batch, is_self_label=new.self_label_batch, priority=None,
        groups=[], created_at=tx.now, completed_at=None,
    )  # fmt: skip
    if not await store.add_batch(tx, made):
        raise Duplicate(f"`name`: there is a batch named '{new.name}' already.")
    return made


async def get(tx: Tx, name: str) -> Batch:
    """A batch by its name. Raises NoSuch."""
    found = await store.batch(tx, name=name)
    if found is None:
        raise no_such("batch", name)
    return found


def no_such(what: str, name: str) -> NoSuch:
    """The error for a name that nothing here has."""
    return NoSuch(f"There is no {what} named '{name[:200]}'.")


async def page(tx: Tx, wanted: BatchFilter, limit: int, offset: int) -> tuple[list[Batch], int]:
    """Batches, newest first, and how many fit in all."""
    return await store.batches(tx, wanted, limit, offset), await store.count_batches(tx, wanted)


async def status(tx: Tx, name: str) -> tuple[Batch, dict[Status, int]]:
    """A batch and how many of its tasks stand where. Raises NoSuch."""
    found = await get(tx, name)
    return found, await store.batch_counts(tx, found.id)


async def finalize(tx: Tx, found: Batch, *, only_staged: bool = False) -> Batch:
    """Lets people at the tasks of a staged batch. One that is under way already stays as it is, or is an error where
    `only_staged`. Raises BadRequest.
    """
    now = await store.lock_batch(tx, found.id)
    if now.status is BatchStatus.CANCELLED:
        raise BadRequest(f"The batch '{now.name}' was cancelled.")
    if now.status is not BatchStatus.STAGING:
        if only_staged:
            raise BadRequest(f"The batch '{now.name}' is {now.status.value}; only one in staging can be finalized.")
        return now
    await store.set_batch_status(tx, now.id, BatchStatus.IN_PROGRESS)
    await _let_work(tx, now, BatchState.OPEN)
    if sum((await store.batch_counts(tx, now.id)).values()):
        await callbacks.batch_settled(tx, now.id)
    return await store.lock_batch(tx, now.id)


async def pause(tx: Tx, found: Batch) -> Batch:
    """Keeps people from a batch for a while. Raises BadRequest."""
    return await _turn(tx, found, BatchStatus.IN_PROGRESS, BatchStatus.PAUSED, BatchState.PAUSED)


async def resume(tx: Tx, found: Batch) -> Batch:
    """Goes on after a pause; with nothing left to do, it is complete. Raises BadRequest."""
    resumed = await _turn(tx, found, BatchStatus.PAUSED, BatchStatus.IN_PROGRESS, BatchState.OPEN)
    if sum((await store.batch_counts(tx, resumed.id)).values()):
        await callbacks.batch_settled(tx, resumed.id)
    return await store.lock_batch(tx, resumed.id)


async def cancel(tx: Tx, found: Batch) -> Batch:
    """Ends a batch with whatever of it is still to do. Raises BadRequest."""
    now = await store.lock_batch(tx, found.id)
    if now.status in (BatchStatus.COMPLETED, BatchStatus.CANCELLED):
        raise BadRequest(f"The batch '{now.name}' is {now.status.value}.")
    await store.set_batch_status(tx, now.id, BatchStatus.CANCELLED)
    await tasks_store.cancel_pending(tx, now.id)
    await _let_work(tx, now, BatchState.CANCELLED)
    return await store.lock_batch(tx, now.id)


async def _turn(tx: Tx, found: Batch, before: BatchStatus, after: BatchStatus, state: BatchState) -> Batch:
    now = await store.lock_batch(tx, found.id)
    if now.status is not before:
        raise BadRequest(f"The batch '{now.name}' is {now.status.value}; only one that is {before.value} can do this.")
    await store.set_batch_status(tx, now.id, after)
    await _let_work(tx, now, state)
    return await store.lock_batch(tx, now.id)


async def _let_work(tx: Tx, batch: Batch, state: BatchState) -> None:
    """Opens, pauses or cancels the fairmark batches behind a batch."""
    for batch_id in await store.work_batches(tx, batch):
        await assets.change_batch(tx, batch_id, state=state)


async def set_metadata(tx: Tx, found: Batch, metadata: Json, *, merge: bool = False) -> Batch:
    """Replaces a batch's metadata, or lays these over it. Raises BadRequest."""
    now = await store.lock_batch(tx, found.id)
    wanted = rules.laid_over(now.metadata, metadata) if merge else metadata
    rules.check_metadata(wanted)
    await store.set_batch_metadata(tx, now.id, wanted)
    return await store.lock_batch(tx, now.id)


def read_new(body: Json) -> NewBatch:
    """A batch to make from a request. Raises BadRequest."""
    return read(body, NewBatch)


def statuses_of(words: tuple[str, ...] | None, place: str) -> tuple[BatchStatus, ...] | None:
    """The statuses that words name. Raises BadRequest."""
    if words is None:
        return None
    try:
        return tuple(BatchStatus(word) for word in words)
    except ValueError:
        raise wrong(place, f"use one of: {', '.join(BatchStatus)}.") from None
