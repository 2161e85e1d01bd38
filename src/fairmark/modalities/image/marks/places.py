"""What kinds made of points share: are they positions, do they lie in the image, do their outlines cross?"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from fairmark.modalities.image.marks.kind import Bounds, Point, Ring
from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import Mark

TOLERANCE_PX = 0.01
"""How far a mark may reach over the edge: editors round, and percentages of other tools do not come back exactly."""
POINTS_MAX = 2_000
"""Most points of one mark."""
_FAR = 1e12


def bounds_of(points: Iterable[Point]) -> Bounds:
    """The box around one point or more."""
    across, down = zip(*points, strict=True)
    left, top = min(across), min(down)
    return Bounds(left, top, max(across) - left, max(down) - top)


def place_problem(points: Sequence[Point], media: MediaSize, what: str) -> Problem | None:
    """What is wrong with where `points`, at least one, are. what: "polygon", for the message."""
    right, bottom = media.width + TOLERANCE_PX, media.height + TOLERANCE_PX
    # Every comparison with NaN is false, so this one test lets only good points pass.
    if all(-TOLERANCE_PX <= x <= right and -TOLERANCE_PX <= y <= bottom for x, y in points):
        return None
    if not all(abs(x) < _FAR and abs(y) < _FAR for x, y in points):
        return Problem("not_finite", f"The {what} has a point that is no position.", "Give two ordinary numbers.")
    over = max(max(-x, -y, x - media.width, y - media.height) for x, y in points)
    message = f"The {what} reaches {over:g} pixels out of the image of {media.width} x {media.height}."
    return Problem("outside", message, "Move its points inside.")


def count_problem(points: int, what: str) -> Problem | None:
    """Whether a mark has more points than it may."""
    if points <= POINTS_MAX:
        return None
    return Problem(
        "too_many_points", f"The {what} has {points} points, {POINTS_MAX} at most.", "Simplify it, or split it."
    )


def same_for_most(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any] | None:
    """The geometry that more than half of the weight has, to the digit; None if there is none."""
    geometries = [mark.geometry for mark in marks]
    for geometry in geometries:
        behind = sum(weight for weight, other in zip(weights, geometries, strict=True) if other == geometry)
        if behind * 2 > sum(weights):
            return geometry
    return None


def ring_area(ring: Ring) -> float:
    """Signed area, square pixels: positive if the ring turns from x to y. Meister 1769."""
    x0, y0 = ring[0]
    total = 0.0
    for (ax, ay), (bx, by) in zip(ring, chain(ring[1:], ring[:1]), strict=True):
        total += (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
    return total / 2


def encloses(ring: Ring, point: Point) -> bool:
    """Whether `point` is inside of the ring. Source: the crossing test of Shimrat 1962."""
    x, y = point
    inside = False
    ax, ay = ring[-1]
    for bx, by in ring:
        if (ay <= y) != (by <= y) and ax + (y - ay) * (bx - ax) / (by - ay) > x:
            inside = not inside
        ax, ay = bx, by
    return inside


def cross(rings: Sequence[Ring]) -> bool:
    """Whether an edge of the rings crosses another, of the same ring or not, or runs along it.

    Touching is no crossing. Edges are compared where their extents across the image meet: a few each in an ordinary
    outline, all with all at worst, which POINTS_MAX bounds.
    """
    edges: list[tuple[float, float, float, float, Point, Point, Point]] = []
    for ring in rings:
        for number, a in enumerate(ring):
            b, beyond = ring[(number + 1) % len(ring)], ring[(number + 2) % len(ring)]
            if a != b:
                edges.append((min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1]), a, b, beyond))
    edges.sort(key=lambda edge: edge[0])
    for number, (_, right, top, bottom, a, b, beyond) in enumerate(edges):
        for other in range(number + 1, len(edges)):
            left, _, upper, lower, c, d, past = edges[other]
            if left > right:
                break
            if upper <= bottom and lower >= top and _edges_cross(a, b, beyond, c, d, past):
                return True
    return False


def _edges_cross(a: Point, b: Point, beyond: Point, c: Point, d: Point, past: Point) -> bool:
    """beyond, past: where the outlines go on from b and d: an edge that ends on another may pass through it."""
    of_c, of_d = _side(a, b, c), _side(a, b, d)
    of_a, of_b = _side(c, d, a), _side(c, d, b)
    if of_c * of_d < 0 and of_a * of_b < 0:
        return True
    if of_c == of_d == 0:
        return _run_along(a, b, c, d)
    if of_d == 0 and of_a * of_b < 0:
        return of_c * _side(a, b, past) < 0
    return of_b == 0 and of_c * of_d < 0 and of_a * _side(c, d, beyond) < 0


def _side(a: Point, b: Point, point: Point) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def _run_along(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two edges on one line share more than a point. Neighbours that turn back on themselves do not count."""
    if len({a, b, c, d}) < 4 and {a, b} != {c, d}:
        return False
    axis = 0 if abs(b[0] - a[0]) >= abs(b[1] - a[1]) else 1
    low, high = sorted((a[axis], b[axis]))
    return max(low, min(c[axis], d[axis])) < min(high, max(c[axis], d[axis]))
