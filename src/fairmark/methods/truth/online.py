"""One judgement at a time: the hierarchical model kept up to date in a fraction of a millisecond."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.calibration import SCALE, calibrated, drawn, effective_judges
from fairmark.methods.truth.hierarchical import (
    LEARNING,
    Fit,
    Learnt,
    Step,
    cut,
    learn,
    learning,
    log_prior,
    log_tables,
    mixed,
    tells,
)
from fairmark.methods.truth.judges import (
    FAMILIES,
    Family,
    Judges,
    informativeness,
    judged,
    newcomers,
    shared_pattern,
    split,
    swayed,
    table,
)
from fairmark.methods.truth.labels import Floats, Indices, Labels, clamped, gold_of, labels_of, normalised


class Rows(NamedTuple):
    """What was said about one task: numbers of workers and values, [n] each, and weights as in Labels."""

    workers: Indices
    values: Indices
    weights: Floats


class Told(NamedTuple):
    """What a task has told its workers so far: its rows, and by family what was believed of it then, [K] each."""

    rows: Rows
    beliefs: tuple[Floats, ...]


NOTHING = Rows(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


class Online:
    """The model of `hierarchical`, judgement by judgement.

    `observe` takes one judgement, moves the workers on that task, and returns the task's posterior; everybody else
    stays as they were, and so do the beliefs about the crowd, until `settle` fits everything anew: then the answer is
    that of `hierarchical` over all judgements, whatever the order they came in. In between it is an incremental
    EM (Neal and Hinton 1998): each task's old contribution to its workers is taken back before the new one is added.
    Cost of `observe`: O(n K^2) for the n judgements on the task, no matter how many are behind it. Memory is linear.
    """

    def __init__(self, values: int, *, labels: Labels | None = None, gold: Indices | None = None) -> None:
        """values: K, at least 2. labels: what is known already, fitted at once. gold: [tasks], -1 where unknown."""
        if values < 2:
            raise Invalid("There is nothing to choose between.", mend="Give at least two values.")
        self._values = values
        self._labels = labels if labels is not None else labels_of([], [], [], shape=(0, 0, values))
        self._gold = {i: int(g) for i, g in enumerate(gold_of(gold, self._labels).tolist()) if g >= 0}
        self._changed: dict[int, Rows] = {}
        self._beliefs: list[dict[int, Floats]] = []
        self.settle()

    @classmethod
    def resumed(cls, learnt: Learnt, told: Mapping[int, Told] | None = None) -> "Online":
        """The model where it was left, as far as it is at hand: some of the workers, and what some tasks told them.

        learnt: its arrays are of these workers, numbered from 0, and are changed by what follows. told: tasks that may
        say more now, with the workers' numbers. `settle` would know nothing but these tasks: it is not for such a part.
        """
        part = cls(len(learnt.fits[0].crowd.habit))
        part._learnt = learnt
        known = told or {}
        part._changed = {task: each.rows for task, each in known.items()}
        part._beliefs = [{task: each.beliefs[n] for task, each in known.items()} for n in range(len(learnt.fits))]
        return part

    @property
    def learnt(self) -> Learnt:
        """What is believed of everybody just now; good for `hierarchical.judge` and `stopping`."""
        return self._learnt

    def gold(self, task: int, value: int) -> None:
        """Makes the answer of a task known. It teaches from the task's next judgement or `settle` on."""
        if not 0 <= value < self._values:
            raise Invalid("Gold names a value that is not there.", mend="Number the values from 0.")
        self._gold[task] = value

    def observe(self, task: int, worker: int, value: int) -> Floats:
        """Takes one judgement; the posterior of its task: [K]. New numbers of tasks and workers are taken as they come.

        A worker's second judgement on a task shares one voice with the first. Raises Invalid for a value out of range.
        """
        if not 0 <= value < self._values or min(task, worker) < 0:
            raise Invalid("A task, worker or label has a number out of range.", mend="Number them from 0.")
        self._make_room(worker + 1)
        before = self._rows(task)
        workers = np.append(before.workers, worker)
        voices = np.array([(workers == each).sum() for each in workers], dtype=np.float64)
        return self.say(task, Rows(workers, np.append(before.values, value), 1.0 / voices))

    def say(self, task: int, rows: Rows) -> Floats:
        """Makes `rows` all that was said about a task, whatever it was before; the posterior of the task: [K].

        The numbers of `rows` have to be in range, and the workers known already (`observe` looks to both).
        """
        before = self._rows(task)
        fits = tuple(self._taught(number, task, before, rows) for number in range(len(self._learnt.fits)))
        self._learnt = replace(self._learnt, fits=fits)
        self._changed[task] = rows
        return self.posterior(task)

    def told(self, task: int) -> Told:
        """What the task has told its workers so far: what `resumed` needs to take it back."""
        return Told(self._rows(task), tuple(self._belief(n, task) for n in range(len(self._learnt.fits))))

    def posterior(self, task: int) -> Floats:
        """What is believed of a task: [K]. The prior for a task nobody has judged."""
        if task in self._gold:
            return np.eye(self._values)[self._gold[task]]
        alone = judged_rows(self._rows(task), self._learnt)
        return drawn(alone[None], self._learnt.ranked, self._learnt.tasks)[0]

    def skill(self, worker: int) -> float:
        """How often the worker is right, 0 to 1, on average over the values."""
        self._make_room(worker + 1)
        return float(np.mean([np.trace(fit.tables[worker]) / self._values for fit in self._learnt.fits]))

    def labels(self) -> Labels:
        """Everything observed, as one table."""
        if not self._changed:
            return self._labels
        known = self._labels
        keep = ~np.isin(known.tasks, list(self._changed))
        items = sorted(self._changed.items())
        tasks_n = max(known.tasks_n, items[-1][0] + 1)
        workers_n = max(known.workers_n, self._workers())
        return labels_of(
            np.concatenate([known.tasks[keep], *(np.full(len(rows.workers), task) for task, rows in items)]),
            np.concatenate([known.workers[keep], *(rows.workers for _, rows in items)]),
            np.concatenate([known.values[keep], *(rows.values for _, rows in items)]),
            shape=(tasks_n, workers_n, self._values),
            weights=np.concatenate([known.weights[keep], *(rows.weights for _, rows in items)]),
        )

    def settle(self) -> None:
        """Fits everything anew to all that was observed. O(labels); for times when little else is to do."""
        self._labels, self._changed = self.labels(), {}
        order = np.argsort(self._labels.tasks, kind="stable")
        self._order = order
        self._starts = np.searchsorted(self._labels.tasks[order], np.arange(self._labels.tasks_n + 1))
        gold = np.full(self._labels.tasks_n, -1)
        for task, value in self._gold.items():
            if task < len(gold):
                gold[task] = value
        if not len(self._labels):
            self._learnt = Learnt(tuple(_fresh(self._values, family) for family in FAMILIES), SCALE)
            self._settled = [np.empty((0, self._values)) for _ in FAMILIES]
        else:
            part = cut(self._labels, gold)[0]
            found = learn([part], self._labels.workers_n, self._values)
            fits: list[Fit] = []
            self._settled = []
            for fit in found.fits:
                step = Step(log_tables(fit.tables), np.log(fit.crowd.prior))
                logs = (part.matrix @ step.logs) * learning(part.voices)[:, None] + step.log_prior
                belief = clamped(normalised(logs), part.gold) * tells(part)[:, None]
                shape = (self._labels.workers_n, self._values, self._values)
                fits.append(replace(fit, said=(part.matrix.T @ belief).reshape(shape).transpose(0, 2, 1).copy()))
                self._settled.append(belief)
            self._learnt = replace(found, fits=tuple(fits))
        self._beliefs = [{} for _ in self._learnt.fits]

    def _workers(self) -> int:
        return len(self._learnt.fits[0].tables)

    def _make_room(self, workers: int) -> None:
        """Newcomers up to `workers`; room doubles, so that adding one by one stays linear."""
        have = self._workers()
        if workers <= have:
            return
        more = max(workers, 2 * have) - have
        self._learnt = replace(self._learnt, fits=tuple(_with_newcomers(fit, more) for fit in self._learnt.fits))

    def _rows(self, task: int) -> Rows:
        if task in self._changed:
            return self._changed[task]
        if task >= self._labels.tasks_n:
            return NOTHING
        rows = self._order[self._starts[task] : self._starts[task + 1]]
        return Rows(self._labels.workers[rows], self._labels.values[rows], self._labels.weights[rows])

    def _belief(self, number: int, task: int) -> Floats:
        """What the task told its workers last: [K], not yet weighted; zeros if it told nothing."""
        found = self._beliefs[number].get(task)
        if found is not None:
            return found
        settled = self._settled[number]
        return settled[task] if task < len(settled) else np.zeros(self._values)

    def _taught(self, number: int, task: int, before: Rows, rows: Rows) -> Fit:
        """The fit with the task's old contribution replaced. Arrays of the fit are changed in place: they are ours."""
        fit = self._learnt.fits[number]
        old = self._belief(number, task)
        # [worker, value said, truth]: all rows at once, for one by one they cost three times as much.
        said_of = fit.said.transpose(0, 2, 1)
        np.subtract.at(said_of, (before.workers, before.values), before.weights[:, None] * old)
        if task in self._gold:
            belief = np.eye(self._values)[self._gold[task]]
        elif rows.weights.sum() > 1.5:
            logs = _evidence(fit, rows) * float(rows.weights.sum()) ** -LEARNING
            belief = normalised((logs + np.log(fit.crowd.prior))[None])[0]
        else:
            belief = np.zeros(self._values)
        np.add.at(said_of, (rows.workers, rows.values), rows.weights[:, None] * belief)
        self._beliefs[number][task] = belief
        touched = np.unique(rows.workers)
        said = np.maximum(fit.said[touched], 0.0)
        now = fit.judges.only(touched)
        judges = judged(split(said, fit.crowd, now, fit.family), fit.crowd, now, fit.family)
        fit.judges.ways[touched] = judges.ways
        fit.judges.habit[touched] = judges.habit
        fit.judges.lean[touched] = judges.lean
        fit.tables[touched] = table(said, shared_pattern(fit.crowd, judges, fit.family), fit.crowd.concentration)
        return fit


