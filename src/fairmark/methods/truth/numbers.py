"""Numbers of several workers: who is off by how much, who scatters, and what the number is."""

from typing import NamedTuple

import numpy as np

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.labels import Floats, Indices, summed

ROUNDS = 60
_BIAS_COUNT, _SPREAD_COUNT = 4.0, 6.0


class Numbers(NamedTuple):
    """n judgements: worker w gave task t a finite value. All [n]; tasks and workers are numbers from 0."""

    tasks: Indices
    workers: Indices
    values: Floats
    tasks_n: int
    workers_n: int


class NumberInference(NamedTuple):
    """values, errors: [tasks], the answer and its standard deviation, in the unit given; NaN where nobody judged.
    bias: [workers], how far a worker is above the others on average; 0 for all if that foretells nothing. spread:
    [workers], standard deviation besides.
    """

    values: Floats
    errors: Floats
    bias: Floats
    spread: Floats


class _Fit(NamedTuple):
    """In units of the whole spread. held_out: mean distance of a judgement from what the others foretell."""

    truth: Floats
    unsure: Floats
    bias: Floats
    variance: Floats
    held_out: float


def infer_numbers(data: Numbers, *, gold: Floats | None = None, rounds: int = ROUNDS) -> NumberInference:
    """value = truth_t + bias_w + noise of spread_w, by EM; spread drawn to everybody's, bias to 0.

    Few judgements give the plain mean, many a mean weighted by 1 / spread^2. It is fitted with biases and without, and
    the fit kept that foretells left-out judgements better: where numbers pile up at an end of the scale (many zeros), a
    bias that is added harms. gold: [tasks], NaN where unknown; it is certain. errors take the workers for independent;
    where crowds share mistakes they are too small, on the data measured by half. O(n) a round.
    Raises Invalid for values that are not finite.
    Sources: Raykar et al., Learning from Crowds, JMLR 2010 (spread); Ipeirotis, Provost and Wang, KDD-HCOMP 2010
    (bias apart from error); choice by leave-one-out, Stone 1974.
    """
    if not np.isfinite(data.values).all():
        raise Invalid("A number is not finite.", mend="Leave it out.")
    known = np.full(data.tasks_n, np.nan) if gold is None else gold.astype(np.float64)
    if not len(data.values):
        nobody = np.full(data.workers_n, np.nan)
        return NumberInference(known, np.where(np.isnan(known), np.nan, 0.0), np.zeros(data.workers_n), nobody)
    # In units of the whole spread, so that priors mean the same for percents and for kilometres.
    middle, scale = float(np.mean(data.values)), float(np.std(data.values)) or 1.0
    z, fixed = (data.values - middle) / scale, (known - middle) / scale
    fit = min((_fitted(data, z, fixed, biased, rounds) for biased in (False, True)), key=lambda fit: fit.held_out)
    heard = (summed(data.tasks, np.ones(len(z)), data.tasks_n) > 0) | ~np.isnan(fixed)
    return NumberInference(
        np.where(heard, fit.truth * scale + middle, np.nan),
        np.where(heard, np.sqrt(fit.unsure) * scale, np.nan),
        fit.bias * scale,
        np.sqrt(fit.variance) * scale,
    )


def _fitted(data: Numbers, z: Floats, fixed: Floats, biased: bool, rounds: int) -> _Fit:
    t, w = data.tasks, data.workers
    said, judged = summed(t, np.ones(len(t)), data.tasks_n), summed(w, np.ones(len(w)), data.workers_n)
    free = np.isnan(fixed)
    truth = np.where(free, summed(t, z, data.tasks_n) / np.maximum(said, 1), fixed)
    unsure = np.where(free, 1.0 / np.maximum(said, 1), 0.0)
    bias, variance = np.zeros(data.workers_n), np.ones(data.workers_n)
    precision = np.maximum(said, 1)
    for _ in range(rounds):
        before = truth
        off = z - truth[t]
        if biased:
            bias = summed(w, off, data.workers_n) / (judged + _BIAS_COUNT)
            if free.all():
                # Without gold everybody's bias cannot be told from the truth: its mean is 0 by definition.
                bias = bias - float(bias @ judged) / len(z)
        square = np.square(off - bias[w]) + unsure[t]
        usual = max(float(square.mean()), 1e-9)
        variance = (summed(w, square, data.workers_n) + _SPREAD_COUNT * usual) / (judged + _SPREAD_COUNT)
        precision = np.maximum(summed(t, 1 / variance[w], data.tasks_n), 1e-9)
        truth = np.where(free, summed(t, (z - bias[w]) / variance[w], data.tasks_n) / precision, fixed)
        unsure = np.where(free, 1 / precision, 0.0)
        if np.abs(truth - before).max(initial=0.0) < 1e-6:
            break
    # What the others foretell of each judgement; a lone judgement is not foretold at all.
    own = 1 / variance[w]
    others = precision[t] - own
    several = (said[t] > 1) | ~free[t]
    rest = (truth[t] * precision[t] - (z - bias[w]) * own) / np.where(others > 1e-12, others, 1.0)
    foretold = np.where(free[t], rest, truth[t]) + bias[w]
    held_out = float(np.abs(z - foretold)[several].mean()) if several.any() else 0.0
    return _Fit(truth, unsure, bias, variance, held_out)
