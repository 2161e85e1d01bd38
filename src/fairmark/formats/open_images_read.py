"""Reading Open Images' tables: rows of all tables are gathered by image on disk, then told image by image."""

import re
from collections.abc import Callable, Iterator
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from fairmark.formats.classes import ClassTable
from fairmark.formats.contract import ReadOptions, Source
from fairmark.formats.disk_map import DiskGroups
from fairmark.formats.image_files import images_at
from fairmark.formats.images import BOX, NO_SPLIT, TAG, LazyTable, NamesBefore, fitted, split_named
from fairmark.formats.model import (
    AssetRecord,
    FileDamaged,
    FormatFault,
    LabeledItem,
    OverLimit,
    RowFault,
    WrongFormat,
)
from fairmark.formats.names import relative_path
from fairmark.formats.open_images_names import ClassNames
from fairmark.formats.pixel_maps import MASK, is_paintable, picture_in, pieces_of
from fairmark.formats.tables import csv_rows
from fairmark.formats.tally import Tally
from fairmark.ontology.model import MARKS_MAX, Annotation, FieldValue, Link, Mark
from fairmark.ontology.model import Source as MarkSource

if TYPE_CHECKING:
    from fairmark.formats.pixel_maps import Numbers

FOLDER = "annotations/"
MASKS = "masks/"
NAMES = f"{FOLDER}class-descriptions.csv"
HIERARCHY = f"{FOLDER}bbox_labels_600_hierarchy.json"
IMAGES = f"{FOLDER}image_ids_and_rotation.csv"
FLAGS = {
    "occluded": "IsOccluded", "truncated": "IsTruncated", "is_group_of": "IsGroupOf", "is_depiction": "IsDepiction",
    "is_inside": "IsInside",
}  # fmt: skip
"""Attributes of boxes by the columns that hold them."""
SUBSETS = {"val": "validation"}
"""What the data set calls splits that have another name here."""

_TABLES = ("bbox", "human-imagelabels", "machine-imagelabels", "object-segmentation", "vrd")
_TABLE = re.compile(rf"(?:^|/)(?:oidv\d+-)?([^/]+?)-annotations-({'|'.join(_TABLES)})\.csv$", re.IGNORECASE)
_IMAGES = re.compile(r"(?:^|/)(?:image_ids_and_rotation|[^/]+-images-with[^/]*-rotation)\.csv$", re.IGNORECASE)
_DESCRIBED = re.compile(r"(?:^|/)(?:oidv\d+-)?class-descriptions[^/]*\.csv$", re.IGNORECASE)
_SIDES = ("xmin", "xmax", "ymin", "ymax")
_COLUMNS = frozenset(
    ["imageid", "subset", "originalurl", "labelname", "labelname1", "labelname2", "relationshiplabel", "confidence"]
    + [f"{side}{end}" for side in _SIDES for end in ("", "1", "2")]
    + [f"box{side}" for side in _SIDES]
    + ["maskpath", *(flag.lower() for flag in FLAGS.values())]
)
_OUTSIDE_MAX = 0.01
"""How far over the border, as a share of the image, a side may lie and still be taken for rounding."""
_SUFFIX = ".jpg"
"""What the data set's images end in."""
_MEND_SIZE = "Import the images first, or put them beside the tables: images/train/<ImageID>.jpg."
_YES_NO = {"1": True, "0": False}
_IMAGE_KIND = "image"
Sides = tuple[float, float, float, float]


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """A row of a table, put aside. kind: the table's."""

    kind: str
    file: str
    line: int
    cells: dict[str, str]

    def fault(self, message: str, mend: str = "", *, code: str = "bad_cell") -> RowFault:
        return RowFault(code, message, mend, self.file, self.line)


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(_Row).decode


class _BadRow(Exception):
    """What is wrong with a row: the message, and how to mend it."""


