"""Agreement beyond chance from what was gathered: by subject, whole and in slices, with bootstrap intervals. Pure."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from fairmark.methods.agreement import alpha_of_counts, cohen_kappa, interval_alphas, ordinal_distance
from fairmark.methods.bootstrap import bootstrap
from fairmark.methods.multirater import gwet_ac1, masi_distance
from fairmark.methods.truth.labels import Floats, Indices
from fairmark.ontology.model import FieldKind
from fairmark.quality.judging.explaining import Names
from fairmark.quality.judging.gathering import Gathered, TaskRow
from fairmark.quality.judging.subjects import NONE
from fairmark.quality.reports.model import AgreementFigure, Interval, SliceKind
from fairmark.quality.reports.slicing import SLICES_MAX, Sliced, some, task_slices

ROUNDS, UNITS_MAX = 200, 2_000
"""Resamples of an interval, and most units (the newest) that a figure rests on."""
PAIRS_MAX, PAIR_UNITS_MIN = 40, 10
VALUES_MAX, NUMBERS_MAX = 300, 500


class Rated(NamedTuple):
    """One subject: units rated by people. rows: [units], the task's place. judges, said: [units], by rater; values:
    what `said` numbers mean. distance: between values; None: nominal.
    """

    subject: str
    level: str
    rows: list[int]
    judges: list[list[int]]
    said: list[list[int]]
    values: list[str]
    distance: Floats | None

    def only(self, units: Sequence[int]) -> "Rated":
        """Some of the units."""
        return self._replace(
            rows=[self.rows[u] for u in units], judges=[self.judges[u] for u in units],
            said=[self.said[u] for u in units],
        )  # fmt: skip


def rated(gathered: Gathered) -> list[Rated]:
    """Every subject with units that two people judged, as far as it has values."""
    found: list[Rated] = []
    for key, subject in gathered.subjects.items():
        if key in gathered.sets:
            found.append(_sets(key, gathered))
        elif key.startswith("class:"):
            continue  # part of "marks:", which also knows who saw nothing
        elif key in gathered.units:
            placed = gathered.units[key]
            ordinal = subject.field is not None and subject.field.kind is FieldKind.SCALE
            each = Rated(
                key, "ordinal" if ordinal else "nominal", [p.row for p in placed], [p.unit.judges for p in placed],
                [p.unit.values for p in placed], list(subject.values), None,
            )  # fmt: skip
            found.append(each._replace(distance=ordinal_distance(_counts(each)) if ordinal else None))
        elif key in gathered.free:
            found.append(_free(key, gathered))
    # Of one class alone there is nothing to agree on beyond that it is there: chance is all there would be.
    found += [each for kind in gathered.looks if len((each := _marks(kind, gathered)).values) > 2]
    useful = [each.only([u for u, who in enumerate(each.judges) if len(who) > 1][-UNITS_MAX:]) for each in found]
    return [each for each in useful if each.rows and len(each.values) <= VALUES_MAX]


def _sets(key: str, gathered: Gathered) -> Rated:
    given = gathered.sets[key]
    different = list(dict.fromkeys(each for _, _, said in given for each in said))[: VALUES_MAX + 1]
    place = {each: n for n, each in enumerate(different)}
    distance = np.array([[masi_distance(a, b) for b in different] for a in different])
    said = [[place.get(each, 0) for each in sets] for _, _, sets in given]
    names = [", ".join(sorted(each)) for each in different]
    return Rated(key, "set", [row for row, *_ in given], [who for _, who, _ in given], said, names, distance)


def _free(key: str, gathered: Gathered) -> Rated:
    given = gathered.free[key]
    different = list(dict.fromkeys(str(each.value) for _, said, _ in given for each in said))
    place = {each: n for n, each in enumerate(different)}
    said = [[place[str(each.value)] for each in texts] for _, texts, _ in given]
    who = [[each.worker for each in texts] for _, texts, _ in given]
    return Rated(key, "nominal", [row for row, *_ in given], who, said, different, None)


def _marks(kind: str, gathered: Gathered) -> Rated:
    """Where somebody marked something: what each who looked took it for, NONE included."""
    seen = [each for each in gathered.looks[kind] if any(each.look.marked)]
    classes = sorted({mark[1] for each in seen for mark in each.look.marks if mark is not None})
    place = {name: n for n, name in enumerate([*classes, NONE])}
    said = [[place[mark[1] if mark is not None else NONE] for mark in each.look.marks] for each in seen]
    return Rated(f"marks:{kind}", "nominal", [each.row for each in seen], [each.look.judges for each in seen], said,
                 [*classes, NONE], None)  # fmt: skip


def _counts(each: Rated) -> Floats:
    """How often each value was given: [units, values]."""
    counts = np.zeros((len(each.said), len(each.values)))
    for unit, said in enumerate(each.said):
        for value in said:
            counts[unit, value] += 1
    return counts


def figures(gathered: Gathered, rows: Sequence[TaskRow], names: Names) -> list[AgreementFigure]:
    """Every figure there is, the whole of a subject before its slices. Workers and batches are named by id."""
    found: list[AgreementFigure] = []
    for each in rated(gathered):
        title = names.subject(each.subject)
        everything = Sliced(SliceKind.ALL, "", "all", list(range(len(each.rows))))
        found.append(_figure(each, title, everything, ROUNDS))
        found += [_figure(each, title, part, ROUNDS // 2) for part in task_slices(each.rows, rows)]
        found += _options(each, gathered, title, names) if each.level == "set" else _classes(each, title, names)
        found += _pairs(each, title, gathered)
    for key, given in gathered.numbers.items():
        found += _of_numbers(key, given, rows, gathered, names)
    return fullest_first([figure for figure in found if figure.units])


def fullest_first(found: Sequence[AgreementFigure]) -> list[AgreementFigure]:
    """The subjects with the most units first; what is about one subject in the order that it was made."""
    whole = {figure.subject: figure.units for figure in found if figure.slice is SliceKind.ALL}
    return sorted(found, key=lambda figure: (-whole.get(figure.subject, 0), figure.subject))


def headline(found: Sequence[AgreementFigure]) -> AgreementFigure | None:
    """The figure of the subject with the most units; None if none can be told."""
    wholes = (figure for figure in found if figure.slice is SliceKind.ALL and figure.figure.value is not None)
    return next(wholes, None)


def _figure(each: Rated, title: str, part: Sliced, rounds: int) -> AgreementFigure:
    counts = _counts(each.only(part.units))
    return _made(each.subject, title, each.level, part, counts,
                 lambda chosen: alpha_of_counts(counts[chosen], each.distance), rounds)  # fmt: skip


def _made(subject: str, title: str, level: str, part: Sliced, counts: Floats, alpha: Callable[[Indices], float],
          rounds: int) -> AgreementFigure:  # fmt: skip
    units = len(counts)
    size = counts.sum(axis=1)
    pairs = float((size * (size - 1)).sum())
    alike = float((counts * (counts - 1)).sum()) / pairs if pairs else math.nan
    figure = _interval(alpha, units, rounds)
    ac1 = _interval(lambda chosen: gwet_ac1(counts[chosen]), units, rounds) if level != "set" else None
    return AgreementFigure(
        subject=subject, title=title, coefficient="alpha", level=level, slice=part.kind, slice_key=part.key,
        slice_title=part.title, units=units, judgements=int(size.sum()), observed=some(alike), figure=figure, ac1=ac1,
    )  # fmt: skip


def _interval(figure: Callable[[Indices], float], units: int, rounds: int) -> Interval:
    drawn = bootstrap(figure, units, rounds=rounds)
    return Interval(value=some(figure(np.arange(units))), low=some(drawn.low), high=some(drawn.high))


def _classes(each: Rated, title: str, names: Names) -> list[AgreementFigure]:
    """Each value against all others, on the units where anybody gave it."""
    counts = _counts(each)
    found: list[AgreementFigure] = []
    for n, value in enumerate(each.values[:SLICES_MAX]):
        own = counts[:, n]
        if not own.any():
            continue
        two = np.stack([own, counts.sum(axis=1) - own], axis=1)
        part = Sliced(SliceKind.CLASS, value, names.value(each.subject, value), list(range(len(two))))
        found.append(_made(each.subject, title, "nominal", part, two,
                           lambda chosen, two=two: alpha_of_counts(two[chosen]), ROUNDS // 2))  # fmt: skip
    return found


def _options(each: Rated, gathered: Gathered, title: str, names: Names) -> list[AgreementFigure]:
    """Of a question with several options, each of them: chosen or not."""
    key = each.subject
    given = [(row, sets) for row, _, sets in gathered.sets[key] if len(sets) > 1][-UNITS_MAX:]
    options = Counter(option for _, sets in given for chosen in sets for option in chosen)
    found: list[AgreementFigure] = []
    for option in sorted(options, key=lambda name: (-options[name], name))[:SLICES_MAX]:
        yes = np.array([sum(option in chosen for chosen in sets) for _, sets in given], dtype=np.float64)
        counts = np.stack([yes, np.array([len(sets) for _, sets in given]) - yes], axis=1)
        part = Sliced(SliceKind.CLASS, option, names.value(key, option), list(range(len(given))))
        found.append(_made(key, title, "nominal", part, counts,
                           lambda chosen, counts=counts: alpha_of_counts(counts[chosen]), ROUNDS // 2))  # fmt: skip
    return found


def _pairs(each: Rated, title: str, gathered: Gathered) -> list[AgreementFigure]:
    """Cohen's kappa, of sets alpha, of the pairs of people who judged most units both."""
    shared: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for who, said in zip(each.judges, each.said, strict=True):
        given = sorted(zip(who, said, strict=True))
        for n, (first, ours) in enumerate(given):
            for second, theirs in given[n + 1 :]:
                if first != second:
                    shared.setdefault((first, second), []).append((ours, theirs))
    most = sorted(shared.items(), key=lambda pair: -len(pair[1]))[:PAIRS_MAX]
    found: list[AgreementFigure] = []
    for (first, second), said in most:
        if len(said) < PAIR_UNITS_MIN:
            continue
        table = np.array(said, dtype=np.int64)
        coefficient, measure = ("alpha", _pair_alpha) if each.level == "set" else ("kappa", _kappa)
        figure = measure(table, each)
        a, b = str(gathered.ids[first]), str(gathered.ids[second])
        found.append(
            AgreementFigure(
                subject=each.subject, title=title, coefficient=coefficient, level=each.level, slice=SliceKind.PAIR,
                slice_key=f"{a}|{b}", slice_title="", units=len(table), judgements=2 * len(table),
                observed=float((table[:, 0] == table[:, 1]).mean()),
                figure=_interval(figure, len(table), ROUNDS // 2),
            )
        )  # fmt: skip
    return found


def _kappa(table: Indices, each: Rated) -> Callable[[Indices], float]:
    """Of what two people said: [units, 2]."""
    weighting = "quadratic" if each.level == "ordinal" else None
    return lambda chosen: cohen_kappa(table[chosen, 0], table[chosen, 1], weighting)


def _pair_alpha(table: Indices, each: Rated) -> Callable[[Indices], float]:
    """As `alpha_of_counts` of two ratings a unit, [units, 2], without a table of units by values."""
    distance = each.distance if each.distance is not None else 1.0 - np.eye(len(each.values))
    apart = distance[table[:, 0], table[:, 1]]

    def alpha(chosen: Indices) -> float:
        n = np.bincount(table[chosen].ravel(), minlength=len(distance)).astype(np.float64)
        expected = float(n @ distance @ n) / (float(n.sum()) - 1)
        return 1.0 if expected == 0 else 1.0 - 2 * float(apart[chosen].sum()) / expected

    return alpha


def _of_numbers(
    key: str, given: Sequence[tuple[int, list[int], list[float], float]], rows: Sequence[TaskRow], gathered: Gathered,
    names: Names,
) -> list[AgreementFigure]:  # fmt: skip
    """Alpha at the interval level of a subject that is a number: whole, in slices, of pairs of people."""
    several = [(row, judges, values) for row, judges, values, _ in given if len(values) > 1][-NUMBERS_MAX:]
    title, said = names.subject(key), [values for *_, values in several]
    found = [_of_values(key, title, Sliced(SliceKind.ALL, "", "all", []), said)]
    parts = task_slices([row for row, *_ in several], rows)
    found += [_of_values(key, title, part, [said[unit] for unit in part.units]) for part in parts]
    shared: dict[tuple[int, int], list[list[float]]] = {}
    for _, judges, values in several:
        for (first, ours), (second, theirs) in combinations(sorted(zip(judges, values, strict=True)), 2):
            if first != second:
                shared.setdefault((first, second), []).append([ours, theirs])
    most = sorted(shared.items(), key=lambda pair: -len(pair[1]))[:PAIRS_MAX]
    for (first, second), both in most:
        if len(both) >= PAIR_UNITS_MIN:
            between = f"{gathered.ids[first]}|{gathered.ids[second]}"
            found.append(_of_values(key, title, Sliced(SliceKind.PAIR, between, "", []), both))
    return found


def _of_values(key: str, title: str, part: Sliced, said: Sequence[Sequence[float]]) -> AgreementFigure:
    return AgreementFigure(
        subject=key, title=title, coefficient="alpha", level="interval", slice=part.kind, slice_key=part.key,
        slice_title=part.title, units=len(said), judgements=sum(len(values) for values in said), observed=None,
        figure=_interval(interval_alphas(said), len(said), ROUNDS // 2),
    )  # fmt: skip
