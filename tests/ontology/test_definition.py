import math
import time
from typing import Any

import pytest
from msgspec.structs import replace

from fairmark.ontology.compiled import LINEAGE_MAX
from fairmark.ontology.definition import CONDITION_DEPTH_MAX, PATTERNS_MAX, TESTS_MAX, check_ontology
from fairmark.ontology.model import (
    FAULTS_MAX,
    OPTIONS_MAX,
    TEXT_MAX,
    Field,
    FieldKind,
    ItemClass,
    Layers,
    LinkType,
    MarkLimits,
    Ontology,
    Option,
    Overlap,
    Severity,
    When,
)

AB = (Option("a", "A"), Option("b", "B"))
CHOICE = Field("choice", "Choice", FieldKind.SINGLE, AB)
MANY = Field("many", "Many", FieldKind.MULTIPLE, AB)
SWITCH = Field("switch", "Switch", FieldKind.BOOLEAN)


def item_class(id: str = "car", **members: Any) -> ItemClass:
    return replace(ItemClass(id, id.title(), "#1f77b4", ("box",)), **members)


def found(
    *questions: Field, classes: tuple[ItemClass, ...] = (), links: tuple[LinkType, ...] = ()
) -> set[tuple[str, str]]:
    faults = check_ontology(Ontology(classes=classes, questions=questions, links=links), kinds={"box", "tag"})
    assert all(fault.message and fault.mend for fault in faults)
    return {(fault.code, fault.path) for fault in faults}


def asked(when: When, *others: Field) -> set[tuple[str, str]]:
    return found(Field("x", "X", FieldKind.TEXT, when=when), *others)


