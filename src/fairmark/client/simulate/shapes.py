"""The kinds of marks that a made-up person can draw: around what, missed by a little, and where there is nothing.

A new kind is a line in SHAPES. Geometry is moved and stretched as a whole, so that what is sound stays sound.
"""

from collections.abc import Callable, Mapping
from math import cos, pi, sin
from typing import Any, NamedTuple

Geometry = dict[str, Any]
POINT_PX = 20.0
CORNERS = 8
"""Of an outline where there is nothing."""


class Box(NamedTuple):
    """Pixels, left and upper edge first."""

    left: float
    top: float
    right: float
    bottom: float


class Shape(NamedTuple):
    """around: the box around a geometry. stretched: a geometry carried from one box to another. within: one that fills
    a box.
    """

    around: Callable[[Geometry], Box]
    stretched: Callable[[Geometry, Box, Box], Geometry]
    within: Callable[[Box], Geometry]


def _box_around(geometry: Geometry) -> Box:
    x, y, w, h = (float(geometry[name]) for name in "xywh")
    return Box(x, y, x + w, y + h)


def _box_within(box: Box) -> Geometry:
    left, top, right, bottom = box
    return {"x": round(left, 2), "y": round(top, 2), "w": round(right - left, 2), "h": round(bottom - top, 2)}


def _box_stretched(geometry: Geometry, before: Box, after: Box) -> Geometry:
    return _box_within(after)


def _polygon_around(geometry: Geometry) -> Box:
    return _around([point for part in geometry["parts"] for point in part[0]])


def _polygon_stretched(geometry: Geometry, before: Box, after: Box) -> Geometry:
    return {"parts": [[[_carried(point, before, after) for point in ring] for ring in part]
                      for part in geometry["parts"]]}  # fmt: skip


def _polygon_within(box: Box) -> Geometry:
    return {"parts": [[_rounded(box)]]}


def _points_around(geometry: Geometry) -> Box:
    return _around(geometry["points"])


def _points_stretched(geometry: Geometry, before: Box, after: Box) -> Geometry:
    return {"points": [_carried(point, before, after) for point in geometry["points"]]}


def _line_within(box: Box) -> Geometry:
    return {"points": [[round(box.left, 2), round(box.top, 2)], [round(box.right, 2), round(box.bottom, 2)]]}


def _point_around(geometry: Geometry) -> Box:
    """With so many pixels around it that it can be missed by a few of them."""
    box = _around(geometry["points"])
    return Box(box.left - POINT_PX, box.top - POINT_PX, box.right + POINT_PX, box.bottom + POINT_PX)


def _point_within(box: Box) -> Geometry:
    return {"points": [[round((box.left + box.right) / 2, 2), round((box.top + box.bottom) / 2, 2)]]}


def _cuboid_around(geometry: Geometry) -> Box:
    return _around([*geometry["front"], *geometry["back"]])


def _cuboid_stretched(geometry: Geometry, before: Box, after: Box) -> Geometry:
    return {face: [_carried(corner, before, after) for corner in geometry[face]] for face in ("front", "back")}


def _cuboid_within(box: Box) -> Geometry:
    """Seen from the left and above: the face in front fills the lower left three quarters, the one behind the rest."""
    across, down = (box.right - box.left) / 4, (box.bottom - box.top) / 4
    front = Box(box.left, box.top + down, box.right - across, box.bottom)
    back = Box(box.left + across, box.top, box.right, box.bottom - down)
    return {"front": _corners(front), "back": _corners(back)}


def _corners(box: Box) -> list[list[float]]:
    left, top, right, bottom = (round(edge, 2) for edge in box)
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def _mask_around(geometry: Geometry) -> Box:
    x, y, width, height = (int(geometry[name]) for name in ("x", "y", "width", "height"))
    return Box(x, y, x + width, y + height)


