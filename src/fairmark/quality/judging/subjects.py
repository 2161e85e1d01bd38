"""What is decided about a task, put so that the methods of truth inference understand it. Pure.

A subject is one thing that people judge alike in all tasks of a project: a question, an attribute of a class, the class
of what is marked. Its kind says which methods fit (`methods.truth.table`).
"""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.conditions import is_answered
from fairmark.ontology.model import Field, FieldKind, FieldValue

VALUES_MAX = 100
"""Most values of a subject whose judges have a table of what they confuse; with more, answers are right or wrong."""
STEPS_MAX = 11
"""Most steps of a scale that are values of their own; with more, it is a number."""
NONE = ""
"""Stands for no answer: nothing marked, or left open."""
YES, NO = "true", "false"


class Kind(Enum):
    """CHOICE: one of a list. SET: several of a list, each a yes or no. NUMBER: on a scale. FREE: anything else."""

    CHOICE = "choice"
    SET = "set"
    NUMBER = "number"
    FREE = "free"


class Subject(NamedTuple):
    """key: names it in a project: "question:ID", "attribute:CLASS:ID", "class:MARK KIND". values: of a CHOICE, in the
    order of the ontology, NONE last if it may be left open; of a SET, NO and YES. field: None for classes. near: of a
    NUMBER, how far apart two numbers are that count as the same, in its unit.
    """

    key: str
    kind: Kind
    values: tuple[str, ...] = ()
    field: Field | None = None
    near: float = 0.0


def subject_of(key: str, field: Field) -> Subject:
    """The subject of a question or attribute."""
    if field.kind is FieldKind.MULTIPLE:
        return Subject(key, Kind.SET, (NO, YES), field)
    values = _values(field)
    if values is not None and 0 < len(values) <= VALUES_MAX:
        return Subject(key, Kind.CHOICE, values if field.required else (*values, NONE), field)
    if field.kind in {FieldKind.NUMBER, FieldKind.SCALE}:
        return Subject(key, Kind.NUMBER, (), field, _near(field))
    return Subject(key, Kind.FREE, (), field)


def _values(field: Field) -> tuple[str, ...] | None:
    if field.kind is FieldKind.SINGLE:
        return tuple(option.id for option in field.options)
    if field.kind is FieldKind.BOOLEAN:
        return (YES, NO)
    if field.kind is FieldKind.SCALE and field.min is not None and field.max is not None:
        step = field.step or 1.0
        count = int((field.max - field.min) / step + 1e-6) + 1
        return tuple(f"{field.min + n * step:g}" for n in range(count)) if count <= STEPS_MAX else None
    return None


def _near(field: Field) -> float:
    """A tenth of the range, else nothing: then a tenth of the amounts, see `judging.jury`."""
    if field.min is None or field.max is None:
        return 0.0
    return (field.max - field.min) / 10


def class_subject(kind: str, compiled: CompiledOntology) -> Subject | None:
    """Of what class marks of a kind are; None if there is nothing, or too much, to choose between."""
    classes = tuple(id for id, each in compiled.classes.items() if kind in each.item_class.marks)
    return Subject(f"class:{kind}", Kind.CHOICE, classes) if 1 < len(classes) <= VALUES_MAX else None


def code_of(value: FieldValue | None) -> str:
    """A value that is no list, as a word: what is counted as the same. NONE for no answer."""
    if value is None or not is_answered(value):
        return NONE
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, (int, float)):
        return f"{value:g}"
    return " ".join(value.casefold().split()) if isinstance(value, str) else NONE


def value_of(field: Field, code: str) -> FieldValue | None:
    """The value of a CHOICE that `code` stands for; None for NONE."""
    if code == NONE:
        return None
    if field.kind is FieldKind.BOOLEAN:
        return code == YES
    return float(code) if field.kind in {FieldKind.SCALE, FieldKind.NUMBER} else code


def chosen(said: Sequence[FieldValue | None]) -> list[str]:
    """The options of a SET that anybody chose, in the order of the first choice."""
    return list(dict.fromkeys(option for value in said if isinstance(value, list) for option in value))
