import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.image.compare import agreement
from fairmark.ontology.model import Annotation, FieldValue, Link, Mark
from fairmark.ontology.upgrade import read_annotation

from .examples import COMPILED, examples


def box(id: str, x: float, y: float, w: float, h: float, class_: str = "car", **members: Any) -> Mark:
    return Mark(id, "box", class_, {"x": x, "y": y, "w": w, "h": h}, **members)


def doc(*marks: Mark, answers: dict[str, FieldValue] | None = None, links: tuple[Link, ...] = ()) -> Annotation:
    return Annotation(marks=marks, answers=answers or {}, links=links)


@st.composite
def documents(draw: st.DrawFn) -> Annotation:
    """Small annotations whose boxes often meet those of others."""
    side = st.sampled_from([8.0, 10.0, 12.0])
    place = st.sampled_from([0.0, 1.0, 2.0, 30.0])
    marks = [
        box(f"m{number}", draw(place), draw(place), draw(side), draw(side), draw(st.sampled_from(["car", "person"])))
        for number in range(draw(st.integers(0, 4)))
    ]
    tags = [
        Mark(f"t{n}", "tag", name)
        for n, name in enumerate(draw(st.lists(st.sampled_from(["night", "rain"]), unique=True)))
    ]
    answers = draw(
        st.dictionaries(
            st.sampled_from(["weather"]), st.lists(st.sampled_from(["dry", "wet"]), min_size=1, unique=True)
        )
    )
    return doc(*marks, *tags, answers={**answers, "quality": float(draw(st.integers(1, 5)))})