def _mask_stretched(geometry: Geometry, before: Box, after: Box) -> Geometry:
    """Each pixel is what the one that lay nearest to its place was; the border's rows and columns are kept."""
    pixels = [on % 2 for on, length in enumerate(geometry["runs"]) for _ in range(length)]
    wide = int(geometry["width"])
    rows = [pixels[start : start + wide] for start in range(0, len(pixels), wide)]
    left, top = int(after.left), int(after.top)
    width, height = max(round(after.right) - left, 1), max(round(after.bottom) - top, 1)
    taken = [[rows[_nearest(row, height, len(rows))][_nearest(column, width, wide)] for column in range(width)]
             for row in range(height)]  # fmt: skip
    if not any(map(any, taken)):
        return _mask_within(after)
    on = [row for row, line in enumerate(taken) if any(line)]
    across = [column for column in range(width) if any(line[column] for line in taken)]
    inside = [line[across[0] : across[-1] + 1] for line in taken[on[0] : on[-1] + 1]]
    runs = [0]
    for pixel in (pixel for line in inside for pixel in line):
        if pixel != (len(runs) - 1) % 2:
            runs.append(0)
        runs[-1] += 1
    return {"x": left + across[0], "y": top + on[0], "width": len(inside[0]), "height": len(inside), "runs": runs}


def _nearest(place: int, of: int, among: int) -> int:
    return place * (among - 1) // max(of - 1, 1)


def _mask_within(box: Box) -> Geometry:
    left, top = int(box.left), int(box.top)
    width, height = max(round(box.right) - left, 1), max(round(box.bottom) - top, 1)
    return {"x": left, "y": top, "width": width, "height": height, "runs": [0, width * height]}


def _turned(wide: str, high: str, sides: int) -> Shape:
    """Of a kind with a centre, two sizes (`sides` of which make a side) and an angle, which nobody gets wrong."""

    def around(geometry: Geometry) -> Box:
        across, down = geometry[wide] * sides / 2, geometry[high] * sides / 2
        return Box(geometry["cx"] - across, geometry["cy"] - down, geometry["cx"] + across, geometry["cy"] + down)

    def within(box: Box) -> Geometry:
        return {
            "cx": round((box.left + box.right) / 2, 2),
            "cy": round((box.top + box.bottom) / 2, 2),
            wide: round((box.right - box.left) / sides, 2),
            high: round((box.bottom - box.top) / sides, 2),
            "angle": 0.0,
        }

    def stretched(geometry: Geometry, before: Box, after: Box) -> Geometry:
        return within(after) | {"angle": geometry["angle"]}

    return Shape(around, stretched, within)


def _around(points: list[list[float]]) -> Box:
    across, down = zip(*points, strict=True)
    return Box(min(across), min(down), max(across), max(down))


def _carried(point: list[float], before: Box, after: Box) -> list[float]:
    """Where a point of one box lies in another: at the same share of its sides."""
    x, y = point
    wide, high = before.right - before.left or 1.0, before.bottom - before.top or 1.0
    across, down = (x - before.left) / wide, (y - before.top) / high
    return [
        round(after.left + across * (after.right - after.left), 2),
        round(after.top + down * (after.bottom - after.top), 2),
    ]


def _rounded(box: Box) -> list[list[float]]:
    """Corners around the middle of a box, touching its sides."""
    middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    reach = ((box.right - box.left) / 2, (box.bottom - box.top) / 2)
    turns = [2 * pi * n / CORNERS for n in range(CORNERS)]
    return [[round(middle[0] + reach[0] * cos(t), 2), round(middle[1] + reach[1] * sin(t), 2)] for t in turns]


SHAPES: Mapping[str, Shape] = {
    "box": Shape(_box_around, _box_stretched, _box_within),
    "polygon": Shape(_polygon_around, _polygon_stretched, _polygon_within),
    "polyline": Shape(_points_around, _points_stretched, _line_within),
    "points": Shape(_point_around, _points_stretched, _point_within),
    "rotated_box": _turned("w", "h", 1),
    "ellipse": _turned("rx", "ry", 2),
    "cuboid": Shape(_cuboid_around, _cuboid_stretched, _cuboid_within),
    "mask": Shape(_mask_around, _mask_stretched, _mask_within),
}
