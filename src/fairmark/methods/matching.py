"""Who means the same thing: boxes of two annotators paired by their overlap, so that the total overlap is greatest.

Only pairs that overlap enough are ever held, so 10,000 boxes against 10,000 need megabytes, not the 800 MB of the full
matrix; and the assignment is solved group by group of boxes that overlap each other.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

CANDIDATES_MAX = 64
"""Most candidates kept per box: the nearest ones, in a heap of boxes that all cover each other."""
EXACT_MAX = 1_000
"""Longest side of a group that is solved exactly: the cost is cubic, and beyond it would be minutes."""
_BLOCK = 256


class Candidates(NamedTuple):
    """Pairs that could match: `left[k]` and `right[k]` are row numbers, `similarity[k]` is above 0 and at most 1."""

    left: Indices
    right: Indices
    similarity: Floats


def box_iou(ours: Floats, theirs: Floats) -> Floats:
    """Intersection over union of every box with every other: [n, m], 0 to 1.

    ours: [n, 4], theirs: [m, 4], each x, y, w, h in pixels with w, h >= 0. Two boxes without area have 0.
    Source: Jaccard 1901; as a measure of boxes, Everingham et al. 2010 (Pascal VOC), section 4.2.

    (0, 0, 2, 2) and (1, 0, 2, 2) share 1 x 2 = 2 of 4 + 4 - 2 = 6: 1/3.
    """
    shared = _shared(ours, theirs, 0) * _shared(ours, theirs, 1)
    union = (ours[:, 2] * ours[:, 3])[:, None] + (theirs[:, 2] * theirs[:, 3])[None] - shared
    # x + w - x is not always w in floating point, so equal boxes can come out a hair above 1.
    return np.minimum(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0), 1.0)


def _shared(ours: Floats, theirs: Floats, axis: int) -> Floats:
    """Length that every box shares with every other along one axis: [n, m], at least 0."""
    near = np.maximum(ours[:, None, axis], theirs[None, :, axis])
    far = np.minimum((ours[:, axis] + ours[:, axis + 2])[:, None], (theirs[:, axis] + theirs[:, axis + 2])[None])
    return np.maximum(far - near, 0.0)


def overlaps(ours: Floats, theirs: Floats, iou_min: float) -> Candidates:
    """The pairs of boxes with an IoU of at least `iou_min`, which is above 0; CANDIDATES_MAX per row of `ours` at most.

    ours: [n, 4], theirs: [m, 4], each x, y, w, h in pixels. Memory grows with the pairs found.
    """
    parts = list(_overlapping_blocks(ours, theirs, iou_min)) if len(ours) and len(theirs) else []
    if not parts:
        none = np.empty(0, dtype=np.int64)
        return Candidates(none, none, np.empty(0))
    left, right, similarity = zip(*parts, strict=True)
    return Candidates(np.concatenate(left), np.concatenate(right), np.concatenate(similarity))


def _overlapping_blocks(ours: Floats, theirs: Floats, iou_min: float) -> Iterator[tuple[Indices, Indices, Floats]]:
    """The pairs of `overlaps`, block by block from left to right: boxes far apart are never compared."""
    rows, columns = np.argsort(ours[:, 0], kind="stable"), np.argsort(theirs[:, 0], kind="stable")
    lefts = theirs[columns, 0]
    widest = float(theirs[:, 2].max())
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        first = int(np.searchsorted(lefts, ours[block, 0].min() - widest, side="left"))
        last = int(np.searchsorted(lefts, (ours[block, 0] + ours[block, 2]).max(), side="right"))
        window = columns[first:last]
        if not len(window):
            continue
        iou = box_iou(ours[block], theirs[window])
        if np.count_nonzero(iou >= iou_min, axis=1).max() > CANDIDATES_MAX:
            cut = np.partition(iou, -CANDIDATES_MAX, axis=1)[:, -CANDIDATES_MAX]
            iou = np.where(iou >= cut[:, None], iou, 0.0)
        at, to = np.nonzero(iou >= iou_min)
        yield block[at], window[to], iou[at, to]


def matched(candidates: Candidates, weight: Floats | None = None) -> Indices:
    """Which candidates make the best one-to-one matching: their numbers, ascending.

    Greatest total `weight` (default: the similarity), every row used once at most. weight: above 0, one per candidate.
    Source: Kuhn 1955; solved by scipy's version of Crouse 2016. Groups with a side above EXACT_MAX are matched
    greedily, best pair first, which reaches at least half of the greatest total.
    """
    weight = candidates.similarity if weight is None else weight
    chosen: list[int] = []
    for group in _groups(candidates):
        chosen.extend(group if len(group) == 1 else _assigned(candidates, weight, np.array(group)))
    return np.array(sorted(chosen), dtype=np.int64)


def _groups(candidates: Candidates) -> list[list[int]]:
    """Candidates that share rows, directly or through others: the numbers of each group."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = node = parent[above]
        return node

    left, right = candidates.left.tolist(), candidates.right.tolist()
    for ours, theirs in zip(left, right, strict=True):
        # Rows of the right side are told from those of the left by their sign.
        parent[root(ours)] = root(-1 - theirs)
    groups: dict[int, list[int]] = {}
    for number, ours in enumerate(left):
        groups.setdefault(root(ours), []).append(number)
    return list(groups.values())


def _assigned(candidates: Candidates, weight: Floats, group: Indices) -> list[int]:
    """The numbers of the best matching within one group of candidates."""
    rows, row_of = np.unique(candidates.left[group], return_inverse=True)
    columns, column_of = np.unique(candidates.right[group], return_inverse=True)
    if max(len(rows), len(columns)) > EXACT_MAX:
        return _greedy(weight, group, row_of, column_of)
    # Imported here because scipy.optimize costs 60 MB, and documents without a doubtful pair never need it.
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((len(rows), len(columns)))
    table[row_of, column_of] = weight[group]
    number = np.full(table.shape, -1, dtype=np.int64)
    number[row_of, column_of] = group
    at: Any
    to: Any
    at, to = linear_sum_assignment(table, maximize=True)
    return [int(chosen) for chosen in number[at, to] if chosen >= 0]


def _greedy(weight: Floats, group: Indices, row_of: Indices, column_of: Indices) -> list[int]:
    chosen: list[int] = []
    rows: set[int] = set()
    columns: set[int] = set()
    for k in np.argsort(-weight[group], kind="stable").tolist():
        row, column = int(row_of[k]), int(column_of[k])
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            chosen.append(int(group[k]))
    return chosen
