"""Reading Pascal VOC: one XML per image, splits from ImageSets."""

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

import msgspec

from fairmark.formats.classes import ClassTable
from fairmark.formats.contract import ReadOptions, Source
from fairmark.formats.disk_map import DiskMap
from fairmark.formats.images import BOX, NO_SPLIT, LazyTable, NamesBefore, asset_for, pixels_of, split_named
from fairmark.formats.lines import lines_of
from fairmark.formats.model import (
    NAME_CHARS_MAX,
    AssetRecord,
    FileDamaged,
    FormatFault,
    LabeledItem,
    OverLimit,
    RowFault,
    WrongFormat,
)
from fairmark.formats.names import relative_path, stem_of, suffix_of, without_root
from fairmark.formats.pixel_maps import MASK
from fairmark.formats.source import read_document, text_of
from fairmark.formats.tally import Tally
from fairmark.formats.voc_pixels import OBJECTS, masks_in
from fairmark.formats.xml_tree import Element, parse_xml
from fairmark.ontology.model import MARKS_MAX, Annotation, FieldValue, Mark
from fairmark.ontology.model import Source as MarkSource

FLAGS = ("truncated", "difficult", "occluded")
POSE = "pose"
UNSTATED_POSE = "Unspecified"

_LISTS = "ImageSets/Main/"
_TEXT_CHARS_MAX = 200
_CLASS_LINE = re.compile(rb"\S\s+-?[01]\s*$")
_YES = frozenset({"1", "true", "yes"})


def voc_rows(source: Source, options: ReadOptions, tally: Tally, lazy: LazyTable) -> Iterator[LabeledItem | RowFault]:
    """Each XML as an item. One bad object costs the object, one bad file the file."""
    table = lazy.table()
    before = NamesBefore(source, "JPEGImages/")
    splits = _splits(source, ours=before.found)
    for path in source.paths():
        if not path.lower().endswith(".xml"):
            continue
        tally.files += 1
        try:
            root = parse_xml(read_document(source, path), path)
            if root.name != "annotation":
                message = f"{path} is not a VOC annotation: its root is <{root.name[:50]}>."
                raise WrongFormat(message, file=path, line=root.line, mend="Send VOC files only.")
            item = _unlabeled(root, path, before, options, tally)
        except FormatFault as fault:
            yield fault.as_row()
            continue
        marks: list[Mark] = []
        masks: dict[int, dict[str, Any]] = {}
        try:
            masks = _masks(source, path, item.assets[0])
        except FormatFault as fault:
            yield fault.as_row()
        for place, element in enumerate(root.every("object"), start=1):
            try:
                if place > MARKS_MAX:
                    raise OverLimit(f"{path} has more than {MARKS_MAX} objects.", file=path, line=element.line)
                mark = _mark(element, str(place), path, table, options, tally)
                marks.append(_with_pixels(mark, masks.get(place), table, tally))
            except FormatFault as fault:
                yield fault.as_row()
        annotation = Annotation(marks=tuple(marks))
        listed = splits.get(_stem(path))
        yield LabeledItem(
            item.external_id, item.name, item.assets, annotation, split=listed.decode() if listed else None
        )
    if tally.files == 0 and not before.found:
        raise WrongFormat(
            f"{source.name} holds no XML files.", file=source.name, mend="Send a ZIP with Annotations/*.xml."
        )


def _splits(source: Source, *, ours: bool) -> DiskMap:
    """Image name -> split, from the lists that name all images. ours: there are no others in the folder."""
    splits = DiskMap()
    for path in source.paths():
        folder, name = path[: path.rfind("/") + 1], stem_of(path.rpartition("/")[2])
        split = split_named(name)
        if not f"/{folder}".endswith(f"/{_LISTS}") or not path.endswith(".txt") or split is None or name == NO_SPLIT:
            continue
        if ours or not (name == "trainval" or _is_class_list(source, path)):
            splits.fill(_listed(source, path, split))
    return splits


def _is_class_list(source: Source, path: str) -> bool:
    """Whether a list says for each image if it shows a class: "2008_000008 -1"."""
    with source.open(path) as file:
        return _CLASS_LINE.search(file.readline(_TEXT_CHARS_MAX)) is not None


def _listed(source: Source, path: str, split: str) -> Iterator[tuple[str, bytes]]:
    with source.open(path) as file:
        for number, _, line in lines_of(file, path, source.limits.line_bytes):
            name = text_of(line or b"", path, number).strip()
            if name:
                yield name, split.encode()


def _stem(path: str) -> str:
    """What the image lists call the image of an XML: its path behind `Annotations/`."""
    _, found, rest = f"/{path}".rpartition("/Annotations/")
    return stem_of(rest if found else path.rpartition("/")[2])


