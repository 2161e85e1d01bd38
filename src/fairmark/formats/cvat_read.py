"""Reading CVAT's XML for images, image by image."""

from collections.abc import Iterator
from typing import Any

import msgspec

from fairmark.formats.classes import ClassTable
from fairmark.formats.contract import ReadOptions, Source
from fairmark.formats.cvat_shapes import SHAPES, mark_of
from fairmark.formats.cvat_skeletons import CvatSkeletons
from fairmark.formats.images import NO_SPLIT, LazyTable, NamesBefore, asset_for, fitted, pixels_of, split_named
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
from fairmark.formats.names import relative_path, without_root
from fairmark.formats.skeletons import SKELETON
from fairmark.formats.tally import Tally
from fairmark.formats.xml_tree import Element, children_of
from fairmark.ontology.model import MARKS_MAX, Z_MAX, Annotation, FieldKind, FieldValue, Mark
from fairmark.ontology.model import Source as MarkSource

FILE = "annotations.xml"
OCCLUDED = "occluded"
"""The attribute that the shape's own flag is here."""

_LABEL_CHARS_MAX = 200
_YES = {"true": True, "false": False}


def cvat_rows(source: Source, options: ReadOptions, tally: Tally, lazy: LazyTable) -> Iterator[LabeledItem | RowFault]:
    """Each image of each XML as an item. One bad shape costs the shape."""
    table = lazy.table()
    before = NamesBefore(source, "images/", by_stem=False)
    for path in source.paths():
        if not path.lower().endswith(".xml"):
            continue
        tally.files += 1
        yield from _File(source, path, options, tally, table, before).rows()
    if tally.files == 0 and not before.found:
        message = f"{source.name} holds no XML file."
        raise WrongFormat(message, file=source.name, mend="Send what CVAT exports as 'CVAT for images 1.1'.")


