"""CVAT's XML: what stands in the file, what comes back, and what is refused."""

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairmark.formats.contract import ReadOptions
from fairmark.formats.cvat import Cvat
from fairmark.formats.model import LabeledItem, WrongFormat
from fairmark.ontology.model import Field, FieldKind, ItemClass, Mark, Ontology

from .frames import there_and_back
from .records import CARS, box, codes, edges, image, read, written
from .shapes import FIELDS, UNTOLD, thing
from .strategies import TITLES, exports

FORMAT = Cvat()
KINDS = ("box", "rotated_box", "polygon", "polyline", "points", "ellipse", "cuboid", "mask", "tag")
FLAGGED = (*FIELDS, Field("occluded", "Occluded", FieldKind.BOOLEAN))
ALL = Ontology(classes=(ItemClass("thing", "Thing & <co>", "#1f77b4", KINDS, attributes=FLAGGED),))


def annotations(*images: str, meta: str = "") -> str:
    return f"<annotations><version>1.1</version>{meta}{''.join(images)}</annotations>"


def picture(*shapes: str, name: str = "a.jpg", more: str = 'width="100" height="80"') -> str:
    return f'<image id="0" name="{name}" {more}>{"".join(shapes)}</image>'


def only(files: dict[str, Any], options: ReadOptions | None = None) -> LabeledItem:
    good, bad, *_ = read(FORMAT, files, options)
    assert bad == []
    (item,) = good
    return item


def shapes(files: dict[str, str]) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(files["annotations.xml"]).find("image") or [])


class TestWriting:
    def test_the_file_says_labels_images_and_shapes(self) -> None:
        item = image("cam/a.jpg", thing("box", z=3, group="7", attributes={"color": "red"}), split="train")
        _, files = written(FORMAT, [item], ALL)
        root = ElementTree.fromstring(files["annotations.xml"])
        assert root.findtext("version") == "1.1"
        label = root.find("meta/task/labels/label")
        assert label is not None
        assert [label.findtext(tag) for tag in ("name", "color", "type")] == ["Thing & <co>", "#1f77b4", "any"]
        assert label.findtext("attributes/attribute/values") == "red\nblue"
        (shown,) = root.findall("image")
        assert shown.attrib == {
            "id": "0",
            "name": "cam/a.jpg",
            "subset": "train",
            "width": "100",
            "height": "80",
        }
        (shape,) = shown
        assert (shape.tag, shape.attrib) == (
            "box",
            {
                "label": "Thing & <co>",
                "source": "manual",
                "occluded": "0",
                # 10.5 + 30 and 20.25 + 40.125
                "xtl": "10.5",
                "ytl": "20.25",
                "xbr": "40.5",
                "ybr": "60.375",
                "z_order": "3",
                "group_id": "7",
            },
        )
        assert [(each.attrib["name"], each.text) for each in shape] == [("color", "red")]

    def test_a_rotated_box_is_told_unturned_with_its_rotation(self) -> None:
        (shape,) = shapes(written(FORMAT, [image("a.jpg", thing("rotated_box"))], ALL)[1])
        # 20 x 10 around 50, 40; -30 degrees are 330.
        told = {name: shape.attrib[name] for name in ("xtl", "ytl", "xbr", "ybr", "rotation")}
        assert told == {"xtl": "40", "ytl": "35", "xbr": "60", "ybr": "45", "rotation": "330"}

    def test_corners_of_a_cuboid_are_told_left_before_right(self) -> None:
        (shape,) = shapes(written(FORMAT, [image("a.jpg", thing("cuboid"))], ALL)[1])
        told = [(shape.attrib[f"x{corner}1"], shape.attrib[f"y{corner}1"]) for corner in ("tl", "bl", "tr", "br")]
        assert told == [("10", "20"), ("10", "60"), ("40", "20"), ("40", "60")]

    def test_parts_of_an_outline_are_a_group_and_holes_are_counted(self) -> None:
        square = [[10, 10], [20, 10], [20, 20], [10, 20]]
        hole = [[12, 12], [14, 12], [14, 14]]
        other = [[30, 30], [40, 30], [40, 40]]
        mark = thing("polygon", {"parts": [[square, hole], [other]]})
        report, files = written(FORMAT, [image("a.jpg", thing("box", group="1"), mark)], ALL)
        told = shapes(files)
        assert [shape.tag for shape in told] == ["box", "polygon", "polygon"]
        assert [shape.attrib["group_id"] for shape in told] == ["1", "2", "2"]
        assert told[1].attrib["points"] == "10,10;20,10;20,20;10,20"
        assert codes(report) == {"mark_details": (2, 0), "holes": (1, 0), "parts": (1, 0)}
        assert report.marks == 3

    @pytest.mark.parametrize(("mark", "code"), UNTOLD)
    def test_what_cannot_be_told_is_left_out_and_counted(self, mark: Mark, code: str) -> None:
        report, files = written(FORMAT, [image("a.jpg", mark)], ALL)
        assert shapes(files) == []
        assert codes(report) == {code: (1, 0)}

    @pytest.mark.parametrize(
        ("mark", "code"),
        [
            (thing("box", score=0.5), "scores"),
            (thing("box", group="left"), "groups"),
            (thing("tag", z=1), "tag_order"),
            (thing("box", attributes={"plate": "a\x01b"}), "attributes"),
            (thing("box", attributes={"parts": ["a,b"]}), "attributes"),
        ],
    )
    def test_what_is_told_in_part_is_counted(self, mark: Mark, code: str) -> None:
        report, files = written(FORMAT, [image("a.jpg", mark)], ALL)
        assert len(shapes(files)) == 1
        assert codes(report) == {code: (1, 0), "mark_details": (1, 0)}


