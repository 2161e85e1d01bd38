"""Label Studio's JSON: what stands in the file, what comes back, and what is refused."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings

from fairmark.formats import brush_code
from fairmark.formats.contract import ReadOptions
from fairmark.formats.label_studio import LabelStudio
from fairmark.formats.model import LabeledItem, WrongFormat
from fairmark.ontology.model import (
    Annotation,
    Field,
    FieldKind,
    ItemClass,
    Link,
    LinkType,
    Mark,
    Ontology,
    Source,
)

from .frames import LEFT_OUT, there_and_back
from .records import CARS, codes, edges, image, read, written
from .shapes import FIELDS, SHAPES, UNTOLD, thing
from .strategies import exports

FORMAT = LabelStudio()
KINDS = ("box", "rotated_box", "polygon", "polyline", "points", "ellipse", "mask", "tag")
ALL = Ontology(
    classes=(ItemClass("thing", "Thing & <co>", "#1f77b4", KINDS, attributes=FIELDS),),
    questions=(Field("sky", "Sky?", FieldKind.TEXT), Field("rain", "Rain?", FieldKind.BOOLEAN)),
    links=(LinkType("pulls", "Pulls"),),
)


def results(files: dict[str, str]) -> list[dict[str, Any]]:
    return json.loads(files["tasks.json"])[0]["annotations"][0]["result"]


def task(*result: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {"id": 1, "data": {"image": "a.jpg", **data}, "annotations": [{"result": list(result)}]}


def region(type: str, value: dict[str, Any], id: str = "r", **more: Any) -> dict[str, Any]:
    sized = {"original_width": 100, "original_height": 80}
    return {"id": id, "from_name": "label", "to_name": "image", "type": type, "value": value, **sized, **more}


def rectangle(label: str = "Car", id: str = "r", rotation: float = 0, **more: Any) -> dict[str, Any]:
    value = {"x": 10, "y": 25, "width": 30, "height": 50, "rotation": rotation, "rectanglelabels": [label]}
    return region("rectanglelabels", value, id, **more)


def only(tasks: Any, options: ReadOptions | None = None) -> LabeledItem:
    good, bad, *_ = read(FORMAT, {"tasks.json": tasks}, options)
    assert bad == []
    (item,) = good
    return item


class TestWriting:
    def test_places_are_per_cent_of_each_side(self) -> None:
        _, files = written(FORMAT, [image("cam/a.jpg", thing("box", score=0.5), split="train")], ALL)
        (told,) = json.loads(files["tasks.json"])
        assert told["data"] == {
            "image": "/data/local-files/?d=images/cam/a.jpg",
            "name": "cam/a.jpg",
            "split": "train",
        }
        # 10.5 of 100, 20.25 of 80 (25.3125 per cent), 30 of 100, 40.125 of 80 (50.15625).
        value = {"x": 10.5, "y": 25.3125, "width": 30, "height": 50.15625, "rotation": 0}
        assert told["annotations"][0]["result"] == [
            {
                "id": "m", "from_name": "rectangles", "to_name": "image", "type": "rectanglelabels",
                "original_width": 100, "original_height": 80, "image_rotation": 0,
                "value": {**value, "rectanglelabels": ["Thing & <co>"]}, "score": 0.5,
            }
        ]  # fmt: skip

    def test_a_box_is_turned_about_its_corner(self) -> None:
        # 20 x 10 around (50, 40), turned by 90 degrees, stands from 45 to 55 and 30 to 50; what was its upper left
        # corner, (40, 35), is now its upper right one, (55, 30): 55 of 100 and 37.5 per cent of 80.
        mark = thing("rotated_box", {"cx": 50, "cy": 40, "w": 20, "h": 10, "angle": 90})
        (told,) = results(written(FORMAT, [image("a.jpg", mark)], ALL)[1])
        value = told["value"]
        assert (value["x"], value["y"]) == pytest.approx((55, 37.5))
        assert (value["width"], value["height"], value["rotation"]) == (20, 12.5, 90)

    def test_a_mask_is_told_over_the_whole_image(self) -> None:
        (told,) = results(written(FORMAT, [image("a.jpg", thing("mask"))], ALL)[1])
        # Rows 4 and 5 of 100 columns: 403 and 404, then 503 to 505.
        runs = [(403, False), (2, True), (98, False), (3, True), (8000 - 506, False)]
        assert told["value"]["rle"] == brush_code.pack(runs)

    def test_the_configuration_has_a_control_for_each_thing(self) -> None:
        _, files = written(FORMAT, [image("a.jpg")], ALL)
        view = ElementTree.fromstring(files["label_config.xml"])
        assert [(each.tag, each.attrib["name"]) for each in view if "name" in each.attrib] == [
            ("Image", "image"),
            ("RectangleLabels", "rectangles"),
            ("PolygonLabels", "polygons"),
            ("VectorLabels", "vectors"),
            ("KeyPointLabels", "keypoints"),
            ("EllipseLabels", "ellipses"),
            ("BrushLabels", "brushs"),
            ("Choices", "tags"),
            ("Choices", "attribute_color"),
            ("Choices", "attribute_parts"),
            ("Choices", "attribute_moving"),
            ("Number", "attribute_speed"),
            ("TextArea", "attribute_plate"),
            ("TextArea", "question_sky"),
            ("Choices", "question_rain"),
        ]
        label = view.find("RectangleLabels/Label")
        assert label is not None
        assert label.attrib == {"value": "Thing & <co>", "background": "#1f77b4"}

    @pytest.mark.parametrize(("mark", "code"), [*UNTOLD, (Mark("m", "cuboid", "thing", {}), "mark_kinds")])
    def test_what_cannot_be_told_is_left_out_and_counted(self, mark: Mark, code: str) -> None:
        report, files = written(FORMAT, [image("a.jpg", mark)], ALL)
        assert results(files) == []
        assert codes(report) == {code: (1, 0)}

    def test_images_without_a_size_have_no_places(self) -> None:
        report, files = written(FORMAT, [image("a.jpg", thing("box"), thing("tag", id="t"), size=None)], ALL)
        assert [each["type"] for each in results(files)] == ["choices"]
        assert codes(report) == {"size_unknown": (1, 1), "mark_details": (1, 0)}


class TestThereAndBack:
    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_comes_back(self, kind: str) -> None:
        _, files = written(FORMAT, [image("a.jpg", thing(kind, id="left"))], ALL)
        good, bad, *_ = read(FORMAT, files)
        assert bad == []
        (back,) = good[0].annotation.marks
        assert (back.id, back.kind, back.class_) == ("left", kind, "thing")
        if kind in {"rotated_box", "ellipse"}:
            assert back.geometry == pytest.approx(SHAPES[kind], abs=1e-5)
        else:
            assert back.geometry == SHAPES[kind]

    def test_attributes_answers_and_links_come_back(self) -> None:
        attributes: dict[str, Any] = {
            "color": "blue", "parts": ["door", "hood"], "moving": False, "speed": 2.5, "plate": " B <1>\n& x ",
        }  # fmt: skip
        marks = (thing("box", id="a", attributes=attributes), thing("tag", id="b", attributes=attributes))
        empty = thing("mask", id="c", attributes={"parts": [], "plate": "", "moving": True})
        links = (Link("l", "pulls", "a", "c"),)
        answers: dict[str, Any] = {"sky": "blue", "rain": True}
        item = image("a.jpg")
        whole = Annotation(marks=(*marks, empty), answers=answers, links=links)
        item = LabeledItem(item.external_id, item.name, item.assets, whole)
        report, files = written(FORMAT, [item], ALL)
        good, bad, _, ontology = read(FORMAT, files)
        assert bad == []
        (back,) = good
        assert [mark.attributes for mark in back.annotation.marks] == [mark.attributes for mark in whole.marks]
        assert back.annotation.answers == answers
        assert [(link.type, link.from_, link.to) for link in back.annotation.links] == [("pulls", "a", "c")]
        assert codes(report) == {"mark_details": (3, 0)}
        assert ontology == ALL

    def test_parts_become_regions_with_ids_of_their_own(self) -> None:
        parts = [[[[10, 10], [20, 10], [20, 20]], [[12, 11], [13, 11], [13, 12]]], [[[30, 30], [40, 30], [40, 40]]]]
        marks = [thing("polygon", {"parts": parts}, id="a"), thing("box", id="a-2"), thing("points", {
            "points": [[1, 1], [2, 2]]}, id="p")]  # fmt: skip
        report, files = written(FORMAT, [image("a.jpg", *marks)], ALL)
        assert [each["id"] for each in results(files)] == ["a", "a-3", "a-2", "p", "p-2"]
        assert codes(report) == {"mark_details": (3, 0), "holes": (1, 0), "parts": (2, 0)}
        assert report.marks == 5

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(exports())
    def test_every_difference_is_declared(self, export: tuple[Ontology, list[LabeledItem]]) -> None:
        framed = there_and_back(FORMAT, export, (*LEFT_OUT, "size_unknown"))
        for pair in framed.pairs:
            before = {mark.id: mark for mark in pair.item.annotation.marks}
            for mark in pair.back.annotation.marks:
                wanted = before.get(mark.id)
                if wanted is None:
                    assert "parts" in framed.declared
                    continue
                assert mark.class_ == wanted.class_
                assert mark.score == wanted.score
                if "attributes" not in framed.declared:
                    assert mark.attributes == wanted.attributes
                if wanted.kind == mark.kind == "box":
                    assert edges(mark) == pytest.approx(edges(wanted), abs=1e-5)
        if not {"links", "no_image"} & framed.declared.keys():
            there = sum(len(item.annotation.links) for item in export[1])
            assert sum(len(pair.back.annotation.links) for pair in framed.pairs) == there


class TestReading:
    @pytest.mark.parametrize(
        ("address", "name"),
        [
            ("a.jpg", "a.jpg"),
            ("https://example.com/b%20c/a.jpg?x=1", "b c/a.jpg"),
            ("/data/upload/12/0a1b2c3d-a.jpg", "a.jpg"),
            ("/data/local-files/?d=set%2Fa.jpg", "set/a.jpg"),
            ("s3://bucket/set/a.jpg", "set/a.jpg"),
        ],
    )
    def test_names_come_from_addresses(self, address: str, name: str) -> None:
        item = only([task(rectangle(), image=address)])
        assert item.name == name
        assert (item.assets[0].width, item.assets[0].height) == (100, 80)
        assert item.assets[0].url == (address if address.startswith("http") else None)

    def test_boxes_turned_and_not(self) -> None:
        first, second = only([task(rectangle(), rectangle(id="s", rotation=90))]).annotation.marks
        # 10 and 30 per cent of 100, 25 and 50 per cent of 80.
        assert edges(first) == (10, 20, 30, 40)
        # Turned by a right angle about (10, 20), the middle (25, 40) comes to (10 - 20, 20 + 15).
        assert second.geometry == pytest.approx({"cx": -10, "cy": 35, "w": 30, "h": 40, "angle": 90})

    def test_labels_may_stand_apart_from_the_shape(self) -> None:
        shape = region("rectangle", {"x": 10, "y": 25, "width": 30, "height": 50})
        label = region("labels", {"x": 10, "y": 25, "width": 30, "height": 50, "labels": ["Car"]})
        good, bad, report, ontology = read(FORMAT, {"a.json": [task(shape, label), task(shape)]})
        assert bad == []
        assert [edges(mark) for mark in good[0].annotation.marks] == [(10, 20, 30, 40)]
        assert good[1].annotation.marks == ()
        assert codes(report) == {"unlabeled": (1, 0)}
        assert [each.name for each in ontology.classes] == ["Car"]

    def test_one_annotation_of_several_is_read(self) -> None:
        cancelled = {"result": [rectangle("No")], "was_cancelled": True}
        plain, truth = {"result": [rectangle("Car")]}, {"result": [rectangle("Bus")], "ground_truth": True}
        guess = {"result": [rectangle("Maybe", score=0.75)]}
        tasks = [
            {"data": {"image": "a.jpg"}, "annotations": [cancelled, plain, truth]},
            {"data": {"image": "b.jpg"}, "annotations": [cancelled], "predictions": [guess]},
            {"data": {"image": "c.jpg"}},
        ]
        good, bad, report, ontology = read(FORMAT, {"a.json": tasks})
        assert bad == []
        assert [[mark.class_ for mark in item.annotation.marks] for item in good] == [["bus"], ["maybe"], []]
        (guessed,) = good[1].annotation.marks
        assert (guessed.source, guessed.score) == (Source.PREDICTION, 0.75)
        assert codes(report) == {"more_annotations": (0, 1)}
        assert {each.id for each in ontology.classes} == {"bus", "maybe"}

    def test_controls_of_strangers_become_fields(self) -> None:
        choice = {"id": "r", "from_name": "paint", "type": "choices", "value": {"choices": ["red"]}}
        answer = {"id": "q", "from_name": "weather", "type": "choices", "value": {"choices": ["sunny", "cold"]}}
        stars = {"id": "s", "from_name": "stars", "type": "rating", "value": {"rating": 4}}
        good, _, report, ontology = read(
            FORMAT, {"a.json": [task(rectangle(), choice, answer, stars, region("ranker", {}, "x"))]}
        )
        assert good[0].annotation.marks[0].attributes == {"paint": "red"}
        assert good[0].annotation.answers == {"weather": ["sunny", "cold"], "stars": 4.0}
        assert [(field.id, field.kind) for field in ontology.questions] == [
            ("weather", FieldKind.MULTIPLE),
            ("stars", FieldKind.NUMBER),
        ]
        assert codes(report) == {"other_results": (1, 0)}

    def test_regions_that_a_class_does_not_take(self) -> None:
        points = {"points": [[10, 10], [20, 10], [20, 30]], "polygonlabels": ["Car"]}
        good, bad, report, _ = read(
            FORMAT, {"a.json": [task(region("polygonlabels", points))]}, ReadOptions(ontology=CARS)
        )
        assert bad == []
        # From 10 to 20 per cent of 100 pixels, and from 10 to 30 of 80.
        assert [edges(mark) for mark in good[0].annotation.marks] == [(10, 8, 10, 16)]
        assert codes(report) == {"kinds_refused": (1, 0)}

    @pytest.mark.parametrize(
        "bad_region",
        [
            region("rectanglelabels", {"x": 1, "y": 1, "width": 0, "height": 5}),
            region("rectanglelabels", {"x": 1, "y": 1, "width": 5}),
            region("rectanglelabels", {"x": "1e999", "y": 1, "width": 5, "height": 5}),
            region("rectanglelabels", {"x": [], "y": 1, "width": 5, "height": 5}),
            region("polygonlabels", {"points": [[1, 1], [2, 2]]}),
            region("polygonlabels", {"points": [[1, 1], [2], [3, 3]]}),
            region("vectorlabels", {"vertices": []}),
            region("brushlabels", {"format": "png", "rle": []}),
            region("brushlabels", {"format": "rle", "rle": [1, 2, 3]}),
            region("brushlabels", {"format": "rle", "rle": brush_code.pack([(8000, False)])}),
            region("ellipselabels", {"x": 1, "y": 1, "radiusX": -1, "radiusY": 1}),
        ],
    )
    def test_a_bad_region_is_named_and_the_others_stay(self, bad_region: dict[str, Any]) -> None:
        good, bad, *_ = read(FORMAT, {"a.json": [task(), task(bad_region, rectangle(id="s"))]})
        assert [len(item.annotation.marks) for item in good] == [0, 1]
        assert [(fault.code, fault.file, fault.path) for fault in bad] == [("file_damaged", "a.json", "/1/annotations")]

    @pytest.mark.parametrize(
        ("bad_task", "code"),
        [
            (5, "wrong_value"),
            ({"annotations": []}, "wrong_value"),
            ({"data": {}}, "file_damaged"),
            ({"data": {"image": "../a.jpg"}}, "path_outside"),
            ({"data": {"image": "a\u0000.jpg"}}, "file_damaged"),
            ({"data": {"image": "a.jpg"}, "annotations": [{"result": [1]}]}, "wrong_value"),
        ],
    )
    def test_a_bad_task_is_named_and_the_others_stay(self, bad_task: Any, code: str) -> None:
        good, bad, *_ = read(FORMAT, {"a.json": [bad_task, task(image="b.jpg")]})
        assert [item.name for item in good] == ["b.jpg"]
        assert [fault.code for fault in bad] == [code]

    @pytest.mark.parametrize("content", ["{}", "5", '"a"'])
    def test_other_json_is_named(self, content: str) -> None:
        with pytest.raises(WrongFormat):
            read(FORMAT, {"a.json": content})
        with pytest.raises(WrongFormat, match="0 JSON files"):
            read(FORMAT, {"a.xml": ""})
