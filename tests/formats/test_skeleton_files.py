"""Skeletons through every format that carries them: what comes back, what stands in the files, what others wrote."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fairmark.formats.coco import Coco
from fairmark.formats.contract import Format, ReadOptions
from fairmark.formats.cvat import Cvat
from fairmark.formats.datumaro import Datumaro
from fairmark.formats.fairmark_jsonl import FairmarkJsonl
from fairmark.formats.label_studio import LabelStudio
from fairmark.formats.model import WrongFormat
from fairmark.formats.supervisely import Supervisely
from fairmark.formats.yolo import Yolo, YoloPose
from fairmark.ontology.definition import check_ontology
from fairmark.ontology.model import ItemClass, Mark, Ontology

from .figures import FIGURE, WAND
from .records import box, codes, image, read, written

ONTOLOGY = Ontology(
    classes=(
        ItemClass("walker", "Walker", "#1f77b4", ("skeleton", "box"), skeleton=FIGURE),
        ItemClass("wand", "Wand & Stick", "#2ca02c", ("skeleton",), skeleton=WAND),
        ItemClass("car", "Car", "#ff7f0e", ("box",)),
    )
)
FORMATS = [Coco(), Cvat(), YoloPose(), FairmarkJsonl(), Datumaro(), LabelStudio(), Supervisely()]


def walker(*points: tuple[float, float, int], id: str = "m", **more: Any) -> Mark:
    return Mark(id, "skeleton", "walker", {"points": [list(point) for point in points]}, **more)


def points_of(items: list[Any]) -> list[Any]:
    return [mark.geometry.get("points") for item in items for mark in item.annotation.marks]


def near(points: Any) -> Any:
    return [pytest.approx(point, abs=1e-3) for point in points]


@st.composite
def skeletons(draw: st.DrawFn) -> Mark:
    """A sound one of either class, inside of an image of 100 by 80."""
    id, count = draw(st.sampled_from([("walker", 3), ("wand", 2)]))
    across, down = (st.integers(0, side * 8).map(lambda eighth: eighth / 8) for side in (100, 80))
    joint = st.tuples(across, down, st.sampled_from([1, 2])).map(list) | st.just([0.0, 0.0, 0])
    points = draw(st.lists(joint, min_size=count, max_size=count).filter(lambda pose: any(v for *_, v in pose)))
    return Mark("m", "skeleton", id, {"points": points})


class TestRoundTrips:
    @pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.name)
    @given(marks=st.lists(skeletons(), max_size=3))
    def test_the_document_comes_back(self, format: Format, marks: list[Mark]) -> None:
        marks = [Mark(f"m{n}", mark.kind, mark.class_, mark.geometry) for n, mark in enumerate(marks)]
        report, files = written(format, [image("a.jpg", *marks, split="train")], ONTOLOGY)
        good, bad, _, ontology = read(format, files)
        assert bad == []
        assert ontology == ONTOLOGY
        found = [mark for item in good for mark in item.annotation.marks]
        assert [(mark.kind, mark.class_) for mark in found] == [(mark.kind, mark.class_) for mark in marks]
        for mark, other in zip(marks, found, strict=True):
            assert other.geometry["points"] == near(mark.geometry["points"])
        assert report.marks == len(marks)
        # The kinds of loss that every export of these formats has, whatever the marks.
        assert set(codes(report)) <= {"mark_details", "item_details", "validation_missing"}

    @pytest.mark.parametrize(
        "format", [Coco(), Cvat(), YoloPose(), Datumaro(), LabelStudio(), Supervisely()], ids=lambda each: each.name
    )
    def test_without_what_we_put_beside_it_the_skeleton_comes_from_the_file(self, format: Format) -> None:
        mark = walker((10, 10, 2), (50, 40, 1), (30, 50, 2))
        _, files = written(format, [image("a.jpg", mark, split="train")], ONTOLOGY)
        # YOLO needs to know how large its images are.
        files = {path: each for path, each in files.items() if path != "fairmark/ontology.json"}
        good, bad, _, ontology = read(format, files)
        assert bad == []
        assert points_of(good) == [near(mark.geometry["points"])]
        assert check_ontology(ontology) == []
        made = next(each.skeleton for each in ontology.classes if each.name == "Walker")
        assert made is not None
        assert [point.id for point in made.points] == ["nose", "left_foot", "right_foot"]
        assert made.mirrored == FIGURE.mirrored
        if format.name not in ("yolo_pose", "label_studio"):
            assert made.edges == FIGURE.edges
        if format.name in ("cvat", "datumaro", "supervisely"):
            assert [(point.x, point.y) for point in made.points] == [(0.5, 0), (1, 1), (0, 0.75)]
        else:
            # The first whole pose: from (10, 10), 40 by 40.
            assert [(point.x, point.y) for point in made.points] == [(0, 0), (1, 0.75), (0.5, 1)]


class TestCoco:
    def test_what_stands_in_the_file(self) -> None:
        _, files = written(Coco(), [image("a.jpg", walker((10, 20, 2), (30, 60, 1), (0, 0, 0)))], ONTOLOGY)
        data = json.loads(files["annotations/instances_default.json"])
        # Edges count points from 1.
        assert data["categories"][0]["keypoints"] == ["nose", "left_foot", "right_foot"]
        assert data["categories"][0]["skeleton"] == [[1, 2], [1, 3]]
        # Readers of keypoints want the lists in all categories.
        assert (data["categories"][2]["keypoints"], data["categories"][2]["skeleton"]) == ([], [])
        (row,) = data["annotations"]
        assert row["keypoints"] == [10, 20, 2, 30, 60, 1, 0, 0, 0]
        assert (row["num_keypoints"], row["bbox"], row["area"]) == (2, [10, 20, 20, 40], 800)

    def test_points_of_another_order_are_known_by_their_names(self) -> None:
        _, files = written(Coco(), [image("a.jpg", walker((10, 20, 2), (30, 60, 1), (5, 5, 2)))], ONTOLOGY)
        data = json.loads(files["annotations/instances_default.json"])
        data["categories"][0]["keypoints"] = ["Right foot", "NOSE", "left_foot"]
        data["annotations"][0]["keypoints"] = [5, 5, 2, 10, 20, 2, 30, 60, 1]
        good, *_ = read(Coco(), files | {"annotations/instances_default.json": data})
        assert points_of(good) == [[[10, 20, 2], [30, 60, 1], [5, 5, 2]]]

    @pytest.mark.parametrize(
        "keypoints", [[0] * 9, [1, 1, 2], [1, 1, 3, 2, 2, 2, 3, 3, 2], [1, 1, 2, 2, 2, 2, 3, 3, 1e999], "none"]
    )
    def test_what_is_no_pose_leaves_the_box(self, keypoints: Any) -> None:
        _, files = written(Coco(), [image("a.jpg", walker((10, 20, 2), (30, 60, 1), (5, 5, 2)))], ONTOLOGY)
        path = "annotations/instances_default.json"
        data = json.loads(files[path])
        data["annotations"][0]["keypoints"] = keypoints
        text = json.dumps(data).replace("Infinity", "1e999")
        good, bad, report, _ = read(Coco(), files | {path: text})
        marks = [mark.kind for item in good for mark in item.annotation.marks]
        # A number beyond all numbers may cost the row instead.
        assert marks == ["box"] or (marks == [] and len(bad) == 1)
        assert not marks or codes(report)["keypoints"] == (1, 0)

    def test_outlines_beside_keypoints_are_counted(self) -> None:
        data = {
            "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
            "categories": [
                {"id": 1, "name": "person", "keypoints": ["left_eye", "right_eye"], "skeleton": [[2, 1], [9, 1]]}
            ],
            "annotations": [
                {
                    "id": 5, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9], "num_keypoints": 2,
                    "segmentation": [[1, 1, 9, 1, 9, 9]], "keypoints": [3, 3, 2, 5, 3, 1],
                }
            ],
        }  # fmt: skip
        good, _, report, ontology = read(Coco(), {"person_keypoints_val.json": data})
        assert points_of(good) == [[[3, 3, 2], [5, 3, 1]]]
        assert good[0].split == "val"
        assert codes(report) == {"beside_keypoints": (1, 0)}
        skeleton = ontology.classes[0].skeleton
        assert skeleton is not None
        assert (skeleton.edges, skeleton.mirrored) == ((("right_eye", "left_eye"),), (("left_eye", "right_eye"),))

    def test_a_single_point_has_a_box_without_sides(self) -> None:
        mark = walker((10, 20, 2), (0, 0, 0), (0, 0, 0))
        _, files = written(Coco(), [image("a.jpg", mark)], ONTOLOGY)
        good, bad, *_ = read(Coco(), files)
        assert (points_of(good), bad) == ([mark.geometry["points"]], [])

    def test_what_is_not_of_its_class_is_left_out_and_counted(self) -> None:
        items = [image("a.jpg", walker((1, 1, 2)), walker((1, 1, 2), (3, 0, 0), (2, 2, 2), id="n"))]
        report, _ = written(Coco(), items, ONTOLOGY)
        # One point instead of three; and a place of an absent point, which is put right.
        assert (report.marks, codes(report)["bad_geometry"]) == (1, (1, 0))


class TestYoloPose:
    def test_what_stands_in_the_files(self) -> None:
        marks = (
            walker((10, 20, 2), (30, 60, 1), (0, 0, 0)),
            Mark("w", "skeleton", "wand", {"points": [[50, 40, 2], [100, 80, 2]]}),
            box(0, 0, 50, 40),
        )
        report, files = written(YoloPose(), [image("a.jpg", *marks, split="train")], ONTOLOGY)
        data = yaml.safe_load(files["data.yaml"])
        assert (data["kpt_shape"], data["flip_idx"]) == ([3, 3], [0, 2, 1])
        assert data["kpt_names"] == {0: ["nose", "left_foot", "right_foot"], 1: ["grip", "tip"]}
        lines = [[float(each) for each in line.split()] for line in files["labels/train/a.txt"].splitlines()]
        assert lines == [
            [0, 0.2, 0.5, 0.2, 0.5, 0.1, 0.25, 2, 0.3, 0.75, 1, 0, 0, 0],
            [1, 0.75, 0.75, 0.5, 0.5, 0.5, 0.5, 2, 1, 1, 2, 0, 0, 0],
            [2, 0.25, 0.25, 0.5, 0.5, *[0] * 9],
        ]
        assert report.marks == 3

    def test_a_box_without_points_comes_back_as_one(self) -> None:
        _, files = written(YoloPose(), [image("a.jpg", box(0, 0, 50, 40, "walker"), split="train")], ONTOLOGY)
        good, *_ = read(YoloPose(), files)
        assert [mark.kind for item in good for mark in item.annotation.marks] == ["box"]

    def test_points_without_visibility(self) -> None:
        _, files = written(YoloPose(), [image("a.jpg", walker((10, 20, 2), (30, 60, 1), (0, 0, 0)))], ONTOLOGY)
        files |= {
            "data.yaml": "names: [Walker]\nkpt_shape: [3, 2]\n",
            "labels/train/a.txt": "0 0.5 0.5 0.4 0.4 0.5 0.5 0.25 0.5 0 0\n",
        }
        good, *_ = read(YoloPose(), files)
        assert points_of(good) == [[[50, 40, 2], [25, 40, 2], [0, 0, 0]]]

    @pytest.mark.parametrize("line", ["0 0.5 0.5 0.4 0.4", "0 0.5 0.5 0.4 0.4 0.5 0.5 7 0 0 0 0 0 0"])
    def test_bad_lines_are_named(self, line: str) -> None:
        _, files = written(YoloPose(), [image("a.jpg", split="train")], ONTOLOGY)
        _, (fault,), *_ = read(YoloPose(), files | {"labels/train/a.txt": line})
        assert (fault.code, fault.line) == ("wrong_value", 1)

    def test_wants_to_know_how_many_points(self) -> None:
        _, files = written(YoloPose(), [image("a.jpg")], ONTOLOGY)
        with pytest.raises(WrongFormat, match="how many points"):
            read(YoloPose(), files | {"data.yaml": "names: [Walker]\n"})

    def test_what_reaches_out_of_the_image_is_cut(self) -> None:
        report, files = written(YoloPose(), [image("a.jpg", walker((-10, 20, 2), (30, 60, 2), (9, 9, 2)))], ONTOLOGY)
        assert codes(report)["clipped"] == (1, 0)
        good, *_ = read(YoloPose(), files)
        assert points_of(good) == [near([[0, 20, 2], [30, 60, 2], [9, 9, 2]])]


class TestCvat:
    def test_what_stands_in_the_file(self) -> None:
        mark = walker((10, 20, 2), (30, 60.5, 1), (0, 0, 0), attributes={"occluded": True})
        _, files = written(Cvat(), [image("a.jpg", mark)], ONTOLOGY)
        text = files["annotations.xml"]
        assert '<skeleton label="Walker" source="manual" occluded="1" z_order="0">' in text
        assert '<points label="left_foot" source="manual" outside="0" occluded="1" points="30,60.5"></points>' in text
        assert '<points label="right_foot" source="manual" outside="1" occluded="0" points="0,0"></points>' in text
        assert "<type>skeleton</type>" in text
        assert text.count("<parent>Walker</parent>") == 3

    def test_cvats_own_words(self) -> None:
        text = """<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version>
        <meta><job><labels>
        <label><name>arm</name><color>#fa3253</color><type>skeleton</type><attributes></attributes>
        <svg>&lt;line x1="20" y1="0" x2="60" y2="50" data-type="edge" data-node-from="2" data-node-to="1"
        &gt;&lt;/line&gt;
        &lt;circle r="1.5" cx="60" cy="50" data-type="element node" data-element-id="1" data-node-id="1"
        data-label-id="7"&gt;&lt;/circle&gt;&lt;circle r="1.5" cx="20" cy="0" data-node-id="2"&gt;&lt;/circle&gt;</svg>
        </label>
        <label><name>1</name><color>#000000</color><type>points</type><attributes></attributes><parent>arm</parent></label>
        <label><name>2</name><color>#000000</color><type>points</type><attributes></attributes><parent>arm</parent></label>
        </labels></job></meta>
        <image id="0" name="a.jpg" width="100" height="80">
        <skeleton label="arm" source="manual" z_order="3" group_id="4">
        <points label="2" source="manual" outside="0" occluded="0" points="5.50,6.00"></points>
        <points label="1" source="manual" outside="1" occluded="0" points="9.00,9.00"></points>
        </skeleton></image></annotations>"""
        (item,), bad, _, ontology = read(Cvat(), {"annotations.xml": text})
        (mark,) = item.annotation.marks
        assert (bad, mark.z, mark.group) == ([], 3, "4")
        assert mark.geometry == {"points": [[0, 0, 0], [5.5, 6, 2]]}
        skeleton = ontology.classes[0].skeleton
        assert skeleton is not None
        assert [(point.id, point.x, point.y) for point in skeleton.points] == [("1", 0.6, 0.5), ("2", 0.2, 0)]
        assert skeleton.edges == (("2", "1"),)

    def test_without_labels_the_first_mark_says_the_points(self) -> None:
        joints = '<points label="a" points="1,1"/><points label="b" points="5,9"/>'
        text = (
            '<annotations><image id="0" name="a.jpg" width="100" height="80">'
            f'<skeleton label="arm">{joints}</skeleton>'
            '<skeleton label="arm"><points label="b" points="2,2"/></skeleton>'
            '<skeleton label="arm"><points label="c" points="2,2"/></skeleton></image></annotations>'
        )
        (item,), _, report, _ = read(Cvat(), {"annotations.xml": text})
        # Nobody knows a point c of an arm.
        assert points_of([item]) == [[[1, 1, 2], [5, 9, 2]], [[0, 0, 0], [2, 2, 2]]]
        assert codes(report) == {"skeletons": (1, 0)}


class TestDatumaro:
    def test_what_stands_in_the_file(self) -> None:
        _, files = written(Datumaro(), [image("a.jpg", walker((10, 20, 2), (30, 60, 1), (0, 0, 0)))], ONTOLOGY)
        data = json.loads(files["annotations/default.json"])
        # Edges count points from 1, as in COCO; places in the default pose stand in one list.
        assert data["categories"]["points"]["items"][0] == {
            "label_id": 0,
            "labels": ["nose", "left_foot", "right_foot"],
            "joints": [[1, 2], [1, 3]],
            "positions": [0.5, 0, 1, 1, 0, 0.75],
        }
        (row,) = data["items"][0]["annotations"]
        assert (row["type"], row["points"], row["visibility"]) == ("points", [10, 20, 30, 60, 0, 0], [2, 1, 0])

    def test_points_of_another_order_are_known_by_their_names(self) -> None:
        _, files = written(Datumaro(), [image("a.jpg", walker((10, 20, 2), (30, 60, 1), (5, 5, 2)))], ONTOLOGY)
        data = json.loads(files["annotations/default.json"])
        data["categories"]["points"]["items"][0]["labels"] = ["Right foot", "NOSE", "left_foot"]
        data["items"][0]["annotations"][0] |= {"points": [5, 5, 10, 20, 30, 60], "visibility": [2, 2, 1]}
        good, *_ = read(Datumaro(), files | {"annotations/default.json": data})
        assert points_of(good) == [[[10, 20, 2], [30, 60, 1], [5, 5, 2]]]

    def test_points_that_might_be_a_skeleton_are_counted(self) -> None:
        both = Ontology(classes=(ItemClass("wand", "Wand", "#1f77b4", ("points", "skeleton"), skeleton=WAND),))
        marks = [Mark(f"m{n}", "points", "wand", {"points": [[1, 1]] * n}) for n in (1, 2)]
        report, files = written(Datumaro(), [image("a.jpg", *marks)], both)
        assert codes(report)["points_posed"] == (1, 0)
        good, *_ = read(Datumaro(), files)
        assert [mark.kind for mark in good[0].annotation.marks] == ["points", "skeleton"]

    @pytest.mark.parametrize("visibility", [[2], ["x", 2, 2], 5])
    def test_a_bad_visibility_is_named(self, visibility: Any) -> None:
        _, files = written(Datumaro(), [image("a.jpg", walker((10, 20, 2), (30, 60, 1), (5, 5, 2)))], ONTOLOGY)
        data = json.loads(files["annotations/default.json"])
        data["items"][0]["annotations"][0]["visibility"] = visibility
        _, (fault,), *_ = read(Datumaro(), files | {"annotations/default.json": data})
        assert (fault.code, fault.path) == ("file_damaged", "/items/0/annotations/0")


class TestLabelStudio:
    FRAME: dict[str, Any] = {
        "id": "p", "type": "rectanglelabels", "from_name": "box", "to_name": "image", "original_width": 100,
        "original_height": 50,
        "value": {"x": 10, "y": 10, "width": 20, "height": 40, "rotation": 0, "rectanglelabels": ["person"]},
    }  # fmt: skip

    def keypoint(self, name: str, x: float, y: float, parent: str = "p") -> dict[str, Any]:
        value = {"x": x, "y": y, "width": 0.5, "keypointlabels": [name]}
        sized = {"original_width": 100, "original_height": 50}
        return {"id": f"{name}{x}", "type": "keypointlabels", "parentID": parent, "value": value, **sized}

    def tasks(self, *results: dict[str, Any]) -> dict[str, Any]:
        return {"tasks.json": [{"data": {"image": "a.jpg"}, "annotations": [{"result": list(results)}]}]}

    def test_what_stands_in_the_files(self) -> None:
        _, files = written(LabelStudio(), [image("a.jpg", walker((10, 20, 2), (30, 60, 1), (0, 0, 0)))], ONTOLOGY)
        frame, nose, foot, hidden = json.loads(files["tasks.json"])[0]["annotations"][0]["result"]
        # From (10, 20) to (30, 60) of 100 by 80.
        assert frame["value"] == {
            "x": 10, "y": 25, "width": 20, "height": 50, "rotation": 0, "rectanglelabels": ["Walker"],
        }  # fmt: skip
        assert (nose["from_name"], nose["parentID"], nose["value"]["keypointlabels"]) == (
            "skeleton_walker", "m", ["nose"],
        )  # fmt: skip
        assert (foot["id"], foot["value"]["x"], foot["value"]["y"]) == (hidden["id"], 30, 75)
        assert (hidden["from_name"], hidden["value"]) == ("visibility", {"choices": ["hidden"]})
        assert 'value="left_foot" background="#1f77b4" model_index="1"' in files["label_config.xml"]

    def test_rectangles_and_keypoints_of_label_studio(self) -> None:
        second = {**self.FRAME, "id": "q", "value": {**self.FRAME["value"], "height": 30}}
        results = [
            self.FRAME, self.keypoint("left eye", 10, 10), self.keypoint("right eye", 30, 50),
            second, self.keypoint("right eye", 20, 20, "q"), self.keypoint("tail", 1, 1, "q"),
            self.keypoint("alone", 5, 5, "gone"),
        ]  # fmt: skip
        good, bad, report, ontology = read(LabelStudio(), self.tasks(*results))
        assert bad == []
        # Two tasks of a person name three points; the second rectangle is not the box around its points. Of 100 by 50.
        assert points_of(good) == [
            [[10, 5, 2], [30, 25, 2], [0, 0, 0]],
            [[0, 0, 0], [20, 10, 2], [1, 0.5, 2]],
            [[5, 2.5]],
        ]
        assert codes(report) == {"keypoint_boxes": (1, 0)}
        skeleton = ontology.classes[0].skeleton
        assert skeleton is not None
        assert [point.name for point in skeleton.points] == ["left eye", "right eye", "tail"]

    def test_a_class_without_such_points_leaves_the_box(self) -> None:
        options = ReadOptions(ontology=Ontology(classes=(ItemClass("person", "Person", "#000000", ("box",)),)))
        good, _, report, _ = read(LabelStudio(), self.tasks(self.FRAME, self.keypoint("eye", 10, 10)), options)
        assert [mark.kind for mark in good[0].annotation.marks] == ["box"]
        assert codes(report) == {"keypoints": (1, 0)}

    def test_a_keypoint_without_a_label_is_named(self) -> None:
        point = self.keypoint("eye", 10, 10)
        del point["value"]["keypointlabels"]
        _, (fault,), *_ = read(LabelStudio(), self.tasks(self.FRAME, point))
        assert (fault.code, fault.file) == ("file_damaged", "tasks.json")


class TestOthers:
    def test_leave_them_out_and_say_so(self) -> None:
        report, _ = written(Yolo(), [image("a.jpg", walker((10, 20, 2), (30, 60, 1), (5, 5, 2)))], ONTOLOGY)
        assert (report.marks, codes(report)["mark_kinds"]) == (0, (1, 0))
