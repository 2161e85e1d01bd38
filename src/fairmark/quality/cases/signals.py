"""Signals that a person should look at: found in a project's newest work. Pure.

Each needs two grounds: something unusual, beyond what chance brings about in a project of this size, and work that is
worse for it, where that can be known. An expert is fast; that alone is no signal.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

import numpy as np
from scipy.stats import binom, poisson

from fairmark.kernel import json
from fairmark.kernel.ids import ItemId, SubmissionId, TaskId
from fairmark.ontology.model import Mark, Source
from fairmark.quality.cases.model import Evidence, Signal, Unit
from fairmark.quality.judging.gathering import Gathered, Handed, TaskRow
from fairmark.quality.judging.subjects import NONE
from fairmark.quality.reports.confusing import Judged

CHANCE = 1e-4
"""How unlikely something has to be for one person, by chance, to be a signal; pairs share it out among them."""
SUBMISSIONS_MIN = 20
SLOWEST_FAST = 0.05
"""The fastest share of all submissions, of which nobody should have many more than that."""
PARTS_MIN = 30
COPIED_MARKS, COPIED_TASKS = 5, 3
"""So many marks, in so many tasks, that are the same to the last digit in two people's work."""
WORDS_MIN = 6
"""Texts of so many words are not written alike by two people."""
EXAMPLES_MAX = 12


class Noticed(NamedTuple):
    """A signal about one worker, or a pair. strength: 0 to 1, how unlikely by chance."""

    signal: Signal
    worker: UUID
    other: UUID | None
    strength: float
    summary: str
    evidence: list[Evidence]

    @property
    def subject(self) -> str:
        """Whom it is about, as one word."""
        return str(self.worker) if self.other is None else "|".join(sorted((str(self.worker), str(self.other))))


def noticed(gathered: Gathered, rows: Sequence[TaskRow], said: Mapping[str, Sequence[Judged]]) -> list[Noticed]:
    """Everything there is. said: every judgement of choices and marks, with what is believed to be right."""
    right = _share_right(gathered, said)
    found = [*_speed(rows, right), *_copied(rows), *_pairs(gathered, rows, said)]
    for key, judgements in said.items():
        found += _careless(key, judgements, gathered, rows)
    strongest: dict[tuple[Signal, str], Noticed] = {}
    for each in found:
        place = each.signal, each.subject
        if place not in strongest or strongest[place].strength < each.strength:
            strongest[place] = each
    return list(strongest.values())


class _Right(NamedTuple):
    """Expected right judgements, and how many there are."""

    right: float
    n: int


def _share_right(gathered: Gathered, said: Mapping[str, Sequence[Judged]]) -> dict[UUID, _Right]:
    sums: dict[int, tuple[float, int]] = {}
    for judgements in said.values():
        for each in judgements:
            right, n = sums.get(each.judge, (0.0, 0))
            sums[each.judge] = right + each.truth.get(each.said, 0.0), n + 1
    return {gathered.ids[judge]: _Right(right, n) for judge, (right, n) in sums.items()}


def strength_of(chance: float) -> float:
    """0 to 1: none at CHANCE, 0.5 at a hundredth of it, near 1 far beyond."""
    if chance >= CHANCE:
        return 0.0
    powers = math.log10(CHANCE) - math.log10(max(chance, 1e-300))
    return powers / (powers + 2)


def _example(
    row: TaskRow, handed: Sequence[Handed], text: str, figure: float | None = None, unit: Unit = ""
) -> Evidence:
    return Evidence(text=text, figure=figure, unit=unit, task_id=TaskId(row.id), item_id=ItemId(row.item_id),
                    submission_ids=[SubmissionId(each.id) for each in handed])  # fmt: skip


