"""Judgements as arrays: who said what about which task."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from fairmark.kernel.errors import Invalid

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Matrix = Any
"""A scipy.sparse CSR matrix."""


def summed(where: Indices, what: Floats, size: int) -> Floats:
    """The sum of `what`, [n], by number: [size]."""
    return np.bincount(where, what, minlength=size).astype(np.float64, copy=False)


@dataclass(frozen=True)
class Labels:
    """n judgements. tasks, workers, values: [n], numbers from 0. weights: [n], how much each counts, above 0.

    A worker who judged a task r times has r rows of weight 1/r each: one voice, however often it was raised. A model's
    prediction is a worker of its own; its probabilities p are rows of weight p.
    """

    tasks: Indices
    workers: Indices
    values: Indices
    weights: Floats
    tasks_n: int
    workers_n: int
    values_n: int

    def __len__(self) -> int:
        return len(self.tasks)

    def votes(self) -> Floats:
        """The weight behind each value of each task: [tasks, values]."""
        cells = self.tasks * self.values_n + self.values
        size = self.tasks_n * self.values_n
        return summed(cells, self.weights, size).reshape(self.tasks_n, self.values_n)

    def matrix(self) -> Matrix:
        """Weights as a sparse matrix: [tasks, workers * values], column worker * values_n + value."""
        columns = self.workers * self.values_n + self.values
        shape = (self.tasks_n, self.workers_n * self.values_n)
        return sparse.csr_matrix((self.weights, (self.tasks, columns)), shape=shape)

    def judged(self) -> Floats:
        """How many voices each task has: [tasks], the sum of its weights."""
        return summed(self.tasks, self.weights, self.tasks_n)

    def of_tasks(self, start: int, stop: int) -> "Labels":
        """The judgements on tasks start <= task < stop, whose numbers begin at 0 again."""
        keep = (self.tasks >= start) & (self.tasks < stop)
        return Labels(
            self.tasks[keep] - start, self.workers[keep], self.values[keep], self.weights[keep],
            min(stop, self.tasks_n) - start, self.workers_n, self.values_n,
        )  # fmt: skip


class Named(NamedTuple):
    """Labels and the names their numbers stand for, each sorted."""

    labels: Labels
    tasks: list[Any]
    workers: list[Any]
    values: list[Any]


def labels_of(
    tasks: Sequence[int] | Indices,
    workers: Sequence[int] | Indices,
    values: Sequence[int] | Indices,
    *,
    shape: tuple[int, int, int] | None = None,
    weights: Sequence[float] | Floats | None = None,
) -> Labels:
    """Labels from three lists of numbers, one entry per judgement.

    shape: how many tasks, workers and values there are; None: as many as are named. weights: default one voice per
    worker and task (see Labels). Raises Invalid if the lists differ in length, or hold a number out of range.
    """
    columns = [np.asarray(column, dtype=np.int64).ravel() for column in (tasks, workers, values)]
    if len({len(column) for column in columns}) > 1:
        raise Invalid("Tasks, workers and labels differ in number.", mend="Give one of each per judgement.")
    sizes = shape or tuple(int(column.max(initial=-1)) + 1 for column in columns)
    for column, size in zip(columns, sizes, strict=True):
        if len(column) and (column.min() < 0 or column.max() >= size):
            raise Invalid("A task, worker or label has a number out of range.", mend="Number them from 0.")
    given = _one_voice(columns[0], columns[1], sizes[1]) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(given) != len(columns[0]) or not np.isfinite(given).all() or (given <= 0).any():
        raise Invalid("Weights are wanted: one per judgement, above 0.", mend="Correct the weights.")
    return Labels(columns[0], columns[1], columns[2], given, sizes[0], sizes[1], sizes[2])


def _one_voice(tasks: Indices, workers: Indices, workers_n: int) -> Floats:
    """1 / r for each row, r the rows of the same worker and task."""
    pairs = tasks * max(workers_n, 1) + workers
    # Half the bytes are sorted in half the time.
    small = len(pairs) > 0 and int(pairs.max()) < np.iinfo(np.int32).max
    order = np.sort(pairs.astype(np.int32) if small else pairs)
    weights = np.ones(len(pairs))
    again = order[1:][order[1:] == order[:-1]]
    if not len(again):
        return weights
    # Only the tasks that somebody judged more than once are looked at closely: mostly few.
    repeated = np.zeros(int(tasks.max()) + 1, np.bool_)
    repeated[again // max(workers_n, 1)] = True
    rows = np.nonzero(repeated[tasks])[0]
    _, inverse, count = np.unique(pairs[rows], return_inverse=True, return_counts=True)
    weights[rows] = 1.0 / count[inverse]
    return weights


def named(tasks: Sequence[Hashable], workers: Sequence[Hashable], values: Sequence[Hashable]) -> Named:
    """Labels from three columns of names, such as a table has. Names are numbered in ascending order.

    Raises Invalid if the columns differ in length.
    """
    coded = [np.unique(np.asarray(column), return_inverse=True) for column in (tasks, workers, values)]
    numbers = [inverse.astype(np.int64) for _, inverse in coded]
    (t, w, v) = (names.tolist() for names, _ in coded)
    return Named(labels_of(*numbers, shape=(len(t), len(w), len(v))), t, w, v)


def with_predictions(labels: Labels, probabilities: Floats) -> Labels:
    """`labels` with one more worker, the last: a model that gave each task a distribution over the values.

    probabilities: [tasks, values], rows sum to 1; a row of NaN is a task the model did not see. Each probability p is a
    judgement of weight p. Raises Invalid for another shape or for numbers that are no probabilities.
    """
    if probabilities.shape != (labels.tasks_n, labels.values_n):
        raise Invalid("Predictions are a table of tasks by values.", mend="Give one row per task.")
    seen = np.isfinite(probabilities).sum(axis=1) == labels.values_n
    rows = probabilities[seen]
    if (rows < 0).any() or not np.allclose(rows.sum(axis=1), 1.0, atol=1e-6):
        raise Invalid("A row of predictions does not sum to 1.", mend="Normalise the predictions.")
    tasks, values = np.nonzero(np.where(seen[:, None], probabilities, 0.0) > 0)
    return Labels(
        np.concatenate([labels.tasks, tasks]),
        np.concatenate([labels.workers, np.full(len(tasks), labels.workers_n)]),
        np.concatenate([labels.values, values]),
        np.concatenate([labels.weights, probabilities[tasks, values]]),
        labels.tasks_n, labels.workers_n + 1, labels.values_n,
    )  # fmt: skip


@dataclass(frozen=True)
class Inference:
    """What a method concluded. K is the number of values.

    posterior: [tasks, K], rows sum to 1 (1 / K each where nothing is known). skill: [workers], 0 to 1, how often the
    worker is right, on average over the values. confusion: [workers, K, K], P(says l | truth is c) at [worker, c, l];
    None if the method has no such table. prior: [K], how common each value is.
    """

    posterior: Floats
    skill: Floats
    confusion: Floats | None
    prior: Floats

    def best(self) -> Indices:
        """The likeliest value of each task: [tasks]; among equals the first. -1 if there are no values at all."""
        return self.posterior.argmax(axis=1) if self.posterior.shape[1] else np.full(len(self.posterior), -1)

    def confidence(self) -> Floats:
        """The probability of the likeliest value: [tasks]; 0 if there are no values at all."""
        return self.posterior.max(axis=1, initial=0.0)


def gold_of(gold: Indices | None, labels: Labels) -> Indices:
    """Known answers: [tasks], a value's number, -1 where unknown. None: nothing is known. Raises Invalid if wrong."""
    if gold is None:
        return np.full(labels.tasks_n, -1, dtype=np.int64)
    if gold.shape != (labels.tasks_n,) or (gold >= labels.values_n).any() or (gold < -1).any():
        raise Invalid("Gold is one value per task, or -1.", mend="Give a number for each task.")
    return gold.astype(np.int64)


