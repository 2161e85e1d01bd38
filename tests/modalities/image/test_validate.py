import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities import MediaSize, duplicates
from fairmark.modalities.duplicates import Sides
from fairmark.modalities.image.validate import faults
from fairmark.ontology.model import FAULTS_MAX, Annotation, Mark
from fairmark.ontology.rules import errors
from fairmark.ontology.upgrade import read_annotation

from .examples import COMPILED, examples, media

SIZE = [MediaSize(640, 480)]


def codes(**geometry: Any) -> list[str]:
    annotation = Annotation(marks=(Mark("m1", "box", "person", geometry),), answers={"quality": 3.0})
    return [fault.code for fault in faults(annotation, COMPILED, SIZE)]


class TestFaults:
    @pytest.mark.parametrize("example", examples("good"), ids=lambda example: example["name"])
    def test_finds_nothing_in_the_good_examples(self, example: Any) -> None:
        assert faults(read_annotation(example["annotation"]), COMPILED, media(example)) == []

    @pytest.mark.parametrize("example", examples("bad"), ids=lambda example: example["name"])
    def test_names_what_is_wrong_with_the_bad_examples(self, example: Any) -> None:
        found = faults(read_annotation(example["annotation"]), COMPILED, media(example))
        told = [{"code": fault.code, "path": fault.path, "severity": fault.severity.value} for fault in found]
        assert told == example["faults"]
        assert all(fault.message and fault.mend for fault in found)

    @pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e300, 10**30])
    @pytest.mark.parametrize("edge", ["x", "y", "w", "h"])
    def test_refuses_numbers_that_are_no_positions(self, edge: str, number: float) -> None:
        assert codes(**{"x": 1, "y": 1, "w": 9, "h": 9, edge: number}) == ["not_finite"]

    def test_refuses_integers_too_large_for_a_number(self) -> None:
        assert codes(x=1, y=1, w=10**400, h=9) == ["bad_geometry"]

    def test_says_how_far_a_box_reaches_out(self) -> None:
        annotation = Annotation(marks=(Mark("m1", "box", "person", {"x": 600, "y": 470, "w": 43.5, "h": 20}),))
        (fault,) = errors(faults(annotation, COMPILED, SIZE, complete=False))
        assert fault.message == "The box reaches 10 pixels out of the image of 640 x 480."
        assert fault.mark_id == "m1"

    def test_the_least_side_can_be_chosen(self) -> None:
        annotation = Annotation(marks=(Mark("m1", "box", "person", {"x": 1, "y": 1, "w": 5, "h": 5}),))
        assert faults(annotation, COMPILED, SIZE, complete=False) == []
        (fault,) = faults(annotation, COMPILED, SIZE, complete=False, side_min_px=8)
        assert fault.code == "too_small"

    def test_stops_at_the_limit(self) -> None:
        marks = tuple(Mark(f"m{n}", "box", "person", {"x": -9, "y": 1, "w": 5, "h": 5}) for n in range(FAULTS_MAX + 9))
        assert len(faults(Annotation(marks=marks), COMPILED, SIZE)) == FAULTS_MAX

    @given(st.tuples(*[st.floats(-10, 700)] * 4))
    def test_accepts_exactly_the_boxes_inside(self, box: tuple[float, float, float, float]) -> None:
        x, y, w, h = box
        is_inside = min(x, y) >= -0.01 and x + w <= 640.01 and y + h <= 480.01 and min(w, h) >= 1 - 1e-6
        assert (codes(x=x, y=y, w=w, h=h) == []) is is_inside

    def test_ten_thousand_boxes_are_not_compared_with_one_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        marks = tuple(
            Mark(f"mark-{n}", "box", "car", {"x": n % 100 * 6, "y": n // 100 * 4, "w": 30.5, "h": 20},
                 {"occluded": False})
            for n in range(10_000)
        )  # fmt: skip
        compared: list[tuple[Sides, Sides]] = []

        def iou(a: Sides, b: Sides) -> float:
            compared.append((a, b))
            return 0.0

        monkeypatch.setattr(duplicates, "_iou", iou)
        assert faults(Annotation(marks=marks, answers={"quality": 3.0}), COMPILED, SIZE) == []
        # None begins within a tenth of a width and a height of another.
        assert compared == []
