"""Reading Label Studio's JSON, task by task."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Raw

from fairmark.formats.classes import ClassTable
from fairmark.formats.contract import ReadOptions, Source
from fairmark.formats.images import NO_SPLIT, LazyTable, NamesBefore, asset_for, fitted, pixels_of, split_named
from fairmark.formats.json_files import JsonFile, item_before, json_files
from fairmark.formats.json_rows import JSON_ERRORS, json_fault
from fairmark.formats.label_studio_shapes import POINTS, mark_of
from fairmark.formats.label_studio_skeletons import (
    Joint,
    children_of,
    frame_of,
    learn,
    pose_in,
    visibility_of,
)
from fairmark.formats.model import (
    NAME_CHARS_MAX,
    FileDamaged,
    FormatFault,
    LabeledItem,
    RowFault,
)
from fairmark.formats.names import MarkIds, relative_path, without_root
from fairmark.formats.skeletons import SKELETON
from fairmark.formats.tally import Tally
from fairmark.ontology.model import JOINTS_MAX, MARKS_MAX, Annotation, Field, FieldKind, FieldValue, Link, Mark
from fairmark.ontology.model import Source as MarkSource

IMAGE = "image"
TAGS = "tags"
ATTRIBUTE = "attribute_"
QUESTION = "question_"
YES, NO = "yes", "no"
"""What fairmark's own exports call their controls and choices."""

_UPLOAD = re.compile(r"data/upload/\d+/(?:[0-9a-f]{8}-)?")
_LABEL_CHARS_MAX = 200
_PARENT = re.compile(rb'"parentID"')


class _Annotation(msgspec.Struct):
    result: list[dict[str, Any]] = []
    was_cancelled: bool = False
    ground_truth: bool = False


class _Task(msgspec.Struct):
    data: dict[str, Any]
    annotations: list[_Annotation] | None = None
    predictions: list[_Annotation] | None = None


_decode_task = msgspec.json.Decoder(_Task).decode


def label_studio_rows(
    source: Source, options: ReadOptions, tally: Tally, lazy: LazyTable
) -> Iterator[LabeledItem | RowFault]:
    """Each task of each list as an item. One bad region costs the region, one bad task the task."""
    table = lazy.table()
    before = NamesBefore(source, "images/", by_stem=False)
    for file in json_files(source, tally, Raw, "Send what Label Studio exports as JSON, not as JSON-MIN."):
        if _PARENT.search(file.list()):
            learn(table, _points_named(file))
        reader = _Tasks(file, options, tally, table, before)
        for place, start, end in file.rows():
            yield from reader.read(start, end, place)