class TestThereAndBack:
    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_comes_back(self, kind: str) -> None:
        mark = thing(kind, z=0 if kind == "tag" else -2, group="12")
        _, files = written(FORMAT, [image("a.jpg", mark)], ALL)
        (back,) = only(files).annotation.marks
        assert (back.kind, back.class_, back.z, back.group) == (kind, "thing", mark.z, "12")
        assert back.geometry == mark.geometry

    def test_attributes_come_back_as_what_they_were(self) -> None:
        attributes: dict[str, Any] = {
            "color": "blue", "parts": ["door", "hood"], "occluded": True, "moving": False, "speed": 2.5,
            "plate": " B <1>\n& x ",
        }  # fmt: skip
        marks = [thing("box", attributes=attributes), thing("tag", attributes=attributes), thing("box")]
        marks.append(thing("box", attributes={"occluded": False, "parts": [], "plate": ""}))
        report, files = written(FORMAT, [image("a.jpg", *marks)], ALL)
        assert [mark.attributes for mark in only(files).annotation.marks] == [mark.attributes for mark in marks]
        assert "attributes" not in codes(report)

    @given(st.lists(TITLES, min_size=1, max_size=6))
    def test_any_title_survives_the_xml(self, titles: list[str]) -> None:
        ontology = Ontology(classes=tuple(ItemClass(f"c{n}", t, "#000000", ("box",)) for n, t in enumerate(titles)))
        marks = [box(1, 1, 2, 2, each.id) for each in ontology.classes]
        files = written(FORMAT, [image("a.jpg", *marks)], ontology)[1]
        assert [mark.class_ for mark in only(files).annotation.marks] == [each.id for each in ontology.classes]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(exports())
    def test_every_difference_is_declared(self, export: tuple[Ontology, list[LabeledItem]]) -> None:
        framed = there_and_back(FORMAT, export)
        for pair in framed.pairs if framed.complete else ():
            for mark, other in pair.marks():
                self._same(mark, other, framed.declared)

    @staticmethod
    def _same(mark: Mark, other: Mark, declared: dict[str, tuple[int, int]]) -> None:
        assert other.class_ == mark.class_
        if mark.kind == "rotated_box" and abs(mark.geometry["angle"]) < 1e-6:
            assert other.kind == "box"
        else:
            assert other.kind == mark.kind
        if mark.kind == "box":
            for edge, wanted in zip(edges(other), edges(mark), strict=True):
                assert edge == pytest.approx(wanted, abs=1e-5)
        if "attributes" not in declared:
            assert other.attributes == mark.attributes
        assert other.z == (0 if mark.kind == "tag" else mark.z)
        assert (other.group is None) == (mark.group is None)


