"""The default of the house: Dawid and Skene with hierarchical priors, two families averaged, calibrated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from fairmark.methods.truth.calibration import SCALE, calibrated, drawn, effective_judges, scale_of
from fairmark.methods.truth.dawid_skene import Each
from fairmark.methods.truth.judges import (
    FAMILIES,
    RIGHT,
    SWAYS,
    Crowd,
    Family,
    Judges,
    concentration_of,
    crowd_of,
    informativeness,
    judged,
    newcomers,
    shared_pattern,
    split,
    swayed,
    table,
)
from fairmark.methods.truth.labels import (
    Floats,
    Indices,
    Inference,
    Labels,
    Matrix,
    clamped,
    gold_of,
    normalised,
    shares,
)
from fairmark.methods.truth.one_coin import one_coin

ROUNDS = 40
TABLES_MAX = 20_000_000
"""Most numbers in all workers' tables together (workers * K^2): beyond it each worker has one coin."""
LEARNING = 0.11
"""While judges are learnt, n judgements on a task weigh as n^(1 - LEARNING), so that no crowd convinces itself."""
PRIOR_COUNT = 100.0
"""Pseudo-tasks behind even shares of the values: a small sample does not tell how common a value is."""
HABITUAL = 2.0
"""How much rarer than the most frequent judgement another one can be by mere habit."""
PLAIN = 0.01
"""Weight of a plain calibrated vote in the answer, for crowds that show nothing of themselves."""
SWAY_GAIN = 3.0
"""How much likelier, in nats, the judgements must become for sway to be believed."""
_INNER, _CONCENTRATION_EVERY = 3, 5


class Part(NamedTuple):
    """A shard: some tasks and all that was said of them. votes: [tasks, K]. voices: [tasks], judgements each. gold:
    [tasks], -1 unknown.
    """

    matrix: Matrix
    votes: Floats
    voices: Floats
    gold: Indices


class Sums(NamedTuple):
    """What shards add up: said [W * K, K] at [worker * K + l, c] of tasks that tell on their judges; classes [K]."""

    said: Floats
    classes: Floats


@dataclass(frozen=True)
class Fit:
    """One family, learnt. said: [W, K (c), K (l)], expected judgements. tables: the same as probabilities. sway: one of
    `judges.SWAYS`.
    """

    family: Family
    crowd: Crowd
    judges: Judges
    said: Floats
    tables: Floats
    sway: float = 0.0


@dataclass(frozen=True)
class Learnt:
    """All families, and the scale of calibration: what it takes to judge one more task. Arrays as in Fit.

    ranked: [K], the mean probability of a task's likeliest value, of its second, and so on; None: not known. tasks: how
    many that mean is of.
    """

    fits: tuple[Fit, ...]
    scale: float
    ranked: Floats | None = None
    tasks: int = 0

    def inference(self, posterior: Floats) -> Inference:
        """`posterior` with what is believed of workers and values, averaged over the families."""
        tables = np.mean([fit.tables for fit in self.fits], axis=0)
        prior = np.mean([fit.crowd.prior for fit in self.fits], axis=0)
        return Inference(posterior, np.einsum("wcc->wc", tables).mean(axis=1), tables, prior)


