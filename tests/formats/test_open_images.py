"""Open Images' tables: what stands in them, what comes back, and what is refused."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import globox
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from fairmark.formats.contract import ReadOptions, WriteOptions
from fairmark.formats.model import AssetRecord, FormatFault, LabeledItem, WrongFormat
from fairmark.formats.open_images import OpenImages
from fairmark.formats.sink import FolderSink
from fairmark.ontology.model import Annotation, Field, FieldKind, ItemClass, Link, LinkType, Mark, Ontology

from .frames import there_and_back
from .records import CARS, box, codes, edges, image, packed, read, written
from .strategies import exports_of_every_kind

FORMAT = OpenImages()
FLAGS = (Field("occluded", "Occluded", FieldKind.BOOLEAN), Field("plate", "Plate", FieldKind.TEXT))
ALL = Ontology(
    classes=(
        ItemClass("vehicle", "Vehicle", "#1f77b4", ("tag", "box")),
        ItemClass("car", "Car, red", "#ff7f0e", ("box", "mask", "polygon", "tag"), attributes=FLAGS, parent="vehicle"),
    ),
    links=(LinkType("pulls", "Pulls"),),
)
MASK: dict[str, Any] = {"x": 3, "y": 4, "width": 3, "height": 2, "runs": [0, 2, 1, 3]}
BOXES = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def picture(on: list[tuple[int, int]], size: tuple[int, int] = (100, 80), mode: str = "1") -> bytes:
    """A PNG, the pixels at these rows and columns white."""
    pixels = np.zeros((size[1], size[0]), dtype=np.uint8)
    for row, column in on:
        pixels[row, column] = 255
    out = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(out, "PNG")
    return out.getvalue()


def blank(size: tuple[int, int] = (100, 80)) -> bytes:
    return picture([], size)


def dataset(*boxes: str, **more: Any) -> dict[str, Any]:
    """Files as the data set has them, with one image of 100 by 80."""
    names = "/m/0cmf2,Airplane\n/m/07yv9,Vehicle\n/m/01g317,Person\n"
    return {
        "images/train/a.png": blank(),
        "annotations/class-descriptions-boxable.csv": names,
        "annotations/train-annotations-bbox.csv": "\n".join([BOXES, *boxes, ""]),
        **more,
    }


class TestWriting:
    def test_a_box_is_shares_of_the_image_and_flags(self) -> None:
        mark = box(10, 20, 30, 40, attributes={"occluded": True, "plate": "x"}, score=0.5)
        report, files = written(FORMAT, [image("cam/a.jpg", mark, split="train")], ALL)
        # From 10 to 40 of 100, from 20 to 60 of 80.
        assert rows(files["annotations/train-annotations-bbox.csv"]) == [
            {
                "ImageID": "cam/a", "Source": "freeform", "LabelName": "car", "Confidence": "0.5",
                "XMin": "0.10000000", "XMax": "0.40000000", "YMin": "0.25000000", "YMax": "0.75000000",
                "IsOccluded": "1", "IsTruncated": "-1", "IsGroupOf": "-1", "IsDepiction": "-1", "IsInside": "-1",
            }
        ]  # fmt: skip
        assert files["annotations/class-descriptions.csv"] == 'vehicle,Vehicle\ncar,"Car, red"\n'
        tree = json.loads(files["annotations/bbox_labels_600_hierarchy.json"])
        assert tree["Subcategory"] == [{"LabelName": "vehicle", "Subcategory": [{"LabelName": "car"}]}]
        assert codes(report) == {"mark_details": (1, 0), "attributes": (1, 0)}

    def test_a_mask_has_a_box_and_a_picture(self) -> None:
        _, files = packed(FORMAT, [image("a.jpg", Mark("m", "mask", "car", MASK), split="val")], ALL)
        (row,) = rows(files["annotations/validation-annotations-object-segmentation.csv"].decode())
        assert (row["ImageID"], row["LabelName"], row["BoxXMin"], row["BoxYMax"]) == (
            "a", "car", "0.03000000", "0.07500000",
        )  # fmt: skip
        with Image.open(io.BytesIO(files[f"masks/validation/{row['MaskPath']}"])) as made:
            on = np.argwhere(np.asarray(made))
            assert (made.mode, made.size) == ("1", (100, 80))
        assert on.tolist() == [[4, 3], [4, 4], [5, 3], [5, 4], [5, 5]]
        assert len(rows(files["annotations/validation-annotations-bbox.csv"].decode())) == 1

    def test_tags_are_labels_of_the_image_and_links_name_two_boxes(self) -> None:
        marks = (box(0, 0, 50, 40), box(50, 40, 50, 40, id="n"), Mark("t", "tag", "vehicle", score=0.25))
        links = (Link("l", "pulls", "m", "n"), Link("k", "pulls", "m", "t"))
        item = LabeledItem("i", "a.jpg", (AssetRecord("a.jpg", 100, 80),), Annotation(marks=marks, links=links))
        report, files = written(FORMAT, [item], ALL)
        (label,) = rows(files["annotations/default-annotations-human-imagelabels.csv"])
        assert (label["LabelName"], label["Confidence"]) == ("vehicle", "0.25")
        (row,) = rows(files["annotations/default-annotations-vrd.csv"])
        assert (row["XMax1"], row["XMin2"], row["RelationshipLabel"]) == ("0.50000000", "0.50000000", "pulls")
        assert codes(report) == {"mark_details": (3, 0), "links": (0, 1)}

    def test_outlines_become_pixels_or_the_box_around_them(self) -> None:
        square, thin = [[1, 2], [3, 2], [3, 4], [1, 4]], [[5.1, 5], [5.3, 5], [5.3, 6]]
        marks = [
            Mark("a", "polygon", "car", {"parts": [[square]]}),
            Mark("b", "polygon", "car", {"parts": [[thin]]}),
        ]
        report, files = packed(FORMAT, [image("a.jpg", *marks)], ALL)
        good, _, _, _ = read(FORMAT, files)
        first, second = good[0].annotation.marks
        assert (first.kind, first.geometry) == (
            "mask", {"x": 1, "y": 2, "width": 2, "height": 2, "runs": [0, 4]},
        )  # fmt: skip
        assert second.kind == "box"
        assert edges(second) == pytest.approx((5.1, 5, 0.2, 1), abs=1e-5)
        assert codes(report)["outlines"] == (2, 0)

    def test_what_reaches_out_is_cut_and_what_is_outside_is_left_out(self) -> None:
        marks = [box(-10, 0, 20, 10), box(200, 0, 20, 10, id="n"), box(0, 0, 1e-7, 5, id="o")]
        report, files = written(FORMAT, [image("a.jpg", *marks)], ALL)
        good, *_ = read(FORMAT, files)
        assert [edges(mark) for mark in good[0].annotation.marks] == [(0, 0, 10, 10)]
        assert (codes(report)["clipped"], codes(report)["outside_image"]) == ((1, 0), (2, 0))

    def test_marks_with_the_same_box_are_counted(self) -> None:
        marks = [box(3, 4, 3, 2), Mark("n", "mask", "car", MASK), box(1, 1, 5, 5, id="o")]
        report, files = packed(FORMAT, [image("a.jpg", *marks)], ALL)
        good, *_ = read(FORMAT, files)
        # The first box of these sides has become the mask.
        assert [mark.kind for mark in good[0].annotation.marks] == ["mask", "box", "box"]
        assert codes(report)["twins"] == (2, 0)

    def test_of_images_without_a_size_tags_stay(self) -> None:
        marks = [box(1, 1, 5, 5), Mark("t", "tag", "car", score=0.0), Mark("u", "tag", "bus"), Mark("v", "mask", "car")]
        report, files = written(FORMAT, [image("a.jpg", *marks, size=None)], ALL)
        good, bad, *_ = read(FORMAT, files)
        assert bad == []
        assert [(mark.kind, mark.score) for mark in good[0].annotation.marks] == [("tag", 1e-6)]
        assert (codes(report)["size_unknown"], codes(report)["scores"]) == ((1, 1), (1, 0))
        assert (codes(report)["class_unknown"], codes(report)["bad_geometry"]) == ((1, 0), (1, 0))


class TestRoundTrip:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(exports_of_every_kind())
    def test_every_difference_is_declared(self, export: tuple[Ontology, list[LabeledItem]]) -> None:
        framed = there_and_back(
            FORMAT, export, ("mark_kinds", "class_unknown", "bad_geometry", "no_image", "outside_image", "size_unknown")
        )
        untouched = framed.complete and not framed.declared.keys() & {"outlines", "clipped", "twins", "scores"}
        for pair in framed.pairs if untouched else ():
            before = [mark for mark in pair.item.annotation.marks if mark.asset == pair.place]
            after = list(pair.back.annotation.marks)
            assert sorted((m.kind, m.class_) for m in before) == sorted((m.kind, m.class_) for m in after)
            masks = [[repr(m.geometry) for m in marks if m.kind == "mask"] for marks in (before, after)]
            assert sorted(masks[0]) == sorted(masks[1])
            boxes = [[m for m in marks if m.kind == "box"] for marks in (before, after)]
            for mark, other in zip(*boxes, strict=True):
                assert edges(other) == pytest.approx(edges(mark), abs=1e-3)
                assert other.score == mark.score
                assert mark.attributes == other.attributes or "attributes" in framed.declared
            if pair.item.annotation.links and "links" not in framed.declared:
                assert [link.type for link in pair.back.annotation.links] == ["pulls"]

    def test_the_tree_of_classes_comes_back_without_what_we_put_beside_it(self) -> None:
        _, files = written(FORMAT, [image("a.jpg", box(0, 0, 50, 40))], ALL)
        del files["fairmark/ontology.json"]
        *_, ontology = read(FORMAT, files)
        found = {each.name: each.parent for each in ontology.classes}
        assert found == {"Vehicle": None, "Car, red": "vehicle"}


class TestReading:
    def test_rows_of_the_data_set(self) -> None:
        tree = {
            "LabelName": "/m/0bl9f",
            "Subcategory": [{"LabelName": "/m/07yv9", "Subcategory": [{"LabelName": "/m/0cmf2"}]}],
        }
        files = dataset(
            "a,xclick,/m/0cmf2,1,0.1,0.4,0.25,0.75,1,0,-1,0,0",
            "a,activemil,/m/01g317,0.5,0,1,0,1,-1,-1,-1,-1,-1",
            **{
                "annotations/bbox_labels_600_hierarchy.json": tree,
                "annotations/oidv6-train-annotations-human-imagelabels.csv":
                    "ImageID,Source,LabelName,Confidence\na,verification,/m/07yv9,1\na,verification,/m/0cmf2,0\n",
                "annotations/oidv6-train-annotations-vrd.csv":
                    "ImageID,LabelName1,LabelName2,XMin1,XMax1,YMin1,YMax1,XMin2,XMax2,YMin2,YMax2,RelationshipLabel\n"
                    "a,/m/01g317,/m/0cmf2,0,1,0,1,0.1,0.4,0.25,0.75,inside_of\n"
                    "a,/m/01g317,/m/0cmf2,0,1,0,1,0.2,0.4,0.25,0.75,inside_of\n",
                "annotations/train-annotations-point-labels.csv": "x,y\n1,2\n",
            },
        )  # fmt: skip
        (item,), bad, report, ontology = read(FORMAT, files)
        assert bad == []
        assert (item.name, item.split, item.assets[0].width) == ("a.png", "train", 100)
        tag, plane, person = item.annotation.marks
        assert (tag.kind, tag.class_) == ("tag", "vehicle")
        assert edges(plane) == pytest.approx((10, 20, 30, 40))
        assert plane.attributes == {
            "occluded": True, "truncated": False, "is_depiction": False, "is_inside": False,
        }  # fmt: skip
        assert (person.score, person.attributes) == (0.5, {})
        (link,) = item.annotation.links
        assert (link.type, link.from_, link.to) == ("inside_of", person.id, plane.id)
        assert codes(report) == {"absent_labels": (1, 0), "relations": (0, 1), "other_files": (0, 1)}
        assert {each.name: each.parent for each in ontology.classes} == {
            "Airplane": "vehicle", "Vehicle": None, "Person": None,
        }  # fmt: skip

    def test_a_mask_of_another_size_is_brought_to_the_images(self) -> None:
        table = "MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks\n"
        more = {
            "annotations/train-annotations-object-segmentation.csv": table + "m.png,a,/m/0cmf2,x,0.2,0.4,0.25,0.5,,\n",
            # 10 x 8, a tenth of the image: one pixel there is ten by ten here.
            "masks/m.png": picture([(2, 3)], (10, 8), "L"),
        }
        (item,), bad, report, _ = read(FORMAT, dataset("a,xclick,/m/0cmf2,1,0.2,0.4,0.25,0.5,1,0,0,0,0", **more))
        assert bad == []
        (mark,) = item.annotation.marks
        assert mark.geometry == {"x": 30, "y": 20, "width": 10, "height": 10, "runs": [0, 100]}
        assert mark.attributes["occluded"] is True
        assert codes(report) == {"resized": (1, 0)}

    def test_a_class_that_takes_no_masks_keeps_the_box(self) -> None:
        _, files = packed(FORMAT, [image("a.jpg", Mark("m", "mask", "car", MASK))], ALL)
        mine = ReadOptions(ontology=Ontology(classes=(ItemClass("car", "Car, red", "#000000", ("box",)),)))
        (item,), _, report, _ = read(FORMAT, files, mine)
        assert [mark.kind for mark in item.annotation.marks] == ["box"]
        assert edges(item.annotation.marks[0]) == pytest.approx((3, 4, 3, 2))
        assert codes(report) == {"kinds_refused": (1, 0)}

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ("a,x,/m/0cmf2,1,0.1,nan,0.2,0.3,0,0,0,0,0", "bad_cell"),
            ("a,x,/m/0cmf2,1,0.1,1e999,0.2,0.3,0,0,0,0,0", "bad_cell"),
            ("a,x,/m/0cmf2,1,0.1,1.5,0.2,0.3,0,0,0,0,0", "bad_cell"),
            ("a,x,/m/0cmf2,1,0.4,0.1,0.2,0.3,0,0,0,0,0", "bad_cell"),
            ("a,x,/m/0cmf2,7,0.1,0.4,0.2,0.3,0,0,0,0,0", "bad_cell"),
            ("a,x,/m/0cmf2,1,0.1,,0.2,0.3,0,0,0,0,0", "bad_cell"),
            ("a,x,,1,0.1,0.4,0.2,0.3,0,0,0,0,0", "bad_cell"),
            (",x,/m/0cmf2,1,0.1,0.4,0.2,0.3,0,0,0,0,0", "bad_cell"),
            ("a,x,/m/0cmf2,1,0.1,0.4", "wrong_columns"),
            ('a,"x,/m/0cmf2', "bad_csv"),
            ("a,x\0,/m/0cmf2,1,0.1,0.4,0.2,0.3,0,0,0,0,0", "file_damaged"),
        ],
    )
    def test_a_bad_row_is_named_and_the_others_stay(self, row: str, code: str) -> None:
        good, bad, *_ = read(FORMAT, dataset("a,xclick,/m/0cmf2,1,0.1,0.4,0.25,0.75,1,0,-1,0,0", row))
        assert [(fault.code, fault.file, fault.line) for fault in bad] == [
            (code, "annotations/train-annotations-bbox.csv", 3)
        ]
        assert [len(item.annotation.marks) for item in good] == [1]

    @pytest.mark.parametrize(
        ("path", "data", "code"),
        [
            ("../m.png", b"", "path_outside"),
            ("gone.png", b"", "file_damaged"),
            ("m.png", b"no picture", "file_damaged"),
            ("m.png", blank(), "bad_cell"),
        ],
    )
    def test_a_bad_mask_is_named(self, path: str, data: bytes, code: str) -> None:
        table = "MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks\n"
        name = "annotations/train-annotations-object-segmentation.csv"
        more = {name: f"{table}{path},a,/m/0cmf2,x,0,1,0,1,,\n", "masks/m.png": data}
        (item,), (fault,), *_ = read(FORMAT, dataset("a,x,/m/0cmf2,1,0.1,0.4,0.2,0.3,0,0,0,0,0", **more))
        assert (fault.code, fault.line) == (code, 2)
        assert [mark.kind for mark in item.annotation.marks] == ["box"]

    def test_an_image_whose_size_nobody_knows_is_named(self) -> None:
        files = dataset("b,x,/m/0cmf2,1,0.1,0.4,0.2,0.3,0,0,0,0,0")
        good, (fault,), *_ = read(FORMAT, files)
        assert (good, fault.code, fault.line) == ([], "format_fault", 2)
        known = ReadOptions(find_asset=lambda name: AssetRecord(name, 200, 100) if name == "b" else None)
        (item,), bad, *_ = read(FORMAT, files, known)
        assert bad == []
        assert edges(item.annotation.marks[0]) == pytest.approx((20, 20, 60, 10))

    @pytest.mark.parametrize("name", ["../a", "/etc/a"])
    def test_names_that_lead_outside_are_refused(self, name: str) -> None:
        _, (fault,), *_ = read(FORMAT, dataset(f"{name},x,/m/0cmf2,1,0.1,0.4,0.2,0.3,0,0,0,0,0"))
        assert fault.code == "path_outside"

    @pytest.mark.parametrize("tree", ["[" * 5000, "{}", '{"LabelName": 5}', "no"])
    def test_a_broken_tree_is_named(self, tree: str) -> None:
        with pytest.raises(FormatFault) as caught:
            read(FORMAT, dataset(**{"annotations/bbox_labels_600_hierarchy.json": tree}))
        assert caught.value.fields["file"] == "annotations/bbox_labels_600_hierarchy.json"

    def test_a_tree_that_bites_its_tail_has_an_end(self) -> None:
        inner = {"LabelName": "/m/07yv9", "Subcategory": [{"LabelName": "/m/0cmf2"}]}
        tree = {"LabelName": "/m/0cmf2", "Subcategory": [inner]}
        *_, ontology = read(FORMAT, dataset(**{"annotations/bbox_labels_600_hierarchy.json": tree}))
        parents = {each.id: each.parent for each in ontology.classes}
        assert sorted(parents.values(), key=str) == [None, None, "vehicle"]

    def test_other_files_are_refused(self) -> None:
        with pytest.raises(WrongFormat):
            read(FORMAT, {"a.csv": "x,y\n1,2\n"})
        with pytest.raises(WrongFormat):
            read(FORMAT, {"train-annotations-bbox.csv": "x,y\n1,2\n"})


class TestOtherReaders:
    def test_globox_finds_the_boxes(self, tmp_path: Path) -> None:
        def place(path: str, asset: AssetRecord) -> None:
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(blank((asset.width or 1, asset.height or 1)))

        # Its reader takes an image's id for its whole name.
        items = [image("a", box(10, 20, 30, 40), box(0, 0, 100, 80, "bus", id="n", score=0.5), split="train")]
        FORMAT.write(items, CARS, FolderSink(tmp_path), WriteOptions(place_image=place))
        table = tmp_path / "annotations/train-annotations-bbox.csv"
        (found,) = globox.AnnotationSet.from_openimage(table, image_folder=tmp_path / "images/train")
        assert [(each.label, each.xmin, each.ymin, each.xmax, each.ymax) for each in found.boxes] == [
            ("car", 10, 20, 40, 60), ("bus", 0, 0, 100, 80),
        ]  # fmt: skip
        assert [each.confidence for each in found.boxes] == [1, 0.5]