class TestReading:
    def test_a_file_of_cvat(self) -> None:
        # The layout of CVAT's own exports: labels under a project, numbers with two digits, no fairmark folder.
        meta = (
            "<meta><project><labels><label><name>car</name><color>#ff0000</color><type>any</type><attributes>"
            "<attribute><name>parked</name><mutable>False</mutable><input_type>checkbox</input_type>"
            "<default_value>false</default_value><values></values></attribute><attribute><name>doors</name>"
            "<mutable>False</mutable><input_type>number</input_type><values>0\n5\n1</values></attribute>"
            "</attributes></label></labels></project></meta>"
        )
        shape = (
            '<box label="car" source="manual" occluded="1" xtl="10.00" ytl="20.00" xbr="40.00" ybr="60.00" z_order="0">'
            '<attribute name="parked">true</attribute><attribute name="doors">4</attribute></box>'
        )
        text = annotations(
            picture(shape, name="b/a.jpg", more='subset="Validation" width="100" height="80"'), meta=meta
        )
        good, bad, _, ontology = read(FORMAT, {"job/annotations.xml": text})
        assert bad == []
        (item,) = good
        assert (item.name, item.split, item.assets[0].width) == ("b/a.jpg", "val", 100)
        (mark,) = item.annotation.marks
        assert edges(mark) == (10, 20, 30, 40)
        assert mark.attributes == {"parked": True, "doors": 4.0, "occluded": True}
        fields = {field.id: field.kind for field in ontology.classes[0].attributes}
        assert fields == {"parked": FieldKind.BOOLEAN, "doors": FieldKind.NUMBER, "occluded": FieldKind.BOOLEAN}

    def test_shapes_that_a_class_does_not_take(self) -> None:
        shapes = [
            '<box label="Car" xtl="40" ytl="35" xbr="60" ybr="45" rotation="90"/>',
            '<polyline label="Car" points="1,1;5,5"/>',
            '<tag label="Car"/>',
        ]
        good, bad, report, _ = read(FORMAT, {"a.xml": annotations(picture(*shapes))}, ReadOptions(ontology=CARS))
        assert bad == []
        # 20 x 10 around 50, 40, turned by a right angle, stands from 45 to 55 and from 30 to 50. The line, which has
        # sides as well, becomes the box around it; a tag has no place.
        first, second = good[0].annotation.marks
        assert edges(first) == pytest.approx((45, 30, 10, 20))
        assert edges(second) == (1, 1, 4, 4)
        assert codes(report) == {"kinds_refused": (3, 0)}

    def test_skeletons_without_points_and_tracks_are_counted(self) -> None:
        skeleton = '<skeleton label="p"><points label="1" points="1,1" outside="1"/></skeleton>'
        text = annotations(picture(skeleton), '<track id="0" label="car"><box frame="0"/></track>')
        good, bad, report, _ = read(FORMAT, {"a.xml": text})
        assert (len(good), good[0].annotation.marks, bad) == (1, (), [])
        assert codes(report) == {"skeletons": (1, 0), "tracks": (1, 0)}

    @pytest.mark.parametrize(
        "shape",
        [
            '<box label="Car" xtl="1" ytl="1" xbr="1" ybr="5"/>',
            '<box label="Car" xtl="1" ytl="1" xbr="nan" ybr="5"/>',
            '<box label="Car" xtl="1" ytl="1" xbr="x" ybr="5"/>',
            '<box label="Car" ytl="1" xbr="9" ybr="5"/>',
            '<box xtl="1" ytl="1" xbr="9" ybr="5"/>',
            '<polygon label="Car" points="1,1;2,2"/>',
            '<polygon label="Car" points="1,1;2;3,3"/>',
            '<polygon label="Car" points=""/>',
            '<ellipse label="Car" cx="1" cy="1" rx="0" ry="3"/>',
            '<mask label="Car" rle="1, 2" left="0" top="0" width="2" height="2"/>',
            '<mask label="Car" rle="a" left="0" top="0" width="2" height="2"/>',
            '<tag label="Car" z_order="x"/>',
        ],
    )
    def test_a_bad_shape_is_named_and_the_others_stay(self, shape: str) -> None:
        sound = '\n<tag label="Rain"/>'
        good, bad, *_ = read(FORMAT, {"a.xml": annotations(picture("\n" + shape, sound))})
        assert [mark.kind for mark in good[0].annotation.marks] == ["tag"]
        assert [(fault.code, fault.file, fault.line) for fault in bad] == [("file_damaged", "a.xml", 2)]

    @pytest.mark.parametrize(
        ("name", "code"), [("", "file_damaged"), ("../a.jpg", "path_outside"), ("x/../../a.jpg", "path_outside")]
    )
    def test_a_bad_image_is_named_and_the_others_stay(self, name: str, code: str) -> None:
        good, bad, *_ = read(FORMAT, {"a.xml": annotations(picture(name=name), picture(name="b.jpg"))})
        assert [item.name for item in good] == ["b.jpg"]
        assert [fault.code for fault in bad] == [code]

    @pytest.mark.parametrize("text", ["<annotation/>", "<html/>"])
    def test_other_xml_is_named(self, text: str) -> None:
        with pytest.raises(WrongFormat):
            read(FORMAT, {"a.xml": text})
        with pytest.raises(WrongFormat, match="no XML"):
            read(FORMAT, {"a.json": {}})
