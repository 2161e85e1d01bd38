"""The only file that runs this package's statements: rows in, model out."""

import os
import time
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import md5
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg.pgproto import pgproto

from fairmark.assets.inspection.model import Inspected
from fairmark.assets.model import ASSETS_MAX, Asset, AssetState, Batch, BatchState, Item, Problem, ProjectFacts
from fairmark.kernel import json, sql
from fairmark.kernel.actor import ActorKind
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssetId, BatchId, ItemId, ProjectId, UploadId
from fairmark.ontology.model import Annotation, Ontology

q = sql.load(__file__)

_LOW, _VARIANT = (1 << 62) - 1, 2 << 62


def ids_in_order(count: int) -> list[UUID]:
    """`count` fresh UUIDs version 7 in rising order: the 12 bits behind the milliseconds count, 62 bits are random."""
    start_ms = time.time_ns() // 1_000_000
    random = os.urandom(8 * count)
    ids: list[UUID] = []
    for index in range(count):
        high = (start_ms + (index >> 12)) << 16 | 7 << 12 | (index & 0xFFF)
        low = int.from_bytes(random[8 * index : 8 * index + 8], "big") & _LOW | _VARIANT
        # The driver's own class, which it also gives for ids that it reads: made ten times faster than the library's.
        ids.append(pgproto.UUID((high << 64 | low).to_bytes(16, "big")))
    return ids


class ItemRow(NamedTuple):
    """An item as it goes into the table. meta, prelabel: JSON."""

    id: UUID
    external_id: str | None
    name: str
    asset_ids: Sequence[UUID]
    meta: str
    priority: int
    prelabel: str | None
    batch_id: BatchId


class Content(NamedTuple):
    """Bytes that are stored and sound, and what they are to be called. pages: cut out of it, if it holds several."""

    sha256: bytes
    size: int
    name: str
    inspected: Inspected
    pages: "tuple[PageContent, ...]" = ()


class PageContent(NamedTuple):
    """A page or frame of a file, stored as a file of its own. number: from 1."""

    number: int
    content: Content


async def project(tx: Tx, project_id: ProjectId) -> ProjectFacts | None:
    """The project, if its mode is the caller's; the system itself works in both."""
    mode = None if tx.actor.kind is ActorKind.SYSTEM else tx.actor.mode
    row = await tx.maybe(q.get_project, org_id=tx.org_id, id=project_id, mode=mode)
    return ProjectFacts(row["id"], row["modality"], row["state"]) if row else None


async def add_batch(
    tx: Tx, batch_id: BatchId, project_id: ProjectId, name: str, priority: int, due_at: datetime | None
) -> bool:
    """False if the name is taken."""
    touched = await tx.run(
        q.add_batch,
        org_id=tx.org_id,
        id=batch_id,
        project_id=project_id,
        name=name,
        priority=priority,
        due_at=due_at,
        now=tx.now,
    )
    return touched == 1


async def batches_by_name(tx: Tx, project_id: ProjectId, names: Sequence[str]) -> dict[str, Batch]:
    rows = await tx.all(q.batches_by_name, org_id=tx.org_id, project_id=project_id, names=list(names))
    return {row["name"]: _batch(row) for row in rows}


async def lock_batch(tx: Tx, batch_id: BatchId) -> Batch | None:
    """The batch, locked until the transaction ends."""
    row = await tx.maybe(q.lock_batch, org_id=tx.org_id, id=batch_id, mode=tx.actor.mode)
    return _batch(row) if row else None


async def batches(tx: Tx, project_id: ProjectId, after: UUID | None, limit: int) -> list[Batch]:
    rows = await tx.all(q.list_batches, org_id=tx.org_id, project_id=project_id, after=after, limit=limit)
    return [_batch(row) for row in rows]


async def update_batch(tx: Tx, batch: Batch) -> None:
    await tx.run(
        q.update_batch,
        org_id=tx.org_id,
        id=batch.id,
        state=batch.state,
        priority=batch.priority,
        due_at=batch.due_at,
    )


async def count_into_batches(tx: Tx, counts: dict[BatchId, int]) -> None:
    """Adds to the batches' numbers of items. To be the transaction's last statement: it locks the batches."""
    await tx.run(q.count_into_batches, org_id=tx.org_id, ids=list(counts), counts=list(counts.values()))


async def ontology(tx: Tx, project_id: ProjectId) -> Ontology:
    """The project's ontology in force."""
    document = await tx.value(q.project_ontology, org_id=tx.org_id, project_id=project_id)
    return Ontology() if document is None else json.decode(document, Ontology)


