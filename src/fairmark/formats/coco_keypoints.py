"""Keypoints in COCO: names and edges stand in the category, [x, y, visibility] of each point in the annotation."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from fairmark.formats.classes import ClassTable
from fairmark.formats.json_rows import JSON_ERRORS
from fairmark.formats.skeletons import SKELETON, numbers_of, sound_pose, told_skeleton
from fairmark.ontology.model import ItemClass

_EDGE_FROM = 1
"""COCO numbers the points of edges from 1."""
_decode_numbers = msgspec.json.Decoder(list[float]).decode


def category_members(each: ItemClass, *, of_keypoints: bool) -> dict[str, Any]:
    """What a category says of its keypoints.

    of_keypoints: some category of the file has them. Readers of keypoints then want lists in all, so those of a class
    without a skeleton are empty; in other files they are left out.
    """
    if each.skeleton is None or SKELETON not in each.marks:
        return {"keypoints": [], "skeleton": []} if of_keypoints else {}
    ids = [point.id for point in each.skeleton.points]
    edges = [[ids.index(a) + _EDGE_FROM, ids.index(b) + _EDGE_FROM] for a, b in each.skeleton.edges]
    return {"keypoints": ids, "skeleton": edges}


class Keypoints:
    """Which point of its class's skeleton each number of a file's keypoints is, by class."""

    def __init__(self, table: ClassTable) -> None:
        self._table = table
        self._numbers: dict[str, list[int]] = {}

    def learn(self, class_id: str, names: Any, edges: Any) -> None:
        """What a category says. What is no list of names says nothing."""
        if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
            return
        self._table.learn_skeleton(class_id, told_skeleton(names, _edges(edges)))
        skeleton = self._table.skeleton(class_id)
        numbers = None if skeleton is None else numbers_of(skeleton, names)
        if numbers is not None:
            self._numbers[class_id] = numbers

    def read(self, class_id: str, raw: msgspec.Raw) -> dict[str, Any] | None:
        """The geometry of a skeleton; None if the keypoints are unsound, none is placed, or nobody knows them."""
        skeleton = self._table.skeleton(class_id)
        if skeleton is None or not self._table.takes(class_id, SKELETON):
            return None
        try:
            values = _decode_numbers(raw)
        except JSON_ERRORS:
            return None
        numbers = self._numbers.get(class_id) or list(range(len(skeleton.points)))
        if len(values) != 3 * len(numbers):
            return None
        rows: list[Sequence[float]] = [(0.0, 0.0, 0)] * len(skeleton.points)
        for number, at in zip(numbers, range(0, len(values), 3), strict=True):
            rows[number] = values[at : at + 3]
        pose = sound_pose(rows)
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
                pairs.append((a - _EDGE_FROM, b - _EDGE_FROM))
            case _:
                continue
    return pairs


def annotation_members(geometry: Mapping[str, Any]) -> tuple[list[float], int]:
    """(keypoints, num_keypoints) of a sound skeleton."""
    points = geometry["points"]
    return [number for point in points for number in point], sum(1 for *_, v in points if v)