def open_images_rows(
    source: Source, options: ReadOptions, tally: Tally, lazy: LazyTable
) -> Iterator[LabeledItem | RowFault]:
    """Images in the order of their splits and ids. One bad row costs the row."""
    tables = [path for path in source.paths() if _TABLE.search(path) or _IMAGES.search(path)]
    if not tables:
        mend = "Send a ZIP with annotations/<split>-annotations-bbox.csv and its like."
        raise WrongFormat(f"{source.name} holds no tables of Open Images.", file=source.name, mend=mend)
    table = lazy.table()
    names = ClassNames(table)
    for path in source.paths():
        if _DESCRIBED.search(path):
            yield from names.read_names(source, path)
        elif path.lower().endswith("hierarchy.json"):
            names.read_tree(source, path)
        elif path.lower().endswith(".csv") and path not in tables:
            tally.lose("other_files", items=1)
    names.learn_all_if_known()
    rows = DiskGroups()
    try:
        for path in tables:
            tally.files += 1
            yield from _put_aside(source, path, rows)
        reader = _Images(source, options, tally, table, names)
        for key, group in rows.groups():
            yield from reader.read(key, (_unpack(row) for row in group))
    finally:
        rows.close()


def _put_aside(source: Source, path: str, rows: DiskGroups) -> Iterator[RowFault]:
    found = _TABLE.search(path)
    kind, subset = (found[2].lower(), found[1]) if found else (_IMAGE_KIND, NO_SPLIT)
    with source.open(path) as file:
        for number, (line, _, cells) in enumerate(csv_rows(file, path, _COLUMNS, source.limits, None)):
            if number >= source.limits.rows:
                message = f"{path} has more than {source.limits.rows} rows."
                raise OverLimit(message, file=path, mend="Split the file.")
            if isinstance(cells, RowFault):
                yield cells
                continue
            cells.pop("meta", None)
            row = _Row(kind, path, line, cells)
            name, part = cells.get("imageid", ""), cells.get("subset") or subset
            if not name or "/" in part:
                yield row.fault("The row names no image.", "Fill in ImageID, and a plain word as Subset.")
            else:
                rows.add(f"{part}/{name}", _pack(row))


class _Placed(NamedTuple):
    """A row with a place: its class, the sides as shares, and the mark that it is."""

    class_id: str
    sides: Sides
    mark: Mark


