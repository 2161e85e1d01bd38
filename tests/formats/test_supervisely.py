"""Supervisely's projects: what stands in the files, what comes back, and what is refused."""

import io
import json
import zlib
from base64 import b64decode, b64encode
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from fairmark.formats.contract import ReadOptions
from fairmark.formats.model import AssetRecord, FormatFault, LabeledItem, WrongFormat
from fairmark.formats.supervisely import Supervisely
from fairmark.ontology.model import (
    Annotation,
    Field,
    FieldKind,
    ItemClass,
    Link,
    LinkType,
    Mark,
    Ontology,
    Skeleton,
    SkeletonPoint,
)

from .frames import there_and_back
from .records import CARS, codes, edges, image, read, written
from .shapes import FIELDS, SHAPES, UNTOLD, thing
from .strategies import exports_of_every_kind

FORMAT = Supervisely()
KINDS = ("box", "rotated_box", "polygon", "polyline", "points", "ellipse", "mask", "tag")
TOLD = ("box", "polygon", "polyline", "points", "mask", "tag")
"""Kinds that come back as they were."""
WAND = Skeleton((SkeletonPoint("grip", "Grip", 0, 0), SkeletonPoint("tip", "Tip", 1, 1)), (("grip", "tip"),))
ALL = Ontology(
    classes=(
        ItemClass("thing", "Thing & <co>", "#1f77b4", KINDS, attributes=FIELDS),
        ItemClass("wand", "Wand", "#2ca02c", ("skeleton",), skeleton=WAND),
    ),
    questions=(Field("sky", "Sky?", FieldKind.TEXT), Field("rain", "Rain?", FieldKind.BOOLEAN)),
    links=(LinkType("pulls", "Pulls"),),
)
VALUES: dict[str, Any] = {"color": "blue", "parts": ["hood", "door"], "moving": False, "speed": 1.5, "plate": "x\ny"}


def annotation(files: dict[str, str], path: str = "default/ann/a.jpg.json") -> dict[str, Any]:
    return json.loads(files[path])


def project(*objects: Any, tags: list[Any] | None = None) -> dict[str, Any]:
    """Files as Supervisely writes them, with one image of 100 by 80."""
    classes = [{"id": 1, "title": "Car", "shape": "any", "color": "#FF0000", "geometry_config": {}}]
    written = {"size": {"height": 80, "width": 100}, "tags": tags or [], "objects": list(objects)}
    return {"p/meta.json": {"classes": classes, "tags": []}, "p/train/ann/a.jpg.json": written}


def shape(kind: str, exterior: Any = None, title: str = "Car", **more: Any) -> dict[str, Any]:
    points = {"points": {"exterior": exterior, "interior": []}} if exterior is not None else {}
    return {"id": 1, "classTitle": title, "geometryType": kind, "tags": [], **points, **more}


def bitmap(data: bytes, origin: Any = (3, 4)) -> dict[str, Any]:
    return shape("bitmap", bitmap={"data": b64encode(data).decode(), "origin": list(origin)})


def png(pixels: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.array(pixels, dtype=np.uint8)).save(out, "PNG")
    return out.getvalue()


SOUND = shape("rectangle", [[10, 20], [40, 60]])