async def items_by_external(tx: Tx, project_id: ProjectId, external_ids: Sequence[str]) -> dict[str, ItemId]:
    rows = await tx.all(q.items_by_external, org_id=tx.org_id, project_id=project_id, external_ids=external_ids)
    return {row[0]: ItemId(row[1]) for row in rows}


async def items_unnamed(
    tx: Tx, project_id: ProjectId, first_asset_ids: Sequence[UUID]
) -> dict[tuple[UUID, ...], ItemId]:
    """Items without an external id, by their assets."""
    rows = await tx.all(q.items_unnamed, org_id=tx.org_id, project_id=project_id, first_asset_ids=first_asset_ids)
    return {tuple(row[1]): ItemId(row[0]) for row in rows}


async def add_items(tx: Tx, project_id: ProjectId, rows: Sequence[ItemRow]) -> set[UUID]:
    """Returns the ids that were added; the others' external ids were taken meanwhile."""
    ordered = sorted(rows, key=lambda row: row.external_id or "")
    added = await tx.all(
        q.add_items,
        org_id=tx.org_id,
        project_id=project_id,
        batch_ids=[row.batch_id for row in ordered],
        now=tx.now,
        ids=[row.id for row in ordered],
        external_ids=[row.external_id for row in ordered],
        names=[row.name for row in ordered],
        asset_ids=["{" + ",".join(map(str, row.asset_ids)) + "}" for row in ordered],
        metas=[row.meta for row in ordered],
        priorities=[row.priority for row in ordered],
        prelabels=[row.prelabel for row in ordered],
    )
    return {row[0] for row in added}


async def item(tx: Tx, item_id: ItemId) -> Item | None:
    row = await tx.maybe(q.get_item, org_id=tx.org_id, id=item_id, mode=tx.actor.mode)
    if row is None:
        return None
    return Item(
        id=row["id"],
        project_id=row["project_id"],
        batch_id=row["batch_id"],
        external_id=row["external_id"],
        name=row["name"],
        asset_ids=row["asset_ids"],
        meta=json.decode(row["meta"]),
        priority=row["priority"],
        prelabel=json.decode(row["prelabel"], Annotation) if row["prelabel"] else None,
        created_at=row["created_at"],
    )


async def assets(tx: Tx, asset_ids: Sequence[AssetId]) -> dict[AssetId, Asset]:
    rows = await tx.all(q.assets_by_id, org_id=tx.org_id, ids=asset_ids)
    return {row["id"]: asset_of(row) for row in rows}


