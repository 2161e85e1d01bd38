"""Pages of the log over HTTP."""

from typing import Any

import httpx
import pytest

from fairmark.kernel import events
from fairmark.kernel.actor import Mode
from fairmark.kernel.ids import TaskId, new_id
from fairmark.tasks.events import TaskChanged, TaskMoved

from .world import World


def moved(stage: int, **more: Any) -> TaskMoved:
    return TaskMoved(stage=stage, round=0, state="open", task_id=TaskId(new_id()), **more)


async def page(client: httpx.AsyncClient, query: str = "", **headers: str) -> dict[str, Any]:
    answer = await client.get(f"/events?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def stages(page: dict[str, Any]) -> list[int]:
    return [row["data"]["stage"] for row in page["rows"]]


class TestListEvents:
    async def test_walks_the_log_from_any_cursor(self, world: World, client: httpx.AsyncClient) -> None:
        await world.announce(*(moved(stage) for stage in range(5)))
        first = await page(client, "limit=2")
        assert (stages(first), first["more"]) == ([0, 1], True)
        rest = await page(client, f"after={first['next']}&limit=200")
        assert (stages(rest), rest["more"]) == ([2, 3, 4], False)
        again = await page(client, f"after={first['rows'][0]['cursor']}&limit=2")
        assert stages(again) == [1, 2]

    async def test_the_end_gives_a_cursor_to_go_on_from(self, world: World, client: httpx.AsyncClient) -> None:
        await world.announce(moved(0))
        end = await page(client)
        after_it = await page(client, f"after={end['next']}")
        assert (after_it["rows"], after_it["more"]) == ([], False)
        await world.announce(moved(1))
        assert stages(await page(client, f"after={end['next']}")) == [1]

    async def test_now_gives_only_the_cursor_of_this_moment(self, world: World, client: httpx.AsyncClient) -> None:
        await world.announce(moved(0))
        now = await page(client, "after=now")
        assert (now["rows"], now["more"]) == ([], False)
        await world.announce(moved(1))
        assert stages(await page(client, f"after={now['next']}")) == [1]

    async def test_a_filter_does_not_hold_the_cursor_back(self, world: World, client: httpx.AsyncClient) -> None:
        await world.announce(moved(0), moved(1))
        end = await page(client, "types=task.changed")
        assert end["rows"] == []
        assert stages(await page(client, f"after={end['next']}")) == []

    async def test_filters_by_type_noun_and_project(self, world: World, client: httpx.AsyncClient) -> None:
        mine, other = await world.project("mine"), await world.project("other")
        await world.announce(
            moved(0, project_id=mine), moved(1, project_id=other), TaskChanged(change="cancelled", project_id=mine)
        )
        types = [row["type"] for row in (await page(client, f"types=task.*&project_id={mine}"))["rows"]]
        assert types == ["task.moved", "task.changed"]
        for query in ("types=task.moved,task.changed", "types=task.moved&types=task.changed"):
            assert len((await page(client, query))["rows"]) == 3

    async def test_a_late_commit_is_never_skipped(self, world: World, client: httpx.AsyncClient) -> None:
        async with world.db.begin(world.org_id) as older:
            await events.announce(older, moved(1))
            await world.announce(moved(2))
            seen = await page(client)
            assert stages(seen) == []
        assert stages(await page(client, f"after={seen['next']}")) == [1, 2]

    async def test_modes_do_not_see_one_another(self, world: World, client: httpx.AsyncClient) -> None:
        live, test = await world.project("live"), await world.project("test", mode=Mode.TEST)
        await world.announce(moved(1, project_id=live), moved(2, project_id=test), moved(3))
        assert stages(await page(client, "types=task.*")) == [1, 3]
        assert stages(await page(client, "types=task.*", **{"x-mode": "test"})) == [2]
        answer = await client.get(f"/events?project_id={test}")
        assert answer.status_code == 404

    async def test_organisations_do_not_see_one_another(self, world: World, client: httpx.AsyncClient) -> None:
        await world.announce(moved(1))
        assert (await page(client, **{"x-org": str(new_id())}))["rows"] == []

    async def test_says_who_did_it(self, world: World, client: httpx.AsyncClient) -> None:
        await world.project()
        [created] = (await page(client, "types=project.created"))["rows"]
        assert created["actor"].startswith("key:")

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("after=1.2", "bad_cursor"),
            ("after=%00", "bad_cursor"),
            ("types=no.such", "unknown_event_type"),
            ("limit=0", "invalid"),
            ("limit=201", "invalid"),
            ("project_id=1", "invalid"),
            ("types=" + "x" * 5000, "unknown_event_type"),
        ],
    )
    async def test_a_wrong_question_is_named(self, client: httpx.AsyncClient, query: str, code: str) -> None:
        answer = await client.get(f"/events?{query}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)

    async def test_needs_a_sign_in_and_a_part_in_the_organisation(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/events", headers={"x-scope": "worker"})).status_code == 403
        del client.headers["x-org"]
        assert (await client.get("/events")).status_code == 401
