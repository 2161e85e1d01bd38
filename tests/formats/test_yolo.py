"""YOLO: what stands in the files, which layouts are read, and what is refused."""

import io
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fairmark.formats.contract import ReadOptions
from fairmark.formats.model import AssetRecord, FormatFault, OverLimit, WrongFormat
from fairmark.formats.yolo import Yolo, YoloSegment
from fairmark.ontology.model import ItemClass, Mark, Ontology

from .records import box, codes, edges, image, read, written
from .strategies import TITLES

FORMAT = Yolo()
SIZES = ReadOptions(find_asset=lambda name: AssetRecord(f"{name}.png", 100, 80))
NAMES = "names: [Car, Bus]"


def labels(text: str | bytes, **more: Any) -> dict[str, Any]:
    return {"data.yaml": NAMES, "labels/train/a.txt": text, **more}


def picture(size: tuple[int, int], orientation: int = 1) -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size).save(file, "JPEG", exif=exif)
    return file.getvalue()


class TestWriting:
    def test_lines_are_shares_of_the_image(self) -> None:
        item = image("a.jpg", box(10, 20, 30, 40), box(0, 0, 100, 80, "bus"), size=(100, 80), split="train")
        _, files = written(FORMAT, [item])
        # cx = (10 + 15) / 100, cy = (20 + 20) / 80, w = 30 / 100, h = 40 / 80.
        assert files["labels/train/a.txt"] == (
            "0 0.25000000 0.50000000 0.30000000 0.50000000\n1 0.50000000 0.50000000 1.00000000 1.00000000\n"
        )

    def test_an_image_that_shows_nothing_has_an_empty_file(self) -> None:
        _, files = written(FORMAT, [image("a.jpg", split="val")])
        assert files["labels/val/a.txt"] == ""

    def test_the_description_has_names_and_splits(self) -> None:
        items = [image("a.jpg", split="train"), image("b.jpg", split="val"), image("c.jpg", split="fold_1")]
        report, files = written(FORMAT, items)
        assert yaml.safe_load(files["data.yaml"]) == {
            "path": ".",
            "train": "images/train",
            "val": "images/val",
            "fold_1": "images/fold_1",
            "names": {0: "Car", 1: "Big Bus"},
        }
        assert "validation_missing" not in codes(report)

    def test_without_validation_images_it_says_so(self) -> None:
        report, files = written(FORMAT, [image("a.jpg")])
        assert yaml.safe_load(files["data.yaml"])["val"] == "images/train"
        assert codes(report) == {"split_assumed": (0, 1), "validation_missing": (0, 0)}

    def test_equal_stems_get_files_of_their_own(self) -> None:
        items = [
            image("a.jpg", box(1, 1, 2, 2), split="val"),
            image("a.png", split="val"),
            image("b/a.jpg", split="val"),
        ]
        report, files = written(FORMAT, items)
        made = [path for path in files if path.startswith("labels")]
        assert len(made) == 3
        assert {"labels/val/a.txt", "labels/val/b/a.txt"} < set(made)
        assert codes(report)["renamed"] == (0, 1)
        good, *_ = read(FORMAT, files)
        assert {item.name: len(item.annotation.marks) for item in good} == {"a.jpg": 1, "a.png": 0, "b/a.jpg": 0}

    def test_folders_that_tools_would_swap_are_renamed(self) -> None:
        # Tools turn the last "images" of images/train/images/a.jpg into "labels", and would not find the labels.
        _, files = written(FORMAT, [image("images/a.jpg", split="val"), image("x/Labels/b.jpg", split="val")])
        assert {path for path in files if path.startswith("labels")} == {
            "labels/val/images_/a.txt",
            "labels/val/x/Labels_/b.txt",
        }

    def test_boxes_are_cut_at_the_border_and_dropped_outside(self) -> None:
        item = image("a.jpg", box(-10, 0, 20, 80), box(200, 0, 5, 5), box(0, 0, 100, 80), size=(100, 80), split="val")
        report, files = written(FORMAT, [item])
        assert files["labels/val/a.txt"].splitlines()[0] == "0 0.05000000 0.50000000 0.10000000 1.00000000"
        assert len(files["labels/val/a.txt"].splitlines()) == 2
        assert codes(report)["clipped"] == (1, 0)
        assert codes(report)["outside_image"] == (1, 0)

    def test_images_without_a_size_are_left_out(self) -> None:
        report, files = written(FORMAT, [image("a.jpg", box(1, 1, 2, 2), size=None)])
        assert not any(path.startswith("labels") for path in files)
        assert codes(report)["size_unknown"] == (1, 1)
        assert report.items == 0

    def test_attributes_and_scores_are_counted_as_lost(self) -> None:
        item = image("a.jpg", box(1, 1, 2, 2, attributes={"a": True}), box(1, 1, 2, 2, score=0.5), split="val")
        lost = codes(written(FORMAT, [item])[0])
        assert lost["attributes"] == lost["scores"] == (1, 0)

    @given(st.lists(TITLES, min_size=1, max_size=6))
    def test_any_title_survives_the_yaml(self, titles: list[str]) -> None:
        ontology = Ontology(classes=tuple(ItemClass(f"c{n}", t, "#000000", ("box",)) for n, t in enumerate(titles)))
        items = [image("a.jpg", *[box(1, 1, 2, 2, each.id) for each in ontology.classes])]
        good, bad, _, after = read(FORMAT, written(FORMAT, items, ontology)[1])
        assert bad == []
        assert [mark.class_ for mark in good[0].annotation.marks] == [each.id for each in ontology.classes]
        assert after == ontology


