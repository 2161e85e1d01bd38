"""What several submissions say together: the modality's merge, decided by a jury; and what one more would add. Pure."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec
import numpy as np

from fairmark.kernel.ids import SubmissionId, TaskId
from fairmark.methods.majority import ACCURACY
from fairmark.methods.truth.hierarchical import cut
from fairmark.methods.truth.labels import labels_of
from fairmark.methods.truth.stopping import look_gain, outlook
from fairmark.modalities import MODALITIES, Merged
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation
from fairmark.projects.model import Methods, Target
from fairmark.quality.judging.explaining import DECISIONS_MAX, KeptDecision, KeptVoice, Why, kept, to_turn
from fairmark.quality.judging.jury import KnowingJury
from fairmark.quality.judging.state import Book, Unit
from fairmark.quality.judging.voting import Note
from fairmark.tasks.model import Judgement

MODEL = UUID(int=0)
"""The judge that predictions are from."""


USUAL = Methods()


class Said(NamedTuple):
    """One submission, or a prediction (id None, weight its own sureness)."""

    id: SubmissionId | None
    judge: UUID
    annotation: Annotation
    weight: float = 1.0


class Found(NamedTuple):
    """A judgement, and the units that its judges learn from, by subject: its values, and what was said."""

    judgement: Judgement
    units: dict[str, tuple[tuple[str, ...], list[Unit]]]


def judged(
    task_id: TaskId,
    modality: str,
    compiled: CompiledOntology,
    said: Sequence[Said],
    book: Book,
    targets: Sequence[Target] = (),
    methods: Methods = USUAL,
) -> Found:
    """What `said` (at least one) say together.

    detail holds, for the review screen, how well each mark of each submission is backed by the others: {"marks":
    {submission id: {mark id: agreement}}}; for each mark of the merged annotation {"merged": {mark id: confidence}};
    and {"why": see `explaining.Why`}. The confidence of the whole is the mean over its decisions: each mark kept, each
    left out, each answer; so it is the share of them that is expected to be right.
    """
    judges = [book.number(each.judge) for each in said]
    jury = KnowingJury(compiled, judges, [each.weight for each in said], book, methods=methods)
    weights = [each.weight for each in said] if any(each.weight != 1 for each in said) else None
    merged = MODALITIES[modality].merge([each.annotation for each in said], weights, compiled=compiled, jury=jury)
    people = [number for number, each in enumerate(said) if each.id is not None]
    decisions = _decisions(jury, merged, book)
    counted = [each for each in decisions if each.kind != "attribute"]
    gain = sum(each.gain for each in counted) / len(counted) if counted else 0.0
    marks = {str(said[n].id): dict(merged.submission_marks[n]) for n in people}
    why = _why(decisions, counted, [each.id for each in said], jury.notes)
    judgement = Judgement(
        task_id=task_id, submissions=len(people), agreement=merged.agreement, confidence=merged.confidence,
        annotation=merged.annotation,
        detail={"marks": marks, "merged": dict(merged.mark_confidence), "why": msgspec.to_builtins(why)},
        gain=gain, groups=_groups(counted, targets),
    )  # fmt: skip
    units = {key: (jury.subjects[key].values, units) for key, units in jury.units.items()}
    return Found(judgement, units)


def _decisions(jury: KnowingJury, merged: Merged, book: Book) -> list[KeptDecision]:
    """Everything that was decided, with the confidence that stands in the answer."""
    by_members = {frozenset(mark.members): (id, mark.confidence) for id, mark in merged.marks.items()}
    dropped = {frozenset(mark.members): mark.confidence for mark in merged.dropped}
    gains = _gains(jury, book)
    classes = {mark.id: mark.class_ for mark in merged.annotation.marks}
    found: list[KeptDecision] = []
    for note in jury.notes:
        voices = [KeptVoice(v.at, v.said, v.skill, v.evidence) for v in note.voices]
        skill = sum(v.skill for v in voices) / len(voices) if voices else ACCURACY
        turn = to_turn(note.options, len(voices), skill)
        gain = _gain(note, gains)
        if note.kind == "mark" and note.members in by_members:
            id, sure = by_members[note.members]
            row = ("mark", id, "", classes[id], sure)
        elif note.kind == "mark":
            row = ("dropped", min(name for _, name in note.members), "", "", dropped.get(note.members, 1.0))
        elif note.kind == "question":
            sure = merged.answers[note.key].confidence if note.key in merged.answers else note.options[0][1]
            row = ("question", note.key, note.subject.key if note.subject else "", note.options[0][0], sure)
        else:
            subject = note.subject.key if note.subject else ""
            row = ("attribute", f"{note.mark_id}/{note.key}", subject, note.options[0][0], note.options[0][1])
        found.append(KeptDecision(*row, note.options, voices, gain, turn, note.known))
    return found


def _gain(note: Note, gains: Mapping[tuple[str, int], float]) -> float:
    """Expected rise of a decision's confidence by one more judgement; a vote's where little is known."""
    ranked = [chance for _, chance in note.options] or [1.0]
    best, rival = ranked[0], ranked[1] if len(ranked) > 1 else 1 - ranked[0]
    mass = best + rival
    share = np.array([best / mass]) if mass > 0 else np.array([1.0])
    simple = mass * float(look_gain(share, ACCURACY, 1 - ACCURACY)[0])
    modelled = gains.get(note.unit) if note.unit is not None else None
    if note.there is not None:
        looks = float(look_gain(np.array([note.there]), ACCURACY, 1 - ACCURACY)[0])
        return looks if modelled is None else (1 - note.known) * simple + note.known * (looks + note.there * modelled)
    return simple if modelled is None else (1 - note.known) * simple + note.known * modelled


def _gains(jury: KnowingJury, book: Book) -> dict[tuple[str, int], float]:
    """What one more judgement adds to each choice of which something is known, by subject and place."""
    found: dict[tuple[str, int], float] = {}
    for key, units in jury.units.items():
        values = jury.subjects[key].values
        if not book.known(key, values):
            continue
        rows = [
            (n, judge, value, weight)
            for n, unit in enumerate(units)
            for judge, value, weight in zip(unit.judges, unit.values, unit.weights, strict=True)
        ]
        tasks, judges, said, weights = (list(column) for column in zip(*rows, strict=True))
        labels = labels_of(tasks, judges, said, shape=(len(units), len(book.ids), len(values)), weights=weights)
        seen = outlook(cut(labels, np.full(len(units), -1))[0], book.learnt(key, values))
        found.update({(key, n): gain for n, gain in enumerate(seen.gain.tolist())})
    return found


def _groups(counted: Sequence[KeptDecision], targets: Sequence[Target]) -> tuple[tuple[str, float], ...]:
    """The mean confidence in what has a target of its own, and in the rest."""
    if not targets:
        return ()
    own: dict[str, list[float]] = {target.of: [] for target in targets}
    rest: list[float] = []
    for each in counted:
        names = {each.answer, each.key, f"{each.key}={each.answer}"} & own.keys()
        for name in names:
            own[name].append(each.confidence)
        if not names:
            rest.append(each.confidence)
    means = {name: sum(sure) / len(sure) for name, sure in own.items() if sure}
    return (*means.items(), ("", sum(rest) / len(rest) if rest else 1.0))


def _why(decisions: Sequence[KeptDecision], counted: Sequence[KeptDecision], who: list[SubmissionId | None],
         notes: Sequence[Note]) -> Why:  # fmt: skip
    ordered = sorted(decisions, key=lambda each: each.confidence)
    real = [note for note in notes if note.there is not None and note.there >= 0.5]
    missed = sum(note.overlooked / max(1 - note.overlooked, 0.05) for note in real) if real else None
    return Why(
        known=max((note.known for note in notes), default=0.0), who=who,
        decisions=[kept(each) for each in ordered[:DECISIONS_MAX]],
        all_right=math.prod(each.confidence for each in counted), missed=missed,
        more=max(len(ordered) - DECISIONS_MAX, 0),
    )  # fmt: skip
