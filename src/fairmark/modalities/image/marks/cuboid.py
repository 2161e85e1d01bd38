"""Cuboids as an image shows them: the face in front, the face behind, and the edges between their corners."""

from collections.abc import Sequence
from typing import Any

import msgspec

from fairmark.methods.median import weighted_median
from fairmark.modalities.image.marks.areas import candidates
from fairmark.modalities.image.marks.kind import Bounds, MarkKind, Point, Ring
from fairmark.modalities.image.marks.places import bounds_of, place_problem, ring_area, same_for_most
from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import Mark

Face = tuple[Point, Point, Point, Point]
_AREA_SLACK = 1e-6


class Cuboid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The four corners [x, y] of each face in continuous pixels of the upright image: upper left, upper right, lower
    right, lower left. A corner in front is joined to the corner behind that stands at the same place of its list.
    """

    front: Face
    back: Face


def problem(cuboid: Cuboid, media: MediaSize, side_min_px: float) -> Problem | None:
    """What is wrong with `cuboid` on an image of size `media`."""
    wrong = place_problem([*cuboid.front, *cuboid.back], media, "cuboid")
    if wrong is not None:
        return wrong
    for name, face in (("front", cuboid.front), ("back", cuboid.back)):
        if not in_order(face):
            message = f"The corners of the {name} face do not go round clockwise from its upper left one."
            return Problem("broken_order", message, "Pull the corners back into place, or draw it anew.")
        if ring_area(face) < side_min_px * side_min_px - _AREA_SLACK:
            message = f"The {name} face has {ring_area(face):g} square pixels, {side_min_px * side_min_px:g} at least."
            return Problem("too_small", message, "Draw it larger, or delete it.")
    return None


def in_order(face: Face) -> bool:
    """Whether the corners go round clockwise on a screen without turning back: a face that is seen is convex."""
    for number in range(4):
        (ax, ay), (bx, by), (cx, cy) = (face[(number + ahead) % 4] for ahead in range(3))
        if (bx - ax) * (cy - by) - (by - ay) * (cx - bx) < 0:
            return False
    return ring_area(face) > 0


def parts(cuboid: Cuboid) -> Sequence[Sequence[Ring]]:
    """Its silhouette: the convex hull of the eight corners."""
    return [[hull([*cuboid.front, *cuboid.back])]]


def hull(points: Sequence[Point]) -> list[Point]:
    """The convex hull, clockwise on a screen. Source: Andrew 1979, the monotone chain."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return [*_chain(ordered), *_chain(ordered[::-1])]


def _chain(ordered: Sequence[Point]) -> list[Point]:
    """One half of the hull, without its last point."""
    kept: list[Point] = []
    for x, y in ordered:
        while len(kept) > 1:
            (ax, ay), (bx, by) = kept[-2:]
            if (bx - ax) * (y - by) - (by - ay) * (x - bx) > 0:
                break
            kept.pop()
        kept.append((x, y))
    return kept[:-1]


def bounds(cuboid: Cuboid) -> Bounds:
    """The box around its corners."""
    return bounds_of([*cuboid.front, *cuboid.back])


def merged(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any]:
    """The median of each corner's x and y; what more than half say alike is kept, and so is the heaviest one where the
    medians would make no face."""
    same = same_for_most(marks, weights)
    if same is not None:
        return same
    cuboids = [CUBOID.read(mark.geometry) for mark in marks]
    faces: dict[str, Any] = {}
    for name in ("front", "back"):
        corners = [getattr(cuboid, name) for cuboid in cuboids]
        a, b, c, d = (_median([each[number] for each in corners], weights) for number in range(4))
        if not in_order((a, b, c, d)):
            return marks[max(range(len(marks)), key=lambda number: (weights[number], -number))].geometry
        faces[name] = [list(corner) for corner in (a, b, c, d)]
    return faces


def _median(points: Sequence[Point], weights: Sequence[float]) -> Point:
    return weighted_median([x for x, _ in points], weights), weighted_median([y for _, y in points], weights)


CUBOID = MarkKind(
    "cuboid", Cuboid, problem, candidates(lambda geometry: CUBOID.read(geometry), parts), merged, bounds, parts
)
