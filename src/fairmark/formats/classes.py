"""From the names that a file uses to the classes and fields of an ontology, known or inferred."""

from colorsys import hls_to_rgb
from typing import Any

import msgspec

from fairmark.formats.model import OverLimit
from fairmark.formats.names import class_names, is_slug, slug_of, title_of
from fairmark.formats.skeletons import SKELETON, Pose, geometry_pose, posed, told_skeleton
from fairmark.ontology.model import (
    CLASSES_MAX,
    FIELDS_MAX,
    Annotation,
    Field,
    FieldKind,
    FieldValue,
    ItemClass,
    LinkType,
    Ontology,
    Option,
    Skeleton,
)

CHOICES_MAX = 20
"""Different values up to which a text is taken for a choice."""
OPTIONS_MAX = 500

_GOLDEN = 0.618033988749895


class FieldTable:
    """The fields of one class, or the questions of the item: known ones, and those that the values suggest."""

    def __init__(self, known: tuple[Field, ...]) -> None:
        self._known = known
        self._ids: dict[str, str] = {}
        self._fields: dict[str, _FieldGuess | Field] = {field.id: field for field in known}

    def see(self, name: str, value: Any) -> tuple[str, FieldValue] | None:
        """The field's id and the value as it can hold it; None for null, nested or mixed values and past FIELDS_MAX."""
        id = self._ids.get(name)
        if id is None:
            id = self._enter(name)
        field = self._fields.get(id)
        if field is None:
            return None
        held = _known_value(field, value) if isinstance(field, Field) else field.see(value)
        return None if held is None else (id, held)

    def known(self, name: str) -> Field | None:
        """The field of the caller's ontology that a file calls `name`."""
        return next((field for field in self._known if name in (field.id, field.name)), None)

    def fields(self) -> tuple[Field, ...]:
        """Known fields as they were, then the new ones in the order of their coming."""
        guesses = ((id, guess) for id, guess in self._fields.items() if isinstance(guess, _FieldGuess))
        return self._known + tuple(guess.field(id) for id, guess in guesses if guess.kinds)

    def _enter(self, name: str) -> str:
        for field in self._known:
            if name in (field.id, field.name):
                self._ids[name] = field.id
                return field.id
        if len(self._fields) >= FIELDS_MAX:
            return ""
        id = slug_of(name, self._fields)
        self._ids[name] = id
        self._fields[id] = _FieldGuess(title_of(name))
        return id


class _FieldGuess:
    """What the values of one field have in common."""

    def __init__(self, title: str) -> None:
        self.kinds: set[FieldKind] = set()
        self._title = title
        self._choices: dict[str, str] = {}
        self._open = False

    def see(self, value: Any) -> FieldValue | None:
        if isinstance(value, bool):
            self.kinds.add(FieldKind.BOOLEAN)
            return value
        if isinstance(value, int | float):
            self.kinds.add(FieldKind.NUMBER)
            return float(value)
        if isinstance(value, str):
            self.kinds.add(FieldKind.SINGLE)
            self._choose(value, CHOICES_MAX)
            return value
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            self.kinds.add(FieldKind.MULTIPLE)
            return [self._option(each) for each in value]
        return None

    def field(self, id: str) -> Field:
        """The narrowest kind that holds all values seen; text where they do not agree."""
        kind = next(iter(self.kinds)) if len(self.kinds) == 1 else FieldKind.TEXT
        if kind is FieldKind.SINGLE and (self._open or not all(is_slug(choice) for choice in self._choices)):
            kind = FieldKind.TEXT
        if kind not in (FieldKind.SINGLE, FieldKind.MULTIPLE):
            return Field(id, self._title, kind)
        return Field(id, self._title, kind, tuple(Option(key, title) for key, title in self._choices.items()))

    def _choose(self, value: str, limit: int) -> None:
        if value not in self._choices:
            if len(self._choices) < limit:
                self._choices[value] = title_of(value)
            else:
                self._open = True

    def _option(self, value: str) -> str:
        slug = slug_of(value)
        if slug not in self._choices and len(self._choices) < OPTIONS_MAX:
            self._choices[slug] = title_of(value)
        return slug


