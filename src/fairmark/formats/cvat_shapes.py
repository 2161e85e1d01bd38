"""Marks as the shapes of CVAT's XML, both ways: which element a kind is, and what stands in its attributes.

Source: the CVAT manual, "CVAT for image" (version 1.1). Numbers are continuous pixels; a rotation turns a shape about
its centre, in degrees, clockwise on a screen, from 0 to 360; a mask is run lengths row by row in its own box, beginning
with what is not covered.
"""

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any

from fairmark.formats.images import BOX, ELLIPSE, POLYGON, ROTATED_BOX

Shape = tuple[str, dict[str, str]]
"""An element's name, and its attributes."""

POLYLINE, POINTS, CUBOID, MASK, TAG = "polyline", "points", "cuboid", "mask", "tag"
_DIGITS = 6
_CORNERS = ("tl", "bl", "tr", "br")
"""In the order in which the file has them; a face here goes round from its upper left corner."""
_ROUND = ("tl", "tr", "br", "bl")


def shapes_of(kind: str, geometry: Mapping[str, Any]) -> Iterator[Shape]:
    """The shapes of a mark whose geometry is sound: one, or one for each part of a polygon. None for unknown kinds."""
    write = _WRITE.get(kind)
    return iter(()) if write is None else write(geometry)


def mark_of(name: str, attributes: Mapping[str, str]) -> tuple[str, dict[str, Any]] | None:
    """(kind, geometry) of a shape; None if there is no such kind here.

    Raises ValueError for a number that is missing or none, KeyError for a missing attribute.
    """
    read = _READ.get(name)
    return None if read is None else read(attributes)


def number(value: float) -> str:
    """To a millionth, without zeros at the end."""
    text = f"{value:.{_DIGITS}f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _box(geometry: Mapping[str, Any]) -> Iterator[Shape]:
    x, y, w, h = (geometry[name] for name in ("x", "y", "w", "h"))
    yield "box", _edges(x, y, x + w, y + h)


def _rotated_box(geometry: Mapping[str, Any]) -> Iterator[Shape]:
    cx, cy, w, h = (geometry[name] for name in ("cx", "cy", "w", "h"))
    yield "box", _edges(cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2) | _rotation(geometry)


def _ellipse(geometry: Mapping[str, Any]) -> Iterator[Shape]:
    yield "ellipse", {name: number(geometry[name]) for name in ("cx", "cy", "rx", "ry")} | _rotation(geometry)


def _polygon(geometry: Mapping[str, Any]) -> Iterator[Shape]:
    for part in geometry["parts"]:
        yield "polygon", {"points": _joined(part[0])}


def _polyline(geometry: Mapping[str, Any]) -> Iterator[Shape]:
    yield "polyline", {"points": _joined(geometry["points"])}


def _points(geometry: Mapping[str, Any]) -> Iterator[Shape]:
    yield "points", {"points": _joined(geometry["points"])}


def _cuboid(geometry: Mapping[str, Any]) -> Iterator[Shape]:
    out: dict[str, str] = {}
    for digit, face in ((1, "front"), (2, "back")):
        corners = dict(zip(_ROUND, geometry[face], strict=True))
        for corner in _CORNERS:
            out[f"x{corner}{digit}"], out[f"y{corner}{digit}"] = (number(each) for each in corners[corner])
    yield "cuboid", out


def _mask(geometry: Mapping[str, Any]) -> Iterator[Shape]:
    box = {"left": geometry["x"], "top": geometry["y"], "width": geometry["width"], "height": geometry["height"]}
    yield "mask", {"rle": ", ".join(map(str, geometry["runs"])), **{name: str(value) for name, value in box.items()}}


def _tag(geometry: Mapping[str, Any]) -> Iterator[Shape]:
    yield "tag", {}


_WRITE: dict[str, Callable[[Mapping[str, Any]], Iterator[Shape]]] = {
    BOX: _box, ROTATED_BOX: _rotated_box, ELLIPSE: _ellipse, POLYGON: _polygon, POLYLINE: _polyline, POINTS: _points,
    CUBOID: _cuboid, MASK: _mask, TAG: _tag,
}  # fmt: skip


def _edges(left: float, top: float, right: float, bottom: float) -> dict[str, str]:
    return {"xtl": number(left), "ytl": number(top), "xbr": number(right), "ybr": number(bottom)}


def _rotation(geometry: Mapping[str, Any]) -> dict[str, str]:
    turned = number(geometry["angle"] % 360)
    return {} if turned in {"0", "360"} else {"rotation": turned}


def _joined(points: Any) -> str:
    return ";".join(f"{number(x)},{number(y)}" for x, y in points)


def _read_box(attributes: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    left, top, right, bottom = (_float(attributes, name) for name in ("xtl", "ytl", "xbr", "ybr"))
    w, h = right - left, bottom - top
    if not (w > 0 and h > 0):
        raise ValueError("The box has no area.")
    if (angle := _angle(attributes)) == 0:
        return BOX, {"x": left, "y": top, "w": w, "h": h}
    return ROTATED_BOX, {"cx": left + w / 2, "cy": top + h / 2, "w": w, "h": h, "angle": angle}


def _read_ellipse(attributes: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    geometry = {name: _float(attributes, name) for name in ("cx", "cy", "rx", "ry")}
    if not (geometry["rx"] > 0 and geometry["ry"] > 0):
        raise ValueError("The ellipse has no area.")
    return ELLIPSE, {**geometry, "angle": _angle(attributes)}


def _read_polygon(attributes: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    return POLYGON, {"parts": [[_places(attributes, 3)]]}


def _read_polyline(attributes: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    return POLYLINE, {"points": _places(attributes, 2)}


def _read_points(attributes: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    return POINTS, {"points": _places(attributes, 1)}


def _read_cuboid(attributes: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    return CUBOID, {
        face: [[_float(attributes, f"{axis}{corner}{digit}") for axis in "xy"] for corner in _ROUND]
        for digit, face in ((1, "front"), (2, "back"))
    }


def _read_mask(attributes: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    runs = [int(run) for run in attributes["rle"].split(",")]
    x, y, width, height = (int(attributes[name]) for name in ("left", "top", "width", "height"))
    if min(runs) < 0 or sum(runs) != width * height:
        raise ValueError("The runs do not fill the mask's box.")
    return MASK, {"x": x, "y": y, "width": width, "height": height, "runs": runs}


def _read_tag(attributes: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    return TAG, {}


_READ: dict[str, Callable[[Mapping[str, str]], tuple[str, dict[str, Any]]]] = {
    "box": _read_box, "ellipse": _read_ellipse, "polygon": _read_polygon, "polyline": _read_polyline,
    "points": _read_points, "cuboid": _read_cuboid, "mask": _read_mask, "tag": _read_tag,
}  # fmt: skip


SHAPES = frozenset(_READ)
"""The elements that are marks, skeletons apart."""


def _float(attributes: Mapping[str, str], name: str) -> float:
    value = float(attributes[name])
    if not isfinite(value):
        raise ValueError(f"{name} is no position.")
    return value


def _angle(attributes: Mapping[str, str]) -> float:
    """Above -180 and at most 180."""
    turned = _float({"rotation": attributes.get("rotation", "0")}, "rotation") % 360
    return turned - 360 if turned > 180 else turned


def _places(attributes: Mapping[str, str], at_least: int) -> list[list[float]]:
    places = [[float(each) for each in point.split(",")] for point in attributes["points"].split(";")]
    if len(places) < at_least or any(len(place) != 2 or not all(map(isfinite, place)) for place in places):
        raise ValueError(f"The shape has less than {at_least} sound points.")
    return places
