"""The only file that runs this package's statements."""

from datetime import datetime
from typing import Any, TypeAlias

from fairmark.kernel import sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ItemId, ProjectId
from fairmark.quality.model import Contribution, Hour

q = sql.load(__file__)
Row: TypeAlias = Any


async def task_counts(tx: Tx, project_id: ProjectId) -> list[Row]:
    return await tx.all(q.task_counts, org_id=tx.org_id, project_id=project_id)


async def agreement_figures(tx: Tx, project_id: ProjectId) -> Row:
    return await tx.one(q.agreement_figures, org_id=tx.org_id, project_id=project_id)


async def work_figures(tx: Tx, project_id: ProjectId) -> Row:
    return await tx.one(q.work_figures, org_id=tx.org_id, project_id=project_id)


async def hours(tx: Tx, project_id: ProjectId, since: datetime) -> list[Hour]:
    return [Hour(**row) for row in await tx.all(q.hours, org_id=tx.org_id, project_id=project_id, since=since)]


async def contributions(tx: Tx, project_id: ProjectId) -> list[Contribution]:
    rows = await tx.all(q.contributions, org_id=tx.org_id, project_id=project_id)
    return [Contribution(**row) for row in rows]


async def open_questions(tx: Tx, project_id: ProjectId) -> int:
    return await tx.value(q.open_questions, org_id=tx.org_id, project_id=project_id)


async def explore(tx: Tx, project_id: ProjectId, after: ItemId | None, limit: int, **filters: Any) -> list[Row]:
    return await tx.all(q.explore, org_id=tx.org_id, project_id=project_id, after=after, limit=limit, **filters)
