"""Label Studio's JSON: a list of tasks with their annotations, and the labeling configuration that shows them."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import msgspec

from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, Source, WriteOptions
from fairmark.formats.image_writer import ImageWriter
from fairmark.formats.images import IMAGE_LOSSES, ImageRow, ImageRows, LazyTable, is_sound
from fairmark.formats.label_studio_read import ATTRIBUTE, IMAGE, NO, QUESTION, TAGS, YES, label_studio_rows
from fairmark.formats.label_studio_shapes import HELD, POLYGON, Size, regions_of
from fairmark.formats.label_studio_skeletons import PARENT, frame_of, keypoints_of, skeleton_controls
from fairmark.formats.model import LabeledItem
from fairmark.formats.names import class_names
from fairmark.formats.skeletons import SKELETON, joint_counts, pose_of
from fairmark.formats.tally import Tally
from fairmark.ontology.model import Field, FieldKind, FieldValue, ItemClass, Mark, Ontology

FILE = "tasks.json"
CONFIG_FILE = "label_config.xml"
TAG = "tag"
_CONTROLS = {
    "rectangle": "RectangleLabels", "polygon": "PolygonLabels", "vector": "VectorLabels", "keypoint": "KeyPointLabels",
    "ellipse": "EllipseLabels", "brush": "BrushLabels",
}  # fmt: skip
_NUMBERS = frozenset({FieldKind.NUMBER, FieldKind.SCALE})
_encode = msgspec.json.Encoder().encode


class LabelStudioWriter(ImageWriter):
    """One task an image, in one list."""

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        rows = ImageRows(ontology, tally, keeps_links=True, places_marks=False)
        super().__init__(ontology, sink, options, tally, rows)
        self._classes = {each.id: each for each in ontology.classes}
        self._labels = class_names(ontology.classes)
        self._questions = {field.id: field for field in ontology.questions}
        self._joints = joint_counts(ontology)
        self._tasks = 0
        sink.write(CONFIG_FILE, config_of(ontology).encode())
        self._file = self._stream(FILE, b"[")

    def _put(self, item: LabeledItem, images: Sequence[ImageRow]) -> None:
        links = 0
        for row in images:
            self._tasks += 1
            task = self._task(row, first=row is images[0])
            result = task["annotations"][0]["result"]
            links += sum(each["type"] == "relation" for each in result)
            self._file.write((b"\n" if self._tasks == 1 else b",\n") + _encode(task))
        if images and links < len(item.annotation.links):
            self._tally.lose("links", items=1)

    def _end(self) -> None:
        self._file.write(b"\n]\n")

    def _task(self, row: ImageRow, *, first: bool) -> dict[str, Any]:
        """first: of the item's images; answers, which are about the item, stand with it."""
        asset, item = row.asset, row.item
        name = self._named(row)
        data = {IMAGE: asset.url or f"/data/local-files/?d=images/{name}", "name": name}
        if item.split:
            data["split"] = item.split
        result = self._result(row, first=first)
        done = {"result": result, "was_cancelled": False, "ground_truth": False}
        return {"id": self._tasks, "data": data, "annotations": [done]}

    def _result(self, row: ImageRow, *, first: bool) -> list[dict[str, Any]]:
        asset, annotation = row.asset, row.item.annotation
        size = (asset.width, asset.height) if asset.width and asset.height else None
        if size is None:
            self._tally.lose("size_unknown", items=1)
        ids = _Ids(mark.id for mark in annotation.marks)
        out: list[dict[str, Any]] = []
        told: set[str] = set()
        for mark in annotation.marks:
            if mark.asset == row.place and (regions := self._mark(mark, size, ids)):
                told.add(mark.id)
                out.extend(regions)
        for id, value in annotation.answers.items() if first else ():
            said = self._said(f"{QUESTION}{id}", self._questions.get(id), value)
            if said is None:
                self._tally.lose("answers", items=1)
            else:
                out.append({"id": ids.fresh("answer"), **said})
        for link in annotation.links:
            if {link.from_, link.to} <= told:
                ends = {"from_id": link.from_, "to_id": link.to}
                out.append({"type": "relation", **ends, "direction": "right", "labels": [link.type]})
        return out

    def _mark(self, mark: Mark, size: Size | None, ids: "_Ids") -> list[dict[str, Any]]:
        """The results of a mark; none if it cannot be told, which is counted."""
        item_class = self._classes.get(mark.class_)
        if mark.kind not in (TAG, SKELETON, *HELD):
            self._tally.lose("mark_kinds", marks=1)
            return []
        if item_class is None or mark.kind not in item_class.marks:
            self._tally.lose("class_unknown", marks=1)
            return []
        label = self._labels[mark.class_]
        if mark.kind == TAG:
            shown = {"choices": [label]}
            regions: list[dict[str, Any]] = [{**_control(TAGS, "choices"), "value": shown}]
        elif size is None:
            self._tally.lose("size_unknown", marks=1)
            return []
        elif mark.kind == SKELETON:
            return self._skeleton(mark, item_class, size, ids)
        elif not (is_sound(mark) and _is_inside(mark)):
            self._tally.lose("bad_geometry", marks=1)
            return []
        else:
            regions = [_placed(type, value, label, size) for type, value in regions_of(mark.kind, mark.geometry, size)]
        if mark.kind == POLYGON and any(len(part) > 1 for part in mark.geometry["parts"]):
            self._tally.lose("holes", marks=1)
        if len(regions) > 1:
            self._tally.lose("parts", marks=1)
        self._tally.lose("mark_details", marks=1)
        self._tally.marks += len(regions)
        names = [mark.id, *(ids.fresh(mark.id) for _ in regions[1:])]
        return [each for id, region in zip(names, regions, strict=True) for each in self._region(mark, id, region)]

    def _skeleton(self, mark: Mark, item_class: ItemClass, size: Size, ids: "_Ids") -> list[dict[str, Any]]:
        """The rectangle around a skeleton, and a keypoint for each of its placed points."""
        pose = pose_of(mark, self._joints.get(mark.class_))
        if pose is None or item_class.skeleton is None:
            self._tally.lose("bad_geometry", marks=1)
            return []
        self._tally.lose("mark_details", marks=1)
        self._tally.marks += 1
        frame = _placed("rectangle", frame_of(pose, size), self._labels[mark.class_], size)
        points = keypoints_of(item_class.skeleton, pose, mark.class_, size, IMAGE, lambda: ids.fresh(mark.id))
        return [*self._region(mark, mark.id, frame), *({**each, PARENT: mark.id} for each in points)]

    def _region(self, mark: Mark, id: str, region: dict[str, Any]) -> list[dict[str, Any]]:
        """A region, and its attributes, which have its id."""
        score = {} if mark.score is None else {"score": mark.score}
        fields = {field.id: field for field in self._classes[mark.class_].attributes}
        out = [{"id": id, **region, **score}]
        for name, value in mark.attributes.items():
            said = self._said(f"{ATTRIBUTE}{name}", fields.get(name), value)
            if said is None:
                self._tally.lose("attributes", marks=1)
            else:
                out.append({"id": id, **said})
        return out

    def _said(self, control: str, field: Field | None, value: FieldValue) -> dict[str, Any] | None:
        """What a field says, as its control would; None if the control cannot say it."""
        if isinstance(value, bool):
            return {**_control(control, "choices"), "value": {"choices": [YES if value else NO]}}
        if isinstance(value, int | float):
            return {**_control(control, "number"), "value": {"number": value}}
        if isinstance(value, str):
            if field is not None and field.kind is FieldKind.SINGLE:
                return {**_control(control, "choices"), "value": {"choices": [value]}}
            return {**_control(control, "textarea"), "value": {"text": [value]}}
        if field is not None and field.kind is FieldKind.MULTIPLE:
            return {**_control(control, "choices"), "value": {"choices": list(value)}}
        return None


