"""The only file that runs this package's statements: rows in, model out."""

from collections.abc import Sequence
from datetime import timedelta

from fairmark.assets.model import Problem
from fairmark.assets.tiles.model import WAIT_MAX_S, Making, TilesState
from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx

q = sql.load(__file__)


async def want(tx: Tx, sha256s: Sequence[bytes]) -> list[bytes]:
    """Returns those that were not wanted before."""
    rows = await tx.all(q.want_tiles, org_id=tx.org_id, sha256s=list(sha256s), now=tx.now)
    return [row[0] for row in rows]


async def get(tx: Tx, sha256: bytes) -> Making | None:
    row = await tx.maybe(q.get_tiles, org_id=tx.org_id, sha256=sha256)
    if row is None:
        return None
    state = TilesState(row["state"])
    is_lost = state is TilesState.WAITING and row["updated_at"] < tx.now - timedelta(seconds=WAIT_MAX_S)
    fault = json.decode(row["fault"], Problem) if row["fault"] else None
    return Making(state, row["progress"], fault, row["bytes"], is_lost)


async def renew(tx: Tx, sha256: bytes) -> None:
    await tx.run(q.renew_tiles, org_id=tx.org_id, sha256=sha256, now=tx.now)


async def progress(tx: Tx, sha256: bytes, share: float) -> None:
    await tx.run(q.progress_tiles, org_id=tx.org_id, sha256=sha256, progress=share, now=tx.now)


async def settle(tx: Tx, sha256: bytes, state: TilesState, fault: Problem | None, size: int) -> None:
    """The end of the making. size: bytes of the pack."""
    said = None if fault is None else json.encode(fault)
    await tx.run(q.settle_tiles, org_id=tx.org_id, sha256=sha256, state=state, fault=said, bytes=size, now=tx.now)
