"""Whether a thing that some workers marked, and others who looked did not, is really there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.labels import Floats, Indices, summed

VISIBILITIES = np.array([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
"""How easy a thing is to see: added to the log-odds of a worker's recall."""
COINCIDENCE, COINCIDENCE_COUNT = 0.02, 1000.0
"""How likely a worker marks what another only imagined, and how many chances for it that belief is worth."""
ROUNDS = 40


class Looks(NamedTuple):
    """n looks of a worker at a place where somebody marked something. All [n]; things and workers are numbers from 0.

    Each thing has one row per submission of its item, whether it marked the thing or not.
    """

    things: Indices
    workers: Indices
    marked: NDArray[np.bool_]
    things_n: int
    workers_n: int


class Existence(NamedTuple):
    """probability: [things] that it is there. recall: [workers], share of the things of usual visibility that they
    find. precision: [workers], share of their marks that are real; NaN for who marked nothing.
    """

    probability: Floats
    recall: Floats
    precision: Floats
    beliefs: "Beliefs"


class Beliefs(NamedTuple):
    """What it takes to judge one more thing. ability: [workers], log-odds of recall. visible: [visibilities], shares.
    imagines: [workers], relative rates of imagining. coincidence, real: shares, 0 to 1.
    """

    ability: Floats
    visible: Floats
    imagines: Floats
    coincidence: float
    real: float


def existence(looks: Looks, *, gold: Indices | None = None, rounds: int = ROUNDS) -> Existence:
    """Two-kind mixture by EM: a real thing of some visibility, or one that a single worker imagined.

    Real: each worker marks it with expit(ability_w + visibility), visibility one of VISIBILITIES with learnt shares;
    given that somebody did, for nobody knows of the others. Imagined: one of those who marked it is its author, in
    proportion to how often they imagine things; anybody else marks it by coincidence, which is rare. So two marks of
    nine can be a real thing that is hard to see, where a vote, or a model with one recall per worker, drops it.
    ability ~ N(mean, 1), shrunken; the coincidence has a strong prior. Linear in looks * len(VISIBILITIES) * rounds.
    gold: [things], 1 for a thing known to be real, 0 for one known not to be, -1 unknown; default unknown. Raises
    Invalid if a thing that is not known to be real has no mark at all. Sources: capture-recapture with heterogeneous
    detection (Otis et al. 1978; Norris and Pollock 1996), with the false detections of Royle and Link, Ecology 87(4),
    2006.
    """
    t, w, mark = looks.things, looks.workers, looks.marked.astype(np.float64)
    marks, seen = summed(t, mark, looks.things_n), summed(t, np.ones(len(t)), looks.things_n)
    known = np.full(looks.things_n, -1) if gold is None else gold
    if ((marks < 1) & (known != 1)).any():
        raise Invalid("A thing has no mark.", mend="Leave out what nobody marked.")
    if not looks.things_n:
        nobody = np.zeros(looks.workers_n)
        fresh = _newcomers(nobody, np.ones(looks.workers_n))
        return Existence(np.empty(0), nobody + 0.5, np.full(looks.workers_n, np.nan), fresh)
    beliefs = _newcomers(np.zeros(looks.workers_n), np.ones(looks.workers_n))
    real = np.where(known >= 0, known, np.where(marks >= 2, 0.9, 0.3)).astype(np.float64)
    share = real[:, None] * beliefs.visible
    for _ in range(rounds):
        beliefs = _maximised(looks, mark, marks, seen, real, share, beliefs)
        found = _expected(looks, mark, marks, seen, beliefs)
        real = np.where(known >= 0, known, found.real)
        share = found.visibility * real[:, None]
    own = summed(w, mark, looks.workers_n)
    precise = np.full(looks.workers_n, np.nan)
    np.divide(summed(w, mark * real[t], looks.workers_n), own, out=precise, where=own > 0)
    return Existence(real, expit(beliefs.ability), precise, beliefs)


