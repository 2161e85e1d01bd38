"""Invitations: links that let people in, attacked through the routes."""

import asyncio
from typing import Any

import asyncpg
import pytest

from fairmark.identity import http, tokens
from fairmark.identity.invitations import USES_MAX
from fairmark.kernel.actor import MemberRole, Scope, WorkRole
from fairmark.kernel.ids import OrgId, WorkforceId, new_id
from fairmark.kernel.signing import token_hash

from .people import PASSWORD, PUBLIC_URL, Login, World, events

MEMBER = {"member_role": "member"}


def newcomer(token: str, email: str = "") -> dict[str, str]:
    return {"token": token, "name": "Newton", "email": email or f"{new_id().hex}@people.test", "password": PASSWORD}


async def link(world: World, org_id: OrgId, **body: Any) -> str:
    """The token of an invitation made with an admin key."""
    caller = world.caller(await world.key(org_id, Scope.ADMIN))
    return str((await caller.ok("POST", "/invitations", {**MEMBER, **body}))["token"])


async def work_link(world: World, org_id: OrgId, workforce_id: WorkforceId, role: str = "worker", **body: Any) -> str:
    return await link(world, org_id, member_role=None, workforce_id=str(workforce_id), work_role=role, **body)


class TestInvite:
    async def test_shows_the_token_once_and_stores_its_hash(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        boss = await world.member(org_id, MemberRole.OWNER)
        made = await world.caller(boss).ok(
            "POST", "/invitations", {"member_role": "manager", "email": "New@People.test"}
        )
        token = made["token"]
        assert made["url"] == f"{PUBLIC_URL}/invitation#{token}"
        assert tokens.invitation_org(token) == org_id
        assert made["invitation"]["email"] == "new@people.test"
        assert made["invitation"]["created_by"] == str(boss.id)
        assert await owner.fetchval("SELECT token_hash FROM invitations WHERE org_id = $1", org_id) == token_hash(token)
        listed = await world.caller(boss)("GET", "/invitations")
        assert token not in listed.text
        assert listed.json()["rows"] == [made["invitation"]]

    async def test_lasts_a_week_or_as_long_as_asked(self, world: World, owner: asyncpg.Connection) -> None:
        for body, hours in ((MEMBER, 168), ({**MEMBER, "lasts_h": 2}, 2)):
            org_id = await world.organisation()
            await world.caller(await world.key(org_id)).ok("POST", "/invitations", body)
            lasts = "SELECT extract(epoch FROM expires_at - created_at) / 3600 FROM invitations WHERE org_id = $1"
            assert await owner.fetchval(lasts, org_id) == hours

    @pytest.mark.parametrize(
        ("role", "asked", "status"),
        [
            (MemberRole.OWNER, {"member_role": "owner"}, 201),
            (MemberRole.MANAGER, {"member_role": "manager"}, 201),
            (MemberRole.MANAGER, {"member_role": "owner"}, 403),
            (MemberRole.MEMBER, {"member_role": "member"}, 403),
        ],
    )
    async def test_who_may_invite_whom(self, world: World, role: MemberRole, asked: Any, status: int) -> None:
        org_id = await world.organisation()
        await world.member(org_id, MemberRole.OWNER)
        caller = world.caller(await world.member(org_id, role))
        assert (await caller("POST", "/invitations", asked)).status_code == status

    async def test_an_admin_key_brings_the_first_owner_in_and_no_second(self, world: World) -> None:
        org_id = await world.organisation()
        token = await link(world, org_id, member_role="owner")
        await world.stranger().ok("POST", "/invitations/accept", newcomer(token))
        caller = world.caller(await world.key(org_id, Scope.ADMIN))
        assert await caller.refused("POST", "/invitations", {"member_role": "owner"}) == (403, "forbidden")

    async def test_a_lead_invites_into_their_own_workforce_only(self, world: World) -> None:
        org_id = await world.organisation()
        cars, boats = await world.workforce(org_id, "cars"), await world.workforce(org_id, "boats")
        lead = world.caller((await world.worker(org_id, cars, WorkRole.LEAD))[0])
        worker = world.caller((await world.worker(org_id, cars))[0])
        into_cars = {"workforce_id": str(cars), "work_role": "worker"}
        into_boats = {"workforce_id": str(boats), "work_role": "worker"}
        await lead.ok("POST", "/invitations", into_cars)
        assert await lead.refused("POST", "/invitations", into_boats) == (403, "not_their_lead")
        assert await lead.refused("POST", "/invitations", MEMBER) == (403, "forbidden")
        assert await worker.refused("POST", "/invitations", into_cars) == (403, "forbidden")

    async def test_another_organisations_workforce_is_unknown(self, world: World) -> None:
        foreign = await world.workforce(await world.organisation())
        caller = world.caller(await world.key(await world.organisation()))
        for workforce_id in (foreign, new_id()):
            refused = await caller.refused(
                "POST", "/invitations", {"workforce_id": str(workforce_id), "work_role": "worker"}
            )
            assert refused == (404, "no_such_workforce")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"member_role": "king"},
            {"member_role": "member", "work_role": "worker"},
            {"work_role": "worker"},
            {"member_role": "member", "uses_max": 0},
            {"member_role": "member", "uses_max": USES_MAX + 1},
            {"member_role": "member", "lasts_h": 0},
            {"member_role": "member", "lasts_h": 8761},
            {"member_role": "member", "email": "nobody"},
            {"member_role": "member", "email": "a@b.test", "uses_max": 2},
            {"member_role": "member", "surprise": 1},
        ],
    )
    async def test_refuses_what_does_not_fit(self, world: World, body: Any) -> None:
        caller = world.caller(await world.key(await world.organisation()))
        assert (await caller.refused("POST", "/invitations", body))[0] == 422


