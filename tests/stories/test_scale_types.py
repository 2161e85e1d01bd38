"""Every task type of Scale's client, from `create_task` to the response, on both keys.

What the customer believes already is what people begin with; a person who agrees hands it in. So one response is read,
shown, handed in, and told again: nothing of it may change. What people draw of their own is in the browser tests.
"""

import math
from typing import Any, NamedTuple

import httpx
import pytest
from scaleapi.exceptions import ScaleNotEnabled
from scaleapi.tasks import TaskType

from fairmark.client.model import Annotation, Mark
from tests.stories.scale_side import BOXES, Scale, confirmed, files, labeled, scale, until

__all__ = ["files", "scale"]
PICTURE = "PICTURE"
"""Stands for the address of a picture."""


class Case(NamedTuple):
    """A request, and the response that is known already. geometries: of the marks that people see of it."""

    type: TaskType
    request: dict[str, Any]
    response: dict[str, Any]
    geometries: list[dict[str, Any]] = []


def uuid(number: int) -> str:
    return f"5f6b1f0e-7b0a-4a58-9a0d-0d9a3f2f1c{number:02d}"


def image(kind: str, spec: dict[str, Any], said: dict[str, Any], geometry: dict[str, Any]) -> Case:
    """An imageannotation with one mark."""
    annotation = {"uuid": uuid(1), "type": kind, "label": "car", **said, "attributes": {}}
    response = {"annotations": [annotation], "global_attributes": {}, "links": []}
    request = {"attachment": PICTURE, "geometries": {kind: {"objects_to_annotate": ["car"], **spec}}}
    return Case(TaskType.ImageAnnotation, request, response, [geometry])


def old(type: TaskType, said: dict[str, Any], geometry: dict[str, Any]) -> Case:
    """A task of one of the older types with one mark."""
    request = {"attachment": PICTURE, "objects_to_annotate": ["car"], "with_labels": True}
    return Case(type, request, {"annotations": [{**said, "label": "car"}]}, [geometry])


def xy(*points: tuple[float, float]) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in points]


