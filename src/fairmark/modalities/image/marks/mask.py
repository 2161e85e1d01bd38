"""Masks: pixels, painted one by one, as run lengths in the box around them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.modalities.image.marks.kind import Bounds, MarkKind, Ring
from fairmark.modalities.image.marks.places import same_for_most
from fairmark.modalities.image.marks.spans import Span, outlines, spans_of
from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import Mark

if TYPE_CHECKING:
    from fairmark.methods.masks import Crop, Pixels
    from fairmark.methods.matching import Candidates

RUNS_MAX = 100_000
"""Most runs of one mask: an outline with ten turns in each of 5,000 rows. What has more is noise."""

Count = Annotated[int, Meta(ge=0)]
Side = Annotated[int, Meta(ge=1)]


class Mask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole pixels of the upright image. `x`, `y`: column and row of the first pixel of the tight box around them,
    `width` and `height`: its size. `runs`: lengths of runs row by row inside of the box, alternating off, on, off ...
    and beginning with off. The first may be 0, no other may; their sum is width x height. Pixel (column j, row i)
    covers [j, j+1) x [i, i+1).
    """

    x: int
    y: int
    width: Side
    height: Side
    runs: Annotated[tuple[Count, ...], Meta(min_length=1)]


def problem(mask: Mask, media: MediaSize, side_min_px: float) -> Problem | None:
    """What is wrong with `mask` on an image of size `media`."""
    if len(mask.runs) > RUNS_MAX:
        message = f"The mask has {len(mask.runs)} runs, {RUNS_MAX} at most."
        return Problem("too_many_runs", message, "Fill its small holes and erase its specks, or split it.")
    over = max(-mask.x, -mask.y, mask.x + mask.width - media.width, mask.y + mask.height - media.height)
    if over > 0:
        message = f"The mask reaches {over} pixels out of the image of {media.width} x {media.height}."
        return Problem("outside", message, "Erase what is outside.")
    if sum(mask.runs) != mask.width * mask.height:
        message = (
            f"The runs add up to {sum(mask.runs)}, and {mask.width} x {mask.height} are {mask.width * mask.height}."
        )
        return Problem("wrong_sum", message, "Write every run, the last one too, even if it is off.")
    if not all(mask.runs[1:]):
        return Problem("empty_run", "A run behind the first has no length.", "Join the runs before and behind it.")
    area = area_of(mask)
    if area == 0:
        return Problem("empty", "No pixel of the mask is on.", "Paint something, or delete it.")
    if not _is_tight(mask):
        message = "The box of the mask has a row or column at its border in which nothing is on."
        return Problem("not_tight", message, "Cut the box to what is on.")
    if area < side_min_px * side_min_px:
        return Problem("too_small", f"The mask has {area} pixels.", "Paint more of it, or delete it.")
    return None


def area_of(mask: Mask) -> int:
    """Pixels that are on."""
    return sum(mask.runs[1::2])


def _is_tight(mask: Mask) -> bool:
    """Whether something is on in the first and last row and column. Something is on, and the sum is right."""
    width, size = mask.width, mask.width * mask.height
    if mask.runs[0] >= width or (len(mask.runs) % 2 and mask.runs[-1] >= width):
        return False
    left = right = False
    at = 0
    for number, length in enumerate(mask.runs):
        if number % 2:
            first, last = at % width, (at + length - 1) % width
            wraps = at // width != (at + length - 1) // width
            left, right = left or wraps or first == 0, right or wraps or last == width - 1
            if left and right:
                return True
        at += length
    assert at == size, "the sum was looked at before"
    return False


def spans(mask: Mask) -> list[Span]:
    """The pixels that are on, row by row."""
    return list(spans_of(mask.runs, mask.x, mask.y, mask.width))


def parts(mask: Mask) -> Sequence[Sequence[Ring]]:
    """The outlines of its connected pieces, along the borders of pixels."""
    return outlines(spans(mask))


def bounds(mask: Mask) -> Bounds:
    """Its box."""
    return Bounds(float(mask.x), float(mask.y), float(mask.width), float(mask.height))


def encode(pixels: "Pixels", x: int = 0, y: int = 0) -> dict[str, Any] | None:
    """The geometry of what is on in `pixels`, [height, width], whose first is at column x and row y of the image.

    None if nothing is on. The box becomes tight by itself.
    """
    from fairmark.methods.masks import Crop, runs_of, trimmed

    crop = trimmed(Crop(x, y, pixels))
    if crop is None:
        return None
    return {"x": crop.x, "y": crop.y, "width": crop.width, "height": crop.height, "runs": runs_of(crop.pixels)}


def decode(mask: Mask) -> "Crop":
    """Its pixels, in its box. The mask has to be free of problems."""
    from fairmark.methods.masks import Crop, pixels_of

    return Crop(mask.x, mask.y, pixels_of(mask.runs, mask.width, mask.height))


def candidates(ours: Sequence[Mark], theirs: Sequence[Mark], similarity_min: float) -> "Candidates":
    """The pairs that overlap with an IoU of at least the similarity asked for."""
    from fairmark.methods.masks import alike

    left, right = ([decode(MASK.read(mark.geometry)) for mark in marks] for marks in (ours, theirs))
    return alike(left, right, similarity_min)


def merged(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any]:
    """The pixels that at least half of the weight covers. Of two, of equals, and where that is nothing, the one that
    is most like the others."""
    from fairmark.methods.masks import iou, vote
    from fairmark.methods.regions import medoid

    same = same_for_most(marks, weights)
    if same is not None:
        return same
    crops = [decode(MASK.read(mark.geometry)) for mark in marks]
    made = vote(crops, weights) if len(marks) > 2 else None
    geometry = encode(made.pixels, made.x, made.y) if made is not None else None
    if geometry is not None and len(geometry["runs"]) <= RUNS_MAX:
        return geometry
    return marks[medoid([[iou(one, other) for other in crops] for one in crops], weights)].geometry


MASK = MarkKind("mask", Mask, problem, candidates, merged, bounds, parts)
