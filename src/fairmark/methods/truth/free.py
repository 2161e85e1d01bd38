"""Answers that are right or wrong as a whole and mean something else in every task: dates, ids, names, short texts."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from fairmark.methods.truth.calibration import SCALE
from fairmark.methods.truth.hierarchical import LEARNING
from fairmark.methods.truth.labels import Floats, summed

ROUNDS = 30
OTHERS = 5
"""How many wrong answers are as likely as the ones that were given: misspellings are many."""
RIGHT, RIGHT_COUNT = 0.75, 4.0
"""How often somebody is right before anything is known, and how many answers that belief is worth."""


class Said(NamedTuple):
    """One worker's answer. worker: number from 0."""

    worker: int
    value: Hashable


class FreeInference(NamedTuple):
    """answers: per task, each answer given with its probability, the likeliest first; they sum to less than 1, for none
    may be right. skill: [workers], 0 to 1, how often right.
    """

    answers: list[list[tuple[Hashable, float]]]
    skill: Floats


def infer_free(tasks: Sequence[Sequence[Said]], workers: int, *, gold: Sequence[Hashable | None] = (),
               rounds: int = ROUNDS) -> FreeInference:  # fmt: skip
    """One coin per worker over the answers that were given, by EM.

    A worker gives the right answer with their skill, else one of as many wrong ones as were given, or OTHERS if that
    is more. Learnt from tasks of two answers or with gold. gold: per task, the known answer or None; default none
    known. O(answers) a round. Source: Dawid and Skene 1979 with one parameter; a random vocabulary as in Demartini et
    al. 2012.
    """
    known = list(gold) or [None] * len(tasks)
    skill = np.full(workers, RIGHT)
    answers = [_weighed(said, skill, len(said) ** -LEARNING) if said else [] for said in tasks]
    for _ in range(rounds):
        right, judged = np.zeros(workers), np.zeros(workers)
        for said, found, truth in zip(tasks, answers, known, strict=True):
            if len(said) < 2 and truth is None:
                continue
            chance = dict(found) if truth is None else {truth: 1.0}
            who = np.array([each.worker for each in said], dtype=np.int64)
            right += summed(who, np.array([chance.get(each.value, 0.0) for each in said]), workers)
            judged += summed(who, np.ones(len(who)), workers)
        before, skill = skill, (right + RIGHT * RIGHT_COUNT) / (judged + RIGHT_COUNT)
        if np.abs(skill - before).max(initial=0.0) < 1e-6:
            break
        answers = [_weighed(said, skill, len(said) ** -LEARNING) if said else [] for said in tasks]
    return FreeInference([weighed(said, skill) for said in tasks], skill)


def weighed(said: Sequence[Said], skill: Floats) -> list[tuple[Hashable, float]]:
    """The answers to one task by workers of a known skill, [workers], with their probabilities, the likeliest first.

    Evidence of n workers grows as its root, as in `calibration.patience`; the rest to 1 is for an answer nobody gave.
    """
    return _weighed(said, skill, min(1.0, SCALE / float(np.sqrt(len(said))))) if said else []


def _weighed(said: Sequence[Said], skill: Floats, factor: float) -> list[tuple[Hashable, float]]:
    values = list(dict.fromkeys(each.value for each in said))
    others = max(len(values), OTHERS)
    able = np.clip(skill, 0.05, 0.99)
    odds = np.log(able * others / (1 - able))
    logs = np.array([sum(float(odds[each.worker]) for each in said if each.value == value) for value in values])
    # An answer that nobody gave has no evidence for it: odds of 1.
    weight = np.exp(factor * logs)
    chance = (weight / (weight.sum() + max(others - len(values), 1))).tolist()
    return sorted(zip(values, chance, strict=True), key=lambda entry: -entry[1])
