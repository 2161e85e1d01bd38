"""Reading COCO instances with little memory, whatever the order of its rows."""

import re
from array import array
from collections.abc import Iterator
from itertools import accumulate
from math import isfinite
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw

from fairmark.formats.classes import ClassTable
from fairmark.formats.coco_keypoints import pose_in
from fairmark.formats.coco_masks import MASK, mask_of
from fairmark.formats.coco_write import CROWD
from fairmark.formats.contract import ReadOptions, Source
from fairmark.formats.images import BOX, NO_SPLIT, POLYGON, LazyTable, asset_for, pixels_of, split_named, split_of
from fairmark.formats.json_files import ImageIndex, JsonFile, json_files
from fairmark.formats.json_rows import JSON_ERRORS, json_fault
from fairmark.formats.keypoints import Keypoints
from fairmark.formats.model import FormatFault, LabeledItem, Name, RowFault
from fairmark.formats.names import relative_path, without_root
from fairmark.formats.skeletons import SKELETON
from fairmark.formats.tally import Tally
from fairmark.modalities.image import KINDS
from fairmark.ontology.model import MARKS_MAX, Annotation, FieldValue, Mark
from fairmark.ontology.model import Source as MarkSource

_MARK_ID_CHARS_MAX = 64
_INSTANCES = re.compile(r"(^|/)(?:instances|person_keypoints)_([^/]+)\.json$", re.IGNORECASE)


def coco_rows(source: Source, options: ReadOptions, tally: Tally, lazy: LazyTable) -> Iterator[LabeledItem | RowFault]:
    table = lazy.table()
    mend = "Send the COCO file, or a ZIP with annotations/instances_*.json."
    for file in json_files(source, tally, _File, mend, named=_INSTANCES, skips=True):
        yield from _PartReader(file, table, tally).rows(options, _split(file.path))


def _split(path: str) -> str | None:
    found = _INSTANCES.search(path)
    if found is None:
        return split_of(path)
    return None if found[2] == NO_SPLIT else split_named(found[2])


class _File(msgspec.Struct):
    images: Raw = Raw(b"")
    annotations: Raw = Raw(b"")
    categories: Raw = Raw(b"[]")


class _ImageIn(msgspec.Struct):
    id: int | str
    file_name: Name
    width: int | float | None = None
    height: int | float | None = None
    coco_url: Annotated[str, Meta(max_length=8192)] | None = None
    external_id: Name | None = None
    name: Name | None = None


class _CategoryIn(msgspec.Struct):
    id: int | str
    name: Name
    supercategory: str | None = None
    keypoints: Any = None
    skeleton: Any = None


class _Owner(msgspec.Struct):
    image_id: int | str


class _BoxIn(msgspec.Struct):
    category_id: int | str
    bbox: Annotated[list[float], Meta(min_length=4, max_length=4)]
    id: int | str | None = None
    iscrowd: int | bool | None = None
    segmentation: Raw = Raw(b"[]")
    keypoints: Raw = Raw(b"[]")
    attributes: dict[str, Any] | None = None
    score: Annotated[float, Meta(ge=0, le=1)] | None = None
    shape: Raw = Raw(b"null")


_Side = Annotated[int, Meta(ge=1, le=2**20)]


class _Runs(msgspec.Struct):
    """A mask: height and width of its image, and runs down its columns."""

    size: tuple[_Side, _Side]
    counts: str | list[Annotated[int, Meta(ge=0)]]


class _Shape(msgspec.Struct):
    """What fairmark's own exports say of a mark that the standard has no words for."""

    kind: str
    geometry: dict[str, Any]


_decode_image = msgspec.json.Decoder(_ImageIn).decode
_decode_owner = msgspec.json.Decoder(_Owner).decode
_decode_box = msgspec.json.Decoder(_BoxIn).decode
_decode_shape = msgspec.json.Decoder(_Shape).decode
_decode_runs = msgspec.json.Decoder(_Runs).decode
_decode_outline = msgspec.json.Decoder(list[Annotated[list[float], Meta(min_length=6)]]).decode
_NUL = re.compile(rb"\\u0000")
_EMPTY_BYTES = len(b"null")
"""Longest way to write nothing; "[]" and "{}" are shorter, and the shortest outline is longer."""


