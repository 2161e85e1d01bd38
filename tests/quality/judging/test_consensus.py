"""The product's own path to an answer: properties that hold whoever says what, and that knowing people pays."""

import itertools
from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.kernel.ids import TaskId, new_id
from fairmark.methods.truth.table import methods_of
from fairmark.ontology.compiled import compile_ontology
from fairmark.ontology.model import Annotation, Field, FieldKind, Ontology
from fairmark.projects.model import Methods, Target
from fairmark.quality.judging.consensus import Said, judged
from fairmark.quality.judging.gathering import gather
from fairmark.quality.judging.settling import settle
from fairmark.quality.judging.state import Book, ProjectState
from fairmark.tasks.model import Judgement
from tests.quality.crowds import COLORS, ONTOLOGY, People, box

TASK = TaskId(new_id())


def nobody_known() -> Book:
    return Book(ProjectState(), [], [])


def known(people: People, tasks: int = 300, each: int = 3) -> Book:
    """A book on people who have answered so many tasks."""
    rows, _ = people.colours(tasks, each)
    said = gather("image", ONTOLOGY, rows)
    found = settle("image", ONTOLOGY, rows, said, 0.1)
    return Book(found.project, list(found.judges), list(found.judges.values()))


def asked(book: Book, said: list[Said]) -> Judgement:
    return judged(TASK, "image", ONTOLOGY, said, book).judgement


@pytest.fixture(scope="module")
def people() -> People:
    return People([0.97, 0.95, 0.9, 0.85, 0.8, 0.6, 0.34])


@pytest.fixture(scope="module")
def book(people: People) -> Book:
    return known(people)


ANSWERS = st.lists(st.sampled_from(COLORS), min_size=2, max_size=7)


