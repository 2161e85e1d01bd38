"""How good, how careful and how fast a simulated person is."""

from random import Random
from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(ge=0, le=1)]
VARIES = 0.3
"""How far two people of the same level lie apart: each error rate by up to this share, either way."""


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """One person's error rates, as shares of 1 where nothing else is said.

    miss: of the marks. spurious: marks where there is nothing, for each real one. jitter: standard deviation of each
    edge of a box, as a share of the side it moves along. confuse: marks named as another class. answer: wrong answers
    to questions and attributes. lazy: items of which only a part is done. skip: items passed on. draft: items of which
    an unfinished state is saved on the way. seconds_per_mark, seconds_per_item: of a person, before `speed` is applied.
    sharpness: mistakes of others that they notice in a review.
    """

    miss: Share = 0.05
    spurious: Share = 0.03
    jitter: Share = 0.03
    confuse: Share = 0.03
    answer: Share = 0.04
    lazy: Share = 0.01
    skip: Share = 0.01
    draft: Share = 0.3
    seconds_per_mark: Annotated[float, Meta(ge=0, le=3600)] = 5.0
    seconds_per_item: Annotated[float, Meta(ge=0, le=3600)] = 6.0
    sharpness: Share = 0.9


LEVELS: dict[str, Skill] = {
    "perfect": Skill(miss=0, spurious=0, jitter=0, confuse=0, answer=0, lazy=0, skip=0, sharpness=1),
    "expert": Skill(miss=0.01, spurious=0.005, jitter=0.01, confuse=0.01, answer=0.01, lazy=0, sharpness=0.98),
    "good": Skill(),
    "fair": Skill(miss=0.1, spurious=0.06, jitter=0.05, confuse=0.07, answer=0.1, lazy=0.03, sharpness=0.75),
    "novice": Skill(
        miss=0.18, spurious=0.1, jitter=0.08, confuse=0.15, answer=0.2, lazy=0.05, seconds_per_mark=9, sharpness=0.5
    ),
    "careless": Skill(
        miss=0.4, spurious=0.25, jitter=0.15, confuse=0.3, answer=0.4, lazy=0.3, seconds_per_mark=2, sharpness=0.2
    ),
}
"""People of all sorts, best first."""

_RATES = ("miss", "spurious", "jitter", "confuse", "answer", "lazy", "skip")


def of_person(level: str, rng: Random) -> Skill:
    """The skill of one person of `level` (a key of LEVELS)."""
    skill = LEVELS[level]
    rates = {name: getattr(skill, name) * rng.uniform(1 - VARIES, 1 + VARIES) for name in _RATES}
    pace = rng.uniform(0.7, 1.5)
    return msgspec.structs.replace(
        skill,
        **{name: min(1.0, rate) for name, rate in rates.items()},
        seconds_per_mark=skill.seconds_per_mark * pace,
        seconds_per_item=skill.seconds_per_item * pace,
    )


def crowd_levels(mix: str, count: int) -> list[str]:
    """The level of each of `count` people: `mix` is one level, or several as "expert:1,good:3,novice:1" by weight.

    Dealt out in turn, so that every share is met as closely as `count` allows. Raises ValueError.
    """
    weights: dict[str, float] = {}
    for part in mix.split(","):
        level, _, weight = part.strip().partition(":")
        if level not in LEVELS:
            raise ValueError(f"'{level}' is no level of skill; there are: {', '.join(LEVELS)}.")
        try:
            weights[level] = weights.get(level, 0.0) + (float(weight) if weight else 1.0)
        except ValueError:
            raise ValueError(f"'{weight}' is no weight; write {level}:2, say.") from None
    if any(not 0 <= weight < 1e9 for weight in weights.values()) or not sum(weights.values()):
        raise ValueError("The weights of the levels must be numbers from 0, and not all 0.")
    dealt: dict[str, int] = dict.fromkeys(weights, 0)
    levels: list[str] = []
    for place in range(1, count + 1):
        due = {level: weight / sum(weights.values()) * place - dealt[level] for level, weight in weights.items()}
        level = max(due, key=lambda each: due[each])
        dealt[level] += 1
        levels.append(level)
    return levels
