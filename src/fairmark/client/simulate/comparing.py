"""How near an annotation is to what is right. Small and plain, so that the client needs no numerical package."""

from typing import NamedTuple

import msgspec

from fairmark.client.simulate.shapes import SHAPES
from fairmark.ontology.model import Annotation, Mark

IOU_MIN = 0.5


class Pair(NamedTuple):
    """Two marks that mean the same thing. iou: of their boxes; 1.0 for marks without a place."""

    ours: Mark
    truth: Mark
    iou: float


class Pairing(NamedTuple):
    """Marks side by side. spurious: ours that fit nothing; missed: of the truth that nothing fits."""

    pairs: list[Pair]
    spurious: list[Mark]
    missed: list[Mark]


class Score(msgspec.Struct, frozen=True):
    """How good one annotation is; all figures 0 to 1.

    f1: of finding the things, whatever they are named; 1.0 if there is nothing and nothing was marked. iou: mean over
    what was found. named: share of it that has the right class. answers: share of right answers. iou, named and answers
    are None where there is nothing to judge.
    """

    f1: float
    iou: float | None
    named: float | None
    answers: float | None


def box_of(mark: Mark) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom, of the mark or around it; None for a mark without a place."""
    return SHAPES[mark.kind].around(mark.geometry) if mark.kind in SHAPES else None


def iou(ours: Mark, theirs: Mark) -> float:
    """Intersection over union of the boxes around them.

    1.0 for two tags of one class, 0.0 for marks of different kinds or assets.
    """
    if ours.kind != theirs.kind or ours.asset != theirs.asset:
        return 0.0
    first, second = box_of(ours), box_of(theirs)
    if first is None or second is None:
        return float(ours.class_ == theirs.class_)
    wide = min(first[2], second[2]) - max(first[0], second[0])
    high = min(first[3], second[3]) - max(first[1], second[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = sum((right - left) * (bottom - top) for left, top, right, bottom in (first, second))
    return wide * high / (areas - wide * high)


def pair(ours: Annotation, truth: Annotation, *, iou_min: float = IOU_MIN) -> Pairing:
    """Pairs marks of at least `iou_min`, nearest first; among equals those of the same class first."""
    near = [
        (value, mark.class_ == right.class_, i, j)
        for i, mark in enumerate(ours.marks)
        for j, right in enumerate(truth.marks)
        if (value := iou(mark, right)) >= iou_min
    ]
    pairs: list[Pair] = []
    left, right_left = set(range(len(ours.marks))), set(range(len(truth.marks)))
    for value, _, i, j in sorted(near, key=lambda each: (-each[0], not each[1], each[2], each[3])):
        if i in left and j in right_left:
            left.discard(i)
            right_left.discard(j)
            pairs.append(Pair(ours.marks[i], truth.marks[j], value))
    return Pairing(pairs, [ours.marks[i] for i in sorted(left)], [truth.marks[j] for j in sorted(right_left)])


def score(ours: Annotation, truth: Annotation) -> Score:
    """How good `ours` is."""
    pairing = pair(ours, truth)
    found, marks = len(pairing.pairs), len(ours.marks) + len(truth.marks)
    right = sum(ours.answers.get(key) == value for key, value in truth.answers.items())
    return Score(
        f1=2 * found / marks if marks else 1.0,
        iou=sum(each.iou for each in pairing.pairs) / found if found else None,
        named=sum(each.ours.class_ == each.truth.class_ for each in pairing.pairs) / found if found else None,
        answers=right / len(truth.answers) if truth.answers else None,
    )


def mean(scores: list[Score]) -> Score | None:
    """The mean of each figure over those that have it; None of no score."""
    if not scores:
        return None

    def over(values: list[float | None]) -> float | None:
        given = [value for value in values if value is not None]
        return sum(given) / len(given) if given else None

    return Score(
        f1=sum(each.f1 for each in scores) / len(scores),
        iou=over([each.iou for each in scores]),
        named=over([each.named for each in scores]),
        answers=over([each.answers for each in scores]),
    )
