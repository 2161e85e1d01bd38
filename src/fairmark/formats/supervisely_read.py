"""Reading Supervisely's projects, image by image."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from fairmark.formats.classes import ClassTable
from fairmark.formats.contract import ReadOptions, Source
from fairmark.formats.images import (
    BOX,
    NO_SPLIT,
    POLYGON,
    TAG,
    LazyTable,
    NamesBefore,
    asset_for,
    fitted,
    pixels_of,
    places_of,
    split_named,
    split_of,
)
from fairmark.formats.json_files import item_before
from fairmark.formats.json_rows import JSON_ERRORS, json_fault, refuse_file
from fairmark.formats.keypoints import EDGE_FROM, Keypoints
from fairmark.formats.model import FileDamaged, FormatFault, LabeledItem, RowFault, WrongFormat
from fairmark.formats.names import relative_path
from fairmark.formats.pixel_maps import MASK
from fairmark.formats.skeletons import ABSENT, SKELETON
from fairmark.formats.source import read_document
from fairmark.formats.supervisely_bitmaps import mask_in
from fairmark.formats.tally import Tally
from fairmark.modalities.image.marks.skeleton import HIDDEN, VISIBLE
from fairmark.ontology.model import MARKS_MAX, Annotation, Field, FieldKind, FieldValue, Mark
from fairmark.ontology.model import Source as MarkSource

META = "meta.json"
SCORE = "confidence"
"""The tag in which the score of a mark stands."""
YES, NO = "yes", "no"

_ANNOTATION = re.compile(r"(?:^|/)([^/]+)/ann/(.+)\.json$")
_GROUP_CHARS_MAX = 64
_LABEL_CHARS_MAX = 200
_SIDE_MAX = 10**9
_NUL = b"\\u0000"


class _Class(msgspec.Struct, frozen=True):
    title: str
    geometry_config: dict[str, Any] | None = None


class _Meta(msgspec.Struct, frozen=True):
    classes: list[_Class] = []


class _Size(msgspec.Struct, frozen=True):
    height: float | None = None
    width: float | None = None


class _Image(msgspec.Struct, frozen=True):
    objects: list[dict[str, Any]]
    size: _Size = _Size()
    tags: list[dict[str, Any]] = []


_decode_image = msgspec.json.Decoder(_Image).decode
_decode_meta = msgspec.json.Decoder(_Meta).decode


def supervisely_rows(
    source: Source, options: ReadOptions, tally: Tally, lazy: LazyTable
) -> Iterator[LabeledItem | RowFault]:
    """Each image's file as an item. One bad object costs the object, one bad file the file."""
    table = lazy.table()
    meta = next(places_of(source, META), None)
    reader = _Images(source, options, tally, table)
    if meta is not None:
        reader.learn(meta)
    for path in source.paths():
        found = _ANNOTATION.search(path)
        if found is not None:
            tally.files += 1
            yield from reader.read(path, found[1], found[2])
    if tally.files == 0 and meta is None:
        mend = "Send a ZIP with meta.json and <dataset>/ann/*.json."
        raise WrongFormat(f"{source.name} holds no Supervisely project.", file=source.name, mend=mend)