class TestJudged:
    @given(ANSWERS, st.randoms(use_true_random=False))
    @settings(max_examples=40, deadline=None)
    def test_does_not_depend_on_the_order_of_submissions(
        self, book: Book, people: People, answers: list[str], dice: object
    ) -> None:
        annotations = [Annotation(answers={"colour": answer}) for answer in answers]
        said = people.said(range(len(answers)), annotations)
        first = asked(book, said)
        turned = list(said)
        dice.shuffle(turned)  # pyright: ignore[reportAttributeAccessIssue]
        again = asked(book, turned)
        assert again.confidence == pytest.approx(first.confidence, abs=1e-9)
        top = sorted({round(o[1], 6) for o in first.detail["why"]["decisions"][0][5]}, reverse=True)
        if len(top) > 1:  # among equals, the order may decide
            assert again.annotation.answers == first.annotation.answers

    @given(st.integers(0, 4), st.integers(1, 5))
    @settings(max_examples=20, deadline=None)
    def test_one_more_good_worker_who_agrees_never_lowers_the_confidence(
        self, book: Book, people: People, first: int, count: int
    ) -> None:
        good = [(first + n) % 5 for n in range(min(count, 4) + 1)]
        right = Annotation(answers={"colour": "red"})
        sure = [asked(book, people.said(good[: n + 1], [right] * (n + 1))).confidence for n in range(1, len(good))]
        assert all(after >= before - 1e-9 for before, after in itertools.pairwise(sure))

    def test_nothing_known_is_a_simple_vote(self, people: People) -> None:
        red, blue = Annotation(answers={"colour": "red"}), Annotation(answers={"colour": "blue"})
        found = asked(nobody_known(), people.said([0, 1, 2], [red, red, blue]))
        # Two against one at 0.8 each: 16 / (16 + 4).
        assert found.confidence == pytest.approx(0.8)
        assert found.annotation.answers == {"colour": "red"}

    def test_a_little_known_is_nearly_a_simple_vote(self, people: People) -> None:
        red, blue = Annotation(answers={"colour": "red"}), Annotation(answers={"colour": "blue"})
        said = people.said([0, 1, 2], [red, red, blue])
        little = known(People([0.9] * 7, seed=3), tasks=2)
        assert asked(little, said).confidence == pytest.approx(0.8, abs=0.1)

    def test_a_good_worker_outweighs_two_who_guess(self) -> None:
        crowd = People([0.97, 0.95, 0.95, 0.95, 0.34, 0.34], seed=5)
        book = known(crowd, 400)
        red, blue = Annotation(answers={"colour": "red"}), Annotation(answers={"colour": "blue"})
        found = asked(book, crowd.said([0, 4, 5], [red, blue, blue]))
        assert found.annotation.answers == {"colour": "red"}
        votes = found.detail["why"]["decisions"][0][6]
        assert votes[0][3] > 2 > 0.5 > abs(votes[1][3])  # evidence in nats: a spammer's is worth next to nothing

    def test_all_disagree_is_said_honestly(self, book: Book, people: People) -> None:
        said = people.said([1, 2, 3], [Annotation(answers={"colour": each}) for each in COLORS])
        assert asked(book, said).confidence < 0.7
        assert asked(nobody_known(), said).confidence == pytest.approx(1 / 3, abs=0.01)

    def test_empty_submissions_are_evidence(self) -> None:
        crowd = People([0.95] * 5, seed=7)
        rows = [
            crowd.row(w, [crowd.boxes(each, [(100, 100, "car"), (500, 300, "bus")]) for each in w])
            for w in (crowd.some(3) for _ in range(80))
        ]
        said = gather("image", ONTOLOGY, rows)
        found = settle("image", ONTOLOGY, rows, said, 0.1)
        book = Book(found.project, list(found.judges), list(found.judges.values()))
        nothing, one = Annotation(), Annotation(marks=(box(900, 700),))
        lone = asked(book, crowd.said([0, 1, 2, 3], [one, nothing, nothing, nothing]))
        assert lone.annotation.marks == ()
        assert lone.detail["why"]["decisions"][0][0] == "dropped"
        agreed = asked(book, crowd.said([0, 1, 2, 3], [one, one, one, nothing]))
        assert len(agreed.annotation.marks) == 1

    def test_a_lone_submission_is_as_sure_as_its_author(self, book: Book, people: People) -> None:
        red = Annotation(answers={"colour": "red"})
        good, bad = (asked(book, people.said([worker], [red])).confidence for worker in (0, 6))
        assert good > 0.75 > bad

    def test_a_prediction_is_one_more_judge(self, people: People) -> None:
        red, blue = Annotation(answers={"colour": "red"}), Annotation(answers={"colour": "blue"})
        said = people.said([0, 1], [red, blue])
        model = Said(None, people.ids[2], red, 0.9)
        with_model = judged(TASK, "image", ONTOLOGY, [*said, model], nobody_known()).judgement
        assert with_model.annotation.answers == {"colour": "red"}
        assert with_model.submissions == 2
        assert set(with_model.detail["marks"]) == {str(each.id) for each in said}

    def test_what_has_a_target_of_its_own_is_told_apart(self, people: People) -> None:
        marked = Annotation(marks=(box(10, 10, "car"), box(600, 600, "bus", "m1")), answers={"colour": "red"})
        half = Annotation(marks=(box(10, 10, "car"),), answers={"colour": "red"})
        said = people.said([0, 1, 2], [marked, half, half])
        targets = [Target("car", 0.9), Target("colour=red", 0.9), Target("absent", 0.9)]
        groups = dict(judged(TASK, "image", ONTOLOGY, said, nobody_known(), targets).judgement.groups)
        assert set(groups) == {"car", "colour=red", ""}
        assert groups["car"] > groups[""]  # the bus, which one of three saw

    def test_nobody_marking_anything_is_a_decision_too(self, people: People) -> None:
        found = asked(nobody_known(), people.said([0, 1], [Annotation(), Annotation()]))
        assert found.confidence == pytest.approx(16 / 17)
        assert found.annotation == Annotation()


class TestGain:
    def test_is_greater_where_people_differ(self, book: Book, people: People) -> None:
        red, blue = Annotation(answers={"colour": "red"}), Annotation(answers={"colour": "blue"})
        agreed = asked(book, people.said([0, 1, 2], [red, red, red])).gain
        split = asked(book, people.said([1, 2], [red, blue])).gain
        assert agreed is not None
        assert split is not None
        assert split > 0.02 > agreed >= 0


