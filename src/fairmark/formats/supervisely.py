"""Supervisely's project: `<dataset>/ann/<image>.json` for each image, and `meta.json` with classes and tags.

Source: Supervisely's manual, "Supervisely JSON format", and its SDK 6.74. Places are in continuous pixels, as here.
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
    NO_SPLIT,
    POLYGON,
    ROTATED_BOX,
    TAG,
    ImageRow,
    ImageRows,
    LazyTable,
    is_sound,
    parts_of,
)
from fairmark.formats.model import LabeledItem
from fairmark.formats.names import class_names
from fairmark.formats.pixel_maps import MASK
from fairmark.formats.skeletons import SKELETON, joint_counts, pose_of
from fairmark.formats.supervisely_bitmaps import bitmap_of
from fairmark.formats.supervisely_read import META, NO, SCORE, YES, supervisely_rows
from fairmark.formats.tally import Tally
from fairmark.ontology.model import Field, FieldKind, FieldValue, ItemClass, Mark, Ontology

_SHAPES = {
    BOX: "rectangle", POLYGON: "polygon", ROTATED_BOX: "polygon", ELLIPSE: "polygon", "polyline": "line",
    "points": "point", MASK: "bitmap", SKELETON: "graph",
}  # fmt: skip
_NUMBERS = frozenset({FieldKind.NUMBER, FieldKind.SCALE})
_FRAME = 100
"""The side of the frame that the default pose of a graph stands in."""
_encode = msgspec.json.Encoder().encode


class SuperviselyWriter(ImageWriter):
    """Each split is a dataset. Parts of one outline are objects of one instance, as marks of one group are."""

    folder = ""
    is_flat = True

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        rows = ImageRows(ontology, tally, keeps_links=True, places_marks=False)
        super().__init__(ontology, sink, options, tally, rows)
        self._classes = {each.id: each for each in ontology.classes}
        self._titles = class_names(ontology.classes)
        self._questions = {field.id: field for field in ontology.questions}
        self._joints = joint_counts(ontology)
        self._objects = 0
        sink.write(META, msgspec.json.format(_encode(_meta(ontology, self._titles)), indent=1))

    def _put(self, item: LabeledItem, images: Sequence[ImageRow]) -> None:
        if images and item.annotation.links:
            self._tally.lose("links", items=1)
        for row in images:
            dataset = item.split or NO_SPLIT
            name = self._named(row, f"{dataset}/img/")
            written = self._annotation(row, first=row is images[0])
            self._sink.write(f"{dataset}/ann/{name}.json", _encode(written))

    def _annotation(self, row: ImageRow, *, first: bool) -> dict[str, Any]:
        """first: of the item's images; answers, which are about the item, stand with it."""
        asset, annotation = row.asset, row.item.annotation
        size = (asset.width, asset.height) if asset.width and asset.height else (0, 0)
        if not size[0]:
            self._tally.lose("size_unknown", items=1)
        marks = [mark for mark in annotation.marks if mark.asset == row.place]
        taken = {mark.group for mark in marks}
        tags: list[dict[str, Any]] = []
        objects: list[dict[str, Any]] = []
        for mark in marks:
            if (item_class := self._class_of(mark)) is None:
                continue
            if mark.kind == TAG:
                self._count_tag(mark)
                tags.append({"name": self._titles[mark.class_], "value": None})
            else:
                objects += self._told(mark, item_class, taken)
        for id, value in annotation.answers.items() if first else ():
            said = _said(self._questions.get(id), value)
            if said is None:
                self._tally.lose("answers", items=1)
            else:
                tags.append({"name": id, "value": said})
        return {"description": "", "size": {"height": size[1], "width": size[0]}, "tags": tags, "objects": objects}

    def _class_of(self, mark: Mark) -> ItemClass | None:
        """The class of a mark that the format takes; None is counted."""
        item_class = self._classes.get(mark.class_)
        if mark.kind != TAG and mark.kind not in _SHAPES:
            self._tally.lose("mark_kinds", marks=1)
            return None
        if item_class is None or mark.kind not in item_class.marks:
            self._tally.lose("class_unknown", marks=1)
            return None
        return item_class

    def _count_tag(self, mark: Mark) -> None:
        self._tally.marks += 1
        self._tally.lose("mark_details", marks=1)
        if mark.attributes:
            self._tally.lose("attributes", marks=1)
        if mark.score is not None:
            self._tally.lose("scores", marks=1)
        if mark.group is not None:
            self._tally.lose("tag_groups", marks=1)

    def _told(self, mark: Mark, item_class: ItemClass, taken: set[str | None]) -> list[dict[str, Any]]:
        """The objects of a mark; none if it cannot be told. What is lost is counted."""
        lose = self._tally.lose
        if mark.kind == SKELETON:
            pose = pose_of(mark, self._joints.get(mark.class_))
            shapes = [] if pose is None else [{"nodes": _nodes(item_class, pose)}]
        else:
            shapes = list(_shapes(mark)) if is_sound(mark) else []
        if not shapes:
            lose("bad_geometry", marks=1)
            return []
        lose("mark_details", marks=1)
        if mark.kind in (ROTATED_BOX, ELLIPSE):
            lose("turned", marks=1)
        instance = mark.group
        if len(shapes) > 1:
            lose("parts", marks=1)
            instance = instance or _fresh(taken)
        self._tally.marks += len(shapes)
        common: dict[str, Any] = {
            "classTitle": self._titles[mark.class_], "geometryType": _SHAPES[mark.kind],
            "tags": self._tags(mark, item_class),
        }  # fmt: skip
        if instance is not None:
            common["instance"] = instance
        self._objects += len(shapes)
        first = self._objects - len(shapes) + 1
        return [{"id": first + number, **common, **shape} for number, shape in enumerate(shapes)]

    def _tags(self, mark: Mark, item_class: ItemClass) -> list[dict[str, Any]]:
        fields = {field.id: field for field in item_class.attributes}
        out: list[dict[str, Any]] = []
        lost = False
        for name, value in mark.attributes.items():
            said = _said(fields.get(name), value)
            if said is None:
                lost = True
            else:
                out.append({"name": name, "value": said})
        if lost:
            self._tally.lose("attributes", marks=1)
        if mark.score is not None and SCORE in fields:
            self._tally.lose("scores", marks=1)
        elif mark.score is not None:
            out.append({"name": SCORE, "value": mark.score})
        return out


