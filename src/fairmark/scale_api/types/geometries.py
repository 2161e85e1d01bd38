"""Geometries: Scale's kinds as mark kinds of the image modality, a row each.

A row whose `mark` is None names a kind that no editor here draws yet: its parameters are checked, and tasks that ask
for it are answered 402. To open it, name the mark kind and its two functions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types.words import Label, plain

Json = dict[str, Any]
Side = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0, le=100_000)]


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


@dataclass(frozen=True, slots=True)
class GeometryKind:
    """A kind of geometry. mark: the mark kind. said: its geometry in a response. heard: back from one.

    may: None, or why this specification of it cannot be met.
    """

    name: str
    spec: type[GeometrySpec]
    mark: str | None = None
    said: Callable[[Json, Any], Json] | None = None
    heard: Callable[[Json, str], Json] | None = None
    lacking: Callable[[Any], str | None] = lambda spec: None


def _box_said(geometry: Json, spec: BoxSpec | None) -> Json:
    left, top = float(geometry["x"]), float(geometry["y"])
    right, bottom = left + geometry["w"], top + geometry["h"]
    if spec is not None and spec.integer_pixels:
        left, top, right, bottom = round(left), round(top), round(right), round(bottom)
    return {"left": plain(left), "top": plain(top), "width": plain(right - left), "height": plain(bottom - top)}


def _box_heard(said: Json, place: str) -> Json:
    box = read(said, BoxSaid, place)
    return {"x": box.left, "y": box.top, "w": box.width, "h": box.height}


def _box_lacking(spec: BoxSpec) -> str | None:
    return "boxes that can be rotated" if spec.can_rotate else None


GEOMETRIES: Mapping[str, GeometryKind] = {
    kind.name: kind
    for kind in (
        GeometryKind("box", BoxSpec, "box", _box_said, _box_heard, _box_lacking),
        GeometryKind("polygon", VertexSpec),
        GeometryKind("line", VertexSpec),
        GeometryKind("point", GeometrySpec),
        GeometryKind("ellipse", GeometrySpec),
        GeometryKind("cuboid", CuboidSpec),
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
        if isinstance(found, VertexSpec) and found.max_vertices is not None and found.max_vertices < found.min_vertices:
            raise wrong(at(at(place, name), "max_vertices"), "it is below min_vertices.")
    return specs


def lacking(specs: Mapping[str, GeometrySpec]) -> str | None:
    """What of these nobody here can draw yet, in words; None: nothing."""
    missing = [name for name in specs if GEOMETRIES[name].mark is None]
    if missing:
        return f"geometries of the kind {', '.join(missing)}"
    return next((why for name, spec in specs.items() if (why := GEOMETRIES[name].lacking(spec))), None)


def by_mark(kind: str) -> GeometryKind | None:
    """The row of a mark kind."""
    return next((each for each in GEOMETRIES.values() if each.mark == kind), None)
