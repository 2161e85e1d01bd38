"""Spans of several workers: which of the proposed ones are right, and of what class."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from fairmark.methods.truth.hierarchical import hierarchical
from fairmark.methods.truth.labels import Floats, labels_of

KEEP_MIN = 0.35
"""Probability from which a span is part of the answer: at an F1 of 0.7 to 0.8 that is where keeping pays (F1 / 2)."""


class Marking(NamedTuple):
    """One worker's spans of one item. spans: (start, end, class), offsets with start < end; none is an answer too."""

    worker: int
    spans: Sequence[tuple[float, float, Hashable]]


class Span(NamedTuple):
    """start, end: as they were given. confidence: that just this span with this class is right."""

    start: float
    end: float
    class_: Hashable
    confidence: float


class SpanInference(NamedTuple):
    """spans: per item, by start. skill: [workers], how often the worker judges a proposed span rightly."""

    spans: list[list[Span]]
    skill: Floats


def infer_spans(
    items: Sequence[Sequence[Marking]], workers: int, *, keep_min: float = KEEP_MIN, overlapping: bool = False,
    gold: Sequence[Marking | None] = (),
) -> SpanInference:  # fmt: skip
    """The spans of each item from the markings of it, exact to the offset.

    Each span that somebody proposed is a question to all who marked the item: its class, or "none"; `hierarchical`
    answers all of them at once, so it learns who is blind to what and who confuses which classes. The surest are taken
    first, down to keep_min; unless overlapping, none that overlaps one taken. gold: per item, all spans that are right,
    by no worker, or None; default none known. It teaches, and is the answer of its item. For segments in time, whose
    ends nobody hits exactly, see `segments`. O(proposals * workers of the item). Better, measured, than a model of
    tokens, which tears spans apart; compare Simpson and Gurevych, A Bayesian Approach for Sequence Tagging with Crowds,
    EMNLP 2019.
    """
    known = list(gold) or [None] * len(items)
    said_of = [
        [*markings] if right is None else [*markings, right] for markings, right in zip(items, known, strict=True)
    ]
    proposed = [
        (number, *ends)
        for number, markings in enumerate(said_of)
        for ends in sorted({(start, end) for marking in markings for start, end, _ in marking.spans})
    ]
    names = sorted({name for markings in said_of for marking in markings for *_, name in marking.spans}, key=repr)
    number_of = {name: number for number, name in enumerate(names)}
    tasks: list[int] = []
    who: list[int] = []
    said: list[int] = []
    right = np.full(len(proposed), -1, dtype=np.int64)

    def called(marking: Marking, start: float, end: float) -> int:
        own = {(s, e): name for s, e, name in marking.spans}
        return number_of[own[start, end]] if (start, end) in own else len(names)

    for task, (number, start, end) in enumerate(proposed):
        truth = known[number]
        right[task] = -1 if truth is None else called(truth, start, end)
        for marking in items[number]:
            tasks.append(task)
            who.append(marking.worker)
            said.append(called(marking, start, end))
    found = hierarchical(labels_of(tasks, who, said, shape=(len(proposed), workers, len(names) + 1)), right)
    spans: list[list[Span]] = [[] for _ in items]
    if names:
        of_classes = found.posterior[:, : len(names)]
        best, sure = of_classes.argmax(axis=1).tolist(), of_classes.max(axis=1).tolist()
        for (number, start, end), name, confidence in zip(proposed, best, sure, strict=True):
            spans[number].append(Span(start, end, names[name], confidence))
    chosen = [
        _chosen(each, keep_min, overlapping or truth is not None) for each, truth in zip(spans, known, strict=True)
    ]
    return SpanInference(chosen, found.skill)


def _chosen(spans: Sequence[Span], keep_min: float, overlapping: bool) -> list[Span]:
    """The surest spans first, each only if it overlaps none before; by start."""
    taken: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.confidence, span.start, span.end)):
        free = overlapping or all(span.end <= other.start or span.start >= other.end for other in taken)
        if span.confidence >= keep_min and free:
            taken.append(span)
    return sorted(taken, key=lambda span: (span.start, span.end))
