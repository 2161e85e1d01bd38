"""Marks on an image: imageannotation, and the older types that knew one kind of mark each."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.ontology.model import Annotation, ItemClass, Link, Mark, Ontology, Source
from fairmark.scale_api.model import BadRequest
from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types import attributes, geometries, links
from fairmark.scale_api.types.geometries import GEOMETRIES, GeometryKind, GeometrySpec
from fairmark.scale_api.types.model import Answer, Attachment, Json, Show
from fairmark.scale_api.types.words import COLORS, HELP_CHARS_MAX, Label, Names, distinct, plain, title, uuid_of

Padding = Annotated[float, Meta(ge=0)]
MARK_ID_CHARS_MAX = 64


class ImageAnnotation(msgspec.Struct, frozen=True):
    """The documented parameters of imageannotation."""

    attachment: Annotated[str, Meta(min_length=1)]
    geometries: dict[str, Any]
    attachment_type: str = "image"
    annotation_attributes: dict[str, Any] = {}
    global_attributes: dict[str, Any] = {}
    links: dict[str, Any] = {}
    layers: dict[str, Any] = {}
    padding: Padding | None = None
    paddingX: Padding | None = None  # noqa: N815 - the wire's word
    paddingY: Padding | None = None  # noqa: N815 - the wire's word
    hypothesis: dict[str, Any] | None = None


class OldAnnotation(msgspec.Struct, frozen=True):
    """The documented parameters of the older types. Sizes came as texts from some clients."""

    attachment: Annotated[str, Meta(min_length=1)]
    objects_to_annotate: Annotated[list[Label], Meta(min_length=1)]
    attachment_type: str = "image"
    with_labels: bool = False
    min_width: float | str = 0
    min_height: float | str = 0
    min_annotations: Annotated[int, Meta(ge=0)] = 0
    max_annotations: Annotated[int, Meta(ge=0)] = 0
    splines: bool = False
    examples: list[Any] = []
    layers: dict[str, Any] = {}
    hypothesis: dict[str, Any] | None = None


class MarkSaid(msgspec.Struct, frozen=True):
    """What every mark of a response says beside its geometry."""

    label: str
    type: str = ""
    uuid: str = ""
    attributes: dict[str, Any] = {}


class LinkSaid(msgspec.Struct, frozen=True):
    """A link of a response."""

    from_: str = msgspec.field(name="from")
    to: str
    label: str = ""
    uuid: str = ""


class Marks:
    """Labels as classes with their kinds, attributes and links; and annotations both ways."""

    def __init__(
        self,
        specs: Mapping[str, GeometrySpec],
        places: Mapping[str, str],
        given: attributes.Definitions,
        rules: links.Rules,
    ) -> None:
        """places: where the labels of each kind stand in the request. Raises BadRequest."""
        self.specs = specs
        self.fields = attributes.fields_of(given, "annotation_attributes")
        self.labels = Names()
        self.links = Names((*rules, *(f"attribute {key}" for key in given)))
        kinds: dict[str, list[str]] = {}
        limits = {geometries.mark_kind(kind, spec): geometries.limits(spec) for kind, spec in specs.items()}
        names: dict[str, tuple[str, str]] = {}
        for kind in (name for name in GEOMETRIES if name in specs):
            spec = specs[kind]
            for leaf in distinct(spec.objects_to_annotate, places[kind]):
                kinds.setdefault(leaf.choice, []).append(geometries.mark_kind(kind, spec))
                names.setdefault(leaf.choice, (leaf.name, leaf.help))
        _check_labels(given, kinds)
        self.class_ids = {label: self.labels.slug(label) for label in kinds}
        self.classes = tuple(
            ItemClass(
                id=self.class_ids[label], name=title(names[label][0], label), color=COLORS[number % len(COLORS)],
                marks=tuple(kinds[label]), help=names[label][1][:HELP_CHARS_MAX],
                attributes=attributes.for_label(self.fields, label),
                limits={kind: asked for kind in kinds[label] if (asked := limits[kind]) is not None},
            )
            for number, label in enumerate(kinds)
        )  # fmt: skip
        self.link_types = (
            *links.link_types(rules, self.class_ids, self.links, "links"),
            *attributes.link_types(self.fields, self.class_ids, self.links),
        )

    def said(self, annotation: Annotation, seed: str) -> tuple[list[Json], list[Json]]:
        """The marks and links of an annotation in Scale's words; links that are attributes become such."""
        ids = {mark.id: uuid_of(seed, mark.id) for mark in annotation.marks}
        named: dict[str, Json] = {}
        joined: list[Json] = []
        attribute_of = {id: key for key, id in self.fields.linked.items()}
        for link in annotation.links:
            if link.type in attribute_of:
                named.setdefault(link.from_, {})[attribute_of[link.type]] = ids[link.to]
            else:
                label = links.label_of(self.links.word(link.type))
                joined.append({"label": label, "from": ids[link.from_], "to": ids[link.to]})
        marks: list[Json] = []
        for mark in annotation.marks:
            kind = geometries.by_mark(mark.kind)
            if kind is None:
                continue
            values = self.fields.values(mark.attributes) | named.get(mark.id, {})
            # A polygon of several parts and points drawn together are one mark here, and one annotation each there.
            for number, geometry in enumerate(kind.said(mark.geometry, self.specs.get(kind.name))):
                id = uuid_of(seed, f"{mark.id}/{number}") if number else ids[mark.id]
                marks.append(
                    {"uuid": id, "type": kind.name, "label": self.labels.word(mark.class_)}
                    | geometry
                    | {"attributes": values}
                )
        return marks, joined

    def heard(self, marks: object, joined: object, place: str, source: Source) -> tuple[list[Mark], list[Link]]:
        """Marks and links of a response as those of an annotation. Raises BadRequest."""
        found: list[Mark] = []
        ends: list[Link] = []
        for number, said in enumerate(read(marks, list[dict[str, Any]], at(place, "annotations"))):
            here = at(at(place, "annotations"), number)
            plain_said = read(said, MarkSaid, here)
            id = plain_said.uuid[:MARK_ID_CHARS_MAX] or f"m{number}"
            values, others = self.fields.read(plain_said.attributes, at(here, "attributes"))
            kind = self._kind(plain_said, here)
            spec = self.specs[kind.name]
            found.append(
                Mark(
                    id=id, kind=geometries.mark_kind(kind.name, spec), class_=self.class_ids[plain_said.label],
                    attributes=values, source=source, geometry=kind.heard(said, spec, here),
                )
            )  # fmt: skip
            ends += [Link(f"a{number}-{type}", type, id, to) for type, to in others.items()]
        for number, said in enumerate(read(joined, list[dict[str, Any]], at(place, "links"))):
            link = read(said, LinkSaid, at(at(place, "links"), number))
            type = self.links.known(link.label) or next((each.id for each in self.link_types), None)
            if type is None:
                raise wrong(at(at(place, "links"), number), f"there is no link '{link.label}'.")
            ends.append(Link(link.uuid[:MARK_ID_CHARS_MAX] or f"l{number}", type, link.from_, link.to))
        known = {mark.id for mark in found}
        for link in ends:
            for end in (link.from_, link.to):
                if end not in known:
                    raise wrong(at(place, "links"), f"there is no annotation '{end}'.")
        return found, ends

    def _kind(self, said: MarkSaid, place: str) -> GeometryKind:
        if said.label not in self.class_ids:
            raise wrong(at(place, "label"), f"'{said.label}' is not one of the labels.")
        name = said.type or next(iter(self.specs))
        if name not in self.specs:
            raise wrong(at(place, "type"), f"'{name}' is not one of the geometries asked for.")
        return GEOMETRIES[name]


