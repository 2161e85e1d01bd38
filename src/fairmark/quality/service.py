"""Consensus over submissions, and the figures of a project."""

from datetime import timedelta
from uuid import UUID

import msgspec

from fairmark.assets.events import ItemsAdded
from fairmark.kernel import events, json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ItemId, OrgId, ProjectId
from fairmark.ontology.model import Annotation
from fairmark.projects import service as projects
from fairmark.quality import store
from fairmark.quality.judging.service import consensus as consensus
from fairmark.quality.judging.service import judge as judge
from fairmark.quality.model import Progress, Tile
from fairmark.quality.rules import MediaUrl, picture
from fairmark.tasks.events import AssignmentSubmitted
from fairmark.tasks.model import TaskState

CHART_FOR = timedelta(days=7)
OPENING = {"tasks": [events.type_of(ItemsAdded)], "quality": [events.type_of(AssignmentSubmitted)]}
"""What lets tasks open without anybody asking for it: by reader, the events that it does so upon."""


async def progress(tx: Tx, project_id: ProjectId) -> Progress:
    """The figures of a project, as of now. Raises NoSuchProject."""
    await projects.get(tx, project_id)
    counts = await store.task_counts(tx, project_id)
    by_state = {TaskState(row["state"]): row["n"] for row in counts}
    figures = await store.agreement_figures(tx, project_id)
    done = await store.work_figures(tx, project_id)
    return Progress(
        tasks={state: by_state.get(state, 0) for state in TaskState}, total=sum(by_state.values()),
        in_review=sum(row["in_review"] for row in counts), agreement_mean=figures["agreement"],
        confidence_mean=figures["confidence"], agreement_histogram=list(figures["histogram"]),
        median_ms=round(done["median_ms"]) if done["median_ms"] is not None else None, active_ms=done["active_ms"],
        submissions=done["submissions"], results=by_state.get(TaskState.DONE, 0),
        open_questions=await store.open_questions(tx, project_id),
        hours=await store.hours(tx, project_id, tx.now - CHART_FOR),
        contributions=await store.contributions(tx, project_id), behind=await _behind(tx, project_id),
    )  # fmt: skip


async def _behind(tx: Tx, project_id: ProjectId) -> bool:
    for reader, types in OPENING.items():
        if await events.unread(tx, reader, types, project_id):
            return True
    return False


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What the explorer shows; None: everything."""

    states: list[TaskState] | None = None
    in_review: bool | None = None
    batch_id: UUID | None = None
    class_id: str | None = None
    agreement_min: float | None = None
    agreement_max: float | None = None
    worker: str | None = None
    words: str | None = None


async def explore(
    tx: Tx, project_id: ProjectId, wanted: Filter, after: ItemId | None, limit: int, url: MediaUrl
) -> list[Tile]:
    """A project's items that fit, oldest first. url: signs a media address. Raises NoSuchProject, Forbidden."""
    await projects.get_to_look(tx, project_id)
    filters = msgspec.structs.asdict(wanted)
    if wanted.words is not None:
        escaped = wanted.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        filters["words"] = f"%{escaped}%"
    rows = await store.explore(tx, project_id, after, limit, **filters)
    return [_tile(tx.org_id, row, url) for row in rows]


def _tile(org_id: OrgId, row: store.Row, url: MediaUrl) -> Tile:
    shown = picture(org_id, row, url)
    annotation = json.decode(row["annotation"], type=Annotation) if row["annotation"] else None
    return Tile(
        item_id=row["item_id"], task_id=row["task_id"], batch_id=row["batch_id"], name=row["name"],
        external_id=row["external_id"], meta=json.decode(row["meta"]),
        state=TaskState(row["state"]) if row["state"] else None, stage=row["stage"] or 0, round=row["round"] or 0,
        note=row["note"], agreement=row["agreement"], confidence=row["confidence"], result_id=row["result_id"],
        annotation=annotation, width=shown.width, height=shown.height, thumbnail=shown.thumbnail, media=shown.media,
        asset_count=row["asset_count"], workers=list(row["workers"]), updated_at=row["updated_at"],
    )  # fmt: skip