class TestCheckOntology:
    def test_finds_nothing_in_a_good_one(self) -> None:
        scale = Field("sure", "Sure", FieldKind.SCALE, min=0, max=1, step=0.1, default=0.3)
        text = Field("plate", "Plate", FieldKind.TEXT, max=10, pattern="[A-Z0-9-]+", default="AB-1")
        nested = When(any=(When(field="choice", in_=("a",)), When(not_=When(field="many", is_="b"))))
        date = Field("day", "Day", FieldKind.DATE, when=nested, default="2024-01-01")
        car = item_class("car", parent="vehicle", attributes=(scale, text), key="1", max_count=0)
        vehicle = item_class("vehicle", marks=("box", "tag"), key="2", min_count=1, max_count=1)
        link = LinkType("tows", "Tows", ("car",), ("vehicle", "car"))
        assert found(date, CHOICE, MANY, SWITCH, classes=(car, vehicle), links=(link,)) == set()

    def test_an_empty_ontology_is_a_warning(self) -> None:
        (fault,) = check_ontology(Ontology())
        assert (fault.code, fault.severity) == ("empty", Severity.WARNING)

    @pytest.mark.parametrize(
        ("field", "code", "path"),
        [
            (Field("x\n", "X", FieldKind.TEXT), "bad_id", "/questions/0/id"),
            (Field("x", " ", FieldKind.TEXT), "no_name", "/questions/0/name"),
            (Field("x", "X\x00", FieldKind.TEXT), "bad_text", "/questions/0/name"),
            (Field("x", "X", FieldKind.TEXT, help="\x00"), "bad_text", "/questions/0/help"),
            (Field("x", "X", FieldKind.SINGLE), "no_options", "/questions/0/options"),
            (Field("x", "X", FieldKind.MULTIPLE), "no_options", "/questions/0/options"),
            (Field("x", "X", FieldKind.TEXT, AB), "no_use", "/questions/0/options"),
            (Field("x", "X", FieldKind.SINGLE, (AB[0], Option("a", "B"))), "duplicate_id", "/questions/0/options/1/id"),
            (
                Field("x", "X", FieldKind.SINGLE, (Option("a", "A", "1"), Option("b", "B", "1"))),
                "duplicate_key",
                "/questions/0/options/1/key",
            ),
            (Field("x", "X", FieldKind.SINGLE, (Option("a", "A", "1\n"),)), "bad_key", "/questions/0/options/0/key"),
            (Field("x", "X", FieldKind.SINGLE, AB, default="c"), "bad_default", "/questions/0/default"),
            (Field("x", "X", FieldKind.MULTIPLE, AB, default="a"), "bad_default", "/questions/0/default"),
            (Field("x", "X", FieldKind.BOOLEAN, default=1.0), "bad_default", "/questions/0/default"),
            (Field("x", "X", FieldKind.NUMBER, max=3, default=4.0), "bad_default", "/questions/0/default"),
            (Field("x", "X", FieldKind.DATE, default="1.1.2024"), "bad_default", "/questions/0/default"),
            (Field("x", "X", FieldKind.NUMBER, min=3, max=2), "empty_range", "/questions/0/min"),
            (Field("x", "X", FieldKind.NUMBER, min=math.nan), "not_finite", "/questions/0/min"),
            (Field("x", "X", FieldKind.TEXT, max=math.inf), "not_finite", "/questions/0/max"),
            (Field("x", "X", FieldKind.NUMBER, step=0), "bad_step", "/questions/0/step"),
            (Field("x", "X", FieldKind.NUMBER, step=-1), "bad_step", "/questions/0/step"),
            (Field("x", "X", FieldKind.BOOLEAN, min=0), "no_use", "/questions/0/min"),
            (Field("x", "X", FieldKind.TEXT, step=1), "no_use", "/questions/0/step"),
            (Field("x", "X", FieldKind.TEXT, min=1.5), "bad_count", "/questions/0/min"),
            (Field("x", "X", FieldKind.TEXT, max=-1), "bad_count", "/questions/0/max"),
            (Field("x", "X", FieldKind.TEXT, min=TEXT_MAX + 1), "empty_range", "/questions/0/min"),
            (Field("x", "X", FieldKind.MULTIPLE, AB, min=3), "empty_range", "/questions/0/min"),
            (Field("x", "X", FieldKind.SCALE), "no_range", "/questions/0"),
            (Field("x", "X", FieldKind.SCALE, min=0, max=1, step=0.3), "bad_step", "/questions/0/step"),
            (Field("x", "X", FieldKind.SCALE, min=0, max=1e9), "bad_step", "/questions/0/step"),
            (Field("x", "X", FieldKind.TEXT, pattern="(a"), "bad_pattern", "/questions/0/pattern"),
            (Field("x", "X", FieldKind.TEXT, pattern="(a|b)*a(a|b){40}"), "bad_pattern", "/questions/0/pattern"),
            (Field("x", "X", FieldKind.NUMBER, pattern="a"), "no_use", "/questions/0/pattern"),
        ],
    )
    def test_names_what_is_wrong_with_a_field(self, field: Field, code: str, path: str) -> None:
        assert found(field) == {(code, path)}
        classes = (item_class(attributes=(field,)),)
        assert found(classes=classes) == {(code, path.replace("/questions", "/classes/0/attributes"))}

    @pytest.mark.parametrize(
        ("when", "code", "path"),
        [
            (When(), "bad_condition", "/questions/0/when"),
            (When(is_="a"), "bad_condition", "/questions/0/when"),
            (When(field="choice", is_="a", not_=When(field="choice", is_="b")), "bad_condition", "/questions/0/when"),
            (When(field="choice"), "bad_condition", "/questions/0/when"),
            (When(field="choice", is_="a", in_=("b",)), "bad_condition", "/questions/0/when"),
            (When(field="choice", in_=()), "bad_condition", "/questions/0/when/in"),
            (When(all=()), "bad_condition", "/questions/0/when"),
            (When(field="gone", is_="a"), "unknown_field", "/questions/0/when/field"),
            (When(field="choice", is_="c"), "impossible_test", "/questions/0/when/is"),
            (When(field="choice", in_=("a", "c")), "impossible_test", "/questions/0/when/in/1"),
            (When(field="many", is_=["a", "c"]), "impossible_test", "/questions/0/when/is"),
            (When(field="switch", is_="yes"), "impossible_test", "/questions/0/when/is"),
            (When(field="switch", in_=("yes",)), "impossible_test", "/questions/0/when/in/0"),
            (
                When(all=(When(any=(When(field="gone", is_="a"),)),)),
                "unknown_field",
                "/questions/0/when/all/0/any/0/field",
            ),
            (When(not_=When(field="choice", is_="c")), "impossible_test", "/questions/0/when/not/is"),
        ],
    )
    def test_names_what_is_wrong_with_a_condition(self, when: When, code: str, path: str) -> None:
        assert (code, path) in asked(when, CHOICE, MANY, SWITCH)

    def test_accepts_every_sensible_test(self) -> None:
        for when in (
            When(field="many", is_="a"),
            When(field="many", is_=["b", "a"]),
            When(field="many", in_=("a", "b")),
            When(field="switch", is_=False),
            When(field="choice", in_=("a",)),
        ):
            assert asked(when, CHOICE, MANY, SWITCH) == set()

    def test_names_each_field_of_a_circle(self) -> None:
        a = Field("a", "A", FieldKind.BOOLEAN, when=When(field="b", is_=True))
        b = Field("b", "B", FieldKind.BOOLEAN, when=When(field="a", is_=True))
        own = Field("c", "C", FieldKind.BOOLEAN, when=When(field="c", is_=True))
        assert found(a, b, own) == {("condition_cycle", f"/questions/{n}/when") for n in range(3)}

    def test_bounds_the_size_of_a_condition(self) -> None:
        wide = When(any=tuple(When(field="choice", is_="a") for _ in range(TESTS_MAX + 1)))
        deep = When(field="choice", is_="a")
        for _ in range(CONDITION_DEPTH_MAX + 1):
            deep = When(not_=deep)
        for when in (wide, deep):
            assert asked(when, CHOICE) == {("condition_too_big", "/questions/0/when")}

    def test_conditions_reach_fields_in_the_same_place_only(self) -> None:
        attribute = Field("x", "X", FieldKind.TEXT, when=When(field="choice", is_="a"))
        assert found(CHOICE, classes=(item_class(attributes=(attribute,)),)) == {
            ("unknown_field", "/classes/0/attributes/0/when/field")
        }

    @pytest.mark.parametrize(
        ("classes", "code", "path"),
        [
            ((item_class("a"), item_class("a", name="B")), "duplicate_id", "/classes/1/id"),
            ((item_class("a", key="1"), item_class("b", key="1")), "duplicate_key", "/classes/1/key"),
            ((item_class("a", marks=("blob",)),), "unknown_kind", "/classes/0/marks/0"),
            ((item_class("a", marks=("box", "box")),), "repeated", "/classes/0/marks"),
            ((item_class("a", min_count=2, max_count=1),), "empty_range", "/classes/0/min_count"),
            (
                (item_class("a", limits={"box": MarkLimits(min_points=3, max_points=2)}),),
                "empty_range",
                "/classes/0/limits/box/min_points",
            ),
            ((item_class("a", limits={"tag": MarkLimits()}),), "unknown_kind", "/classes/0/limits/tag"),
            ((item_class("a", parent="gone"),), "unknown_class", "/classes/0/parent"),
            ((item_class("a", parent="a"),), "parent_cycle", "/classes/0/parent"),
            ((item_class("a", help="\x00"),), "bad_text", "/classes/0/help"),
        ],
    )
    def test_names_what_is_wrong_with_a_class(self, classes: tuple[ItemClass, ...], code: str, path: str) -> None:
        assert found(classes=classes) == {(code, path)}

    def test_names_the_classes_of_a_circle_and_not_those_below_it(self) -> None:
        classes = (item_class("a", parent="b"), item_class("b", parent="a"), item_class("c", parent="a"))
        assert found(classes=classes) == {("parent_cycle", "/classes/0/parent"), ("parent_cycle", "/classes/1/parent")}

    def test_bounds_the_depth_of_the_tree(self) -> None:
        chain = [item_class(f"c{n}", parent=f"c{n + 1}") for n in range(LINEAGE_MAX)]
        classes = (*chain, item_class(f"c{LINEAGE_MAX}"))
        # c0 has 20 classes above it; c1 has 19, which with itself is the limit of 20 and already reported.
        assert found(classes=classes) == {("too_deep", "/classes/0/parent"), ("too_deep", "/classes/1/parent")}

    def test_leaves_mark_kinds_unchecked_if_none_are_named(self) -> None:
        assert check_ontology(Ontology(classes=(item_class(marks=("blob",)),))) == []

    @pytest.mark.parametrize(
        ("link", "code", "path"),
        [
            (LinkType("l", "L", from_=("gone",)), "unknown_class", "/links/0/from/0"),
            (LinkType("l", "L", to=("car", "gone")), "unknown_class", "/links/0/to/1"),
            (LinkType("l", "L", to=("car", "car")), "repeated", "/links/0/to"),
            (LinkType("l\n", "L"), "bad_id", "/links/0/id"),
        ],
    )
    def test_names_what_is_wrong_with_a_link_type(self, link: LinkType, code: str, path: str) -> None:
        assert found(classes=(item_class(),), links=(link,)) == {(code, path)}

    def test_warns_of_equal_names_and_shared_keys(self) -> None:
        field = Field("x", "X", FieldKind.SINGLE, (Option("a", "A", "1"), Option("b", "A", "2")))
        other = Field("y", "X", FieldKind.SINGLE, (Option("a", "A", "2"),))
        faults = check_ontology(Ontology(classes=(item_class(key="1"),), questions=(field, other)))
        assert {(fault.code, fault.path) for fault in faults} == {
            ("duplicate_name", "/questions/1/name"),
            ("duplicate_name", "/questions/0/options/1/name"),
            ("shared_key", "/questions/0"),
            ("shared_key", "/questions/1"),
        }
        assert {fault.severity for fault in faults} == {Severity.WARNING}

    def test_warns_of_rules_for_masks_where_there_are_none(self) -> None:
        sky = item_class("sky", instances=False)
        faults = check_ontology(Ontology(classes=(sky,), layers=Layers(Overlap.FORBIDDEN)))
        assert [(fault.code, fault.path, fault.severity) for fault in faults] == [
            ("no_use", "/layers", Severity.WARNING),
            ("no_use", "/classes/0/instances", Severity.WARNING),
        ]
        masks = replace(sky, marks=("mask",))
        assert check_ontology(Ontology(classes=(masks,), layers=Layers(Overlap.FORBIDDEN))) == []

    def test_bounds_options_patterns_and_faults(self) -> None:
        options = tuple(Option(f"o{n}", f"O{n}") for n in range(OPTIONS_MAX + 1))
        assert found(Field("x", "X", FieldKind.SINGLE, options)) == {("too_many", "/questions/0/options")}
        fields = [Field(f"f{n}", f"F{n}", FieldKind.TEXT, pattern=f"{n}") for n in range(PATTERNS_MAX + 1)]
        assert {code for code, _ in found(*fields)} == {"too_many"}
        bad = tuple(Field(f"f{n}", f"F{n}", FieldKind.SINGLE) for n in range(FAULTS_MAX * 2))
        assert len(check_ontology(Ontology(questions=bad))) == FAULTS_MAX

    def test_a_hostile_ontology_is_refused_in_seconds(self) -> None:
        slow = [Field(f"f{n}", f"F{n}", FieldKind.TEXT, pattern=f"{n}(a|b)*a(a|b){{40}}") for n in range(200)]
        began = time.process_time()
        check_ontology(Ontology(questions=tuple(slow)))
        assert time.process_time() - began < 20
