"""Polygons: outlines of one part or several, each with holes or none."""

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.modalities.image.marks.areas import candidates, likeness_of, region_of
from fairmark.modalities.image.marks.kind import Bounds, MarkKind, Point
from fairmark.modalities.image.marks.places import (
    bounds_of,
    count_problem,
    cross,
    encloses,
    place_problem,
    ring_area,
    same_for_most,
)
from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import Mark

AREA_MIN_PX = 1.0
"""Least area that a ring encloses, in square pixels."""

Ring = Annotated[tuple[Point, ...], Meta(min_length=3)]
Part = Annotated[tuple[Ring, ...], Meta(min_length=1)]


class Polygon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parts, each its outer ring followed by its holes; a ring is its corners [x, y], in continuous pixels of the
    upright image, in order, the last joined to the first. It may run either way round."""

    parts: Annotated[tuple[Part, ...], Meta(min_length=1)]


def problem(polygon: Polygon, media: MediaSize, side_min_px: float) -> Problem | None:
    """What is wrong with `polygon` on an image of size `media`."""
    rings = [ring for part in polygon.parts for ring in part]
    points = list(chain.from_iterable(rings))
    wrong = count_problem(len(points), "polygon") or place_problem(points, media, "polygon")
    if wrong is not None:
        return wrong
    # The areas come first: a ring without any has no inside that could be asked for.
    smallest = min(abs(ring_area(ring)) for ring in rings)
    if smallest < AREA_MIN_PX:
        message = f"An outline of the polygon encloses {smallest:g} square pixels, {AREA_MIN_PX:g} at least."
        return Problem("too_small", message, "Draw it larger, or delete it.")
    if cross(rings):
        return Problem("self_crossing", "The outline of the polygon crosses itself.", "Pull its points apart.")
    return _nesting_problem(polygon)


def _nesting_problem(polygon: Polygon) -> Problem | None:
    """Holes lie in their own part and not in each other, parts not in each other. The rings do not cross."""
    for part in polygon.parts:
        outer, *holes = part
        for number, hole in enumerate(holes):
            others = holes[:number] + holes[number + 1 :]
            if not encloses(outer, inner_point(hole)) or any(encloses(each, inner_point(hole)) for each in others):
                message = "A hole of the polygon is not inside of its part."
                return Problem("hole_outside", message, "Move the hole, or delete it.")
    for number, part in enumerate(polygon.parts if len(polygon.parts) > 1 else ()):
        inside = inner_point(part[0])
        for other, around in enumerate(polygon.parts):
            if (
                other != number
                and encloses(around[0], inside)
                and not any(encloses(hole, inside) for hole in around[1:])
            ):
                return Problem("parts_overlap", "A part of the polygon lies in another.", "Delete one of the two.")
    return None


def inner_point(ring: Ring) -> Point:
    """A point inside of a ring with an area: a corner itself may touch another ring.

    Half way along the longest stretch that a level through the ring, between two of its corners, runs inside of it. The
    tallest gap between corners is tried first; where only spikes without a width are met there, the next.
    """
    levels = sorted({y for _, y in ring})
    best: tuple[float, Point] = (0.0, ring[0])
    for low, high in sorted(pairwise(levels), key=lambda pair: pair[0] - pair[1]):
        y = (low + high) / 2
        meets = sorted(
            ax + (y - ay) * (bx - ax) / (by - ay)
            for (ax, ay), (bx, by) in zip(ring, chain(ring[1:], ring[:1]), strict=True)
            if (ay <= y) != (by <= y)
        )
        for left, right in zip(meets[0::2], meets[1::2], strict=True):
            best = max(best, (right - left, ((left + right) / 2, y)))
        if best[0] > 0:
            break
    return best[1]


def bounds(polygon: Polygon) -> Bounds:
    """The box around all parts."""
    return bounds_of(point for part in polygon.parts for point in part[0])


def parts(polygon: Polygon) -> Sequence[Sequence[Sequence[Point]]]:
    """The parts as they are."""
    return polygon.parts


def merged(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any]:
    """What at least half of the weight covers. Of two, of equals, and where that is no sound polygon, the outline of
    the one that is most like the others."""
    from fairmark.methods.regions import majority, medoid, nested, region_area

    same = same_for_most(marks, weights)
    if same is not None:
        return same
    geometries = [mark.geometry for mark in marks]
    regions = [region_of(parts(POLYGON.read(geometry))) for geometry in geometries]
    chosen = geometries[medoid(likeness_of(regions), weights)]
    rings = majority(regions, weights) if len(marks) > 2 else None
    if not rings:
        return chosen
    made = {"parts": [[ring.round(3).tolist() for ring in part] for part in nested(rings)]}
    room = MediaSize(*(int(max(ring[:, axis].max() for ring in rings)) + 1 for axis in (0, 1)))
    sound = problem(POLYGON.read(made), room, 0.0) is None
    return made if sound and region_area(rings) > 0 else chosen


POLYGON = MarkKind(
    "polygon",
    Polygon,
    problem,
    candidates(lambda geometry: POLYGON.read(geometry), parts),
    merged,
    bounds,
    parts,
)
