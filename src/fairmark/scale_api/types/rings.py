"""Polygons with holes as one outline each: Scale's polygons know no holes."""

from collections.abc import Sequence

Point = tuple[float, float]


def one_outline(part: Sequence[Sequence[Point]]) -> list[Point]:
    """An outer ring followed by its holes as one ring that goes round the same area: to each hole leads a cut of no
    width, there and back.

    The rings do not cross, and the holes lie in the outer ring. Each cut runs from a hole's rightmost corner straight
    to the right, to whatever is met first; holes further right are joined before, so that is in the ring already.
    Source: Eberly, Triangulation by Ear Clipping, section 3 (there the cut ends at a corner).
    """
    ring = list(part[0])
    turn = _area(ring) > 0
    holes = [list(hole) if (_area(hole) > 0) is not turn else list(hole)[::-1] for hole in part[1:]]
    for hole in sorted(holes, key=lambda hole: max(hole), reverse=True):
        start = hole.index(max(hole))
        round_trip = hole[start:] + hole[: start + 1]
        met = _met(ring, hole[start])
        if met is not None:
            edge, at = met
            ring[edge + 1 : edge + 1] = [at, *round_trip, at]
    return ring


def _met(ring: Sequence[Point], origin: Point) -> tuple[int, Point] | None:
    """The edge of a ring, by its first corner, that a ray to the right meets first, and where; None: it meets none."""
    x, y = origin
    best: tuple[float, int] | None = None
    for number, (ax, ay) in enumerate(ring):
        bx, by = ring[(number + 1) % len(ring)]
        if (ay <= y) == (by <= y):
            continue
        crossing = ax + (y - ay) * (bx - ax) / (by - ay)
        if crossing >= x and (best is None or crossing < best[0]):
            best = (crossing, number)
    return None if best is None else (best[1], (best[0], y))


def _area(ring: Sequence[Point]) -> float:
    """Twice the signed area."""
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True))
