"""Datumaro's JSON: what stands in the file, what comes back, and what is refused."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pycocotools import mask as reference

from fairmark.formats.contract import ReadOptions
from fairmark.formats.datumaro import Datumaro
from fairmark.formats.model import LabeledItem, WrongFormat
from fairmark.ontology.model import Annotation, Field, FieldKind, ItemClass, Link, LinkType, Mark, Ontology

from .frames import there_and_back
from .records import CARS, codes, edges, image, read, written
from .shapes import SHAPES as GIVEN
from .shapes import UNTOLD, things
from .strategies import exports, exports_of_every_kind

FORMAT = Datumaro()
KINDS = ("box", "polygon", "polyline", "points", "ellipse", "cuboid", "mask", "tag")
"""Those that come back as they were."""
ALL = Ontology(
    classes=(
        ItemClass("thing", "Thing & <co>", "#1f77b4", (*KINDS, "rotated_box"), attributes=(
            Field("occluded", "Occluded", FieldKind.BOOLEAN), Field("plate", "Plate", FieldKind.TEXT))),
        ItemClass("part", "Part", "#2ca02c", ("box",), parent="thing"),
    ),
    questions=(Field("sky", "Sky?", FieldKind.TEXT),),
    links=(LinkType("pulls", "Pulls"),),
)  # fmt: skip
# Two points, a right angle, and an ellipse that is not turned, as the format tells no other.
SHAPES: dict[str, dict[str, Any]] = GIVEN | {
    "rotated_box": {"cx": 50, "cy": 40, "w": 20, "h": 10, "angle": 90},
    "points": {"points": [[5, 6.5], [7, 8]]},
    "ellipse": {"cx": 50, "cy": 40, "rx": 20, "ry": 10, "angle": 0},
}
thing = things(SHAPES)


def file_of(*annotations: Any, **more: Any) -> dict[str, Any]:
    """A file with one item, as Datumaro writes it."""
    item = {"id": "b/a", "annotations": list(annotations), "image": {"path": None, "size": [80, 100]}, **more}
    labels = [{"name": "car", "parent": "", "attributes": []}, {"name": "bus", "parent": "", "attributes": []}]
    categories = {"label": {"labels": labels, "label_groups": [], "attributes": []}}
    return {"dm_format_version": "1.0", "media_type": 2, "infos": {}, "categories": categories, "items": [item]}


def annotation(type: str, **more: Any) -> dict[str, Any]:
    return {"id": 1, "type": type, "attributes": {}, "group": 0, "label_id": 0, "z_order": 0, **more}


def only(content: Any, options: ReadOptions | None = None) -> LabeledItem:
    good, bad, *_ = read(FORMAT, {"annotations/train.json": content}, options)
    assert bad == []
    (item,) = good
    return item


def told(*marks: Mark) -> list[dict[str, Any]]:
    return json.loads(written(FORMAT, [image("a.jpg", *marks)], ALL)[1]["annotations/default.json"])["items"][0][
        "annotations"
    ]


class TestWriting:
    def test_the_file_says_labels_items_and_annotations(self) -> None:
        mark = thing("box", z=3, group="7", attributes={"occluded": True}, score=0.5)
        _, files = written(FORMAT, [image("cam/a.jpg", mark, split="train")], ALL)
        content = json.loads(files["annotations/train.json"])
        assert (content["dm_format_version"], content["media_type"]) == ("1.0", 2)
        assert content["categories"]["label"]["labels"] == [
            {"name": "Thing & <co>", "parent": "", "attributes": ["occluded", "plate"]},
            {"name": "Part", "parent": "Thing & <co>", "attributes": []},
        ]
        assert content["items"] == [
            {
                "id": "cam/a",
                "annotations": [
                    {
                        "id": 1, "type": "bbox", "attributes": {"occluded": True, "score": 0.5}, "group": 7,
                        "label_id": 0,
                        "z_order": 3, "bbox": [10.5, 20.25, 30, 40.125],
                    }
                ],
                "attr": {},
                "image": {"path": "cam/a.jpg", "size": [80, 100]},
            }
        ]  # fmt: skip

    def test_a_mask_is_packed_runs_down_the_columns_of_the_image(self) -> None:
        (mask,) = told(thing("mask"))
        # Rows 4 and 5 of columns 3 and 4, and row 5 of column 5. 3 x 80 + 4 before, then 2 on, 78 off, 2 on, 79 off, 1
        # on, and 8000 - 244 - 2 - 78 - 2 - 79 - 1 = 7594 behind.
        assert mask["rle"]["size"] == [80, 100]
        runs: Any = {"size": [80, 100], "counts": [244, 2, 78, 2, 79, 1, 7594]}
        assert mask["rle"]["counts"] == reference.frPyObjects(runs, 80, 100)["counts"].decode()

    def test_corners_of_a_cuboid_go_round_as_the_format_draws_them(self) -> None:
        (cuboid,) = told(thing("cuboid"))
        front, back = SHAPES["cuboid"]["front"], SHAPES["cuboid"]["back"]
        # Upper left in front, the upper edge behind, upper right in front; below: left and right behind, right and left
        # in front.
        assert cuboid["points"] == [front[0], back[0], back[1], front[1], back[3], back[2], front[2], front[3]]

    def test_a_rotated_box_is_its_outline(self) -> None:
        report, files = written(FORMAT, [image("a.jpg", thing("rotated_box"))], ALL)
        (shape,) = json.loads(files["annotations/default.json"])["items"][0]["annotations"]
        # 20 x 10 around 50, 40, turned by a right angle: from 45 to 55 and from 30 to 50, from its own first corner on.
        assert shape["type"] == "polygon"
        assert shape["points"] == pytest.approx([55, 30, 55, 50, 45, 50, 45, 30])
        assert codes(report) == {"mark_details": (1, 0), "turned": (1, 0)}

    def test_parts_of_an_outline_are_a_group_and_holes_are_counted(self) -> None:
        square = [[10, 10], [20, 10], [20, 20], [10, 20]]
        hole = [[12, 12], [14, 12], [14, 14]]
        mark = thing("polygon", {"parts": [[square, hole], [[[30, 30], [40, 30], [40, 40]]]]})
        report, files = written(FORMAT, [image("a.jpg", thing("box", group="1"), mark)], ALL)
        shapes = json.loads(files["annotations/default.json"])["items"][0]["annotations"]
        assert [(shape["id"], shape["type"], shape["group"]) for shape in shapes] == [
            (1, "bbox", 1),
            (2, "polygon", 2),
            (3, "polygon", 2),
        ]
        assert codes(report) == {"mark_details": (2, 0), "holes": (1, 0), "parts": (1, 0)}
        assert report.marks == 3

    @pytest.mark.parametrize(
        ("mark", "code"),
        [
            *UNTOLD,
            (thing("mask", {"x": 99, "y": 1, "width": 2, "height": 1, "runs": [0, 2]}), "bad_geometry"),
            (Mark("m", "mask", "part", SHAPES["mask"]), "class_unknown"),
        ],
    )
    def test_what_cannot_be_told_is_left_out_and_counted(self, mark: Mark, code: str) -> None:
        report, _ = written(FORMAT, [image("a.jpg", mark)], ALL)
        assert told(mark) == []
        assert codes(report) == {code: (1, 0)}

    @pytest.mark.parametrize(
        ("mark", "code"),
        [
            (thing("box", group="left"), "groups"),
            (thing("tag", z=1), "tag_order"),
            (thing("box", score=0.5, attributes={"score": "high"}), "scores"),
        ],
    )
    def test_what_is_told_in_part_is_counted(self, mark: Mark, code: str) -> None:
        report, _ = written(FORMAT, [image("a.jpg", mark)], ALL)
        assert codes(report) == {code: (1, 0), "mark_details": (1, 0)}


class TestThereAndBack:
    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_comes_back(self, kind: str) -> None:
        mark = thing(kind, z=0 if kind == "tag" else -2, group="12", attributes={"plate": " B <1>\n"}, score=0.25)
        _, files = written(FORMAT, [image("a.jpg", mark)], ALL)
        (back,) = read(FORMAT, files)[0][0].annotation.marks
        assert (back.kind, back.class_, back.z, back.group) == (kind, "thing", mark.z, "12")
        assert (back.geometry, back.attributes, back.score) == (mark.geometry, mark.attributes, mark.score)

    def test_answers_come_back_with_the_first_image_and_links_are_counted(self) -> None:
        item = image("a.jpg", thing("box", id="a"), thing("tag", id="b"))
        whole = Annotation(marks=item.annotation.marks, answers={"sky": "blue"}, links=(Link("l", "pulls", "a", "b"),))
        item = LabeledItem(item.external_id, item.name, (*item.assets, *item.assets), whole)
        report, files = written(FORMAT, [item], ALL)
        good, bad, _, ontology = read(FORMAT, files)
        assert bad == []
        assert [row.annotation.answers for row in good] == [{"sky": "blue"}, {}]
        assert codes(report)["links"] == (0, 1)
        assert ontology == ALL

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(exports() | exports_of_every_kind())
    def test_every_difference_is_declared(self, export: tuple[Ontology, list[LabeledItem]]) -> None:
        framed = there_and_back(FORMAT, export)
        for pair in framed.pairs if framed.complete else ():
            for mark, other in pair.marks():
                self._same(mark, other, framed.declared)
            if "no_image" not in framed.declared and pair.place == 0:
                assert pair.back.annotation.answers == pair.item.annotation.answers

    @staticmethod
    def _same(mark: Mark, other: Mark, declared: dict[str, tuple[int, int]]) -> None:
        assert other.class_ == mark.class_
        if other.kind != mark.kind:
            assert "turned" in declared
        elif not {"turned", "holes"} & declared.keys():
            assert other.geometry.keys() == mark.geometry.keys()
            for name, value in mark.geometry.items():
                assert other.geometry[name] == (value if name != "angle" else 0)
        assert other.attributes == mark.attributes
        assert other.score == mark.score or "scores" in declared
        assert other.z == (0 if mark.kind == "tag" else mark.z)
        assert (other.group is None) == (mark.group is None)


class TestReading:
    def test_a_file_of_datumaro(self) -> None:
        shapes = [
            annotation("bbox", bbox=[10.0, 20.0, 30.0, 40.0], group=2, z_order=3, attributes={"occluded": True}),
            annotation("polyline", points=[0.0, 0.0, 5.0, 0.0, 5.0, 5.0], label_id=1),
            annotation("points", points=[1.0, 1.0], visibility=[2]),
            annotation("mask", rle={"counts": "014000000", "size": [4, 5]}),
            {"id": 6, "type": "label", "attributes": {}, "group": 0, "label_id": 1},
            {"id": 0, "type": "caption", "attributes": {}, "group": 0, "caption": "hi"},
            annotation("bbox", bbox=[1, 1, 2, 2], label_id=None),
        ]  # fmt: skip
        good, bad, report, ontology = read(
            FORMAT, {"x/annotations/Validation.json": file_of(*shapes, attr={"frame": 3})}
        )
        assert bad == []
        (item,) = good
        assert (item.name, item.split, item.assets[0].width, item.assets[0].height) == ("b/a.jpg", "val", 100, 80)
        first, line, points, mask, tag = item.annotation.marks
        assert (edges(first), first.group, first.z) == ((10, 20, 30, 40), "2", 3)
        assert first.attributes == {"occluded": True}
        assert (line.kind, points.kind, tag.kind) == ("polyline", "points", "tag")
        # The diagonal of a square of 4: 0 off, 1 on, then four times 4 off ("4" once, then differences of 0) and 1 on.
        assert mask.geometry == {"x": 0, "y": 0, "width": 4, "height": 4, "runs": [0, 1, 4, 1, 4, 1, 4, 1]}
        assert codes(report) == {"unlabeled": (1, 0), "other_annotations": (1, 0), "item_attributes": (0, 1)}
        assert [each.name for each in ontology.classes] == ["car", "bus"]

    def test_marks_that_a_class_does_not_take(self) -> None:
        shapes = [annotation("polygon", points=[1, 2, 5, 2, 5, 9]), annotation("label")]
        good, _, report, _ = read(FORMAT, {"a.json": file_of(*shapes)}, ReadOptions(ontology=CARS))
        # From 1 to 5 and from 2 to 9; a tag has no place.
        assert [edges(mark) for mark in good[0].annotation.marks] == [(1, 2, 4, 7)]
        assert codes(report) == {"kinds_refused": (2, 0)}

    @pytest.mark.parametrize(
        "shape",
        [
            annotation("bbox", bbox=[1, 1, 0, 5]),
            annotation("bbox", bbox=[1, 1, 5]),
            annotation("bbox"),
            annotation("bbox", bbox=["1", 1, 2, 2]),
            annotation("bbox", bbox=[1, 1, 2, 2], label_id=2),
            annotation("bbox", bbox=[1, 1, 2, 2], label_id="car"),
            annotation("polygon", points=[1, 1, 2, 2]),
            annotation("polyline", points=[1, 1, 2]),
            annotation("points", points=None),
            annotation("ellipse", points=[3, 3, 1, 5]),
            annotation("cuboid_2d", points=[[1, 1]]),
            annotation("mask", rle={"counts": "", "size": [4, 5]}),
            annotation("mask", rle={"counts": [0, 20], "size": [4, 5]}),
            annotation("mask", rle={"counts": "014000000", "size": [4, 50]}),
            annotation("mask", rle={"counts": "014000000", "size": [4, 2**40]}),
            annotation("mask", rle=None),
        ],
    )
    def test_a_bad_annotation_is_named_and_the_others_stay(self, shape: dict[str, Any]) -> None:
        good, bad, *_ = read(FORMAT, {"a.json": file_of(shape, annotation("label"))})
        assert [mark.kind for mark in good[0].annotation.marks] == ["tag"]
        assert [(fault.code, fault.file, fault.path) for fault in bad] == [
            ("file_damaged", "a.json", "/items/0/annotations/0")
        ]

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"id": 5}, "wrong_value"),
            ({"image": {"path": "../a.jpg"}}, "path_outside"),
            ({"image": {"path": "a\u0000.jpg"}}, "file_damaged"),
            ({"annotations": [1]}, "wrong_value"),
        ],
    )
    def test_a_bad_item_is_named(self, more: dict[str, Any], code: str) -> None:
        good, bad, *_ = read(FORMAT, {"a.json": file_of(**more)} if "annotations" not in more else {
            "a.json": {**file_of(), "items": [{"id": "a", **more}]}})  # fmt: skip
        assert good == []
        assert [fault.code for fault in bad] == [code]

    @pytest.mark.parametrize("content", ["[]", "5", '{"items": []}', '{"items": 5, "categories": {}}'])
    def test_other_json_is_named(self, content: str) -> None:
        with pytest.raises(WrongFormat):
            read(FORMAT, {"a.json": content})

    def test_nothing_to_read_is_named(self) -> None:
        with pytest.raises(WrongFormat, match="0 JSON files"):
            read(FORMAT, {"a.xml": ""})

    def test_an_image_of_ours_is_known_again(self) -> None:
        assert only(file_of()).assets[0].name == "b/a.jpg"
