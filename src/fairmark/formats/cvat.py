"""CVAT for images, version 1.1: one `annotations.xml` with all images and their shapes."""

import re
from collections.abc import Sequence
from html import escape

from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, Source, WriteOptions
from fairmark.formats.cvat_read import FILE, OCCLUDED, cvat_rows
from fairmark.formats.cvat_shapes import POLYGON, Shape, shapes_of
from fairmark.formats.cvat_skeletons import joint_elements, label_parts
from fairmark.formats.groups import GroupNumbers
from fairmark.formats.image_writer import ImageWriter
from fairmark.formats.images import IMAGE_LOSSES, ImageRow, ImageRows, LazyTable, is_sound
from fairmark.formats.model import LabeledItem
from fairmark.formats.names import class_names, title_of
from fairmark.formats.skeletons import SKELETON, joint_counts, pose_of
from fairmark.formats.tally import Tally
from fairmark.modalities.image import KINDS
from fairmark.ontology.model import Field, FieldKind, FieldValue, ItemClass, Mark, Ontology

_INPUT = {FieldKind.SINGLE: "select", FieldKind.BOOLEAN: "checkbox", FieldKind.NUMBER: "number"}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff]")


class CvatWriter(ImageWriter):
    """Images stand in the file as they come. Parts of one outline become shapes of one group."""

    def __init__(self, ontology: Ontology, sink: Sink, options: WriteOptions, tally: Tally) -> None:
        super().__init__(ontology, sink, options, tally, ImageRows(ontology, tally, places_marks=False))
        self._classes = {each.id: each for each in ontology.classes}
        self._labels = {id: escape(name) for id, name in class_names(ontology.classes).items()}
        self._joints = joint_counts(ontology)
        self._images = 0
        self._file = self._stream(FILE, self._head(ontology, options).encode())

    def _put(self, item: LabeledItem, images: Sequence[ImageRow]) -> None:
        for row in images:
            self._put_image(row)

    def _put_image(self, row: ImageRow) -> None:
        self._file.write(self._image(row).encode())

    def _end(self) -> None:
        self._file.write(b"</annotations>\n")

    def _head(self, ontology: Ontology, options: WriteOptions) -> str:
        labels = "".join(self._label(each) for each in ontology.classes)
        dumped = f"\t\t<dumped>{options.created.isoformat()}</dumped>\n" if options.created else ""
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n\t<version>1.1</version>\n\t<meta>\n\t\t<task>\n'
            f"\t\t\t<name>{escape(title_of(options.title))}</name>\n\t\t\t<labels>\n{labels}\t\t\t</labels>\n"
            f"\t\t</task>\n{dumped}\t</meta>\n"
        )

    def _label(self, each: ItemClass) -> str:
        skeleton = each.skeleton if SKELETON in each.marks else None
        parts = ("", "") if skeleton is None else label_parts(skeleton, self._labels[each.id], each.color)
        type = "any" if skeleton is None else SKELETON
        fields = "".join(_attribute_of_label(field) for field in each.attributes)
        return (
            f"\t\t\t\t<label>\n\t\t\t\t\t<name>{self._labels[each.id]}</name>\n\t\t\t\t\t<color>{each.color}</color>\n"
            f"\t\t\t\t\t<type>{type}</type>\n\t\t\t\t\t<attributes>{fields}</attributes>\n{parts[0]}\t\t\t\t</label>\n"
        ) + parts[1]

    def _image(self, row: ImageRow) -> str:
        asset = row.asset
        about = {"id": str(self._images), "name": self._named(row)}
        if row.item.split:
            about["subset"] = row.item.split
        if asset.width and asset.height:
            about |= {"width": str(asset.width), "height": str(asset.height)}
        else:
            self._tally.lose("size_unknown", items=1)
        self._images += 1
        return f"\t<image{_pairs(about)}>\n{self._shapes(row)}\t</image>\n"

    def _shapes(self, row: ImageRow) -> str:
        marks = [mark for mark in row.item.annotation.marks if mark.asset == row.place]
        groups = GroupNumbers(marks)
        out: list[str] = []
        for mark in marks:
            shapes = self._of(mark)
            if not shapes:
                continue
            group = groups.number(mark)
            if len(shapes) > 1:
                group = group or groups.fresh()
                self._tally.lose("parts", marks=1)
            if mark.group is not None and str(group) != mark.group:
                self._tally.lose("groups", marks=1)
            if mark.score is not None:
                self._tally.lose("scores", marks=1)
            self._tally.lose("mark_details", marks=1)
            self._tally.marks += len(shapes)
            inner = self._joints_of(mark) + self._attributes(mark)
            out.extend(self._element(shape, mark, group, inner) for shape in shapes)
        return "".join(out)

    def _of(self, mark: Mark) -> list[Shape]:
        """The shapes of a mark; none if it cannot be told, which is counted."""
        item_class = self._classes.get(mark.class_)
        if mark.kind not in KINDS:
            self._tally.lose("mark_kinds", marks=1)
            return []
        if item_class is None or mark.kind not in item_class.marks:
            self._tally.lose("class_unknown", marks=1)
            return []
        if mark.kind == SKELETON:
            is_told = pose_of(mark, self._joints.get(mark.class_)) is not None
            shapes: list[Shape] = [(SKELETON, {})] if is_told else []
        else:
            shapes = list(shapes_of(mark.kind, mark.geometry)) if is_sound(mark) else []
        if not shapes:
            self._tally.lose("bad_geometry", marks=1)
        elif mark.kind == POLYGON and any(len(part) > 1 for part in mark.geometry["parts"]):
            self._tally.lose("holes", marks=1)
        return shapes

    def _element(self, shape: Shape, mark: Mark, group: int, inner: str) -> str:
        name, geometry = shape
        about = {"label": self._labels[mark.class_], "source": "manual"}
        if name != "tag":
            about["occluded"] = str(int(mark.attributes.get(OCCLUDED) is True))
            about |= geometry
            about["z_order"] = str(mark.z)
        elif mark.z:
            self._tally.lose("tag_order", marks=1)
        if group:
            about["group_id"] = str(group)
        pairs = "".join(f' {key}="{value}"' for key, value in about.items())
        return f"\t\t<{name}{pairs}>{inner}</{name}>\n"

    def _joints_of(self, mark: Mark) -> str:
        skeleton = self._classes[mark.class_].skeleton
        pose = pose_of(mark, self._joints.get(mark.class_)) if mark.kind == SKELETON else None
        return "" if skeleton is None or pose is None else joint_elements(skeleton, pose)

    def _attributes(self, mark: Mark) -> str:
        out: list[str] = []
        lost = False
        for name, value in mark.attributes.items():
            if name == OCCLUDED and value is True and mark.kind != "tag":
                continue  # the shape's own flag says it
            text = _text(value)
            if text is None or _NOT_XML.search(text):
                lost = True
                continue
            out.append(f'<attribute name="{escape(name)}">{escape(text, quote=False)}</attribute>')
        if lost:
            self._tally.lose("attributes", marks=1)
        return "".join(out)


