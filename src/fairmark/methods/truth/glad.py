"""GLAD: workers of some ability meet tasks of some difficulty."""

from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from fairmark.methods.truth.labels import (
    Floats,
    Indices,
    Inference,
    Labels,
    clamped,
    gold_of,
    normalised,
    shares,
    summed,
)


def glad(
    labels: Labels, gold: Indices | None = None, *, rounds: int = 30, steps: int = 12, tolerance: float = 1e-4
) -> Inference:
    """P(worker w is right about task t) = 1 / (1 + exp(-alpha_w beta_t)), beta_t > 0; other values share the rest.

    alpha_w ~ N(1, 1) is the ability, log beta_t ~ N(1, 1) the ease, as in the source. EM; the M step is `steps` steps
    of L-BFGS on both together. gold: [tasks], known values, else -1. Values equally likely beforehand. No habits of
    answering: where mistakes depend on the class, Dawid-Skene is better. Minutes from a million labels on.
    Source: Whitehill et al., Whose Vote Should Count More, NIPS 2009.
    """
    known, k = gold_of(gold, labels), max(labels.values_n, 2)
    posterior = clamped(shares(labels), known)
    even = np.full(labels.values_n, 1.0 / max(labels.values_n, 1))
    at = np.concatenate([np.ones(labels.workers_n), np.ones(labels.tasks_n)])
    if not len(labels):
        return Inference(posterior, np.full(labels.workers_n, np.nan), None, even)
    cells = labels.tasks * labels.values_n + labels.values
    for _ in range(rounds):
        right = posterior[labels.tasks, labels.values]
        at = np.asarray(
            minimize(_cost, at, (labels, right, k), method="L-BFGS-B", jac=True, options={"maxiter": steps}).x
        )
        strength = at[labels.workers] * np.exp(at[labels.workers_n + labels.tasks])
        # log P(right) - log P(one particular wrong value), written so that nothing overflows.
        odds = labels.weights * (strength + np.log(k - 1))
        new = clamped(normalised(summed(cells, odds, posterior.size).reshape(posterior.shape)), known)
        moved = np.abs(new - posterior).max(initial=0.0)
        posterior = new
        if moved < tolerance:
            break
    ease = np.exp(at[labels.workers_n :])
    skill = expit(at[: labels.workers_n] * (float(np.median(ease)) if len(ease) else 1.0))
    return Inference(posterior, skill, None, even)


def _cost(at: Floats, labels: Labels, right: Floats, k: int) -> tuple[float, Any]:
    """Negative expected log-posterior and its gradient. at: [workers + tasks], abilities, then logs of ease."""
    ability, ease = at[labels.workers], np.exp(at[labels.workers_n + labels.tasks])
    strength = ability * ease
    # log(1 + e^-x) and log(1 + e^x): minus the logs of being right and of being wrong.
    miss, hit = np.logaddexp(0, -strength), np.logaddexp(0, strength)
    cost = float((labels.weights * (right * miss + (1 - right) * (hit + np.log(k - 1)))).sum())
    slope = labels.weights * (expit(strength) - right)
    gradient = np.concatenate(
        [
            summed(labels.workers, slope * ease, labels.workers_n),
            summed(labels.tasks, slope * strength, labels.tasks_n),
        ]
    )
    return cost + 0.5 * float(np.square(at - 1).sum()), gradient + (at - 1)