class TestWriting:
    def test_the_files_say_classes_tags_and_objects(self) -> None:
        mark = thing(
            "box", group="g", score=0.5, attributes={"color": "red", "moving": True, "parts": ["door", "hood"]}
        )
        _, files = written(FORMAT, [image("cam/a.jpg", mark, split="train")], ALL)
        meta = json.loads(files["meta.json"])
        assert [(each["title"], each["shape"]) for each in meta["classes"]] == [
            ("Thing & <co>", "any"),
            ("Wand", "graph"),
        ]
        assert meta["classes"][1]["geometry_config"] == {
            "nodes": {
                "grip": {"label": "grip", "loc": [0, 0], "color": "#2CA02C"},
                "tip": {"label": "tip", "loc": [100, 100], "color": "#2CA02C"},
            },
            "edges": [{"src": "grip", "dst": "tip", "color": "#2CA02C"}],
        }
        kinds = {each["name"]: (each["value_type"], each["applicable_type"]) for each in meta["tags"]}
        assert kinds["color"] == ("oneof_string", "objectsOnly")
        assert kinds["sky"] == ("any_string", "imagesOnly")
        assert kinds["Thing & <co>"] == ("none", "imagesOnly")
        told = annotation(files, "train/ann/cam_a.jpg.json")
        assert told["size"] == {"height": 80, "width": 100}
        # From 10.5, 20.25, 30 wide and 40.125 high.
        assert told["objects"] == [
            {
                "id": 1, "classTitle": "Thing & <co>", "geometryType": "rectangle", "instance": "g",
                "points": {"exterior": [[10.5, 20.25], [40.5, 60.375]], "interior": []},
                "tags": [
                    {"name": "color", "value": "red"}, {"name": "moving", "value": "yes"},
                    {"name": "parts", "value": "door,hood"}, {"name": "confidence", "value": 0.5},
                ],
            }
        ]  # fmt: skip

    def test_a_mask_is_a_deflated_picture_of_its_piece(self) -> None:
        _, files = written(FORMAT, [image("a.jpg", thing("mask"))], ALL)
        (told,) = annotation(files)["objects"]
        assert told["bitmap"]["origin"] == [3, 4]
        with Image.open(io.BytesIO(zlib.decompress(b64decode(told["bitmap"]["data"])))) as made:
            assert (made.mode, np.asarray(made).tolist()) == ("P", [[1, 1, 0], [1, 1, 1]])

    def test_a_skeleton_is_a_graph_of_its_placed_points(self) -> None:
        mark = Mark("m", "skeleton", "wand", {"points": [[5, 6, 1], [0, 0, 0]]})
        _, files = written(FORMAT, [image("a.jpg", mark)], ALL)
        (told,) = annotation(files)["objects"]
        assert (told["geometryType"], told["nodes"]) == ("graph", {"grip": {"loc": [5, 6], "disabled": True}})

    @pytest.mark.parametrize(("mark", "code"), [*UNTOLD, (Mark("m", "cuboid", "thing"), "mark_kinds")])
    def test_what_cannot_be_told_is_left_out_and_counted(self, mark: Mark, code: str) -> None:
        report, files = written(FORMAT, [image("a.jpg", mark)], ALL)
        assert annotation(files)["objects"] == []
        assert codes(report) == {code: (1, 0)}

    def test_what_is_told_in_part_is_counted(self) -> None:
        square, other = [[10, 10], [20, 10], [20, 20]], [[30, 30], [40, 30], [40, 40]]
        marks = (
            thing("polygon", {"parts": [[square], [other]]}, attributes={"parts": ["a,b"], "color": 5.0}),
            thing("rotated_box", id="r"), thing("tag", id="t", score=0.5, group="g", attributes={"plate": "x"}),
        )  # fmt: skip
        document = Annotation(marks=marks, links=(Link("l", "pulls", "m", "r"),), answers={"sky": 5.0})
        asset = AssetRecord("a.jpg", 100, 80)
        report, files = written(FORMAT, [LabeledItem("i", "a.jpg", (asset,), document)], ALL)
        assert [each.get("instance") for each in annotation(files)["objects"]] == ["parts-1", "parts-1", None]
        assert codes(report) == {
            "answers": (0, 1), "links": (0, 1), "mark_details": (3, 0), "parts": (1, 0), "turned": (1, 0),
            "attributes": (2, 0), "scores": (1, 0), "tag_groups": (1, 0),
        }  # fmt: skip