def _text(value: FieldValue) -> str | None:
    """A value as the file has it: lists joined by commas, as ids of options hold none. None: it cannot be told."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(float(value))
    if isinstance(value, str):
        return value
    return ",".join(value) if all("," not in each for each in value) else None


def _attribute_of_label(field: Field) -> str:
    values = "\n".join(option.id for option in field.options)
    return (
        f"<attribute><name>{escape(field.id)}</name><mutable>False</mutable>"
        f"<input_type>{_INPUT.get(field.kind, 'text')}</input_type><default_value></default_value>"
        f"<values>{escape(values)}</values></attribute>"
    )


def _pairs(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


class Cvat(Format):
    """All kinds of marks, their attributes, order and groups."""

    name = "cvat"
    title = "CVAT for images"
    media_types = ("application/xml", "text/xml")
    write_losses = {
        **{code: text for code, text in IMAGE_LOSSES.items() if code != "tags"},
        "mark_kinds": "Marks of kinds that this release does not know are left out.",
        "mark_details": "Mark ids and who made a mark are not kept.",
        "item_details": "Metadata, batch, confidence, URLs, file hashes and media types of items are not kept.",
        "scores": "Scores of marks have no place in this format.",
        "holes": "Holes of outlines are filled: this format knows none.",
        "parts": "An outline of several parts becomes several marks of one group.",
        "groups": "Groups are numbers in this format: others get a number.",
        "tag_order": "Tags have no drawing order in this format.",
        "attributes": "Attributes with characters that XML forbids, and choices with a comma in them, are left out.",
        "size_unknown": "Images whose size is not known have none in the file.",
        "split_default": "A split called default comes back as no split.",
        "renamed": "Names that are unsafe, or equal, are changed.",
    }
    read_losses = {
        "kinds_refused": "Shapes that their class does not take become the box around them, or are left out.",
        "skeletons": "Skeletons whose points are not those of their class, or all absent, are not read.",
        "tracks": "Tracks of videos are not read: export them from CVAT as images.",
        "renamed": "The drive and the leading slash of absolute file names are cut off.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> CvatWriter:
        return CvatWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally, lazy = Tally(self.name, self.read_losses), LazyTable(source, options)
        return Reading(cvat_rows(source, options, tally, lazy), tally, lazy.ontology)
