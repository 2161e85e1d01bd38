"""Who is asked next about a task that is not sure enough yet: the hard to those who are able, the easy to those of whom
little is known. Pure.

Both are offers for a while, not more: what is not taken is anybody's, nobody is kept from any task, and it says nothing
about anybody's pay.
"""

import math
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple

from fairmark.kernel.ids import WorkerId
from fairmark.quality.people.rules import ENOUGH_N, USUAL, Counts, belief

HARD_BELOW = 0.7
"""A task no surer than this, although several have answered, is hard."""
NEAR_WITHIN = 0.1
"""A task that lacks no more than this to its target is easy: who answers it is soon known to be right or not."""
ABLE_SHARE = 0.5
"""Of those of whom enough is known, so many are able: the better ones, among whom the hard tasks are spread."""
KEPT_FOR = timedelta(minutes=10)
"""How long a turn is kept for one person before anybody may have it."""
SEEN_WITHIN = timedelta(minutes=15)
"""Who has handed in nothing for so long is not expected to take what is kept for them."""


class Seat(NamedTuple):
    """Somebody at work in the project. place: where on the ring they stand. known: right and wrong parts of theirs."""

    worker_id: WorkerId
    place: int
    known: Counts


class Unsure(NamedTuple):
    """A task for which one more turn has opened. answered: who must not have it. confidence, target: 0 to 1."""

    answered: Collection[WorkerId]
    confidence: float
    target: float


def suited(task: Unsure, seats: Sequence[Seat]) -> list[Seat]:
    """Those to whom the task is offered first, each as good as the other; empty: whoever comes.

    A hard task suits the able: of those who are known, the better half, by what they are at least (the lower end of
    what is believed), so that luck is no ability. An easy one suits those who are not known. What lies between suits
    everybody: so the able get easier tasks, and the others harder ones, for most of their time.
    """
    there = [seat for seat in seats if seat.worker_id not in task.answered]
    if task.confidence < HARD_BELOW:
        known = [seat for seat in there if seat.known.n >= ENOUGH_N]
        if len(known) < 2:
            return []
        usual = _usual(known)
        best = sorted(known, key=lambda seat: (-_at_least(seat, usual), str(seat.worker_id)))
        return [seat for seat in best[: math.ceil(len(best) * ABLE_SHARE)] if _at_least(seat, usual) > 0.5]
    if task.confidence >= task.target - NEAR_WITHIN:
        return [seat for seat in there if seat.known.n < ENOUGH_N]
    return []


def offered(task: Unsure, seats: Sequence[Seat], draw: float) -> Seat | None:
    """One of those who are suited. draw: 0 to 1, exclusive; at random, so that nobody gets all the hard ones."""
    found = suited(task, seats)
    return found[int(draw * len(found))] if found else None


def _usual(seats: Sequence[Seat]) -> float:
    right, n = sum(seat.known.right for seat in seats), sum(seat.known.n for seat in seats)
    return right / n if n else USUAL


def _at_least(seat: Seat, usual: float) -> float:
    return belief(seat.known, usual).quantile(0.1)
