"""The only file that runs this package's statements: rows in, model out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fairmark.assets.model import Problem
from fairmark.assets.uploads.model import Finished, NewUpload, Piece, Purpose, UploadRow, UploadState
from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssetId, UploadId

q = sql.load(__file__)


async def add(tx: Tx, upload_id: UploadId, new: NewUpload, asset_id: AssetId | None) -> None:
    """A new upload; done at once if its asset is known."""
    await tx.run(
        q.add_upload,
        org_id=tx.org_id,
        id=upload_id,
        name=new.name,
        bytes=new.bytes,
        received=new.bytes if asset_id else 0,
        sha256=bytes.fromhex(new.sha256) if new.sha256 else None,
        purpose=new.purpose,
        state=UploadState.DONE if asset_id else UploadState.OPEN,
        asset_id=asset_id,
        created_by=tx.actor.person_id,
        now=tx.now,
    )


async def add_finished(tx: Tx, uploads: Sequence[tuple[UploadId, Finished]]) -> None:
    """Uploads that came whole."""
    await tx.run(
        q.add_finished,
        org_id=tx.org_id,
        created_by=tx.actor.person_id,
        now=tx.now,
        ids=[id for id, _ in uploads],
        names=[each.name for _, each in uploads],
        bytes=[each.size for _, each in uploads],
        sha256s=[each.sha256 for _, each in uploads],
        asset_ids=[each.asset_id for _, each in uploads],
        faults=[None if each.fault is None else json.encode(each.fault) for _, each in uploads],
    )


async def get_many(tx: Tx, upload_ids: Sequence[UploadId]) -> dict[UploadId, UploadRow]:
    rows = await tx.all(q.get_uploads, org_id=tx.org_id, ids=upload_ids)
    return {row["id"]: _upload(row) for row in rows}


async def advance(tx: Tx, upload_id: UploadId, piece: Piece) -> bool:
    """Takes the piece if it starts where the safe bytes end; False if it does not, or the upload is closed."""
    moved = await tx.run(
        q.advance, org_id=tx.org_id, id=upload_id, offset=piece.starts_at, bytes=piece.size, now=tx.now
    )
    if not moved:
        return False
    await tx.run(
        q.add_piece,
        org_id=tx.org_id,
        upload_id=upload_id,
        starts_at=piece.starts_at,
        bytes=piece.size,
        blob=piece.blob,
    )
    return True


async def pieces(tx: Tx, upload_id: UploadId) -> list[Piece]:
    """The parts in their order."""
    return [Piece(*row) for row in await tx.all(q.pieces, org_id=tx.org_id, upload_id=upload_id)]


async def drop_pieces(tx: Tx, upload_ids: Sequence[UploadId]) -> list[Piece]:
    """Forgets the parts; their bytes are the caller's to remove once this is committed."""
    return [Piece(*row) for row in await tx.all(q.drop_pieces, org_id=tx.org_id, upload_ids=upload_ids)]


async def finish(
    tx: Tx,
    upload: UploadRow,
    *,
    expected: int,
    sha256: bytes | None = None,
    asset_id: AssetId | None = None,
    blob: str | None = None,
    fault: Problem | None = None,
) -> bool:
    """Closes the upload if it is open with `expected` bytes; False if somebody else was faster."""
    touched = await tx.run(
        q.finish,
        org_id=tx.org_id,
        id=upload.id,
        state=UploadState.DONE if fault is None else UploadState.FAILED,
        received=upload.size,
        sha256=sha256,
        asset_id=asset_id,
        blob=blob,
        fault=None if fault is None else json.encode(fault),
        expected=expected,
        now=tx.now,
    )
    return touched == 1


async def stale(tx: Tx, open_before: datetime, data_before: datetime, limit: int) -> list[tuple[UploadId, str | None]]:
    """Uploads past their time, with the place of their data."""
    rows = await tx.all(
        q.stale_uploads, org_id=tx.org_id, open_before=open_before, data_before=data_before, limit=limit
    )
    return [(row["id"], row["blob"]) for row in rows]


async def expire(tx: Tx, upload_ids: Sequence[UploadId], fault: Problem) -> None:
    await tx.run(q.expire, org_id=tx.org_id, ids=upload_ids, fault=json.encode(fault), now=tx.now)


async def touch(tx: Tx, upload_id: UploadId) -> None:
    await tx.run(q.touch, org_id=tx.org_id, id=upload_id, now=tx.now)


def _upload(row: Any) -> UploadRow:
    return UploadRow(
        id=row["id"],
        name=row["name"],
        size=row["bytes"],
        received=row["received"],
        sha256=row["sha256"],
        purpose=Purpose(row["purpose"]),
        state=UploadState(row["state"]),
        asset_id=row["asset_id"],
        blob=row["blob"],
        fault=json.decode(row["fault"], Problem) if row["fault"] else None,
        created_at=row["created_at"],
    )
