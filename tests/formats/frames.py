"""What every export of images has to get right, whatever its marks look like: for the property tests of formats that
place marks by themselves."""

import io
from typing import NamedTuple

from fairmark.formats.contract import Format
from fairmark.formats.model import AssetRecord, LabeledItem
from fairmark.formats.sink import ZipSink
from fairmark.formats.source import open_source
from fairmark.ontology.model import Mark, Ontology

from .records import codes

LEFT_OUT = ("mark_kinds", "class_unknown", "bad_geometry", "no_image")
"""Codes of losses that leave out marks."""


class Pair(NamedTuple):
    """An image before, and what came back of it."""

    item: LabeledItem
    place: int
    asset: AssetRecord
    back: LabeledItem

    def marks(self) -> list[tuple[Mark, Mark]]:
        """The marks on the image, before and after."""
        wanted = [mark for mark in self.item.annotation.marks if mark.asset == self.place]
        return list(zip(wanted, self.back.annotation.marks, strict=True))


class Framed(NamedTuple):
    """An export that came back. declared: losses by code. complete: no mark was left out or came back as several."""

    pairs: list[Pair]
    declared: dict[str, tuple[int, int]]
    complete: bool
    lost_on_the_way_in: dict[str, tuple[int, int]]


def there_and_back(
    format: Format,
    export: tuple[Ontology, list[LabeledItem]],
    left_out: tuple[str, ...] = LEFT_OUT,
    *,
    needs_size: bool = False,
) -> Framed:
    """Writes and reads `export`, and checks the images, their names, splits and sizes, the classes, and the counts.

    left_out: codes of losses that leave out marks. needs_size: images of unknown size are left out.
    AssertionError for a difference that no code stands for.
    """
    ontology, items = export
    file = io.BytesIO()
    with ZipSink(file) as sink:
        report = format.write(items, ontology, sink)
    with open_source(file, "export.zip") as source:
        reading = format.read(source)
        rows = list(reading)
    good = [row for row in rows if isinstance(row, LabeledItem)]
    assert good == rows, "nothing of our own is damaged"
    declared = codes(report)
    images = [
        (item, place, asset)
        for item in items
        for place, asset in enumerate(item.assets)
        if asset.media_type is None or asset.media_type.startswith("image/")
    ]
    if needs_size:
        images = [image for image in images if image[2].width]
    pairs = [Pair(*image, row) for image, row in zip(images, by_image(good, images), strict=True)]
    for pair in pairs:
        _same_image(pair, declared)
    back = sum(len(row.annotation.marks) for row in good)
    assert back == report.marks == reading.report.marks
    told = sum(len(item.annotation.marks) for item in items) - sum(declared.get(code, (0, 0))[0] for code in left_out)
    assert back >= told
    if "parts" not in declared:
        assert back == told
    assert {each.id for each in reading.ontology.classes} == {each.id for each in ontology.classes}
    complete = not declared.keys() & {"parts", *left_out}
    return Framed(pairs, declared, complete, codes(reading.report))


def by_image(rows: list[LabeledItem], images: list[tuple[LabeledItem, int, AssetRecord]]) -> list[LabeledItem]:
    """What came back in the order of the images: files of splits keep it only within themselves."""
    found = {row.external_id: row for row in rows}
    assert len(found) == len(rows), "external ids stay unique"
    return [found.pop(item.external_id if place == 0 else f"{item.external_id}#{place}") for item, place, _ in images]


def _same_image(pair: Pair, declared: dict[str, tuple[int, int]]) -> None:
    item, _, asset, back = pair
    assert back.name == item.name
    assert back.split == (None if item.split == "default" else item.split)
    if item.split == "default":
        assert "split_default" in declared
    if asset.width:
        assert (back.assets[0].width, back.assets[0].height) == (asset.width, asset.height)
    else:
        assert "size_unknown" in declared