BOX, BOX_HERE = {"left": 10, "top": 20, "width": 60, "height": 50.5}, {"x": 10, "y": 20, "w": 60, "h": 50.5}
RING = [(10, 10), (100, 20), (60, 90.5)]
OUTLINE, OUTLINE_HERE = {"vertices": xy(*RING)}, {"parts": [[[list(each) for each in RING]]]}
LINE_HERE = {"points": [list(each) for each in RING]}
# 60 x 40 around (100, 80), turned by a quarter clockwise: its corners are those of 40 x 60 around the same place.
TURNED = {
    "left": 70, "top": 60, "width": 60, "height": 40, "rotation": math.pi / 2,
    "vertices": xy((120, 50), (120, 110), (80, 110), (80, 50)),
}  # fmt: skip
# 80 x 60 in front; behind it, to the right and further up, a face of half the size.
CUBOID_HERE = {
    "front": [[10, 40], [90, 40], [90, 100], [10, 100]], "back": [[70, 20], [110, 20], [110, 50], [70, 50]]
}  # fmt: skip
CUBOID = {
    "vertices": [
        {"description": name, "x": x, "y": y, "type": "vertex"}
        for name, x, y in (
            ("face-topleft", 10, 40), ("face-bottomleft", 10, 100), ("face-topright", 90, 40),
            ("face-bottomright", 90, 100), ("side-topcorner", 110, 20), ("side-bottomcorner", 110, 50),
        )
    ],
    "edges": [
        {"description": name, "x1": x1, "y1": y1, "x2": x2, "y2": y2, "type": "edge"}
        for name, x1, y1, x2, y2 in (
            ("face-top", 10, 40, 90, 40), ("face-right", 90, 40, 90, 100), ("face-bottom", 10, 100, 90, 100),
            ("face-left", 10, 40, 10, 100), ("side-top", 90, 40, 110, 20), ("side-bottom", 90, 100, 110, 50),
        )
    ],
}  # fmt: skip
CHOICES = [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]
CASES = {
    "box": image("box", {"min_width": 5}, BOX, BOX_HERE),
    "rotated box": image("box", {"can_rotate": True}, TURNED, {"cx": 100, "cy": 80, "w": 60, "h": 40, "angle": 90}),
    "polygon": image("polygon", {"min_vertices": 3, "max_vertices": 9}, OUTLINE, OUTLINE_HERE),
    "line": image("line", {}, OUTLINE, LINE_HERE),
    "point": image("point", {}, {"x": 7, "y": 8.5}, {"points": [[7, 8.5]]}),
    "ellipse": image(
        "ellipse", {}, {"vertices": xy((130, 80), (100, 90), (70, 80), (100, 70))},
        {"cx": 100, "cy": 80, "rx": 30, "ry": 10, "angle": 0},
    ),
    "cuboid": image("cuboid", {"min_height": 5}, CUBOID, CUBOID_HERE),
    "several geometries, attributes, links and global attributes": Case(
        TaskType.ImageAnnotation,
        {
            "attachment": PICTURE,
            "geometries": {
                "box": {"objects_to_annotate": ["car", {"choice": "sign", "subchoices": ["stop", "yield"]}]},
                "line": {"objects_to_annotate": ["lane"]},
            },
            "annotation_attributes": {
                "parked": {"choices": ["yes", "no"], "conditions": {"label_condition": {"label": "car"}}},
                "speed": {"type": "number", "min": 0, "max": 200,
                          "conditions": {"attribute_conditions": [{"parked": "no"}]}},
                "shows": {"type": "text", "conditions": {"label_condition": {"label": ["stop", "yield"]}}},
                "on": {"type": "linked", "allowed_labels": ["lane"]},
            },
            "global_attributes": {"weather": {"choices": ["sun", "rain"], "allow_multiple": True}},
            "links": {"obeys": [{"is_bidirectional": False, "from_allowed_labels": ["car"],
                                 "to_allowed_labels": ["stop", "yield"]}]},
        },
        {
            "annotations": [
                {"uuid": uuid(1), "type": "box", "label": "car", **BOX,
                 "attributes": {"parked": "no", "speed": 50, "on": uuid(3)}},
                {"uuid": uuid(2), "type": "box", "label": "stop", **BOX, "left": 150, "attributes": {"shows": "STOP"}},
                {"uuid": uuid(3), "type": "line", "label": "lane", **OUTLINE, "attributes": {}},
            ],
            "global_attributes": {"weather": ["sun", "rain"]},
            "links": [{"label": "obeys", "from": uuid(1), "to": uuid(2)}],
        },
        [BOX_HERE, BOX_HERE | {"x": 150}, LINE_HERE],
    ),
    "annotation": old(TaskType.Annotation, BOX, BOX_HERE),
    "polygonannotation": old(TaskType.PolygonAnnotation, OUTLINE, OUTLINE_HERE),
    "lineannotation": old(TaskType.LineAnnotation, OUTLINE, LINE_HERE),
    "pointannotation": old(TaskType.PointAnnotation, {"x": 7, "y": 8.5}, {"points": [[7, 8.5]]}),
    "cuboidannotation": old(TaskType.CuboidAnnotation, CUBOID, CUBOID_HERE),
    "categorization": Case(
        TaskType.Categorization,
        {"attachment": "tomato", "attachment_type": "text", "categories": ["red", "blue"], "instruction": "Which?"},
        {"category": "red", "category_id": None},
    ),
    "categorization of a picture into several": Case(
        TaskType.Categorization,
        {"attachment": PICTURE, "category_ids": {"r": "red", "b": "blue", "g": "green"}, "allow_multiple": True,
         "instruction": "Which?"},
        {"category": ["red", "green"], "category_id": ["r", "g"]},
    ),
    "comparison": Case(
        TaskType.Comparison,
        {"attachments": ["one", "two"], "attachment_type": "text", "choices": ["the same", "different"]},
        {"choice": "different"},
    ),
    "textcollection": Case(
        TaskType.TextCollection,
        {
            "attachments": [{"type": "text", "content": "2+2=5"}, {"type": "image", "content": PICTURE}],
            "fields": [
                {"type": "category", "field_id": "ok", "title": "Correct?", "required": True, "choices": CHOICES},
                {"type": "text", "field_id": "why", "title": "Why", "conditions": [{"ok": "no"}]},
                {"type": "number", "field_id": "sure", "title": "How sure?"},
                {"type": "boolean", "field_id": "kind", "title": "Kind?"},
                {"type": "datetime", "field_id": "day", "title": "When?"},
                {"type": "select", "field_id": "tone", "title": "Tone", "choices": CHOICES},
                {"type": "category", "field_id": "many", "title": "All", "choices": CHOICES, "max_choices": 2},
                {"type": "field_set", "field_id": "spot", "title": "Spot", "max_responses_required": 3, "fields": [
                    {"type": "text", "field_id": "word", "title": "Word"},
                    {"type": "field_set", "field_id": "place", "title": "Place", "fields": [
                        {"type": "number", "field_id": "line", "title": "Line"},
                        {"type": "number", "field_id": "column", "title": "Column"},
                    ]},
                ]},
            ],
        },
        {"annotations": {
            "ok": {"type": "category", "field_id": "ok", "response": [["no"]]},
            "why": {"type": "text", "field_id": "why", "response": ["Sum is 4"]},
            "sure": {"type": "number", "field_id": "sure", "response": [0.5]},
            "kind": {"type": "boolean", "field_id": "kind", "response": [True]},
            "day": {"type": "datetime", "field_id": "day", "response": ["2026-01-31"]},
            "tone": {"type": "select", "field_id": "tone", "response": [["yes"]]},
            "many": {"type": "category", "field_id": "many", "response": [["yes", "no"]]},
            "spot": {"type": "field_set", "field_id": "spot", "response": [
                {"word": "five", "place": {"line": 1, "column": 5}},
                {"word": "two", "place": {"line": 1, "column": 3}},
            ]},
        }},
    ),
    "namedentityrecognition": Case(
        TaskType.NamedEntityRecognition,
        {
            "text": "😀 Ada lives in Rome.",
            "labels": [
                {"name": "person", "attributes": {"alive": {"choices": ["yes", "no"]}}},
                {"name": "place", "children": [{"name": "city", "description": "with a mayor"}]},
            ],
            "relationships": [{"name": "lives_in", "display_name": "lives in", "is_directed": True,
                               "source_label": "person", "target_label": "city"}],
        },
        {
            "annotations": [
                {"id": "n1", "start": 2, "end": 5, "text": "Ada", "label": "person", "attributes": {"alive": "no"}},
                {"id": "n2", "start": 15, "end": 19, "text": "Rome", "label": "city"},
            ],
            "relationships": [{"id": "x1", "source_ref": "n1", "target_ref": "n2", "name": "lives_in"}],
        },
        [{"start": 2, "end": 5}, {"start": 15, "end": 19}],
    ),
    "transcription": Case(
        TaskType.Transcription,
        {"attachment": PICTURE, "instruction": "Copy it.", "fields": {"shop": "Whose?", "sum": "How much?"},
         "repeatable_fields": {"what": "What", "price": "Price"}},
        {"fields": {"shop": "Baker", "sum": "7"},
         "repeatable_fields": [{"what": "Bread", "price": "4"}, {"what": "Milk", "price": "3"}]},
    ),
    "datacollection": Case(
        TaskType.DataCollection,
        {"attachment": "https://example.com", "attachment_type": "website", "instruction": "Look it up.",
         "fields": {"phone": "Number?"}},
        {"fields": {"phone": "1"}, "repeatable_fields": [], "time_spent_in_seconds": None},
    ),
    "documenttranscription": Case(
        TaskType.DocumentTranscription,
        {"attachments": [PICTURE, PICTURE + "2"], "features": [{"type": "block", "label": "head"},
                                                             {"type": "word", "label": "name"}]},
        {"annotations": [
            {"uuid": uuid(1), "page": 0, "label": "head", "text": "Letter", "location": {"type": "box", **BOX},
             "refs": [uuid(2)]},
            {"uuid": uuid(2), "page": 1, "label": "name", "text": "Ada", "location": {"type": "box", **BOX},
             "refs": []},
        ]},
        [BOX_HERE, BOX_HERE],
    ),
}  # fmt: skip


