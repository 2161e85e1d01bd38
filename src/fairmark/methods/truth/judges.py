"""What is believed of workers: a hierarchy from everybody's habits down to one worker's own table."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from fairmark.methods.truth.labels import Floats, Indices

CONCENTRATIONS = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 300.0)
"""How many judgements per true value the shared pattern may be worth, against a worker's own table."""
SWAYS = (0.0, 0.3, 0.6, 0.9)
"""How much of what is said as everybody says it may be the task's doing."""
RIGHT = 0.7
"""How often somebody who answers as everybody does is right, before anything is known."""
_CROWD_COUNT, _MIX_COUNT, _HABIT_COUNT, _WAYS_COUNT, _HABITS_COUNT = 20.0, 4.0, 4.0, 10.0, 2.0


class Family(NamedTuple):
    """A variant of the model. tilted: everybody's mistakes lean towards a worker's own favourites, else they do not.

    habit: pseudo-judgements that a worker's habit of guessing is drawn to everybody's with.
    """

    tilted: bool
    habit: float


FAMILIES = (Family(tilted=False, habit=_HABIT_COUNT), Family(tilted=True, habit=100.0))
"""Those the default averages. Neither is better everywhere: the first where workers guess without looking, the second
where they hesitate between the same few values and differ in their choice."""


@dataclass(frozen=True)
class Crowd:
    """Beliefs about everybody. K values; the three ways to answer are knowing, as everybody does, by habit.

    ways: [3], how usual each way is. pattern: [K, K], what is said (column) of a truth (row) by those who answer as
    everybody does. habit: [K], what is said by those who guess. prior: [K], how common each value is. concentration:
    see CONCENTRATIONS.
    """

    ways: Floats
    pattern: Floats
    habit: Floats
    prior: Floats
    concentration: float


@dataclass(frozen=True)
class Judges:
    """Beliefs about each of W workers. ways: [W, 3], habit: [W, K], lean: [W, K], factors on the crowd's pattern."""

    ways: Floats
    habit: Floats
    lean: Floats

    def only(self, workers: Indices) -> "Judges":
        """Those of some workers, given by their numbers."""
        return Judges(self.ways[workers], self.habit[workers], self.lean[workers])


def newcomers(values: int, workers: int) -> tuple[Crowd, Judges]:
    """What is believed before anybody has said anything."""
    ways = np.array([0.3, 0.3, 0.4])
    even = np.full(values, 1.0 / values)
    crowd = Crowd(ways, _first_pattern(values), even, even, 10.0)
    return crowd, Judges(np.tile(ways, (workers, 1)), np.tile(even, (workers, 1)), np.ones((workers, values)))


def _first_pattern(values: int) -> Floats:
    if values == 1:
        return np.ones((1, 1))
    pattern = np.full((values, values), (1 - RIGHT) / (values - 1))
    np.fill_diagonal(pattern, RIGHT)
    return pattern


def _leaned(crowd: Crowd, lean: Floats) -> Floats:
    """The crowd's pattern as each worker bends it: [W, K, K], rows sum to 1."""
    bent = crowd.pattern[None] * lean[:, None, :]
    return bent / bent.sum(axis=2, keepdims=True)


def shared_pattern(crowd: Crowd, judges: Judges, family: Family) -> Floats:
    """P(says l | truth c) of each worker without their own table: [W, K (c), K (l)]."""
    by_pattern = _leaned(crowd, judges.lean) if family.tilted else crowd.pattern[None]
    return (
        judges.ways[:, 0, None, None] * np.eye(len(crowd.habit))
        + judges.ways[:, 1, None, None] * by_pattern
        + judges.ways[:, 2, None, None] * judges.habit[:, None, :]
    )


def table(said: Floats, pattern: Floats, concentration: float) -> Floats:
    """Posterior mean of each worker's confusion table: [W, K, K], the pattern worth `concentration` judgements."""
    count = said + concentration * pattern
    return count / count.sum(axis=2, keepdims=True)


class Swayed(NamedTuple):
    """Tables taken apart for tasks that sway their judges. rest: [W, K, K], what stays of P(l | c). mass: [W, K], what
    goes to the value that the task suggests.
    """

    rest: Floats
    mass: Floats


