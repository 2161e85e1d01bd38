"""Pascal VOC's pictures: the numbers in them, the border, and masks that come back."""

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fairmark.formats.contract import ReadOptions
from fairmark.formats.model import LabeledItem
from fairmark.formats.voc import Voc
from fairmark.formats.voc_pixels import colour_list, palette
from fairmark.ontology.model import Field, FieldKind, ItemClass, Mark, Ontology

from .frames import LEFT_OUT, there_and_back
from .records import CARS, box, codes, edges, image, packed, read
from .strategies import exports_of_every_kind

FORMAT = Voc()
SIZE = (7, 5)
POSE = Field("pose", "Pose", FieldKind.TEXT)
ALL = Ontology(
    classes=(
        ItemClass("car", "Car", "#1f77b4", ("box", "mask", "polygon"), attributes=(POSE,)),
        ItemClass("bus", "Bus", "#ff7f0e", ("mask",)),
    )
)


def mask(x: int, y: int, width: int, height: int, class_id: str = "car", **more: object) -> Mark:
    """A whole rectangle of pixels."""
    geometry = {"x": x, "y": y, "width": width, "height": height, "runs": [0, width * height]}
    return Mark(str(more.pop("id", "m")), "mask", class_id, geometry, **more)  # type: ignore[arg-type]


def numbers_in(data: bytes) -> list[list[int]]:
    """By Pillow alone."""
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.mode == "P"
        assert opened.getpalette() == palette()
        return np.asarray(opened).tolist()


class TestPalette:
    def test_bits_are_dealt_to_red_green_and_blue(self) -> None:
        colours = palette()
        # 1 is the lowest bit, red's highest: 128. 2 green's, 4 blue's. 8 is red's second: 64. 255: three, three, and
        # two bits of blue, which gets two, as eight are dealt to three: 11100000, 11100000, 11000000.
        assert [colours[3 * number : 3 * number + 3] for number in (0, 1, 2, 3, 4, 8, 255)] == [
            [0, 0, 0],
            [128, 0, 0],
            [0, 128, 0],
            [128, 128, 0],
            [0, 0, 128],
            [64, 0, 0],
            [224, 224, 192],
        ]


class TestColourList:
    def test_each_class_has_the_colour_of_its_number(self) -> None:
        assert colour_list(["Car", "a:b", "Bus"]).splitlines() == [
            "# label:color_rgb:parts:actions",
            "background:0,0,0::",
            "Car:128,0,0::",
            "Bus:128,128,0::",
            "ignored:224,224,192::",
        ]


