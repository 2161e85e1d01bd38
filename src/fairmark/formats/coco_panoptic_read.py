"""Reading COCO panoptic, annotation by annotation, each with its picture."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

from fairmark.formats.classes import ClassTable
from fairmark.formats.coco_write import CROWD
from fairmark.formats.contract import ReadOptions, Source
from fairmark.formats.images import (
    NO_SPLIT,
    POLYGON,
    LazyTable,
    NamesBefore,
    asset_for,
    fitted,
    parts_of,
    pixels_of,
    split_named,
)
from fairmark.formats.json_files import ImageIndex, JsonFile, item_before, json_files
from fairmark.formats.json_rows import JSON_ERRORS, json_fault
from fairmark.formats.model import (
    AssetRecord,
    FileDamaged,
    FormatFault,
    LabeledItem,
    Name,
    OverLimit,
    RowFault,
)
from fairmark.formats.names import relative_path, stem_of, without_root
from fairmark.formats.pixel_maps import MASK, picture_in, pieces_of
from fairmark.formats.tally import Tally
from fairmark.ontology.model import MARKS_MAX, Annotation, Mark
from fairmark.ontology.model import Source as MarkSource

if TYPE_CHECKING:
    from fairmark.formats.pixel_maps import Numbers

FOLDER = "annotations/"

_PANOPTIC = re.compile(r"(^|/)panoptic_([^/]+)\.json$", re.IGNORECASE)


class _File(msgspec.Struct, frozen=True):
    images: Raw
    annotations: Raw
    categories: Raw


class _Image(msgspec.Struct, frozen=True):
    id: int | str
    file_name: Name
    width: float | None = None
    height: float | None = None


class _Category(msgspec.Struct, frozen=True):
    id: int | str
    name: Name
    supercategory: str | None = None
    isthing: int | bool | None = None


class _Segment(msgspec.Struct, frozen=True):
    id: int
    category_id: int | str
    iscrowd: int | bool | None = None


class _Annotation(msgspec.Struct, frozen=True):
    image_id: int | str
    file_name: Name
    segments_info: list[_Segment]


_decode_image = msgspec.json.Decoder(_Image).decode
_decode_category = msgspec.json.Decoder(_Category).decode
_decode_annotation = msgspec.json.Decoder(_Annotation).decode


def panoptic_rows(
    source: Source, options: ReadOptions, tally: Tally, lazy: LazyTable
) -> Iterator[LabeledItem | RowFault]:
    """Images in the order of their annotations, then those without any. One bad picture costs its image."""
    table = lazy.table()
    before = NamesBefore(source, "images/")
    mend = "Send a ZIP with annotations/panoptic_*.json and its folder of PNG files."
    for file in json_files(source, tally, _File, mend, named=_PANOPTIC, skips=True):
        yield from _Part(file, source, options, tally, table, before).rows()


class _Part:
    """One COCO file. Where each image stands is kept, some 150 bytes each."""

    def __init__(
        self,
        file: JsonFile[_File],
        source: Source,
        options: ReadOptions,
        tally: Tally,
        table: ClassTable,
        before: NamesBefore,
    ) -> None:
        self._file = file
        self._path = file.path
        self._source = source
        self._options = options
        self._tally = tally
        self._table = table
        self._before = before
        found = _PANOPTIC.search(file.path)
        self._split = None if found is None or found[2] == NO_SPLIT else split_named(found[2])
        self._classes: dict[int | str, str] = {}
        self._images = ImageIndex(file, lambda row: _decode_image(row).id)
        self._folder: str | None = None

    def rows(self) -> Iterator[LabeledItem | RowFault]:
        yield from self._read_categories()
        yield from self._images.read()
        seen = bytearray(len(self._images))
        for place, start, end in self._file.rows("annotations"):
            try:
                row = _decode_annotation(self._file.text("annotations", start, end, place))
            except JSON_ERRORS as error:
                yield json_fault(error, self._path, path=place, what="annotation")
                continue
            except FormatFault as fault:
                yield fault.as_row()
                continue
            image = self._images.numbers.get(row.image_id)
            if image is None or seen[image]:
                message = f"No image has the id {row.image_id}, or it was labeled before."
                yield RowFault("unknown_image", message, "Add the image once.", self._path, path=place)
                continue
            seen[image] = 1
            yield from self._item(image, row)
        for image, known in enumerate(seen):
            if not known:
                yield from self._item(image, None)

    def _read_categories(self) -> Iterator[RowFault]:
        section = self._file.list("categories")
        for place, start, end in self._file.rows("categories"):
            try:
                row = _decode_category(bytes(section[start:end]))
            except JSON_ERRORS as error:
                yield json_fault(error, self._path, path=place, what="category")
                continue
            self._classes[row.id] = self._table.id_of(row.name)
            if row.isthing is not None and not row.isthing:
                self._table.is_stuff(self._classes[row.id])
            if row.supercategory:
                self._tally.lose("supercategories")

    def _item(self, place: int, row: _Annotation | None) -> Iterator[LabeledItem | RowFault]:
        try:
            item = self._unlabeled(_decode_image(self._images.text(place)))
            marks = tuple(self._marks(row, item.assets[0])) if row else ()
        except FormatFault as fault:
            yield fault.as_row()
            return
        yield msgspec.structs.replace(item, annotation=Annotation(marks=marks), split=self._split)

    def _unlabeled(self, image: _Image) -> LabeledItem:
        """Raises FormatFault for a name that leads elsewhere."""
        known = item_before(self._before, stem_of(image.file_name))
        if known is not None:
            return known
        name = relative_path(without_root(image.file_name), file=self._path)
        if name != image.file_name:
            self._tally.lose("renamed", items=1)
        asset = asset_for(name, pixels_of(image.width), pixels_of(image.height), self._options)
        return LabeledItem(name, name, (asset,))

    def _marks(self, row: _Annotation, asset: AssetRecord) -> Iterator[Mark]:
        """Raises FormatFault for a picture that is missing, broken or of another size, and for too many segments."""
        path = self._picture(row.file_name)
        numbers = self._numbers(path)
        if asset.width and asset.height and numbers.shape != (asset.height, asset.width):
            message = f"{path} has not the size of its image, {asset.width} x {asset.height}."
            raise FileDamaged(message, file=path, mend="Send the picture of the image.")
        if len(row.segments_info) > MARKS_MAX:
            raise OverLimit(f"{path} has more than {MARKS_MAX} segments.", file=path)
        pieces = pieces_of(numbers)
        for segment in row.segments_info:
            geometry = pieces.pop(segment.id, None)
            if geometry is None:
                self._tally.lose("no_pixels", marks=1)
                continue
            class_id = self._classes.get(segment.category_id)
            if class_id is None:
                message = f"No category has the id {segment.category_id}."
                raise FileDamaged(message, file=self._path, mend="Add the category.")
            mark = self._fitted(Mark(str(segment.id), MASK, class_id, geometry, source=MarkSource.IMPORT))
            if mark is None:
                continue
            self._table.saw(class_id, mark.kind)
            held = self._table.attribute(class_id, CROWD, True) if segment.iscrowd else None
            yield msgspec.structs.replace(mark, attributes=dict([held])) if held else mark
        if pieces:
            self._tally.lose("unlisted", items=1)

    def _fitted(self, mask: Mark) -> Mark | None:
        """The mask, or what its class takes instead: the outline along its pixels, the box around it, or nothing."""
        if self._table.takes(mask.class_, MASK) or not self._table.takes(mask.class_, POLYGON):
            return fitted(mask, self._table, self._tally)
        self._tally.lose("kinds_refused", marks=1)
        parts = [[[list(point) for point in ring] for ring in part] for part in parts_of(mask)]
        return msgspec.structs.replace(mask, kind=POLYGON, geometry={"parts": parts})

    def _numbers(self, path: str) -> "Numbers":
        import numpy as np

        picture = picture_in(self._source, path, ("RGB", "RGBA")).astype(np.int32)
        return picture[:, :, 0] + (picture[:, :, 1] << 8) + (picture[:, :, 2] << 16)

    def _picture(self, name: str) -> str:
        """The path of a picture: in the folder that is called like the file, or wherever the first one was found."""
        name = relative_path(without_root(name), file=self._path)
        if self._folder is None:
            near = f"{stem_of(self._path)}/"
            far = (each for each in self._source.paths() if each.endswith(f"/{name}") and "/images/" not in f"/{each}")
            self._folder = near if self._source.has(near + name) else next(far, name)[: -len(name)]
        if not self._source.has(self._folder + name):
            raise FileDamaged(f"The picture {name} is missing.", file=self._folder + name, mend="Pack it as well.")
        return self._folder + name
