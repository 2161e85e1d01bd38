"""Requests other than creating tasks, each with one thing wrong: the documented status, and a message that names it."""

import json
from typing import Any, NamedTuple

import httpx
import pytest
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from tests.stories.scale_side import BOXES, Scale, files, scale

__all__ = ["files", "scale"]
LONG = "x" * 10_300
NOBODY = "0" * 24


class Wrong(NamedTuple):
    """A request and how it is refused. path: {task}, {batch} ... are those of the account. named: in the message."""

    method: str
    path: str
    body: Any
    status: int
    named: str


def post(path: str, body: Any, named: str, status: int = 400) -> Wrong:
    return Wrong("POST", path, body, status, named)


def get(path: str, named: str, status: int = 400) -> Wrong:
    return Wrong("GET", path, None, status, named)


BATCH = {"project": "p", "name": "new", "calibration_batch": False, "self_label_batch": False, "callback": "",
         "metadata": {}}  # fmt: skip
PROJECT = {"type": "imageannotation", "name": "new", "params": None, "rapid": False, "studio": False, "datasetId": None}
V2_BATCH = {"name": "new", "project_name": "p", "metadata": {}}
TASKS = [
    post("/v1/task/{task}/audit", {"accepted": "perhaps"}, "`accepted`"),
    post("/v1/task/{task}/audit", {}, "`accepted`"),
    post("/v1/task/{task}/audit", {"accepted": True, "comments": 1}, "`comments`"),
    post("/v1/task/{task}/unique_id", {}, "`unique_id`"),
    post("/v1/task/{task}/unique_id", {"unique_id": 1}, "`unique_id`"),
    post("/v1/task/{task}/unique_id", {"unique_id": "taken"}, "`unique_id`", 409),
    post("/v1/task/{task}/setMetadata", [1], "`metadata`"),
    post("/v1/task/{task}/setMetadata", {"a": LONG}, "`metadata`"),
    post("/v1/task/{task}/tags", {"a": 1}, "`body`"),
    post("/v1/task/{task}/tags", [1], "`body[0]`"),
    post("/v1/task/{task}/tags", list("abcdef"), "`tags`"),
    Wrong("PUT", "/v1/task/{task}/tags", list("abcdef"), 400, "`tags`"),
    Wrong("PUT", "/v1/task/{task}/tags", [""], 400, "`tags[0]`"),
    Wrong("DELETE", "/v1/task/{task}/tags", "a", 400, "`body`"),
    post("/v1/task/{task}/cancel?clear_unique_id=maybe", None, "`clear_unique_id`"),
    *[
        Wrong(method, f"/v1/task/{NOBODY}{path}", body, 404, NOBODY)
        for method, path, body in (
            ("GET", "", None), ("POST", "/cancel", None), ("POST", "/audit", {"accepted": True}),
            ("POST", "/unique_id", {"unique_id": "u"}), ("DELETE", "/unique_id", None), ("POST", "/setMetadata", {}),
            ("POST", "/tags", []), ("PUT", "/tags", []), ("DELETE", "/tags", []), ("POST", "/send_callback", None),
            ("GET", "/response_url/x", None),
        )
    ],
    get("/v1/tasks?project=none", "none", 404),
    get("/v1/tasks?batch=none", "none", 404),
    get("/v1/tasks?limit=101", "`limit`"),
    get("/v1/tasks?limit=-1", "`limit`"),
    get("/v1/tasks?limit=1.5", "`limit`"),
    get("/v1/tasks?offset=-1", "`offset`"),
    get("/v1/tasks?next_token=abc", "`next_token`"),
    get("/v1/tasks?status=done", "`status`"),
    get("/v1/tasks?customer_review_status=accepted,good", "`customer_review_status`"),
    get("/v1/tasks?include_attachment_url=perhaps", "`include_attachment_url`"),
    get("/v1/tasks?limited_response=perhaps", "`limited_response`"),
    *[
        get(f"/v1/tasks?{name}=yesterday", f"`{name}`")
        for name in ("start_time", "end_time", "completed_after", "completed_before", "updated_after", "updated_before")
    ],
    post("/v1/evaluation_tasks/imageannotation", {"attachment": "x"}, "`expected_response`"),
    post("/v1/evaluation_tasks/imageannotation", {"expected_response": []}, "`expected_response`"),
    post("/v1/evaluation_tasks/comparison", {"expected_response": {}, "initial_response": 1}, "`initial_response`"),
    post("/v1/training_tasks/imageannotation", {"attachment": "x"}, "`expected_response`"),
    post("/v1/training_tasks/none", {"expected_response": {}}, "none", 404),
]  # fmt: skip
BATCHES = [
    *[post("/v1/batches", {k: v for k, v in BATCH.items() if k != name}, f"`{name}`") for name in ("project", "name")],
    post("/v1/batches", BATCH | {"project": "none"}, "none", 404),
    post("/v1/batches", BATCH | {"project": 1}, "`project`"),
    post("/v1/batches", BATCH | {"name": ""}, "`name`"),
    post("/v1/batches", BATCH | {"name": "x" * 201}, "`name`"),
    post("/v1/batches", BATCH | {"name": "b"}, "`name`", 409),
    post("/v1/batches", BATCH | {"callback": "nowhere"}, "`callback`"),
    post("/v1/batches", BATCH | {"calibration_batch": "yes"}, "`calibration_batch`"),
    post("/v1/batches", BATCH | {"self_label_batch": 1}, "`self_label_batch`"),
    post("/v1/batches", BATCH | {"metadata": []}, "`metadata`"),
    post("/v1/batches", BATCH | {"metadata": {"a": LONG}}, "`metadata`"),
    post("/v1/batches/none/finalize", None, "none", 404),
    post("/v1/batches/none/setMetadata", {}, "none", 404),
    post("/v1/batches/b/setMetadata", [1], "`metadata`"),
    post("/v1/batches/b/setMetadata", {"a": LONG}, "`metadata`"),
    get("/v1/batches/none", "none", 404),
    get("/v1/batches/none/status", "none", 404),
    get("/v1/batches?project=none", "none", 404),
    get("/v1/batches?status=done", "`status`"),
    get("/v1/batches?limit=0", "`limit`"),
    get("/v1/batches?offset=x", "`offset`"),
    get("/v1/batches?exclude_archived=perhaps", "`exclude_archived`"),
    *[
        get(f"/v1/batches?{name}=2026-02-30", f"`{name}`")
        for name in ("start_time", "end_time", "completed_after", "completed_before")
    ],
]
PROJECTS = [
    *[post("/v1/projects", {k: v for k, v in PROJECT.items() if k != name}, f"`{name}`") for name in ("type", "name")],
    post("/v1/projects", PROJECT | {"type": "none"}, "none", 404),
    post("/v1/projects", PROJECT | {"name": 1}, "`name`"),
    post("/v1/projects", PROJECT | {"name": "p"}, "`name`", 409),
    post("/v1/projects", PROJECT | {"params": []}, "`params`"),
    post("/v1/projects", PROJECT | {"params": {"instruction": 1}}, "`params.instruction`"),
    post("/v1/projects", PROJECT | {"rapid": "yes"}, "`rapid`"),
    post("/v1/projects", PROJECT | {"studio": 1}, "`studio`"),
    post("/v1/projects", PROJECT | {"datasetId": 1}, "`datasetId`"),
    get("/v1/projects/none", "none", 404),
    get("/v1/projects?archived=perhaps", "`archived`"),
    post("/v1/projects/none/setParams", {"a": 1}, "none", 404),
    post("/v1/projects/p/setParams", {"patch": "yes"}, "`patch`"),
    post("/v1/projects/p/setParams", {"instruction": 1}, "`instruction`"),
    post("/v1/projects/p/setOntology", {}, "`ontology`"),
    post("/v1/projects/none/setOntology", {"ontology": []}, "none", 404),
    get("/v1/projects/p/taskTemplates", "imageannotation"),
    get("/v1/projects/none/taskTemplates", "none", 404),
]
FILES = [
    post("/v1/files/import", {}, "`file_url`"),
    post("/v1/files/import", {"file_url": 1}, "`file_url`"),
    post("/v1/files/import", {"file_url": "nowhere"}, "`file_url`"),
    post("/v1/files/import", {"file_url": "https://a.example/1.png", "project_name": "none"}, "none", 404),
    post("/v1/files/import", {"file_url": "https://a.example/1.png", "reference_id": 1}, "`reference_id`"),
    post("/v1/files/import", {"file_url": "https://a.example/1.png", "display_name": 1}, "`display_name`"),
    post("/v1/files/import", {"file_url": "https://a.example/1.png", "metadata": []}, "`metadata`"),
    post("/v1/files/upload", {"project_name": "p"}, "`file`"),
    get("/v1/assets?limit=0", "`limit`"),
    get("/v1/assets?next_token=abc", "`next_token`"),
]
PEOPLE = [
    post("/v1/teams/invite", {"emails": ["a@b.example"]}, "`team_role`"),
    post("/v1/teams/invite", {"team_role": "labeler"}, "`emails`"),
    post("/v1/teams/invite", {"emails": "a@b.example", "team_role": "labeler"}, "`emails`"),
    post("/v1/teams/invite", {"emails": ["a@b.example", "ab"], "team_role": "labeler"}, "`emails[1]`"),
    post("/v1/teams/invite", {"emails": ["a@b.example"], "team_role": "king"}, "`team_role`"),
    post("/v1/teams/set_role", {"emails": ["a@b.example"], "team_role": "king"}, "`team_role`"),
    post("/v1/teams/set_role", {"emails": ["nobody@b.example"], "team_role": "member"}, "`emails[0]`"),
    post("/v1/teams/set_role", {"emails": [1], "team_role": "member"}, "`emails[0]`"),
    *[
        wrong
        for verb in ("add", "remove")
        for wrong in (
            post(f"/v1/studio/assignments/{verb}", {"projects": ["p"]}, "`emails`"),
            post(f"/v1/studio/assignments/{verb}", {"emails": ["ada@x.example"]}, "`projects`"),
            post(f"/v1/studio/assignments/{verb}", {"emails": ["ada@x.example"], "projects": "p"}, "`projects`"),
            post(f"/v1/studio/assignments/{verb}", {"emails": ["ada@x.example"], "projects": ["none"]}, "none", 404),
            post(f"/v1/studio/assignments/{verb}", {"emails": ["no address"], "projects": ["p"]}, "`emails[0]`"),
        )
    ],
    post("/v1/studio/assignments/add", {"emails": ["nobody@x.example"], "projects": ["p"]}, "`emails[0]`"),
    get("/v1/studio/projects/none/groups", "none", 404),
    post("/v1/studio/projects/none/groups", {"name": "g", "emails": []}, "none", 404),
    post("/v1/studio/projects/p/groups", {"emails": []}, "`name`"),
    post("/v1/studio/projects/p/groups", {"name": 1, "emails": []}, "`name`"),
    post("/v1/studio/projects/p/groups", {"name": "taken", "emails": []}, "`name`", 409),
    post("/v1/studio/projects/p/groups", {"name": "g", "emails": ["nobody@x.example"]}, "`emails[0]`"),
    Wrong("PUT", "/v1/studio/projects/p/groups/none", {}, 404, "none"),
    Wrong("PUT", "/v1/studio/projects/p/groups/taken", {"add_emails": "a"}, 400, "`add_emails`"),
    Wrong("PUT", "/v1/studio/projects/p/groups/taken", {"add_emails": ["nobody@x.example"]}, 400, "`add_emails[0]`"),
    Wrong("PUT", "/v1/studio/projects/p/groups/taken", {"remove_emails": ["a"]}, 400, "`remove_emails[0]`"),
    Wrong("PUT", "/v1/studio/batches/none", {"groups": []}, 404, "none"),
    Wrong("PUT", "/v1/studio/batches/s", {}, 400, "`groups`"),
    Wrong("PUT", "/v1/studio/batches/s", {"groups": "taken"}, 400, "`groups`"),
    Wrong("PUT", "/v1/studio/batches/s", {"groups": ["none"]}, 400, "`groups[0]`"),
    post("/v1/studio/batches/set_priorities", {}, "`batches`"),
    post("/v1/studio/batches/set_priorities", {"batches": ["s"]}, "`batches[0]`"),
    post("/v1/studio/batches/set_priorities", {"batches": []}, "`batches`"),
    post("/v1/studio/batches/set_priorities", {"batches": [{"name": "s"}, {"name": "none"}]}, "`batches[1].name`"),
]
SECOND = [
    get("/v2/task", "`task_id`"),
    get(f"/v2/task?task_id={NOBODY}", NOBODY, 404),
    get("/v2/task?task_id={task}&expand=all", "`expand`"),
    get("/v2/task?task_id={task}&opts=all", "`opts`"),
    get("/v2/tasks?project_name=none", "none", 404),
    get(f"/v2/tasks?project_id={NOBODY}", "`project_id`", 404),
    get("/v2/tasks?batch_name=none", "none", 404),
    get(f"/v2/tasks?batch_id={NOBODY}", "`batch_id`", 404),
    get("/v2/tasks?status=done", "`status`"),
    get("/v2/tasks?limit=0", "`limit`"),
    get("/v2/tasks?next_token=abc", "`next_token`"),
    get("/v2/tasks?completed_after=x", "`completed_after`"),
    get("/v2/tasks?completed_before=x", "`completed_before`"),
    post("/v2/task/metadata", {"metadata": {}}, "`task_id`"),
    post("/v2/task/metadata", {"task_id": NOBODY, "metadata": {}}, NOBODY, 404),
    post("/v2/task/metadata", {"task_id": "{task}", "metadata": []}, "`metadata`"),
    post("/v2/task/metadata", {"task_id": "{task}", "metadata": {}, "merge": "yes"}, "`merge`"),
    post("/v2/task/chat", {"project_id": NOBODY}, "`project_id`", 404),
    post("/v2/task/chat", {"project_name": 1}, "`project_name`"),
    get("/v2/batch", "`batch_id`"),
    get(f"/v2/batch?batch_id={NOBODY}", "`batch_id`", 404),
    get("/v2/batch?batch_name=none", "none", 404),
    get("/v2/batch?batch_name=b&expand=all", "`expand`"),
    get("/v2/batches?status=done", "`status`"),
    get("/v2/batches?limit=1000", "`limit`"),
    get("/v2/batches?next_token=abc", "`next_token`"),
    get("/v2/batches?project_name=none", "none", 404),
    *[
        get(f"/v2/batches?{name}=x", f"`{name}`")
        for name in ("created_after", "created_before", "completed_after", "completed_before")
    ],
    post("/v2/batch", {"name": "new"}, "`project_id`"),
    post("/v2/batch", {"project_name": "p"}, "`name`"),
    post("/v2/batch", V2_BATCH | {"project_name": "none"}, "none", 404),
    post("/v2/batch", V2_BATCH | {"name": "b"}, "`name`", 409),
    post("/v2/batch", V2_BATCH | {"callback": 1}, "`callback`"),
    post("/v2/batch", V2_BATCH | {"callback": "nowhere"}, "`callback`"),
    post("/v2/batch", V2_BATCH | {"metadata": 1}, "`metadata`"),
    post("/v2/batch", V2_BATCH | {"staging_batch": "yes"}, "`staging_batch`"),
    *[post(f"/v2/batch/{verb}", {}, "`batch_id`") for verb in ("finalize", "cancel", "pause", "resume", "metadata")],
    *[
        post(f"/v2/batch/{verb}", {"batch_name": "none"}, "none", 404)
        for verb in ("finalize", "cancel", "pause", "resume", "metadata")
    ],
    post("/v2/batch/finalize", {"batch_name": "b"}, "in_progress"),
    post("/v2/batch/resume", {"batch_name": "b"}, "paused"),
    post("/v2/batch/pause", {"batch_id": 1}, "`batch_id`"),
    post("/v2/batch/metadata", {"batch_name": "b", "metadata": 1}, "`metadata`"),
    post("/v2/batch/metadata", {"batch_name": "b", "metadata": {}, "merge": 1}, "`merge`"),
    get("/v2/project", "`project_id`"),
    get("/v2/project?project_name=none", "none", 404),
    get(f"/v2/project?project_id={NOBODY}", "`project_id`", 404),
    get("/v2/projects?created_after=x", "`created_after`"),
    get("/v2/projects?created_before=x", "`created_before`"),
    get("/v2/deliveries?project_name=none", "none", 404),
    get("/v2/deliveries?delivered_after=x", "`delivered_after`"),
    get("/v2/delivery", "`delivery_id`"),
    get("/v2/delivery?delivery_name=none", "none", 404),
    get("/v2/delivery/tasks?delivery_id=none", "none", 404),
    get("/v2/annotation", "`annotation_id`"),
    get("/v2/annotation?annotation_id=none", "none", 404),
    get("/v2/schema", "`schema_id`"),
    get("/v2/schema?schema_id=none", "`schema_id`", 404),
    get("/v2/datasets/deliveries?dataset_id=none", "`dataset_id`", 404),
    get("/v2/datasets/delivery", "`delivery_id`"),
    get("/v2/datasets/tasks?dataset_id=none", "`dataset_id`", 404),
    get("/v2/datasets/task", "`task_id`"),
    get(f"/v2/datasets/task?task_id={NOBODY}", NOBODY, 404),
    get("/v2/nothing/at/all", "nothing", 404),
]