def judged(looks: Looks, beliefs: Beliefs) -> tuple[Floats, Floats]:
    """What is believed of things by workers known already: probability that each is there, and, if it is, that none of
    those who looked would have marked it. Both [things]. For each thing found, overlooked / (1 - overlooked) more of
    its like are to be expected (Horvitz and Thompson 1952). Things without a mark are not asked about.
    """
    mark = looks.marked.astype(np.float64)
    marks, seen = summed(looks.things, mark, looks.things_n), summed(looks.things, np.ones(len(mark)), looks.things_n)
    found = _expected(looks, mark, marks, seen, beliefs)
    return found.real, found.overlooked


def _newcomers(ability: Floats, imagines: Floats) -> Beliefs:
    levels = len(VISIBILITIES)
    return Beliefs(ability, np.full(levels, 1.0 / levels), imagines, COINCIDENCE, 0.5)


def _maximised(
    looks: Looks, mark: Floats, marks: Floats, seen: Floats, real: Floats, share: Floats, beliefs: Beliefs
) -> Beliefs:
    t, w, n, workers = looks.things, looks.workers, looks.things_n, looks.workers_n
    ability = beliefs.ability
    for _ in range(2):
        # A Newton step on each ability, all of them at once.
        finds = expit(ability[w][:, None] + VISIBILITIES)
        slope = summed(w, (share[t] * (mark[:, None] - finds)).sum(axis=1), workers) - (ability - ability.mean())
        curve = summed(w, (share[t] * finds * (1 - finds)).sum(axis=1), workers) + 1.0
        ability = ability + np.clip(slope / curve, -1.0, 1.0)
    levels = len(VISIBILITIES)
    visible = share.sum(axis=0) + 0.1 * n / levels + 1.0
    # Who imagined what is not real: one of those who marked it, in proportion to their rates.
    rate = summed(t, beliefs.imagines[w] * mark, n)
    author = (1 - real[t]) * mark * beliefs.imagines[w] / np.maximum(rate[t], 1e-12)
    looked = summed(w, np.ones(len(w)), workers)
    usual = max(float(author.sum()) / len(w), 1e-9)
    imagines = (summed(w, author, workers) + 2.0) / (looked + 2.0 / usual)
    chances = float(((1 - real) * (seen - 1)).sum())
    coincided = float(((1 - real) * (marks - 1)).sum())
    coincidence = (coincided + COINCIDENCE * COINCIDENCE_COUNT) / (chances + COINCIDENCE_COUNT)
    return Beliefs(ability, visible / visible.sum(), imagines, coincidence, float((real.sum() + 1) / (n + 2)))


class _Expected(NamedTuple):
    """real: [things]. visibility: [things, visibilities], shares if it is real. overlooked: [things], see `judged`."""

    real: Floats
    visibility: Floats
    overlooked: Floats


def _expected(looks: Looks, mark: Floats, marks: Floats, seen: Floats, beliefs: Beliefs) -> _Expected:
    t, w, n = looks.things, looks.workers, looks.things_n
    at = beliefs.ability[w][:, None] + VISIBILITIES
    finds, misses = -np.logaddexp(0, -at), -np.logaddexp(0, at)
    said = np.where(mark[:, None] > 0, finds, misses)
    levels = range(len(VISIBILITIES))
    log_share = np.log(beliefs.visible)
    likelihood = np.stack([summed(t, said[:, level], n) for level in levels], axis=1) + log_share
    unseen = np.stack([summed(t, misses[:, level], n) for level in levels], axis=1) + log_share
    total, missed = np.logaddexp.reduce(likelihood, axis=1), np.logaddexp.reduce(unseen, axis=1)
    log_real = total - np.log(np.maximum(-np.expm1(missed), 1e-12))
    rate, authors = summed(t, beliefs.imagines[w], n), summed(t, beliefs.imagines[w] * mark, n)
    c = beliefs.coincidence
    log_imagined = np.log(np.maximum(authors / rate, 1e-12)) + (marks - 1) * np.log(c) + (seen - marks) * np.log(1 - c)
    odds = log_real - log_imagined + np.log(beliefs.real / (1 - beliefs.real))
    return _Expected(np.asarray(expit(odds)), np.exp(likelihood - total[:, None]), np.exp(missed))