class TestPeek:
    async def test_members_see_the_name_and_workers_the_display_name(self, world: World) -> None:
        org_id = await world.organisation("Harbour Maps Ltd", "A map maker")
        for_member = await link(world, org_id, email="a@b.test")
        for_worker = await work_link(world, org_id, await world.workforce(org_id), "reviewer")
        assert await world.caller(None).ok("POST", "/invitations/peek", {"token": for_member}) == {
            "organisation": "Harbour Maps Ltd",
            "kind": "member",
            "role": "member",
            "email": "a@b.test",
        }
        assert await world.caller(None).ok("POST", "/invitations/peek", {"token": for_worker}) == {
            "organisation": "A map maker",
            "kind": "work",
            "role": "reviewer",
            "email": None,
        }

    async def test_every_bad_link_looks_alike(self, world: World, owner: asyncpg.Connection) -> None:
        org_id, other = await world.organisation(), await world.organisation()
        good = await link(world, other)
        revoked, expired, used = [await link(world, org_id) for _ in range(3)]
        changes = {revoked: "revoked_at = now()", expired: "expires_at = now()", used: "uses = uses_max"}
        for token, change in changes.items():
            await owner.execute(f"UPDATE invitations SET {change} WHERE token_hash = $1", token_hash(token))
        forged = f"inv_{tokens.org_text(org_id)}_{good[27:]}"  # another organisation's secret
        unknown = tokens.new_invitation(org_id)
        nowhere = tokens.new_invitation(OrgId(new_id()))
        for token in (revoked, expired, used, forged, unknown, nowhere):
            for path, body in (("peek", {"token": token}), ("accept", newcomer(token))):
                refused = await world.stranger().refused("POST", f"/invitations/{path}", body)
                assert refused == (404, "no_such_invitation"), token
        await world.caller(None).ok("POST", "/invitations/peek", {"token": good})

    @pytest.mark.parametrize("token", ["x", "inv_", "ses_" + "a" * 43, "inv_" + "z" * 22 + "_" + "a" * 43, "\u0000"])
    async def test_what_is_no_token_is_no_invitation(self, world: World, token: str) -> None:
        refused = await world.caller(None).refused("POST", "/invitations/peek", {"token": token})
        assert refused in {(404, "no_such_invitation"), (422, "invalid")}


