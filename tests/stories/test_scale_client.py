"""Every method of Scale's client, version 1 and `client.v2`, against a running server, on both keys where it can be."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scaleapi.api_client.v2 import BatchOperationRequest, CreateBatchRequest, CreateChatTaskRequest
from scaleapi.api_client.v2 import BatchStatus as V2Status
from scaleapi.api_client.v2.exceptions import ApiException, NotFoundException
from scaleapi.api_client.v2.models.set_batch_metadata_request import SetBatchMetadataRequest
from scaleapi.api_client.v2.models.set_task_metadata_request import SetTaskMetadataRequest
from scaleapi.batches import BatchStatus
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskReviewStatus, TaskStatus, TaskType
from scaleapi.teams import TeammateRole

from fairmark.client import AsyncClient
from tests.browser.product import PASSWORD
from tests.patience import until as eventually
from tests.stories.scale_side import BOXES, Scale, files, scale, until

__all__ = ["files", "scale"]
FORM = {
    "attachments": [{"type": "text", "content": "2+2=5"}],
    "fields": [
        {"type": "category", "field_id": "ok", "title": "Correct?", "required": True,
         "choices": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]},
    ],
}  # fmt: skip


@pytest.fixture(params=["live", "test"])
def client(request: pytest.FixtureRequest, scale: Scale) -> Any:
    """The client with each of the two keys."""
    return scale.client if request.param == "live" else scale.test


def boxes(at: Scale, client: Any, number: int = 0, **more: Any) -> Any:
    return client.create_task(TaskType.ImageAnnotation, attachment=at.picture(number), geometries=BOXES, **more)


def second(client: Any) -> Any:
    """Version 2, whose generated types say less than its answers."""
    return client.v2


def is_live(at: Scale, client: Any) -> bool:
    return client is at.client


class TestTasks:
    def test_create_get_and_what_a_task_says(self, scale: Scale, client: Any) -> None:
        made = boxes(scale, client, instruction="Box cars.", metadata={"a": 1}, tags=["x"], unique_id="u", priority=10)
        task = client.get_task(made.id).as_dict()
        expected = {
            "task_id": made.id, "type": "imageannotation", "instruction": "Box cars.", "metadata": {"a": 1},
            "tags": ["x"], "unique_id": "u", "urgency": "standard", "processed_attachments": [],
            "is_test": not is_live(scale, client), "status": "pending" if is_live(scale, client) else "completed",
        }  # fmt: skip
        assert task.items() >= expected.items()
        assert task["params"]["geometries"] == BOXES
        assert "instruction" not in task["params"]
        assert ("response" in task, "completed_at" in task) == ((not is_live(scale, client),) * 2)
        assert datetime.fromisoformat(task["created_at"]).tzinfo is not None
        assert task["created_at"].endswith("Z")
        assert len(task["created_at"]) == len("2026-01-05T10:00:00.000Z")

    def test_cancel(self, scale: Scale, client: Any) -> None:
        made = boxes(scale, client, unique_id="u")
        if is_live(scale, client):
            assert client.cancel_task(made.id, clear_unique_id=True).status == "canceled"
            assert "unique_id" not in client.get_task(made.id).as_dict()
            assert boxes(scale, client, unique_id="u").id != made.id
        # What has ended cannot be canceled; a test task has ended from the start.
        with pytest.raises(ScaleInvalidRequest, match="cannot be canceled"):
            client.cancel_task(made.id)

    def test_unique_id(self, scale: Scale, client: Any) -> None:
        one, two = boxes(scale, client, unique_id="one"), boxes(scale, client)
        assert client.update_task_unique_id(two.id, "two").unique_id == "two"
        with pytest.raises(ScaleDuplicateResource):
            client.update_task_unique_id(two.id, "one")
        assert client.update_task_unique_id(two.id, "two").unique_id == "two"
        assert "unique_id" not in client.clear_task_unique_id(one.id).as_dict()
        assert client.update_task_unique_id(two.id, "one").unique_id == "one"

    def test_metadata_and_tags(self, scale: Scale, client: Any) -> None:
        made = boxes(scale, client, metadata={"a": 1}, tags=["x"])
        assert client.set_task_metadata(made.id, {"b": [2]}).metadata == {"b": [2]}
        assert client.set_task_metadata(made.id, {}).metadata == {}
        assert client.set_task_tags(made.id, ["c", "a", "c"]).tags == ["c", "a"]
        assert client.add_task_tags(made.id, ["b", "a"]).tags == ["c", "a", "b"]
        assert client.delete_task_tags(made.id, ["a", "none"]).tags == ["c", "b"]
        assert "tags" not in client.set_task_tags(made.id, []).as_dict()
        with pytest.raises(ScaleInvalidRequest, match="`tags`"):
            client.set_task_tags(made.id, list("abcdef"))
        with pytest.raises(ScaleInvalidRequest, match="`metadata`"):
            client.set_task_metadata(made.id, {"a": "x" * 10_300})

    def test_methods_of_a_task_itself(self, scale: Scale, client: Any) -> None:
        task = boxes(scale, client)
        task.update_unique_id("u")
        task.set_metadata({"a": 1})
        task.set_tags(["a"])
        task.add_tags(["b"])
        task.delete_tags(["a"])
        task.refresh()
        assert (task.unique_id, task.metadata, task.tags) == ("u", {"a": 1}, ["b"])
        task.clear_unique_id()
        task.refresh()
        assert "unique_id" not in task.as_dict()
        if is_live(scale, client):
            task.cancel(clear_unique_id=True)
            task.refresh()
            assert task.status == "canceled"

    def test_audit(self, scale: Scale) -> None:
        task = boxes(scale, scale.test)
        scale.test.audit_task(task.id, True, "Well done.")
        told = scale.test.get_task(task.id).as_dict()
        assert (told["customer_review_status"], told["customer_review_comments"]) == ("accepted", "Well done.")
        [audit] = told["audits"]
        assert (audit["audit_result"], audit["audit_source"], audit["comments"]) == (
            "accepted",
            "customer",
            "Well done.",
        )
        task.audit(False)
        told = scale.test.get_task(task.id).as_dict()
        assert [each["audit_result"] for each in told["audits"]] == ["rejected", "accepted"]
        live = boxes(scale, scale.client)
        with pytest.raises(ScaleInvalidRequest, match="only a completed task can be audited"):
            scale.client.audit_task(live.id, True)

    def test_lists_and_counts(self, scale: Scale, client: Any) -> None:
        client.create_project("p", TaskType.ImageAnnotation)
        client.create_batch("p", "b")
        made = [boxes(scale, client, number, project="p", batch="b").id for number in range(3)]
        assert [task.id for task in client.tasks(project="p", limit=2)] == made[:0:-1]
        assert [task.id for task in client.get_tasks(batch_name="b", limit=1)] == made[::-1]
        assert client.get_tasks_count(project_name="p", batch_name="b", task_type=TaskType.ImageAnnotation) == 3
        now = TaskStatus.Pending if is_live(scale, client) else TaskStatus.Completed
        assert client.get_tasks_count(project_name="p", status=now, review_status=TaskReviewStatus.Pending) == 3


class TestBatches:
    def test_life(self, scale: Scale, client: Any) -> None:
        client.create_project("p", TaskType.ImageAnnotation)
        batch = client.create_batch("p", "b", callback=scale.callback, metadata={"a": 1})
        assert (batch.status, batch.project, batch.metadata) == ("in_progress", "p", {"a": 1})
        boxes(scale, client, project="p", batch="b")
        counts = client.batch_status("b")
        assert counts["pending" if is_live(scale, client) else "completed"] == 1
        assert client.finalize_batch("b").name == "b"
        batch.finalize()
        assert client.get_batch("b").as_dict()["id"] == batch.as_dict()["id"]
        assert client.set_batch_metadata("b", {"b": 2}).metadata == {"b": 2}
        assert client.set_batch_metadata("b", {}).metadata == {}
        assert batch.get_status() == client.batch_status("b")
        assert [each.name for each in client.batches(project="p", status=BatchStatus.InProgress.value)] in (["b"], [])
        assert [each.name for each in client.get_batches(project_name="p")] == ["b"]
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d")
        assert list(client.get_batches(project_name="p", created_after=tomorrow)) == []

    def test_of_rapid_projects_are_staged_and_take_tasks_until_they_are_finalized(
        self, scale: Scale, client: Any
    ) -> None:
        client.create_project("r", TaskType.ImageAnnotation, rapid=True)
        with pytest.raises(ScaleInvalidRequest, match="`batch`"):
            boxes(scale, client, project="r")
        batch = client.create_batch("r", "b", calibration_batch=True)
        assert (batch.status, batch.as_dict()["calibration_batch"]) == ("staging", True)
        boxes(scale, client, project="r", batch="b")
        client.finalize_batch("b")
        with pytest.raises(ScaleInvalidRequest, match="`batch`"):
            boxes(scale, client, project="r", batch="b")


class TestProjects:
    def test_parameters_have_a_history(self, scale: Scale, client: Any) -> None:
        made = client.create_project("p", TaskType.ImageAnnotation, {"instruction": "One.", "geometries": BOXES})
        assert (made.name, made.type, made.version) == ("p", "imageannotation", 0)
        assert client.update_project("p", patch=True, instruction="Two.").version == 1
        params = client.get_project("p").as_dict()["param_history"]
        assert [each["instruction"] for each in params] == ["One.", "Two."]
        assert params[1]["geometries"] == BOXES
        task = client.create_task(TaskType.ImageAnnotation, project="p", attachment=scale.picture())
        assert (task.as_dict()["instruction"], task.as_dict()["params"]["geometries"]) == ("Two.", BOXES)
        assert client.update_project("p", instruction="Three.").as_dict()["param_history"][-1].keys() == {
            "version", "created_at", "instruction",
        }  # fmt: skip
        assert [each.name for each in client.get_projects()] == [each.name for each in client.projects()] == ["p"]
        assert client.create_project("bare", TaskType.Categorization).as_dict()["param_history"] == []

    def test_template(self, client: Any) -> None:
        client.create_project("p", TaskType.TextCollection, FORM)
        template = client.get_project_template("p")
        assert client.get_project("p").get_template().as_dict() == template.as_dict()
        assert template.get_template_variables()["fields"] == FORM["fields"]
        assert template.get_response_schema() == {"ok": {"type": "category", "title": "Correct?"}}
        assert (template.version, template.is_auto_onboardable()) == (0, False)
        client.create_project("other", TaskType.ImageAnnotation)
        with pytest.raises(ScaleInvalidRequest):
            client.get_project_template("other")


class TestFiles:
    def test_an_upload_is_an_attachment(self, scale: Scale, client: Any, tmp_path: Path) -> None:
        client.create_project("p", TaskType.ImageAnnotation)
        path = tmp_path / "files" / "shape-001.png"
        with path.open("rb") as file:
            made = client.upload_file(
                file=file, project_name="p", reference_id="r1", display_name="One", metadata=json.dumps({"a": 1})
            )
        told = made.as_dict()
        assert told["attachment_url"].startswith("scaledata://")
        assert told["attachment_url"].endswith(made.id)
        expected = {
            "size": path.stat().st_size, "project_names": ["p"], "reference_id": "r1", "display_name": "One",
            "metadata": {"a": 1},
        }  # fmt: skip
        assert told.items() >= expected.items()
        task = client.create_task(
            TaskType.ImageAnnotation, project="p", attachment=made.attachment_url, geometries=BOXES
        )
        assert task.as_dict()["params"]["attachment"] == made.attachment_url
        with pytest.raises(ScaleInvalidRequest, match="`file`"):
            client.api.post_request("files/upload", files={"other": b"x"}, data={})
        with pytest.raises(ScaleResourceNotFound), path.open("rb") as file:
            client.upload_file(file=file, project_name="none")

    def test_an_import_is_fetched_with_its_first_task(self, scale: Scale, client: Any) -> None:
        made = client.import_file(file_url=scale.picture(2), reference_id="r2")
        task = boxes(scale, client)
        task = client.create_task(TaskType.ImageAnnotation, attachment=made.attachment_url, geometries=BOXES)
        assert task.as_dict()["params"]["attachment"] == made.attachment_url
        with pytest.raises(ScaleInvalidRequest, match="`file_url`"):
            client.import_file(file_url="nowhere")
        listed = client.api.get_request("assets", params={"limit": 1})
        assert [doc["id"] for doc in listed["docs"]] == [made.id]

    async def test_an_attachment_can_be_read_for_a_while(self, scale: Scale) -> None:
        task = boxes(scale, scale.client)
        url = await until(lambda: scale.client.get_task(task.id).as_dict().get("attachment_url"))
        id = url.partition("?")[0].rstrip("/").split("/")[-2]
        told = scale.client.api.get_request(f"task/{task.id}/response_url/{id}")
        assert told["url"].partition("?")[0] == url.partition("?")[0]
        answer = await scale.customer.pool.get(told["url"])
        assert (answer.status_code, answer.headers["content-type"]) in [
            (200, "image/png"),
            (404, answer.headers["content-type"]),
        ]


class TestQualityTasks:
    def test_evaluation_and_training_tasks_are_no_tasks_of_the_list(self, scale: Scale, client: Any) -> None:
        client.create_project("p", TaskType.TextCollection, FORM)
        answer = {"annotations": {"ok": {"type": "category", "field_id": "ok", "response": [["no"]]}}}
        made = client.create_evaluation_task(
            TaskType.TextCollection, project="p", expected_response=answer, initial_response=answer
        )
        assert made.expected_response == answer
        assert made.as_dict()["initial_response"] == answer
        assert client.create_training_task(TaskType.TextCollection, project="p", expected_response=answer).id
        assert client.get_tasks_count(project_name="p") == 0
        with pytest.raises(ScaleInvalidRequest, match="`expected_response`"):
            client.create_evaluation_task(TaskType.TextCollection, project="p", expected_response=None)
        wrong = {"annotations": {"ok": {"type": "category", "field_id": "ok", "response": [["maybe"]]}}}
        with pytest.raises(ScaleInvalidRequest, match=r"`expected_response\.annotations\.ok"):
            client.create_training_task(TaskType.TextCollection, project="p", expected_response=wrong)

    async def test_an_evaluation_task_becomes_gold_once_its_picture_is_here(self, scale: Scale) -> None:
        scale.client.create_project("p", TaskType.ImageAnnotation, {"geometries": BOXES})
        box = {"type": "box", "label": "car", "left": 1, "top": 2, "width": 50, "height": 40, "attributes": {}}
        made = scale.client.create_evaluation_task(
            TaskType.ImageAnnotation, project="p", attachment=scale.picture(3),
            expected_response={"annotations": [box], "global_attributes": {}, "links": []},
        )  # fmt: skip
        outside = scale.client.create_evaluation_task(
            TaskType.ImageAnnotation, project="p", attachment=scale.picture(4),
            expected_response={"annotations": [box | {"left": 5000}]},
        )  # fmt: skip
        await until(lambda: scale.client.get_task(made.id).status == "completed")
        await until(lambda: scale.client.get_task(outside.id).status == "error")
        [project] = [each async for each in scale.customer.client.list_projects()]
        gold = [each async for each in scale.customer.client.list_gold(project.id)]
        assert [each.external_id for each in gold] == [made.id]
        assert gold[0].annotation.marks[0].geometry == {"x": 1, "y": 2, "w": 50, "h": 40}


class TestTeams:
    async def test_invited_people_are_teammates_with_a_role(self, scale: Scale, client: Any) -> None:
        made = client.invite_teammates(["Ada@Example.com", "bo@example.com"], TeammateRole.Labeler)
        assert [(each.email, each.role) for each in made] == [
            ("ada@example.com", "labeler"), ("bo@example.com", "labeler"),
        ]  # fmt: skip
        assert made[0].as_dict()["invitation_url"].startswith("http")
        client.invite_teammates(["mia@example.com"], TeammateRole.Member)
        changed = client.update_teammates_role(["bo@example.com"], TeammateRole.Manager)
        assert [(each.email, each.role) for each in changed] == [("bo@example.com", "manager")]
        client.list_teammates()[0].update_teammate_role(TeammateRole.Member)
        roles = {each.email: each.role for each in client.list_teammates()}
        assert set(roles) == {"ada@example.com", "bo@example.com", "mia@example.com"}
        with pytest.raises(ScaleInvalidRequest, match=r"`emails\[0\]`"):
            client.update_teammates_role(["nobody@example.com"], TeammateRole.Admin)
        with pytest.raises(ScaleInvalidRequest, match=r"`emails\[0\]`"):
            client.invite_teammates(["no address"], TeammateRole.Labeler)


async def join(scale: Scale, client: Any, email: str) -> AsyncClient:
    """A labeler who has accepted; signed in."""
    [mate] = client.invite_teammates([email], TeammateRole.Labeler)
    token = mate.as_dict()["invitation_url"].partition("#")[2]
    async with AsyncClient(scale.customer.url) as coming:
        await coming.accept_invitation(token, name="Ada", email=email, password=PASSWORD)
    worker = AsyncClient(scale.customer.url)
    await worker.sign_in(email, PASSWORD)
    return worker


class TestStudio:
    async def test_labelers_find_what_they_are_assigned_to(self, scale: Scale) -> None:
        client = scale.client
        for name in ("mine", "other"):
            client.create_project(name, TaskType.TextCollection, FORM, studio=True)
            client.create_batch(name, f"{name} b")
            client.create_task(TaskType.TextCollection, project=name, batch=f"{name} b")
            client.finalize_batch(f"{name} b")
        email = f"ada-{scale.customer.org_id.hex[:12]}@fairmark.test"
        worker = await join(scale, client, email)
        assert client.list_studio_assignments() == {}
        assigned = client.add_studio_assignments([email], ["mine"])
        assert {each: assigned[each].assigned_projects for each in assigned} == {email: ["mine"]}
        client.create_project_group("other", [], "nobody yet")
        offers = await worker.my_work()
        assert [each.name for each in offers] == ["mine (mine b)"]
        [group] = client.list_project_groups("mine")
        assert (group.numWorkers, group.isSingleton) == (1, True)
        assert client.remove_studio_assignments([email], ["mine"]) == {}
        assert await worker.my_work() == []
        with pytest.raises(ScaleInvalidRequest, match=r"`emails\[0\]`"):
            client.add_studio_assignments(["nobody@example.com"], ["mine"])
        with pytest.raises(ScaleResourceNotFound):
            client.add_studio_assignments([email], ["none"])

    async def test_groups_wait_for_people_who_have_not_come_yet(self, scale: Scale) -> None:
        client = scale.client
        client.create_project("p", TaskType.TextCollection, FORM, studio=True)
        client.create_batch("p", "b")
        client.create_task(TaskType.TextCollection, project="p", batch="b")
        client.finalize_batch("b")
        email = f"bo-{scale.customer.org_id.hex[:12]}@fairmark.test"
        [mate] = client.invite_teammates([email], TeammateRole.Labeler)
        group = client.create_project_group("p", [email], "night shift")
        assert (group.name, group.numWorkers, group.isSingleton) == ("night shift", 1, False)
        with pytest.raises(ScaleDuplicateResource):
            client.create_project_group("p", [], "night shift")
        token = mate.as_dict()["invitation_url"].partition("#")[2]
        async with AsyncClient(scale.customer.url) as worker:
            await worker.accept_invitation(token, name="Bo", email=email, password=PASSWORD)
            await worker.sign_in(email, PASSWORD)
            assert [each.name for each in await eventually(worker.my_work, "there is work")] == ["p (b)"]
        changed = client.update_project_group("p", "night shift", [], [email])
        assert changed.numWorkers == 0
        changed = client.update_project_group("p", "night shift", [email], [])
        assert [each["email"] for each in changed.as_dict()["workers"]] == [email]

    def test_batches_have_groups_and_an_order(self, scale: Scale, client: Any) -> None:
        client.create_project("p", TaskType.TextCollection, FORM, studio=True)
        for name in ("a", "b", "c"):
            client.create_batch("p", name)
        client.create_task(TaskType.TextCollection, project="p", batch="a")
        client.create_project_group("p", [], "g")
        assert [(each.name, each.total, each.batch_type) for each in client.list_studio_batches()] == [
            ("a", 1, "Production"), ("b", 0, "Production"), ("c", 0, "Production"),
        ]  # fmt: skip
        assert client.assign_studio_batches("b", ["g"]).groups == ["g"]
        with pytest.raises(ScaleInvalidRequest, match=r"`groups\[0\]`"):
            client.assign_studio_batches("b", ["none"])
        ordered = client.set_studio_batches_priorities(["c", "a", "b"])
        assert [(each.name, each.studio_priority) for each in ordered] == [("c", 1), ("a", 2), ("b", 3)]
        with pytest.raises(ScaleInvalidRequest, match="`batches`"):
            client.set_studio_batches_priorities(["c"])
        assert [each.name for each in client.reset_studio_batches_priorities()] == ["a", "b", "c"]


class TestVersionTwo:
    def test_tasks(self, scale: Scale, client: Any) -> None:
        v2: Any = client.v2
        project = client.create_project("p", TaskType.ImageAnnotation)
        client.create_batch("p", "b")
        made = [boxes(scale, client, number, project="p", batch="b", metadata={"a": {"b": 1}}) for number in range(3)]
        task = v2.get_task(made[0].id)
        assert (task.task_id, task.project.actual_instance, task.metadata) == (
            made[0].id, project.as_dict()["id"], {"a": {"b": 1}},
        )  # fmt: skip
        task = v2.get_task(made[0].id, expand=["project", "batch"])
        assert (task.project.actual_instance.name, task.batch.actual_instance.name) == ("p", "b")
        page = v2.get_tasks(project_name="p", limit=2)
        assert [each.task_id for each in page.tasks] == [made[2].id, made[1].id]
        rest = v2.get_tasks(project_id=project.as_dict()["id"], limit=2, next_token=page.next_token)
        assert ([each.task_id for each in rest.tasks], rest.next_token) == ([made[0].id], None)
        assert [each.task_id for each in client.v2_get_tasks(batch_name="b", limit=1)] == [
            each.id for each in made[::-1]
        ]
        assert v2.get_tasks(batch_name="b", status="error").tasks == []
        assert v2.get_tasks(batch_name="b", status="deleted", opts=["submissions"]).tasks == []
        merged = v2.set_task_metadata(SetTaskMetadataRequest(task_id=made[0].id, metadata={"a": {"c": 2}}, merge=True))
        assert merged.metadata == {"a": {"b": 1, "c": 2}}
        assert v2.set_task_metadata(SetTaskMetadataRequest(task_id=made[0].id, metadata={})).metadata == {}
        with pytest.raises(NotFoundException):
            v2.get_task("0" * 24)
        with pytest.raises(ApiException) as refused:
            v2.create_chat_task(CreateChatTaskRequest(template_variables={}))
        assert refused.value.status == 402

    def test_projects(self, client: Any) -> None:
        made = client.create_project("p", TaskType.ImageAnnotation).as_dict()
        assert client.v2.get_project(project_name="p").id == made["id"]
        assert client.v2.get_project(project_id=made["id"]).name == "p"
        assert [each.name for each in client.v2.get_projects().projects] == ["p"]
        before = datetime.now(UTC) - timedelta(days=1)
        assert client.v2.get_projects(created_before=before).projects == []

    def test_batches(self, scale: Scale, client: Any) -> None:
        v2: Any = client.v2
        client.create_project("p", TaskType.ImageAnnotation)
        made = v2.create_batch(
            CreateBatchRequest(
                name="b", project_name="p", callback=scale.callback, staging_batch=True, metadata={"a": 1}
            )
        )
        assert (made.name, made.status, made.metadata) == ("b", V2Status.STAGING, {"a": 1})
        boxes(scale, client, project="p", batch="b")
        boxes(scale, client, 1, project="p", batch="b")
        name = BatchOperationRequest(batch_name="b")
        with pytest.raises(ApiException):
            v2.resume_batch(name)
        done = v2.finalize_batch(BatchOperationRequest(batch_id=made.id))
        with pytest.raises(ApiException):
            v2.finalize_batch(BatchOperationRequest(batch_id=made.id))
        if is_live(scale, client):
            assert done.status == V2Status.IN_PROGRESS
            assert v2.pause_batch(name).batch.status == V2Status.PAUSED
            assert client.get_batch("b").status == "in_progress"
            assert v2.resume_batch(name).batch.status == V2Status.IN_PROGRESS
            assert v2.cancel_batch(name).batch.status == V2Status.CANCELLED
            assert client.get_tasks_count(batch_name="b", status=TaskStatus.Canceled) == 2
            with pytest.raises(ApiException):
                v2.resume_batch(name)
        else:
            assert done.status == V2Status.COMPLETED
        changed = v2.set_batch_metadata(SetBatchMetadataRequest(batch_name="b", metadata={"b": 2}, merge=True))
        assert changed.metadata == {"a": 1, "b": 2}
        assert v2.get_batch(batch_id=made.id, expand=["project"]).project.actual_instance.name == "p"
        client.create_batch("p", "later")
        page = v2.get_batches(project_name="p", limit=1)
        assert [each.name for each in page.batches] == ["later"]
        rest = v2.get_batches(project_name="p", limit=1, next_token=page.next_token)
        assert ([each.name for each in rest.batches], rest.next_token) == (["b"], None)

    def test_deliveries_are_completed_batches(self, scale: Scale) -> None:
        client, v2 = scale.test, second(scale.test)
        project = client.create_project("p", TaskType.TextCollection, FORM, dataset_id="d1").as_dict()
        batch = v2.create_batch(CreateBatchRequest(name="b", project_name="p", staging_batch=True))
        task = client.create_task(TaskType.TextCollection, project="p", batch="b")
        v2.finalize_batch(BatchOperationRequest(batch_name="b"))
        response = client.get_task(task.id).response
        [delivery] = v2.get_deliveries(project_name="p", expand=["project"]).deliveries
        assert (delivery.id, delivery.task_count, delivery.project.actual_instance.name) == (batch.id, 1, "p")
        whole = v2.get_delivery(delivery_name="b", expand=["delivery"])
        assert [each.task_id for each in whole.tasks] == [task.id]
        [thread] = whole.tasks[0].threads
        [answer] = [each.actual_instance for each in thread.annotations]
        assert answer.value == response["annotations"]["ok"]["response"][0]
        assert v2.get_annotation(answer.id).actual_instance.key == "ok"
        [row] = v2.get_delivery_tasks(delivery_id=batch.id).docs
        assert (row.task_id, row.delivery_id, row.response) == (task.id, batch.id, response)
        schema = v2.get_schema(row.response_schema_id).var_schema
        assert json.loads(schema.var_json)["properties"]["annotations"]["properties"] == {"ok": {}}
        assert schema.id == project["id"]
        assert [(each.id, each.name) for each in v2.get_datasets().datasets] == [("d1", "p")]
        [part] = v2.get_dataset_deliveries(dataset_id="d1").deliveries
        assert (part.id, part.metadata.task_count) == (batch.id, 1)
        assert [each.task_id for each in v2.get_dataset_delivery(delivery_id=batch.id).tasks] == [task.id]
        assert [each.response for each in v2.get_dataset_tasks(dataset_id="d1").tasks] == [response]
        one = v2.get_dataset_task(task_id=task.id, expand=["dataset", "delivery"])
        assert (one.dataset.actual_instance.name, one.delivery.actual_instance.name) == ("p", "b")
        with pytest.raises(NotFoundException):
            v2.get_dataset_task_response_url(task_id=task.id, attachment_id="none")
        with pytest.raises(NotFoundException):
            v2.get_annotation(f"{task.id}.none.0")
