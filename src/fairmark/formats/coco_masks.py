"""Masks as COCO has them: lengths of runs down the columns of the whole image, beginning with off; as a list of
numbers, or packed into a text, six bits a character.

NumPy is imported when called: only data sets with masks need it.
"""

from collections.abc import Sequence
from typing import Any

from fairmark.formats.run_lengths import column_runs
from fairmark.modalities.image import KINDS, decoded, encoded

MASK = "mask"
PIXELS_MAX = 2**28
"""Most pixels of the columns that a mask reaches over: what is looked at while it is read."""
_PACKED_CHARS_MAX = 2**26


def mask_runs(geometry: dict[str, Any], width: int, height: int) -> list[int] | None:
    """The runs of a mask on an image of `width` x `height`; None for one that is broken, empty or lies outside."""
    mask = KINDS[MASK].read(geometry)
    is_inside = mask.x >= 0 and mask.y >= 0 and mask.x + mask.width <= width and mask.y + mask.height <= height
    is_sound = sum(mask.runs) == mask.width * mask.height and sum(mask.runs[1::2]) > 0 and all(mask.runs[1:])
    return column_runs(decoded(mask), width, height) if is_inside and is_sound else None


def mask_of(counts: str | Sequence[int], width: int, height: int) -> dict[str, Any] | None:
    """The geometry of runs down the columns of an image of `width` x `height`; None for broken or empty ones."""
    import numpy as np

    runs = unpacked(counts) if isinstance(counts, str) else counts
    if runs is None or min(runs, default=-1) < 0 or sum(runs) != width * height:
        return None
    places = np.cumsum(np.asarray(runs, dtype=np.int64))
    starts, stops = places[0::2], places[1::2]
    starts = starts[: len(stops)]
    some = stops > starts
    starts, stops = starts[some], stops[some]
    if not len(starts):
        return None
    first, last = int(starts[0]) // height, (int(stops[-1]) - 1) // height
    if (last + 1 - first) * height > PIXELS_MAX:
        return None
    changes = np.zeros((last + 1 - first) * height + 1, dtype=np.int32)
    np.add.at(changes, starts - first * height, 1)
    np.add.at(changes, stops - first * height, -1)
    pixels = np.cumsum(changes[:-1]).astype(np.bool_).reshape(last + 1 - first, height).T
    return encoded(pixels, first, 0)


def unpacked(text: str) -> list[int] | None:
    """The runs in a packed text; None if it is none.

    A number is groups of five bits, the lowest first, with a sixth bit set if one more follows; the highest bit of the
    last one is its sign. From the fourth number on, each is the difference to the one two places before.
    """
    if len(text) > _PACKED_CHARS_MAX:
        return None
    runs: list[int] = []
    value = shift = 0
    for char in text:
        bits = ord(char) - 48
        if not 0 <= bits < 64 or shift > 60:
            return None
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    return runs if runs and shift == 0 else None


def packed(runs: Sequence[int]) -> str:
    """The text that `unpacked` reads: what the standard library of COCO calls compressed run lengths."""
    chars: list[str] = []
    for place, run in enumerate(runs):
        value = run - runs[place - 2] if place > 2 else run
        while True:
            bits, value = value & 31, value >> 5
            is_last = value == (-1 if bits & 16 else 0)
            chars.append(chr(48 + (bits if is_last else bits | 32)))
            if is_last:
                break
    return "".join(chars)