class TestRoundTrip:
    @pytest.mark.parametrize("kind", [kind for kind in TOLD if kind != "tag"])
    def test_a_mark_comes_back_as_it_was(self, kind: str) -> None:
        mark = thing(kind, attributes=VALUES, score=0.25, group="g")
        _, files = written(FORMAT, [image("a.jpg", mark)], ALL)
        (item,), bad, *_ = read(FORMAT, files)
        assert bad == []
        (other,) = item.annotation.marks
        assert (other.kind, other.class_, other.geometry) == (kind, "thing", SHAPES[kind])
        assert (other.attributes, other.score, other.group) == (VALUES, 0.25, "g")

    def test_holes_answers_and_tags_come_back(self) -> None:
        square, hole = [[10, 10], [20, 10], [20, 20], [10, 20]], [[12, 12], [14, 12], [14, 14]]
        marks = (thing("polygon", {"parts": [[square, hole]]}), thing("tag", id="t"))
        answers: dict[str, Any] = {"sky": "blue", "rain": True}
        item = LabeledItem("i", "a.jpg", (AssetRecord("a.jpg", 100, 80),), Annotation(marks=marks, answers=answers))
        (back,), *_ = read(FORMAT, written(FORMAT, [item], ALL)[1])
        assert [(mark.kind, mark.geometry) for mark in back.annotation.marks] == [
            (mark.kind, mark.geometry) for mark in marks
        ]
        assert back.annotation.answers == answers

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(exports_of_every_kind())
    def test_every_difference_is_declared(self, export: tuple[Ontology, list[LabeledItem]]) -> None:
        framed = there_and_back(FORMAT, export)
        for pair in framed.pairs if framed.complete else ():
            before = [mark for mark in pair.item.annotation.marks if mark.asset == pair.place and mark.kind != "tag"]
            after = [mark for mark in pair.back.annotation.marks if mark.kind != "tag"]
            for mark, other in zip(before, after, strict=True):
                assert (other.class_, other.score, other.group) == (mark.class_, mark.score, mark.group)
                assert other.attributes == mark.attributes or "attributes" in framed.declared
                if mark.kind == "box" and other.kind == "box":
                    assert edges(other) == pytest.approx(edges(mark), abs=1e-3)
                elif "turned" not in framed.declared:
                    assert (other.kind, other.geometry) == (mark.kind, mark.geometry)
            if pair.place == 0 and "answers" not in framed.declared:
                assert pair.back.annotation.answers == pair.item.annotation.answers


