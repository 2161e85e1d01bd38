"""Boxes: rectangles along the axes of the image."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from fairmark.methods.median import weighted_median
from fairmark.modalities.image.marks.kind import Bounds, MarkKind, Ring
from fairmark.modalities.image.marks.places import TOLERANCE_PX
from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import Mark

if TYPE_CHECKING:
    from fairmark.methods.matching import Candidates

_SIDE_SLACK_PX = 1e-6


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Left and upper edge, width and height, in continuous pixels of the upright image."""

    x: float
    y: float
    w: float
    h: float


def problem(box: Box, media: MediaSize, side_min_px: float) -> Problem | None:
    """What is wrong with `box` on an image of size `media`."""
    x, y, w, h = box.x, box.y, box.w, box.h
    # Every comparison with NaN is false, so this one test lets only good boxes pass.
    if (
        x >= -TOLERANCE_PX
        and y >= -TOLERANCE_PX
        and w >= side_min_px - _SIDE_SLACK_PX
        and h >= side_min_px - _SIDE_SLACK_PX
        and x + w <= media.width + TOLERANCE_PX
        and y + h <= media.height + TOLERANCE_PX
    ):
        return None
    if not all(abs(number) < 1e12 for number in (x, y, w, h)):
        return Problem("not_finite", "The box has an edge that is not a position.", "Give four ordinary numbers.")
    if min(w, h) < side_min_px - _SIDE_SLACK_PX:
        message = f"The box is {w:g} x {h:g} pixels, {side_min_px:g} at least on each side."
        return Problem("too_small", message, "Draw it larger, or delete it.")
    over = max(-x, -y, x + w - media.width, y + h - media.height)
    message = f"The box reaches {over:g} pixels out of the image of {media.width} x {media.height}."
    return Problem("outside", message, "Move its edges inside.")


def candidates(ours: Sequence[Mark], theirs: Sequence[Mark], similarity_min: float) -> "Candidates":
    """The pairs that overlap with an IoU of at least `similarity_min`."""
    import numpy as np

    from fairmark.methods.matching import overlaps

    def table(marks: Sequence[Mark]) -> "np.typing.NDArray[np.float64]":
        rows = [[mark.geometry[edge] for edge in ("x", "y", "w", "h")] for mark in marks]
        return np.array(rows, dtype=np.float64).reshape(-1, 4)

    return overlaps(table(ours), table(theirs), similarity_min)


def merged(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any]:
    """The box of the median of each edge: one careless edge of several does not move it."""
    boxes = [mark.geometry for mark in marks]
    left, top = (weighted_median([box[edge] for box in boxes], weights) for edge in ("x", "y"))
    right = weighted_median([box["x"] + box["w"] for box in boxes], weights)
    bottom = weighted_median([box["y"] + box["h"] for box in boxes], weights)
    return {"x": left, "y": top, "w": right - left, "h": bottom - top}


def bounds(box: Box) -> Bounds:
    """Itself."""
    return Bounds(box.x, box.y, box.w, box.h)


def parts(box: Box) -> Sequence[Sequence[Ring]]:
    """Its four corners, from the upper left, clockwise on a screen."""
    right, bottom = box.x + box.w, box.y + box.h
    return [[[(box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom)]]]


BOX = MarkKind("box", Box, problem, candidates, merged, bounds, parts)
