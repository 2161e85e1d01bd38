"""Labelbox's NDJSON: what stands in the file, what comes back, and what is refused."""

import io
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from labelformat.formats.labelbox import LabelboxObjectDetectionInput
from PIL import Image

from fairmark.formats.contract import ReadOptions
from fairmark.formats.labelbox import Labelbox
from fairmark.formats.model import AssetRecord, LabeledItem, WrongFormat
from fairmark.ontology.model import (
    Annotation,
    Field,
    FieldKind,
    ItemClass,
    Link,
    LinkType,
    Mark,
    Ontology,
)

from .frames import there_and_back
from .records import CARS, box, codes, edges, image, packed, read, written
from .shapes import FIELDS, SHAPES, UNTOLD, thing
from .strategies import exports_of_every_kind

FORMAT = Labelbox()
KINDS = ("box", "rotated_box", "polygon", "polyline", "points", "ellipse", "mask", "tag")
ALL = Ontology(
    classes=(ItemClass("thing", "Thing & <co>", "#1f77b4", KINDS, attributes=FIELDS),),
    questions=(Field("sky", "Sky?", FieldKind.TEXT), Field("rain", "Rain?", FieldKind.BOOLEAN)),
    links=(LinkType("pulls", "Pulls"),),
)
TOLD = ("box", "polygon", "polyline", "points", "mask", "tag")
"""Kinds that come back as they were."""
VALUES: dict[str, Any] = {"color": "blue", "parts": ["hood", "door"], "moving": False, "speed": 1.5, "plate": "x\ny"}


def annotations(files: dict[str, Any], line: int = 0) -> dict[str, Any]:
    row = json.loads(files["export.ndjson"].splitlines()[line])
    return row["projects"]["fairmark"]["labels"][0]["annotations"]


