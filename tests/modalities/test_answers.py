from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.answers import merge_values, value_agreement, values_agreement
from fairmark.ontology.conditions import is_answered
from fairmark.ontology.fields import CompiledFields
from fairmark.ontology.model import Field, FieldKind, FieldValue, Option, When

ABC = (Option("a", "A"), Option("b", "B"), Option("c", "C"))
CHOICE = Field("choice", "Choice", FieldKind.SINGLE, ABC)
MANY = Field("many", "Many", FieldKind.MULTIPLE, ABC)
STARS = Field("stars", "Stars", FieldKind.SCALE, min=1, max=5)
NUMBER = Field("number", "Number", FieldKind.NUMBER)
NOTE = Field("note", "Note", FieldKind.TEXT)
SWITCH = Field("switch", "Switch", FieldKind.BOOLEAN)
WHY = Field("why", "Why", FieldKind.SINGLE, ABC, required=True, when=When(field="switch", is_=True))

VALUES: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3).map(float)
    | st.text("ab ", max_size=4)
    | st.lists(st.sampled_from("abc"), unique=True)
)


class TestValueAgreement:
    @pytest.mark.parametrize(
        ("field", "ours", "theirs", "expected"),
        [
            (CHOICE, "a", "a", 1),
            (CHOICE, "a", "b", 0),
            (CHOICE, "a", None, 0),
            (CHOICE, None, None, 1),
            (SWITCH, True, False, 0),
            (SWITCH, False, False, 1),
            (MANY, ["a", "b"], ["b", "a"], 1),
            (MANY, ["a", "b"], ["b", "c"], 1 / 3),  # one of three
            (MANY, [], None, 1),
            (STARS, 4.0, 5.0, 3 / 4),  # one of four steps apart
            (STARS, 1.0, 5.0, 0),
            (NUMBER, 90.0, 100.0, 0.9),
            (NUMBER, -1.0, 1.0, 0),
            (NUMBER, 0.0, 0.0, 1),
            (NOTE, "Low sun", "low  SUN", 1),
            (NOTE, "a low sun", "low sun", 4 / 5),  # two shared words, of three and two
            (NOTE, "sun", "rain", 0),
            (None, "low sun", "low fog", 1 / 2),
            (None, "low", "lower", 0),
            (None, 1.0, True, 0),
            (None, "a", ["a"], 0),
        ],
    )
    def test_worked_examples(self, field: Field | None, ours: Any, theirs: Any, expected: float) -> None:
        assert value_agreement(ours, theirs, field) == pytest.approx(expected)

    @given(VALUES, VALUES)
    def test_is_symmetric_and_between_0_and_1(self, ours: Any, theirs: Any) -> None:
        alike = value_agreement(ours, theirs)
        assert 0 <= alike <= 1
        assert alike == value_agreement(theirs, ours)
        assert value_agreement(ours, ours) == 1


class TestValuesAgreement:
    def test_reports_what_either_side_answers(self) -> None:
        ours: dict[str, FieldValue] = {"a": "x", "b": "x", "empty": ""}
        theirs: dict[str, FieldValue] = {"a": "x", "c": 1.0}
        assert values_agreement(ours, theirs) == {"a": 1, "b": 0, "c": 0}

    def test_uses_the_ranges_of_the_fields(self) -> None:
        assert values_agreement({"stars": 4.0}, {"stars": 5.0}, CompiledFields((STARS,))) == {"stars": 0.75}
        assert values_agreement({"stars": 4.0}, {"stars": 5.0}) == {"stars": pytest.approx(0.8)}


def merged(fields: tuple[Field, ...] | None, *given: dict[str, FieldValue], weights: list[float] | None = None) -> Any:
    compiled = CompiledFields(fields) if fields is not None else None
    return merge_values(given, weights or [1.0] * len(given), compiled)


