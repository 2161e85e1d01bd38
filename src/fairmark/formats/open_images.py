"""Open Images: tables of boxes, image labels, masks and relations for each split, and a PNG for each mask.

Source: the data set's own "Data formats", version 7, and the layout that CVAT and Datumaro write.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, Source, WriteOptions
from fairmark.formats.image_writer import ImageWriter
from fairmark.formats.images import IMAGE_LOSSES, NO_SPLIT, TAG, ImageRow, ImageRows, LazyTable, clipped, is_sound
from fairmark.formats.model import LabeledItem
from fairmark.formats.names import class_names, stem_of
from fairmark.formats.open_images_read import FLAGS, FOLDER, HIERARCHY, IMAGES, MASKS, NAMES, SUBSETS, open_images_rows
from fairmark.formats.pixel_maps import MASK, OUTLINED, crop_of, has_pixels, is_paintable, picture_of_mask
from fairmark.formats.tally import Tally
from fairmark.ontology.model import Mark, Ontology

_ROOT = "/m/0bl9f"
"""The data set's word for any thing, above all classes."""
_IMAGE_COLUMNS = (
    "ImageID", "Subset", "OriginalURL", "OriginalLandingURL", "License", "AuthorProfileURL", "Author", "Title",
    "OriginalSize", "OriginalMD5", "Thumbnail300KURL", "Rotation",
)  # fmt: skip
_SIDES = ("XMin", "XMax", "YMin", "YMax")
_COLUMNS = {
    "bbox": ("ImageID", "Source", "LabelName", "Confidence", *_SIDES, *FLAGS.values()),
    "human-imagelabels": ("ImageID", "Source", "LabelName", "Confidence"),
    "object-segmentation": (
        "MaskPath", "ImageID", "LabelName", "BoxID", *(f"Box{side}" for side in _SIDES), "PredictedIoU", "Clicks",
    ),
    "vrd": ("ImageID", "LabelName1", "LabelName2", *(f"{side}1" for side in _SIDES), *(f"{side}2" for side in _SIDES),
            "RelationshipLabel"),
}  # fmt: skip
_encode = msgspec.json.Encoder().encode


class _Placed(NamedTuple):
    """A mark with a box: its class, XMin, XMax, YMin and YMax as written, and its pixels as PNG if it has any."""

    mark: Mark
    sides: tuple[str, str, str, str]
    png: bytes | None


class OpenImagesWriter(ImageWriter):
    """Rows stand in the tables of their split as they come. A mask has a box, as in the data set itself."""

    by_stem = True

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        rows = ImageRows(ontology, tally, keeps_url=True, keeps_links=True, keeps_tags=True)
        super().__init__(ontology, sink, options, tally, rows)
        self._tags = {each.id for each in ontology.classes if TAG in each.marks}
        self._masks = 0
        names = class_names(ontology.classes)
        sink.write(NAMES, b"".join(_line([each.id, names[each.id]]) for each in ontology.classes))
        if any(each.parent for each in ontology.classes):
            sink.write(HIERARCHY, _hierarchy(ontology))
        self._images = self._stream(IMAGES, _line(_IMAGE_COLUMNS))

    def _put(self, item: LabeledItem, images: Sequence[ImageRow]) -> None:
        if images and item.annotation.answers:
            self._tally.lose("answers", items=1)
        links = sum(self._put_image(row) for row in images)
        if images and (links < len(item.annotation.links) or any(link.attributes for link in item.annotation.links)):
            self._tally.lose("links", items=1)

    def _put_image(self, row: ImageRow) -> int:
        """Writes an image with its marks. How many links it has room for."""
        split = row.item.split or NO_SPLIT
        subset = SUBSETS.get(split, split)
        asset = row.asset
        if not (asset.width and asset.height):
            self._tally.lose("size_unknown", items=1, marks=len(row.boxes))
        image = stem_of(self._named(row, f"{subset}/"))
        about = [image, subset, asset.url or "", *[""] * 8, "0.0"]
        self._images.write(_line(about))
        self._put_tags(row, subset, image)
        if not (asset.width and asset.height):
            return 0
        placed = self._placed(row, asset.width, asset.height)
        self._count_twins(placed)
        for each in placed:
            self._put_box(each, subset, image)
        return self._put_links(row, placed, subset, image)

    def _put_tags(self, row: ImageRow, subset: str, image: str) -> None:
        for mark in row.item.annotation.marks:
            if mark.kind != TAG or mark.asset != row.place:
                continue
            if mark.class_ not in self._tags:
                self._tally.lose("class_unknown", marks=1)
                continue
            # A confidence of 0 says that what the label names is not on the image.
            score = mark.score or (None if mark.score is None else 1e-6)
            self._row("human-imagelabels", subset, [image, "verification", mark.class_, self._confidence(score)])
            self._count(mark)
            if mark.attributes:
                self._tally.lose("attributes", marks=1)
            self._tally.lose("mark_details", marks=1)

    def _placed(self, row: ImageRow, width: int, height: int) -> list[_Placed]:
        """The marks that have a box on the image. What they lose is counted."""
        found: list[_Placed] = []
        for box in row.boxes:
            mark = box[5]
            inside = clipped(box, width, height)
            if inside is None:
                self._tally.lose("outside_image", marks=1)
                continue
            crop = None
            if mark.kind in OUTLINED:
                if is_paintable(width, height) and is_sound(mark) and has_pixels(mark, width, height):
                    crop = crop_of(mark, width, height)
                if crop is None or mark.kind != MASK:
                    self._tally.lose("outlines", marks=1)
            elif inside != (box[1], box[2], box[1] + box[3], box[2] + box[4]):
                self._tally.lose("clipped", marks=1)
            if crop is not None:
                inside = (crop.x, crop.y, crop.x + crop.width, crop.y + crop.height)
            left, top, right, bottom = inside
            sides = (f"{left / width:.8f}", f"{right / width:.8f}", f"{top / height:.8f}", f"{bottom / height:.8f}")
            if sides[0] == sides[1] or sides[2] == sides[3]:
                self._tally.lose("outside_image", marks=1)
                continue
            found.append(_Placed(mark, sides, None if crop is None else picture_of_mask(crop, width, height)))
        return found

    def _count_twins(self, placed: Sequence[_Placed]) -> None:
        boxes = Counter((each.mark.class_, each.sides) for each in placed)
        for each in placed:
            if boxes[each.mark.class_, each.sides] > 1:
                self._tally.lose("twins", marks=1)

    def _put_box(self, placed: _Placed, subset: str, image: str) -> None:
        mark, sides, png = placed
        flags = [_FLAG[held] if isinstance(held := mark.attributes.get(id), bool) else "-1" for id in FLAGS]
        if any(id not in FLAGS or not isinstance(value, bool) for id, value in mark.attributes.items()):
            self._tally.lose("attributes", marks=1)
        self._row("bbox", subset, [image, "freeform", mark.class_, self._confidence(mark.score), *sides, *flags])
        self._count(mark)
        if png is not None:
            self._masks += 1
            id = f"{self._masks:08x}"
            path = f"{mark.class_}_{id}.png"
            self._sink.write(f"{MASKS}{subset}/{path}", png)
            self._row("object-segmentation", subset, [path, image, mark.class_, id, *sides, "", ""])

    def _put_links(self, row: ImageRow, placed: Sequence[_Placed], subset: str, image: str) -> int:
        by_id = {each.mark.id: each for each in placed}
        count = 0
        for link in row.item.annotation.links:
            ends = by_id.get(link.from_), by_id.get(link.to)
            if ends[0] is not None and ends[1] is not None:
                classes = [ends[0].mark.class_, ends[1].mark.class_]
                self._row("vrd", subset, [image, *classes, *ends[0].sides, *ends[1].sides, link.type])
                count += 1
        return count

    def _confidence(self, score: float | None) -> str:
        return "1" if score is None else repr(float(score))

    def _count(self, mark: Mark) -> None:
        self._tally.marks += 1
        if mark.score == 1 or (mark.kind == TAG and mark.score == 0):
            self._tally.lose("scores", marks=1)

    def _row(self, table: str, subset: str, cells: Iterable[str]) -> None:
        stream = self._stream(f"{FOLDER}{subset}-annotations-{table}.csv", _line(_COLUMNS[table]))
        stream.write(_line(cells))


