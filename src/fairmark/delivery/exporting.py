"""Writing one export: page by page from the database, through the format, into an archive, into the store.

Each page is read in a transaction of its own and written in a thread while the next one is read, so that neither the
database nor the process's other work waits for a long export. A run that is killed starts again from nothing: its
archive is an unnamed file that goes with the process.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

import msgspec

from fairmark.delivery import events, rules, store
from fairmark.delivery.model import ExportOptions, ExportReport, ExportRow, ExportState, Problem
from fairmark.delivery.store import AssetFacts, ResultRow
from fairmark.formats.contract import WriteOptions, Writer
from fairmark.formats.disk_map import DiskMap
from fairmark.formats.model import AssetRecord, LabeledItem, Report
from fairmark.formats.registry import FORMATS
from fairmark.formats.sink import ZipSink
from fairmark.kernel import clock, json
from fairmark.kernel import events as log_of_events
from fairmark.kernel.actor import Actor, ActorKind
from fairmark.kernel.blobs import BlobMissing, asset_key
from fairmark.kernel.errors import FairmarkError, Unavailable
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.http import Site
from fairmark.kernel.ids import ExportId, ItemId, OrgId, TaskId
from fairmark.kernel.telemetry import log
from fairmark.ontology import upgrade
from fairmark.ontology.model import Annotation, Ontology
from fairmark.projects import service as projects

logger = log("exports")

PAGE = 500
PROGRESS_S = 1.0
ZIP_LEVEL = 3
"""Labels shrink to a tenth at any level; the higher ones only take longer."""
NAME_CHARS_MAX = 1024
FIRST = TaskId(UUID(int=0))
_newest = msgspec.json.Decoder(Annotation)
Page = tuple[list[ResultRow], dict[UUID, AssetFacts]]


class Cancelled(Exception):
    """Somebody called the export off while it ran."""


async def run(site: Site, org_id: OrgId, export_id: ExportId) -> None:
    """Makes the file of an export that waits, or ran when its process was killed; one that is over is left alone.

    Raises Unavailable, to be tried again. Any other fault is written to the export's row.
    """
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        export = await store.get_export(tx, export_id)
    if export is None or export.state not in (ExportState.WAITING, ExportState.RUNNING):
        return
    try:
        await _Run(site, org_id, export).go()
    except Cancelled:
        logger.info("export_cancelled", export_id=str(export_id))
    except Unavailable:
        raise
    except FairmarkError as error:
        await _fail(site, org_id, export, Problem(error.code, error.message, error.mend))
    except Exception as error:
        logger.error("export_failed", export_id=str(export_id), exc_info=error)
        problem = Problem("internal", "Something went wrong on our side.", "Try again; tell the operator if it stays.")
        await _fail(site, org_id, export, problem)


async def _fail(site: Site, org_id: OrgId, export: ExportRow, problem: Problem) -> None:
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        if await store.fail_export(tx, export.id, problem):
            failed = events.ExportFailed(
                export_id=export.id, code=problem.code, message=problem.message, project_id=export.project_id
            )
            await log_of_events.announce(tx, failed)


class _Run:
    """One attempt at one export."""

    def __init__(self, site: Site, org_id: OrgId, export: ExportRow) -> None:
        self._site = site
        self._org_id = org_id
        self._export = export
        self._options: ExportOptions = export.options
        self._classes = frozenset(export.options.classes)
        self._actor = Actor(kind=ActorKind.SYSTEM, mode=export.mode)
        self._placed: list[tuple[str, AssetRecord]] = []
        self._images_missing = 0
        self._rows_done = 0
        self._told_s = time.monotonic()

    async def go(self) -> None:
        export = self._export
        async with self._site.db.begin(self._org_id, actor=self._actor) as tx:
            # Taken before the first page is read: what is missing from the file lies behind it, never before.
            until = await log_of_events.newest(tx)
            found = await projects.ontology(tx, export.project_id)
            total = await store.count_results(tx, export.project_id, self._options)
            if not await store.start_export(tx, export.id, total):
                raise Cancelled
        ontology = rules.narrowed(found.document, self._classes) if self._classes else found.document
        folder = self._site.settings.data_path / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as raw:
            file = cast(BinaryIO, raw)
            report = await self._write(file, ontology, folder)
            size = file.seek(0, 2)
            file.seek(0)
            blob = f"{self._org_id}/exports/{export.id}.zip"
            await self._site.blobs.put(blob, file)
        await self._finish(
            blob,
            size,
            ExportReport(
                items=report.items,
                marks=report.marks,
                files=report.files,
                losses=list(report.losses),
                ontology_version=found.version,
                until=str(until),
                images_missing=self._images_missing,
            ),
        )

    async def _finish(self, blob: str, size: int, report: ExportReport) -> None:
        export = self._export
        async with self._site.db.begin(self._org_id, actor=self._actor) as tx:
            done = await store.finish_export(tx, export.id, self._rows_done, blob, size, report)
            if done:
                event = events.ExportDone(
                    export_id=export.id, format=export.format, items=report.items, bytes=size,
                    project_id=export.project_id,
                )  # fmt: skip
                await log_of_events.announce(tx, event)
        if not done:
            await self._site.blobs.delete(blob)
            raise Cancelled

    async def _write(self, file: BinaryIO, ontology: Ontology, folder: Path) -> Report:
        """Everything into the archive. Pages are read ahead by one."""
        sink = ZipSink(file, stamp=clock.now(), level=ZIP_LEVEL)
        options = WriteOptions(
            title=self._export.project_name,
            created=clock.now(),
            place_image=self._place if self._options.images else None,
        )
        writer = await asyncio.to_thread(FORMATS[self._export.format].writer, ontology, sink, options)
        ahead = asyncio.create_task(self._read(FIRST))
        seen = DiskMap()
        try:
            while True:
                rows, assets = await ahead
                if not rows:
                    break
                ahead = asyncio.create_task(self._read(rows[-1].task_id))
                await asyncio.to_thread(self._add, writer, rows, assets)
                await self._put_images(sink, folder, seen)
                self._rows_done += len(rows)
                await self._tell()
            report = await asyncio.to_thread(writer.finish)
            await asyncio.to_thread(sink.close)
        except BaseException:
            ahead.cancel()
            writer.abandon()
            raise
        finally:
            seen.close()
        return report

    async def _read(self, after: TaskId) -> Page:
        async with self._site.db.begin(self._org_id, actor=self._actor) as tx:
            rows = await store.page_results(tx, self._export.project_id, self._options, after, PAGE)
            ids = {asset_id for row in rows for asset_id in row.asset_ids}
            return rows, await store.load_assets(tx, list(ids)) if ids else {}

    def _add(self, writer: Writer, rows: Sequence[ResultRow], assets: dict[UUID, AssetFacts]) -> None:
        for row in rows:
            writer.add(self._item(row, assets))

    def _item(self, row: ResultRow, assets: dict[UUID, AssetFacts]) -> LabeledItem:
        annotation = _annotation(row.annotation)
        if self._classes:
            annotation = rules.only_classes(annotation, self._classes)
        split = self._options.split
        return LabeledItem(
            external_id=row.external_id or str(row.item_id),
            name=row.name[:NAME_CHARS_MAX] or str(row.item_id),
            assets=tuple(_record(assets[asset_id]) for asset_id in row.asset_ids if asset_id in assets),
            annotation=annotation,
            confidence=row.confidence,
            meta=json.decode(row.meta, dict) if row.meta != "{}" else {},
            batch=row.batch,
            split=rules.split_of(ItemId(row.item_id), split) if split is not None else None,
        )

    def _place(self, path: str, asset: AssetRecord) -> None:
        self._placed.append((path, asset))

    async def _put_images(self, sink: ZipSink, folder: Path, seen: DiskMap) -> None:
        """The original files of a page, each path once: formats that name files by their hash ask for some again."""
        placed, self._placed = self._placed, []
        for path, asset in placed:
            if asset.sha256 is None:
                self._images_missing += 1
            elif seen.fill([(path, b"")]):
                try:
                    await self._put_image(sink, folder, path, bytes.fromhex(asset.sha256))
                except BlobMissing:
                    self._images_missing += 1

    async def _put_image(self, sink: ZipSink, folder: Path, path: str, sha256: bytes) -> None:
        key = asset_key(self._org_id, sha256)
        blobs = self._site.blobs
        if blobs.folder is not None:
            place = blobs.folder / key
            if not place.exists():
                raise BlobMissing(f"The file {path} is not in the store.")
            await asyncio.to_thread(_store, sink, path, place)
            return
        with tempfile.NamedTemporaryFile(dir=folder) as copy:
            await blobs.fetch(key, Path(copy.name))
            await asyncio.to_thread(_store, sink, path, Path(copy.name))

    async def _tell(self) -> None:
        """Writes the progress down, now and then. Raises Cancelled."""
        if time.monotonic() - self._told_s < PROGRESS_S:
            return
        self._told_s = time.monotonic()
        async with self._site.db.begin(self._org_id, actor=self._actor, fast=True) as tx:
            if not await store.note_progress(tx, self._export.id, self._rows_done):
                raise Cancelled


def _annotation(text: str) -> Annotation:
    """Of the newest version, as nearly all are, in one pass; others are read and upgraded."""
    try:
        return _newest.decode(text)
    except msgspec.ValidationError:
        return upgrade.read_annotation(text)


def _store(sink: ZipSink, path: str, place: Path) -> None:
    with place.open("rb") as file:
        sink.store(path, file)


def _record(asset: AssetFacts) -> AssetRecord:
    return AssetRecord(
        name=asset.name[:NAME_CHARS_MAX] or str(asset.id),
        width=asset.width,
        height=asset.height,
        sha256=asset.sha256.hex() if asset.sha256 is not None else None,
        media_type=asset.media_type or None,
        url=asset.source or None,
        orientation=asset.orientation if 1 <= asset.orientation <= 8 else 1,
    )