class _Tasks:
    """The tasks of one file."""

    def __init__(
        self, file: JsonFile[Raw], options: ReadOptions, tally: Tally, table: ClassTable, before: NamesBefore
    ) -> None:
        self._file = file
        self._path = file.path
        self._options = options
        self._tally = tally
        self._table = table
        self._before = before

    def read(self, start: int, end: int, place: str) -> Iterator[LabeledItem | RowFault]:
        try:
            task = _decode_task(self._file.text("", start, end, place))
            chosen, source = self._chosen(task)
            size = _size(chosen.result)
            item = self._unlabeled(task, size, place)
        except JSON_ERRORS as error:
            yield json_fault(error, self._path, path=place, what="task")
            return
        except FormatFault as fault:
            yield fault.as_row()
            return
        found = _Found()
        asset = item.assets[0]
        known = (asset.width, asset.height) if asset.width and asset.height else size
        by_id = _by_id(chosen.result)
        children = children_of(by_id)
        inner = {child for each in children.values() for child in each}
        for id, results in by_id.items():
            if id in inner:
                continue
            try:
                joints = self._joints(by_id, children.get(id, []), known)
                if not (joints and self._take_pose(found, id, results, joints, source)):
                    self._take(found, id, results, known, source)
            except FormatFault as fault:
                yield msgspec.structs.replace(fault.as_row(), path=f"{place}/annotations")
        for result in chosen.result:
            self._link(found, result)
        annotation = Annotation(marks=tuple(found.marks), answers=found.answers, links=tuple(found.links))
        split = task.data.get("split")
        named = split_named(split) if isinstance(split, str) and split != NO_SPLIT else None
        yield msgspec.structs.replace(item, annotation=annotation, split=named)

    def _chosen(self, task: _Task) -> tuple[_Annotation, MarkSource]:
        done = [each for each in task.annotations or [] if not each.was_cancelled]
        if len(done) > 1:
            self._tally.lose("more_annotations", items=1)
        if done:
            return next((each for each in done if each.ground_truth), done[0]), MarkSource.IMPORT
        if task.predictions:
            return task.predictions[0], MarkSource.PREDICTION
        return _Annotation(), MarkSource.IMPORT

    def _unlabeled(self, task: _Task, size: tuple[int, int] | None, place: str) -> LabeledItem:
        """The item of a task, without its labels. Raises FormatFault for one without an image, or with a bad name."""
        ours = task.data.get("name")
        known = item_before(self._before, ours) if isinstance(ours, str) else None
        if known is not None:
            return known
        given = _image_in(task.data)
        if given is None:
            message = f"The task at {place} of {self._path} names no image."
            raise FileDamaged(message, file=self._path, path=place, mend='Its data needs an "image".')
        name = relative_path(without_root(_name_of(given))[:NAME_CHARS_MAX], file=self._path)
        url = given if given.startswith(("http://", "https://")) else None
        width, height = size or (None, None)
        return LabeledItem(name, name, (asset_for(name, width, height, self._options, url=url),))

    def _take(
        self, found: "_Found", id: str, results: list[dict[str, Any]], size: tuple[int, int] | None, source: MarkSource
    ) -> None:
        """What the results with one id say: a mark and its attributes, tags, or answers. Raises FormatFault."""
        region = self._region(results, size)
        if region is None:
            self._take_controls(found, id, results, source)
            return
        kind, geometry, label = region
        if label is None:
            self._tally.lose("unlabeled", marks=1)
            return
        class_id = self._table.id_of(label)
        mark = Mark(found.mark_ids.claim(id), kind, class_id, geometry, source=source, score=_score(results))
        mark = fitted(mark, self._table, self._tally)
        if mark is not None:
            self._add(found, id, mark, results)

    def _joints(
        self, by_id: dict[str, list[dict[str, Any]]], children: list[str], size: tuple[int, int] | None
    ) -> list[Joint]:
        """The keypoints with these ids. Raises FormatFault for one without a place or a name."""
        joints: list[Joint] = []
        for id in children:
            region = self._region(by_id[id], size)
            if region is None or region[0] != POINTS or region[2] is None:
                message = f"A keypoint in {self._path} has no place or no label."
                raise FileDamaged(message, file=self._path, mend="Export it anew.")
            x, y = region[1]["points"][0]
            joints.append(Joint(region[2], x, y, visibility_of(by_id[id])))
        return joints

    def _take_pose(
        self, found: "_Found", id: str, results: list[dict[str, Any]], joints: list[Joint], source: MarkSource
    ) -> bool:
        """Adds the skeleton that a rectangle and its keypoints are. False if its class has no such points."""
        frame = next(each for each in results if str(each.get("type", "")).startswith("rectangle"))
        label = next(iter(_texts(_value(frame).get("rectanglelabels"))), None)
        if label is None:
            return False
        class_id = self._table.id_of(label[:_LABEL_CHARS_MAX])
        geometry = pose_in(self._table, class_id, joints)
        if geometry is None:
            self._tally.lose("keypoints", marks=1)
            return False
        mark = Mark(found.mark_ids.claim(id), SKELETON, class_id, geometry, source=source, score=_score(results))
        size = _size(results)
        if size is not None and not _encloses(_value(frame), frame_of(geometry["points"], size)):
            self._tally.lose("keypoint_boxes", marks=1)
        self._add(found, id, mark, results)
        return True

    def _take_controls(self, found: "_Found", id: str, results: list[dict[str, Any]], source: MarkSource) -> None:
        tags = [result for result in results if result.get("from_name") == TAGS and result.get("type") == "choices"]
        for result in tags:
            for label in _texts(_value(result).get("choices")):
                class_id, mark_id = self._table.id_of(label), found.mark_ids.claim(id)
                mark = Mark(mark_id, "tag", class_id, source=source, score=_score(results))
                if self._table.takes(mark.class_, "tag"):
                    self._add(found, id, mark, results)
                else:
                    self._tally.lose("kinds_refused", marks=1)
        if tags:
            return
        for result in results:
            name = str(result.get("from_name", "")).removeprefix(QUESTION)
            value = _said(result, self._table.known_question(name))
            if value is None or not name:
                self._tally.lose("other_results", marks=1)
            elif (held := self._table.question(name, value)) is not None:
                found.answers[held[0]] = held[1]

    def _add(self, found: "_Found", id: str, mark: Mark, results: list[dict[str, Any]]) -> None:
        if len(found.marks) >= MARKS_MAX:
            raise FileDamaged(f"A task of {self._path} has more than {MARKS_MAX} regions.", file=self._path)
        self._table.saw(mark.class_, mark.kind)
        attributes: dict[str, FieldValue] = {}
        for result in results:
            name = str(result.get("from_name", "")).removeprefix(ATTRIBUTE)
            if name == TAGS or not name:
                continue
            value = _said(result, self._table.known_attribute(mark.class_, name))
            held = None if value is None else self._table.attribute(mark.class_, name, value)
            if held is not None:
                attributes[held[0]] = held[1]
        found.ids[id] = mark.id
        found.marks.append(msgspec.structs.replace(mark, attributes=attributes))

    def _region(
        self, results: list[dict[str, Any]], size: tuple[int, int] | None
    ) -> tuple[str, dict[str, Any], str | None] | None:
        """(kind, geometry, label) of the region among the results of one id. Raises FormatFault if it has no place."""
        for result in results:
            type = str(result.get("type", "")).removesuffix("labels")
            try:
                read = mark_of(type, _value(result), size or (0, 0))
                if read is not None and size is None:
                    raise ValueError("the size of the image is not known")
            except (ValueError, KeyError, TypeError, IndexError) as error:
                why = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
                message = f"A region of type {type[:50]!r} in {self._path} cannot be read: {why}."
                raise FileDamaged(message, file=self._path, mend="Export it anew.") from error
            if read is not None:
                labels = [
                    label
                    for each in results
                    for key in (f"{type}labels", "labels")
                    for label in _texts(_value(each).get(key))
                ]
                if len(set(labels)) > 1:
                    self._tally.lose("more_labels", marks=1)
                return *read, labels[0][:_LABEL_CHARS_MAX] if labels else None
        return None

    def _link(self, found: "_Found", result: dict[str, Any]) -> None:
        if result.get("type") != "relation":
            return
        ends = [found.ids.get(str(result.get(end))) for end in ("from_id", "to_id")]
        labels = _texts(result.get("labels")) or ["related"]
        if ends[0] is None or ends[1] is None:
            self._tally.lose("other_results", marks=1)
            return
        link_type = self._table.link(labels[0][:_LABEL_CHARS_MAX])
        found.links.append(Link(str(len(found.links) + 1), link_type, ends[0], ends[1]))