def hierarchical(
    labels: Labels,
    gold: Indices | None = None,
    *,
    rounds: int = ROUNDS,
    shards: int = 1,
    each: Each = map,
    families: Sequence[Family] = FAMILIES,
) -> Inference:
    """The house's answer: [tasks, K] posteriors that can be believed, and a confusion table per worker.

    A judgement comes about in one of three ways: the worker knows; the worker answers as everybody does, with the
    crowd's usual mistakes; the worker guesses by habit. How usual each way is, the mistakes and the habit are learnt
    per worker, drawn to the crowd's while little is known; a worker's own table (Dawid and Skene) departs from this as
    far as the concentration, which the data choose by marginal likelihood, allows. So few labels give a majority vote,
    some give a model with one or a few numbers a worker (one coin, MACE), many give full tables. Two families of the
    model are fitted by EM and their posteriors averaged, after calibration (see `calibration`). Where the judgements
    show that tasks mislead their judges together (see `judges.swayed`), those who go with the crowd prove less.

    gold: [tasks], known values, else -1; they are certain, teach what the judges are worth, and set the calibration's
    scale. Predictions: see `labels.with_predictions`. A task with a single judgement tells nothing about its judge.
    shards, each: as in `dawid_skene`. O(labels * K) a round and family; memory workers * K^2, beyond TABLES_MAX
    `one_coin` with calibration. Values should mean the same in every task; if they do not, the concentration shows it.
    Sources: Dawid and Skene 1979; Kim and Ghahramani, Bayesian Classifier Combination, 2012; Hovy et al. 2013 (MACE);
    Li, Rubinstein and Cohn, Exploiting Worker Correlation, ICML 2019 (crowds share mistakes).
    """
    known = gold_of(gold, labels)
    w, k = labels.workers_n, labels.values_n
    if k < 2 or not labels.tasks_n or not len(labels):
        posterior = clamped(shares(labels), known)
        return Inference(posterior, np.full(w, np.nan), None, np.full(k, 1.0 / max(k, 1)))
    if w * k * k > TABLES_MAX:
        return _one_coins(labels, known)
    parts = cut(labels, known, shards)
    learnt = learn(parts, w, k, rounds=rounds, each=each, families=families)
    posterior = np.concatenate(list(each(Judge(learnt), parts)))
    return learnt.inference(posterior)


def cut(labels: Labels, gold: Indices, shards: int = 1) -> list[Part]:
    """The tasks in `shards` runs of about equal length."""
    edges = np.linspace(0, labels.tasks_n, max(1, min(shards, labels.tasks_n)) + 1).astype(int).tolist()
    parts: list[Part] = []
    for start, stop in pairwise(edges):
        own = labels if stop - start == labels.tasks_n else labels.of_tasks(start, stop)
        parts.append(Part(own.matrix(), own.votes(), own.judged(), gold[start:stop]))
    return parts


def learn(
    parts: Sequence[Part],
    workers: int,
    values: int,
    *,
    rounds: int = ROUNDS,
    each: Each = map,
    families: Sequence[Family] = FAMILIES,
) -> Learnt:
    """Fits every family by EM over the shards, and the scale of calibration to the gold."""
    fits = tuple(_swayed(parts, _fitted(parts, workers, values, family, rounds, each), each) for family in families)
    learnt = Learnt(fits, SCALE)
    if any((part.gold >= 0).any() for part in parts):
        logs, judges, gold = zip(*each(GoldEvidence(fits), parts), strict=True)
        scale = scale_of(np.concatenate(logs), np.concatenate(judges), np.concatenate(gold), log_prior(fits[0]))
        learnt = Learnt(fits, scale)
    sums, counts = zip(*each(Ranking(learnt), parts), strict=True)
    return replace(learnt, ranked=sum(sums) / max(sum(counts), 1), tasks=sum(counts))


def _fitted(parts: Sequence[Part], workers: int, values: int, family: Family, rounds: int, each: Each) -> Fit:
    crowd, judges = newcomers(values, workers)
    sums = _added(each(_tell_first, parts))
    usual = usual_shares(_by_worker(sums.said, workers, values).sum(axis=(0, 1)))
    tasks = sum(len(part.gold) for part in parts)
    fit = Fit(family, crowd, judges, _by_worker(sums.said, workers, values), np.empty(0))
    for turn in range(rounds):
        fit = refined(fit, choose=turn % _CONCENTRATION_EVERY == 0)
        sums = _added(each(Step(log_tables(fit.tables), np.log(fit.crowd.prior)), parts))
        prior = (sums.classes + PRIOR_COUNT * usual) / (tasks + PRIOR_COUNT)
        fit = replace(fit, said=_by_worker(sums.said, workers, values), crowd=replace(fit.crowd, prior=prior))
    return fit


