"""Reads the newest part of a project's work: what judges are fitted to, and figures made from."""

from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ProjectId
from fairmark.modalities import MediaSize
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation
from fairmark.projects.model import LabelStage, Pipeline
from fairmark.quality.judging import store
from fairmark.quality.judging.consensus import MODEL
from fairmark.quality.judging.gathering import Handed, TaskRow
from fairmark.tasks.model import Origin, TaskState
from fairmark.tasks.service import compiled_ontology

TASKS_MAX, SUBMISSIONS_MAX = 5_000, 50_000
"""Most tasks and submissions that are looked at, the newest: enough to know people by, and as they are now."""
_CHUNK = 500


class Work(NamedTuple):
    """A project's newest work. raw_tasks, raw_submissions: as the database has them; `rows` reads them."""

    project_id: ProjectId
    modality: str
    ontology: CompiledOntology
    pipeline: Pipeline
    raw_tasks: list[store.Row]
    raw_submissions: list[store.Row]


async def load(tx: Tx, project_id: ProjectId) -> Work | None:
    """The work; None for a project that is gone."""
    found = await store.judged_by(tx, [project_id])
    if not found:
        return None
    project = found[0]
    ontology = await compiled_ontology(tx, project_id, project["ontology_version"])
    tasks = await store.window_tasks(tx, project_id, SUBMISSIONS_MAX, TASKS_MAX)
    submissions: list[store.Row] = []
    for start in range(0, len(tasks), _CHUNK):
        submissions += await store.window_submissions(tx, [row["id"] for row in tasks[start : start + _CHUNK]])
    pipeline = json.decode(project["pipeline"], type=Pipeline)
    return Work(project_id, project["modality"], ontology, pipeline, tasks, submissions)


def rows(work: Work) -> list[TaskRow]:
    """The work as tasks, oldest first. Slow for many: it reads every document."""
    handed: dict[UUID, list[Handed]] = {}
    for row in work.raw_submissions:
        annotation = msgspec.json.decode(row["annotation"], type=Annotation)
        said = Handed(row["id"], row["worker_id"], annotation, row["active_ms"], row["created_at"])
        handed.setdefault(row["task_id"], []).append(said)
    stage = work.pipeline.stages[0]
    predictions = isinstance(stage, LabelStage) and stage.overlap.predictions
    hopeless = stage.overlap.hopeless if isinstance(stage, LabelStage) else 0.0
    found: list[TaskRow] = []
    for row in work.raw_tasks:
        if row["gold_id"] is not None and row["gold_state"] == "suspended":
            continue
        truth, source = _truth(row)
        sure = row["judged"] if row["judged"] is not None else row["confidence"]
        found.append(
            TaskRow(
                row["id"], row["item_id"], row["batch_id"], json.decode(row["meta"]), row["state"] == TaskState.OPEN,
                row["gold_id"] is not None, row["stage"] > 0 and sure is not None and sure <= hopeless, sure,
                handed.get(row["id"], []), truth, source, _prediction(row) if predictions else None, _media(row),
            )
        )  # fmt: skip
    return found


def _media(row: store.Row) -> tuple[MediaSize, ...]:
    sizes = msgspec.json.decode(row["media"] or b"[]", type=list[tuple[int | None, int | None]])
    known = [MediaSize(width, height) for width, height in sizes if width and height]
    return tuple(known) if len(known) == len(sizes) else ()


def _truth(row: store.Row) -> tuple[Annotation | None, str | None]:
    if row["gold"] is not None and row["gold_state"] != "suspended":
        return msgspec.json.decode(row["gold"], type=Annotation), "gold"
    if row["origin"] == Origin.REVIEW and row["result"] is not None:
        return msgspec.json.decode(row["result"], type=Annotation), "review"
    return None, None


def _prediction(row: Any) -> tuple[UUID, Annotation, float] | None:
    if row["prelabel"] is None or row["gold_id"] is not None:
        return None
    annotation = msgspec.json.decode(row["prelabel"], type=Annotation)
    scores = [mark.score for mark in annotation.marks if mark.score is not None]
    return MODEL, annotation, sum(scores) / len(scores) if scores else 1.0
