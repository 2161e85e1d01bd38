"""Named points of one thing, such as the joints of a body: how alike two poses are, and the middle one of several."""

from collections.abc import Sequence

import numpy as np

from fairmark.methods.matching import Candidates, Floats, overlaps

SIGMA = 0.05
"""Of a point whose own sigma nobody has measured."""
THIN = 0.25
LEAST_PX = 8.0
"""A pose that lies in a line has no area: it counts as so wide a share of its length, and as no smaller than this."""
_STEPS = 100
_CLOSE_PX = 1e-7


def area(pose: Floats) -> float:
    """Square pixels of the box around the placed points of a pose, [n, 3] as x, y and visibility; 0 is not placed.

    Points at (0, 0) and (40, 20): 800. Points at (0, 0) and (40, 0): 40 long and a quarter of that wide, 400.
    """
    placed = pose[pose[:, 2] > 0, :2]
    if not len(placed):
        return LEAST_PX**2
    sides = np.maximum(np.ptp(placed, axis=0), [0.0, 0.0])
    sides = np.maximum(sides, max(THIN * float(sides.max()), LEAST_PX))
    return float(sides[0] * sides[1])


def oks(ours: Floats, theirs: Floats, sigmas: Floats, area_px: float) -> float:
    """Object keypoint similarity of two poses, [n, 3] each, 0 to 1: the mean of exp(-d^2 / (2 area (2 sigma)^2)) over
    the points that either has placed. A point that one of them lacks counts 0. sigmas: [n]; area_px: above 0.

    Source: the COCO keypoint challenge 2016, where the sigmas of a person's points come from. There only points that
    the truth has placed count; between two people neither is the truth.

    Two points, one in place and one 10 pixels off, with sigma 0.05 in an area of 5,000: 2 x 5,000 x 0.1^2 = 100, so
    they count 1 and exp(-100 / 100) = 0.368: 0.684.
    """
    ours_placed, theirs_placed = ours[:, 2] > 0, theirs[:, 2] > 0
    either = int(np.count_nonzero(ours_placed | theirs_placed))
    if either == 0:
        return 1.0
    both = ours_placed & theirs_placed
    apart = ((ours[both, :2] - theirs[both, :2]) ** 2).sum(axis=1)
    return float(np.exp(-apart / (2 * area_px * (2 * sigmas[both]) ** 2)).sum() / either)


def likeness(ours: Floats, theirs: Floats, sigmas: Floats) -> float:
    """The OKS of two poses, neither of which is the truth: by the mean of their areas."""
    return oks(ours, theirs, sigmas, (area(ours) + area(theirs)) / 2)


def alike(
    ours: Sequence[Floats], theirs: Sequence[Floats], sigmas: Sequence[Floats], similarity_min: float
) -> Candidates:
    """The pairs of poses of as many points that are alike by at least `similarity_min`, which is above 0.

    sigmas: those of each of `ours`.
    """
    boxes = [np.array([_box(pose) for pose in poses]).reshape(-1, 4) for poses in (ours, theirs)]
    near = overlaps(boxes[0], boxes[1], 1e-9)
    pairs = [
        (a, b, likeness(ours[a], theirs[b], sigmas[a]))
        for a, b in zip(near.left.tolist(), near.right.tolist(), strict=True)
        if len(ours[a]) == len(theirs[b]) == len(sigmas[a])
    ]
    rows = np.array([pair for pair in pairs if pair[2] >= similarity_min], dtype=np.float64).reshape(-1, 3)
    return Candidates(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2])


def _box(pose: Floats) -> list[float]:
    """Around the placed points, with some pixels beyond them: poses in a line have no box of their own."""
    placed = pose[pose[:, 2] > 0, :2]
    if not len(placed):
        return [0.0, 0.0, 0.0, 0.0]
    low, high = placed.min(axis=0) - LEAST_PX, placed.max(axis=0) + LEAST_PX
    return [*low.tolist(), *(high - low).tolist()]


def middle(poses: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """What several poses of one thing, [n, 3] each, say together, [n, 3]: a point is placed if more than half of the
    weight has placed it, or half of it and the heaviest pose; where it is, is the geometric median of those that have;
    it is visible (2) or hidden (1) as most of their weight says, visible if they are even. Absent points are 0, 0, 0.
    """
    total = sum(weights)
    shares = np.array(weights, dtype=np.float64) / total if total > 0 else np.full(len(poses), 1 / len(poses))
    table = np.stack(poses)
    lead = int(np.argmax(shares))
    made = np.zeros(table.shape[1:])
    for number in range(table.shape[1]):
        said = table[:, number]
        placed = said[:, 2] > 0
        behind = float(shares[placed].sum())
        if behind < 0.5 - 1e-9 or (behind < 0.5 + 1e-9 and not placed[lead]):
            continue
        hidden = float(shares[placed & (said[:, 2] < 2)].sum())
        made[number, :2] = geometric_median(said[placed, :2], shares[placed])
        made[number, 2] = 1 if hidden > behind / 2 + 1e-9 else 2
    return made


def geometric_median(places: Floats, weights: Floats) -> Floats:
    """The place, [2], with the least weighted sum of distances from `places`, [n, 2], n at least 1: one careless person
    of three does not move it far. weights: [n], 0 or more; all 0 counts as all alike.

    Source: Weiszfeld 1937, with the step of Vardi and Zhang 2000 where an iterate meets one of the places. Of two
    places of one weight it is the middle, of three of which two are the same it is those.
    """
    weights = weights if float(weights.sum()) > 0 else np.ones(len(places))
    at = (places * weights[:, None]).sum(axis=0) / weights.sum()
    for _ in range(_STEPS):
        apart = np.hypot(*(places - at).T)
        away = apart > _CLOSE_PX
        if not away.any():
            break
        pull = weights[away] / apart[away]
        target = (places[away] * pull[:, None]).sum(axis=0) / pull.sum()
        here = float(weights[~away].sum())
        force = float(np.hypot(*((places[away] - at) * pull[:, None]).sum(axis=0)))
        stay = min(1.0, here / force) if force > 0 else 1.0
        following = (1 - stay) * target + stay * at
        if float(np.hypot(*(following - at))) < _CLOSE_PX:
            return following
        at = following
    return at
