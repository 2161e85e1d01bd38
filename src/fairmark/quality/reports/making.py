"""Makes everything that a project's quality pages show, in one go: slow, beside the event loop; then keeps it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import numpy as np

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ProjectId, WorkerId
from fairmark.methods.beta import Belief
from fairmark.modalities import MODALITIES
from fairmark.ontology.model import Annotation
from fairmark.projects.model import LabelStage
from fairmark.quality.cases import service as cases
from fairmark.quality.cases import signals
from fairmark.quality.judging.consensus import MODEL
from fairmark.quality.judging.explaining import Names, Why
from fairmark.quality.judging.gathering import Gathered, TaskRow, gather
from fairmark.quality.judging.settling import Settled, settle
from fairmark.quality.judging.subjects import code_of
from fairmark.quality.judging.window import Work, rows
from fairmark.quality.people.model import Finding
from fairmark.quality.reports import agreeing, confusing, piloting, placing, shaping, store
from fairmark.quality.reports.model import (
    AgreementFigure,
    AgreementReport,
    Bin,
    Cell,
    ConfidenceReport,
    ConfusionReport,
    Interval,
    Overview,
    Plan,
    SliceKind,
)

BINS, STEPS = 10, 20
NOTHING = Interval(value=None, low=None, high=None)


class Made(NamedTuple):
    """Everything: judges fitted anew, the work they were fitted to, and reports."""

    settled: Settled
    gathered: Gathered
    rows: list[TaskRow]
    overview: Overview
    agreement: AgreementReport
    confusion: ConfusionReport
    examples: dict[str, list[Cell]]
    confidence: ConfidenceReport
    plan: Plan | None
    noticed: list[signals.Noticed]


class Checked(NamedTuple):
    """One decision of an answer that was checked: how sure it was, and whether it was right."""

    confidence: float
    right: bool
    source: str


def made(work: Work, error: float, now: datetime) -> Made:
    """Fits and figures. Aliases are put in when it is kept."""
    found = rows(work)
    gathered = gather(work.modality, work.ontology, found)
    settled = settle(work.modality, work.ontology, found, gathered, error)
    names = Names(work.ontology)
    ordinary = [row for row in found if not row.gold_turn]
    checked = _checked(work, found)
    alike = agreeing.figures(gathered, found, names)
    figures = agreeing.fullest_first([*alike, *placing.figures(work.modality, work.ontology, found, names)])
    fitting = shaping.figures(work.modality, work.ontology, found, names)
    said = confusing.judgements(gathered, settled)
    told = confusing.told(said, gathered, found, names)
    sureness = confidence(ordinary, checked, now)
    return Made(
        settled, gathered, found, overview(work, ordinary, checked, agreeing.headline(figures), sureness.error, now),
        AgreementReport(made_at=now, figures=[*figures, *fitting]), ConfusionReport(made_at=now, tables=told.tables),
        told.examples, sureness, piloting.plan(gathered, settled, found, now), signals.noticed(gathered, found, said),
    )  # fmt: skip


def _checked(work: Work, found: Sequence[TaskRow]) -> list[Checked]:
    """The decisions of ordinary tasks whose truth is known, as they were judged before it was.

    A mark is right if the known answer has one in its place of its class; an answer, if it is the known one.
    """
    kept = {row["id"]: row for row in work.raw_tasks if row["merged"] is not None and row["gold_id"] is None}
    result: list[Checked] = []
    for row in found:
        raw = kept.get(row.id)
        if row.truth is None or row.source is None or raw is None:
            continue
        merged = msgspec.json.decode(raw["merged"], type=Annotation)
        alike = MODALITIES[work.modality].agreement(row.truth, merged, compiled=work.ontology)
        right = {pair.theirs for pair in alike.pairs if pair.same_class}
        result += [Checked(mark.score, mark.id in right, row.source) for mark in merged.marks if mark.score is not None]
        detail: dict[str, Any] = json.decode(raw["detail"])
        why = msgspec.convert(detail["why"], Why) if "why" in detail else None
        for each in why.decisions if why is not None else ():
            if each.kind == "question":
                known = row.truth.answers.get(each.key)
                same = code_of(known) == code_of(merged.answers.get(each.key)) if not isinstance(known, list) else (
                    known == merged.answers.get(each.key)
                )  # fmt: skip
                result.append(Checked(each.confidence, same, row.source))
    return result


def confidence(found: Sequence[TaskRow], checked: Sequence[Checked], now: datetime) -> ConfidenceReport:
    """How sure the results are, and how often what was checked is right at each confidence."""
    sure = [row.confidence for row in _judged(found) if row.confidence is not None]
    histogram = np.histogram(sure, bins=STEPS, range=(0.0, 1.0))[0].tolist()
    bins: list[Bin] = []
    error = 0.0
    for n in range(BINS):
        own = [each for each in checked if min(int(each.confidence * BINS), BINS - 1) == n]
        if not own:
            continue
        right = sum(each.right for each in own)
        mean = sum(each.confidence for each in own) / len(own)
        believed = Belief(right + 0.5, len(own) - right + 0.5)
        error += abs(mean - right / len(own)) * len(own) / len(checked)
        bins.append(
            Bin(low=n / BINS, high=(n + 1) / BINS, n=len(own), confidence=mean, right=right / len(own),
                right_low=believed.quantile(0.025), right_high=believed.quantile(0.975))
        )  # fmt: skip
    sources = Counter(row.source for row in found if row.truth is not None)
    return ConfidenceReport(
        made_at=now, histogram=histogram, bins=bins, error=error if checked else None, gold=sources["gold"],
        reviews=sources["review"],
    )  # fmt: skip


def _judged(found: Sequence[TaskRow]) -> list[TaskRow]:
    """The results of several people: what is counted wherever it is said how sure results are."""
    return [row for row in found if not row.open and len(row.handed) > 1]


def overview(work: Work, found: Sequence[TaskRow], checked: Sequence[Checked], alpha: AgreementFigure | None,
             error: float | None, now: datetime) -> Overview:  # fmt: skip
    """The head of the page, as far as the newest work tells; counts and what is known are put in when it is shown."""
    stage = work.pipeline.stages[0]
    assert isinstance(stage, LabelStage)
    overlap = stage.overlap
    done = [row for row in found if not row.open]
    labels = [len(row.handed) for row in done]
    judged = _judged(found)
    sure = [row.confidence for row in judged if row.confidence is not None]
    right = sum(each.right for each in checked)
    believed = Belief(right + 0.5, len(checked) - right + 0.5)
    most = overlap.max * len(done)
    return Overview(
        project_id=work.project_id, made_at=now, stale=False, known=0.0, answers=len(done),
        judged=len(judged), confidence=sum(sure) / len(sure) if sure else None,
        target=overlap.target, unsure=sum(1 for each in sure if each < (overlap.target or 0.0)),
        labels_mean=sum(labels) / len(labels) if labels else None,
        saved=1 - sum(labels) / most if most and overlap.max > overlap.min else None,
        escalated=sum(1 for row in found if row.escalated), alpha=alpha.figure if alpha is not None else NOTHING,
        alpha_title=alpha.title if alpha is not None else "", calibration_error=error,
        accuracy=Interval(value=right / len(checked), low=believed.quantile(0.025), high=believed.quantile(0.975))
        if checked else NOTHING, gold=0, gold_suspended=0, open_cases=0,
    )  # fmt: skip


async def keep(tx: Tx, project_id: ProjectId, found: Made) -> None:
    """Keeps the reports, with workers and batches called by their names; raises cases."""
    for each in found.noticed:
        if MODEL in {each.worker, each.other}:
            continue
        await cases.raise_case(
            tx, project_id, each.signal, subject=each.subject, strength=each.strength, summary=each.summary,
            evidence=each.evidence, worker_id=WorkerId(each.worker),
            other_id=WorkerId(each.other) if each.other is not None else None,
        )  # fmt: skip
    aliases = {str(id): alias for id, alias in (await store.aliases(tx, found.gathered.ids)).items()}
    batches = await store.batch_names(tx, project_id)
    agreement = msgspec.structs.replace(
        found.agreement, figures=[_named(each, aliases, batches) for each in found.agreement.figures]
    )
    bodies: dict[str, Any] = {
        "overview": found.overview, "agreement": agreement, "confusion": found.confusion,
        "confusion-examples": found.examples, "confidence": found.confidence, "finding": _finding(found.settled),
    }  # fmt: skip
    if found.plan is not None:
        bodies["plan"] = found.plan
    await store.put_reports(tx, project_id, {name: json.encode(body) for name, body in bodies.items()})


def _finding(settled: Settled) -> dict[str, list[Finding]]:
    """How each worker finds and draws marks, beside what is usual, by worker's id."""
    usual: dict[str, tuple[float, float | None, float]] = {}
    for kind, state in settled.project.things.items():
        own = [judge.finds[kind] for judge in settled.judges.values() if kind in judge.finds]
        recalls = [each.recall for each in own]
        precisions = [each.precision for each in own if each.precision is not None]
        mean = sum(precisions) / len(precisions) if precisions else None
        usual[kind] = sum(recalls) / len(recalls) if recalls else 0.5, mean, state.localisation
    return {
        str(id): [
            Finding(
                kind=kind, recall=each.recall, precision=each.precision, localisation=each.localisation,
                usual_recall=usual[kind][0], usual_precision=usual[kind][1], usual_localisation=usual[kind][2],
            )
            for kind, each in judge.finds.items()
        ]
        for id, judge in settled.judges.items()
        if judge.finds
    }  # fmt: skip


def _named(figure: AgreementFigure, aliases: Mapping[str, str], batches: Mapping[str, str]) -> AgreementFigure:
    if figure.slice is SliceKind.PAIR:
        both = [aliases.get(id, "model") for id in figure.slice_key.split("|")]
        return msgspec.structs.replace(figure, slice_key="|".join(both), slice_title=" and ".join(both))
    if figure.slice is SliceKind.BATCH:
        return msgspec.structs.replace(figure, slice_title=batches.get(figure.slice_key, figure.slice_key))
    return figure
