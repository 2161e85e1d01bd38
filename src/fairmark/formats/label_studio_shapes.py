"""Marks as the regions of Label Studio, both ways: the type of a region, and what stands in its value.

Places are per cent of the image's width and height, each by itself, so angles mean something in pixels alone. A box has
its upper left corner and is turned about it; an ellipse about its centre. Source: Label Studio's manual, "task format"
and the pages of its image tags.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import cos, isfinite, radians, sin
from typing import Any

import numpy as np

from fairmark.formats import brush_code
from fairmark.formats.images import BOX, ELLIPSE, POLYGON, ROTATED_BOX
from fairmark.methods.masks import runs_of
from fairmark.modalities.image.marks.spans import spans_of

Region = tuple[str, dict[str, Any]]
"""The type ("rectangle" for rectanglelabels), and the value."""
Size = tuple[int, int]
"""Width and height of the upright image in pixels."""

POLYLINE, POINTS, MASK = "polyline", "points", "mask"
POINT_WIDTH = 0.5
"""How large a point is shown, per cent of the image's width."""
HELD = (BOX, ROTATED_BOX, POLYGON, POLYLINE, POINTS, ELLIPSE, MASK)
"""Kinds with a place that the format can tell."""


def regions_of(kind: str, geometry: Mapping[str, Any], size: Size) -> Iterator[Region]:
    """The regions of a mark whose geometry is sound: one, or one for each part of a polygon or for each point."""
    yield from _WRITE[kind](geometry, size)


def mark_of(type: str, value: Mapping[str, Any], size: Size) -> tuple[str, dict[str, Any]] | None:
    """(kind, geometry) of a region; None if there is no such kind here.

    Raises ValueError, KeyError or TypeError for a value that says no place.
    """
    read = _READ.get(type)
    return None if read is None else read(value, size)


def _box(geometry: Mapping[str, Any], size: Size) -> Iterator[Region]:
    x, y = shares((geometry["x"], geometry["y"]), size)
    width, height = shares((geometry["w"], geometry["h"]), size)
    yield "rectangle", {"x": x, "y": y, "width": width, "height": height, "rotation": 0}


def _rotated_box(geometry: Mapping[str, Any], size: Size) -> Iterator[Region]:
    across, down = _turned(-geometry["w"] / 2, -geometry["h"] / 2, geometry["angle"])
    x, y = shares((geometry["cx"] + across, geometry["cy"] + down), size)
    width, height = shares((geometry["w"], geometry["h"]), size)
    yield "rectangle", {"x": x, "y": y, "width": width, "height": height, "rotation": geometry["angle"] % 360}


def _ellipse(geometry: Mapping[str, Any], size: Size) -> Iterator[Region]:
    x, y = shares((geometry["cx"], geometry["cy"]), size)
    across, down = shares((geometry["rx"], geometry["ry"]), size)
    yield "ellipse", {"x": x, "y": y, "radiusX": across, "radiusY": down, "rotation": geometry["angle"] % 360}


def _polygon(geometry: Mapping[str, Any], size: Size) -> Iterator[Region]:
    for part in geometry["parts"]:
        yield "polygon", {"points": [shares(point, size) for point in part[0]], "closed": True}


def _polyline(geometry: Mapping[str, Any], size: Size) -> Iterator[Region]:
    vertices: list[dict[str, Any]] = []
    for number, point in enumerate(geometry["points"]):
        x, y = shares(point, size)
        before = str(number - 1) if number else None
        vertices.append({"id": str(number), "x": x, "y": y, "prevPointId": before, "isBezier": False})
    yield "vector", {"vertices": vertices, "closed": False}


def _points(geometry: Mapping[str, Any], size: Size) -> Iterator[Region]:
    for point in geometry["points"]:
        x, y = shares(point, size)
        yield "keypoint", {"x": x, "y": y, "width": POINT_WIDTH}


def _mask(geometry: Mapping[str, Any], size: Size) -> Iterator[Region]:
    yield "brush", {"format": "rle", "rle": brush_code.pack(_whole(geometry, size))}


_WRITE: dict[str, Callable[[Mapping[str, Any], Size], Iterator[Region]]] = {
    BOX: _box, ROTATED_BOX: _rotated_box, ELLIPSE: _ellipse, POLYGON: _polygon, POLYLINE: _polyline, POINTS: _points,
    MASK: _mask,
}  # fmt: skip


def _read_rectangle(value: Mapping[str, Any], size: Size) -> tuple[str, dict[str, Any]]:
    x, y = _pixels((value["x"], value["y"]), size)
    w, h = _pixels((value["width"], value["height"]), size)
    if not (w > 0 and h > 0):
        raise ValueError("it has no area")
    angle = _angle(value)
    if angle == 0:
        return BOX, {"x": x, "y": y, "w": w, "h": h}
    across, down = _turned(w / 2, h / 2, angle)
    return ROTATED_BOX, {"cx": x + across, "cy": y + down, "w": w, "h": h, "angle": angle}


