"""The only file that runs this package's statements: rows in, model out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from fairmark.assets.imports.model import (
    Bad,
    Import,
    ImportFault,
    ImportState,
    Position,
    Running,
)
from fairmark.assets.model import Problem
from fairmark.formats.model import AssetRecord
from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import BatchId, ImportId, ProjectId

q = sql.load(__file__)


class Counts(NamedTuple):
    """Rows of one chunk by what became of them."""

    new: int
    there: int
    bad: int


class Ended(NamedTuple):
    """What an import had done when it ended."""

    project_id: ProjectId
    batch_id: BatchId
    rows_done: int
    rows_new: int
    rows_there: int
    rows_bad: int


async def add(
    tx: Tx,
    import_id: ImportId,
    project_id: ProjectId,
    batch_id: BatchId,
    source: dict[str, Any],
    inline: str | None,
    rows_total: int | None,
) -> None:
    await tx.run(
        q.add_import,
        org_id=tx.org_id,
        id=import_id,
        project_id=project_id,
        batch_id=batch_id,
        source=json.encode(source),
        inline=inline,
        rows_total=rows_total,
        created_by=tx.actor.person_id,
        now=tx.now,
    )


async def get(tx: Tx, import_id: ImportId) -> Import | None:
    row = await tx.maybe(q.get_import, org_id=tx.org_id, id=import_id, mode=tx.actor.mode)
    return _import(row) if row else None


async def page(tx: Tx, project_id: ProjectId, after: UUID | None, limit: int) -> list[Import]:
    rows = await tx.all(q.list_imports, org_id=tx.org_id, project_id=project_id, after=after, limit=limit)
    return [_import(row) for row in rows]


async def start(tx: Tx, import_id: ImportId) -> Running | None:
    """The import, now running; None if it has ended."""
    row = await tx.maybe(q.start_import, org_id=tx.org_id, id=import_id, now=tx.now)
    if row is None:
        return None
    source: dict[str, Any] = json.decode(row["source"])
    return Running(
        row["id"],
        row["project_id"],
        row["batch_id"],
        source,
        row["inline"],
        json.decode(row["position"], Position),
        json.decode(row["report"]) if row["report"] else None,
        bool(source.get("repeats")),
    )


async def lock(tx: Tx, import_id: ImportId, position: Position) -> int | None:
    """The bad rows so far, if the import still runs and stands at `position`; then nobody else can move it."""
    row = await tx.maybe(q.lock_import, org_id=tx.org_id, id=import_id, position=json.encode(position))
    return None if row is None else row["rows_bad"]


async def advance(
    tx: Tx,
    import_id: ImportId,
    position: Position,
    counts: Counts,
    progress: float | None,
    total: int | None,
    report: dict[str, Any] | None,
) -> None:
    await tx.run(
        q.advance_import,
        org_id=tx.org_id,
        id=import_id,
        position=json.encode(position),
        progress=progress or 0.0,
        rows_total=total,
        report=None if report is None else json.encode(report),
        done=sum(counts),
        new=counts.new,
        there=counts.there,
        bad=counts.bad,
        now=tx.now,
    )


async def end(tx: Tx, import_id: ImportId, state: ImportState, fault: Problem | None) -> Ended | None:
    """Closes the import; None if it is closed already."""
    row = await tx.maybe(
        q.end_import,
        org_id=tx.org_id,
        id=import_id,
        state=state,
        fault=None if fault is None else json.encode(fault),
        now=tx.now,
    )
    return Ended(*row) if row else None


async def add_faults(tx: Tx, import_id: ImportId, first: int, bad: Sequence[Bad]) -> None:
    """first: the number of the first of `bad`."""
    await tx.run(
        q.add_faults,
        org_id=tx.org_id,
        import_id=import_id,
        ns=list(range(first, first + len(bad))),
        lines=[each.line for each in bad],
        places=[each.place for each in bad],
        codes=[each.code for each in bad],
        messages=[each.message for each in bad],
        mends=[each.mend for each in bad],
    )


async def faults(tx: Tx, import_id: ImportId, after: int, limit: int) -> list[ImportFault]:
    rows = await tx.all(q.list_faults, org_id=tx.org_id, import_id=import_id, after=after, limit=limit)
    return [ImportFault(*row) for row in rows]


async def rest(tx: Tx, stalled_before: datetime) -> None:
    """Keeps those of a closed organisation from counting as broken."""
    await tx.run(q.rest_imports, org_id=tx.org_id, now=tx.now, stalled_before=stalled_before)


async def stalled(tx: Tx, stalled_before: datetime, broken_before: datetime, limit: int) -> list[tuple[ImportId, bool]]:
    """Imports that stand still, and whether they do so for too long."""
    rows = await tx.all(
        q.stalled_imports,
        org_id=tx.org_id,
        stalled_before=stalled_before,
        broken_before=broken_before,
        limit=limit,
    )
    return [(row["id"], row["broken"]) for row in rows]


async def records_by_name(tx: Tx, names: Sequence[str]) -> dict[str, AssetRecord]:
    """Name -> the newest picture that was uploaded under it."""
    rows = await tx.all(q.sizes_by_name, org_id=tx.org_id, names=names)
    return {
        row["name"]: AssetRecord(
            row["name"],
            row["width"],
            row["height"],
            sha256=row["sha256"].hex() if row["sha256"] else None,
            media_type=row["media_type"],
        )
        for row in rows
    }


def _import(row: Any) -> Import:
    return Import(
        id=row["id"],
        project_id=row["project_id"],
        batch_id=row["batch_id"],
        source=json.decode(row["source"]),
        state=ImportState(row["state"]),
        progress=row["progress"],
        rows_total=row["rows_total"],
        rows_done=row["rows_done"],
        rows_new=row["rows_new"],
        rows_there=row["rows_there"],
        rows_bad=row["rows_bad"],
        report=json.decode(row["report"]) if row["report"] else None,
        fault=json.decode(row["fault"], Problem) if row["fault"] else None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
