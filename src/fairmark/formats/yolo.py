"""YOLO: `labels/<split>/<name>.txt` with a mark a line, and `data.yaml`. Detect has `class cx cy w h` from 0 to 1,
segment `class x1 y1 x2 y2 ...`."""

from collections.abc import Callable
from typing import Any

import yaml

from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, Source, WriteOptions
from fairmark.formats.images import (
    BOX,
    ELLIPSE,
    IMAGE_LOSSES,
    POLYGON,
    ROTATED_BOX,
    BoxRow,
    Companion,
    ImageRow,
    ImageRows,
    LazyTable,
    clipped,
    corners_around,
    parts_of,
)
from fairmark.formats.model import LabeledItem, Report
from fairmark.formats.names import NameTable, safe_path, stem_of, title_of
from fairmark.formats.tally import Tally
from fairmark.formats.yolo_pose import PoseLines, pose_data
from fairmark.formats.yolo_read import yolo_rows
from fairmark.ontology.model import Ontology

_NO_SPLIT = "train"
_SPECIAL_KEYS = frozenset({"path", "names", "nc", "download", "train", "val", "kpt_shape", "flip_idx", "kpt_names"})
_SPECIAL_FOLDERS = frozenset({"images", "labels"})

Lines = Callable[[BoxRow, int, int, Tally], list[str]]
"""The lines of one mark on an image of a width and height, without their class; none if nothing of it is inside."""


class YoloWriter:
    """An image without marks gets an empty file: it is background, and training uses it."""

    def __init__(
        self,
        ontology: Ontology,
        sink: Sink,
        options: WriteOptions,
        tally: Tally,
        lines_of: Lines,
        *,
        has_poses: bool = False,
    ) -> None:
        self._tally = tally
        self._lines_of = lines_of
        self._has_poses = has_poses
        self._rows = ImageRows(ontology, tally, keeps_skeletons=has_poses)
        self._names = NameTable()
        self._splits: set[str] = set()
        self._sink = sink
        self._title = options.title
        self._files_before = sink.files
        self._companion = Companion(ontology, sink)
        self._place_image = options.place_image

    def add(self, item: LabeledItem) -> None:
        images = self._rows.of(item)
        written = [self._add_image(item.split, row) for row in images]
        self._tally.items += any(written)

    def finish(self) -> Report:
        self._companion.close()
        self._sink.write("data.yaml", self._data_yaml())
        self._tally.files = self._sink.files - self._files_before
        return self._tally.report()

    def abandon(self) -> None:
        self._companion.drop()

    def _add_image(self, split: str | None, row: ImageRow) -> bool:
        asset = row.asset
        if not asset.width or not asset.height:
            self._tally.lose("size_unknown", items=1, marks=len(row.boxes))
            return False
        if split is None:
            self._tally.lose("split_assumed", items=1)
        folder = split or _NO_SPLIT
        self._splits.add(folder)
        name = f"{folder}/{self._names.claim(_trainable(asset.name), f'{folder} {row.key}')}"
        if name != f"{folder}/{asset.name}":
            self._tally.lose("renamed", items=1)
        lines = self._lines(row, asset.width, asset.height)
        self._sink.write(f"labels/{stem_of(name)}.txt", "".join(lines).encode())
        self._companion.add(f"images/{name}", row)
        if self._place_image is not None:
            self._place_image(f"images/{name}", asset)
        self._tally.marks += len(lines)
        return True

    def _lines(self, row: ImageRow, width: int, height: int) -> list[str]:
        lines: list[str] = []
        for box in row.boxes:
            made = self._lines_of(box, width, height, self._tally)
            if not made:
                self._tally.lose("outside_image", marks=1)
                continue
            if box[5].attributes:
                self._tally.lose("attributes", marks=1)
            if box[5].score is not None:
                self._tally.lose("scores", marks=1)
            lines += [f"{box[0]} {line}\n" for line in made]
        return lines

    def _data_yaml(self) -> bytes:
        paths = {split: f"images/{split}" for split in sorted(self._splits - _SPECIAL_KEYS)}
        data: dict[str, Any] = {"path": ".", "train": "images/train", "val": "images/val", **paths}
        if "val" not in self._splits:
            # Training tools refuse a file without `val`. The report says that it points at the training images.
            data["val"] = data["train"]
            self._tally.lose("validation_missing")
        if self._has_poses:
            data |= pose_data(self._rows.classes)
        data["names"] = dict(enumerate(self._rows.names))
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)
        return f"# {title_of(self._title)}\n{text}".encode()


def box_lines(box: BoxRow, width: int, height: int, tally: Tally) -> list[str]:
    """`cx cy w h`: the box, or the box around an outline."""
    _, x, y, w, h, mark = box
    left, top, right, bottom = x, y, x + w, y + h
    if left < 0 or top < 0 or right > width or bottom > height:
        inside = clipped(box, width, height)
        if inside is None:
            return []
        tally.lose("clipped", marks=1)
        left, top, right, bottom = inside
    if mark.kind != BOX:
        tally.lose("outlines", marks=1)
    across, down = (left + right) / 2 / width, (top + bottom) / 2 / height
    return [f"{across:.8f} {down:.8f} {(right - left) / width:.8f} {(bottom - top) / height:.8f}"]


