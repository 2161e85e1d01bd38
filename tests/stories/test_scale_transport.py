"""Scale's client against fairmark: keys, names, errors, paging, and creation that may be repeated."""

import base64
from typing import Any

import httpx
import pytest
import scaleapi
from scaleapi.exceptions import (
    ScaleDuplicateResource,
    ScaleInvalidRequest,
    ScaleNotEnabled,
    ScaleResourceNotFound,
    ScaleUnauthorized,
)
from scaleapi.tasks import TaskReviewStatus, TaskStatus, TaskType

from tests.stories.scale_side import BOXES, Scale, client_of, files, scale

__all__ = ["files", "scale"]
NAME = "a b/ü%2F"


def boxes(at: Scale, client: scaleapi.ScaleClient | None = None, number: int = 0, **more: Any) -> Any:
    return (client or at.client).create_task(
        TaskType.ImageAnnotation, attachment=at.picture(number), geometries=BOXES, **more
    )


class TestKeys:
    def test_basic_and_bearer_are_both_good_everywhere(self, scale: Scale) -> None:
        key = scale.customer.key
        basic = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        for header in (basic, f"Bearer {key}"):
            for path in ("/v1/projects", "/v1/tasks"):
                answer = httpx.get(scale.customer.url + path, headers={"authorization": header})
                assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")

    @pytest.mark.parametrize("key", ["live_nothing", "x", "test_0351zEF5z6EtLiXqXqXqXq_" + "a" * 43])
    def test_a_key_that_is_none_is_401(self, scale: Scale, key: str) -> None:
        with pytest.raises(ScaleUnauthorized) as refused:
            client_of(scale.customer.url, key).projects()
        assert refused.value.code == 401

    def test_no_key_is_401_with_a_plain_error(self, scale: Scale) -> None:
        answer = httpx.get(f"{scale.customer.url}/v1/tasks")
        assert answer.status_code == 401
        assert set(answer.json()) == {"status_code", "error"}
        assert answer.json()["status_code"] == 401

    def test_live_and_test_never_meet(self, scale: Scale) -> None:
        scale.client.create_project("same", TaskType.ImageAnnotation)
        scale.test.create_project("same", TaskType.ImageAnnotation)
        live = boxes(scale, unique_id="u", project="same")
        test = boxes(scale, scale.test, unique_id="u", project="same")
        assert (live.status, live.is_test) == ("pending", False)
        assert (test.status, test.is_test) == ("completed", True)
        for client, other in ((scale.client, test), (scale.test, live)):
            with pytest.raises(ScaleResourceNotFound):
                client.get_task(other.id)
            assert client.get_tasks_count(project_name="same") == 1


class TestNames:
    def test_slashes_and_percent_signs_are_part_of_a_name(self, scale: Scale) -> None:
        client = scale.client
        client.create_project(NAME, TaskType.ImageAnnotation, {"instruction": "Box cars."})
        batch = client.create_batch(NAME, f"{NAME}/finalize")
        assert client.get_project(NAME).name == NAME
        assert client.get_batch(f"{NAME}/finalize").project == NAME
        assert batch.get_status()["status"] == "in_progress"
        assert client.update_project(NAME, patch=True, x=1).version == 1

    def test_a_name_that_is_taken_is_409(self, scale: Scale) -> None:
        scale.client.create_project("one", TaskType.ImageAnnotation)
        scale.client.create_batch("one", "one")
        with pytest.raises(ScaleDuplicateResource):
            scale.client.create_project("one", TaskType.Categorization)
        with pytest.raises(ScaleDuplicateResource):
            scale.client.create_batch("one", "one")


class TestErrors:
    def test_what_is_not_there_is_404(self, scale: Scale) -> None:
        client = scale.client
        for ask in (
            lambda: client.get_task("0" * 24),
            lambda: client.get_project("nothing"),
            lambda: client.get_batch("nothing"),
            lambda: client.finalize_batch("nothing"),
            lambda: boxes(scale, project="nothing"),
            lambda: client.api.get_request("nothing/at/all"),
            lambda: client.api.post_request("task/nosuchtype", body={"a": 1}),
        ):
            with pytest.raises(ScaleResourceNotFound) as refused:
                ask()
            assert refused.value.message

    def test_a_type_that_nobody_can_label_yet_is_402(self, scale: Scale) -> None:
        for kind in (TaskType.VideoAnnotation, TaskType.LidarAnnotation, TaskType.Chat):
            with pytest.raises(ScaleNotEnabled, match="cannot be labeled here yet"):
                scale.client.create_task(kind, attachments=["https://example.com/1.json"])

    def test_a_creation_without_a_body_names_what_is_missing(self, scale: Scale) -> None:
        with pytest.raises(ScaleInvalidRequest, match="`attachment` is missing"):
            scale.client.create_task(TaskType.ImageAnnotation)

    @pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff", b'{"a": "\\u0000"}', b'"text"'])
    def test_a_body_that_is_no_object_is_400(self, scale: Scale, body: bytes) -> None:
        answer = httpx.post(
            f"{scale.customer.url}/v1/task/imageannotation", content=body,
            headers={"authorization": f"Bearer {scale.customer.key}", "content-type": "application/json"},
        )  # fmt: skip
        assert answer.status_code == 400
        assert answer.json()["status_code"] == 400


