"""Short ways to write items, sources and archives in tests."""

import io
import json
import zipfile
from typing import Any

from fairmark.formats.contract import Format, ReadOptions
from fairmark.formats.model import AssetRecord, LabeledItem, Report, RowFault
from fairmark.formats.sink import ZipSink
from fairmark.formats.source import open_source
from fairmark.ontology.model import Annotation, ItemClass, Mark, Ontology

from .archives import archive

CARS = Ontology(
    classes=(
        ItemClass("car", "Car", "#1f77b4", ("box",)),
        ItemClass("rain", "Rain", "#ff7f0e", ("tag",)),
        ItemClass("bus", "Big Bus", "#2ca02c", ("box",)),
    )
)


def box(x: float, y: float, w: float, h: float, class_id: str = "car", **more: Any) -> Mark:
    return Mark(more.pop("id", "m"), "box", class_id, {"x": x, "y": y, "w": w, "h": h}, **more)


def image(name: str, *marks: Mark, size: tuple[int, int] | None = (100, 80), split: str | None = None) -> LabeledItem:
    """An item of one image, called like its file."""
    asset = AssetRecord(name, *size) if size else AssetRecord(name)
    return LabeledItem(f"id of {name}", name, (asset,), Annotation(marks=marks), split=split)


def packed(format: Format, items: list[LabeledItem], ontology: Ontology = CARS) -> tuple[Report, dict[str, bytes]]:
    """The report, and the files by path."""
    file = io.BytesIO()
    with ZipSink(file) as sink:
        report = format.write(items, ontology, sink)
    with zipfile.ZipFile(file) as made:
        return report, {path: made.read(path) for path in made.namelist()}


def written(format: Format, items: list[LabeledItem], ontology: Ontology = CARS) -> tuple[Report, dict[str, str]]:
    """The report, and the files by path as text, without pictures."""
    report, files = packed(format, items, ontology)
    return report, {path: data.decode() for path, data in files.items() if not path.endswith(".png")}


def read(
    format: Format, files: dict[str, Any], options: ReadOptions | None = None
) -> tuple[list[LabeledItem], list[RowFault], Report, Ontology]:
    """Good rows, bad rows, report and ontology of an archive of `files`: bytes, text, or what becomes JSON."""
    data = {path: each if isinstance(each, bytes) else as_bytes(each) for path, each in files.items()}
    with open_source(io.BytesIO(archive(data)), "test.zip") as source:
        reading = format.read(source, options)
        rows = list(reading)
    good = [row for row in rows if isinstance(row, LabeledItem)]
    bad = [row for row in rows if isinstance(row, RowFault)]
    assert reading.report.faults == len(bad)
    assert reading.report.items == len(good)
    return good, bad, reading.report, reading.ontology


def as_bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def edges(mark: Mark) -> tuple[float, float, float, float]:
    geometry = mark.geometry
    return geometry["x"], geometry["y"], geometry["w"], geometry["h"]


def codes(report: Report) -> dict[str, tuple[int, int]]:
    """Loss code -> (marks, items) touched."""
    return {loss.code: (loss.marks_touched, loss.items_touched) for loss in report.losses}
