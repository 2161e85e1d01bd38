"""Callbacks: of tasks that are done, wrong, recalled, audited and fixed; of batches; sent again; and their key."""

from typing import Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from fairmark.client import ApiError
from fairmark.client.model import Annotation, Decision, Mode, Task
from tests.stories.conftest import first_task
from tests.stories.scale_side import BOXES, Scale, files, labeled, scale, until

__all__ = ["files", "scale"]
CHOICE = {"categories": ["kind", "rude"], "attachment_type": "text", "instruction": "Which?"}


def told(scale: Scale, count: int) -> Any:
    """What has come in, once there are so many."""
    return until(lambda: found if len(found := scale.callbacks()) >= count else None, 60)


def sort(scale: Scale, text: str, client: Any = None, **more: Any) -> Any:
    """A task of a project called Tone."""
    return (client or scale.client).create_task(
        TaskType.Categorization, project="Tone", attachment=text, **(CHOICE | more)
    )


async def answered(scale: Scale, choice: str) -> None:
    """Somebody answers the next one."""
    await labeled(scale, "Tone", lambda asked: Annotation(answers={asked.questions[0].id: choice}))


async def work_of(scale: Scale) -> Task:
    """The fairmark task behind the only one of the project."""
    return await first_task(scale.customer.client, await scale.customer.client.find_project("Tone"))


@pytest.fixture
def tone(scale: Scale) -> Scale:
    """An account with a project of each world."""
    for client in (scale.client, scale.test):
        client.create_project("Tone", TaskType.Categorization)
    return scale


class TestTask:
    async def test_each_turn_of_a_task_is_told(self, tone: Scale) -> None:
        task = sort(tone, "Well done!", callback_url=tone.callback)
        await answered(tone, "kind")
        [done] = await told(tone, 1)
        assert set(done) == {"task", "response", "task_id", "status"}
        assert done["response"] == done["task"]["response"] == {"category": "kind", "category_id": None}
        assert (done["status"], done["task"]["status"], done["task_id"]) == ("completed", "completed", task.id)

        tone.client.audit_task(task.id, True, "Right.")
        accepted = (await told(tone, 2))[1]
        assert (accepted["status"], accepted["task"]["customer_review_status"]) == ("completed", "accepted")
        assert accepted["task"]["audits"][0]["comments"] == "Right."

        # Somebody of the customer's side corrects it on fairmark's pages.
        work = await work_of(tone)
        await tone.customer.client.review_task(
            work.id, Decision.FIX, reasons=["Tone"], comment="It was irony.",
            annotation=Annotation(answers={"choice": "rude"}),
        )  # fmt: skip
        fixed = (await told(tone, 3))[2]
        assert (fixed["status"], fixed["response"]["category"]) == ("completed", "rude")
        assert fixed["task"]["customer_review_status"] == "fixed"
        assert [each["audit_result"] for each in fixed["task"]["audits"]] == ["fixed", "accepted"]
        assert fixed["task"]["audits"][0].items() >= {"audit_source": "customer", "comments": "It was irony."}.items()

        # A lead sends it round again: a recall.
        await tone.customer.client.reopen_task(work.id, note="Once more.")
        recalled = (await told(tone, 4))[3]
        assert (recalled["status"], recalled["response"]) == ("pending", None)
        assert "response" not in recalled["task"]
        assert "response" not in tone.client.get_task(task.id).as_dict()

        await answered(tone, "kind")
        again = (await told(tone, 5))[4]
        assert (again["status"], again["response"]["category"]) == ("completed", "kind")
        assert again["task"]["customer_review_status"] == "pending"

        tone.client.audit_task(task.id, False, "No.")
        rejected = (await told(tone, 6))[5]
        assert (rejected["status"], rejected["task"]["customer_review_status"]) == ("pending", "rejected")
        assert [each["audit_result"] for each in rejected["task"]["audits"]] == ["rejected", "fixed", "accepted"]
        assert len({header["scale-callback-auth"] for header, _ in tone.listener.requests}) == 1

    async def test_it_is_sent_again_when_asked_for(self, tone: Scale) -> None:
        task = sort(tone, "Well done!", callback_url=tone.callback)
        with pytest.raises(ScaleInvalidRequest, match="pending"):
            tone.client.api.post_request(f"task/{task.id}/send_callback")
        await answered(tone, "kind")
        first = (await told(tone, 1))[0]
        await until(lambda: tone.client.get_task(task.id).as_dict().get("callback_succeeded"))
        tone.client.api.post_request(f"task/{task.id}/send_callback")
        again = (await told(tone, 2))[1]
        assert again["response"] == first["response"]
        nobody = sort(tone, "Nobody wants to know.", tone.test)
        with pytest.raises(ScaleInvalidRequest, match="callback_url"):
            tone.test.api.post_request(f"task/{nobody.id}/send_callback")

    async def test_an_address_that_takes_nothing_is_tried_again_and_an_e_mail_address_is_told_back(
        self, tone: Scale
    ) -> None:
        tone.listener.statuses = [503]
        task = sort(tone, "Well done!", tone.test, callback_url=tone.callback)
        await told(tone, 2)
        await until(lambda: tone.test.get_task(task.id).as_dict().get("callback_succeeded"))
        mailed = sort(tone, "Well done!", tone.test, callback_url="ada@example.com")
        assert mailed.as_dict()["callback_url"] == "ada@example.com"
        assert "callback_succeeded" not in mailed.as_dict()


