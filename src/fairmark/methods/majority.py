"""The weighted majority vote, and how sure it is."""

import math
from collections.abc import Hashable, Sequence
from typing import Generic, NamedTuple, TypeVar

from fairmark.kernel.errors import Invalid

ACCURACY = 0.8
"""How often one vote is taken to be right while nothing is known of the voters."""

_Value = TypeVar("_Value", bound=Hashable)


class Verdict(NamedTuple, Generic[_Value]):
    """share: of the weight behind `value`. confidence: probability that it is right. tied: another has as much."""

    value: _Value
    share: float
    confidence: float
    tied: bool


def relative(weights: Sequence[float] | None, count: int) -> list[float]:
    """`count` weights with mean 1. None: all alike. Raises Invalid unless they are finite, >= 0 and not all 0."""
    if weights is None:
        return [1.0] * count
    total = math.fsum(weights)
    if len(weights) != count or not 0 < total < math.inf or min(weights) < 0:
        raise Invalid("Weights are wanted: one per vote, none below 0, not all 0.", mend="Correct the weights.")
    return [weight * count / total for weight in weights]


def majority(
    votes: Sequence[_Value], weights: Sequence[float] | None = None, *, accuracy: float = ACCURACY, choices: int = 2
) -> Verdict[_Value]:
    """The value with the greatest weight of votes; among equals the one voted for first.

    weights: relative to one another, default all alike. accuracy: 0.5 to 1, exclusive, of a vote of mean weight.
    choices: how many values can be voted for; 2 is the cautious choice where mistakes fall on one rival.
    Raises Invalid for no votes or bad weights.

    The confidence is the posterior of the one-coin model (Dawid and Skene 1979 with one parameter) under equal priors:
    a voter is right with probability p, else any of the other K - 1 values is as likely, so

        P(v) = exp(l W_v) / sum over the K values u of exp(l W_u),   l = log(p (K - 1) / (1 - p)),

    with W_v the weight behind v. For p = 0.8 and K = 2, l = log 4: one vote gives 4/5, two against none 16/17, two
    against one 4/5, one against one 1/2.
    """
    behind = _tally(votes, weights)
    value = max(behind, key=lambda candidate: behind[candidate])
    best = behind[value]
    # Sums of the same weights in another order can differ in the last digits.
    tied = sum(math.isclose(weight, best, rel_tol=1e-9) for weight in behind.values()) > 1
    return Verdict(value, best / len(votes), _posterior(value, behind, accuracy, choices), tied)


def confidence(
    value: _Value,
    votes: Sequence[_Value],
    weights: Sequence[float] | None = None,
    *,
    accuracy: float = ACCURACY,
    choices: int = 2,
) -> float:
    """The probability that `value`, voted for or not, is right: the posterior of `majority`, arguments as there."""
    return _posterior(value, _tally(votes, weights), accuracy, choices)


def _tally(votes: Sequence[_Value], weights: Sequence[float] | None) -> dict[_Value, float]:
    """The relative weight behind each value, in the order of the first votes."""
    if not votes:
        raise Invalid("There is no vote to count.", mend="Give at least one vote.")
    behind: dict[_Value, float] = {}
    for vote, weight in zip(votes, relative(weights, len(votes)), strict=True):
        behind[vote] = behind.get(vote, 0.0) + weight
    return behind


def _posterior(value: _Value, behind: dict[_Value, float], accuracy: float, choices: int) -> float:
    named = {value: 0.0, **behind}
    choices = max(choices, len(named), 2)
    log_odds = math.log(accuracy * (choices - 1) / (1 - accuracy))
    # Relative to the strongest, so that no exponent is positive and nothing overflows.
    best = max(named.values())
    total = math.fsum(math.exp(log_odds * (weight - best)) for weight in named.values())
    unnamed = (choices - len(named)) * math.exp(-log_odds * best)
    return math.exp(log_odds * (named[value] - best)) / (total + unnamed)