class TestWriting:
    def test_objects_and_classes_have_their_numbers_and_a_border(self) -> None:
        marks = [box(0, 0, 7, 1), mask(1, 1, 2, 2, "bus", id="b"), mask(3, 2, 1, 1, id="c")]
        report, files = packed(FORMAT, [image("x/a.jpg", *marks, size=SIZE, split="train")], ALL)
        # The box is object 1 and has no pixels. The border lies around the two others, and takes none of theirs.
        assert numbers_in(files["SegmentationObject/x/a.png"]) == [
            [255, 255, 255, 255, 0, 0, 0],
            [255, 2, 2, 255, 255, 0, 0],
            [255, 2, 2, 3, 255, 0, 0],
            [255, 255, 255, 255, 255, 0, 0],
            [0, 0, 0, 0, 0, 0, 0],
        ]
        assert numbers_in(files["SegmentationClass/x/a.png"])[2] == [255, 2, 2, 1, 255, 0, 0]
        assert b"<segmented>1</segmented>" in files["Annotations/x/a.xml"]
        assert files["ImageSets/Segmentation/train.txt"] == files["ImageSets/Main/train.txt"] == b"x/a\n"
        assert codes(report) == {"mark_details": (3, 0)}

    def test_images_of_boxes_alone_have_no_pictures(self) -> None:
        _, files = packed(FORMAT, [image("a.jpg", box(1, 1, 2, 2), size=SIZE)], ALL)
        assert not [path for path in files if "Segmentation" in path]
        assert b"<segmented>0</segmented>" in files["Annotations/a.xml"]

    def test_what_loses_pixels_is_counted(self) -> None:
        ring = [[0, 0], [3, 0], [3, 3], [0, 3]]
        marks = [mask(0, 0, 2, 2), mask(1, 1, 2, 2, z=1), Mark("p", "polygon", "car", {"parts": [[ring]]}, z=2)]
        report, files = packed(FORMAT, [image("a.jpg", *marks, size=SIZE)], ALL)
        # The polygon lies over both masks, and the second mask over a pixel of the first.
        assert {number for row in numbers_in(files["SegmentationObject/a.png"]) for number in row} == {0, 3, 255}
        assert codes(report) == {"mark_details": (3, 0), "outlines": (1, 0), "overlaps": (2, 0)}

    def test_object_255_is_a_box_alone(self) -> None:
        marks = [mask(number % 20, number // 20, 1, 1, id=str(number)) for number in range(255)]
        report, _ = packed(FORMAT, [image("a.jpg", *marks, size=(20, 13))], ALL)
        assert codes(report)["outlines"] == (1, 0)

    def test_a_mask_of_an_image_without_a_size_is_a_box(self) -> None:
        report, files = packed(FORMAT, [image("a.jpg", mask(1, 1, 2, 2), size=None)], ALL)
        assert b"<xmax>3</xmax>" in files["Annotations/a.xml"]
        assert codes(report)["outlines"] == (1, 0)


class TestThereAndBack:
    @given(st.lists(st.booleans(), min_size=12, max_size=12))
    def test_a_mask_comes_back_pixel_for_pixel(self, on: list[bool]) -> None:
        on[0] = on[-1] = True
        pixels = [0, *[len(run) for run in _runs(on)]]
        geometry = {"x": 2, "y": 1, "width": 4, "height": 3, "runs": pixels}
        marks = [box(0, 0, 7, 1), Mark("m", "mask", "car", geometry, {"pose": "Left"})]
        _, files = packed(FORMAT, [image("a.jpg", *marks, size=SIZE)], ALL)
        good, bad, *_ = read(FORMAT, files)
        assert bad == []
        first, second = good[0].annotation.marks
        assert (first.kind, second.kind, second.geometry, second.attributes) == (
            "box",
            "mask",
            geometry,
            {"pose": "Left"},
        )

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(exports_of_every_kind())
    def test_every_difference_is_declared(self, export: tuple[Ontology, list[LabeledItem]]) -> None:
        framed = there_and_back(FORMAT, export, (*LEFT_OUT, "tags", "outside_image"))
        if not framed.complete or framed.declared.keys() & {"tags", "outside_image"}:
            return
        for pair in framed.pairs:
            for mark, other in pair.marks():
                assert other.class_ == mark.class_
                if mark.kind == other.kind == "mask" and "overlaps" not in framed.declared:
                    assert other.geometry == mark.geometry
                elif mark.kind != "box":
                    assert {"outlines", "overlaps"} & framed.declared.keys()


class TestReading:
    def test_masks_of_classes_that_take_none_are_boxes(self) -> None:
        _, files = packed(FORMAT, [image("a.jpg", mask(1, 1, 2, 3), size=SIZE)], ALL)
        good, bad, report, _ = read(FORMAT, files, ReadOptions(ontology=CARS))
        assert bad == []
        assert [edges(mark) for mark in good[0].annotation.marks] == [(1, 1, 2, 3)]
        assert codes(report) == {"outlines": (1, 0)}

    @pytest.mark.parametrize("data", [b"no png", None])
    def test_a_bad_picture_is_named_and_the_boxes_stay(self, data: bytes | None) -> None:
        _, files = packed(FORMAT, [image("a.jpg", mask(1, 1, 2, 3), size=SIZE)], ALL)
        other = packed(FORMAT, [image("a.jpg", mask(1, 1, 2, 3), size=(9, 9))], ALL)[1]
        picture = "SegmentationObject/a.png"
        good, bad, *_ = read(FORMAT, files | {picture: other[picture] if data is None else data})
        assert [edges(mark) for mark in good[0].annotation.marks] == [(1, 1, 2, 3)]
        assert [(fault.code, fault.file) for fault in bad] == [("file_damaged", picture)]


def _runs(on: list[bool]) -> list[list[bool]]:
    """Neighbours that are equal, together."""
    runs: list[list[bool]] = []
    for each in on:
        if runs and runs[-1][0] == each:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs
