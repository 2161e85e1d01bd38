"""What a class asks of the size of its marks, and of the number of their points."""

from typing import Any

import pytest

from fairmark.modalities import MediaSize
from fairmark.modalities.image.validate import faults
from fairmark.ontology.compiled import compile_ontology
from fairmark.ontology.model import Annotation, ItemClass, Mark, MarkLimits, Ontology

SIZE = [MediaSize(640, 480)]
AT_LEAST = MarkLimits(min_width=20, min_height=10)
CORNERS = [[0, 0], [50, 0], [50, 50], [0, 50]]
HOLE = [[10, 10], [20, 10], [15, 20]]


def codes(kind: str, limits: MarkLimits, geometry: dict[str, Any], *, complete: bool = True) -> list[str]:
    """What is wrong with one mark of a class with limits for its kind."""
    kinds = (kind, "tag")
    ontology = Ontology(classes=(ItemClass("car", "Car", "#1f77b4", kinds, limits={kind: limits}),))
    annotation = Annotation(marks=(Mark("m1", kind, "car", geometry),))
    return [fault.code for fault in faults(annotation, compile_ontology(ontology), SIZE, complete=complete)]


class TestProblem:
    @pytest.mark.parametrize(
        ("kind", "fits", "falls_short"),
        [
            ("box", {"x": 0, "y": 0, "w": 20, "h": 10}, {"x": 0, "y": 0, "w": 19.5, "h": 10}),
            # Turned by a quarter it is 10 wide and 20 high as it lies, and 20 x 10 as it was drawn.
            (
                "rotated_box", {"cx": 99, "cy": 99, "w": 20, "h": 10, "angle": 90},
                {"cx": 99, "cy": 99, "w": 10, "h": 20, "angle": 90},
            ),
            (
                "ellipse", {"cx": 99, "cy": 99, "rx": 10, "ry": 5, "angle": 0},
                {"cx": 99, "cy": 99, "rx": 10, "ry": 4.5, "angle": 0},
            ),
            # The face in front counts: all in all both are 30 wide.
            (
                "cuboid",
                {"front": [[0, 0], [20, 0], [20, 10], [0, 10]], "back": [[15, 0], [30, 0], [30, 8], [15, 8]]},
                {"front": [[0, 0], [10, 0], [10, 10], [0, 10]], "back": [[15, 0], [30, 0], [30, 8], [15, 8]]},
            ),
        ],
    )  # fmt: skip
    def test_sides_are_those_that_a_mark_is_drawn_with(
        self, kind: str, fits: dict[str, Any], falls_short: dict[str, Any]
    ) -> None:
        assert codes(kind, AT_LEAST, fits) == []
        assert codes(kind, AT_LEAST, falls_short) == ["below_limit"]

    def test_each_outline_has_its_number_of_points_holes_apart(self) -> None:
        both = {"parts": [[CORNERS, HOLE], [[[100, 100], [150, 100], [150, 150]]]]}
        assert codes("polygon", MarkLimits(min_points=3, max_points=4), both) == []
        assert codes("polygon", MarkLimits(min_points=4), both) == ["too_few_points"]
        assert codes("polygon", MarkLimits(max_points=3), both) == ["too_many_points"]
        assert codes("polyline", MarkLimits(min_points=5), {"points": CORNERS}) == ["too_few_points"]

    def test_what_is_not_handed_in_yet_may_fall_short(self) -> None:
        assert codes("box", AT_LEAST, {"x": 0, "y": 0, "w": 5, "h": 5}, complete=False) == []

    def test_limits_of_one_kind_say_nothing_of_another(self) -> None:
        assert codes("tag", AT_LEAST, {}) == []
