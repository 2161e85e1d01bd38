"""Skeletons in CVAT's XML: a <points> for each point, and a label whose <svg> shows the default pose."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from fairmark.formats.classes import ClassTable
from fairmark.formats.cvat_shapes import number
from fairmark.formats.skeletons import Pose, numbers_of, sound_pose, told_skeleton
from fairmark.formats.xml_tree import Element
from fairmark.ontology.model import JOINTS_MAX, Skeleton

_NODE = re.compile(r"<(circle|line)\b([^<>]{0,2000})>")
_MEMBER = re.compile(r"([a-zA-Z-]+)=\"([^\"]{0,300})\"")
_SVG_CHARS_MAX = 500_000
_FRAME = 100
"""The side of the picture that a default pose is drawn in."""


def label_parts(skeleton: Skeleton, parent: str, color: str) -> tuple[str, str]:
    """(svg, labels): the picture of a skeleton, and the labels of its points. parent: name of its label, escaped."""
    ids = [point.id for point in skeleton.points]
    lines = "".join(
        f'<line x1="{number(a.x * _FRAME)}" y1="{number(a.y * _FRAME)}" x2="{number(b.x * _FRAME)}" '
        f'y2="{number(b.y * _FRAME)}" data-type="edge" data-node-from="{from_ + 1}" data-node-to="{to + 1}"></line>'
        for from_, to in ((ids.index(one), ids.index(other)) for one, other in skeleton.edges)
        for a, b in ((skeleton.points[from_], skeleton.points[to]),)
    )
    circles = "".join(
        f'<circle r="1.5" cx="{number(point.x * _FRAME)}" cy="{number(point.y * _FRAME)}" data-type="element node" '
        f'data-element-id="{place}" data-node-id="{place}" data-label-name="{point.id}"></circle>'
        for place, point in enumerate(skeleton.points, start=1)
    )
    labels = "".join(
        f"\t\t\t\t<label>\n\t\t\t\t\t<name>{id}</name>\n\t\t\t\t\t<color>{color}</color>\n\t\t\t\t\t<type>points</type>\n"
        f"\t\t\t\t\t<attributes></attributes>\n\t\t\t\t\t<parent>{parent}</parent>\n\t\t\t\t</label>\n"
        for id in ids
    )
    return f"\t\t\t\t\t<svg>{escape(lines + circles)}</svg>\n", labels


def joint_elements(skeleton: Skeleton, pose: Pose) -> str:
    """The points of a mark. What is absent is `outside`, at the origin."""
    return "".join(
        f'<points label="{point.id}" source="manual" outside="{int(v == 0)}" occluded="{int(v == 1)}" '
        f'points="{number(x)},{number(y)}"></points>'
        for point, (x, y, v) in zip(skeleton.points, pose, strict=True)
    )


class CvatSkeletons:
    """What the labels of a file say of skeletons, and the marks that follow it."""

    def __init__(self, table: ClassTable) -> None:
        self._table = table
        self._names: dict[str, list[str]] = {}
        self._pictures: dict[str, str] = {}

    def learn(self, label: Element) -> None:
        """One <label>: of a skeleton its picture, of a point the skeleton that it belongs to."""
        name, parent = label.text_of("name"), label.text_of("parent")
        if parent and name:
            self._names.setdefault(parent, []).append(name)
        elif picture := label.text_of("svg"):
            self._pictures[name] = picture[:_SVG_CHARS_MAX]

    def read(self, class_id: str, label: str, element: Element) -> dict[str, Any] | None:
        """The geometry of a <skeleton>; None if no point is placed, or nobody knows its points.

        Raises ValueError or KeyError for a point without a sound place.
        """
        joints = {each.attributes["label"]: _joint(each) for each in _joints_of(element)}
        names = self._names.get(label) or list(joints)
        self._table.learn_skeleton(class_id, self._told(label, names))
        skeleton = self._table.skeleton(class_id)
        numbers = None if skeleton is None else numbers_of(skeleton, names)
        if skeleton is None or numbers is None:
            return None
        rows: list[Sequence[float]] = [(0.0, 0.0, 0)] * len(skeleton.points)
        for name, place in zip(names, numbers, strict=True):
            rows[place] = joints.get(name, (0.0, 0.0, 0))
        pose = sound_pose(rows)
        return None if pose is None else {"points": pose}

    def _told(self, label: str, names: Sequence[str]) -> Skeleton | None:
        """The skeleton of a label: names from the labels of its points, the rest from its picture."""
        if not 0 < len(names) <= JOINTS_MAX:
            return None
        nodes: dict[str, tuple[str, tuple[float, float]]] = {}
        edges: list[tuple[str, str]] = []
        for what, members in _NODE.findall(self._pictures.get(label, "")):
            said = dict(_MEMBER.findall(members))
            if what == "line":
                edges.append((said.get("data-node-from", ""), said.get("data-node-to", "")))
            elif (place := _place(said)) is not None:
                nodes[said.get("data-node-id", "")] = (said.get("data-label-name", ""), place)
        # A node without the name of its label is the one of its number.
        places = {name or (names[int(id) - 1] if id.isdigit() and 0 < int(id) <= len(names) else ""): (id, at)
                  for id, (name, at) in nodes.items()}  # fmt: skip
        number_of = {places[name][0]: at for at, name in enumerate(names) if name in places}
        known = [(number_of[a], number_of[b]) for a, b in edges if a in number_of and b in number_of]
        stand = [places[name][1] for name in names] if all(name in places for name in names) else None
        return told_skeleton(names, known, None, stand)


def _joints_of(element: Element) -> Iterator[Element]:
    return (each for each in element.every("points") if each.attributes.get("label"))


def _joint(element: Element) -> tuple[float, float, int]:
    x, y = (float(each) for each in element.attributes["points"].split(","))
    if element.attributes.get("outside") == "1":
        return 0.0, 0.0, 0
    return x, y, 1 if element.attributes.get("occluded") == "1" else 2


def _place(said: dict[str, str]) -> tuple[float, float] | None:
    try:
        x, y = float(said["cx"]) / _FRAME, float(said["cy"]) / _FRAME
    except (KeyError, ValueError):
        return None
    return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None