class TestRepeatedCreation:
    def test_a_unique_id_is_taken_once_and_finds_its_task(self, scale: Scale) -> None:
        made = boxes(scale, unique_id="only/one")
        with pytest.raises(ScaleDuplicateResource):
            scale.client.create_task(
                TaskType.Categorization, unique_id="only/one", instruction="?", attachment="x", attachment_type="text",
                categories=["a"],
            )  # fmt: skip
        # What the client does after a creation whose first answer was lost.
        found = scale.client.api.get_request("tasks?unique_id=only/one")
        assert found is not None
        assert [doc["task_id"] for doc in found["docs"]] == [made.id]


class TestPaging:
    def test_every_task_comes_once_newest_first(self, scale: Scale) -> None:
        scale.client.create_project("many", TaskType.ImageAnnotation)
        made = [boxes(scale, number=n, project="many", tags=[f"t{n % 2}"]).id for n in range(7)]
        listed = [task.id for task in scale.client.get_tasks(project_name="many", limit=2)]
        assert listed == made[::-1]
        page = scale.client.tasks(project="many", limit=3)
        assert (len(page), page.total, page.limit, page.offset, page.has_more) == (3, 7, 3, 0, True)
        rest = scale.client.tasks(project="many", limit=100, next_token=page.next_token)
        assert (len(rest), rest.total, rest.has_more, rest.next_token) == (4, 7, False, None)

    def test_filters_and_together_and_their_values_or_together(self, scale: Scale) -> None:
        client = scale.client
        client.create_project("many", TaskType.ImageAnnotation)
        made = [boxes(scale, number=n, project="many", tags=[f"t{n % 3}"], unique_id=f"u{n}") for n in range(6)]
        assert client.get_tasks_count(project_name="many", tags=["t0", "t1"]) == 4
        assert client.get_tasks_count(project_name="many", tags=["t0"], unique_id=["u0", "u1"]) == 1
        assert client.get_tasks_count(project_name="many", unique_id=["u0", "u1", "none"]) == 2
        assert client.get_tasks_count(project_name="many", task_type=TaskType.Categorization) == 0
        made[0].cancel()
        assert client.get_tasks_count(project_name="many", status=TaskStatus.Canceled) == 1
        pending = [TaskReviewStatus.Pending, TaskReviewStatus.Accepted]
        assert client.get_tasks_count(project_name="many", review_status=pending) == 6
        assert client.get_tasks_count(project_name="many", review_status=TaskReviewStatus.Fixed) == 0
        at = made[2].created_at
        for before in (at, at.replace("T", " ").rstrip("Z")):
            assert client.get_tasks_count(project_name="many", created_before=before) == 2
            assert client.get_tasks_count(project_name="many", created_after=before) == 4
        assert client.get_tasks_count(project_name="many", created_after="2020-09-08") == 6
        short = next(iter(client.get_tasks(project_name="many", limited_response=True))).as_dict()
        assert set(short) == {"task_id", "status", "metadata", "project", "otherVersion"}
        assert "attachment_url" in client.tasks(project="many", include_attachment_url=True)[0].as_dict()
        assert "attachment_url" not in client.tasks(project="many", include_attachment_url=False)[0].as_dict()

    def test_batches_are_walked_by_offset(self, scale: Scale) -> None:
        client = scale.client
        client.create_project("one", TaskType.ImageAnnotation)
        client.create_project("other", TaskType.ImageAnnotation)
        for number in range(103):
            client.create_batch("one" if number else "other", f"b{number}")
        assert [batch.name for batch in client.get_batches()] == [f"b{number}" for number in range(102, -1, -1)]
        assert len(list(client.get_batches(project_name="one"))) == 102
        page = client.batches(project="one", limit=5, offset=100)
        assert (len(page), page.total, page.has_more) == (2, 102, False)

    @pytest.mark.parametrize(
        ("query", "named"),
        [
            ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("offset=-1", "offset"),
            ("status=done", "status"), ("customer_review_status=good", "customer_review_status"),
            ("start_time=yesterday", "start_time"), ("completed_after=2026-13-01", "completed_after"),
            ("next_token=zzz", "next_token"), ("include_attachment_url=maybe", "include_attachment_url"),
        ],
    )  # fmt: skip
    def test_a_wrong_value_of_the_query_is_400_and_named(self, scale: Scale, query: str, named: str) -> None:
        with pytest.raises(ScaleInvalidRequest, match=f"`{named}`"):
            scale.client.api.get_request(f"tasks?{query}")