class TestSegments:
    def test_lines_are_corners_a_line_for_each_part(self) -> None:
        parts = [[[[10, 8], [50, 8], [50, 40]], [[20, 9], [30, 9], [30, 12]]], [[[60, 40], [120, 40], [60, 80]]]]
        lake = Mark("m", "polygon", "lake", {"parts": parts})
        ontology = Ontology(classes=(ItemClass("lake", "Lake", "#000000", ("polygon", "box")),))
        item = image("a.jpg", lake, box(10, 8, 20, 16, "lake"), size=(100, 80), split="val")
        report, files = written(YoloSegment(), [item], ontology)
        assert files["labels/val/a.txt"].splitlines() == [
            "0 0.10000000 0.10000000 0.50000000 0.10000000 0.50000000 0.50000000",
            "0 0.60000000 0.50000000 1.00000000 0.50000000 0.60000000 1.00000000",
            "0 0.10000000 0.10000000 0.30000000 0.10000000 0.30000000 0.30000000 0.10000000 0.30000000",
        ]
        lost = codes(report)
        assert {code: lost[code] for code in ("holes", "parts", "shapes", "clipped")} == {
            "holes": (1, 0), "parts": (1, 0), "shapes": (1, 0), "clipped": (1, 0),
        }  # fmt: skip
        assert report.marks == 3

    def test_a_part_brought_to_the_border_is_left_out_also_where_a_zero_has_a_sign(self) -> None:
        parts = [[[[10, 8], [50, 8], [50, 40]]], [[[-5, 40], [-0.0, 40], [-0.0, 60]]]]
        ontology = Ontology(classes=(ItemClass("lake", "Lake", "#000000", ("polygon",)),))
        item = image("a.jpg", Mark("m", "polygon", "lake", {"parts": parts}), size=(100, 80), split="val")
        _, files = written(YoloSegment(), [item], ontology)
        assert files["labels/val/a.txt"].splitlines() == [
            "0 0.10000000 0.10000000 0.50000000 0.10000000 0.50000000 0.50000000"
        ]

    def test_a_mask_is_the_outline_of_each_of_its_pieces(self) -> None:
        ontology = Ontology(classes=(ItemClass("leaf", "Leaf", "#2a9d4b", ("mask",)),))
        # A ring of 3 x 3 around a hole, and, a column apart, one pixel.
        geometry = {"x": 10, "y": 20, "width": 5, "height": 3, "runs": [0, 3, 1, 2, 1, 1, 2, 3, 2]}
        item = image("a.jpg", Mark("m", "mask", "leaf", geometry), size=(100, 100), split="train")
        report, files = written(YoloSegment(), [item], ontology)
        assert files["labels/train/a.txt"].splitlines() == [
            "0 0.10000000 0.20000000 0.13000000 0.20000000 0.13000000 0.23000000 0.10000000 0.23000000",
            "0 0.14000000 0.20000000 0.15000000 0.20000000 0.15000000 0.21000000 0.14000000 0.21000000",
        ]
        lost = codes(report)
        assert {code: lost[code] for code in ("holes", "parts", "shapes")} == dict.fromkeys(
            ("holes", "parts", "shapes"), (1, 0)
        )