def placed(value: Any, scale: Scale) -> Any:
    """A request with addresses of pictures in place of what stands for them."""
    if isinstance(value, dict):
        return {key: placed(each, scale) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [placed(each, scale) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, str) and value.startswith(PICTURE):
        return scale.picture(len(value) - len(PICTURE))
    return value


def alike(found: Any, wanted: Any) -> bool:
    """Whether two responses are the same: numbers to a millionth, times worked whatever they are."""
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return isinstance(found, int | float) and math.isclose(found, wanted, abs_tol=1e-6)
    if type(found) is not type(wanted):
        return False
    if isinstance(wanted, dict):
        told = [key for key in wanted if key != "time_spent_in_seconds"]  # pyright: ignore[reportUnknownVariableType]
        return set(found) == set(wanted) and all(alike(found[key], wanted[key]) for key in told)  # pyright: ignore
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(alike(*each) for each in zip(found, wanted, strict=True))  # pyright: ignore
    return found == wanted


def keys(value: Any) -> set[str]:
    """All members of a response, of whatever lies in it: `annotations.uuid`. Answers' own words are left out."""
    if isinstance(value, list):
        return {key for each in value for key in keys(each)}  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, dict):
        return set()
    found: set[str] = set()
    for key, each in value.items():  # pyright: ignore[reportUnknownVariableType]
        if key not in ("attributes", "global_attributes", "fields", "response"):
            found |= {f"{key}.{inner}" for inner in keys(each)}
        found.add(str(key))  # pyright: ignore[reportUnknownArgumentType]
    return found


