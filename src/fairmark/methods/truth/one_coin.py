"""One coin per worker: a single chance of being right, whatever the truth."""

import numpy as np

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

RIGHT, WRONG = 4.0, 1.0
"""Pseudo-judgements each worker starts with: an accuracy of 0.8 that five judgements are worth."""


def one_coin(
    labels: Labels,
    gold: Indices | None = None,
    *,
    rounds: int = 100,
    tolerance: float = 1e-5,
    right: float = RIGHT,
    wrong: float = WRONG,
) -> Inference:
    """Dawid and Skene with one parameter per worker, by EM, every value equally likely beforehand.

    A worker says the truth with probability p, any other value with (1 - p) / (K - 1). p is the posterior mean under
    Beta(right, wrong). gold: [tasks], known values, else -1. Stops when no posterior moves by more than tolerance.
    The prior over values stays even: estimated, it collapses onto one value where labels are few. Linear in labels.
    Source: Zhang et al., Spectral Methods Meet EM, 2014; Raykar and Yu 2012 for the prior.
    """
    known, values = gold_of(gold, labels), max(labels.values_n, 2)
    posterior = clamped(shares(labels), known)
    said = summed(labels.workers, labels.weights, labels.workers_n)
    skill = np.full(labels.workers_n, right / (right + wrong))
    cells = labels.tasks * labels.values_n + labels.values
    for _ in range(rounds):
        agreed = summed(labels.workers, labels.weights * posterior[labels.tasks, labels.values], labels.workers_n)
        skill = (agreed + right) / (said + right + wrong)
        odds: Floats = np.log(skill * (values - 1) / (1 - skill))
        logs = summed(cells, labels.weights * odds[labels.workers], posterior.size)
        new = clamped(normalised(logs.reshape(posterior.shape)), known) if posterior.size else posterior
        moved = np.abs(new - posterior).max(initial=0.0)
        posterior = new
        if moved < tolerance:
            break
    # Wrong answers spread evenly: the table has skill on its diagonal.
    wrongs = ((1 - skill) / (values - 1))[:, None, None]
    confusion = np.where(np.eye(labels.values_n, dtype=np.bool_), skill[:, None, None], wrongs)
    return Inference(posterior, skill, confusion, np.full(labels.values_n, 1.0 / max(labels.values_n, 1)))
