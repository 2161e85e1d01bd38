"""What files tell of the points of a class by lists: COCO's categories, Datumaro's, Label Studio's labels."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from fairmark.formats.classes import ClassTable
from fairmark.formats.skeletons import SKELETON, numbers_of, sound_pose, told_skeleton

EDGE_FROM = 1
"""COCO numbers the points of edges from 1, and Datumaro with it."""


class Keypoints:
    """Which point of its class's skeleton each row of a file's keypoints is, by class."""

    def __init__(self, table: ClassTable) -> None:
        self._table = table
        self._numbers: dict[str, list[int]] = {}

    def learn(self, class_id: str, names: Any, edges: Any = None, places: Any = None) -> None:
        """What a file says of a class: names of points, pairs of them by number, and a default pose as x, y, x, y ...,
        0 to 1. What is no list of names says nothing; edges and places that fit no points are left out."""
        if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
            return
        stand = _places(places, len(names))
        made = told_skeleton(names, _edges(edges), places=stand)
        self._table.learn_skeleton(class_id, made, is_posed=stand is not None)
        skeleton = self._table.skeleton(class_id)
        numbers = None if skeleton is None else numbers_of(skeleton, names)
        if numbers is not None:
            self._numbers[class_id] = numbers

    def count(self, class_id: str) -> int:
        """How many points the file lists for a class; 0 if it lists none that the class has."""
        return len(self._numbers.get(class_id, ()))

    def has_points(self, class_id: str) -> bool:
        """Whether marks of a class may be skeletons, and anybody knows of which points."""
        return self._table.skeleton(class_id) is not None and self._table.takes(class_id, SKELETON)

    def pose(self, class_id: str, rows: Sequence[Sequence[float]]) -> dict[str, Any] | None:
        """The geometry of a skeleton from [x, y, visibility] of each point, in the file's order; None if they are not
        those of the class, unsound, or none is placed."""
        skeleton = self._table.skeleton(class_id)
        if skeleton is None or not self._table.takes(class_id, SKELETON):
            return None
        numbers = self._numbers.get(class_id) or list(range(len(skeleton.points)))
        if len(rows) != len(numbers):
            return None
        placed: list[Sequence[float]] = [(0.0, 0.0, 0)] * len(skeleton.points)
        for number, row in zip(numbers, rows, strict=True):
            placed[number] = row
        pose = sound_pose(placed)
        if pose is None:
            return None
        self._table.saw_pose(class_id, pose)
        return {"points": pose}


def _edges(edges: Any) -> list[tuple[int, int]]:
    if not isinstance(edges, list):
        return []
    pairs: list[tuple[int, int]] = []
    for edge in edges:  # pyright: ignore[reportUnknownVariableType]
        match edge:
            case [int() as a, int() as b]:
                pairs.append((a - EDGE_FROM, b - EDGE_FROM))
            case _:
                continue
    return pairs


def _places(places: Any, count: int) -> list[tuple[float, float]] | None:
    """Pairs of numbers; None unless there are so many, from 0 to 1 and not all in one spot."""
    if not isinstance(places, list) or len(places) != 2 * count:  # pyright: ignore[reportUnknownArgumentType]
        return None
    numbers: list[float] = []
    for place in places:  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(place, int | float) or not isfinite(place) or not 0 <= place <= 1:
            return None
        numbers.append(float(place))
    return list(zip(numbers[0::2], numbers[1::2], strict=True)) if len(set(numbers)) > 1 else None
