"""Writing COCO instances in one pass: images go into the file, marks wait aside until all images are through."""

from math import ceil, floor
from shutil import copyfileobj
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from fairmark.formats.coco_keypoints import annotation_members, category_members
from fairmark.formats.coco_masks import MASK, mask_runs
from fairmark.formats.contract import Sink, WriteOptions
from fairmark.formats.images import (
    BOX,
    NO_SPLIT,
    ONTOLOGY_PATH,
    POLYGON,
    ImageRow,
    ImageRows,
    Parts,
    parts_of,
)
from fairmark.formats.model import AssetRecord, LabeledItem, Report
from fairmark.formats.names import NameTable, safe_path
from fairmark.formats.run_lengths import covered_area, run_lengths
from fairmark.formats.skeletons import SKELETON
from fairmark.formats.spool import spool
from fairmark.formats.tally import Tally
from fairmark.ontology.model import FieldValue, Mark, Ontology
from fairmark.ontology.upgrade import write_ontology

CROWD = "iscrowd"
"""The attribute that a crowd region has here: true on import, and `iscrowd: 1` again on export."""

_BUFFER_BYTES = 2**16
_FILES_MAX = 1000

_encode = msgspec.json.Encoder().encode


class _ImageOut(msgspec.Struct, omit_defaults=True, gc=False):
    id: int
    file_name: str
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    coco_url: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


class _BoxOut(msgspec.Struct, gc=False):
    id: int
    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float]
    area: float
    iscrowd: int = 0
    segmentation: list[Any] | dict[str, Any] = []
    attributes: dict[str, FieldValue] | UnsetType = UNSET
    score: float | UnsetType = UNSET
    shape: dict[str, Any] | UnsetType = UNSET
    keypoints: list[float] | UnsetType = UNSET
    num_keypoints: int | UnsetType = UNSET


class CocoFile:
    """One file of the export. Marks wait aside until the images, which come first in the file, are through."""

    def __init__(self, sink: Sink, path: str, head: bytes) -> None:
        """head: all that stands before the first image."""
        self._stream = sink.open(path)
        self._aside = spool()
        self._images = bytearray(head)
        self._boxes = bytearray()
        self._comma = (b"\n", b"\n")

    def add(self, image: bytes, boxes: bytes) -> None:
        """image: an object. boxes: objects with commas between them, or nothing."""
        self._images += self._comma[0] + image
        if boxes:
            self._boxes += self._comma[1] + boxes
        self._comma = (b",\n", b",\n" if boxes else self._comma[1])
        if len(self._images) > _BUFFER_BYTES:
            self._stream.write(bytes(self._images))
            self._images.clear()
        if len(self._boxes) > _BUFFER_BYTES:
            self._aside.write(self._boxes)
            self._boxes.clear()

    def close(self) -> None:
        self._stream.write(bytes(self._images) + b'\n],"annotations":[')
        self._aside.seek(0)
        copyfileobj(self._aside, self._stream, 2**20)
        self._aside.close()
        self._stream.write(bytes(self._boxes) + b"\n]}\n")
        self._stream.close()

    def drop(self) -> None:
        self._aside.close()
        self._stream.drop()


