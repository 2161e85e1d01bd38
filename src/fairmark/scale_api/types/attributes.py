"""Attributes of marks and of whole items: Scale's definitions as fields of an ontology, and their values back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from fairmark.ontology.model import Field, FieldKind, FieldValue, LinkType, Option, When
from fairmark.scale_api.shapes import at, entries, read, wrong
from fairmark.scale_api.types.words import HELP_CHARS_MAX, Label, Names, distinct, options, plain, title

Json = dict[str, Any]
ANGLE_MAX = 360.0


class LabelCondition(msgspec.Struct, frozen=True):
    """Holds for marks of this label, or of one of these."""

    label: str | list[str]


class Conditions(msgspec.Struct, frozen=True):
    """When an attribute is asked. Of the listed attribute conditions one has to hold; all keys of one together."""

    label_condition: LabelCondition | None = None
    attribute_conditions: list[dict[str, str | list[str]]] = []


class AttributeDefinition(msgspec.Struct, frozen=True):
    """One of `annotation_attributes` or `global_attributes`. required: None follows the type."""

    type: Literal["category", "number", "angle", "text", "linked"] = "category"
    description: str = ""
    choices: list[Label] = []
    allow_multiple: bool = False
    min: float | None = None
    max: float | None = None
    step: float = 1
    allowed_labels: list[str] = []
    required: bool | None = None
    conditions: Conditions | list[Conditions] | None = None


Definitions = dict[str, AttributeDefinition]


def definitions(value: object, place: str) -> Definitions:
    """The definitions by key, each sound in itself. Raises BadRequest."""
    found = entries(value, AttributeDefinition, place)
    for key, definition in found.items():
        here = at(place, key)
        if definition.type == "category":
            distinct(definition.choices, at(here, "choices"))
        if definition.type == "number" and not definition.step > 0:
            raise wrong(at(here, "step"), "a step has to be above 0.")
        low, high = definition.min, definition.max
        if low is not None and high is not None and low > high:
            raise wrong(at(here, "min"), f"{low:g} is above max, {high:g}.")
        for number, condition in enumerate(_listed(definition)):
            for keys in condition.attribute_conditions:
                for other in keys:
                    if other not in found:
                        where = at(at(here, "conditions"), number) if number else at(here, "conditions")
                        raise wrong(at(where, "attribute_conditions"), f"there is no attribute '{other}'.")
    return found


def _listed(definition: AttributeDefinition) -> list[Conditions]:
    if definition.conditions is None:
        return []
    return definition.conditions if isinstance(definition.conditions, list) else [definition.conditions]


@dataclass(slots=True)
class Fields:
    """The fields of one place, and the words behind their ids. links: attributes that name another mark."""

    place: str
    given: Definitions
    keys: Names
    asked: list[Field] = field(default_factory=list[Field])
    linked: dict[str, str] = field(default_factory=dict[str, str])
    choices: dict[str, Names] = field(default_factory=dict[str, Names])

    def values(self, values: Mapping[str, FieldValue]) -> Json:
        """Values of the ontology's fields in Scale's words."""
        return {self.keys.word(id): self._said(id, value) for id, value in values.items()}

    def _said(self, id: str, value: FieldValue) -> Any:
        names = self.choices.get(id)
        if isinstance(value, bool) or names is None:
            return plain(value) if isinstance(value, float | int) and not isinstance(value, bool) else value
        if isinstance(value, list):
            return [names.word(option) for option in value]
        return names.word(value) if isinstance(value, str) else value

    def read(self, values: object, place: str) -> tuple[dict[str, FieldValue], dict[str, str]]:
        """Scale's values as values of the fields, and the marks that linked attributes name. Raises BadRequest."""
        found: dict[str, FieldValue] = {}
        links: dict[str, str] = {}
        for key, value in read(values, dict[str, Any], place).items():
            here, definition = at(place, key), self.given.get(key)
            if definition is None:
                raise wrong(here, "there is no such attribute.")
            if value is None:
                continue
            if definition.type == "linked":
                links[self.linked[key]] = read(value, str, here)
            else:
                found[self.keys.slug(key)] = self._value(key, definition, value, here)
        return found, links

    def _value(self, key: str, definition: AttributeDefinition, value: object, place: str) -> FieldValue:
        if definition.type == "text":
            return read(value, str, place)
        if definition.type in ("number", "angle"):
            return read(value, float, place)
        wanted = read(value, list[str], place) if definition.allow_multiple else [read(value, str, place)]
        names = self.choices[self.keys.slug(key)]
        chosen: list[str] = []
        for choice in wanted:
            option = names.known(choice)
            if option is None:
                raise wrong(place, f"'{choice}' is not one of the choices.")
            chosen.append(option)
        return chosen if definition.allow_multiple else chosen[0]