def clamped(posterior: Floats, gold: Indices) -> Floats:
    """`posterior` with certainty where gold knows the answer."""
    known = np.nonzero(gold >= 0)[0]
    if len(known):
        posterior = posterior.copy()
        posterior[known] = 0.0
        posterior[known, gold[known]] = 1.0
    return posterior


def normalised(logs: Floats) -> Floats:
    """exp of each row, scaled to sum to 1: [tasks, K]."""
    if not logs.shape[1]:
        return logs
    shifted = np.exp(logs - row_max(logs))
    return shifted / row_sum(shifted)


def row_max(table: Floats) -> Floats:
    """The greatest of each row: [rows, 1]. Column by column: NumPy is slow along a short last axis."""
    top = table[:, 0].copy()
    for column in range(1, table.shape[1]):
        np.maximum(top, table[:, column], out=top)
    return top[:, None]


def row_sum(table: Floats) -> Floats:
    """The sum of each row: [rows, 1]. Not as a product with ones: for so little, BLAS keeps all cores spinning."""
    total = table[:, 0].copy()
    for column in range(1, table.shape[1]):
        total += table[:, column]
    return total[:, None]


def shares(labels: Labels) -> Floats:
    """Each value's share of the votes on each task: [tasks, K]; 1 / K where nobody voted."""
    votes = labels.votes()
    total = votes.sum(axis=1, keepdims=True)
    even = np.full_like(votes, 1.0 / max(labels.values_n, 1))
    return np.divide(votes, total, out=even, where=total > 0)


def agreement_with(labels: Labels, posterior: Floats) -> Floats:
    """How often each worker says what `posterior` holds for true: [workers], 0 to 1; NaN for who said nothing."""
    right = summed(labels.workers, labels.weights * posterior[labels.tasks, labels.values], labels.workers_n)
    said = summed(labels.workers, labels.weights, labels.workers_n)
    return np.divide(right, said, out=np.full(labels.workers_n, np.nan), where=said > 0)
