"""Geometries of Scale as those of marks, and back."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities.image.marks import KINDS
from fairmark.ontology.model import MarkLimits
from fairmark.scale_api.model import BadRequest
from fairmark.scale_api.types.annotation import ImageTask
from fairmark.scale_api.types.geometries import (
    GEOMETRIES,
    BoxSpec,
    GeometrySpec,
    by_mark,
    geometry_specs,
    lacking,
    limits,
    mark_kind,
)

NUMBER = st.floats(0, 4000).map(lambda number: round(number, 3))
SIDE = st.floats(1, 2000).map(lambda number: round(number, 3))
ANGLE = st.floats(-179.5, 180).map(lambda number: round(number, 3))
POINT = st.lists(NUMBER, min_size=2, max_size=2)


def spec(name: str, **more: Any) -> GeometrySpec:
    """What a request says of a geometry."""
    return geometry_specs({name: {"objects_to_annotate": ["car"], **more}}, "geometries")[name]


def said(name: str, geometry: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """A mark's geometry in Scale's words."""
    return GEOMETRIES[name].said(geometry, spec(name, **more))


def heard(name: str, told: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A mark's geometry from Scale's words."""
    return GEOMETRIES[name].heard(told, spec(name, **more), "hypothesis.annotations[0]")


class TestSaid:
    def test_a_box_is_its_upper_left_corner_and_sides(self) -> None:
        box = {"x": 10.0, "y": 20.5, "w": 30.0, "h": 40.0}
        assert said("box", box) == [{"left": 10, "top": 20.5, "width": 30, "height": 40}]

    def test_edges_of_whole_pixels_are_rounded_edge_by_edge(self) -> None:
        # Left edge 1.6 -> 2 and right edge 4.4 -> 4; 2.8 wide would be rounded to 3.
        told = said("box", {"x": 1.6, "y": 0.0, "w": 2.8, "h": 2.0}, integer_pixels=True)
        assert told == [{"left": 2, "top": 0, "width": 2, "height": 2}]

    def test_a_turned_box_lies_where_it_lay_before_it_was_turned(self) -> None:
        # 40 x 20 around (100, 50), turned by a quarter: its upper left corner has gone to the upper right.
        [told] = said("box", {"cx": 100, "cy": 50, "w": 40, "h": 20, "angle": 90}, can_rotate=True)
        corners = [(each["x"], each["y"]) for each in told.pop("vertices")]
        assert told == {"left": 80, "top": 40, "width": 40, "height": 20, "rotation": math.pi / 2}
        assert corners == [pytest.approx(each) for each in [(110, 30), (110, 70), (90, 70), (90, 30)]]

    def test_each_part_of_a_polygon_is_an_outline(self) -> None:
        triangle = [[0, 0], [4, 0], [0, 4]]
        other = [[10, 10], [14, 10], [10, 14]]
        told = said("polygon", {"parts": [[triangle], [other]]})
        assert told[0] == {"vertices": [{"x": 0, "y": 0}, {"x": 4, "y": 0}, {"x": 0, "y": 4}]}
        assert len(told) == 2

    def test_points_are_told_one_by_one(self) -> None:
        assert said("point", {"points": [[1.0, 2.5], [3.0, 4.0]]}) == [{"x": 1, "y": 2.5}, {"x": 3, "y": 4}]

    def test_an_ellipse_is_the_ends_of_its_axes(self) -> None:
        [told] = said("ellipse", {"cx": 10, "cy": 20, "rx": 5, "ry": 2, "angle": 0})
        assert [(each["x"], each["y"]) for each in told["vertices"]] == [(15, 20), (10, 22), (5, 20), (10, 18)]


class TestHeard:
    @given(x=NUMBER, y=NUMBER, w=SIDE, h=SIDE)
    def test_boxes_come_back(self, x: float, y: float, w: float, h: float) -> None:
        box = {"x": x, "y": y, "w": w, "h": h}
        assert heard("box", said("box", box)[0]) == pytest.approx(box, abs=1e-6)

    @given(cx=NUMBER, cy=NUMBER, w=SIDE, h=SIDE, angle=ANGLE)
    def test_turned_boxes_come_back(self, cx: float, cy: float, w: float, h: float, angle: float) -> None:
        box = {"cx": cx, "cy": cy, "w": w, "h": h, "angle": angle}
        assert heard("box", said("box", box, can_rotate=True)[0], can_rotate=True) == pytest.approx(box, abs=1e-6)

    @given(points=st.lists(POINT, min_size=3, max_size=20))
    def test_outlines_lines_and_points_come_back(self, points: list[list[float]]) -> None:
        polygon = {"parts": [[points]]}
        assert heard("polygon", said("polygon", polygon)[0]) == polygon
        assert heard("line", said("line", {"points": points})[0]) == {"points": points}
        assert heard("point", said("point", {"points": points})[0]) == {"points": points[:1]}

    @given(cx=NUMBER, cy=NUMBER, rx=SIDE, ry=SIDE, angle=ANGLE)
    def test_ellipses_come_back(self, cx: float, cy: float, rx: float, ry: float, angle: float) -> None:
        ellipse = {"cx": cx, "cy": cy, "rx": rx, "ry": ry, "angle": angle}
        assert heard("ellipse", said("ellipse", ellipse)[0]) == pytest.approx(ellipse, abs=1e-6)

    def test_a_box_without_a_rotation_stands_upright(self) -> None:
        told = {"left": 0, "top": 0, "width": 4, "height": 2}
        assert heard("box", told, can_rotate=True) == {"cx": 2, "cy": 1, "w": 4, "h": 2, "angle": 0}

    def test_a_whole_turn_and_more_is_the_turn_that_is_left(self) -> None:
        told = {"left": 0, "top": 0, "width": 4, "height": 2, "rotation": 5 * math.pi}
        assert heard("box", told, can_rotate=True)["angle"] == pytest.approx(180)

    @pytest.mark.parametrize(
        ("name", "told", "place"),
        [
            ("box", {"left": 0, "top": 0, "width": -1, "height": 1}, "width"),
            ("box", {"left": 0, "top": 0, "width": 1, "height": 1, "rotation": 1}, "rotation"),
            ("polygon", {"vertices": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]}, "vertices"),
            ("polygon", {"vertices": [{"x": 0, "y": 0}, {"x": 1}, {"x": 2, "y": 3}]}, "vertices[1].y"),
            ("line", {"vertices": [{"x": 0, "y": 0}]}, "vertices"),
            ("point", {"x": 1}, "y"),
            ("ellipse", {"vertices": [{"x": 0, "y": 0}] * 3}, "vertices"),
        ],
    )
    def test_what_is_wrong_is_named(self, name: str, told: dict[str, Any], place: str) -> None:
        with pytest.raises(BadRequest, match="hypothesis") as refused:
            heard(name, told)
        assert f"`hypothesis.annotations[0].{place}`" in refused.value.message

    @pytest.mark.parametrize(
        "ends",
        [
            [(0, 0), (10, 0), (10, 10), (0, 11)],  # do not halve each other
            [(15, 20), (13, 22), (5, 20), (7, 18)],  # do not stand upright on each other
        ],
    )
    def test_four_points_that_are_no_axes_are_no_ellipse(self, ends: list[tuple[float, float]]) -> None:
        with pytest.raises(BadRequest, match="two axes"):
            heard("ellipse", {"vertices": [{"x": x, "y": y} for x, y in ends]})