class TestMethods:
    """Every kind of answer can be decided otherwise than by default."""

    def test_heads_are_counted_for_the_kind_that_says_so(self) -> None:
        people = People([0.97, 0.95, 0.95, 0.95, 0.34, 0.34], seed=5)
        book = known(people, 400)
        # One who is nearly always right says red, two who guess blue.
        said = people.said([0, 4, 5], [Annotation(answers={"colour": c}) for c in ("red", "blue", "blue")])
        usual = judged(TASK, "image", ONTOLOGY, said, book).judgement
        counted = judged(TASK, "image", ONTOLOGY, said, book, methods=Methods(categorical="majority")).judgement
        others = judged(
            TASK, "image", ONTOLOGY, said, book, methods=Methods(marks="majority", set="majority")
        ).judgement
        assert usual.annotation.answers == {"colour": "red"}
        assert counted.annotation.answers == {"colour": "blue"}
        assert counted.confidence == pytest.approx(asked(nobody_known(), said).confidence)
        assert others.annotation.answers == usual.annotation.answers

    def test_the_median_of_numbers_does_not_ask_who_said_them(self) -> None:
        people = People([0.9, 0.9, 0.9])
        rows = [
            people.row([0, 1, 2], [Annotation(answers={"count": n}) for n in (float(t), t + 1.0, t + 30.0)])
            for t in range(40)
        ]
        settled = settle("image", ONTOLOGY, rows, gather("image", ONTOLOGY, rows), 0.1)
        book = Book(settled.project, list(settled.judges), list(settled.judges.values()))
        said = people.said([0, 1, 2], [Annotation(answers={"count": n}) for n in (10.0, 11.0, 40.0)])
        weighed = judged(TASK, "image", ONTOLOGY, said, book).judgement.annotation.answers["count"]
        median = judged(TASK, "image", ONTOLOGY, said, book, methods=Methods(number="median")).judgement
        assert median.annotation.answers == {"count": 11.0}
        assert weighed != 11.0

    @pytest.mark.parametrize(
        ("method", "answer"),
        [
            # The nearest to the others is the first (1 and 1 words off); word by word two of three say each word.
            ("one-coin", "the cat sat down here"),
            ("medoid", "the cat sat down here"),
            ("weave", "the cat sat down here"),
            ("majority", "the cat sat down here"),
        ],
    )
    def test_text_has_four_ways(self, method: Literal["one-coin", "medoid", "weave", "majority"], answer: str) -> None:
        said = People([0.9] * 3).said(
            [0, 1, 2],
            [Annotation(answers={"note": t}) for t in (answer, "the cat sat down there", "a cat sat down here")],
        )
        found = judged(TASK, "image", NOTES, said, nobody_known(), methods=Methods(text=method)).judgement
        assert found.annotation.answers == {"note": answer}

    def test_only_weaving_puts_a_text_together_that_nobody_wrote(self) -> None:
        # Each has one word wrong, another one each: place by place two of three are right.
        wrong = ("a cat sat down here", "the dog sat down here", "the cat sat down there")
        said = People([0.9] * 3).said([0, 1, 2], [Annotation(answers={"note": text}) for text in wrong])
        for method in METHODS_OF_TEXT:
            found = judged(TASK, "image", NOTES, said, nobody_known(), methods=Methods(text=method)).judgement
            answer = found.annotation.answers["note"]
            assert (answer in wrong) == (method != "weave")
            assert method != "weave" or answer == "the cat sat down here"

    def test_the_defaults_are_the_first_of_the_table(self) -> None:
        kinds = {"categorical": "categorical", "set": "set", "number": "number", "text": "free", "marks": "boxes"}
        for field, default in msgspec.structs.asdict(Methods()).items():
            assert default == next(iter(methods_of(kinds[field])))


NOTES = compile_ontology(Ontology(questions=(Field("note", "Note", FieldKind.TEXT),)))
METHODS_OF_TEXT: tuple[Literal["one-coin", "medoid", "weave", "majority"], ...] = (
    "one-coin", "medoid", "weave", "majority",
)  # fmt: skip
