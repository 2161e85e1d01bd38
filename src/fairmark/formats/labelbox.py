"""Labelbox's NDJSON: a data row a line, as its export ("v2") has it, and a PNG for each mask.

Source: Labelbox's reference, "Export image annotations", and the reader of labelformat.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, Source, WriteOptions
from fairmark.formats.image_writer import ImageWriter
from fairmark.formats.images import (
    BOX,
    ELLIPSE,
    IMAGE_LOSSES,
    POLYGON,
    ROTATED_BOX,
    TAG,
    ImageRow,
    ImageRows,
    LazyTable,
    is_sound,
    parts_of,
)
from fairmark.formats.labelbox_read import BOX_KIND, MASK_KIND, OUTLINE, POINT, POLYLINE, TAGS, labelbox_rows
from fairmark.formats.labelbox_values import NO, YES
from fairmark.formats.model import LabeledItem
from fairmark.formats.names import class_names
from fairmark.formats.pixel_maps import MASK, crop_of, has_pixels, is_paintable, picture_of_mask
from fairmark.formats.tally import Tally
from fairmark.ontology.model import Field, FieldKind, FieldValue, ItemClass, Mark, Ontology

FILE = "export.ndjson"
_PROJECT = "fairmark"
_HELD = (BOX, ROTATED_BOX, ELLIPSE, POLYGON, MASK, "polyline", "points")
_TEXTS = frozenset({FieldKind.TEXT, FieldKind.DATE})
_NUMBERS = frozenset({FieldKind.NUMBER, FieldKind.SCALE})
_encode = msgspec.json.Encoder().encode


class LabelboxWriter(ImageWriter):
    """One data row an image, with one label of one project."""

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        rows = ImageRows(ontology, tally, keeps_url=True, keeps_links=True, places_marks=False)
        super().__init__(ontology, sink, options, tally, rows)
        self._classes = {each.id: each for each in ontology.classes}
        self._labels = class_names(ontology.classes)
        self._questions = {field.id: field for field in ontology.questions}
        self._links = {link.id: link.name for link in ontology.links}
        self._project = options.title
        self._rows_written = 0
        self._masks = 0
        self._file = self._stream(FILE)

    def _put(self, item: LabeledItem, images: Sequence[ImageRow]) -> None:
        links = 0
        for row in images:
            annotations = self._annotations(row, first=row is images[0])
            links += len(annotations["relationships"])
            self._file.write(_encode(self._data_row(row, annotations)) + b"\n")
        if images and (links < len(item.annotation.links) or any(link.attributes for link in item.annotation.links)):
            self._tally.lose("links", items=1)

    def _data_row(self, row: ImageRow, annotations: dict[str, Any]) -> dict[str, Any]:
        asset, name = row.asset, self._named(row)
        self._rows_written += 1
        address = asset.url or f"images/{name}"
        about = {"id": str(self._rows_written), "global_key": name, "external_id": name, "row_data": address}
        media: dict[str, Any] = {"asset_type": "image"}
        if asset.width and asset.height:
            media |= {"width": asset.width, "height": asset.height}
        else:
            self._tally.lose("size_unknown", items=1)
        split = [{"schema_name": "split", "schema_kind": "CategorySchema", "value": [{"schema_name": row.item.split}]}]
        label = {"label_kind": "Default", "version": "1.0.0", "id": str(self._rows_written), "annotations": annotations}
        return {
            "data_row": about,
            "media_attributes": media,
            "metadata_fields": split if row.item.split else [],
            "projects": {_PROJECT: {"name": self._project, "labels": [label]}},
        }

    def _annotations(self, row: ImageRow, *, first: bool) -> dict[str, Any]:
        """first: of the item's images; answers, which are about the item, stand with it."""
        annotation = row.item.annotation
        objects: list[dict[str, Any]] = []
        tags: list[dict[str, Any]] = []
        ids = {mark.id for mark in annotation.marks}
        told: set[str] = set()
        for mark in annotation.marks:
            if mark.asset != row.place or (item_class := self._class_of(mark)) is None:
                continue
            features = [{}] if mark.kind == TAG else self._features(mark, row)
            if not features:
                self._tally.lose("bad_geometry", marks=1)
                continue
            told.add(mark.id)
            if len(features) > 1:
                self._tally.lose("parts", marks=1)
            self._tally.lose("mark_details", marks=1)
            self._tally.marks += len(features)
            common = self._common(mark, item_class)
            for number, feature in enumerate(features):
                id = mark.id if number == 0 else _fresh(mark.id, ids)
                (tags if mark.kind == TAG else objects).append({"feature_id": id, **common, **feature})
        classifications = [{"name": "Tags", "value": TAGS, "checklist_answers": tags}] if tags else []
        classifications += self._answers(annotation.answers) if first else []
        relationships = [
            {
                "feature_id": link.id, "name": self._links.get(link.type, link.type), "value": link.type,
                "unidirectional_relationship": {"source": link.from_, "target": link.to},
            }
            for link in annotation.links
            if {link.from_, link.to} <= told
        ]  # fmt: skip
        return {"objects": objects, "classifications": classifications, "relationships": relationships}

    def _class_of(self, mark: Mark) -> ItemClass | None:
        """The class of a mark that the format takes; None is counted."""
        item_class = self._classes.get(mark.class_)
        if mark.kind != TAG and mark.kind not in _HELD:
            self._tally.lose("mark_kinds", marks=1)
            return None
        if item_class is None or mark.kind not in item_class.marks:
            self._tally.lose("class_unknown", marks=1)
            return None
        return item_class

    def _common(self, mark: Mark, item_class: ItemClass) -> dict[str, Any]:
        """What an object and the answer that is a tag have alike."""
        fields = {field.id: field for field in item_class.attributes}
        classifications: list[dict[str, Any]] = []
        lost = False
        for name, value in mark.attributes.items():
            said = _said(fields.get(name), value)
            if said is None:
                lost = True
            else:
                classifications.append(said)
        if lost:
            self._tally.lose("attributes", marks=1)
        out = {"name": self._labels[mark.class_], "value": mark.class_, "classifications": classifications}
        return out if mark.score is None else {**out, "confidence": mark.score}

    def _features(self, mark: Mark, row: ImageRow) -> list[dict[str, Any]]:
        """What says where a mark is: one, or one for each part; none if it cannot be told. What is lost is counted."""
        if not is_sound(mark):
            return []
        if mark.kind == MASK:
            return self._mask(mark, row)
        if mark.kind == POLYGON and any(len(part) > 1 for part in mark.geometry["parts"]):
            self._tally.lose("holes", marks=1)
        if mark.kind in (ROTATED_BOX, ELLIPSE):
            self._tally.lose("turned", marks=1)
        return list(_shapes(mark))

    def _mask(self, mark: Mark, row: ImageRow) -> list[dict[str, Any]]:
        geometry = mark.geometry
        width = row.asset.width or geometry["x"] + geometry["width"]
        height = row.asset.height or geometry["y"] + geometry["height"]
        crop = crop_of(mark, width, height) if is_paintable(width, height) and has_pixels(mark, width, height) else None
        if crop is None:
            return []
        self._masks += 1
        path = f"masks/{self._masks:08x}.png"
        self._sink.write(path, picture_of_mask(crop, width, height))
        return [{"annotation_kind": MASK_KIND, "mask": {"url": path}}]

    def _answers(self, answers: dict[str, FieldValue]) -> list[dict[str, Any]]:
        out: list[dict[str, Any]] = []
        for id, value in answers.items():
            said = None if id == TAGS else _said(self._questions.get(id), value)
            if said is None:
                self._tally.lose("answers", items=1)
            else:
                out.append(said)
        return out