class _Images:
    """The images of a data set, each from the rows about it."""

    def __init__(
        self, source: Source, options: ReadOptions, tally: Tally, table: ClassTable, names: ClassNames
    ) -> None:
        self._source = source
        self._options = options
        self._tally = tally
        self._table = table
        self._names = names
        self._before = NamesBefore(source, "images/")

    def read(self, key: str, rows: Iterator[_Row]) -> Iterator[LabeledItem | RowFault]:
        """An image, and a fault for each bad row of it. key: its split and id."""
        by_kind: dict[str, list[_Row]] = {kind: [] for kind in (*_TABLES, _IMAGE_KIND)}
        for row in rows:
            held = by_kind[row.kind]
            if len(held) >= MARKS_MAX:
                yield row.fault(f"The image has more than {MARKS_MAX} rows here.", "Split it.", code="over_limit")
                return
            held.append(row)
        first = next(each for held in by_kind.values() for each in held)
        try:
            item = self._unlabeled(key, first, by_kind[_IMAGE_KIND])
        except FormatFault as fault:
            yield msgspec.structs.replace(fault.as_row(), line=first.line)
            return
        asset = item.assets[0]
        size = (asset.width, asset.height) if asset.width and asset.height else None
        placed_rows = [*by_kind["bbox"], *by_kind["object-segmentation"]]
        if placed_rows and size is None:
            yield first.fault(f"The size of the image {key} is not known.", _MEND_SIZE, code="format_fault")
            return
        subset = key.partition("/")[0]
        found = _Found(size or (0, 0), subset)
        for kind in ("human-imagelabels", "machine-imagelabels"):
            yield from self._each(by_kind[kind], found, self._tag)
        if size is not None:
            for kind, take in (("bbox", self._box), ("object-segmentation", self._mask), ("vrd", self._link)):
                yield from self._each(by_kind[kind], found, take)
        marks = [*found.tags, *(placed.mark for placed in found.placed)]
        for mark in marks:
            self._table.saw(mark.class_, mark.kind)
        annotation = Annotation(marks=tuple(marks), links=tuple(found.links))
        named = None if subset == NO_SPLIT else split_named(subset)
        yield msgspec.structs.replace(item, annotation=annotation, split=named)

    def _each(self, rows: list[_Row], found: "_Found", take: Callable[[_Row, "_Found"], None]) -> Iterator[RowFault]:
        for row in rows:
            try:
                take(row, found)
            except _BadRow as bad:
                message, mend = bad.args
                yield row.fault(message, mend)
            except FormatFault as fault:
                yield msgspec.structs.replace(fault.as_row(), line=row.line)

    def _unlabeled(self, key: str, row: _Row, about: list[_Row]) -> LabeledItem:
        """Raises FormatFault for a name that leads elsewhere."""
        entry = self._before.get(key)
        url = next((each.cells["originalurl"] for each in about if "originalurl" in each.cells), None)
        if entry is not None:
            asset = AssetRecord(entry.asset, entry.width, entry.height, url=url)
            return LabeledItem(entry.external_id, entry.name, (asset,))
        subset, _, image = key.partition("/")
        name = relative_path(image, file=row.file)
        for each in (name, name + _SUFFIX):
            known = self._options.find_asset(each) if self._options.find_asset else None
            if known is not None:
                return LabeledItem(known.name, known.name, (known,))
        root = row.file.rpartition("/")[0].removesuffix(FOLDER[:-1])
        for folder in (f"images/{subset}/", "images/", f"{subset}/", ""):
            for suffix, size in images_at(self._source, f"{root}{folder}{name}"):
                return LabeledItem(name + suffix, name + suffix, (AssetRecord(name + suffix, *size, url=url),))
        return LabeledItem(name + _SUFFIX, name + _SUFFIX, (AssetRecord(name + _SUFFIX, url=url),))

    def _tag(self, row: _Row, found: "_Found") -> None:
        score = _score(row)
        if score == 0:
            self._tally.lose("absent_labels", marks=1)
            return
        class_id = self._class(row, "labelname")
        if not self._table.takes(class_id, TAG):
            self._tally.lose("kinds_refused", marks=1)
            return
        source = MarkSource.PREDICTION if row.kind.startswith("machine") else MarkSource.IMPORT
        found.tags.append(Mark(found.id(), TAG, class_id, source=source, score=None if score == 1 else score))

    def _box(self, row: _Row, found: "_Found") -> None:
        class_id, sides = self._class(row, "labelname"), _sides(row, "{}")
        geometry = _geometry(sides, found.size)
        attributes: dict[str, FieldValue] = {}
        for id, column in FLAGS.items():
            told = _YES_NO.get(row.cells.get(column.lower(), ""))
            held = None if told is None else self._table.attribute(class_id, id, told)
            if held is not None:
                attributes[held[0]] = held[1]
        score = _score(row)
        mark = Mark(
            found.id(),
            BOX,
            class_id,
            geometry,
            attributes,
            source=MarkSource.IMPORT,
            score=None if score == 1 else score,
        )
        found.add(_Placed(class_id, sides, mark))

    def _mask(self, row: _Row, found: "_Found") -> None:
        """A mask, in the place of its box, if that is in the table of boxes. Raises FormatFault for a bad picture."""
        class_id = self._class(row, "labelname")
        path = self._picture(row, found.subset)
        if not is_paintable(*found.size):
            raise _BadRow("The image is too large for masks.", "Cut the image into tiles.")
        pieces = pieces_of(self._resized(picture_in(self._source, path, ("1", "L", "P")) != 0, found.size))
        if not pieces:
            raise _BadRow(f"No pixel of {path} is on.", "Leave the row out.")
        sides = _sides(row, "box{}") if all(f"box{side}" in row.cells for side in _SIDES) else None
        number = None if sides is None else found.take(class_id, sides)
        if number is not None:
            placed = found.placed[number]
            if self._table.takes(class_id, MASK):
                mark = msgspec.structs.replace(placed.mark, kind=MASK, geometry=pieces[1])
                found.placed[number] = placed._replace(mark=mark)
            else:
                self._tally.lose("kinds_refused", marks=1)
            return
        mark = fitted(Mark(found.id(), MASK, class_id, pieces[1], source=MarkSource.IMPORT), self._table, self._tally)
        if mark is not None:
            found.add(_Placed(class_id, sides or (0.0, 0.0, 0.0, 0.0), mark))

    def _link(self, row: _Row, found: "_Found") -> None:
        ends = [found.find(self._class(row, f"labelname{end}"), _sides(row, f"{{}}{end}")) for end in ("1", "2")]
        kind = row.cells.get("relationshiplabel")
        if kind is None or ends[0] is None or ends[1] is None:
            self._tally.lose("relations", items=1)
            return
        link = Link(f"l{len(found.links) + 1}", self._table.link(kind), ends[0].id, ends[1].id)
        found.links.append(link)

    def _class(self, row: _Row, column: str) -> str:
        name = row.cells.get(column)
        if name is None:
            raise _BadRow("The row names no class.", "Fill in LabelName.")
        return self._names.class_of(name)

    def _picture(self, row: _Row, subset: str) -> str:
        name = relative_path(row.cells.get("maskpath", ""), file=row.file)
        folder = f"{row.file.rpartition('/')[0]}/".removeprefix("/")
        root = folder.removesuffix(FOLDER)
        for place in (f"{root}{MASKS}{subset}/", f"{root}{MASKS}", f"{root}{subset}-{MASKS}", folder, root):
            if self._source.has(place + name):
                return place + name
        raise FileDamaged(f"The mask {name} is missing.", file=row.file, mend="Pack it as well, in masks/<split>/.")

    def _resized(self, pixels: Any, size: tuple[int, int]) -> "Numbers":
        """The pixels at an image's size, each as the nearest one is, as numbers."""
        import numpy as np

        if pixels.shape != (size[1], size[0]):
            self._tally.lose("resized", marks=1)
            rows, columns = (
                ((np.arange(side) + 0.5) * (given / side)).astype(np.int64)
                for side, given in zip((size[1], size[0]), pixels.shape, strict=True)
            )
            pixels = pixels[rows[:, None], columns[None, :]]
        return pixels.astype(np.int32)


