"""From names in files to classes and fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.formats.classes import CHOICES_MAX, ClassTable, FieldTable
from fairmark.formats.model import OverLimit
from fairmark.ontology.definition import check_ontology
from fairmark.ontology.model import (
    CLASSES_MAX,
    FIELDS_MAX,
    Annotation,
    Field,
    FieldKind,
    ItemClass,
    Link,
    Mark,
    Ontology,
    Option,
    Severity,
)

from .strategies import TITLES

KNOWN = Ontology(
    classes=(
        ItemClass(
            "kfz",
            "Car",
            "#000000",
            ("box",),
            attributes=(Field("c", "Colour", FieldKind.SINGLE, (Option("r", "Red"),)),),
        ),
        ItemClass("bus", "Bus", "#000001", ("box",)),
        ItemClass("twin-a", "Twin", "#000002", ("box",)),
        ItemClass("twin-b", "twin", "#000003", ("tag",)),
    )
)


class TestClassTable:
    @pytest.mark.parametrize(
        ("name", "id"),
        [
            ("Car", "kfz"),
            ("kfz", "kfz"),
            ("CAR", "kfz"),
            (" Car\n", "kfz"),
            ("Twin (twin-a)", "twin-a"),
            ("twin (twin-b)", "twin-b"),
        ],
    )
    def test_matches_known_classes(self, name: str, id: str) -> None:
        assert ClassTable(KNOWN, "x").id_of(name) == id

    def test_adds_new_ones_behind_the_known(self) -> None:
        table = ClassTable(KNOWN, "x")
        assert table.id_of("行人") == table.id_of("行人")
        assert table.id_of("Kfz!") == "kfz_2"
        classes = table.ontology().classes
        assert classes[:4] == KNOWN.classes
        assert [each.name for each in classes[4:]] == ["行人", "Kfz!"]

    def test_names_that_differ_only_in_case_stay_apart_unless_known(self) -> None:
        table = ClassTable(None, "x")
        assert [table.id_of(name) for name in ("Car", "car", "CAR")] == ["car", "car_2", "car_3"]

    def test_notes_the_kinds_of_marks(self) -> None:
        table = ClassTable(KNOWN, "x")
        table.saw("kfz", "tag")
        table.saw(table.id_of("new"), "box")
        marks = {each.id: each.marks for each in table.ontology().classes}
        assert marks["kfz"] == ("box", "tag")
        assert marks["new"] == ("box",)

    def test_refuses_endless_classes(self) -> None:
        table = ClassTable(None, "x")
        for number in range(CLASSES_MAX):
            table.id_of(f"c{number}")
        with pytest.raises(OverLimit):
            table.id_of("one more")

    def test_learns_documents(self) -> None:
        marks = (Mark("1", "box", "a", {}, {"size": 1.0}), Mark("2", "tag", "a"))
        table = ClassTable(None, "x")
        table.learn(Annotation(marks=marks, answers={"sky": True}, links=(Link("l", "pulls", "1", "2"),)))
        made = table.ontology()
        assert made.classes[0].marks == ("box", "tag")
        assert made.classes[0].attributes == (Field("size", "size", FieldKind.NUMBER),)
        assert made.questions == (Field("sky", "sky", FieldKind.BOOLEAN),)
        assert made.links[0].id == "pulls"

    @given(
        st.lists(TITLES, max_size=12),
        st.lists(st.tuples(TITLES, st.booleans() | st.floats(-1, 1) | TITLES), max_size=12),
    )
    def test_what_it_infers_is_a_sound_ontology(self, names: list[str], attributes: list[tuple[str, object]]) -> None:
        table = ClassTable(None, "x")
        for name in names:
            id = table.id_of(name)
            for key, value in attributes:
                table.attribute(id, key, value)
        faults = check_ontology(table.ontology())
        assert [fault for fault in faults if fault.severity is Severity.ERROR] == []


class TestFieldTable:
    @pytest.mark.parametrize(
        ("values", "kind"),
        [
            ([True, False], FieldKind.BOOLEAN),
            ([1, 2.5], FieldKind.NUMBER),
            (["red", "blue"], FieldKind.SINGLE),
            (["Red car", "blue"], FieldKind.TEXT),
            ([f"c{number}" for number in range(CHOICES_MAX + 1)], FieldKind.TEXT),
            ([["a"], ["b", "a"]], FieldKind.MULTIPLE),
            ([True, "yes"], FieldKind.TEXT),
        ],
    )
    def test_infers_the_narrowest_kind(self, values: list[object], kind: FieldKind) -> None:
        table = FieldTable(())
        for value in values:
            assert table.see("x", value) is not None
        (field,) = table.fields()
        assert field.kind is kind

    def test_options_keep_their_names(self) -> None:
        table = FieldTable(())
        assert table.see("parts", ["Front Door", "hood"]) == ("parts", ["front_door", "hood"])
        assert table.fields()[0].options == (Option("front_door", "Front Door"), Option("hood", "hood"))

    @pytest.mark.parametrize("value", [None, {"a": 1}, [1], [["a"]]])
    def test_what_no_field_can_hold_is_none(self, value: object) -> None:
        table = FieldTable(())
        assert table.see("x", value) is None
        assert table.fields() == ()

    def test_known_fields_take_names_and_names_of_options(self) -> None:
        table = FieldTable((Field("c", "Colour", FieldKind.SINGLE, (Option("r", "Red"), Option("b", "r"))),))
        assert table.see("Colour", "Red") == ("c", "r")
        # An id goes before a name: "r" is the id of Red, though blue is called "r".
        assert table.see("c", "r") == ("c", "r")
        assert table.see("c", "green") == ("c", "green")
        assert table.see("c", ["Red"]) == ("c", ["r"])
        assert table.see("c", True) == ("c", True)
        assert table.see("c", 2) == ("c", 2.0)
        assert table.see("c", {}) is None

    def test_refuses_endless_fields(self) -> None:
        table = FieldTable(())
        for number in range(FIELDS_MAX):
            assert table.see(f"f{number}", 1) is not None
        assert table.see("one more", 1) is None
        assert len(table.fields()) == FIELDS_MAX