class TestLayouts:
    LINE = "1 0.5 0.5 0.2 0.5\n"

    def check(self, files: dict[str, Any], name: str, split: str | None, options: ReadOptions | None = None) -> None:
        good, bad, *_ = read(FORMAT, files, options)
        assert bad == []
        assert [(item.name, item.split) for item in good] == [(name, split)]
        assert edges(good[0].annotation.marks[0]) == pytest.approx((40, 20, 20, 40))
        assert good[0].annotation.marks[0].class_ == "bus"

    def test_split_below_labels(self) -> None:
        files = labels(self.LINE, **{"images/train/a.jpg": picture((100, 80))})
        self.check(files, "a.jpg", "train")

    def test_split_above_labels(self) -> None:
        files = {"data.yaml": NAMES, "valid/labels/x/a.txt": self.LINE, "valid/images/x/a.jpg": picture((100, 80))}
        self.check(files, "x/a.jpg", "val")

    def test_within_a_folder(self) -> None:
        files = {"set/data.yaml": NAMES, "set/labels/a.txt": self.LINE, "set/images/a.PNG": picture((100, 80))}
        self.check(files, "a.PNG", None)

    def test_names_in_a_list(self) -> None:
        self.check({"classes.txt": "Car\nBus\n\n", "labels/a.txt": self.LINE}, "a.png", None, SIZES)

    def test_labels_beside_the_images(self) -> None:
        files = {
            "obj.names": "Car\nBus",
            "data/a.txt": self.LINE,
            "data/a.jpg": picture((100, 80)),
            "train.txt": "data/a.jpg",
        }
        self.check(files, "data/a.jpg", None)

    def test_splits_of_ones_own(self) -> None:
        files = {"data.yaml": NAMES + "\nfold1: images/f1\n", "labels/f1/a.txt": self.LINE}
        self.check(files, "f1/a.png", "fold1", SIZES)

    def test_turned_photographs_are_turned_first(self) -> None:
        # Stored as 80 by 100 with orientation 6: upright it is 100 by 80.
        self.check(labels(self.LINE, **{"images/train/a.jpg": picture((80, 100), 6)}), "a.jpg", "train")

    def test_names_as_a_map_with_gaps_and_words_that_yaml_reads_otherwise(self) -> None:
        files = {
            "data.yaml": "names:\n  0: no\n  5: 1\n  7: 2026-01-01\n",
            "labels/a.txt": "5 0.5 0.5 1 1\n0 0.5 0.5 1 1\n",
        }
        good, bad, _, ontology = read(FORMAT, files, SIZES)
        assert bad == []
        assert [each.name for each in ontology.classes] == ["no", "1", "2026-01-01"]
        assert [mark.class_ for mark in good[0].annotation.marks] == ["1", "no"]

    TEXT = "0 0.1 0.1 0.5 0.1 0.5 0.5\n0 0.5 0.5 0.1 0.1 0.75\n1 0.1 0.2 0.3 0.2 0.3 0.4 0.1 0.4\n"

    def test_outlines_are_polygons_and_sixth_values_scores(self) -> None:
        good, bad, report, ontology = read(FORMAT, labels(self.TEXT), SIZES)
        assert bad == []
        first, second, third = good[0].annotation.marks
        assert first.geometry["parts"][0][0] == [pytest.approx(point) for point in ([10, 8], [50, 8], [50, 40])]
        assert second.score == 0.75
        assert len(third.geometry["parts"][0][0]) == 4
        assert [each.marks for each in ontology.classes] == [("polygon", "box"), ("polygon",)]
        assert codes(report) == {}

    def test_outlines_are_boxes_where_the_class_takes_no_polygons(self) -> None:
        known = Ontology(classes=tuple(ItemClass(id, id.title(), "#000000", ("box",)) for id in ("car", "bus")))
        options = ReadOptions(ontology=known, find_asset=SIZES.find_asset)
        good, bad, report, _ = read(FORMAT, labels(self.TEXT), options)
        assert bad == []
        first, _, third = good[0].annotation.marks
        assert edges(first) == pytest.approx((10, 8, 40, 32))
        assert edges(third) == pytest.approx((10, 16, 20, 16))
        assert codes(report) == {"outlines": (2, 0)}

    def test_values_a_little_outside_are_cut(self) -> None:
        good, bad, report, _ = read(FORMAT, labels("0 0.005 0.5 0.02 0.5\n"), SIZES)
        assert bad == []
        assert edges(good[0].annotation.marks[0]) == pytest.approx((0, 20, 1.5, 40))
        assert codes(report) == {"clipped": (1, 0)}


