"""Points that lie apart: how alike two sets of them are, and what most of several sets say."""

from collections.abc import Sequence

import numpy as np

from fairmark.methods.matching import Candidates, Floats, Indices, matched
from fairmark.methods.median import weighted_median

NEAR_PX = 5.0
NEAR_SHARE = 0.02
"""Two points this far apart, or this share of the diagonal around their sets if that is more, are alike by a half."""
_LEAST = 1e-6


def near_px(ours: Floats, theirs: Floats) -> float:
    """The distance at which two points are alike by a half, in pixels."""
    both = np.concatenate([ours, theirs])
    return max(NEAR_PX, NEAR_SHARE * float(np.hypot(*np.ptp(both, axis=0))))


def pairs(ours: Floats, theirs: Floats) -> tuple[Indices, Indices, Floats]:
    """Which points of two sets, [n, 2] and [m, 2] in pixels, mean the same, and how alike they are, above 0 to 1.

    The likeness of two points is 2 ** -(distance / near) ** 2, a Gaussian as in object keypoint similarity (COCO 2016);
    the pairing is the one with the greatest sum.
    """
    apart = np.hypot(ours[:, None, 0] - theirs[None, :, 0], ours[:, None, 1] - theirs[None, :, 1])
    alike = 0.5 ** ((apart / near_px(ours, theirs)) ** 2)
    left, right = np.nonzero(alike >= _LEAST)
    found = Candidates(left, right, alike[left, right])
    chosen = matched(found)
    return left[chosen], right[chosen], found.similarity[chosen]


def likeness(ours: Floats, theirs: Floats) -> float:
    """0 to 1: twice the likeness of all pairs over the number of all points.

    Two of two points, one of them NEAR_PX off: (1 + 0.5) * 2 / 4 = 0.75.
    """
    return float(2 * pairs(ours, theirs)[2].sum() / (len(ours) + len(theirs)))


def alike(ours: Sequence[Floats], theirs: Sequence[Floats], similarity_min: float) -> Candidates:
    """The pairs of sets that are alike by at least `similarity_min`, which is above 0."""
    found = [
        (left, right, value)
        for left, one in enumerate(ours)
        for right, other in enumerate(theirs)
        if _could_meet(one, other) and (value := likeness(one, other)) >= similarity_min
    ]
    rows = np.array(found, dtype=np.float64).reshape(-1, 3)
    return Candidates(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2])


def _could_meet(ours: Floats, theirs: Floats) -> bool:
    """Whether the boxes around them come near enough for any pair to count."""
    reach = 5 * near_px(ours, theirs)
    apart = np.maximum(ours.min(axis=0) - theirs.max(axis=0), theirs.min(axis=0) - ours.max(axis=0))
    return bool((apart <= reach).all())


def middle(sets: Sequence[Floats], weights: Sequence[float], lead: int) -> list[tuple[float, float]]:
    """For each point of set `lead` that half of the weight has, the weighted median of where it is; in its order."""
    said: list[list[tuple[float, float, float]]] = [[] for _ in sets[lead]]
    for points, weight in zip(sets, weights, strict=True):
        left, right, value = pairs(sets[lead], points)
        for number, other, close in zip(left.tolist(), right.tolist(), value.tolist(), strict=True):
            if close >= 0.1:
                said[number].append((float(points[other, 0]), float(points[other, 1]), weight))
    half = sum(weights) / 2 - 1e-9 * sum(weights)
    kept = [each for each in said if each and sum(weight for *_, weight in each) >= half]
    return [
        (weighted_median([x for x, *_ in each], [w for *_, w in each]),
         weighted_median([y for _, y, _ in each], [w for *_, w in each]))
        for each in kept
    ]  # fmt: skip
