"""segmentannotation through Scale's client: painted by a person, told as pictures that are there to be fetched."""

import io
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from fairmark.client.model import Annotation, Mark
from tests.stories.scale_side import Scale, confirmed, files, labeled, scale, until

__all__ = ["files", "scale"]
LABELS = ["road", "sky", {"choice": "car", "instance_label": True}]
REQUEST = {"labels": LABELS, "allow_unlabeled": True, "annotation_attributes": {"parked": {"choices": ["yes", "no"]}}}
COMBINED = {"image", "indexedImage", "extendedIndexedImage"}


def painted(number: int, label: str, x: int, y: int, width: int, height: int, **attributes: Any) -> Mark:
    """A full box of pixels."""
    geometry = {"x": x, "y": y, "width": width, "height": height, "runs": [0, width * height]}
    return Mark(id=f"m{number}", kind="mask", class_=label, geometry=geometry, attributes=attributes)


def pixels(address: str) -> Any:
    """A picture, fetched by whoever has its address."""
    answer = httpx.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def status(address: str) -> int:
    return httpx.get(address).status_code


def paint(scale: Scale, **more: Any) -> Any:
    return scale.client.create_task(
        TaskType.SegmentAnnotation, attachment=scale.picture(), callback_url=scale.callback, **(REQUEST | more)
    )


async def test_what_a_person_paints_is_told_in_pictures(scale: Scale) -> None:
    task = paint(scale)
    told = task.as_dict()["params"]
    assert (told["labels"], told["allow_parent_labels"], told["attachment_type"]) == (LABELS, False, "image")
    marks = (
        painted(1, "road", 0, 100, 200, 50), painted(2, "car", 20, 70, 40, 30, parked="yes"),
        painted(3, "car", 100, 80, 40, 20, parked="no"),
    )  # fmt: skip
    await labeled(scale, "Scale: segmentannotation", lambda _: Annotation(marks=marks))
    done = await until(lambda: found if (found := scale.client.get_task(task.id)).status == "completed" else None)
    response = done.response
    assert set(response) == {"annotations", "labelMapping"}
    assert set(response["annotations"]) == {"combined", "labeled", "unlabeled"}
    assert set(response["annotations"]["combined"]) == COMBINED
    mapping = response["labelMapping"]
    assert (mapping["road"]["index"], mapping["sky"]["index"]) == (1, 2)
    assert [(each["index"], each["attributes"]) for each in mapping["car"]] == [
        (3, {"parked": "yes"}), (4, {"parked": "no"}),
    ]  # fmt: skip

    indexed = pixels(response["annotations"]["combined"]["indexedImage"])
    # 200 x 50 of the road, 40 x 30 and 40 x 20 of the cars.
    assert [int(np.count_nonzero(indexed == index)) for index in (1, 2, 3, 4)] == [10_000, 0, 1200, 800]
    labeled_ = response["annotations"]["labeled"]
    assert labeled_["sky"] is None
    assert int(np.count_nonzero(pixels(labeled_["road"]))) == 10_000
    assert [int(np.count_nonzero(pixels(each))) for each in labeled_["car"]] == [1200, 800]
    unlabeled = pixels(response["annotations"]["unlabeled"])
    assert int(np.count_nonzero(unlabeled)) == indexed.size - 10_000 - 1200 - 800
    image = pixels(response["annotations"]["combined"]["image"])
    color = tuple(int(mapping["road"]["color"][place : place + 2], 16) for place in (1, 3, 5))
    assert tuple(image[140, 5]) == color

    body = await until(lambda: (scale.callbacks() or [None])[-1])
    assert set(body) == {"task", "response", "task_id", "status"}
    assert body["response"]["labelMapping"] == mapping
    assert int(np.count_nonzero(pixels(body["response"]["annotations"]["labeled"]["road"]))) == 10_000

    changed = response["annotations"]["unlabeled"].replace("unlabeled", "1")
    assert status(changed) == 403
    scale.client.audit_task(task.id, False, "The sky is missing.")
    assert status(response["annotations"]["unlabeled"]) == 404


