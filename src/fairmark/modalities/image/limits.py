"""What a class asks of the size of its marks, and of the number of their points."""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any

from fairmark.modalities.image.marks import MarkKind
from fairmark.modalities.image.marks.places import TOLERANCE_PX, bounds_of
from fairmark.modalities.image.marks.skeleton import placed_of
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import MarkLimits

_SIDES: Mapping[str, Callable[[Any], tuple[float, float]]] = {
    "rotated_box": lambda shape: (shape.w, shape.h),
    "ellipse": lambda shape: (2 * shape.rx, 2 * shape.ry),
    "cuboid": lambda shape: bounds_of(shape.front)[2:],
}
"""Width and height as they are drawn, where they are not those of the box around a mark."""
_POINTS: Mapping[str, Callable[[Any], Sequence[int]]] = {
    "polygon": lambda shape: [len(part[0]) for part in shape.parts],
    "polyline": lambda shape: [len(shape.points)],
    "points": lambda shape: [len(shape.points)],
    "skeleton": lambda shape: [len(placed_of(shape))],
}
"""How many points each outline has, holes left out; of a skeleton those that are placed."""


def problem(limits: MarkLimits, kind: MarkKind, shape: Any) -> Problem | None:
    """What is wrong with a shape that is right in itself; None: nothing."""
    width, height = _sides(kind, shape)
    if width < limits.min_width - TOLERANCE_PX or height < limits.min_height - TOLERANCE_PX:
        least = f"{limits.min_width:g} x {limits.min_height:g}"
        message = f"It is {width:g} x {height:g} pixels; {least} at least are wanted."
        return Problem("below_limit", message, "Draw it larger, or delete it.")
    for count in _POINTS[kind.name](shape) if kind.name in _POINTS else ():
        if count < limits.min_points:
            return Problem("too_few_points", f"It has {count} points, {limits.min_points} at least.", "Add some.")
        if limits.max_points is not None and count > limits.max_points:
            return Problem("too_many_points", f"It has {count} points, {limits.max_points} at most.", "Take some away.")
    return None


def _sides(kind: MarkKind, shape: Any) -> tuple[float, float]:
    """Width and height of a shape; of one that lies nowhere, as large as any."""
    if (drawn := _SIDES.get(kind.name)) is not None:
        return drawn(shape)
    return kind.bounds(shape)[2:] if kind.bounds is not None else (inf, inf)