class TestBadRows:
    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("0 0.5 0.5 0.1", "wrong_value"),
            ("0 0.5 0.5 0.1 0.1 0.5 0.5 0.5", "wrong_value"),
            ("car 0.5 0.5 0.1 0.1", "wrong_value"),
            ("0 0.5 nan 0.1 0.1", "wrong_value"),
            ("0 0.5 inf 0.1 0.1", "wrong_value"),
            ("0 50 50 10 10", "wrong_value"),
            ("0 0.5 0.5 0.1 0.1 7", "wrong_value"),
            ("2 0.5 0.5 0.1 0.1", "unknown_class"),
            ("-1 0.5 0.5 0.1 0.1", "unknown_class"),
            ("0.5 0.5 0.5 0.1 0.1", "unknown_class"),
            ("0 0.5 0.5 0 0.1", "bad_box"),
            ("0 0.5 0.5 -0.1 0.1", "bad_box"),
        ],
    )
    def test_a_bad_line_is_named_and_the_others_stay(self, line: str, code: str) -> None:
        text = f"0 0.5 0.5 0.1 0.1\n\n{line}\n1.0 0.5 0.5 0.1 0.1"
        good, bad, *_ = read(FORMAT, labels(text), SIZES)
        assert [mark.id for mark in good[0].annotation.marks] == ["1", "4"]
        assert [(fault.code, fault.file, fault.line) for fault in bad] == [(code, "labels/train/a.txt", 3)]
        assert bad[0].mend

    @pytest.mark.parametrize(
        ("text", "code"), [(b"\xff\xfe0 ", "bad_encoding"), (b"0 \x00", "file_damaged"), (b"\xe4", "bad_encoding")]
    )
    def test_a_bad_file_is_named_and_the_others_stay(self, text: bytes, code: str) -> None:
        good, bad, *_ = read(FORMAT, labels(text, **{"labels/train/b.txt": ""}), SIZES)
        assert [item.name for item in good] == ["train/b.png"]
        assert [(fault.code, fault.file) for fault in bad] == [(code, "labels/train/a.txt")]

    def test_an_image_of_unknown_size_is_named(self) -> None:
        files = labels("", **{"labels/train/b.txt": "", "images/train/b.jpg": b"no image"})
        good, bad, *_ = read(FORMAT, files)
        assert good == []
        assert [fault.file for fault in bad] == ["labels/train/a.txt", "labels/train/b.txt"]
        assert "images/a.jpg" in bad[0].mend


class TestBadFiles:
    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("names: {0: Car", FormatFault),
            ("- a", WrongFormat),
            ("", WrongFormat),
            ("names: 5", WrongFormat),
            ("names: {a: Car}", WrongFormat),
            ("names: [[Car]]", WrongFormat),
            ("names: {[1]: Car}", FormatFault),
            ("a: &x [1]\nnames: *x", FormatFault),
            ("names: !!python/object/apply:os.system [ls]", FormatFault),
            ("names: " + "[" * 5000, FormatFault),
            ("names: " + "{a: " * 5000, FormatFault),
            ("names: [" + "a," * 6000 + "]", WrongFormat),
            ("#" * 600_000, OverLimit),
        ],
    )
    def test_broken_descriptions_are_named(self, text: str, fault: type[FormatFault]) -> None:
        with pytest.raises(fault) as caught:
            read(FORMAT, {"data.yaml": text, "labels/a.txt": ""})
        assert caught.value.fields["file"] == "data.yaml"

    def test_archives_of_other_things_are_named(self) -> None:
        with pytest.raises(WrongFormat, match="neither"):
            read(FORMAT, {"labels/a.txt": ""})
        with pytest.raises(WrongFormat, match="no label files"):
            read(FORMAT, {"data.yaml": NAMES, "readme.txt": "hello"})

    @pytest.mark.parametrize("line", ["{", '{"image":"a","external_id":"b","name":"c","asset":"../x"}', "[" * 100_000])
    def test_a_broken_list_of_names_is_named(self, line: str) -> None:
        with pytest.raises(FormatFault) as caught:
            read(FORMAT, labels("", **{"fairmark/images.jsonl": line}), SIZES)
        assert caught.value.fields["file"] == "fairmark/images.jsonl"
