"""How well outlines fit, by the measures of their kind: IoU, boundary F, panoptic quality, OKS, chamfer distance. Pure.

Not beyond chance: two outlines of one thing do not fit by luck. Each is a sum over pairs of people, divided by what it
is a share of, and its interval is that of tasks drawn anew.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from fairmark.methods.bootstrap import bootstrap
from fairmark.methods.truth.labels import Floats, Indices
from fairmark.modalities import MODALITIES, MediaSize
from fairmark.modalities.model import Tallies
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation
from fairmark.quality.judging.explaining import Names
from fairmark.quality.judging.gathering import TaskRow
from fairmark.quality.reports.model import AgreementFigure, Interval, SliceKind
from fairmark.quality.reports.slicing import SLICES_MAX, some

LEVEL = "shape"
"""What these figures say their level is: they are no coefficients beyond chance."""
ROWS_MAX, PAIRS_MAX, MARKS_MAX = 200, 3, 4_000
"""Most tasks (the newest), most pairs of people in each, and most marks that are looked at in all: edges are dear."""
ROUNDS = 200
ORDER = ("f1", "iou", "boundary_f", "pq", "sq", "rq", "oks", "chamfer_px")
BY_CLASS = frozenset({"pq", "sq", "rq"})
"""Of these the whole is the mean over classes, each as heavy as any other; of the others all marks count alike."""


class Marked(NamedTuple):
    """What each person marked in one item. media: sizes of its assets in their order; empty: not known."""

    annotations: Sequence[Annotation]
    media: tuple[MediaSize, ...]


class Fits(NamedTuple):
    """What the pairs of people of one task add up to; answers: how many people."""

    answers: int
    tallies: Tallies


def figures(modality: str, compiled: CompiledOntology, rows: Sequence[TaskRow], names: Names) -> list[AgreementFigure]:
    """Those of the tasks of a project, the newest last."""
    marked = [Marked([handed.annotation for handed in row.handed], row.media) for row in rows]
    return figures_of(modality, compiled, marked, names)


def figures_of(
    modality: str, compiled: CompiledOntology, marked: Sequence[Marked], names: Names
) -> list[AgreementFigure]:
    """A subject "shapes:KIND" for every kind of mark with a figure for each measure that it has, whole and by class."""
    tasks = _tasks(modality, compiled, marked)
    keys = dict.fromkeys(key for task in tasks for key in task.tallies)
    found: list[AgreementFigure] = []
    for measure in ORDER:
        for kind in sorted({of for name, of, _ in keys if name == measure}):
            classes = sorted(name for what, of, name in keys if (what, of) == (measure, kind))
            found.append(_figure(tasks, measure, kind, classes, SliceKind.ALL, "", "all", names))
            if len(classes) > 1:
                found += [
                    _figure(tasks, measure, kind, [name], SliceKind.CLASS, name, names.value("", name), names)
                    for name in classes[:SLICES_MAX]
                ]
    return [figure for figure in found if figure.figure.value is not None]


def _tasks(modality: str, compiled: CompiledOntology, marked: Sequence[Marked]) -> list[Fits]:
    """The newest first, until enough marks have been looked at."""
    found: list[Fits] = []
    looked = 0
    useful = [each for each in marked if len(each.annotations) > 1 and any(said.marks for said in each.annotations)]
    for annotations, media in useful[: -ROWS_MAX - 1 : -1]:
        if looked > MARKS_MAX:
            break
        together: Tallies = {}
        for ours, theirs in list(combinations(annotations, 2))[:PAIRS_MAX]:
            looked += len(ours.marks) + len(theirs.marks)
            alike = MODALITIES[modality].shapes(ours, theirs, media, compiled=compiled)
            for key, (total, weight) in alike.items():
                before = together.get(key, (0.0, 0.0))
                together[key] = (before[0] + total, before[1] + weight)
        found.append(Fits(len(annotations), together))
    return found


def _figure(
    tasks: Sequence[Fits], measure: str, kind: str, classes: Sequence[str], slice: SliceKind, key: str, title: str,
    names: Names,
) -> AgreementFigure:  # fmt: skip
    own = [task for task in tasks if any((measure, kind, name) in task.tallies for name in classes)]
    table = np.array([[task.tallies.get((measure, kind, name), (0.0, 0.0)) for name in classes] for task in own])

    def value(chosen: Indices) -> float:
        return _share(table[chosen].sum(axis=0), by_class=measure in BY_CLASS)

    interval = bootstrap(value, len(own), rounds=ROUNDS)
    whole = value(np.arange(len(own)))
    return AgreementFigure(
        subject=f"shapes:{kind}", title=names.subject(f"shapes:{kind}"), coefficient=measure, level=LEVEL, slice=slice,
        slice_key=key, slice_title=title, units=len(own), judgements=sum(task.answers for task in own), observed=None,
        figure=Interval(value=some(whole), low=some(interval.low), high=some(interval.high)),
    )  # fmt: skip


def _share(sums: Floats, *, by_class: bool) -> float:
    """sums: [classes, 2]. NaN where there is nothing to divide by."""
    known = sums[sums[:, 1] > 0]
    if not len(known):
        return float("nan")
    if by_class:
        return float(np.mean(known[:, 0] / known[:, 1]))
    return float(known[:, 0].sum() / known[:, 1].sum())


def beyond_chance(found: Sequence[AgreementFigure]) -> list[AgreementFigure]:
    """The other figures: those that can head a page on agreement."""
    return [figure for figure in found if figure.level != LEVEL]
