import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.text.compare import agreement, similarity
from fairmark.ontology.model import Annotation, FieldValue, Link, Mark


def span(id: str, start: int, end: int, class_: str = "person") -> Mark:
    return Mark(id, "span", class_, {"start": start, "end": end})


def doc(*marks: Mark, links: tuple[Link, ...] = (), answers: dict[str, FieldValue] | None = None) -> Annotation:
    return Annotation(marks=marks, links=links, answers=answers or {})


@st.composite
def documents(draw: st.DrawFn) -> Annotation:
    marks: list[Mark] = []
    for number in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, 12))
        end = start + draw(st.integers(1, 6))
        marks.append(span(f"m{number}", start, end, draw(st.sampled_from(["person", "place"]))))
    return doc(*marks)


class TestSimilarity:
    def test_is_the_shared_part_of_both(self) -> None:
        # [0, 4) and [2, 6) share [2, 4): 2 characters of the 6 in [0, 6).
        assert similarity(span("a", 0, 4), span("b", 2, 6)) == pytest.approx(1 / 3)
        assert similarity(span("a", 0, 4), span("b", 4, 6)) == 0.0


class TestAgreement:
    def test_tells_seeing_cutting_and_naming_apart(self) -> None:
        ours = doc(span("a", 0, 4), span("b", 10, 20), span("c", 30, 34))
        theirs = doc(span("x", 0, 4, "place"), span("y", 10, 18))
        found = agreement(ours, theirs)
        # Two pairs of five marks: F1 4/5. Similarity 1 and 8/10. One class of two is the same. 2 x 0.8 / 5.
        assert found.f1 == pytest.approx(4 / 5)
        assert found.similarity == pytest.approx(0.9)
        assert found.class_agreement == pytest.approx(0.5)
        assert found.marks == pytest.approx(2 * 0.8 / 5)

    def test_of_two_at_one_place_the_one_of_the_same_class_is_meant(self) -> None:
        found = agreement(doc(span("a", 0, 4, "place")), doc(span("x", 0, 4), span("y", 0, 4, "place")))
        assert [(pair.ours, pair.theirs) for pair in found.pairs] == [("a", "y")]

    def test_links_count_where_their_ends_are_the_same(self) -> None:
        marks = (span("a", 0, 4), span("b", 6, 9))
        ours = doc(*marks, links=(Link("l", "knows", "a", "b"),))
        assert agreement(ours, doc(*marks, links=(Link("k", "knows", "a", "b"),))).links == 1.0
        assert agreement(ours, doc(*marks)).links == 0.0

    @given(documents(), documents())
    def test_is_symmetric_and_between_0_and_1(self, ours: Annotation, theirs: Annotation) -> None:
        found, turned = agreement(ours, theirs), agreement(theirs, ours)
        assert found.score == pytest.approx(turned.score)
        assert 0.0 <= found.score <= 1.0

    @given(documents())
    def test_is_1_with_itself(self, ours: Annotation) -> None:
        assert agreement(ours, ours).score == pytest.approx(1.0)
