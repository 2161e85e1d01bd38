"""What is known of a project's judges, as it is kept and as it is worked with. Pure.

Kept: one document for the project (`ProjectState`), one for each judge (`JudgeState`), one for each open task that has
told something (`ToldState`); numbers as 4-byte floats. Worked with: a `Book`, opened for some judges and tasks, which
is `methods.truth.online.Online` for every subject with a list of values.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import msgspec
import numpy as np

from fairmark.methods.truth.calibration import SCALE
from fairmark.methods.truth.existence import COINCIDENCE, VISIBILITIES, Beliefs
from fairmark.methods.truth.hierarchical import Fit, Learnt
from fairmark.methods.truth.judges import FAMILIES, Crowd, Judges, newcomers, shared_pattern, table
from fairmark.methods.truth.labels import Floats
from fairmark.methods.truth.online import NOTHING, Online, Rows, Told

KNOWN_COUNT = 25.0
"""Things judged by several people after which a model of them is trusted as much as a simple vote."""


class CrowdState(msgspec.Struct, array_like=True):
    """Beliefs about everybody, one family; see `judges.Crowd`. sway: see `hierarchical.Fit`."""

    ways: bytes
    pattern: bytes
    habit: bytes
    prior: bytes
    concentration: float
    sway: float = 0.0


class ChoiceState(msgspec.Struct):
    """One subject with a list of values. units: things behind it that several judged, or with a known answer."""

    values: tuple[str, ...]
    crowds: list[CrowdState]
    scale: float
    units: float


class ThingsState(msgspec.Struct):
    """Whether what people mark of one kind is there; see `existence.Beliefs`. ability: of a newcomer, log-odds.

    slope, shift: calibration of its log-odds.
    """

    visible: bytes
    ability: float
    coincidence: float
    real: float
    localisation: float
    units: float
    slope: float = 1.0
    shift: float = 0.0


class NumberState(msgspec.Struct):
    """spread: of a newcomer, in the unit of the field."""

    spread: float
    units: float


class FreeState(msgspec.Struct):
    """skill: of a newcomer, 0 to 1."""

    skill: float
    units: float


class ProjectState(msgspec.Struct):
    """Everything that is known of a project's judges together, by subject; of things by kind of mark."""

    choices: dict[str, ChoiceState] = {}
    things: dict[str, ThingsState] = {}
    numbers: dict[str, NumberState] = {}
    free: dict[str, FreeState] = {}
    error: float = 0.0
    """Mean of what was missing to certainty in the tasks of late, 0 to 1; 0 before the first."""


class HabitState(msgspec.Struct, array_like=True):
    """Beliefs about one judge, one family: see `judges.Judges`; said: expected judgements, [K, K]. edition: of the list
    of values that it is about.
    """

    edition: int

    said: bytes
    ways: bytes
    habit: bytes
    lean: bytes


class FinderState(msgspec.Struct):
    """How a judge finds and draws marks of one kind. recall, localisation: 0 to 1. precision: None if they marked
    nothing. looks: how many places they looked at.
    """

    ability: float
    imagines: float
    recall: float
    precision: float | None
    localisation: float
    looks: float


class JudgeState(msgspec.Struct):
    """Everything that is known of one judge in a project. numbers: bias and spread. free: skill."""

    choices: dict[str, list[HabitState]] = {}
    finds: dict[str, FinderState] = {}
    numbers: dict[str, tuple[float, float]] = {}
    free: dict[str, float] = {}


class ToldUnit(msgspec.Struct, array_like=True):
    """What one thing of a task told its judges: see `online.Told`. workers: places in the task's list of judges."""

    workers: list[int]
    values: list[int]
    weights: list[float]
    beliefs: list[bytes]


class ToldState(msgspec.Struct):
    """What a task told: by subject, one entry per thing."""

    judges: list[UUID] = []
    units: dict[str, list[ToldUnit]] = {}


def edition_of(values: Sequence[str]) -> int:
    """A number that tells lists of values apart."""
    return zlib.crc32("\x00".join(values).encode())


