import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fairmark.ontology.model import (
    FAULTS_MAX,
    Annotation,
    Fault,
    Field,
    FieldKind,
    FieldValue,
    ItemClass,
    Link,
    LinkType,
    Mark,
    Ontology,
    Option,
    Severity,
    When,
)
from fairmark.ontology.rules import (
    apply_defaults,
    check_annotation,
    check_ontology,
    compile_ontology,
    errors,
    prune,
    visible_fields,
)

from .strategies import annotations, ontologies

OCCLUDED = Field("occluded", "Occluded", FieldKind.BOOLEAN, default=False)
BY = Field(
    "by", "By what", FieldKind.SINGLE, (Option("car", "Car"), Option("tree", "Tree")), True, None,
    When(field="occluded", is_=True),
)  # fmt: skip
STREET = Ontology(
    classes=(
        ItemClass("vehicle", "Vehicle", "#000000", ("box",)),
        ItemClass("car", "Car", "#1f77b4", ("box",), attributes=(OCCLUDED, BY), parent="vehicle"),
        ItemClass("person", "Person", "#ff7f0e", ("box", "tag"), max_count=3),
        ItemClass("plate", "Plate", "#2ca02c", ("box",), min_count=1),
    ),
    questions=(
        Field("weather", "Weather", FieldKind.SINGLE, (Option("dry", "Dry"), Option("wet", "Wet")), required=True),
        Field("note", "Note", FieldKind.TEXT, when=When(field="weather", is_="wet")),
    ),
    links=(
        LinkType("drives", "Drives", from_=("person",), to=("vehicle",)),
        LinkType("beside", "Beside", directed=False),
    ),
)
COMPILED = compile_ontology(STREET)
CAR = Mark("m1", "box", "car")
PERSON = Mark("m2", "box", "person")
PLATE = Mark("m3", "box", "plate")
GOOD = Annotation(marks=(CAR, PERSON, PLATE), answers={"weather": "dry"}, links=(Link("l1", "drives", "m2", "m1"),))


def found(annotation: Annotation, complete: bool = True) -> list[tuple[str, str]]:
    return [(fault.code, fault.path) for fault in check_annotation(annotation, COMPILED, complete=complete)]


class TestVisibleFields:
    def test_answers_in_the_order_of_the_fields(self) -> None:
        assert visible_fields((BY, OCCLUDED), {"occluded": True}) == ["by", "occluded"]
        assert visible_fields((BY, OCCLUDED), {"occluded": False}) == ["occluded"]


class TestErrors:
    def test_leaves_warnings_out(self) -> None:
        wrong, odd = Fault("a", "", "A"), Fault("b", "", "B", severity=Severity.WARNING)
        assert errors([wrong, odd]) == [wrong]


