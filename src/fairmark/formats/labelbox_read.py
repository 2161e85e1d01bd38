"""Reading Labelbox's NDJSON, data row by data row."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from fairmark.formats.classes import ClassTable
from fairmark.formats.contract import ReadOptions, Source
from fairmark.formats.images import (
    BOX,
    POLYGON,
    TAG,
    LazyTable,
    NamesBefore,
    asset_for,
    fitted,
)
from fairmark.formats.json_rows import JSON_ERRORS, json_fault, json_lines
from fairmark.formats.labelbox_values import (
    dicts_of,
    end_of,
    finite,
    lit_pixels,
    points_of,
    score_of,
    side_of,
    split_among,
    text_of,
    value_of,
)
from fairmark.formats.model import (
    NAME_CHARS_MAX,
    AssetRecord,
    FileDamaged,
    FormatFault,
    LabeledItem,
    RowFault,
    WrongFormat,
)
from fairmark.formats.names import MarkIds, relative_path, without_root
from fairmark.formats.pixel_maps import MASK, picture_in, picture_of, pieces_of
from fairmark.formats.tally import Tally
from fairmark.ontology.model import MARKS_MAX, Annotation, Field, FieldValue, Link, Mark
from fairmark.ontology.model import Source as MarkSource

BOX_KIND, OUTLINE, POLYLINE, POINT = "ImageBoundingBox", "ImagePolygon", "ImagePolyline", "ImagePoint"
MASK_KIND = "ImageSegmentationMask"
TAGS = "tags"
"""The classification whose answers are tags, in fairmark's own exports."""

_ENDINGS = (".ndjson", ".jsonl", ".json")
_MODES = ("1", "L", "P", "RGB", "RGBA")
_MEND = "Export it anew."


class _DataRow(msgspec.Struct, frozen=True):
    id: str = ""
    global_key: str | None = None
    external_id: str | None = None
    row_data: str | None = None


class _Annotations(msgspec.Struct, frozen=True):
    objects: list[dict[str, Any]] = []
    classifications: list[dict[str, Any]] = []
    relationships: list[dict[str, Any]] = []
    frames: Any = None


class _Label(msgspec.Struct, frozen=True):
    annotations: _Annotations = _Annotations()


class _Project(msgspec.Struct, frozen=True):
    labels: list[_Label] = []


class _Row(msgspec.Struct, frozen=True):
    data_row: _DataRow
    projects: dict[str, _Project] = {}
    media_attributes: dict[str, Any] = {}
    metadata_fields: list[dict[str, Any]] = []


_decode = msgspec.json.Decoder(_Row).decode


def labelbox_rows(
    source: Source, options: ReadOptions, tally: Tally, lazy: LazyTable
) -> Iterator[LabeledItem | RowFault]:
    """Each data row as an item. One bad object costs the object, one bad line the line."""
    paths = [path for path in source.paths() if path.lower().endswith(_ENDINGS) and "fairmark/" not in path]
    if not paths:
        message = f"{source.name} holds no NDJSON."
        raise WrongFormat(message, file=source.name, mend="Send Labelbox's export, a data row a line.")
    reader = _DataRows(source, options, tally, lazy.table())
    for path in paths:
        tally.files += 1
        for number, after, line in json_lines(source, path):
            for row in [line] if isinstance(line, RowFault) else reader.read(line, path, number):
                yield row if isinstance(row, LabeledItem) else msgspec.structs.replace(row, line=number, after=after)