def test_a_test_task_is_answered_with_pictures_at_once(scale: Scale) -> None:
    task = scale.test.create_task(TaskType.SegmentAnnotation, attachment=scale.picture(), **REQUEST)
    assert (task.status, task.is_test) == ("completed", True)
    response = scale.test.get_task(task.id).response
    indexed = pixels(response["annotations"]["combined"]["indexedImage"])
    used = {int(index) for index in np.unique(indexed)} - {0}
    known = [
        entry for each in response["labelMapping"].values() for entry in (each if isinstance(each, list) else [each])
    ]
    assert used
    assert used <= {entry["index"] for entry in known}
    assert len(known) == len({entry["index"] for entry in known})


def png(*boxes: tuple[int, int, int, int]) -> bytes:
    """A mask of 200 x 150 pixels: 255 in the boxes (x, y, width, height)."""
    shown = np.zeros((150, 200), dtype=np.uint8)
    for x, y, width, height in boxes:
        shown[y : y + height, x : x + width] = 255
    buffer = io.BytesIO()
    Image.fromarray(shown).save(buffer, "PNG")
    return buffer.getvalue()


async def test_a_hypothesis_of_pictures_is_what_a_person_begins_with(scale: Scale) -> None:
    cars = [scale.put("car-1.png", png((20, 60, 40, 30))), scale.put("car-2.png", png((100, 70, 40, 20), (3, 4, 1, 1)))]
    road = scale.put("road.png", png((0, 100, 200, 50)))
    parked = [{"index": 2, "attributes": {"parked": "yes"}}, {"index": 3, "attributes": {"parked": "no"}}]
    hypothesis = {
        "annotations": {"labeled": {"road": road, "sky": None, "car": cars}}, "labelMapping": {"car": parked},
    }  # fmt: skip
    task = paint(scale, hypothesis=hypothesis)
    assert task.as_dict()["params"]["hypothesis"] == hypothesis
    before = await confirmed(scale, "Scale: segmentannotation")
    assert before.draft is not None
    first, *found = before.draft.marks
    assert (first.class_, first.geometry) == (
        "road", {"x": 0, "y": 100, "width": 200, "height": 50, "runs": [0, 10_000]},
    )  # fmt: skip
    assert [(mark.class_, mark.attributes) for mark in found] == [("car", {"parked": "yes"}), ("car", {"parked": "no"})]
    done = await until(lambda: told if (told := scale.client.get_task(task.id)).status == "completed" else None)
    response = done.response
    assert [int(np.count_nonzero(pixels(each))) for each in response["annotations"]["labeled"]["car"]] == [1200, 801]
    # What fairmark tells of one task can be what another begins with.
    again = paint(scale, hypothesis=response)
    assert again.as_dict()["params"]["hypothesis"] == response


@pytest.mark.parametrize(
    ("labeled_", "place"),
    [
        ({"road": "ftp://example.com/a.png"}, "hypothesis.annotations.labeled.road"),
        ({"road": "http://127.0.0.1:1/a.png"}, "hypothesis.annotations.labeled.road"),
        ({"car": ["no address"]}, r"hypothesis.annotations.labeled.car\[0\]"),
        ({"car": [5]}, "hypothesis.annotations.labeled.car"),
        ({"tree": None}, "hypothesis.annotations.labeled.tree"),
    ],
)
def test_a_picture_that_cannot_be_had_is_named(scale: Scale, labeled_: Any, place: str) -> None:
    with pytest.raises(ScaleInvalidRequest, match=place):
        paint(scale, hypothesis={"annotations": {"labeled": labeled_}})


def test_what_pictures_cannot_say_is_refused(scale: Scale) -> None:
    address = scale.put("text.png", b"this is no picture")
    with pytest.raises(ScaleInvalidRequest, match=r"hypothesis\.annotations\.labeled\.road"):
        paint(scale, hypothesis={"annotations": {"labeled": {"road": address}}})
    with pytest.raises(ScaleInvalidRequest, match="`expected_response`"):
        scale.client.create_evaluation_task(
            TaskType.SegmentAnnotation, attachment=scale.picture(), expected_response={"annotations": {}}, **REQUEST
        )
