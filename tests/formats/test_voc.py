"""Pascal VOC: what stands in the files, both ways to count pixels, and what is refused."""

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.formats.contract import ReadOptions
from fairmark.formats.model import AssetRecord, LabeledItem, WrongFormat
from fairmark.formats.voc import Voc
from fairmark.ontology.model import ItemClass, Mark, Ontology

from .records import CARS, box, codes, edges, image, read, written
from .strategies import TITLES

FORMAT = Voc()


def annotation(
    *objects: str, name: str = "a.jpg", size: str = "<size><width>100</width><height>80</height></size>"
) -> str:
    return f"<annotation><filename>{name}</filename>{size}{''.join(objects)}</annotation>"


def thing(edges: str = "11 21 40 60", name: str = "Car", more: str = "") -> str:
    tags = ("xmin", "ymin", "xmax", "ymax")
    inner = "".join(f"<{tag}>{value}</{tag}>" for tag, value in zip(tags, edges.split(), strict=True))
    return f"<object><name>{name}</name>{more}<bndbox>{inner}</bndbox></object>"


def only(files: dict[str, Any], options: ReadOptions | None = None) -> LabeledItem:
    good, bad, *_ = read(FORMAT, files, options)
    assert bad == []
    (item,) = good
    return item


class TestWriting:
    def test_pixels_count_from_one_and_the_last_is_inside(self) -> None:
        # From 10 to 40 across are the pixels 10 to 39, which VOC counts as 11 to 40.
        _, files = written(FORMAT, [image("a.jpg", box(10, 20, 30, 40))])
        root = ElementTree.fromstring(files["Annotations/a.xml"])
        assert root.findtext("filename") == "a.jpg"
        assert [root.findtext(f"size/{tag}") for tag in ("width", "height", "depth")] == ["100", "80", "3"]
        assert root.findtext("object/name") == "Car"
        assert [root.findtext(f"object/bndbox/{tag}") for tag in ("xmin", "ymin", "xmax", "ymax")] == [
            "11",
            "21",
            "40",
            "60",
        ]
        assert [root.findtext(f"object/{tag}") for tag in ("pose", "truncated", "difficult", "occluded")] == [
            "Unspecified",
            "0",
            "0",
            "0",
        ]

    def test_flags_and_pose_are_kept_and_the_rest_is_counted(self) -> None:
        kept = box(1, 1, 2, 2, attributes={"truncated": True, "difficult": True, "pose": "Left <&>"})
        lost = box(1, 1, 2, 2, attributes={"occluded": False, "color": "red"})
        report, files = written(FORMAT, [image("a.jpg", kept, lost)])
        first, second = ElementTree.fromstring(files["Annotations/a.xml"]).findall("object")
        assert [first.findtext(tag) for tag in ("pose", "truncated", "difficult", "occluded")] == [
            "Left <&>",
            "1",
            "1",
            "0",
        ]
        assert second.findtext("pose") == "Unspecified"
        assert codes(report)["attributes"] == (1, 0)

    def test_lists_name_the_images_of_each_split(self) -> None:
        items = [
            image("b/a.jpg", split="train"),
            image("c.jpg", split="val"),
            image("ä.jpg", split="train"),
            image("d.jpg"),
        ]
        _, files = written(FORMAT, items)
        lists = {path: text for path, text in files.items() if path.startswith("ImageSets")}
        assert lists == {
            "ImageSets/Main/train.txt": "b/a\nä\n",
            "ImageSets/Main/val.txt": "c\n",
            "ImageSets/Main/default.txt": "d\n",
        }
        good, *_ = read(FORMAT, files)
        assert {item.name: item.split for item in good} == {
            "b/a.jpg": "train",
            "c.jpg": "val",
            "ä.jpg": "train",
            "d.jpg": None,
        }

    @pytest.mark.parametrize(
        ("edges", "code", "pixels"),
        [
            ((10.4, 10, 5, 5), "rounded", ("11", "15")),
            ((10.5, 10, 5, 5), "rounded", ("12", "16")),
            ((10.7, 10, 0.2, 5), "thin_boxes", ("11", "11")),
            ((-5, 10, 10, 5), "clipped", ("1", "5")),
            ((99.9, 10, 10, 5), "thin_boxes", ("100", "100")),
        ],
    )
    def test_changes_of_boxes_are_counted(
        self, edges: tuple[float, float, float, float], code: str, pixels: tuple[str, str]
    ) -> None:
        report, files = written(FORMAT, [image("a.jpg", box(*edges))])
        root = ElementTree.fromstring(files["Annotations/a.xml"])
        assert (root.findtext("object/bndbox/xmin"), root.findtext("object/bndbox/xmax")) == pixels
        assert codes(report)[code] == (1, 0)

    def test_boxes_outside_are_dropped_but_not_if_nobody_knows_the_size(self) -> None:
        report, files = written(
            FORMAT, [image("a.jpg", box(200, 0, 5, 5)), image("b.jpg", box(200, 0, 5, 5), size=None)]
        )
        assert "<object>" not in files["Annotations/a.xml"]
        assert "<xmin>201</xmin>" in files["Annotations/b.xml"]
        assert codes(report)["outside_image"] == (1, 0)
        assert codes(report)["size_unknown"] == (0, 1)

    @given(st.lists(TITLES, min_size=1, max_size=6))
    def test_any_title_survives_the_xml(self, titles: list[str]) -> None:
        ontology = Ontology(classes=tuple(ItemClass(f"c{n}", t, "#000000", ("box",)) for n, t in enumerate(titles)))
        marks = [box(1, 1, 2, 2, each.id) for each in ontology.classes]
        files = written(FORMAT, [image("a.jpg", *marks)], ontology)[1]
        assert [mark.class_ for mark in only(files).annotation.marks] == [each.id for each in ontology.classes]


