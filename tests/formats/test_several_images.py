"""Items of several images, through every format: each image is an entry of its own, with its own marks."""

import io
from typing import Any

import pytest

from fairmark.formats.contract import WriteOptions
from fairmark.formats.model import AssetRecord, LabeledItem
from fairmark.formats.registry import FORMATS
from fairmark.formats.sink import ZipSink
from fairmark.ontology.model import Annotation, ItemClass, Mark, Ontology

from .records import codes, packed, read

KINDS = ("box", "mask")
ONTOLOGY = Ontology(
    classes=tuple(ItemClass(f"view_{place}", f"View {place}", "#1f77b4", KINDS) for place in range(3)),
)
ASSETS = (
    AssetRecord("left.png", 100, 80),
    # The same name in another folder, the same name again, and what is no image.
    AssetRecord("right/left.png", 60, 40),
    AssetRecord("notes.txt", media_type="text/plain"),
    AssetRecord("left.png", 50, 90),
)
PLACES = (0, 1, 3)


def mark(asset: int, kind: str, number: int) -> Mark:
    """Of the class of its image, from a pixel that is its number on."""
    side = {"width": 4, "height": 3}
    mask = {"x": 10 + number, "y": asset, **side, "runs": [0, 12]}
    geometry = mask if kind == "mask" else {"x": 10 + number, "y": asset, "w": 4, "h": 3}
    return Mark(f"{asset}-{number}", kind, f"view_{PLACES.index(asset)}", geometry, asset=asset)


def kept(name: str) -> str:
    """A kind that the format carries: a panoptic data set has no boxes."""
    return "mask" if name == "coco_panoptic" else "box"


def item(kind: str) -> LabeledItem:
    """Marks of the images in turns: 3 on the first, 2 on the second, 1 on the last, 1 on what is no image."""
    places = (0, 3, 1, 0, 1, 0)
    marks = tuple(mark(asset, kind, 5 * number) for number, asset in enumerate(places))
    stray = Mark("stray", kind, "view_0", marks[0].geometry, asset=2)
    return LabeledItem("set", "the set", ASSETS, Annotation(marks=(*marks, stray)), split="train")


def sides(mark: Mark) -> tuple[float, float]:
    """Its left and upper side, to a hundredth of a pixel."""
    geometry: dict[str, Any] = mark.geometry
    if "cx" in geometry:
        return round(geometry["cx"] - geometry["w"] / 2, 2), round(geometry["cy"] - geometry["h"] / 2, 2)
    if "parts" in geometry:
        across, down = zip(*geometry["parts"][0][0], strict=True)
        return round(min(across), 2), round(min(down), 2)
    return round(geometry["x"], 2), round(geometry["y"], 2)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "fairmark_jsonl"])
class TestEveryImage:
    def test_is_an_entry_with_its_own_marks(self, name: str) -> None:
        given = item(kept(name))
        report, files = packed(FORMATS[name], [given], ONTOLOGY)
        good, bad, _, _ = read(FORMATS[name], files)
        assert bad == []
        found = {each.external_id: each for each in good}
        assert sorted(found) == ["set", "set#1", "set#3"]
        for place in PLACES:
            each = found["set" if place == 0 else f"set#{place}"]
            asset = ASSETS[place]
            assert [(one.width, one.height) for one in each.assets] == [(asset.width, asset.height)]
            wanted = [(mark.class_, *sides(mark)) for mark in given.annotation.marks if mark.asset == place]
            assert sorted((mark.class_, *sides(mark)) for mark in each.annotation.marks) == sorted(wanted)
            assert {mark.asset for mark in each.annotation.marks} == {0}
            assert each.split == "train"
        declared = codes(report)
        assert (declared["items_split"], declared["bad_geometry"]) == ((0, 1), (1, 0))
        assert report.items == 1
        assert report.marks == 6

    def test_has_a_file_of_its_own(self, name: str) -> None:
        paths: list[str] = []
        options = WriteOptions(place_image=lambda path, asset: paths.append(path))
        with ZipSink(io.BytesIO()) as sink:
            FORMATS[name].write([item(kept(name))], ONTOLOGY, sink, options)
        assert len({path.casefold() for path in paths}) == len(paths) == len(PLACES)


class TestFairmarkJsonl:
    def test_keeps_the_item_whole(self) -> None:
        given = item("box")
        _, files = packed(FORMATS["fairmark_jsonl"], [given], ONTOLOGY)
        assert read(FORMATS["fairmark_jsonl"], files)[0] == [given]
