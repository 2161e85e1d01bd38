"""The mark kinds of an image, one file each. A new kind is a file and a line in this table."""

from collections.abc import Mapping

from fairmark.modalities.image.marks.box import BOX
from fairmark.modalities.image.marks.cuboid import CUBOID
from fairmark.modalities.image.marks.ellipse import ELLIPSE
from fairmark.modalities.image.marks.kind import Bounds, MarkKind, Point, Ring
from fairmark.modalities.image.marks.mask import MASK
from fairmark.modalities.image.marks.points import POINTS
from fairmark.modalities.image.marks.polygon import POLYGON
from fairmark.modalities.image.marks.polyline import POLYLINE
from fairmark.modalities.image.marks.rotated_box import ROTATED_BOX
from fairmark.modalities.image.marks.skeleton import SKELETON
from fairmark.modalities.image.marks.tag import TAG

KINDS: Mapping[str, MarkKind] = {
    kind.name: kind for kind in (BOX, POLYGON, POLYLINE, POINTS, SKELETON, ROTATED_BOX, ELLIPSE, CUBOID, MASK, TAG)
}

__all__ = ["KINDS", "Bounds", "MarkKind", "Point", "Ring"]
