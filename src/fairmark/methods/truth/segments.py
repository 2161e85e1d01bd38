"""Segments in time of several workers: which are the same, which are real, of what class, and from when to when."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.boxes import IOU_MIN, Submission, infer_boxes
from fairmark.methods.truth.labels import Floats


class Timed(NamedTuple):
    """One worker's segments of one item. worker: number from 0. segments: (start, end, class), start < end, in one unit
    of time for all; none is an answer too.
    """

    worker: int
    segments: Sequence[tuple[float, float, Hashable]]


class Segment(NamedTuple):
    """What the workers agree on. start, end: in the unit given. confidence: that it is there and of class `class_`."""

    start: float
    end: float
    class_: Hashable
    confidence: float


class SegmentInference(NamedTuple):
    """segments: per item, the surest first, below `boxes.KEEP_MIN` too. recall, precision: [workers], see Existence.
    localisation: [workers], mean overlap of their segments with the answer, 0 to 1, drawn to everybody's mean.
    """

    segments: list[list[Segment]]
    recall: Floats
    precision: Floats
    localisation: Floats


def infer_segments(
    items: Sequence[Sequence[Timed]], workers: int, *, iou_min: float = IOU_MIN, gold: Sequence[Timed | None] = ()
) -> SegmentInference:
    """Segments of each item from the markings of it; an empty marking says that nothing is there.

    Nobody hits the same instant twice, so segments that share at least iou_min of the time they cover together can mean
    the same. A segment is a box of height 1: its overlap, what is there, of what class and where its ends are is then
    as in `infer_boxes`. Segments of one worker may overlap. Raises Invalid for one that does not end after its start,
    or is not finite. gold: as there. Source: overlap in time as in Caba Heilbron et al., ActivityNet, CVPR 2015; else
    see `infer_boxes`.
    """
    found = infer_boxes(
        [[_submission(each) for each in marked] for marked in items], workers, iou_min=iou_min,
        gold=[None if each is None else _submission(each) for each in gold],
    )  # fmt: skip
    return SegmentInference(
        [
            [
                Segment(float(thing.box[0]), float(thing.box[0] + thing.box[2]), thing.class_, thing.confidence)
                for thing in things
            ]
            for things in found.things
        ],
        found.recall, found.precision, found.localisation,
    )  # fmt: skip


def as_boxes(segments: Sequence[tuple[float, float]]) -> Floats:
    """Starts and ends as boxes of height 1, whose overlap is that of the segments: [n, 4]."""
    return np.array([(start, 0.0, end - start, 1.0) for start, end in segments], dtype=np.float64).reshape(-1, 4)


def _submission(marked: Timed) -> Submission:
    ends = np.array([(start, end) for start, end, _ in marked.segments], dtype=np.float64).reshape(-1, 2)
    if not (np.isfinite(ends).all() and (ends[:, 0] < ends[:, 1]).all()):
        raise Invalid("A segment does not end after its start.", mend="Give start and end in this order, finite.")
    return Submission(
        marked.worker, as_boxes([(start, end) for start, end in ends.tolist()]), [name for *_, name in marked.segments]
    )
