"""What people say for what, and examples behind each cell. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from fairmark.kernel import json
from fairmark.methods.truth.existence import Looks, judged
from fairmark.methods.truth.labels import Floats
from fairmark.methods.truth.online import Online
from fairmark.quality.judging.explaining import Names
from fairmark.quality.judging.gathering import Gathered, TaskRow
from fairmark.quality.judging.settling import Settled
from fairmark.quality.judging.state import Book, finders
from fairmark.quality.judging.subjects import NONE
from fairmark.quality.reports.model import Cell, Confusion

EXAMPLES_MAX = 20
VALUES_MAX = 40
"""Most values that a table shows: those said most often."""
SURE = 0.5
"""An example's truth is at least so sure."""


class Judged(NamedTuple):
    """One judgement beside what is right: values by name, how sure the truth is, and where it was said."""

    row: int
    judge: int
    mark_id: str | None
    said: str
    truth: Mapping[str, float]
    known: bool


class Told(NamedTuple):
    """Tables, and examples by [subject, truth, said] as JSON."""

    tables: list[Confusion]
    examples: dict[str, list[Cell]]


def judgements(gathered: Gathered, settled: Settled) -> dict[str, list[Judged]]:
    """Every judgement of a choice or a mark, by subject, with what is believed to be right."""
    found: dict[str, list[Judged]] = {}
    for key, placed in gathered.units.items():
        model = settled.models.get(key)
        if key.startswith("class:") or key in gathered.sets or model is None:
            continue
        values = gathered.subjects[key].values
        rows = found.setdefault(key, [])
        for n, each in enumerate(placed):
            truth = _truth(each.unit.truth, n, model, values)
            rows += [
                Judged(each.row, judge, None, values[value], truth, each.unit.truth >= 0)
                for judge, value in zip(each.unit.judges, each.unit.values, strict=True)
            ]
    for kind in gathered.looks:
        found[f"marks:{kind}"] = _of_marks(kind, gathered, settled)
    return found


def _truth(known: int, n: int, model: Online, values: Sequence[str]) -> dict[str, float]:
    if known >= 0:
        return {values[known]: 1.0}
    return {value: chance for value, chance in zip(values, model.posterior(n).tolist(), strict=True) if chance > 0.02}


def _of_marks(kind: str, gathered: Gathered, settled: Settled) -> list[Judged]:
    there = real_of(kind, gathered, settled)
    model = settled.models.get(f"class:{kind}")
    values = gathered.subjects[f"class:{kind}"].values if f"class:{kind}" in gathered.subjects else ()
    found: list[Judged] = []
    for n, seen in enumerate(gathered.looks[kind]):
        look = seen.look
        real = float(there[n])
        if look.truth == 0:
            truth = {NONE: 1.0}
        elif look.truth == 1:
            truth = {look.right or NONE: 1.0}
        else:
            classes = _class_of(look.unit, model, values, look.marks)
            truth = {NONE: 1 - real, **{name: real * chance for name, chance in classes.items()}}
        for judge, mark in zip(look.judges, look.marks, strict=True):
            name, id = (mark[1], mark[0]) if mark is not None else (NONE, None)
            found.append(Judged(seen.row, judge, id, name, truth, look.truth >= 0))
    return found


def _class_of(unit: int | None, model: Online | None, values: Sequence[str],
              marks: Sequence[tuple[str, str] | None]) -> dict[str, float]:  # fmt: skip
    if unit is not None and model is not None:
        return _truth(-1, unit, model, values)
    named = [mark[1] for mark in marks if mark is not None]
    return {name: named.count(name) / len(named) for name in dict.fromkeys(named)}


def real_of(kind: str, gathered: Gathered, settled: Settled) -> Floats:
    """Probability that each thing of a kind is there, as believed now: [things]; that of gold is certain."""
    looks = [seen.look for seen in gathered.looks[kind]]
    book = Book(settled.project, gathered.ids, [settled.judges[id] for id in gathered.ids])
    found = finders(book, kind)
    real = np.array([float(look.truth == 1) for look in looks])
    asked = [n for n, look in enumerate(looks) if any(look.marked)]
    if found is None or not asked:
        return real
    counts = [len(looks[n].judges) for n in asked]
    table = Looks(
        np.repeat(np.arange(len(asked)), counts), np.array([j for n in asked for j in looks[n].judges], np.int64),
        np.array([m for n in asked for m in looks[n].marked], np.bool_), len(asked), len(gathered.ids),
    )  # fmt: skip
    chance = judged(table, found[0])[0]
    for n, each in zip(asked, chance.tolist(), strict=True):
        real[n] = each if looks[n].truth < 0 else float(looks[n].truth)
    return real


def told(found: Mapping[str, Sequence[Judged]], gathered: Gathered, rows: Sequence[TaskRow], names: Names) -> Told:
    """The tables and their examples. found: see `judgements`."""
    tables: list[Confusion] = []
    examples: dict[str, list[Cell]] = {}
    for key, said in found.items():
        weight: dict[str, float] = {}
        for each in said:
            weight[each.said] = weight.get(each.said, 0.0) + 1
            for name, chance in each.truth.items():
                weight[name] = weight.get(name, 0.0) + chance
        values = sorted(sorted(weight, key=lambda name: -weight[name])[:VALUES_MAX], key=_order(key, gathered))
        if not said or not values:
            continue
        tables.append(_table(key, said, values, names))
        _examples(key, said, gathered, rows, examples)
    return Told(tables, examples)


def _order(key: str, gathered: Gathered) -> "_Order":
    subject = gathered.subjects.get(key.replace("marks:", "class:", 1))
    return _Order(list(subject.values) if subject is not None else [])


class _Order:
    """Sorts values as the ontology lists them, none last."""

    def __init__(self, values: Sequence[str]) -> None:
        self._place = {value: n for n, value in enumerate(values)}

    def __call__(self, value: str) -> tuple[bool, int, str]:
        return value == NONE, self._place.get(value, len(self._place)), value


def _table(key: str, said: Sequence[Judged], values: Sequence[str], names: Names) -> Confusion:
    place = {value: n for n, value in enumerate(values)}
    counts = np.zeros((len(values), len(values)))
    for each in said:
        if each.said in place:
            for name, chance in each.truth.items():
                if name in place:
                    counts[place[name], place[each.said]] += chance
    return Confusion(
        subject=key, title=names.subject(key), values=list(values),
        titles=[names.value(key, value) for value in values], counts=np.round(counts, 2).tolist(),
        judges=len({each.judge for each in said}),
    )  # fmt: skip


def _examples(key: str, said: Sequence[Judged], gathered: Gathered, rows: Sequence[TaskRow],
              into: dict[str, list[Cell]]) -> None:  # fmt: skip
    """The surest judgements of each cell, wrong ones and right ones."""
    ranked = sorted(
        ((max(each.truth.values()), n) for n, each in enumerate(said) if each.truth),
        key=lambda entry: (-entry[0], -entry[1]),
    )
    for sure, n in ranked:
        each = said[n]
        if sure < SURE:
            break
        truth = max(each.truth, key=lambda name: each.truth[name])
        cell = into.setdefault(json.encode([key, truth, each.said]), [])
        if len(cell) < EXAMPLES_MAX:
            worker = gathered.ids[each.judge]
            handed = next((h for h in rows[each.row].handed if h.worker == worker), None)
            if handed is not None:
                cell.append(Cell(handed.id, each.mark_id, round(sure, 3)))