def _check_labels(given: attributes.Definitions, kinds: Mapping[str, Sequence[str]]) -> None:
    for key, definition in given.items():
        for label in attributes.labels_named(definition):
            if label not in kinds:
                place = at(at(at("annotation_attributes", key), "conditions"), "label_condition")
                raise wrong(place, f"there is no label '{label}'.")


class ImageTask:
    """imageannotation."""

    modality = "image"
    overlap = 1

    def __init__(self, params: Json) -> None:
        """Raises BadRequest, and NotEnabled for a geometry that nobody can draw."""
        given = read(params, ImageAnnotation)
        specs = geometries.geometry_specs(given.geometries, "geometries")
        definitions = attributes.definitions(given.annotation_attributes, "annotation_attributes")
        wanted = attributes.definitions(given.global_attributes, "global_attributes")
        places = {kind: at(at("geometries", kind), "objects_to_annotate") for kind in specs}
        self.marks = Marks(specs, places, definitions, links.link_rules(given.links, "links"))
        self.questions = attributes.fields_of(wanted, "global_attributes")
        self.lacking = geometries.lacking(specs)
        self.ontology = Ontology(
            classes=self.marks.classes, questions=tuple(self.questions.asked), links=tuple(self.marks.link_types)
        )
        self.attachments = [Attachment(Show.IMAGE, given.attachment)]

    def response(self, answer: Answer, seed: str) -> Json:
        marks, joined = self.marks.said(answer.annotation, seed)
        return {
            "annotations": marks,
            "global_attributes": self.questions.values(answer.annotation.answers),
            "links": joined,
        }

    def annotation(self, response: Json, place: str, source: Source = Source.PREDICTION) -> Annotation:
        marks, ends = self.marks.heard(response.get("annotations") or [], response.get("links") or [], place, source)
        said = response.get("global_attributes") or {}
        answers, _ = self.questions.read(said, at(place, "global_attributes"))
        return Annotation(marks=tuple(marks), answers=answers, links=tuple(ends))


