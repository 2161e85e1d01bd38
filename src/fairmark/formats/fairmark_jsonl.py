"""fairmark JSONL: everything, exactly. `labels.jsonl` has an item a line, `ontology.json` what may be said of it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw

from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, Source, WriteOptions
from fairmark.formats.images import LazyTable
from fairmark.formats.json_rows import JSON_ERRORS, json_fault, json_lines
from fairmark.formats.model import (
    ASSETS_MAX,
    AssetRecord,
    LabeledItem,
    Name,
    Report,
    RowFault,
    Split,
    WrongFormat,
)
from fairmark.formats.names import safe_path, suffix_of
from fairmark.formats.tally import Tally
from fairmark.ontology.model import InvalidDocument, Ontology
from fairmark.ontology.upgrade import read_annotation, write_ontology

LABELS_PATH = "labels.jsonl"
ONTOLOGY_PATH = "ontology.json"

_ENDINGS = (".jsonl", ".ndjson")
_BUFFER_BYTES = 2**16


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """A LabeledItem as it stands in the file: its annotation may be of any version ever written."""

    external_id: Name
    name: Name
    assets: Annotated[tuple[AssetRecord, ...], Meta(max_length=ASSETS_MAX)] = ()
    annotation: Raw = Raw(b"{}")
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    meta: dict[str, Any] = {}
    batch: Name | None = None
    split: Split | None = None


_decode = msgspec.json.Decoder(_Line).decode


class JsonlWriter:
    """Keeps lines together until they are worth a write."""

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        self._tally = tally
        self._place_image = options.place_image
        self._sink = sink
        self._files_before = sink.files
        self._lines = bytearray()
        self._encoder = msgspec.json.Encoder()
        sink.write(ONTOLOGY_PATH, msgspec.json.format(write_ontology(ontology), indent=1))
        self._stream = sink.open(LABELS_PATH)

    def add(self, item: LabeledItem) -> None:
        lines = self._lines
        self._encoder.encode_into(item, lines, -1)
        lines += b"\n"
        self._tally.items += 1
        self._tally.marks += len(item.annotation.marks)
        if self._place_image is not None:
            for asset in item.assets:
                if asset.sha256 is not None:  # the line names the hash, so the file is found by it
                    self._place_image(f"images/{asset.sha256}{suffix_of(safe_path(asset.name))}", asset)
        if len(lines) > _BUFFER_BYTES:
            self._stream.write(bytes(lines))
            lines.clear()

    def finish(self) -> Report:
        self._stream.write(bytes(self._lines))
        self._stream.close()
        self._tally.files = self._sink.files - self._files_before
        return self._tally.report()

    def abandon(self) -> None:
        self._stream.drop()


class FairmarkJsonl(Format):
    """The only format that loses nothing. A file without its ontology is read too: one is inferred from the labels."""

    name = "fairmark_jsonl"
    title = "fairmark JSONL"
    media_types = ("application/jsonl", "application/x-ndjson")
    write_losses: Mapping[str, str] = {}
    read_losses: Mapping[str, str] = {}

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> JsonlWriter:
        return JsonlWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        tally = Tally(self.name, self.read_losses)
        lazy = LazyTable(source, options or ReadOptions(), ONTOLOGY_PATH)
        return Reading(_rows(source, tally, lazy), tally, lazy.ontology)


def _rows(source: Source, tally: Tally, lazy: LazyTable) -> Iterator[LabeledItem | RowFault]:
    table = lazy.table()
    found = False
    for path in source.paths():
        if not path.lower().endswith(_ENDINGS):
            continue
        found = True
        tally.files += 1
        for number, after, line in json_lines(source, path):
            row = line if isinstance(line, RowFault) else _row(line, path, number)
            if isinstance(row, LabeledItem):
                table.learn(row.annotation)
                yield row
            else:
                yield msgspec.structs.replace(row, after=after)
    if not found:
        raise WrongFormat(
            f"{source.name} holds no {LABELS_PATH}.", file=source.name, mend="Send the .jsonl file, or a ZIP with it."
        )


def _row(line: bytes, path: str, number: int) -> LabeledItem | RowFault:
    try:
        given = _decode(line)
        document = read_annotation(bytes(given.annotation))
        return LabeledItem(
            given.external_id,
            given.name,
            given.assets,
            document,
            given.confidence,
            given.meta,
            given.batch,
            given.split,
        )
    except InvalidDocument as error:
        return json_fault(error, path, line=number, path="/annotation")
    except JSON_ERRORS as error:
        return json_fault(error, path, line=number, what="line")
