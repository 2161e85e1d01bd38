"""Segmentation: every pixel's label, and for some labels which of several things it belongs to."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.modalities.image.marks.mask import MASK, Mask
from fairmark.ontology.model import Annotation, FieldValue, ItemClass, Layers, Mark, Ontology, Source
from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types import attributes
from fairmark.scale_api.types.model import Answer, Attachment, Json, Named, Show
from fairmark.scale_api.types.words import COLORS, HELP_CHARS_MAX, Label, Names, distinct, title

LABELS_MAX = 50
PICTURES_MAX = 200
"""Of one hypothesis."""
KIND = "mask"
PICTURE = "fairmark-mask:{task}/{part}"
"""What stands in a kept response for the address of one of its pictures: addresses are signed when it is told."""
COMBINED = ("image", "indexedImage", "extendedIndexedImage")
UNLABELED = "unlabeled"


class SegmentAnnotation(msgspec.Struct, frozen=True):
    """The documented parameters of segmentannotation. instance_labels: the older way to say `instance_label`."""

    attachment: Annotated[str, Meta(min_length=1)]
    labels: list[Label]
    attachment_type: str = "image"
    allow_unlabeled: bool = False
    allow_parent_labels: bool = False
    instance_labels: list[str] = []
    annotation_attributes: dict[str, Any] = {}
    layers: dict[str, Any] = {}
    hypothesis: dict[str, Any] | None = None


class Segment(msgspec.Struct, frozen=True):
    """The pixels of one index: of a label or, where its things are told apart, of one of these.

    index: from 1, different for each; color: "#rrggbb". masks: later ones lie on top. attributes: None for a label.
    """

    label: str
    index: int
    color: str
    masks: tuple[Mask, ...]
    attributes: Json | None


class SegmentTask:
    """segmentannotation."""

    modality = "image"
    overlap = 1

    def __init__(self, params: Json) -> None:
        """Raises BadRequest."""
        given = read(params, SegmentAnnotation)
        found = distinct(given.labels, "labels", headings=given.allow_parent_labels)
        if len(found) > LABELS_MAX:
            raise wrong("labels", f"these are {len(found)}; {LABELS_MAX} at most.")
        known = {leaf.choice for leaf in found}
        for number, label in enumerate(given.instance_labels):
            if label not in known:
                raise wrong(at("instance_labels", number), f"'{label}' is not one of the labels.")
        self.told_apart = {leaf.choice for leaf in found if leaf.is_instance} | set(given.instance_labels)
        definitions = attributes.definitions(given.annotation_attributes, "annotation_attributes")
        _check_attributes(definitions, known, self.told_apart)
        self.fields = attributes.fields_of(definitions, "annotation_attributes")
        self.names = Names()
        self.colors = {leaf.choice: COLORS[number % len(COLORS)] for number, leaf in enumerate(found)}
        self.ontology = Ontology(
            classes=tuple(
                ItemClass(
                    id=self.names.slug(leaf.choice), name=title(leaf.name, leaf.choice), color=self.colors[leaf.choice],
                    marks=(KIND,), help=leaf.help[:HELP_CHARS_MAX],
                    attributes=(
                        attributes.for_label(self.fields, leaf.choice) if leaf.choice in self.told_apart else ()
                    ),
                    instances=leaf.choice in self.told_apart,
                )
                for leaf in found
            ),
            layers=msgspec.convert({"overlap": "forbidden", "whole": not given.allow_unlabeled}, Layers),
        )  # fmt: skip
        self.lacking = None
        self.attachments = [Attachment(Show.IMAGE, given.attachment)]

    def segments(self, annotation: Annotation) -> list[Segment]:
        """The segments of an annotation, in the order of the labels; a label that nothing has is one without pixels."""
        marks: dict[str, list[Mark]] = {label: [] for label in self.colors}
        for mark in annotation.marks:
            if mark.kind == KIND:
                marks.setdefault(self.names.word(mark.class_), []).append(mark)
        found: list[Segment] = []
        for label, own in marks.items():
            color = self.colors.get(label, COLORS[0])
            if label in self.told_apart:
                for mark in own:
                    index = len(found) + 1
                    values = self.fields.values(mark.attributes)
                    found.append(Segment(label, index, _shade(color, index), (MASK.read(mark.geometry),), values))
            else:
                masks = tuple(MASK.read(mark.geometry) for mark in own)
                found.append(Segment(label, len(found) + 1, color, masks, None))
        return found

    def response(self, answer: Answer, seed: str) -> Json:
        def picture(part: str) -> str:
            return PICTURE.format(task=seed, part=part)

        labeled: Json = {}
        mapping: Json = {}
        for label in self.colors:
            if label in self.told_apart:
                labeled[label], mapping[label] = None, []
        for each in self.segments(answer.annotation):
            place: Json = {"index": each.index, "color": each.color}
            if each.attributes is None:
                labeled[each.label] = picture(str(each.index)) if each.masks else None
                mapping[each.label] = place
            else:
                labeled[each.label] = [*(labeled[each.label] or []), picture(str(each.index))]
                mapping[each.label].append(place | {"attributes": each.attributes})
        return {
            "annotations": {
                "combined": {part: picture(part) for part in COMBINED},
                "labeled": labeled,
                "unlabeled": picture(UNLABELED),
            },
            "labelMapping": mapping,
        }

    def annotation(self, response: Json, place: str) -> Annotation:
        """Of a response whose pictures are read: masks stand in place of their addresses."""
        told = labeled_in(response, place)
        mapping = read(response.get("labelMapping") or {}, dict[str, Any], at(place, "labelMapping"))
        marks: list[Mark] = []
        for label, said in told.items():
            here = at(at(at(place, "annotations"), "labeled"), label)
            if label not in self.colors:
                raise wrong(here, f"there is no label '{label}'.")
            given = said if isinstance(said, list) else [said]
            if len(given) > 1 and label not in self.told_apart:
                raise wrong(here, "a label without instances has one picture.")
            about = mapping.get(label)
            for number, shown in enumerate(given):
                if isinstance(shown, str):
                    raise wrong(here, "pictures can be read in a hypothesis alone.")
                if shown is None:
                    continue
                entry = about[number] if isinstance(about, list) and number < len(about) else {}
                values = self._attributes(label, entry, at(at(at(place, "labelMapping"), label), number))
                id = f"h{len(marks) + 1}"
                marks.append(Mark(id, KIND, self.names.slug(label), shown, values, source=Source.PREDICTION))
        return Annotation(marks=tuple(marks))

    def _attributes(self, label: str, entry: object, place: str) -> dict[str, FieldValue]:
        """What the entry of a thing says of it. Raises BadRequest."""
        if label not in self.told_apart or not isinstance(entry, dict):
            return {}
        said = read(entry, dict[str, Any], place).get("attributes") or {}
        return self.fields.read(said, at(place, "attributes"))[0]


def labeled_in(response: Json, place: str) -> Json:
    """What a response says for each label: a picture, a list of them, or nothing. Raises BadRequest."""
    annotations = read(response.get("annotations") or {}, dict[str, Any], at(place, "annotations"))
    return read(annotations.get("labeled") or {}, dict[str, Any], at(at(place, "annotations"), "labeled"))


def pictures_in(response: Json, place: str) -> list[Named]:
    """The pictures that a response names, label by label. Raises BadRequest."""
    found: list[Named] = []
    for label, said in labeled_in(response, place).items():
        here = at(at(at(place, "annotations"), "labeled"), label)
        if said is None or isinstance(said, str):
            found += [Named(here, said)] if said else []
            continue
        found += [Named(at(here, number), each) for number, each in enumerate(read(said, list[str], here))]
    if len(found) > PICTURES_MAX:
        raise wrong(place, f"it names {len(found)} pictures; {PICTURES_MAX} at most.")
    return found


def _check_attributes(given: attributes.Definitions, labels: set[str], told_apart: set[str]) -> None:
    """Only things that are told apart have attributes. Raises BadRequest."""
    for key, definition in given.items():
        here = at("annotation_attributes", key)
        if not told_apart:
            raise wrong(here, "only labels with instances have attributes, and none of these is one.")
        if definition.type == "linked":
            raise wrong(at(here, "type"), "segments are not linked.")
        for label in attributes.labels_named(definition):
            if label not in labels:
                raise wrong(at(at(here, "conditions"), "label_condition"), f"there is no label '{label}'.")
            if label not in told_apart:
                why = f"'{label}' has no instances, and only these have attributes."
                raise wrong(at(at(here, "conditions"), "label_condition"), why)


def _shade(color: str, index: int) -> str:
    """A color near a label's own, other than that of the thing before."""
    share = (0.0, 0.3, -0.25, 0.5, -0.45)[index % 5]
    parts = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    mixed = [round(part + (255 - part) * share if share > 0 else part * (1 + share)) for part in parts]
    return "#" + "".join(f"{part:02x}" for part in mixed)
