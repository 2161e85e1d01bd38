"""COCO panoptic: what stands in the file and in its pictures, what comes back, and what is refused."""

import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from fairmark.formats.coco_panoptic import CocoPanoptic
from fairmark.formats.contract import ReadOptions
from fairmark.formats.model import LabeledItem, WrongFormat
from fairmark.ontology.model import Field, FieldKind, ItemClass, Mark, Ontology

from .frames import LEFT_OUT, there_and_back
from .records import CARS, box, codes, edges, image, packed, read
from .strategies import exports_of_every_kind

FORMAT = CocoPanoptic()
SIZE = (6, 4)
KINDS = ("mask", "polygon", "box", "tag")
ALL = Ontology(
    classes=(
        ItemClass("car", "Car", "#1f77b4", KINDS, attributes=(Field("iscrowd", "Crowd", FieldKind.BOOLEAN),)),
        ItemClass("sky", "Sky", "#ff7f0e", ("mask",), instances=False),
    )
)
LEFT_OUT_HERE = (*LEFT_OUT, "tags", "size_unknown", "hidden", "stuff_joined")


def mask(x: int, y: int, width: int, height: int, class_id: str = "car", **more: Any) -> Mark:
    """A whole rectangle of pixels."""
    geometry = {"x": x, "y": y, "width": width, "height": height, "runs": [0, width * height]}
    return Mark(more.pop("id", "m"), "mask", class_id, geometry, **more)


