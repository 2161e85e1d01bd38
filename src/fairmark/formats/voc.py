"""Pascal VOC: `Annotations/<name>.xml` for each image, and `ImageSets/Main/<split>.txt`."""

from collections.abc import Sequence
from html import escape
from math import floor
from typing import NamedTuple

from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, Source, WriteOptions
from fairmark.formats.image_writer import ImageWriter
from fairmark.formats.images import IMAGE_LOSSES, NO_SPLIT, ImageRow, ImageRows, LazyTable, clipped, is_sound
from fairmark.formats.model import LabeledItem
from fairmark.formats.names import stem_of, title_of
from fairmark.formats.pixel_maps import MASK, OUTLINED, has_pixels, is_paintable
from fairmark.formats.tally import Tally
from fairmark.formats.voc_pixels import CLASSES, NUMBERS_MAX, OBJECTS, Outlined, colour_list, segmentation
from fairmark.formats.voc_read import FLAGS, POSE, UNSTATED_POSE, voc_rows
from fairmark.ontology.model import FieldValue, Mark, Ontology

_NEAR = 1e-6
_NO_BORDER = 10**9


class Boxed(NamedTuple):
    """A mark as an object of the file. place: of its class, from 0. edges: xmin, ymin, xmax, ymax."""

    place: int
    edges: tuple[int, int, int, int]
    mark: Mark


class VocWriter(ImageWriter):
    """Pixels count from 1, and a box's last pixel is inside of it, as the challenge's own tools have it."""

    folder = "JPEGImages/"
    by_stem = True

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        super().__init__(ontology, sink, options, tally, ImageRows(ontology, tally))
        self._labels = [escape(name, quote=False) for name in self._rows.names]
        self._database = escape(title_of(options.title), quote=False)
        sink.write("labelmap.txt", colour_list(self._rows.names).encode())

    def _put(self, item: LabeledItem, images: Sequence[ImageRow]) -> None:
        for row in images:
            self._put_image(row)

    def _put_image(self, row: ImageRow) -> None:
        split = row.item.split or NO_SPLIT
        name = self._named(row)
        if _size(row) is None:
            self._tally.lose("size_unknown", items=1)
        objects = self._rounded(row)
        self._tally.marks += len(objects)
        line = f"{stem_of(name)}\n".encode()
        is_segmented = self._segment(stem_of(name), row, objects)
        self._sink.write(f"Annotations/{stem_of(name)}.xml", self._xml(name, row, objects, is_segmented).encode())
        self._stream(f"ImageSets/Main/{split}.txt").write(line)
        if is_segmented:
            self._stream(f"ImageSets/Segmentation/{split}.txt").write(line)

    def _segment(self, stem: str, row: ImageRow, objects: list[Boxed]) -> bool:
        """Writes the pictures of an image's outlines and masks, if it has any that have pixels. What they lose is
        counted."""
        width, height = _size(row) or (0, 0)
        outlined: list[Outlined] = []
        for number, each in enumerate(objects, start=1):
            if each.mark.kind not in OUTLINED:
                continue
            has_room = is_paintable(width, height) and max(number, each.place + 1) <= NUMBERS_MAX
            if has_room and is_sound(each.mark) and has_pixels(each.mark, width, height):
                outlined.append(Outlined(number, each.place + 1, each.mark))
            else:
                self._tally.lose("outlines", marks=1)
        if not outlined:
            return False
        pictures = segmentation(outlined, width, height)
        for each, is_covered in zip(outlined, pictures.is_covered, strict=True):
            if each.mark.kind != MASK:
                self._tally.lose("outlines", marks=1)
            elif is_covered:
                self._tally.lose("overlaps", marks=1)
        self._sink.write(f"{OBJECTS}{stem}.png", pictures.objects)
        self._sink.write(f"{CLASSES}{stem}.png", pictures.classes)
        return True

    def _xml(self, name: str, row: ImageRow, objects: list[Boxed], is_segmented: bool) -> str:
        written = [self._object(each.place, each.edges, each.mark.attributes) for each in objects]
        width, height = _size(row) or (0, 0)
        return (
            "<annotation>\n\t<folder>JPEGImages</folder>\n"
            f"\t<filename>{escape(name, quote=False)}</filename>\n"
            f"\t<source>\n\t\t<database>{self._database}</database>\n\t</source>\n"
            f"\t<size>\n\t\t<width>{width}</width>\n\t\t<height>{height}</height>\n"
            f"\t\t<depth>3</depth>\n\t</size>\n\t<segmented>{int(is_segmented)}</segmented>\n"
            + "".join(written)
            + "</annotation>\n"
        )

    def _rounded(self, row: ImageRow) -> list[Boxed]:
        """The boxes that the image holds."""
        boxes: list[Boxed] = []
        width, height = _size(row) or (_NO_BORDER, _NO_BORDER)
        lose = self._tally.lose
        for box in row.boxes:
            place, x, y, w, h, mark = box
            inside = clipped(box, width, height)
            if inside is None:
                lose("outside_image", marks=1)
                continue
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
            boxes.append(Boxed(place, (left + 1, top + 1, right, bottom), mark))
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
    """One XML per image, and pictures of its outlines and masks. `truncated`, `difficult`, `occluded` and `pose` are
    attributes of the same names."""

    name = "voc"
    title = "Pascal VOC"
    media_types = ("application/xml", "text/xml")
    write_losses = {
        **IMAGE_LOSSES,
        "item_details": "Metadata, batch, confidence, URLs, file hashes and media types of items are not kept.",
        "attributes": "Attributes are left out, except pose, and truncated, difficult and occluded where true.",
        "scores": "Scores of marks have no place in this format.",
        "outlines": "Outlines become pixels and the box around them; of images without a size, masks become the box.",
        "overlaps": "Where masks overlap, the pixels are those of the upper one.",
        "rounded": "Edges are rounded to whole pixels, by half a pixel at most.",
        "thin_boxes": "Boxes thinner than a pixel become a pixel wide.",
        "size_unknown": "Images whose size is not known have the size 0 in the file, and their boxes are not cut.",
        "clipped": "Boxes that reach over the image's border are cut there.",
        "outside_image": "Boxes outside of the image are left out.",
        "split_default": "A split called default comes back as no split.",
        "renamed": "Names that are unsafe, or equal but for the extension, are changed.",
    }
    read_losses = {
        "outlines": "Polygons in the XML, and masks of classes that take none, are not read; the box beside them is.",
        "parts": "Parts of objects (heads, hands) are not read.",
        "renamed": "The drive and the leading slash of absolute file names are cut off.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> VocWriter:
        return VocWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(voc_rows(source, options, tally, lazy), tally, lazy.ontology)