def swayed(tables: Floats, crowd: Crowd, judges: Judges, family: Family, sway: float) -> Swayed:
    """`tables`, [W, K, K], where the share `sway` of what is said as everybody says it is the task's doing.

    A task suggests one value to all of its judges: the truth, or one that the crowd takes for it, as often as the
    crowd's pattern has it. So judges who go with the crowd go wrong together, and those who know do not. Seen over all
    suggestions the tables are what they were.
    """
    by_pattern = _leaned(crowd, judges.lean) if family.tilted else crowd.pattern[None]
    usual = judges.ways[:, 1, None, None] * by_pattern
    moved = sway * np.minimum(usual, tables)
    return Swayed(tables - moved, moved.sum(axis=2))


class Split(NamedTuple):
    """Expected judgements by the way they came about. ways: [W, 3]. habit: [W, K]. crowd: [W, K, K], as everybody."""

    ways: Floats
    habit: Floats
    crowd: Floats


def split(said: Floats, crowd: Crowd, judges: Judges, family: Family) -> Split:
    """Attributes `said`, [W, K, K], to the ways. Linear in `said`, so splits of shards add up."""
    values = len(crowd.habit)
    by_pattern = _leaned(crowd, judges.lean) if family.tilted else crowd.pattern[None]
    knowing = judges.ways[:, 0, None, None] * np.eye(values)
    usual = judges.ways[:, 1, None, None] * by_pattern
    guessed = judges.ways[:, 2, None, None] * judges.habit[:, None, :]
    ratio = said / np.maximum(knowing + usual + guessed, 1e-12)
    by_habit, as_all = guessed * ratio, usual * ratio
    ways = np.stack([(knowing * ratio).sum((1, 2)), as_all.sum((1, 2)), by_habit.sum((1, 2))], axis=1)
    return Split(ways, by_habit.sum(axis=1), as_all)


def judged(parts: Split, crowd: Crowd, judges: Judges, family: Family) -> Judges:
    """The workers anew, each drawn to the crowd as long as little is known of them."""
    ways = parts.ways + _MIX_COUNT * crowd.ways
    habit = parts.habit + family.habit * crowd.habit
    lean = judges.lean
    if family.tilted:
        # One step of proportional fitting: what was said against what the bent pattern would have had said.
        usual = np.einsum("wc,wcl->wl", parts.crowd.sum(axis=2), _leaned(crowd, judges.lean))
        lean = lean * (parts.crowd.sum(axis=1) + _MIX_COUNT) / (usual + _MIX_COUNT)
    return Judges(ways / ways.sum(axis=1, keepdims=True), habit / habit.sum(axis=1, keepdims=True), lean)


def crowd_of(parts: Split, crowd: Crowd) -> Crowd:
    """The crowd anew: sums over the workers, with the weak prior of `newcomers`."""
    values = len(crowd.habit)
    ways = parts.ways.sum(axis=0) + _WAYS_COUNT * np.array([0.3, 0.3, 0.4])
    habit = parts.habit.sum(axis=0) + _HABITS_COUNT
    pattern = parts.crowd.sum(axis=0) + _CROWD_COUNT * _first_pattern(values)
    return replace(
        crowd, ways=ways / ways.sum(), habit=habit / habit.sum(), pattern=pattern / pattern.sum(axis=1, keepdims=True)
    )


def concentration_of(said: Floats, pattern: Floats) -> float:
    """The concentration under which what workers said, [W, K, K], is likeliest (Dirichlet-multinomial)."""
    total = said.sum(axis=2)
    likelihood = [
        float((gammaln(said + c * pattern) - gammaln(c * pattern)).sum() + (gammaln(c) - gammaln(total + c)).sum())
        for c in CONCENTRATIONS
    ]
    return CONCENTRATIONS[int(np.argmax(likelihood))]


def informativeness(tables: Floats) -> Floats:
    """Mutual information of truth and judgement, in nats, for values equally likely: [W], 0 for a spammer."""
    mean = tables.mean(axis=1, keepdims=True)
    return np.maximum((tables * np.log(tables / mean)).sum(axis=2).mean(axis=1), 0.0)
