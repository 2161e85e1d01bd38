"""Boxes of several workers: which are the same, which are real, of what class, and where."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from fairmark.methods.clustering import clusters
from fairmark.methods.matching import Candidates, box_iou, overlaps
from fairmark.methods.median import weighted_median
from fairmark.methods.truth.existence import Looks, existence
from fairmark.methods.truth.hierarchical import hierarchical
from fairmark.methods.truth.labels import Floats, Indices, labels_of

IOU_MIN = 0.4
"""Overlap from which two workers' boxes can mean the same thing."""
KEEP_MIN = 0.4
"""Probability from which a thing is part of the answer: at an F1 of 0.8 that is where keeping pays (F1 / 2)."""


class Submission(NamedTuple):
    """One worker's boxes of one item. worker: number from 0. boxes: [n, 4], x, y, w, h in pixels. classes: [n], names;
    None: there is one class only.
    """

    worker: int
    boxes: Floats
    classes: Sequence[Hashable] | None = None


class Thing(NamedTuple):
    """What the workers agree on. box: [4], x, y, w, h. confidence: that it is there and of class `class_`.

    members: (number of the submission, number of its box) of each box it was made from. class_: None without classes.
    """

    box: Floats
    class_: Hashable | None
    confidence: float
    members: list[tuple[int, int]]


class BoxInference(NamedTuple):
    """things: per item, the surest first, below KEEP_MIN too. recall, precision: [workers], see Existence.
    localisation: [workers], mean IoU of their boxes with the answer, 0 to 1, drawn to everybody's mean.
    """

    things: list[list[Thing]]
    recall: Floats
    precision: Floats
    localisation: Floats


def infer_boxes(
    items: Sequence[Sequence[Submission]], workers: int, *, iou_min: float = IOU_MIN,
    gold: Sequence[Submission | None] = (),
) -> BoxInference:  # fmt: skip
    """Boxes of each item from the submissions for it; an empty submission says that nothing is there.

    Boxes are clustered by overlap, two of one submission never together (`clustering`); `existence` weighs who marked
    a cluster against who looked and did not; the class is `hierarchical` over all clusters; each edge is the median,
    weighted by how well a worker locates. gold: per item, what is known to be there, all of it, by no worker, or None;
    default none known. It teaches who finds, imagines, confuses and locates what, and is the answer of its item; what
    it lacks is then of confidence 0, and a member of a thing is never of it. O(boxes log boxes) per item where boxes
    are spread out. KEEP_MIN is the threshold for an answer. Sources: see `clustering`, `existence`; Branson, Van Horn
    and Perona, Lean Crowdsourcing, CVPR 2017, for the thought.
    """
    known = list(gold) or [None] * len(items)
    found: list[_Found] = []
    for number, (subs, right) in enumerate(zip(items, known, strict=True)):
        for members in _clusters(subs if right is None else [*subs, right], iou_min):
            own = [member for member in members if member[0] < len(subs)]
            found.append(_Found(number, own, next((b for k, b in members if k == len(subs)), None)))
    rows = [
        (thing, sub.worker, any(member[0] == k for member in each.members))
        for thing, each in enumerate(found)
        for k, sub in enumerate(items[each.number])
    ]
    things, who, marked = (np.array(column) for column in zip(*rows, strict=True)) if rows else _no_rows()
    real = np.array([-1 if known[each.number] is None else int(each.right is not None) for each in found], np.int64)
    exists = existence(Looks(things, who, marked.astype(np.bool_), len(found), workers), gold=real)
    classes, sure = _classes(items, found, known, workers)
    right_boxes = [_right_box(each, known) for each in found]
    even = [
        right if right is not None else _middle([items[n][k].boxes[b] for k, b in members], None)
        for (n, members, _), right in zip(found, right_boxes, strict=True)
    ]
    localisation = _localisation(items, found, even, workers)
    result: list[list[Thing]] = [[] for _ in items]
    for thing, (number, members, _) in enumerate(found):
        weights = [float(localisation[items[number][k].worker]) for k, _ in members]
        right = right_boxes[thing]
        box = right if right is not None else _middle(
            [items[number][k].boxes[b] for k, b in members], [1 / (1.02 - weight) for weight in weights]
        )  # fmt: skip
        probability = float(exists.probability[thing] * sure[thing])
        result[number].append(Thing(box, classes[thing], probability, members))
    for each in result:
        each.sort(key=lambda thing: -thing.confidence)
    return BoxInference(result, exists.recall, exists.precision, localisation)