class TestAccept:
    async def test_somebody_new_becomes_a_member_and_is_signed_in(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        org_id = await world.organisation()
        token = await link(world, org_id, member_role="manager")
        answer = await world.stranger()("POST", "/invitations/accept", newcomer(token))
        body = answer.json()
        assert answer.status_code == 200
        assert body["organisation_id"] == str(org_id)
        assert [(o["id"], o["member_role"]) for o in body["me"]["organisations"]] == [(str(org_id), "manager")]
        assert answer.cookies["fairmark_session"] == body["signed_in"]["token"]
        await world.caller(body["signed_in"]["token"]).ok("GET", "/members")
        person = f"person:{body['me']['person']['id']}"
        assert [(type, actor) for type, actor, _ in (await events(owner, org_id))[-2:]] == [
            ("invitation.accepted", person),
            ("member.joined", person),
        ]

    async def test_somebody_new_becomes_a_worker_whom_the_log_names_by_worker_alone(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        org_id = await world.organisation()
        token = await work_link(world, org_id, await world.workforce(org_id), "lead")
        body = await world.stranger().ok("POST", "/invitations/accept", newcomer(token))
        (mine,) = body["me"]["organisations"]
        assert (mine["member_role"], mine["work_roles"]) == (None, ["lead"])
        log = await events(owner, org_id)
        assert [type for type, _, _ in log[-2:]] == ["worker.joined", "invitation.accepted"]
        assert mine["worker_id"] in log[-1][2]
        assert all(body["me"]["person"]["id"] not in f"{row}" for row in log)

    async def test_whoever_is_signed_in_comes_in_as_themself(self, world: World) -> None:
        org_id, home = await world.organisation(), await world.organisation()
        ada = await world.member(home, MemberRole.OWNER)
        await world.caller(ada).ok("GET", "/members")  # remembered: in one organisation only
        body = await world.caller(ada).ok("POST", "/invitations/accept", {"token": await link(world, org_id)})
        assert body["signed_in"] is None
        assert {o["id"] for o in body["me"]["organisations"]} == {str(org_id), str(home)}
        # and is seen as such at once
        assert await world.caller(ada).refused("GET", "/members") == (422, "organisation_not_chosen")
        await world.caller(ada, org_id).ok("GET", "/members")

    async def test_signed_in_people_do_not_say_again_who_they_are(self, world: World) -> None:
        ada, token = await world.person(), await link(world, await world.organisation())
        refused = await world.caller(ada).refused("POST", "/invitations/accept", newcomer(token))
        assert refused == (422, "bad_acceptance")

    async def test_newcomers_say_who_they_are(self, world: World) -> None:
        token = await link(world, await world.organisation())
        for missing in ("name", "email", "password"):
            body = {key: value for key, value in newcomer(token).items() if key != missing}
            assert await world.stranger().refused("POST", "/invitations/accept", body) == (422, "bad_acceptance")
        weak = {**newcomer(token), "password": "password123"}
        assert await world.stranger().refused("POST", "/invitations/accept", weak) == (422, "weak_password")

    async def test_a_key_cannot_accept(self, world: World) -> None:
        org_id = await world.organisation()
        caller = world.caller(await world.key(org_id))
        refused = await caller.refused("POST", "/invitations/accept", {"token": await link(world, org_id)})
        assert refused == (403, "forbidden")

    async def test_a_bound_invitation_is_for_its_address_alone(self, world: World) -> None:
        ada, eve = await world.person(), await world.person()
        token = await link(world, await world.organisation(), email=ada.email.upper())
        assert await world.caller(eve).refused("POST", "/invitations/accept", {"token": token}) == (403, "other_email")
        assert await world.stranger().refused("POST", "/invitations/accept", newcomer(token)) == (403, "other_email")
        await world.caller(ada).ok("POST", "/invitations/accept", {"token": token})

    async def test_an_address_in_use_is_not_taken_over(self, world: World, owner: asyncpg.Connection) -> None:
        ada = await world.person()
        org_id = await world.organisation()
        token = await link(world, org_id)
        taken = newcomer(token, ada.email.upper())
        assert await world.stranger().refused("POST", "/invitations/accept", taken) == (409, "email_taken")
        # the refusal used nothing up, and the password is still Ada's
        assert await owner.fetchval("SELECT uses FROM invitations WHERE org_id = $1", org_id) == 0
        await world.stranger().ok("POST", "/sign-in", {"email": ada.email, "password": PASSWORD})

    async def test_a_member_cannot_come_in_again_with_a_better_role(self, world: World) -> None:
        org_id = await world.organisation()
        ada = await world.member(org_id, MemberRole.MEMBER)
        token = await link(world, org_id, member_role="manager")
        refused = await world.caller(ada).refused("POST", "/invitations/accept", {"token": token})
        assert refused == (409, "already_member")
        await world.stranger().ok("POST", "/invitations/accept", newcomer(token))  # nothing was used up

    async def test_a_worker_cannot_come_in_again_with_a_better_role(self, world: World) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        ada, _ = await world.worker(org_id, crew)
        token = await work_link(world, org_id, crew, "lead")
        refused = await world.caller(ada).refused("POST", "/invitations/accept", {"token": token})
        assert refused == (409, "already_works")

    async def test_a_worker_keeps_one_alias_over_all_workforces(self, world: World) -> None:
        org_id = await world.organisation()
        cars, boats = await world.workforce(org_id, "cars"), await world.workforce(org_id, "boats")
        ada = await world.person()
        aliases: list[str] = []
        for crew in (cars, boats):
            token = await work_link(world, org_id, crew)
            body = await world.caller(ada).ok("POST", "/invitations/accept", {"token": token})
            aliases.append(body["me"]["organisations"][0]["alias"])
        assert aliases[0] == aliases[1]


class TestRaces:
    async def test_a_single_use_link_lets_one_of_many_in(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        token = await link(world, org_id)
        answers = await asyncio.gather(
            *(world.stranger()("POST", "/invitations/accept", newcomer(token)) for _ in range(5))
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [404] * 4
        assert await owner.fetchval("SELECT count(*) FROM memberships WHERE org_id = $1", org_id) == 1
        assert await owner.fetchval("SELECT uses FROM invitations WHERE org_id = $1", org_id) == 1

    async def test_signed_in_people_race_alike(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        token = await work_link(world, org_id, await world.workforce(org_id), uses_max=3)
        crowd: list[Login] = [await world.person() for _ in range(6)]
        answers = await asyncio.gather(
            *(world.caller(login)("POST", "/invitations/accept", {"token": token}) for login in crowd)
        )
        assert sorted(answer.status_code for answer in answers) == [200] * 3 + [404] * 3
        assert await owner.fetchval("SELECT count(*) FROM workers WHERE org_id = $1", org_id) == 3

    async def test_one_person_twice_at_once_comes_in_once(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        token = await work_link(world, org_id, await world.workforce(org_id), uses_max=5)
        ada = world.caller(await world.person())
        answers = await asyncio.gather(*(ada("POST", "/invitations/accept", {"token": token}) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        assert await owner.fetchval("SELECT uses FROM invitations WHERE org_id = $1", org_id) == 1

    async def test_one_address_twice_at_once_is_one_person(self, world: World) -> None:
        token = await link(world, await world.organisation(), uses_max=5)
        body = newcomer(token)
        answers = await asyncio.gather(*(world.stranger()("POST", "/invitations/accept", body) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


class TestListAndRevoke:
    async def test_a_withdrawn_link_stops_at_once(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        boss = world.caller(await world.key(org_id))
        made = await boss.ok("POST", "/invitations", MEMBER)
        for _ in range(2):  # again is no error, and no news
            await boss.ok("DELETE", f"/invitations/{made['invitation']['id']}")
        refused = await world.stranger().refused("POST", "/invitations/accept", newcomer(made["token"]))
        assert refused == (404, "no_such_invitation")
        assert [type for type, _, _ in await events(owner, org_id)].count("invitation.revoked") == 1

    async def test_leads_see_and_withdraw_only_their_own(self, world: World) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        boss = world.caller(await world.member(org_id, MemberRole.MANAGER))
        lead = world.caller((await world.worker(org_id, crew, WorkRole.LEAD))[0])
        body = {"workforce_id": str(crew), "work_role": "worker"}
        by_boss = (await boss.ok("POST", "/invitations", body))["invitation"]["id"]
        by_lead = (await lead.ok("POST", "/invitations", body))["invitation"]
        assert [row["id"] for row in (await lead.ok("GET", "/invitations"))["rows"]] == [by_lead["id"]]
        rows = (await boss.ok("GET", "/invitations"))["rows"]
        assert [row["id"] for row in rows] == [by_lead["id"], by_boss]
        # the lead is no member: the organisation does not learn which person they are
        assert by_lead["created_by"] is None
        assert rows[0]["created_by"] is None
        assert await lead.refused("DELETE", f"/invitations/{by_boss}") == (404, "no_such_invitation")
        await lead.ok("DELETE", f"/invitations/{by_lead['id']}")

    async def test_another_organisation_reaches_nothing(self, world: World) -> None:
        org_id = await world.organisation()
        made = await world.caller(await world.key(org_id)).ok("POST", "/invitations", MEMBER)
        foreign = world.caller(await world.key(await world.organisation()))
        assert (await foreign.ok("GET", "/invitations"))["rows"] == []
        id = made["invitation"]["id"]
        assert await foreign.refused("DELETE", f"/invitations/{id}") == (404, "no_such_invitation")
        assert await foreign.refused("DELETE", f"/invitations/{new_id()}") == (404, "no_such_invitation")
        await world.stranger().ok("POST", "/invitations/accept", newcomer(made["token"]))

    async def test_writing_keys_without_admin_list_none(self, world: World) -> None:
        caller = world.caller(await world.key(await world.organisation(), Scope.WRITE))
        assert await caller.refused("GET", "/invitations") == (403, "forbidden")


class TestRoutes:
    def test_every_route_is_named_and_told(self) -> None:
        for route in http.ROUTES:
            assert route.operation_id, route
            assert route.fn.__doc__, route
