"""Datumaro's JSON: `annotations/<split>.json`, one for each split, `default` for items without one."""

from collections.abc import Sequence
from typing import Any

import msgspec

from fairmark.formats.coco_keypoints import told_points
from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, SinkStream, Source, WriteOptions
from fairmark.formats.datumaro_read import SCORE, datumaro_rows
from fairmark.formats.datumaro_shapes import POINTS, TAG, Told, is_turned, told
from fairmark.formats.groups import GroupNumbers
from fairmark.formats.image_writer import ImageWriter
from fairmark.formats.images import IMAGE_LOSSES, NO_SPLIT, POLYGON, ImageRow, ImageRows, LazyTable, is_sound
from fairmark.formats.model import LabeledItem
from fairmark.formats.names import class_names, stem_of
from fairmark.formats.skeletons import SKELETON, joint_counts, pose_of
from fairmark.formats.tally import Tally
from fairmark.modalities.image import KINDS
from fairmark.ontology.model import FieldValue, Mark, Ontology, Skeleton

_IMAGES = 2
"""The number that the format has for data sets of images."""
_encode = msgspec.json.Encoder().encode


class DatumaroWriter(ImageWriter):
    """Items stand in the file of their split as they come. Parts of one outline become outlines of one group."""

    by_stem = True

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        super().__init__(
            ontology, sink, options, tally, ImageRows(ontology, tally, keeps_links=True, places_marks=False)
        )
        self._classes = {each.id: (place, each) for place, each in enumerate(ontology.classes)}
        self._joints = joint_counts(ontology)
        self._head = _head(ontology, options)
        self._begun: set[str] = set()

    def _put(self, item: LabeledItem, images: Sequence[ImageRow]) -> None:
        if images and item.annotation.links:
            self._tally.lose("links", items=1)
        for row in images:
            # Answers are about the item, so they stand with its first image.
            self._write(row, item.annotation.answers if row is images[0] else {})

    def _write(self, row: ImageRow, answers: dict[str, FieldValue]) -> None:
        item, asset = row.item, row.asset
        name = self._named(row)
        about: dict[str, Any] = {"path": name}
        if asset.width and asset.height:
            about["size"] = [asset.height, asset.width]
        else:
            self._tally.lose("size_unknown", items=1)
        written = {"id": stem_of(name), "annotations": self._annotations(row), "attr": answers, "image": about}
        split = item.split or NO_SPLIT
        comma = b",\n" if split in self._begun else b"\n"
        self._part(split).write(comma + _encode(written))
        self._begun.add(split)

    def _end(self) -> None:
        if not self._begun:
            self._part(NO_SPLIT)
        for stream in self._streams.values():
            stream.write(b"\n]}\n")

    def _part(self, split: str) -> SinkStream:
        return self._stream(f"annotations/{split}.json", self._head)

    def _annotations(self, row: ImageRow) -> list[dict[str, Any]]:
        marks = [mark for mark in row.item.annotation.marks if mark.asset == row.place]
        groups = GroupNumbers(marks)
        out: list[dict[str, Any]] = []
        for mark in marks:
            shapes = self._of(mark, row)
            group = groups.number(mark)
            if len(shapes) > 1:
                group = group or groups.fresh()
                self._tally.lose("parts", marks=1)
            if shapes and mark.group is not None and str(group) != mark.group:
                self._tally.lose("groups", marks=1)
            for shape in shapes:
                out.append(self._annotation(shape, mark, group, id=len(out) + 1))
        self._tally.marks += len(out)
        return out

    def _of(self, mark: Mark, row: ImageRow) -> list[Told]:
        """The annotations of a mark; none if it cannot be told. What is lost is counted."""
        lose = self._tally.lose
        if mark.kind not in KINDS:
            lose("mark_kinds", marks=1)
            return []
        if mark.class_ not in self._classes or mark.kind not in self._classes[mark.class_][1].marks:
            lose("class_unknown", marks=1)
            return []
        sound = is_sound(mark) if mark.kind != SKELETON else pose_of(mark, self._joints.get(mark.class_)) is not None
        shapes = list(told(mark, (row.asset.width, row.asset.height))) if sound else []
        if not shapes:
            lose("bad_geometry", marks=1)
            return []
        if mark.kind == POINTS and len(mark.geometry["points"]) == self._joints.get(mark.class_):
            lose("points_posed", marks=1)
        if mark.kind == POLYGON and any(len(part) > 1 for part in mark.geometry["parts"]):
            lose("holes", marks=1)
        if is_turned(mark):
            lose("turned", marks=1)
        if mark.kind == TAG and mark.z:
            lose("tag_order", marks=1)
        if mark.score is not None and SCORE in mark.attributes:
            lose("scores", marks=1)
        lose("mark_details", marks=1)
        return shapes

    def _annotation(self, shape: Told, mark: Mark, group: int, id: int) -> dict[str, Any]:
        type, place = shape
        attributes = mark.attributes
        if mark.score is not None and SCORE not in attributes:
            attributes = {**attributes, SCORE: mark.score}
        out = {"id": id, "type": type, "attributes": attributes, "group": group}
        out["label_id"] = self._classes[mark.class_][0]
        if type != "label":
            out["z_order"] = mark.z
        return out | place


