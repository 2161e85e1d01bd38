"""What the image formats share: an item as images with marks, and the files that let an export come back whole."""

import re
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any, NamedTuple, TypeAlias

import msgspec

from fairmark.formats.classes import ClassTable
from fairmark.formats.contract import ReadOptions, Sink, Source
from fairmark.formats.disk_map import DiskMap
from fairmark.formats.json_rows import JSON_ERRORS
from fairmark.formats.lines import lines_of
from fairmark.formats.model import AssetRecord, FileDamaged, LabeledItem, Name, Pixels
from fairmark.formats.names import class_names, relative_path, safe_path, stem_of
from fairmark.formats.skeletons import SKELETON, box_around_pose, joint_counts
from fairmark.formats.source import read_document
from fairmark.formats.tally import Tally
from fairmark.modalities.image import KINDS, Ring
from fairmark.ontology.model import InvalidDocument, ItemClass, Mark, Ontology
from fairmark.ontology.upgrade import read_ontology, write_ontology

NO_SPLIT = "default"
"""What files call the part of the data that has no split."""
ONTOLOGY_PATH = "fairmark/ontology.json"
IMAGES_PATH = "fairmark/images.jsonl"
BOX = "box"
POLYGON = "polygon"
ROTATED_BOX = "rotated_box"
ELLIPSE = "ellipse"
TAG = "tag"
AREAS = frozenset(name for name, kind in KINDS.items() if kind.parts is not None)
"""Kinds of marks that cover an area: what detectors learn from. Formats take these."""

IMAGE_LOSSES = {
    "answers": "Answers to questions about the item have no place in this format.",
    "tags": "Tags of the whole image have no place in this format.",
    "links": "Links between marks have no place in this format.",
    "mark_kinds": "Marks of kinds that cover no area are left out.",
    "mark_details": "Mark ids, drawing order, groups and who made a mark are not kept.",
    "item_details": "Metadata, batch, confidence, file hashes and media types of items are not kept.",
    "items_split": "An item of several images becomes several images.",
    "no_image": "Items without an image are left out.",
    "not_upright": (
        "The files of these images are stored turned (EXIF orientation); the labels are for the upright picture. "
        "Turn the files, or read them with a library that does."
    ),
    "class_unknown": "Marks whose class is not in the ontology, or does not take their kind there, are left out.",
    "bad_geometry": "Marks without a sound place (sides above 0, finite numbers, an image of the item) are left out.",
}
"""Of exports: what COCO, YOLO and VOC have in common."""

_SIDE_MAX = 10**9
_SIDE_MIN = 1e-6
"""Files tell places to a millionth of a pixel or so."""
_SPLIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SPLITS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}


BoxRow: TypeAlias = tuple[int, float, float, float, float, Mark]
"""(place, x, y, w, h, mark): the box around a mark in continuous pixels of the upright image. place: of its class, from
0, among those that take marks with an area. A bare tuple: there are hundreds of thousands of them a second."""

Parts: TypeAlias = Sequence[Sequence[Ring]]
"""What a mark covers: parts, each an outer ring and its holes."""


class ImageRow(NamedTuple):
    """One image of an item. place: of its asset, from 0. key: the item's external id, followed by "#" and a number from
    the second image on. boxes: none if the format places marks by itself."""

    place: int
    key: str
    asset: AssetRecord
    item: LabeledItem
    boxes: list[BoxRow]


