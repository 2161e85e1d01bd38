"""Still images: boxes, outlines and tags; positions are continuous pixels of the upright full-size image, with the
origin at the outer corner of the first pixel, so that pixel (row i, column j) covers [j, j+1) x [i, i+1).
"""

from fairmark.modalities.image.marks import KINDS, Bounds, MarkKind, Point, Ring
from fairmark.modalities.image.marks.mask import decode as decoded
from fairmark.modalities.image.marks.mask import encode as encoded
from fairmark.modalities.image.modality import IMAGE

__all__ = ["IMAGE", "KINDS", "Bounds", "MarkKind", "Point", "Ring", "decoded", "encoded"]
