"""Dawid and Skene: a table of confusions per worker, by EM over a sparse matrix; also in shards."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np

from fairmark.methods.truth.labels import (
    Floats,
    Indices,
    Inference,
    Labels,
    Matrix,
    clamped,
    gold_of,
    normalised,
    row_max,
    row_sum,
    shares,
)

SMOOTHING = 0.01
"""Pseudo-count of each cell of a table, so that nothing becomes impossible."""
_A, _B = TypeVar("_A"), TypeVar("_B")
Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
"""Applies a function to every shard, in order: `map`, or one that sends the shards to other machines."""


class Shard(NamedTuple):
    """Some tasks and all that was said about them. matrix: see Labels.matrix. gold: -1 if unknown."""

    matrix: Matrix
    gold: Indices


class Tables(NamedTuple):
    """What an E step wants to know. logs: [workers * K, K], log P(l | c) at [worker * K + l, c]. log_prior: [K]."""

    logs: Floats
    log_prior: Floats


class Counts(NamedTuple):
    """Sufficient statistics, which add up over shards. said: [workers * K, K] as Tables.logs. classes: [K]."""

    said: Floats
    classes: Floats
    log_likelihood: float


def dawid_skene(
    labels: Labels,
    gold: Indices | None = None,
    *,
    rounds: int = 100,
    tolerance: float = 1e-5,
    shards: int = 1,
    each: Each = map,
) -> Inference:
    """Maximum likelihood of a confusion table per worker and the share of each value, by EM from the majority.

    gold: [tasks], known values, else -1. Stops when the mean log-likelihood of a task gains less than tolerance.
    shards: into how many parts the tasks are cut; each: runs a step on every part (see Each). The sums of the parts are
    added in their order, so results do not depend on where a part ran. K * K numbers per worker: for tens of values,
    and for workers with tens of judgements each; with fewer it is overconfident. O(labels * K) time and
    O(labels + workers * K^2) memory a round. Source: Dawid and Skene, Applied Statistics 28(1), 1979.
    """
    known = gold_of(gold, labels)
    if not labels.values_n or not labels.tasks_n:
        return _inference(labels, shares(labels), None, np.full(labels.values_n, 1.0 / max(labels.values_n, 1)))
    parts = cut(labels, known, shards)
    counts = merged([_first(part, labels, known) for part in parts])
    tables = maximised(counts, labels.workers_n)
    before = -np.inf
    for _ in range(rounds):
        counts = merged(each(_Step(tables), [shard for shard, _ in parts]))
        tables = maximised(counts, labels.workers_n)
        mean = counts.log_likelihood / labels.tasks_n
        if mean - before < tolerance:
            break
        before = mean
    posterior = np.concatenate([posterior_of(shard, tables) for shard, _ in parts])
    k = labels.values_n
    confusion = np.exp(tables.logs).reshape(labels.workers_n, k, k).transpose(0, 2, 1)
    return _inference(labels, posterior, confusion, np.exp(tables.log_prior))


class _Step(NamedTuple):
    """The E step with its tables bound: a value that can be sent to another process, which a closure cannot."""

    tables: Tables

    def __call__(self, shard: Shard) -> Counts:
        return expected(shard, self.tables)


def cut(labels: Labels, gold: Indices, shards: int) -> list[tuple[Shard, Labels]]:
    """The tasks in `shards` runs of about equal length, with the judgements on them."""
    edges = np.linspace(0, labels.tasks_n, max(1, min(shards, labels.tasks_n)) + 1).astype(int).tolist()
    found: list[tuple[Shard, Labels]] = []
    for start, stop in pairwise(edges):
        part = labels if stop - start == labels.tasks_n else labels.of_tasks(start, stop)
        found.append((Shard(part.matrix(), gold[start:stop]), part))
    return found


def expected(shard: Shard, tables: Tables) -> Counts:
    """The E step of one shard: what its tasks add to the counts."""
    # One table, changed in place: a fresh one for each step costs as much as the step.
    table = shard.matrix @ tables.logs
    table += tables.log_prior
    top = row_max(table)
    table -= top
    np.exp(table, out=table)
    total = row_sum(table)
    table /= total
    posterior = clamped(table, shard.gold)
    return Counts(shard.matrix.T @ posterior, posterior.sum(axis=0), float((np.log(total) + top).sum()))


def posterior_of(shard: Shard, tables: Tables) -> Floats:
    """Of a shard's tasks: [tasks, K]."""
    return clamped(normalised(shard.matrix @ tables.logs + tables.log_prior), shard.gold)


def merged(counts: Iterable[Counts]) -> Counts:
    """The sums of the shards."""
    first, *rest = counts
    said, classes, likelihood = first
    for one in rest:
        said, classes, likelihood = said + one.said, classes + one.classes, likelihood + one.log_likelihood
    return Counts(said, classes, likelihood)


def maximised(counts: Counts, workers: int) -> Tables:
    """The M step: tables and prior of greatest likelihood, but for SMOOTHING."""
    k = len(counts.classes)
    said = counts.said.reshape(workers, k, k) + SMOOTHING
    logs = np.log(said / said.sum(axis=1, keepdims=True)).reshape(workers * k, k)
    classes = counts.classes + SMOOTHING
    return Tables(logs, np.log(classes / classes.sum()))


def _first(part: tuple[Shard, Labels], labels: Labels, known: Indices) -> Counts:
    """Counts under the majority's shares, which is where EM begins."""
    shard, own = part
    posterior = clamped(shares(own), shard.gold)
    return Counts(shard.matrix.T @ posterior, posterior.sum(axis=0), 0.0)


def _inference(labels: Labels, posterior: Floats, confusion: Floats | None, prior: Floats) -> Inference:
    if confusion is None:
        return Inference(posterior, np.full(labels.workers_n, np.nan), None, prior)
    return Inference(posterior, np.einsum("wcc->wc", confusion).mean(axis=1), confusion, prior)
