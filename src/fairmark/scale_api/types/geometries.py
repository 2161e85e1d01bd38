"""Geometries: Scale's kinds as mark kinds of the image modality, a row each."""

from cmath import phase
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import degrees, radians
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.modalities.image.marks.turned import placed, wrapped
from fairmark.ontology.model import MarkLimits
from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types import cuboids
from fairmark.scale_api.types.rings import one_outline
from fairmark.scale_api.types.words import Label, plain

Json = dict[str, Any]
Side = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0, le=100_000)]
VERTICES_LEAST: Mapping[str, int] = {"polygon": 3, "line": 2}
AXES_SLACK = 0.01
"""How far the ends of an ellipse's axes may be off, as a share of the longer one: clients round."""


class GeometrySpec(msgspec.Struct, frozen=True):
    """What every kind of geometry is given: its labels."""

    objects_to_annotate: Annotated[list[Label], Meta(min_length=1)]


class BoxSpec(GeometrySpec, frozen=True):
    """Boxes of at least some size. integer_pixels: edges are rounded."""

    min_height: Side = 0
    min_width: Side = 0
    can_rotate: bool = False
    integer_pixels: bool = False


class VertexSpec(GeometrySpec, frozen=True):
    """Lines and polygons of so many vertices."""

    min_vertices: Count = 1
    max_vertices: Count | None = None


class Intrinsics(msgspec.Struct, frozen=True):
    """A pinhole camera, pixels."""

    fx: float
    fy: float
    cx: float
    cy: float
    skew: float = 0
    scalefactor: float = 1


class Quaternion(msgspec.Struct, frozen=True):
    """A rotation."""

    w: float
    x: float
    y: float
    z: float


class CuboidSpec(GeometrySpec, frozen=True):
    """Boxes in perspective; with camera data also in space."""

    min_height: Side = 0
    min_width: Side = 0
    camera_intrinsics: Intrinsics | None = None
    camera_rotation_quaternion: Quaternion | None = None
    camera_height: float | None = None


class BoxSaid(msgspec.Struct, frozen=True):
    """A box in a response: pixels from the upper left corner."""

    left: float
    top: float
    width: Annotated[float, Meta(ge=0)]
    height: Annotated[float, Meta(ge=0)]


class TurnedSaid(BoxSaid, frozen=True):
    """A box that may be turned about its middle: clockwise, radians. The rest says where it lies before."""

    rotation: float = 0


class Vertex(msgspec.Struct, frozen=True):
    """A corner, pixels."""

    x: float
    y: float


class PolygonSaid(msgspec.Struct, frozen=True):
    """An outline; the last vertex is joined to the first."""

    vertices: Annotated[list[Vertex], Meta(min_length=3)]


class LineSaid(msgspec.Struct, frozen=True):
    """A line from the first vertex to the last."""

    vertices: Annotated[list[Vertex], Meta(min_length=2)]


class EllipseSaid(msgspec.Struct, frozen=True):
    """The ends of both axes, in order round the ellipse."""

    vertices: Annotated[list[Vertex], Meta(min_length=4, max_length=4)]


@dataclass(frozen=True, slots=True)
class GeometryKind:
    """A kind of geometry. spec: what requests say of it. mark: the mark kind that this is, given a specification. said:
    a mark's geometry in a response, several where one geometry of Scale's cannot hold it. heard: back from one.
    """

    name: str
    spec: type[GeometrySpec]
    mark: Callable[[Any], str]
    said: Callable[[Json, Any], list[Json]]
    heard: Callable[[Json, Any, str], Json]


def _box_mark(spec: BoxSpec) -> str:
    return "rotated_box" if spec.can_rotate else "box"


def _box_said(geometry: Json, spec: BoxSpec | None) -> list[Json]:
    is_whole = spec is not None and spec.integer_pixels
    if "angle" in geometry:
        return [_turned_said(geometry, is_whole)]
    left, top = float(geometry["x"]), float(geometry["y"])
    return [_sides(left, top, left + geometry["w"], top + geometry["h"], is_whole)]