class TestBatch:
    async def test_a_batch_is_told_of_when_its_last_task_has_ended(self, tone: Scale) -> None:
        tone.client.create_batch("Tone", "b", callback=tone.callback, metadata={"a": 1})
        one = sort(tone, "One", batch="b")
        two = sort(tone, "Two", batch="b")
        await answered(tone, "kind")
        first = await until(
            lambda: next((each for each in (one, two) if tone.client.get_task(each.id).status == "completed"), None)
        )
        second = two if first is one else one
        assert tone.client.batch_status("b")["status"] == "in_progress"
        second.cancel()
        [body] = await told(tone, 1)
        assert set(body) == {"batch"}
        assert body["batch"].items() >= {
            "name": "b", "project": "Tone", "status": "completed", "callback": tone.callback, "metadata": {"a": 1},
        }.items()  # fmt: skip
        counts = tone.client.batch_status("b")
        assert (counts["status"], counts["completed"], counts["canceled"]) == ("completed", 1, 1)

        # A rejected task goes back to work, and its batch with it; both come back.
        tone.client.audit_task(first.id, False, "No.")
        assert tone.client.batch_status("b")["status"] == "in_progress"
        await answered(tone, "rude")
        assert [each["batch"]["status"] for each in await told(tone, 2)] == ["completed", "completed"]

    async def test_a_task_that_cannot_be_done_ends_its_batch_as_well(self, scale: Scale) -> None:
        scale.client.create_project("p", TaskType.ImageAnnotation, {"geometries": BOXES})
        scale.client.create_batch("p", "b", callback=scale.callback)
        scale.client.create_task(
            TaskType.ImageAnnotation, project="p", batch="b", attachment=f"{scale.listener.url}/none.png"
        )
        [body] = await told(scale, 1)
        assert body["batch"]["status"] == "completed"
        counts = scale.client.batch_status("b")
        assert (counts["error"], counts["pending"]) == (1, 0)

    async def test_a_task_that_ends_during_a_pause_ends_its_batch_after_it(self, tone: Scale) -> None:
        v2: Any = tone.client.v2
        tone.client.create_batch("Tone", "b", callback=tone.callback)
        task = sort(tone, "One", batch="b")
        v2.pause_batch({"batch_name": "b"})
        task.cancel()
        assert tone.client.batch_status("b")["status"] == "in_progress"
        v2.resume_batch({"batch_name": "b"})
        [body] = await told(tone, 1)
        assert (body["batch"]["name"], body["batch"]["status"]) == ("b", "completed")

    async def test_in_the_test_world_a_batch_is_complete_as_soon_as_it_may_be(self, tone: Scale) -> None:
        tone.test.create_project("Rapid", TaskType.Categorization, CHOICE, rapid=True)
        tone.test.create_batch("Rapid", "b", callback=tone.callback)
        tone.test.create_task(TaskType.Categorization, project="Rapid", batch="b", attachment="One")
        tone.test.finalize_batch("b")
        [body] = await told(tone, 1)
        assert body["batch"]["status"] == "completed"


class TestAccount:
    async def test_tasks_without_an_address_are_told_of_at_that_of_the_account(self, tone: Scale) -> None:
        client = tone.customer.client
        with pytest.raises(ApiError, match="no address to send to"):
            await client.test_scale_callbacks()
        before = await client.get_scale_callbacks()
        changed = await client.change_scale_callbacks(url=tone.callback)
        assert (changed.mode, changed.url, changed.key) == ("live", tone.callback, before.key)
        tone.listener.statuses = [410]
        tried = await client.test_scale_callbacks()
        assert (tried.url, tried.status, tried.error) == (tone.callback, 410, "")
        header, _ = tone.listener.requests[0]
        assert header["scale-callback-auth"] == before.key

        sort(tone, "Well done!")
        await answered(tone, "kind")
        assert (await told(tone, 2))[1]["response"]["category"] == "kind"
        renewed = await client.change_scale_callbacks(new_key=True)
        assert (renewed.url, renewed.key != before.key) == (tone.callback, True)
        tone.client.audit_task((await told(tone, 2))[1]["task_id"], True)
        await told(tone, 3)
        assert tone.listener.requests[2][0]["scale-callback-auth"] == renewed.key
        # Who changed what is in the log; the key is not.
        await client.change_scale_callbacks(url=tone.callback)
        said = [event.data async for event in client.list_events(types=["scale.*"])]
        assert [(each["mode"], each["url"], each["changed"]) for each in said] == [
            ("live", tone.callback, ["url"]), ("live", tone.callback, ["key"]),
        ]  # fmt: skip
        assert renewed.key not in str(said)

    async def test_what_cannot_be_is_refused(self, tone: Scale) -> None:
        client = tone.customer.client
        for url in ("ada@example.com", "nowhere", "ftp://example.com/x"):
            with pytest.raises(ApiError, match="no address"):
                await client.change_scale_callbacks(url=url)
        with pytest.raises(ApiError, match="its own world"):
            await client.get_scale_callbacks(mode=Mode.TEST)
        assert (await client.change_scale_callbacks(url="")).url == ""
