"""Points: one place, or several that belong together."""

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


class Points(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Places [x, y] in continuous pixels of the upright image; their order means nothing."""

    points: Annotated[tuple[Point, ...], Meta(min_length=1)]


def problem(points: Points, media: MediaSize, side_min_px: float) -> Problem | None:
    """What is wrong with `points` on an image of size `media`."""
    wrong = count_problem(len(points.points), "mark") or place_problem(points.points, media, "mark")
    if wrong is None and len(set(points.points)) < len(points.points):
        return Problem("same_point", "Two of the points are in one place.", "Delete one of the two.")
    return wrong


def candidates(ours: Sequence[Mark], theirs: Sequence[Mark], similarity_min: float) -> "Candidates":
    """The pairs whose points lie close enough to each other: see `fairmark.methods.scatter.likeness`."""
    from fairmark.methods.scatter import alike

    return alike([_places(mark) for mark in ours], [_places(mark) for mark in theirs], similarity_min)


def bounds(points: Points) -> Bounds:
    """The box around them; without sides around a single one."""
    return bounds_of(points.points)


def merged(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any]:
    """The median place of each point that half of the weight has; what more than half say alike is kept."""
    from fairmark.methods.regions import medoid
    from fairmark.methods.scatter import likeness, middle

    same = same_for_most(marks, weights)
    if same is not None:
        return same
    sets = [_places(mark) for mark in marks]
    lead = medoid([[likeness(one, other) for other in sets] for one in sets], weights)
    places = list(dict.fromkeys((round(x, 3), round(y, 3)) for x, y in middle(sets, weights, lead)))
    return {"points": [list(place) for place in places]} if places else marks[lead].geometry


def _places(mark: Mark) -> "Floats":
    import numpy as np

    return np.array(mark.geometry["points"], dtype=np.float64)


POINTS = MarkKind("points", Points, problem, candidates, merged, bounds)
