"""Reactions to lower packages' events, and the sweep that opens again what was left lying."""

from collections.abc import Sequence
from itertools import groupby

from fairmark.assets.events import AssetFailed, AssetReady, BatchChanged, ItemsAdded
from fairmark.identity.events import OrganisationClosed, WorkerDisabled
from fairmark.kernel import events
from fairmark.kernel.db import Tx
from fairmark.kernel.events import StoredEvent
from fairmark.kernel.http import Site
from fairmark.kernel.ids import ItemId, ProjectId
from fairmark.tasks import flow, leases

EXPIRE_EVERY_S = 5
ADDED = events.type_of(ItemsAdded)


async def on_events(tx: Tx, stored: Sequence[StoredEvent]) -> None:
    """New items become tasks, media that arrive open them, batches carry their state to them; who is kept out, and
    everybody where an organisation is closed, gives back what they hold. In order."""
    for is_added, run in groupby(stored, key=lambda event: event.type == ADDED):
        if is_added:
            await _added(tx, [event.read_as(ItemsAdded) for event in run])
        else:
            await _others(tx, list(run))


async def _added(tx: Tx, added: Sequence[ItemsAdded]) -> None:
    """Items that were added one after another, in few statements, however many events told of them."""
    of_project: dict[ProjectId, list[tuple[ItemId, ItemId]]] = {}
    for event in added:
        assert event.project_id is not None
        of_project.setdefault(event.project_id, []).append((event.first_id, event.last_id))
    for project_id, ranges in of_project.items():
        await flow.create_tasks(tx, project_id, ranges)


async def _others(tx: Tx, stored: Sequence[StoredEvent]) -> None:
    for event in stored:
        if event.type == events.type_of(AssetReady):
            await flow.media_ready(tx, event.read_as(AssetReady).asset_ids)
        elif event.type == events.type_of(AssetFailed):
            await flow.media_failed(tx, event.read_as(AssetFailed).asset_ids)
        elif event.type == events.type_of(BatchChanged):
            changed = event.read_as(BatchChanged)
            await flow.batch_changed(tx, changed.batch_id, changed.state, changed.priority, changed.due_at)
        elif event.type == events.type_of(WorkerDisabled):
            await leases.release(tx, event.read_as(WorkerDisabled).worker_id, "Kept out by an administrator.")
        else:
            await leases.release(tx, None, "The organisation was closed.")


async def expire_leases(site: Site) -> None:
    """Opens again, in every organisation, the work of turns whose time ran out."""
    for org_id in await events.all_orgs(site.db):
        async with site.db.begin(org_id, actor=events.SYSTEM) as tx:
            await leases.expire(tx)


EVENTS = [
    events.type_of(kind)
    for kind in (ItemsAdded, AssetReady, AssetFailed, BatchChanged, WorkerDisabled, OrganisationClosed)
]
