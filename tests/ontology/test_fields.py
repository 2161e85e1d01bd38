import math
from typing import Any

import pytest

from fairmark.ontology.fields import CompiledFields, pointer, shown, text_problem, value_check
from fairmark.ontology.model import (
    TEXT_MAX,
    Field,
    FieldKind,
    FieldValue,
    InvalidOntology,
    InvalidPattern,
    Option,
    Severity,
    When,
)

COLORS = (Option("red", "Red"), Option("green", "Green"), Option("blue", "Blue"))


def field(kind: FieldKind, id: str = "f", **members: Any) -> Field:
    return Field(id, id.title(), kind, **members)


class TestTextProblem:
    @pytest.mark.parametrize("text", ["", "plain", "Grüße 😀\n\ttabbed", "\ue000"])
    def test_lets_every_storable_text_pass(self, text: str) -> None:
        assert text_problem(text) is None

    @pytest.mark.parametrize(("text", "code"), [("a\x00b", "bad_text"), ("a\ud800b", "bad_text"), ("abcd", "too_long")])
    def test_refuses_what_the_database_cannot_hold(self, text: str, code: str) -> None:
        problem = text_problem(text, 3)
        assert problem is not None
        assert problem.code == code
        assert problem.mend


class TestPointer:
    def test_escapes_as_rfc_6901(self) -> None:
        assert pointer("marks", 3, "a/b~c") == "/marks/3/a~1b~0c"


class TestShown:
    def test_cuts_long_values(self) -> None:
        assert shown("x" * 1000) == "'" + "x" * 56 + "..."
        assert shown(3.5) == "3.5"


class TestValueCheck:
    @pytest.mark.parametrize(
        ("tested", "value", "code"),
        [
            (field(FieldKind.SINGLE, options=COLORS), "red", None),
            (field(FieldKind.SINGLE, options=COLORS), "pink", "unknown_option"),
            (field(FieldKind.SINGLE, options=COLORS), ["red"], "wrong_type"),
            (field(FieldKind.SINGLE, options=COLORS), True, "wrong_type"),
            (field(FieldKind.MULTIPLE, options=COLORS), [], None),
            (field(FieldKind.MULTIPLE, options=COLORS), ["red", "blue"], None),
            (field(FieldKind.MULTIPLE, options=COLORS), "red", "wrong_type"),
            (field(FieldKind.MULTIPLE, options=COLORS), ["red", 3], "wrong_type"),
            (field(FieldKind.MULTIPLE, options=COLORS), ["red", "pink"], "unknown_option"),
            (field(FieldKind.MULTIPLE, options=COLORS), ["red", "red"], "repeated_option"),
            (field(FieldKind.MULTIPLE, options=COLORS, min=2), ["red"], "wrong_count"),
            (field(FieldKind.MULTIPLE, options=COLORS, max=1), ["red", "blue"], "wrong_count"),
            (field(FieldKind.BOOLEAN), False, None),
            (field(FieldKind.BOOLEAN), 0.0, "wrong_type"),
            (field(FieldKind.BOOLEAN), "true", "wrong_type"),
            (field(FieldKind.NUMBER), -1e300, None),
            (field(FieldKind.NUMBER), 7, None),
            (field(FieldKind.NUMBER), True, "wrong_type"),
            (field(FieldKind.NUMBER), "7", "wrong_type"),
            (field(FieldKind.NUMBER), math.nan, "not_finite"),
            (field(FieldKind.NUMBER), -math.inf, "not_finite"),
            (field(FieldKind.NUMBER), 10**400, "not_finite"),
            (field(FieldKind.NUMBER, min=0, max=10), 10.0, None),
            (field(FieldKind.NUMBER, min=0, max=10), 10.001, "out_of_range"),
            (field(FieldKind.NUMBER, min=0), -0.5, "out_of_range"),
            (field(FieldKind.NUMBER, max=0), 0.5, "out_of_range"),
            # 0.1 + 0.2 is 0.30000000000000004: three steps of 0.1 all the same.
            (field(FieldKind.NUMBER, step=0.1), 0.1 + 0.2, None),
            (field(FieldKind.NUMBER, min=1, step=2), 5.0, None),
            (field(FieldKind.NUMBER, min=1, step=2), 4.0, "off_step"),
            (field(FieldKind.SCALE, min=1, max=5), 3.0, None),
            (field(FieldKind.SCALE, min=1, max=5), 3.5, "off_step"),
            (field(FieldKind.SCALE, min=1, max=5, step=0.5), 3.5, None),
            (field(FieldKind.SCALE, min=1, max=5), 6.0, "out_of_range"),
            (field(FieldKind.TEXT), "", None),
            (field(FieldKind.TEXT), "two\nlines", None),
            (field(FieldKind.TEXT), 3.0, "wrong_type"),
            (field(FieldKind.TEXT), "a\x00", "bad_text"),
            (field(FieldKind.TEXT), "x" * (TEXT_MAX + 1), "too_long"),
            (field(FieldKind.TEXT, max=3), "abcd", "too_long"),
            (field(FieldKind.TEXT, min=3), "ab", "too_short"),
            (field(FieldKind.TEXT, min=3), "", None),
            (field(FieldKind.TEXT, pattern=r"[A-Z]{2}\d+"), "AB12", None),
            (field(FieldKind.TEXT, pattern=r"[A-Z]{2}\d+"), "AB12x", "no_match"),
            (field(FieldKind.DATE), "2024-02-29", None),
            (field(FieldKind.DATE), "2023-02-29", "bad_date"),
            (field(FieldKind.DATE), "20240229", "wrong_type"),
            (field(FieldKind.DATE), "2024-W01-1", "wrong_type"),
            (field(FieldKind.DATE), "2024-02-29T00:00", "wrong_type"),
            (field(FieldKind.DATE), "٢٠٢٤-٠٢-٢٩", "bad_date"),
        ],
    )
    def test_names_what_is_wrong(self, tested: Field, value: object, code: str | None) -> None:
        problem = value_check(tested)(value)
        assert (problem.code if problem else None) == code
        assert problem is None or (problem.message and problem.mend)

    def test_a_bad_pattern_is_refused_when_the_check_is_made(self) -> None:
        with pytest.raises(InvalidPattern):
            value_check(field(FieldKind.TEXT, pattern="(a"))