def judged_rows(rows: Rows, learnt: Learnt) -> Floats:
    """The calibrated posterior of one task, averaged over the families: [K]; as `hierarchical.judge` of one task, but
    not drawn to the others'.
    """
    values = len(learnt.fits[0].crowd.habit)
    votes = np.bincount(rows.values, rows.weights, minlength=values).astype(np.float64)
    return mixed([_calibrated(fit, rows, learnt.scale)[None] for fit in learnt.fits], votes[None], learnt.scale)[0]


def newcomer(learnt: Learnt) -> Learnt:
    """The same crowd with one worker of whom nothing is known."""
    return replace(learnt, fits=tuple(_with_newcomers(cut_to(fit, np.empty(0, np.int64)), 1) for fit in learnt.fits))


def cut_to(fit: Fit, workers: Indices) -> Fit:
    """The fit with some of its workers only, given by their numbers; the arrays are copies."""
    return replace(fit, judges=fit.judges.only(workers), said=fit.said[workers], tables=fit.tables[workers])


def _calibrated(fit: Fit, rows: Rows, scale: float) -> Floats:
    logs = _swayed_evidence(fit, rows) if fit.sway else _evidence(fit, rows)
    information = informativeness(fit.tables[rows.workers])
    total, squares = rows.weights @ information, rows.weights @ np.square(information)
    judges = effective_judges(np.array([total]), np.array([squares]))
    return calibrated(logs[None], judges, scale, log_prior(fit))[0]