def data_row(*objects: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A row as Labelbox's export has it."""
    label = {"id": "l", "annotations": {"objects": list(objects), "classifications": [], "relationships": []} | more}
    return {
        "data_row": {"id": "cl1", "external_id": "cam/a.jpg", "row_data": "https://example.com/x/a.jpg?y=1"},
        "media_attributes": {"width": 100, "height": 80},
        "projects": {"p1": {"name": "Cars", "labels": [label]}},
    }


def feature(kind: str, id: str = "f1", name: str = "Car", **more: Any) -> dict[str, Any]:
    return {"feature_id": id, "name": name, "annotation_kind": kind, "classifications": [], **more}


def rectangle(id: str = "f1", **more: Any) -> dict[str, Any]:
    sides = {"top": 20, "left": 10, "height": 40, "width": 30}
    return feature("ImageBoundingBox", id, bounding_box=sides, **more)


def lines(*rows: Any) -> dict[str, str]:
    return {"export.ndjson": "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in rows)}


def only(row: dict[str, Any], options: ReadOptions | None = None, more: dict[str, Any] | None = None) -> LabeledItem:
    good, bad, *_ = read(FORMAT, lines(row) | (more or {}), options)
    assert bad == []
    (item,) = good
    return item


def png(pixels: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.array(pixels, dtype=np.uint8)).save(out, "PNG")
    return out.getvalue()


class TestWriting:
    def test_a_line_is_a_data_row_with_one_label(self) -> None:
        mark = thing("box", score=0.5, attributes={"color": "red", "moving": True, "speed": 2.0})
        _, files = written(FORMAT, [image("cam/a.jpg", mark, split="train")], ALL)
        row = json.loads(files["export.ndjson"])
        assert row["data_row"] == {
            "id": "1", "global_key": "cam/a.jpg", "external_id": "cam/a.jpg", "row_data": "images/cam/a.jpg",
        }  # fmt: skip
        assert row["media_attributes"] == {"asset_type": "image", "width": 100, "height": 80}
        assert row["metadata_fields"][0]["value"] == [{"schema_name": "train"}]
        (told,) = annotations(files)["objects"]
        assert told == {
            "feature_id": "m", "name": "Thing & <co>", "value": "thing", "annotation_kind": "ImageBoundingBox",
            "bounding_box": {"top": 20.25, "left": 10.5, "height": 40.125, "width": 30}, "confidence": 0.5,
            "classifications": [
                {"name": "Colour", "value": "color",
                 "radio_answer": {"name": "Red", "value": "red", "classifications": []}},
                {"name": "Moving", "value": "moving",
                 "radio_answer": {"name": "yes", "value": "yes", "classifications": []}},
                {"name": "Speed", "value": "speed", "text_answer": {"content": "2.0"}},
            ],
        }  # fmt: skip

    def test_a_mask_is_a_picture_of_the_image(self) -> None:
        _, files = packed(FORMAT, [image("a.jpg", thing("mask"))], ALL)
        (told,) = annotations({"export.ndjson": files["export.ndjson"].decode()})["objects"]
        assert told["annotation_kind"] == "ImageSegmentationMask"
        with Image.open(io.BytesIO(files[told["mask"]["url"]])) as made:
            assert made.size == (100, 80)
            assert np.argwhere(np.asarray(made)).tolist() == [[4, 3], [4, 4], [5, 3], [5, 4], [5, 5]]

    def test_what_the_format_cannot_say_is_counted(self) -> None:
        square, hole = [[10, 10], [20, 10], [20, 20]], [[12, 12], [14, 12], [14, 14]]
        marks = (
            thing("polygon", {"parts": [[square, hole], [square]]}),
            thing("rotated_box", {"cx": 50, "cy": 40, "w": 20, "h": 10, "angle": 90}, id="r"),
            thing("points", {"points": [[1, 1], [2, 2]]}, id="m-2"),
            thing("box", id="b", attributes={"color": ["red"], "other": 1.0}),
            Mark("c", "cuboid", "thing"), Mark("d", "box", "none", SHAPES["box"]), thing("box", {"x": 1}, id="e"),
        )  # fmt: skip
        links = (Link("l", "pulls", "m", "r", {"strong": True}), Link("k", "pulls", "m", "c"))
        asset = AssetRecord("a.jpg", 100, 80)
        item = LabeledItem("i", "a.jpg", (asset,), Annotation(marks=marks, links=links, answers={"sky": 5.0}))
        report, files = written(FORMAT, [item], ALL)
        assert [each["feature_id"] for each in annotations(files)["objects"]] == ["m", "m-3", "r", "m-2", "m-2-2", "b"]
        assert codes(report) == {
            "answers": (0, 1), "links": (0, 1), "mark_kinds": (1, 0), "mark_details": (4, 0), "class_unknown": (1, 0),
            "bad_geometry": (1, 0), "holes": (1, 0), "parts": (2, 0), "turned": (1, 0), "attributes": (1, 0),
        }  # fmt: skip

    @pytest.mark.parametrize(("mark", "code"), UNTOLD)
    def test_what_cannot_be_told_is_left_out_and_counted(self, mark: Mark, code: str) -> None:
        report, files = written(FORMAT, [image("a.jpg", mark)], ALL)
        assert annotations(files)["objects"] == []
        assert codes(report) == {code: (1, 0)}


class TestRoundTrip:
    @pytest.mark.parametrize("kind", TOLD)
    def test_a_mark_comes_back_as_it_was(self, kind: str) -> None:
        mark = thing(kind, attributes=VALUES, score=0.25)
        _, files = packed(FORMAT, [image("a.jpg", mark)], ALL)
        (item,), bad, *_ = read(FORMAT, files)
        assert bad == []
        (other,) = item.annotation.marks
        assert (other.id, other.kind, other.class_, other.geometry) == ("m", kind, "thing", mark.geometry)
        assert (other.attributes, other.score) == (VALUES, 0.25)

    def test_answers_and_links_come_back(self) -> None:
        marks = (thing("box"), thing("box", id="n"))
        answers: dict[str, Any] = {"sky": "blue", "rain": True}
        document = Annotation(marks=marks, links=(Link("1", "pulls", "n", "m"),), answers=answers)
        item = LabeledItem("i", "a.jpg", (AssetRecord("a.jpg", 100, 80, url="https://example.com/a"),), document)
        (back,), *_ = read(FORMAT, packed(FORMAT, [item], ALL)[1])
        assert (back.annotation.answers, back.annotation.links) == (document.answers, document.links)
        assert (back.external_id, back.assets) == (item.external_id, item.assets)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(exports_of_every_kind())
    def test_every_difference_is_declared(self, export: tuple[Ontology, list[LabeledItem]]) -> None:
        framed = there_and_back(FORMAT, export)
        for pair in framed.pairs if framed.complete else ():
            before = [mark for mark in pair.item.annotation.marks if mark.asset == pair.place and mark.kind != "tag"]
            after = [mark for mark in pair.back.annotation.marks if mark.kind != "tag"]
            for mark, other in zip(before, after, strict=True):
                assert (other.id, other.class_, other.score) == (mark.id, mark.class_, mark.score)
                assert other.attributes == mark.attributes
                if not framed.declared.keys() & {"turned", "holes"}:
                    assert (other.kind, other.geometry) == (mark.kind, mark.geometry)
            wanted = [mark for mark in pair.item.annotation.marks if mark.asset == pair.place]
            tags = [[mark.id for mark in marks if mark.kind == "tag"] for marks in (wanted, pair.back.annotation.marks)]
            assert tags[0] == tags[1]
            if pair.place == 0 and "answers" not in framed.declared:
                assert pair.back.annotation.answers == pair.item.annotation.answers


class TestReading:
    def test_a_row_of_labelbox(self) -> None:
        row = data_row(
            rectangle(classifications=[{"name": "Colour", "radio_answer": {"name": "Dark red", "classifications": [
                {"name": "Rust", "value": "rust", "checklist_answers": [{"name": "Door"}, {"name": "Hood"}]}]}}]),
            feature("ImagePolygon", "f2", polygon=[{"x": 1, "y": 2}, {"x": 5, "y": 2}, {"x": 5, "y": 9}]),
            feature("ImageSegmentationMask", "f3", mask={"url": "https://example.com/mask"}),
            feature("TextEntity", "f4", location={"start": 1, "end": 2}),
            classifications=[{"name": "Weather", "text_answer": {"content": "fog"}}, {"name": "Nothing"}],
            relationships=[
                {"name": "pulls", "unidirectional_relationship": {"source": "f1", "target": {"feature_id": "f2"}}},
                {"name": "pulls", "unidirectional_relationship": {"source": "f1", "target": "f9"}},
            ],
        )  # fmt: skip
        row["projects"]["p2"] = row["projects"]["p1"]
        row["metadata_fields"] = [{"schema_name": "split", "value": [{"schema_name": "valid"}]}]
        (item,), bad, report, ontology = read(FORMAT, lines("", row))
        assert bad == []
        assert (item.name, item.split, item.assets[0].width) == ("cam/a.jpg", "val", 100)
        assert item.assets[0].url == "https://example.com/x/a.jpg?y=1"
        car, outline = item.annotation.marks
        assert edges(car) == (10, 20, 30, 40)
        assert car.attributes == {"colour": "Dark red", "rust": ["door", "hood"]}
        assert outline.kind == "polygon"
        assert item.annotation.answers == {"weather": "fog"}
        assert [(link.from_, link.to) for link in item.annotation.links] == [("f1", "f2")]
        # The text, the answer without a value, and the relationship to nothing.
        assert codes(report) == {"mask_addresses": (1, 0), "more_labels": (0, 1), "other_objects": (3, 0)}
        assert [each.name for each in ontology.classes] == ["Car"]

    def test_masks_of_both_ways_to_tell_them(self) -> None:
        # Two by two: the pixel at the lower left is on, and of that colour.
        black, red = [0, 0, 0], [255, 0, 10]
        composite = png([[black, [9, 9, 9]], [red, black]])
        inline = b64encode(png([[0, 0], [1, 0]])).decode()
        row = data_row(
            feature("ImageSegmentationMask", "a", mask={"png": inline}),
            feature("ImageSegmentationMask", "b", composite_mask={"url": "m/c.png", "color_rgb": [255, 0, 10]}),
        )
        row["media_attributes"] = {"width": 2, "height": 2}
        item = only(row, more={"m/c.png": composite})
        assert [mark.geometry for mark in item.annotation.marks] == [
            {"x": 0, "y": 1, "width": 1, "height": 1, "runs": [0, 1]}
        ] * 2

    def test_marks_that_a_class_does_not_take(self) -> None:
        outline = feature("ImagePolygon", polygon=[{"x": 1, "y": 2}, {"x": 5, "y": 2}, {"x": 5, "y": 9}])
        tags = [{"name": "Tags", "value": "tags", "checklist_answers": [{"name": "Car"}, {"name": "Rain"}, {}]}]
        files = lines(data_row(outline, classifications=tags))
        (item,), _, report, _ = read(FORMAT, files, ReadOptions(ontology=CARS))
        assert [(mark.kind, mark.class_) for mark in item.annotation.marks] == [("box", "car"), ("tag", "rain")]
        assert codes(report) == {"kinds_refused": (2, 0), "other_objects": (1, 0)}

    @pytest.mark.parametrize(
        "bad",
        [
            feature("ImageBoundingBox", bounding_box={"top": 1, "left": 1, "height": 0, "width": 5}),
            feature("ImageBoundingBox", bounding_box={"top": 1, "left": 1, "height": 5}),
            feature("ImageBoundingBox", bounding_box={"top": "1", "left": 1, "height": 5, "width": 5}),
            feature("ImageBoundingBox", bounding_box={"top": 1e300, "left": 1, "height": 5, "width": 5}),
            feature("ImageBoundingBox", bounding_box=None),
            feature("ImagePolygon", polygon=[{"x": 1, "y": 1}, {"x": 2, "y": 2}]),
            feature("ImagePolygon", polygon={"x": 1}),
            feature("ImagePolyline", line=[{"x": 1, "y": 1}]),
            feature("ImagePoint", point={"x": True, "y": 1}),
            feature("ImageSegmentationMask", mask={"url": "../m.png"}),
            feature("ImageSegmentationMask", mask={"url": "gone.png"}),
            feature("ImageSegmentationMask", mask={"png": "no base64"}),
            feature("ImageSegmentationMask", mask={"png": b64encode(b"no picture").decode()}),
            feature("ImageSegmentationMask", mask={"png": b64encode(png([[0, 1]])).decode()}),
            feature("ImageSegmentationMask", mask="m.png"),
            feature("ImageSegmentationMask", mask={}, composite_mask=5),
        ],
    )
    def test_a_bad_object_is_named_and_the_others_stay(self, bad: dict[str, Any]) -> None:
        (item,), (fault,), *_ = read(FORMAT, lines(data_row(bad, rectangle("f2"))))
        assert [mark.id for mark in item.annotation.marks] == ["f2"]
        assert fault.code in ("file_damaged", "path_outside")
        assert (fault.file, fault.line, fault.path) == ("export.ndjson", 1, "/annotations/objects/0")

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("{", "bad_json"),
            ('{"x": ' + "[" * 5000, "too_deep"),
            ("5", "wrong_value"),
            ('{"data_row": 5}', "wrong_value"),
            ('{"data_row": {}}', "file_damaged"),
            ('{"data_row": {"external_id": "../a.jpg"}}', "path_outside"),
            ('{"data_row": {"external_id": "a\\u0000"}}', "nul_character"),
            ('{"data_row": {"id": "a"}, "projects": []}', "wrong_value"),
        ],
    )
    def test_a_bad_line_is_named_and_the_others_stay(self, line: str, code: str) -> None:
        good, bad, *_ = read(FORMAT, lines(line, data_row(rectangle())))
        assert [(fault.code, fault.file, fault.line) for fault in bad] == [(code, "export.ndjson", 1)]
        assert len(good) == 1

    def test_what_an_answer_cannot_be_is_passed_over(self) -> None:
        known = Ontology(classes=(ItemClass("car", "Car", "#000000", ("box",), attributes=FIELDS),))
        answers: list[dict[str, Any]] = [
            {"name": "Speed", "text_answer": {"content": "fast"}},
            {"name": "Speed", "text_answer": {"content": "1e999"}},
            {"name": "Colour", "radio_answer": 5}, {"name": "Plate", "text_answer": {"content": 5}},
            {"name": "Parts", "checklist_answers": [{"name": "Door"}, 7, {}]},
        ]  # fmt: skip
        item = only(data_row(rectangle(classifications=answers)), ReadOptions(ontology=known))
        assert item.annotation.marks[0].attributes == {"parts": ["door"]}

    def test_nothing_to_read_is_named(self) -> None:
        with pytest.raises(WrongFormat, match="no NDJSON"):
            read(FORMAT, {"a.xml": ""})


class TestOtherReaders:
    def test_labelformat_finds_the_boxes(self, tmp_path: Path) -> None:
        _, files = written(FORMAT, [image("a.jpg", box(10.5, 20.25, 30, 40), box(0, 0, 9, 9, "bus", id="n"))])
        (tmp_path / "export.ndjson").write_text(files["export.ndjson"])
        reader = LabelboxObjectDetectionInput(tmp_path / "export.ndjson", "Car,Rain,Big Bus")
        (found,) = reader.get_labels()
        assert (found.image.filename, found.image.width, found.image.height) == ("a.jpg", 100, 80)
        assert [(each.category.name, each.box.xmin, each.box.ymax) for each in found.objects] == [
            ("Car", 10.5, 60.25), ("Big Bus", 0, 9),
        ]  # fmt: skip