async def asset_names(tx: Tx, asset_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await tx.all(q.asset_names, org_id=tx.org_id, ids=asset_ids)
    return {row[0]: row[1] for row in rows}


async def assets_of_uploads(tx: Tx, upload_ids: Sequence[UploadId]) -> dict[UUID, tuple[UUID, str]]:
    """Upload -> its asset and name, of those that brought one."""
    rows = await tx.all(q.assets_of_uploads, org_id=tx.org_id, ids=upload_ids)
    return {row["upload_id"]: (row["asset_id"], row["name"]) for row in rows}


async def assets_of_names(tx: Tx, names: Sequence[str]) -> dict[str, UUID]:
    """Name -> the asset of its newest upload."""
    rows = await tx.all(q.assets_of_names, org_id=tx.org_id, names=names)
    return {row["name"]: row["asset_id"] for row in rows}


async def ensure_sources(tx: Tx, names: dict[str, str]) -> tuple[dict[str, UUID], int]:
    """An asset for each address (address -> what to call it): the known one, or a new one that is pending.

    Returns address -> asset, and how many are to be fetched: new ones, and failed ones that get another try.
    """
    hashes = _hashes(names)
    ordered = sorted(hashes, key=hashes.__getitem__)
    ids = ids_in_order(len(ordered))
    added = await tx.all(
        q.add_sources,
        org_id=tx.org_id,
        ids=ids,
        sources=ordered,
        names=[names[source] for source in ordered],
        now=tx.now,
    )
    if len(added) == len(ordered):
        return dict(zip(ordered, ids, strict=True)), len(ids)
    made = {row[0] for row in added}
    found = {source: id for source, id in zip(ordered, ids, strict=True) if id in made}
    # The others were there, or another transaction has just added them; the next statement sees those too.
    others = {source: hashes[source] for source in ordered if source not in found}
    rows = await tx.all(q.sources, org_id=tx.org_id, hashes=list(others.values()), sources=list(others))
    found |= {row["source"]: row["id"] for row in rows}
    failed = [row["id"] for row in rows if row["state"] == AssetState.FAILED]
    retried = await tx.run(q.retry_sources, org_id=tx.org_id, ids=failed, now=tx.now) if failed else 0
    return found, len(made) + retried


async def retry_sources(tx: Tx, sources: Collection[str]) -> int:
    """Assets of these addresses that could not be had are to be fetched again; returns how many."""
    hashes = _hashes(sources)
    return await tx.run(
        q.retry_named_sources, org_id=tx.org_id, hashes=list(hashes.values()), sources=list(hashes), now=tx.now
    )


def _hashes(sources: Iterable[str]) -> dict[str, str]:
    """Each address with what the index keeps of it, as a UUID's hex digits."""
    return {source: md5(source.encode(), usedforsecurity=False).hexdigest() for source in sources}


async def contents(tx: Tx, sha256s: Sequence[bytes]) -> dict[bytes, Asset]:
    """SHA-256 -> the asset with these bytes."""
    rows = await tx.all(q.contents, org_id=tx.org_id, sha256s=sha256s)
    return {row["sha256"]: asset_of(row) for row in rows}


async def add_contents(tx: Tx, new: Sequence[tuple[UUID, Content]]) -> None:
    """Ready assets of stored bytes. Those that are there already are left as they are: read `contents` afterwards."""
    await tx.run(
        q.add_contents,
        org_id=tx.org_id,
        now=tx.now,
        ids=[id for id, _ in new],
        sha256s=[content.sha256 for _, content in new],
        names=[content.name for _, content in new],
        media_types=[content.inspected.media_type for _, content in new],
        bytes=[content.size for _, content in new],
        widths=[content.inspected.width for _, content in new],
        heights=[content.inspected.height for _, content in new],
        probes=[json.encode(content.inspected.probe) for _, content in new],
    )


async def add_pages(tx: Tx, file_id: AssetId, new: Sequence[tuple[UUID, PageContent, AssetId]]) -> None:
    """Pages of a file: (id, page, the asset that holds its bytes) each. Those that are there are left as they are."""
    await tx.run(
        q.add_pages,
        org_id=tx.org_id,
        now=tx.now,
        cut_from=file_id,
        ids=[id for id, _, _ in new],
        numbers=[page.number for _, page, _ in new],
        same_as=[holder for _, _, holder in new],
        names=[page.content.name for _, page, _ in new],
        probes=[json.encode(page.content.inspected.probe) for _, page, _ in new],
    )


async def pages(tx: Tx, asset_ids: Sequence[UUID]) -> dict[UUID, list[AssetId]]:
    """Asset -> its pages in their order, of those that hold several."""
    found: dict[UUID, list[AssetId]] = {}
    for row in await tx.all(q.pages_of_assets, org_id=tx.org_id, ids=asset_ids):
        found.setdefault(row["asset_id"], []).append(AssetId(row["page_id"]))
    return found


async def hold_pages(tx: Tx) -> None:
    """Keeps `lay_pages` waiting until this transaction ends: for who reads which assets have pages, and adds items."""
    await tx.run(q.hold_pages, org_id=tx.org_id)


async def lay_pages(tx: Tx, asset_ids: Sequence[AssetId]) -> None:
    """Puts the pages of these assets into items in their place. Items whose labels or size forbid it keep the file."""
    await tx.run(q.claim_pages, org_id=tx.org_id)
    await tx.run(q.lay_pages, org_id=tx.org_id, ids=list(asset_ids), assets_max=ASSETS_MAX)


def asset_of(row: Any) -> Asset:
    """An asset from its row, as `assets_by_id` selects it."""
    return Asset(
        id=row["id"],
        state=AssetState(row["state"]),
        name=row["name"],
        source=row["source"],
        sha256=row["sha256"].hex() if row["sha256"] else None,
        media_type=row["media_type"],
        bytes=row["bytes"],
        width=row["width"],
        height=row["height"],
        probe=json.decode(row["probe"]),
        fault=json.decode(row["fault"], Problem) if row["fault"] else None,
        same_as=row["same_as"],
        cut_from=row["cut_from"],
    )


def _batch(row: Any) -> Batch:
    return Batch(
        id=row["id"],
        project_id=row["project_id"],
        name=row["name"],
        state=BatchState(row["state"]),
        priority=row["priority"],
        due_at=row["due_at"],
        items=row["items"],
        created_at=row["created_at"],
    )
