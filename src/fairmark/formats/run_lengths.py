"""Pixels that an outline covers, as COCO's run lengths, and its area."""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil

from fairmark.formats.images import Parts
from fairmark.modalities.image import Ring


def covered_area(parts: Parts) -> float:
    """Square pixels that the outer rings enclose, less their holes."""
    return sum(_enclosed(outer) - sum(map(_enclosed, holes)) for outer, *holes in parts)


def run_lengths(parts: Parts, width: int, height: int) -> list[int]:
    """Lengths of runs down the columns, zeros first, of the pixels whose centre the parts cover.

    A square from (5, 5) to (10, 10) covers 25 pixels: its area, as a rule by centres has it for whole pixels.
    """
    rings = [ring for part in parts for ring in part]
    runs: list[int] = []
    end = 0
    for column in range(width):
        for top, bottom in _covered(rings, column + 0.5):
            low, high = max(ceil(top - 0.5), 0), min(ceil(bottom - 0.5), height)
            if high > low:
                start = column * height + low
                if runs and start == end:
                    runs[-1] += high - low
                else:
                    runs += [start - end, high - low]
                end = column * height + high
    rest = width * height - end
    return [*runs, rest] if rest else runs


def _covered(rings: list[Ring], x: float) -> Iterator[tuple[float, float]]:
    """From where to where the rings cover the vertical line at `x`."""
    meets: list[float] = []
    for ring in rings:
        for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
            if (ax <= x) != (bx <= x):
                meets.append(ay + (x - ax) * (by - ay) / (bx - ax))
    meets.sort()
    yield from zip(meets[0::2], meets[1::2], strict=True)


def _enclosed(ring: Ring) -> float:
    x0, y0 = ring[0]
    return (
        abs(sum((ax - x0) * (by - y0) - (bx - x0) * (ay - y0) for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]))) / 2
    )
