"""The fields of textcollection as questions: every kind of them, sets within sets, conditions, and several answers.

A field becomes one question, or two where its value has two parts. A set's fields stand behind each other with the
set's name in front. What may be answered several times is there as often as it may, each time behind a switch of the
one before: that asks for nothing that an ordinary form cannot do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from fairmark.ontology.model import FIELDS_MAX, Field, FieldKind, FieldValue, Option, When
from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types.words import HELP_CHARS_MAX, Names, plain, title

Json = dict[str, Any]
Times = Annotated[int, Meta(ge=0, le=100)]
FieldId = Annotated[str, Meta(min_length=1, max_length=200)]
DATETIME = r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z?)?"
DATETIME_HELP = "Write it as 2026-01-31T12:00."
DEPTH_MAX = 10


class UnitChoice(msgspec.Struct, frozen=True):
    """A choice; one with subchoices is a heading."""

    label: Annotated[str, Meta(min_length=1)]
    value: str | float | bool
    hint: str = ""
    subchoices: "list[UnitChoice]" = []


class UnitField(msgspec.Struct, frozen=True):
    """A field, or a set of fields. required: also within a set. conditions: one of them has to hold."""

    type: Literal["text", "boolean", "number", "datetime", "category", "select", "time_range", "field_set"]
    field_id: FieldId
    title: str = ""
    description: str = ""
    hint: str = ""
    required: bool = False
    min_responses_required: Times = 1
    max_responses_required: Annotated[int, Meta(ge=1, le=100)] = 1
    conditions: list[dict[str, Any]] = []
    choices: list[UnitChoice] = []
    min_choices: Annotated[int, Meta(ge=0)] = 1
    max_choices: Annotated[int, Meta(ge=1)] = 1
    fields: "list[UnitField]" = []
    inline: bool = False


CHOSEN = ("category", "select")
INSIDE, TURN, MORE = "\x00", "\x01", "\x02"
"""What keeps a path of field ids apart; no id holds such a character: field in a set, n-th answer, its switch."""


def turn_path(path: str, turn: int) -> str:
    """The path of a field's n-th answer."""
    return path if turn == 1 else f"{path}{TURN}{turn}"


def unit_fields(value: object, place: str = "fields", depth: int = 0) -> list[UnitField]:
    """The fields of a task, each sound in itself. Raises BadRequest, naming the place."""
    found: list[UnitField] = []
    given = read(value, list[Any], place)
    if not given:
        raise wrong(place, "at least one field is needed.")
    if depth > DEPTH_MAX:
        raise wrong(place, f"sets lie within sets deeper than {DEPTH_MAX} levels.")
    for number, each in enumerate(given):
        here = at(place, number)
        field = read(each, UnitField, here)
        if not field.title.strip():
            raise wrong(at(here, "title"), "it is missing.")
        _check(field, each, here, depth)
        if field.field_id in (other.field_id for other in found):
            raise wrong(at(here, "field_id"), f"two fields are called '{field.field_id}'.")
        found.append(field)
    for number, field in enumerate(found):
        _check_conditions(field, found, at(at(place, number), "conditions"))
    return found


def _check(field: UnitField, given: Json, here: str, depth: int) -> None:
    if field.type in CHOSEN and not field.choices:
        raise wrong(at(here, "choices"), "at least one choice is needed.")
    if field.type == "field_set":
        if len(field.fields) < 2:
            raise wrong(at(here, "fields"), "a set has at least two fields.")
        unit_fields(given["fields"], at(here, "fields"), depth + 1)
    if field.max_responses_required < field.min_responses_required:
        raise wrong(at(here, "max_responses_required"), "it is below min_responses_required.")
    if field.type in CHOSEN:
        if field.max_choices < field.min_choices:
            raise wrong(at(here, "max_choices"), "it is below min_choices.")
        values = [choice.value for choice in _leaves(field.choices)]
        if len({repr(value) for value in values}) < len(values):
            raise wrong(at(here, "choices"), "two choices have the same value.")


def _check_conditions(field: UnitField, around: Sequence[UnitField], place: str) -> None:
    known = {other.field_id for other in around}
    for number, condition in enumerate(field.conditions):
        for key, wanted in condition.items():
            inner: Mapping[str, Any] = read(wanted, dict[str, Any], at(at(place, number), key)) if key == "not" else {}
            for named in inner if key == "not" else (key,):
                if named not in known:
                    raise wrong(at(place, number), f"there is no field '{named}' beside it.")
                if named == field.field_id:
                    raise wrong(at(place, number), "a field cannot wait for itself.")


def _leaves(choices: Sequence[UnitChoice], above: str = "") -> Iterator[UnitChoice]:
    """What can be chosen, with the headings in its label."""
    for choice in choices:
        label = above + choice.label
        if choice.subchoices:
            yield from _leaves(choice.subchoices, f"{label} / ")
        else:
            yield msgspec.structs.replace(choice, label=label)


