"""Organisations, members, keys and permissions, attacked through the routes."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from fairmark.kernel.actor import MemberRole, Mode, Permission, Scope, WorkRole
from fairmark.kernel.ids import new_id
from fairmark.kernel.signing import token_hash

from .people import World, events

OWNER, MANAGER, MEMBER = MemberRole.OWNER, MemberRole.MANAGER, MemberRole.MEMBER


class TestPermissions:
    async def test_tells_each_caller_what_works(self, world: World) -> None:
        org_id = await world.organisation()
        owner = await world.member(org_id, OWNER)
        worker, _ = await world.worker(org_id, await world.workforce(org_id))
        everything = {p.value for p in Permission}
        got = await world.caller(owner).ok("GET", "/permissions")
        assert set(got["permissions"]) == everything - {"work", "admin"}
        assert (await world.caller(worker).ok("GET", "/permissions"))["permissions"] == ["work", "self"]
        root = await world.person(is_admin=True)
        assert await world.caller(root).ok("GET", "/permissions") == {
            "organisation_id": None,
            "mode": "live",
            "permissions": ["self", "admin"],
        }


class TestOrganisations:
    async def test_are_made_and_listed_by_administrators(self, world: World, owner: asyncpg.Connection) -> None:
        root = world.caller(await world.person(is_admin=True))
        made = await root.ok("POST", "/organisations", {"name": " Harbour ", "display_name": "A map maker"})
        assert (made["name"], made["display_name"]) == ("Harbour", "A map maker")
        me = await root.ok("GET", "/me")
        assert [(o["id"], o["member_role"]) for o in me["organisations"]] == [(made["id"], "owner")]
        await root.ok("GET", "/members")  # it is the only one, and that is known at once
        assert made in (await root.ok("GET", "/organisations"))["rows"]
        assert (
            made in (await root.ok("GET", "/organisations?q=MAP MAK"))["rows"]
        )  # what workers see is searched as well
        assert (await root.ok("GET", "/organisations?q=no such harbour"))["rows"] == []
        assert [type for type, _, _ in await events(owner, made["id"])] == ["organisation.created", "member.joined"]

    async def test_are_nobody_elses_to_list_or_make(self, world: World) -> None:
        org_id = await world.organisation()
        for token in (await world.member(org_id, OWNER), await world.key(org_id), None):
            caller = world.caller(token)
            status = 401 if token is None else 403
            assert (await caller.refused("GET", "/organisations"))[0] == status
            assert (await caller.refused("POST", "/organisations", {"name": "Mine"}))[0] == status

    async def test_the_list_is_whole_over_pages(self, world: World) -> None:
        root = world.caller(await world.person(is_admin=True))
        made = {str(await world.organisation(f"org {n}")) for n in range(5)}
        seen: list[str] = []
        after = ""
        while True:
            page = await root.ok("GET", f"/organisations?limit=3{after}")
            seen += [row["id"] for row in page["rows"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert made <= set(seen)
        assert len(seen) == len(set(seen))
        assert seen == sorted(seen, reverse=True)

    async def test_managers_change_the_names(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation("Old", "Old face")
        manager = world.caller(await world.member(org_id, MANAGER))
        changed = await manager.ok("PATCH", "/organisation", {"display_name": "New face"})
        assert (changed["name"], changed["display_name"]) == ("Old", "New face")
        assert await manager.ok("GET", "/organisation") == changed
        assert (await events(owner, org_id))[-1][0] == "organisation.changed"
        member = world.caller(await world.member(org_id, MEMBER))
        assert await member.refused("PATCH", "/organisation", {"name": "x"}) == (403, "forbidden")
        assert await manager.refused("PATCH", "/organisation", {"name": " "}) == (422, "bad_name")


class TestMembers:
    async def test_know_each_other(self, world: World) -> None:
        org_id = await world.organisation()
        boss = await world.member(org_id, OWNER, "Ada")
        await world.worker(org_id, await world.workforce(org_id))  # no member
        page = await world.caller(boss).ok("GET", "/members")
        (row,) = page["rows"]
        assert (row["person_id"], row["name"], row["email"], row["role"]) == (str(boss.id), "Ada", boss.email, "owner")

    async def test_are_hidden_from_workers_and_leads(self, world: World) -> None:
        org_id = await world.organisation()
        lead, _ = await world.worker(org_id, await world.workforce(org_id), WorkRole.LEAD)
        assert await world.caller(lead).refused("GET", "/members") == (403, "forbidden")

    async def test_change_role(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        boss, ada = await world.member(org_id, OWNER), await world.member(org_id, MEMBER)
        assert (await world.caller(ada).refused("POST", "/keys", {"name": "k", "scopes": ["read"]}))[0] == 403
        changed = await world.caller(boss).ok("PATCH", f"/members/{ada.id}", {"role": "manager"})
        assert changed["role"] == "manager"
        # and may manage at once, although their role was remembered
        await world.caller(ada).ok("POST", "/keys", {"name": "k", "scopes": ["read"]})
        (change,) = [row for row in await events(owner, org_id) if row[0] == "member.changed"]
        assert change[1] == f"person:{boss.id}"
        assert '"role_before": "member"' in change[2]

    @pytest.mark.parametrize("actor", [MANAGER, MEMBER])
    async def test_cannot_raise_themselves(self, world: World, actor: MemberRole) -> None:
        org_id = await world.organisation()
        await world.member(org_id, OWNER)
        ada = await world.member(org_id, actor)
        caller = world.caller(ada)
        assert await caller.refused("PATCH", f"/members/{ada.id}", {"role": "owner"}) == (403, "forbidden")

    async def test_managers_cannot_touch_owners(self, world: World) -> None:
        org_id = await world.organisation()
        boss, manager = await world.member(org_id, OWNER), world.caller(await world.member(org_id, MANAGER))
        assert await manager.refused("PATCH", f"/members/{boss.id}", {"role": "member"}) == (403, "forbidden")
        assert await manager.refused("DELETE", f"/members/{boss.id}") == (403, "forbidden")

    async def test_leave_by_themselves(self, world: World) -> None:
        org_id = await world.organisation()
        await world.member(org_id, OWNER)
        ada = await world.member(org_id, MEMBER)
        await world.caller(ada).ok("DELETE", f"/members/{ada.id}")
        assert (await world.caller(ada).ok("GET", "/me"))["organisations"] == []

    async def test_of_other_organisations_are_unknown(self, world: World) -> None:
        org_id, foreign = await world.organisation(), await world.organisation()
        boss = world.caller(await world.member(org_id, OWNER))
        stranger = await world.member(foreign, OWNER)
        for person_id in (stranger.id, new_id()):
            refused = await boss.refused("PATCH", f"/members/{person_id}", {"role": "member"})
            assert refused == (404, "no_such_member")
            assert await boss.refused("DELETE", f"/members/{person_id}") == (404, "no_such_member")
        await world.caller(stranger).ok("GET", "/members")

    async def test_the_last_owner_stays(self, world: World) -> None:
        org_id = await world.organisation()
        boss = await world.member(org_id, OWNER)
        caller = world.caller(boss)
        assert await caller.refused("DELETE", f"/members/{boss.id}") == (409, "last_owner")
        assert await caller.refused("PATCH", f"/members/{boss.id}", {"role": "member"}) == (409, "last_owner")
        second = await world.member(org_id, OWNER)
        await caller.ok("PATCH", f"/members/{boss.id}", {"role": "member"})
        assert await world.caller(second).refused("DELETE", f"/members/{second.id}") == (409, "last_owner")

    @pytest.mark.parametrize("how", ["leave", "demote each other", "demote themselves"])
    async def test_two_owners_at_once_leave_one(self, world: World, owner: asyncpg.Connection, how: str) -> None:
        for _ in range(3):
            org_id = await world.organisation()
            one, two = await world.member(org_id, OWNER), await world.member(org_id, OWNER)
            for login in (one, two):
                await world.caller(login).ok("GET", "/members")  # both are remembered as owners
            targets = [(one, two), (two, one)] if how == "demote each other" else [(one, one), (two, two)]
            answers = await asyncio.gather(
                *(
                    world.caller(actor)("DELETE", f"/members/{target.id}")
                    if how == "leave"
                    else world.caller(actor)("PATCH", f"/members/{target.id}", {"role": "member"})
                    for actor, target in targets
                )
            )
            assert sum(answer.is_success for answer in answers) == 1, [answer.text for answer in answers]
            owners = "SELECT count(*) FROM memberships WHERE org_id = $1 AND role = 'owner'"
            assert await owner.fetchval(owners, org_id) == 1


class TestKeys:
    async def test_the_secret_is_shown_once(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        boss = world.caller(await world.member(org_id, OWNER))
        expires_at = datetime.now(UTC) + timedelta(days=1)
        body = {"name": "training", "scopes": ["write", "read", "read"], "mode": "test", "expires_at": str(expires_at)}
        made = await boss.ok("POST", "/keys", body)
        secret = made["secret"]
        assert secret.startswith("test_")
        assert made["key"]["hint"] == secret[-4:]
        assert made["key"]["scopes"] == ["read", "write"]
        listed = await boss("GET", "/keys")
        assert secret not in listed.text
        assert listed.json()["rows"] == [made["key"]]
        stored = await owner.fetchrow("SELECT secret_hash, hint FROM api_keys WHERE org_id = $1", org_id)
        assert stored is not None
        assert (stored["secret_hash"], stored["hint"]) == (token_hash(secret), secret[-4:])
        await world.caller(secret).ok("GET", "/organisation")

    async def test_revoking_again_is_no_error(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        boss = world.caller(await world.member(org_id, OWNER))
        id = (await boss.ok("POST", "/keys", {"name": "k", "scopes": ["read"]}))["key"]["id"]
        await boss.ok("DELETE", f"/keys/{id}")
        (first,) = (await boss.ok("GET", "/keys"))["rows"]
        await boss.ok("DELETE", f"/keys/{id}")
        (second,) = (await boss.ok("GET", "/keys"))["rows"]
        assert first["revoked_at"]
        assert first["revoked_at"] == second["revoked_at"]
        assert [type for type, _, _ in await events(owner, org_id)].count("key.revoked") == 1

    async def test_scopes_open_what_they_say(self, world: World) -> None:
        org_id = await world.organisation()
        read, write = (
            world.caller(await world.key(org_id, Scope.READ)),
            world.caller(await world.key(org_id, Scope.WRITE)),
        )
        for caller in (read, write):
            await caller.ok("GET", "/members")
            assert await caller.refused("GET", "/keys") == (403, "forbidden")
            refused = await caller.refused("POST", "/keys", {"name": "more", "scopes": ["admin"]})
            assert refused == (403, "forbidden")
        admin = world.caller(await world.key(org_id, Scope.ADMIN))
        await admin.ok("POST", "/keys", {"name": "more", "scopes": ["admin"]})

    async def test_a_test_key_sees_and_makes_test_keys_only(self, world: World) -> None:
        org_id = await world.organisation()
        live = await world.key(org_id, Scope.ADMIN, mode=Mode.LIVE)
        test = world.caller(await world.key(org_id, Scope.ADMIN, mode=Mode.TEST))
        assert [row["mode"] for row in (await test.ok("GET", "/keys"))["rows"]] == ["test"]
        body = {"name": "k", "scopes": ["read"]}
        assert await test.refused("POST", "/keys", body) == (403, "forbidden")
        await test.ok("POST", "/keys", {**body, "mode": "test"})
        (row,) = [row for row in (await world.caller(live).ok("GET", "/keys"))["rows"] if row["mode"] == "live"]
        assert await test.refused("DELETE", f"/keys/{row['id']}") == (404, "no_such_key")
        await world.caller(live).ok("GET", "/organisation")

    async def test_of_another_organisation_are_unknown(self, world: World) -> None:
        victim = await world.key(await world.organisation())
        (row,) = (await world.caller(victim).ok("GET", "/keys"))["rows"]
        foreign = world.caller(await world.key(await world.organisation()))
        assert await foreign.refused("DELETE", f"/keys/{row['id']}") == (404, "no_such_key")
        assert await foreign.refused("DELETE", f"/keys/{new_id()}") == (404, "no_such_key")
        await world.caller(victim).ok("GET", "/organisation")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"name": "k", "scopes": []},
            {"name": "k", "scopes": ["root"]},
            {"name": "", "scopes": ["read"]},
            {"name": " ", "scopes": ["read"]},
            {"name": "k", "scopes": ["read"], "mode": "dead"},
            {"name": "k", "scopes": ["read"], "expires_at": "2001-01-01T00:00:00Z"},
            {"name": "k", "scopes": ["read"], "expires_at": "2101-01-01T00:00:00"},
            {"name": "k", "scopes": ["read"], "expires_at": "tomorrow"},
            {"name": "\u0000", "scopes": ["read"]},
        ],
    )
    async def test_refuses_what_does_not_fit(self, world: World, body: Any) -> None:
        caller = world.caller(await world.key(await world.organisation()))
        assert (await caller.refused("POST", "/keys", body))[0] == 422
