from collections.abc import Sequence

import numpy as np
import pytest

from fairmark.kernel.ids import TaskId, new_id
from fairmark.ontology.model import Annotation
from fairmark.quality.judging.consensus import judged
from fairmark.quality.judging.gathering import TaskRow, gather
from fairmark.quality.judging.settling import Settled, settle
from fairmark.quality.judging.state import Book
from tests.quality.crowds import ONTOLOGY, People, box


def settled(rows: Sequence[TaskRow]) -> Settled:
    return settle("image", ONTOLOGY, rows, gather("image", ONTOLOGY, rows), 0.1)


def book_of(found: Settled) -> Book:
    return Book(found.project, list(found.judges), list(found.judges.values()))


class TestSettle:
    def test_of_nothing_knows_nothing(self) -> None:
        found = settled([])
        assert (found.project.choices, found.project.things, found.judges) == ({}, {}, {})

    def test_finds_out_how_good_everybody_is(self) -> None:
        people = People([0.95, 0.9, 0.8, 0.6, 0.34])
        rows, truths = people.colours(300, 3)
        found = settled(rows)
        model = found.models["question:colour"]
        order = gather("image", ONTOLOGY, rows).ids
        skill = [model.skill(order.index(id)) for id in people.ids]
        assert np.corrcoef(skill, people.skills)[0, 1] > 0.95
        right = [model.posterior(n).argmax() == ("red", "green", "blue").index(t) for n, t in enumerate(truths)]
        votes = [max((a := [h.annotation.answers["colour"] for h in r.handed]), key=a.count) for r in rows]
        assert np.mean(right) >= np.mean([v == t for v, t in zip(votes, truths, strict=True)])
        assert found.project.choices["question:colour"].units == 300

    def test_gold_shows_what_a_crowd_cannot_see_in_itself(self) -> None:
        # Four of five always say red; only with known answers is it seen that they do not look.
        people = People([0.34] * 4 + [0.95], seed=3)
        truths = [str(people.rng.choice(["red", "green", "blue"])) for _ in range(200)]
        rows = [
            people.row(
                range(5), [Annotation(answers={"colour": "red"})] * 4 + [people.colour(4, truth)],
                Annotation(answers={"colour": truth}) if n < 60 else None,
            )
            for n, truth in enumerate(truths)
        ]  # fmt: skip
        found = settled(rows)
        said = people.said(
            range(5), [*[Annotation(answers={"colour": "red"})] * 4, Annotation(answers={"colour": "blue"})]
        )
        answer = judged(TaskId(new_id()), "image", ONTOLOGY, said, book_of(found)).judgement
        assert answer.annotation.answers == {"colour": "blue"}

    def test_learns_who_finds_imagines_and_draws_well(self) -> None:
        people = People([0.97, 0.95, 0.9, 0.6], seed=4)
        truth = [(100.0, 100.0, "car"), (400.0, 200.0, "bus"), (900.0, 500.0, "car")]
        rows = [people.row(range(4), [people.boxes(w, truth) for w in range(4)]) for _ in range(80)]
        found = settled(rows)
        finds = [found.judges[id].finds["box"] for id in people.ids]
        assert finds[0].recall > finds[3].recall
        assert (finds[0].precision or 0) > (finds[3].precision or 1)
        assert all(0.8 < each.localisation < 1 for each in finds)
        assert found.project.things["box"].units > 200

    def test_what_open_tasks_told_can_be_taken_back(self) -> None:
        people = People([0.9, 0.8, 0.7])
        rows, _ = people.colours(50, 3)
        open_one = rows[7]._replace(open=True)
        found = settled([*rows[:7], open_one, *rows[8:]])
        assert list(found.told) == [open_one.id]
        book = book_of(found)
        book.told = {open_one.id: found.told[open_one.id]}
        before = book.project.choices["question:colour"].units
        book.teach(open_one.id, {}, keep=True)
        assert book.project.choices["question:colour"].units == before - 1

    def test_numbers_and_free_answers_have_judges_too(self) -> None:
        rng = np.random.default_rng(5)
        people = People([0.9] * 3)
        rows: list[TaskRow] = []
        for n in range(60):
            truth = float(rng.uniform(10, 90))
            counts = [truth + rng.normal(0, 1), truth + rng.normal(0, 1), truth + rng.normal(0, 12)]
            days = [f"2026-01-{1 + n % 28:02d}"] * 2 + [f"2025-02-{1 + (n * 7) % 28:02d}"]
            rows.append(
                people.row(range(3), [
                    Annotation(answers={"count": float(np.clip(c, 0, 100)), "day": d})
                    for c, d in zip(counts, days, strict=True)
                ])
            )  # fmt: skip
        found = settled(rows)
        spread = [found.judges[id].numbers["question:count"][1] for id in people.ids]
        assert spread[2] > 3 * max(spread[:2])
        skill = [found.judges[id].free["question:day"] for id in people.ids]
        assert min(skill[:2]) > 0.8 > 0.3 > skill[2]
        said = people.said(range(3), [
            Annotation(answers={"count": 50.0, "day": "2026-03-01"}),
            Annotation(answers={"count": 51.0, "day": "2026-03-01"}),
            Annotation(answers={"count": 80.0, "day": "2025-09-09"}),
        ])  # fmt: skip
        answer = judged(TaskId(new_id()), "image", ONTOLOGY, said, book_of(found)).judgement.annotation.answers
        assert answer["day"] == "2026-03-01"
        assert answer["count"] == pytest.approx(50.6, abs=1.0)

    def test_sets_are_judged_option_by_option(self) -> None:
        rng = np.random.default_rng(6)
        people = People([0.9] * 3)
        rows: list[TaskRow] = []
        for _ in range(80):
            truth = {o for o in "abc" if rng.random() < 0.5} or {"a"}
            # The third leaves options out half of the time.
            given = [sorted(truth), sorted(truth), sorted(o for o in truth if rng.random() < 0.5)]
            rows.append(people.row(range(3), [Annotation(answers={"things": each}) for each in given]))
        book = book_of(settled(rows))
        said = people.said([0, 2], [Annotation(answers={"things": ["a", "b"]}), Annotation(answers={"things": ["a"]})])
        answer = judged(TaskId(new_id()), "image", ONTOLOGY, said, book).judgement.annotation.answers
        assert answer["things"] == ["a", "b"]  # the one who overlooks things is outweighed


class TestOldVersions:
    def test_classes_and_options_of_before_are_no_obstacle(self) -> None:
        people = People([0.9] * 3)
        old = Annotation(marks=(box(1, 1, "tram"),), answers={"colour": "violet"})
        rows = [people.row(range(3), [old, people.colour(1, "red"), people.colour(2, "red")]) for _ in range(5)]
        found = settled(rows)
        assert set(found.judges) == set(people.ids)
