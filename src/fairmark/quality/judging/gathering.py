"""Everything that was said about many tasks, thing by thing: what judges are fitted to, and figures made from. Pure."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from fairmark.kernel.ids import BatchId, ItemId, SubmissionId, TaskId
from fairmark.methods.truth.free import Said
from fairmark.modalities import MODALITIES, MediaSize
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation
from fairmark.quality.judging.jury import KnowingJury
from fairmark.quality.judging.state import Unit
from fairmark.quality.judging.subjects import Subject
from fairmark.quality.judging.voting import Look


class Handed(NamedTuple):
    """One submission. active_ms: counted work."""

    id: SubmissionId
    worker: UUID
    annotation: Annotation
    active_ms: int
    at: datetime


class TaskRow(NamedTuple):
    """A task and all that was said about it in its present round.

    truth: what is known to be right, by gold or review. source: "gold" or "review", of the truth. confidence: of its
    result or judgement before it was checked, 0 to 1. open: still being worked on. prediction: what it came with, where
    that counts as a judge. media: sizes of the item's assets in their order; empty if not all are known.
    """

    id: TaskId
    item_id: ItemId
    batch_id: BatchId
    meta: dict[str, Any]
    open: bool
    gold_turn: bool
    escalated: bool
    confidence: float | None
    handed: list[Handed]
    truth: Annotation | None
    source: str | None
    prediction: tuple[UUID, Annotation, float] | None = None
    media: tuple[MediaSize, ...] = ()


class Placed(NamedTuple):
    """A unit and where it was: the task's place in the rows."""

    row: int
    unit: Unit


class Seen(NamedTuple):
    """A thing that some marked, and the task's place in the rows."""

    row: int
    look: Look


@dataclass(slots=True)
class Gathered:
    """ids: who the numbers of judges are. units: of choices and sets. looks: by kind of mark. numbers, free: by
    subject, with the task's place in the rows: (place, judges, values, truth) and (place, said, truth). merged: by a
    task's place in the rows, what its submissions say together by a vote; of those where three or more said something
    and nothing is known to be right.
    """

    ids: list[UUID]
    merged: dict[int, Annotation] = field(default_factory=dict[int, Annotation])
    subjects: dict[str, Subject] = field(default_factory=dict[str, Subject])
    units: dict[str, list[Placed]] = field(default_factory=dict[str, list[Placed]])
    looks: dict[str, list[Seen]] = field(default_factory=dict[str, list[Seen]])
    numbers: dict[str, list[tuple[int, list[int], list[float], float]]] = field(
        default_factory=dict[str, list[tuple[int, list[int], list[float], float]]]
    )
    free: dict[str, list[tuple[int, list[Said], Hashable | None]]] = field(
        default_factory=dict[str, list[tuple[int, list[Said], Hashable | None]]]
    )
    sets: dict[str, list[tuple[int, list[int], list[frozenset[str]]]]] = field(
        default_factory=dict[str, list[tuple[int, list[int], list[frozenset[str]]]]]
    )


def gather(modality: str, compiled: CompiledOntology, rows: Sequence[TaskRow]) -> Gathered:
    """Finds out which marks of each task mean the same, and notes who said what of what. Slow: a merge per task."""
    ids = sorted(_everybody(rows))
    number = {id: n for n, id in enumerate(ids)}
    found = Gathered(ids)
    for place, row in enumerate(rows):
        judges = [number[each.worker] for each in row.handed]
        annotations = [each.annotation for each in row.handed]
        weights = [1.0] * len(judges)
        if row.prediction is not None:
            judges.append(number[row.prediction[0]])
            annotations.append(row.prediction[1])
            weights.append(row.prediction[2])
        truth = None
        if row.truth is not None:
            truth = len(judges)
            judges.append(-1)
            annotations.append(row.truth)
            weights.append(1.0)
        jury = KnowingJury(compiled, judges, weights, None, truth)
        merged = MODALITIES[modality].merge(annotations, None, compiled=compiled, jury=jury)
        if truth is None and len(row.handed) > 2:
            found.merged[place] = merged.annotation
        found.subjects.update(jury.subjects)
        before = {key: len(units) for key, units in found.units.items()}
        for key, units in jury.units.items():
            found.units.setdefault(key, []).extend(Placed(place, unit) for unit in units)
        for kind, looks in jury.looks.items():
            first = before.get(f"class:{kind}", 0)
            moved = [each if each.unit is None else each._replace(unit=first + each.unit) for each in looks]
            found.looks.setdefault(kind, []).extend(Seen(place, look) for look in moved)
        for key, chosen in jury.sets.items():
            found.sets.setdefault(key, []).extend((place, *each) for each in chosen)
        for key, given in jury.numbers.items():
            found.numbers.setdefault(key, []).extend((place, *each) for each in given)
        for key, texts in jury.free.items():
            found.free.setdefault(key, []).extend((place, *each) for each in texts)
    return found


def _everybody(rows: Iterable[TaskRow]) -> set[UUID]:
    people = {each.worker for row in rows for each in row.handed}
    return people | {row.prediction[0] for row in rows if row.prediction is not None}
