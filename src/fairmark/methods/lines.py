"""Lines of several points: how far two run from each other, and the middle one of several."""

from collections.abc import Sequence

import numpy as np

from fairmark.methods.matching import Candidates, Floats, overlaps

SAMPLES = 64
"""Places along a line at which it is compared."""
NEAR_SHARE = 0.02
NEAR_PX = 2.0
"""Two lines as far apart as this share of their length, or as these pixels if that is more, are alike by a half."""


def resampled(points: Floats, count: int = SAMPLES) -> Floats:
    """[count, 2]: places at equal steps along the line, its ends included.

    points: [n, 2], n >= 2, in pixels; not all equal.
    """
    return placed(points, np.linspace(0.0, 1.0, count))


def placed(points: Floats, shares: Floats) -> Floats:
    """[n, 2]: the places at these shares of the line's length, 0 to 1."""
    along = covered_length(points)
    at = shares * along[-1]
    return np.stack([np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])], axis=1)


def covered_length(points: Floats) -> Floats:
    """[n]: the length of the line up to each of its points, pixels."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])


def length(points: Floats) -> float:
    """Length in pixels."""
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def distance(points: Floats, line: Floats) -> Floats:
    """How far each of `points`, [n, 2], is from the line, [m, 2]: pixels."""
    start, way = line[:-1], np.diff(line, axis=0)
    squared = np.maximum((way**2).sum(axis=1), 1e-12)
    share = np.clip(((points[:, None] - start) * way).sum(axis=2) / squared, 0.0, 1.0)
    nearest = start + share[..., None] * way
    return np.sqrt(((points[:, None] - nearest) ** 2).sum(axis=2)).min(axis=1)


def mean_distance(ours: Floats, theirs: Floats) -> float:
    """Symmetric mean distance of two lines in pixels: the mean of both mean distances (a chamfer distance, Barrow et
    al. 1977), taken at SAMPLES places of each.

    (0, 0) to (10, 0) and (0, 3) to (10, 3) run 3 apart.
    """
    return float((distance(resampled(ours), theirs).mean() + distance(resampled(theirs), ours).mean()) / 2)


def likeness(ours: Floats, theirs: Floats) -> float:
    """1 for equal lines, 1/2 for lines NEAR_SHARE of their mean length apart (NEAR_PX at least), towards 0 beyond."""
    near = max(NEAR_SHARE * (length(ours) + length(theirs)) / 2, NEAR_PX)
    return float(0.5 ** (mean_distance(ours, theirs) / near))


def alike(ours: Sequence[Floats], theirs: Sequence[Floats], similarity_min: float) -> Candidates:
    """The pairs of lines that are alike by at least `similarity_min`, which is above 0."""
    boxes = [np.array([_box(line) for line in lines]).reshape(-1, 4) for lines in (ours, theirs)]
    near = overlaps(boxes[0], boxes[1], 1e-9)
    pairs = [(a, b, likeness(ours[a], theirs[b])) for a, b in zip(near.left.tolist(), near.right.tolist(), strict=True)]
    rows = np.array([pair for pair in pairs if pair[2] >= similarity_min], dtype=np.float64).reshape(-1, 3)
    return Candidates(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2])


def _box(line: Floats) -> list[float]:
    """Around the line and as far beyond it as a half-alike line may run: straight lines have no box of their own."""
    reach = 3 * max(NEAR_SHARE * length(line), NEAR_PX)
    low, high = line.min(axis=0) - reach, line.max(axis=0) + reach
    return [*low.tolist(), *(high - low).tolist()]


def middle(lines: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """The weighted mean of lines that mean one thing, [n, 2]: at each corner of the heaviest one, the mean of where
    all of them are after the same share of their length. Lines that run the other way are turned.

    (0, 0) to (10, 0) and (10, 2) to (0, 2) give (0, 1) to (10, 1).
    """
    lead = lines[max(range(len(lines)), key=lambda number: (weights[number], len(lines[number]), -number))]
    shares = covered_length(lead) / length(lead)
    total = sum(weights)
    parts = [weight / total for weight in weights] if total > 0 else [1 / len(lines)] * len(lines)
    return np.sum([part * placed(_turned(line, lead), shares) for part, line in zip(parts, lines, strict=True)], axis=0)


def _turned(line: Floats, lead: Floats) -> Floats:
    ours, way = resampled(line), resampled(lead)
    forward = float(np.abs(ours - way).sum())
    return line if forward <= float(np.abs(ours[::-1] - way).sum()) else line[::-1]