def _turned_said(geometry: Json, is_whole: bool) -> Json:
    cx, cy, w, h, angle = (float(geometry[name]) for name in ("cx", "cy", "w", "h", "angle"))
    box = _sides(cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2, is_whole)
    w, h = box["width"], box["height"]
    frame = (box["left"] + w / 2, box["top"] + h / 2, w, h, angle)
    corners = [placed(frame, across, down) for across, down in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return box | {"rotation": plain(radians(angle)), "vertices": _vertices(corners)}


def _sides(left: float, top: float, right: float, bottom: float, is_whole: bool) -> Json:
    if is_whole:
        left, top, right, bottom = round(left), round(top), round(right), round(bottom)
    return {"left": plain(left), "top": plain(top), "width": plain(right - left), "height": plain(bottom - top)}


def _box_heard(said: Json, spec: BoxSpec, place: str) -> Json:
    box = read(said, TurnedSaid, place)
    if not spec.can_rotate:
        if box.rotation:
            raise wrong(at(place, "rotation"), "boxes of this task cannot be rotated; ask for can_rotate.")
        return {"x": box.left, "y": box.top, "w": box.width, "h": box.height}
    return {
        "cx": box.left + box.width / 2, "cy": box.top + box.height / 2, "w": box.width, "h": box.height,
        "angle": wrapped(degrees(box.rotation)),
    }  # fmt: skip


def _polygon_said(geometry: Json, spec: VertexSpec | None) -> list[Json]:
    return [{"vertices": _vertices(one_outline(part))} for part in geometry["parts"]]


def _polygon_heard(said: Json, spec: VertexSpec, place: str) -> Json:
    return {"parts": [[_points(read(said, PolygonSaid, place).vertices)]]}


def _line_said(geometry: Json, spec: VertexSpec | None) -> list[Json]:
    return [{"vertices": _vertices(geometry["points"])}]


def _line_heard(said: Json, spec: VertexSpec, place: str) -> Json:
    return {"points": _points(read(said, LineSaid, place).vertices)}


def _point_said(geometry: Json, spec: GeometrySpec | None) -> list[Json]:
    return _vertices(geometry["points"])


def _point_heard(said: Json, spec: GeometrySpec, place: str) -> Json:
    return {"points": _points([read(said, Vertex, place)])}


def _ellipse_said(geometry: Json, spec: GeometrySpec | None) -> list[Json]:
    """Right, lower, left and upper end of its axes at angle 0."""
    frame = (geometry["cx"], geometry["cy"], 2 * geometry["rx"], 2 * geometry["ry"], geometry["angle"])
    return [{"vertices": _vertices([placed(frame, *end) for end in ((1, 0), (0, 1), (-1, 0), (0, -1))])}]


def _ellipse_heard(said: Json, spec: GeometrySpec, place: str) -> Json:
    ends = [complex(each.x, each.y) for each in read(said, EllipseSaid, place).vertices]
    middle = sum(ends) / 4
    across, down = (ends[0] - ends[2]) / 2, (ends[1] - ends[3]) / 2
    slack = AXES_SLACK * max(abs(across), abs(down))
    # Two axes halve each other at right angles.
    lean = abs((across * down.conjugate()).real)
    if abs((ends[0] + ends[2]) / 2 - middle) > slack or lean > slack * min(abs(across), abs(down)):
        raise wrong(at(place, "vertices"), "the ends of an ellipse's two axes are wanted, in order round it.")
    return {
        "cx": middle.real, "cy": middle.imag, "rx": abs(across), "ry": abs(down),
        "angle": wrapped(degrees(phase(across))),
    }  # fmt: skip


def _cuboid_said(geometry: Json, spec: CuboidSpec | None) -> list[Json]:
    return [cuboids.said(geometry)]


def _cuboid_heard(said: Json, spec: CuboidSpec, place: str) -> Json:
    return cuboids.heard(said, place)


def _vertices(points: Sequence[Sequence[float]]) -> list[Json]:
    return [{"x": plain(x), "y": plain(y)} for x, y in points]


def _points(vertices: Sequence[Vertex]) -> list[list[float]]:
    return [[each.x, each.y] for each in vertices]


GEOMETRIES: Mapping[str, GeometryKind] = {
    kind.name: kind
    for kind in (
        GeometryKind("box", BoxSpec, _box_mark, _box_said, _box_heard),
        GeometryKind("polygon", VertexSpec, lambda spec: "polygon", _polygon_said, _polygon_heard),
        GeometryKind("line", VertexSpec, lambda spec: "polyline", _line_said, _line_heard),
        GeometryKind("point", GeometrySpec, lambda spec: "points", _point_said, _point_heard),
        GeometryKind("ellipse", GeometrySpec, lambda spec: "ellipse", _ellipse_said, _ellipse_heard),
        GeometryKind("cuboid", CuboidSpec, lambda spec: "cuboid", _cuboid_said, _cuboid_heard),
    )
}


def geometry_specs(value: object, place: str) -> dict[str, GeometrySpec]:
    """What `geometries` asks for, by kind. Raises BadRequest."""
    given = read(value, dict[str, Any], place)
    if not given:
        raise wrong(place, f"name at least one of: {', '.join(GEOMETRIES)}.")
    specs: dict[str, GeometrySpec] = {}
    for name, spec in given.items():
        kind = GEOMETRIES.get(name)
        if kind is None:
            raise wrong(at(place, name), f"there is no such geometry; use one of: {', '.join(GEOMETRIES)}.")
        specs[name] = found = read(spec, kind.spec, at(place, name))
        if isinstance(found, VertexSpec) and found.max_vertices is not None:
            least = max(found.min_vertices, VERTICES_LEAST[name])
            if found.max_vertices < least:
                raise wrong(at(at(place, name), "max_vertices"), f"it is below {least}, which are the least.")
    return specs


def limits(spec: GeometrySpec) -> MarkLimits | None:
    """What a specification asks of the marks of its kind; None: nothing."""
    if isinstance(spec, BoxSpec | CuboidSpec):
        asked = MarkLimits(min_width=spec.min_width, min_height=spec.min_height)
    elif isinstance(spec, VertexSpec):
        asked = MarkLimits(min_points=0 if spec.min_vertices <= 1 else spec.min_vertices, max_points=spec.max_vertices)
    else:
        return None
    return None if asked == MarkLimits() else asked


def lacking(specs: Mapping[str, GeometrySpec]) -> str | None:
    """What of these nobody here can draw yet, in words; None: nothing. A camera asks for places in space."""
    in_space = any(isinstance(spec, CuboidSpec) and spec.camera_intrinsics is not None for spec in specs.values())
    return "cuboids in space (camera_intrinsics)" if in_space else None


def mark_kind(name: str, spec: GeometrySpec) -> str:
    """The mark kind of a geometry, given its specification."""
    return GEOMETRIES[name].mark(spec)


def by_mark(kind: str) -> GeometryKind | None:
    """The geometry that marks of a kind are told as."""
    return GEOMETRIES.get(_BY_MARK.get(kind, ""))


_BY_MARK: Mapping[str, str] = {
    "box": "box",
    "rotated_box": "box",
    "polygon": "polygon",
    "polyline": "line",
    "points": "point",
    "ellipse": "ellipse",
    "cuboid": "cuboid",
}
