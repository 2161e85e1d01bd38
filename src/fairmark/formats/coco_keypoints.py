"""Keypoints in COCO: names and edges stand in the category, [x, y, visibility] of each point in the annotation."""

from collections.abc import Mapping
from typing import Any

import msgspec

from fairmark.formats.json_rows import JSON_ERRORS
from fairmark.formats.keypoints import EDGE_FROM, Keypoints
from fairmark.formats.skeletons import SKELETON
from fairmark.ontology.model import ItemClass, Skeleton

_decode_numbers = msgspec.json.Decoder(list[float]).decode


def category_members(each: ItemClass, *, of_keypoints: bool) -> dict[str, Any]:
    """What a category says of its keypoints.

    of_keypoints: some category of the file has them. Readers of keypoints then want lists in all, so those of a class
    without a skeleton are empty; in other files they are left out.
    """
    if each.skeleton is None or SKELETON not in each.marks:
        return {"keypoints": [], "skeleton": []} if of_keypoints else {}
    ids, edges = told_points(each.skeleton)
    return {"keypoints": ids, "skeleton": edges}


def told_points(skeleton: Skeleton) -> tuple[list[str], list[list[int]]]:
    """(ids, edges): the points by their ids, and pairs of them by number."""
    ids = [point.id for point in skeleton.points]
    return ids, [[ids.index(a) + EDGE_FROM, ids.index(b) + EDGE_FROM] for a, b in skeleton.edges]


def pose_in(raw: msgspec.Raw, keypoints: Keypoints, class_id: str) -> dict[str, Any] | None:
    """The geometry of a skeleton; None if the numbers are unsound, no point is placed, or nobody knows the points."""
    if not keypoints.has_points(class_id):
        return None
    try:
        values = _decode_numbers(raw)
    except JSON_ERRORS:
        return None
    if len(values) % 3:
        return None
    return keypoints.pose(class_id, list(zip(values[0::3], values[1::3], values[2::3], strict=True)))


def annotation_members(geometry: Mapping[str, Any]) -> tuple[list[float], int]:
    """(keypoints, num_keypoints) of a sound skeleton."""
    points = geometry["points"]
    return [number for point in points for number in point], sum(1 for *_, v in points if v)