def corner_lines(box: BoxRow, width: int, height: int, tally: Tally) -> list[str]:
    """`x1 y1 x2 y2 x3 y3 x4 y4`, clockwise on a screen. Corners of what is turned may lie outside of the image."""
    mark = box[5]
    inside = clipped(box, width, height)
    if inside is None:
        return []
    if mark.kind in (ROTATED_BOX, ELLIPSE):
        if not (0 <= mark.geometry["cx"] <= width and 0 <= mark.geometry["cy"] <= height):
            return []
        corners = parts_of(mark)[0][0] if mark.kind == ROTATED_BOX else corners_around(mark)
    else:
        left, top, right, bottom = inside
        if inside != (box[1], box[2], box[1] + box[3], box[2] + box[4]):
            tally.lose("clipped", marks=1)
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    if mark.kind != ROTATED_BOX:
        tally.lose("outlines" if mark.kind in (POLYGON, "mask") else "shapes", marks=1)
    return [" ".join(f"{across / width:.8f} {down / height:.8f}" for across, down in corners)]


def outline_lines(box: BoxRow, width: int, height: int, tally: Tally) -> list[str]:
    """`x1 y1 x2 y2 ...` for each part: its outer ring, each corner brought into the image."""
    mark = box[5]
    if clipped(box, width, height) is None:
        return []
    parts = parts_of(mark)
    lines: list[str] = []
    is_cut = False
    for part in parts:
        inside = [(min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))) for x, y in part[0]]
        is_cut = is_cut or inside != list(part[0])
        # Of two zeros one would be written as -0.00000000, as if there was something between them.
        shares = [(f"{x / width + 0.0:.8f}", f"{y / height + 0.0:.8f}") for x, y in inside]
        # A part that lies outside is brought to the border, where nothing of it is left.
        if all(len(set(along)) > 1 for along in zip(*shares, strict=True)):
            lines.append(" ".join(" ".join(point) for point in shares))
    if not lines:
        return []
    if is_cut:
        tally.lose("clipped", marks=1)
    if mark.kind != POLYGON:
        tally.lose("shapes", marks=1)
    if len(parts) > 1:
        tally.lose("parts", marks=1)
    if any(len(part) > 1 for part in parts):
        tally.lose("holes", marks=1)
    return lines


def _trainable(name: str) -> str:
    """`name` as a safe path without folders called images or labels: tools swap the last of these in a path."""
    *folders, last = safe_path(name).split("/")
    return "/".join([f"{folder}_" if folder.lower() in _SPECIAL_FOLDERS else folder for folder in folders] + [last])


_LOSSES = {
    **IMAGE_LOSSES,
    "item_details": "Metadata, batch, confidence, URLs, file hashes and media types of items are not kept.",
    "attributes": "Attributes of marks have no place in this format.",
    "scores": "Scores of marks have no place in this format.",
    "size_unknown": "Images whose size is not known are left out, as coordinates are shares of it.",
    "clipped": "Marks that reach over the image's border are cut there.",
    "outside_image": "Marks outside of the image are left out.",
    "renamed": "Names that are unsafe, equal but for the extension, or confuse training tools are changed.",
    "split_assumed": "Images without a split are put into train.",
    "validation_missing": "There is no val split, so val points at the training images; set it before training.",
}


class Yolo(Format):
    """Class numbers follow the ontology from 0. Every image has a file, an empty one if it shows nothing."""

    name = "yolo"
    title = "YOLO detect"
    media_types = ("text/plain", "application/yaml")
    write_losses = {**_LOSSES, "outlines": "Outlines become the box around them."}
    read_losses = {
        "outlines": "Outlines of classes that take none are not read; the box around them is.",
        "clipped": "Marks that reach over the image's border by rounding are cut there.",
    }
    lines_of: Lines = staticmethod(box_lines)
    corners_are = POLYGON
    """The kind of mark that four corners are read as; more are always an outline."""

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> YoloWriter:
        tally = Tally(self.name, self.write_losses)
        return YoloWriter(ontology, sink, options or WriteOptions(), tally, self.lines_of)

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(yolo_rows(source, options, tally, lazy, self.corners_are), tally, lazy.ontology)


class YoloObb(Yolo):
    """As YOLO detect, with the four corners of a rotated box in place of its box."""

    name = "yolo_obb"
    title = "YOLO oriented boxes"
    write_losses = {
        **_LOSSES,
        "shapes": "Boxes become rotated boxes that are not rotated, ellipses the rotated box around them.",
        "outlines": "Outlines become the upright box around them.",
    }
    read_losses = {
        **Yolo.read_losses,
        "skewed": "Four corners that make no rectangle become the rotated box that lies closest.",
    }
    lines_of: Lines = staticmethod(corner_lines)
    corners_are = ROTATED_BOX


class YoloSegment(Yolo):
    """As YOLO detect, with the corners of an outline in place of its box."""

    name = "yolo_segment"
    title = "YOLO segment"
    write_losses = {
        **_LOSSES,
        "shapes": "Boxes and other shapes become outlines.",
        "parts": "An outline of several parts becomes several outlines.",
        "holes": "Holes of outlines are filled.",
    }
    lines_of: Lines = staticmethod(outline_lines)


class YoloPose(Yolo):
    """As YOLO detect, with the points of a skeleton behind its box. All lines have as many points as the largest
    skeleton: those of others, and of boxes, end with absent ones."""

    name = "yolo_pose"
    title = "YOLO pose"
    write_losses = {
        **_LOSSES,
        "mark_kinds": "Marks that are no skeletons and cover no area are left out.",
        "outlines": "Outlines become the box around them, without points.",
    }
    read_losses = {
        "clipped": Yolo.read_losses["clipped"],
        "keypoints": "Points of classes that take no skeletons, or others, are not read; the box is.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> YoloWriter:
        tally, lines = Tally(self.name, self.write_losses), PoseLines(ontology)
        return YoloWriter(ontology, sink, options or WriteOptions(), tally, lines, has_poses=True)

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(yolo_rows(source, options, tally, lazy, POLYGON, has_poses=True), tally, lazy.ontology)
