"""What is right, item by item, out of a file of labels."""

from collections.abc import Mapping
from pathlib import Path

from fairmark.client.errors import BadSource
from fairmark.formats.coco import Coco
from fairmark.formats.contract import Format, ReadOptions
from fairmark.formats.fairmark_jsonl import FairmarkJsonl
from fairmark.formats.model import FormatFault, LabeledItem, RowFault
from fairmark.formats.source import open_source
from fairmark.ontology.model import Annotation, Ontology

FORMATS: dict[str, Format] = {".jsonl": FairmarkJsonl(), ".ndjson": FairmarkJsonl(), ".json": Coco()}


class Truth:
    """Right annotations by external id, and by name for items that have none."""

    def __init__(self, by_id: Mapping[str, Annotation], by_name: Mapping[str, Annotation] | None = None) -> None:
        self._by_id = by_id
        self._by_name = by_name or {}

    def __len__(self) -> int:
        return len(self._by_id)

    def of(self, external_id: str | None, name: str) -> Annotation | None:
        """What is right for an item; None if nobody said."""
        found = self._by_id.get(external_id) if external_id is not None else None
        return found if found is not None else self._by_name.get(name)


def read_truth(path: Path, ontology: Ontology | None = None) -> Truth:
    """Truth from fairmark JSONL, COCO, or a ZIP of either. ontology: whose classes the file's names mean.

    Raises BadSource if the file cannot be read or any of its rows is bad: a simulation must not judge by half a truth.
    """
    by_id: dict[str, Annotation] = {}
    by_name: dict[str, Annotation] = {}
    try:
        with open_source(path) as source:
            names = [Path(name).suffix.lower() for name in source.paths()]
            kind = FORMATS[".jsonl"] if ".jsonl" in names or ".ndjson" in names else FORMATS[".json"]
            for row in kind.read(source, ReadOptions(ontology=ontology)):
                item = _checked(row)
                by_id[item.external_id] = item.annotation
                by_name[item.name] = item.annotation
    except FormatFault as fault:
        raise BadSource(fault.message, mend=fault.mend) from fault
    if not by_id:
        raise BadSource(f"{path} says nothing of any item.", mend="Name a file of labels: fairmark JSONL or COCO.")
    return Truth(by_id, by_name)


def _checked(row: LabeledItem | RowFault) -> LabeledItem:
    if isinstance(row, RowFault):
        place = f", line {row.line}" if row.line else ""
        raise BadSource(f"{row.file}{place}{row.path}: {row.message}", mend=row.mend)
    return row
