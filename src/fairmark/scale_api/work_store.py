"""Runs the statements about the work behind tasks: items, results, what people handed in."""

from collections.abc import Sequence
from typing import NamedTuple

from fairmark.kernel import json
from fairmark.kernel.actor import Mode
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import (
    AssetId,
    ItemId,
    ProjectId,
    TaskId,
)
from fairmark.ontology.model import Annotation
from fairmark.scale_api.model import (
    ScaleId,
)
from fairmark.scale_api.store import q


class WorkState(NamedTuple):
    """The fairmark task behind a Scale task. is_begun: somebody has taken it at least once."""

    work_id: TaskId
    state: str
    is_begun: bool


class ResultRow(NamedTuple):
    """Where the work on an item stands, with the result in force if there is one."""

    item_id: ItemId
    work_id: TaskId
    state: str
    project_id: ProjectId
    annotation: Annotation | None
    active_ms: int


async def asset_fault(tx: Tx, ids: Sequence[AssetId]) -> str | None:
    """Why one of these assets could not be had."""
    return await tx.value(q.asset_fault, org_id=tx.org_id, ids=list(ids))


async def work_state(tx: Tx, item_id: ItemId) -> WorkState | None:
    """None: the item has not become a task yet."""
    row = await tx.maybe(q.work_state, org_id=tx.org_id, item_id=item_id)
    return WorkState(row["work_id"], row["state"], row["is_begun"]) if row else None


async def tasks_of_items(tx: Tx, item_ids: Sequence[ItemId]) -> list[tuple[ScaleId, ItemId, Mode]]:
    """The Scale tasks behind items, locked."""
    rows = await tx.all(q.tasks_of_items, org_id=tx.org_id, item_ids=list(item_ids))
    return [(row["id"], row["item_id"], Mode(row["mode"])) for row in rows]


async def items_of_work(tx: Tx, work_ids: Sequence[TaskId]) -> dict[TaskId, ItemId]:
    rows = await tx.all(q.items_of_work, org_id=tx.org_id, work_ids=list(work_ids))
    return {row["id"]: row["item_id"] for row in rows}


async def items_of_assets(tx: Tx, asset_ids: Sequence[AssetId]) -> list[ItemId]:
    rows = await tx.all(q.items_of_assets, org_id=tx.org_id, asset_ids=list(asset_ids))
    return [row["id"] for row in rows]


async def results_of(tx: Tx, item_ids: Sequence[ItemId]) -> dict[ItemId, ResultRow]:
    rows = await tx.all(q.results_of, org_id=tx.org_id, item_ids=list(item_ids))
    return {
        row["item_id"]: ResultRow(
            row["item_id"], row["work_id"], row["state"], row["project_id"],
            json.decode(row["annotation"], type=Annotation) if row["annotation"] else None, row["active_ms"],
        )
        for row in rows
    }  # fmt: skip


async def known_answers_due(tx: Tx, item_ids: Sequence[ItemId]) -> list[ScaleId]:
    """Evaluation and training tasks of items whose attachments are all here, locked."""
    rows = await tx.all(q.known_answers_due, org_id=tx.org_id, item_ids=list(item_ids))
    return [row["id"] for row in rows]


async def submissions_of(tx: Tx, work_id: TaskId) -> list[Annotation]:
    rows = await tx.all(q.submissions_of, org_id=tx.org_id, work_id=work_id)
    return [json.decode(row["annotation"], type=Annotation) for row in rows]
