"""COCO instances and keypoints: `annotations/instances_<split>.json` for each split, `default` without one."""

from fairmark.formats.coco_read import coco_rows
from fairmark.formats.coco_write import CocoWriter
from fairmark.formats.contract import Format, Reading, ReadOptions, Sink, Source, WriteOptions
from fairmark.formats.images import IMAGE_LOSSES, LazyTable
from fairmark.formats.tally import Tally
from fairmark.ontology.model import Ontology


class Coco(Format):
    """All that covers an area, with attributes. Category ids follow the ontology from 1; `attributes` and `score` are
    not in the standard, but widely read, and `shape` is of fairmark alone. `external_id` and `name` of an image are
    written where they differ from its file name."""

    name = "coco"
    title = "COCO instances and keypoints"
    media_types = ("application/json",)
    write_losses = {
        **IMAGE_LOSSES,
        "mark_kinds": "Marks that are no skeletons and cover no area are left out.",
        "size_unknown": "Images whose size is not known have no width and height in the file.",
        "split_default": "A split called default comes back as no split.",
        "renamed": "File names that lead out of the folder, or that occur twice, are changed.",
    }
    read_losses = {
        "outlines": "Masks and outlines of crowds, and of classes that take none, are not read; the box is.",
        "keypoints": (
            "Keypoints that are all absent or unsound, and those of classes that take no skeletons, are not read; the "
            "box around them is."
        ),
        "beside_keypoints": "Outlines and masks beside keypoints are not read.",
        "supercategories": "Supercategories are not read.",
        "attributes_unreadable": "Attributes with nested or mixed values are left out.",
        "renamed": "The drive and the leading slash of absolute file names are cut off.",
        "other_files": "JSON files that hold no images, annotations and categories are left out.",
    }

    def writer(self, ontology: Ontology, sink: Sink, options: WriteOptions | None = None) -> CocoWriter:
        return CocoWriter(ontology, sink, options or WriteOptions(), Tally(self.name, self.write_losses))

    def read(self, source: Source, options: ReadOptions | None = None) -> Reading:
        options = options or ReadOptions()
        tally = Tally(self.name, self.read_losses)
        lazy = LazyTable(source, options)
        return Reading(coco_rows(source, options, tally, lazy), tally, lazy.ontology)
