"""Polylines: points that one goes through from the first to the last."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.modalities.image.marks.kind import Bounds, MarkKind, Point
from fairmark.modalities.image.marks.places import bounds_of, count_problem, place_problem, same_for_most
from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import Mark

if TYPE_CHECKING:
    from fairmark.methods.matching import Candidates, Floats

LENGTH_MIN_PX = 1.0


class Polyline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Points [x, y], in continuous pixels of the upright image, in order: the line runs from the first to the last."""

    points: Annotated[tuple[Point, ...], Meta(min_length=2)]


def problem(line: Polyline, media: MediaSize, side_min_px: float) -> Problem | None:
    """What is wrong with `line` on an image of size `media`. A line may cross itself."""
    wrong = count_problem(len(line.points), "line") or place_problem(line.points, media, "line")
    if wrong is not None:
        return wrong
    _, _, w, h = bounds_of(line.points)
    if max(w, h) < LENGTH_MIN_PX:
        message = f"The line stays within {max(w, h):g} pixels, {LENGTH_MIN_PX:g} at least."
        return Problem("too_small", message, "Draw it longer, or delete it.")
    return None


def candidates(ours: Sequence[Mark], theirs: Sequence[Mark], similarity_min: float) -> "Candidates":
    """The pairs that run close enough to each other: see `fairmark.methods.lines.likeness`."""
    from fairmark.methods.lines import alike

    return alike([_points(mark) for mark in ours], [_points(mark) for mark in theirs], similarity_min)


def bounds(line: Polyline) -> Bounds:
    """The box around its points."""
    return bounds_of(line.points)


def merged(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any]:
    """The mean of all lines, at the corners of the heaviest; what more than half of the weight says alike is kept."""
    from fairmark.methods.lines import middle

    same = same_for_most(marks, weights)
    if same is not None:
        return same
    return {"points": middle([_points(mark) for mark in marks], weights).round(3).tolist()}


def _points(mark: Mark) -> "Floats":
    import numpy as np

    return np.array(mark.geometry["points"], dtype=np.float64)


POLYLINE = MarkKind("polyline", Polyline, problem, candidates, merged, bounds)
