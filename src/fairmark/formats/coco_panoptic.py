"""COCO panoptic: `annotations/panoptic_<split>.json`, and beside it a folder with a PNG of each image."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from fairmark.formats.coco_panoptic_read import FOLDER, panoptic_rows
from fairmark.formats.coco_write import CROWD, CocoFile
from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, Source, WriteOptions
from fairmark.formats.image_writer import ImageWriter
from fairmark.formats.images import IMAGE_LOSSES, NO_SPLIT, ImageRow, ImageRows, LazyTable, area_classes, is_sound
from fairmark.formats.model import LabeledItem, Report
from fairmark.formats.names import stem_of
from fairmark.formats.pixel_maps import (
    MASK,
    OUTLINED,
    PIXELS_MAX,
    box_of_pixels,
    has_pixels,
    is_paintable,
    painted,
    png_of,
)
from fairmark.formats.tally import Tally
from fairmark.ontology.model import Mark, Ontology

if TYPE_CHECKING:
    from fairmark.formats.pixel_maps import Numbers

_encode = msgspec.json.Encoder().encode


class CocoPanopticWriter(ImageWriter):
    """Each pixel belongs to one segment at most: of marks that overlap, the upper one has it."""

    by_stem = True

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        super().__init__(ontology, sink, options, tally, ImageRows(ontology, tally, places_marks=False))
        self._classes = {each.id: (place, each) for place, each in enumerate(area_classes(ontology), start=1)}
        self._head = _head(ontology, self._rows.names, options)
        self._files: dict[str, CocoFile] = {}
        self._images = 0

    def finish(self) -> Report:
        if not self._files:
            self._file(NO_SPLIT)
        for file in self._files.values():
            file.close()
        return super().finish()

    def abandon(self) -> None:
        for file in self._files.values():
            file.drop()
        super().abandon()

    def _put(self, item: LabeledItem, images: Sequence[ImageRow]) -> None:
        for row in images:
            self._put_image(row)

    def _put_image(self, row: ImageRow) -> None:
        width, height = row.asset.width or 0, row.asset.height or 0
        marks = self._paintable(row, width, height)
        if marks is None:
            return
        name = self._named(row)
        split = row.item.split or NO_SPLIT
        numbers, segments = self._segments(marks, width, height)
        self._images += 1
        image = {"id": self._images, "file_name": name, "width": width, "height": height}
        picture = f"{stem_of(name)}.png"
        self._sink.write(f"{FOLDER}panoptic_{split}/{picture}", png_of(_coloured(numbers)))
        annotation = {"image_id": self._images, "file_name": picture, "segments_info": segments}
        self._file(split).add(_encode(image), _encode(annotation))
        self._tally.marks += len(segments)

    def _paintable(self, row: ImageRow, width: int, height: int) -> list[Mark] | None:
        """The marks of an image that can be painted; None if the image cannot. What is left out is counted."""
        lose = self._tally.lose
        marks = [mark for mark in row.item.annotation.marks if mark.asset == row.place]
        if not is_paintable(width, height):
            lose("size_unknown", items=1, marks=len(marks))
            return None
        kept: list[Mark] = []
        for mark in marks:
            known = self._classes.get(mark.class_)
            if mark.kind not in OUTLINED:
                lose("tags" if mark.kind == "tag" else "mark_kinds", marks=1)
            elif known is None or mark.kind not in known[1].marks:
                lose("class_unknown", marks=1)
            elif not (is_sound(mark) and has_pixels(mark, width, height)):
                lose("bad_geometry", marks=1)
            else:
                kept.append(mark)
        return kept

    def _segments(self, marks: list[Mark], width: int, height: int) -> "tuple[Numbers, list[dict[str, Any]]]":
        """The number of the segment of each pixel, 0 for none, and what the file says of each segment."""
        numbers, visible, covered = painted(marks, width, height)
        lose = self._tally.lose
        stuff: dict[str, int] = {}
        infos: list[dict[str, Any]] = []
        for place, mark in enumerate(marks, start=1):
            if not visible[place - 1]:
                lose("hidden", marks=1)
                continue
            self._count_losses(mark, visible[place - 1] < covered[place - 1])
            category, item_class = self._classes[mark.class_]
            if not item_class.instances and (first := stuff.setdefault(mark.class_, place)) != place:
                lose("stuff_joined", marks=1)
                numbers[numbers == place] = first
                continue
            crowd = int(mark.attributes.get(CROWD) is True)
            infos.append({"id": place, "category_id": category, "iscrowd": crowd})
        for info in infos:
            info["bbox"] = box_of_pixels(numbers, info["id"])
            info["area"] = int((numbers == info["id"]).sum())
        return numbers, infos

    def _count_losses(self, mark: Mark, is_covered: bool) -> None:
        lose = self._tally.lose
        lose("mark_details", marks=1)
        if is_covered:
            lose("overlaps", marks=1)
        if mark.kind != MASK:
            lose("outlines", marks=1)
        if mark.score is not None:
            lose("scores", marks=1)
        if any(name != CROWD or value is not True for name, value in mark.attributes.items()):
            lose("attributes", marks=1)

    def _file(self, split: str) -> CocoFile:
        file = self._files.get(split)
        if file is None:
            file = self._files[split] = CocoFile(self._sink, f"{FOLDER}panoptic_{split}.json", self._head)
        return file


def _head(ontology: Ontology, names: list[str], options: WriteOptions) -> bytes:
    """Everything before the first image."""
    info = {"description": options.title, "version": "1.0", "contributor": "fairmark"}
    if options.created is not None:
        info["date_created"] = options.created.isoformat()
        info["year"] = str(options.created.year)
    titles = {each.id: each.name for each in ontology.classes}
    categories = [
        {
            "id": place,
            "name": name,
            "supercategory": titles.get(each.parent or "", ""),
            "isthing": int(each.instances),
            "color": list(bytes.fromhex(each.color[1:])),
        }
        for place, (each, name) in enumerate(zip(area_classes(ontology), names, strict=True), start=1)
    ]
    return _encode({"info": info, "licenses": [], "categories": categories})[:-1] + b',"images":['


def _coloured(numbers: "Numbers") -> Any:
    """The picture of a map of segments: red, green and blue are the bytes of a number, the lowest first."""
    import numpy as np
    from PIL import Image

    bytes_ = np.ascontiguousarray(numbers, dtype="<u4").view(np.uint8).reshape(*numbers.shape, 4)
    return Image.fromarray(np.ascontiguousarray(bytes_[:, :, :3]))


class CocoPanoptic(Format):
    """Masks without overlap, of things and of stuff. Outlines become pixels."""

    name = "coco_panoptic"
    title = "COCO panoptic"
    media_types = ("application/json",)
    write_losses = {
        **IMAGE_LOSSES,
        "mark_kinds": "Marks that cover no area, and boxes, which are no outlines, are left out.",
        "item_details": "Metadata, batch, confidence, URLs, file hashes and media types of items are not kept.",
        "attributes": "Attributes are left out, except iscrowd where true.",
        "scores": "Scores of marks have no place in this format.",
        "outlines": "Outlines become the pixels of the image whose centre they cover.",
        "overlaps": "Where marks overlap, the pixels are those of the upper one.",
        "hidden": "Marks of which no pixel is left are left out.",
        "stuff_joined": "Several marks of one class of stuff on an image become one segment.",
        "size_unknown": f"Images whose size is not known, or above {PIXELS_MAX} pixels, are left out.",
        "split_default": "A split called default comes back as no split.",
        "renamed": "Names that are unsafe, or equal but for the extension, are changed.",
    }
    read_losses = {
        "kinds_refused": "Segments of classes that take no masks become outlines, boxes, or are left out.",
        "no_pixels": "Segments of which the picture has no pixel are not read.",
        "unlisted": "Pixels of segments that are not in the list are not read.",
        "supercategories": "Supercategories are not read.",
        "renamed": "The drive and the leading slash of absolute file names are cut off.",
        "other_files": "JSON files that hold no images, annotations and categories are left out.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> CocoPanopticWriter:
        return CocoPanopticWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(panoptic_rows(source, options, tally, lazy), tally, lazy.ontology)
