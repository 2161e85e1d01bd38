"""Reading Datumaro's JSON, item by item."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw

from fairmark.formats.classes import ClassTable
from fairmark.formats.contract import ReadOptions, Source
from fairmark.formats.datumaro_shapes import POINTS, mark_of, pose_rows
from fairmark.formats.images import NO_SPLIT, LazyTable, NamesBefore, asset_for, fitted, pixels_of, split_named
from fairmark.formats.json_files import JsonFile, item_before, json_files
from fairmark.formats.json_rows import JSON_ERRORS, json_fault
from fairmark.formats.keypoints import Keypoints
from fairmark.formats.model import FileDamaged, FormatFault, LabeledItem, Name, RowFault
from fairmark.formats.names import relative_path, stem_of, without_root
from fairmark.formats.skeletons import SKELETON
from fairmark.formats.tally import Tally
from fairmark.ontology.model import MARKS_MAX, Z_MAX, Annotation, FieldValue, Mark
from fairmark.ontology.model import Source as MarkSource

SCORE = "score"
"""The attribute in which the score of a mark stands."""

_SUFFIX = ".jpg"
"""What the format takes an image's name to end in that has none."""


class _Label(msgspec.Struct, frozen=True):
    name: Name


class _Labels(msgspec.Struct, frozen=True):
    labels: list[_Label] = []


class _Points(msgspec.Struct, frozen=True):
    label_id: int
    labels: Any = None
    joints: Any = None
    positions: Any = None


class _PointLabels(msgspec.Struct, frozen=True):
    items: list[_Points] = []


class _Categories(msgspec.Struct, frozen=True):
    label: _Labels = _Labels()
    points: _PointLabels = _PointLabels()


class _File(msgspec.Struct, frozen=True):
    items: Raw
    categories: _Categories


class _Image(msgspec.Struct, frozen=True):
    path: Annotated[str, Meta(max_length=1024)] | None = None
    size: tuple[float, float] | None = None
    """Height and width."""


class _Item(msgspec.Struct, frozen=True):
    id: Name
    annotations: list[dict[str, Any]] = []
    attr: dict[str, Any] = {}
    image: _Image | None = None


_decode_item = msgspec.json.Decoder(_Item).decode


def datumaro_rows(
    source: Source, options: ReadOptions, tally: Tally, lazy: LazyTable
) -> Iterator[LabeledItem | RowFault]:
    """Each item of each file. One bad annotation costs the annotation, one bad item the item."""
    table = lazy.table()
    before = NamesBefore(source, "images/", by_stem=False)
    for file in json_files(source, tally, _File, "Send a ZIP with annotations/*.json, as Datumaro writes it."):
        reader = _Items(file, options, tally, table, before)
        for place, start, end in file.rows("items"):
            yield from reader.read(start, end, place)


