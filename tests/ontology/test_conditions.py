import pytest

from fairmark.ontology.conditions import in_order, is_answered, leaves, predicate
from fairmark.ontology.model import Field, FieldKind, FieldValue, Option, When

YES_NO = (Option("yes", "Yes"), Option("no", "No"))


def field(id: str, when: When | None = None) -> Field:
    return Field(id, id.title(), FieldKind.SINGLE, options=YES_NO, when=when)


def is_(name: str, value: FieldValue) -> When:
    return When(field=name, is_=value)


class TestIsAnswered:
    @pytest.mark.parametrize("value", ["a", 0.0, False, True, ["a"], -1])
    def test_zero_and_false_are_answers(self, value: FieldValue) -> None:
        assert is_answered(value)

    @pytest.mark.parametrize("value", [None, "", "  \n", []])
    def test_nothing_blank_and_empty_are_not(self, value: FieldValue | None) -> None:
        assert not is_answered(value)


class TestLeaves:
    def test_finds_every_test_in_nested_groups(self) -> None:
        when = When(all=(is_("a", "yes"), When(any=(is_("b", "no"), When(not_=is_("c", True))))))
        assert sorted(test.field or "" for test in leaves(when)) == ["a", "b", "c"]


class TestPredicate:
    @pytest.mark.parametrize(
        ("when", "values", "holds"),
        [
            (is_("a", "yes"), {"a": "yes"}, True),
            (is_("a", "yes"), {"a": "no"}, False),
            (is_("a", "yes"), {}, False),
            (is_("a", True), {"a": True}, True),
            (is_("a", True), {"a": 1.0}, False),
            (is_("a", 1.0), {"a": True}, False),
            (is_("a", 3.0), {"a": 3.0}, True),
            (is_("a", "x"), {"a": ["x", "y"]}, True),
            (is_("a", "z"), {"a": ["x", "y"]}, False),
            (is_("a", ["y", "x"]), {"a": ["x", "y"]}, True),
            (is_("a", ["x"]), {"a": ["x", "y"]}, False),
            (When(field="a", in_=("x", "z")), {"a": "z"}, True),
            (When(field="a", in_=("x", "z")), {"a": "y"}, False),
            (When(field="a", in_=("x", "z")), {"a": ["y", "z"]}, True),
            (When(field="a", in_=("x", "z")), {}, False),
            (When(not_=is_("a", "yes")), {}, True),
            (When(all=(is_("a", "yes"), is_("b", "yes"))), {"a": "yes"}, False),
            (When(any=(is_("a", "yes"), is_("b", "yes"))), {"b": "yes"}, True),
        ],
    )
    def test_reads_is_in_and_groups(self, when: When, values: dict[str, FieldValue], holds: bool) -> None:
        assert predicate(when)(values) is holds


class TestInOrder:
    def test_puts_a_field_behind_those_it_tests(self) -> None:
        third, second, first = field("c", is_("b", "yes")), field("b", is_("a", "yes")), field("a")
        ordered, circle = in_order([third, second, first])
        assert [f.id for f in ordered] == ["a", "b", "c"]
        assert circle == []

    def test_keeps_the_given_order_where_nothing_depends(self) -> None:
        ordered, _ = in_order([field("b"), field("a"), field("c")])
        assert [f.id for f in ordered] == ["b", "a", "c"]

    def test_names_the_fields_of_a_circle_and_those_behind_it(self) -> None:
        fields = [field("a", is_("b", "yes")), field("b", is_("a", "yes")), field("c", is_("a", "yes")), field("d")]
        ordered, circle = in_order(fields)
        assert [f.id for f in ordered] == ["d"]
        assert {f.id for f in circle} == {"a", "b", "c"}

    def test_a_field_that_tests_itself_is_a_circle(self) -> None:
        assert in_order([field("a", is_("a", "yes"))][:])[1][0].id == "a"

    def test_ignores_tests_of_unknown_fields(self) -> None:
        assert in_order([field("a", is_("gone", "yes"))])[1] == []
