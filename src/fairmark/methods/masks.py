"""Masks: pieces of a grid of pixels, their run lengths, how much two share, and what most of several cover.

Pixel (row i, column j) is the unit square [j, j+1) x [i, i+1) of continuous coordinates. Nothing here ever holds more
than the boxes around the masks it is given, so that a small mask on a large image costs little.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairmark.methods.matching import Candidates, Floats, overlaps

Pixels = NDArray[np.bool_]
_TOUCH = 1e-9
"""Least overlap of two boxes that lets their masks be compared."""


class Crop(NamedTuple):
    """A piece of an image: column and row of its first pixel, and its pixels, [height, width]. Outside all are off."""

    x: int
    y: int
    pixels: Pixels

    @property
    def width(self) -> int:
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        return self.pixels.shape[0]

    @property
    def area(self) -> int:
        """Pixels that are on."""
        return int(np.count_nonzero(self.pixels))


def runs_of(pixels: Pixels) -> list[int]:
    """Lengths of runs, row by row, alternating off and on and beginning with off, whose first may be 0.

    [[on, off], [on, on]] is [0, 1, 1, 2].
    """
    flat = np.concatenate([[False], pixels.ravel()])
    turns = np.flatnonzero(flat[1:] != flat[:-1])
    return np.diff(np.concatenate([[0], turns, [pixels.size]])).tolist()


def pixels_of(runs: Sequence[int], width: int, height: int) -> Pixels:
    """The pixels, [height, width], that run lengths stand for. Their sum has to be width x height."""
    turns = np.cumsum(np.asarray(runs[:-1], dtype=np.int64))
    toggles = np.zeros(width * height + 1, dtype=np.uint8)
    # The first run may be 0; no other is, so no two turns fall on one place.
    toggles[turns] = 1
    return np.bitwise_xor.accumulate(toggles)[:-1].astype(np.bool_).reshape(height, width)


def trimmed(crop: Crop) -> Crop | None:
    """`crop` without the rows and columns around what is on; None if nothing is."""
    rows, columns = np.flatnonzero(crop.pixels.any(axis=1)), np.flatnonzero(crop.pixels.any(axis=0))
    if not len(rows):
        return None
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    return Crop(crop.x + left, crop.y + top, crop.pixels[top:bottom, left:right])


def on_window(crop: Crop, x: int, y: int, width: int, height: int) -> Pixels:
    """What `crop` covers of the window from (x, y), [height, width]."""
    window = np.zeros((height, width), dtype=np.bool_)
    left, top = max(crop.x, x), max(crop.y, y)
    right, bottom = min(crop.x + crop.width, x + width), min(crop.y + crop.height, y + height)
    if right > left and bottom > top:
        part = crop.pixels[top - crop.y : bottom - crop.y, left - crop.x : right - crop.x]
        window[top - y : bottom - y, left - x : right - x] = part
    return window


def around(crops: Sequence[Crop]) -> tuple[int, int, int, int]:
    """(x, y, width, height) of the box around one crop or more."""
    left, top = min(crop.x for crop in crops), min(crop.y for crop in crops)
    right, bottom = max(crop.x + crop.width for crop in crops), max(crop.y + crop.height for crop in crops)
    return left, top, right - left, bottom - top


def shared(ours: Crop, theirs: Crop) -> int:
    """Pixels that both cover."""
    left, top = max(ours.x, theirs.x), max(ours.y, theirs.y)
    right = min(ours.x + ours.width, theirs.x + theirs.width)
    bottom = min(ours.y + ours.height, theirs.y + theirs.height)
    if right <= left or bottom <= top:
        return 0
    window = (left, top, right - left, bottom - top)
    return int(np.count_nonzero(on_window(ours, *window) & on_window(theirs, *window)))


def union(ours: Crop, theirs: Crop) -> int:
    """Pixels that one of the two covers, or both."""
    return ours.area + theirs.area - shared(ours, theirs)


def iou(ours: Crop, theirs: Crop) -> float:
    """Intersection over union, 0 to 1; 0 if both are empty. Source: Jaccard 1901."""
    both = shared(ours, theirs)
    either = ours.area + theirs.area - both
    return both / either if either else 0.0


def alike(ours: Sequence[Crop], theirs: Sequence[Crop], iou_min: float) -> Candidates:
    """The pairs with an IoU of at least `iou_min`, which is above 0. Crops have to be trimmed."""
    near = overlaps(_boxes(ours), _boxes(theirs), _TOUCH)
    areas = [crop.area for crop in ours], [crop.area for crop in theirs]
    found: list[tuple[int, int, float]] = []
    for left, right in zip(near.left.tolist(), near.right.tolist(), strict=True):
        smaller, larger = sorted((areas[0][left], areas[1][right]))
        # Even one inside the other would share no more than that.
        if smaller < iou_min * larger:
            continue
        both = shared(ours[left], theirs[right])
        likeness = both / (smaller + larger - both)
        if likeness >= iou_min:
            found.append((left, right, likeness))
    rows = np.array(found, dtype=np.float64).reshape(-1, 3)
    return Candidates(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2])


def _boxes(crops: Sequence[Crop]) -> Floats:
    rows = [(crop.x, crop.y, crop.width, crop.height) for crop in crops]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def vote(crops: Sequence[Crop], weights: Sequence[float]) -> Crop | None:
    """What at least half of the weight covers; None if that is nothing."""
    left, top, width, height = around(crops)
    backing = np.zeros((height, width))
    for crop, weight in zip(crops, weights, strict=True):
        row, column = crop.y - top, crop.x - left
        backing[row : row + crop.height, column : column + crop.width] += weight * crop.pixels
    half = sum(weights) / 2 - 1e-9 * sum(weights)
    return trimmed(Crop(left, top, (backing >= half) & (backing > 0)))


def rasterised(rings: Sequence[Any], width: int, height: int) -> Crop | None:
    """The pixels of an image of `width` x `height` whose centre lies in an odd number of `rings`; None if none does.

    rings: each [n, 2], x and y in continuous pixels, closed by itself. A centre on a left or upper edge is in, one on a
    right or lower edge is out, so that outlines that share an edge share no pixel. The square from (5, 5) to (10, 10)
    has 25 pixels.
    """
    arrays = [np.asarray(ring, dtype=np.float64).reshape(-1, 2) for ring in rings]
    edges = [np.concatenate([ring, np.roll(ring, -1, axis=0)], axis=1) for ring in arrays if len(ring)]
    if not edges:
        return None
    ends = np.concatenate(edges)
    # Every edge is walked downwards: the two outlines that share it walk it both ways, and would round differently.
    x0, y0, x1, y1 = np.where((ends[:, 1] > ends[:, 3])[:, None], np.roll(ends, 2, axis=1), ends).T
    # Edges cross the rows whose centre lies from their upper end to just before their lower one.
    first = np.clip(np.ceil(y0 - 0.5), 0, height).astype(np.int64)
    last = np.clip(np.ceil(y1 - 0.5), 0, height).astype(np.int64)
    counts = last - first
    total = int(counts.sum())
    if total == 0:
        return None
    edge = np.repeat(np.arange(len(counts)), counts)
    row = first[edge] + np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    x = x0[edge] + (row + 0.5 - y0[edge]) * ((x1 - x0)[edge] / (y1 - y0)[edge])
    column = np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)
    top, bottom, left, right = int(row.min()), int(row.max()) + 1, int(column.min()), int(column.max())
    if right == left:
        return None
    wide = right - left + 1
    crossed = np.bincount((row - top) * wide + column - left, minlength=(bottom - top) * wide)
    inside = np.cumsum(crossed.reshape(bottom - top, wide), axis=1)[:, :-1] % 2 == 1
    return trimmed(Crop(left, top, inside))