class Questionnaire:
    """Fields as questions, and answers back as values by field."""

    def __init__(self, fields: Sequence[UnitField], place: str = "fields", *, learned: Iterable[str] = ()) -> None:
        """learned: fields whose order is not told. Raises BadRequest: too many questions."""
        self.fields = fields
        self._ids = Names(learned)
        self._choices: dict[str, dict[str, Any]] = {}
        self._tests: dict[str, dict[str, str]] = {}
        self.questions = tuple(self._all(fields, "", "", None))
        if len(self.questions) > FIELDS_MAX:
            raise wrong(place, f"they make {len(self.questions)} questions, {FIELDS_MAX} at most.")

    # ------------------------------------------------------------------------------------------ to questions

    def _all(self, fields: Sequence[UnitField], path: str, before: str, outer: When | None) -> Iterator[Field]:
        """path: of the set around, in ids; before: in names; outer: when the set is asked."""
        for field in fields:
            when = _both(outer, self._when(field, fields, path))
            for turn in range(1, field.max_responses_required + 1):
                here, name = f"{path}{field.field_id}", before + field.title
                times = field.max_responses_required > 1
                needed = field.required and turn <= max(1, field.min_responses_required)
                shown = when
                if turn > max(1, field.min_responses_required):
                    switch = self._ids.slug(f"{here}{MORE}{turn}")
                    yield Field(
                        id=switch, name=title(f"{name}: one more?", "One more?"), kind=FieldKind.BOOLEAN,
                        when=_both(when, self._switch(here, turn - 1, field)),
                    )  # fmt: skip
                    shown = _both(when, When(field=switch, is_=True))
                yield from self._one(field, turn_path(here, turn), f"{name} {turn}" if times else name, shown, needed)

    def _switch(self, here: str, turn: int, field: UnitField) -> When | None:
        """The switch of an earlier turn has to be on for the next to be offered."""
        if turn <= max(1, field.min_responses_required):
            return None
        return When(field=self._ids.slug(f"{here}{MORE}{turn}"), is_=True)

    def _one(self, field: UnitField, path: str, name: str, when: When | None, needed: bool) -> Iterator[Field]:
        if field.type == "field_set":
            yield from self._all(field.fields, f"{path}{INSIDE}", f"{name} / ", when)
            return
        help = "\n".join(part for part in (field.description.strip(), field.hint.strip()) if part)[:HELP_CHARS_MAX]
        if field.type == "time_range":
            for part, words in (("start", "from, seconds"), ("end", "to, seconds")):
                id = self._ids.slug(f"{path}{INSIDE}{part}")
                yield Field(
                    id=id, name=title(f"{name}: {words}", part), kind=FieldKind.NUMBER, required=needed, when=when,
                    min=0.0, help=help,
                )  # fmt: skip
            return
        id = self._ids.slug(path)
        base = Field(
            id=id, name=title(name, field.field_id), kind=FieldKind.TEXT, required=needed, when=when, help=help
        )
        if field.type in CHOSEN:
            yield self._choice(base, field)
        elif field.type == "datetime":
            mend = "\n".join(part for part in (help, DATETIME_HELP) if part)[:HELP_CHARS_MAX]
            yield msgspec.structs.replace(base, pattern=DATETIME, help=mend)
        elif field.type == "text":
            yield base
        else:
            yield msgspec.structs.replace(base, kind=FieldKind.BOOLEAN if field.type == "boolean" else FieldKind.NUMBER)

    def _choice(self, base: Field, field: UnitField) -> Field:
        names = Names()
        values: dict[str, Any] = {}
        made: list[Option] = []
        for choice in _leaves(field.choices):
            id = names.slug(str(choice.value) if isinstance(choice.value, str) else repr(choice.value))
            values[id] = choice.value
            made.append(Option(id=id, name=title(choice.label, id)))
        self._choices[base.id] = values
        if field.max_choices > 1:
            low, high = float(field.min_choices), float(min(field.max_choices, len(made)))
            return msgspec.structs.replace(
                base, kind=FieldKind.MULTIPLE, options=tuple(made), min=min(low, high), max=high
            )
        return msgspec.structs.replace(base, kind=FieldKind.SINGLE, options=tuple(made))

    def _when(self, field: UnitField, around: Sequence[UnitField], path: str) -> When | None:
        ways: list[When] = []
        for condition in field.conditions:
            tests: list[When] = []
            for key, wanted in condition.items():
                if key == "not":
                    inner = [self._test(around, path, other, value) for other, value in wanted.items()]
                    tests.append(When(not_=inner[0] if len(inner) == 1 else When(all=tuple(inner))))
                elif isinstance(wanted, dict) and "not" in wanted:
                    tests.append(When(not_=self._test(around, path, key, wanted["not"])))  # type: ignore[arg-type]
                else:
                    tests.append(self._test(around, path, key, wanted))
            if tests:
                ways.append(tests[0] if len(tests) == 1 else When(all=tuple(tests)))
        if not ways:
            return None
        return ways[0] if len(ways) == 1 else When(any=tuple(ways))

    def _test(self, around: Sequence[UnitField], path: str, key: str, wanted: object) -> When:
        """Whether the field `key` says one of `wanted`; of a field with several answers, its first."""
        other = next(each for each in around if each.field_id == key)
        id = self._ids.slug(f"{path}{key}")
        values: list[Any] = list(wanted) if isinstance(wanted, list) else [wanted]
        if other.type in CHOSEN:
            known = {repr(choice.value): choice for choice in _leaves(other.choices)}
            for value in values:
                if repr(value) not in known:
                    raise wrong("fields", f"a condition asks for '{value}', which '{key}' does not offer.")
            return When(field=id, in_=tuple(_option_id(other, value) for value in values))
        tests = tuple(When(field=id, is_=value) for value in values)
        return tests[0] if len(tests) == 1 else When(any=tests)

    # ------------------------------------------------------------------------------------------ answers back

    def values(self, answers: Mapping[str, FieldValue]) -> dict[str, list[Any]]:
        """What was answered, by field: the value of each time it was. Fields without an answer are left out."""
        return self._said(self.fields, "", answers)

    def _said(self, fields: Sequence[UnitField], path: str, answers: Mapping[str, FieldValue]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for field in fields:
            values: list[Any] = []
            for turn in range(1, field.max_responses_required + 1):
                value = self._value(field, turn_path(f"{path}{field.field_id}", turn), answers)
                if value is not None:
                    values.append(value)
            if values:
                found[field.field_id] = values
        return found

    def _value(self, field: UnitField, path: str, answers: Mapping[str, FieldValue]) -> Any:
        if field.type == "field_set":
            inner = self._said(field.fields, f"{path}{INSIDE}", answers)
            return {key: values[0] if len(values) == 1 else values for key, values in inner.items()} or None
        if field.type == "time_range":
            ends = {part: answers.get(self._ids.slug(f"{path}{INSIDE}{part}")) for part in ("start", "end")}
            return ends if None not in ends.values() else None
        id = self._ids.slug(path)
        value = answers.get(id)
        if value is None or field.type not in CHOSEN:
            return plain(value) if isinstance(value, float | int) and not isinstance(value, bool) else value
        known = self._choices[id]
        chosen = value if isinstance(value, list) else [str(value)]
        return [known.get(option, option) for option in chosen]

    def answers(self, values: Mapping[str, Sequence[Any]], place: str) -> dict[str, FieldValue]:
        """Values by field as answers: `values` back. Raises BadRequest."""
        found: dict[str, FieldValue] = {}
        self._heard(self.fields, "", values, place, found)
        return found

    def _heard(
        self,
        fields: Sequence[UnitField],
        path: str,
        values: Mapping[str, Any],
        place: str,
        found: dict[str, FieldValue],
    ) -> None:
        known = {field.field_id: field for field in fields}
        for key, given in values.items():
            here, field = at(place, key), known.get(key)
            if field is None:
                raise wrong(here, "there is no such field.")
            listed: list[Any] = list(given) if isinstance(given, list) else [given]
            if len(listed) > field.max_responses_required:
                raise wrong(here, f"it has {len(listed)} answers, {field.max_responses_required} at most.")
            for turn, value in enumerate(listed, 1):
                if turn > max(1, field.min_responses_required):
                    found[self._ids.slug(f"{path}{key}{MORE}{turn}")] = True
                self._heard_one(field, turn_path(f"{path}{key}", turn), value, here, found)

    def _heard_one(self, field: UnitField, path: str, value: Any, place: str, found: dict[str, FieldValue]) -> None:
        if field.type == "field_set":
            self._heard(field.fields, f"{path}{INSIDE}", read(value, dict[str, Any], place), place, found)
        elif field.type == "time_range":
            for part in ("start", "end"):
                ends = read(value, dict[str, float], place)
                if part in ends:
                    found[self._ids.slug(f"{path}{INSIDE}{part}")] = ends[part]
        elif field.type in CHOSEN:
            id = self._ids.slug(path)
            by_value = {repr(each): option for option, each in self._choices[id].items()}
            chosen: list[str] = []
            for each in value if isinstance(value, list) else [value]:
                option = by_value.get(repr(each))
                if option is None:
                    raise wrong(place, f"'{each}' is not one of the choices.")
                chosen.append(option)
            if chosen:
                found[id] = chosen if field.max_choices > 1 else chosen[0]
        else:
            kind: Any = {"boolean": bool, "number": float}.get(field.type, str)
            found[self._ids.slug(path)] = read(value, kind, place)


def _option_id(field: UnitField, value: object) -> str:
    names = Names()
    ids = {
        repr(choice.value): names.slug(str(choice.value) if isinstance(choice.value, str) else repr(choice.value))
        for choice in _leaves(field.choices)
    }
    return ids[repr(value)]


def _both(first: When | None, second: When | None) -> When | None:
    """A condition that holds when both do."""
    if first is None or second is None:
        return first or second
    return When(all=(first, second))