class TestReading:
    def test_pixels_from_one_or_from_zero(self) -> None:
        files = {"Annotations/a.xml": annotation(thing("11 21 40 60"))}
        assert edges(only(files).annotation.marks[0]) == (10, 20, 30, 40)
        # From zero, with the last number on the edge: 11 to 40 is 29 wide.
        assert edges(only(files, ReadOptions(voc_zero_based=True)).annotation.marks[0]) == (11, 21, 29, 39)

    def test_numbers_with_fractions(self) -> None:
        assert edges(only({"a.xml": annotation(thing("1.5 2 10.25 20"))}).annotation.marks[0]) == (0.5, 1, 9.75, 19)

    def test_flags_and_pose(self) -> None:
        more = "<truncated>1</truncated><difficult>0</difficult><occluded> TRUE </occluded><pose>Frontal</pose>"
        good, _, _, ontology = read(FORMAT, {"a.xml": annotation(thing(more=more))})
        assert good[0].annotation.marks[0].attributes == {"truncated": True, "occluded": True, "pose": "Frontal"}
        assert [field.id for field in ontology.classes[0].attributes] == ["truncated", "occluded", "pose"]

    @pytest.mark.parametrize(
        ("path", "file_name", "name"),
        [
            ("Annotations/a.xml", "a.jpg", "a.jpg"),
            ("set/Annotations/x/a.xml", "a.png", "x/a.png"),
            ("set/Annotations/x/a.xml", "x/a.png", "x/a.png"),
            ("a.xml", "", "a.jpg"),
            ("a.xml", "other.bmp", "a.bmp"),
            ("a.xml", "a", "a"),
            ("a.xml", "C:\\data\\a.jpg", "data/a.jpg"),
        ],
    )
    def test_names_come_from_the_place_and_the_file_name(self, path: str, file_name: str, name: str) -> None:
        assert only({path: annotation(name=file_name)}).name == name

    @pytest.mark.parametrize(
        "size", ["", "<size/>", "<size><width>0</width><height>80</height></size>", "<size><width>x</width></size>"]
    )
    def test_sizes_may_be_missing(self, size: str) -> None:
        files = {"a.xml": annotation(size=size)}
        assert only(files).assets == (AssetRecord("a.jpg"),)
        known = AssetRecord("a.jpg", 7, 8)
        assert only(files, ReadOptions(find_asset=lambda _: known)).assets == (known,)

    def test_lists_of_classes_are_no_splits(self) -> None:
        files = {
            "VOC/Annotations/a.xml": annotation(),
            "VOC/Annotations/b.xml": annotation(name="b.jpg"),
            "VOC/ImageSets/Main/car_train.txt": "a -1\nb  1\n",
            "VOC/ImageSets/Main/trainval.txt": "a\nb\n",
            "VOC/ImageSets/Main/val.txt": "\r\nb\r\n",
            "VOC/ImageSets/Layout/train.txt": "a\n",
        }
        good, *_ = read(FORMAT, files)
        assert {item.name: item.split for item in good} == {"a.jpg": None, "b.jpg": "val"}

    def test_outlines_and_parts_are_counted_as_lost(self) -> None:
        more = "<polygon><x1>1</x1></polygon><part><name>head</name></part>"
        _, _, report, _ = read(FORMAT, {"a.xml": annotation(thing(more=more))})
        assert codes(report) == {"outlines": (1, 0), "parts": (1, 0)}