def picture(rows: list[list[int]]) -> bytes:
    """A PNG with the numbers as the format has them."""
    numbers = np.array(rows)
    colours = np.stack([numbers % 256, numbers // 256 % 256, numbers // 65536], axis=2).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(colours).save(file, "PNG")
    return file.getvalue()


def numbers_in(data: bytes) -> list[list[int]]:
    """By Pillow alone: red + 256 green + 65536 blue."""
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.mode == "RGB"
        colours = np.asarray(opened).astype(int)
    return (colours @ np.array([1, 256, 65536])).tolist()


def file_of(*segments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A file with one image of 3 x 2 pixels, as COCO's own are."""
    return {
        "images": [{"id": 7, "file_name": "a.jpg", "width": 3, "height": 2}],
        "annotations": [{"image_id": 7, "file_name": "a.png", "segments_info": list(segments)}],
        "categories": [
            {"id": 3, "name": "car", "supercategory": "vehicle", "isthing": 1},
            {"id": 90, "name": "sky", "isthing": 0},
        ],
        **more,
    }


def segment(id: int, category: int = 3, **more: Any) -> dict[str, Any]:
    return {"id": id, "category_id": category, "iscrowd": 0, "bbox": [0, 0, 1, 1], "area": 1, **more}


class TestWriting:
    def test_the_file_says_images_segments_and_categories(self) -> None:
        marks = [mask(0, 0, 6, 2, "sky", id="s"), mask(1, 1, 2, 2, id="c", z=1, attributes={"iscrowd": True})]
        report, files = packed(FORMAT, [image("cam/a.jpg", *marks, size=SIZE, split="train")], ALL)
        content = json.loads(files["annotations/panoptic_train.json"])
        assert content["images"] == [{"id": 1, "file_name": "cam/a.jpg", "width": 6, "height": 4}]
        assert content["annotations"] == [
            {
                "image_id": 1,
                "file_name": "cam/a.png",
                "segments_info": [
                    # Two rows of six, less the two pixels under the car.
                    {"id": 1, "category_id": 2, "iscrowd": 0, "bbox": [0, 0, 6, 2], "area": 10},
                    {"id": 2, "category_id": 1, "iscrowd": 1, "bbox": [1, 1, 2, 2], "area": 4},
                ],
            }
        ]
        assert content["categories"] == [
            {"id": 1, "name": "Car", "supercategory": "", "isthing": 1, "color": [31, 119, 180]},
            {"id": 2, "name": "Sky", "supercategory": "", "isthing": 0, "color": [255, 127, 14]},
        ]
        assert numbers_in(files["annotations/panoptic_train/cam/a.png"]) == [
            [1, 1, 1, 1, 1, 1],
            [1, 2, 2, 1, 1, 1],
            [0, 2, 2, 0, 0, 0],
            [0, 0, 0, 0, 0, 0],
        ]
        assert codes(report) == {"mark_details": (2, 0), "overlaps": (1, 0)}

    def test_numbers_above_a_byte_go_on_in_green(self) -> None:
        marks = [mask(place % 20, place // 20, 1, 1, id=str(place)) for place in range(260)]
        _, files = packed(FORMAT, [image("a.jpg", *marks, size=(20, 13))], ALL)
        found = numbers_in(files["annotations/panoptic_default/a.png"])
        assert [number for row in found for number in row] == list(range(1, 261))

    def test_an_outline_is_the_pixels_whose_centre_it_covers(self) -> None:
        # From 0.6 to 3.5 across: the centres at 1.5 and 2.5; that at 3.5, on the right edge, is out. From 1 to 2 down.
        ring = [[0.6, 1], [3.5, 1], [3.5, 2], [0.6, 2]]
        report, files = packed(
            FORMAT, [image("a.jpg", Mark("m", "polygon", "car", {"parts": [[ring]]}), size=SIZE)], ALL
        )
        assert numbers_in(files["annotations/panoptic_default/a.png"])[1] == [0, 1, 1, 0, 0, 0]
        assert codes(report) == {"mark_details": (1, 0), "outlines": (1, 0)}

    def test_stuff_of_one_class_is_one_segment(self) -> None:
        marks = [mask(0, 0, 2, 1, "sky", id="a"), mask(4, 0, 2, 1, "sky", id="b")]
        report, files = packed(FORMAT, [image("a.jpg", *marks, size=SIZE)], ALL)
        (info,) = json.loads(files["annotations/panoptic_default.json"])["annotations"][0]["segments_info"]
        assert (info["id"], info["bbox"], info["area"]) == (1, [0, 0, 6, 1], 4)
        assert numbers_in(files["annotations/panoptic_default/a.png"])[0] == [1, 1, 0, 0, 1, 1]
        assert codes(report) == {"mark_details": (2, 0), "stuff_joined": (1, 0)}
        assert report.marks == 1

    @pytest.mark.parametrize(
        ("mark", "code"),
        [
            (box(1, 1, 2, 2), "mark_kinds"),
            (Mark("m", "tag", "car"), "tags"),
            (mask(5, 0, 2, 1), "bad_geometry"),
            (mask(-1, 0, 2, 1), "bad_geometry"),
            (Mark("m", "mask", "car", {"x": 0, "y": 0, "width": 2, "height": 1, "runs": [0, 1, 0, 1]}), "bad_geometry"),
            (mask(0, 0, 1, 1, "none"), "class_unknown"),
            (Mark("m", "polygon", "sky", {"parts": [[[[0, 0], [1, 0], [1, 1]]]]}), "class_unknown"),
            (Mark("m", "polygon", "car", {"parts": [[[[0.6, 0], [0.9, 0], [0.9, 1]]]]}), "hidden"),
        ],
    )
    def test_what_cannot_be_told_is_left_out_and_counted(self, mark: Mark, code: str) -> None:
        report, files = packed(FORMAT, [image("a.jpg", mark, size=SIZE)], ALL)
        assert json.loads(files["annotations/panoptic_default.json"])["annotations"][0]["segments_info"] == []
        assert codes(report) == {code: (1, 0)}

    def test_images_without_a_size_or_too_large_are_left_out(self) -> None:
        items = [image("a.jpg", mask(0, 0, 1, 1), size=None), image("b.jpg", size=(2**14, 2**13))]
        report, files = packed(FORMAT, items, ALL)
        assert json.loads(files["annotations/panoptic_default.json"])["images"] == []
        assert codes(report) == {"size_unknown": (1, 2)}


class TestThereAndBack:
    def test_masks_come_back_as_they_were(self) -> None:
        ring = {"x": 1, "y": 0, "width": 3, "height": 3, "runs": [0, 4, 1, 4]}
        marks = [
            Mark("1", "mask", "car", ring, {"iscrowd": True}),
            mask(2, 1, 1, 1, id="2"),
            mask(5, 0, 1, 4, "sky", id="3"),
        ]
        _, files = packed(FORMAT, [image("a.jpg", *marks, size=SIZE, split="val")], ALL)
        good, bad, _, ontology = read(FORMAT, files)
        assert bad == []
        (item,) = good
        told = [(mark.id, mark.kind, mark.class_, mark.geometry, mark.attributes) for mark in item.annotation.marks]
        assert told == [(mark.id, mark.kind, mark.class_, mark.geometry, mark.attributes) for mark in marks]
        assert (item.external_id, item.name, item.split) == ("id of a.jpg", "a.jpg", "val")
        assert ontology == ALL

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(exports_of_every_kind())
    def test_every_difference_is_declared(self, export: tuple[Ontology, list[LabeledItem]]) -> None:
        framed = there_and_back(FORMAT, export, LEFT_OUT_HERE, needs_size=True)
        if not framed.complete:
            return
        for pair in framed.pairs:
            for mark, other in pair.marks():
                assert other.class_ == mark.class_
                if mark.kind == other.kind == "mask" and "overlaps" not in framed.declared:
                    assert other.geometry == mark.geometry
                if "attributes" not in framed.declared:
                    assert other.attributes == mark.attributes


class TestReading:
    def test_a_file_of_coco(self) -> None:
        rows = [[70000, 70000, 0], [70000, 300, 300]]
        files = {
            "x/annotations/panoptic_val.json": file_of(segment(70000), segment(300, 90), info={}),
            "x/annotations/panoptic_val/a.png": picture(rows),
        }
        good, bad, report, ontology = read(FORMAT, files)
        assert bad == []
        (item,) = good
        assert (item.name, item.split, item.assets[0].width) == ("a.jpg", "val", 3)
        told = [(mark.id, mark.class_, mark.geometry) for mark in item.annotation.marks]
        assert told == [
            ("70000", "car", {"x": 0, "y": 0, "width": 2, "height": 2, "runs": [0, 3, 1]}),
            ("300", "sky", {"x": 1, "y": 1, "width": 2, "height": 1, "runs": [0, 2]}),
        ]
        assert [(each.id, each.instances, each.marks) for each in ontology.classes] == [
            ("car", True, ("mask",)),
            ("sky", False, ("mask",)),
        ]
        assert codes(report) == {"supercategories": (0, 0)}

    def test_pictures_may_stand_elsewhere_and_images_may_have_none(self) -> None:
        content = file_of(segment(1))
        content["images"].append({"id": 8, "file_name": "b.jpg"})
        files = {"panoptic.json": content, "images/a.png": b"", "masks/a.png": picture([[1, 0, 0], [0, 0, 0]])}
        good, bad, *_ = read(FORMAT, files)
        assert bad == []
        assert [(item.name, len(item.annotation.marks)) for item in good] == [("a.jpg", 1), ("b.jpg", 0)]

    def test_what_list_and_picture_do_not_share_is_counted(self) -> None:
        files = {
            "panoptic_val.json": file_of(segment(1), segment(2)),
            "panoptic_val/a.png": picture([[1, 3, 0], [0, 0, 0]]),
        }
        good, _, report, _ = read(FORMAT, files)
        assert [mark.id for mark in good[0].annotation.marks] == ["1"]
        lost = codes(report)
        assert (lost["no_pixels"], lost["unlisted"]) == ((1, 0), (0, 1))

    def test_segments_of_classes_that_take_no_masks(self) -> None:
        files = {
            "panoptic_val.json": file_of(segment(1), segment(2, 90)),
            "panoptic_val/a.png": picture([[0, 1, 1], [2, 0, 0]]),
        }
        mine = Ontology(classes=(*CARS.classes, ItemClass("sky", "Sky", "#000000", ("tag",))))
        good, _, report, _ = read(FORMAT, files, ReadOptions(ontology=mine))
        assert [edges(mark) for mark in good[0].annotation.marks] == [(1, 0, 2, 1)]
        assert codes(report)["kinds_refused"] == (2, 0)

    @pytest.mark.parametrize(
        "files",
        [
            {},
            {"a.png": b"no png"},
            {"a.png": picture([[1, 0]])},
            {"a.png": picture([[1, 0, 0], [0, 0, 0]])[:45]},
        ],
    )
    def test_a_bad_picture_costs_its_image(self, files: dict[str, bytes]) -> None:
        content = file_of(segment(1))
        content["images"].append({"id": 8, "file_name": "b.jpg"})
        placed = {f"panoptic_val/{path}": data for path, data in files.items()}
        good, bad, *_ = read(FORMAT, {"panoptic_val.json": content, **placed})
        assert [item.name for item in good] == ["b.jpg"]
        assert [(fault.code, fault.file.endswith("a.png")) for fault in bad] == [("file_damaged", True)]

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"annotations": [{"image_id": 9, "file_name": "a.png", "segments_info": []}]}, "unknown_image"),
            ({"annotations": [{"image_id": 7, "file_name": "a.png"}]}, "wrong_value"),
            ({"annotations": [{"image_id": 7, "file_name": "../a.png", "segments_info": []}]}, "path_outside"),
            ({"images": [{"id": 7, "file_name": "a.jpg"}, {"id": 7, "file_name": "b.jpg"}]}, "duplicate_id"),
            ({"images": [{"id": 7, "file_name": "a\u0000.jpg"}]}, "file_damaged"),
            ({"categories": [{"id": 3}]}, "wrong_value"),
        ],
    )
    def test_bad_rows_are_named(self, more: dict[str, Any], code: str) -> None:
        files = {
            "panoptic_val.json": file_of(segment(1), **more),
            "panoptic_val/a.png": picture([[1, 0, 0], [0, 0, 0]]),
        }
        _, bad, *_ = read(FORMAT, files)
        assert bad[0].code == code

    @pytest.mark.parametrize("content", ["[]", "5", '{"images": [], "annotations": []}', '{"images": 1}'])
    def test_other_json_is_named(self, content: str) -> None:
        with pytest.raises(WrongFormat):
            read(FORMAT, {"a.json": content})
