"""Workforces and workers, attacked through the routes."""

from typing import Any

import asyncpg
import pytest

from fairmark.kernel.actor import MemberRole, Scope, WorkRole
from fairmark.kernel.ids import new_id
from fairmark.workforce import http
from tests.identity.people import World, events

WORKER, REVIEWER, LEAD = WorkRole.WORKER, WorkRole.REVIEWER, WorkRole.LEAD


class TestWorkforces:
    async def test_are_made_by_managers_and_seen_by_leads(self, world: World) -> None:
        org_id = await world.organisation()
        boss = world.caller(await world.member(org_id, MemberRole.MANAGER))
        made = await boss.ok("POST", "/workforces", {"name": "speakers", "arm": "language"})
        assert (made["name"], made["arm"], made["lent"], made["workers"]) == ("speakers", "language", False, 0)
        crew = await world.workforce(org_id, "crew")
        lead, worker = await world.worker(org_id, crew, LEAD), await world.worker(org_id, crew)
        rows = (await world.caller(lead[0]).ok("GET", "/workforces"))["rows"]
        assert [(row["name"], row["workers"]) for row in rows] == [("speakers", 0), ("crew", 2)]
        assert await world.caller(lead[0]).refused("POST", "/workforces", {"name": "mine"}) == (403, "forbidden")
        assert await world.caller(worker[0]).refused("GET", "/workforces") == (403, "forbidden")
        assert await boss.refused("POST", "/workforces", {"name": "crew"}) == (409, "workforce_exists")

    @pytest.mark.parametrize(
        "body", [{}, {"name": ""}, {"name": " "}, {"name": "x" * 101}, {"name": "x", "arm": "Vision"}, {"x": 1}]
    )
    async def test_refuse_what_does_not_fit(self, world: World, body: Any) -> None:
        caller = world.caller(await world.key(await world.organisation()))
        assert (await caller.refused("POST", "/workforces", body))[0] == 422