@pytest.mark.parametrize("name", CASES)
async def test_a_response_goes_to_people_and_comes_back(scale: Scale, name: str) -> None:
    case = CASES[name]
    task = scale.client.create_task(
        case.type, callback_url=scale.callback, hypothesis=case.response, **placed(case.request, scale)
    )
    seen = await confirmed(scale, f"Scale: {case.type.value}")
    assert seen.draft is not None
    assert alike([mark.geometry for mark in seen.draft.marks], case.geometries)
    done = await until(lambda: found if (found := scale.client.get_task(task.id)).status == "completed" else None)
    assert alike(done.response, case.response), done.response
    told = done.as_dict()
    assert (
        told["params"].items() >= {k: v for k, v in placed(case.request, scale).items() if k != "instruction"}.items()
    )
    body = await until(lambda: (scale.callbacks() or [None])[-1])
    assert (body["response"], body["status"], body["task_id"]) == (done.response, "completed", task.id)


def test_test_tasks_are_answered_at_once_in_the_same_words(scale: Scale) -> None:
    for name, case in CASES.items():
        seen: set[str] = set()
        for _ in range(3):
            task = scale.test.create_task(case.type, **placed(case.request, scale))
            assert (task.status, task.is_test) == ("completed", True)
            seen |= keys(task.response)
        # What a field answers is told under the customer's own name for it, and some are not asked.
        own = {"annotations.ok", "annotations.spot"} if case.type is TaskType.TextCollection else set[str]()
        wanted = {key for key in keys(case.response) if key.count(".") < 2} - own
        if case.type is not TaskType.TextCollection:
            assert seen <= keys(case.response) | {"relationships.name", "annotations.vertices"}, name
            assert {key for key in wanted if "." not in key} <= seen, name
        else:
            assert {"annotations", "annotations.ok", "annotations.ok.field_id", "annotations.ok.response"} <= seen


async def test_what_one_geometry_of_scale_cannot_hold_is_told_in_several(scale: Scale) -> None:
    request = {"geometries": {"polygon": {"objects_to_annotate": ["car"]}, "point": {"objects_to_annotate": ["car"]}}}
    task = scale.client.create_task(TaskType.ImageAnnotation, attachment=scale.picture(), **request)
    square, far = [[0, 0], [90, 0], [90, 90], [0, 90]], [[100, 100], [150, 100], [150, 150]]
    hole = [[20, 20], [40, 20], [40, 40], [20, 40]]
    marks = (
        Mark(id="m1", kind="polygon", class_="car", geometry={"parts": [[square, hole], [far]]}),
        Mark(id="m2", kind="points", class_="car", geometry={"points": [[1, 2], [3, 4]]}),
    )
    await labeled(scale, "Scale: imageannotation", lambda _: Annotation(marks=marks))
    done = await until(lambda: found if (found := scale.client.get_task(task.id)).status == "completed" else None)
    with_hole, part, one, other = done.response["annotations"]
    assert len({each["uuid"] for each in done.response["annotations"]}) == 4
    corners = [(each["x"], each["y"]) for each in with_hole["vertices"]]
    # The outline goes in to the hole and out again on the same way, straight to the right of its rightmost corner.
    assert corners[corners.index((90, 40)) + 1] == (40, 40)
    assert corners.count((90, 40)) == corners.count((40, 40)) == 2
    assert [(each["x"], each["y"]) for each in part["vertices"]] == [(100, 100), (150, 100), (150, 150)]
    assert [(each["x"], each["y"]) for each in (one, other)] == [(1, 2), (3, 4)]


@pytest.mark.parametrize(
    ("type", "request_"),
    [
        (
            TaskType.ImageAnnotation,
            {
                "attachment": PICTURE,
                "geometries": {
                    "cuboid": {
                        "objects_to_annotate": ["car"],
                        "camera_intrinsics": {"fx": 1000, "fy": 1000, "cx": 320, "cy": 240},
                    }
                },
            },
        ),
        (TaskType.VideoAnnotation, {"attachment": PICTURE, "geometries": BOXES}),
        (TaskType.LidarAnnotation, {"attachments": [PICTURE], "labels": ["car"]}),
    ],
)
def test_what_nobody_can_label_yet_is_refused_on_both_keys(
    scale: Scale, type: TaskType, request_: dict[str, Any]
) -> None:
    for client in (scale.client, scale.test):
        with pytest.raises(ScaleNotEnabled, match="cannot be labeled here yet"):
            client.create_task(type, **placed(request_, scale))


def test_every_type_of_the_client_is_known(scale: Scale) -> None:
    for type in TaskType:
        answer = httpx.post(
            f"{scale.customer.url}/v1/task/{type.value}", headers={"authorization": f"Bearer {scale.customer.key}"}
        )
        assert answer.status_code in (400, 402), type