class _PartReader:
    """One COCO file. Two passes: where each image and mark stands (20 bytes a mark, 150 an image), then the rows.

    The file's bytes are mapped, not read, so a file of a gigabyte needs some hundred megabytes and not ten times its
    size. Marks stand in any order in COCO; a counting sort brings them together.
    """

    def __init__(self, file: JsonFile["_File"], table: ClassTable, tally: Tally) -> None:
        self._file = file
        self._path = file.path
        self._table = table
        self._tally = tally
        self._annotations = file.list("annotations")
        self._nul = any(_NUL.search(file.list(name)) for name in ("images", "annotations"))
        self._classes: dict[int | str, str] = {}
        self._keypoints = Keypoints(table)
        self._images = ImageIndex(file, lambda row: _decode_image(row).id)
        self._boxes = array("q")
        self._box_ends = array("q")

    def rows(self, options: ReadOptions, split: str | None) -> Iterator[LabeledItem | RowFault]:
        yield from self._read_categories()
        yield from self._images.read()
        owners = array("q")
        yield from self._index_boxes(owners)
        starts, order = _grouped(owners, len(self._images))
        del owners
        for place in range(len(self._images)):
            yield from self._item(place, order[starts[place] : starts[place + 1]], options, split)

    def _read_categories(self) -> Iterator[RowFault]:
        section = self._file.list("categories")
        for path, start, end in self._file.rows("categories"):
            try:
                row = msgspec.json.decode(section[start:end], type=_CategoryIn)
            except JSON_ERRORS as error:
                yield json_fault(error, self._path, path=path, what="category")
                continue
            if row.id in self._classes:
                yield self._fault(
                    "duplicate_id", f"The category id {row.id} is there twice.", path, "Number them anew."
                )
                continue
            self._classes[row.id] = self._table.id_of(row.name)
            self._keypoints.learn(self._classes[row.id], row.keypoints, row.skeleton)
            if row.supercategory:
                self._tally.lose("supercategories")

    def _index_boxes(self, owners: "array[int]") -> Iterator[RowFault]:
        annotations, numbers = self._annotations, self._images.numbers
        for place, (start, end) in self._file.spans("annotations"):
            owner = -1
            try:
                id = _decode_owner(annotations[start:end]).image_id
                owner = numbers.get(id, -1)
                if owner < 0:
                    message, mend = f"No image has the id {id}.", "Add the image, or remove the annotation."
                    yield self._fault("unknown_image", message, f"/annotations/{place}/image_id", mend)
            except JSON_ERRORS as error:
                yield json_fault(error, self._path, path=f"/annotations/{place}", what="annotation")
            owners.append(owner)
            self._boxes.append(start)
            self._box_ends.append(end)

    def _item(
        self, place: int, boxes: "array[int]", options: ReadOptions, split: str | None
    ) -> Iterator[LabeledItem | RowFault]:
        row = self._images.row(place)
        if self._nul and _NUL.search(row):
            yield self._fault("nul_character", "A text of the image holds U+0000.", "/images", "Remove the character.")
            return
        image = _decode_image(row)
        try:
            name = relative_path(without_root(image.file_name), file=self._path)
        except FormatFault as fault:
            yield fault.as_row()
            return
        if name != image.file_name:
            self._tally.lose("renamed", items=1)
        marks: dict[str, Mark] = {}
        for index in boxes:
            fault = self._add_mark(marks, index)
            if fault is not None:
                yield fault
        asset = asset_for(name, pixels_of(image.width), pixels_of(image.height), options, url=image.coco_url)
        annotation = Annotation(marks=tuple(marks.values()))
        yield LabeledItem(image.external_id or name, image.name or name, (asset,), annotation, split=split)

    def _add_mark(self, marks: dict[str, Mark], index: int) -> RowFault | None:
        path = f"/annotations/{index}"
        raw = self._annotations[self._boxes[index] : self._box_ends[index]]
        if self._nul and _NUL.search(raw):
            return self._fault("nul_character", "A text holds U+0000.", path, "Remove the character.")
        try:
            row = _decode_box(raw)
        except JSON_ERRORS as error:
            return json_fault(error, self._path, path=path, what="annotation")
        class_id = self._classes.get(row.category_id)
        if class_id is None:
            message = f"No category has the id {row.category_id}."
            return self._fault("unknown_class", message, path, "Add the category.")
        x, y, w, h = row.bbox
        kind, geometry = self._shape(row, class_id)
        if kind != SKELETON and not (w > 0 and h > 0 and isfinite(x + y + w + h)):
            return self._fault("bad_box", f"The box {row.bbox} has no area.", path, "Width and height go above 0.")
        if len(marks) >= MARKS_MAX:
            return self._fault("over_limit", f"The image has more than {MARKS_MAX} boxes.", path, "Split the image.")
        id = str(row.id)
        if row.id is None or not 0 < len(id) <= _MARK_ID_CHARS_MAX or id in marks:
            id = f"row-{index}"
        self._table.saw(class_id, kind)
        attributes = self._attributes(row, class_id)
        marks[id] = Mark(id, kind, class_id, geometry, attributes, source=MarkSource.IMPORT, score=row.score)
        return None

    def _shape(self, row: _BoxIn, class_id: str) -> tuple[str, dict[str, Any]]:
        """(kind, geometry): the richest that the file tells of the mark, and that the class takes."""
        if memoryview(row.keypoints).nbytes > _EMPTY_BYTES:
            pose = pose_in(row.keypoints, self._keypoints, class_id)
            if pose is not None:
                if not row.iscrowd and memoryview(row.segmentation).nbytes > _EMPTY_BYTES:
                    self._tally.lose("beside_keypoints", marks=1)
                return SKELETON, pose
            self._tally.lose("keypoints", marks=1)
        told = _told(row)
        if told is not None and self._table.takes(class_id, told[0]):
            return told
        has_outline = memoryview(row.segmentation).nbytes > _EMPTY_BYTES
        if not row.iscrowd and has_outline:
            outline = _outline(row)
            if outline is not None and self._table.takes(class_id, POLYGON):
                return POLYGON, outline
            mask = _mask(row) if outline is None and self._table.takes(class_id, MASK) else None
            if mask is not None:
                return MASK, mask
            self._tally.lose("outlines", marks=1)
        x, y, w, h = row.bbox
        return BOX, {"x": x, "y": y, "w": w, "h": h}

    def _attributes(self, row: _BoxIn, class_id: str) -> dict[str, FieldValue]:
        attributes: dict[str, FieldValue] = {}
        given = dict(row.attributes or {})
        if row.iscrowd:
            given[CROWD] = True
        for name, value in given.items():
            held = self._table.attribute(class_id, name, value)
            if held is not None:
                attributes[held[0]] = held[1]
            elif value is not None:
                self._tally.lose("attributes_unreadable", marks=1)
        return attributes

    def _fault(self, code: str, message: str, path: str, mend: str) -> RowFault:
        return RowFault(code, message, mend, self._path, path=path)


