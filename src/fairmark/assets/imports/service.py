"""Use cases of imports: start, look, cancel, and the work itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final
from uuid import UUID

import msgspec

from fairmark.assets import service as assets
from fairmark.assets.events import ImportFinished
from fairmark.assets.fetching.buckets import locate
from fairmark.assets.fetching.rules import open_prefixes
from fairmark.assets.imports import rules, store
from fairmark.assets.imports.model import (
    FAULTS_KEPT,
    ArchiveSource,
    AssetsSource,
    Bad,
    BucketSource,
    Chunk,
    Import,
    ImportBroken,
    ImportClosed,
    ImportFault,
    ImportState,
    ImportUnknown,
    ItemsSource,
    ManifestSource,
    NewImport,
    Position,
    Row,
    Running,
    SourceEmpty,
    UrlsSource,
)
from fairmark.assets.imports.sources import archive, bucket, inline, manifest
from fairmark.assets.imports.sources.reading import Reading
from fairmark.assets.imports.store import Counts
from fairmark.assets.model import FETCH_JOB, Problem
from fairmark.assets.placement import place_items
from fairmark.assets.store import count_into_batches
from fairmark.assets.uploads import service as uploads
from fairmark.kernel import jobs, json
from fairmark.kernel.db import Tx
from fairmark.kernel.errors import FairmarkError, Unavailable
from fairmark.kernel.events import SYSTEM, announce
from fairmark.kernel.http import Site
from fairmark.kernel.ids import BatchId, ImportId, OrgId, ProjectId, new_id

JOB = "assets.import"
STALLED_ROWS = 100
SOURCES: Final[dict[str, Callable[[Reading, Position], AsyncIterator[Chunk]]]] = {
    "items": inline.chunks,
    "assets": inline.chunks,
    "urls": inline.chunks,
    "manifest": manifest.chunks,
    "bucket": bucket.chunks,
    "archive": archive.chunks,
}
"""Kind of source -> its rows, in chunks, from a place on."""


async def create(tx: Tx, site: Site, project_id: ProjectId, new: NewImport) -> Import:
    """Starts an import in the background. Raises ProjectUnknown, ProjectArchived, BatchCancelled, SourceEmpty,
    UploadUnknown, NotData, BucketForbidden.
    """
    await assets.get_project(tx, project_id, writes=True)
    batch = await assets.batch_named(tx, project_id, new.batch)
    source: dict[str, Any] = {"repeats": new.repeats}
    kept: list[dict[str, Any]] | None = None
    match new.source:
        case ManifestSource() | ArchiveSource():
            data = await uploads.data_of(tx, new.source.upload_id)
            source |= {**msgspec.to_builtins(new.source), "name": data.name}
        case BucketSource():
            locate(new.source.url, open_prefixes(site.settings.bucket_allow, tx.org_id))
            source |= msgspec.to_builtins(new.source)
        case ItemsSource() | AssetsSource() | UrlsSource():
            kept = inline.rows_of(new.source)
            source |= {"kind": new.source.__struct_config__.tag}
    if kept is not None and not kept:
        raise SourceEmpty("The import names no file.", mend="List at least one.")
    import_id = ImportId(new_id())
    text = None if kept is None else json.encode(kept)
    if text is not None:
        json.refuse_nul(text)
    await store.add(tx, import_id, project_id, batch.id, source, text, None if kept is None else len(kept))
    await jobs.enqueue(tx, JOB, import_id=str(import_id))
    return await get(tx, import_id)


async def get(tx: Tx, import_id: ImportId) -> Import:
    """How far an import is. Raises ImportUnknown."""
    found = await store.get(tx, import_id)
    if found is None:
        raise ImportUnknown("There is no such import.")
    return found


async def page(tx: Tx, project_id: ProjectId, after: UUID | None, limit: int) -> list[Import]:
    """At most `limit` + 1 imports of a project, newest first. Raises ProjectUnknown."""
    await assets.get_project(tx, project_id)
    return await store.page(tx, project_id, after, limit + 1)


async def faults(tx: Tx, import_id: ImportId, after: int, limit: int) -> list[ImportFault]:
    """At most `limit` + 1 bad rows behind the `after`-th. Raises ImportUnknown."""
    await get(tx, import_id)
    return await store.faults(tx, import_id, after, limit + 1)


async def cancel(tx: Tx, import_id: ImportId) -> Import:
    """Stops an import; what it brought stays. Raises ImportUnknown, ImportClosed."""
    found = await get(tx, import_id)
    if not await _end(tx, import_id, ImportState.CANCELLED, None):
        raise ImportClosed(f"The import is {found.state.value}.", mend="Nothing is left to be stopped.")
    return await get(tx, import_id)


async def run(site: Site, org_id: OrgId, import_id: ImportId) -> None:
    """Works on an import until it ends, or the organisation is closed. Again after a stop or a kill, or when it is open
    again: goes on behind the last chunk that is committed.

    Raises Unavailable where a part of the installation is down, for the job to be tried again.
    """
    async with site.db.begin(org_id, actor=SYSTEM, bulk=True) as tx:
        running = await store.start(tx, import_id)
        if running is None:
            return
        reading = await _open(tx, site, org_id, running)
    try:
        ended = await _work(site, org_id, running, SOURCES[running.source["kind"]](reading, running.position))
        if not ended:
            return
        state, fault = ImportState.DONE, None
    except Unavailable:
        raise
    except FairmarkError as error:
        state = ImportState.FAILED
        fault = Problem(error.code, rules.clean(error.message), rules.clean(error.mend))
    async with site.db.begin(org_id, actor=SYSTEM, bulk=True) as tx:
        await _end(tx, import_id, state, fault)


async def revive(site: Site, org_id: OrgId) -> int:
    """Gives imports that stand still a new job, and fails those that have for hours; returns how many."""
    async with site.db.begin(org_id, actor=SYSTEM, bulk=True) as tx:
        await store.rest(tx, tx.now - rules.STALLED)
        found = await store.stalled(tx, tx.now - rules.STALLED, tx.now - rules.BROKEN, STALLED_ROWS)
        for import_id, broken in found:
            if broken:
                error = ImportBroken("The import failed again and again.", mend="Start it again; tell the operator.")
                await _end(tx, import_id, ImportState.FAILED, Problem(error.code, error.message, error.mend))
            else:
                await jobs.enqueue(tx, JOB, key=f"revive-{import_id}", import_id=str(import_id))
    return len(found)


async def _open(tx: Tx, site: Site, org_id: OrgId, running: Running) -> Reading:
    labels = await assets.labels_of(tx, await assets.get_project(tx, running.project_id))
    return Reading(site, org_id, running, labels, open_prefixes(site.settings.bucket_allow, org_id))


async def _work(site: Site, org_id: OrgId, running: Running, chunks: AsyncIterator[Chunk]) -> bool:
    """Takes chunk after chunk, reading the next while one is committed. False if somebody else ended or took over."""
    position = running.position
    known_batches: dict[str, BatchId] = {}
    following = asyncio.ensure_future(_next(chunks))
    try:
        while (chunk := await following) is not None:
            following = asyncio.ensure_future(_next(chunks))
            async with site.db.begin(org_id, actor=SYSTEM, bulk=True) as tx:
                bad_before = await store.lock(tx, running.id, position)
                if bad_before is None:
                    return False
                await _take(tx, running, chunk, bad_before, known_batches)
            position = chunk.after
        return True
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await chunks.aclose()  # type: ignore[attr-defined]


async def _next(chunks: AsyncIterator[Chunk]) -> Chunk | None:
    return await anext(chunks, None)


async def _take(tx: Tx, running: Running, chunk: Chunk, bad_before: int, known_batches: dict[str, BatchId]) -> None:
    """One chunk, its faults and the new place of the import, in one transaction."""
    bad = list(chunk.bad)
    new = there = waiting = 0
    counts_of: dict[BatchId, int] = {}
    # In one order, so that two imports into the same batches wait for one another and do not lock each other out.
    for batch_id, rows in sorted((await _by_batch(tx, running, chunk.rows, bad, known_batches)).items()):
        items = [row.item for row in rows]
        placed = await place_items(
            tx, running.project_id, batch_id, items, import_id=running.id, repeats=running.repeats
        )
        counts_of[batch_id] = placed.new.get(batch_id, 0)
        new += counts_of[batch_id]
        there += len(placed.items) - counts_of[batch_id]
        waiting += placed.waiting
        by_index = {row.item.number: row for row in rows}
        for fault in placed.faults:
            row = by_index[fault.index]
            bad.append(Bad(row.line, row.place or fault.place, fault.code, rules.clean(fault.message), fault.mend))
    bad.sort(key=lambda each: each.line or 0)
    kept = bad[: max(0, FAULTS_KEPT - bad_before)]
    if kept:
        await store.add_faults(tx, running.id, bad_before + 1, kept)
    if waiting:
        await jobs.enqueue(tx, FETCH_JOB, key="fetch")
    counts = Counts(new, there, len(bad))
    await store.advance(tx, running.id, chunk.after, counts, chunk.progress, chunk.total, chunk.report)
    if new:
        await count_into_batches(tx, counts_of)


async def _by_batch(
    tx: Tx, running: Running, rows: list[Row], bad: list[Bad], known: dict[str, BatchId]
) -> dict[BatchId, list[Row]]:
    """The rows by the batch they go into. Rows that name one which takes none become `bad`."""
    found: dict[BatchId, list[Row]] = {}
    for row in rows:
        batch_id = running.batch_id
        if row.batch is not None:
            try:
                if row.batch not in known:
                    known[row.batch] = (await assets.batch_named(tx, running.project_id, row.batch)).id
                batch_id = known[row.batch]
            except FairmarkError as error:
                bad.append(Bad(row.line, row.place or "/batch", error.code, rules.clean(error.message), error.mend))
                continue
        found.setdefault(batch_id, []).append(row)
    return found


async def _end(tx: Tx, import_id: ImportId, state: ImportState, fault: Problem | None) -> bool:
    """Closes the import and announces it; False if it is closed already."""
    ended = await store.end(tx, import_id, state, fault)
    if ended is None:
        return False
    await announce(
        tx,
        ImportFinished(
            project_id=ended.project_id,
            import_id=import_id,
            batch_id=ended.batch_id,
            state=state,
            rows_done=ended.rows_done,
            rows_new=ended.rows_new,
            rows_there=ended.rows_there,
            rows_bad=ended.rows_bad,
        ),
    )
    return True
