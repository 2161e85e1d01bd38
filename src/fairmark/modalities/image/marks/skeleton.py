"""Skeletons: named points of one thing, such as the joints of a body; `ItemClass.skeleton` says which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.modalities.image.marks.kind import Bounds, MarkKind
from fairmark.modalities.image.marks.places import bounds_of, count_problem, place_problem, same_for_most
from fairmark.modalities.model import MediaSize
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import ItemClass, Mark

if TYPE_CHECKING:
    from fairmark.methods.matching import Candidates, Floats

ABSENT, HIDDEN, VISIBLE = 0, 1, 2
Joint = tuple[float, float, Annotated[int, Meta(ge=ABSENT, le=VISIBLE)]]


class SkeletonMark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[x, y, visibility] for each point of the class's skeleton, in its order; x and y in continuous pixels of the
    upright image. Visibility: 2 visible, 1 placed but hidden by something, 0 absent, with x and y 0.
    """

    points: Annotated[tuple[Joint, ...], Meta(min_length=1)]


def problem(skeleton: SkeletonMark, media: MediaSize, side_min_px: float) -> Problem | None:
    """What is wrong with `skeleton` on an image of size `media`, whatever its class."""
    wrong = count_problem(len(skeleton.points), "skeleton")
    if wrong is not None:
        return wrong
    if any(v == ABSENT and (x != 0 or y != 0) for x, y, v in skeleton.points):
        message = "A point of the skeleton is absent, and has a place."
        return Problem("absent_point", message, "Give it 0, 0, or say whether it is visible.")
    placed = placed_of(skeleton)
    if not placed:
        return Problem("no_point", "No point of the skeleton is placed.", "Place one, or delete the skeleton.")
    return place_problem(placed, media, "skeleton")


def class_problem(skeleton: SkeletonMark, item_class: ItemClass) -> Problem | None:
    """Whether it has the points that its class says."""
    if item_class.skeleton is None or len(skeleton.points) == len(item_class.skeleton.points):
        return None
    wanted = len(item_class.skeleton.points)
    message = f"The skeleton has {len(skeleton.points)} points; {item_class.name} has {wanted}."
    return Problem("wrong_points", message, f"Give {wanted} points in the order of the class, absent ones as 0, 0, 0.")


def placed_of(skeleton: SkeletonMark) -> list[tuple[float, float]]:
    """Where the points are that are not absent."""
    return [(x, y) for x, y, v in skeleton.points if v != ABSENT]


def candidates(
    ours: Sequence[Mark], theirs: Sequence[Mark], similarity_min: float, compiled: CompiledOntology | None = None
) -> "Candidates":
    """The pairs with an OKS of at least `similarity_min`, by the sigmas of the class of ours."""
    from fairmark.methods.keypoints import alike

    poses = [_pose(mark) for mark in ours]
    sigmas = [_sigmas(mark, len(pose), compiled) for mark, pose in zip(ours, poses, strict=True)]
    return alike(poses, [_pose(mark) for mark in theirs], sigmas, similarity_min)


def bounds(skeleton: SkeletonMark) -> Bounds:
    """The box around its placed points; without a place if there are none."""
    placed = placed_of(skeleton)
    return bounds_of(placed) if placed else Bounds(0, 0, 0, 0)


def merged(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any]:
    """Each point at the geometric median, as visible as most say; what more than half say alike is kept, and the
    heaviest one where poses of different classes met, or no point has half of the weight.
    """
    from fairmark.methods.keypoints import middle

    same = same_for_most(marks, weights)
    if same is not None:
        return same
    poses = [_pose(mark) for mark in marks]
    lead = marks[max(range(len(marks)), key=lambda number: (weights[number], -number))]
    if len({len(pose) for pose in poses}) > 1:
        return lead.geometry
    points = [[round(x, 3), round(y, 3), int(v)] for x, y, v in middle(poses, weights).tolist()]
    return {"points": points} if any(v for _, _, v in points) else lead.geometry


def _pose(mark: Mark) -> "Floats":
    import numpy as np

    return np.array(mark.geometry["points"], dtype=np.float64).reshape(-1, 3)


def _sigmas(mark: Mark, count: int, compiled: CompiledOntology | None) -> "Floats":
    import numpy as np

    from fairmark.methods.keypoints import SIGMA

    known = compiled.classes.get(mark.class_) if compiled is not None else None
    template = known.item_class.skeleton if known is not None else None
    if template is None or len(template.points) != count:
        return np.full(count, SIGMA)
    return np.array([point.sigma or SIGMA for point in template.points])


SKELETON = MarkKind("skeleton", SkeletonMark, problem, candidates, merged, bounds, candidates_by_class=candidates)