def _speed(rows: Sequence[TaskRow], right: Mapping[UUID, _Right]) -> Iterator[Noticed]:
    """Far more of the fastest submissions than their share, and wrong more often than others."""
    timed = [(row, each) for row in rows for each in row.handed if each.active_ms > 0]
    if len(timed) < SUBMISSIONS_MIN:
        return
    limit = float(np.quantile([each.active_ms for _, each in timed], SLOWEST_FAST))
    usual_ms = float(np.median([each.active_ms for _, each in timed]))
    everybody = _Right(sum(each.right for each in right.values()), sum(each.n for each in right.values()))
    for worker in dict.fromkeys(each.worker for _, each in timed):
        own = [(row, each) for row, each in timed if each.worker == worker]
        fast = [(row, each) for row, each in own if each.active_ms <= limit]
        theirs = right.get(worker)
        if len(own) < SUBMISSIONS_MIN or theirs is None or theirs.n < PARTS_MIN:
            continue
        # Of those fast by definition, one in twenty is anybody's share.
        chance = float(binom.sf(len(fast) - 1, len(own), max(SLOWEST_FAST, 1 / len(own))))
        others = (everybody.right - theirs.right) / max(everybody.n - theirs.n, 1)
        worse = float(binom.cdf(round(theirs.right), theirs.n, others))
        if chance < CHANCE and worse < 0.01:
            median = float(np.median([each.active_ms for _, each in own]))
            summary = (
                f"{len(fast)} of {len(own)} submissions are among the fastest {SLOWEST_FAST:.0%} of the project,"
                f" and {theirs.right / theirs.n:.0%} of what they say is right where others reach {others:.0%}."
            )
            evidence = [
                Evidence(text="Median active time of a task", figure=median / 1000, usual=usual_ms / 1000, unit="s"),
                Evidence(text="Share right", figure=theirs.right / theirs.n, usual=others, unit="share"),
                *(
                    _example(row, [each], "Handed in very fast", each.active_ms / 1000, "s")
                    for row, each in fast[:EXAMPLES_MAX]
                ),
            ]
            yield Noticed(Signal.SPEED, worker, None, strength_of(chance), summary, evidence)


def _careless(key: str, said: Sequence[Judged], gathered: Gathered, rows: Sequence[TaskRow]) -> Iterator[Noticed]:
    """Hardly any variation, or answers that tell nothing, where others' answers vary with the items."""
    by_judge: dict[int, list[Judged]] = {}
    for each in said:
        by_judge.setdefault(each.judge, []).append(each)
    for judge, own in by_judge.items():
        if len(own) < PARTS_MIN:
            continue
        worker = gathered.ids[judge]
        value, most = Counter(each.said for each in own).most_common(1)[0]
        # How often the value is right on just these items; were it so often right, nothing would be strange.
        due = sum(each.truth.get(value, 0.0) for each in own) / len(own)
        if most / len(own) >= 0.95 and due < 0.8:
            chance = float(binom.sf(most - 1, len(own), min(max(due, 0.05), 0.95)))
            if chance < CHANCE:
                summary = f"{most} of {len(own)} answers are the same, where it is right {due:.0%} of the time."
                yield Noticed(Signal.STRAIGHT_LINE, worker, None, strength_of(chance), summary, [
                    Evidence(text="Share of the commonest answer", figure=most / len(own), usual=due, unit="share"),
                    *_wrong_examples(own, worker, rows),
                ])  # fmt: skip
                continue
        right = sum(each.truth.get(each.said, 0.0) for each in own)
        by_chance = _by_chance(own)
        others = [each for each in said if each.judge != judge]
        usual = sum(each.truth.get(each.said, 0.0) for each in others) / max(len(others), 1)
        better = float(binom.sf(math.ceil(right) - 1, len(own), by_chance))
        worse = float(binom.cdf(round(right), len(own), usual))
        if better > 0.05 and worse < CHANCE:
            summary = (
                f"{right / len(own):.0%} of {len(own)} answers are right; answering without looking would reach"
                f" {by_chance:.0%}, others reach {usual:.0%}."
            )
            yield Noticed(Signal.RANDOM, worker, None, strength_of(worse), summary, [
                Evidence(text="Share right", figure=right / len(own), usual=usual, unit="share"),
                *_wrong_examples(own, worker, rows),
            ])  # fmt: skip


def _by_chance(own: Sequence[Judged]) -> float:
    """How often the same answers, dealt out at random, would be right."""
    said = Counter(each.said for each in own)
    truth: dict[str, float] = {}
    for each in own:
        for value, chance in each.truth.items():
            truth[value] = truth.get(value, 0.0) + chance
    return min(max(sum(said[value] * truth.get(value, 0.0) for value in said) / len(own) ** 2, 0.01), 0.99)


def _wrong_examples(own: Sequence[Judged], worker: UUID, rows: Sequence[TaskRow]) -> list[Evidence]:
    found: list[Evidence] = []
    for each in own:
        if each.truth.get(each.said, 0.0) < 0.2 and len(found) < EXAMPLES_MAX:
            row = rows[each.row]
            handed = [h for h in row.handed if h.worker == worker][:1]
            likely = max(each.truth, key=lambda value: each.truth[value], default=NONE)
            told = f"Said {each.said or 'nothing'}, where {likely or 'nothing'} is likely right"
            found.append(_example(row, handed, told))
    return found


