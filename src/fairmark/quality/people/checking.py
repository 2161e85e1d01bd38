"""Holds a submission against what is known to be right. Pure."""

from typing import NamedTuple

from fairmark.modalities import MODALITIES
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Mark
from fairmark.quality.judging.explaining import Names
from fairmark.quality.judging.subjects import code_of

FAULTS_MAX = 20
NEAR_ENOUGH = 0.9
"""Agreement of an answer from which nothing is said about it: numbers are never quite the same."""
NOTHING = "nothing"
"""Stands for having seen rightly that nothing is there to be marked or said."""


class Compared(NamedTuple):
    """score: 0 to 1, how alike. parts: (right, wrong) by class or question, each mark or answer counting 1. faults:
    what differs, in words.
    """

    score: float
    parts: dict[str, tuple[float, float]]
    faults: list[str]

    @property
    def is_right(self) -> bool:
        """Whether every part is."""
        return all(wrong < 1e-9 for _, wrong in self.parts.values())


def compared(modality: str, compiled: CompiledOntology, truth: Annotation, said: Annotation) -> Compared:
    """What `said` got right and wrong. A mark is right if it lies where one of its class does; one that is missing or
    too many counts as wrong of its class, one of another class as wrong of the right one.
    """
    alike = MODALITIES[modality].agreement(truth, said, compiled=compiled)
    names = Names(compiled)
    right: dict[str, float] = {}
    wrong: dict[str, float] = {}
    faults: list[str] = []
    known, given = ({mark.id: mark for mark in each.marks} for each in (truth, said))
    paired = {pair.ours for pair in alike.pairs}
    for pair in alike.pairs:
        class_ = known[pair.ours].class_
        if pair.same_class:
            right[class_] = right.get(class_, 0.0) + 1
            faults += _attribute_faults(known[pair.ours], given[pair.theirs], names)
        else:
            wrong[class_] = wrong.get(class_, 0.0) + 1
            other = names.value("", given[pair.theirs].class_)
            faults.append(f"It is {names.value('', class_)}, not {other}.")
    matched = {pair.theirs for pair in alike.pairs}
    for mark in known.values():
        if mark.id not in paired:
            wrong[mark.class_] = wrong.get(mark.class_, 0.0) + 1
            faults.append(f"{names.value('', mark.class_)} is missing.")
    for mark in given.values():
        if mark.id not in matched:
            wrong[mark.class_] = wrong.get(mark.class_, 0.0) + 1
            faults.append(f"There is no {names.value('', mark.class_)} there.")
    for key, share in alike.answers.items():
        right[key], wrong[key] = right.get(key, 0.0) + share, wrong.get(key, 0.0) + 1 - share
        if share < NEAR_ENOUGH:
            faults.append(_answer_fault(key, truth, said, names))
    parts = {key: (right.get(key, 0.0), wrong.get(key, 0.0)) for key in dict.fromkeys([*right, *wrong])}
    return Compared(alike.score, parts or {NOTHING: (1.0, 0.0)}, faults[:FAULTS_MAX])


def _attribute_faults(truth: Mark, said: Mark, names: Names) -> list[str]:
    found: list[str] = []
    for key, value in truth.attributes.items():
        if not isinstance(value, list) and code_of(value) != code_of(said.attributes.get(key)):
            subject = f"attribute:{truth.class_}:{key}"
            given = said.attributes.get(key)
            told = code_of(None if isinstance(given, list) else given)
            found.append(
                f"{names.value('', truth.class_)}, {names.field(subject)}: {names.value(subject, code_of(value))},"
                f" not {names.value(subject, told)}."
            )
    return found


def _answer_fault(key: str, truth: Annotation, said: Annotation, names: Names) -> str:
    subject = f"question:{key}"

    def told(annotation: Annotation) -> str:
        value = annotation.answers.get(key)
        if isinstance(value, list):
            return names.value(subject, ", ".join(value))
        return names.value(subject, code_of(value)) if not isinstance(value, str) or len(value) < 80 else "another text"

    return f"{names.field(subject)}: {told(truth)}, not {told(said)}."
