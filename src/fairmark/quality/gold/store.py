"""The only file that runs this package's statements."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import GoldId, ItemId, ProjectId, TaskId
from fairmark.ontology.model import Annotation
from fairmark.quality.gold.model import GoldOrigin, GoldState

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


async def insert(tx: Tx, project_id: ProjectId, origin: GoldOrigin, ontology_version: int,
                 rows: Sequence[tuple[GoldId, ItemId, TaskId, Annotation, str]]) -> None:  # fmt: skip
    await tx.run(
        q.insert_gold, org_id=tx.org_id, project_id=project_id, origin=origin, ontology_version=ontology_version,
        created_by=tx.actor.person_id, now=tx.now, ids=[row[0] for row in rows], item_ids=[row[1] for row in rows],
        task_ids=[row[2] for row in rows], annotations=[json.encode(row[3]) for row in rows],
        explanations=[row[4] for row in rows],
    )  # fmt: skip


async def change(tx: Tx, id: GoldId, *, annotation: Annotation | None, explanation: str | None, state: GoldState,
                 note: str | None, ontology_version: int) -> None:  # fmt: skip
    await tx.run(
        q.change_gold, org_id=tx.org_id, id=id, annotation=json.encode(annotation) if annotation is not None else None,
        explanation=explanation, state=state, note=note, ontology_version=ontology_version, now=tx.now,
    )  # fmt: skip


async def submissions(tx: Tx, id: GoldId, limit: int) -> list[Row]:
    return await tx.all(q.gold_submissions, org_id=tx.org_id, id=id, limit=limit)
