"""Marks that say the same twice, or nearly: somebody drew one thing again.

Without NumPy: every submission is checked.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fairmark.ontology.fields import pointer, shown
from fairmark.ontology.model import Fault, Mark, Severity

Sides = tuple[float, float, float, float]
"""Left and upper edge, width and height of a box."""
ALIKE_MIN = 0.9
"""Intersection over union of the boxes around two marks from which they are almost the same."""
COVERING = frozenset({"box", "rotated_box", "ellipse", "polygon", "cuboid", "mask"})
"""Kinds that cover something. Of the others, lines for one, two may well lie in the same box."""


class Placed(NamedTuple):
    """A mark without faults of its own. place: of it in the document, from 0. bounds: None for kinds without any."""

    place: int
    mark: Mark
    shape: Any
    bounds: Sides | None


def duplicate_faults(placed: Sequence[Placed]) -> list[Fault]:
    """A warning for each mark that one before it, of its kind and class on its asset, already says, in their order.

    O(n log n) where marks are spread out.
    """
    found: dict[int, Fault] = {}
    alike: dict[tuple[int, str, str], list[Placed]] = {}
    seen: dict[tuple[int, str, str, Any], Placed] = {}
    for each in placed:
        group = (each.mark.asset, each.mark.kind, each.mark.class_)
        first = seen.setdefault((*group, each.shape), each)
        if first is not each:
            found[each.place] = _fault(each, first, "the same")
        elif each.bounds is not None and each.mark.kind in COVERING:
            alike.setdefault(group, []).append(each)
    for group in alike.values():
        for first, second in _near(group) if len(group) > 1 else ():
            found.setdefault(second.place, _fault(second, first, "almost the same"))
    return [found[place] for place in sorted(found)]


def _fault(each: Placed, first: Placed, how: str) -> Fault:
    message = f"This mark and {shown(first.mark.id)} are {how}."
    path = pointer("marks", each.place)
    return Fault("duplicate_mark", path, message, "Delete one of the two.", each.mark.id, Severity.WARNING)


def _near(group: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Pairs that overlap by ALIKE_MIN, the earlier in the document first."""
    ordered = sorted((*each.bounds, n) for n, each in enumerate(group) if each.bounds is not None)
    for n, (x, y, w, h, one) in enumerate(ordered):
        # What one box alone has on a side is no more than this share of its own length.
        reach, below = x + w * (1 - ALIKE_MIN), y + h * (1 - ALIKE_MIN)
        for m in range(n + 1, len(ordered)):
            left, top, width, height, other = ordered[m]
            if left > reach:
                break
            if top > below or top + height * (1 - ALIKE_MIN) < y:
                continue
            if _iou((x, y, w, h), (left, top, width, height)) >= ALIKE_MIN:
                yield group[min(one, other)], group[max(one, other)]


def _iou(a: Sides, b: Sides) -> float:
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)
