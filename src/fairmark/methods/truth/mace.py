"""MACE: a worker either knows the answer or guesses by habit."""

import numpy as np
from scipy.special import digamma

from fairmark.methods.truth.labels import (
    Floats,
    Indices,
    Inference,
    Labels,
    agreement_with,
    clamped,
    gold_of,
    normalised,
    shares,
)

STARTS = (0.0, 1.0, 3.0, 6.0)
"""Exponents of the agreement with the majority that EM starts from: the greater, the more experts count."""


def mace(
    labels: Labels, gold: Indices | None = None, *, rounds: int = 50, alpha: float = 0.5, beta: float = 0.5
) -> Inference:
    """Worker w knows the answer with probability theta_w, else says l with probability xi_w[l]; variational EM.

    P(l | c) = theta_w [l = c] + (1 - theta_w) xi_w[l], values equally likely beforehand. alpha: Dirichlet prior of xi,
    beta: of (1 - theta, theta). gold: [tasks], known values, else -1. The original starts at random; here EM starts
    from len(STARTS) fixed points and keeps the likeliest end, so the order of workers and tasks does not matter.
    Who is always wrong passes for one who guesses. K numbers per worker: fits tens of values and workers with ten
    judgements. Too sure where workers make the same mistakes. O(labels * K) a round.
    Source: Hovy, Berg-Kirkpatrick, Vaswani and Hovy, NAACL 2013.
    """
    known, (w, k) = gold_of(gold, labels), (labels.workers_n, labels.values_n)
    even = np.full(k, 1.0 / max(k, 1))
    if not k or not labels.tasks_n:
        return Inference(shares(labels), np.full(w, np.nan), None, even)
    matrix = labels.matrix()
    agreement = np.nan_to_num(agreement_with(labels, clamped(shares(labels), known)), nan=0.5)
    ends: list[tuple[float, Floats, Floats, Floats]] = []
    for power in STARTS:
        theta: Floats = np.clip(agreement**power, 0.05, 0.95) if power else np.full(w, 0.5)
        xi = np.full((w, k), 1.0 / k)
        likelihood, posterior = -np.inf, shares(labels)
        for _ in range(rounds):
            says = _says(theta, xi)
            logs = matrix @ np.log(np.maximum(says, 1e-300)).transpose(0, 2, 1).reshape(w * k, k)
            posterior = clamped(normalised(logs), known)
            likelihood = float(np.logaddexp.reduce(logs, axis=1).sum())
            said = np.asarray(matrix.T @ posterior).reshape(w, k, k)
            own = np.einsum("wll->wl", said)
            knew = own * theta[:, None] / np.maximum(np.einsum("wll->wl", says), 1e-300)
            guessed = said.sum(axis=2) - knew
            theta, xi = _expectations(knew, guessed, alpha, beta)
        ends.append((likelihood, posterior, theta, xi))
    _, posterior, theta, xi = max(ends, key=lambda end: end[0])
    # The variational weights sum to less than 1; a table of probabilities has to sum to 1.
    confusion = _says(theta, xi)
    confusion = confusion / np.maximum(confusion.sum(axis=2, keepdims=True), 1e-300)
    return Inference(posterior, np.einsum("wcc->wc", confusion).mean(axis=1), confusion, even)


def _says(theta: Floats, xi: Floats) -> Floats:
    """P(l | c): [workers, K (c), K (l)]."""
    guess = (1 - theta)[:, None, None] * xi[:, None, :]
    return theta[:, None, None] * np.eye(xi.shape[1]) + guess


def _expectations(knew: Floats, guessed: Floats, alpha: float, beta: float) -> tuple[Floats, Floats]:
    """exp E[log theta] and exp E[log xi], 1 - theta likewise: theta is scaled so that the two sum to 1."""
    know, guess = knew.sum(axis=1) + beta, guessed.sum(axis=1) + beta
    both = digamma(know + guess)
    right, wrong = np.exp(digamma(know) - both), np.exp(digamma(guess) - both)
    spread = guessed + alpha
    xi = np.exp(digamma(spread) - digamma(spread.sum(axis=1, keepdims=True)))
    return right / (right + wrong), xi
