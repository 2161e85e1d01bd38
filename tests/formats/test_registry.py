"""All formats together: what goes out comes back, or is declared as lost; the documentation says all of it."""

import gc
import io
import re
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from fairmark.formats.contract import Format, Reading, ReadOptions
from fairmark.formats.model import AssetRecord, FormatFault, LabeledItem, Report
from fairmark.formats.registry import FORMATS
from fairmark.formats.sink import FolderSink, ZipSink
from fairmark.formats.source import FolderSource, open_source
from fairmark.ontology.model import Annotation, ItemClass, Mark, Ontology

from .differences import differences
from .strategies import exports

IMAGE_FORMATS = ["coco", "yolo", "yolo_segment", "yolo_obb", "voc"]
DOCS = Path(__file__).parents[2] / "docs" / "formats.md"


def there_and_back(
    format: Format, ontology: Ontology, items: list[LabeledItem]
) -> tuple[Report, Reading, list[LabeledItem]]:
    """Through a ZIP in memory. Bad rows fail the test."""
    file = io.BytesIO()
    with ZipSink(file) as sink:
        report = format.write(items, ontology, sink)
    with open_source(file, "export.zip") as source:
        reading = format.read(source)
        rows: list[LabeledItem] = []
        for row in reading:
            assert isinstance(row, LabeledItem), row
            rows.append(row)
    return report, reading, rows


class TestRoundTrip:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(exports())
    def test_fairmark_jsonl_loses_nothing(self, export: tuple[Ontology, list[LabeledItem]]) -> None:
        ontology, items = export
        # JSON has no infinite numbers: such a mark never was in a document.
        items = [item for item in items if not any(m.geometry.get("w") == float("inf") for m in item.annotation.marks)]
        report, reading, rows = there_and_back(FORMATS["fairmark_jsonl"], ontology, items)
        assert rows == items
        assert report.losses == reading.report.losses == ()
        assert report.items == reading.report.items == len(items)

    @pytest.mark.parametrize("name", IMAGE_FORMATS)
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(export=exports())
    def test_every_difference_is_declared(self, name: str, export: tuple[Ontology, list[LabeledItem]]) -> None:
        ontology, items = export
        report, reading, rows = there_and_back(FORMATS[name], ontology, items)
        found = differences(name, ontology, items, rows)
        declared = {loss.code for loss in report.losses}
        assert found <= declared
        # What is declared did happen: a changed file name comes back from the export's own list, and of images that are
        # left out nothing else can be compared.
        if not found & {"no_image", "size_unknown", "outside_image"}:
            assert declared - found <= {"validation_missing", "renamed"}
        assert report.marks == reading.report.marks == sum(len(row.annotation.marks) for row in rows)
        known = {each.id for each in ontology.classes}
        assert {each.id for each in reading.ontology.classes} == known

    @pytest.mark.parametrize("name", FORMATS)
    def test_a_folder_gives_what_a_zip_gives(self, name: str, tmp_path: Path) -> None:
        items = list(many_items(20))
        FORMATS[name].write(items, CARS, FolderSink(tmp_path))
        from_folder = list(FORMATS[name].read(FolderSource(tmp_path)))
        assert len(from_folder) == 20
        assert from_folder == there_and_back(FORMATS[name], CARS, items)[2]

    @pytest.mark.parametrize("name", FORMATS)
    def test_nothing_goes_out_and_comes_back(self, name: str) -> None:
        report, reading, rows = there_and_back(FORMATS[name], CARS, [])
        assert rows == []
        assert report.items == reading.report.items == 0
        assert reading.ontology == CARS

    @pytest.mark.parametrize("name", FORMATS)
    def test_equal_exports_have_equal_bytes(self, name: str) -> None:
        files = [io.BytesIO(), io.BytesIO()]
        for file in files:
            with ZipSink(file) as sink:
                FORMATS[name].write(many_items(5), CARS, sink)
        assert files[0].getvalue() == files[1].getvalue()

    @pytest.mark.parametrize("name", FORMATS)
    def test_an_export_that_breaks_leaves_no_archive(self, name: str) -> None:
        def records() -> Iterator[LabeledItem]:
            yield from many_items(3)
            raise RuntimeError("the database is gone")

        file = io.BytesIO()
        with pytest.raises(RuntimeError), ZipSink(file) as sink:
            FORMATS[name].write(records(), CARS, sink)
        with pytest.raises(FormatFault):
            open_source(file, "export.zip")