def _head(ontology: Ontology, options: WriteOptions) -> bytes:
    """Everything before the first item."""
    names = class_names(ontology.classes)
    labels = [
        {
            "name": names[each.id],
            "parent": names.get(each.parent or "", ""),
            "attributes": [field.id for field in each.attributes],
        }
        for each in ontology.classes
    ]
    poses = [_points_of(each.skeleton, place) for place, each in enumerate(ontology.classes) if each.skeleton]
    infos = {"description": options.title}
    if options.created is not None:
        infos["date_created"] = options.created.isoformat()
    categories: dict[str, Any] = {"label": {"labels": labels, "label_groups": [], "attributes": []}}
    if poses:
        categories["points"] = {"items": poses}
    head = {
        "dm_format_version": "1.0",
        "media_type": _IMAGES,
        "infos": infos,
        "categories": categories,
    }
    return _encode(head)[:-1] + b',"items":['


def _points_of(skeleton: Skeleton, label: int) -> dict[str, Any]:
    """The category of points of a label: their ids, edges, and the default pose."""
    ids, edges = told_points(skeleton)
    places = [side for point in skeleton.points for side in (point.x, point.y)]
    return {"label_id": label, "labels": ids, "joints": edges, "positions": places}


class Datumaro(Format):
    """All kinds of marks, with attributes, order, groups and scores; answers as attributes of the item."""

    name = "datumaro"
    title = "Datumaro JSON"
    media_types = ("application/json",)
    write_losses = {
        **{code: text for code, text in IMAGE_LOSSES.items() if code not in ("tags", "answers")},
        "mark_kinds": "Marks of kinds that this release does not know are left out.",
        "mark_details": "Mark ids and who made a mark are not kept.",
        "item_details": "Metadata, batch, confidence, URLs, file hashes and media types of items are not kept.",
        "scores": "A score is the attribute of that name: marks that have such an attribute lose theirs.",
        "holes": "Holes of outlines are filled: this format knows none.",
        "parts": "An outline of several parts becomes several marks of one group.",
        "points_posed": "Points of a class whose skeletons have as many come back as a skeleton.",
        "turned": "Rotated boxes and turned ellipses become outlines.",
        "groups": "Groups are numbers in this format: others get a number.",
        "tag_order": "Tags have no drawing order in this format.",
        "size_unknown": "Images whose size is not known have none in the file.",
        "split_default": "A split called default comes back as no split.",
        "renamed": "Names that are unsafe, or equal but for the extension, are changed.",
    }
    read_losses = {
        "kinds_refused": "Marks that their class does not take become the box around them, or are left out.",
        "unlabeled": "Annotations without a label are not read.",
        "other_annotations": "Captions, rotated boxes, and what is three-dimensional are not read.",
        "item_attributes": "Attributes of items that are no questions of the project are not read.",
        "renamed": "The drive and the leading slash of absolute file names are cut off.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> DatumaroWriter:
        return DatumaroWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(datumaro_rows(source, options, tally, lazy), tally, lazy.ontology)
