"""Ellipses at any angle."""

from collections.abc import Sequence
from math import cos, hypot, pi, radians, sin
from typing import Any

import msgspec

from fairmark.modalities.image.marks.areas import candidates
from fairmark.modalities.image.marks.kind import Bounds, MarkKind, Ring
from fairmark.modalities.image.marks.turned import Frame, frame_problem, merged_frame, placed
from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import Mark

CORNERS = 64
"""Of the outline that stands for an ellipse where only outlines can be told: its area is 0.16 % less."""


class Ellipse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Centre and radii in continuous pixels of the upright image, and the angle in degrees by which it is turned about
    its centre: clockwise on a screen, above -180 and at most 180. `rx` lies across at 0.
    """

    cx: float
    cy: float
    rx: float
    ry: float
    angle: float


def problem(ellipse: Ellipse, media: MediaSize, side_min_px: float) -> Problem | None:
    """What is wrong with `ellipse` on an image of size `media`."""
    return frame_problem(_frame(ellipse), media, side_min_px, "ellipse")


def parts(ellipse: Ellipse) -> Sequence[Sequence[Ring]]:
    """CORNERS points on it, from its right, clockwise on a screen."""
    turns = [2 * pi * n / CORNERS for n in range(CORNERS)]
    return [[[placed(_frame(ellipse), cos(turn), sin(turn)) for turn in turns]]]


def bounds(ellipse: Ellipse) -> Bounds:
    """The upright box around it, exactly: half its width is the length of (rx cos, ry sin)."""
    turn = radians(ellipse.angle)
    across = hypot(ellipse.rx * cos(turn), ellipse.ry * sin(turn))
    down = hypot(ellipse.rx * sin(turn), ellipse.ry * cos(turn))
    return Bounds(ellipse.cx - across, ellipse.cy - down, 2 * across, 2 * down)


def merged(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any]:
    """The median of centre, radii and angle: see `merged_frame`."""
    cx, cy, w, h, angle = merged_frame([_frame(ELLIPSE.read(mark.geometry)) for mark in marks], weights)
    return {"cx": cx, "cy": cy, "rx": w / 2, "ry": h / 2, "angle": angle}


def _frame(ellipse: Ellipse) -> Frame:
    return ellipse.cx, ellipse.cy, 2 * ellipse.rx, 2 * ellipse.ry, ellipse.angle


ELLIPSE = MarkKind(
    "ellipse",
    Ellipse,
    problem,
    candidates(lambda geometry: ELLIPSE.read(geometry), parts),
    merged,
    bounds,
    parts,
)
