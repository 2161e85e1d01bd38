"""Whether the masks of an annotation lie with one another as the ontology wants: semantic and panoptic layers.

Without NumPy: every submission is checked.
"""

from collections.abc import Sequence
from typing import NamedTuple

from fairmark.modalities.image.marks.mask import Mask, spans
from fairmark.modalities.model import MediaSize
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.fields import pointer, shown
from fairmark.ontology.model import FAULTS_MAX, Fault, Mark, Overlap

SPANS_MAX = 1_000_000
"""Most rows that the masks of an asset have together: about a second of checking."""


class LayerMask(NamedTuple):
    """A mask without faults of its own. place: of its mark in the document, from 0."""

    place: int
    mark: Mark
    mask: Mask


class _Covered(NamedTuple):
    """shared: pixels that two masks share, by their places in the list. pixels: that belong to one, or None if nobody
    counted to the end."""

    shared: dict[tuple[int, int], int]
    pixels: int | None


def layer_faults(
    masks: Sequence[LayerMask], compiled: CompiledOntology, media: Sequence[MediaSize], *, complete: bool = True
) -> list[Fault]:
    """What is wrong with how `masks`, in the order of the document, lie on the assets.

    complete: False for drafts and predictions, which may still leave pixels to nobody.
    """
    layers = compiled.ontology.layers
    wants_whole = complete and layers.whole
    found = _second_masks(masks, compiled)
    if layers.overlap is Overlap.ALLOWED and not wants_whole:
        return found
    for asset, size in enumerate(media):
        own = [each for each in masks if each.mark.asset == asset]
        if sum(len(each.mask.runs) + each.mask.height for each in own) > SPANS_MAX:
            message = f"The masks of an image have more than {SPANS_MAX} rows and runs together."
            found.append(Fault("too_many_runs", "/marks", message, "Join masks, and erase specks."))
            continue
        covered = _covered(own, size.width)
        if layers.overlap is Overlap.FORBIDDEN:
            found.extend(_overlap_faults(own, covered.shared))
        missing = size.width * size.height - (covered.pixels or 0)
        if wants_whole and covered.pixels is not None and missing > 0:
            where = f" of image {asset + 1}" if len(media) > 1 else ""
            message = f"{missing} pixels{where} belong to no mask."
            found.append(Fault("not_whole", "/marks", message, "Paint or fill them."))
    return found[:FAULTS_MAX]


def _second_masks(masks: Sequence[LayerMask], compiled: CompiledOntology) -> list[Fault]:
    found: list[Fault] = []
    first: dict[tuple[int, str], str] = {}
    for place, mark, _ in masks:
        known = compiled.classes.get(mark.class_)
        if known is None or known.item_class.instances:
            continue
        other = first.setdefault((mark.asset, mark.class_), mark.id)
        if other is not mark.id:
            message = f"{known.item_class.name} is one mask at most on each image, and {shown(other)} is one."
            found.append(Fault("second_mask", pointer("marks", place), message, "Join the two.", mark.id))
    return found


def _overlap_faults(masks: Sequence[LayerMask], shared: dict[tuple[int, int], int]) -> list[Fault]:
    found: list[Fault] = []
    for (second, first), pixels in sorted(shared.items()):
        place, mark, _ = masks[second]
        message = f"This mask and {shown(masks[first].mark.id)} share {pixels} pixels."
        found.append(Fault("overlap", pointer("marks", place), message, "Leave them to one of the two.", mark.id))
    return found


def _covered(masks: Sequence[LayerMask], width: int) -> _Covered:
    """A sweep over all spans by their place in the image, counted on from row to row."""
    pieces = sorted(
        (span.row * width + span.start, span.row * width + span.end, number)
        for number, each in enumerate(masks)
        for span in spans(each.mask)
    )
    shared: dict[tuple[int, int], int] = {}
    open_: list[tuple[int, int]] = []
    end = pixels = 0
    for start, stop, number in pieces:
        pixels += max(stop - max(start, end), 0)
        end = max(end, stop)
        if open_:
            open_ = [each for each in open_ if each[0] > start]
        for until, other in open_:
            pair = (max(number, other), min(number, other))
            shared[pair] = shared.get(pair, 0) + min(until, stop) - start
        if len(shared) > FAULTS_MAX:
            return _Covered(shared, None)
        open_.append((stop, number))
    return _Covered(shared, pixels)