class ImageRows:
    """Turns items into images with marks that cover an area, and counts what every image format loses."""

    def __init__(
        self,
        ontology: Ontology,
        tally: Tally,
        *,
        keeps_url: bool = False,
        keeps_links: bool = False,
        places_marks: bool = True,
        keeps_skeletons: bool = False,
        keeps_tags: bool = False,
    ) -> None:
        """keeps_links: the format carries links and answers, and counts by itself what it loses of them. places_marks:
        False for formats that take marks of all kinds, and find them in the item; those on no image are counted.
        keeps_skeletons: skeletons are placed too, in boxes that may have no sides, and their classes are among those
        with an area. keeps_tags: the format finds tags in the item; those on no image are counted."""
        names = class_names(ontology.classes)
        self.classes = area_classes(ontology, skeletons=keeps_skeletons)
        self.names = [names[each.id] for each in self.classes]
        """What files call the classes, in the ontology's order."""
        self._places = {(each.id, kind): place for place, each in enumerate(self.classes) for kind in each.marks}
        self._joints = joint_counts(ontology) if keeps_skeletons else {}
        self._tally = tally
        self._keeps_url = keeps_url
        self._keeps_links = keeps_links
        self._places_marks = places_marks
        self._keeps_tags = keeps_tags

    def of(self, item: LabeledItem) -> list[ImageRow]:
        """The item's images, in the order of its assets; none if it has none."""
        tally, annotation = self._tally, item.annotation
        rows: dict[int, ImageRow] = {}
        for index, asset in enumerate(item.assets):
            if asset.media_type is None or asset.media_type.startswith("image/"):
                key = item.external_id if index == 0 else f"{item.external_id}#{index}"
                rows[index] = ImageRow(index, key, asset, item, [])
        if not rows:
            tally.lose("no_image", items=1, marks=len(annotation.marks))
            return []
        self._count_item_losses(item, rows)
        if self._places_marks:
            self._place(annotation.marks, rows)
        elif lost := sum(mark.asset not in rows for mark in annotation.marks):
            tally.lose("bad_geometry", marks=lost)
        return list(rows.values())

    def _place(self, marks: tuple[Mark, ...], rows: dict[int, ImageRow]) -> None:
        """Puts each mark under its image. Written flat, since it runs once for each mark of an export."""
        places, lose, placed = self._places, self._tally.lose, 0
        for mark in marks:
            if mark.kind == BOX:
                box = box_of(mark.geometry)
            elif mark.kind in AREAS:
                box = box_around(mark)
            elif mark.kind == SKELETON and self._joints:
                box = box_around_pose(mark, self._joints.get(mark.class_))
            elif mark.kind == TAG and self._keeps_tags:
                if mark.asset not in rows:
                    lose("bad_geometry", marks=1)
                continue
            else:
                lose("tags" if mark.kind == TAG else "mark_kinds", marks=1)
                continue
            place, row = places.get((mark.class_, mark.kind)), rows.get(mark.asset)
            if place is None:
                lose("class_unknown", marks=1)
            elif box is None or row is None:
                lose("bad_geometry", marks=1)
            else:
                x, y, w, h = box
                row.boxes.append((place, x, y, w, h, mark))
                placed += 1
        if placed:
            lose("mark_details", marks=placed)

    def _count_item_losses(self, item: LabeledItem, rows: dict[int, ImageRow]) -> None:
        tally, annotation = self._tally, item.annotation
        if annotation.answers and not self._keeps_links:
            tally.lose("answers", items=1)
        if annotation.links and not self._keeps_links:
            tally.lose("links", items=1)
        if len(item.assets) > 1:
            tally.lose("items_split", items=1)
        if item.meta or item.batch or item.confidence is not None or any(map(self._has_details, item.assets)):
            tally.lose("item_details", items=1)
        for row in rows.values():
            if row.asset.orientation != 1:
                tally.lose("not_upright", items=1, marks=len(annotation.marks))

    def _has_details(self, asset: AssetRecord) -> bool:
        return bool(asset.sha256 or asset.media_type or (asset.url and not self._keeps_url))


def area_classes(ontology: Ontology, *, skeletons: bool = False) -> list[ItemClass]:
    """The classes that take marks with an area, or skeletons if these count too, in the ontology's order."""
    wanted = AREAS | {SKELETON} if skeletons else AREAS
    return [each for each in ontology.classes if not wanted.isdisjoint(each.marks)]


def box_of(geometry: dict[str, Any]) -> tuple[float, float, float, float] | None:
    """(x, y, w, h) in pixels, None if a number is missing or not finite, or a side is not above 0."""
    try:
        x, y, w, h = geometry["x"], geometry["y"], geometry["w"], geometry["h"]
        sound = w > 0 and h > 0 and isfinite(x + y + w + h)
    except (KeyError, TypeError, OverflowError):
        return None
    return (x, y, w, h) if sound else None