class TestBadRows:
    @pytest.mark.parametrize(
        "bad_object",
        [
            thing("5 5 4 9"),
            thing("5 5 nan 9"),
            thing("5 5 inf 9"),
            thing("5 5 x 9"),
            thing(name=""),
            thing(name="x" * 300),
            "<object><name>Car</name></object>",
            "<object><name>Car</name><bndbox><xmin>1</xmin></bndbox></object>",
            "<object/>",
        ],
    )
    def test_a_bad_object_is_named_and_the_others_stay(self, bad_object: str) -> None:
        text = "\n".join([annotation(thing("1 1 2 2"), "\n" + bad_object, "\n" + thing("3 3 4 4"))])
        good, bad, *_ = read(FORMAT, {"a.xml": text})
        assert [mark.id for mark in good[0].annotation.marks] == ["1", "3"]
        assert [(fault.code, fault.file, fault.line) for fault in bad] == [("file_damaged", "a.xml", 2)]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "file_damaged"),
            ("<annotation>", "file_damaged"),
            ("<annotations/>", "wrong_format"),
            ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation/>', "unsafe_xml"),
            ("<a>" * 10_000, "too_deep"),
            (annotation(name="../a.jpg"), "path_outside"),
            (b"\xff\xfe\x00", "file_damaged"),
        ],
    )
    def test_a_bad_file_is_named_and_the_others_stay(self, text: str | bytes, code: str) -> None:
        good, bad, *_ = read(FORMAT, {"a.xml": text, "b.xml": annotation(name="b.jpg")})
        assert [item.name for item in good] == ["b.jpg"]
        assert [(fault.code, fault.file) for fault in bad] == [(code, "a.xml")]

    def test_archives_of_other_things_are_named(self) -> None:
        with pytest.raises(WrongFormat, match="no XML"):
            read(FORMAT, {"a.json": {}})


@given(st.lists(st.tuples(*[st.floats(0, 79) for _ in range(2)], *[st.floats(1, 30) for _ in range(2)]), max_size=5))
def test_boxes_come_back_within_half_a_pixel(boxes: list[tuple[float, float, float, float]]) -> None:
    marks: list[Mark] = [box(*each) for each in boxes]
    files = written(FORMAT, [image("a.jpg", *marks, size=(200, 200))], CARS)[1]
    for mark, other in zip(marks, only(files).annotation.marks, strict=True):
        x, y, w, h = edges(mark)
        left, top, width, height = edges(other)
        assert max(abs(left - x), abs(top - y), abs(left + width - x - w), abs(top + height - y - h)) <= 0.5 + 1e-9
