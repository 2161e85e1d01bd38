"""The only file that runs this package's statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import GoldId, ProjectId, SubmissionId, TaskId, WorkerId
from fairmark.quality.people.checking import Compared
from fairmark.quality.people.model import Finding
from fairmark.quality.people.rules import Check, Counts

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


async def usual(tx: Tx, project_ids: Sequence[ProjectId]) -> dict[ProjectId, Counts]:
    rows = await tx.all(q.usual, org_id=tx.org_id, project_ids=list(project_ids))
    return {row["project_id"]: Counts(row["right"], row["weight"] - row["right"]) for row in rows}


async def workers_in(tx: Tx, project_id: ProjectId, after: WorkerId | None, limit: int) -> list[Row]:
    return await tx.all(q.workers_in, org_id=tx.org_id, project_id=project_id, after=after, limit=limit)


async def worker(tx: Tx, id: WorkerId) -> Row | None:
    return await tx.maybe(q.worker_named, org_id=tx.org_id, id=id)


async def finding(tx: Tx, project_id: ProjectId, worker_id: WorkerId) -> list[Finding]:
    raw = await tx.value(q.finding, org_id=tx.org_id, project_id=project_id, worker_id=worker_id)
    return json.decode(raw, type=list[Finding]) if raw is not None else []


async def feedback(
    tx: Tx, worker_id: WorkerId, project_id: ProjectId | None, before: datetime | None, limit: int
) -> list[Row]:
    return await tx.all(q.feedback, org_id=tx.org_id, worker_id=worker_id, project_id=project_id, before=before,
                        limit=limit)  # fmt: skip


async def put_checks(tx: Tx, source: str, rows: Sequence[tuple[SubmissionId, GoldId | None, float, Compared]]) -> None:
    """rows: submission, gold, weight, and what was found."""
    if rows:
        await tx.run(
            q.put_checks, org_id=tx.org_id, source=source, ids=[row[0] for row in rows],
            gold_ids=[row[1] for row in rows], weights=[row[2] for row in rows],
            scores=[row[3].score for row in rows], parts=[json.encode(row[3].parts) for row in rows],
            faults=[json.encode(row[3].faults) for row in rows],
        )  # fmt: skip


async def drop_consensus(tx: Tx, task_ids: Sequence[TaskId]) -> None:
    await tx.run(q.drop_consensus, org_id=tx.org_id, task_ids=list(task_ids))


async def results_of(tx: Tx, task_ids: Sequence[TaskId]) -> list[Row]:
    return await tx.all(q.results_of, org_id=tx.org_id, task_ids=list(task_ids))


async def said_about(tx: Tx, task_ids: Sequence[TaskId]) -> list[Row]:
    return await tx.all(q.said_about, org_id=tx.org_id, task_ids=list(task_ids))


async def known_of(tx: Tx, project_id: ProjectId, ids: Sequence[WorkerId], *, but: GoldId | None = None,
                   sources: Sequence[str] | None = None) -> dict[WorkerId, Counts]:  # fmt: skip
    rows = await tx.all(q.known_of, org_id=tx.org_id, project_id=project_id, ids=list(ids), but=but,
                        sources=list(sources) if sources is not None else None)  # fmt: skip
    return {row["worker_id"]: Counts(row["right"], row["weight"] - row["right"]) for row in rows}