class _File:
    """One XML: its labels say what kind of value an attribute has."""

    def __init__(
        self, source: Source, path: str, options: ReadOptions, tally: Tally, table: ClassTable, before: NamesBefore
    ) -> None:
        self._source = source
        self._path = path
        self._options = options
        self._tally = tally
        self._table = table
        self._before = before
        self._inputs: dict[tuple[str, str], str] = {}
        self._skeletons = CvatSkeletons(table)

    def rows(self) -> Iterator[LabeledItem | RowFault]:
        with self._source.open(self._path) as stream:
            elements = children_of(stream, self._path)
            root = next(elements)
            if root.name != "annotations":
                message = f"{self._path} is no CVAT file: its root is <{root.name[:50]}>."
                raise WrongFormat(message, file=self._path, line=root.line, mend="Send 'CVAT for images 1.1'.")
            for element in elements:
                if element.name == "meta":
                    self._learn(element)
                elif element.name == "track":
                    self._tally.lose("tracks", marks=1)
                elif element.name == "image":
                    yield from self._image(element)

    def _learn(self, meta: Element) -> None:
        """The labels of a task, or of a project, which stand deeper or less deep."""
        for label in _below(meta, "label"):
            self._skeletons.learn(label)
            for attribute in _below(label, "attribute"):
                key = label.text_of("name"), attribute.text_of("name")
                self._inputs[key] = attribute.text_of("input_type")

    def _image(self, image: Element) -> Iterator[LabeledItem | RowFault]:
        try:
            item = self._unlabeled(image)
        except FormatFault as fault:
            yield fault.as_row()
            return
        marks: list[Mark] = []
        for element in image.children:
            try:
                if len(marks) >= MARKS_MAX:
                    message = f"An image in {self._path} has more than {MARKS_MAX} shapes."
                    raise OverLimit(message, file=self._path, line=element.line)
                mark = self._mark(element, str(len(marks) + 1))
            except FormatFault as fault:
                yield fault.as_row()
                if isinstance(fault, OverLimit):
                    break
                continue
            if mark is not None:
                marks.append(mark)
        subset = image.attributes.get("subset", "")
        split = split_named(subset) if subset and subset.lower() != NO_SPLIT else None
        yield LabeledItem(item.external_id, item.name, item.assets, Annotation(marks=tuple(marks)), split=split)

    def _unlabeled(self, image: Element) -> LabeledItem:
        """The item of an image, without its marks. Raises FormatFault for a name that is none, or leads elsewhere."""
        given = image.attributes.get("name", "")[:NAME_CHARS_MAX]
        if not given:
            message = f"An image in {self._path} has no name."
            raise FileDamaged(message, file=self._path, line=image.line, mend='Add name="...".')
        entry = self._before.get(given)
        if entry is not None:
            return LabeledItem(entry.external_id, entry.name, (AssetRecord(entry.asset, entry.width, entry.height),))
        name = relative_path(without_root(given), file=self._path)
        if name != given:
            self._tally.lose("renamed", items=1)
        size = [_pixels(image.attributes.get(side, "")) for side in ("width", "height")]
        return LabeledItem(name, name, (asset_for(name, size[0], size[1], self._options),))

    def _mark(self, element: Element, id: str) -> Mark | None:
        """None for what is no mark here. Raises FormatFault for a shape without a label or a sound place."""
        label = element.attributes.get("label", "")
        is_shape = element.name in SHAPES or element.name == SKELETON
        if is_shape and (not label or len(label) > _LABEL_CHARS_MAX):
            raise self._damaged(element, f"has no label of up to {_LABEL_CHARS_MAX} letters", 'Add label="...".')
        try:
            read = (
                self._skeleton(element, label)
                if element.name == SKELETON
                else mark_of(element.name, element.attributes)
            )
        except (ValueError, KeyError) as error:
            reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error).rstrip(".")
            raise self._damaged(element, f"cannot be read: {reason}", "Compare it with CVAT's own export.") from error
        if read is None:
            return None
        class_id = self._table.id_of(label)
        kind, geometry = read
        mark = Mark(id, kind, class_id, geometry, {}, z=self._z(element), source=MarkSource.IMPORT)
        mark = fitted(mark, self._table, self._tally)
        if mark is None:
            return None
        self._table.saw(class_id, mark.kind)
        group = element.attributes.get("group_id", "")
        return msgspec.structs.replace(
            mark,
            attributes=self._attributes(element, label, class_id),
            group=group if group.isdigit() and group != "0" and len(group) <= 64 else None,
        )

    def _skeleton(self, element: Element, label: str) -> tuple[str, dict[str, Any]] | None:
        """None, which is counted, for one whose points nobody knows."""
        class_id = self._table.id_of(label)
        geometry = self._skeletons.read(class_id, label, element) if self._table.takes(class_id, SKELETON) else None
        if geometry is None:
            self._tally.lose("skeletons", marks=1)
            return None
        return SKELETON, geometry

    def _z(self, element: Element) -> int:
        try:
            z = int(element.attributes.get("z_order", "0"))
        except ValueError as error:
            raise self._damaged(element, "has a z_order that is no number", "Write a whole number.") from error
        return max(-Z_MAX, min(Z_MAX, z))

    def _attributes(self, element: Element, label: str, class_id: str) -> dict[str, FieldValue]:
        said = [(each.attributes.get("name", ""), each.text) for each in element.every("attribute")]
        values = [(name, self._value(label, class_id, name, text)) for name, text in said if name]
        if element.attributes.get(OCCLUDED) == "1":
            values.append((OCCLUDED, True))
        held = (self._table.attribute(class_id, name, value) for name, value in values)
        return dict(each for each in held if each is not None)

    def _value(self, label: str, class_id: str, name: str, text: str) -> bool | float | str | list[str]:
        """A value of the kind that the project's ontology gives the attribute, else the file's own labels."""
        known = self._table.known_attribute(class_id, name)
        kind = known.kind if known else None
        shown = self._inputs.get((label, name), "")
        if kind is FieldKind.MULTIPLE:
            return [part for part in text.split(",") if part]
        if (kind is FieldKind.BOOLEAN or (kind is None and shown == "checkbox")) and text.strip().lower() in _YES:
            return _YES[text.strip().lower()]
        if kind in {FieldKind.NUMBER, FieldKind.SCALE} or (kind is None and shown == "number"):
            try:
                return float(text)
            except ValueError:
                return text
        return text

    def _damaged(self, element: Element, what: str, mend: str) -> FileDamaged:
        message = f"A <{element.name[:50]}> in {self._path} {what}."
        return FileDamaged(message, file=self._path, line=element.line, mend=mend)


def _below(element: Element, name: str) -> Iterator[Element]:
    """All elements of this name below one, at any depth, but not inside of one another."""
    for child in element.children:
        if child.name == name:
            yield child
        else:
            yield from _below(child, name)


def _pixels(text: str) -> int | None:
    try:
        return pixels_of(float(text or 0))
    except ValueError:
        return None
