"""When to ask one more person: while the expected gain is worth its price."""

import math
from enum import Enum
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from fairmark.methods.truth.calibration import calibrated, effective_judges, patience
from fairmark.methods.truth.hierarchical import Fit, Learnt, Part, evidence, log_prior, mixed
from fairmark.methods.truth.judges import RIGHT, informativeness
from fairmark.methods.truth.labels import Floats, Indices, clamped, normalised

AHEAD = (1, 2, 4, 8)
"""Numbers of further judgements that are weighed up."""
_TRUSTED = 2 * RIGHT - 1
"""What it is worth to know what the crowd will settle on: it is right RIGHT of the time, and else wrong."""
_NODES, _MASSES = np.polynomial.hermite_e.hermegauss(7)
_WEIGHTS = _MASSES / _MASSES.sum()


class Next(Enum):
    """What to do with a task. ESCALATE: more of the same would not help; somebody who knows better could."""

    STOP = "stop"
    ASK = "ask"
    ESCALATE = "escalate"


class Rule(NamedTuple):
    """target: confidence, 0 to 1, at which a task is done. price: gain in the chance to be right that one more
    judgement has to bring, 0 to 1; what a judgement costs over what a right answer is worth. least, most: judgements
    per task, in any case and at the utmost. hopeless: with at most this confidence a task that is not worth another
    judgement is escalated instead of accepted.
    """

    target: float = 0.9
    price: float = 0.003
    least: int = 2
    most: int = 20
    hopeless: float = 0.6


class Outlook(NamedTuple):
    """posterior: [tasks, K]. confidence: [tasks]. gain: [tasks], expected rise of the confidence by the judgement that
    the crowd's next member would give, 0 to 1 (per judgement, if several together bring more).
    """

    posterior: Floats
    confidence: Floats
    gain: Floats


def outlook(part: Part, learnt: Learnt) -> Outlook:
    """What is believed of each task, and what the next judgements of typical workers would add.

    More of the same can only show what the crowd will settle on, and that is surer than what is true: its log-odds grow
    with the judges' number to the power of 3/4 (see `_haste`), not 1/2. So the expected value of information (Howard
    1966) is that of the crowd's answer, between the likeliest value and its rival, times what that answer is worth: m
    further judgements of a worker with the mean confusion table move the log-odds by a sum whose mean and variance the
    table gives, taken as normal; the gain is the expected greater of the two posteriors less the present one. One
    judgement often cannot turn a majority though several can (Frazier and Powell 2010), so it is the best of
    gain(m) / m for m in AHEAD. O(tasks K).
    """
    outlooks = [_outlook(part, learnt, fit) for fit in learnt.fits]
    posterior = clamped(mixed([posterior for posterior, _ in outlooks], part.votes, learnt.scale), part.gold)
    gain = np.where(part.gold >= 0, 0.0, np.mean([gain for _, gain in outlooks], axis=0))
    return Outlook(posterior, posterior.max(axis=1, initial=0.0), gain)


def _outlook(part: Part, learnt: Learnt, fit: Fit) -> tuple[Floats, Floats]:
    logs, judges = evidence(part, fit)
    prior = log_prior(fit)
    posterior = calibrated(logs, judges, learnt.scale, prior)
    settled = normalised(logs * _haste(judges)[:, None] + prior)
    information = np.repeat(informativeness(fit.tables), logs.shape[1])
    total, squares = part.matrix @ information, part.matrix @ np.square(information)
    typical = fit.tables.mean(axis=0)
    worth = float(informativeness(typical[None])[0])
    mean, variance = _drift(typical)
    rows = np.arange(len(logs))
    order = np.argsort(-settled, axis=1, kind="stable")
    best, rival = order[:, 0], order[:, 1]
    odds = logs[rows, best] - logs[rows, rival]
    before = prior[best] - prior[rival]
    mass = settled[rows, best] + settled[rows, rival]
    right = settled[rows, best] / mass
    gain = np.zeros(len(logs))
    for steps in AHEAD:
        factor = _haste(effective_judges(total + steps * worth, squares + steps * worth**2))
        greater = np.zeros(len(logs))
        for chance, towards in ((right, mean[best, rival]), (1 - right, -mean[rival, best])):
            spread = np.sqrt(steps * variance[best, rival])
            for node, weight in zip(_NODES, _WEIGHTS, strict=True):
                greater += chance * weight * expit(np.abs(before + factor * (odds + steps * towards + spread * node)))
        gain = np.maximum(gain, mass * (greater - right) / steps)
    return posterior, _TRUSTED * gain


def _haste(judges: Floats) -> Floats:
    """Factor on log-odds where it is asked what the crowd will settle on, [tasks]: the root of `patience`.

    Of what judges share, more of the same cannot mend the part that is everybody's; so nothing of `SCALE` is in it.
    """
    return np.sqrt(patience(judges, 1.0))


def _drift(typical: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of log T(c, l) / T(r, l) when c is true: [K (c), K (r)] each."""
    logs = np.log(typical)
    ratio = logs[:, None, :] - logs[None, :, :]
    mean = (typical[:, None, :] * ratio).sum(axis=2)
    return mean, (typical[:, None, :] * np.square(ratio)).sum(axis=2) - np.square(mean)


def look_gain(probability: Floats, recall: float, coincidence: float) -> Floats:
    """What one more look at a thing is expected to add to being right about whether it is there: [things], 0 to 1.

    probability: [things], that it is there. recall: how often a typical worker marks a thing that is. coincidence: how
    often one that is not. Exact for m further looks, of which any number mark it; best of gain(m) / m for m in AHEAD,
    as in `outlook`. Source: expected value of information, Howard 1966.
    """
    present = np.maximum(probability, 1 - probability)
    best = np.zeros_like(probability)
    for looks in AHEAD:
        after = np.zeros_like(probability)
        for marks in range(looks + 1):
            ways = math.comb(looks, marks)
            there = ways * recall**marks * (1 - recall) ** (looks - marks) * probability
            not_there = ways * coincidence**marks * (1 - coincidence) ** (looks - marks) * (1 - probability)
            after += np.maximum(there, not_there)
        best = np.maximum(best, (after - present) / looks)
    return np.maximum(best, 0.0)


def decide(seen: Outlook, voices: Indices | Floats, rule: Rule) -> list[Next]:
    """What to do with each task. voices: [tasks], judgements it has."""
    ask = np.asarray(voices < rule.least)
    still_open = (seen.confidence < rule.target) & (seen.gain > rule.price) & (voices < rule.most)
    lost = ~ask & ~still_open & (seen.confidence <= rule.hopeless)
    return [
        Next.ASK if more or still else Next.ESCALATE if hopeless else Next.STOP
        for more, still, hopeless in zip(ask.tolist(), still_open.tolist(), lost.tolist(), strict=True)
    ]
