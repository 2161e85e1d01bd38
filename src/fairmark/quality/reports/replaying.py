"""What would have been answered after one judgement, after two ..., with what is known of the judges now. Pure."""

import math
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np

from fairmark.methods.truth.boxes import KEEP_MIN
from fairmark.methods.truth.existence import Beliefs, Looks, judged
from fairmark.methods.truth.free import Said
from fairmark.methods.truth.hierarchical import Learnt
from fairmark.methods.truth.labels import Indices
from fairmark.methods.truth.online import Rows, judged_rows
from fairmark.quality.judging.gathering import Gathered
from fairmark.quality.judging.open_answers import number, text
from fairmark.quality.judging.settling import Settled
from fairmark.quality.judging.state import Book, ThingsState, Unit, finders
from fairmark.quality.judging.subjects import Subject
from fairmark.quality.judging.voting import Look

LABELS_MIN, LABELS_MAX = 3, 9
UNITS_MAX = 400
"""Most things of one subject that are replayed, the newest."""


class Step(NamedTuple):
    """The answer after some judgements. sure: its probability, 0 to 1."""

    sure: float
    right: bool


class Replayed(NamedTuple):
    """One thing, its judgements in random order: steps[n - 1] after n of them. checked: what is right is known by gold
    or review, and is not only what all of them say. row: the place of its task.
    """

    steps: list[Step]
    checked: bool
    row: int


_Answer = Callable[[Indices], Step]
"""What is answered from some of the judgements of a thing, by their places."""


def replayed(gathered: Gathered, settled: Settled) -> list[Replayed]:
    """Everything that LABELS_MIN people judged: choices, options of sets, whether a mark is of a real thing, numbers,
    texts. Of a mark that the first few overlook nobody knows: it counts as surely not there.
    """
    rng = np.random.default_rng(0)
    book = Book(settled.project, list(gathered.ids), [settled.judges[id] for id in gathered.ids])
    found: list[Replayed] = []
    for key, model in settled.models.items():
        several = [(n, each) for n, each in enumerate(gathered.units[key]) if len(each.unit.judges) >= LABELS_MIN]
        for n, (row, unit) in several[-UNITS_MAX:]:
            right = unit.truth if unit.truth >= 0 else int(model.posterior(n).argmax())
            steps = _steps(len(unit.judges), _choice(model.learnt, unit, right), rng)
            found.append(Replayed(steps, unit.truth >= 0, row))
    for kind, looks in gathered.looks.items():
        known = finders(book, kind)
        several = [each for each in looks if len(each.look.judges) >= LABELS_MIN and any(each.look.marked)]
        for row, look in several[-UNITS_MAX:] if known is not None else []:
            assert known is not None
            steps = _steps(len(look.judges), _mark(look, *known, len(book.ids)), rng)
            found.append(Replayed(steps, look.truth >= 0, row))
    for key, given in gathered.numbers.items():
        for row, judges, values, truth in [each for each in given if len(each[1]) >= LABELS_MIN][-UNITS_MAX:]:
            steps = _steps(len(judges), _number(book, gathered.subjects[key], judges, values, truth), rng)
            found.append(Replayed(steps, not math.isnan(truth), row))
    for key, texts in gathered.free.items():
        for row, said, right in [each for each in texts if len(each[1]) >= LABELS_MIN][-UNITS_MAX:]:
            steps = _steps(len(said), _text(book, gathered.subjects[key], said, right), rng)
            found.append(Replayed(steps, right is not None, row))
    return found


def _steps(judgements: int, answer: _Answer, rng: np.random.Generator) -> list[Step]:
    order = rng.permutation(judgements)[:LABELS_MAX]
    return [answer(order[:n]) for n in range(1, len(order) + 1)]


def _choice(learnt: Learnt, unit: Unit, right: int) -> _Answer:
    judges, values = np.array(unit.judges), np.array(unit.values)

    def answer(heard: Indices) -> Step:
        posterior = judged_rows(Rows(judges[heard], values[heard], np.ones(len(heard))), learnt)
        return Step(float(posterior.max()), int(posterior.argmax()) == right)

    return answer


def _mark(look: Look, beliefs: Beliefs, state: ThingsState, workers: int) -> _Answer:
    judges, marked = np.array(look.judges), np.array(look.marked)

    def there(heard: Indices) -> float:
        if not marked[heard].any():
            return 0.0
        own = Looks(np.zeros(len(heard), np.int64), judges[heard], marked[heard], 1, workers)
        chance = min(max(float(judged(own, beliefs)[0][0]), 1e-9), 1 - 1e-9)
        odds = state.slope * math.log(chance / (1 - chance)) + state.shift
        return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))

    real = look.truth == 1 if look.truth >= 0 else there(np.arange(len(judges))) >= KEEP_MIN

    def answer(heard: Indices) -> Step:
        chance = there(heard)
        return Step(max(chance, 1 - chance), (chance >= KEEP_MIN) == real)

    return answer


def _number(book: Book, subject: Subject, judges: list[int], values: list[float], truth: float) -> _Answer:
    def found(heard: Sequence[int]) -> tuple[float, float, float, float]:
        return number(book, subject, [judges[n] for n in heard], [values[n] for n in heard], [1.0] * len(heard))

    right = found(range(len(judges)))[0] if math.isnan(truth) else truth

    def answer(heard: Indices) -> Step:
        value, sure, near, _ = found(heard.tolist())
        return Step(sure, abs(value - right) <= near)

    return answer


def _text(book: Book, subject: Subject, said: list[Said], truth: Hashable | None) -> _Answer:
    def best(heard: Sequence[int]) -> tuple[str, float]:
        own = [said[n] for n in heard]
        return text(book, subject, own, [str(each.value) for each in own], [1.0] * len(own))[0][0]

    right = best(range(len(said)))[0] if truth is None else truth

    def answer(heard: Indices) -> Step:
        value, sure = best(heard.tolist())
        return Step(sure, value == right)

    return answer