class _Ids:
    """Ids of one annotation: results with the same id are one region."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def fresh(self, like: str) -> str:
        """An id that nothing here has."""
        number = 2
        while (id := f"{like}-{number}") in self._taken:
            number += 1
        self._taken.add(id)
        return id


def config_of(ontology: Ontology) -> str:
    """The labeling configuration that shows the tasks: a control for each kind of mark, attribute and question."""
    names = class_names(ontology.classes)
    out = [f'  <Image name="{IMAGE}" value="${IMAGE}" zoom="true"/>']
    kinds = {kind for each in ontology.classes for kind in each.marks}
    for type, tag in _CONTROLS.items():
        if not any(_TYPE[kind] == type for kind in kinds if kind in _TYPE):
            continue
        labels = [
            f'    <Label value="{escape(names[each.id])}" background="{each.color}"/>'
            for each in ontology.classes
            if any(_TYPE.get(kind) == type for kind in each.marks)
        ]
        out += [f'  <{tag} name="{type}s" toName="{IMAGE}">', *labels, f"  </{tag}>"]
    out += skeleton_controls(ontology.classes, IMAGE)
    if tags := [each for each in ontology.classes if TAG in each.marks]:
        choices = [f'    <Choice value="{escape(names[each.id])}"/>' for each in tags]
        out += [f'  <Choices name="{TAGS}" toName="{IMAGE}" choice="multiple">', *choices, "  </Choices>"]
    fields = {field.id: field for each in ontology.classes for field in each.attributes}
    for field in fields.values():
        out += _field_control(ATTRIBUTE + field.id, field, ' perRegion="true"')
    for field in ontology.questions:
        out += _field_control(QUESTION + field.id, field, "")
    if ontology.links:
        relations = [f'    <Relation value="{escape(link.id)}"/>' for link in ontology.links]
        out += ["  <Relations>", *relations, "  </Relations>"]
    return "<View>\n" + "\n".join(out) + "\n</View>\n"


_TYPE = {
    "box": "rectangle", "rotated_box": "rectangle", "polygon": "polygon", "polyline": "vector", "points": "keypoint",
    "ellipse": "ellipse", "mask": "brush", "skeleton": "rectangle",
}  # fmt: skip


def _field_control(name: str, field: Field, more: str) -> list[str]:
    head = f'name="{escape(name)}" toName="{IMAGE}"{more}'
    if field.kind in _NUMBERS:
        return [f"  <Number {head}/>"]
    options = [YES, NO] if field.kind is FieldKind.BOOLEAN else [option.id for option in field.options]
    if not options:
        return [f"  <TextArea {head}/>"]
    many = ' choice="multiple"' if field.kind is FieldKind.MULTIPLE else ""
    return [f"  <Choices {head}{many}>", *(f'    <Choice value="{escape(each)}"/>' for each in options), "  </Choices>"]


def _control(name: str, type: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": IMAGE, "type": type}


def _placed(type: str, value: dict[str, Any], label: str, size: Size) -> dict[str, Any]:
    """A region with a place, without its id."""
    sized = {"original_width": size[0], "original_height": size[1], "image_rotation": 0}
    return {**_control(f"{type}s", f"{type}labels"), **sized, "value": {**value, f"{type}labels": [label]}}


def _is_inside(mark: Mark) -> bool:
    """Whether a mask's first row and column are of the image: the format counts pixels from there."""
    return mark.kind != "mask" or min(mark.geometry["x"], mark.geometry["y"]) >= 0


