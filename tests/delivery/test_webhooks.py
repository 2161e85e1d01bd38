"""Webhooks from an event to the address: made once, signed, tried again, given up, sent again by hand."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from fairmark.assets.fetching.rules import parse_networks
from fairmark.delivery import attempts, jobs, rules, sending
from fairmark.delivery.rules import Answer
from fairmark.identity.events import OrganisationReopened
from fairmark.kernel import clock
from fairmark.kernel.actor import Mode
from fairmark.kernel.ids import TaskId, new_id
from fairmark.projects.events import ProjectChanged
from fairmark.tasks.events import TaskMoved

from .world import Receiver, World

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "delivery.md"


async def hook(client: httpx.AsyncClient, receiver: Receiver, **more: Any) -> dict[str, Any]:
    """A webhook to the receiver, with what its making announced already read past."""
    answer = await client.post("/webhooks", json={"url": receiver.url, "types": ["task.*"], **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def moved(**more: Any) -> TaskMoved:
    return TaskMoved(stage=1, round=0, state="open", task_id=TaskId(new_id()), **more)


def checker() -> Any:
    """The function that the guide gives to engineers for checking signatures."""
    [code] = re.findall(r"```python\n(.*?def is_from_fairmark.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["is_from_fairmark"]


class TestClosedOrganisation:
    async def test_what_happens_meanwhile_waits_until_it_is_open_again(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        await hook(client, receiver)
        await world.owner.execute("UPDATE organisations SET closed_at = now() WHERE org_id = $1", world.org_id)
        await world.announce(moved(), moved())
        await world.read_events()
        assert await world.run_jobs() == []
        assert receiver.requests == []
        assert [(row["state"], row["next_at"]) for row in await world.deliveries()] == [("waiting", None)] * 2
        await world.owner.execute("UPDATE organisations SET closed_at = NULL WHERE org_id = $1", world.org_id)
        await world.announce(OrganisationReopened())
        await world.read_events()
        assert await world.run_jobs() == []
        assert len(receiver.requests) == 2
        assert {row["state"] for row in await world.deliveries()} == {"delivered"}

    async def test_a_paused_webhook_stays_paused(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        made = await hook(client, receiver)
        await world.announce(moved())
        await world.read_events()
        assert (await client.patch(f"/webhooks/{made['id']}", json={"paused": True})).status_code == 200
        await world.run_jobs()
        await world.announce(OrganisationReopened())
        await world.read_events()
        assert await world.run_jobs() == []
        assert receiver.requests == []


class TestDelivery:
    async def test_an_event_arrives_signed(self, world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
        made = await hook(client, receiver)
        project = await world.project()
        event = moved(project_id=project)
        await world.announce(event)
        await world.read_events()
        assert await world.run_jobs() == []
        [request] = receiver.requests
        body = json.loads(request.body)
        assert body["type"] == "task.moved"
        assert body["organisation_id"] == str(world.org_id)
        assert (body["project_id"], body["task_id"]) == (str(project), str(event.task_id))
        assert body["data"]["stage"] == 1
        assert request.headers["fairmark-delivery"] == body["id"]
        is_from_fairmark = checker()
        signature = request.headers["fairmark-signature"]
        assert is_from_fairmark(made["secret"], signature, request.body)
        assert not is_from_fairmark("whsec_other", signature, request.body)
        assert not is_from_fairmark(made["secret"], signature, request.body + b" ")
        assert not is_from_fairmark(made["secret"], signature.replace("t=1", "t=2"), request.body)
        assert not is_from_fairmark(made["secret"], "t=abc,v1=", request.body)
        old = rules.sign([made["secret"]], request.body, clock.now() - timedelta(minutes=10))
        assert not is_from_fairmark(made["secret"], old, request.body)
        [row] = await world.deliveries()
        assert (row["state"], row["attempts"], row["status"], row["response"]) == ("delivered", 1, 200, "ok")

    async def test_one_for_each_webhook_and_event_even_if_read_twice(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver, owner: asyncpg.Connection
    ) -> None:
        await hook(client, receiver)
        await hook(client, receiver)
        await world.announce(moved(), moved(), moved())
        await world.read_events()
        assert len(await world.deliveries()) == 6
        await owner.execute("UPDATE event_cursors SET epoch = 0, xid = 0, id = 0 WHERE org_id = $1", world.org_id)
        await world.read_events()
        assert len(await world.deliveries()) == 6
        await world.run_jobs()
        assert len(receiver.requests) == 6

    async def test_only_what_the_filter_lets_through(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        mine, other = await world.project("mine"), await world.project("other")
        await hook(client, receiver, project_id=str(mine), types=["task.moved"])
        await world.announce(
            moved(project_id=mine),
            moved(project_id=other),
            moved(),
            ProjectChanged(project_id=mine, changed=("name",), state="draft"),
        )
        await world.read_events()
        await world.run_jobs()
        assert [json.loads(request.body)["project_id"] for request in receiver.requests] == [str(mine)]

    async def test_never_across_modes(self, world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
        live, test = await world.project("cars"), await world.project("cars", mode=Mode.TEST)
        await hook(client, receiver)
        answer = await client.post("/webhooks", json={"url": receiver.url + "/test"}, headers={"x-mode": "test"})
        assert answer.json()["mode"] == "test"
        await world.announce(moved(project_id=live), moved(project_id=test))
        await world.read_events()
        await world.run_jobs()
        got = [(request.path, json.loads(request.body)["project_id"]) for request in receiver.requests]
        assert sorted(got) == [("/hook", str(live)), ("/hook/test", str(test))]

    async def test_after_a_kill_between_sending_and_writing_it_arrives_twice_under_one_id(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        await hook(client, receiver)
        await world.announce(moved())
        await world.read_events()
        [job] = await world.waiting()
        async with world.db.begin(world.org_id) as tx:
            taken = await attempts.take(tx, job.args["delivery_id"], 0, force=False)
        assert taken is not None
        parcel, target = taken
        body = parcel.body.encode()
        headers = sending.headers_of(parcel.delivery, body, target.secrets, clock.now())
        await sending.post(receiver.url, body, headers, allow=parse_networks("127.0.0.0/8"))
        await jobs.send(world.site, world.org_id, job.args)
        ids = [request.headers["fairmark-delivery"] for request in receiver.requests]
        assert len(ids) == 2
        assert len(set(ids)) == 1
        await jobs.send(world.site, world.org_id, job.args)  # a job that comes back once more finds it done
        assert len(receiver.requests) == 2


class TestRetries:
    async def test_a_failure_is_tried_again_until_it_works(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        made = await hook(client, receiver)
        receiver.answers = [(500, {}, b"broken"), (200, {}, b"mended")]
        await world.announce(moved())
        await world.read_events()
        [later] = await world.run_jobs()
        assert 8 < later.in_s < 11  # 10 s with jitter
        log = (await client.get(f"/webhooks/{made['id']}/deliveries")).json()["rows"]
        assert [(row["state"], row["attempts"], row["status"], row["response"]) for row in log] == [
            ("waiting", 1, 500, "broken")
        ]
        assert log[0]["next_at"] is not None
        await jobs.send(world.site, world.org_id, later.args)
        [row] = await world.deliveries()
        assert (row["state"], row["attempts"], row["status"], row["next_at"]) == ("delivered", 2, 200, None)
        assert [request.headers["fairmark-attempt"] for request in receiver.requests] == ["1", "2"]
        assert len({request.headers["fairmark-delivery"] for request in receiver.requests}) == 1
        assert len({request.body for request in receiver.requests}) == 1

    async def test_nine_failures_are_the_end_and_a_resend_begins_anew(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver, owner: asyncpg.Connection
    ) -> None:
        made = await hook(client, receiver)
        await world.announce(moved())
        await world.read_events()
        tries = 0
        later = await world.waiting()
        while later:
            tries += 1
            receiver.answers = [(503, {}, b"")]
            await owner.execute("UPDATE webhooks SET resume_at = NULL WHERE org_id = $1", world.org_id)
            await jobs.send(world.site, world.org_id, later[0].args)
            later = await world.waiting()
        assert tries == 9
        [row] = (await client.get(f"/webhooks/{made['id']}/deliveries?state=failed")).json()["rows"]
        again = await client.post(f"/deliveries/{row['id']}/resend")
        assert (again.json()["state"], again.json()["attempts"]) == ("waiting", 0)
        refused = await client.post(f"/deliveries/{row['id']}/resend")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "still_under_way")
        await world.run_jobs()
        [row] = await world.deliveries()
        assert (row["state"], row["attempts"]) == ("delivered", 1)

    async def test_retry_after_is_heeded(self, world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
        await hook(client, receiver)
        receiver.answers = [(429, {"Retry-After": "3000"}, b"")]
        await world.announce(moved())
        await world.read_events()
        [later] = await world.run_jobs()
        assert 2990 < later.in_s <= 3000

    async def test_410_pauses_the_webhook(self, world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
        made = await hook(client, receiver)
        receiver.answers = [(410, {}, b"")]
        await world.announce(moved())
        await world.read_events()
        assert await world.run_jobs() == []
        [webhook] = (await client.get("/webhooks")).json()["rows"]
        assert webhook["paused_at"] is not None
        assert "410" in webhook["pause_reason"]
        types = [event["type"] for event in (await client.get("/events?types=webhook.*")).json()["rows"]]
        assert types == ["webhook.created", "webhook.paused"]
        await world.announce(moved())
        await world.read_events()
        assert [row["state"] for row in await world.deliveries()] == ["failed"]
        assert made["id"] == webhook["id"]

    async def test_an_address_that_keeps_failing_rests_without_using_attempts_up(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver, owner: asyncpg.Connection
    ) -> None:
        await hook(client, receiver)
        receiver.answers = [(500, {}, b"")] * 3
        await world.announce(*(moved() for _ in range(6)))
        await world.read_events()
        later = await world.run_jobs()
        assert len(receiver.requests) == 3  # from the third failure in a row on, the others are not even tried
        assert len(later) == 6
        assert sorted(row["attempts"] for row in await world.deliveries()) == [0, 0, 0, 1, 1, 1]
        await owner.execute("UPDATE webhooks SET resume_at = now() WHERE org_id = $1", world.org_id)
        for job in later:
            await jobs.send(world.site, world.org_id, job.args)
        assert {row["state"] for row in await world.deliveries()} == {"delivered"}
        [webhook] = (await client.get("/webhooks")).json()["rows"]
        assert (webhook["failures"], webhook["resume_at"]) == (0, None)

    async def test_a_day_of_rest_is_the_end(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver, owner: asyncpg.Connection
    ) -> None:
        await hook(client, receiver)
        await world.announce(moved())
        await world.read_events()
        await owner.execute(
            "UPDATE webhooks SET failures = 9, resume_at = now() + interval '1 minute' WHERE org_id = $1", world.org_id
        )
        await world.age("webhook_deliveries", timedelta(hours=25))
        assert await world.run_jobs() == []
        [row] = await world.deliveries()
        assert (row["state"], row["error"]) == ("failed", "The webhook did not answer for a day.")
        assert receiver.requests == []

    async def test_an_answer_to_an_attempt_that_another_overtook_changes_nothing(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        await hook(client, receiver)
        await world.announce(moved())
        await world.read_events()
        [job] = await world.waiting()
        await jobs.send(world.site, world.org_id, job.args)
        async with world.db.begin(world.org_id) as tx:
            await attempts.record(tx, job.args["delivery_id"], 0, Answer(status=500))
        [row] = await world.deliveries()
        assert (row["state"], row["attempts"]) == ("delivered", 1)
        assert await world.waiting() == []


class TestPause:
    async def test_what_waited_goes_on_and_what_happened_meanwhile_does_not(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        made = await hook(client, receiver)
        await world.announce(moved())
        await world.read_events()
        paused = await client.patch(f"/webhooks/{made['id']}", json={"paused": True})
        assert paused.json()["pause_reason"] == "paused by hand"
        assert await world.run_jobs() == []
        await world.announce(moved())
        await world.read_events()
        assert receiver.requests == []
        await client.patch(f"/webhooks/{made['id']}", json={"paused": False})
        await world.read_events()
        await world.run_jobs()
        assert len(receiver.requests) == 1

    async def test_a_test_goes_out_even_so_and_only_once(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        made = await hook(client, receiver)
        await client.patch(f"/webhooks/{made['id']}", json={"paused": True})
        receiver.answers = [(500, {}, b"no")]
        assert (await client.post(f"/webhooks/{made['id']}/test")).json()["type"] == "webhook.test"
        assert await world.run_jobs() == []
        [row] = await world.deliveries()
        assert (row["state"], row["attempts"], row["response"]) == ("failed", 1, "no")
        assert json.loads(receiver.requests[0].body)["type"] == "webhook.test"


class TestChange:
    async def test_the_secret_is_shown_when_made_and_never_again(
        self, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        made = await hook(client, receiver)
        assert re.fullmatch(r"whsec_[\w-]{43}", made["secret"])
        assert "secret" not in (await client.get("/webhooks")).text

    async def test_after_a_new_secret_both_sign_for_a_day(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver, owner: asyncpg.Connection
    ) -> None:
        made = await hook(client, receiver)
        fresh = (await client.post(f"/webhooks/{made['id']}/secret")).json()["secret"]
        is_from_fairmark = checker()

        async def signs() -> tuple[bool, bool]:
            await client.post(f"/webhooks/{made['id']}/test")
            await world.run_jobs()
            request = receiver.requests[-1]
            signature = request.headers["fairmark-signature"]
            return (
                is_from_fairmark(made["secret"], signature, request.body),
                is_from_fairmark(fresh, signature, request.body),
            )

        assert await signs() == (True, True)
        await owner.execute("UPDATE webhooks SET secret_old_until = now() WHERE org_id = $1", world.org_id)
        assert await signs() == (False, True)

    async def test_an_internal_address_is_refused(self, client: httpx.AsyncClient, receiver: Receiver) -> None:
        answer = await client.post("/webhooks", json={"url": "http://169.254.169.254/latest/meta-data"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "address_forbidden")
        made = await hook(client, receiver)
        answer = await client.patch(f"/webhooks/{made['id']}", json={"url": "http://10.0.0.1/"})
        assert answer.json()["error"]["code"] == "address_forbidden"

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"url": "nonsense"}, "url_invalid"),
            ({"url": "https://example.com", "types": ["task.don"]}, "unknown_event_type"),
            ({"url": "https://example.com", "types": ["*"]}, "invalid"),
            ({"url": "https://example.com", "project_id": "01a201e1-988e-7e74-a947-5173d4d32b8e"}, "no_such_project"),
            ({"url": "https://example.com", "colour": "red"}, "invalid"),
            ({"url": "x" * 3000}, "invalid"),
        ],
    )
    async def test_a_wrong_body_is_named(self, client: httpx.AsyncClient, body: dict[str, Any], code: str) -> None:
        answer = await client.post("/webhooks", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404 if code.startswith("no") else 422, code)

    async def test_another_address_starts_with_a_clean_slate(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver, owner: asyncpg.Connection
    ) -> None:
        made = await hook(client, receiver)
        await owner.execute("UPDATE webhooks SET failures = 5, resume_at = now() WHERE org_id = $1", world.org_id)
        changed = await client.patch(f"/webhooks/{made['id']}", json={"url": receiver.url + "/new", "types": []})
        assert (changed.json()["failures"], changed.json()["resume_at"], changed.json()["types"]) == (0, None, [])
        await client.patch(f"/webhooks/{made['id']}", json={"description": "same"})
        seen = (await client.get("/events?types=webhook.changed")).json()["rows"]
        assert [event["data"]["changed"] for event in seen] == [["url", "types"], ["description"]]

    async def test_deleting_takes_the_log_along(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        made = await hook(client, receiver)
        await world.announce(moved())
        await world.read_events()
        assert (await client.delete(f"/webhooks/{made['id']}")).status_code == 204
        assert await world.deliveries() == []
        assert await world.run_jobs() == []
        assert receiver.requests == []

    async def test_there_is_a_limit(
        self, client: httpx.AsyncClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("fairmark.delivery.service.WEBHOOKS_MAX", 1)
        await hook(client, receiver)
        answer = await client.post("/webhooks", json={"url": receiver.url})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "too_many_webhooks")


class TestFence:
    async def test_another_organisation_mode_or_role_finds_nothing(
        self, client: httpx.AsyncClient, receiver: Receiver, world: World
    ) -> None:
        made = await hook(client, receiver)
        await world.announce(moved())
        await world.read_events()
        [delivery] = await world.deliveries()
        calls = [
            ("PATCH", f"/webhooks/{made['id']}", {"paused": True}),
            ("DELETE", f"/webhooks/{made['id']}", None),
            ("POST", f"/webhooks/{made['id']}/secret", None),
            ("POST", f"/webhooks/{made['id']}/test", None),
            ("GET", f"/webhooks/{made['id']}/deliveries", None),
            ("POST", f"/deliveries/{delivery['id']}/resend", None),
        ]
        for method, path, body in calls:
            for headers in ({"x-org": str(new_id())}, {"x-mode": "test"}):
                answer = await client.request(method, path, json=body, headers=headers)
                assert answer.status_code == 404, (method, path)
            answer = await client.request(method, path, json=body, headers={"x-scope": "worker"})
            assert answer.status_code == 403, (method, path)
        for method, path, body in calls[:4]:
            for scope in ("read", "member"):
                answer = await client.request(method, path, json=body, headers={"x-scope": scope})
                assert answer.status_code == 403, (method, path, scope)


class TestSweep:
    async def test_forgets_old_lines_of_the_log_but_not_what_waits(
        self, world: World, client: httpx.AsyncClient, receiver: Receiver
    ) -> None:
        await hook(client, receiver)
        await world.announce(moved())
        await world.read_events()
        await world.run_jobs()
        await world.announce(moved())
        await world.read_events()
        await world.age("webhook_deliveries", timedelta(days=31))
        await jobs.sweep(world.site)
        assert [row["state"] for row in await world.deliveries()] == ["waiting"]
