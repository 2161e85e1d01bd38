"""What accuracy costs, from the project's own labels: fewer of them, replayed. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from fairmark.methods.bootstrap import bootstrap
from fairmark.methods.truth.hierarchical import Learnt
from fairmark.methods.truth.labels import Floats
from fairmark.methods.truth.online import Rows, judged_rows
from fairmark.quality.judging.gathering import Gathered, TaskRow
from fairmark.quality.judging.settling import Settled
from fairmark.quality.reports.model import Interval, Plan, PlanBasis, PlanPoint
from fairmark.quality.reports.planning import TARGETS

UNITS_MIN, UNITS_MAX = 20, 400
"""Fewest things judged by three or more that a plan can rest on, and most that are replayed."""
LABELS_MIN, LABELS_MAX = 3, 9
CHECKED_MIN = 20
"""Fewest checked things against which accuracy is measured; with less, against what all say together."""


class _Replayed(NamedTuple):
    """One thing: the posterior after 1, 2 ... judgements in random order, [labels, K], and what is right."""

    posteriors: list[Floats]
    right: int
    row: int


def plan(gathered: Gathered, settled: Settled, rows: Sequence[TaskRow], now: datetime) -> Plan | None:
    """The price list; None while there are too few things that three people judged.

    What a mark or answer is, is replayed; that everything was marked at all, is not. Judges are believed as they are
    known now, in all.
    """
    rng = np.random.default_rng(0)
    replayed: list[_Replayed] = []
    checked: list[_Replayed] = []
    for key, model in settled.models.items():
        if key in gathered.sets:
            continue
        for n, placed in enumerate(gathered.units[key]):
            unit = placed.unit
            if len(unit.judges) < LABELS_MIN:
                continue
            right = unit.truth if unit.truth >= 0 else int(model.posterior(n).argmax())
            each = _Replayed(_in_turn(model.learnt, unit.judges, unit.values, rng), right, placed.row)
            replayed.append(each)
            if unit.truth >= 0:
                checked.append(each)
    against = "gold" if len(checked) >= CHECKED_MIN else "consensus"
    used = (checked if against == "gold" else replayed)[-UNITS_MAX:]
    if len(used) < UNITS_MIN:
        return None
    most = min(max(len(each.posteriors) for each in used), LABELS_MAX)
    points = [_fixed(used, n) for n in range(1, most + 1)] + [_adaptive(used, target, most) for target in TARGETS]
    pilot = len({each.row for each in used})
    return Plan(
        basis=PlanBasis.PILOT, against=against, pilot_tasks=pilot, tasks=len(rows), currency="USD", price_micros=None,
        points=[point for point in points if point is not None], assumptions=_words(against, len(used)),
        advice=_advice([point for point in points if point is not None]), made_at=now,
    )  # fmt: skip


def _in_turn(learnt: Learnt, judges: Sequence[int], values: Sequence[int], rng: np.random.Generator) -> list[Floats]:
    order = rng.permutation(len(judges))[:LABELS_MAX]
    who, said = np.array(judges)[order], np.array(values)[order]
    return [judged_rows(Rows(who[:n], said[:n], np.ones(n)), learnt) for n in range(1, len(order) + 1)]


def _fixed(used: Sequence[_Replayed], labels: int) -> PlanPoint | None:
    """Everybody asked so often; only of things that were."""
    own = [each for each in used if len(each.posteriors) >= labels]
    if len(own) < UNITS_MIN:
        return None
    right = np.array([float(each.posteriors[labels - 1].argmax() == each.right) for each in own])
    return _point(right, float(labels), None, None)


def _adaptive(used: Sequence[_Replayed], target: float, most: int) -> PlanPoint:
    """Asked one by one until sure enough, or until there is nobody left to ask."""
    right: list[float] = []
    labels: list[int] = []
    unsure = 0
    for each in used:
        reached = next((n for n, p in enumerate(each.posteriors[:most]) if p.max() >= target), None)
        at = reached if reached is not None else min(len(each.posteriors), most) - 1
        unsure += reached is None
        right.append(float(each.posteriors[at].argmax() == each.right))
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
        "Things that nobody marked are not counted.",
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
