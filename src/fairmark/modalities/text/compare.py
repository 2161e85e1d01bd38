"""How alike two annotations of a text are."""

from collections.abc import Sequence

import numpy as np

from fairmark.methods.matching import Candidates, matched
from fairmark.modalities.comparing import agreement_of, goes_first, pair_of, turned
from fairmark.modalities.model import Agreement, Pair
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Mark
from fairmark.ontology.rules import prune

IOU_MIN = 0.5
SAME_CLASS_BONUS = 1e-3
"""Among spans that lie as well, the one of the same class is meant."""


def agreement(
    ours: Annotation, theirs: Annotation, *, compiled: CompiledOntology | None = None, iou_min: float = IOU_MIN
) -> Agreement:
    """How alike two annotations are; symmetric but for the sides of pairs. See `Agreement` for the figures.

    Spans of one asset are paired so that the total of their similarity (shared characters over those of either) is
    greatest; pairs below `iou_min` (above 0, at most 1) do not count. Spans must be free of faults.
    """
    if compiled is not None:
        ours, theirs = prune(ours, compiled), prune(theirs, compiled)
    left, right = by_asset(ours.marks), by_asset(theirs.marks)
    pairs = [pair for asset in left if asset in right for pair in _pairs(left[asset], right[asset], iou_min, compiled)]
    return agreement_of(ours, theirs, pairs, compiled)


def by_asset(marks: Sequence[Mark]) -> dict[int, list[Mark]]:
    """The marks of each asset, in their order."""
    found: dict[int, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.asset, []).append(mark)
    return found


def similarity(ours: Mark, theirs: Mark) -> float:
    """Shared characters over those of either span: 0 to 1 (Jaccard 1901). [0, 4) and [2, 6) share 2 of 6: 1/3."""
    start, end = ours.geometry["start"], ours.geometry["end"]
    other_start, other_end = theirs.geometry["start"], theirs.geometry["end"]
    shared = max(0, min(end, other_end) - max(start, other_start))
    return shared / ((end - start) + (other_end - other_start) - shared)


def _pairs(
    ours: Sequence[Mark], theirs: Sequence[Mark], iou_min: float, compiled: CompiledOntology | None
) -> list[Pair]:
    if goes_first(theirs, ours):
        return [turned(pair) for pair in _pairs(theirs, ours, iou_min, compiled)]
    starts = sorted(range(len(theirs)), key=lambda number: theirs[number].geometry["start"])
    rows: list[tuple[int, int, float]] = []
    for number, mark in enumerate(ours):
        for other in starts:
            if theirs[other].geometry["start"] >= mark.geometry["end"]:
                break
            alike = similarity(mark, theirs[other])
            if alike >= iou_min:
                rows.append((number, other, alike))
    left = np.array([row[0] for row in rows], dtype=np.int64)
    right = np.array([row[1] for row in rows], dtype=np.int64)
    found = Candidates(left, right, np.array([row[2] for row in rows], dtype=np.float64))
    same = np.array([ours[row[0]].class_ == theirs[row[1]].class_ for row in rows], dtype=np.float64)
    return [
        pair_of(ours[int(left[number])], theirs[int(right[number])], float(found.similarity[number]), compiled)
        for number in matched(found, found.similarity + SAME_CLASS_BONUS * same)
    ]