def _swayed(parts: Sequence[Part], fit: Fit, each: Each) -> Fit:
    """`fit` with the sway under which the judgements are likeliest."""
    workers, values = fit.tables.shape[:2]
    if workers * values**3 > TABLES_MAX:
        return fit
    best = sum(each(Likelihood(fit), parts)) + SWAY_GAIN
    for sway in SWAYS[1:]:
        bent = replace(fit, sway=sway)
        likelihood = sum(each(Likelihood(bent), parts))
        if likelihood > best:
            fit, best = bent, likelihood
    return fit


class Likelihood(NamedTuple):
    """The log-likelihood of a shard's judgements."""

    fit: Fit

    def __call__(self, part: Part) -> float:
        joint = log_likelihoods(part.matrix, self.fit) + np.log(self.fit.crowd.prior)
        known = np.nonzero(part.gold >= 0)[0]
        free = np.nonzero(part.gold < 0)[0]
        return float(joint[known, part.gold[known]].sum() + np.logaddexp.reduce(joint[free], axis=1).sum())


def refined(fit: Fit, *, choose: bool) -> Fit:
    """The M step: crowd, judges and tables from `fit.said`. choose: the concentration anew as well."""
    crowd, judges = fit.crowd, fit.judges
    for _ in range(_INNER):
        parts = split(fit.said, crowd, judges, fit.family)
        crowd, judges = crowd_of(parts, crowd), judged(parts, crowd_of(parts, crowd), judges, fit.family)
    pattern = shared_pattern(crowd, judges, fit.family)
    if choose:
        crowd = replace(crowd, concentration=concentration_of(fit.said, pattern))
    return replace(fit, crowd=crowd, judges=judges, tables=table(fit.said, pattern, crowd.concentration))


def log_tables(tables: Floats) -> Floats:
    """log P(l | c) at [worker * K + l, c]: the layout that a matrix of labels is multiplied with."""
    w, k, _ = tables.shape
    return np.log(tables).transpose(0, 2, 1).reshape(w * k, k)


def usual_shares(said: Floats) -> Floats:
    """How common the values may be, from how often each was said: [K], where PRIOR_COUNT pseudo-tasks lie.

    Even for values said about as often, since habits alone bring about a factor of HABITUAL; what is said less often
    still is rare. Without this a crowd that always says "no" would pass for one that says "no" whatever it sees.
    """
    return without_habit(said + 1.0)


def without_habit(shares: Floats) -> Floats:
    """Shares that are even up to a factor of HABITUAL, and beyond it as much less uneven; sum 1: [K]."""
    usual = np.minimum(shares / shares.max() * HABITUAL, 1.0)
    return usual / usual.sum()


class Step(NamedTuple):
    """The E step with its tables bound. logs: [W * K, K]. log_prior: [K]."""

    logs: Floats
    log_prior: Floats

    def __call__(self, part: Part) -> Sums:
        logs = (part.matrix @ self.logs) * learning(part.voices)[:, None] + self.log_prior
        return _told(part, clamped(normalised(logs), part.gold))


def learning(voices: Floats) -> Floats:
    """Factor on the evidence of each task while judges are learnt: [tasks]."""
    return np.maximum(voices, 1.0) ** -LEARNING


def tells(part: Part) -> Floats:
    """1 for each task that says something about its judges: two voices, or gold; else 0. [tasks]."""
    return ((part.voices > 1.5) | (part.gold >= 0)).astype(np.float64)


def _tell_first(part: Part) -> Sums:
    votes = part.votes + 0.5
    return _told(part, clamped(votes / votes.sum(axis=1, keepdims=True), part.gold))


def _told(part: Part, posterior: Floats) -> Sums:
    return Sums(part.matrix.T @ (posterior * tells(part)[:, None]), posterior.sum(axis=0))


def _added(sums: Iterable[Sums]) -> Sums:
    first, *rest = sums
    said, classes = first
    for one in rest:
        said, classes = said + one.said, classes + one.classes
    return Sums(said, classes)


def _by_worker(said: Floats, workers: int, values: int) -> Floats:
    return np.asarray(said).reshape(workers, values, values).transpose(0, 2, 1)