def box_around(mark: Mark) -> tuple[float, float, float, float] | None:
    """(x, y, w, h) in pixels of a mark with an area; None if its geometry is not sound, or has no sides."""
    kind = KINDS[mark.kind]
    assert kind.bounds is not None
    try:
        x, y, w, h = kind.bounds(kind.read(mark.geometry))
    except msgspec.ValidationError:
        return None
    return (x, y, w, h) if w > 0 and h > 0 and isfinite(x + y + w + h) else None


def fitted(mark: Mark, table: ClassTable, tally: Tally) -> Mark | None:
    """`mark`, or the box around it if its class takes no marks of its kind; None if it does not take that either.

    What is changed is counted as `kinds_refused`.
    """
    if table.takes(mark.class_, mark.kind):
        return mark
    tally.lose("kinds_refused", marks=1)
    around = box_around(mark) if KINDS[mark.kind].bounds is not None and table.takes(mark.class_, BOX) else None
    if around is None:
        return None
    return msgspec.structs.replace(mark, kind=BOX, geometry=dict(zip("xywh", around, strict=True)))


def is_sound(mark: Mark) -> bool:
    """Whether a reader can make a mark of its geometry again: finite numbers, sides above 0, enough corners."""
    kind, geometry = KINDS[mark.kind], mark.geometry
    try:
        shape = kind.read(geometry)
    except msgspec.ValidationError:
        return False
    if kind.bounds is not None and not all(abs(edge) < _SIDE_MAX for edge in kind.bounds(shape)):
        return False
    if mark.kind == POLYGON and any(len(part[0]) < 3 for part in geometry["parts"]):
        return False
    if mark.kind == "mask" and sum(geometry["runs"]) != geometry["width"] * geometry["height"]:
        return False
    return all(geometry[side] > _SIDE_MIN for side in ("w", "h", "rx", "ry") if side in geometry)


def parts_of(mark: Mark) -> Parts:
    """What a mark covers whose geometry is sound and of a kind in AREAS."""
    kind = KINDS[mark.kind]
    assert kind.parts is not None
    return kind.parts(kind.read(mark.geometry))


def clipped(box: BoxRow, width: int, height: int) -> tuple[float, float, float, float] | None:
    """(left, top, right, bottom) within the image; None if nothing of the box is inside."""
    _, x, y, w, h, _ = box
    left, top = max(x, 0.0), max(y, 0.0)
    right, bottom = min(x + w, float(width)), min(y + h, float(height))
    return (left, top, right, bottom) if right > left and bottom > top else None


def corners_around(ellipse: Mark) -> Ring:
    """The corners of the rotated box around a sound ellipse."""
    cx, cy, rx, ry, angle = (ellipse.geometry[name] for name in ("cx", "cy", "rx", "ry", "angle"))
    box = {"cx": cx, "cy": cy, "w": 2 * rx, "h": 2 * ry, "angle": angle}
    return parts_of(msgspec.structs.replace(ellipse, kind=ROTATED_BOX, geometry=box))[0][0]


class ImageEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of `fairmark/images.jsonl`: which image of the export is which asset of which item."""

    image: Name
    external_id: Name
    name: Name
    asset: Name
    width: Pixels | None = None
    height: Pixels | None = None


_decode_entry = msgspec.json.Decoder(ImageEntry).decode


class Companion:
    """Writes the folder `fairmark/` of an export: its ontology, and the names that its images had before."""

    def __init__(self, ontology: Ontology, sink: Sink) -> None:
        sink.write(ONTOLOGY_PATH, msgspec.json.format(write_ontology(ontology), indent=1))
        self._stream = sink.open(IMAGES_PATH)
        self._encode = msgspec.json.Encoder().encode

    def add(self, image: str, row: ImageRow) -> None:
        asset = row.asset
        size = (asset.width, asset.height) if asset.width and asset.height else (None, None)
        entry = ImageEntry(image, row.key, row.item.name, safe_path(asset.name), *size)
        self._stream.write(self._encode(entry) + b"\n")

    def close(self) -> None:
        self._stream.close()

    def drop(self) -> None:
        self._stream.drop()


class LazyTable:
    """The class table of an import, made when the first row is asked for, since it may have to read the source."""

    def __init__(self, source: Source, options: ReadOptions, path: str = ONTOLOGY_PATH) -> None:
        """path: where an export of this format carries its ontology along."""
        self._source = source
        self._options = options
        self._path = path
        self._table: ClassTable | None = None

    def table(self) -> ClassTable:
        if self._table is None:
            known = self._options.ontology or self._carried_along()
            self._table = ClassTable(known, self._source.name)
        return self._table

    def ontology(self) -> Ontology:
        if self._table is None:
            return self._options.ontology or Ontology()
        return self._table.ontology()

    def _carried_along(self) -> Ontology | None:
        """Raises FileDamaged or OverLimit if there is one that cannot be read."""
        path = next(places_of(self._source, self._path), None)
        if path is None:
            return None
        try:
            return read_ontology(read_document(self._source, path))
        except InvalidDocument as error:
            raise FileDamaged(f"{path} is no ontology: {error.message}", file=path, mend=error.mend) from error


class NamesBefore:
    """`fairmark/images.jsonl` of an import: what the images were called before the export. Kept on disk."""

    def __init__(self, source: Source, folder: str, *, by_stem: bool = True) -> None:
        """folder: of the images in the export, with a slash at its end. by_stem: labels name images without their
        extension. Raises FormatFault for a broken file."""
        self._rows = DiskMap()
        self._by_stem = by_stem
        path = next(places_of(source, IMAGES_PATH), None)
        self.found = path is not None
        """Whether the data set is a fairmark export: its folders then mean what they mean there."""
        if path is not None:
            self._rows.fill(self._read(source, path, folder))

    def get(self, name: str) -> ImageEntry | None:
        """The entry of an image, by its path behind `folder`, without the extension if `by_stem`."""
        line = self._rows.get(name)
        return None if line is None else _decode_entry(line)

    def _read(self, source: Source, path: str, folder: str) -> Iterator[tuple[str, bytes]]:
        with source.open(path) as file:
            for number, _, line in lines_of(file, path, source.limits.line_bytes):
                try:
                    entry = _decode_entry(line or b"")
                    relative_path(entry.asset, file=path)
                except JSON_ERRORS as error:
                    raise FileDamaged(f"Line {number} of {path} is broken: {error}.", file=path, line=number) from error
                name = entry.image.removeprefix(folder)
                yield stem_of(name) if self._by_stem else name, line or b""


def asset_for(
    name: str, width: int | None, height: int | None, options: ReadOptions, *, url: str | None = None
) -> AssetRecord:
    """The asset that the caller knows by this name, else one made from what the file says of it."""
    known = options.find_asset(name) if options.find_asset else None
    return known or AssetRecord(name, width if height else None, height if width else None, url=url)


def pixels_of(value: float | None) -> int | None:
    """A width or height as files have it; None for a missing, negative, broken or absurd one."""
    return int(value) if value is not None and 1 <= value <= _SIDE_MAX else None


def split_named(name: str) -> str | None:
    """The split that is called `name` in a file: "valid" is val; None if no split can have the name."""
    return _SPLITS.get(name.lower()) or (name if _SPLIT.fullmatch(name) else None)


def split_of(path: str) -> str | None:
    """The split that a path tells by a usual name: "train/x.json" and "x/train.json" are train, "x.json" is None."""
    *folders, name = path.split("/")
    named = (_SPLITS.get(part.lower()) for part in [stem_of(name), *reversed(folders)])
    return next((split for split in named if split), None)


def places_of(source: Source, path: str) -> Iterator[str]:
    """`path` at the top of the source, or inside the one folder that a ZIP of a folder starts with."""
    if source.has(path):
        yield path
        return
    for each in source.paths():
        if each.endswith(f"/{path}"):
            yield each
