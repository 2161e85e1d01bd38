"""How good answers are where the truth is known."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from fairmark.methods.matching import box_iou
from fairmark.methods.truth.labels import Floats, Indices
from fairmark.methods.truth.text import distances


def scores(posterior: Floats, truth: Indices) -> dict[str, float]:
    """accuracy in per cent (a tie counts as the chance of a pick), ece in ten bins, nll; F1 of class 1 of two."""
    known = truth != -1
    posterior, truth = posterior[known], truth[known]
    rows, named = np.arange(len(truth)), truth >= 0
    top = posterior.max(axis=1)
    ties = np.isclose(posterior, top[:, None], atol=1e-9)
    right = np.where(named, ties[rows, np.maximum(truth, 0)] / ties.sum(axis=1), 0.0)
    chance = np.where(named, posterior[rows, np.maximum(truth, 0)], 0.0)
    found = {
        "accuracy": 100 * float(right.mean()),
        "ece": calibration_error(top, right),
        "nll": float(-np.log(np.maximum(chance, 1e-6)).mean()),
    }
    if posterior.shape[1] == 2:
        said = posterior.argmax(axis=1)
        hits = float(((said == 1) & (truth == 1)).sum())
        found["f1"] = 100 * 2 * hits / max(float((said == 1).sum() + (truth == 1).sum()), 1.0)
    return found


def words(text: str) -> list[str]:
    """Lower case, without punctuation but the apostrophe."""
    return re.sub(r"[^\w\s']|_", "", text.lower()).split()


def word_errors(answers: list[list[str]], truths: list[list[str]]) -> tuple[float, float]:
    """Word error rate over all words, and the mean of the tasks'."""
    number_of: dict[str, int] = {}

    def numbers(text: list[str]) -> NDArray[np.int64]:
        return np.array([number_of.setdefault(word, len(number_of)) for word in text], dtype=np.int64)

    edits = distances([(numbers(answer), numbers(truth)) for answer, truth in zip(answers, truths, strict=True)])
    lengths = np.array([max(len(truth), 1) for truth in truths])
    return float(edits.sum() / lengths.sum()), float((edits / lengths).mean())


def box_f1(found: list[Floats], truth: list[Floats], iou_min: float = 0.5) -> tuple[float, float]:
    """F1 after the best one-to-one matching per image, and the mean IoU of what matched."""
    ious: list[float] = []
    for ours, theirs in zip(found, truth, strict=True):
        if len(ours) and len(theirs):
            iou = box_iou(ours, theirs)
            iou = np.where(iou >= iou_min, iou, 0.0)
            rows, columns = linear_sum_assignment(-iou)
            ious += [value for value in iou[rows, columns].tolist() if value > 0]
    total = sum(map(len, found)) + sum(map(len, truth))
    return 2 * len(ious) / max(total, 1), float(np.mean(ious)) if ious else 0.0


def set_f1(found: list[set[Any]], truth: list[set[Any]]) -> float:
    """F1 of exact hits over all tasks."""
    hits = sum(len(ours & theirs) for ours, theirs in zip(found, truth, strict=True))
    return 2 * hits / max(sum(map(len, found)) + sum(map(len, truth)), 1)


def calibration_error(confidence: Floats, right: Floats) -> float:
    """Expected calibration error: the gap between confidence and accuracy in ten equal bins, weighted; 0 to 1.

    confidence, right: [n], 0 to 1. 0.0 for nothing. Source: Naeini, Cooper and Hauskrecht, AAAI 2015.
    """
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(float(right[bins == b].sum() - confidence[bins == b].sum())) for b in range(10)]
    return sum(gaps) / max(len(confidence), 1)
