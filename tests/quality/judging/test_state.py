import numpy as np
import pytest

from fairmark.kernel.ids import new_id
from fairmark.quality.judging.state import (
    Book,
    JudgeState,
    ProjectState,
    Unit,
    edition_of,
    pack,
    trusted,
    unpack,
)

VALUES = ("a", "b", "c")
KEY = "question:q"


def unit(*values: int, truth: int = -1) -> Unit:
    """One thing that judges 0, 1 ... gave these values."""
    return Unit(list(range(len(values))), list(values), [1.0] * len(values), truth)


def book(judges: int = 3) -> Book:
    return Book(ProjectState(), [new_id() for _ in range(judges)], [JudgeState() for _ in range(judges)])


def table(of: Book, judge: int) -> list[float]:
    """How often a judge is believed to be right, by value."""
    return np.mean([np.diag(fit.tables[judge]) for fit in of.learnt(KEY, VALUES).fits], axis=0).tolist()


class TestPack:
    def test_comes_back_to_four_bytes(self) -> None:
        numbers = np.random.default_rng(0).normal(size=(4, 3))
        assert unpack(pack(numbers), 4, 3) == pytest.approx(numbers, rel=1e-6)


class TestTrusted:
    def test_grows_from_nothing_towards_everything(self) -> None:
        assert [trusted(n) for n in (0, 25, 475)] == pytest.approx([0, 0.5, 0.95])


class TestBook:
    def test_learns_who_is_right_and_keeps_it(self) -> None:
        one = book()
        for _ in range(60):
            one.teach(new_id(), {KEY: (VALUES, [unit(0, 0, 1)])}, keep=False)
            one.teach(new_id(), {KEY: (VALUES, [unit(2, 2, 0)])}, keep=False)
        assert min(table(one, 0)[0], table(one, 1)[2]) > 0.85
        assert table(one, 2)[0] < 0.3
        one.close()
        again = Book(one.project, one.ids, one.states)
        assert table(again, 2) == pytest.approx(table(one, 2), abs=1e-4)
        assert again.known(KEY, VALUES) == pytest.approx(trusted(120))

    def test_takes_back_what_a_task_told_before(self) -> None:
        one, other = book(), book()
        task = new_id()
        one.teach(task, {KEY: (VALUES, [unit(1, 1)])}, keep=True)
        one.teach(task, {KEY: (VALUES, [unit(0, 0, 0)])}, keep=True)
        other.teach(task, {KEY: (VALUES, [unit(0, 0, 0)])}, keep=True)
        assert table(one, 0) == pytest.approx(table(other, 0), abs=1e-2)
        assert one.project.choices[KEY].units == other.project.choices[KEY].units == 1
        one.teach(task, {}, keep=True)
        assert one.project.choices[KEY].units == 0

    def test_a_known_answer_teaches_even_of_a_lone_judge(self) -> None:
        one = book(1)
        before = table(one, 0)[0]
        for _ in range(20):
            one.teach(new_id(), {KEY: (VALUES, [unit(0, truth=0)])}, keep=False)
        assert table(one, 0)[0] > before + 0.1

    def test_somebody_new_can_join(self) -> None:
        one = book(2)
        one.teach(new_id(), {KEY: (VALUES, [unit(0, 0)])}, keep=False)
        before = table(one, 0)
        number = one.number(new_id())
        assert number == 2
        assert one.number(one.ids[2]) == 2
        assert table(one, 0) == pytest.approx(before, abs=1e-4)  # what was learnt is not lost on the way

    def test_other_values_are_another_question(self) -> None:
        one = book()
        for _ in range(30):
            one.teach(new_id(), {KEY: (VALUES, [unit(0, 0, 1)])}, keep=False)
        one.close()
        new = ("a", "b", "d")
        assert one.known(KEY, new) == 0
        fresh = Book(one.project, one.ids, one.states)
        fresh.teach(new_id(), {KEY: (new, [unit(1, 1, 1)])}, keep=False)
        assert fresh.project.choices[KEY].values == new
        assert fresh.project.choices[KEY].units == 1
        assert edition_of(new) != edition_of(VALUES)