class TestReadOptions:
    @pytest.mark.parametrize("name", FORMATS)
    def test_names_are_matched_with_the_callers_ontology(self, name: str) -> None:
        file = io.BytesIO()
        with ZipSink(file) as sink:
            FORMATS[name].write(many_items(2), CARS, sink)
        # The project has the class under another id: the id is what stays in fairmark JSONL, the title elsewhere.
        mine = Ontology(
            classes=(ItemClass("auto", "Car", "#000000", ("box",)), ItemClass("bus", "Bus", "#000001", ("box",)))
        )
        with open_source(file) as source:
            reading = FORMATS[name].read(source, ReadOptions(ontology=mine))
            rows = [row for row in reading if isinstance(row, LabeledItem)]
        used = {mark.class_ for row in rows for mark in row.annotation.marks}
        # Boxes are no segments: of a panoptic data set the classes alone are told.
        ids = {"fairmark_jsonl": {"car"}, "coco_panoptic": set[str]()}
        assert used == ids.get(name, {"auto"})
        assert [each.id for each in reading.ontology.classes][:2] == ["auto", "bus"]

    @pytest.mark.parametrize("name", FORMATS)
    def test_nothing_is_opened_before_the_first_row(self, name: str) -> None:
        source = open_source(io.BytesIO(b"no format at all"), "x.bin")
        reading = FORMATS[name].read(source)
        assert reading.ontology == Ontology()
        with pytest.raises(FormatFault):
            next(iter(reading))


class TestMemory:
    """A hundred bytes an item would be a hundred megabytes for a million."""

    @staticmethod
    def peak_bytes(run: Callable[[], object]) -> int:
        gc.collect()
        tracemalloc.start()
        try:
            run()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize("name", FORMATS)
    def test_writing_takes_the_same_for_more_items(self, name: str, tmp_path: Path) -> None:
        def write(count: int) -> int:
            with (tmp_path / f"{count}.zip").open("wb") as file, ZipSink(file) as sink:
                return self.peak_bytes(lambda: FORMATS[name].write(many_items(count, 1), CARS, sink))

        # Spools fill up to a mebibyte each before they go to disk: the archive's directory, COCO's marks, the list of
        # names. Some 300 bytes an item go there; the items themselves have 1,500.
        assert write(3000) - write(1000) < 1_500_000

    @pytest.mark.parametrize(
        ("name", "per_item"),
        [
            ("fairmark_jsonl", 50),
            ("coco", 700),
            ("yolo", 50),
            ("yolo_segment", 50),
            ("yolo_obb", 50),
            ("voc", 50),
            ("cvat", 50),
            ("label_studio", 400),
            ("datumaro", 700),
            ("coco_panoptic", 700),
            ("open_images", 50),
            ("labelbox", 50),
            ("supervisely", 50),
        ],
    )
    def test_reading_takes_little_for_each_item(self, name: str, per_item: int, tmp_path: Path) -> None:
        def read(count: int) -> int:
            path = tmp_path / f"{count}.zip"
            with path.open("wb") as file, ZipSink(file) as sink:
                FORMATS[name].write(many_items(count, 1), CARS, sink)
            with open_source(path) as source:
                return self.peak_bytes(lambda: sum(1 for _ in FORMATS[name].read(source)))

        # COCO's marks stand apart from its images: an image costs 130 bytes, a mark 32, and windows grow up to size. So
        # do those of the lists of Label Studio and Datumaro, whose memory is the same for 10,000 and for 30,000 tasks.
        assert (read(3000) - read(1000)) / 2000 < per_item


class TestDocumentation:
    def test_every_format_has_its_paragraph(self) -> None:
        text = DOCS.read_text(encoding="utf-8")
        for name, format in FORMATS.items():
            assert format.name == name
            assert re.search(rf"^## {re.escape(format.title)} \(`{name}`\)$", text, re.MULTILINE), name

    @pytest.mark.parametrize("name", FORMATS)
    def test_every_loss_is_explained_with_its_format(self, name: str) -> None:
        text = DOCS.read_text(encoding="utf-8")
        start = text.index(f"(`{name}`)")
        section = text[start : text.find("\n## ", start)]
        told = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
        assert told == set(FORMATS[name].write_losses) | set(FORMATS[name].read_losses)


CARS = Ontology(classes=(ItemClass("car", "Car", "#1f77b4", ("box",)), ItemClass("bus", "Bus", "#ff7f0e", ("box",))))


def many_items(count: int, boxes: int = 5) -> Iterator[LabeledItem]:
    for number in range(count):
        marks = tuple(
            Mark(f"{each}", "box", "car", {"x": 10.0 + each, "y": 5.0, "w": 20.5, "h": 30.25}) for each in range(boxes)
        )
        asset = AssetRecord(f"camera {number % 3}/{number:06d}.jpg", 64, 48)
        yield LabeledItem(f"item-{number}", asset.name, (asset,), Annotation(marks=marks), split="train")