class TestCheckAnnotation:
    def test_finds_nothing_in_a_good_document(self) -> None:
        assert found(GOOD) == []

    @pytest.mark.parametrize(
        ("mark", "code", "path"),
        [
            (replace(PERSON, id="m1"), "duplicate_id", "/marks/3/id"),
            (Mark("m9", "box", "bicycle"), "unknown_class", "/marks/3/class"),
            (Mark("m9", "polygon", "car"), "kind_not_allowed", "/marks/3/kind"),
            (Mark("m9", "tag", "car"), "kind_not_allowed", "/marks/3/kind"),
            (Mark("m\x009", "box", "car"), "bad_text", "/marks/3/id"),
            (Mark("m\udc009", "box", "car"), "bad_text", "/marks/3/id"),
            (Mark("m9", "box", "car", group="g\x00"), "bad_text", "/marks/3/group"),
            (Mark("m9", "box", "car", z=10**30), "out_of_range", "/marks/3/z"),
            (Mark("m9", "box", "car", asset=-1), "out_of_range", "/marks/3/asset"),
            (Mark("m9", "box", "car", score=float("nan")), "out_of_range", "/marks/3/score"),
            (Mark("m9", "box", "car", attributes={"x": 1.0}), "unknown_attribute", "/marks/3/attributes/x"),
            (Mark("m9", "box", "car", attributes={"occluded": "y"}), "wrong_type", "/marks/3/attributes/occluded"),
            (Mark("m9", "box", "car", attributes={"occluded": True}), "required", "/marks/3/attributes/by"),
            (Mark("m9", "box", "person", attributes={"x": 1.0}), "unknown_attribute", "/marks/3/attributes/x"),
        ],
    )
    def test_names_a_bad_mark(self, mark: Mark, code: str, path: str) -> None:
        faults = check_annotation(replace(GOOD, marks=(*GOOD.marks, mark)), COMPILED)
        assert [(fault.code, fault.path, fault.mark_id) for fault in faults] == [(code, path, mark.id)]
        assert all(fault.message and fault.mend for fault in faults)

    def test_an_ordinary_id_may_use_any_script(self) -> None:
        assert found(replace(GOOD, marks=(*GOOD.marks, Mark("авто-1", "box", "car")))) == []

    def test_a_hidden_value_is_a_warning_only(self) -> None:
        mark = Mark("m9", "box", "car", attributes={"occluded": False, "by": "tree"})
        faults = check_annotation(replace(GOOD, marks=(*GOOD.marks, mark)), COMPILED)
        assert [(fault.code, fault.severity) for fault in faults] == [("hidden_value", Severity.WARNING)]

    @pytest.mark.parametrize(
        ("answers", "code", "path"),
        [
            ({}, "required", "/answers/weather"),
            ({"weather": "fog"}, "unknown_option", "/answers/weather"),
            ({"weather": "dry", "road": "x"}, "unknown_question", "/answers/road"),
            ({"weather": "wet", "note": "a\x00"}, "bad_text", "/answers/note"),
        ],
    )
    def test_names_a_bad_answer(self, answers: dict[str, FieldValue], code: str, path: str) -> None:
        assert found(replace(GOOD, answers=answers)) == [(code, path)]

    def test_counts_the_marks_of_a_class(self) -> None:
        people = tuple(Mark(f"p{n}", "box", "person") for n in range(4))
        assert found(Annotation(marks=people, answers={"weather": "dry"})) == [
            ("too_many", "/marks"),  # four people, three allowed
            ("too_few", "/marks"),  # no plate, one wanted
        ]

    def test_a_draft_may_lack_answers_and_marks_but_not_hold_wrong_ones(self) -> None:
        assert found(Annotation(), complete=False) == []
        assert found(Annotation(answers={"weather": "fog"}), complete=False) == [("unknown_option", "/answers/weather")]

    @pytest.mark.parametrize(
        ("links", "code", "path"),
        [
            ((Link("l2", "tows", "m1", "m2"),), "unknown_link_type", "/links/0/type"),
            ((Link("l2", "beside", "m1", "gone"),), "missing_end", "/links/0/to"),
            ((Link("l2", "beside", "gone", "m1"),), "missing_end", "/links/0/from"),
            ((Link("l2", "beside", "m1", "m1"),), "self_link", "/links/0"),
            ((Link("l2", "drives", "m1", "m2"),), "forbidden_pair", "/links/0"),
            ((Link("l2", "drives", "m2", "m3"),), "forbidden_pair", "/links/0"),
            ((Link("l1", "drives", "m2", "m1"), Link("l2", "drives", "m2", "m1")), "duplicate_link", "/links/1"),
            ((Link("l1", "beside", "m1", "m2"), Link("l2", "beside", "m2", "m1")), "duplicate_link", "/links/1"),
            ((Link("l1", "beside", "m1", "m2"), Link("l1", "beside", "m2", "m3")), "duplicate_id", "/links/1/id"),
            ((Link("l\x00", "beside", "m1", "m2"),), "bad_text", "/links/0/id"),
            ((Link("l1", "beside", "m1", "m2", {"x": 1.0}),), "unknown_attribute", "/links/0/attributes/x"),
        ],
    )
    def test_names_a_bad_link(self, links: tuple[Link, ...], code: str, path: str) -> None:
        assert found(replace(GOOD, links=links)) == [(code, path)]

    def test_a_link_type_that_names_a_class_takes_the_classes_below_it(self) -> None:
        # drives leads to vehicle, and car is a vehicle.
        assert found(replace(GOOD, links=(Link("l1", "drives", "m2", "m1"),))) == []

    def test_a_directed_link_and_its_opposite_are_two_links(self) -> None:
        compiled = compile_ontology(replace(STREET, links=(LinkType("follows", "Follows"),)))
        links = (Link("l1", "follows", "m1", "m2"), Link("l2", "follows", "m2", "m1"))
        assert check_annotation(replace(GOOD, links=links), compiled) == []

    def test_an_undirected_link_may_be_written_either_way_round(self) -> None:
        compiled = compile_ontology(replace(STREET, links=(LinkType("rides", "Rides", ("person",), ("car",), False),)))
        for link in (Link("l1", "rides", "m2", "m1"), Link("l1", "rides", "m1", "m2")):
            assert check_annotation(replace(GOOD, links=(link,)), compiled) == []

    def test_stops_at_the_limit(self) -> None:
        marks = tuple(Mark(f"m{n}", "box", "bicycle") for n in range(FAULTS_MAX * 2))
        assert len(check_annotation(Annotation(marks=marks), COMPILED)) == FAULTS_MAX
        odd: dict[str, FieldValue] = {f"k{n}": 1.0 for n in range(FAULTS_MAX * 2)}
        marks = (Mark("m1", "box", "car", attributes=odd),)
        assert len(check_annotation(Annotation(marks=marks), COMPILED)) == FAULTS_MAX

    def test_ten_thousand_boxes_take_a_moment(self) -> None:
        marks = tuple(
            Mark(f"mark-{n}", "box", "car", attributes={"occluded": True, "by": "tree"}) for n in range(10_000)
        )
        annotation = Annotation(marks=(*marks, PLATE), answers={"weather": "dry"})
        best = 1.0
        for _ in range(5):
            began = time.process_time()
            assert check_annotation(annotation, COMPILED) == []
            best = min(best, time.process_time() - began)
        # About 25 ms on a quiet machine.
        assert best < 0.1

    @given(st.data())
    def test_accepts_whatever_fits_and_sees_what_does_not(self, data: st.DataObject) -> None:
        ontology = data.draw(ontologies())
        assert errors(check_ontology(ontology)) == []
        compiled = compile_ontology(ontology)
        annotation = data.draw(annotations(ontology))
        assert check_annotation(annotation, compiled) == []
        spoiled = replace(annotation, marks=(*annotation.marks, Mark("x", "box", "nowhere")))
        assert [fault.code for fault in check_annotation(spoiled, compiled)] == ["unknown_class"]


