"""Our files, read by readers that others wrote: what they find is what the marks say.

labelformat and globox read boxes, outlines and masks; COCO's own reader is asked in test_coco.py. The heavy ones
(Datumaro, supervision) bundle libraries that no permissive licence covers; docs/formats.md says what they read by hand.
"""

from pathlib import Path
from typing import Any

import globox
import numpy as np
import pytest
from labelformat.formats.coco import COCOInstanceSegmentationInput, COCOObjectDetectionInput
from labelformat.formats.cvat import CVATObjectDetectionInput
from labelformat.formats.pascalvoc import PascalVOCObjectDetectionInput
from labelformat.formats.semantic_segmentation.pascalvoc import PascalVOCSemanticSegmentationInput
from labelformat.formats.yolov8 import YOLOv8InstanceSegmentationInput, YOLOv8ObjectDetectionInput
from labelformat.model.binary_mask_segmentation import BinaryMaskSegmentation
from labelformat.model.multipolygon import MultiPolygon
from PIL import Image

from fairmark.formats.contract import WriteOptions
from fairmark.formats.model import AssetRecord
from fairmark.formats.registry import FORMATS
from fairmark.formats.sink import FolderSink
from fairmark.ontology.model import ItemClass, Mark, Ontology

from .records import box, image

KINDS = ("box", "polygon", "mask")
ONTOLOGY = Ontology(classes=(ItemClass("car", "Car", "#1f77b4", KINDS), ItemClass("bus", "Big Bus", "#2ca02c", KINDS)))
CAR, BUS = box(10.5, 20.25, 30, 40.125), box(0, 0, 100, 80, "bus", id="n")
OUTLINE = Mark("o", "polygon", "bus", {"parts": [[[[1, 2], [30.5, 2], [30.5, 40]]]]})
MASK = Mark("p", "mask", "car", {"x": 3, "y": 4, "width": 3, "height": 2, "runs": [0, 2, 1, 3]})
"""Row 4 of columns 3 and 4, row 5 of columns 3 to 5."""


def exported(name: str, folder: Path, *marks: Mark) -> Path:
    """An export of one image of 100 by 80, with the image where tools expect it."""

    def place(path: str, asset: AssetRecord) -> None:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (asset.width or 1, asset.height or 1)).save(target)

    items = [image("a.jpg", *marks, split="train")]
    FORMATS[name].write(items, ONTOLOGY, FolderSink(folder), WriteOptions(place_image=place))
    return folder


def told(reader: Any) -> list[tuple[str, list[float]]]:
    """(class, [left, top, right, bottom]) of each object that labelformat finds."""
    (found,) = reader.get_labels()
    assert (found.image.width, found.image.height) == (100, 80)
    return [
        (each.category.name, [each.box.xmin, each.box.ymin, each.box.xmax, each.box.ymax]) for each in found.objects
    ]


def seen(found: globox.AnnotationSet) -> list[tuple[str, list[float]]]:
    """The same of what globox finds."""
    (annotation,) = found
    assert annotation.image_size == (100, 80)
    return [(str(each.label), [each.xmin, each.ymin, each.xmax, each.ymax]) for each in annotation.boxes]


def outlines(reader: Any) -> list[tuple[str, list[tuple[float, float]]]]:
    """(class, points) of each object that labelformat finds an outline of."""
    (found,) = reader.get_labels()
    return [
        (each.category.name, ring)
        for each in found.objects
        if isinstance(each.segmentation, MultiPolygon)
        for ring in each.segmentation.polygons
    ]


def masks(reader: Any) -> list[tuple[str, list[tuple[int, int]]]]:
    """(class, pixels as row and column) of each object that labelformat finds a mask of."""
    (found,) = reader.get_labels()
    return [
        (
            each.category.name,
            [(int(row), int(column)) for row, column in np.argwhere(each.segmentation.get_binary_mask())],
        )
        for each in found.objects
        if isinstance(each.segmentation, BinaryMaskSegmentation)
    ]