def _unlabeled(root: Element, path: str, before: NamesBefore, options: ReadOptions, tally: Tally) -> LabeledItem:
    """The item of an XML, without its marks. Raises PathOutside for a file name that leads elsewhere."""
    stem = _stem(path)
    entry = before.get(stem)
    if entry is not None:
        return LabeledItem(entry.external_id, entry.name, (AssetRecord(entry.asset, entry.width, entry.height),))
    given = root.text_of("filename")[:NAME_CHARS_MAX]
    file_name = relative_path(without_root(given), file=path) if given else ""
    if given and file_name != given:
        tally.lose("renamed", items=1)
    # The folder that the XML stands in tells images of the same name apart; <filename> tells the extension.
    name = file_name if stem_of(file_name).endswith(stem) else stem + (suffix_of(file_name) or ".jpg")
    size = root.first("size") or root
    asset = asset_for(name, _pixels(size, "width"), _pixels(size, "height"), options)
    return LabeledItem(name, name, (asset,))


def _pixels(size: Element, name: str) -> int | None:
    try:
        return pixels_of(float(size.text_of(name) or 0))
    except ValueError:
        return None


def _mark(element: Element, id: str, path: str, table: ClassTable, options: ReadOptions, tally: Tally) -> Mark:
    """Raises FormatFault for an object without a name or a sound box."""
    name = element.text_of("name")
    if not name or len(name) > _TEXT_CHARS_MAX:
        message = f"An object in {path} has no name of up to {_TEXT_CHARS_MAX} letters."
        raise FileDamaged(message, file=path, line=element.line, mend="Add <name>.")
    box = element.first("bndbox")
    if box is None:
        raise FileDamaged(f"An object in {path} has no <bndbox>.", file=path, line=element.line, mend="Add it.")
    geometry = _geometry(box, path, options)
    if element.first("polygon") or element.first("mask") or element.first("segmentation"):
        tally.lose("outlines", marks=1)
    if element.first("part"):
        tally.lose("parts", marks=1)
    class_id = table.id_of(name)
    attributes: dict[str, FieldValue] = {}
    for given, value in _attributes(element):
        held = table.attribute(class_id, given, value)
        if held is not None:
            attributes[held[0]] = held[1]
    return Mark(id, BOX, class_id, geometry, attributes, source=MarkSource.IMPORT)


def _masks(source: Source, path: str, asset: AssetRecord) -> dict[int, dict[str, Any]]:
    """The masks of an XML's objects by their numbers; none without a picture. Raises FormatFault for a bad one."""
    above, found, _ = f"/{path}".rpartition("/Annotations/")
    picture = f"{above[1:]}/{OBJECTS}{_stem(path)}.png".lstrip("/")
    if not found or not source.has(picture):
        return {}
    return masks_in(source, picture, (asset.width, asset.height))


def _with_pixels(mark: Mark, geometry: dict[str, Any] | None, table: ClassTable, tally: Tally) -> Mark:
    """The mask of these pixels with what the box says, if there are any and its class takes masks; else the box."""
    if geometry is not None and table.takes(mark.class_, MASK):
        mark = msgspec.structs.replace(mark, kind=MASK, geometry=geometry)
    elif geometry is not None:
        tally.lose("outlines", marks=1)
    table.saw(mark.class_, mark.kind)
    return mark


def _geometry(box: Element, path: str, options: ReadOptions) -> dict[str, float]:
    try:
        left, top, right, bottom = (float(box.text_of(edge)) for edge in ("xmin", "ymin", "xmax", "ymax"))
    except ValueError:
        left = top = right = bottom = float("nan")
    # From 1, and the last pixel belongs to the box: its edge is one further, so that only the first corner moves.
    first = 0.0 if options.voc_zero_based else 1.0
    x, y = left - first, top - first
    w, h = right - x, bottom - y
    if not (isfinite(x + y + w + h) and w > 0 and h > 0):
        raise FileDamaged(
            f"A box in {path} has no area, or an edge that is not a number.",
            file=path,
            line=box.line,
            mend="xmin is at most xmax, ymin at most ymax. Say if the file counts pixels from 0 (voc_zero_based).",
        )
    return {"x": x, "y": y, "w": w, "h": h}


def _attributes(element: Element) -> Iterator[tuple[str, FieldValue]]:
    """Flags that are set, and the pose if one is stated. 0 is what tools write when nobody looked."""
    for flag in FLAGS:
        if element.text_of(flag).lower() in _YES:
            yield flag, True
    pose = element.text_of(POSE)[:_TEXT_CHARS_MAX]
    if pose and pose != UNSTATED_POSE:
        yield POSE, pose