class TestPrune:
    def test_drops_hidden_values_of_marks_and_answers(self) -> None:
        car = replace(CAR, attributes={"occluded": False, "by": "tree"})
        annotation = replace(GOOD, marks=(car, PERSON, PLATE), answers={"weather": "dry", "note": "old"})
        pruned = prune(annotation, COMPILED)
        assert pruned.marks[0].attributes == {"occluded": False}
        assert pruned.answers == {"weather": "dry"}
        assert pruned.marks[1:] == annotation.marks[1:]
        assert pruned.links == annotation.links

    def test_returns_the_same_object_if_nothing_is_hidden(self) -> None:
        assert prune(GOOD, COMPILED) is GOOD

    def test_keeps_marks_of_unknown_classes_as_they_are(self) -> None:
        annotation = Annotation(marks=(Mark("m1", "box", "gone", attributes={"a": 1.0}),))
        assert prune(annotation, COMPILED) is annotation

    @given(st.data())
    def test_pruning_twice_is_pruning_once(self, data: st.DataObject) -> None:
        ontology = data.draw(ontologies())
        compiled = compile_ontology(ontology)
        pruned = prune(data.draw(annotations(ontology)), compiled)
        assert prune(pruned, compiled) is pruned
        assert check_annotation(pruned, compiled) == []


class TestApplyDefaults:
    def test_fills_marks_and_answers(self) -> None:
        filled = apply_defaults(GOOD, COMPILED)
        assert filled.marks[0].attributes == {"occluded": False}
        assert filled.marks[1] is GOOD.marks[1]
        assert apply_defaults(filled, COMPILED) is filled
