"""Fields made ready for checking: what a value may be, and which fields of a place are asked."""

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from fairmark.ontology.conditions import Predicate, Values, in_order, is_answered, predicate, visible
from fairmark.ontology.model import (
    FAULTS_MAX,
    TEXT_MAX,
    Fault,
    Field,
    FieldKind,
    FieldValue,
    InvalidOntology,
    Severity,
)
from fairmark.ontology.patterns import Pattern, compile_pattern


class Problem(NamedTuple):
    """A fault without its place."""

    code: str
    message: str
    mend: str


Check = Callable[[object], Problem | None]

_FLOAT_MAX = sys.float_info.max


def shown(value: object) -> str:
    """A value for a message: quoted, and cut where it is long."""
    text = repr(value) if isinstance(value, (str, list)) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def text_problem(text: str, length_max: int = TEXT_MAX) -> Problem | None:
    """What keeps a text from being stored: length in code points, NUL, halves of surrogate pairs."""
    if len(text) > length_max:
        return Problem("too_long", f"The text has {len(text)} characters, {length_max} at most.", "Shorten it.")
    if "\x00" in text:
        return Problem("bad_text", "The text holds a NUL character.", "Remove it.")
    # isascii is a flag look-up; only other texts pay for the search.
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        return Problem("bad_text", "The text holds half of a surrogate pair, which is no character.", "Remove it.")
    return None


