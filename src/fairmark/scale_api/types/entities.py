"""Spans of a text: namedentityrecognition."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.ontology.model import Annotation, ItemClass, Link, LinkType, Mark, Ontology, Source
from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types import attributes
from fairmark.scale_api.types.annotation import MARK_ID_CHARS_MAX
from fairmark.scale_api.types.model import Answer, Attachment, Json, Show
from fairmark.scale_api.types.words import COLORS, HELP_CHARS_MAX, Names, Word, title

SPAN = "span"
Offset = Annotated[int, Meta(ge=0)]


class EntityLabel(msgspec.Struct, frozen=True):
    """A label of spans. One with children is a heading and can be chosen as well."""

    name: Word
    display_name: str | None = None
    description: str = ""
    children: "list[EntityLabel]" = []
    attributes: dict[str, Any] = {}


class Relationship(msgspec.Struct, frozen=True):
    """What two spans can be to each other. Either all of a task are named, or none."""

    source_label: str
    target_label: str
    name: str | None = None
    display_name: str | None = None
    is_directed: bool = False


class EntityRecognition(msgspec.Struct, frozen=True):
    """The documented parameters of namedentityrecognition."""

    text: Annotated[str, Meta(min_length=1, max_length=1_000_000)]
    labels: Annotated[list[EntityLabel], Meta(min_length=1)]
    relationships: list[Relationship] = []
    merge_newlines: bool = False
    attachments: list[Any] = []
    hypothesis: dict[str, Any] | None = None


class SpanSaid(msgspec.Struct, frozen=True):
    """A span of a response: code points, the end exclusive."""

    start: Offset
    end: Offset
    label: str
    id: str = ""
    attributes: dict[str, Any] = {}


class RelationSaid(msgspec.Struct, frozen=True):
    """A relationship of a response."""

    source_ref: str
    target_ref: str
    id: str = ""
    name: str | None = None


class EntityTask:
    """namedentityrecognition."""

    modality = "text"
    overlap = 1
    lacking = None

    def __init__(self, params: Json) -> None:
        """Raises BadRequest."""
        given = read(params, EntityRecognition)
        self.text = given.text
        self.names = Names()
        self.fields: dict[str, attributes.Fields] = {}
        self.class_ids: dict[str, str] = {}
        self.classes = tuple(self._classes(given.labels, "labels", None))
        self.relations: dict[str, Relationship] = {}
        self.links = tuple(self._links(given.relationships))
        self.ontology = Ontology(classes=self.classes, links=self.links)
        self.attachments = [Attachment(Show.TEXT, given.text, "text")]

    def _classes(self, labels: list[EntityLabel], place: str, parent: str | None) -> Iterator[ItemClass]:
        for number, label in enumerate(labels):
            here = at(place, number)
            if label.name in self.class_ids:
                raise wrong(at(here, "name"), f"the label '{label.name}' is named twice.")
            id = self.class_ids[label.name] = self.names.slug(label.name)
            given = attributes.definitions(label.attributes, at(here, "attributes"))
            self.fields[id] = attributes.fields_of(given, at(here, "attributes"))
            yield ItemClass(
                id=id, name=title(label.display_name or label.name, label.name), marks=(SPAN,), parent=parent,
                color=COLORS[(len(self.class_ids) - 1) % len(COLORS)], help=label.description[:HELP_CHARS_MAX],
                attributes=attributes.for_label(self.fields[id], label.name),
            )  # fmt: skip
            yield from self._classes(label.children, at(here, "children"), id)

    def _links(self, relationships: list[Relationship]) -> Iterator[LinkType]:
        names = Names()
        named = [each.name is not None or each.display_name is not None for each in relationships]
        for number, each in enumerate(relationships):
            here = at("relationships", number)
            for member in ("name", "display_name"):
                if any(named) and not getattr(each, member):
                    raise wrong(at(here, member), "it is missing, and other relationships are named.")
            for member in ("source_label", "target_label"):
                if (label := getattr(each, member)) not in self.class_ids:
                    raise wrong(at(here, member), f"there is no label '{label}'.")
            id = names.slug(each.name or f"{each.source_label} {each.target_label}")
            if id in self.relations:
                raise wrong(at(here, "name"), f"the relationship '{each.name}' is named twice.")
            self.relations[id] = each
            yield LinkType(
                id=id, name=title(each.display_name or f"{each.source_label} - {each.target_label}", "relationship"),
                from_=(self.class_ids[each.source_label],), to=(self.class_ids[each.target_label],),
                directed=each.is_directed,
            )  # fmt: skip

    def response(self, answer: Answer, seed: str) -> Json:
        spans: list[Json] = []
        for mark in sorted(answer.annotation.marks, key=lambda mark: (mark.geometry["start"], mark.geometry["end"])):
            start, end = int(mark.geometry["start"]), int(mark.geometry["end"])
            span: Json = {"id": mark.id, "start": start, "end": end, "text": self.text[start:end]}
            span["label"] = self.names.word(mark.class_)
            if mark.attributes and mark.class_ in self.fields:
                span["attributes"] = self.fields[mark.class_].values(mark.attributes)
            spans.append(span)
        return {"annotations": spans, "relationships": [self._relation(link) for link in answer.annotation.links]}

    def _relation(self, link: Link) -> Json:
        said: Json = {"id": link.id, "source_ref": link.from_, "target_ref": link.to}
        known = self.relations.get(link.type)
        return said | ({"name": known.name} if known is not None and known.name else {})

    def annotation(self, response: Json, place: str, source: Source = Source.PREDICTION) -> Annotation:
        marks: list[Mark] = []
        where = at(place, "annotations")
        for number, span in enumerate(read(response.get("annotations") or [], list[SpanSaid], where)):
            here = at(where, number)
            class_id = self.class_ids.get(span.label)
            if class_id is None:
                raise wrong(at(here, "label"), f"'{span.label}' is not one of the labels.")
            if not span.start < span.end <= len(self.text):
                raise wrong(at(here, "end"), f"a place after {span.start} and up to {len(self.text)} is wanted.")
            values, _ = self.fields[class_id].read(span.attributes, at(here, "attributes"))
            id = span.id[:MARK_ID_CHARS_MAX] or f"n{number}"
            geometry: Json = {"start": span.start, "end": span.end}
            marks.append(Mark(id=id, kind=SPAN, class_=class_id, geometry=geometry, attributes=values, source=source))
        return Annotation(marks=tuple(marks), links=tuple(self._heard_links(response, place, marks)))

    def _heard_links(self, response: Json, place: str, marks: list[Mark]) -> Iterator[Link]:
        classes = {mark.id: mark.class_ for mark in marks}
        where = at(place, "relationships")
        for number, said in enumerate(read(response.get("relationships") or [], list[RelationSaid], where)):
            here = at(where, number)
            for member in ("source_ref", "target_ref"):
                if getattr(said, member) not in classes:
                    raise wrong(at(here, member), f"there is no annotation '{getattr(said, member)}'.")
            ends = (classes[said.source_ref], classes[said.target_ref])
            type = next((id for id, each in self.relations.items() if self._fits(each, said, ends)), None)
            if type is None:
                raise wrong(here, "no relationship of the task joins these.")
            yield Link(said.id[:MARK_ID_CHARS_MAX] or f"r{number}", type, said.source_ref, said.target_ref)

    def _fits(self, each: Relationship, said: RelationSaid, ends: tuple[str, str]) -> bool:
        if said.name is not None and said.name != each.name:
            return False
        own = (self.class_ids[each.source_label], self.class_ids[each.target_label])
        return ends == own or (not each.is_directed and ends[::-1] == own)