class TestGeometrySpecs:
    def test_defaults_are_filled_in(self) -> None:
        found = spec("box")
        assert isinstance(found, BoxSpec)
        assert (found.min_height, found.can_rotate, found.integer_pixels) == (0, False, False)

    @pytest.mark.parametrize(
        ("value", "place"),
        [
            ({}, "geometries"),
            ([], "geometries"),
            ({"star": {"objects_to_annotate": ["car"]}}, "geometries.star"),
            ({"box": {}}, "geometries.box.objects_to_annotate"),
            ({"box": {"objects_to_annotate": []}}, "geometries.box.objects_to_annotate"),
            ({"box": {"objects_to_annotate": ["car"], "min_width": -1}}, "geometries.box.min_width"),
            ({"line": {"objects_to_annotate": ["car"], "min_vertices": 1.5}}, "geometries.line.min_vertices"),
            (
                {"polygon": {"objects_to_annotate": ["car"], "min_vertices": 5, "max_vertices": 4}},
                "geometries.polygon.max_vertices",
            ),
        ],
    )
    def test_what_is_wrong_is_named(self, value: Any, place: str) -> None:
        with pytest.raises(BadRequest) as refused:
            geometry_specs(value, "geometries")
        assert f"`{place}`" in refused.value.message


class TestLacking:
    def test_only_cuboids_in_space_cannot_be_drawn(self) -> None:
        assert [name for name in GEOMETRIES if lacking({name: spec(name)})] == []
        camera = {"fx": 1000, "fy": 1000, "cx": 320, "cy": 240}
        assert "camera_intrinsics" in (lacking({"cuboid": spec("cuboid", camera_intrinsics=camera)}) or "")


class TestMarkKind:
    def test_every_mark_kind_is_one_that_images_have_and_leads_back(self) -> None:
        for name in GEOMETRIES:
            kind = mark_kind(name, spec(name))
            assert kind in KINDS
            assert (back := by_mark(kind)) is not None
            assert back.name == name

    def test_boxes_that_may_be_turned_are_another_kind(self) -> None:
        assert mark_kind("box", spec("box", can_rotate=True)) == "rotated_box"
        assert (back := by_mark("rotated_box")) is not None
        assert back.name == "box"


class TestByMark:
    def test_a_kind_that_scale_does_not_know_has_none(self) -> None:
        assert by_mark("tag") is None


class TestLimits:
    def test_sizes_and_numbers_of_vertices_are_asked_of_the_marks(self) -> None:
        assert limits(spec("box", min_width=5, min_height=7.5)) == MarkLimits(min_width=5, min_height=7.5)
        assert limits(spec("cuboid", min_height=5)) == MarkLimits(min_height=5)
        assert limits(spec("polygon", min_vertices=4, max_vertices=9)) == MarkLimits(min_points=4, max_points=9)
        assert limits(spec("line", max_vertices=2)) == MarkLimits(max_points=2)

    def test_defaults_ask_for_nothing(self) -> None:
        for name in GEOMETRIES:
            assert limits(spec(name)) is None

    def test_a_class_has_those_of_each_of_its_kinds(self) -> None:
        geometries = {
            "box": {"objects_to_annotate": ["car", "sign"], "min_width": 5, "can_rotate": True},
            "polygon": {"objects_to_annotate": ["car"]},
        }
        car, sign = ImageTask({"attachment": "https://example.com/1.png", "geometries": geometries}).ontology.classes
        assert car.limits == sign.limits == {"rotated_box": MarkLimits(min_width=5)}

    @pytest.mark.parametrize(("name", "most"), [("polygon", 2), ("line", 1)])
    def test_fewer_vertices_than_a_shape_has_cannot_be_asked_for(self, name: str, most: int) -> None:
        with pytest.raises(BadRequest, match=f"`geometries.{name}.max_vertices`"):
            spec(name, max_vertices=most)
