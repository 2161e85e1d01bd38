"""How well outlines fit, by the measures that are published for each kind of mark: what a page on quality shows."""

from collections.abc import Sequence

import numpy as np

from fairmark.methods import lines
from fairmark.methods.boundaries import band_px, boundary_f
from fairmark.methods.masks import Crop, around, rasterised
from fairmark.methods.matching import Floats
from fairmark.methods.panoptic import Segment, panoptic_quality
from fairmark.modalities.image.compare import agreement
from fairmark.modalities.image.marks import KINDS
from fairmark.modalities.image.marks.mask import MASK, decode
from fairmark.modalities.image.marks.polygon import POLYGON
from fairmark.modalities.model import MediaSize, Tallies
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Mark, Overlap
from fairmark.ontology.rules import prune

IOU_KINDS = frozenset({"box", "rotated_box", "ellipse", "polygon", "mask"})
"""Kinds whose similarity is intersection over union."""
WINDOW_PX_MAX = 4_000_000
"""Outlines that take a larger window together have no boundary F: it would take seconds and gigabytes each."""


def shapes(ours: Annotation, theirs: Annotation, media: Sequence[MediaSize], *, compiled: CompiledOntology) -> Tallies:
    """See `Modality.shapes`. Marks of one class that mean the same thing are compared; `agreement` says which do.

    "f1": were the same things marked? "iou", "boundary_f" (masks, polygons; the band is that of `methods.boundaries`),
    "oks", "chamfer_px" (lines, pixels): of the pairs, how well do they fit? "pq", "sq", "rq": of masks that share no
    pixel, see `methods.panoptic`.
    """
    ours, theirs = prune(ours, compiled), prune(theirs, compiled)
    found: Tallies = {}
    for mark in (*ours.marks, *theirs.marks):
        _add(found, "f1", mark, 0.0, 1.0)
    left, right = ({mark.id: mark for mark in side.marks} for side in (ours, theirs))
    for pair in agreement(ours, theirs, compiled=compiled).pairs:
        if not pair.same_class:
            continue
        one, other = left[pair.ours], right[pair.theirs]
        _add(found, "f1", one, 2.0, 0.0)
        if one.kind in IOU_KINDS:
            _add(found, "iou", one, pair.similarity, 1.0)
        if one.kind == "skeleton":
            _add(found, "oks", one, pair.similarity, 1.0)
        if one.kind == "polyline":
            _add(found, "chamfer_px", one, lines.mean_distance(_line(one), _line(other)), 1.0)
        fit = _edges_fit(one, other, media)
        if fit is not None:
            _add(found, "boundary_f", one, fit, 1.0)
    if compiled.ontology.layers.overlap is Overlap.FORBIDDEN:
        _panoptic(found, ours, theirs)
    return found


def _add(found: Tallies, measure: str, mark: Mark, total: float, weight: float) -> None:
    key = (measure, mark.kind, mark.class_)
    before = found.get(key, (0.0, 0.0))
    found[key] = (before[0] + total, before[1] + weight)


def _line(mark: Mark) -> Floats:
    shape = KINDS["polyline"].read(mark.geometry)
    return np.array(shape.points, dtype=np.float64)


def _edges_fit(one: Mark, other: Mark, media: Sequence[MediaSize]) -> float | None:
    """Boundary F of two masks or polygons; None of other kinds, and where nobody knows how large the image is."""
    if one.kind not in ("mask", "polygon") or one.asset >= len(media):
        return None
    size = media[one.asset]
    crops = [_crop(mark, size) for mark in (one, other)]
    ours, theirs = crops
    if ours is None or theirs is None:
        return None
    _, _, width, height = around([ours, theirs])
    if width * height > WINDOW_PX_MAX:
        return None
    return boundary_f(ours, theirs, band_px(size.width, size.height))


def _crop(mark: Mark, size: MediaSize) -> Crop | None:
    if mark.kind == "mask":
        shape = MASK.read(mark.geometry)
        return None if shape.width * shape.height > WINDOW_PX_MAX else decode(shape)
    shape = POLYGON.read(mark.geometry)
    assert POLYGON.bounds is not None
    bounds = POLYGON.bounds(shape)
    if bounds.w * bounds.h > WINDOW_PX_MAX:
        return None
    return rasterised([np.array(ring) for part in shape.parts for ring in part], size.width, size.height)


def _panoptic(found: Tallies, ours: Annotation, theirs: Annotation) -> None:
    masks = [[mark for mark in side.marks if mark.kind == "mask"] for side in (ours, theirs)]
    for asset in sorted({mark.asset for side in masks for mark in side}):
        segments = [
            [Segment(mark.class_, decode(MASK.read(mark.geometry))) for mark in side if mark.asset == asset]
            for side in masks
        ]
        for name, of in panoptic_quality(*segments).items():
            fit = of.segmentation * of.shared
            alike = of.shared + (of.only_ours + of.only_theirs) / 2
            for measure, total, weight in (("pq", fit, alike), ("sq", fit, of.shared), ("rq", of.shared, alike)):
                before = found.get((measure, "mask", name), (0.0, 0.0))
                found[measure, "mask", name] = (before[0] + total, before[1] + weight)