class _Items:
    """The items of one file."""

    def __init__(
        self, file: JsonFile[_File], options: ReadOptions, tally: Tally, table: ClassTable, before: NamesBefore
    ) -> None:
        self._file = file
        self._path = file.path
        self._options = options
        self._tally = tally
        self._table = table
        self._before = before
        categories = file.content.categories
        self._classes = [table.id_of(label.name) for label in categories.label.labels]
        self._keypoints = Keypoints(table)
        for each in categories.points.items:
            if 0 <= each.label_id < len(self._classes):
                self._keypoints.learn(self._classes[each.label_id], each.labels, each.joints, each.positions)
        name = stem_of(file.path.rpartition("/")[2])
        self._split = None if name == NO_SPLIT else split_named(name)

    def read(self, start: int, end: int, place: str) -> Iterator[LabeledItem | RowFault]:
        try:
            given = _decode_item(self._file.text("items", start, end, place))
            item = self._unlabeled(given)
        except JSON_ERRORS as error:
            yield json_fault(error, self._path, path=place, what="item")
            return
        except FormatFault as fault:
            yield fault.as_row()
            return
        marks: list[Mark] = []
        for index, annotation in enumerate(given.annotations):
            try:
                mark = self._mark(annotation, str(index + 1))
                if mark is not None and len(marks) >= MARKS_MAX:
                    raise FileDamaged(f"An item has more than {MARKS_MAX} annotations.", file=self._path)
            except FormatFault as fault:
                yield msgspec.structs.replace(fault.as_row(), path=f"{place}/annotations/{index}")
                continue
            if mark is not None:
                marks.append(mark)
        annotation = Annotation(marks=tuple(marks), answers=self._answers(given))
        yield msgspec.structs.replace(item, annotation=annotation, split=self._split)

    def _unlabeled(self, given: _Item) -> LabeledItem:
        """The item without its labels. Raises FormatFault for a name that leads elsewhere."""
        image = given.image or _Image()
        known = item_before(self._before, image.path or "")
        if known is not None:
            return known
        raw = without_root(image.path or given.id + _SUFFIX)
        name = relative_path(raw, file=self._path)
        if image.path and raw != image.path:
            self._tally.lose("renamed", items=1)
        height, width = (pixels_of(side) for side in image.size or (0, 0))
        return LabeledItem(name, name, (asset_for(name, width, height, self._options),))

    def _mark(self, row: dict[str, Any], id: str) -> Mark | None:
        """Raises FormatFault for an annotation that says no place, or a class that is none."""
        type = row.get("type")
        try:
            read = mark_of(str(type), row)
            rows = pose_rows(row) if type == POINTS else []
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            why = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            message = f"An annotation of type {str(type)[:50]!r} in {self._path} cannot be read: {why}."
            raise FileDamaged(message, file=self._path, mend="Export it anew.") from error
        label = row.get("label_id")
        if read is None or label is None:
            self._tally.lose("other_annotations" if read is None else "unlabeled", marks=1)
            return None
        if not isinstance(label, int) or not 0 <= label < len(self._classes):
            message = f"There is no label {str(label)[:50]} in {self._path}."
            raise FileDamaged(message, file=self._path, mend="Add it to the categories.")
        class_id = self._classes[label]
        kind, geometry = self._posed(rows, class_id) or read
        z, group = row.get("z_order"), row.get("group")
        mark = Mark(
            id, kind, class_id, geometry,
            z=z if isinstance(z, int) and abs(z) <= Z_MAX else 0,
            group=str(group) if isinstance(group, int) and 0 < group < 10**60 else None,
            source=MarkSource.IMPORT,
        )  # fmt: skip
        mark = fitted(mark, self._table, self._tally)
        if mark is None:
            return None
        self._table.saw(mark.class_, mark.kind)
        return self._with_attributes(mark, row.get("attributes"))

    def _posed(self, rows: list[list[float]], class_id: str) -> tuple[str, dict[str, Any]] | None:
        """The skeleton that points are; None if they are not as many as the file lists for the class."""
        if not rows or len(rows) != self._keypoints.count(class_id):
            return None
        pose = self._keypoints.pose(class_id, rows)
        return None if pose is None else (SKELETON, pose)

    def _with_attributes(self, mark: Mark, given: Any) -> Mark:
        attributes: dict[str, FieldValue] = {}
        score: float | None = None
        for name, value in given.items() if isinstance(given, dict) else ():
            is_score = name == SCORE and self._table.known_attribute(mark.class_, name) is None
            if is_score and isinstance(value, int | float) and 0 <= value <= 1:
                score = float(value)
                continue
            held = self._table.attribute(mark.class_, str(name), value)
            if held is not None:
                attributes[held[0]] = held[1]
        return msgspec.structs.replace(mark, attributes=attributes, score=score)

    def _answers(self, given: _Item) -> dict[str, FieldValue]:
        answers: dict[str, FieldValue] = {}
        for name, value in given.attr.items():
            if self._table.known_question(name) is None:
                self._tally.lose("item_attributes", items=1)
            elif (held := self._table.question(name, value)) is not None:
                answers[held[0]] = held[1]
        return answers
