"""Kinds of media, one folder each: what a mark's geometry means, how two annotations compare, how many become one.

`MODALITIES` is the door: callers pick a modality by its name and know nothing of its shape. Pure but for `probe` and
`thumbnails`, which read the file they are given.
"""

from fairmark.modalities.model import Agreement, MediaSize, Merged, Modality, Probe
from fairmark.modalities.registry import MODALITIES, mark_kinds, schemas

__all__ = ["MODALITIES", "Agreement", "MediaSize", "Merged", "Modality", "Probe", "mark_kinds", "schemas"]