def _evidence(fit: Fit, rows: Rows) -> Floats:
    """Sum of log P(said | truth) over a task's judgements: [K]."""
    return rows.weights @ np.log(fit.tables[rows.workers, :, rows.values])


def _swayed_evidence(fit: Fit, rows: Rows) -> Floats:
    """`hierarchical.log_likelihoods` of one task: [K]."""
    who = rows.workers
    rest, mass = swayed(fit.tables[who], fit.crowd, fit.judges.only(who), fit.family, fit.sway)
    values = np.arange(rest.shape[1])
    # [n, K (c), K (suggested)]: only who says what is suggested is swayed.
    said = rest[np.arange(len(who)), :, rows.values][:, :, None]
    said = said + mass[:, :, None] * (rows.values[:, None, None] == values)
    return np.logaddexp.reduce(np.tensordot(rows.weights, np.log(said), 1) + np.log(fit.crowd.pattern), axis=1)


def _fresh(values: int, family: Family) -> Fit:
    crowd, judges = newcomers(values, 0)
    empty = np.zeros((0, values, values))
    return Fit(family, crowd, judges, empty, empty.copy())


def _with_newcomers(fit: Fit, more: int) -> Fit:
    crowd, values = fit.crowd, len(fit.crowd.habit)
    fresh = Judges(np.tile(crowd.ways, (more, 1)), np.tile(crowd.habit, (more, 1)), np.ones((more, values)))
    judges = Judges(
        np.concatenate([fit.judges.ways, fresh.ways]),
        np.concatenate([fit.judges.habit, fresh.habit]),
        np.concatenate([fit.judges.lean, fresh.lean]),
    )
    said = np.concatenate([fit.said, np.zeros((more, values, values))])
    tables = np.concatenate([fit.tables, shared_pattern(crowd, fresh, fit.family)])
    return replace(fit, judges=judges, said=said, tables=tables)
