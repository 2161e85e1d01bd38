"""The only file that runs this package's statements."""

from typing import Any, TypeAlias

from fairmark.kernel import sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import TaskId

q = sql.load(__file__)
Row: TypeAlias = Any


async def inspected(tx: Tx, id: TaskId) -> Row | None:
    return await tx.maybe(q.inspected, org_id=tx.org_id, mode=tx.actor.mode, id=id)
