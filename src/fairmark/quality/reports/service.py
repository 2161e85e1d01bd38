"""One function per use case: the figures of a project's quality, as they were made in the background."""

from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import BatchId, ProjectId, TaskId
from fairmark.ontology.model import Annotation
from fairmark.projects import service as projects
from fairmark.projects.model import LabelStage
from fairmark.quality.judging import explaining
from fairmark.quality.judging.explaining import Names, Why
from fairmark.quality.reports import planning, store
from fairmark.quality.reports.model import (
    AgreementReport,
    Cell,
    ConfidenceReport,
    ConfusionExample,
    ConfusionReport,
    Disagreement,
    Interval,
    Overview,
    Plan,
    QualityDay,
    QualityOverTime,
    Side,
    SliceKind,
)
from fairmark.quality.rules import MediaUrl, picture
from fairmark.tasks.service import compiled_ontology

T = TypeVar("T")
SHOWN_FOR = timedelta(days=90)
NOTHING = Interval(value=None, low=None, high=None)
PILOT_SKILL = 0.8
LABELS_MAX = 7


async def _read(tx: Tx, project_id: ProjectId, name: str, type: type[T]) -> T | None:
    row = await store.report(tx, project_id, name)
    return None if row is None else json.decode(row["body"], type=type)


async def overview(tx: Tx, project_id: ProjectId) -> Overview:
    """The head of the quality page. Raises NoSuchProject."""
    project = await projects.get(tx, project_id)
    counts = await store.overview(tx, project_id)
    made = await _read(tx, project_id, "overview", Overview)
    first = project.pipeline.stages[0]
    target = first.overlap.target if isinstance(first, LabelStage) else None
    empty = Overview(
        project_id=project_id, made_at=None, stale=False, known=0.0, answers=0, judged=0, confidence=None, target=None,
        unsure=0, labels_mean=None, saved=None, escalated=0, alpha=NOTHING, calibration_error=None, accuracy=NOTHING,
        gold=0, gold_suspended=0, open_cases=0,
    )  # fmt: skip
    return msgspec.structs.replace(
        made or empty, answers=counts["answers"], gold=counts["gold"], gold_suspended=counts["gold_suspended"],
        open_cases=counts["open_cases"], known=counts["known"] or 0.0, target=target,
        stale=(counts["seen"] or 0) > (counts["seen_then"] or 0),
    )  # fmt: skip


async def agreement(tx: Tx, project_id: ProjectId, slice: SliceKind | None) -> AgreementReport:
    """Agreement by subject and slice. Raises NoSuchProject."""
    await projects.get(tx, project_id)
    found = await _read(tx, project_id, "agreement", AgreementReport) or AgreementReport(made_at=None, figures=[])
    chosen = [figure for figure in found.figures if slice is None or figure.slice is slice]
    return AgreementReport(made_at=found.made_at, figures=chosen)


async def confusion(tx: Tx, project_id: ProjectId) -> ConfusionReport:
    """What people say against what is right, by subject. Raises NoSuchProject."""
    await projects.get(tx, project_id)
    return await _read(tx, project_id, "confusion", ConfusionReport) or ConfusionReport(made_at=None, tables=[])


async def confusion_examples(tx: Tx, project_id: ProjectId, subject: str, truth: str, said: str,
                             url: MediaUrl) -> list[ConfusionExample]:  # fmt: skip
    """Judgements behind one cell, 20 at most. Raises NoSuchProject, Forbidden."""
    await projects.get_to_look(tx, project_id)
    cells = await _read(tx, project_id, "confusion-examples", dict[str, list[Cell]]) or {}
    wanted = cells.get(json.encode([subject, truth, said]), [])
    rows = {str(row["id"]): row for row in await store.examples(tx, project_id, [c.submission_id for c in wanted])}
    found: list[ConfusionExample] = []
    for cell in wanted:
        row = rows.get(str(cell.submission_id))
        if row is None:
            continue
        shown = picture(tx.org_id, row, url)
        found.append(
            ConfusionExample(
                task_id=row["task_id"], item_id=row["item_id"], name=row["name"], submission_id=row["id"],
                worker=row["alias"], mark_id=cell.mark_id, annotation=json.decode(row["annotation"], type=Annotation),
                right=json.decode(row["right"], type=Annotation), confidence=cell.confidence, width=shown.width,
                height=shown.height, thumbnail=shown.thumbnail, media=shown.media, images=shown.images,
            )
        )  # fmt: skip
    return found


