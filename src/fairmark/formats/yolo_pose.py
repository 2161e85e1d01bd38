"""YOLO pose: `class cx cy w h` and `px py v` of each point, from 0 to 1; `data.yaml` says how many there are."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from fairmark.formats.classes import ClassTable
from fairmark.formats.images import BOX, BoxRow, clipped
from fairmark.formats.model import AssetRecord
from fairmark.formats.skeletons import SKELETON, numbers_of, sound_pose, told_skeleton
from fairmark.formats.tally import Tally
from fairmark.ontology.model import JOINTS_MAX, ItemClass, Ontology, Skeleton


class PoseShape(NamedTuple):
    """points: in each line. values: of each point, 3 with its visibility, else 2. flip: which point each becomes when
    left and right are swapped. names: of the points, by the number of a class."""

    points: int
    values: int
    flip: list[int] | None
    names: dict[int, list[str]]


def pose_data(classes: Sequence[ItemClass]) -> dict[str, Any]:
    """What `data.yaml` says of the points of these classes. The largest skeleton gives the number and the pairs."""
    skeletons = [each.skeleton for each in classes if each.skeleton is not None and SKELETON in each.marks]
    if not skeletons:
        return {"kpt_shape": [0, 3], "flip_idx": []}
    largest = max(skeletons, key=lambda skeleton: len(skeleton.points))
    known = {
        number: [point.id for point in each.skeleton.points]
        for number, each in enumerate(classes)
        if each.skeleton is not None and SKELETON in each.marks
    }
    return {"kpt_shape": [len(largest.points), 3], "flip_idx": _flip(largest), "kpt_names": known}


def _flip(skeleton: Skeleton) -> list[int]:
    numbers = {point.id: number for number, point in enumerate(skeleton.points)}
    flip = list(range(len(numbers)))
    for left, right in skeleton.mirrored:
        flip[numbers[left]], flip[numbers[right]] = numbers[right], numbers[left]
    return flip


class PoseLines:
    """The lines of marks, all with as many points: those of smaller skeletons, and of boxes, are absent at the end."""

    def __init__(self, ontology: Ontology) -> None:
        self._points = max((len(each.skeleton.points) for each in ontology.classes if each.skeleton), default=0)

    def __call__(self, box: BoxRow, width: int, height: int, tally: Tally) -> list[str]:
        _, x, y, w, h, mark = box
        points: list[Any] = mark.geometry["points"] if mark.kind == SKELETON else []
        # A pose of one point, or in a line, has no box: half a pixel on each side makes one that trainers take.
        grown = (0.5 if w == 0 else 0.0, 0.5 if h == 0 else 0.0)
        around = (0, x - grown[0], y - grown[1], w + 2 * grown[0], h + 2 * grown[1], mark)
        inside = clipped(around, width, height)
        if inside is None:
            return []
        if mark.kind != SKELETON and mark.kind != BOX:
            tally.lose("outlines", marks=1)
        if x < 0 or y < 0 or x + w > width or y + h > height:
            tally.lose("clipped", marks=1)
        left, top, right, bottom = inside
        line = [
            (left + right) / 2 / width,
            (top + bottom) / 2 / height,
            (right - left) / width,
            (bottom - top) / height,
        ]
        said = [f"{share:.8f}" for share in line]
        for px, py, v in points:
            within = min(max(px, 0.0), float(width)), min(max(py, 0.0), float(height))
            said += [f"{within[0] / width:.8f}", f"{within[1] / height:.8f}", str(v)] if v else ["0", "0", "0"]
        return [" ".join(said + ["0", "0", "0"] * (self._points - len(points)))]


def pose_shape(content: dict[Any, Any]) -> PoseShape | None:
    """What `data.yaml`, whose values are texts, says of points; None if nothing, or nothing sound."""
    shape = _whole(content.get("kpt_shape"))
    if shape is None or len(shape) != 2 or not 0 <= shape[0] <= JOINTS_MAX or shape[1] not in (2, 3):
        return None
    flip = _whole(content.get("flip_idx"))
    named = content.get("kpt_names")
    names: dict[int, list[str]] = {}
    for number, each in named.items() if isinstance(named, dict) else ():  # pyright: ignore[reportUnknownVariableType]
        if str(number).isdigit() and isinstance(each, list) and all(isinstance(name, str) for name in each):  # pyright: ignore[reportUnknownVariableType]
            names[int(number)] = each  # pyright: ignore[reportUnknownArgumentType]
    sound = flip is not None and sorted(flip) == list(range(shape[0]))
    return PoseShape(shape[0], shape[1], flip if sound else None, names)


def _whole(values: Any) -> list[int] | None:
    if not isinstance(values, list) or not all(str(each).isdigit() for each in values):  # pyright: ignore[reportUnknownVariableType]
        return None
    return [int(each) for each in values]  # pyright: ignore[reportUnknownVariableType]


class Poses:
    """Reads the points of lines for the skeletons of their classes."""

    def __init__(self, shape: PoseShape, classes: dict[int, str], table: ClassTable) -> None:
        self.shape = shape
        self._table = table
        self._numbers: dict[str, list[int]] = {}
        for number, class_id in classes.items():
            names = shape.names.get(number) or [f"Point {point + 1}" for point in range(shape.points)]
            pairs = None if shape.flip is None else list(enumerate(shape.flip))
            self._table.learn_skeleton(class_id, told_skeleton(names[: shape.points], (), pairs))
            skeleton = self._table.skeleton(class_id)
            found = None if skeleton is None else self._told(skeleton, names[: shape.points], number in shape.names)
            if found is not None:
                self._numbers[class_id] = found

    def _told(self, skeleton: Skeleton, names: list[str], is_named: bool) -> list[int] | None:
        """By the names, if there are any; else by the order, further points of the file being absent."""
        if is_named:
            return numbers_of(skeleton, names)
        return list(range(len(skeleton.points))) if len(skeleton.points) <= self.shape.points else None

    def read(self, class_id: str, values: Sequence[float], asset: AssetRecord) -> dict[str, Any] | None:
        """The geometry of a skeleton from the values behind the box; None if no point is placed, or nobody knows them.
        Raises ValueError for what is no visibility."""
        skeleton, numbers = self._table.skeleton(class_id), self._numbers.get(class_id)
        rows = [
            self._row(values[at : at + self.shape.values], asset) for at in range(0, len(values), self.shape.values)
        ]
        if any(v not in (0, 1, 2) for _, _, v in rows):
            raise ValueError("A visibility is not 0, 1 or 2.")
        if skeleton is None or numbers is None or not self._table.takes(class_id, SKELETON):
            return None
        wanted: list[tuple[float, float, float]] = [(0.0, 0.0, 0)] * len(skeleton.points)
        for number, row in zip(numbers, rows, strict=False):
            wanted[number] = row
        pose = sound_pose(wanted)
        if pose is None:
            return None
        self._table.saw_pose(class_id, pose)
        return {"points": pose}

    def _row(self, values: Sequence[float], asset: AssetRecord) -> tuple[float, float, float]:
        x, y = (min(max(share, 0.0), 1.0) for share in values[:2])
        seen = values[2] if len(values) > 2 else float(2 if x or y else 0)
        return x * (asset.width or 1), y * (asset.height or 1), seen
