"""Reading YOLO labels: which classes, which split, which image, how large."""

from collections.abc import Iterator
from math import atan2, degrees, hypot, isfinite
from typing import Any, NamedTuple

import yaml

from fairmark.formats.classes import ClassTable
from fairmark.formats.contract import ReadOptions, Source
from fairmark.formats.image_files import images_at
from fairmark.formats.images import BOX, POLYGON, ROTATED_BOX, LazyTable, NamesBefore, split_named, split_of
from fairmark.formats.model import AssetRecord, FormatFault, LabeledItem, OverLimit, RowFault, WrongFormat
from fairmark.formats.skeletons import SKELETON
from fairmark.formats.source import read_document, text_of
from fairmark.formats.tally import Tally
from fairmark.formats.yolo_pose import Poses, PoseShape, pose_shape
from fairmark.ontology.model import CLASSES_MAX, MARKS_MAX, Annotation, Mark
from fairmark.ontology.model import Source as MarkSource

_OUTSIDE_MAX = 0.01
"""How far over the border, as a share of the image, a value may lie and still be taken for rounding."""
_ROUNDING = 1e-6
_FOUR_CORNERS = 9
"""Values in a line of a class and four corners."""
_SKEW_MAX = 0.02
_YAML_BYTES_MAX = 2**19
_YAML_NAMES = frozenset({"data.yaml", "data.yml", "dataset.yaml", "dataset.yml"})
_LIST_NAMES = frozenset({"classes.txt", "obj.names"})
_NOT_LABELS = frozenset({"classes.txt", "train.txt", "val.txt", "valid.txt", "test.txt", "trainval.txt"})
_NOT_SPLITS = frozenset({"path", "names", "nc", "download", "roboflow", "kpt_shape", "flip_idx", "kpt_names"})
_MEND_POSE = "A line is: class cx cy w h, and x y v of each point, as many as kpt_shape in data.yaml says."
_MEND = "A line is: class cx cy w h, the class from 0 and the others shares of the image from 0 to 1."


class _DataSet(NamedTuple):
    """What the source as a whole says. names: of the classes, by their number. splits: folder -> split."""

    names: dict[int, str]
    splits: dict[str, str]
    has_folders: bool
    pose: PoseShape | None = None


class _Place(NamedTuple):
    """Where a label file stands. stem: behind `labels/`, without extension. images: the folder of its image."""

    split: str | None
    folder: str
    stem: str
    images: str


