"""Reactions to what becomes of the work: results into responses, and callbacks to customers."""

from collections.abc import Sequence
from typing import Any

from fairmark.assets.events import AssetFailed, AssetReady
from fairmark.kernel import events
from fairmark.kernel.db import Tx
from fairmark.kernel.events import StoredEvent
from fairmark.kernel.http import Site
from fairmark.kernel.ids import ItemId, OrgId
from fairmark.scale_api import callbacks, known, outcomes, people, work_store
from fairmark.tasks.events import ReviewDecided, TaskChanged, TaskDone
from fairmark.tasks.model import Origin
from fairmark.workforce.events import WorkerJoined

DONE, CHANGED, REVIEWED = (events.type_of(kind) for kind in (TaskDone, TaskChanged, ReviewDecided))
READY, FAILED, JOINED = (events.type_of(kind) for kind in (AssetReady, AssetFailed, WorkerJoined))
EVENTS = [DONE, CHANGED, REVIEWED, READY, FAILED, JOINED]


async def on_work(tx: Tx, stored: Sequence[StoredEvent]) -> None:
    """Brings the Scale tasks behind each event up to date, in order."""
    work_ids = [event.task_id for event in stored if event.task_id is not None]
    items = await work_store.items_of_work(tx, list(dict.fromkeys(work_ids)))
    for event in stored:
        if event.type == FAILED:
            found = await work_store.items_of_assets(tx, list(event.read_as(AssetFailed).asset_ids))
            await outcomes.media_failed(tx, found)
        elif event.type == READY:
            await known.due(tx, await work_store.items_of_assets(tx, list(event.read_as(AssetReady).asset_ids)))
        elif event.type == JOINED:
            await people.came(tx, event.read_as(WorkerJoined).worker_id)
        elif event.task_id is not None and event.task_id in items:
            await _one(tx, event, items[event.task_id])


async def _one(tx: Tx, event: StoredEvent, item_id: ItemId) -> None:
    if event.type == DONE and event.read_as(TaskDone).origin == Origin.IMPORT:
        return  # copied together with the response that it had
    if event.type == DONE:
        await outcomes.done(tx, [item_id])
    elif event.type == CHANGED:
        await outcomes.changed(tx, item_id, event.read_as(TaskChanged).change)
    else:
        decided = event.read_as(ReviewDecided)
        await outcomes.reviewed(tx, item_id, decided.decision, decided.comment, event.actor)


async def callback_answered(site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
    """Keeps what came of a callback in the end."""
    async with site.db.begin(org_id, actor=events.SYSTEM) as tx:
        await callbacks.answered(tx, str(args["type"]), str(args["subject"]), succeeded=bool(args["succeeded"]))


JOBS = {callbacks.ANSWERED: callback_answered, callbacks.SEND: callbacks.send}