class TestMergeValues:
    @pytest.mark.parametrize("known", [True, False])
    @pytest.mark.parametrize(
        ("field", "said", "expected"),
        [
            (CHOICE, ["a", "b", "b"], "b"),
            (CHOICE, ["b", "a"], "b"),  # a tie goes to the first
            (CHOICE, ["a", None], "a"),  # half of the votes
            (SWITCH, [False, False, True], False),
            (STARS, [1.0, 4.0, 5.0], 4.0),
            (STARS, [3.0, 4.0], 3.0),  # the lower middle: 3.5 is no step of the scale
            (MANY, [["a", "b"], ["b"], ["c", "b"]], ["b"]),
            (MANY, [["a", "b"], ["b", "c"]], ["a", "b", "c"]),
            (MANY, [["a"], ["b"], ["c"]], ["a"]),  # no option has half of the votes
            (NOTE, ["Low sun", "low sun ", "fog"], "Low sun"),
        ],
    )
    def test_votes(self, field: Field, said: list[Any], expected: FieldValue, known: bool) -> None:
        given = [{field.id: value} if value is not None else {} for value in said]
        values, votes = merged((field,) if known else None, *given)
        assert values == {field.id: expected}
        assert list(votes) == [field.id]

    def test_most_votes_for_nothing_leave_it_open(self) -> None:
        values, votes = merged((CHOICE,), {"choice": "a"}, {}, {})
        assert values == {}
        # Two of three votes for leaving it open: 4/5; of three pairs one agrees, and it has no answer to compare.
        assert votes["choice"].confidence == pytest.approx(0.8)
        assert votes["choice"].agreement == 0

    def test_weights_decide(self) -> None:
        assert merged((CHOICE,), {"choice": "a"}, {"choice": "b"}, weights=[0.5, 1.5])[0] == {"choice": "b"}
        assert merged((CHOICE,), {"choice": "a"}, {"choice": "b"}, weights=[2.0, 0.0])[0] == {"choice": "a"}

    def test_confidence_and_agreement_are_worked_out(self) -> None:
        _, votes = merged((CHOICE,), {"choice": "a"}, {"choice": "a"}, {"choice": "b"})
        # Two against one: 4/5. One of three pairs agrees.
        assert votes["choice"].confidence == pytest.approx(4 / 5)
        assert votes["choice"].agreement == pytest.approx(1 / 3)

    def test_numbers_that_come_close_vote_together(self) -> None:
        _, votes = merged((NUMBER,), {"number": 100.0}, {"number": 101.0}, {"number": 50.0})
        # The median is 100; 101 is 99 % alike, 50 is not: two against one.
        assert votes["number"].confidence == pytest.approx(4 / 5)

    def test_only_those_vote_who_were_asked(self) -> None:
        on_a: dict[str, FieldValue] = {"switch": True, "why": "a"}
        on_b: dict[str, FieldValue] = {"switch": True, "why": "b"}
        values, votes = merged((WHY, SWITCH), on_b, on_a, on_a, {"switch": False}, {"switch": False})
        assert values == {"switch": True, "why": "a"}
        # why: two against one among the three who were asked.
        assert votes["why"].confidence == pytest.approx(4 / 5)

    def test_what_the_merged_answers_hide_is_left_out(self) -> None:
        off: dict[str, FieldValue] = {"switch": False}
        assert merged((WHY, SWITCH), {"switch": True, "why": "a"}, off, off)[0] == {"switch": False}

    def test_a_required_field_is_answered_if_anyone_does(self) -> None:
        needed = Field("choice", "Choice", FieldKind.SINGLE, ABC, required=True)
        assert merged((needed,), {"choice": "c"}, {}, {})[0] == {"choice": "c"}

    def test_a_vote_by_options_that_breaks_the_bounds_gives_way_to_a_whole_answer(self) -> None:
        one = Field("many", "Many", FieldKind.MULTIPLE, ABC, max=1)
        # Each option has half of the votes; together they would be two.
        assert merged((one,), {"many": ["a"]}, {"many": ["b"]})[0] == {"many": ["a"]}

    @given(
        st.lists(st.dictionaries(st.sampled_from("xy"), VALUES.filter(lambda v: v is not None)), min_size=1, max_size=4)
    )
    def test_equal_answers_stay_and_figures_are_shares(self, given: list[dict[str, Any]]) -> None:
        values, votes = merged(None, *given)
        assert set(values) <= set(votes)
        for vote in votes.values():
            assert 0 <= vote.confidence <= 1
            assert 0 <= vote.agreement <= 1
        same, votes = merged(None, given[0], given[0])
        assert same == {key: value for key, value in given[0].items() if is_answered(value)}
        assert all(vote.agreement == 1 for vote in votes.values())
