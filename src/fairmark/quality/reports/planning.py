"""What accuracy costs before a project has any labels of its own: from assumptions that are named. Pure.

People are right with probability `skill` on average, but not on every task alike: how easy a task is varies, as a beta
distribution whose correlation is SHARED, so that people share their mistakes. Wrong answers fall on one rival, the
worst case of a few values. Source: beta-binomial model of correlated judges, Williams 1975; shared mistakes of crowds:
see `methods.truth.calibration`.
"""

import math
from typing import NamedTuple

from fairmark.quality.reports.model import Interval, Plan, PlanBasis, PlanPoint

SHARED = 0.2
"""Correlation of two people's being right on one task; measured sets lie between 0.1 and 0.4."""
PATIENCE = 0.7
"""What a lone judge's evidence is worth; the same as `calibration.SCALE`."""
TARGETS = (0.8, 0.85, 0.9, 0.95, 0.98)


class Assumed(NamedTuple):
    """skill: how often one person is right, 0.5 to 1 exclusive. labels_max: most people asked, 1 to 50."""

    skill: float
    labels_max: int
    tasks: int
    price_micros: int | None
    currency: str


def plan(assumed: Assumed) -> Plan:
    """The price list: each fixed number of labels, and asking one by one until each target."""
    fixed = [_point(assumed, n, majority_right(n, assumed.skill)) for n in range(1, assumed.labels_max + 1)]
    points = fixed + [adaptive_point(assumed, target) for target in TARGETS]
    return Plan(
        basis=PlanBasis.ASSUMED, against="assumptions", pilot_tasks=0, tasks=assumed.tasks, currency=assumed.currency,
        price_micros=assumed.price_micros, points=points, assumptions=_words(assumed), advice=_advice(points),
        made_at=None,
    )  # fmt: skip


def majority_right(labels: int, skill: float) -> float:
    """How often most of `labels` people are right; a tie is a coin. Exact, by the beta-binomial distribution.

    One person of skill 0.8 is right 0.8 of the time.
    """
    shape = _shape(skill)
    ahead = sum(_chance(right, labels - right, *shape) for right in range(labels + 1) if 2 * right > labels)
    tie = _chance(labels // 2, labels // 2, *shape) if labels % 2 == 0 else 0.0
    return min(ahead + tie / 2, 1.0)


def adaptive_point(assumed: Assumed, target: float) -> PlanPoint:
    """Asking one by one until the calibrated confidence reaches `target`, or labels_max people have been asked."""
    a, b = _shape(assumed.skill)
    worth = math.log(assumed.skill / (1 - assumed.skill))
    waiting = {(0, 0): 1.0}
    right = labels = unsure = 0.0
    for asked in range(1, assumed.labels_max + 1):
        after: dict[tuple[int, int], float] = {}
        for (yes, no), mass in waiting.items():
            next_right = (a + yes) / (a + b + yes + no)
            for state, share in (((yes + 1, no), next_right), ((yes, no + 1), 1 - next_right)):
                after[state] = after.get(state, 0.0) + mass * share
        waiting = {}
        for (yes, no), mass in after.items():
            sure = 1 / (1 + math.exp(-abs(yes - no) * worth * min(1.0, PATIENCE / math.sqrt(asked))))
            if sure >= target or asked == assumed.labels_max:
                right += mass * (1.0 if yes > no else 0.5 if yes == no else 0.0)
                labels += mass * asked
                unsure += mass if sure < target else 0.0
            else:
                waiting[yes, no] = mass
    return PlanPoint(
        adaptive=True, target=target, labels=labels, accuracy=_exactly(right), unsure=unsure,
        cost_micros=cost(labels, assumed.tasks, assumed.price_micros),
    )  # fmt: skip


def cost(labels: float, tasks: int, price_micros: int | None) -> int | None:
    """Micro-units for `tasks` tasks of `labels` labels on average, rounded up."""
    return None if price_micros is None else math.ceil(labels * tasks * price_micros - 1e-6)


def _point(assumed: Assumed, labels: int, accuracy: float) -> PlanPoint:
    price = cost(labels, assumed.tasks, assumed.price_micros)
    return PlanPoint(adaptive=False, target=None, labels=float(labels), accuracy=_exactly(accuracy), unsure=None,
                     cost_micros=price)  # fmt: skip


def _exactly(value: float) -> Interval:
    return Interval(value=value, low=None, high=None)


def _shape(skill: float) -> tuple[float, float]:
    spread = 1 / SHARED - 1
    return skill * spread, (1 - skill) * spread


def _chance(right: int, wrong: int, a: float, b: float) -> float:
    """Of `right` and `wrong` people on one task."""
    n = right + wrong
    ways = math.lgamma(n + 1) - math.lgamma(right + 1) - math.lgamma(wrong + 1)
    return math.exp(ways + _log_beta(a + right, b + wrong) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _words(assumed: Assumed) -> list[str]:
    return [
        f"One person is right {assumed.skill:.0%} of the time.",
        f"Tasks differ: two people's being right is correlated by {SHARED:g}, as in crowds that were measured.",
        "Wrong answers fall on one rival, which is the worst case.",
        f"At most {assumed.labels_max} people are asked about one task.",
    ]


def _advice(points: list[PlanPoint]) -> str:
    """The cheapest way to come within a point of the best."""
    best = max(point.accuracy.value or 0.0 for point in points)
    good = [point for point in points if (point.accuracy.value or 0.0) >= best - 0.01]
    cheapest = min(good, key=lambda point: point.labels)
    how = (
        f"asking one by one until {cheapest.target:.0%} sure" if cheapest.target is not None
        else f"asking {cheapest.labels:.0f} people for every task"
    )  # fmt: skip
    return (
        f"Within a point of the best ({best:.1%}) for the fewest labels: {how}, "
        f"{cheapest.labels:.1f} labels a task. Label some fifty tasks with several people first: their plan needs no"
        " assumptions."
    )
