"""A simple vote, and what a jury notes of each of its decisions. Pure."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fairmark.methods.majority import ACCURACY
from fairmark.quality.judging.state import trusted
from fairmark.quality.judging.subjects import Subject

VOTE_ODDS = math.log(ACCURACY / (1 - ACCURACY))
"""What one vote is worth while nothing is known of the voter: the simple vote's own assumption."""


class Voice(NamedTuple):
    """What one submission, by its place, said to one decision. evidence: in nats, for the answer that was found."""

    at: int
    said: str
    skill: float
    evidence: float


class Note(NamedTuple):
    """One decision that the jury was asked for. kind: "question", "mark" or "attribute". key: the field's id or, of a
    mark, empty; mark_id: of the merged mark an attribute belongs to. members: of a thing, (submission, mark id).

    options: probability by value, the likeliest first. gain_units: what tells how much one more judgement would bring:
    (subject, place in `units`). there: of a thing, probability that it is there. overlooked: see `existence.judged`.
    """

    kind: str
    subject: Subject | None
    key: str
    mark_id: str | None
    members: frozenset[tuple[int, str]]
    options: list[tuple[str, float]]
    voices: list[Voice]
    known: float
    unit: tuple[str, int] | None
    there: float | None = None
    overlooked: float = 0.0


class Look(NamedTuple):
    """One thing, as all who looked saw it. truth: 1 there, 0 not, -1 unknown. marks: by judge, the id and class of
    their mark, None where they did not mark it. right: the class that is known. unit: place in the units of its class.
    """

    judges: list[int]
    marked: list[bool]
    truth: int
    marks: list[tuple[str, str] | None]
    right: str | None
    unit: int | None


def trust(units: float, judges: int) -> float:
    """How far a model is trusted; wholly for a lone judge, whom a vote could only believe blindly."""
    return trusted(units) if judges > 1 or not units else 1.0


def votes(said: Sequence[tuple[str, float]]) -> dict[str, float]:
    """The simple vote: the one-coin posterior of `methods.majority` over what was said, one more value at least."""
    behind: dict[str, float] = {}
    for value, weight in said:
        behind[value] = behind.get(value, 0.0) + weight
    choices = max(len(behind), 2)
    odds = math.log(ACCURACY * (choices - 1) / (1 - ACCURACY))
    best = max(behind.values())
    shares = {value: math.exp(odds * (weight - best)) for value, weight in behind.items()}
    total = sum(shares.values()) + (choices - len(behind)) * math.exp(-odds * best)
    return {value: share / total for value, share in shares.items()}


def blended(simple: Mapping[str, float], modelled: Mapping[str, float], known: float) -> dict[str, float]:
    """Both, the model for as much as it is trusted."""
    if not known:
        return dict(simple)
    keys = dict.fromkeys([*simple, *modelled])
    return {key: (1 - known) * simple.get(key, 0.0) + known * modelled.get(key, 0.0) for key in keys}


def ranked(chances: Mapping[str, float]) -> list[tuple[str, float]]:
    """The likeliest first; among equals what was said first."""
    return sorted(chances.items(), key=lambda entry: -entry[1])
