"""Reactions to lower packages' events, and the sweep that opens again what was left lying."""

from collections.abc import Sequence

from fairmark.assets.events import AssetFailed, AssetReady, BatchChanged, ItemsAdded
from fairmark.identity.events import OrganisationClosed, WorkerDisabled
from fairmark.kernel import events
from fairmark.kernel.db import Tx
from fairmark.kernel.events import StoredEvent
from fairmark.kernel.http import Site
from fairmark.tasks import flow, leases

EXPIRE_EVERY_S = 5


async def on_events(tx: Tx, stored: Sequence[StoredEvent]) -> None:
    """New items become tasks, media that arrive open them, batches carry their state to them; who is kept out, and
    everybody where an organisation is closed, gives back what they hold. In order."""
    for event in stored:
        if event.type == events.type_of(ItemsAdded):
            added = event.read_as(ItemsAdded)
            assert added.project_id is not None
            await flow.create_tasks(tx, added.project_id, added.batch_id, added.first_id, added.last_id)
        elif event.type == events.type_of(AssetReady):
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
