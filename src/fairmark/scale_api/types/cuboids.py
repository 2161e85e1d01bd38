"""Cuboids of Scale: the face in front, and the one side of it that is seen, by six named corners and six edges."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types.words import plain

Json = dict[str, Any]
Point = Sequence[float]
FACE = ("face-topleft", "face-topright", "face-bottomright", "face-bottomleft")
"""In the order of a cuboid mark's corners."""
SIDE = ("side-topcorner", "side-bottomcorner")
ON_THE_WIRE = (FACE[0], FACE[3], FACE[1], FACE[2], *SIDE)


class CornerSaid(msgspec.Struct, frozen=True):
    """A named corner, pixels."""

    description: str
    x: float
    y: float


class CuboidSaid(msgspec.Struct, frozen=True):
    """Six corners; the edges follow from them."""

    vertices: Annotated[list[CornerSaid], Meta(min_length=6, max_length=6)]


def said(geometry: Json) -> Json:
    """The face in front, and of the one behind the edge on the side to which it lies: what is hidden is not told."""
    front, back = geometry["front"], geometry["back"]
    top, bottom = _side_of(front, _middle(back))
    corners = dict(zip((*FACE, *SIDE), (*front, back[top], back[bottom]), strict=True))
    edges = {
        "face-top": (front[0], front[1]), "face-right": (front[1], front[2]), "face-bottom": (front[3], front[2]),
        "face-left": (front[0], front[3]), "side-top": (front[top], back[top]),
        "side-bottom": (front[bottom], back[bottom]),
    }  # fmt: skip
    return {
        "vertices": [
            {"description": name, "x": plain(corners[name][0]), "y": plain(corners[name][1]), "type": "vertex"}
            for name in ON_THE_WIRE
        ],
        "edges": [
            {"description": name, "x1": plain(a[0]), "y1": plain(a[1]), "x2": plain(b[0]), "y2": plain(b[1]),
             "type": "edge"}
            for name, (a, b) in edges.items()
        ],
    }  # fmt: skip


def heard(told: Json, place: str) -> Json:
    """Back from one: the face behind has the form of the one in front, as large as the edge that is told. Raises
    BadRequest."""
    corners = {each.description: (each.x, each.y) for each in read(told, CuboidSaid, place).vertices}
    if set(corners) != set(ON_THE_WIRE):
        raise wrong(at(place, "vertices"), f"one of each is wanted: {', '.join(ON_THE_WIRE)}.")
    front = [corners[name] for name in FACE]
    near = dict(zip(("top", "bottom"), (corners[name] for name in SIDE), strict=True))
    top, bottom = _side_of(front, near["top"])
    height = front[bottom][1] - front[top][1]
    if height <= 0 or near["bottom"][1] <= near["top"][1]:
        raise wrong(at(place, "vertices"), "the lower corners have to lie below the upper ones.")
    share = (near["bottom"][1] - near["top"][1]) / height
    back: list[Point] = [(0.0, 0.0)] * 4
    for own, other, corner in ((top, 1 - top, near["top"]), (bottom, 5 - bottom, near["bottom"])):
        (x, y), (fx, fy), (ox, oy) = corner, front[own], front[other]
        back[own], back[other] = corner, (x + share * (ox - fx), y + share * (oy - fy))
    return {"front": [list(each) for each in front], "back": [list(each) for each in back]}


def _side_of(front: Sequence[Point], at: Point) -> tuple[int, int]:
    """The upper and the lower corner of the face on the side on which a place lies."""
    return (1, 2) if at[0] >= _middle(front)[0] else (0, 3)


def _middle(face: Sequence[Point]) -> Point:
    return sum(x for x, _ in face) / 4, sum(y for _, y in face) / 4
