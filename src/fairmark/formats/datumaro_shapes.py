"""Marks as the annotations of Datumaro, both ways: the type of an annotation, and what stands beside it.

Places are continuous pixels, in flat lists of numbers; an ellipse is told by the box around it and is not turned; a
mask is COCO's run lengths down the columns of the whole image, packed. Source: Datumaro's manual, "Datumaro format",
and what its version 1.13 writes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

import msgspec

from fairmark.formats.coco_masks import MASK, mask_of, mask_runs, packed
from fairmark.formats.images import BOX, ELLIPSE, POLYGON, ROTATED_BOX, parts_of
from fairmark.formats.skeletons import SKELETON
from fairmark.modalities.image.marks.skeleton import VISIBLE
from fairmark.ontology.model import Mark

Told = tuple[str, dict[str, Any]]
"""The type ("bbox"), and the members that say where."""
Size = tuple[int | None, int | None]
"""Width and height of the upright image in pixels, as far as they are known."""

POLYLINE, POINTS, CUBOID, TAG = "polyline", "points", "cuboid", "tag"
_SIDE_MAX = 2**20
_PER_POINT = 2
_FACES = (("front", 0), ("back", 0), ("back", 1), ("front", 1), ("back", 3), ("back", 2), ("front", 2), ("front", 3))
"""Corners of a cuboid in the order in which the file has them: a face here goes round from its upper left corner."""


def told(mark: Mark, size: Size) -> Iterator[Told]:
    """The annotations of a mark whose geometry is sound: one, or one for each part of a polygon. None if its mask lies
    outside of the image, or if its kind is unknown."""
    write = _WRITE.get(mark.kind)
    return iter(()) if write is None else write(mark, size)


def is_turned(mark: Mark) -> bool:
    """Whether the format knows no such turn, so that the outline has to stand for the mark."""
    return mark.kind == ROTATED_BOX or (mark.kind == ELLIPSE and mark.geometry["angle"] % 180 != 0)


def mark_of(type: str, row: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """(kind, geometry) of an annotation; None if there is no such kind here.

    Raises ValueError, KeyError or TypeError for one that says no place.
    """
    read = _READ.get(type)
    return None if read is None else read(row)


def _box(mark: Mark, size: Size) -> Iterator[Told]:
    yield "bbox", {"bbox": [mark.geometry[name] for name in ("x", "y", "w", "h")]}


def _outline(mark: Mark, size: Size) -> Iterator[Told]:
    for part in parts_of(mark):
        yield "polygon", {"points": _flat(part[0])}


def _ellipse(mark: Mark, size: Size) -> Iterator[Told]:
    if is_turned(mark):
        yield from _outline(mark, size)
        return
    cx, cy, rx, ry = (mark.geometry[name] for name in ("cx", "cy", "rx", "ry"))
    yield "ellipse", {"points": [cx - rx, cy - ry, cx + rx, cy + ry]}


def _polyline(mark: Mark, size: Size) -> Iterator[Told]:
    yield "polyline", {"points": _flat(mark.geometry["points"])}


def _points(mark: Mark, size: Size) -> Iterator[Told]:
    points = mark.geometry["points"]
    yield "points", {"points": _flat(points), "visibility": [VISIBLE] * len(points)}


def _skeleton(mark: Mark, size: Size) -> Iterator[Told]:
    points = mark.geometry["points"]
    yield "points", {"points": _flat([point[:2] for point in points]), "visibility": [v for *_, v in points]}


def _cuboid(mark: Mark, size: Size) -> Iterator[Told]:
    yield "cuboid_2d", {"points": [list(mark.geometry[face][corner]) for face, corner in _FACES]}


def _mask(mark: Mark, size: Size) -> Iterator[Told]:
    width, height = (size[0] or mark.geometry["x"] + mark.geometry["width"]), size[1]
    height = height or mark.geometry["y"] + mark.geometry["height"]
    runs = mask_runs(mark.geometry, width, height)
    if runs is not None:
        yield "mask", {"rle": {"counts": packed(runs), "size": [height, width]}}


def _tag(mark: Mark, size: Size) -> Iterator[Told]:
    yield "label", {}


_WRITE: dict[str, Callable[[Mark, Size], Iterator[Told]]] = {
    BOX: _box, ROTATED_BOX: _outline, POLYGON: _outline, ELLIPSE: _ellipse, POLYLINE: _polyline, POINTS: _points,
    CUBOID: _cuboid, MASK: _mask, TAG: _tag, SKELETON: _skeleton,
}  # fmt: skip


def _flat(points: Sequence[Sequence[float]]) -> list[float]:
    return [number for point in points for number in point]


def _read_box(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    x, y, w, h = _numbers(row["bbox"])
    if not (w > 0 and h > 0):
        raise ValueError("it has no area")
    return BOX, {"x": x, "y": y, "w": w, "h": h}


def _read_polygon(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return POLYGON, {"parts": [[_places(row, 3)]]}


def _read_polyline(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return POLYLINE, {"points": _places(row, 2)}


def _read_points(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return POINTS, {"points": _places(row, 1)}


def pose_rows(row: Mapping[str, Any]) -> list[list[float]]:
    """[x, y, visibility] of each point; what says no visibility is visible. Raises as `mark_of` does."""
    places = _places(row, 1)
    seen = row.get("visibility")
    visibility = [VISIBLE] * len(places) if seen is None else msgspec.convert(seen, list[int])
    if len(visibility) != len(places):
        raise ValueError("it has not one visibility for each point")
    return [[*place, v] for place, v in zip(places, visibility, strict=True)]


def _read_ellipse(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    left, top, right, bottom = _numbers(row["points"])
    if not (right > left and bottom > top):
        raise ValueError("it has no area")
    middle = {"cx": (left + right) / 2, "cy": (top + bottom) / 2}
    return ELLIPSE, {**middle, "rx": (right - left) / 2, "ry": (bottom - top) / 2, "angle": 0.0}


def _read_cuboid(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    given = dict(zip(_FACES, [_numbers(point) for point in row["points"]], strict=True))
    if any(len(point) != _PER_POINT for point in given.values()):
        raise ValueError("a corner of it is no pair of numbers")
    return CUBOID, {face: [given[face, corner] for corner in range(4)] for face in ("front", "back")}


def _read_mask(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    counts, (height, width) = row["rle"]["counts"], row["rle"]["size"]
    if not (isinstance(counts, str) and 0 < int(height) <= _SIDE_MAX and 0 < int(width) <= _SIDE_MAX):
        raise ValueError("its size or its runs are none")
    geometry = mask_of(counts, int(width), int(height))
    if geometry is None:
        raise ValueError("its runs are broken, or no pixel is on")
    return MASK, geometry


def _read_label(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return TAG, {}


_READ: dict[str, Callable[[Mapping[str, Any]], tuple[str, dict[str, Any]]]] = {
    "bbox": _read_box, "polygon": _read_polygon, "polyline": _read_polyline, "points": _read_points,
    "ellipse": _read_ellipse, "cuboid_2d": _read_cuboid, "mask": _read_mask, "label": _read_label,
}  # fmt: skip


def _numbers(values: Any) -> list[float]:
    """As they stand in the document: 1 stays 1."""
    numbers = msgspec.convert(values, list[float])
    if not all(map(isfinite, numbers)):
        raise ValueError("a number of it is not finite")
    return numbers


def _places(row: Mapping[str, Any], at_least: int) -> list[list[float]]:
    numbers = _numbers(row["points"])
    if len(numbers) % _PER_POINT or len(numbers) < _PER_POINT * at_least:
        raise ValueError(f"it has less than {at_least} whole points")
    return [list(pair) for pair in zip(numbers[0::2], numbers[1::2], strict=True)]