# 10.5 + 30 and 20.25 + 40.125.
BOXES: list[tuple[str, list[float]]] = [("Car", [10.5, 20.25, 40.5, 60.375]), ("Big Bus", [0, 0, 100, 80])]


def near(boxes: list[tuple[str, list[float]]]) -> Any:
    return [(name, pytest.approx(edges, abs=1e-4)) for name, edges in boxes]


class TestCoco:
    def test_boxes(self, tmp_path: Path) -> None:
        file = exported("coco", tmp_path, CAR, BUS) / "annotations/instances_train.json"
        assert told(COCOObjectDetectionInput(file)) == BOXES
        assert seen(globox.AnnotationSet.from_coco(file)) == near(BOXES)

    def test_outlines(self, tmp_path: Path) -> None:
        file = exported("coco", tmp_path, OUTLINE) / "annotations/instances_train.json"
        assert outlines(COCOInstanceSegmentationInput(file)) == [("Big Bus", [(1, 2), (30.5, 2), (30.5, 40)])]

    def test_run_lengths(self, tmp_path: Path) -> None:
        # The reader takes run lengths for crowds alone.
        crowd = box(3, 4, 2, 3, attributes={"iscrowd": True})
        file = exported("coco", tmp_path, crowd) / "annotations/instances_train.json"
        ((name, pixels),) = masks(COCOInstanceSegmentationInput(file))
        # Columns 3 and 4 of rows 4 to 6.
        assert (name, pixels) == ("Car", [(4, 3), (4, 4), (5, 3), (5, 4), (6, 3), (6, 4)])


class TestYolo:
    def test_boxes(self, tmp_path: Path) -> None:
        folder = exported("yolo", tmp_path, CAR, BUS)
        assert told(YOLOv8ObjectDetectionInput(folder / "data.yaml", "train")) == near(BOXES)
        read = globox.AnnotationSet.from_yolo_v5(folder / "labels/train", image_folder=folder / "images/train")
        # globox knows the numbers of the classes alone.
        assert seen(read) == near([("0", BOXES[0][1]), ("1", BOXES[1][1])])

    def test_outlines(self, tmp_path: Path) -> None:
        folder = exported("yolo_segment", tmp_path, OUTLINE)
        ((name, ring),) = outlines(YOLOv8InstanceSegmentationInput(folder / "data.yaml", "train"))
        assert name == "Big Bus"
        assert np.array(ring) == pytest.approx(np.array([(1, 2), (30.5, 2), (30.5, 40)]), abs=1e-5)


class TestVoc:
    def test_boxes(self, tmp_path: Path) -> None:
        folder = exported("voc", tmp_path, CAR, BUS)
        # Pixels count from 1: 10.5 to 40.5 is rounded to 11 to 41, which begins with pixel 12.
        expected: list[tuple[str, list[float]]] = [("Car", [12, 21, 41, 60]), ("Big Bus", [1, 1, 100, 80])]
        assert told(PascalVOCObjectDetectionInput(folder / "Annotations", "Car,Big Bus")) == expected
        assert seen(globox.AnnotationSet.from_pascal_voc(folder / "Annotations")) == expected

    def test_pixels(self, tmp_path: Path) -> None:
        folder = exported("voc", tmp_path, MASK)
        names = {0: "background", 1: "Car", 2: "Big Bus", 255: "border"}
        read = PascalVOCSemanticSegmentationInput.from_dirs(
            folder / "JPEGImages", folder / "SegmentationClass", class_id_to_name=names
        )
        assert dict(masks(read))["Car"] == [(4, 3), (4, 4), (5, 3), (5, 4), (5, 5)]


class TestCvat:
    def test_boxes(self, tmp_path: Path) -> None:
        file = exported("cvat", tmp_path, CAR, BUS, OUTLINE, MASK) / "annotations.xml"
        assert told(CVATObjectDetectionInput(file)) == BOXES
        assert seen(globox.AnnotationSet.from_cvat(file)) == BOXES
