from uuid import UUID

import msgspec
import pytest

from fairmark.kernel.ids import SubmissionId, TaskId, new_id
from fairmark.ontology.model import Annotation
from fairmark.quality.judging.consensus import judged
from fairmark.quality.judging.explaining import (
    DECISIONS_MAX,
    KeptDecision,
    KeptVoice,
    Names,
    Why,
    decided,
    folded,
    kept,
    method,
    summary,
    to_turn,
)
from fairmark.quality.judging.state import Book, ProjectState
from tests.quality.crowds import ONTOLOGY, People, box

NAMES = Names(ONTOLOGY)


class TestToTurn:
    def test_is_how_many_more_it_takes(self) -> None:
        # Three of skill 0.8 agree: log-odds 3 x 1.386 = 4.16, damped 1.68; as many and one more turn it.
        lead = 1 / (1 + 2.718281828 ** -(3 * 1.3863 * 0.7 / 3**0.5))
        assert to_turn([("a", lead), ("b", 1 - lead)], 3, 0.8) == 4

    def test_a_tie_is_turned_by_one(self) -> None:
        assert to_turn([("a", 0.5), ("b", 0.5)], 2, 0.8) == 1

    def test_is_out_of_sight_where_nobody_would_change_it(self) -> None:
        assert to_turn([("a", 0.9999), ("b", 0.0001)], 9, 0.55) is None
        assert to_turn([("a", 1.0)], 3, 0.8) is None


class TestNames:
    def test_calls_things_by_their_names(self) -> None:
        assert NAMES.value("", "car") == "Car"
        assert NAMES.value("", "") == "nothing there"
        assert NAMES.value("question:colour", "red") == "Red"
        assert NAMES.value("question:colour", "") == "left open"
        assert NAMES.subject("marks:box") == "Marks: box"
        assert NAMES.subject("question:colour") == "Colour"


class TestDecided:
    def test_says_who_said_what_and_what_would_turn_it(self) -> None:
        people = People([0.9] * 3)
        answers = [Annotation(marks=(box(5, 5),), answers={"colour": c}) for c in ("red", "red", "blue")]
        said = people.said(range(3), answers)
        judgement = judged(TaskId(new_id()), "image", ONTOLOGY, said, Book(ProjectState(), [], [])).judgement
        why = msgspec.convert(judgement.detail["why"], Why)
        names: dict[UUID, str] = {each.id: f"w{n}" for n, each in enumerate(said) if each.id is not None}
        found = {each.kind: each for each in decided(why, NAMES, names)}
        colour = found["question"]
        assert (colour.title, colour.answer, colour.confidence) == ("Colour", "Red", 0.8)
        assert [vote.worker for vote in colour.votes] == ["w0", "w1", "w2"]
        assert [vote.evidence > 0 for vote in colour.votes] == [True, True, False]
        assert colour.text.startswith("2 of 3 said Red; Blue was said too: 80% sure.")
        assert found["mark"].text.startswith("All 3 marked it as Car")
        assert summary(why, 0.8, 0.9, 3).startswith("From what 3 people said, 80% of this")
        assert summary(why, None, 0.9, 1) == "Nobody has judged this task yet."

    def test_is_kept_short(self) -> None:
        long = KeptDecision("question", "k", "s", "a", 0.123456, [(str(n), 0.1) for n in range(20)], [], 0.1, None, 0.5)
        assert (kept(long).confidence, len(kept(long).options)) == (0.123, 5)
        people = People([0.9] * 2)
        many = Annotation(marks=tuple(box(90 * n, 10, id=f"m{n}") for n in range(DECISIONS_MAX + 10)))
        said = people.said(range(2), [many, many])
        detail = judged(TaskId(new_id()), "image", ONTOLOGY, said, Book(ProjectState(), [], [])).judgement.detail
        why = msgspec.convert(detail["why"], Why)
        assert (len(why.decisions), why.more) == (DECISIONS_MAX, 10)
        assert len(msgspec.json.encode(detail["why"])) < 40_000

    def test_a_submission_that_is_gone_has_no_name(self) -> None:
        voice = KeptVoice(0, "red", 0.5, 1.0)
        one = KeptDecision("question", "colour", "question:colour", "red", 0.5, [], [voice], 0, None, 0)
        why = Why(0.0, [SubmissionId(new_id())], [one], 1.0)
        assert decided(why, NAMES, {})[0].votes[0].worker == "somebody"


class TestFolded:
    def test_says_the_same_once(self) -> None:
        people = People([0.9] * 3)
        one = Annotation(marks=tuple(box(200 * n, 10, id=f"m{n}") for n in range(3)), answers={"colour": "red"})
        other = Annotation(answers={"colour": "blue"})
        said = people.said(range(3), [one, other, other])
        detail = judged(TaskId(new_id()), "image", ONTOLOGY, said, Book(ProjectState(), [], [])).judgement.detail
        lines = folded(decided(msgspec.convert(detail["why"], Why), NAMES, {}))
        # Three boxes that the first alone drew, and one answer.
        assert len(lines) == 2
        assert any(line.startswith("3 marks: 2 of 3 did not mark it") for line in lines)
        assert any(line.startswith("Colour: 2 of 3 said Blue") for line in lines)


class TestMethod:
    @pytest.mark.parametrize(
        ("known", "word"), [(0, "simple vote"), (0.3, "Mostly"), (0.7, "beside"), (0.95, "proved")]
    )
    def test_says_how_far_people_are_known(self, known: float, word: str) -> None:
        assert word in method(known)
