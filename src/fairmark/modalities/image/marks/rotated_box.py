"""Rotated boxes: rectangles at any angle."""

from collections.abc import Sequence
from typing import Any

import msgspec

from fairmark.modalities.image.marks.areas import candidates
from fairmark.modalities.image.marks.kind import Bounds, MarkKind, Ring
from fairmark.modalities.image.marks.places import bounds_of
from fairmark.modalities.image.marks.turned import Frame, frame_problem, merged_frame, placed
from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import Mark

_CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))


class RotatedBox(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Centre, width and height in continuous pixels of the upright image, and the angle in degrees by which the box is
    turned about its centre: clockwise on a screen, above -180 and at most 180. The side that is to the right at 0 is
    the front, where that matters.
    """

    cx: float
    cy: float
    w: float
    h: float
    angle: float


def problem(box: RotatedBox, media: MediaSize, side_min_px: float) -> Problem | None:
    """What is wrong with `box` on an image of size `media`."""
    return frame_problem(_frame(box), media, side_min_px, "box")


def parts(box: RotatedBox) -> Sequence[Sequence[Ring]]:
    """Its four corners, clockwise on a screen from the one that is upper left at angle 0."""
    return [[[placed(_frame(box), across, down) for across, down in _CORNERS]]]


def bounds(box: RotatedBox) -> Bounds:
    """The upright box around its corners."""
    return bounds_of(parts(box)[0][0])


def merged(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any]:
    """The median of centre, sides and angle: see `merged_frame`."""
    frame = merged_frame([_frame(ROTATED_BOX.read(mark.geometry)) for mark in marks], weights)
    return dict(zip(("cx", "cy", "w", "h", "angle"), frame, strict=True))


def _frame(box: RotatedBox) -> Frame:
    return box.cx, box.cy, box.w, box.h, box.angle


ROTATED_BOX = MarkKind(
    "rotated_box",
    RotatedBox,
    problem,
    candidates(lambda geometry: ROTATED_BOX.read(geometry), parts),
    merged,
    bounds,
    parts,
)