class TestReading:
    def test_a_project_of_supervisely(self) -> None:
        meta = {
            "classes": [
                {"title": "Car", "shape": "any"},
                {"title": "Arm", "shape": "graph", "geometry_config": {
                    "nodes": {"k1": {"label": "elbow", "loc": [10, 50]}, "k2": {"label": "hand", "loc": [30, 10]}},
                    "edges": [{"src": "k1", "dst": "k2"}, {"src": "k1", "dst": "gone"}],
                }},
            ],
            "tags": [],
        }  # fmt: skip
        tags = [{"name": "Fog", "value": None}, {"name": "camera", "value": "front"}, {"value": 5}]
        objects = [
            shape("rectangle", [[10, 20], [40, 60]], tags=[{"name": "dirty"}, {"name": "doors", "value": 4}]),
            shape("graph", title="Arm", nodes={"k2": {"loc": [7, 8]}}, instance="left"),
            shape("graph", title="Arm", nodes={"other": {"loc": [7, 8]}}),
            shape("cuboid_2d", title="Car"),
        ]  # fmt: skip
        files = project(*objects, tags=tags) | {"p/meta.json": meta}
        (item,), bad, report, ontology = read(FORMAT, files)
        assert bad == []
        assert (item.external_id, item.name, item.split) == ("train/a.jpg", "a.jpg", "train")
        car, arm, fog = item.annotation.marks
        assert edges(car) == (10, 20, 30, 40)
        assert car.attributes == {"dirty": True, "doors": 4}
        assert (arm.geometry, arm.group) == ({"points": [[0, 0, 0], [7, 8, 2]]}, "left")
        assert (fog.kind, fog.class_) == ("tag", "fog")
        assert item.annotation.answers == {"camera": "front"}
        assert codes(report) == {"skeletons": (1, 0), "other_objects": (2, 0)}
        skeleton = ontology.classes[1].skeleton
        assert skeleton is not None
        # In the frame from (10, 10) to (30, 50).
        assert [(point.id, point.x, point.y) for point in skeleton.points] == [("elbow", 0, 1), ("hand", 1, 0)]
        assert skeleton.edges == (("elbow", "hand"),)

    def test_bitmaps_of_all_ages(self) -> None:
        plain = png([[0, 255]])
        see_through = png([[[9, 9, 9, 0], [0, 0, 0, 255]]])
        (item,), bad, *_ = read(FORMAT, project(bitmap(zlib.compress(plain)), bitmap(plain), bitmap(see_through)))
        assert bad == []
        # The right one of two pixels from (3, 4) on.
        assert [mark.geometry for mark in item.annotation.marks] == [
            {"x": 4, "y": 4, "width": 1, "height": 1, "runs": [0, 1]}
        ] * 3

    def test_marks_that_a_class_does_not_take(self) -> None:
        files = project(shape("polygon", [[1, 2], [5, 2], [5, 9]]), tags=[{"name": "Car"}, {"name": "Rain"}])
        (item,), _, report, _ = read(FORMAT, files, ReadOptions(ontology=CARS))
        assert [(mark.kind, mark.class_) for mark in item.annotation.marks] == [("box", "car"), ("tag", "rain")]
        assert codes(report) == {"kinds_refused": (2, 0)}

    @pytest.mark.parametrize(
        "bad",
        [
            shape("rectangle", [[10, 20], [10, 60]]),
            shape("rectangle", [[10, 20]]),
            shape("rectangle", [["10", 20], [40, 60]]),
            shape("rectangle", [[1e300, 20], [1e301, 60]]),
            shape("rectangle"),
            shape("rectangle", [[10, 20], [40, 60]], title=""),
            shape("polygon", [[1, 1], [2, 2]]),
            shape("line", [[1, 1]]),
            shape("point", []),
            shape("polygon", 5),
            shape("graph", nodes={"a": {"loc": [1]}}),
            shape("graph", nodes=5),
            shape("bitmap"),
            bitmap(b"no picture"),
            bitmap(zlib.compress(b"no picture")),
            bitmap(zlib.compress(png([[0, 0]]))),
            bitmap(zlib.compress(png([[1]])), (1.5, 2)),
            bitmap(zlib.compress(png([[1]])), (10**12, 2)),
            bitmap(zlib.compress(b"\0" * 2**27)),
            shape("bitmap", bitmap={"data": "no base64", "origin": [1, 1]}),
        ],
    )
    def test_a_bad_object_is_named_and_the_others_stay(self, bad: dict[str, Any]) -> None:
        (item,), (fault,), *_ = read(FORMAT, project(bad, SOUND))
        assert [edges(mark) for mark in item.annotation.marks] == [(10, 20, 30, 40)]
        assert (fault.code, fault.file, fault.path) == ("file_damaged", "p/train/ann/a.jpg.json", "/objects/0")

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            ("{", "bad_json"),
            ('{"x": ' + "[" * 5000, "too_deep"),
            ("[]", "wrong_value"),
            ('{"objects": 5}', "wrong_value"),
            ('{"objects": [], "tags": [5]}', "wrong_value"),
            ('{"objects": [], "description": "a\\u0000"}', "file_damaged"),
        ],
    )
    def test_a_bad_file_is_named_and_the_others_stay(self, content: str, code: str) -> None:
        good, (fault,), *_ = read(FORMAT, project(SOUND) | {"p/train/ann/b.jpg.json": content})
        assert len(good) == 1
        assert (fault.code, fault.file) == (code, "p/train/ann/b.jpg.json")

    @pytest.mark.parametrize("meta", ["[", "[]", '{"classes": [{"title": 5}]}'])
    def test_a_broken_meta_is_named(self, meta: str) -> None:
        with pytest.raises(FormatFault) as caught:
            read(FORMAT, project(SOUND) | {"p/meta.json": meta})
        assert caught.value.fields["file"] == "p/meta.json"

    def test_nothing_to_read_is_named(self) -> None:
        with pytest.raises(WrongFormat, match="no Supervisely project"):
            read(FORMAT, {"a.json": "{}"})
