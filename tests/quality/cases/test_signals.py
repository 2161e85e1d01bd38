"""An adversary is found out, and an honest crowd is left alone."""

from collections.abc import Sequence

import numpy as np
import pytest

from fairmark.ontology.model import Annotation, Making, Mark, Source
from fairmark.quality.cases.model import Signal
from fairmark.quality.cases.signals import CHANCE, Noticed, noticed, strength_of
from fairmark.quality.judging.gathering import TaskRow, gather
from fairmark.quality.judging.settling import settle
from fairmark.quality.reports.confusing import judgements
from tests.quality.crowds import COLORS, ONTOLOGY, People, box


def found_in(rows: Sequence[TaskRow]) -> list[Noticed]:
    said = gather("image", ONTOLOGY, rows)
    return noticed(said, rows, judgements(said, settle("image", ONTOLOGY, rows, said, 0.1)))


def crowd(
    people: People, tasks: int, *, bad: int | None = None, answer: str | None = None, fast: bool = False
) -> list[TaskRow]:
    """Tasks of three people. bad: who always says `answer`, or guesses, and is fast if so wanted."""

    def pace(worker: int) -> int:
        low, high = (400, 600) if fast and worker == bad else (8_000, 30_000)
        return int(people.rng.uniform(low, high))

    def carelessly() -> Annotation:
        return Annotation(answers={"colour": answer or str(people.rng.choice(COLORS))})

    rows: list[TaskRow] = []
    for n in range(tasks):
        workers = people.some(3)
        said = [carelessly() if w == bad else people.colour(w, COLORS[n % 3]) for w in workers]
        rows.append(people.row(workers, said, ms=pace))
    return rows


class TestStrengthOf:
    def test_grows_beyond_chance(self) -> None:
        assert strength_of(CHANCE) == 0
        assert strength_of(CHANCE / 100) == pytest.approx(0.5)
        assert strength_of(1e-60) > 0.95


class TestNoticed:
    @pytest.mark.parametrize("seed", range(4))
    def test_an_honest_crowd_is_left_alone(self, seed: int) -> None:
        people = People([0.95, 0.9, 0.9, 0.85, 0.8, 0.75, 0.7], seed)
        assert found_in(crowd(people, 200)) == []

    def test_somebody_who_guesses(self) -> None:
        people = People([0.9] * 6, 1)
        [found] = found_in(crowd(people, 200, bad=5))
        assert (found.signal, found.worker, found.other) == (Signal.RANDOM, people.ids[5], None)
        assert "without looking" in found.summary
        assert any(each.submission_ids for each in found.evidence)

    def test_somebody_who_always_says_the_same(self) -> None:
        people = People([0.9] * 6, 2)
        [found] = found_in(crowd(people, 200, bad=5, answer="red"))
        assert (found.signal, found.worker) == (Signal.STRAIGHT_LINE, people.ids[5])

    def test_somebody_fast_who_is_wrong_but_not_an_expert(self) -> None:
        people = People([0.9] * 6, 3)
        signals = {each.signal: each.worker for each in found_in(crowd(people, 200, bad=5, fast=True))}
        assert signals[Signal.SPEED] == people.ids[5]
        expert = People([0.85] * 5 + [0.99], 4)
        rows = crowd(expert, 200)
        quick = [
            row._replace(
                handed=[each._replace(active_ms=300) if each.worker == expert.ids[5] else each for each in row.handed]
            )
            for row in rows
        ]
        assert found_in(quick) == []

    def test_work_copied_to_the_last_digit(self) -> None:
        people = People([0.98] * 4, 5)
        rows: list[TaskRow] = []
        for _ in range(30):
            truth = [(100.0, 100.0, "car"), (500.0, 300.0, "bus")]
            said = [people.boxes(w, truth) for w in range(3)]
            rows.append(people.row(range(4), [*said, said[0]]))
        copied = [each for each in found_in(rows) if each.signal is Signal.COPIED]
        assert [{each.worker, each.other} for each in copied] == [{people.ids[0], people.ids[3]}]

    def test_a_prelabel_that_both_kept_is_no_copy(self) -> None:
        people = People([0.98] * 3, 6)
        whole = Annotation(marks=(box(100, 100),))
        drawn = {"x": 1.5, "y": 2.5, "w": 33.5, "h": 44.5}
        from_model = Annotation(marks=(Mark("p", "box", "car", drawn, source=Source.PREDICTION),))
        # Two who take what the same tool offers have not copied either.
        by_tool = Annotation(marks=(Mark("t", "box", "car", drawn, made=Making("follow")),))
        rows = [people.row(range(3), [each] * 3) for each in (whole, from_model, by_tool) for _ in range(10)]
        assert [each for each in found_in(rows) if each.signal is Signal.COPIED] == []

    def test_two_who_share_mistakes_that_nobody_else_makes(self) -> None:
        people = People([0.9] * 6, 7)
        rng = np.random.default_rng(7)
        rows: list[TaskRow] = []
        for n in range(200):
            truth = COLORS[n % 3]
            together = str(rng.choice([c for c in COLORS if c != truth])) if rng.random() < 0.3 else truth
            said = [people.colour(w, truth) for w in range(4)] + [Annotation(answers={"colour": together})] * 2
            rows.append(people.row(range(6), said))
        pairs = [each for each in found_in(rows) if each.signal is Signal.PAIR]
        assert [{each.worker, each.other} for each in pairs] == [{people.ids[4], people.ids[5]}]
        assert pairs[0].subject == "|".join(sorted((str(people.ids[4]), str(people.ids[5]))))
