from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fairmark.ontology.difference import compare
from fairmark.ontology.model import (
    Field,
    FieldKind,
    ItemClass,
    Layers,
    LinkType,
    MarkLimits,
    Ontology,
    Option,
    Overlap,
    Rule,
    Strictness,
    When,
)
from fairmark.ontology.rules import check_annotation, check_ontology, compile_ontology, errors, prune

from .strategies import annotations, ontologies, revisions

COLOR = Field("color", "Color", FieldKind.SINGLE, (Option("red", "Red"), Option("blue", "Blue")))
SPEED = Field("speed", "Speed", FieldKind.NUMBER, min=0, max=100)
CAR = ItemClass("car", "Car", "#1f77b4", ("box", "tag"), attributes=(COLOR, SPEED), max_count=5)
BASE = Ontology(classes=(CAR,), links=(LinkType("tows", "Tows", ("car",), ("car",)),))


def changed(**members: Any) -> list[tuple[str, str, bool]]:
    """The changes when the class gets `members`."""
    return told(replace(BASE, classes=(replace(CAR, **members),)))


def told(new: Ontology) -> list[tuple[str, str, bool]]:
    return [(change.code, change.path, change.invalidates) for change in compare(BASE, new)]


class TestCompare:
    def test_says_nothing_of_equal_ontologies(self) -> None:
        assert compare(BASE, BASE) == []

    def test_says_it_in_words(self) -> None:
        changes = compare(BASE, replace(BASE, classes=(replace(CAR, name="Auto", max_count=3),)))
        assert [change.message for change in changes] == [
            "The class Car is now called Auto.",
            "Auto: max_count was 5, is 3.",
        ]

    @pytest.mark.parametrize(
        ("members", "expected"),
        [
            ({"name": "Auto"}, ("renamed", "/classes/car", False)),
            ({"color": "#000000"}, ("changed", "/classes/car/color", False)),
            ({"key": "1"}, ("changed", "/classes/car/key", False)),
            ({"help": "A car."}, ("changed", "/classes/car/help", False)),
            ({"marks": ("box",)}, ("changed", "/classes/car/marks", True)),
            ({"marks": ("box", "tag", "polygon")}, ("changed", "/classes/car/marks", False)),
            ({"min_count": 1}, ("changed", "/classes/car/min_count", True)),
            ({"max_count": 4}, ("changed", "/classes/car/max_count", True)),
            ({"max_count": None}, ("changed", "/classes/car/max_count", False)),
            ({"limits": {"box": MarkLimits(min_width=9)}}, ("changed", "/classes/car/limits", True)),
            ({"limits": {"box": MarkLimits(max_points=9)}}, ("changed", "/classes/car/limits", True)),
            ({"limits": {"box": MarkLimits()}}, ("changed", "/classes/car/limits", False)),
            ({"instances": False}, ("changed", "/classes/car/instances", True)),
            ({"attributes": (SPEED, COLOR)}, ("reordered", "/classes/car/attributes", False)),
            ({"attributes": (COLOR,)}, ("removed", "/classes/car/attributes/speed", True)),
        ],
    )
    def test_classes(self, members: dict[str, Any], expected: tuple[str, str, bool]) -> None:
        assert changed(**members) == [expected]

    @pytest.mark.parametrize(
        ("field", "path", "invalidates"),
        [
            (replace(COLOR, options=COLOR.options[:1]), "color/options/blue", True),
            (replace(COLOR, options=(*COLOR.options, Option("green", "Green"))), "color/options/green", False),
            (replace(COLOR, required=True), "color/required", True),
            (replace(COLOR, default="red"), "color/default", False),
            (replace(COLOR, when=When(field="speed", is_=0.0)), "color/when", True),
            (replace(COLOR, kind=FieldKind.MULTIPLE), "color/kind", True),
            (replace(SPEED, max=90), "speed/max", True),
            (replace(SPEED, max=110), "speed/max", False),
            (replace(SPEED, min=-1), "speed/min", False),
            (replace(SPEED, min=1), "speed/min", True),
            (replace(SPEED, step=1), "speed/step", True),
            (Field("new", "New", FieldKind.TEXT), "new", False),
            (Field("new", "New", FieldKind.TEXT, required=True), "new", True),
        ],
    )
    def test_fields(self, field: Field, path: str, invalidates: bool) -> None:
        fields = tuple(field if old.id == field.id else old for old in (COLOR, SPEED))
        fields += (field,) if field not in fields else ()
        assert [(p, i) for _, p, i in changed(attributes=fields)] == [(f"/classes/car/attributes/{path}", invalidates)]

    def test_a_new_lower_end_moves_the_grid_of_steps(self) -> None:
        # From 1 in steps of 2: 1, 3, 5. From 0: 0, 2, 4. An old 3 is on the first grid only.
        odd, even = replace(SPEED, min=1, step=2), replace(SPEED, min=0, step=2)
        (change,) = compare(Ontology(questions=(odd,)), Ontology(questions=(even,)))
        assert change.invalidates

    @pytest.mark.parametrize(
        ("link", "path", "invalidates"),
        [
            (LinkType("tows", "Tows", (), ("car",)), "/links/tows/from", False),
            (LinkType("tows", "Tows", ("car",), ("car",), False), "/links/tows/directed", True),
            (LinkType("pulls", "Tows", ("car",), ("car",)), "/links/pulls", False),
        ],
    )
    def test_links(self, link: LinkType, path: str, invalidates: bool) -> None:
        assert told(replace(BASE, links=(link,)))[0][1:] == (path, invalidates)

    @pytest.mark.parametrize(
        ("layers", "path", "invalidates"),
        [
            (Layers(Overlap.FORBIDDEN), "/layers/overlap", True),
            (Layers(whole=True), "/layers/whole", True),
        ],
    )
    def test_layers(self, layers: Layers, path: str, invalidates: bool) -> None:
        assert told(replace(BASE, layers=layers)) == [("changed", path, invalidates)]
        back = compare(replace(BASE, layers=layers), BASE)
        assert [(change.path, change.invalidates) for change in back] == [(path, False)]

    def test_strictness(self) -> None:
        def changed(wanted: dict[Rule, Strictness]) -> list[tuple[str, str, bool]]:
            return told(replace(BASE, strictness=wanted))

        # Only a rule that becomes an error can leave earlier work unfit; duplicates are a warning unless it is said.
        path = "/strictness/duplicate_mark"
        assert changed({Rule.DUPLICATE_MARK: Strictness.ERROR}) == [("changed", path, True)]
        assert changed({Rule.DUPLICATE_MARK: Strictness.WARNING}) == []
        assert changed({Rule.REQUIRED: Strictness.IGNORE}) == [("changed", "/strictness/required", False)]

    def test_a_class_that_must_be_marked_leaves_earlier_work_incomplete(self) -> None:
        new = ItemClass("plate", "Plate", "#000000", ("box",), min_count=1)
        assert told(replace(BASE, classes=(CAR, new))) == [("added", "/classes/plate", True)]

    @settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
    @given(st.data())
    def test_answers_stay_valid_unless_a_change_says_otherwise(self, data: st.DataObject) -> None:
        old = data.draw(ontologies())
        new = data.draw(revisions(old))
        assume(not errors(check_ontology(new)) and not any(change.invalidates for change in compare(old, new)))
        annotation = data.draw(annotations(old))
        # Values that a condition hides are never faults of a result: prune drops them.
        assert check_annotation(prune(annotation, compile_ontology(new)), compile_ontology(new)) == []
