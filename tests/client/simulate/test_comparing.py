import pytest
from hypothesis import given
from msgspec.structs import replace

from fairmark.client.simulate.comparing import Score, iou, mean, pair, score
from fairmark.ontology.model import Annotation, Mark

from .scenes import TRUTH, box, truths


class TestIou:
    def test_is_the_shared_area_over_the_whole(self) -> None:
        # Two 10 x 10 boxes that share 5 x 10: 50 / (100 + 100 - 50) = 1/3.
        assert iou(box("a", 0, 0, 10, 10), box("b", 5, 0, 10, 10)) == pytest.approx(1 / 3)
        assert iou(box("a", 0, 0, 10, 10), box("b", 10, 0, 10, 10)) == 0

    def test_tags_fit_by_their_class_and_never_a_box(self) -> None:
        tag = Mark(id="t", kind="tag", class_="rain")
        assert (iou(tag, tag), iou(tag, replace(tag, class_="van")), iou(tag, box("b", 0, 0, 9, 9, "rain"))) == (
            1,
            0,
            0,
        )

    def test_marks_on_different_assets_never_fit(self) -> None:
        assert iou(box("a", 0, 0, 9, 9), replace(box("b", 0, 0, 9, 9), asset=1)) == 0


class TestPair:
    def test_takes_the_nearest_first_and_each_once(self) -> None:
        truth = Annotation(marks=(box("t1", 0, 0, 10, 10), box("t2", 100, 0, 10, 10)))
        ours = Annotation(marks=(box("far", 2, 0, 10, 10), box("near", 1, 0, 10, 10), box("no", 300, 0, 5, 5)))
        found = pair(ours, truth)
        assert [(each.ours.id, each.truth.id) for each in found.pairs] == [("near", "t1")]
        assert [mark.id for mark in found.spurious] == ["far", "no"]
        assert [mark.id for mark in found.missed] == ["t2"]

    def test_among_equals_the_same_class_wins(self) -> None:
        truth = Annotation(marks=(box("t", 0, 0, 10, 10, "van"),))
        ours = Annotation(marks=(box("car", 0, 0, 10, 10, "car"), box("van", 0, 0, 10, 10, "van")))
        assert [each.ours.id for each in pair(ours, truth).pairs] == ["van"]

    @given(truths(), truths())
    def test_every_mark_is_in_exactly_one_place(self, ours: Annotation, truth: Annotation) -> None:
        found = pair(ours, truth)
        assert sorted([p.ours.id for p in found.pairs] + [m.id for m in found.spurious]) == sorted(
            m.id for m in ours.marks
        )
        assert sorted([p.truth.id for p in found.pairs] + [m.id for m in found.missed]) == sorted(
            m.id for m in truth.marks
        )


class TestScore:
    @given(truths())
    def test_what_is_right_is_perfect(self, truth: Annotation) -> None:
        found = score(truth, truth)
        assert found.f1 == 1.0
        assert found.named in {None, 1.0}
        assert found.answers == 1.0

    def test_counts_what_is_missing_invented_and_misnamed(self) -> None:
        # Two of three things found, one of them under another name, one invented: f1 = 2 * 2 / (3 + 3).
        marks = (replace(TRUTH.marks[0], class_="van"), TRUTH.marks[1], box("x", 300, 250, 20, 20))
        found = score(Annotation(marks=marks, answers={"open": True, "score": 4.0}), TRUTH)
        assert (found.f1, found.answers) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
        assert (found.iou, found.named) == (1.0, 0.5)

    def test_nothing_where_there_is_nothing_is_right(self) -> None:
        assert score(Annotation(), Annotation()) == Score(1.0, None, None, None)


class TestMean:
    def test_leaves_out_what_could_not_be_judged(self) -> None:
        assert mean([Score(1.0, None, None, None), Score(0.5, 0.8, 1.0, 0.0)]) == Score(0.75, 0.8, 1.0, 0.0)
        assert mean([]) is None