def _copied(rows: Sequence[TaskRow]) -> Iterator[Noticed]:
    """Marks with the same coordinates to the last digit, or the same long texts, in two people's work on one task.

    What both can have taken from the item's own prelabel does not count: only marks drawn by hand do.
    """
    shared: dict[tuple[UUID, UUID], list[tuple[TaskRow, Handed, Handed, int]]] = {}
    for row in rows:
        for first, second in combinations(sorted(row.handed, key=lambda each: str(each.worker)), 2):
            alike = len(_fingerprints(first) & _fingerprints(second))
            if alike and first.worker != second.worker:
                shared.setdefault((first.worker, second.worker), []).append((row, first, second, alike))
    for (first, second), tasks in shared.items():
        marks = sum(alike for *_, alike in tasks)
        if marks < COPIED_MARKS or len(tasks) < COPIED_TASKS:
            continue
        summary = f"{marks} marks or texts in {len(tasks)} tasks are the same to the last digit."
        evidence = [
            _example(row, [one, other], "The same to the last digit", float(alike), "count")
            for row, one, other, alike in tasks[:EXAMPLES_MAX]
        ]
        yield Noticed(Signal.COPIED, first, second, min(marks / (marks + 5), 0.99), summary, evidence)


def _fingerprints(handed: Handed) -> set[str]:
    texts = {
        json.encode([key, value.casefold().split()]) for key, value in handed.annotation.answers.items()
        if isinstance(value, str) and len(value.split()) >= WORDS_MIN
    }  # fmt: skip
    return texts | {json.encode([mark.kind, mark.geometry]) for mark in handed.annotation.marks if _by_hand(mark)}


def _by_hand(mark: Mark) -> bool:
    """Whether a mark has a place that a hand chose: no tool or model made it, and its numbers are not all whole."""
    numbers = [value for value in mark.geometry.values() if isinstance(value, float)]
    return mark.source is Source.HUMAN and mark.made is None and not all(value.is_integer() for value in numbers)


def _pairs(gathered: Gathered, rows: Sequence[TaskRow], said: Mapping[str, Sequence[Judged]]) -> Iterator[Noticed]:
    """Two people who make the same mistakes far more often than their own rates of them would have it.

    Mistakes of which others make many too are the item's, so a shared mistake counts the less the more others share it.
    """
    both: dict[tuple[int, int], list[tuple[Judged, float]]] = {}
    due: dict[tuple[int, int], float] = {}
    for key, judgements in said.items():
        rate = _rates(judgements)
        for own in _by_thing(key, judgements, gathered):
            if len(own) < 3:
                continue
            wrong = [1 - each.truth.get(each.said, 0.0) for each in own]
            for a, b in combinations(range(len(own)), 2):
                first, second = own[a], own[b]
                pair = (min(first.judge, second.judge), max(first.judge, second.judge))
                others = [each for n, each in enumerate(own) if n not in {a, b}]
                alike = sum(each.said == first.said for each in others) / len(others)
                due[pair] = due.get(pair, 0.0) + rate[first.judge] * rate[second.judge]
                if first.said == second.said and wrong[a] > 0.8 and alike == 0:
                    both.setdefault(pair, []).append((first, wrong[a]))
    limit = CHANCE / max(len(due), 1)
    for pair, mistakes in both.items():
        chance = float(poisson.sf(len(mistakes) - 1, max(due[pair], 0.2)))
        if len(mistakes) >= 5 and chance < limit:
            workers = gathered.ids[pair[0]], gathered.ids[pair[1]]
            summary = (
                f"{len(mistakes)} mistakes that nobody else made are the same; {due[pair]:.1f} would be by chance."
            )
            evidence = [
                _example(
                    rows[each.row], [h for h in rows[each.row].handed if h.worker in workers],
                    f"Both said {each.said or 'nothing'}, and nobody else did",
                )
                for each, _ in mistakes[:EXAMPLES_MAX]
            ]  # fmt: skip
            yield Noticed(Signal.PAIR, workers[0], workers[1], strength_of(chance), summary, evidence)


def _by_thing(key: str, judgements: Sequence[Judged], gathered: Gathered) -> Iterator[list[Judged]]:
    """The judgements of each thing: they lie behind one another, as many as there were judges."""
    place = 0
    if key.startswith("marks:"):
        counts = [len(seen.look.judges) for seen in gathered.looks[key.partition(":")[2]]]
    else:
        counts = [len(placed.unit.judges) for placed in gathered.units[key]]
    for count in counts:
        yield list(judgements[place : place + count])
        place += count


def _rates(judgements: Sequence[Judged]) -> dict[int, float]:
    """How often each judge is wrong."""
    sums: dict[int, tuple[float, int]] = {}
    for each in judgements:
        wrong, n = sums.get(each.judge, (0.0, 0))
        sums[each.judge] = wrong + 1 - each.truth.get(each.said, 0.0), n + 1
    return {judge: wrong / n for judge, (wrong, n) in sums.items()}
