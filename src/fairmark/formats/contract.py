"""What a format is, and what it writes to and reads from. A new format is one file and one line in `registry`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import BinaryIO, Protocol, Self

import msgspec

from fairmark.formats.model import AssetRecord, LabeledItem, Report, RowFault
from fairmark.formats.tally import Tally
from fairmark.ontology.model import Ontology


class SinkStream(Protocol):
    """One file being written; it counts only once it is closed."""

    def write(self, data: bytes, /) -> object: ...
    def close(self) -> None: ...
    def drop(self) -> None:
        """Gives the file up. Does nothing once it is closed."""
        ...


class Sink(Protocol):
    """Takes the named files of an export. Paths are relative, divided by "/", each written once."""

    @property
    def files(self) -> int:
        """Files complete so far."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """One whole small file."""
        ...

    def open(self, path: str) -> SinkStream:
        """A file written bit by bit. Several may be open at the same time."""
        ...


class Limits(msgspec.Struct, frozen=True):
    """What a source refuses to exceed. Raised as ArchiveBomb or OverLimit."""

    entries: int = 5_000_000
    """Files in an archive or a folder."""
    total_bytes: int = 256 * 2**30
    """All files of an archive together, unpacked."""
    file_bytes: int = 32 * 2**30
    """One file, unpacked."""
    ratio: int = 200
    """Unpacked over packed size of one file above a mebibyte. Label files reach 20 to 60."""
    rows: int = 20_000_000
    """Images, or marks, in one COCO file; rows of one Parquet file."""
    line_bytes: int = 16 * 2**20
    """One line of JSONL, CSV or a list."""
    document_bytes: int = 16 * 2**20
    """One small file that is read whole: an XML, a label list, a class list."""


class Source(Protocol):
    """Gives the named files of an import, guarded: no path leads outside, no file is larger than the limits."""

    limits: Limits

    @property
    def name(self) -> str:
        """What to call the whole in a message: the upload's file name."""
        ...

    def paths(self) -> Iterator[str]:
        """All files in a fixed order, relative and divided by "/"."""
        ...

    def has(self, path: str) -> bool:
        """Whether there is such a file. False for a path that leads outside."""
        ...

    def open(self, path: str) -> BinaryIO:
        """The file's bytes, from its start. Raises FormatFault if it is missing, outside or damaged."""
        ...

    def close(self) -> None:
        """Lets go of what the source itself has opened."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


class WriteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What an export can be told. created: goes into the file where a format has a place for it.

    place_image: told, for each image, the path at which tools expect it beside the labels, for a caller that puts the
    files in as well.
    """

    title: str = "fairmark export"
    created: datetime | None = None
    place_image: Callable[[str, AssetRecord], None] | None = None


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What an import can be told.

    ontology: names found in the file are matched with its classes; new ones are added. Without it, the ontology that a
    fairmark export carries along is used, or one is inferred.
    find_asset: from an image's path as the file has it, with or without its extension, to the known asset, or None.
    YOLO needs the size of each image from here, unless the images are in the source.
    voc_zero_based: the first pixel of a VOC file is 0, not 1, and xmax lies on the box's edge.
    """

    ontology: Ontology | None = None
    find_asset: Callable[[str], AssetRecord | None] | None = None
    voc_zero_based: bool = False


class Writer(Protocol):
    """An export under way, for callers that have records one by one."""

    def add(self, item: LabeledItem) -> None: ...

    def finish(self) -> Report:
        """Writes what is still open. The sink itself stays the caller's to close."""
        ...

    def abandon(self) -> None:
        """Drops what is still open, after an error."""
        ...


class Reading:
    """An import under way: iterate once; `ontology` and `report` are complete when the iteration has ended."""

    def __init__(self, rows: Iterator[LabeledItem | RowFault], tally: Tally, ontology: Callable[[], Ontology]) -> None:
        self._rows = rows
        self._tally = tally
        self._ontology = ontology

    def __iter__(self) -> Iterator[LabeledItem | RowFault]:
        """Items in the file's order; a RowFault in place of each bad row. Raises FormatFault if nothing can go on."""
        for row in self._rows:
            if isinstance(row, RowFault):
                self._tally.faults += 1
            else:
                self._tally.items += 1
                self._tally.marks += len(row.annotation.marks)
            yield row

    @property
    def ontology(self) -> Ontology:
        """All classes, attributes and questions met so far."""
        return self._ontology()

    @property
    def report(self) -> Report:
        return self._tally.report()


class Format(Protocol):
    """A file format, both ways. The loss tables say in words what it cannot carry: code -> sentence."""

    name: str
    title: str
    media_types: tuple[str, ...]
    """Of the files themselves; a ZIP of them is always taken."""
    write_losses: Mapping[str, str]
    read_losses: Mapping[str, str]

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> Writer:
        """Starts an export into `sink`."""
        ...

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        """Starts an import; no file is opened before the first row is asked for."""
        ...

    def write(
        self, records: Iterable[LabeledItem], ontology: Ontology, sink: Sink, options: WriteOptions | None = None
    ) -> Report:
        """A whole export: one pass over `records`, constant memory."""
        writer = self.writer(ontology, sink, options)
        try:
            for record in records:
                writer.add(record)
            return writer.finish()
        except BaseException:
            writer.abandon()
            raise
