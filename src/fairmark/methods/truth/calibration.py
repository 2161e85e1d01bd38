"""Honest confidence: judges who share their mistakes count for less than their number."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from fairmark.methods.truth.labels import Floats, Indices, normalised

SCALE = 0.75
"""What a lone judge's evidence is worth of what the model makes of it: the crowd has errors it cannot see in itself."""
FEW_TASKS = 70.0
"""With so many tasks, half of what makes one surer than another is believed; with fewer, soon little of it."""
_SCALE_SPREAD, _TIE, _NEGLIGIBLE = 0.5, 1e-9, 1e-4
SCALE_MIN, SCALE_MAX = 0.2, 1.4


def effective_judges(total: Floats, squares: Floats) -> Floats:
    """How many equally informative judges a task had: (sum of information)^2 / sum of squares, at least 1.

    total, squares: [tasks], sums over a task's judgements of the judges' informativeness and of its square. Spammers
    add nothing. Source: the effective sample size of Kish, Survey Sampling, 1965.
    """
    return np.maximum(np.divide(np.square(total), squares, out=np.ones_like(total), where=squares > 0), 1.0)


def patience(judges: Floats, scale: float = SCALE) -> Floats:
    """Factor on a task's log-odds: scale / sqrt(effective judges), at most 1; [tasks].

    Independent judges' log-odds add up, as n; but crowds share mistakes (an unclear picture misleads all), and measured
    over many crowds the evidence of n judges grows as sqrt(n). Log-odds times this factor is that growth.
    With all judges alike and in agreement it equals sqrt(sum of squares), so one more agreeing judge never lowers it.
    """
    return np.minimum(1.0, scale / np.sqrt(judges))


def calibrated(logs: Floats, judges: Floats, scale: float = SCALE, log_prior: Floats | None = None) -> Floats:
    """The posterior of evidence `logs`, [tasks, K], with its log-odds times `patience`: [tasks, K].

    log_prior: [K], added as it is, for it is no judge's; None: even.
    """
    evidence = logs * patience(judges, scale)[:, None]
    return normalised(evidence if log_prior is None else evidence + log_prior)


def drawn(posterior: Floats, ranked: Floats | None, tasks: int) -> Floats:
    """`posterior`, [tasks, K], drawn to what is usual for a task's likeliest value, for its second, and so on.

    ranked: [K], what is usual, the mean over `tasks` tasks; None: not known. That one task is surer than another has to
    be learnt like all else, and a few tasks do not teach it: the usual weighs 1 / (1 + (tasks / FEW_TASKS)^2). The
    order of a task's values stays; equal ones stay equal. Source: shrinkage to the mean, Efron and Morris, JASA 1975.
    """
    weight = 1.0 / (1.0 + (tasks / FEW_TASKS) ** 2)
    if ranked is None or not tasks or weight < _NEGLIGIBLE:
        return posterior
    upto = np.concatenate([[0.0], np.cumsum(ranked)])
    usual = np.empty_like(posterior)
    for value in range(posterior.shape[1]):
        own = posterior[:, value, None]
        above = (posterior > own + _TIE).sum(axis=1)
        alike = (np.abs(posterior - own) <= _TIE).sum(axis=1)
        usual[:, value] = (upto[above + alike] - upto[above]) / alike
    return (1 - weight) * posterior + weight * usual


def scale_of(logs: Floats, judges: Floats, gold: Indices, log_prior: Floats | None = None) -> float:
    """The scale under which gold is likeliest, drawn towards SCALE: a few gold tasks move it a little.

    logs, judges, log_prior: as in `calibrated`, of a model that saw little of the task's own gold.
    gold: [tasks], -1 where unknown. log(scale / SCALE) ~ N(0, 0.5^2), between SCALE_MIN and SCALE_MAX.
    Source: temperature scaling, Guo et al., ICML 2017, with a prior.
    """
    known = np.nonzero(gold >= 0)[0]
    if not len(known):
        return SCALE
    # Imported here, and below, because scipy.optimize takes a second and 60 MB, and most projects have no gold.
    from scipy.optimize import minimize_scalar

    def cost(log_scale: float) -> float:
        found = calibrated(logs[known], judges[known], float(np.exp(log_scale)), log_prior)
        right = found[np.arange(len(known)), gold[known]]
        prior = 0.5 * ((log_scale - np.log(SCALE)) / _SCALE_SPREAD) ** 2
        return prior - float(np.log(np.maximum(right, 1e-12)).sum())

    found = minimize_scalar(cost, bounds=(np.log(SCALE_MIN), np.log(SCALE_MAX)), method="bounded")
    return float(np.exp(found.x))


class Temper(NamedTuple):
    """Log-odds times `slope` plus `shift`."""

    slope: float
    shift: float

    def __call__(self, probability: Floats) -> Floats:
        """The probabilities, [n], tempered."""
        return np.asarray(expit(self.slope * logit(np.clip(probability, 1e-6, 1 - 1e-6)) + self.shift))


def temper_of(probability: Floats, right: Floats) -> Temper:
    """The temper under which what turned out right, [n] of 0 or 1, is likeliest; drawn to none at all: few change
    little.

    log(slope) ~ N(0, 0.5^2), shift ~ N(0, 1). Two numbers, found by simplex search.
    Source: Platt 1999, with priors.
    """
    if not len(probability):
        return Temper(1.0, 0.0)
    from scipy.optimize import minimize

    odds = logit(np.clip(probability, 1e-6, 1 - 1e-6))

    def cost(point: Floats) -> float:
        logs = np.exp(point[0]) * odds + point[1]
        said = np.where(right > 0.5, -np.logaddexp(0, -logs), -np.logaddexp(0, logs))
        return 0.5 * (point[0] / _SCALE_SPREAD) ** 2 + 0.5 * point[1] ** 2 - float(said.sum())

    found = minimize(cost, np.zeros(2), method="Nelder-Mead", options={"maxiter": 200, "xatol": 1e-3})
    return Temper(float(np.exp(found.x[0])), float(found.x[1]))