class _Images:
    def __init__(self, source: Source, options: ReadOptions, tally: Tally, table: ClassTable) -> None:
        self._source = source
        self._options = options
        self._tally = tally
        self._table = table
        self._before = NamesBefore(source, "", by_stem=False)
        self._keypoints = Keypoints(table)
        self._nodes: dict[str, list[str]] = {}

    def learn(self, path: str) -> None:
        """Takes classes and their graphs from the project's meta.json. Raises FormatFault for a broken one."""
        try:
            meta = _decode_meta(read_document(self._source, path))
        except JSON_ERRORS as error:
            raise refuse_file(error, path) from error
        for each in meta.classes:
            class_id = self._table.id_of(each.title[:_LABEL_CHARS_MAX])
            nodes = (each.geometry_config or {}).get("nodes")
            if isinstance(nodes, dict) and nodes:
                self._learn_graph(class_id, nodes, (each.geometry_config or {}).get("edges"))

    def _learn_graph(self, class_id: str, nodes: dict[str, Any], edges: Any) -> None:
        keys = list(nodes)
        names = [_text(_dict(nodes[key]).get("label")) or key for key in keys]
        pairs: list[list[int]] = []
        for edge in edges if isinstance(edges, list) else ():
            ends = [_dict(edge).get(end) for end in ("src", "dst")]
            if ends[0] in nodes and ends[1] in nodes:
                pairs.append([keys.index(str(end)) + EDGE_FROM for end in ends])
        self._keypoints.learn(class_id, names, pairs, _standing(nodes))
        self._nodes[class_id] = keys

    def read(self, path: str, dataset: str, name: str) -> Iterator[LabeledItem | RowFault]:
        try:
            data = read_document(self._source, path)
            if _NUL in data:
                raise FileDamaged("A text holds the character U+0000.", file=path, mend="Remove it.")
            given = _decode_image(data)
            item = self._unlabeled(given, path, dataset, name)
        except JSON_ERRORS as error:
            yield json_fault(error, path, what="file")
            return
        except FormatFault as fault:
            yield fault.as_row()
            return
        marks: list[Mark] = []
        answers: dict[str, FieldValue] = {}
        for place, each in enumerate(given.objects):
            try:
                mark = self._mark(each, path, str(place + 1))
                if mark is not None and len(marks) >= MARKS_MAX:
                    raise FileDamaged(f"{path} has more than {MARKS_MAX} objects.", file=path)
            except FormatFault as fault:
                yield msgspec.structs.replace(fault.as_row(), path=f"/objects/{place}")
                continue
            if mark is not None:
                marks.append(mark)
        for place, each in enumerate(given.tags[:MARKS_MAX]):
            self._tag(each, f"t{place + 1}", marks, answers)
        annotation = Annotation(marks=tuple(marks), answers=answers)
        yield msgspec.structs.replace(item, annotation=annotation, split=self._split(dataset))

    def _split(self, dataset: str) -> str | None:
        """Of our own projects any dataset is a split, of others those with a usual name."""
        if self._before.found:
            return None if dataset == NO_SPLIT else split_named(dataset)
        return split_of(f"{dataset}/")

    def _unlabeled(self, given: _Image, path: str, dataset: str, name: str) -> LabeledItem:
        """The item of a file, without its labels. Raises FormatFault for a name that leads elsewhere."""
        known = item_before(self._before, f"{dataset}/img/{name}")
        if known is not None:
            return known
        safe = relative_path(name, file=path)
        asset = asset_for(safe, pixels_of(given.size.width), pixels_of(given.size.height), self._options)
        return LabeledItem(f"{dataset}/{safe}", safe, (asset,))

    def _mark(self, given: dict[str, Any], path: str, id: str) -> Mark | None:
        """Raises FormatFault for an object that says no place, or no class."""
        title = _text(given.get("classTitle"))
        if not title:
            raise FileDamaged(f"An object in {path} has no class.", file=path, mend='Give it a "classTitle".')
        class_id = self._table.id_of(title)
        try:
            place = self._place(given, class_id, path)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            why = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            message = (
                f"An object of shape {str(given.get('geometryType'))[:50]!r} in {path} cannot be read: {why[:200]}."
            )
            raise FileDamaged(message, file=path, mend="Export it anew.") from error
        if place is None:
            return None
        instance = given.get("instance")
        group = instance[:_GROUP_CHARS_MAX] if isinstance(instance, str) and instance else None
        mark = Mark(id, place[0], class_id, place[1], group=group, source=MarkSource.IMPORT)
        mark = fitted(mark, self._table, self._tally)
        if mark is None:
            return None
        self._table.saw(class_id, mark.kind)
        return self._with_tags(mark, given.get("tags"))

    def _place(self, given: dict[str, Any], class_id: str, path: str) -> tuple[str, dict[str, Any]] | None:
        """(kind, geometry); None for what is no mark here, which is counted. Raises ValueError and its like."""
        shape = given.get("geometryType")
        if shape == "bitmap":
            return MASK, mask_in(given["bitmap"], path)
        if shape == "graph":
            pose = self._pose(given["nodes"], class_id)
            if pose is None:
                self._tally.lose("skeletons", marks=1)
                return None
            return SKELETON, pose
        if shape not in ("rectangle", "polygon", "line", "point"):
            self._tally.lose("other_objects", marks=1)
            return None
        points = _points(given["points"]["exterior"])
        if shape == "rectangle":
            (left, top), (right, bottom) = points
            if not (right > left and bottom > top):
                raise ValueError("it has no area")
            return BOX, {"x": left, "y": top, "w": right - left, "h": bottom - top}
        if len(points) < {"polygon": 3, "line": 2, "point": 1}[shape]:
            raise ValueError("it has too few points")
        if shape == "polygon":
            holes = [ring for ring in map(_points, given["points"].get("interior") or []) if len(ring) > 2]
            return POLYGON, {"parts": [[points, *holes]]}
        return ("polyline" if shape == "line" else "points"), {"points": points}

    def _pose(self, nodes: Mapping[str, Any], class_id: str) -> dict[str, Any] | None:
        """A skeleton from nodes by their keys; the first graph of a class that is not described says its nodes."""
        if class_id not in self._nodes:
            self._keypoints.learn(class_id, list(nodes))
            self._nodes[class_id] = list(nodes)
        keys = self._nodes[class_id]
        if not set(nodes) <= set(keys):
            return None
        rows: list[list[float]] = []
        for key in keys:
            node = nodes.get(key)
            if node is None:
                rows.append(list(ABSENT))
            else:
                rows.append([*_points([node["loc"]])[0], HIDDEN if node.get("disabled") else VISIBLE])
        return self._keypoints.pose(class_id, rows)

    def _with_tags(self, mark: Mark, tags: Any) -> Mark:
        attributes: dict[str, FieldValue] = {}
        score: float | None = None
        known = partial(self._table.known_attribute, mark.class_)
        for each in tags if isinstance(tags, list) else ():
            name, value = _text(_dict(each).get("name")), _dict(each).get("value")
            field = known(name)
            is_score = name == SCORE and field is None and not isinstance(value, bool)
            if is_score and isinstance(value, int | float) and 0 <= value <= 1:
                score = float(value)
            elif name and (held := self._table.attribute(mark.class_, name, _value(value, field))) is not None:
                attributes[held[0]] = held[1]
        return msgspec.structs.replace(mark, attributes=attributes, score=score)

    def _tag(self, given: dict[str, Any], id: str, marks: list[Mark], answers: dict[str, FieldValue]) -> None:
        """A tag of the image: without a value it is a mark, with one an answer."""
        name, value = _text(given.get("name")), given.get("value")
        if not name:
            self._tally.lose("other_objects", marks=1)
            return
        if value is not None:
            held = self._table.question(name, _value(value, self._table.known_question(name)))
            if held is not None:
                answers[held[0]] = held[1]
            return
        class_id = self._table.id_of(name)
        if not self._table.takes(class_id, TAG) or len(marks) >= MARKS_MAX:
            self._tally.lose("kinds_refused", marks=1)
            return
        self._table.saw(class_id, TAG)
        marks.append(Mark(id, TAG, class_id, source=MarkSource.IMPORT))