BRAND = field(FieldKind.TEXT, "brand", when=When(field="kind", is_="blue"), required=True, default="none")
KIND = field(FieldKind.SINGLE, "kind", options=COLORS, when=When(field="marked", is_=True), default="blue")
MARKED = field(FieldKind.BOOLEAN, "marked", required=True)
# Given in the opposite of the order in which they depend: brand <- kind <- marked.
CHAIN = CompiledFields((BRAND, KIND, MARKED))


class TestCompiledFields:
    @pytest.mark.parametrize(
        ("values", "asked"),
        [
            ({}, {"marked"}),
            ({"marked": True}, {"marked", "kind"}),
            ({"marked": True, "kind": "blue"}, {"marked", "kind", "brand"}),
            # kind is hidden, so its stored value counts as unanswered and brand stays hidden as well.
            ({"marked": False, "kind": "blue"}, {"marked"}),
        ],
    )
    def test_visible_follows_the_chain(self, values: dict[str, FieldValue], asked: set[str]) -> None:
        assert set(CHAIN.visible(values)) == asked

    def test_by_id_keeps_the_order_of_the_ontology(self) -> None:
        assert list(CHAIN.by_id) == ["brand", "kind", "marked"]

    def test_of_two_fields_with_one_id_the_first_counts(self) -> None:
        fields = CompiledFields((field(FieldKind.TEXT, "a"), field(FieldKind.BOOLEAN, "a")))
        assert fields.faults({"a": "text"}, "", what="attribute", mark_id=None, complete=True) == []

    def test_a_circle_of_conditions_is_an_error(self) -> None:
        a = field(FieldKind.BOOLEAN, "a", when=When(field="b", is_=True))
        b = field(FieldKind.BOOLEAN, "b", when=When(field="a", is_=True))
        with pytest.raises(InvalidOntology, match="a, b"):
            CompiledFields((a, b))

    def test_faults_names_place_mark_and_mending(self) -> None:
        found = CHAIN.faults({"marked": "x", "a/b": 1.0}, "/here", what="attribute", mark_id="m1", complete=True)
        assert [(fault.code, fault.path) for fault in found] == [
            ("wrong_type", "/here/marked"),
            ("unknown_attribute", "/here/a~1b"),
        ]
        assert all(fault.mark_id == "m1" and fault.message and fault.mend for fault in found)

    def test_faults_asks_for_required_fields_only_where_they_are_visible(self) -> None:
        def codes(values: dict[str, FieldValue], complete: bool = True) -> list[tuple[str, str]]:
            found = CHAIN.faults(values, "", what="question", mark_id=None, complete=complete)
            return [(fault.code, fault.path) for fault in found]

        assert codes({}) == [("required", "/marked")]
        assert codes({}, complete=False) == []
        assert codes({"marked": False}) == []
        assert codes({"marked": True, "kind": "blue"}) == [("required", "/brand")]
        assert codes({"marked": True, "kind": "blue", "brand": "  "}) == [("required", "/brand")]

    def test_faults_warns_of_hidden_values(self) -> None:
        values: dict[str, FieldValue] = {"marked": False, "kind": "blue"}
        found = CHAIN.faults(values, "", what="question", mark_id=None, complete=True)
        assert [(fault.code, fault.severity) for fault in found] == [("hidden_value", Severity.WARNING)]

    def test_pruned_drops_hidden_unknown_and_empty_values(self) -> None:
        assert CHAIN.pruned({"marked": False, "kind": "blue", "brand": "x"}) == {"marked": False}
        assert CHAIN.pruned({"marked": True, "kind": "blue", "brand": " ", "gone": 1.0}) == {
            "marked": True,
            "kind": "blue",
        }

    def test_pruned_returns_the_same_object_if_all_stay(self) -> None:
        values: dict[str, FieldValue] = {"marked": True, "kind": "red"}
        assert CHAIN.pruned(values) is values

    def test_with_defaults_follows_the_chain_that_defaults_open(self) -> None:
        # marked=True asks kind, whose default blue asks brand, whose default is none.
        assert CHAIN.with_defaults({"marked": True}) == {"marked": True, "kind": "blue", "brand": "none"}
        assert CHAIN.with_defaults({"marked": True, "kind": "red"}) == {"marked": True, "kind": "red"}

    def test_with_defaults_returns_the_same_object_if_none_applies(self) -> None:
        values: dict[str, FieldValue] = {"marked": False}
        assert CHAIN.with_defaults(values) is values