def _known_value(field: Field, value: Any) -> FieldValue | None:
    """`value` for a field that exists: the id of an option where the file has its name, numbers as floats."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        return _option_id(field, value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [_option_id(field, each) for each in value]
    return None


def _option_id(field: Field, value: str) -> str:
    for option in field.options:
        if value == option.id:
            return value
    for option in field.options:
        if value == option.name:
            return option.id
    return value


class _ClassRow:
    def __init__(self, id: str, name: str, known: ItemClass | None) -> None:
        self.id = id
        self.name = name
        self.known = known
        self.kinds: dict[str, None] = dict.fromkeys(known.marks if known else ())
        self.instances = True
        self.attributes = FieldTable(known.attributes if known else ())
        self.skeleton = known.skeleton if known else None
        self.is_posed = known is not None
        self.parent: str | None = None


class ClassTable:
    """Classes by the names that a file calls them.

    A name is matched, in this order, with what an export would call a class, its title, its id, and its title in any
    case. What matches nothing becomes a new class: the name is its title, and its id is made from it.
    """

    def __init__(self, known: Ontology | None, file: str) -> None:
        self._base = known or Ontology()
        self._file = file
        self._rows: dict[str, _ClassRow] = {each.id: _ClassRow(each.id, each.name, each) for each in self._base.classes}
        self._ids: dict[str, str] = {}
        self._questions = FieldTable(self._base.questions)
        self._links: dict[str, LinkType] = {link.id: link for link in self._base.links}
        names = class_names(self._base.classes)
        self._folded: dict[str, str] = {}
        for id, name in names.items():
            self._ids[name] = id
        for each in self._base.classes:
            self._ids.setdefault(each.name, each.id)
            self._ids.setdefault(each.id, each.id)
            self._folded.setdefault(each.name.casefold(), each.id)

    def id_of(self, name: str) -> str:
        """The class that the file calls `name`. Raises OverLimit past CLASSES_MAX classes."""
        id = self._ids.get(name)
        if id is None:
            title = title_of(name)
            id = self._ids.get(title) or self._folded.get(title.casefold()) or self._new(title)
            self._ids[name] = id
        return id

    def saw(self, id: str, kind: str) -> None:
        """Notes that marks of this kind have this class."""
        self._rows[id].kinds[kind] = None

    def is_stuff(self, id: str) -> None:
        """Notes that the file says of a class that it is stuff. What the caller's ontology says of it stays."""
        self._rows[id].instances = False

    def is_below(self, id: str, parent: str) -> None:
        """Notes which class a new one is a kind of. The first that the file tells stays, and no class is its own
        ancestor."""
        row = self._rows[id]
        above: str | None = parent
        while above in self._rows and above != id:
            known = self._rows[above].known
            above = known.parent if known else self._rows[above].parent
        if row.known is None and row.parent is None and above != id:
            row.parent = parent

    def takes(self, id: str, kind: str) -> bool:
        """Whether marks of this kind may have this class: a class of the caller's ontology says which, a new one takes
        any."""
        known = self._rows[id].known
        return known is None or kind in known.marks

    def skeleton(self, id: str) -> Skeleton | None:
        """Which points the skeletons of a class have, as far as it is known."""
        return self._rows[id].skeleton

    def learn_skeleton(self, id: str, skeleton: Skeleton | None, *, is_posed: bool = False) -> None:
        """Notes what the file says of the points of a class; is_posed: their default pose too. A class of the caller's
        ontology, and one that has them already, keep what they have."""
        row = self._rows[id]
        if row.known is None and row.skeleton is None:
            row.skeleton, row.is_posed = skeleton, is_posed

    def saw_pose(self, id: str, pose: Pose) -> None:
        """Notes how marks of a new class stand: the first whole one is the pose that it begins with."""
        row = self._rows[id]
        if row.is_posed or row.skeleton is None:
            return
        if (stands := posed(row.skeleton, pose)) is not None:
            row.skeleton, row.is_posed = stands, True

    def attribute(self, id: str, name: str, value: Any) -> tuple[str, FieldValue] | None:
        """An attribute of a mark of class `id`: see FieldTable.see."""
        return self._rows[id].attributes.see(name, value)

    def question(self, name: str, value: Any) -> tuple[str, FieldValue] | None:
        """An answer to a question about the item: see FieldTable.see."""
        return self._questions.see(name, value)

    def known_question(self, name: str) -> Field | None:
        """The question of the caller's ontology that a file calls `name`."""
        return self._questions.known(name)

    def link(self, name: str) -> str:
        """The type of link that the file calls `name`."""
        for link in self._links.values():
            if name in (link.id, link.name):
                return link.id
        id = slug_of(name, self._links)
        self._links[id] = LinkType(id, title_of(name))
        return id

    def known_attribute(self, id: str, name: str) -> Field | None:
        """The attribute that class `id` has in the caller's ontology and a file calls `name`."""
        return self._rows[id].attributes.known(name)

    def learn(self, annotation: Annotation) -> None:
        """Notes the classes, attributes, questions and links of a document whose names are ids already."""
        for mark in annotation.marks:
            if mark.class_ not in self._rows:
                self._new(mark.class_)
            row = self._rows[mark.class_]
            row.kinds[mark.kind] = None
            if mark.kind == SKELETON and row.skeleton is None and (pose := geometry_pose(mark)):
                self.learn_skeleton(mark.class_, told_skeleton([f"Point {n + 1}" for n in range(len(pose))]))
                self.saw_pose(mark.class_, pose)
            for name, value in mark.attributes.items():
                row.attributes.see(name, value)
        for name, value in annotation.answers.items():
            self._questions.see(name, value)
        for link in annotation.links:
            if link.type not in self._links:
                self._links[link.type] = LinkType(link.type, title_of(link.type))

    def ontology(self) -> Ontology:
        """The known ontology with all that was added to it."""
        classes = tuple(self._class(row, place) for place, row in enumerate(self._rows.values()))
        return msgspec.structs.replace(
            self._base, classes=classes, questions=self._questions.fields(), links=tuple(self._links.values())
        )

    def _new(self, title: str) -> str:
        if len(self._rows) >= CLASSES_MAX:
            raise OverLimit(
                f"{self._file} names more than {CLASSES_MAX} classes.", file=self._file, mend="Check the class names."
            )
        id = slug_of(title, self._rows)
        self._rows[id] = _ClassRow(id, title, None)
        return id

    def _class(self, row: _ClassRow, place: int) -> ItemClass:
        marks, attributes = tuple(row.kinds) or ("box",), row.attributes.fields()
        if row.known is not None:
            return msgspec.structs.replace(row.known, marks=marks, attributes=attributes)
        skeleton = row.skeleton if SKELETON in marks else None
        return ItemClass(
            row.id, row.name, _color(place), marks,
            attributes=attributes, parent=row.parent, instances=row.instances, skeleton=skeleton,
        )  # fmt: skip


def _color(place: int) -> str:
    """Colours that differ most from their neighbours in the list: hues a golden section apart."""
    red, green, blue = hls_to_rgb(place * _GOLDEN % 1.0, 0.5, 0.65)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
