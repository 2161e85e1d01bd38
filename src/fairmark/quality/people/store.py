"""The only file that runs this package's statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ProjectId, WorkerId
from fairmark.quality.people.rules import Check

q = sql.load(__file__)
Row: TypeAlias = Any
CHECKS_MAX = 5_000
"""Newest checks that a figure looks at: more would change nothing that can be seen."""


def _check(row: Row, worker_id: WorkerId | None, project_id: ProjectId | None) -> Check:
    parts = json.decode(row["parts"], type=dict[str, tuple[float, float]])
    owner = project_id if project_id is not None else row["project_id"]
    return Check(owner, row["source"], row["score"], row["weight"], parts, row["at"], worker_id)


async def checks_of(tx: Tx, worker_id: WorkerId, project_id: ProjectId | None = None) -> list[Check]:
    rows = await tx.all(q.checks_of, org_id=tx.org_id, worker_id=worker_id, project_id=project_id, limit=CHECKS_MAX)
    return [_check(row, worker_id, None) for row in rows]


async def checks_in(tx: Tx, project_id: ProjectId) -> list[Check]:
    rows = await tx.all(q.checks_in, org_id=tx.org_id, project_id=project_id, limit=CHECKS_MAX)
    return [_check(row, row["worker_id"], project_id) for row in rows]


async def projects_of(tx: Tx, worker_id: WorkerId) -> list[Row]:
    return await tx.all(q.worker_projects, org_id=tx.org_id, mode=tx.actor.mode, worker_id=worker_id)


async def usual_ms(tx: Tx, project_ids: Sequence[ProjectId]) -> dict[ProjectId, float]:
    rows = await tx.all(q.usual_ms, org_id=tx.org_id, project_ids=list(project_ids))
    return {row["project_id"]: row["ms"] for row in rows if row["ms"] is not None}


async def workers_in(tx: Tx, project_id: ProjectId, after: WorkerId | None, limit: int) -> list[Row]:
    return await tx.all(q.workers_in, org_id=tx.org_id, project_id=project_id, after=after, limit=limit)


async def worker(tx: Tx, id: WorkerId) -> Row | None:
    return await tx.maybe(q.worker_named, org_id=tx.org_id, id=id)


async def feedback(
    tx: Tx, worker_id: WorkerId, project_id: ProjectId | None, before: datetime | None, limit: int
) -> list[Row]:
    return await tx.all(q.feedback, org_id=tx.org_id, worker_id=worker_id, project_id=project_id, before=before,
                        limit=limit)  # fmt: skip
