from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fairmark.kernel.errors import Invalid
from fairmark.modalities import MediaSize
from fairmark.modalities.image.merge import merge
from fairmark.modalities.image.validate import faults
from fairmark.ontology.model import Annotation, Link, Mark, Source
from fairmark.ontology.rules import errors
from fairmark.ontology.upgrade import read_annotation

from .examples import COMPILED, examples
from .test_compare import box, doc, documents

SUBMISSIONS = st.lists(documents(), min_size=1, max_size=4)


def shape(mark: Mark) -> tuple[Any, ...]:
    """A mark without its id."""
    geometry = tuple(round(float(number), 6) for number in mark.geometry.values())
    return mark.kind, mark.class_, geometry, round(mark.score or 0, 9)


class TestMerge:
    @pytest.mark.parametrize("example", examples("disagreeing"), ids=lambda example: example["name"])
    def test_makes_of_the_examples_what_they_say(self, example: Any) -> None:
        merged = merge([read_annotation(submission) for submission in example["submissions"]], compiled=COMPILED)
        assert merged.agreement == pytest.approx(example["agreement"]), example["why"]
        assert merged.confidence == pytest.approx(example["confidence"]), example["why"]
        made = [
            {"class": mark.class_, "geometry": mark.geometry, "share": merged.marks[mark.id].share}
            for mark in merged.annotation.marks
        ]
        assert made == [{**mark, "share": pytest.approx(mark["share"])} for mark in example["merged"]]

    def test_marks_say_that_they_are_a_consensus_and_how_sure(self) -> None:
        merged = merge(
            [doc(box("a", 0, 0, 10, 10, z=1)), doc(box("b", 0, 0, 10, 10, z=3)), doc(box("c", 0, 0, 10, 10, z=2))]
        )
        (mark,) = merged.annotation.marks
        assert mark.source is Source.CONSENSUS
        assert mark.z == 2
        assert mark.score == merged.mark_confidence[mark.id] == pytest.approx(64 / 65)
        assert merged.marks[mark.id].members == ((0, "a"), (1, "b"), (2, "c"))
        assert merged.submission_marks == ({"a": 1.0}, {"b": 1.0}, {"c": 1.0})

    def test_one_mark_of_each_annotator_per_thing(self) -> None:
        # The first drew two boxes over each other; only the nearer one belongs to the second's.
        ours = doc(box("a1", 0, 0, 10, 10), box("a2", 0, 0, 10, 11))
        merged = merge([ours, doc(box("b1", 0, 0, 10, 11))])
        assert {mark.members for mark in merged.marks.values()} == {((0, "a1"),), ((0, "a2"), (1, "b1"))}

    def test_ids_are_those_that_most_marks_have(self) -> None:
        prediction = box("p1", 0, 0, 10, 10)
        merged = merge([doc(box("a", 0, 0, 10, 10)), doc(prediction), doc(prediction)])
        assert [mark.id for mark in merged.annotation.marks] == ["p1"]

    def test_ids_stay_when_one_more_submission_comes(self) -> None:
        three = [doc(box(name, 0, 0, 10, 10), box(name + "2", 50, 50, 10, 10)) for name in "abc"]
        assert [list(merge(three[:n]).marks) for n in (1, 2, 3)] == [["a", "a2"]] * 3

    def test_ids_are_distinct_even_if_submissions_use_the_same_for_different_things(self) -> None:
        merged = merge([doc(box("m1", 0, 0, 10, 10)), doc(box("m1", 50, 50, 10, 10))])
        assert list(merged.marks) == ["m1", "m1~2"]

    def test_the_class_is_voted_on_by_weight(self) -> None:
        three = [doc(box("a", 0, 0, 10, 10, name)) for name in ("car", "car", "person")]
        assert merge(three).annotation.marks[0].class_ == "car"
        weighted = merge(three, [1, 1, 3])
        assert weighted.annotation.marks[0].class_ == "person"
        tie = merge(three[1:])
        assert tie.annotation.marks[0].class_ == "car"
        assert tie.marks["a"].tied

    def test_weights_decide_what_is_kept(self) -> None:
        two = [doc(box("a", 0, 0, 10, 10)), doc()]
        assert len(merge(two, [1, 2]).annotation.marks) == 0
        assert len(merge(two, [2, 1]).annotation.marks) == 1
        assert len(merge(two, [0, 1]).annotation.marks) == 0
        (dropped,) = merge(two, [1, 2]).dropped
        assert dropped.members == ((0, "a"),)
        assert dropped.share == pytest.approx(1 / 3)

    def test_attributes_are_voted_on_by_those_who_agree_on_the_class(self) -> None:
        merged = merge(
            [
                doc(box("a", 0, 0, 10, 10, "person")),
                doc(box("b", 0, 0, 10, 10, attributes={"occluded": True, "by": "tree"})),
                doc(box("c", 0, 0, 10, 10, attributes={"occluded": True, "by": "tree"})),
            ],
            compiled=COMPILED,
        )
        assert merged.annotation.marks[0].attributes == {"occluded": True, "by": "tree"}

    def test_numbers_of_attributes_are_medians(self) -> None:
        values = [10.0, 30.0, 90.0]
        marks = [box("m", 0, 0, 10, 10, attributes={"occluded": True, "by": "car", "visible": v}) for v in values]
        merged = merge([doc(mark) for mark in marks], compiled=COMPILED)
        assert merged.annotation.marks[0].attributes["visible"] == 30

    def test_links_follow_their_ends_and_need_half_of_the_votes(self) -> None:
        def submission(name: str, *types: str) -> Annotation:
            marks = (box(name + "1", 0, 0, 10, 10), box(name + "2", 30, 0, 10, 10, "person"))
            return doc(*marks, links=tuple(Link(name + type, type, name + "2", name + "1") for type in types))

        merged = merge(
            [submission("a", "drives"), submission("b", "drives", "beside"), submission("c")], compiled=COMPILED
        )
        assert merged.annotation.links == (Link("adrives", "drives", "a2", "a1"),)

    def test_undirected_links_count_together_whichever_way_they_run(self) -> None:
        marks = (box("m1", 0, 0, 10, 10), box("m2", 30, 0, 10, 10))
        one, other = Link("l", "beside", "m1", "m2"), Link("k", "beside", "m2", "m1")
        merged = merge([doc(*marks, links=(one,)), doc(*marks, links=(other,)), doc(*marks)], compiled=COMPILED)
        assert merged.annotation.links == (one,)

    def test_a_link_that_the_vote_on_classes_forbids_is_left_out(self) -> None:
        def submission(class_: str) -> Annotation:
            marks = (box("m1", 0, 0, 10, 10), box("m2", 30, 0, 10, 10, class_))
            return doc(*marks, links=(Link("l", "drives", "m2", "m1"),) if class_ == "person" else ())

        merged = merge([submission("person"), submission("car")], [1, 1.2], compiled=COMPILED)
        assert [mark.class_ for mark in merged.annotation.marks] == ["car", "car"]
        assert merged.annotation.links == ()

    def test_groups_need_half_of_the_votes_for_the_same_marks(self) -> None:
        def submission(name: str, *groups: str | None) -> Annotation:
            return doc(*(box(f"{name}{n}", 30 * n, 0, 10, 10, group=group) for n, group in enumerate(groups)))

        merged = merge(
            [submission("a", "g", "g", None), submission("b", "h", "h", None), submission("c", "i", None, "i")]
        )
        assert [mark.group for mark in merged.annotation.marks] == ["group-1", "group-1", None]

    def test_with_the_ontology_no_class_exceeds_its_greatest_count(self) -> None:
        # night may be marked once per item; here on either of two assets by one of two annotators.
        night = [doc(Mark("a", "tag", "night")), doc(Mark("b", "tag", "night", asset=1))]
        assert len(merge(night).annotation.marks) == 2
        merged = merge(night, [1, 1.0001], compiled=COMPILED)
        assert [mark.id for mark in merged.annotation.marks] == ["b"]
        assert [mark.members for mark in merged.dropped] == [((0, "a"),)]

    def test_one_submission_is_its_own_consensus(self) -> None:
        alone = doc(box("a", 0, 0, 10, 10), answers={"quality": 3.0})
        merged = merge([alone], compiled=COMPILED)
        assert merged.annotation.answers == alone.answers
        assert merged.annotation.marks == (replace(alone.marks[0], source=Source.CONSENSUS, score=pytest.approx(0.8)),)
        # One vote each: 0.8.
        assert (merged.agreement, merged.confidence) == (1.0, pytest.approx(0.8))

    def test_refuses_nothing_and_bad_weights(self) -> None:
        with pytest.raises(Invalid):
            merge([])
        with pytest.raises(Invalid):
            merge([doc(), doc()], [1])

    @given(SUBMISSIONS)
    def test_the_result_obeys_the_ontology_and_the_image(self, submissions: list[Annotation]) -> None:
        merged = merge(submissions, compiled=COMPILED)
        assert errors(faults(merged.annotation, COMPILED, [MediaSize(640, 480)])) == []
        assert 0 <= merged.agreement <= 1
        assert 0 <= merged.confidence <= 1
        members = [member for mark in (*merged.marks.values(), *merged.dropped) for member in mark.members]
        given_marks = [(index, mark.id) for index, one in enumerate(submissions) for mark in one.marks]
        assert sorted(members) == sorted(given_marks)
        for mark in (*merged.marks.values(), *merged.dropped):
            assert 0 <= mark.agreement <= 1 + 1e-9
            assert 0 < mark.share <= 1 + 1e-9

    @given(documents(), st.integers(2, 4))
    def test_copies_merge_to_themselves(self, annotation: Annotation, count: int) -> None:
        merged = merge([annotation] * count, compiled=COMPILED)
        assert merged.agreement == pytest.approx(1)
        assert merged.annotation.answers == annotation.answers
        assert {mark.id: (mark.class_, mark.geometry) for mark in merged.annotation.marks} == {
            mark.id: (mark.class_, mark.geometry) for mark in annotation.marks
        }

    @given(SUBMISSIONS, st.randoms())
    def test_the_order_of_submissions_decides_ties_only(self, submissions: list[Annotation], mix: Random) -> None:
        order = list(range(len(submissions)))
        mix.shuffle(order)
        first, second = merge(submissions), merge([submissions[index] for index in order])
        assert first.agreement == pytest.approx(second.agreement)
        if not any(mark.tied for mark in (*first.marks.values(), *second.marks.values())):
            assert sorted(map(shape, first.annotation.marks)) == sorted(map(shape, second.annotation.marks))
