"""COCO instances: what stands in the file, what is read from others' files, and what is refused."""

import contextlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as masks
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from fairmark.formats.coco import Coco
from fairmark.formats.contract import Limits, ReadOptions, WriteOptions
from fairmark.formats.model import AssetRecord, FileDamaged, FormatFault, LabeledItem, OverLimit, TooDeep, WrongFormat
from fairmark.formats.sink import FolderSink, ZipSink
from fairmark.formats.source import FileSource
from fairmark.modalities.image import encoded
from fairmark.ontology.model import Annotation, FieldKind, ItemClass, Mark, Ontology

from .records import CARS, box, codes, edges, image, read, written

FORMAT = Coco()
SHAPES = Ontology(classes=(ItemClass("lake", "Lake", "#1f77b4", ("polygon",)),))
DEFAULT = "annotations/instances_default.json"


def part(**sections: Any) -> dict[str, Any]:
    """A small COCO file: an image of 100 by 80, a category, and the sections given."""
    base: dict[str, Any] = {
        "images": [{"id": 7, "file_name": "a.jpg", "width": 100, "height": 80}],
        "categories": [{"id": 3, "name": "Car"}],
        "annotations": [],
    }
    return base | sections


def row(**members: Any) -> dict[str, Any]:
    return {"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], **members}


def outline(*parts: list[list[list[float]]], **more: Any) -> Mark:
    return Mark("m", "polygon", "lake", {"parts": list(parts)}, **more)


class TestWriting:
    def test_sections_and_ids(self) -> None:
        items = [
            image("a.jpg", box(1.5, 2, 3, 4), box(5, 6, 7, 8, "bus")),
            image("b/c.jpg"),
            image("d.jpg", box(0, 0, 1, 1)),
        ]
        report, files = written(FORMAT, items)
        data = json.loads(files[DEFAULT])
        # "rain" takes no boxes: the numbers of the categories have no gap where it stands in the ontology.
        assert [(each["id"], each["name"]) for each in data["categories"]] == [(1, "Car"), (2, "Big Bus")]
        assert [(each["id"], each["file_name"], each["width"], each["height"]) for each in data["images"]] == [
            (1, "a.jpg", 100, 80),
            (2, "b/c.jpg", 100, 80),
            (3, "d.jpg", 100, 80),
        ]
        assert [(each["id"], each["image_id"], each["category_id"]) for each in data["annotations"]] == [
            (1, 1, 1),
            (2, 1, 2),
            (3, 3, 1),
        ]
        first = data["annotations"][0]
        assert first["bbox"] == [1.5, 2, 3, 4]
        assert first["area"] == 12
        assert first["iscrowd"] == 0
        assert first["segmentation"] == []
        assert "attributes" not in first
        assert (report.items, report.marks) == (3, 3)

    def test_one_file_for_each_split_with_ids_through_all(self) -> None:
        items = [image("a", box(0, 0, 1, 1), split="train"), image("b", box(0, 0, 1, 1), split="val"), image("c")]
        _, files = written(FORMAT, items)
        ids = {
            path: [each["id"] for each in json.loads(text)["images"]]
            for path, text in files.items()
            if "instances" in path
        }
        assert ids == {
            "annotations/instances_train.json": [1],
            "annotations/instances_val.json": [2],
            "annotations/instances_default.json": [3],
        }

    def test_attributes_and_scores_are_kept(self) -> None:
        _, files = written(FORMAT, [image("a", box(0, 0, 1, 1, attributes={"occluded": True, "n": 2.0}, score=0.25))])
        only = json.loads(files[DEFAULT])["annotations"][0]
        assert only["attributes"] == {"occluded": True, "n": 2.0}
        assert only["score"] == 0.25

    @pytest.mark.parametrize(
        "edges", [(10, 20, 30, 40), (0, 0, 100, 80), (-5, 70.5, 10.2, 50), (99, 0, 1, 80), (0.2, 0.2, 0.1, 0.1)]
    )
    def test_a_crowd_has_a_mask_of_its_box(self, edges: tuple[float, float, float, float]) -> None:
        _, files = written(FORMAT, [image("a", box(*edges, attributes={"iscrowd": True}))])
        only = json.loads(files[DEFAULT])["annotations"][0]
        assert only["iscrowd"] == 1
        decoded = masks.decode(masks.frPyObjects(only["segmentation"], 80, 100))
        x, y, w, h = edges
        wanted = np.zeros((80, 100), dtype=np.uint8)
        # Every pixel that the box touches.
        wanted[max(int(np.floor(y)), 0) : int(np.ceil(y + h)), max(int(np.floor(x)), 0) : int(np.ceil(x + w))] = 1
        assert (decoded == wanted).all()

    def test_outlines_are_lists_of_corners_or_masks_that_pycocotools_reads(self) -> None:
        plain = outline([[[5, 5], [10, 5], [10, 10], [5, 10]]], [[[20, 5], [30, 5], [20, 10]]])
        holed = outline([[[40, 10], [60, 10], [60, 30], [40, 30]], [[45, 15], [55, 15], [55, 25], [45, 25]]])
        _, files = written(FORMAT, [image("a.jpg", plain, holed)], SHAPES)
        first, second = json.loads(files[DEFAULT])["annotations"]
        # 5 * 5 and half of 10 * 5; around x 5 to 30.
        assert (first["area"], first["bbox"]) == (50, [5, 5, 25, 5])
        assert first["segmentation"] == [[5, 5, 10, 5, 10, 10, 5, 10], [20, 5, 30, 5, 20, 10]]
        assert "shape" not in first
        assert second["area"] == 300
        assert second["shape"] == {"kind": "polygon", "geometry": holed.geometry}
        packed: Any = masks.frPyObjects(second["segmentation"], 80, 100)
        found: Any = masks.decode(packed)
        wanted = np.zeros((80, 100), dtype=np.uint8)
        wanted[10:30, 40:60] = 1
        wanted[15:25, 45:55] = 0
        assert (found == wanted).all()

    def test_a_crowd_with_an_outline_has_its_mask(self) -> None:
        crowd = outline([[[5, 5], [10, 5], [10, 10], [5, 10]]], attributes={"iscrowd": True})
        _, files = written(FORMAT, [image("a.jpg", crowd)], SHAPES)
        (row,) = json.loads(files[DEFAULT])["annotations"]
        # 5 columns of 5 pixels from (5, 5), 80 pixels a column: 405 zeros first.
        assert (row["iscrowd"], row["segmentation"]["counts"][:4]) == (1, [405, 5, 75, 5])
        good, *_ = read(FORMAT, files)
        assert good[0].annotation.marks[0].geometry == crowd.geometry

    def test_names_that_differ_are_kept_beside(self) -> None:
        item = LabeledItem("drive/7", "Seven", (AssetRecord("../a.jpg", 10, 10, url="https://x.org/a"),))
        report, files = written(FORMAT, [item, LabeledItem("b.jpg", "b.jpg", (AssetRecord("b.jpg", 10, 10),))])
        first, second = json.loads(files[DEFAULT])["images"]
        assert first == {
            "id": 1,
            "file_name": "a.jpg",
            "width": 10,
            "height": 10,
            "coco_url": "https://x.org/a",
            "external_id": "drive/7",
            "name": "Seven",
        }
        assert set(second) == {"id", "file_name", "width", "height"}
        assert codes(report) == {"renamed": (0, 1)}

    def test_the_title_and_the_date_go_into_info(self) -> None:
        file = io.BytesIO()
        with ZipSink(file) as sink:
            FORMAT.write([], CARS, sink, WriteOptions(title="Cars", created=datetime(2026, 1, 2, tzinfo=UTC)))
        info = json.loads(zipfile.ZipFile(file).read(DEFAULT))["info"]
        assert info["description"] == "Cars"
        assert info["date_created"].startswith("2026-01-02")


class TestWithPycocotools:
    def test_perfect_boxes_have_a_perfect_score(self, tmp_path: Path) -> None:
        items = [
            image(
                f"{number}.jpg",
                *[box(10 * place, 5 + number, 8, 40, "car" if place % 2 else "bus") for place in range(5)],
            )
            for number in range(6)
        ]
        FORMAT.write(items, CARS, FolderSink(tmp_path))
        with contextlib.redirect_stdout(io.StringIO()):
            truth = COCO(str(tmp_path / DEFAULT))
            detections = [
                {"image_id": each["image_id"], "category_id": each["category_id"], "bbox": each["bbox"], "score": 0.9}
                for each in truth.dataset["annotations"]
            ]
            (tmp_path / "detections.json").write_text(json.dumps(detections))
            evaluation = COCOeval(truth, truth.loadRes(str(tmp_path / "detections.json")), "bbox")
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
        assert evaluation.stats[0] == 1.0
        assert len(truth.anns) == 30


class TestReading:
    def test_any_order_of_sections_and_rows(self) -> None:
        images = [{"id": 9, "file_name": "b.jpg", "width": 10, "height": 10}, {"id": "x", "file_name": "a.jpg"}]
        rows = [row(id=5, image_id="x"), row(id=4, image_id=9), row(id=6, image_id="x", bbox=[9, 9, 1, 1])]
        text = '{"annotations":%s,"info":{},"categories":[{"name":"Car","id":3}],"images":%s}'
        good, bad, report, _ = read(FORMAT, {"a.json": text % (json.dumps(rows), json.dumps(images))})
        assert bad == []
        assert [(item.name, [mark.id for mark in item.annotation.marks]) for item in good] == [
            ("b.jpg", ["4"]),
            ("a.jpg", ["5", "6"]),
        ]
        assert good[0].assets == (AssetRecord("b.jpg", 10, 10),)
        assert good[1].assets == (AssetRecord("a.jpg"),)
        assert (report.items, report.marks, report.files) == (2, 3, 1)

    def test_classes_attributes_and_crowds(self) -> None:
        categories = [{"id": 90, "name": "行人", "supercategory": "person"}, {"id": 3, "name": "Car"}]
        rows = [
            row(category_id=90, attributes={"Occluded": True, "track": 7, "bad": {"a": 1}, "none": None}),
            row(id=2, iscrowd=1, segmentation={"size": [80, 100], "counts": [8000]}),
            row(id=3, segmentation=[[1, 1, 2, 2, 3, 4]], keypoints=[1, 1, 2]),
            row(id=4, segmentation={"size": [80, 100], "counts": [8000]}),
        ]
        good, bad, report, ontology = read(FORMAT, {"a.json": part(categories=categories, annotations=rows)})
        assert bad == []
        first, second, third, fourth = good[0].annotation.marks
        assert ontology.classes[0].name == "行人"
        assert first.class_ == ontology.classes[0].id
        assert first.attributes == {"occluded": True, "track": 7.0}
        assert [(each.id, each.name, each.kind) for each in ontology.classes[0].attributes] == [
            ("occluded", "Occluded", FieldKind.BOOLEAN),
            ("track", "track", FieldKind.NUMBER),
        ]
        assert second.attributes == {"iscrowd": True}
        assert (third.kind, third.geometry) == ("polygon", {"parts": [[[[1, 1], [2, 2], [3, 4]]]]})
        assert ontology.classes[1].marks == ("box", "polygon")
        assert edges(fourth) == (1, 2, 3, 4)
        assert codes(report) == {
            "outlines": (1, 0),
            "keypoints": (1, 0),
            "supercategories": (0, 0),
            "attributes_unreadable": (1, 0),
        }

    def test_outlines_are_boxes_where_the_class_takes_no_polygons(self) -> None:
        rows = [row(segmentation=[[1, 1, 2, 2, 3, 4]]), row(id=2, segmentation=[[1, 1, 2, 2, 3, 4]], category_id=4)]
        categories = [{"id": 3, "name": "Car"}, {"id": 4, "name": "Lake"}]
        known = Ontology(
            classes=(
                ItemClass("car", "Car", "#000000", ("box",)),
                ItemClass("lake", "Lake", "#000000", ("polygon",)),
            )
        )
        files = {"a.json": part(categories=categories, annotations=rows)}
        good, _, report, _ = read(FORMAT, files, ReadOptions(ontology=known))
        assert [mark.kind for mark in good[0].annotation.marks] == ["box", "polygon"]
        assert codes(report) == {"outlines": (1, 0)}

    @pytest.mark.parametrize(
        "segmentation", [[], [[1, 2, 3, 4]], [[1, 2, 3, 4, 5, 6, 7]], [[1, 2, 3, 4, 5, "6"]], "x", None]
    )
    def test_segmentations_that_are_no_outline_leave_the_box(self, segmentation: Any) -> None:
        good, bad, *_ = read(FORMAT, {"a.json": part(annotations=[row(segmentation=segmentation)])})
        assert bad == []
        assert edges(good[0].annotation.marks[0]) == (1, 2, 3, 4)

    @pytest.mark.parametrize(
        "shape", [{"kind": "polygon", "geometry": {}}, {"kind": "blob", "geometry": {}}, 5, {"kind": "box"}]
    )
    def test_shapes_that_are_none_are_passed_over(self, shape: Any) -> None:
        good, bad, *_ = read(FORMAT, {"a.json": part(annotations=[row(shape=shape)])})
        assert bad == []
        assert edges(good[0].annotation.marks[0]) == (1, 2, 3, 4)

    def test_instances_go_before_other_files(self) -> None:
        files = {"annotations/instances_val2017.json": part(), "annotations/captions_val2017.json": {"images": []}}
        good, _, report, _ = read(FORMAT, files)
        assert good[0].split == "val2017"
        assert report.losses == ()

    @pytest.mark.parametrize(
        ("path", "split"),
        [
            ("train/_annotations.coco.json", "train"),
            ("valid/x.json", "val"),
            ("test.json", "test"),
            ("data.json", None),
        ],
    )
    def test_splits_from_folders_and_names(self, path: str, split: str | None) -> None:
        good, *_ = read(FORMAT, {path: part(), "other.json": [1, 2]})
        assert good[0].split == split

    def test_known_assets_give_their_size(self) -> None:
        known = AssetRecord("a.jpg", 640, 480, "ab" * 32)
        options = ReadOptions(find_asset=lambda name: known if name == "a.jpg" else None)
        good, *_ = read(FORMAT, {"a.json": part()}, options)
        assert good[0].assets == (known,)

    def test_mark_ids_stay_unique(self) -> None:
        rows = [row(id=1), row(id=1), row(id=None), row(id="x" * 100), row(id="")]
        good, bad, *_ = read(FORMAT, {"a.json": part(annotations=rows)})
        assert bad == []
        assert [mark.id for mark in good[0].annotation.marks] == ["1", "row-1", "row-2", "row-3", "row-4"]

    def test_absolute_names_lose_their_root(self) -> None:
        good, _, report, _ = read(FORMAT, {"a.json": part(images=[{"id": 7, "file_name": "C:\\data\\a.jpg"}])})
        assert good[0].name == "data/a.jpg"
        assert codes(report) == {"renamed": (0, 1)}

    @pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n  "])
    def test_marks_and_space_before_the_text(self, start: bytes) -> None:
        assert len(read(FORMAT, {"a.json": start + json.dumps(part()).encode()})[0]) == 1

    def test_a_file_larger_than_a_window(self) -> None:
        # 12,000 rows of about 100 bytes: mapped from disk, cut into several windows, spread over 100 images by turns.
        images = [{"id": number, "file_name": f"{number}.jpg"} for number in range(100)]
        rows = [
            row(id=number, image_id=number % 100, bbox=[number, 0, 1, 1], attributes={"n": number})
            for number in range(12_000)
        ]
        good, bad, *_ = read(FORMAT, {"a.json": part(images=images, annotations=rows)})
        assert bad == []
        for place, item in enumerate(good):
            assert [mark.geometry["x"] for mark in item.annotation.marks] == list(range(place, 12_000, 100))


class TestBadRows:
    @pytest.mark.parametrize(
        ("bad_row", "code", "path"),
        [
            (row(bbox=[1, 2, 3]), "wrong_value", "/annotations/1/bbox"),
            (row(bbox="1,2,3,4"), "wrong_value", "/annotations/1/bbox"),
            (row(bbox=[1, 2, 0, 4]), "bad_box", "/annotations/1"),
            (row(bbox=[1, 2, 1e308, 1e308]), "bad_box", "/annotations/1"),
            (row(category_id=4), "unknown_class", "/annotations/1"),
            (row(image_id=8), "unknown_image", "/annotations/1/image_id"),
            (row(image_id=None), "wrong_value", "/annotations/1/image_id"),
            ({"image_id": 7}, "wrong_value", "/annotations/1"),
            (row(attributes=[1]), "wrong_value", "/annotations/1/attributes"),
            (row(score=7), "wrong_value", "/annotations/1/score"),
            (row(attributes={"a": "\x00"}), "nul_character", "/annotations/1"),
            (5, "wrong_value", "/annotations/1"),
            (None, "wrong_value", "/annotations/1"),
        ],
    )
    def test_a_bad_mark_is_named_and_the_others_stay(self, bad_row: Any, code: str, path: str) -> None:
        good, bad, *_ = read(FORMAT, {"a.json": part(annotations=[row(id=1), bad_row, row(id=3)])})
        assert [mark.id for mark in good[0].annotation.marks] == ["1", "3"]
        assert [(fault.code, fault.path, fault.file) for fault in bad] == [(code, path, "a.json")]

    @pytest.mark.parametrize(
        ("bad_image", "code"),
        [
            ({"id": 8}, "wrong_value"),
            ({"id": 8, "file_name": 5}, "wrong_value"),
            ({"id": 7, "file_name": "b.jpg"}, "duplicate_id"),
            ({"id": 8, "file_name": "../b.jpg"}, "path_outside"),
            ({"id": 8, "file_name": "a\x00.jpg"}, "nul_character"),
            ({"id": 8, "file_name": "x" * 2000}, "wrong_value"),
            ([], "wrong_value"),
        ],
    )
    def test_a_bad_image_is_named_and_the_others_stay(self, bad_image: Any, code: str) -> None:
        images = [*part()["images"], bad_image, {"id": 9, "file_name": "c.jpg"}]
        good, bad, *_ = read(FORMAT, {"a.json": part(images=images)})
        assert [item.name for item in good] == ["a.jpg", "c.jpg"]
        assert [fault.code for fault in bad] == [code]

    def test_a_bad_category_is_named(self) -> None:
        categories = [{"id": 3, "name": "Car"}, {"id": 3, "name": "Bus"}, {"id": 4}, {"id": 5, "name": ""}]
        good, bad, _, ontology = read(FORMAT, {"a.json": part(categories=categories, annotations=[row()])})
        assert [each.id for each in ontology.classes] == ["car"]
        assert good[0].annotation.marks[0].class_ == "car"
        assert [(fault.code, fault.path) for fault in bad] == [
            ("duplicate_id", "/categories/1"),
            ("wrong_value", "/categories/2"),
            ("wrong_value", "/categories/3/name"),
        ]


class TestBadFiles:
    @pytest.mark.parametrize(
        ("data", "fault"),
        [
            (b"", FileDamaged),
            (b"   ", FileDamaged),
            (b"{", FileDamaged),
            (b'{"images":[{"id":1,"file_name":"a"', FileDamaged),
            (b"[]", WrongFormat),
            (b'[{"image_id":1,"category_id":1,"bbox":[1,1,1,1],"score":1}]', WrongFormat),
            (b"{}", WrongFormat),
            (b'{"images":{},"annotations":[],"categories":[]}', WrongFormat),
            (b'{"images":[],"annotations":[' + b"[" * 200_000, TooDeep),
            (b'{"images":[],"annotations":[],"x":' + b'{"a":' * 200_000, TooDeep),
            (json.dumps(part()).encode("utf-16"), FormatFault),
        ],
    )
    def test_are_named(self, data: bytes, fault: type[FormatFault]) -> None:
        with pytest.raises(fault) as caught:
            list(FORMAT.read(FileSource(io.BytesIO(data), "a.json")))
        assert caught.value.fields["file"] == "a.json"
        assert caught.value.mend

    def test_floods_of_rows_are_refused(self) -> None:
        data = json.dumps(part(annotations=[row()] * 11)).encode()
        with pytest.raises(OverLimit):
            list(FORMAT.read(FileSource(io.BytesIO(data), "a.json", Limits(rows=10))))

    def test_an_archive_without_json_is_named(self) -> None:
        with pytest.raises(WrongFormat, match="0 JSON files"):
            read(FORMAT, {"a.txt": "x"})


def test_titles_that_clash_come_back_to_their_classes() -> None:
    ontology = Ontology(classes=tuple(ItemClass(id, "Car", "#000000", ("box",)) for id in ("a", "b")))
    _, files = written(FORMAT, [image("a", box(0, 0, 1, 1, "b"))], ontology)
    assert [each["name"] for each in json.loads(files[DEFAULT])["categories"]] == ["Car (a)", "Car (b)"]
    good, *_ = read(FORMAT, files)
    assert good[0].annotation.marks[0].class_ == "b"


LEAVES = Ontology(classes=(ItemClass("leaf", "Leaf", "#2a9d4b", ("mask",)),))


def painted(pixels: Any, x: int = 0, y: int = 0) -> Mark:
    geometry = encoded(np.array(pixels, dtype=np.bool_), x, y)
    assert geometry is not None
    return Mark("m", "mask", "leaf", geometry)


class TestMasks:
    @given(st.data())
    def test_come_back_as_they_were_and_pycocotools_sees_the_same_pixels(self, data: st.DataObject) -> None:
        width, height = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
        flat = data.draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height).filter(any))
        picture = np.zeros((80, 100), dtype=np.bool_)
        x, y = data.draw(st.integers(0, 100 - width)), data.draw(st.integers(0, 80 - height))
        picture[y : y + height, x : x + width] = np.array(flat).reshape(height, width)
        mark = painted(picture)
        _, files = written(FORMAT, [image("a.jpg", mark)], LEAVES)
        (row,) = json.loads(files[DEFAULT])["annotations"]
        assert (row["iscrowd"], row["area"], "shape" in row) == (0, np.count_nonzero(picture), False)
        packed: Any = masks.frPyObjects(row["segmentation"], 80, 100)
        found: Any = masks.decode(packed)
        assert (found == picture).all()
        good, *_ = read(FORMAT, files)
        assert good[0].annotation.marks[0].geometry == mark.geometry
        # The text that pycocotools packs the same pixels into, in a file that has never been here.
        row["segmentation"]["counts"] = packed["counts"].decode()
        document = {**json.loads(files[DEFAULT]), "annotations": [row]}
        good, *_ = read(FORMAT, {DEFAULT: document})
        assert (good[0].annotation.marks[0].kind, good[0].annotation.marks[0].geometry) == ("mask", mark.geometry)

    def test_without_the_size_of_the_image_its_outline_is_written_and_its_shape_beside(self) -> None:
        item = LabeledItem("a", "a", (AssetRecord("a"),), Annotation(marks=(painted([[1, 1]], 3, 4),)))
        _, files = written(FORMAT, [item], LEAVES)
        (row,) = json.loads(files[DEFAULT])["annotations"]
        assert row["segmentation"] == [[3, 4, 5, 4, 5, 5, 3, 5]]
        assert row["shape"]["kind"] == "mask"

    @pytest.mark.parametrize("counts", ["", "~", "0", [3], [0, 0], [9, 9], "o" * 40])
    def test_broken_ones_become_the_box(self, counts: Any) -> None:
        _, files = written(FORMAT, [image("a.jpg", painted([[1, 1]], 3, 4))], LEAVES)
        document = json.loads(files[DEFAULT])
        document["annotations"][0]["segmentation"]["counts"] = counts
        good, _, report, _ = read(FORMAT, {DEFAULT: document})
        assert good[0].annotation.marks[0].kind == "box"
        assert codes(report)["outlines"] == (1, 0)
