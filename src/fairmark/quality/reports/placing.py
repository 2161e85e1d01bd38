"""Agreement on where marks lie: boxes, spans and every other kind, by what their modality takes for alike. Pure.

The whole drawing of a person is one answer. Two are as far apart as their marks of a kind lack to fit: 1 - F1, with
each pair counted by how well it fits. What would be agreement by chance is seen where different items are compared.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from fairmark.methods.bootstrap import bootstrap
from fairmark.methods.distance_alpha import distance_alpha
from fairmark.methods.truth.labels import Indices
from fairmark.modalities import MODALITIES
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation
from fairmark.quality.judging.explaining import Names
from fairmark.quality.judging.gathering import TaskRow
from fairmark.quality.reports.model import AgreementFigure, Interval, SliceKind
from fairmark.quality.reports.slicing import SLICES_MAX, Sliced, some, task_slices

ROWS_MAX, PAIRS_MAX, BETWEEN_MAX = 500, 6, 300
"""Most tasks (the newest), most pairs of people in each, and most pairs across tasks that are compared."""
ROUNDS = 200
SHARED_MIN, PEOPLE_MAX = 10, 20
"""Fewest tasks that two people must share, and most pairs of people."""


class Apart(NamedTuple):
    """How far two drawings are apart. fit: by (mark kind, class; "" for any class), sum of how well pairs fit; marks:
    how many of both. A kind that neither has is not in it.
    """

    first: int
    second: int
    fit: Mapping[tuple[str, str], float]
    marks: Mapping[tuple[str, str], int]

    def distance(self, place: tuple[str, str]) -> float:
        """0 to 1; two empty drawings are alike."""
        count = self.marks.get(place, 0)
        return 1.0 - 2 * self.fit.get(place, 0.0) / count if count else 0.0


class Compared(NamedTuple):
    """One task: its place in the rows, how many answered, and pairs of answers; who: by the numbers in the pairs."""

    row: int
    answers: int
    pairs: list[Apart]
    who: list[str]


def figures(modality: str, compiled: CompiledOntology, rows: Sequence[TaskRow], names: Names) -> list[AgreementFigure]:
    """A subject "places:KIND" for every kind of mark, whole and in slices. Workers and batches are named by id."""
    useful = [n for n, row in enumerate(rows) if len(row.handed) > 1 and any(h.annotation.marks for h in row.handed)]
    useful = useful[-ROWS_MAX:]
    tasks = [_compared(modality, compiled, rows, n) for n in useful]
    across = _across(modality, compiled, rows, useful)
    places = sorted({place for task in tasks for pair in task.pairs for place in pair.marks})
    found: list[AgreementFigure] = []
    for kind in dict.fromkeys(kind for kind, _ in places):
        marked = [task for task in tasks if any((kind, "") in pair.marks for pair in task.pairs)]
        every = _Placed(kind, names.subject(f"places:{kind}"), marked, across)
        found.append(every.figure(Sliced(SliceKind.ALL, "", "all", list(range(len(marked)))), ROUNDS))
        slices = task_slices([task.row for task in marked], rows)
        found += [every.figure(part, ROUNDS // 2) for part in slices]
        for name in [name for of, name in places if of == kind and name][:SLICES_MAX]:
            own = [n for n, task in enumerate(marked) if any((kind, name) in pair.marks for pair in task.pairs)]
            found.append(every.figure(Sliced(SliceKind.CLASS, name, names.value("", name), own), ROUNDS // 2, name))
        found += every.pairs()
    return found


class _Placed(NamedTuple):
    kind: str
    title: str
    tasks: list[Compared]
    across: list[Apart]

    def figure(
        self, part: Sliced, rounds: int, name: str = "", keep: Callable[[Apart, Compared], bool] | None = None
    ) -> AgreementFigure:
        """Of some of the tasks. name: of one class. keep: only some pairs of answers."""
        place = (self.kind, name)
        apart: list[float] = []
        weights: list[float] = []
        judgements = 0
        for n in part.units:
            task = self.tasks[n]
            pairs = [pair for pair in task.pairs if keep is None or keep(pair, task)]
            apart.append(float(np.mean([pair.distance(place) for pair in pairs])))
            answers = task.answers if keep is None else 2
            weights.append(float(answers))
            judgements += answers
        within, weight = np.array(apart), np.array(weights)
        # As within: only where one of the two has marks of the sort.
        between = np.array([pair.distance(place) for pair in self.across if place in pair.marks])

        def alpha(chosen: Indices) -> float:
            return distance_alpha(within[chosen], weight[chosen], between)

        interval = bootstrap(alpha, len(within), rounds=rounds)
        return AgreementFigure(
            subject=f"places:{self.kind}", title=self.title, coefficient="alpha", level="place", slice=part.kind,
            slice_key=part.key, slice_title=part.title, units=len(within), judgements=judgements,
            observed=1 - float(np.average(within, weights=weight)) if len(within) else None,
            figure=Interval(value=some(alpha(np.arange(len(within)))), low=some(interval.low),
                            high=some(interval.high)),
        )  # fmt: skip

    def pairs(self) -> list[AgreementFigure]:
        """Of the pairs of people who share most tasks."""
        shared: dict[tuple[str, str], list[int]] = {}
        for n, task in enumerate(self.tasks):
            for pair in task.pairs:
                both = sorted((task.who[pair.first], task.who[pair.second]))
                shared.setdefault((both[0], both[1]), []).append(n)
        most = sorted(shared.items(), key=lambda entry: -len(entry[1]))[:PEOPLE_MAX]
        found: list[AgreementFigure] = []
        for both, units in most:
            if len(units) < SHARED_MIN:
                continue

            def theirs(pair: Apart, task: Compared, both: tuple[str, str] = both) -> bool:
                return {task.who[pair.first], task.who[pair.second]} == set(both)

            part = Sliced(SliceKind.PAIR, "|".join(both), "", list(dict.fromkeys(units)))
            found.append(self.figure(part, ROUNDS // 2, keep=theirs))
        return found


def _compared(modality: str, compiled: CompiledOntology, rows: Sequence[TaskRow], n: int) -> Compared:
    handed = rows[n].handed
    chosen = list(combinations(range(len(handed)), 2))[:PAIRS_MAX]
    pairs = [_apart(modality, compiled, handed[a].annotation, handed[b].annotation, a, b) for a, b in chosen]
    return Compared(n, len(handed), pairs, [str(each.worker) for each in handed])


def _across(modality: str, compiled: CompiledOntology, rows: Sequence[TaskRow], useful: Sequence[int]) -> list[Apart]:
    """Answers to different tasks, drawn at random; the same draw each time."""
    if len(useful) < 2:
        return []
    rng = np.random.default_rng(0)
    found: list[Apart] = []
    for _ in range(BETWEEN_MAX):
        a, b = (rows[useful[int(n)]].handed for n in rng.choice(len(useful), 2, replace=False))
        ours, theirs = a[int(rng.integers(len(a)))], b[int(rng.integers(len(b)))]
        found.append(_apart(modality, compiled, ours.annotation, theirs.annotation, 0, 1))
    return found


def _apart(
    modality: str, compiled: CompiledOntology, ours: Annotation, theirs: Annotation, first: int, second: int
) -> Apart:
    marks = {mark.id: mark for mark in ours.marks}
    count: dict[tuple[str, str], int] = {}
    for mark in (*ours.marks, *theirs.marks):
        for place in ((mark.kind, ""), (mark.kind, mark.class_)):
            count[place] = count.get(place, 0) + 1
    fit: dict[tuple[str, str], float] = {}
    for pair in MODALITIES[modality].agreement(ours, theirs, compiled=compiled).pairs if marks else ():
        mark = marks[pair.ours]
        places = [(mark.kind, ""), (mark.kind, mark.class_)] if pair.same_class else [(mark.kind, "")]
        for place in places:
            fit[place] = fit.get(place, 0.0) + pair.similarity
    return Apart(first, second, fit, count)
