"""Which file of an archive an image's name means: labels and folders seldom agree on how much of a path to write."""

import re
from collections.abc import Iterable

from fairmark.formats.contract import Source
from fairmark.kernel.errors import Invalid

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".dcm")
_LABELS = re.compile(r"(^|/)(segmentation(class|object)|panoptic_[^/]*)/", re.IGNORECASE)
"""Folders of Pascal VOC and of COCO panoptic whose pictures are labels."""
SPLITS = {"train": {"train"}, "val": {"val", "valid", "validation"}, "test": {"test"}}


class ImageAmbiguous(Invalid):
    """Several files of the archive could be the image."""

    code = "image_ambiguous"


class ImageIndex:
    """The pictures of an archive by the last part of their paths."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.count = 0
        self._by_name: dict[str, list[str]] = {}
        for path in paths:
            if path.lower().endswith(PICTURES) and not _LABELS.search(path):
                self.count += 1
                self._by_name.setdefault(path.rpartition("/")[2], []).append(path)

    def find(self, name: str, split: str | None = None) -> str | None:
        """The path that is `name` or ends in it; None if there is none. split: decides between several.

        Raises ImageAmbiguous if more than one is left.
        """
        same_last = self._by_name.get(name.rpartition("/")[2], [])
        if name in same_last:
            return name
        found = [path for path in same_last if path.endswith(f"/{name}")]
        if len(found) > 1 and split:
            folders = SPLITS.get(split, {split})
            found = [path for path in found if not folders.isdisjoint(path.lower().split("/"))] or found
        if len(found) > 1:
            raise ImageAmbiguous(
                f"The archive holds {len(found)} files that could be {name!r}.",
                mend="Write the image's folder in the labels, or pack each part of the data set by itself.",
            )
        return found[0] if found else None

    def is_shared(self, name: str) -> bool:
        """Whether several pictures could be `name`: then it cannot tell their items apart."""
        same_last = self._by_name.get(name.rpartition("/")[2], [])
        return sum(path == name or path.endswith(f"/{name}") for path in same_last) > 1


def index_of(source: Source) -> ImageIndex:
    """The pictures of `source`. Blocks: call it in a thread."""
    return ImageIndex(source.paths())
