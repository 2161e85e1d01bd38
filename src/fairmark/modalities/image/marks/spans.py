"""The run lengths of a mask as spans of rows, their connected pieces, and the outlines around them.

Without NumPy: submissions are checked with it. Two pixels are connected if they share a side; where two touch at a
corner only, the outlines touch there and do not join.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from fairmark.modalities.image.marks.kind import Point, Ring


class Span(NamedTuple):
    """Pixels of one row that are on: from column `start` to just before `end`."""

    row: int
    start: int
    end: int


def spans_of(runs: Sequence[int], x: int, y: int, width: int) -> Iterator[Span]:
    """The spans of run lengths in a box of `width` columns whose first pixel is (x, y), in order."""
    at = 0
    for number, length in enumerate(runs):
        if number % 2:
            row, column = divmod(at, width)
            rest = length
            # A run goes on in the next row, where the box ends.
            while rest > 0:
                part = min(rest, width - column)
                yield Span(y + row, x + column, x + column + part)
                rest, row, column = rest - part, row + 1, 0
        at += length


def _rows_of(spans: Sequence[Span]) -> list[tuple[int, int, int]]:
    """(row, first, end) of the spans of each row."""
    rows: list[tuple[int, int, int]] = []
    for number, span in enumerate(spans):
        if rows and rows[-1][0] == span.row:
            rows[-1] = (span.row, rows[-1][1], number + 1)
        else:
            rows.append((span.row, number, number + 1))
    return rows


def pieces(spans: Sequence[Span]) -> list[int]:
    """The number of the connected piece that each span is of, counted from 0 in the order of their first spans."""
    above = list(range(len(spans)))

    def root(number: int) -> int:
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    rows = _rows_of(spans)
    for (upper, first, end), (row, begin, stop) in pairwise(rows):
        over, here = first, begin
        while row == upper + 1 and over < end and here < stop:
            if spans[over].start < spans[here].end and spans[here].start < spans[over].end:
                ours, theirs = root(over), root(here)
                above[max(ours, theirs)] = min(ours, theirs)
            if spans[over].end <= spans[here].end:
                over += 1
            else:
                here += 1
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(number), len(numbers)) for number in range(len(spans))]


class _Side(NamedTuple):
    """A level side of an outline. Above the pixels it runs from left to right, below them from right to left.

    turns_down: whether the outline goes on downwards from its end. piece: of the pixels beside it.
    """

    left: int
    right: int
    row: int
    is_upper: bool
    turns_down: bool
    piece: int


def outlines(spans: Sequence[Span]) -> list[list[Ring]]:
    """The outlines of the pieces: of each its outer ring, which runs clockwise on a screen, then its holes.

    Corners only, at whole numbers. A ring is as long as it must be: no three corners in a row lie on one line.
    """
    sides = _sides(spans)
    starting: dict[tuple[int, int], int] = {}
    ending: dict[tuple[int, int], int] = {}
    columns: dict[int, list[int]] = {}
    for number, side in enumerate(sides):
        if side.is_upper:
            starting[side.left, side.row] = number
        else:
            ending[side.right, side.row] = number
        columns.setdefault(side.left, []).append(side.row)
        columns.setdefault(side.right, []).append(side.row)
    for rows in columns.values():
        rows.sort()
    found: dict[int, list[Ring]] = {}
    taken = [False] * len(sides)
    for number, side in enumerate(sides):
        # The first side of a piece is on its outer ring, since sides come from the top.
        if not taken[number]:
            found.setdefault(side.piece, []).append(_ring(number, sides, starting, ending, columns, taken))
    return [rings for _, rings in sorted(found.items())]


def _sides(spans: Sequence[Span]) -> list[_Side]:
    """The level sides, from the top."""
    numbers = pieces(spans)
    rows = {row: (first, end) for row, first, end in _rows_of(spans)}
    sides: list[_Side] = []
    for level in sorted({*rows, *(row + 1 for row in rows)}):
        upper, lower = (range(*rows.get(row, (0, 0))) for row in (level - 1, level))
        over, under = ([spans[number] for number in numbers_of] for numbers_of in (upper, lower))
        for number, span in zip(lower, under, strict=True):
            for left, right in _less(span, over):
                sides.append(_Side(left, right, level, True, right == span.end, numbers[number]))
        for number, span in zip(upper, over, strict=True):
            for left, right in _less(span, under):
                sides.append(_Side(left, right, level, False, left != span.start, numbers[number]))
    return sides


def _less(span: Span, others: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """What of `span` lies beside none of `others`, which are in order."""
    at = span.start
    for other in others[bisect_right(others, span.start, key=lambda each: each.end) :]:
        if other.start >= span.end:
            break
        if other.start > at:
            yield at, other.start
        at = max(at, other.end)
    if at < span.end:
        yield at, span.end


def _ring(
    first: int,
    sides: Sequence[_Side],
    starting: dict[tuple[int, int], int],
    ending: dict[tuple[int, int], int],
    columns: dict[int, list[int]],
    taken: list[bool],
) -> Ring:
    """The ring that the side `first` is of, as [x, y] corners; marks its sides as taken."""
    corners: list[Point] = []
    number = first
    while not taken[number]:
        taken[number] = True
        side = sides[number]
        begin, end = (side.left, side.right) if side.is_upper else (side.right, side.left)
        corners += [(begin, side.row), (end, side.row)]
        rows = columns[end]
        # Down: what is on lies to the left; up: to the right. Where pieces touch, the outline keeps to its own.
        if side.turns_down:
            place = (end, rows[bisect_right(rows, side.row)])
            number = ending[place] if place in ending else starting[place]
        else:
            place = (end, rows[bisect_left(rows, side.row) - 1])
            number = starting[place] if place in starting else ending[place]
    return corners
