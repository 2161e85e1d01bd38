"""Agreement beyond chance in a file of labels: whole, by label and by pair of workers. Needs NumPy and SciPy."""

import json
import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np

from fairmark.entrypoints.truth.files import Row, number_of, rows_of
from fairmark.kernel.errors import Invalid
from fairmark.methods.agreement import VALUES_MAX, Level, alpha_of_counts, cohen_kappa, krippendorff_alpha
from fairmark.methods.bootstrap import bootstrap
from fairmark.methods.multirater import fleiss_kappa, gwet_ac1, set_alpha
from fairmark.methods.truth.labels import Floats, Indices

LEVELS = (*get_args(Level), "set")
ROUNDS = 200
VALUES_SHOWN, PAIRS_SHOWN, PAIR_TASKS_MIN = 20, 20, 10
"""Most labels and pairs of workers with a figure of their own; fewest tasks that a pair must share."""

_Said = Mapping[str, Any]
"""What each worker said of one task."""


class Figure(NamedTuple):
    """of: "all", "label X" or "A and B". tasks: that two judged. value, low, high: the coefficient, 1 always alike, 0
    no more than by chance, and the middle 95 % of where it may lie; None: too little to say.
    """

    of: str
    coefficient: str
    tasks: int
    value: float | None
    low: float | None
    high: float | None


def agreement(path: Path, level: str) -> list[Figure]:
    """Every figure of a file of worker,task,label; of two labels of one worker for a task the last counts.

    level: what labels are: names (nominal), numbers in order (ordinal), of equal steps (interval), with a true zero
    (ratio), or JSON lists of names (set). Raises Invalid: another level, a bad row, too many different labels.
    """
    if level not in LEVELS:
        raise Invalid(f"There is no level '{level}'.", mend=f"Use one of: {', '.join((*LEVELS, 'shapes'))}.")
    tasks: dict[str, dict[str, Any]] = {}
    for row in rows_of(path):
        tasks.setdefault(row.task, {})[row.worker] = _value(row, level, path)
    useful = [said for said in tasks.values() if len(said) > 1]
    if level == "nominal":
        return [*_of_names(useful), *_pairs(useful, "Cohen's kappa", _kappa(None))]
    alpha = _set_alpha if level == "set" else _number_alpha(level)
    whole = [_figure("all", "Krippendorff's alpha", len(useful), alpha([list(said.values()) for said in useful]))]
    if level == "ordinal":
        return [*whole, *_pairs(useful, "Cohen's weighted kappa", _kappa("quadratic"))]
    return [*whole, *_pairs(useful, "Krippendorff's alpha", alpha)]


_Figured = Callable[[Indices], float]
"""A coefficient of some of the units, by their numbers."""
_Measure = Callable[[Sequence[Sequence[Any]]], _Figured]
"""From what was said of each unit."""


def _value(row: Row, level: str, path: Path) -> Any:
    if level == "nominal":
        return row.label
    if level != "set":
        return number_of(row.label, path, f"line {row.line}")
    try:
        names = json.loads(row.label)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Invalid(f"{path}, line {row.line}: the label is not a JSON list of names.", mend='Such as ["a","b"].')
    return frozenset[Hashable](names)


def _of_names(useful: Sequence[_Said]) -> list[Figure]:
    often = Counter(value for said in useful for value in said.values())
    if len(often) > VALUES_MAX:
        raise Invalid(f"There are more than {VALUES_MAX} different labels.", mend="Group them.")
    places = {value: n for n, (value, _) in enumerate(often.most_common())}
    counts = np.zeros((len(useful), len(places)))
    for unit, said in enumerate(useful):
        for value in said.values():
            counts[unit, places[value]] += 1

    def of(counts: Floats, figure: Callable[[Floats], float]) -> _Figured:
        return lambda chosen: figure(counts[chosen])

    measures = {"Krippendorff's alpha": alpha_of_counts, "Gwet's AC1": gwet_ac1, "Fleiss' kappa": fleiss_kappa}
    found = [_figure("all", name, len(useful), of(counts, each)) for name, each in measures.items()]
    for value in list(places)[:VALUES_SHOWN] if len(places) > 2 else ():
        own = counts[:, places[value]]
        against = np.stack([own, counts.sum(axis=1) - own], axis=1)
        found.append(_figure(f"label {value}", "Krippendorff's alpha", len(useful), of(against, alpha_of_counts)))
    return found


def _number_alpha(level: str) -> _Measure:
    """Alpha of numbers. Who said what is nothing to it, so the table is only as wide as a task has labels."""
    [scale] = [each for each in get_args(Level) if each == level]

    def measure(units: Sequence[Sequence[float]]) -> _Figured:
        ratings = np.full((len(units), max(map(len, units), default=0)), np.nan)
        for unit, values in enumerate(units):
            ratings[unit, : len(values)] = values
        return lambda chosen: krippendorff_alpha(ratings[chosen], scale)

    return measure


def _set_alpha(units: Sequence[Sequence[frozenset[Hashable]]]) -> _Figured:
    return lambda chosen: set_alpha([units[n] for n in chosen.tolist()])


def _kappa(weighting: Any) -> _Measure:
    def measure(units: Sequence[Sequence[Any]]) -> _Figured:
        both = np.array(units, dtype=object if weighting is None else np.float64)
        return lambda chosen: cohen_kappa(both[chosen, 0], both[chosen, 1], weighting)

    return measure


def _pairs(useful: Sequence[_Said], name: str, measure: _Measure) -> list[Figure]:
    """Of the pairs of workers who share most tasks."""
    shared: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
    for said in useful:
        for one, other in combinations(sorted(said), 2):
            shared.setdefault((one, other), []).append((said[one], said[other]))
    most = sorted(shared.items(), key=lambda entry: -len(entry[1]))[:PAIRS_SHOWN]
    return [
        _figure(f"{one} and {other}", name, len(units), measure(units))
        for (one, other), units in most
        if len(units) >= PAIR_TASKS_MIN
    ]


def _figure(of: str, name: str, tasks: int, figure: _Figured) -> Figure:
    interval = bootstrap(figure, tasks, rounds=ROUNDS)
    value = figure(np.arange(tasks)) if tasks else math.nan
    return Figure(of, name, tasks, *(None if math.isnan(each) else each for each in (value, *interval)))