class TestAgreement:
    @pytest.mark.parametrize("example", examples("disagreeing"), ids=lambda example: example["name"])
    def test_gives_the_mean_of_the_examples(self, example: Any) -> None:
        read = [read_annotation(submission) for submission in example["submissions"]]
        pairs = [(a, b) for index, a in enumerate(read) for b in read[:index]]
        scores = [agreement(a, b, compiled=COMPILED).score for a, b in pairs]
        assert sum(scores) / len(scores) == pytest.approx(example["agreement"]), example["why"]

    def test_tells_seeing_outlining_and_naming_apart(self) -> None:
        ours = doc(box("a1", 0, 0, 10, 10), box("a2", 50, 0, 10, 10), box("a3", 90, 0, 10, 10))
        theirs = doc(box("b1", 0, 0, 10, 8), box("b2", 50, 0, 10, 10, "person"))
        found = agreement(ours, theirs)
        # Two pairs of five marks: F1 4/5. IoU 0.8 and 1. One class of two. Agreement: 2 x (0.8 + 0) / 5.
        assert found.f1 == pytest.approx(4 / 5)
        assert found.similarity == pytest.approx(0.9)
        assert found.class_agreement == pytest.approx(1 / 2)
        assert found.marks == found.score == pytest.approx(0.32)
        assert found.ours == {"a1": pytest.approx(0.8), "a2": 0, "a3": 0}
        assert found.theirs == {"b1": pytest.approx(0.8), "b2": 0}
        assert [(pair.ours, pair.theirs, pair.same_class) for pair in found.pairs] == [
            ("a1", "b1", True),
            ("a2", "b2", False),
        ]

    def test_pairs_for_the_greatest_total(self) -> None:
        # a1 covers b1 with 1 and b2 with 9/11; a2 covers b1 with 9/11 only. Best first would take a1-b1 and leave a2.
        ours = doc(box("a1", 1, 0, 10, 10), box("a2", 0, 0, 10, 10))
        theirs = doc(box("b1", 1, 0, 10, 10), box("b2", 2, 0, 10, 10))
        assert {(pair.ours, pair.theirs) for pair in agreement(ours, theirs, iou_min=0.7).pairs} == {
            ("a1", "b2"),
            ("a2", "b1"),
        }

    def test_among_equal_boxes_takes_the_one_of_the_same_class(self) -> None:
        ours = doc(box("a1", 0, 0, 10, 10, "person"))
        theirs = doc(box("b1", 0, 0, 10, 10, "car"), box("b2", 0, 0, 10, 10, "person"))
        assert agreement(ours, theirs).pairs[0].theirs == "b2"

    def test_the_cut_is_included(self) -> None:
        # 5 of 10 shared: exactly one half.
        ours, theirs = doc(box("a", 0, 0, 10, 1)), doc(box("b", 0, 0, 5, 1))
        assert agreement(ours, theirs).f1 == 1
        assert agreement(ours, theirs, iou_min=0.51).f1 == 0

    def test_never_pairs_across_assets_or_kinds(self) -> None:
        ours = doc(box("a", 0, 0, 10, 10), Mark("t", "tag", "night"))
        theirs = doc(box("b", 0, 0, 10, 10, asset=1), Mark("u", "tag", "night", asset=1))
        assert agreement(ours, theirs).pairs == ()

    def test_attributes_count_by_their_mean(self) -> None:
        ours = doc(box("a", 0, 0, 10, 10, attributes={"occluded": True, "by": "car"}))
        theirs = doc(box("b", 0, 0, 10, 10, attributes={"occluded": True, "by": "tree"}))
        assert agreement(ours, theirs).score == pytest.approx(0.5)

    def test_with_the_ontology_hidden_values_do_not_count(self) -> None:
        ours = doc(box("a", 0, 0, 10, 10, attributes={"occluded": False, "by": "car"}))
        theirs = doc(box("b", 0, 0, 10, 10, attributes={"occluded": False}))
        assert agreement(ours, theirs, compiled=COMPILED).score == 1
        assert agreement(ours, theirs).score == pytest.approx(0.5)

    def test_links_count_by_what_they_join(self) -> None:
        marks = (box("a", 0, 0, 10, 10), box("b", 20, 0, 10, 10, "person"))
        others = (box("x", 0, 0, 10, 10), box("y", 20, 0, 10, 10, "person"))
        ours = doc(*marks, links=(Link("l1", "drives", "b", "a"), Link("l2", "beside", "a", "b")))
        theirs = doc(*others, links=(Link("k1", "drives", "y", "x"), Link("k2", "beside", "y", "x")))
        # Directed, the second pair of links runs the other way round: one of two. Undirected, it is the same.
        assert agreement(ours, theirs).links == pytest.approx(1 / 2)
        assert agreement(ours, theirs, compiled=COMPILED).links == 1
        assert agreement(ours, theirs).score == pytest.approx((1 + 1 / 2) / 2)

    def test_one_answered_and_one_not_is_no_agreement(self) -> None:
        found = agreement(doc(answers={"quality": 3.0}), doc())
        assert (found.score, found.answers, found.marks) == (0, {"quality": 0}, None)

    @given(documents(), documents())
    def test_is_symmetric_and_between_0_and_1(self, ours: Annotation, theirs: Annotation) -> None:
        there, back = agreement(ours, theirs, compiled=COMPILED), agreement(theirs, ours, compiled=COMPILED)
        assert there.score == pytest.approx(back.score)
        assert there.f1 == back.f1
        assert 0 <= there.score <= 1
        assert set(there.ours) == {mark.id for mark in ours.marks}

    @given(documents())
    def test_everything_agrees_with_itself(self, annotation: Annotation) -> None:
        assert agreement(annotation, annotation, compiled=COMPILED).score == pytest.approx(1)

    @given(documents(), documents(), st.randoms())
    def test_the_order_of_marks_does_not_matter(self, ours: Annotation, theirs: Annotation, mix: random.Random) -> None:
        marks = list(ours.marks)
        mix.shuffle(marks)
        mixed = Annotation(marks=tuple(marks), answers=ours.answers)
        assert agreement(mixed, theirs).score == pytest.approx(agreement(ours, theirs).score)

    def test_ten_thousand_boxes_take_seconds(self) -> None:
        noise = random.Random(1)
        places = [
            (noise.uniform(0, 7900), noise.uniform(0, 7900), noise.uniform(20, 80), noise.uniform(20, 80))
            for _ in range(10_000)
        ]
        ours = doc(*(box(f"a{n}", *place) for n, place in enumerate(places)))
        theirs = doc(*(box(f"b{n}", x + noise.gauss(0, 1), y, w, h) for n, (x, y, w, h) in enumerate(places)))
        began = time.process_time()
        found = agreement(ours, theirs)
        # About 0.7 s on a quiet machine.
        assert time.process_time() - began < 10
        assert found.f1 is not None
        assert found.f1 > 0.99
