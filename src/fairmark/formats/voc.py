"""Pascal VOC: `Annotations/<name>.xml` for each image, and `ImageSets/Main/<split>.txt`."""

from html import escape
from math import floor

from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, SinkStream, Source, WriteOptions
from fairmark.formats.images import BOX, IMAGE_LOSSES, Companion, ImageRow, ImageRows, LazyTable, clipped
from fairmark.formats.model import LabeledItem, Report
from fairmark.formats.names import NameTable, safe_path, stem_of, title_of
from fairmark.formats.tally import Tally
from fairmark.formats.voc_read import FLAGS, POSE, UNSTATED_POSE, voc_rows
from fairmark.ontology.model import FieldValue, Ontology

_NO_SPLIT = "default"
_NEAR = 1e-6
_NO_BORDER = 10**9


class VocWriter:
    """Pixels count from 1, and a box's last pixel is inside of it, as the challenge's own tools have it."""

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        self._tally = tally
        self._rows = ImageRows(ontology, tally)
        self._names = NameTable()
        self._labels = [escape(name, quote=False) for name in self._rows.names]
        self._lists: dict[str, SinkStream] = {}
        self._sink = sink
        self._database = escape(title_of(options.title), quote=False)
        self._files_before = sink.files
        self._companion = Companion(ontology, sink)
        self._place_image = options.place_image

    def add(self, item: LabeledItem) -> None:
        images = self._rows.of(item)
        self._tally.items += bool(images)
        if images and item.split == _NO_SPLIT:
            self._tally.lose("split_default", items=1)
        for row in images:
            self._add_image(item.split or _NO_SPLIT, row)

    def finish(self) -> Report:
        self._companion.close()
        for stream in self._lists.values():
            stream.close()
        self._tally.files = self._sink.files - self._files_before
        return self._tally.report()

    def abandon(self) -> None:
        self._companion.drop()
        for stream in self._lists.values():
            stream.drop()

    def _add_image(self, split: str, row: ImageRow) -> None:
        name = self._names.claim(safe_path(row.asset.name), row.key)
        if name != row.asset.name:
            self._tally.lose("renamed", items=1)
        if _size(row) is None:
            self._tally.lose("size_unknown", items=1)
        self._sink.write(f"Annotations/{stem_of(name)}.xml", self._xml(name, row).encode())
        self._companion.add(f"JPEGImages/{name}", row)
        if self._place_image is not None:
            self._place_image(f"JPEGImages/{name}", row.asset)
        if split not in self._lists:
            self._lists[split] = self._sink.open(f"ImageSets/Main/{split}.txt")
        self._lists[split].write(f"{stem_of(name)}\n".encode())

    def _xml(self, name: str, row: ImageRow) -> str:
        objects = [self._object(*box) for box in self._rounded(row)]
        self._tally.marks += len(objects)
        width, height = _size(row) or (0, 0)
        return (
            "<annotation>\n\t<folder>JPEGImages</folder>\n"
            f"\t<filename>{escape(name, quote=False)}</filename>\n"
            f"\t<source>\n\t\t<database>{self._database}</database>\n\t</source>\n"
            f"\t<size>\n\t\t<width>{width}</width>\n\t\t<height>{height}</height>\n"
            "\t\t<depth>3</depth>\n\t</size>\n\t<segmented>0</segmented>\n" + "".join(objects) + "</annotation>\n"
        )

    def _rounded(self, row: ImageRow) -> list[tuple[int, tuple[int, int, int, int], dict[str, FieldValue]]]:
        """(class place, (xmin, ymin, xmax, ymax), attributes) of the boxes that the image holds."""
        boxes: list[tuple[int, tuple[int, int, int, int], dict[str, FieldValue]]] = []
        width, height = _size(row) or (_NO_BORDER, _NO_BORDER)
        lose = self._tally.lose
        for box in row.boxes:
            place, x, y, w, h, mark = box
            inside = clipped(box, width, height)
            if inside is None:
                lose("outside_image", marks=1)
                continue
            if mark.kind != BOX:
                lose("outlines", marks=1)
            if inside != (x, y, x + w, y + h):
                lose("clipped", marks=1)
            if mark.score is not None:
                lose("scores", marks=1)
            left, right = _whole(inside[0], inside[2], width)
            top, bottom = _whole(inside[1], inside[3], height)
            whole = (left, top, right, bottom)
            shift = max(abs(edge - exact) for edge, exact in zip(whole, inside, strict=True))
            if shift > _NEAR:
                lose("thin_boxes" if shift > 0.5 else "rounded", marks=1)
            boxes.append((place, (left + 1, top + 1, right, bottom), mark.attributes))
        return boxes

    def _object(self, place: int, box: tuple[int, int, int, int], attributes: dict[str, FieldValue]) -> str:
        flags = "".join(f"\t\t<{flag}>{int(attributes.get(flag) is True)}</{flag}>\n" for flag in FLAGS)
        pose = attributes.get(POSE)
        held = isinstance(pose, str) and pose == title_of(pose) != UNSTATED_POSE
        if any(value is not True if name in FLAGS else name != POSE or not held for name, value in attributes.items()):
            self._tally.lose("attributes", marks=1)
        left, top, right, bottom = box
        return (
            f"\t<object>\n\t\t<name>{self._labels[place]}</name>\n"
            f"\t\t<pose>{escape(str(pose), quote=False) if held else UNSTATED_POSE}</pose>\n{flags}"
            f"\t\t<bndbox>\n\t\t\t<xmin>{left}</xmin>\n\t\t\t<ymin>{top}</ymin>\n"
            f"\t\t\t<xmax>{right}</xmax>\n\t\t\t<ymax>{bottom}</ymax>\n\t\t</bndbox>\n\t</object>\n"
        )


def _size(row: ImageRow) -> tuple[int, int] | None:
    """(width, height) in pixels if both are known."""
    asset = row.asset
    return (asset.width, asset.height) if asset.width and asset.height else None


def _whole(low: float, high: float, side: int) -> tuple[int, int]:
    """The nearest whole edges with a pixel between them, inside of 0 to `side`."""
    first, last = floor(low + 0.5), floor(high + 0.5)
    if first == last:
        first = min(floor((low + high) / 2), side - 1)
        last = first + 1
    return first, last


class Voc(Format):
    """One XML per image. `truncated`, `difficult`, `occluded` and `pose` are attributes of the same names."""

    name = "voc"
    title = "Pascal VOC"
    media_types = ("application/xml", "text/xml")
    write_losses = {
        **IMAGE_LOSSES,
        "item_details": "Metadata, batch, confidence, URLs, file hashes and media types of items are not kept.",
        "attributes": "Attributes are left out, except pose, and truncated, difficult and occluded where true.",
        "scores": "Scores of marks have no place in this format.",
        "outlines": "Outlines become the box around them.",
        "rounded": "Edges are rounded to whole pixels, by half a pixel at most.",
        "thin_boxes": "Boxes thinner than a pixel become a pixel wide.",
        "size_unknown": "Images whose size is not known have the size 0 in the file, and their boxes are not cut.",
        "clipped": "Boxes that reach over the image's border are cut there.",
        "outside_image": "Boxes outside of the image are left out.",
        "split_default": "A split called default comes back as no split.",
        "renamed": "Names that are unsafe, or equal but for the extension, are changed.",
    }
    read_losses = {
        "outlines": "Polygons and masks are not read; the box beside them is.",
        "parts": "Parts of objects (heads, hands) are not read.",
        "renamed": "The drive and the leading slash of absolute file names are cut off.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> VocWriter:
        return VocWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(voc_rows(source, options, tally, lazy), tally, lazy.ontology)
