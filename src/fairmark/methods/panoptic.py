"""Panoptic quality: two divisions of an image into segments, of things and of stuff, against each other."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fairmark.methods.masks import Crop, alike
from fairmark.methods.matching import Candidates, matched

IOU_MIN = 0.5
"""Segments share more than this to be the same: then no segment can be the same as two, as no two share a pixel."""


class Segment(NamedTuple):
    """Pixels of one class: of one thing, or of all of one stuff. crop: trimmed, with a pixel at least."""

    class_id: str
    crop: Crop


class PanopticQuality(NamedTuple):
    """segmentation: mean IoU of the segments that both have; recognition: F1 of having them; both 0 to 1. quality:
    their product. shared, only_ours, only_theirs: how many segments. Without any segment all are perfect.
    """

    quality: float
    segmentation: float
    recognition: float
    shared: int
    only_ours: int
    only_theirs: int


def panoptic_quality(ours: Sequence[Segment], theirs: Sequence[Segment]) -> dict[str, PanopticQuality]:
    """The quality by class, of all classes that one of the two has, in the order of their names. Symmetric.

    No pixel may belong to two segments of one side. Pixels that nobody has to label are left out of both beforehand.
    Source: Kirillov et al. 2019, "Panoptic segmentation", equation 1: sum of IoU / (shared + only_ours / 2 +
    only_theirs / 2).
    """
    near = alike([each.crop for each in ours], [each.crop for each in theirs], IOU_MIN)
    pairs = zip(near.left.tolist(), near.right.tolist(), strict=True)
    same = np.array([ours[left].class_id == theirs[right].class_id for left, right in pairs], dtype=np.bool_)
    same &= near.similarity > IOU_MIN
    found = Candidates(near.left[same], near.right[same], near.similarity[same])
    ious: dict[str, list[float]] = {}
    # Segments that do overlap, against the rule, still count once.
    for number in matched(found).tolist():
        ious.setdefault(ours[int(found.left[number])].class_id, []).append(float(found.similarity[number]))
    left, right = (Counter(each.class_id for each in side) for side in (ours, theirs))
    return {name: _quality(ious.get(name, []), left[name], right[name]) for name in sorted({*left, *right})}


def mean_quality(by_class: dict[str, PanopticQuality]) -> float:
    """The mean over classes, each as heavy as any other; 1 without any."""
    return float(np.mean([each.quality for each in by_class.values()])) if by_class else 1.0


def _quality(ious: list[float], ours: int, theirs: int) -> PanopticQuality:
    shared = len(ious)
    segmentation = sum(ious) / shared if shared else 0.0
    recognition = shared / ((ours + theirs) / 2)
    return PanopticQuality(
        segmentation * recognition, segmentation, recognition, shared, ours - shared, theirs - shared
    )
