"""Which is better: items put in order by comparisons of two, ties included, of workers who differ in care."""

from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtr

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.labels import Floats, Indices, normalised, summed

LEFT, TIE, RIGHT = 0, 1, 2
SPREAD = 2.0
"""Standard deviation of the items' scores before anything is known, in log-odds."""
_CARE_SPREAD, _LEAN_SPREAD, _TIE_SPREAD = 0.7, 0.5, 1.0


class Comparisons(NamedTuple):
    """n judgements: worker w saw items left and right and said LEFT, TIE or RIGHT. All [n], numbers from 0."""

    workers: Indices
    left: Indices
    right: Indices
    said: Indices
    workers_n: int
    items_n: int


class PairInference(NamedTuple):
    """scores: [items], log-odds scale, mean 0. errors: [items], their standard deviations. care: [workers], factor on
    the difference a worker perceives: 1 usual, 0 a coin. lean: [workers], log-odds towards the left whatever it shows.
    """

    scores: Floats
    errors: Floats
    care: Floats
    lean: Floats

    def better(self, ours: Indices, theirs: Indices) -> Floats:
        """P(the score of item ours[k] is greater than that of theirs[k]): [k], both normal with their errors."""
        variance = np.square(self.errors[ours]) + np.square(self.errors[theirs])
        return np.asarray(ndtr((self.scores[ours] - self.scores[theirs]) / np.sqrt(variance)))


def bradley_terry(data: Comparisons, *, rounds: int = 200) -> PairInference:
    """Bradley-Terry with ties and with workers, by penalised maximum likelihood.

    With d = care_w (s_left - s_right) + lean_w: P(left) : P(tie) : P(right) = exp(d / 2) : exp(tie_w) : exp(-d / 2).
    s ~ N(0, SPREAD^2); log care, lean and tie (around everybody's) are normal, so a new worker is as everybody and one
    who compares at random loses all influence. Items that nothing connects stay at 0 with a wide error. Errors from the
    curvature in the scores alone. O(n) a step; millions of comparisons. Raises Invalid for data out of range.
    Sources: Bradley and Terry 1952; ties, Davidson 1970; workers, Chen, Bennett, Collins-Thompson and Horvitz,
    Pairwise Ranking Aggregation in a Crowdsourced Setting, WSDM 2013.
    """
    if len(data.said) and (data.said.min() < 0 or data.said.max() > 2):
        raise Invalid("A comparison says left (0), tie (1) or right (2).", mend="Use these numbers.")
    items, workers = data.items_n, data.workers_n
    at = np.zeros(items + 3 * workers + 1)
    if len(data.said):
        at = np.asarray(minimize(_cost, at, (data,), method="L-BFGS-B", jac=True, options={"maxiter": rounds}).x)
    scores, care = at[:items] - at[:items].mean() if items else at[:0], np.exp(at[items : items + workers])
    chances = _chances(at, data)
    # Fisher information of d: the variance of the score (+1/2, 0, -1/2) under the model.
    mean = (chances[:, LEFT] - chances[:, RIGHT]) / 2
    information = ((chances[:, LEFT] + chances[:, RIGHT]) / 4 - np.square(mean)) * np.square(care[data.workers])
    total = summed(data.left, information, items) + summed(data.right, information, items) + 1 / SPREAD**2
    return PairInference(scores, 1 / np.sqrt(total), care, at[items + workers : items + 2 * workers])


def _parts(at: Floats, data: Comparisons) -> tuple[Floats, Floats, Floats, Floats, float]:
    i, w = data.items_n, data.workers_n
    return at[:i], at[i : i + w], at[i + w : i + 2 * w], at[i + 2 * w : i + 3 * w], float(at[-1])


def _chances(at: Floats, data: Comparisons) -> Floats:
    """P(left), P(tie), P(right) of each judgement: [n, 3]."""
    scores, care, lean, tie, usual = _parts(at, data)
    d = np.exp(care[data.workers]) * (scores[data.left] - scores[data.right]) + lean[data.workers]
    return normalised(np.stack([d / 2, usual + tie[data.workers], -d / 2], axis=1))


def _cost(at: Floats, data: Comparisons) -> tuple[float, Any]:
    """Negative log-posterior and its gradient."""
    scores, care, lean, tie, usual = _parts(at, data)
    i, w = data.items_n, data.workers_n
    factor, apart = np.exp(care[data.workers]), scores[data.left] - scores[data.right]
    chances = _chances(at, data)
    likelihood = np.log(np.maximum(chances[np.arange(len(data.said)), data.said], 1e-300)).sum()
    # Slopes of the log-likelihood along d and along the tie's log-weight.
    by_d = ((data.said == LEFT) - chances[:, LEFT] - (data.said == RIGHT) + chances[:, RIGHT]) / 2
    by_tie = (data.said == TIE) - chances[:, TIE]
    gradient = np.concatenate(
        [
            summed(data.left, by_d * factor, i) - summed(data.right, by_d * factor, i) - scores / SPREAD**2,
            summed(data.workers, by_d * factor * apart, w) - care / _CARE_SPREAD**2,
            summed(data.workers, by_d, w) - lean / _LEAN_SPREAD**2,
            summed(data.workers, by_tie, w) - tie / _TIE_SPREAD**2,
            [by_tie.sum() - usual / 100],
        ]
    )
    penalty = (
        np.square(scores).sum() / SPREAD**2
        + np.square(care).sum() / _CARE_SPREAD**2
        + np.square(lean).sum() / _LEAN_SPREAD**2
        + np.square(tie).sum() / _TIE_SPREAD**2
        + usual**2 / 100
    )
    return float(penalty / 2 - likelihood), -gradient
