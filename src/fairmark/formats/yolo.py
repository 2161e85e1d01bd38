"""YOLO detect: `labels/<split>/<name>.txt` with `class cx cy w h` from 0 to 1, and `data.yaml`."""

from typing import Any

import yaml

from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, Source, WriteOptions
from fairmark.formats.images import IMAGE_LOSSES, Companion, ImageRow, ImageRows, LazyTable, clipped
from fairmark.formats.model import LabeledItem, Report
from fairmark.formats.names import NameTable, safe_path, stem_of, title_of
from fairmark.formats.tally import Tally
from fairmark.formats.yolo_read import yolo_rows
from fairmark.ontology.model import Ontology

_NO_SPLIT = "train"
_SPECIAL_KEYS = frozenset({"path", "names", "nc", "download", "train", "val"})
_SPECIAL_FOLDERS = frozenset({"images", "labels"})


class YoloWriter:
    """An image without boxes gets an empty file: it is background, and training uses it."""

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        self._tally = tally
        self._rows = ImageRows(ontology, tally)
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
            place, x, y, w, h, mark = box
            if mark.attributes:
                self._tally.lose("attributes", marks=1)
            if mark.score is not None:
                self._tally.lose("scores", marks=1)
            left, top, right, bottom = x, y, x + w, y + h
            if left < 0 or top < 0 or right > width or bottom > height:
                inside = clipped(box, width, height)
                if inside is None:
                    self._tally.lose("outside_image", marks=1)
                    continue
                self._tally.lose("clipped", marks=1)
                left, top, right, bottom = inside
            across, down = (left + right) / 2 / width, (top + bottom) / 2 / height
            lines.append(
                f"{place} {across:.8f} {down:.8f} {(right - left) / width:.8f} {(bottom - top) / height:.8f}\n"
            )
        return lines

    def _data_yaml(self) -> bytes:
        paths = {split: f"images/{split}" for split in sorted(self._splits - _SPECIAL_KEYS)}
        data: dict[str, Any] = {"path": ".", "train": "images/train", "val": "images/val", **paths}
        if "val" not in self._splits:
            # Training tools refuse a file without `val`. The report says that it points at the training images.
            data["val"] = data["train"]
            self._tally.lose("validation_missing")
        data["names"] = dict(enumerate(self._rows.names))
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)
        return f"# {title_of(self._title)}\n{text}".encode()


def _trainable(name: str) -> str:
    """`name` as a safe path without folders called images or labels: tools swap the last of these in a path."""
    *folders, last = safe_path(name).split("/")
    return "/".join([f"{folder}_" if folder.lower() in _SPECIAL_FOLDERS else folder for folder in folders] + [last])


class Yolo(Format):
    """Class numbers follow the ontology from 0. Every image has a file, an empty one if it shows nothing."""

    name = "yolo"
    title = "YOLO detect"
    media_types = ("text/plain", "application/yaml")
    write_losses = {
        **IMAGE_LOSSES,
        "item_details": "Metadata, batch, confidence, URLs, file hashes and media types of items are not kept.",
        "attributes": "Attributes of marks have no place in this format.",
        "scores": "Scores of marks have no place in this format.",
        "size_unknown": "Images whose size is not known are left out, as coordinates are shares of it.",
        "clipped": "Boxes that reach over the image's border are cut there.",
        "outside_image": "Boxes outside of the image are left out.",
        "renamed": "Names that are unsafe, equal but for the extension, or confuse training tools are changed.",
        "split_assumed": "Images without a split are put into train.",
        "validation_missing": "There is no val split, so val points at the training images; set it before training.",
    }
    read_losses = {
        "outlines": "Outlines (seg, obb) are not read; the box around them is.",
        "clipped": "Boxes that reach over the image's border by rounding are cut there.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> YoloWriter:
        return YoloWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(yolo_rows(source, options, tally, lazy), tally, lazy.ontology)
