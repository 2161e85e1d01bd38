"""News as it happens: webhooks that are signed and tried again, streams without a gap, cursors that last."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import msgspec
import pytest

from fairmark.client import verify_signature
from fairmark.client.errors import BadSignature
from fairmark.client.model import DeliveryState, Project, ResultOut
from fairmark.client.signatures import HEADER
from fairmark.client.simulate.crowd import Plan, simulate
from fairmark.kernel.ids import WebhookId
from tests.patience import PATIENCE_S

from .conftest import Customer, Shapes, draw_shapes, pipeline, project_of
from .listening import Listener, listening

PLAN = Plan(workers=2, reviewers=0, mix="perfect", seed=1, idle_s=20, seconds_max=60)


@pytest.fixture
def few(shapes: Shapes) -> Shapes:
    """Five pictures."""
    return draw_shapes(shapes.folder.with_name("few"), 5)


async def until(what: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Waits until it is so. Asserts that it comes to be."""
    for _ in range(round(seconds / 0.1)):
        if what():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come to be in time")


async def delivered(customer: Customer, webhook_id: WebhookId, count: int = 1) -> None:
    """Waits until so many deliveries, and all there are, are known to have arrived: a listener knows it earlier."""
    for _ in range(600):
        states = [each.state async for each in customer.client.list_deliveries(webhook_id)]
        if len(states) >= count and set(states) == {DeliveryState.DELIVERED}:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it was not delivered in time")


async def label(customer: Customer, project: Project, shapes: Shapes) -> None:
    """Lets a crowd do everything."""
    summary = await simulate(customer.url, PLAN, shapes.truth, boss=customer.client, project_id=project.id)
    assert summary.submissions == len(shapes.by_id)


class TestWebhooks:
    async def test_each_event_arrives_once_signed_and_after_a_failure_again(
        self, customer: Customer, few: Shapes
    ) -> None:
        client = customer.client
        project = await project_of(client, few, pipeline())
        with listening() as listener:
            listener.statuses = [500]
            hook = await client.create_webhook(listener.url + "/hook", types=["task.done"], project_id=project.id)
            await label(customer, project, few)
            await until(lambda: len(listener.requests) == 6)  # the first answer was 500, so that one comes twice
            assert len(_delivered(listener, hook.secret)) == 5
            headers, body = listener.requests[0]
            with pytest.raises(BadSignature):
                verify_signature(hook.secret + "x", body, headers[HEADER.lower()])
            await delivered(customer, hook.id, 5)
            log = [each async for each in client.list_deliveries(hook.id)]
            assert sorted(each.attempts for each in log) == [1, 1, 1, 1, 2]

    async def test_a_test_tells_that_the_address_works(self, customer: Customer) -> None:
        with listening() as listener:
            hook = await customer.client.create_webhook(listener.url, types=["task.done"], description="x")
            sent = await customer.client.test_webhook(hook.id)
            await until(lambda: len(listener.requests) == 1)
            assert _read(listener, hook.secret, 0)["type"] == "webhook.test"
            await delivered(customer, hook.id)
            await customer.client.change_webhook(hook.id, paused=True)
            assert (await customer.client.resend_delivery(sent.id)).id == sent.id
            await customer.client.delete_webhook(hook.id)
            assert [each async for each in customer.client.list_webhooks()] == []


def _read(listener: Listener, secret: str, index: int) -> dict[str, object]:
    headers, body = listener.requests[index]
    verify_signature(secret, body, headers[HEADER.lower()])
    return msgspec.json.decode(body, type=dict[str, object])


def _delivered(listener: Listener, secret: str) -> set[object]:
    """The tasks that the webhook has heard of."""
    return {_read(listener, secret, index)["task_id"] for index in range(len(listener.requests))}


class TestStreams:
    async def test_results_come_as_they_are_made_and_a_cursor_brings_the_rest(
        self, customer: Customer, few: Shapes
    ) -> None:
        client = customer.client
        project = await project_of(client, few, pipeline())
        live: list[ResultOut] = []

        async def listen() -> None:
            async for result in client.stream_results(project.id):
                live.append(result)  # noqa: PERF401 - each as it comes

        listener = asyncio.create_task(listen())
        await asyncio.sleep(0.5)
        await label(customer, project, few)
        await until(lambda: len(live) == 5)
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener
        assert {each.external_id for each in live} == set(few.by_id)
        assert {each.external_id: len(each.annotation.marks) for each in live} == {
            id: len(right.marks) for id, right in few.by_id.items()
        }
        # From the cursor of the second on, exactly the others come again.
        again: list[str] = []
        async for result in client.stream_results(project.id, after=live[1].cursor):
            again.append(result.cursor)
            if len(again) == 3:
                break
        assert again == [each.cursor for each in live[2:]]

    async def test_the_log_reads_the_same_from_any_place(self, customer: Customer, few: Shapes) -> None:
        client = customer.client
        project = await project_of(client, few, pipeline())
        await label(customer, project, few)
        whole = [event async for event in client.list_events(project_id=project.id)]
        assert whole[0].type == "project.created"
        assert sum(event.type == "assignment.submitted" for event in whole) == 5
        middle = whole[len(whole) // 2].cursor
        rest = [event async for event in client.list_events(after=middle, project_id=project.id)]
        assert [event.cursor for event in rest] == [event.cursor for event in whole[len(whole) // 2 + 1 :]]
        done = [event async for event in client.list_events(types=["task.*"], project_id=project.id)]
        assert {event.type for event in done} <= {"task.done", "task.moved", "task.changed"}
        assert sum(event.type == "task.done" for event in done) == 5