async def disagreements(tx: Tx, project_id: ProjectId, batch_id: BatchId | None, after: tuple[float, TaskId] | None,
                        limit: int, url: MediaUrl) -> list[Disagreement]:  # fmt: skip
    """Tasks on which people differ, the most first. Raises NoSuchProject, Forbidden."""
    project = await projects.get_to_look(tx, project_id)
    names = Names(await compiled_ontology(tx, project_id, project.ontology_version))
    rows = await store.disagreements(tx, project_id, batch_id, after, limit)
    sides: dict[TaskId, list[Side]] = {}
    for row in await store.sides(tx, [row["task_id"] for row in rows]):
        side = Side(submission_id=row["id"], worker=row["alias"],
                    annotation=json.decode(row["annotation"], type=Annotation))  # fmt: skip
        sides.setdefault(row["task_id"], []).append(side)
    found: list[Disagreement] = []
    for row in rows:
        shown = picture(tx.org_id, row, url)
        detail = json.decode(row["detail"])
        found.append(
            Disagreement(
                task_id=row["task_id"], item_id=row["item_id"], name=row["name"], state=row["state"],
                confidence=row["confidence"], agreement=row["agreement"], why=_why(detail, names),
                sides=sides.get(row["task_id"], []), merged=json.decode(row["merged"], type=Annotation),
                width=shown.width, height=shown.height, thumbnail=shown.thumbnail, media=shown.media,
                images=shown.images, updated_at=row["updated_at"],
            )
        )  # fmt: skip
    return found


def _why(detail: dict[str, Any], names: Names) -> list[str]:
    if "why" not in detail:
        return []
    found = explaining.decided(msgspec.convert(detail["why"], Why), names, {})
    return explaining.folded([each for each in found if each.confidence < 0.99])[:5]


async def confidence(tx: Tx, project_id: ProjectId) -> ConfidenceReport:
    """How sure results are, and whether that can be believed. Raises NoSuchProject."""
    await projects.get(tx, project_id)
    empty = ConfidenceReport(made_at=None, histogram=[0] * 20, bins=[], error=None, gold=0, reviews=0)
    return await _read(tx, project_id, "confidence", ConfidenceReport) or empty


async def over_time(tx: Tx, project_id: ProjectId) -> QualityOverTime:
    """Confidence, agreement and labels by day. Raises NoSuchProject."""
    await projects.get(tx, project_id)
    rows = await store.over_time(tx, project_id, tx.now - SHOWN_FOR)
    return QualityOverTime(days=[QualityDay(**row) for row in rows])


async def plan(tx: Tx, project_id: ProjectId, tasks: int | None, price_micros: int | None, currency: str) -> Plan:
    """What accuracy costs: from the project's own labels if there are enough, else from assumptions.

    Raises NoSuchProject.
    """
    await projects.get(tx, project_id)
    made = await _read(tx, project_id, "plan", Plan)
    if made is None:
        return planning.plan(planning.Assumed(PILOT_SKILL, LABELS_MAX, tasks or 1000, price_micros, currency))
    wanted = tasks or made.tasks
    points = [
        msgspec.structs.replace(point, cost_micros=planning.cost(point.labels, wanted, price_micros))
        for point in made.points
    ]
    return msgspec.structs.replace(made, tasks=wanted, price_micros=price_micros, currency=currency, points=points)
