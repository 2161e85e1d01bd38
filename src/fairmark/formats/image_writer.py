"""The frame of an export of images: names, the files that let it come back, opening, closing, giving up."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from fairmark.formats.contract import Sink, SinkStream, WriteOptions
from fairmark.formats.images import NO_SPLIT, Companion, ImageRow, ImageRows
from fairmark.formats.model import LabeledItem, Report
from fairmark.formats.names import NameTable, safe_path
from fairmark.formats.tally import Tally
from fairmark.ontology.model import Ontology

_FILES_MAX = 1000


class ImageWriter(ABC):
    """What exports of images have in common. A format adds what stands in its files: `_put`, and `_end` behind the
    last image. Its loss table needs `split_default` and `renamed`.
    """

    folder = "images/"
    """Where tools expect the images."""
    is_flat = False
    """Whether names of images have no folders."""
    by_stem = False
    """Whether two images that differ in their extension alone are one to the format."""

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally, rows: ImageRows) -> None:
        self._tally = tally
        self._sink = sink
        self._files_before = sink.files
        self._rows = rows
        self._names = NameTable()
        self._place_image = options.place_image
        self._streams: dict[str, SinkStream] = {}
        self._companion = Companion(ontology, sink)

    def add(self, item: LabeledItem) -> None:
        images = self._rows.of(item)
        self._tally.items += bool(images)
        if images and item.split == NO_SPLIT:
            self._tally.lose("split_default", items=1)
        self._put(item, images)

    def finish(self) -> Report:
        self._end()
        for stream in self._streams.values():
            stream.close()
        self._companion.close()
        self._tally.files = self._sink.files - self._files_before
        return self._tally.report()

    def abandon(self) -> None:
        for stream in self._streams.values():
            stream.drop()
        self._companion.drop()

    @abstractmethod
    def _put(self, item: LabeledItem, images: Sequence[ImageRow]) -> None:
        """Writes the images of an item, of which there may be none."""

    def _end(self) -> None:
        """Writes what stands behind the last image: nothing, unless a format says so."""
        return

    def _stream(self, path: str, head: bytes = b"") -> SinkStream:
        """The file at `path`, opened and begun with `head` when it is first asked for, and open to the end."""
        stream = self._streams.get(path)
        if stream is None:
            assert len(self._streams) < _FILES_MAX, "an item's split names one of a few parts of the data"
            stream = self._streams[path] = self._sink.open(path)
            stream.write(head)
        return stream

    def _named(self, row: ImageRow, under: str = "") -> str:
        """The name of an image in the export, which is noted for the way back. Ask once for each image.

        under: the folder in `folder` that tools expect it in, with a slash at its end; no part of the name.
        """
        asset = row.asset
        path = safe_path(asset.name)
        name = self._names.claim(path.replace("/", "_") if self.is_flat else path, row.key, by_stem=self.by_stem)
        if name != asset.name:
            self._tally.lose("renamed", items=1)
        if self._place_image is not None:
            self._place_image(f"{self.folder}{under}{name}", asset)
        self._companion.add(f"{self.folder}{under}{name}", row)
        return name