def pointer(*parts: object) -> str:
    """A JSON Pointer (RFC 6901) to `parts`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _wrong_type(field: Field, value: object, wanted: str) -> Problem:
    return Problem("wrong_type", f"{field.name}: {shown(value)} is not {wanted}.", f"Give {wanted}.")


def _single(field: Field) -> Check:
    options = frozenset(option.id for option in field.options)

    def check(value: object) -> Problem | None:
        if isinstance(value, str):
            return None if value in options else _unknown_option(field, value)
        return _wrong_type(field, value, "one option's id")

    return check


def _unknown_option(field: Field, value: str) -> Problem:
    few = ", ".join(option.id for option in field.options[:10]) + (", ..." if len(field.options) > 10 else "")
    return Problem("unknown_option", f"{field.name} has no option {shown(value)}.", f"Use one of: {few}.")


def _multiple(field: Field) -> Check:
    options = frozenset(option.id for option in field.options)
    low, high = field.min or 0, math.inf if field.max is None else field.max

    def check(value: object) -> Problem | None:
        if not isinstance(value, list) or not all(isinstance(option, str) for option in value):
            return _wrong_type(field, value, "a list of option ids")
        for option in value:
            if option not in options:
                return _unknown_option(field, option)
        if len(set(value)) < len(value):
            return Problem("repeated_option", f"{field.name} names an option twice.", "Name each option once.")
        if value and not low <= len(value) <= high:
            return Problem("wrong_count", f"{field.name} has {len(value)} options chosen.", _choose(field))
        return None

    return check


def _choose(field: Field) -> str:
    low, high = int(field.min or 1), field.max
    return f"Choose at least {low}." if high is None else f"Choose {low} to {int(high)}."


def _boolean(field: Field) -> Check:
    return lambda value: None if isinstance(value, bool) else _wrong_type(field, value, "true or false")


def _number(field: Field) -> Check:
    low = -math.inf if field.min is None else field.min
    high = math.inf if field.max is None else field.max
    step = field.step or (1.0 if field.kind is FieldKind.SCALE else None)
    origin = field.min or 0.0

    def check(value: object) -> Problem | None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return _wrong_type(field, value, "a number")
        # Not math.isfinite: it overflows on the integers of thousands of digits that Python can hold.
        if not -_FLOAT_MAX <= value <= _FLOAT_MAX:
            return Problem("not_finite", f"{field.name} is not a finite number.", "Give a finite number.")
        if not low <= value <= high:
            return Problem("out_of_range", f"{field.name}: {value:g} is not in {_span(low, high)}.", "Move it inside.")
        if step is not None and not on_grid(value, origin, step):
            mend = f"Use steps of {step:g} from {origin:g}."
            return Problem("off_step", f"{field.name}: {value:g} is between two steps.", mend)
        return None

    return check


def on_grid(value: float, origin: float, step: float) -> bool:
    """Whether `value` is a whole number of steps from `origin`, to a millionth of a step."""
    steps = (value - origin) / step
    return abs(steps - round(steps)) <= 1e-6


def _span(low: float, high: float) -> str:
    if low == -math.inf:
        return f"the range up to {high:g}"
    return f"the range from {low:g}" + ("" if high == math.inf else f" to {high:g}")


def _text(field: Field) -> Check:
    low, high = int(field.min or 0), TEXT_MAX if field.max is None else min(int(field.max), TEXT_MAX)
    pattern: Pattern | None = None if field.pattern is None else compile_pattern(field.pattern)

    def check(value: object) -> Problem | None:
        if not isinstance(value, str):
            return _wrong_type(field, value, "a text")
        if (problem := text_problem(value, high)) is not None:
            return problem
        if not value:
            return None
        if len(value) < low:
            message = f"{field.name} has {len(value)} characters, {low} at least."
            return Problem("too_short", message, "Write more, or leave it empty.")
        if pattern is not None and not pattern.matches(value):
            message = f"{field.name}: {shown(value)} does not fit the pattern {pattern.source}"
            return Problem("no_match", message, field.help or "Write it in the form that the pattern describes.")
        return None

    return check


def _date(field: Field) -> Check:
    def check(value: object) -> Problem | None:
        # fromisoformat also takes 20240101 and 2024-W01-1; the document has one form only.
        if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
            try:
                date.fromisoformat(value)
            except ValueError:
                return Problem("bad_date", f"{field.name}: {shown(value)} is not a day of the calendar.", "Correct it.")
            return None
        return _wrong_type(field, value, "a date as YYYY-MM-DD")

    return check


_CHECKS: Mapping[FieldKind, Callable[[Field], Check]] = {
    FieldKind.SINGLE: _single,
    FieldKind.MULTIPLE: _multiple,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.SCALE: _number,
    FieldKind.DATE: _date,
}


def value_check(field: Field) -> Check:
    """A function from a value to what is wrong with it. Raises InvalidPattern for a pattern outside the dialect."""
    return _CHECKS[field.kind](field)


@dataclass(frozen=True, slots=True)
class CompiledField:
    """A field with its functions: `check` a value, and whether its condition `holds` (None: it is always asked)."""

    field: Field
    check: Check
    holds: Predicate | None


class CompiledFields:
    """The fields of one place: the attributes of a class, or the questions of an item.

    `by_id` is in the order of the ontology, `ordered` in the order of evaluation.
    """

    __slots__ = ("by_id", "conditional", "ordered", "required")

    def __init__(self, fields: Sequence[Field]) -> None:
        """Raises InvalidOntology if conditions wait for one another, InvalidPattern for a bad pattern."""
        unique = {field.id: field for field in reversed(fields)}
        ordered, cycle = in_order([field for field in fields if unique[field.id] is field])
        if cycle:
            names = ", ".join(field.id for field in cycle)
            raise InvalidOntology(f"These fields wait for one another: {names}.", mend="Break the circle.")
        ready = {f.id: CompiledField(f, value_check(f), predicate(f.when) if f.when else None) for f in ordered}
        self.by_id = {field.id: ready[field.id] for field in fields}
        self.ordered = tuple((field.id, ready[field.id].holds) for field in ordered)
        self.required = tuple(key for key, compiled in self.by_id.items() if compiled.field.required)
        self.conditional = any(field.when for field in ordered)

    def visible(self, values: Values) -> "set[str] | Mapping[str, CompiledField]":
        """The ids that are asked, given `values`: a set, or the table of all where nothing depends on anything."""
        return visible(self.ordered, values) if self.conditional else self.by_id

    def faults(self, values: Values, path: str, *, what: str, mark_id: str | None, complete: bool) -> list[Fault]:
        """What is wrong with the values of one place. `what` names a field here: "attribute" or "question".

        complete: whether required fields have to be answered. A hidden value is a warning: it stays in the draft, in
        case the annotator changes their mind, and `prune` drops it.
        """
        if not values and not (self.required and complete):
            return []
        found: list[Fault] = []
        asked = self.visible(values)
        for key, value in values.items():
            if len(found) >= FAULTS_MAX:
                break
            compiled = self.by_id.get(key)
            if compiled is None:
                mend = f"Use one of: {', '.join(list(self.by_id)[:10])}." if self.by_id else f"There is no {what} here."
                message = f"There is no {what} {shown(key)}."
                found.append(Fault(f"unknown_{what}", path + pointer(key), message, mend, mark_id))
                continue
            if (problem := compiled.check(value)) is not None:
                found.append(Fault(problem.code, path + pointer(key), problem.message, problem.mend, mark_id))
            if key not in asked:
                message = f"{compiled.field.name} is not asked, given the other answers."
                mend = "Nothing to do: it is left out of results."
                found.append(Fault("hidden_value", path + pointer(key), message, mend, mark_id, Severity.WARNING))
        if complete:
            for key in self.required:
                if key in asked and not is_answered(values.get(key)):
                    message = f"{self.by_id[key].field.name} has no answer."
                    found.append(Fault("required", path + pointer(key), message, "Answer it.", mark_id))
        return found

    def pruned(self, values: dict[str, FieldValue]) -> dict[str, FieldValue]:
        """`values` without those of hidden or unknown fields and without empty answers; the same object if all stay."""
        if not values:
            return values
        asked = self.visible(values)
        if all(key in asked and is_answered(value) for key, value in values.items()):
            return values
        return {key: value for key, value in values.items() if key in asked and is_answered(value)}

    def with_defaults(self, values: dict[str, FieldValue]) -> dict[str, FieldValue]:
        """`values` plus the default of each field that is asked and has no value, defaults of others counted in."""
        known: dict[str, FieldValue] = {}
        added: dict[str, FieldValue] = {}
        for key, holds in self.ordered:
            if holds is not None and not holds(known):
                continue
            default = self.by_id[key].field.default
            if key in values:
                known[key] = values[key]
            elif default is not None:
                known[key] = added[key] = default
        return {**values, **added} if added else values