class _Found:
    """What a task says."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.answers: dict[str, FieldValue] = {}
        self.links: list[Link] = []
        self.ids: dict[str, str] = {}
        self.mark_ids = MarkIds("r")


def _by_id(results: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The results by the region that they are of. Those without an id stand alone."""
    found: dict[str, list[dict[str, Any]]] = {}
    for number, result in enumerate(results):
        if result.get("type") != "relation":
            found.setdefault(str(result.get("id") or f"#{number}"), []).append(result)
    return found


def _points_named(file: JsonFile[Raw]) -> dict[str, dict[str, None]]:
    """Labels of rectangles, with the labels of the keypoints that any task has in them. Bad tasks say nothing."""
    named: dict[str, dict[str, None]] = {}
    for _, start, end in file.rows():
        row = file.list()[start:end]
        try:
            task = _decode_task(row) if _PARENT.search(row) else None
        except JSON_ERRORS:
            continue
        for each in [*(task.annotations or []), *(task.predictions or [])] if task else ():
            by_id = _by_id(each.result)
            for parent, children in children_of(by_id).items():
                names = [name for child in children for name in _labels(by_id[child], "keypointlabels")]
                for label in _labels(by_id[parent], "rectanglelabels")[:1]:
                    named.setdefault(label, {}).update(dict.fromkeys(names[:JOINTS_MAX]))
    return named


def _labels(results: list[dict[str, Any]], key: str) -> list[str]:
    return [label[:_LABEL_CHARS_MAX] for each in results for label in _texts(_value(each).get(key))]


def _encloses(rectangle: dict[str, Any], frame: dict[str, Any]) -> bool:
    """Whether a rectangle is the frame, to a hundredth of a per cent. What is no number is not."""
    given = [rectangle.get(side, 0) for side in frame]
    numbers = [float(each) for each in given if isinstance(each, int | float)]
    return len(numbers) == len(frame) and all(abs(a - b) < 0.01 for a, b in zip(numbers, frame.values(), strict=True))


def _size(results: list[dict[str, Any]]) -> tuple[int, int] | None:
    for result in results:
        sides = [result.get(f"original_{side}") for side in ("width", "height")]
        width, height = (pixels_of(side) if isinstance(side, int | float) else None for side in sides)
        if width and height:
            return width, height
    return None


def _value(result: dict[str, Any]) -> dict[str, Any]:
    value = result.get("value")
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str) and each] if isinstance(value, list) else []


def _score(results: list[dict[str, Any]]) -> float | None:
    score = next((each["score"] for each in results if isinstance(each.get("score"), int | float)), None)
    return float(score) if score is not None and 0 <= score <= 1 else None


def _said(result: dict[str, Any], known: Field | None) -> bool | float | str | list[str] | None:
    """The value of a control as the field can hold it; None for a control that is none here."""
    value, kind = _value(result), known.kind if known else None
    match result.get("type"):
        case "choices":
            chosen = [each for each in value.get("choices", []) if isinstance(each, str)]
            if kind is FieldKind.BOOLEAN and chosen in ([YES], [NO]):
                return chosen == [YES]
            return chosen if kind is FieldKind.MULTIPLE or len(chosen) != 1 else chosen[0]
        case "number" | "rating":
            number = value.get("number", value.get("rating"))
            return float(number) if isinstance(number, int | float) else None
        case "textarea":
            text = value.get("text")
            return text if isinstance(text, str) else "\n".join(_lines(text))
        case _:
            return None


def _lines(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _image_in(data: dict[str, Any]) -> str | None:
    """The image's address: under the usual name, else the first text that looks like one."""
    named = data.get(IMAGE)
    if isinstance(named, str) and named:
        return named
    return next((each for each in data.values() if isinstance(each, str) and ("/" in each or "." in each)), None)


def _name_of(address: str) -> str:
    """The file's name in an address: behind "?d=" of local storage, without what uploading put before it."""
    _, found, local = address.partition("?d=")
    path = unquote(local if found else urlsplit(address).path).lstrip("/")
    return _UPLOAD.sub("", path, count=1)