def _value(value: Any, field: Field | None) -> Any:
    """A tag's value as the field can hold it. A tag without one is a yes."""
    if value is None or (field is not None and field.kind is FieldKind.BOOLEAN and value in (YES, NO)):
        return value != NO
    if field is not None and field.kind is FieldKind.MULTIPLE and isinstance(value, str):
        return [each for each in value.split(",") if each]
    return value


def _standing(nodes: dict[str, Any]) -> list[float] | None:
    """The default pose in the frame around it; None if a node has no place, or they have no frame."""
    try:
        points = _points([node["loc"] for node in nodes.values()])
    except (ValueError, KeyError, TypeError):
        return None
    lowest = [min(point[axis] for point in points) for axis in (0, 1)]
    sides = [max(point[axis] for point in points) - lowest[axis] for axis in (0, 1)]
    if 0 in sides:
        return None
    return [round((point[axis] - lowest[axis]) / sides[axis], 3) for point in points for axis in (0, 1)]


def _points(given: Any) -> list[list[float]]:
    """Pairs of numbers, as they stand in the document. Raises ValueError for others."""
    pairs = msgspec.convert(given, list[tuple[float, float]])
    if not all(abs(side) < _SIDE_MAX for pair in pairs for side in pair):
        raise ValueError(f"a number of it is not below {_SIDE_MAX}")
    return [list(pair) for pair in pairs]


def _text(value: Any) -> str:
    return value[:_LABEL_CHARS_MAX] if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