class _Found:
    """What the rows of one image say. size: its width and height. subset: the word for its split."""

    def __init__(self, size: tuple[int, int], subset: str) -> None:
        self.size = size
        self.subset = subset
        self.tags: list[Mark] = []
        self.placed: list[_Placed] = []
        self.links: list[Link] = []
        self._ids = 0
        self._boxes: dict[tuple[Any, ...], list[int]] = {}
        self._unmasked: dict[tuple[Any, ...], list[int]] = {}

    def id(self) -> str:
        self._ids += 1
        return str(self._ids)

    def add(self, placed: _Placed) -> None:
        key = _key(placed.class_id, placed.sides)
        self._boxes.setdefault(key, []).append(len(self.placed))
        if placed.mark.kind == BOX:
            self._unmasked.setdefault(key, []).append(len(self.placed))
        self.placed.append(placed)

    def take(self, class_id: str, sides: Sides) -> int | None:
        """The first box of a class with these sides that no mask has taken yet."""
        held = self._unmasked.get(_key(class_id, sides))
        return held.pop(0) if held else None

    def find(self, class_id: str, sides: Sides) -> Mark | None:
        held = self._boxes.get(_key(class_id, sides))
        return self.placed[held[0]].mark if held else None


def _key(class_id: str, sides: Sides) -> tuple[Any, ...]:
    """Equal for the same box in two tables: the data set's own masks tell theirs with six decimals."""
    return class_id, *(round(side, 6) for side in sides)


def _number(row: _Row, column: str) -> float:
    text = row.cells.get(column, "")
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise _BadRow(f"{column} is {text[:50]!r}, which is no number.", "Shares of the image go from 0 to 1.")
    return number


def _sides(row: _Row, names: str) -> Sides:
    """XMin, XMax, YMin and YMax. names: of the columns, around the side."""
    sides = [_number(row, names.format(side)) for side in _SIDES]
    if any(not -_OUTSIDE_MAX <= side <= 1 + _OUTSIDE_MAX for side in sides):
        raise _BadRow("The box reaches out of the image.", "Sides are shares of the image, from 0 to 1.")
    left, right, top, bottom = (min(max(side, 0.0), 1.0) for side in sides)
    return left, right, top, bottom


def _geometry(sides: Sides, size: tuple[int, int]) -> dict[str, float]:
    left, right, top, bottom = sides
    if not (right > left and bottom > top):
        raise _BadRow("The box has no area.", "XMax goes above XMin, YMax above YMin.")
    width, height = size
    return {"x": left * width, "y": top * height, "w": (right - left) * width, "h": (bottom - top) * height}


def _score(row: _Row) -> float:
    """The confidence, 0 to 1; 1 where none is told."""
    if "confidence" not in row.cells:
        return 1.0
    score = _number(row, "confidence")
    if not 0 <= score <= 1:
        raise _BadRow(f"The confidence is {score}.", "It goes from 0 to 1.")
    return score
