"""Regions of the plane bounded by rings: their area, how much two share, and what most of several cover.

A region is a list of rings, each [n, 2] in pixels with n >= 3, closed by itself. What lies inside an odd number of its
rings belongs to it, so a hole is one more ring, and so is a further part.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from fairmark.methods.matching import Candidates, Floats, overlaps

Region = Sequence[Floats]

EDGES_MAX = 4_000
"""Most edges of all regions together that a majority is worked out for: memory grows with the square."""
_TOUCH = 1e-9
"""Least overlap of two boxes that lets their regions be compared."""
_BLOCK = 256
_GRID = 1e-7
"""Corners nearer than this are one, pixels: far below what editors write, far above what rounding does."""
_STRAIGHT = 2e-3
"""A corner so near to the line between its neighbours is none, pixels."""
_ASIDE, _ASIDE_MAX = 0.05, 2e-6
"""So far beside a piece, as a share of its length and in pixels at most, it is asked who covers the place."""
_AREA_MIN = 1.0
"""Rings of a majority that enclose less are slivers between edges that were meant to be the same, square pixels."""


def ring_area(ring: Floats) -> float:
    """Signed area in square pixels: positive if the ring turns from x to y (clockwise on a screen).

    Source: Meister 1769, known as the shoelace formula. (0, 0), (4, 0), (4, 3) enclose 4 * 3 / 2 = 6.
    """
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def region_area(region: Region) -> float:
    """Area in square pixels of a region whose rings do not cross: each ring counts against those around it."""
    areas = [abs(ring_area(ring)) for ring in region]
    signs = [-1 if _depth(ring, other_rings(region, n)) % 2 else 1 for n, ring in enumerate(region)]
    return float(sum(sign * area for sign, area in zip(signs, areas, strict=True)))


def other_rings(region: Region, number: int) -> list[Floats]:
    """All rings but one."""
    return [ring for n, ring in enumerate(region) if n != number]


def _depth(ring: Floats, others: Sequence[Floats]) -> int:
    """How many of `others` are around `ring`: rings that do not cross lie in each other wholly or not at all."""
    # A corner may touch another ring; the middle of an edge next to it does so only where edges run along each other.
    middle = (ring[0] + ring[1]) / 2
    return sum(bool(covered(middle[None], [other])[0]) for other in others)


def shared_area(ours: Region, theirs: Region) -> float:
    """Area in square pixels that two regions have in common. Exact but for rounding.

    Between two heights at which no corner and no crossing lies, both regions are rows of trapezoids, so the length they
    share half way up, times the difference of the heights, is their common area there.

    Squares of 4 x 4 at (0, 0) and (2, 1) share 2 x 3 = 6.
    """
    left, right = _edges(ours), _edges(theirs)
    low = max(left[:, [1, 3]].min(), right[:, [1, 3]].min())
    high = min(left[:, [1, 3]].max(), right[:, [1, 3]].max())
    if high <= low:
        return 0.0
    heights = np.concatenate([left[:, 1], right[:, 1], _crossing_heights(left, right), [low, high]])
    heights = np.unique(heights[(heights >= low) & (heights <= high)])
    total = 0.0
    for start in range(0, len(heights) - 1, _BLOCK):
        block = heights[start : start + _BLOCK + 1]
        middle, tall = (block[1:] + block[:-1]) / 2, np.diff(block)
        total += float((_common_length(_rows(left, middle), _rows(right, middle)) * tall).sum())
    return total


def region_iou(ours: Region, theirs: Region) -> float:
    """Intersection over union, 0 to 1; 0 if both have no area. Source: Jaccard 1901."""
    shared = shared_area(ours, theirs)
    union = region_area(ours) + region_area(theirs) - shared
    return min(shared / union, 1.0) if union > 0 else 0.0


def overlapping(ours: Sequence[Region], theirs: Sequence[Region], iou_min: float) -> Candidates:
    """The pairs of regions with an IoU of at least `iou_min`, which is above 0."""
    near = overlaps(_boxes(ours), _boxes(theirs), _TOUCH)
    areas = [region_area(region) for region in ours], [region_area(region) for region in theirs]
    found: list[tuple[int, int, float]] = []
    for left, right in zip(near.left.tolist(), near.right.tolist(), strict=True):
        smaller, larger = sorted((areas[0][left], areas[1][right]))
        # Even one inside the other would share no more than that.
        if smaller <= 0 or smaller < iou_min * larger:
            continue
        shared = shared_area(ours[left], theirs[right])
        alike = min(shared / (smaller + larger - shared), 1.0)
        if alike >= iou_min:
            found.append((left, right, alike))
    rows = np.array(found, dtype=np.float64).reshape(-1, 3)
    return Candidates(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2])


def covered(points: Floats, region: Region) -> "np.typing.NDArray[np.bool_]":
    """Which of `points`, [n, 2], lie in the region; those on its border are in or out."""
    x0, y0, x1, y1 = _edges(region).T
    inside = np.zeros(len(points), dtype=np.bool_)
    for start in range(0, len(points), _BLOCK):
        block = slice(start, start + _BLOCK)
        x, y = points[block, 0][:, None], points[block, 1][:, None]
        spans = (y0 <= y) != (y1 <= y)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = x0 + (y - y0) * ((x1 - x0) / (y1 - y0))
        inside[block] = np.count_nonzero(spans & (at > x), axis=1) % 2 == 1
    return inside


def majority(regions: Sequence[Region], weights: Sequence[float]) -> list[Floats] | None:
    """The rings around what at least half of the weight covers; those around the outside turn from x to y.

    Its border is made of pieces of the borders given, so nothing is rasterised and nothing simplified. None if the
    regions have too many edges, or lie so close to each other that the pieces do not join.

    Three squares of side 10 at x = 0, 2 and 4: at least two of three cover x = 2 to 12.
    """
    edges = np.concatenate([_edges(region) for region in regions])
    if len(edges) > EDGES_MAX:
        return None
    starts, ends = _pieces(edges)
    along = ends - starts
    long = np.hypot(*along.T)
    aside = np.stack([-along[:, 1], along[:, 0]], axis=1) * (np.minimum(_ASIDE * long, _ASIDE_MAX) / long)[:, None]
    middle = (starts + ends) / 2
    left, right = (_backing(points, regions, weights) for points in (middle + aside, middle - aside))
    half = sum(weights) / 2 - 1e-9 * sum(weights)
    is_left, is_right = left >= half, right >= half
    # What is covered lies to the left of each piece, seen along it.
    forward, backward = is_left & ~is_right, is_right & ~is_left
    rings = _chained(
        np.concatenate([starts[forward], ends[backward]]), np.concatenate([ends[forward], starts[backward]])
    )
    if rings is None:
        return None
    return [ring for ring in map(_straightened, rings) if len(ring) >= 3 and abs(ring_area(ring)) >= _AREA_MIN]


def _edges(region: Region) -> Floats:
    """[n, 4]: x, y of the start and of the end of each edge."""
    return np.concatenate([np.concatenate([ring, np.roll(ring, -1, axis=0)], axis=1) for ring in region])


def _boxes(regions: Sequence[Region]) -> Floats:
    rows = [(points := np.concatenate(list(region))).min(axis=0).tolist() + np.ptp(points, axis=0).tolist()
            for region in regions]  # fmt: skip
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _crossing_heights(left: Floats, right: Floats) -> Floats:
    """The heights at which an edge of one region meets an edge of the other."""
    found: list[Floats] = []
    along = right[:, 2:] - right[:, :2]
    for start in range(0, len(left), _BLOCK):
        block = left[start : start + _BLOCK]
        way = (block[:, 2:] - block[:, :2])[:, None]
        apart = right[None, :, :2] - block[:, None, :2]
        turn = _cross(way, along[None])
        with np.errstate(divide="ignore", invalid="ignore"):
            ours, theirs = _cross(apart, along[None]) / turn, _cross(apart, way) / turn
            meets = (ours >= 0) & (ours <= 1) & (theirs >= 0) & (theirs <= 1)
            heights = block[:, None, 1] + ours * way[..., 1]
        found.append(heights[meets])
    return np.concatenate(found)


def _cross(a: Floats, b: Floats) -> Floats:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _rows(edges: Floats, heights: Floats) -> tuple[Floats, Floats]:
    """Where the region begins and ends at each height: two of [heights, intervals]; empty intervals are 0 to 0."""
    x0, y0, x1, y1 = edges.T
    at = heights[:, None]
    spans = (y0 <= at) != (y1 <= at)
    with np.errstate(divide="ignore", invalid="ignore"):
        meets = np.where(spans, x0 + (at - y0) * ((x1 - x0) / (y1 - y0)), np.inf)
    count = int(np.count_nonzero(spans, axis=1).max(initial=0))
    # Rings are closed, so each height is crossed an even number of times.
    meets = np.sort(meets, axis=1)[:, :count]
    meets[np.isinf(meets)] = 0.0
    return meets[:, 0::2], meets[:, 1::2]


def _common_length(ours: tuple[Floats, Floats], theirs: tuple[Floats, Floats]) -> Floats:
    begins = np.maximum(ours[0][:, :, None], theirs[0][:, None, :])
    ends = np.minimum(ours[1][:, :, None], theirs[1][:, None, :])
    return np.maximum(ends - begins, 0.0).sum(axis=(1, 2))


def _backing(points: Floats, regions: Sequence[Region], weights: Sequence[float]) -> Floats:
    """The weight of the regions that cover each point."""
    total = np.zeros(len(points))
    for region, weight in zip(regions, weights, strict=True):
        total += weight * covered(points, region)
    return total


def _pieces(edges: Floats) -> tuple[Floats, Floats]:
    """The edges cut where they meet, on the grid, each piece once: starts and ends, [n, 2]."""
    starts, way = edges[:, :2], edges[:, 2:] - edges[:, :2]
    long = np.maximum(np.hypot(*way.T), 1e-12)
    apart = starts[None] - starts[:, None]
    # Corners that lie on an edge cut it: where edges run along each other, nothing else does.
    share = np.einsum("ijk,ik->ij", apart, way) / (long**2)[:, None]
    lies_on = (np.abs(_cross(apart, way[:, None])) <= _GRID * long[:, None]) & (share > 0) & (share < 1)
    cuts: list[list[tuple[float, Floats]]] = [[(0.0, start), (1.0, start + along)] for start, along in
                                              zip(starts, way, strict=True)]  # fmt: skip
    for edge, corner in zip(*(found.tolist() for found in np.nonzero(lies_on)), strict=True):
        cuts[edge].append((float(share[edge, corner]), starts[corner]))
    turn = _cross(way[:, None], way[None])
    with np.errstate(divide="ignore", invalid="ignore"):
        ours, theirs = _cross(apart, way[None]) / turn, _cross(apart, way[:, None]) / turn
    crosses = (np.abs(turn) > 1e-12) & (ours > 0) & (ours < 1) & (theirs > 0) & (theirs < 1)
    for edge, other in zip(*(found.tolist() for found in np.nonzero(np.triu(crosses))), strict=True):
        # One place for both edges: worked out from each, it could fall on different points of the grid.
        place = starts[edge] + ours[edge, other] * way[edge]
        cuts[edge].append((float(ours[edge, other]), place))
        cuts[other].append((float(theirs[edge, other]), place))
    found: set[tuple[tuple[int, ...], ...]] = set()
    for cut in cuts:
        places = [place for _, place in sorted(cut, key=lambda each: each[0])]
        points = [tuple(point) for point in np.rint(np.array(places) / _GRID).astype(np.int64).tolist()]
        found.update((min(a, b), max(a, b)) for a, b in pairwise(points) if a != b)
    rows = np.array(sorted(found), dtype=np.float64).reshape(-1, 2, 2) * _GRID
    return rows[:, 0], rows[:, 1]


def _chained(starts: Floats, ends: Floats) -> list[Floats] | None:
    """Rings from pieces that follow one another; None if one begins where none ends."""
    following: dict[tuple[float, ...], list[int]] = {}
    for number, start in enumerate(map(tuple, np.rint(starts / _GRID).tolist())):
        following.setdefault(start, []).append(number)
    targets = list(map(tuple, np.rint(ends / _GRID).tolist()))
    rings: list[Floats] = []
    open_ = set(range(len(starts)))
    while open_:
        first = current = min(open_)
        chain: list[int] = []
        while True:
            open_.discard(current)
            chain.append(current)
            nexts = [number for number in following.get(targets[current], ()) if number in open_ or number == first]
            if not nexts:
                return None
            current = min(nexts, key=lambda number: _turn(starts, ends, chain[-1], number))
            if current == first:
                break
        rings.append(starts[chain])
    return rings


def _turn(starts: Floats, ends: Floats, coming: int, going: int) -> float:
    """How far to turn right from the way back along `coming` to `going`, above 0 and at most 2 pi: the least keeps to
    the same covered place."""
    back, on = starts[coming] - ends[coming], ends[going] - starts[going]
    angle = float(np.arctan2(back[1], back[0]) - np.arctan2(on[1], on[0])) % (2 * np.pi)
    return angle if angle > 0 else 2 * np.pi


def _straightened(ring: Floats) -> Floats:
    """The ring without corners that lie on the line between their neighbours."""
    kept: list[Floats] = []
    for number, corner in enumerate(ring):
        last = kept[-1] if kept else ring[-1]
        if not _is_between(last, corner, ring[(number + 1) % len(ring)]):
            kept.append(corner)
    return np.array(kept, dtype=np.float64).reshape(-1, 2)


def _is_between(last: Floats, corner: Floats, next_: Floats) -> bool:
    way, part = next_ - last, corner - last
    squared = float(way @ way)
    return 0 <= float(part @ way) <= squared and float(_cross(part, way)) ** 2 <= _STRAIGHT**2 * squared


def medoid(alike: Sequence[Sequence[float]], weights: Sequence[float]) -> int:
    """The number of the one that is most like the others, by weight; the heavier, then the earlier, among equals.

    alike: [n, n], how like each is to each. Source: Kaufman and Rousseeuw 1987.
    """
    scores = [
        (sum(weight * row[other] for other, weight in enumerate(weights) if other != number), weights[number])
        for number, row in enumerate(alike)
    ]
    return max(range(len(scores)), key=lambda number: (scores[number], -number))


def nested(rings: Iterable[Floats]) -> list[list[Floats]]:
    """Parts from rings that do not cross: each an outer ring and the holes right inside of it."""
    all_ = sorted(rings, key=lambda ring: -abs(ring_area(ring)))
    depths = [_depth(ring, other_rings(all_, n)) for n, ring in enumerate(all_)]
    parts = {n: [ring] for n, ring in enumerate(all_) if depths[n] % 2 == 0}
    for n, ring in enumerate(all_):
        if depths[n] % 2 == 1:
            middle = ((ring[0] + ring[1]) / 2)[None]
            around = [m for m in parts if depths[m] == depths[n] - 1 and covered(middle, [all_[m]])[0]]
            if around:
                parts[around[0]].append(ring)
    return list(parts.values())