def pack(numbers: Floats) -> bytes:
    """Numbers of any shape, as 4-byte floats, squeezed."""
    return zlib.compress(numbers.astype(np.float32).tobytes(), 1)


def unpack(raw: bytes, *shape: int) -> Floats:
    """The numbers that `pack` was given."""
    return np.frombuffer(zlib.decompress(raw), dtype=np.float32).astype(np.float64).reshape(shape)


class Unit(NamedTuple):
    """Judgements of one thing: numbers of judges in the book, and of values in the subject."""

    judges: list[int]
    values: list[int]
    weights: list[float]
    truth: int = -1


def trusted(units: float) -> float:
    """How far a model of so many units is trusted against a simple vote: 0 to 1."""
    return units / (units + KNOWN_COUNT)


@dataclass(slots=True)
class Book:
    """A project's judges, opened for some of them. ids: who the numbers 0, 1 ... are. models: by subject, as far as
    they are needed. Reading makes no difference to the state; `teach` does.
    """

    project: ProjectState
    ids: list[UUID]
    states: list[JudgeState]
    told: dict[UUID, ToldState] = field(default_factory=dict[UUID, ToldState])
    models: dict[str, Online] = field(default_factory=dict[str, Online])
    touched: set[int] = field(default_factory=set[int])

    def number(self, id: UUID) -> int:
        """The number of a judge, who is added if new."""
        if id in self.ids:
            return self.ids.index(id)
        self.close()
        self.models.clear()
        self.ids.append(id)
        self.states.append(JudgeState())
        return len(self.ids) - 1

    def known(self, key: str, values: tuple[str, ...]) -> float:
        """How far the model of a subject with these values is trusted: 0 if there is none, or of other values."""
        state = self.project.choices.get(key)
        return trusted(state.units) if state is not None and state.values == values else 0.0

    def learnt(self, key: str, values: tuple[str, ...]) -> Learnt:
        """What is believed of the judges of a subject, newcomers where nothing is kept."""
        if key not in self.models:
            self.models[key] = Online.resumed(_opened(self, key, values))
        return self.models[key].learnt

    def teach(self, task_id: UUID, units: dict[str, tuple[tuple[str, ...], list[Unit]]], *, keep: bool) -> None:
        """Lets judges learn from a task, by subject its values and things, in the place of what it told before.

        keep: remember what it told, to take it back when more is said about the task.
        """
        before = self.told.pop(task_id, ToldState())
        # First, for it may add judges, and then every model is opened anew.
        places = [self.number(id) for id in before.judges]
        used = sorted({judge for _, now in units.values() for unit in now for judge in unit.judges})
        after = ToldState(judges=[self.ids[number] for number in used])
        for key in dict.fromkeys([*before.units, *units]):
            values, now = units.get(key, ((), []))
            state = self.project.choices.get(key)
            if not values:
                values = state.values if state is not None else ()
            if not values:
                continue
            told = self._taught(key, values, before.units.get(key, []), places, now)
            after.units[key] = [
                ToldUnit([used.index(w) for w in each.workers], each.values, each.weights, each.beliefs)
                for each in told
            ]
        if keep:
            self.told[task_id] = after

    def _taught(self, key: str, values: tuple[str, ...], before: list[ToldUnit], places: list[int],
                now: list[Unit]) -> list[ToldUnit]:  # fmt: skip
        k = len(values)
        state = self.project.choices.get(key)
        if state is None or state.values != values:
            state = self.project.choices[key] = fresh_choice(values)
            self.models.pop(key, None)
            before = []
        old = {
            number: Told(
                Rows(np.array([places[w] for w in unit.workers]), np.array(unit.values), np.array(unit.weights)),
                tuple(unpack(raw, k) for raw in unit.beliefs),
            )
            for number, unit in enumerate(before)
        }
        self.learnt(key, values)
        model = Online.resumed(self.models[key].learnt, old)
        for number in old:
            model.say(number, NOTHING)
        told: list[ToldUnit] = []
        for number, unit in enumerate(now, len(old)):
            if unit.truth >= 0:
                model.gold(number, unit.truth)
            rows = Rows(np.array(unit.judges, np.int64), np.array(unit.values, np.int64), np.array(unit.weights))
            model.say(number, rows)
            beliefs = [pack(belief) for belief in model.told(number).beliefs]
            told.append(ToldUnit(unit.judges, unit.values, unit.weights, beliefs))
        self.models[key] = model
        # A model that is learnt online counts what several people judged, as the next settling will.
        telling = sum(1 for unit in now if len(unit.judges) > 1 or unit.truth >= 0)
        state.units += telling - sum(1 for unit in before if len(unit.workers) > 1)
        self.touched.update(w for unit in now for w in unit.judges)
        self.touched.update(places[w] for unit in before for w in unit.workers)
        return told

    def close(self) -> None:
        """Writes what was learnt back into the states of the judges."""
        for key, model in self.models.items():
            edition = edition_of(self.project.choices[key].values) if key in self.project.choices else 0
            for number in self.touched:
                self.states[number].choices[key] = [kept_habits(fit, number, edition) for fit in model.learnt.fits]