class _Found(NamedTuple):
    """A thing of an item. members: see Thing. right: the number of its box in what is known to be there."""

    number: int
    members: list[tuple[int, int]]
    right: int | None


def _right_box(found: _Found, known: Sequence[Submission | None]) -> Floats | None:
    right = known[found.number]
    return None if right is None or found.right is None else np.asarray(right.boxes[found.right], dtype=np.float64)


def _no_rows() -> tuple[Indices, Indices, Indices]:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)


def _clusters(subs: Sequence[Submission], iou_min: float) -> list[list[tuple[int, int]]]:
    """The boxes of an item that mean the same: (submission, box) of each."""
    members = [(k, b) for k, sub in enumerate(subs) for b in range(len(sub.boxes))]
    if not members:
        return []
    boxes = np.array([subs[k].boxes[b] for k, b in members], dtype=np.float64)
    sources = np.array([k for k, _ in members])
    pairs = overlaps(boxes, boxes, iou_min)
    keep = (pairs.left < pairs.right) & (sources[pairs.left] != sources[pairs.right])
    pairs = Candidates(pairs.left[keep], pairs.right[keep], pairs.similarity[keep])
    order = np.argsort(-pairs.similarity, kind="stable").tolist()
    return [[members[i] for i in group] for group in clusters(sources.tolist(), pairs, order)]


def _classes(
    items: Sequence[Sequence[Submission]], found: Sequence[_Found], known: Sequence[Submission | None], workers: int
) -> tuple[list[Hashable | None], Floats]:
    """The class of each thing, and the probability of it given that the thing is there."""
    said: list[tuple[int, int, Hashable]] = []
    right: dict[int, Hashable] = {}
    for thing, (number, members, gold) in enumerate(found):
        for k, b in members:
            given = items[number][k].classes
            if given is not None:
                said.append((thing, items[number][k].worker, given[b]))
        truth = known[number]
        if truth is not None and truth.classes is not None and gold is not None:
            right[thing] = truth.classes[gold]
    names = sorted({name for _, _, name in said} | set(right.values()), key=repr)
    if len(names) < 2:
        return [names[0] if names else None] * len(found), np.ones(len(found))
    number_of = {name: number for number, name in enumerate(names)}
    labels = labels_of(
        [thing for thing, _, _ in said], [worker for _, worker, _ in said], [number_of[name] for *_, name in said],
        shape=(len(found), workers, len(names)),
    )  # fmt: skip
    gold_classes = np.full(len(found), -1, dtype=np.int64)
    for thing, name in right.items():
        gold_classes[thing] = number_of[name]
    inferred = hierarchical(labels, gold_classes)
    return [names[best] for best in inferred.best().tolist()], inferred.confidence()


def _middle(boxes: Sequence[Floats], weights: Sequence[float] | None) -> Floats:
    """The weighted median of each edge, as a box."""
    edges = [(x, y, x + w, y + h) for x, y, w, h in (box.tolist() for box in boxes)]
    left, top, right, bottom = (weighted_median(column, weights) for column in zip(*edges, strict=True))
    return np.array([left, top, max(right - left, 0.0), max(bottom - top, 0.0)])


def _localisation(
    items: Sequence[Sequence[Submission]],
    found: Sequence[_Found],
    boxes: Sequence[Floats],
    workers: int,
) -> Floats:
    """Mean IoU of each worker's boxes with what is known, or the middle of clusters of three or more: [workers]."""
    total, count = np.zeros(workers), np.zeros(workers)
    for (number, members, right), middle in zip(found, boxes, strict=True):
        if len(members) > 2 or (members and right is not None):
            own = np.array([items[number][k].boxes[b] for k, b in members])
            for (k, _), iou in zip(members, box_iou(own, middle[None])[:, 0].tolist(), strict=True):
                total[items[number][k].worker] += iou
                count[items[number][k].worker] += 1
    usual = (total.sum() + 3 * 0.75) / (count.sum() + 3)
    return (total + 5 * usual) / (count + 5)
