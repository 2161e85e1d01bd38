"""The only file that runs this package's statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from fairmark.kernel import sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import BatchId, ProjectId, SubmissionId, TaskId

q = sql.load(__file__)
Row: TypeAlias = Any


async def report(tx: Tx, project_id: ProjectId, name: str) -> Row | None:
    return await tx.maybe(q.report, org_id=tx.org_id, mode=tx.actor.mode, project_id=project_id, name=name)


async def overview(tx: Tx, project_id: ProjectId) -> Row:
    return await tx.one(q.overview, org_id=tx.org_id, project_id=project_id)


async def over_time(tx: Tx, project_id: ProjectId, since: datetime) -> list[Row]:
    return await tx.all(q.over_time, org_id=tx.org_id, project_id=project_id, since=since)


async def disagreements(tx: Tx, project_id: ProjectId, batch_id: BatchId | None, after: tuple[float, TaskId] | None,
                        limit: int) -> list[Row]:  # fmt: skip
    agreement, task_id = after if after is not None else (None, None)
    return await tx.all(q.disagreements, org_id=tx.org_id, project_id=project_id, batch_id=batch_id,
                        agreement=agreement, after=task_id, limit=limit)  # fmt: skip


async def sides(tx: Tx, task_ids: Sequence[TaskId]) -> list[Row]:
    return await tx.all(q.sides, org_id=tx.org_id, task_ids=list(task_ids))


async def examples(tx: Tx, project_id: ProjectId, ids: Sequence[SubmissionId]) -> list[Row]:
    return await tx.all(q.confusion_examples, org_id=tx.org_id, project_id=project_id, ids=list(ids))


async def put_reports(tx: Tx, project_id: ProjectId, bodies: Mapping[str, str]) -> None:
    await tx.run(q.put_reports, org_id=tx.org_id, project_id=project_id, names=list(bodies),
                 bodies=list(bodies.values()), now=tx.now)  # fmt: skip


async def aliases(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, str]:
    return {row["id"]: row["alias"] for row in await tx.all(q.aliases, org_id=tx.org_id, ids=list(ids))}


async def batch_names(tx: Tx, project_id: ProjectId) -> dict[str, str]:
    rows = await tx.all(q.batch_names, org_id=tx.org_id, project_id=project_id)
    return {str(row["id"]): row["name"] for row in rows}