class CocoWriter:
    """Ids count from 1 through all files: an annotation with the id 0 counts as unmatched in the usual evaluation."""

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        self._tally = tally
        self._rows = ImageRows(ontology, tally, keeps_url=True, keeps_skeletons=True)
        self._names = NameTable()
        self._parts: dict[str, CocoFile] = {}
        self._sink = sink
        self._files_before = sink.files
        self._image_id = 0
        self._box_id = 0
        self._head = self._make_head(ontology, options)
        self._place_image = options.place_image
        sink.write(ONTOLOGY_PATH, msgspec.json.format(write_ontology(ontology), indent=1))

    def add(self, item: LabeledItem) -> None:
        images = self._rows.of(item)
        self._tally.items += bool(images)
        if images and item.split == NO_SPLIT:
            self._tally.lose("split_default", items=1)
        for row in images:
            self._part(item.split or NO_SPLIT).add(self._image(row), self._boxes(row))

    def finish(self) -> Report:
        if not self._parts:
            self._part(NO_SPLIT)
        for part in self._parts.values():
            part.close()
        self._tally.files = self._sink.files - self._files_before
        return self._tally.report()

    def abandon(self) -> None:
        for part in self._parts.values():
            part.drop()

    def _make_head(self, ontology: Ontology, options: WriteOptions) -> bytes:
        info = {"description": options.title, "version": "1.0", "contributor": "fairmark"}
        if options.created is not None:
            info["date_created"] = options.created.isoformat()
            info["year"] = str(options.created.year)
        titles = {each.id: each.name for each in ontology.classes}
        of_keypoints = any(each.skeleton is not None and SKELETON in each.marks for each in ontology.classes)
        categories = [
            {
                "id": place,
                "name": name,
                "supercategory": titles.get(each.parent or "", ""),
                **category_members(each, of_keypoints=of_keypoints),
            }
            for place, (each, name) in enumerate(zip(self._rows.classes, self._rows.names, strict=True), start=1)
        ]
        head = {"info": info, "licenses": [], "categories": categories}
        return _encode(head)[:-1] + b',"images":['

    def _part(self, split: str) -> CocoFile:
        part = self._parts.get(split)
        if part is None:
            assert len(self._parts) < _FILES_MAX, "an item's split names one of a few parts of the data"
            part = self._parts[split] = CocoFile(self._sink, f"annotations/instances_{split}.json", self._head)
        return part

    def _image(self, row: ImageRow) -> bytes:
        asset, item = row.asset, row.item
        self._image_id += 1
        name = self._names.claim(safe_path(asset.name), row.key, by_stem=False)
        if name != asset.name:
            self._tally.lose("renamed", items=1)
        if self._place_image is not None:
            self._place_image(f"images/{name}", asset)
        image = _ImageOut(self._image_id, name)
        if asset.width and asset.height:
            image.width, image.height = asset.width, asset.height
        else:
            self._tally.lose("size_unknown", items=1)
        if asset.url:
            image.coco_url = asset.url
        if row.key != name:
            image.external_id = row.key
        if item.name != name:
            image.name = item.name
        return _encode(image)

    def _boxes(self, row: ImageRow) -> bytes:
        out: list[_BoxOut] = []
        id, image_id, asset = self._box_id, self._image_id, row.asset
        for place, x, y, w, h, mark in row.boxes:
            id += 1
            each = _BoxOut(id, image_id, place + 1, (x, y, w, h), w * h)
            if mark.kind == SKELETON:
                each.keypoints, each.num_keypoints = annotation_members(mark.geometry)
            elif mark.kind != BOX:
                _add_outline(each, mark, asset)
            if mark.attributes:
                _add_attributes(each, mark, asset)
            if mark.score is not None:
                each.score = mark.score
            out.append(each)
        self._box_id = id
        self._tally.marks += len(out)
        return _encode(out)[1:-1]


def _add_outline(out: _BoxOut, mark: Mark, asset: AssetRecord) -> None:
    """The outline as the standard has it; where that is less than the mark says, also the mark's own geometry."""
    if mark.kind == MASK and asset.width and asset.height:
        counts = mask_runs(mark.geometry, asset.width, asset.height)
        if counts is not None:
            out.area = sum(counts[1::2])
            out.segmentation = {"size": [asset.height, asset.width], "counts": counts}
            return
    parts = parts_of(mark)
    out.area = covered_area(parts)
    if all(len(part) == 1 for part in parts):
        out.segmentation = [[number for point in outer for number in point] for (outer,) in parts]
    else:
        out.segmentation = _mask(parts, asset)
    if mark.kind != POLYGON or isinstance(out.segmentation, dict) or not out.segmentation:
        out.shape = {"kind": mark.kind, "geometry": mark.geometry}


def _mask(parts: Parts, asset: AssetRecord) -> dict[str, Any] | list[Any]:
    """The covered pixels as uncompressed run lengths, as lists of points hold no holes; an empty list without the
    image's size."""
    if not asset.width or not asset.height:
        return []
    return {"size": [asset.height, asset.width], "counts": run_lengths(parts, asset.width, asset.height)}


def _add_attributes(out: _BoxOut, mark: Mark, asset: AssetRecord) -> None:
    attributes = mark.attributes
    if attributes.get(CROWD) is True:
        out.iscrowd = 1
        if mark.kind in (BOX, SKELETON):
            out.segmentation = _crowd_mask(out.bbox, asset.width, asset.height)
        else:
            out.segmentation = _mask(parts_of(mark), asset)
            out.shape = {"kind": mark.kind, "geometry": mark.geometry}
        attributes = {key: value for key, value in attributes.items() if key != CROWD}
    if attributes:
        out.attributes = attributes


def _crowd_mask(
    box: tuple[float, float, float, float], width: int | None, height: int | None
) -> dict[str, Any] | list[Any]:
    """The pixels that the box touches, as the uncompressed run lengths that a crowd region needs.

    Runs go down the columns, zeros first. An empty list without the image's size, or outside of it.
    """
    if not width or not height:
        return []
    x, y, w, h = box
    left, top = max(floor(x), 0), max(floor(y), 0)
    right, bottom = min(ceil(x + w), width), min(ceil(y + h), height)
    if right <= left or bottom <= top:
        return []
    inside, gap = bottom - top, height - (bottom - top)
    if gap == 0:
        runs = [left * height, (right - left) * height]
    else:
        runs = [left * height + top] + [inside, gap] * (right - left - 1) + [inside]
    rest = width * height - sum(runs)
    return {"size": [height, width], "counts": runs + ([rest] if rest else [])}