def _told(row: _BoxIn) -> tuple[str, dict[str, Any]] | None:
    """(kind, geometry) that an export of fairmark put beside the standard's members, if it is sound."""
    if memoryview(row.shape).nbytes <= _EMPTY_BYTES:
        return None
    try:
        shape = _decode_shape(row.shape)
        kind = KINDS.get(shape.kind)
        if kind is None:
            return None
        kind.read(shape.geometry)
    except JSON_ERRORS:
        return None
    return shape.kind, shape.geometry


def _outline(row: _BoxIn) -> dict[str, Any] | None:
    """The polygon whose rings the segmentation lists; None for run lengths, and for what is no list of rings."""
    try:
        rings = _decode_outline(row.segmentation)
    except JSON_ERRORS:
        return None
    if not rings or any(len(ring) % 2 or not all(map(isfinite, ring)) for ring in rings):
        return None
    return {"parts": [[[list(point) for point in zip(ring[0::2], ring[1::2], strict=True)]] for ring in rings]}


def _mask(row: _BoxIn) -> dict[str, Any] | None:
    """The mask whose run lengths the segmentation holds; None for what is no mask or an empty one."""
    try:
        found = _decode_runs(row.segmentation)
    except JSON_ERRORS:
        return None
    height, width = found.size
    return mask_of(found.counts, width, height)


def _grouped(owners: "array[int]", groups: int) -> tuple["array[int]", "array[int]"]:
    """(starts, order): rows of group g, in their order, are order[starts[g]:starts[g + 1]]. Owner -1 is in no group."""
    counts = array("q", bytes(8 * (groups + 1)))
    for owner in owners:
        if owner >= 0:
            counts[owner + 1] += 1
    starts = array("q", accumulate(counts))
    order = array("q", bytes(8 * starts[-1]))
    nexts = array("q", starts)
    for row, owner in enumerate(owners):
        if owner >= 0:
            order[nexts[owner]] = row
            nexts[owner] += 1
    return starts, order
