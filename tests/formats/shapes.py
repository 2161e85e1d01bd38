"""Marks of every kind on an image of 100 by 80 pixels, for the tests of formats that tell many kinds."""

from collections.abc import Callable
from typing import Any

from fairmark.ontology.model import Field, FieldKind, Mark, Option

SHAPES: dict[str, dict[str, Any]] = {
    "box": {"x": 10.5, "y": 20.25, "w": 30, "h": 40.125},
    "rotated_box": {"cx": 50, "cy": 40, "w": 20, "h": 10, "angle": -30},
    "polygon": {"parts": [[[[1, 2], [30.5, 2], [30.5, 40]]]]},
    "polyline": {"points": [[1, 2], [3.25, 4]]},
    "points": {"points": [[5, 6.5]]},
    "ellipse": {"cx": 50, "cy": 40, "rx": 20, "ry": 10, "angle": 45},
    "cuboid": {
        "front": [[10, 20], [40, 20], [40, 60], [10, 60]],
        "back": [[20, 10], [50, 10], [50, 50], [20, 50]],
    },
    "mask": {"x": 3, "y": 4, "width": 3, "height": 2, "runs": [0, 2, 1, 3]},
    "tag": {},
}
COLOR = Field("color", "Colour", FieldKind.SINGLE, (Option("red", "Red"), Option("blue", "Blue")))
PARTS = Field("parts", "Parts", FieldKind.MULTIPLE, (Option("door", "Door"), Option("hood", "Hood")))
FIELDS = (
    COLOR,
    PARTS,
    Field("moving", "Moving", FieldKind.BOOLEAN),
    Field("speed", "Speed", FieldKind.NUMBER),
    Field("plate", "Plate", FieldKind.TEXT),
)
"""Attributes of each kind of field."""


def things(shapes: dict[str, dict[str, Any]]) -> Callable[..., Mark]:
    """Makes marks of the class `thing` from a kind and, if it is not that of `shapes`, a geometry. Their id is m."""

    def thing(kind: str, geometry: dict[str, Any] | None = None, **more: Any) -> Mark:
        return Mark(more.pop("id", "m"), kind, "thing", shapes[kind] if geometry is None else geometry, **more)

    return thing


thing = things(SHAPES)

UNTOLD = [
    (thing("box", {"x": 1, "y": 1, "w": 0, "h": 5}), "bad_geometry"),
    (thing("box", {"x": 1}), "bad_geometry"),
    (thing("box", {"x": float("inf"), "y": 1, "w": 5, "h": 5}), "bad_geometry"),
    (thing("polygon", {"parts": [[[[1, 1], [2, 2]]]]}), "bad_geometry"),
    (thing("mask", {"x": 1, "y": 1, "width": 2, "height": 2, "runs": [0, 3]}), "bad_geometry"),
    (thing("box", asset=3), "bad_geometry"),
    (Mark("m", "box", "none", SHAPES["box"]), "class_unknown"),
    (Mark("m", "tomorrow", "thing", {}), "mark_kinds"),
]
"""What no format can tell, and the loss that says so."""