def _shapes(mark: Mark) -> Iterator[dict[str, Any]]:
    geometry = mark.geometry
    if mark.kind == BOX:
        sides = {"top": geometry["y"], "left": geometry["x"], "height": geometry["h"], "width": geometry["w"]}
        yield {"annotation_kind": BOX_KIND, "bounding_box": sides}
    elif mark.kind == "polyline":
        yield {"annotation_kind": POLYLINE, "line": _points(geometry["points"])}
    elif mark.kind == "points":
        for point in _points(geometry["points"]):
            yield {"annotation_kind": POINT, "point": point}
    else:
        for part in parts_of(mark):
            yield {"annotation_kind": OUTLINE, "polygon": _points(part[0])}


def _points(points: Sequence[Sequence[float]]) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in points]


def _fresh(like: str, taken: set[str]) -> str:
    number = 2
    while (id := f"{like}-{number}") in taken:
        number += 1
    taken.add(id)
    return id


def _said(field: Field | None, value: FieldValue) -> dict[str, Any] | None:
    """What a field says, as a classification; None if none can say it."""
    if field is None:
        return None
    about = {"name": field.name, "value": field.id}
    options = {option.id: option.name for option in field.options}
    match value:
        case bool() if field.kind is FieldKind.BOOLEAN:
            said = YES if value else NO
            return {**about, "radio_answer": {"name": said, "value": said, "classifications": []}}
        case bool():
            return None
        case int() | float() if field.kind in _NUMBERS:
            return {**about, "text_answer": {"content": repr(float(value))}}
        case str() if field.kind in _TEXTS:
            return {**about, "text_answer": {"content": value}}
        case str() if field.kind is FieldKind.SINGLE:
            return {**about, "radio_answer": {"name": options.get(value, value), "value": value, "classifications": []}}
        case list() if field.kind is FieldKind.MULTIPLE:
            answers = [{"name": options.get(each, each), "value": each, "classifications": []} for each in value]
            return {**about, "checklist_answers": answers}
        case _:
            return None


class Labelbox(Format):
    """Boxes, outlines, lines, points and masks with their attributes and relations; tags and answers."""

    name = "labelbox"
    title = "Labelbox NDJSON"
    media_types = ("application/x-ndjson",)
    write_losses = {
        **{code: text for code, text in IMAGE_LOSSES.items() if code != "tags"},
        "answers": "Answers of another kind than their question are left out.",
        "links": "Links whose marks are not both in the file, on one image, and attributes of links, are left out.",
        "mark_kinds": "Cuboids, skeletons, and marks of kinds that this release does not know, are left out.",
        "mark_details": "Drawing order, groups and who made a mark are not kept.",
        "holes": "Holes of outlines are filled: this format knows none.",
        "parts": "An outline of several parts, or several points, become several objects.",
        "turned": "Rotated boxes and ellipses become outlines.",
        "attributes": "Attributes of another kind than their field, or unknown to the class, are left out.",
        "size_unknown": "Images whose size is not known have none in the file.",
        "split_default": "A split called default comes back as no split.",
        "renamed": "Names that are unsafe, or equal, are changed.",
    }
    read_losses = {
        "kinds_refused": "Objects that their class does not take become the box around them, or are left out.",
        "mask_addresses": "Masks that are behind an address, and not in the ZIP, are not fetched.",
        "more_labels": "Of several labels of a data row the first is read.",
        "other_objects": "Objects of other kinds (texts, frames of videos), and answers without a value, are not read.",
        "renamed": "The drive and the leading slash of absolute file names are cut off.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> LabelboxWriter:
        return LabelboxWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(labelbox_rows(source, options, tally, lazy), tally, lazy.ontology)
