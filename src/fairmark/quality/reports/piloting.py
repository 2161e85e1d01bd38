"""What accuracy costs, from the project's own labels: fewer of them, replayed. Pure."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from fairmark.methods.bootstrap import bootstrap
from fairmark.methods.truth.labels import Floats
from fairmark.quality.judging.gathering import Gathered, TaskRow
from fairmark.quality.judging.settling import Settled
from fairmark.quality.reports.model import Interval, Plan, PlanBasis, PlanPoint
from fairmark.quality.reports.planning import TARGETS
from fairmark.quality.reports.replaying import Replayed, replayed

UNITS_MIN, UNITS_MAX = 20, 400
"""Fewest things judged by three or more that a plan can rest on, and most that it does."""
CHECKED_MIN = 20
"""Fewest checked things against which accuracy is measured; with less, against what all say together."""


def plan(gathered: Gathered, settled: Settled, rows: Sequence[TaskRow], now: datetime) -> Plan | None:
    """The price list; None while there are too few things that three people judged.

    Judges are believed as they are known now, in all.
    """
    everything = replayed(gathered, settled)
    checked = [each for each in everything if each.checked]
    against = "gold" if len(checked) >= CHECKED_MIN else "consensus"
    used = sorted(checked if against == "gold" else everything, key=lambda each: each.row)[-UNITS_MAX:]
    if len(used) < UNITS_MIN:
        return None
    most = max(len(each.steps) for each in used)
    points = [_fixed(used, n) for n in range(1, most + 1)] + [_adaptive(used, target) for target in TARGETS]
    made = [point for point in points if point is not None]
    return Plan(
        basis=PlanBasis.PILOT, against=against, pilot_tasks=len({each.row for each in used}), tasks=len(rows),
        currency="USD", price_micros=None, points=made, assumptions=_words(against, len(used)), advice=_advice(made),
        made_at=now,
    )  # fmt: skip


def _fixed(used: Sequence[Replayed], labels: int) -> PlanPoint | None:
    """Everybody asked so often; only of things that were."""
    own = [each for each in used if len(each.steps) >= labels]
    if len(own) < UNITS_MIN:
        return None
    right = np.array([float(each.steps[labels - 1].right) for each in own])
    return _point(right, float(labels), None, None)


def _adaptive(used: Sequence[Replayed], target: float) -> PlanPoint:
    """Asked one by one until sure enough, or until there is nobody left to ask."""
    right: list[float] = []
    labels: list[int] = []
    unsure = 0
    for each in used:
        reached = next((n for n, step in enumerate(each.steps) if step.sure >= target), None)
        at = reached if reached is not None else len(each.steps) - 1
        unsure += reached is None
        right.append(float(each.steps[at].right))
        labels.append(at + 1)
    return _point(np.array(right), float(np.mean(labels)), target, unsure / len(used))


def _point(right: Floats, labels: float, target: float | None, unsure: float | None) -> PlanPoint:
    interval = bootstrap(lambda chosen: float(right[chosen].mean()), len(right), rounds=200)
    return PlanPoint(
        adaptive=target is not None, target=target, labels=labels, unsure=unsure, cost_micros=None,
        accuracy=Interval(value=float(right.mean()), low=interval.low, high=interval.high),
    )  # fmt: skip


def _words(against: str, things: int) -> list[str]:
    how = (
        "Accuracy is measured against gold and reviews." if against == "gold"
        else "Accuracy is measured against what all labels of a thing say together, which flatters many labels."
    )  # fmt: skip
    return [
        f"From {things} things that three people or more judged, replayed in random order.",
        how,
        "New people are as good as those of the pilot.",
        "A mark that those asked overlook counts as missed; what nobody marked at all is not counted.",
    ]


def _advice(points: Sequence[PlanPoint]) -> str:
    best = max(point.accuracy.value or 0.0 for point in points)
    cheapest = min((p for p in points if (p.accuracy.value or 0.0) >= best - 0.01), key=lambda point: point.labels)
    how = (
        f"ask one by one until {cheapest.target:.0%} sure" if cheapest.target is not None
        else f"ask {cheapest.labels:.0f} for every task"
    )  # fmt: skip
    return (
        f"Within a point of the best ({best:.1%}) for the fewest labels: {how}, {cheapest.labels:.1f} labels a thing."
    )