class TestWorkers:
    async def test_are_seen_by_alias_alone(self, world: World) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        ada, worker_id = await world.worker(org_id, crew, REVIEWER)
        for token in (await world.member(org_id, MemberRole.MEMBER), (await world.worker(org_id, crew, LEAD))[0]):
            answer = await world.caller(token)("GET", f"/workforces/{crew}/workers")
            row = answer.json()["rows"][0]
            assert (row["worker"]["id"], row["role"]) == (str(worker_id), "reviewer")
            assert set(row["worker"]) == {"id", "alias", "skills", "paused_at", "pause_reason", "created_at"}
            for secret in (ada.email, str(ada.id), "Ada"):
                assert secret not in answer.text

    async def test_list_is_whole_over_pages(self, world: World) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        made = [str((await world.worker(org_id, crew))[1]) for _ in range(5)]
        caller = world.caller(await world.key(org_id, Scope.READ))
        seen: list[str] = []
        after = ""
        while True:
            page = await caller.ok("GET", f"/workforces/{crew}/workers?limit=2{after}")
            seen += [row["worker"]["id"] for row in page["rows"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert seen == made

    async def test_read_of_themselves_why_they_are_paused(self, world: World) -> None:
        org_id = await world.organisation()
        ada, worker_id = await world.worker(org_id, await world.workforce(org_id))
        boss = world.caller(await world.key(org_id))
        await boss.ok("PATCH", f"/workers/{worker_id}", {"paused": True, "reason": "on leave"})
        mine = await world.caller(ada).ok("GET", "/worker")
        assert (mine["id"], mine["pause_reason"]) == (str(worker_id), "on leave")
        assert await boss.refused("GET", "/worker") == (403, "forbidden")

    async def test_are_paused_with_a_reason_and_let_go_on(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        _, worker_id = await world.worker(org_id, crew)
        lead_login, lead_id = await world.worker(org_id, crew, LEAD)
        lead, path = world.caller(lead_login), f"/workers/{worker_id}"
        assert await lead.refused("PATCH", path, {"paused": True}) == (422, "no_pause_reason")
        paused = await lead.ok("PATCH", path, {"paused": True, "reason": "quality talk"})
        again = await lead.ok("PATCH", path, {"paused": True, "reason": "still talking"})
        assert paused["paused_at"] == again["paused_at"]  # since when does not move
        skilled = await lead.ok("PATCH", path, {"skills": ["lidar", "cars", "lidar"]})
        assert (skilled["skills"], skilled["pause_reason"]) == (["cars", "lidar"], "still talking")
        resumed = await lead.ok("PATCH", path, {"paused": False})
        assert (resumed["paused_at"], resumed["pause_reason"]) == (None, None)
        await lead.ok("PATCH", path, {"paused": False, "skills": ["cars", "lidar"]})  # changes nothing, says nothing
        log = [row for row in await events(owner, org_id) if str(worker_id) in row[2]]
        assert [type for type, _, _ in log] == [
            "worker.joined",
            "worker.paused",
            "worker.paused",
            "worker.skills_changed",
            "worker.resumed",
        ]
        assert {actor for _, actor, _ in log[1:]} == {f"worker:{lead_id}"}

    async def test_are_led_by_the_leads_of_their_workforces_only(self, world: World) -> None:
        org_id = await world.organisation()
        cars, boats = await world.workforce(org_id, "cars"), await world.workforce(org_id, "boats")
        _, ada = await world.worker(org_id, cars)
        foreign_lead = world.caller((await world.worker(org_id, boats, LEAD))[0])
        place = f"/workforces/{cars}/workers/{ada}"
        attempts: list[tuple[str, str, Any]] = [
            ("PATCH", f"/workers/{ada}", {"skills": ["x"]}),
            ("PATCH", place, {"role": "lead"}),
            ("DELETE", place, None),
        ]
        for method, path, body in attempts:
            assert await foreign_lead.refused(method, path, body) == (403, "not_their_lead"), path
        lead = world.caller((await world.worker(org_id, cars, LEAD))[0])
        for method, path, body in attempts:
            await lead.ok(method, path, body)

    @pytest.mark.parametrize("role", [WORKER, REVIEWER])
    async def test_do_not_arrange_one_another(self, world: World, role: WorkRole) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        login, me = await world.worker(org_id, crew, role)
        caller = world.caller(login)
        assert await caller.refused("PATCH", f"/workers/{me}", {"skills": ["all"]}) == (403, "forbidden")
        assert await caller.refused("PATCH", f"/workforces/{crew}/workers/{me}", {"role": "lead"}) == (403, "forbidden")
        assert await caller.refused("GET", f"/workforces/{crew}/workers") == (403, "forbidden")

    async def test_who_left_may_work_no_more(self, world: World) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        ada, worker_id = await world.worker(org_id, crew)
        await world.caller(await world.key(org_id)).ok("DELETE", f"/workforces/{crew}/workers/{worker_id}")
        assert await world.caller(ada).refused("GET", "/worker") == (403, "forbidden")
        me = await world.caller(ada).ok("GET", "/me")  # they still know where they worked, and as whom
        assert (me["organisations"][0]["worker_id"], me["organisations"][0]["work_roles"]) == (str(worker_id), [])

    async def test_of_another_organisation_are_unknown(self, world: World) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        _, worker_id = await world.worker(org_id, crew)
        foreign_org = await world.organisation()
        own = await world.workforce(foreign_org, "own")
        foreign = world.caller(await world.key(foreign_org))
        for workforce_id, id in ((crew, worker_id), (new_id(), new_id())):
            assert await foreign.refused("GET", f"/workforces/{workforce_id}/workers") == (404, "no_such_workforce")
            assert await foreign.refused("PATCH", f"/workers/{id}", {"skills": []}) == (404, "no_such_worker")
            for path, code in (
                (f"/workforces/{workforce_id}/workers/{id}", "no_such_workforce"),
                (f"/workforces/{own}/workers/{id}", "no_such_worker"),
            ):
                assert await foreign.refused("PATCH", path, {"role": "lead"}) == (404, code)
                assert await foreign.refused("DELETE", path) == (404, code)
        assert (await foreign.ok("GET", "/workforces"))["rows"][0]["name"] == "own"

    @pytest.mark.parametrize(
        "body",
        [
            {"skills": ["Bad Skill"]},
            {"skills": [""]},
            {"skills": "lidar"},
            {"skills": [f"s{n}" for n in range(101)]},
            {"paused": "yes"},
            {"paused": True, "reason": "x" * 501},
            {"paused": False, "reason": "why"},
            {"alias": "boss"},
        ],
    )
    async def test_refuse_what_does_not_fit(self, world: World, body: Any) -> None:
        org_id = await world.organisation()
        _, worker_id = await world.worker(org_id, await world.workforce(org_id))
        caller = world.caller(await world.key(org_id))
        assert (await caller.refused("PATCH", f"/workers/{worker_id}", body))[0] == 422


class TestLend:
    async def test_is_for_administrators(self, world: World) -> None:
        lender, borrower = await world.organisation(), await world.organisation()
        pool = await world.workforce(lender, "pool")
        await world.worker(lender, pool)
        path, body = f"/workforces/{pool}/lend", {"organisation_id": str(borrower)}
        for token in (await world.member(lender, MemberRole.OWNER), await world.key(lender, Scope.ADMIN)):
            assert await world.caller(token, lender).refused("POST", path, body) == (403, "forbidden")
        root = await world.person(is_admin=True)
        assert await world.caller(root).refused("POST", path, body) == (422, "organisation_not_chosen")
        lent = await world.caller(root, lender).ok("POST", path, body)
        assert (lent["name"], lent["lent"], lent["workers"]) == ("pool", True, 1)
        assert await world.caller(root, lender).refused("POST", path, body) == (409, "already_lent")
        unknown = {"organisation_id": str(new_id())}
        assert await world.caller(root, lender).refused("POST", path, unknown) == (404, "no_such_borrower")
        own = {"organisation_id": str(lender)}
        assert await world.caller(root, lender).refused("POST", path, own) == (422, "lent_to_itself")

    async def test_lent_people_may_work_for_the_borrower(self, world: World) -> None:
        lender, borrower = await world.organisation(), await world.organisation("Secret", "A customer")
        pool = await world.workforce(lender, "pool")
        ada, _ = await world.worker(lender, pool)
        root = await world.person(is_admin=True)
        await world.caller(root, lender).ok("POST", f"/workforces/{pool}/lend", {"organisation_id": str(borrower)})
        mine = await world.caller(ada, borrower).ok("GET", "/worker")
        rows = (await world.caller(ada).ok("GET", "/me"))["organisations"]
        (there,) = [row for row in rows if row["id"] == str(borrower)]
        assert (there["display_name"], there["name"], there["alias"]) == ("A customer", None, mine["alias"])


class TestRoutes:
    def test_every_route_is_named_and_told(self) -> None:
        for route in http.ROUTES:
            assert route.operation_id, route
            assert route.fn.__doc__, route
