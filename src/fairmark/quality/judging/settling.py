"""Fits what is believed of a project's judges anew to everything they said. Pure.

The online model drifts from the batch answer between two of these (`methods.truth.online`); what exists, numbers and
free answers are learnt here alone.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np

from fairmark.kernel.ids import TaskId
from fairmark.methods.truth.calibration import temper_of
from fairmark.methods.truth.existence import Looks, existence, judged
from fairmark.methods.truth.free import RIGHT, infer_free
from fairmark.methods.truth.hierarchical import TABLES_MAX
from fairmark.methods.truth.labels import Floats, Indices, Labels, labels_of
from fairmark.methods.truth.numbers import Numbers, infer_numbers
from fairmark.methods.truth.online import Online
from fairmark.modalities import MODALITIES
from fairmark.ontology.compiled import CompiledOntology
from fairmark.quality.judging.gathering import Gathered, Seen, TaskRow
from fairmark.quality.judging.state import (
    ChoiceState,
    FinderState,
    FreeState,
    JudgeState,
    NumberState,
    ProjectState,
    ThingsState,
    ToldState,
    ToldUnit,
    edition_of,
    kept_crowd,
    kept_habits,
    pack,
)

LOCATED_MAX = 1_000
"""Newest tasks from which it is learnt how well people draw."""
LOCATED_COUNT = 5.0
USUAL_LOCATION = 0.75


class Settled(NamedTuple):
    """models: the fitted choices by subject. told: what open tasks have told, to be taken back when they say more."""

    project: ProjectState
    judges: dict[UUID, JudgeState]
    told: dict[TaskId, ToldState]
    models: dict[str, Online]


def settle(modality: str, compiled: CompiledOntology, rows: Sequence[TaskRow], said: Gathered, error: float) -> Settled:
    """Fits everything. error: kept of the project's state. O(judgements), and a comparison per submission of
    LOCATED_MAX tasks.
    """
    project = ProjectState(error=error)
    judges = {id: JudgeState() for id in said.ids}
    told: dict[TaskId, ToldState] = {}
    models: dict[str, Online] = {}
    for key in said.units:
        model = _choice(key, rows, said, project, judges, told)
        if model is not None:
            models[key] = model
    located = _located(modality, compiled, rows, said)
    for kind, looks in said.looks.items():
        _things(kind, looks, said, project, judges, located.get(kind))
    for key in said.numbers:
        _numbers(key, said, project, judges)
    for key in said.free:
        _free(key, said, project, judges)
    return Settled(project, judges, told, models)


def labels_in(said: Gathered, key: str) -> tuple[Labels, Indices]:
    """All judgements of a choice, [units] things, and which of them have a known answer: [units], -1 where not."""
    placed = said.units[key]
    counts = [len(each.unit.judges) for each in placed]
    labels = labels_of(
        np.repeat(np.arange(len(placed)), counts),
        np.array([judge for each in placed for judge in each.unit.judges], np.int64),
        np.array([value for each in placed for value in each.unit.values], np.int64),
        shape=(len(placed), len(said.ids), len(said.subjects[key].values)),
        weights=np.array([weight for each in placed for weight in each.unit.weights]),
    )
    return labels, np.array([each.unit.truth for each in placed], np.int64)


def _choice(key: str, rows: Sequence[TaskRow], said: Gathered, project: ProjectState,
            judges: dict[UUID, JudgeState], told: dict[TaskId, ToldState]) -> Online | None:  # fmt: skip
    values = said.subjects[key].values
    if len(said.ids) * len(values) ** 2 > TABLES_MAX:
        return None
    labels, gold = labels_in(said, key)
    model = Online(len(values), labels=labels, gold=gold)
    telling = (labels.judged() > 1.5) | (gold >= 0)
    project.choices[key] = ChoiceState(
        values,
        [kept_crowd(fit.crowd, fit.sway) for fit in model.learnt.fits],
        model.learnt.scale,
        float(telling.sum()),
    )
    edition = edition_of(values)
    for number in sorted(set(labels.workers.tolist())):
        judges[said.ids[number]].choices[key] = [kept_habits(fit, number, edition) for fit in model.learnt.fits]
    for n, placed in enumerate(said.units[key]):
        row = rows[placed.row]
        if row.open and not row.gold_turn:
            state = told.setdefault(row.id, ToldState())
            places = [_place(state, said.ids[judge]) for judge in placed.unit.judges]
            beliefs = [pack(belief) for belief in model.told(n).beliefs]
            unit = ToldUnit(places, placed.unit.values, placed.unit.weights, beliefs)
            state.units.setdefault(key, []).append(unit)
    return model


def _place(state: ToldState, judge: UUID) -> int:
    if judge not in state.judges:
        state.judges.append(judge)
    return state.judges.index(judge)


class _Located(NamedTuple):
    """Sum of similarities and number of marks by judge, [judges] each."""

    total: Floats
    marks: Floats


def _located(modality: str, compiled: CompiledOntology, rows: Sequence[TaskRow], said: Gathered) -> dict[str, _Located]:
    """How well each judge draws marks of each kind, against what is known to be right or what three or more drew."""
    number = {id: n for n, id in enumerate(said.ids)}
    found: dict[str, _Located] = {}
    against_of = ((row, row.truth or said.merged.get(place)) for place, row in enumerate(rows) if row.handed)
    useful = [(row, against) for row, against in against_of if against is not None]
    for row, against in useful[-LOCATED_MAX:]:
        kinds = {mark.id: mark.kind for mark in against.marks}
        for each in row.handed:
            for pair in MODALITIES[modality].agreement(against, each.annotation, compiled=compiled).pairs:
                empty = _Located(np.zeros(len(number)), np.zeros(len(number)))
                sums = found.setdefault(kinds[pair.ours], empty)
                sums.total[number[each.worker]] += pair.similarity
                sums.marks[number[each.worker]] += 1
    return found


def _things(kind: str, seen: Sequence[Seen], said: Gathered, project: ProjectState, judges: dict[UUID, JudgeState],
            located: _Located | None) -> None:  # fmt: skip
    useful = [each.look for each in seen if any(each.look.marked) or each.look.truth == 1]
    counts = [len(look.judges) for look in useful]
    who = np.array([judge for look in useful for judge in look.judges], np.int64)
    marked = np.array([each for look in useful for each in look.marked], np.bool_)
    looks = Looks(np.repeat(np.arange(len(useful)), counts), who, marked, len(useful), len(said.ids))
    gold = np.array([look.truth for look in useful], np.int64)
    found = existence(looks, gold=gold)
    several = np.array(counts) > 1 if counts else np.zeros(0, np.bool_)
    marks = np.array([sum(look.marked) for look in useful])
    temper = temper_of(np.empty(0), np.empty(0))
    checked = np.nonzero((gold >= 0) & (marks > 0))[0] if counts else np.zeros(0, np.int64)
    if len(checked):
        real = judged(looks, found.beliefs)[0]
        temper = temper_of(real[checked], gold[checked].astype(np.float64))
    ability = found.beliefs.ability
    looked = np.bincount(who, minlength=len(said.ids))
    ever = looked > 0
    total = located.total if located is not None else np.zeros(len(said.ids))
    count = located.marks if located is not None else np.zeros(len(said.ids))
    usual = float((total.sum() + 3 * USUAL_LOCATION) / (count.sum() + 3))
    project.things[kind] = ThingsState(
        pack(found.beliefs.visible), float(ability[ever].mean()) if ever.any() else 0.0, found.beliefs.coincidence,
        found.beliefs.real, usual, float((several | (gold >= 0)).sum()), temper.slope, temper.shift,
    )  # fmt: skip
    place = (total + LOCATED_COUNT * usual) / (count + LOCATED_COUNT)
    for number in np.nonzero(ever)[0].tolist():
        precise = float(found.precision[number])
        judges[said.ids[number]].finds[kind] = FinderState(
            float(ability[number]), float(found.beliefs.imagines[number]), float(found.recall[number]),
            None if math.isnan(precise) else precise, float(place[number]), float(looked[number]),
        )  # fmt: skip


def _numbers(key: str, said: Gathered, project: ProjectState, judges: dict[UUID, JudgeState]) -> None:
    given = said.numbers[key]
    counts = [len(who) for _, who, _, _ in given]
    who = np.array([judge for _, judges_, _, _ in given for judge in judges_], np.int64)
    values = np.array([value for _, _, values, _ in given for value in values])
    gold = np.array([truth for *_, truth in given])
    data = Numbers(np.repeat(np.arange(len(given)), counts), who, values, len(given), len(said.ids))
    found = infer_numbers(data, gold=gold)
    telling = sum(1 for n, truth in zip(counts, gold.tolist(), strict=True) if n > 1 or not math.isnan(truth))
    heard = sorted(set(who.tolist()))
    usual = float(np.sqrt(np.mean(np.square(found.spread[heard])))) if heard else 0.0
    project.numbers[key] = NumberState(usual, float(telling))
    for number in heard:
        judges[said.ids[number]].numbers[key] = (float(found.bias[number]), float(found.spread[number]))


def _free(key: str, said: Gathered, project: ProjectState, judges: dict[UUID, JudgeState]) -> None:
    given = said.free[key]
    found = infer_free([texts for _, texts, _ in given], len(said.ids), gold=[truth for *_, truth in given])
    telling = sum(1 for _, texts, truth in given if len(texts) > 1 or truth is not None)
    heard = sorted({each.worker for _, texts, _ in given for each in texts})
    usual = float(np.mean(found.skill[heard])) if heard else RIGHT
    project.free[key] = FreeState(usual, float(telling))
    for number in heard:
        judges[said.ids[number]].free[key] = float(found.skill[number])
