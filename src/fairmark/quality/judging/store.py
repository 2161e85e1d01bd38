"""The only file that runs this package's statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from fairmark.kernel import sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ProjectId, SubmissionId, TaskId

q = sql.load(__file__)
Row: TypeAlias = Any


async def inspected(tx: Tx, id: TaskId) -> Row | None:
    return await tx.maybe(q.inspected, org_id=tx.org_id, mode=tx.actor.mode, id=id)


async def aliases(tx: Tx, ids: Sequence[SubmissionId]) -> dict[UUID, str]:
    return {row["id"]: row["alias"] for row in await tx.all(q.aliases, org_id=tx.org_id, ids=list(ids))}


async def judged_by(tx: Tx, ids: Sequence[ProjectId]) -> list[Row]:
    return await tx.all(q.judged_by, org_id=tx.org_id, ids=list(ids))


async def lock_models(tx: Tx, ids: Sequence[ProjectId]) -> dict[ProjectId, Row]:
    """The models of projects, made if they are not there, held until the transaction ends."""
    await tx.run(q.ensure_models, org_id=tx.org_id, ids=list(ids), now=tx.now)
    return {row["project_id"]: row for row in await tx.all(q.lock_models, org_id=tx.org_id, ids=list(ids))}


async def model(tx: Tx, project_id: ProjectId) -> Row | None:
    return await tx.maybe(q.model, org_id=tx.org_id, project_id=project_id)


async def judges(tx: Tx, project_id: ProjectId, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    rows = await tx.all(q.judges, org_id=tx.org_id, project_id=project_id, ids=list(ids))
    return {row["worker_id"]: row["state"] for row in rows}


async def told(tx: Tx, ids: Sequence[TaskId]) -> dict[TaskId, bytes]:
    return {row["task_id"]: row["state"] for row in await tx.all(q.told, org_id=tx.org_id, ids=list(ids))}


async def save_model(tx: Tx, project_id: ProjectId, state: bytes, known: float, more: int) -> None:
    await tx.run(q.save_model, org_id=tx.org_id, project_id=project_id, state=state, known=known, more=more, now=tx.now)


async def settle_model(tx: Tx, project_id: ProjectId, state: bytes, known: float, seen_then: int) -> None:
    await tx.run(q.settle_model, org_id=tx.org_id, project_id=project_id, state=state, known=known,
                 seen_then=seen_then, now=tx.now)  # fmt: skip


async def save_judges(tx: Tx, project_id: ProjectId, states: Mapping[UUID, bytes], more: Mapping[UUID, int]) -> None:
    if states:
        await tx.run(q.save_judges, org_id=tx.org_id, project_id=project_id, ids=list(states),
                     states=list(states.values()), more=[more.get(id, 0) for id in states], now=tx.now)  # fmt: skip


async def save_told(tx: Tx, project_id: ProjectId, states: Mapping[TaskId, bytes]) -> None:
    if states:
        await tx.run(q.save_told, org_id=tx.org_id, project_id=project_id, ids=list(states),
                     states=list(states.values()), now=tx.now)  # fmt: skip


async def told_since(tx: Tx, project_id: ProjectId, since: datetime) -> list[TaskId]:
    rows = await tx.all(q.told_since, org_id=tx.org_id, project_id=project_id, since=since)
    return [row["task_id"] for row in rows]


async def forget_told(tx: Tx, project_id: ProjectId) -> None:
    await tx.run(q.forget_told, org_id=tx.org_id, project_id=project_id)


async def prelabels(tx: Tx, ids: Sequence[TaskId]) -> dict[TaskId, str]:
    return {row["id"]: row["prelabel"] for row in await tx.all(q.prelabels, org_id=tx.org_id, ids=list(ids))}


async def seats(tx: Tx, project_id: ProjectId, since: datetime) -> list[Row]:
    return await tx.all(q.seats, org_id=tx.org_id, project_id=project_id, since=since)


async def window_tasks(tx: Tx, project_id: ProjectId, submissions_max: int, tasks_max: int) -> list[Row]:
    return await tx.all(q.window_tasks, org_id=tx.org_id, project_id=project_id, submissions_max=submissions_max,
                        tasks_max=tasks_max)  # fmt: skip


async def window_submissions(tx: Tx, ids: Sequence[TaskId]) -> list[Row]:
    return await tx.all(q.window_submissions, org_id=tx.org_id, ids=list(ids))