def evidence(part: Part, fit: Fit) -> tuple[Floats, Floats]:
    """Log-likelihoods [tasks, K] before calibration, and effective judges [tasks]."""
    k = fit.tables.shape[1]
    information = np.repeat(informativeness(fit.tables), k)
    squares = part.matrix @ np.square(information)
    judges = effective_judges(part.matrix @ information, squares)
    return log_likelihoods(part.matrix, fit), judges


def log_likelihoods(matrix: Matrix, fit: Fit) -> Floats:
    """log P(what was said of a task | c): [tasks, K]. matrix: see Labels.matrix.

    With sway it is a mixture over what the task may suggest to its judges: K times the work.
    Source: subtypes of the truth as in EBCC, Li, Rubinstein and Cohn, ICML 2019; here they have one number.
    """
    if not fit.sway:
        return matrix @ log_tables(fit.tables)
    rest, mass = swayed(fit.tables, fit.crowd, fit.judges, fit.family, fit.sway)
    total = np.full((matrix.shape[0], rest.shape[1]), -np.inf)
    for value in range(rest.shape[1]):
        bent = rest.copy()
        bent[:, :, value] += mass
        total = np.logaddexp(total, matrix @ log_tables(bent) + np.log(fit.crowd.pattern[:, value]))
    return total


def log_prior(fit: Fit) -> Floats:
    """How common each value is held to be before a task's judgements, less what habit may have feigned: [K], logs."""
    return np.log(without_habit(fit.crowd.prior))


def judge(part: Part, learnt: Learnt) -> Floats:
    """The calibrated posterior of each task of a shard, averaged over the families: [tasks, K]."""
    return clamped(drawn(_each_alone(part, learnt), learnt.ranked, learnt.tasks), part.gold)


class Judge(NamedTuple):
    """`judge` with what was learnt bound."""

    learnt: Learnt

    def __call__(self, part: Part) -> Floats:
        return judge(part, self.learnt)


class Ranking(NamedTuple):
    """Of a shard's tasks that somebody judged: the sums of their greatest probabilities, of their second greatest, and
    so on, [K], and how many tasks there are.
    """

    learnt: Learnt

    def __call__(self, part: Part) -> tuple[Floats, int]:
        posterior = _each_alone(part, self.learnt)[part.voices > 0]
        return np.sort(posterior, axis=1)[:, ::-1].sum(axis=0), len(posterior)


def _each_alone(part: Part, learnt: Learnt) -> Floats:
    posteriors = [calibrated(*evidence(part, fit), learnt.scale, log_prior(fit)) for fit in learnt.fits]
    return mixed(posteriors, part.votes, learnt.scale)


def mixed(posteriors: Sequence[Floats], votes: Floats, scale: float) -> Floats:
    """The mean of the families' posteriors and, with weight PLAIN, of a plain vote: [tasks, K]. votes: [tasks, K].

    The vote takes everybody to be right with RIGHT. Where workers never change their answer, no model can tell habit
    from knowledge and the families stay at even odds; then the majority decides.
    """
    odds = np.log(RIGHT * (votes.shape[1] - 1) / (1 - RIGHT))
    plain = calibrated(votes * odds, np.maximum(votes.sum(axis=1), 1.0), scale)
    return (1 - PLAIN) * np.mean(posteriors, axis=0) + PLAIN * plain


class GoldEvidence(NamedTuple):
    """Of a shard's tasks with known answers, by the first family: log-likelihoods, effective judges, answers."""

    fits: tuple[Fit, ...]

    def __call__(self, part: Part) -> tuple[Floats, Floats, Indices]:
        known = np.nonzero(part.gold >= 0)[0]
        logs, judges = evidence(part, self.fits[0])
        return logs[known], judges[known], part.gold[known]


def _one_coins(labels: Labels, known: Indices) -> Inference:
    """What remains where tables would not fit: one coin per worker, calibrated by the number of judges."""
    found = one_coin(labels, known)
    logs = np.log(np.maximum(found.posterior, 1e-300))
    posterior = clamped(calibrated(logs, np.maximum(labels.judged(), 1.0)), known)
    return Inference(posterior, found.skill, None, found.prior)