def _read_ellipse(value: Mapping[str, Any], size: Size) -> tuple[str, dict[str, Any]]:
    cx, cy = _pixels((value["x"], value["y"]), size)
    rx, ry = _pixels((value["radiusX"], value["radiusY"]), size)
    if not (rx > 0 and ry > 0):
        raise ValueError("it has no area")
    return ELLIPSE, {"cx": cx, "cy": cy, "rx": rx, "ry": ry, "angle": _angle(value)}


def _read_polygon(value: Mapping[str, Any], size: Size) -> tuple[str, dict[str, Any]]:
    points = [list(_pixels(point, size)) for point in value["points"]]
    closed = value.get("closed") is not False
    if len(points) < (3 if closed else 2):
        raise ValueError("it has too few points")
    if not closed:
        return POLYLINE, {"points": points}
    return POLYGON, {"parts": [[points]]}


def _read_vector(value: Mapping[str, Any], size: Size) -> tuple[str, dict[str, Any]]:
    points = [(vertex["x"], vertex["y"]) for vertex in value["vertices"]]
    return _read_polygon({"points": points, "closed": bool(value.get("closed"))}, size)


def _read_keypoint(value: Mapping[str, Any], size: Size) -> tuple[str, dict[str, Any]]:
    return POINTS, {"points": [list(_pixels((value["x"], value["y"]), size))]}


def _read_brush(value: Mapping[str, Any], size: Size) -> tuple[str, dict[str, Any]]:
    if value.get("format") != "rle":
        raise ValueError(f"its format is {value.get('format')!r}, not rle")
    width, height = size
    return MASK, _tight(brush_code.unpack(value["rle"], width * height), width)


_READ: dict[str, Callable[[Mapping[str, Any], Size], tuple[str, dict[str, Any]]]] = {
    "rectangle": _read_rectangle, "ellipse": _read_ellipse, "polygon": _read_polygon, "vector": _read_vector,
    "keypoint": _read_keypoint, "brush": _read_brush,
}  # fmt: skip


def _whole(geometry: Mapping[str, Any], size: Size) -> Iterator[tuple[int, bool]]:
    """A mask's pixels as runs over the whole image: (how many, whether they are on)."""
    width, height = size
    at = 0
    for row, start, end in spans_of(geometry["runs"], geometry["x"], geometry["y"], geometry["width"]):
        first = row * width + start
        if first > at:
            yield first - at, False
        yield end - start, True
        at = row * width + end
    if at < width * height:
        yield width * height - at, False


def _tight(runs: Sequence[tuple[int, bool]], width: int) -> dict[str, Any]:
    """The geometry of a mask from runs over an image so wide. Raises ValueError if no pixel is on."""
    lengths = [0] * bool(runs and runs[0][1]) + [count for count, _ in runs]
    spans = list(spans_of(lengths, 0, 0, width))
    if not spans:
        raise ValueError("no pixel of it is on")
    left, right = min(span.start for span in spans), max(span.end for span in spans)
    top, bottom = spans[0].row, spans[-1].row + 1
    pixels = np.zeros((bottom - top, right - left), dtype=np.bool_)
    for row, start, end in spans:
        pixels[row - top, start - left : end - left] = True
    return {"x": left, "y": top, "width": right - left, "height": bottom - top, "runs": runs_of(pixels)}


def shares(point: Sequence[float], size: Size) -> tuple[float, float]:
    """Pixels as per cent, with more digits than pixels of any image have use for."""
    return round(100 * point[0] / size[0], 10), round(100 * point[1] / size[1], 10)


def _pixels(point: Sequence[Any], size: Size) -> tuple[float, float]:
    x, y = (float(each) for each in point)
    if not isfinite(x + y):
        raise ValueError("a number of it is not finite")
    # To a millionth of a pixel: what was a whole pixel is one again.
    return round(x * size[0] / 100, 6), round(y * size[1] / 100, 6)


def _turned(across: float, down: float, angle: float) -> tuple[float, float]:
    """A step turned by `angle` degrees, clockwise on a screen."""
    turn = radians(angle)
    return across * cos(turn) - down * sin(turn), across * sin(turn) + down * cos(turn)


def _angle(value: Mapping[str, Any]) -> float:
    """Above -180 and at most 180."""
    given = float(value.get("rotation") or 0)
    if not isfinite(given):
        raise ValueError("its rotation is not finite")
    turned = given % 360
    return turned - 360 if turned > 180 else turned
