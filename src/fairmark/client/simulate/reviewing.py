"""A review as a person of some sharpness does it: they see a share of the mistakes, and mend or reject those."""

from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from fairmark.client.simulate.comparing import pair
from fairmark.ontology.model import Annotation, Mark, Source
from fairmark.ontology.rules import CompiledOntology, check_annotation, errors
from fairmark.tasks.model import Decision

REJECT_SHARE = 0.5
"""A reviewer who finds more than this share of the marks wrong sends the task back instead of mending it."""
LOOSE_IOU = 0.7
"""Boxes that fit the thing worse than this are mistakes that a reviewer can see."""


class Verdict(NamedTuple):
    """annotation: the mended one, with FIX alone."""

    decision: Decision
    reasons: list[str]
    annotation: Annotation | None = None


def look(given: Annotation, truth: Annotation, compiled: CompiledOntology, sharpness: float, rng: Random) -> Verdict:
    """What becomes of `given`. sharpness: chance to see each mistake."""

    def sees() -> bool:
        return rng.random() < sharpness

    pairing = pair(given, truth, iou_min=0.3)
    spurious = {mark.id for mark in pairing.spurious if sees()}
    missed = [mark for mark in pairing.missed if sees()]
    wrong = {
        each.ours.id: each.truth
        for each in pairing.pairs
        if (each.ours.class_ != each.truth.class_ or each.iou < LOOSE_IOU) and sees()
    }
    answers = {id for id, value in truth.answers.items() if given.answers.get(id) != value and sees()}
    reasons = [
        text
        for text, found in (
            ("Something is missing.", missed),
            ("Something is marked that is not there.", spurious),
            ("A box or its class is wrong.", wrong),
            ("A question is answered wrongly.", answers),
        )
        if found
    ]
    if not reasons:
        return Verdict(Decision.ACCEPT, [])
    mistakes, marks = len(spurious) + len(missed) + len(wrong), max(len(given.marks), len(truth.marks))
    if mistakes > 2 and mistakes > REJECT_SHARE * marks:
        return Verdict(Decision.REJECT, reasons)
    mended = _mended(given, spurious, missed, wrong)
    known = {id: value for id, value in given.answers.items() if id not in answers}
    mended = replace(mended, answers=known | {id: truth.answers[id] for id in answers})
    if errors(check_annotation(mended, compiled)):
        return Verdict(Decision.REJECT, reasons)
    return Verdict(Decision.FIX, reasons, mended)


def _mended(given: Annotation, spurious: set[str], missed: list[Mark], wrong: dict[str, Mark]) -> Annotation:
    kept: list[Mark] = []
    for mark in given.marks:
        right = wrong.get(mark.id)
        if mark.id not in spurious:
            kept.append(mark if right is None else replace(right, id=mark.id, source=Source.HUMAN, score=None))
    taken = {mark.id for mark in kept}
    for mark in missed:
        id = next(name for n in range(len(taken) + 1) if (name := f"r{n}") not in taken)
        taken.add(id)
        kept.append(replace(mark, id=id, source=Source.HUMAN, score=None))
    links = tuple(link for link in given.links if link.from_ in taken and link.to in taken)
    return Annotation(marks=tuple(kept), answers=given.answers, links=links)