class _PlainLoader(yaml.SafeLoader):
    """YAML as text only: `no` stays "no", and there are no aliases to multiply."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not taken")
        return super().compose_node(parent, index)


def yolo_rows(
    source: Source, options: ReadOptions, tally: Tally, lazy: LazyTable, corners_are: str, *, has_poses: bool = False
) -> Iterator[LabeledItem | RowFault]:
    """Each label file as an item. One bad line costs the line, one bad file the file.

    corners_are: the kind of mark that four corners are. has_poses: lines hold the points of skeletons.
    """
    data = _data_set(source)
    table = lazy.table()
    classes = {number: table.id_of(name) for number, name in data.names.items()}
    poses = _poses(source, data, classes, table) if has_poses else None
    before = NamesBefore(source, "images/")
    for path in source.paths():
        if not _is_label(path, has_folders=data.has_folders, ours=before.found):
            continue
        tally.files += 1
        place = _place_of(path, data.splits, ours=before.found)
        try:
            text = text_of(read_document(source, path), path)
            item = _unlabeled(source, path, place, before, options)
        except FormatFault as fault:
            yield fault.as_row()
            continue
        marks: list[Mark] = []
        for mark in _marks(text, path, item.assets[0], classes, _Kinds(table, corners_are, poses), tally):
            if isinstance(mark, RowFault):
                yield mark
            else:
                table.saw(mark.class_, mark.kind)
                marks.append(mark)
        yield LabeledItem(item.external_id, item.name, item.assets, Annotation(marks=tuple(marks)), split=place.split)
    if tally.files == 0 and not before.found:
        raise WrongFormat(
            f"{source.name} holds no label files.", file=source.name, mend="Send a ZIP with labels/train/*.txt."
        )


def _data_set(source: Source) -> _DataSet:
    """Reads `data.yaml`, else a list of class names. Raises WrongFormat without either."""
    description = listing = None
    has_folders = False
    for path in source.paths():
        name = path.rpartition("/")[2].lower()
        has_folders = has_folders or (name.endswith(".txt") and "labels" in path.split("/")[:-1])
        if name in _YAML_NAMES:
            description = description or path
        elif name in _LIST_NAMES:
            listing = listing or path
    if description is not None:
        names, splits, pose = _described(source, description)
        return _DataSet(names, splits, has_folders, pose)
    if listing is not None:
        lines = text_of(read_document(source, listing), listing).splitlines()
        return _DataSet(dict(enumerate(line.strip() for line in lines if line.strip())), {}, has_folders)
    raise WrongFormat(
        f"{source.name} has neither data.yaml nor classes.txt.",
        file=source.name,
        mend="Add data.yaml with the class names under `names`, or classes.txt with one name a line.",
    )


def _described(source: Source, path: str) -> tuple[dict[int, str], dict[str, str], PoseShape | None]:
    data = read_document(source, path)
    if len(data) > _YAML_BYTES_MAX:
        raise OverLimit(f"{path} has more than {_YAML_BYTES_MAX} bytes.", file=path)
    try:
        content = _PlainLoader(text_of(data, path)).get_single_data()
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        shown = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise FormatFault(f"{path} is not sound YAML: {shown}.", file=path, mend="Check its indentation.") from error
    names = content.get("names") if isinstance(content, dict) else None
    numbered = _numbered(names)
    if numbered is None or len(numbered) > CLASSES_MAX:
        raise WrongFormat(
            f"{path} has no list of up to {CLASSES_MAX} class names.", file=path, mend="Put them under `names`."
        )
    return numbered, _described_splits(content), pose_shape(content)


def _numbered(names: Any) -> dict[int, str] | None:
    """Class names by their numbers, from a list or a map; None if it is neither, or a name is no text."""
    pairs = enumerate(names) if isinstance(names, list) else names.items() if isinstance(names, dict) else None
    if pairs is None:
        return None
    try:
        numbered = {int(number): name for number, name in pairs}
    except (TypeError, ValueError):
        return None
    return numbered if all(isinstance(name, str) for name in numbered.values()) else None


def _described_splits(content: dict[Any, Any]) -> dict[str, str]:
    """Folder -> split, from lines such as `val: images/val` and `val: ../valid/images`."""
    splits: dict[str, str] = {}
    for split, value in content.items():
        if split in _NOT_SPLITS or not isinstance(value, str) or not isinstance(split, str):
            continue
        folders = [part for part in value.replace("\\", "/").split("/") if part not in ("", ".", "..", "images")]
        known = split_named(split)
        if folders and known:
            splits.setdefault(folders[-1], known)
    return splits


def _is_label(path: str, *, has_folders: bool, ours: bool) -> bool:
    """ours: no file of `labels/` is anything else, whatever its image is called."""
    *folders, name = path.split("/")
    name = name.lower()
    if not name.endswith(".txt"):
        return False
    if "labels" in folders:
        return ours or not (name in _LIST_NAMES or name.startswith("readme"))
    return not (has_folders or name in _NOT_LABELS or name.startswith("readme"))


def _place_of(path: str, splits: dict[str, str], *, ours: bool) -> _Place:
    """ours: the first folder behind `labels/` is a split, whatever its name."""
    parts = path[: -len(".txt")].split("/")
    if "labels" not in parts[:-1]:
        return _Place(None, "", "/".join(parts), "/".join(parts))
    at = len(parts) - 2 - parts[:-1][::-1].index("labels")
    above, below = parts[:at], parts[at + 1 :]
    images = "/".join([*above, "images", *below])
    usual = split_named if ours else split_of
    if len(below) > 1 and (split := splits.get(below[0]) or usual(below[0])):
        return _Place(split, f"{below[0]}/", "/".join(below[1:]), images)
    split = (splits.get(above[-1]) or split_of(above[-1])) if above else None
    return _Place(split, "", "/".join(below), images)


def _unlabeled(source: Source, path: str, place: _Place, before: NamesBefore, options: ReadOptions) -> LabeledItem:
    """The item that a label file is of, with the size of its image. Raises FormatFault if nobody knows the size."""
    entry = before.get(place.folder + place.stem)
    if entry is not None and entry.width and entry.height:
        asset = AssetRecord(entry.asset, entry.width, entry.height)
        return LabeledItem(entry.external_id, entry.name, (asset,))
    for name in (place.folder + place.stem, place.stem):
        known = options.find_asset(name) if options.find_asset else None
        if known is not None and known.width and known.height:
            return LabeledItem(known.name, known.name, (known,))
    for suffix, size in images_at(source, place.images):
        name = place.stem + suffix
        return LabeledItem(name, name, (AssetRecord(name, *size),))
    raise FormatFault(
        f"The size of the image of {path} is not known.",
        file=path,
        mend="Import the images first, or put them beside the labels: labels/a.txt belongs to images/a.jpg.",
    )


class _BadLine(Exception):
    """What is wrong with a line that is no label."""

    def __init__(self, code: str, message: str, mend: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.mend = mend


class _Kinds(NamedTuple):
    """Which kind of mark a line stands for."""

    table: ClassTable
    corners_are: str
    poses: Poses | None = None

    def of(self, class_id: str, values: list[float]) -> str:
        if len(values) <= 6:
            return BOX
        wanted = self.corners_are if len(values) == _FOUR_CORNERS else POLYGON
        return wanted if self.table.takes(class_id, wanted) else BOX


def _marks(
    text: str, path: str, asset: AssetRecord, classes: dict[int, str], kinds: _Kinds, tally: Tally
) -> Iterator[Mark | RowFault]:
    width, height = asset.width or 1, asset.height or 1
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            if number > MARKS_MAX:
                raise _BadLine("over_limit", f"The image has more than {MARKS_MAX} boxes.", "Split the image.")
            values = _values(line, kinds.poses)
            class_id = classes.get(int(values[0])) if values[0] == int(values[0]) else None
            if class_id is None:
                raise _BadLine("unknown_class", f"There is no class {line.split()[0]}.", "Add it to data.yaml.")
            if kinds.poses is not None:
                yield _posed(kinds.poses, str(number), class_id, values, asset, tally)
                continue
            kind = kinds.of(class_id, values)
            if kind == ROTATED_BOX:
                yield Mark(str(number), kind, class_id, _rotated(values, asset, tally), source=MarkSource.IMPORT)
                continue
            left, top, right, bottom = _box(values, tally)
            if len(values) > 6 and kind == BOX:
                tally.lose("outlines", marks=1)
        except _BadLine as bad:
            yield RowFault(bad.code, bad.message, bad.mend, path, number)
            continue
        if kind == POLYGON:
            ring = [
                [min(max(x, 0.0), 1.0) * width, min(max(y, 0.0), 1.0) * height]
                for x, y in zip(values[1::2], values[2::2], strict=True)
            ]
            yield Mark(str(number), POLYGON, class_id, {"parts": [[ring]]}, source=MarkSource.IMPORT)
            continue
        geometry = {"x": left * width, "y": top * height, "w": (right - left) * width, "h": (bottom - top) * height}
        score = values[5] if len(values) == 6 else None
        yield Mark(str(number), BOX, class_id, geometry, source=MarkSource.IMPORT, score=score)


def _values(line: str, poses: Poses | None) -> list[float]:
    """Class, then four numbers, a score or the points of a pose perhaps; or an outline of three points or more. Raises
    _BadLine."""
    try:
        values = [float(field) for field in line.split()]
    except ValueError:
        raise _BadLine("wrong_value", "A value is not a number.", _MEND) from None
    count = len(values)
    if poses is not None:
        wanted = 5 + poses.shape.points * poses.shape.values
        if count != wanted:
            raise _BadLine("wrong_value", f"The line has {count} values, not {wanted}.", _MEND_POSE)
    elif count not in (5, 6) and (count < 7 or count % 2 == 0):
        raise _BadLine("wrong_value", f"The line has {count} values, not 5.", _MEND)
    if not all(map(isfinite, values)):
        raise _BadLine("wrong_value", "A value is not finite.", _MEND)
    if poses is None and count == 6 and not 0 <= values[5] <= 1:
        raise _BadLine("wrong_value", "The score is not between 0 and 1.", _MEND)
    return values


def _posed(poses: Poses, id: str, class_id: str, values: list[float], asset: AssetRecord, tally: Tally) -> Mark:
    """The skeleton of a line; its box if no point is placed, or its class takes none. Raises _BadLine."""
    width, height = asset.width or 1, asset.height or 1
    try:
        geometry = poses.read(class_id, values[5:], asset)
    except ValueError as error:
        raise _BadLine("wrong_value", str(error), _MEND_POSE) from None
    if geometry is not None:
        return Mark(id, SKELETON, class_id, geometry, source=MarkSource.IMPORT)
    if any(values[5:]):
        tally.lose("keypoints", marks=1)
    left, top, right, bottom = _box(values[:5], tally)
    box = {"x": left * width, "y": top * height, "w": (right - left) * width, "h": (bottom - top) * height}
    return Mark(id, BOX, class_id, box, source=MarkSource.IMPORT)


def _poses(source: Source, data: _DataSet, classes: dict[int, str], table: ClassTable) -> Poses:
    """How to read poses. Raises WrongFormat if the data set does not say how many points there are."""
    if data.pose is None:
        raise WrongFormat(
            f"{source.name} does not say how many points a line has.",
            file=source.name,
            mend="Add kpt_shape to data.yaml, such as [17, 3], or import it as YOLO detect.",
        )
    return Poses(data.pose, classes, table)


def _rotated(values: list[float], asset: AssetRecord, tally: Tally) -> dict[str, float]:
    """The rotated box with these corners: sides from the middles of opposite edges. Raises _BadLine."""
    width, height = asset.width or 1, asset.height or 1
    corners = [(x * width, y * height) for x, y in zip(values[1::2], values[2::2], strict=True)]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    across, down = (
        ((bx + cx - ax - dx) / 2, (by + cy - ay - dy) / 2),
        ((cx + dx - ax - bx) / 2, (cy + dy - ay - by) / 2),
    )
    w, h = hypot(*across), hypot(*down)
    if w <= 0 or h <= 0:
        raise _BadLine("bad_box", "The box has no area.", "Its corners go round it.")
    angle = degrees(atan2(across[1], across[0]))
    middle = (sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)
    if not (0 <= middle[0] <= width and 0 <= middle[1] <= height):
        raise _BadLine("wrong_value", "The middle of the box is outside of the image.", _MEND)
    # In a rectangle the sides meet at right angles, and opposite ones are equal.
    skew = abs(across[0] * down[0] + across[1] * down[1]) / (w * h) + hypot(ax + cx - bx - dx, ay + cy - by - dy) / (
        w + h
    )
    if skew > _SKEW_MAX:
        tally.lose("skewed", marks=1)
    return {"cx": middle[0], "cy": middle[1], "w": w, "h": h, "angle": angle if angle > -180 else 180.0}


def _box(values: list[float], tally: Tally) -> tuple[float, float, float, float]:
    """(left, top, right, bottom) from 0 to 1. Raises _BadLine."""
    if len(values) > 6:
        across, down = values[1::2], values[2::2]
        left, top, right, bottom = min(across), min(down), max(across), max(down)
    else:
        cx, cy, w, h = values[1:5]
        left, top, right, bottom = cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2
    over = max(-left, -top, right - 1, bottom - 1)
    if over > _OUTSIDE_MAX:
        raise _BadLine("wrong_value", "A value is not between 0 and 1.", _MEND)
    if over > _ROUNDING:
        tally.lose("clipped", marks=1)
    left, top, right, bottom = max(left, 0.0), max(top, 0.0), min(right, 1.0), min(bottom, 1.0)
    if right <= left or bottom <= top:
        raise _BadLine("bad_box", "The box has no area.", "Width and height go above 0.")
    return left, top, right, bottom