class OldTask:
    """annotation, polygonannotation, lineannotation, pointannotation, cuboidannotation: one kind of mark each."""

    modality = "image"
    overlap = 1

    def __init__(self, params: Json, kind: str) -> None:
        """kind: of geometry. Raises BadRequest."""
        given = read(params, OldAnnotation)
        own: Json = {"objects_to_annotate": params["objects_to_annotate"]}
        for side in ("min_width", "min_height"):
            least = _side(getattr(given, side), side)
            if kind in ("box", "cuboid"):
                own[side] = least
        spec = read(own, GEOMETRIES[kind].spec)
        self.marks = Marks({kind: spec}, {kind: "objects_to_annotate"}, {}, {})
        self.lacking = geometries.lacking({kind: spec})
        self.ontology = Ontology(classes=_counted(self.marks.classes, given))
        self.attachments = [Attachment(Show.IMAGE, given.attachment)]

    def response(self, answer: Answer, seed: str) -> Json:
        marks, _ = self.marks.said(answer.annotation, seed)
        return {
            "annotations": [
                {key: value for key, value in mark.items() if key not in ("uuid", "type", "attributes", "label")}
                | {"label": mark["label"]}
                for mark in marks
            ]
        }

    def annotation(self, response: Json, place: str, source: Source = Source.PREDICTION) -> Annotation:
        marks, _ = self.marks.heard(response.get("annotations") or [], [], place, source)
        return Annotation(marks=tuple(marks))


def _counted(classes: Sequence[ItemClass], given: OldAnnotation) -> tuple[ItemClass, ...]:
    """The classes with how many marks there may be: of all together, which for one label is of this one. Of several,
    each may have as many as there may be of all. Raises BadRequest."""
    most = given.max_annotations or None
    if most is not None and most < given.min_annotations:
        raise wrong("max_annotations", f"it is below min_annotations, {given.min_annotations}.")
    least = given.min_annotations if len(classes) == 1 else 0
    return tuple(msgspec.structs.replace(each, min_count=least, max_count=most) for each in classes)


def _side(value: float | str, place: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise BadRequest(f"`{place}`: '{str(value)[:60]}' is no number.") from None
    if not 0 <= number < float("inf"):
        raise wrong(place, "a length in pixels, 0 or more, is wanted.")
    return plain(number)


class OutlineSaid(msgspec.Struct, frozen=True):
    """A line or polygon of a layer."""

    vertices: list[geometries.Vertex]
    label: str = ""


class EdgeSaid(msgspec.Struct, frozen=True):
    """An edge of a cuboid."""

    x1: float
    y1: float
    x2: float
    y2: float


class Layers(msgspec.Struct, frozen=True):
    """What is drawn under the work, to be looked at alone."""

    boxes: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    polygons: list[dict[str, Any]] = []
    cuboids: list[dict[str, Any]] = []


def outlines(value: object, place: str) -> list[Json]:
    """`layers` as outlines: `{label, points: [[x, y], ...], closed}`. Raises BadRequest."""
    layers = read(value, Layers, place)
    found: list[Json] = []
    for number, said in enumerate(layers.boxes):
        box = read(said, geometries.BoxSaid, at(at(place, "boxes"), number))
        right, bottom = box.left + box.width, box.top + box.height
        corners = [[box.left, box.top], [right, box.top], [right, bottom], [box.left, bottom]]
        found.append({"label": str(said.get("label") or ""), "points": corners, "closed": True})
    for member, closed in (("lines", False), ("polygons", True)):
        for number, said in enumerate(getattr(layers, member)):
            outline = read(said, OutlineSaid, at(at(place, member), number))
            points = [[vertex.x, vertex.y] for vertex in outline.vertices]
            found.append({"label": outline.label, "points": points, "closed": closed})
    for number, said in enumerate(layers.cuboids):
        here = at(at(place, "cuboids"), number)
        for edge in read(said.get("edges") or [], list[EdgeSaid], at(here, "edges")):
            points = [[edge.x1, edge.y1], [edge.x2, edge.y2]]
            found.append({"label": str(said.get("label") or ""), "points": points, "closed": False})
    return found