class _DataRows:
    def __init__(self, source: Source, options: ReadOptions, tally: Tally, table: ClassTable) -> None:
        self._source = source
        self._options = options
        self._tally = tally
        self._table = table
        self._before = NamesBefore(source, "images/", by_stem=False)

    def read(self, line: bytes, path: str, number: int) -> Iterator[LabeledItem | RowFault]:
        try:
            row = _decode(line)
            item = self._unlabeled(row, path)
        except JSON_ERRORS as error:
            yield json_fault(error, path, line=number, what="data row")
            return
        except FormatFault as fault:
            yield fault.as_row()
            return
        found = _Found(path, item.assets[0])
        labels = [label.annotations for project in row.projects.values() for label in project.labels]
        if len(labels) > 1:
            self._tally.lose("more_labels", items=1)
        for told in labels[:1]:
            if told.frames is not None:
                self._tally.lose("other_objects", marks=1)
            for place, each in enumerate(told.objects):
                try:
                    self._object(each, found)
                except FormatFault as fault:
                    where = f"/annotations/objects/{place}"
                    yield msgspec.structs.replace(fault.as_row(), path=where)
            for each in told.classifications:
                self._classification(each, found)
            for each in told.relationships:
                self._relationship(each, found)
        annotation = Annotation(marks=tuple(found.marks), answers=found.answers, links=tuple(found.links))
        yield msgspec.structs.replace(item, annotation=annotation, split=split_among(row.metadata_fields))

    def _unlabeled(self, row: _Row, path: str) -> LabeledItem:
        """The item of a data row, without its labels. Raises FormatFault for one without a name, or with a bad one."""
        about = row.data_row
        entry = self._before.get(about.global_key or "")
        url = about.row_data if about.row_data and about.row_data.startswith(("http://", "https://")) else None
        if entry is not None:
            asset = AssetRecord(entry.asset, entry.width, entry.height, url=url)
            return LabeledItem(entry.external_id, entry.name, (asset,))
        address = unquote(urlsplit(url).path).lstrip("/") if url else about.row_data
        given = about.external_id or about.global_key or address or about.id
        if not given:
            message = "The data row has neither an external_id nor a global_key."
            raise FileDamaged(message, file=path, mend="Export with the details of data rows.")
        raw = without_root(given)
        if raw != given:
            self._tally.lose("renamed", items=1)
        name = relative_path(raw, file=path)
        width, height = (side_of(row.media_attributes.get(side)) for side in ("width", "height"))
        key = (about.global_key or name)[:NAME_CHARS_MAX]
        return LabeledItem(key, name, (asset_for(name, width, height, self._options, url=url),))

    def _object(self, given: dict[str, Any], found: "_Found") -> None:
        """Raises FormatFault for an object that says no place."""
        label = text_of(given.get("name")) or text_of(given.get("value"))
        try:
            place = self._place(given, found)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            why = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            message = f"An object of kind {str(given.get('annotation_kind'))[:50]!r} cannot be read: {why[:200]}."
            raise FileDamaged(message, file=found.path, mend=_MEND) from error
        if place is None or not label or not place[0]:
            self._tally.lose("mask_addresses" if label and place is not None else "other_objects", marks=1)
            return
        mark = Mark(
            found.mark_ids.claim(text_of(given.get("feature_id"))), place[0], self._table.id_of(label), place[1],
            source=MarkSource.IMPORT, score=score_of(given),
        )  # fmt: skip
        mark = fitted(mark, self._table, self._tally)
        if mark is not None:
            self._add(mark, given, found)

    def _place(self, given: dict[str, Any], found: "_Found") -> tuple[str, dict[str, Any]] | None:
        """(kind, geometry); an empty kind for a mask that is elsewhere, None for what is no mark here.

        Raises ValueError, KeyError, TypeError or FormatFault.
        """
        if "bounding_box" in given:
            box = given["bounding_box"]
            x, y, w, h = (finite(box[side]) for side in ("left", "top", "width", "height"))
            if not (w > 0 and h > 0):
                raise ValueError("it has no area")
            return BOX, {"x": x, "y": y, "w": w, "h": h}
        if "polygon" in given:
            return POLYGON, {"parts": [[points_of(given["polygon"], 3)]]}
        if "line" in given:
            return "polyline", {"points": points_of(given["line"], 2)}
        if "point" in given:
            return "points", {"points": points_of([given["point"]], 1)}
        if "mask" in given or "composite_mask" in given:
            return self._mask(given, found)
        return None

    def _mask(self, given: dict[str, Any], found: "_Found") -> tuple[str, dict[str, Any]]:
        told = given.get("mask") or given["composite_mask"]
        if isinstance(told.get("png"), str):
            pixels = picture_of(b64decode(told["png"], validate=True), found.path, _MODES)
        else:
            address = str(told["url"])
            if "://" in address:
                return "", {}
            pixels = picture_in(self._source, self._beside(address, found.path), _MODES)
        size = (found.asset.width, found.asset.height)
        if all(size) and pixels.shape[:2] != (size[1], size[0]):
            raise ValueError(f"its picture has not the size of the image, {size[0]} x {size[1]}")
        on = lit_pixels(pixels, told.get("color_rgb") if "composite_mask" in given and "mask" not in given else None)
        pieces = pieces_of(on)
        if not pieces:
            raise ValueError("no pixel of it is on")
        return MASK, pieces[1]

    def _beside(self, address: str, path: str) -> str:
        """The path of a file in the source, at the place that a row names from its own file. Raises FormatFault."""
        name = relative_path(address, file=path)
        folder = f"{path.rpartition('/')[0]}/".removeprefix("/")
        if not self._source.has(folder + name):
            raise FileDamaged(f"The mask {name} is missing.", file=path, mend="Pack it as well.")
        return folder + name

    def _classification(self, given: dict[str, Any], found: "_Found") -> None:
        if given.get("value") == TAGS and "checklist_answers" in given:
            for each in dicts_of(given["checklist_answers"]):
                self._tag(each, found)
            return
        for name, value in self._told(given, self._table.known_question):
            held = self._table.question(name, value)
            if held is not None:
                found.answers[held[0]] = held[1]

    def _tag(self, given: dict[str, Any], found: "_Found") -> None:
        label = text_of(given.get("name")) or text_of(given.get("value"))
        if not label:
            self._tally.lose("other_objects", marks=1)
            return
        class_id = self._table.id_of(label)
        if not self._table.takes(class_id, TAG):
            self._tally.lose("kinds_refused", marks=1)
            return
        id = found.mark_ids.claim(text_of(given.get("feature_id")))
        self._add(Mark(id, TAG, class_id, source=MarkSource.IMPORT, score=score_of(given)), given, found)

    def _add(self, mark: Mark, given: dict[str, Any], found: "_Found") -> None:
        if len(found.marks) >= MARKS_MAX:
            raise FileDamaged(f"A data row has more than {MARKS_MAX} objects.", file=found.path)
        self._table.saw(mark.class_, mark.kind)
        attributes: dict[str, FieldValue] = {}
        for each in dicts_of(given.get("classifications")):
            for name, value in self._told(each, partial(self._table.known_attribute, mark.class_)):
                held = self._table.attribute(mark.class_, name, value)
                if held is not None:
                    attributes[held[0]] = held[1]
        found.marks.append(msgspec.structs.replace(mark, attributes=attributes))
        if feature := text_of(given.get("feature_id")):
            found.ids[feature] = mark.id

    def _told(self, given: dict[str, Any], known: Callable[[str], Field | None]) -> Iterator[tuple[str, Any]]:
        """(field, value) of a classification, and of those inside of its answers. known: the field of a name."""
        left = [given]
        while left:
            each = left.pop(0)
            names = [name for name in (text_of(each.get("value")), text_of(each.get("name"))) if name]
            field: Field | None = next((found for found in map(known, names) if found is not None), None)
            answers = dicts_of([each.get("radio_answer")]) + dicts_of(each.get("checklist_answers"))
            value = value_of(each, field)
            if value is None or not names:
                self._tally.lose("other_objects", marks=1)
            else:
                yield field.id if field else names[0], value
            left.extend(inner for answer in answers for inner in dicts_of(answer.get("classifications")))

    def _relationship(self, given: dict[str, Any], found: "_Found") -> None:
        ends = given.get("unidirectional_relationship") or given.get("bidirectional_relationship")
        told = [end_of(ends.get(end)) if isinstance(ends, dict) else "" for end in ("source", "target")]
        marks = [found.ids.get(id) for id in told]
        name = text_of(given.get("value")) or text_of(given.get("name")) or "related"
        if marks[0] is None or marks[1] is None:
            self._tally.lose("other_objects", marks=1)
            return
        link_type = self._table.link(name)
        found.links.append(Link(str(len(found.links) + 1), link_type, marks[0], marks[1]))


class _Found:
    """What a data row says. ids: of marks, by those of their features."""

    def __init__(self, path: str, asset: AssetRecord) -> None:
        self.path = path
        self.asset = asset
        self.marks: list[Mark] = []
        self.answers: dict[str, FieldValue] = {}
        self.links: list[Link] = []
        self.ids: dict[str, str] = {}
        self.mark_ids = MarkIds("f")
