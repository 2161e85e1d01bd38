"""The mark kinds of an image, one file each. A new kind is a file and a line in this table."""

from collections.abc import Mapping

from fairmark.modalities.image.marks.box import BOX
from fairmark.modalities.image.marks.kind import MarkKind
from fairmark.modalities.image.marks.tag import TAG

KINDS: Mapping[str, MarkKind] = {kind.name: kind for kind in (BOX, TAG)}

__all__ = ["KINDS", "MarkKind"]
