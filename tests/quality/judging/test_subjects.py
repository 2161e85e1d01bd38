import pytest

from fairmark.ontology.model import Field, FieldKind, FieldValue, Option
from fairmark.quality.judging.subjects import (
    NONE,
    VALUES_MAX,
    YES,
    Kind,
    chosen,
    class_subject,
    code_of,
    subject_of,
    value_of,
)
from tests.quality.crowds import ONTOLOGY

OPTIONS = (Option("a", "A"), Option("b", "B"))


class TestSubjectOf:
    def test_options_are_a_choice_that_may_be_left_open_unless_required(self) -> None:
        free = subject_of("question:q", Field("q", "Q", FieldKind.SINGLE, OPTIONS))
        assert (free.kind, free.values) == (Kind.CHOICE, ("a", "b", NONE))
        assert subject_of("question:q", Field("q", "Q", FieldKind.SINGLE, OPTIONS, required=True)).values == ("a", "b")

    def test_a_short_scale_is_a_choice_and_a_long_one_a_number(self) -> None:
        short = subject_of("question:q", Field("q", "Q", FieldKind.SCALE, min=1, max=5, required=True))
        assert (short.kind, short.values) == (Kind.CHOICE, ("1", "2", "3", "4", "5"))
        long = subject_of("question:q", Field("q", "Q", FieldKind.SCALE, min=0, max=100))
        assert (long.kind, long.near) == (Kind.NUMBER, 10.0)  # a tenth of the range

    def test_too_many_options_are_right_or_wrong_as_a_whole(self) -> None:
        many = tuple(Option(f"o{n}", "O") for n in range(VALUES_MAX + 1))
        assert subject_of("question:q", Field("q", "Q", FieldKind.SINGLE, many)).kind is Kind.FREE

    @pytest.mark.parametrize("kind", [FieldKind.TEXT, FieldKind.DATE])
    def test_texts_and_dates_are_free(self, kind: FieldKind) -> None:
        assert subject_of("question:q", Field("q", "Q", kind)).kind is Kind.FREE

    def test_several_options_are_a_set(self) -> None:
        assert subject_of("question:q", Field("q", "Q", FieldKind.MULTIPLE, OPTIONS)).kind is Kind.SET


class TestClassSubject:
    def test_names_the_classes_of_a_kind_in_their_order(self) -> None:
        found = class_subject("box", ONTOLOGY)
        assert found is not None
        assert found.values == ("car", "bus")

    def test_is_none_where_there_is_nothing_to_choose(self) -> None:
        assert class_subject("polygon", ONTOLOGY) is None


class TestCodeOf:
    @pytest.mark.parametrize(
        ("value", "code"),
        [(None, NONE), ("", NONE), (True, YES), (3.0, "3"), (0.25, "0.25"), ("  A  Text ", "a text"), (["a"], NONE)],
    )
    def test_makes_a_word_of_what_counts_as_the_same(self, value: FieldValue | None, code: str) -> None:
        assert code_of(value) == code

    def test_can_be_read_back_for_choices(self) -> None:
        assert value_of(Field("q", "Q", FieldKind.BOOLEAN), YES) is True
        assert value_of(Field("q", "Q", FieldKind.SCALE, min=1, max=5), "4") == 4.0
        assert value_of(Field("q", "Q", FieldKind.SINGLE, OPTIONS), NONE) is None


class TestChosen:
    def test_lists_options_once_in_the_order_of_the_first_choice(self) -> None:
        assert chosen([["b", "a"], None, ["a", "c"]]) == ["b", "a", "c"]
