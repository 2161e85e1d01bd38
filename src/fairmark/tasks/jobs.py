"""Reactions to lower packages' events, and the sweep that opens again what was left lying."""

from collections.abc import Sequence

from fairmark.assets.events import AssetFailed, AssetReady, BatchChanged, ItemsAdded
from fairmark.kernel import events
from fairmark.kernel.db import Tx
from fairmark.kernel.events import StoredEvent
from fairmark.kernel.http import Site
from fairmark.tasks import flow, service

EXPIRE_EVERY_S = 5


async def on_assets(tx: Tx, stored: Sequence[StoredEvent]) -> None:
    """New items become tasks, media that arrive open them, batches carry their state to them; in order."""
    for event in stored:
        assert event.project_id is not None or event.type.startswith("asset.")
        if event.type == events.type_of(ItemsAdded):
            added = event.read_as(ItemsAdded)
            assert added.project_id is not None
            await flow.create_tasks(tx, added.project_id, added.batch_id, added.first_id, added.last_id)
        elif event.type == events.type_of(AssetReady):
            await flow.media_ready(tx, event.read_as(AssetReady).asset_ids)
        elif event.type == events.type_of(AssetFailed):
            await flow.media_failed(tx, event.read_as(AssetFailed).asset_ids)
        else:
            changed = event.read_as(BatchChanged)
            await flow.batch_changed(tx, changed.batch_id, changed.state, changed.priority, changed.due_at)


async def expire_leases(site: Site) -> None:
    """Opens again, in every organisation, the work of turns whose time ran out."""
    for org_id in await events.all_orgs(site.db):
        async with site.db.begin(org_id, actor=events.SYSTEM) as tx:
            await service.expire(tx)


ASSET_EVENTS = [events.type_of(kind) for kind in (ItemsAdded, AssetReady, AssetFailed, BatchChanged)]
