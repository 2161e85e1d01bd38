from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.errors import Invalid
from fairmark.modalities.text.merge import merge
from fairmark.ontology.compiled import compile_ontology
from fairmark.ontology.model import Annotation, Field, FieldKind, ItemClass, Link, Mark, Ontology

from .test_compare import doc, documents, span

CLASSES = (
    ItemClass(
        "person", "Person", "#1f77b4", ("span",), attributes=(Field("alive", "Alive", FieldKind.BOOLEAN),), max_count=2
    ),
    ItemClass("place", "Place", "#e76f51", ("span",)),
)
COMPILED = compile_ontology(Ontology(classes=CLASSES))


def spans(annotation: Annotation) -> list[tuple[int, int, str]]:
    return [(mark.geometry["start"], mark.geometry["end"], mark.class_) for mark in annotation.marks]


class TestMerge:
    def test_one_persons_word_stands_as_it_is(self) -> None:
        alone = doc(span("a", 0, 3), span("b", 0, 3), links=(Link("l", "knows", "a", "b"),))
        merged = merge([doc(span("a", 0, 3), span("c", 5, 9, "place"), links=(Link("l", "in", "a", "c"),))])
        assert [mark.id for mark in merged.annotation.marks] == ["a", "c"]
        assert [(link.from_, link.to) for link in merged.annotation.links] == [("a", "c")]
        assert merged.agreement == 1.0
        assert spans(merge([alone]).annotation) == [(0, 3, "person")]

    def test_what_most_marked_is_kept_and_what_one_did_is_not(self) -> None:
        same = [doc(span("a", 0, 3), span("b", 13, 17, "place")) for _ in range(3)]
        merged = merge([*same, doc(span("a", 0, 3), span("x", 5, 9))])
        assert spans(merged.annotation) == [(0, 3, "person"), (13, 17, "place")]
        assert [len(mark.members) for mark in merged.dropped] == [1]
        assert all(0.5 < mark.confidence <= 1.0 for mark in merged.marks.values())

    def test_ends_are_exact_to_the_character(self) -> None:
        merged = merge([doc(span("a", 0, 12)), doc(span("b", 0, 12)), doc(span("c", 0, 8))])
        assert spans(merged.annotation) == [(0, 12, "person")]

    def test_attributes_and_links_are_voted_on(self) -> None:
        def said(alive: bool, linked: bool) -> Annotation:
            person = Mark("p", "span", "person", {"start": 0, "end": 3}, {"alive": alive})
            links = (Link("l", "in", "p", "q"),) if linked else ()
            return doc(person, span("q", 13, 17, "place"), links=links)

        merged = merge([said(True, True), said(True, True), said(False, False)], compiled=COMPILED)
        assert merged.annotation.marks[0].attributes == {"alive": True}
        assert [(link.type, link.from_, link.to) for link in merged.annotation.links] == [("in", "p", "q")]

    def test_a_greatest_count_is_obeyed(self) -> None:
        three = doc(span("a", 0, 3), span("b", 5, 8), span("c", 10, 13))
        assert len(merge([three, three], compiled=COMPILED).annotation.marks) == 2

    def test_nested_spans_stay_where_people_nest_them(self) -> None:
        nested = doc(span("a", 0, 12), span("b", 3, 6, "place"))
        assert spans(merge([nested, nested, nested]).annotation) == [(0, 12, "person"), (3, 6, "place")]

    def test_nothing_is_an_answer_too(self) -> None:
        merged = merge([doc(), doc()])
        assert merged.annotation.marks == ()
        assert merged.confidence > 0.5

    @pytest.mark.parametrize("weights", [[0.0, 0.0], [-1.0, 2.0], [1.0]])
    def test_bad_weights_are_refused(self, weights: Any) -> None:
        with pytest.raises(Invalid):
            merge([doc(), doc()], weights)
        with pytest.raises(Invalid):
            merge([])

    @given(st.lists(documents(), min_size=1, max_size=4))
    def test_figures_are_probabilities_and_ids_unique(self, submissions: list[Annotation]) -> None:
        merged = merge(submissions)
        ids = [mark.id for mark in merged.annotation.marks]
        assert len(set(ids)) == len(ids)
        figures = [merged.confidence, merged.agreement, *merged.mark_confidence.values()]
        assert all(-1e-9 <= figure <= 1 + 1e-9 for figure in figures)
