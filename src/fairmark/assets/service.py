"""Use cases of items, batches and the addresses of media. Other packages come in here."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fairmark.assets import contents, rules, store
from fairmark.assets.events import BatchChanged
from fairmark.assets.media.rules import asset_view
from fairmark.assets.media.rules import media_url as media_url
from fairmark.assets.model import (
    DEFAULT_BATCH,
    FETCH_JOB,
    INLINE_ROWS_MAX,
    Added,
    AddedItem,
    Asset,
    AssetView,
    Batch,
    BatchCancelled,
    BatchState,
    BatchTaken,
    BatchUnknown,
    ItemUnknown,
    ItemView,
    NewItem,
    ProjectArchived,
    ProjectFacts,
    ProjectUnknown,
    RowProblem,
    RowsTooMany,
)
from fairmark.assets.placement import place_items
from fairmark.assets.rules import Labels
from fairmark.kernel import jobs
from fairmark.kernel.actor import Actor
from fairmark.kernel.db import Tx
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.events import announce
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, BatchId, ItemId, ProjectId, new_id
from fairmark.modalities import MODALITIES
from fairmark.ontology.compiled import compile_ontology


async def get_project(tx: Tx, project_id: ProjectId, *, writes: bool = False) -> ProjectFacts:
    """What this package knows of a project. Raises ProjectUnknown; ProjectArchived if it `writes`."""
    found = await store.project(tx, project_id)
    if found is None:
        raise ProjectUnknown("There is no such project.", mend="Check the id, and that the key is of the right mode.")
    if writes and found.state == "archived":
        raise ProjectArchived("The project is archived and takes no new data.", mend="Restore the project first.")
    return found


async def labels_of(tx: Tx, project: ProjectFacts) -> Labels:
    """What labels from outside must fit in a project."""
    return Labels(MODALITIES[project.modality], compile_ontology(await store.ontology(tx, project.id)))


async def batch_named(tx: Tx, project_id: ProjectId, name: str | None) -> Batch:
    """The project's batch of this name, made if there is none. Raises BatchCancelled, BadName."""
    name = DEFAULT_BATCH if name is None else name
    return (await batches_named(tx, project_id, [name]))[name]


async def batches_named(tx: Tx, project_id: ProjectId, names: Sequence[str]) -> dict[str, Batch]:
    """The project's batches of these names, each made if there is none. Raises BatchCancelled, BadName."""
    clean = {name: rules.clean_name(name, "batch's name") for name in names}
    wanted = sorted(set(clean.values()))
    found = await store.batches_by_name(tx, project_id, wanted)
    if missing := [name for name in wanted if name not in found]:
        for name in missing:
            await store.add_batch(tx, BatchId(new_id()), project_id, name, 0, None)
        found |= await store.batches_by_name(tx, project_id, missing)
    for batch in found.values():
        if batch.state is BatchState.CANCELLED:
            raise BatchCancelled(f"The batch '{batch.name}' was cancelled.", mend="Choose another batch.")
    return {name: found[clean[name]] for name in names}


async def create_batch(tx: Tx, project_id: ProjectId, name: str, priority: int, due_at: datetime | None) -> Batch:
    """A new, empty batch. Raises ProjectUnknown, ProjectArchived, BatchTaken, BadName."""
    await get_project(tx, project_id, writes=True)
    name = rules.clean_name(name, "batch's name")
    if not await store.add_batch(tx, BatchId(new_id()), project_id, name, priority, due_at):
        raise BatchTaken(f"The project has a batch '{name}' already.", mend="Choose another name.")
    return (await store.batches_by_name(tx, project_id, [name]))[name]


async def list_batches(tx: Tx, project_id: ProjectId, after: UUID | None, limit: int) -> list[Batch]:
    """At most `limit` + 1 batches, newest first. Raises ProjectUnknown."""
    await get_project(tx, project_id)
    return await store.batches(tx, project_id, after, limit + 1)


async def change_batch(
    tx: Tx,
    batch_id: BatchId,
    state: BatchState | None = None,
    priority: int | None = None,
    due_at: datetime | None = None,
    *,
    clear_due: bool = False,
) -> Batch:
    """Changes what is given and announces it. Raises BatchUnknown, BatchCancelled."""
    before = await store.lock_batch(tx, batch_id)
    if before is None:
        raise BatchUnknown("There is no such batch.")
    after = rules.change_batch(before, state, priority, due_at, clear_due=clear_due)
    if after != before:
        await store.update_batch(tx, after)
        await announce(
            tx,
            BatchChanged(
                project_id=after.project_id,
                batch_id=after.id,
                state=after.state,
                priority=after.priority,
                due_at=after.due_at,
            ),
        )
    return after


