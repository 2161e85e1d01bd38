"""Skeletons in Label Studio: a rectangle with the class, and a keypoint for each placed point, whose parent it is.

Source: Label Studio's manual, "export", on keypoints in COCO and YOLO. Points are labels of a control of their own for
each class, `skeleton_<class>`, with `model_index` for their order. What Label Studio has no word for, that a point is
hidden, is a choice for the keypoint, `visibility`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from fairmark.formats.classes import ClassTable
from fairmark.formats.label_studio_shapes import POINT_WIDTH, Size, shares
from fairmark.formats.skeletons import ABSENT, SKELETON, Pose, numbers_of, sound_pose, told_skeleton
from fairmark.modalities.image.marks.skeleton import HIDDEN, VISIBLE
from fairmark.ontology.model import ItemClass, Skeleton

CONTROL = "skeleton_"
PARENT = "parentID"
VISIBILITY = "visibility"
HIDDEN_CHOICE = "hidden"


class Joint(NamedTuple):
    """A keypoint of a parent: the name of its label, its place in pixels."""

    name: str
    x: float
    y: float
    visibility: int


def frame_of(pose: Pose, size: Size) -> dict[str, Any]:
    """The value of the rectangle around the placed points, per cent; without sides around a single one."""
    across, down = [x for x, _, v in pose if v], [y for _, y, v in pose if v]
    x, y = shares((min(across), min(down)), size)
    width, height = shares((max(across) - min(across), max(down) - min(down)), size)
    return {"x": x, "y": y, "width": width, "height": height, "rotation": 0}


def keypoints_of(
    skeleton: Skeleton, pose: Pose, class_id: str, size: Size, image: str, fresh: Callable[[], str]
) -> Iterator[dict[str, Any]]:
    """The results for the placed points of a mark, each with an id from `fresh`, to which the parent is to be added."""
    sized = {"original_width": size[0], "original_height": size[1], "image_rotation": 0}
    for point, (x, y, v) in zip(skeleton.points, pose, strict=True):
        if not v:
            continue
        across, down = shares((x, y), size)
        value = {"x": across, "y": down, "width": POINT_WIDTH, "keypointlabels": [point.id]}
        head: dict[str, Any] = {"id": fresh(), "to_name": image}
        yield {**head, "from_name": CONTROL + class_id, "type": "keypointlabels", **sized, "value": value}
        if v == HIDDEN:
            hidden = {"choices": [HIDDEN_CHOICE]}
            yield {**head, "from_name": VISIBILITY, "type": "choices", "value": hidden}


def skeleton_controls(classes: Iterable[ItemClass], image: str) -> list[str]:
    """The lines of the labeling configuration for the points of classes with skeletons."""
    out: list[str] = []
    for each in classes:
        if each.skeleton is None or SKELETON not in each.marks:
            continue
        out.append(f'  <KeyPointLabels name="{CONTROL}{escape(each.id)}" toName="{image}">')
        for place, point in enumerate(each.skeleton.points):
            color = f'background="{each.color}"'
            out.append(f'    <Label value="{escape(point.id)}" {color} model_index="{place}"/>')
        out.append("  </KeyPointLabels>")
    if out:
        choice = f'<Choice value="{HIDDEN_CHOICE}"/>'
        out.append(f'  <Choices name="{VISIBILITY}" toName="{image}" perRegion="true">{choice}</Choices>')
    return out


def children_of(by_id: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[str]]:
    """Ids of keypoints by the id of the rectangle that they name as their parent."""
    found: dict[str, list[str]] = {}
    for id, results in by_id.items():
        parent = next((str(each[PARENT]) for each in results if each.get(PARENT)), None)
        if parent is not None and parent in by_id and _is(results, "keypoint") and _is(by_id[parent], "rectangle"):
            found.setdefault(parent, []).append(id)
    return found


def visibility_of(results: Sequence[Mapping[str, Any]]) -> int:
    """Of the keypoint that the results are of."""
    hidden = {"choices": [HIDDEN_CHOICE]}
    return (
        HIDDEN if any(each.get("from_name") == VISIBILITY and each["value"] == hidden for each in results) else VISIBLE
    )


def pose_in(table: ClassTable, class_id: str, joints: Sequence[Joint]) -> dict[str, Any] | None:
    """The geometry of the skeleton with these points; None if they are not those of the class, or two are the same."""
    skeleton = table.skeleton(class_id)
    if skeleton is None or not table.takes(class_id, SKELETON):
        return None
    numbers = numbers_of(skeleton, [joint.name for joint in joints])
    if numbers is None:
        return None
    rows: list[list[float]] = [list(ABSENT) for _ in skeleton.points]
    for number, joint in zip(numbers, joints, strict=True):
        rows[number] = [joint.x, joint.y, joint.visibility]
    pose = sound_pose(rows)
    if pose is None:
        return None
    table.saw_pose(class_id, pose)
    return {"points": pose}


def learn(table: ClassTable, seen: Mapping[str, Iterable[str]]) -> None:
    """Notes the points that keypoints name, by the label of their class, in the order in which they are to stand."""
    for label, names in seen.items():
        table.learn_skeleton(table.id_of(label), told_skeleton(list(names)))


def _is(results: Sequence[Mapping[str, Any]], type: str) -> bool:
    return any(str(each.get("type", "")).removesuffix("labels") == type for each in results)