@pytest.mark.parametrize("mode", ["live", "test"])
def test_what_is_wrong_is_named(scale: Scale, mode: str) -> None:
    client: Any = scale.client if mode == "live" else scale.test
    client.create_project("p", TaskType.ImageAnnotation)
    client.create_batch("p", "b")
    client.create_project("studio", TaskType.ImageAnnotation, studio=True)
    client.create_batch("studio", "s")
    client.create_project_group("p", [], "taken")
    client.invite_teammates(["ada@x.example"], TeammateRole.Labeler)
    task, _ = (
        client.create_task(TaskType.ImageAnnotation, attachment=scale.picture(n), geometries=BOXES, unique_id=unique)
        for n, unique in enumerate(("own", "taken"))
    )
    headers = {"authorization": f"Bearer {client.api.api_key}", "content-type": "application/json"}
    amiss: list[str] = []
    with httpx.Client(base_url=scale.customer.url, headers=headers, timeout=60) as web:
        for each in (*TASKS, *BATCHES, *PROJECTS, *FILES, *PEOPLE, *SECOND):
            path = each.path.replace("{task}", task.id)
            body = None if each.body is None else json.dumps(each.body).replace("{task}", task.id)
            answer = web.request(each.method, path, content=body)
            said = answer.json()
            if (
                answer.status_code != each.status
                or set(said) != {"status_code", "error"}
                or said["status_code"] != each.status
                or each.named not in said["error"]
            ):
                amiss.append(f"{each.method} {path} {body}: {answer.status_code} {said}; wanted {each[3:]}")
    assert not amiss, "\n".join(amiss)
    # Nothing of all this has left anything behind.
    assert [each.name for each in client.projects()] == ["studio", "p"]
    assert [each.name for each in client.get_batches()] == ["s", "b"]
    assert client.get_task(task.id).as_dict()["unique_id"] == "own"
    assert [each.email for each in client.list_teammates()] == ["ada@x.example"]