async def get_item(tx: Tx, site: Site, item_id: ItemId) -> ItemView:
    """An item with its assets' addresses. Raises ItemUnknown."""
    item = await store.item(tx, item_id)
    if item is None:
        raise ItemUnknown("There is no such item.")
    return ItemView(
        id=item.id,
        project_id=item.project_id,
        batch_id=item.batch_id,
        external_id=item.external_id,
        name=item.name,
        assets=await describe(tx, site, item.asset_ids),
        meta=item.meta,
        priority=item.priority,
        prelabel=item.prelabel,
        created_at=item.created_at,
    )


async def get_assets(tx: Tx, asset_ids: Sequence[AssetId]) -> dict[AssetId, Asset]:
    """The assets of these ids, in one statement; ids that are not there are left out."""
    return await store.assets(tx, asset_ids) if asset_ids else {}


async def describe(tx: Tx, site: Site, asset_ids: Sequence[AssetId]) -> list[AssetView]:
    """The assets with their signed addresses, in the order asked for, in one statement. Unknown ids are left out."""
    found = await get_assets(tx, asset_ids)
    return [asset_view(site, tx.org_id, found[id], tx.now) for id in asset_ids if id in found]


async def take_files(site: Site, actor: Actor, named: Sequence[tuple[str, bytes]]) -> list[AssetId]:
    """The assets of files, (name, bytes) each, known or new; in their order. In transactions of its own, as bytes are
    stored before anything names them. Raises FileRefused for a file that is not taken.
    """
    assert actor.org_id is not None, "permissions on data need an organisation"
    files: list[contents.Incoming] = []
    for name, data in named:
        digest = (await asyncio.to_thread(hashlib.sha256, data)).digest()
        files.append(contents.Incoming(name, data, digest, len(data)))
    found: list[AssetId] = []
    for outcome in await contents.take(site, actor.org_id, actor, files):
        if isinstance(outcome, FairmarkError):
            raise outcome
        found.append(outcome.id)
    return found


async def add_items(
    tx: Tx, project_id: ProjectId, batch: str | None, rows: Sequence[Any], *, repeats: bool = False
) -> Added:
    """Takes the good rows (each of ItemIn's shape) and says of each bad one what is wrong with it.

    repeats: rows without an external id make new items, even where an item of the same assets is there.
    Raises ProjectUnknown, ProjectArchived, BatchCancelled, RowsTooMany.
    """
    name = DEFAULT_BATCH if batch is None else batch
    return await _added(tx, project_id, [name] * max(1, len(rows)), rows, repeats)


async def add_items_to(tx: Tx, project_id: ProjectId, rows: Sequence[tuple[str, Any]]) -> Added:
    """The same for rows that each name their batch, at least one; `batch_id` of the answer is that of the first.

    Raises what `add_items` raises.
    """
    return await _added(tx, project_id, [batch for batch, _ in rows], [row for _, row in rows], repeats=False)


async def _added(tx: Tx, project_id: ProjectId, names: Sequence[str], rows: Sequence[Any], repeats: bool) -> Added:
    if len(rows) > INLINE_ROWS_MAX:
        raise RowsTooMany(
            f"The request brings {len(rows)} items; the limit is {INLINE_ROWS_MAX}.",
            mend="Send them in several requests, or start an import.",
        )
    project = await get_project(tx, project_id, writes=True)
    batches = await batches_named(tx, project_id, names)
    labels = await labels_of(tx, project) if any(isinstance(row, dict) and "prelabel" in row for row in rows) else None
    checked = [rules.check_item(index, row, labels=labels) for index, row in enumerate(rows)]
    faults = [row for row in checked if isinstance(row, RowProblem)]
    good = [row for row in checked if isinstance(row, NewItem)]
    batch_of = {row.number: batches[names[row.number]].id for row in good}
    placed = await place_items(
        tx, project_id, batch_of, sorted(good, key=lambda row: batch_of[row.number]), repeats=repeats
    )
    if placed.waiting:
        await jobs.enqueue(tx, FETCH_JOB, key="fetch")
    if placed.new:
        await store.count_into_batches(tx, placed.new)
    items = [AddedItem(index, id, new) for index, (id, new) in sorted(placed.items.items())]
    faults = sorted([*faults, *placed.faults], key=lambda fault: fault.index)
    return Added(batches[names[0]].id, items, faults)
