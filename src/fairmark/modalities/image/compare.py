"""How alike two annotations of an image are."""

from collections.abc import Sequence

import numpy as np

from fairmark.methods.matching import Candidates, Floats, matched
from fairmark.modalities.comparing import agreement_of, goes_first, pair_of, turned
from fairmark.modalities.image.marks import KINDS
from fairmark.modalities.model import Agreement, Pair
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Mark
from fairmark.ontology.rules import prune

IOU_MIN = 0.5
SAME_CLASS_BONUS = 1e-3
"""Among boxes that lie as well, the one of the same class is meant: a rider sits where the bicycle is."""

Place = tuple[int, str]
"""An asset's index and a mark kind: only marks of one place are compared."""


def agreement(
    ours: Annotation, theirs: Annotation, *, compiled: CompiledOntology | None = None, iou_min: float = IOU_MIN
) -> Agreement:
    """How alike two annotations are; symmetric but for the sides of pairs. See `Agreement` for the figures.

    Marks of one asset and kind are paired so that the total of their similarity is greatest; pairs below `iou_min`
    (above 0, at most 1) do not count. Their class is compared afterwards. Geometry must be free of faults.
    """
    if compiled is not None:
        ours, theirs = prune(ours, compiled), prune(theirs, compiled)
    left, right = by_place(ours.marks), by_place(theirs.marks)
    pairs = [
        pair
        for place in left
        if place in right and place[1] in KINDS
        for pair in _pairs(place[1], left[place], right[place], iou_min, compiled)
    ]
    return agreement_of(ours, theirs, pairs, compiled)


def by_place(marks: Sequence[Mark]) -> dict[Place, list[Mark]]:
    """The marks of each place, in their order."""
    places: dict[Place, list[Mark]] = {}
    for mark in marks:
        places.setdefault((mark.asset, mark.kind), []).append(mark)
    return places


def weight_of(candidates: Candidates, ours: Sequence[Mark], theirs: Sequence[Mark]) -> Floats:
    """How much each candidate pair is worth: its similarity, and a little more if the class is the same."""
    pairs = zip(candidates.left.tolist(), candidates.right.tolist(), strict=True)
    same = [ours[left].class_ == theirs[right].class_ for left, right in pairs]
    return candidates.similarity + SAME_CLASS_BONUS * np.array(same, dtype=np.float64)


def _pairs(
    kind: str, ours: list[Mark], theirs: list[Mark], iou_min: float, compiled: CompiledOntology | None
) -> list[Pair]:
    if goes_first(theirs, ours):
        return [turned(pair) for pair in _pairs(kind, theirs, ours, iou_min, compiled)]
    found = KINDS[kind].pairs(ours, theirs, iou_min, compiled)
    pairs: list[Pair] = []
    for number in matched(found, weight_of(found, ours, theirs)):
        left, right = ours[int(found.left[number])], theirs[int(found.right[number])]
        pairs.append(pair_of(left, right, float(found.similarity[number]), compiled))
    return pairs
