"""Pixels that a mark covers, as COCO's run lengths, and the area of an outline.

NumPy is imported when called: only data sets with outlines and masks need it.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

from fairmark.formats.images import Parts
from fairmark.modalities.image import Ring

if TYPE_CHECKING:
    from fairmark.methods.masks import Crop


def covered_area(parts: Parts) -> float:
    """Square pixels that the outer rings enclose, less their holes."""
    return sum(_enclosed(outer) - sum(map(_enclosed, holes)) for outer, *holes in parts)


def run_lengths(parts: Parts, width: int, height: int) -> list[int]:
    """Lengths of runs down the columns, zeros first, of the pixels whose centre the parts cover.

    A square from (5, 5) to (10, 10) covers 25 pixels: its area, as a rule by centres has it for whole pixels.
    """
    from fairmark.methods.masks import rasterised

    crop = rasterised([ring for part in parts for ring in part], width, height)
    return [width * height] if crop is None else column_runs(crop, width, height)


def column_runs(crop: "Crop", width: int, height: int) -> list[int]:
    """The same of pixels that lie inside of an image of `width` x `height`, and of which one at least is on.

    The pixels (1, 0) and (1, 1) of an image of 3 x 2 are [2, 2, 2].
    """
    import numpy as np

    padded = np.zeros((crop.width, crop.height + 2), dtype=np.int8)
    padded[:, 1:-1] = crop.pixels.T
    turns = np.diff(padded, axis=1)
    (columns, firsts), (_, ends) = np.nonzero(turns == 1), np.nonzero(turns == -1)
    starts = (columns + crop.x) * height + firsts + crop.y
    stops = (columns + crop.x) * height + ends + crop.y
    # A column that is on to its end goes on in the next one.
    goes_on = starts[1:] == stops[:-1]
    starts, stops = starts[np.concatenate([[True], ~goes_on])], stops[np.concatenate([~goes_on, [True]])]
    places = np.stack([starts, stops], axis=1).ravel()
    runs = np.diff(np.concatenate([[0], places])).tolist()
    rest = width * height - int(places[-1])
    return [*runs, rest] if rest else runs


def _enclosed(ring: Ring) -> float:
    x0, y0 = ring[0]
    return (
        abs(sum((ax - x0) * (by - y0) - (bx - x0) * (ay - y0) for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]))) / 2
    )
