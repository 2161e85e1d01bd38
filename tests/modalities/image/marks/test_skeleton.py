from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from fairmark.modalities import MediaSize
from fairmark.modalities.image.compare import agreement
from fairmark.modalities.image.limits import problem as limit_problem
from fairmark.modalities.image.marks.skeleton import SKELETON, bounds, class_problem, merged, problem
from fairmark.modalities.image.merge import merge
from fairmark.ontology.compiled import compile_ontology
from fairmark.ontology.model import Annotation, ItemClass, Mark, MarkLimits, Ontology, Skeleton, SkeletonPoint

SIZE = MediaSize(640, 480)
ARM = ItemClass(
    "arm", "Arm", "#1f77b4", ("skeleton",),
    skeleton=Skeleton((SkeletonPoint("elbow", "Elbow", 0, 0), SkeletonPoint("hand", "Hand", 1, 1, sigma=0.2))),
)  # fmt: skip
COMPILED = compile_ontology(Ontology(classes=(ARM,)))


def arm(*points: tuple[float, float, int], id: str = "m") -> Mark:
    return Mark(id, "skeleton", "arm", {"points": [list(point) for point in points]})


def code(*points: tuple[float, float, int]) -> str | None:
    found = problem(SKELETON.read(arm(*points).geometry), SIZE, 1)
    return None if found is None else found.code


class TestProblem:
    @pytest.mark.parametrize(
        ("points", "expected"),
        [
            ([(1, 1, 2), (0, 0, 0)], None),
            ([(0, 0, 1), (640, 480, 2)], None),
            ([(0, 0, 0), (0, 0, 0)], "no_point"),
            ([(1, 1, 2), (3, 0, 0)], "absent_point"),
            ([(1, 1, 2), (3, -1, 1)], "outside"),
            ([(1, 1, 2), (float("nan"), 1, 2)], "not_finite"),
            ([(1, 1, 2)] * 2001, "too_many_points"),
        ],
    )
    def test_names_it(self, points: list[tuple[float, float, int]], expected: str | None) -> None:
        assert code(*points) == expected


class TestClassProblem:
    def test_wants_the_points_of_the_class(self) -> None:
        shape = SKELETON.read(arm((1, 1, 2)).geometry)
        found = class_problem(shape, ARM)
        assert found is not None
        assert (found.code, found.message) == ("wrong_points", "The skeleton has 1 points; Arm has 2.")
        assert class_problem(shape, replace(ARM, skeleton=None)) is None


class TestLimits:
    def test_count_placed_points(self) -> None:
        shape = SKELETON.read(arm((1, 1, 2), (0, 0, 0)).geometry)
        found = limit_problem(MarkLimits(min_points=2), SKELETON, shape)
        assert found is not None
        assert found.code == "too_few_points"
        assert limit_problem(MarkLimits(min_points=1), SKELETON, shape) is None


class TestBounds:
    def test_pass_over_absent_points(self) -> None:
        assert bounds(SKELETON.read(arm((10, 20, 2), (0, 0, 0), (40, 25, 1)).geometry)) == (10, 20, 30, 5)
        assert bounds(SKELETON.read(arm((0, 0, 0)).geometry)) == (0, 0, 0, 0)


class TestCandidates:
    def test_go_by_the_sigmas_of_the_class(self) -> None:
        ours, theirs = [arm((0, 0, 2), (100, 100, 2))], [arm((0, 0, 2), (80, 100, 2))]
        # Areas 10,000 and 8,000: 400 / (2 x 9000 x 0.4^2) for the hand, and 0.1^2 where nobody said how near is near.
        known, unknown = (SKELETON.pairs(ours, theirs, 0.01, each) for each in (COMPILED, None))
        assert known.similarity.tolist() == [pytest.approx((1 + np.exp(-400 / 2880)) / 2)]
        assert unknown.similarity.tolist() == [pytest.approx((1 + np.exp(-400 / 180)) / 2)]

    def test_pass_over_skeletons_of_other_classes_with_other_points(self) -> None:
        assert not len(SKELETON.pairs([arm((0, 0, 2))], [arm((0, 0, 2), (1, 1, 2))], 0.01, COMPILED).left)


class TestMerged:
    def test_is_point_by_point(self) -> None:
        made = merged(
            [arm((10, 10, 2), (50, 50, 2)), arm((10, 12, 1), (0, 0, 0)), arm((10, 14, 1), (50, 56, 2))], [1, 1, 1]
        )
        # Two of three see the elbow hidden; in a line the median is the middle one. Two of three place the hand.
        assert made == {"points": [[10, 12, 1], [50, 53, 2]]}

    def test_keeps_what_most_say_alike(self) -> None:
        same = arm((1.23456, 2, 2), (0, 0, 0))
        assert merged([same, same, arm((9, 9, 1), (9, 9, 1))], [1, 1, 1]) == same.geometry

    def test_poses_of_several_classes_leave_the_heaviest(self) -> None:
        other = replace(arm((1, 1, 2)), class_="leg")
        assert merged([arm((1, 1, 2), (2, 2, 2)), other], [1, 3]) == other.geometry

    def test_nothing_that_half_have_leaves_the_heaviest(self) -> None:
        first = arm((1, 1, 2), (0, 0, 0), (0, 0, 0))
        others = [arm((0, 0, 0), (5, 5, 2), (0, 0, 0)), arm((0, 0, 0), (0, 0, 0), (9, 9, 2))]
        assert merged([first, *others], [1, 1, 1]) == first.geometry


class TestAgreement:
    def test_is_told_mark_by_mark(self) -> None:
        def said(*marks: Mark) -> Annotation:
            return Annotation(marks=marks)

        def near(id: str, by: float) -> Mark:
            return arm((300 + by, 300, 2), (400 + by, 400, 2), id=id)

        ours = said(arm((0, 0, 2), (100, 100, 2), id="a"), near("b", 0))
        theirs = said(arm((0, 0, 2), (80, 100, 1), id="c"), near("d", 0))
        found = agreement(ours, theirs, compiled=COMPILED)
        assert found.ours == {"a": pytest.approx((1 + np.exp(-400 / 2880)) / 2), "b": 1.0}
        assert found.theirs == {"c": found.ours["a"], "d": 1.0}

    def test_merged_marks_carry_it(self) -> None:
        submissions = [Annotation(marks=(arm((0, 0, 2), (100, 100, 2), id=id),)) for id in "abc"]
        made = merge(submissions, compiled=COMPILED)
        marks: Any = made.annotation.marks
        assert [mark.geometry for mark in marks] == [{"points": [[0, 0, 2], [100, 100, 2]]}]
        assert made.marks[marks[0].id].agreement == 1.0
