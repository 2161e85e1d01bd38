"""The only file that runs this package's statements."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import BatchId, GoldId, ItemId, ProjectId, TaskId, WorkerId
from fairmark.ontology.model import Annotation
from fairmark.projects.model import Pipeline
from fairmark.quality.gold.model import GoldOrigin, GoldState, Suspicion

q = sql.load(__file__)
Row: TypeAlias = Any


async def page(tx: Tx, project_id: ProjectId, state: GoldState | None, after: GoldId | None, limit: int) -> list[Row]:
    return await tx.all(q.list_gold, org_id=tx.org_id, mode=tx.actor.mode, project_id=project_id, state=state,
                        after=after, limit=limit)  # fmt: skip


async def get(tx: Tx, id: GoldId) -> Row | None:
    return await tx.maybe(q.get_gold, org_id=tx.org_id, mode=tx.actor.mode, id=id)


async def lock(tx: Tx, id: GoldId) -> Row | None:
    return await tx.maybe(q.lock_gold, org_id=tx.org_id, mode=tx.actor.mode, id=id)


async def candidates(
    tx: Tx, project_id: ProjectId, item_ids: Sequence[ItemId], external_ids: Sequence[str]
) -> list[Row]:
    return await tx.all(q.candidates, org_id=tx.org_id, project_id=project_id, item_ids=list(item_ids),
                        external_ids=list(external_ids))  # fmt: skip


async def good_results(tx: Tx, project_id: ProjectId, origins: Sequence[GoldOrigin], confidence_min: float,
                       labels_min: int, limit: int) -> list[Row]:  # fmt: skip
    return await tx.all(q.good_results, org_id=tx.org_id, project_id=project_id, origins=list(origins),
                        confidence_min=confidence_min, labels_min=labels_min, limit=limit)  # fmt: skip


class NewGold(NamedTuple):
    """Gold to write; task_id: of its own turns."""

    id: GoldId
    item_id: ItemId
    task_id: TaskId
    annotation: Annotation
    explanation: str


async def insert(tx: Tx, project_id: ProjectId, origin: GoldOrigin, ontology_version: int, rows: Sequence[NewGold], *,
                 keep_task: bool) -> None:  # fmt: skip
    await tx.run(
        q.insert_gold, org_id=tx.org_id, project_id=project_id, origin=origin, ontology_version=ontology_version,
        keep_task=keep_task, created_by=tx.actor.person_id, now=tx.now, ids=[row.id for row in rows],
        item_ids=[row.item_id for row in rows], task_ids=[row.task_id for row in rows],
        annotations=[json.encode(row.annotation) for row in rows], explanations=[row.explanation for row in rows],
    )  # fmt: skip


async def change(tx: Tx, id: GoldId, *, annotation: Annotation | None, explanation: str | None, state: GoldState,
                 note: str | None, ontology_version: int) -> None:  # fmt: skip
    await tx.run(
        q.change_gold, org_id=tx.org_id, id=id, annotation=json.encode(annotation) if annotation is not None else None,
        explanation=explanation, state=state, note=note, ontology_version=ontology_version, now=tx.now,
    )  # fmt: skip


async def submissions(tx: Tx, id: GoldId, limit: int) -> list[Row]:
    return await tx.all(q.gold_submissions, org_id=tx.org_id, id=id, limit=limit)


async def of_items(tx: Tx, item_ids: Sequence[ItemId]) -> list[Row]:
    return await tx.all(q.gold_of_items, org_id=tx.org_id, item_ids=list(item_ids))


async def by_id(tx: Tx, ids: Sequence[GoldId]) -> list[Row]:
    """Locked, in order."""
    return await tx.all(q.gold_by_id, org_id=tx.org_id, ids=list(ids))


async def answers_to(tx: Tx, gold: Row, *, all_work: bool, limit: int) -> list[Row]:
    return await tx.all(
        q.answers_to, org_id=tx.org_id, id=gold["id"], project_id=gold["project_id"], item_id=gold["item_id"],
        all_work=all_work, since=gold["created_at"], limit=limit,
    )  # fmt: skip


async def drop_checks(tx: Tx, id: GoldId) -> None:
    await tx.run(q.drop_checks, org_id=tx.org_id, id=id)


async def put_findings(tx: Tx, id: GoldId, answers: int, score: float | None, ambiguity: float,
                       suspicions: Sequence[Suspicion], suspend: str | None) -> None:  # fmt: skip
    await tx.run(
        q.put_findings, org_id=tx.org_id, id=id, answers=answers, score=score, ambiguity=ambiguity,
        suspicions=json.encode(list(suspicions)), suspend=suspend is not None, note=suspend, now=tx.now,
    )  # fmt: skip


async def has_gold(tx: Tx, ids: Sequence[ProjectId]) -> dict[ProjectId, Pipeline]:
    rows = await tx.all(q.has_gold, org_id=tx.org_id, ids=list(ids))
    return {row["id"]: json.decode(row["pipeline"], type=Pipeline) for row in rows}


async def next_gold(tx: Tx, project_id: ProjectId, worker_id: WorkerId, batch_id: BatchId) -> Row | None:
    return await tx.maybe(q.next_gold, org_id=tx.org_id, project_id=project_id, worker_id=worker_id, batch_id=batch_id)


async def planted(tx: Tx, project_id: ProjectId, worker_id: WorkerId, gold_id: GoldId) -> None:
    await tx.run(q.planted, org_id=tx.org_id, project_id=project_id, worker_id=worker_id, gold_id=gold_id, now=tx.now)


async def turns_over(tx: Tx, turns: Sequence[tuple[WorkerId, GoldId]]) -> None:
    if turns:
        await tx.run(q.turns_over, org_id=tx.org_id, worker_ids=[worker for worker, _ in turns],
                     gold_ids=[gold for _, gold in turns], now=tx.now)  # fmt: skip


async def tasks_to_retire(tx: Tx, project_id: ProjectId) -> list[TaskId]:
    return [row["id"] for row in await tx.all(q.tasks_to_retire, org_id=tx.org_id, project_id=project_id)]


async def answered(tx: Tx, project_id: ProjectId) -> list[GoldId]:
    return [row["id"] for row in await tx.all(q.answered, org_id=tx.org_id, project_id=project_id)]