def fresh_choice(values: tuple[str, ...]) -> ChoiceState:
    """A subject of which nothing is known."""
    crowd = newcomers(len(values), 0)[0]
    return ChoiceState(values, [kept_crowd(crowd) for _ in FAMILIES], SCALE, 0.0)


def kept_habits(fit: Fit, number: int, edition: int) -> HabitState:
    """What is believed of one judge of a fit, as it is kept."""
    own = fit.judges
    return HabitState(edition, pack(fit.said[number]), pack(own.ways[number]), pack(own.habit[number]),
                      pack(own.lean[number]))  # fmt: skip


def kept_crowd(crowd: Crowd, sway: float = 0.0) -> CrowdState:
    """The crowd as it is kept, and how far tasks sway it."""
    return CrowdState(
        pack(crowd.ways), pack(crowd.pattern), pack(crowd.habit), pack(crowd.prior), crowd.concentration, sway
    )


def _opened(book: Book, key: str, values: tuple[str, ...]) -> Learnt:
    k = len(values)
    state = book.project.choices.get(key)
    if state is None or state.values != values:
        state = fresh_choice(values)
    fits: list[Fit] = []
    for n, family in enumerate(FAMILIES):
        kept = state.crowds[n]
        crowd = Crowd(
            unpack(kept.ways, 3), unpack(kept.pattern, k, k), unpack(kept.habit, k), unpack(kept.prior, k),
            kept.concentration,
        )  # fmt: skip
        said, ways, habit, lean = (
            np.array(column)
            for column in zip(*(_habits(judge, key, n, crowd, values) for judge in book.states), strict=True)
        )
        judges = Judges(ways, habit, lean)
        tables = table(said, shared_pattern(crowd, judges, family), crowd.concentration)
        fits.append(Fit(family, crowd, judges, said, tables, kept.sway))
    return Learnt(tuple(fits), state.scale)


def _habits(judge: JudgeState, key: str, family: int, crowd: Crowd,
            values: Sequence[str]) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
    k = len(values)
    kept = judge.choices.get(key)
    if kept is None or kept[family].edition != edition_of(values):
        return np.zeros((k, k)), crowd.ways, crowd.habit, np.ones(k)
    own = kept[family]
    return unpack(own.said, k, k), unpack(own.ways, 3), unpack(own.habit, k), unpack(own.lean, k)


def finders(book: Book, kind: str) -> tuple[Beliefs, ThingsState] | None:
    """How the judges of a book find marks of a kind; None if nothing is known of any."""
    state = book.project.things.get(kind)
    if state is None:
        return None
    own = [judge.finds.get(kind) for judge in book.states]
    ability = np.array([state.ability if each is None else each.ability for each in own])
    imagines = np.array([1.0 if each is None else each.imagines for each in own])
    visible = unpack(state.visible, len(VISIBILITIES))
    return Beliefs(ability, visible / visible.sum(), imagines, state.coincidence or COINCIDENCE, state.real), state


def ids_of(states: Iterable[ToldState]) -> set[UUID]:
    """Everybody that some tasks told something."""
    return {id for state in states for id in state.judges}