_FLAG = {True: "1", False: "0"}


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()


def _hierarchy(ontology: Ontology) -> bytes:
    """The tree of classes, as the data set's own file has it."""
    below: dict[str, list[str]] = {}
    for each in ontology.classes:
        below.setdefault(each.parent or _ROOT, []).append(each.id)

    def node(name: str) -> dict[str, Any]:
        inner = [node(child) for child in below.get(name, ())]
        return {"LabelName": name, "Subcategory": inner} if inner else {"LabelName": name}

    return msgspec.json.format(_encode(node(_ROOT)), indent=1)


class OpenImages(Format):
    """Boxes with flags, masks, labels of whole images, relations, and the tree of classes."""

    name = "open_images"
    title = "Open Images CSV"
    media_types = ("text/csv",)
    write_losses = {
        **{code: text for code, text in IMAGE_LOSSES.items() if code != "tags"},
        "links": "Links whose marks have no boxes on one image, and attributes of links, are left out.",
        "mark_kinds": "Marks that are no tags and cover no area are left out.",
        "mark_details": "Mark ids, order, groups and who made a mark are not kept.",
        "attributes": (
            "Attributes are left out, except occluded, truncated, is_group_of, is_depiction and is_inside of boxes."
        ),
        "scores": "A score of 1 comes back as none; that of a tag with 0, which means that it is absent, as 0.000001.",
        "outlines": "Outlines become the pixels whose centre they cover, or the box around them if there are none.",
        "twins": "Marks of one class with the same box may change attributes, scores and links with each other.",
        "clipped": "Boxes that reach over the image's border are cut there.",
        "outside_image": "Marks outside of the image are left out.",
        "size_unknown": "Places are shares of the image: of images whose size is not known, tags alone are kept.",
        "split_default": "A split called default comes back as no split.",
        "renamed": "Names that are unsafe, or equal but for the extension, are changed.",
    }
    read_losses = {
        "absent_labels": "Labels with a confidence of 0, which say that something is not on the image, are not read.",
        "kinds_refused": "Masks that their class does not take become the box around them, or are left out.",
        "relations": "Relations whose boxes are not both in the table of boxes are not read.",
        "resized": "Masks of another size than their image are brought to its size, by the nearest pixel.",
        "other_files": "Tables of points, narratives and other things are not read.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> OpenImagesWriter:
        return OpenImagesWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(open_images_rows(source, options, tally, lazy), tally, lazy.ontology)