def _shapes(mark: Mark) -> Iterator[dict[str, Any]]:
    """What says where a mark is: one, or one for each part or point."""
    geometry = mark.geometry
    if mark.kind == BOX:
        left, top = geometry["x"], geometry["y"]
        yield _outer([[left, top], [left + geometry["w"], top + geometry["h"]]])
    elif mark.kind == "polyline":
        yield _outer(geometry["points"])
    elif mark.kind == "points":
        yield from (_outer([point]) for point in geometry["points"])
    elif mark.kind == MASK:
        bitmap = bitmap_of(mark)
        if bitmap is not None:
            yield {"bitmap": bitmap}
    else:
        for part in parts_of(mark):
            yield _outer(part[0], part[1:])


def _outer(points: Sequence[Sequence[float]], holes: Sequence[Sequence[Sequence[float]]] = ()) -> dict[str, Any]:
    return {"points": {"exterior": [list(point) for point in points], "interior": [list(ring) for ring in holes]}}


def _nodes(item_class: ItemClass, pose: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The placed points of a skeleton by their ids; a hidden one is disabled."""
    assert item_class.skeleton is not None
    nodes: dict[str, Any] = {}
    for point, (x, y, v) in zip(item_class.skeleton.points, pose, strict=True):
        if v:
            nodes[point.id] = {"loc": [x, y], **({"disabled": True} if v == 1 else {})}
    return nodes


def _fresh(taken: set[str | None]) -> str:
    number = 1
    while (name := f"parts-{number}") in taken:
        number += 1
    taken.add(name)
    return name


def _said(field: Field | None, value: FieldValue) -> str | float | None:
    """What a field says, as a tag's value; None if none can say it."""
    if field is None:
        return None
    match value:
        case bool():
            return (YES if value else NO) if field.kind is FieldKind.BOOLEAN else None
        case int() | float():
            return float(value) if field.kind in _NUMBERS else None
        case str():
            return value if field.kind not in (FieldKind.BOOLEAN, FieldKind.MULTIPLE, *_NUMBERS) else None
        case list():
            is_told = field.kind is FieldKind.MULTIPLE and all(each and "," not in each for each in value)
            return ",".join(value) if is_told else None


def _meta(ontology: Ontology, titles: dict[str, str]) -> dict[str, Any]:
    classes: list[dict[str, Any]] = []
    for number, each in enumerate(ontology.classes, start=1):
        shapes = {_SHAPES[kind] for kind in each.marks if kind in _SHAPES}
        about: dict[str, Any] = {"id": number, "title": titles[each.id], "color": each.color.upper()}
        about["shape"] = shapes.pop() if len(shapes) == 1 else "any"
        about["geometry_config"] = _template(each) if each.skeleton and SKELETON in each.marks else {}
        classes.append(about)
    fields = {field.id: (field, "objectsOnly") for each in ontology.classes for field in each.attributes}
    for field in ontology.questions:
        fields[field.id] = (field, "all" if field.id in fields else "imagesOnly")
    tags = [_tag_meta(field, where) for field, where in fields.values()]
    tags += [
        {"name": titles[each.id], "value_type": "none", "color": each.color.upper(), "applicable_type": "imagesOnly"}
        for each in ontology.classes
        if TAG in each.marks and titles[each.id] not in fields
    ]
    if SCORE not in fields:
        tags.append({"name": SCORE, "value_type": "any_number", "color": "#888888", "applicable_type": "objectsOnly"})
    for number, tag in enumerate(tags, start=1):
        tag["id"] = number
    return {"classes": classes, "tags": tags, "projectType": "images"}


def _tag_meta(field: Field, where: str) -> dict[str, Any]:
    about: dict[str, Any] = {"name": field.id, "color": "#888888", "applicable_type": where}
    if field.kind in _NUMBERS:
        return {**about, "value_type": "any_number"}
    if field.kind is FieldKind.BOOLEAN:
        return {**about, "value_type": "oneof_string", "values": [YES, NO]}
    if field.kind is FieldKind.SINGLE and field.options:
        return {**about, "value_type": "oneof_string", "values": [option.id for option in field.options]}
    return {**about, "value_type": "any_string"}


def _template(item_class: ItemClass) -> dict[str, Any]:
    """The points of a class's graph, standing as in the default pose, and its edges."""
    assert item_class.skeleton is not None
    color = item_class.color.upper()
    nodes = {
        point.id: {"label": point.id, "loc": [point.x * _FRAME, point.y * _FRAME], "color": color}
        for point in item_class.skeleton.points
    }
    return {"nodes": nodes, "edges": [{"src": a, "dst": b, "color": color} for a, b in item_class.skeleton.edges]}


class Supervisely(Format):
    """Boxes, outlines with holes, lines, points, skeletons and masks with their attributes; tags and answers."""

    name = "supervisely"
    title = "Supervisely"
    media_types = ("application/json",)
    write_losses = {
        **{code: text for code, text in IMAGE_LOSSES.items() if code != "tags"},
        "answers": "Answers of another kind than their question, and choices with a comma in them, are left out.",
        "mark_kinds": "Cuboids, and marks of kinds that this release does not know, are left out.",
        "mark_details": "Mark ids, drawing order and who made a mark are not kept.",
        "item_details": "Metadata, batch, confidence, URLs, file hashes and media types of items are not kept.",
        "parts": "An outline of several parts, or several points, become several marks of one group.",
        "turned": "Rotated boxes and ellipses become outlines.",
        "attributes": (
            "Attributes of tags, of another kind than their field, or unknown to the class, and choices with a comma, "
            "are left out."
        ),
        "scores": "Scores of tags, and of marks with an attribute called confidence, are left out.",
        "tag_groups": "Tags are in no group in this format.",
        "size_unknown": "Images whose size is not known have the size 0 in the file.",
        "split_default": "A split called default comes back as no split.",
        "renamed": "Names with folders, unsafe ones, and equal ones, are changed.",
    }
    read_losses = {
        "kinds_refused": "Objects that their class does not take become the box around them, or are left out.",
        "skeletons": "Graphs whose nodes are not those of their class are not read.",
        "other_objects": "Objects of other shapes (cuboids, oriented boxes, alpha masks) are not read.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> SuperviselyWriter:
        return SuperviselyWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(supervisely_rows(source, options, tally, lazy), tally, lazy.ontology)
