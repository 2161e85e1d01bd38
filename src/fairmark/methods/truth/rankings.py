"""Orders of several items from several workers: Plackett-Luce."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtr

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.labels import Floats, Indices

SPREAD = 2.0
_CARE_SPREAD = 0.7


class Ranking(NamedTuple):
    """One worker's order of some items, the best first; each at most once. worker, items: numbers from 0."""

    worker: int
    items: Sequence[int]


class RankInference(NamedTuple):
    """scores: [items], log-odds scale, mean 0. errors: [items], their standard deviations. care: [workers], 1 usual,
    0 an order at random.
    """

    scores: Floats
    errors: Floats
    care: Floats

    def order(self) -> list[int]:
        """The items, best first; among equals the lower number."""
        return np.argsort(-self.scores, kind="stable").tolist()

    def better(self, ours: Indices, theirs: Indices) -> Floats:
        """P(the score of item ours[k] is greater than that of theirs[k]): [k], both normal with their errors."""
        variance = np.square(self.errors[ours]) + np.square(self.errors[theirs])
        return np.asarray(ndtr((self.scores[ours] - self.scores[theirs]) / np.sqrt(variance)))


def plackett_luce(rankings: Sequence[Ranking], items: int, workers: int, *, rounds: int = 200) -> RankInference:
    """The first is chosen with chances exp(care_w s_i), then the next among the rest, and so on; penalised likelihood.

    s ~ N(0, SPREAD^2), log care ~ N(0, 0.7^2). Partial orders are fine: what is not named says nothing. With two items
    an order it is Bradley-Terry. Errors from the curvature in the scores alone. O(sum of lengths squared) a step.
    Raises Invalid for an item twice or out of range. Sources: Luce 1959; Plackett 1975; workers' care: the
    discrimination of Chen et al. 2013 (see `pairs`).
    """
    for ranking in rankings:
        if len(set(ranking.items)) < len(ranking.items) or any(not 0 <= item < items for item in ranking.items):
            raise Invalid("A ranking names an item twice, or one that is not there.", mend="Name each item once.")
    at = np.zeros(items + workers)
    useful = [ranking for ranking in rankings if len(ranking.items) > 1]
    if useful:
        at = np.asarray(
            minimize(_cost, at, (useful, items), method="L-BFGS-B", jac=True, options={"maxiter": rounds}).x
        )
    scores, care = at[:items], np.exp(at[items:])
    return RankInference(scores - scores.mean() if items else scores, _errors(scores, care, useful), care)


def _errors(scores: Floats, care: Floats, rankings: Sequence[Ranking]) -> Floats:
    """From the Fisher information of each score: p (1 - p) of every choice that it was part of, and the prior's."""
    information = np.full(len(scores), 1 / SPREAD**2)
    for ranking in rankings:
        order, own = np.asarray(ranking.items), float(care[ranking.worker])
        for place in range(len(order) - 1):
            rest = own * scores[order[place:]]
            chance = np.exp(rest - np.logaddexp.reduce(rest))
            np.add.at(information, order[place:], own**2 * chance * (1 - chance))
    return 1 / np.sqrt(information)


def _cost(at: Floats, rankings: Sequence[Ranking], items: int) -> tuple[float, Any]:
    cost, gradient = 0.0, np.zeros_like(at)
    for ranking in rankings:
        order, worker = np.asarray(ranking.items), items + ranking.worker
        care = float(np.exp(at[worker]))
        seen = care * at[order]
        for place in range(len(order) - 1):
            rest = seen[place:]
            total = float(np.logaddexp.reduce(rest))
            cost -= float(rest[0]) - total
            slope = np.exp(rest - total)
            slope[0] -= 1.0
            np.add.at(gradient, order[place:], care * slope)
            gradient[worker] += float(slope @ rest)
    penalty = np.concatenate([at[:items] / SPREAD**2, at[items:] / _CARE_SPREAD**2])
    return cost + float(penalty @ at) / 2, gradient + penalty
