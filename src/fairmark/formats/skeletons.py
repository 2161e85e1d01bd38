"""Skeletons between files and ontologies: what a file tells of the points becomes the skeleton of a class."""

from collections.abc import Iterable, Sequence
from math import cos, isfinite, pi, sin
from typing import Any

import msgspec

from fairmark.formats.names import slug_of, title_of
from fairmark.modalities.image import KINDS
from fairmark.ontology.model import EDGES_MAX, JOINTS_MAX, Mark, Ontology, Skeleton, SkeletonPoint

SKELETON = "skeleton"
ABSENT = [0.0, 0.0, 0]
Pose = list[list[Any]]
"""[x, y, visibility] for each point."""
_SIDES = ("left", "right")


def told_skeleton(
    names: Sequence[str],
    edges: Iterable[tuple[int, int]] = (),
    mirrored: Iterable[tuple[int, int]] | None = None,
    places: Sequence[tuple[float, float]] | None = None,
) -> Skeleton | None:
    """A skeleton of points with these names; None for none at all, or more than JOINTS_MAX.

    edges, mirrored: by number, from 0; those that fit no points are left out. mirrored None: by the names, "left_eye"
    with "right_eye". places: in the default pose, 0 to 1; None: on a circle, until a pose is seen.
    """
    if not 0 < len(names) <= JOINTS_MAX:
        return None
    ids: dict[str, None] = {}
    for name in names:
        ids[slug_of(name, ids)] = None
    listed = list(ids)
    turns = [2 * pi * number / len(names) for number in range(len(names))]
    stand = places or [(0.5 + 0.5 * sin(turn), 0.5 - 0.5 * cos(turn)) for turn in turns]
    points = tuple(
        SkeletonPoint(id, title_of(name), round(x, 3), round(y, 3))
        for id, name, (x, y) in zip(listed, names, stand, strict=True)
    )
    pairs = _sided(names) if mirrored is None else mirrored
    return Skeleton(points, _named(edges, listed)[:EDGES_MAX], _apart(_named(pairs, listed)))


def _named(pairs: Iterable[tuple[int, int]], ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of ids, each once, of numbers that are those of two points."""
    found: dict[frozenset[int], tuple[str, str]] = {}
    for a, b in pairs:
        if a != b and 0 <= a < len(ids) and 0 <= b < len(ids):
            found.setdefault(frozenset((a, b)), (ids[a], ids[b]))
    return tuple(found.values())


def _apart(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The pairs whose points are in no pair before them."""
    seen: set[str] = set()
    kept: list[tuple[str, str]] = []
    for pair in pairs:
        if seen.isdisjoint(pair):
            kept.append(pair)
            seen.update(pair)
    return tuple(kept)


def _sided(names: Sequence[str]) -> list[tuple[int, int]]:
    numbers = {name.lower(): number for number, name in enumerate(names)}
    return [
        (number, numbers[other])
        for name, number in numbers.items()
        if _SIDES[0] in name and (other := name.replace(*_SIDES)) in numbers
    ]


def posed(skeleton: Skeleton, pose: Pose) -> Skeleton | None:
    """`skeleton` standing as `pose` does, in the frame around it; None unless all its points are placed and lie apart
    along both sides."""
    if len(pose) != len(skeleton.points) or not all(v for _, _, v in pose):
        return None
    across, down = [x for x, _, _ in pose], [y for _, y, _ in pose]
    (left, right), (top, bottom) = (min(across), max(across)), (min(down), max(down))
    if right <= left or bottom <= top:
        return None
    points = tuple(
        msgspec.structs.replace(point, x=round((x - left) / (right - left), 3), y=round((y - top) / (bottom - top), 3))
        for point, (x, y, _) in zip(skeleton.points, pose, strict=True)
    )
    return msgspec.structs.replace(skeleton, points=points)


def numbers_of(skeleton: Skeleton, names: Sequence[str]) -> list[int] | None:
    """Which point of the skeleton each name means, by id or name; by the order where as many names are others. None if
    they cannot be told."""
    known = {point.name.casefold(): number for number, point in enumerate(skeleton.points)}
    known |= {point.id: number for number, point in enumerate(skeleton.points)}
    found = [known.get(name, known.get(name.casefold(), -1)) for name in names]
    if min(found, default=-1) >= 0 and len(set(found)) == len(found):
        return found
    return list(range(len(names))) if len(names) == len(skeleton.points) else None


def sound_pose(rows: Sequence[Sequence[float]]) -> Pose | None:
    """Points as documents hold them: absent ones without a place. None for a place or a visibility that is none, and
    where no point is placed."""
    pose: Pose = []
    for x, y, v in rows:
        if v not in (0, 1, 2) or not (isfinite(x) and isfinite(y)):
            return None
        pose.append([float(x), float(y), int(v)] if v else list(ABSENT))
    return pose if any(v for _, _, v in pose) else None


def geometry_pose(mark: Mark) -> Pose | None:
    """The points of a skeleton with a sound geometry, however many; else None."""
    try:
        return sound_pose(KINDS[SKELETON].read(mark.geometry).points)
    except msgspec.ValidationError:
        return None


def pose_of(mark: Mark, points: int | None) -> Pose | None:
    """The points of a skeleton; None unless its geometry is sound, and has so many."""
    pose = geometry_pose(mark)
    return pose if pose is not None and len(pose) == points else None


def box_around_pose(mark: Mark, points: int | None) -> tuple[float, float, float, float] | None:
    """(x, y, w, h) around the placed points of a skeleton, maybe without sides; None as for `pose_of`."""
    pose = pose_of(mark, points)
    if pose is None:
        return None
    across, down = [x for x, _, v in pose if v], [y for _, y, v in pose if v]
    return min(across), min(down), max(across) - min(across), max(down) - min(down)


def joint_counts(ontology: Ontology) -> dict[str, int]:
    """How many points the skeletons of each class that takes them have, by class id."""
    taking = ((each.id, each.skeleton) for each in ontology.classes if SKELETON in each.marks)
    return {id: len(skeleton.points) for id, skeleton in taking if skeleton is not None}
