"""Classes that form a tree: car and lorry are vehicles; a person is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.ids import TaskId, new_id
from fairmark.ontology.compiled import compile_ontology
from fairmark.ontology.model import Annotation, Field, FieldKind, ItemClass, Mark, Ontology
from fairmark.quality.judging.classes import ENOUGH, as_specific_as_sure
from fairmark.quality.judging.consensus import Said, judged
from fairmark.quality.judging.state import Book, ProjectState
from tests.quality.crowds import People

LEAVES = ("car", "lorry", "person")


def item_class(id: str, parent: str | None = None, *fields: Field, marks: tuple[str, ...] = ("box",)) -> ItemClass:
    return ItemClass(id, id.title(), "#1f77b4", marks, attributes=fields, parent=parent)


TREE = compile_ontology(
    Ontology(
        classes=(
            item_class("thing", None, marks=("tag",)),
            item_class("vehicle", "thing"),
            item_class("car", "vehicle"),
            item_class("lorry", "vehicle"),
            item_class("person", "thing"),
        )
    )
)


class TestAsSpecificAsSure:
    def test_what_is_sure_enough_stays(self) -> None:
        chances = {"car": 0.51, "lorry": 0.4, "person": 0.09}
        assert as_specific_as_sure("box", chances, TREE) == chances

    def test_gives_way_to_the_class_above(self) -> None:
        found = as_specific_as_sure("box", {"car": 0.4, "lorry": 0.35, "vehicle": 0.05, "person": 0.2}, TREE)
        assert found == {"vehicle": pytest.approx(0.8), "person": 0.2}

    def test_not_to_one_that_takes_no_such_mark(self) -> None:
        # vehicle: 0.45 is not enough; thing would be, and is only for tags.
        chances = {"car": 0.45, "person": 0.3, "elsewhere": 0.25}
        assert as_specific_as_sure("box", chances, TREE) == chances

    def test_nor_to_one_that_wants_an_answer_nobody_was_asked_for(self) -> None:
        plate = Field("plate", "Plate", FieldKind.BOOLEAN, required=True)
        classes = (item_class("vehicle", None, plate), item_class("car", "vehicle"), item_class("lorry", "vehicle"))
        compiled = compile_ontology(Ontology(classes=classes))
        assert as_specific_as_sure("box", {"car": 0.4, "lorry": 0.4}, compiled) == {"car": 0.4, "lorry": 0.4}

    @given(st.lists(st.floats(0.01, 1), min_size=4, max_size=4))
    def test_is_a_distribution_with_the_answer_first_if_any_exceeds_half(self, raw: list[float]) -> None:
        chances = {name: n / sum(raw) for name, n in zip(("car", "lorry", "vehicle", "person"), raw, strict=True)}
        found = as_specific_as_sure("box", chances, TREE)
        assert sum(found.values()) == pytest.approx(1)
        assert max(found.values()) > ENOUGH or found == chances


def test_two_who_name_two_kinds_of_vehicle_have_seen_a_vehicle() -> None:
    # A vote for each: half and half, so neither is likelier than not; vehicles both.
    people = People([0.9, 0.9])
    marks = [Mark("m", "box", name, {"x": 0.0, "y": 0.0, "w": 80.0, "h": 60.0}) for name in ("car", "lorry")]
    said: list[Said] = people.said([0, 1], [Annotation(marks=(mark,)) for mark in marks])
    found = judged(TaskId(new_id()), "image", TREE, said, Book(ProjectState(), [], [])).judgement
    assert [mark.class_ for mark in found.annotation.marks] == ["vehicle"]
    assert found.annotation.marks[0].score == pytest.approx(found.confidence)
