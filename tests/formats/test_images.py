"""What the image formats share."""

import pytest

from fairmark.formats.contract import ReadOptions
from fairmark.formats.images import (
    IMAGE_LOSSES,
    ImageRows,
    asset_for,
    box_of,
    clipped,
    pixels_of,
    split_named,
    split_of,
)
from fairmark.formats.model import AssetRecord, LabeledItem
from fairmark.formats.tally import Tally
from fairmark.ontology.model import Annotation, Link, Mark

from .records import CARS, box, codes


def rows(item: LabeledItem) -> tuple[list[tuple[str, str, list[tuple[int, float]]]], dict[str, tuple[int, int]]]:
    """(key, asset, [(class place, x)]) of each image, and the losses."""
    tally = Tally("test", IMAGE_LOSSES)
    made = ImageRows(CARS, tally).of(item)
    return [(row.key, row.asset.name, [(each[0], each[1]) for each in row.boxes]) for row in made], codes(
        tally.report()
    )


class TestImageRows:
    def test_an_item_of_two_images_becomes_two(self) -> None:
        marks = (box(1, 1, 5, 5, asset=1), box(2, 1, 5, 5, "bus"), box(3, 1, 5, 5))
        item = LabeledItem("id", "n", (AssetRecord("a"), AssetRecord("b")), Annotation(marks=marks))
        found, lost = rows(item)
        # "rain" stands between car and bus in the ontology and takes no boxes: bus has the place 1.
        assert found == [("id", "a", [(1, 2), (0, 3)]), ("id#1", "b", [(0, 1)])]
        assert lost == {"items_split": (0, 1), "mark_details": (3, 0)}

    def test_what_is_no_image_is_left_out(self) -> None:
        text = AssetRecord("a.txt", media_type="text/plain")
        assert rows(LabeledItem("id", "n", (text,), Annotation(marks=(box(1, 1, 1, 1),)))) == ([], {"no_image": (1, 1)})
        found, lost = rows(LabeledItem("id", "n", (text, AssetRecord("b")), Annotation(marks=(box(1, 1, 1, 1),))))
        assert found == [("id#1", "b", [])]
        assert lost == {"items_split": (0, 1), "item_details": (0, 1), "bad_geometry": (1, 0)}

    def test_every_loss_of_marks_and_answers_is_counted(self) -> None:
        marks = (
            Mark("1", "tag", "rain"),
            Mark("2", "kind-of-tomorrow", "car"),
            Mark("3", "polygon", "car"),
            box(1, 1, 1, 1, "unknown"),
            box(1, 1, 1, 1, "rain"),
            box(1, 1, 0, 1),
            box(1, 1, 1, 1, asset=5),
        )
        annotation = Annotation(marks=marks, answers={"q": True}, links=(Link("l", "x", "1", "2"),))
        item = LabeledItem("id", "n", (AssetRecord("a", orientation=6),), annotation, confidence=0.5)
        found, lost = rows(item)
        assert found == [("id", "a", [])]
        assert lost == {
            "answers": (0, 1),
            "tags": (1, 0),
            "links": (0, 1),
            "mark_kinds": (1, 0),
            "item_details": (0, 1),
            "not_upright": (7, 1),
            "class_unknown": (3, 0),
            "bad_geometry": (2, 0),
        }


class TestBoxOf:
    @pytest.mark.parametrize(
        "geometry",
        [
            {},
            {"x": 1, "y": 1, "w": 1},
            {"x": 1, "y": 1, "w": 0, "h": 1},
            {"x": 1, "y": 1, "w": 1, "h": -1},
            {"x": "1", "y": 1, "w": 1, "h": 1},
            {"x": None, "y": 1, "w": 1, "h": 1},
            {"x": float("nan"), "y": 1, "w": 1, "h": 1},
            {"x": 0, "y": 1, "w": float("inf"), "h": 1},
            {"x": 10**400, "y": 1, "w": 1, "h": 1},
        ],
    )
    def test_refuses_unsound_ones(self, geometry: dict[str, object]) -> None:
        assert box_of(geometry) is None

    def test_gives_numbers(self) -> None:
        assert box_of({"x": 1, "y": 2.5, "w": 3, "h": 4, "more": 1}) == (1, 2.5, 3, 4)


class TestClipped:
    @pytest.mark.parametrize(
        ("edges", "inside"),
        [
            ((10, 10, 5, 5), (10, 10, 15, 15)),
            ((-10, -10, 15, 100), (0, 0, 5, 80)),
            ((95, 75, 10, 10), (95, 75, 100, 80)),
            ((100, 0, 5, 5), None),
            ((-5, 0, 5, 5), None),
        ],
    )
    def test_cuts_at_the_border(self, edges: tuple[float, float, float, float], inside: object) -> None:
        assert clipped((0, *edges, box(*edges)), 100, 80) == inside


class TestNumbersAndNames:
    @pytest.mark.parametrize(
        ("value", "pixels"), [(100, 100), (100.0, 100), (0, None), (-5, None), (None, None), (1e30, None), (0.5, None)]
    )
    def test_pixels_of(self, value: float | None, pixels: int | None) -> None:
        assert pixels_of(value) == pixels

    @pytest.mark.parametrize(
        ("name", "split"),
        [("Valid", "val"), ("train", "train"), ("fold_1", "fold_1"), ("", None), ("a/b", None), ("a b", None)],
    )
    def test_split_named(self, name: str, split: str | None) -> None:
        assert split_named(name) == split

    @pytest.mark.parametrize(
        ("path", "split"),
        [("train/x.json", "train"), ("test/train.json", "train"), ("x.json", None), ("a/VALID/b/x", "val")],
    )
    def test_split_of(self, path: str, split: str | None) -> None:
        assert split_of(path) == split

    def test_asset_for_takes_half_a_size_for_none(self) -> None:
        assert asset_for("a", 5, None, ReadOptions()) == AssetRecord("a")
        assert asset_for("a", 5, 6, ReadOptions(), url="u") == AssetRecord("a", 5, 6, url="u")


def test_a_tally_knows_only_declared_losses() -> None:
    tally = Tally("test", {"b": "B is lost.", "a": "A is lost."})
    tally.lose("a", marks=2)
    tally.lose("b", items=1)
    tally.lose("a", marks=1)
    assert list(codes(tally.report()).items()) == [("b", (0, 1)), ("a", (3, 0))]
    with pytest.raises(AssertionError):
        tally.lose("c")