class LabelStudio(Format):
    """All kinds of marks but cuboids, with their attributes and links; answers."""

    name = "label_studio"
    title = "Label Studio JSON"
    media_types = ("application/json",)
    write_losses = {
        **{code: text for code, text in IMAGE_LOSSES.items() if code != "tags"},
        "answers": "Answers whose kind Label Studio has no control for are left out.",
        "links": "Links whose marks are not both in the file, on one image, are left out.",
        "mark_kinds": "Cuboids, and marks of kinds that this release does not know, are left out.",
        "mark_details": "Drawing order, groups and who made a mark are not kept.",
        "item_details": "Metadata, batch, confidence, URLs, file hashes and media types of items are not kept.",
        "holes": "Holes of outlines are filled: this format knows none.",
        "parts": "An outline of several parts, or several points, become several regions.",
        "attributes": "Attributes whose kind Label Studio has no control for are left out.",
        "size_unknown": "Places are shares of the image: of images whose size is not known, marks are left out.",
        "split_default": "A split called default comes back as no split.",
        "renamed": "Names that are unsafe, or equal, are changed.",
    }
    read_losses = {
        "kinds_refused": "Regions that their class does not take become the box around them, or are left out.",
        "keypoints": "Keypoints whose class does not have their points are left out; the rectangle is read as a box.",
        "keypoint_boxes": "A rectangle that does not just enclose its keypoints is not kept beside them.",
        "more_annotations": "Of several annotations of a task one is read: the ground truth, else the first handed in.",
        "more_labels": "Of several labels of a region the first is read.",
        "unlabeled": "Regions without a label are not read.",
        "other_results": "Results of other kinds (text, sound, video, rankings) are not read.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> LabelStudioWriter:
        return LabelStudioWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(label_studio_rows(source, options, tally, lazy), tally, lazy.ontology)
