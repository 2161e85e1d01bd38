"""Consensus over submissions, and the figures of a project."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssetId, ItemId, OrgId, ProjectId, SubmissionId, TaskId
from fairmark.modalities import MODALITIES
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation
from fairmark.projects import service as projects
from fairmark.quality import store
from fairmark.quality.model import Progress, Tile
from fairmark.tasks import flow
from fairmark.tasks.model import Judgement, TaskState
from fairmark.tasks.service import compiled_ontology

CHART_FOR = timedelta(days=7)
MediaUrl = Callable[[OrgId, AssetId, str], str]


def consensus(
    task_id: TaskId, modality: str, ontology: CompiledOntology, submissions: Sequence[tuple[SubmissionId, Annotation]]
) -> Judgement:
    """What `submissions` (at least one) say together: merged annotation, agreement and confidence, both 0 to 1.

    The door to the mathematics: callers know nothing of how it is done. detail holds, for the review screen, how well
    each mark of each submission is backed by the others: {"marks": {submission id: {mark id: agreement}}}, and, for
    each mark of the merged annotation, {"merged": {mark id: confidence}}.
    """
    merged = MODALITIES[modality].merge([annotation for _, annotation in submissions], compiled=ontology)
    by_submission = {
        str(id): dict(agreements)
        for (id, _), agreements in zip(submissions, merged.submission_marks, strict=True)
    }  # fmt: skip
    return Judgement(
        task_id=task_id, submissions=len(submissions), agreement=merged.agreement, confidence=merged.confidence,
        annotation=merged.annotation, detail={"marks": by_submission, "merged": dict(merged.mark_confidence)},
    )  # fmt: skip


async def judge(tx: Tx, tasks: dict[TaskId, ProjectId]) -> None:
    """Judges the tasks' present submissions and takes each task on. Safe to repeat."""
    submissions = await flow.submissions_of(tx, list(tasks))
    known = await _projects(tx, set(tasks.values()))
    judgements: dict[TaskId, Judgement | None] = {}
    for task_id, project_id in sorted(tasks.items()):
        found = [(id, annotation) for id, _, annotation in submissions.get(task_id, [])]
        judgements[task_id] = consensus(task_id, *known[project_id], found) if len(found) > 1 else None
    await flow.advance(tx, judgements)


async def _projects(tx: Tx, ids: set[ProjectId]) -> dict[ProjectId, tuple[str, CompiledOntology]]:
    return {
        row["id"]: (row["modality"], await compiled_ontology(tx, row["id"], row["ontology_version"]))
        for row in await store.judged_by(tx, list(ids))
    }


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
        contributions=await store.contributions(tx, project_id),
    )  # fmt: skip


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
    """A project's items that fit, oldest first. url: signs a media address. Raises NoSuchProject."""
    await projects.get(tx, project_id)
    filters = msgspec.structs.asdict(wanted)
    if wanted.words is not None:
        escaped = wanted.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        filters["words"] = f"%{escaped}%"
    rows = await store.explore(tx, project_id, after, limit, **filters)
    return [_tile(tx.org_id, row, url) for row in rows]


def _tile(org_id: OrgId, row: store.Row, url: MediaUrl) -> Tile:
    ready = row["asset_state"] == "ready"
    annotation = json.decode(row["annotation"], type=Annotation) if row["annotation"] else None
    return Tile(
        item_id=row["item_id"], task_id=row["task_id"], batch_id=row["batch_id"], name=row["name"],
        external_id=row["external_id"], meta=json.decode(row["meta"]),
        state=TaskState(row["state"]) if row["state"] else None, stage=row["stage"] or 0, round=row["round"] or 0,
        note=row["note"], agreement=row["agreement"], confidence=row["confidence"], result_id=row["result_id"],
        annotation=annotation, width=row["width"], height=row["height"],
        thumbnail=url(org_id, row["asset_id"], "256") if ready else None,
        media=url(org_id, row["asset_id"], "original") if ready else None, workers=list(row["workers"]),
        updated_at=row["updated_at"],
    )  # fmt: skip