def fields_of(given: Definitions, place: str) -> Fields:
    """The definitions of one place as fields; those of marks are narrowed to a label by `for_label`."""
    fields = Fields(place, given, Names(given))
    for key, definition in given.items():
        id = fields.keys.slug(key)
        made: tuple[Option, ...] = ()
        if definition.type == "category":
            fields.choices[id] = Names()
            made = options(distinct(definition.choices, at(at(place, key), "choices")), fields.choices[id])
        if definition.type != "linked":
            fields.asked.append(_field(id, key, definition, made))
    # Conditions come second: they may name attributes that stand further down.
    fields.asked = [
        msgspec.structs.replace(each, when=_when(fields, fields.keys.word(each.id), set(given)))
        for each in fields.asked
    ]
    return fields


def for_label(fields: Fields, label: str) -> tuple[Field, ...]:
    """The fields that marks of `label` carry."""
    here = {key for key, definition in fields.given.items() if applies(definition, label)}
    kept: list[Field] = []
    for each in fields.asked:
        key = fields.keys.word(each.id)
        if key not in here:
            continue
        when = _when(fields, key, here, label)
        if when is None and _asks_others(fields.given[key], label):
            continue  # every condition names an attribute that this label does not have
        kept.append(msgspec.structs.replace(each, when=when))
    return tuple(kept)


def applies(definition: AttributeDefinition, label: str) -> bool:
    """Whether marks of `label` can have the attribute at all."""
    conditions = _listed(definition)
    return not conditions or any(_names(condition, label) for condition in conditions)


def labels_named(definition: AttributeDefinition) -> list[str]:
    """The labels that its conditions name."""
    found: list[str] = []
    for condition in _listed(definition):
        if condition.label_condition is not None:
            wanted = condition.label_condition.label
            found += [wanted] if isinstance(wanted, str) else wanted
    return found


def _names(condition: Conditions, label: str) -> bool:
    if condition.label_condition is None:
        return True
    wanted = condition.label_condition.label
    return label == wanted if isinstance(wanted, str) else label in wanted


def _asks_others(definition: AttributeDefinition, label: str) -> bool:
    conditions = [each for each in _listed(definition) if _names(each, label)]
    return bool(conditions) and all(each.attribute_conditions for each in conditions)


def _when(fields: Fields, key: str, here: set[str], label: str | None = None) -> When | None:
    """The condition under which `key` is asked, among the attributes `here`; None: always, or it cannot be said."""
    ways: list[When] = []
    for condition in _listed(fields.given[key]):
        if label is not None and not _names(condition, label):
            continue
        if not condition.attribute_conditions:
            return None
        for keys in condition.attribute_conditions:
            if set(keys) <= here:
                tests = tuple(_test(fields, other, wanted) for other, wanted in keys.items())
                ways.append(tests[0] if len(tests) == 1 else When(all=tests))
    if not ways:
        return None
    return ways[0] if len(ways) == 1 else When(any=tuple(ways))


def _test(fields: Fields, key: str, wanted: str | Sequence[str]) -> When:
    id = fields.keys.slug(key)
    values = [wanted] if isinstance(wanted, str) else list(wanted)
    names = fields.choices.get(id)
    if names is None:
        tests = tuple(When(field=id, is_=value) for value in values)
        return tests[0] if len(tests) == 1 else When(any=tests)
    chosen: list[str] = []
    for value in values:
        option = names.known(value)
        if option is None:
            raise wrong(at(fields.place, key), f"a condition names '{value}', which is not one of its choices.")
        chosen.append(option)
    return When(field=id, in_=tuple(chosen))


def _field(id: str, key: str, definition: AttributeDefinition, made: tuple[Option, ...]) -> Field:
    name, help = title(definition.description, key), ""
    if definition.description and title(definition.description, key) != definition.description.strip():
        help = definition.description[:HELP_CHARS_MAX]
    required = definition.type != "text" if definition.required is None else definition.required
    if definition.type == "category":
        kind = FieldKind.MULTIPLE if definition.allow_multiple else FieldKind.SINGLE
        return Field(id=id, name=name, kind=kind, options=made, required=required, help=help)
    if definition.type == "text":
        return Field(id=id, name=name, kind=FieldKind.TEXT, required=required, help=help)
    if definition.type == "angle":
        return Field(id=id, name=name, kind=FieldKind.NUMBER, min=0.0, max=ANGLE_MAX, required=required, help=help)
    return Field(
        id=id, name=name, kind=FieldKind.NUMBER, min=definition.min, max=definition.max, step=definition.step,
        required=required, help=help,
    )  # fmt: skip


def link_types(fields: Fields, classes: Mapping[str, str], names: Names) -> list[LinkType]:
    """A link type for each linked attribute. classes: label -> class id. names: of all link types."""
    made: list[LinkType] = []
    for key, definition in fields.given.items():
        if definition.type != "linked":
            continue
        for label in definition.allowed_labels:
            if label not in classes:
                raise wrong(at(at(fields.place, key), "allowed_labels"), f"there is no label '{label}'.")
        id = fields.linked[key] = names.slug(f"attribute {key}")
        from_ = tuple(class_id for label, class_id in classes.items() if applies(definition, label))
        to = tuple(classes[label] for label in definition.allowed_labels)
        made.append(LinkType(id=id, name=title(definition.description, key), from_=from_, to=to))
    return made
