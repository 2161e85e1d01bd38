"""What a customer sends along with a task reaches the people, and comes back; callbacks tell what becomes of it."""

from typing import Any

import msgspec
from scaleapi.tasks import TaskType

from fairmark.client.model import Annotation
from tests.stories.scale_side import BOXES, Scale, files, labeled, scale, until

__all__ = ["files", "scale"]
CAR = {"uuid": "u1", "type": "box", "label": "car", "left": 10, "top": 20, "width": 60, "height": 50, "attributes": {}}
TRUCK = CAR | {"uuid": "u2", "label": "truck", "left": 100}
REQUEST: dict[str, Any] = {
    "geometries": BOXES,
    "links": {"tows": [{"is_bidirectional": False, "from_allowed_labels": ["car"], "to_allowed_labels": ["truck"]}]},
    "layers": {"boxes": [{"left": 5, "top": 6, "width": 7, "height": 8, "label": "kerb"}]},
    "base_annotations": {"annotations": [CAR]},
    "can_edit_base_annotations": False,
    "can_delete_base_annotations": False,
    "hypothesis": {"annotations": [CAR, TRUCK], "links": [{"label": "tows", "from": "u1", "to": "u2"}]},
}


async def test_what_is_sent_along_comes_back_and_callbacks_tell_of_it(scale: Scale) -> None:
    client = scale.client
    client.create_project("p", TaskType.ImageAnnotation, {"instruction": "Box cars."})
    task = client.create_task(
        TaskType.ImageAnnotation, project="p", attachment=scale.picture(), callback_url=scale.callback,
        context_attachments=[{"attachment": scale.picture(1)}], **REQUEST,
    )  # fmt: skip
    scale.listener.statuses = [500]
    seen = await labeled(scale, "p", lambda _: Annotation())
    editor = seen.meta["editor"]
    assert editor["layers"][0]["label"] == "kerb"
    assert editor["references"] == [1]
    assert editor["locks"]["edit"] is True
    assert len(seen.media) == 2
    assert seen.draft is not None
    assert [mark.class_ for mark in seen.draft.marks] == ["car", "truck"]
    assert [link.type for link in seen.draft.links] == ["tows"]
    # Nothing was left of it by hand, but what is locked stays: the customer said so.
    body = await until(lambda: (scale.callbacks() or [None])[-1])
    assert [each["label"] for each in body["response"]["annotations"]] == ["car"]
    assert set(body) == {"task", "task_id", "status", "response"}
    assert (body["task_id"], body["status"], body["task"]["task_id"]) == (task.id, "completed", task.id)
    await until(lambda: len(scale.listener.requests) > 1, 60)
    keys = {header["scale-callback-auth"] for header, _ in scale.listener.requests}
    assert len(keys) == 1
    await until(lambda: client.get_task(task.id).as_dict().get("callback_succeeded") is True)

    client.audit_task(task.id, False, "The truck is missing.")
    assert client.get_task(task.id).status == "pending"
    again = await labeled(scale, "p", lambda _: seen.draft or Annotation())
    assert again.note is not None
    assert "The truck is missing." in again.note
    done = await until(lambda: found if (found := client.get_task(task.id)).status == "completed" else None)
    assert [each["label"] for each in done.response["annotations"]] == ["car", "truck"]
    [link] = done.response["links"]
    assert link["label"] == "tows"
    assert msgspec.json.encode(done.response)


async def test_a_picture_that_is_not_there_makes_an_error_and_says_so(scale: Scale) -> None:
    task = scale.client.create_task(
        TaskType.ImageAnnotation, attachment=f"{scale.listener.url}/none.png", geometries=BOXES, unique_id="u",
        clear_unique_id_on_error=True, callback_url=scale.callback,
    )  # fmt: skip
    body = await until(lambda: (scale.callbacks() or [None])[-1], 60)
    assert (body["status"], set(body["response"])) == ("error", {"error"})
    assert "unique_id" not in scale.client.get_task(task.id).as_dict()
