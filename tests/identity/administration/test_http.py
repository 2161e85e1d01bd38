"""Administrators keep people out and close organisations: over HTTP, with two people at it at once."""

import asyncio

import asyncpg
import pytest

from fairmark.identity import actors
from fairmark.kernel.actor import MemberRole, Scope, WorkRole
from fairmark.kernel.ids import OrgId, new_id
from tests.identity.people import World, credentials, events

WHY = {"reason": "Left in May."}


async def told(owner: asyncpg.Connection, org_id: OrgId) -> list[str]:
    """The types of what an organisation's log holds after its making."""
    return [type for type, _, _ in await events(owner, org_id)][1:]


class TestPeople:
    async def test_are_found_by_name_address_and_access(self, world: World) -> None:
        admin = world.caller(await world.person(is_admin=True))
        name = f"Zoë {new_id().hex}"
        here, gone = await world.person(name), await world.person(f"{name} too")
        await admin.ok("POST", f"/people/{gone.id}/disable", WHY)
        found = await admin.ok("GET", f"/people?q={name.upper()}")
        assert [row["id"] for row in found["rows"]] == [str(here.id), str(gone.id)]
        assert [row["disabled_reason"] for row in found["rows"]] == [None, "Left in May."]
        assert [row["seen_at"] is None for row in found["rows"]] == [False, True]
        for access, person in (("allowed", here), ("disabled", gone)):
            found = await admin.ok("GET", f"/people?q={name}&access={access}")
            assert [row["id"] for row in found["rows"]] == [str(person.id)]
        found = await admin.ok("GET", f"/people?q={here.email[:20].upper()}")
        assert [row["email"] for row in found["rows"]] == [here.email]
        first = await admin.ok("GET", f"/people?q={name}&limit=1")
        second = await admin.ok("GET", f"/people?q={name}&limit=1&after={first['next']}")
        assert [first["rows"][0]["id"], second["rows"][0]["id"], second["next"]] == [str(here.id), str(gone.id), None]

    async def test_are_shown_with_their_parts_and_keys(self, world: World) -> None:
        admin = world.caller(await world.person(is_admin=True))
        org_id = await world.organisation("Harbour")
        ada = await world.member(org_id, MemberRole.OWNER)
        made = await world.caller(ada).ok("POST", "/keys", {"name": "nightly", "scopes": ["read"]})
        detail = await admin.ok("GET", f"/people/{ada.id}")
        assert detail["person"]["email"] == ada.email
        assert [(part["organisation"], part["member_role"]) for part in detail["parts"]] == [("Harbour", "owner")]
        assert [(key["organisation"], key["key"]["id"]) for key in detail["keys"]] == [("Harbour", made["key"]["id"])]
        assert made["secret"] not in str(detail)

    @pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/{}"), ("POST", "/{}/disable"),
                                                  ("POST", "/{}/enable"), ("DELETE", "/{}/keys/{}")])  # fmt: skip
    async def test_are_for_administrators_alone(self, world: World, method: str, path: str) -> None:
        org_id = await world.organisation()
        ada = await world.member(org_id, MemberRole.OWNER)
        path = "/people" + path.replace("{}", str(ada.id))
        body = WHY if path.endswith("disable") else None
        assert await world.caller(ada).refused(method, path, body) == (403, "forbidden")
        assert await world.caller(await world.key(org_id)).refused(method, path, body) == (403, "forbidden")
        assert (await world.caller(None).refused(method, path, body))[0] == 401


class TestDisable:
    async def test_ends_every_sign_in_at_once_and_tells_where_they_belong(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        admin = world.caller(await world.person(is_admin=True))
        org_id, employer = await world.organisation(), await world.organisation()
        ada = await world.member(org_id, MemberRole.OWNER)
        worker_id = await world.enrol(employer, await world.workforce(employer), ada.id, WorkRole.WORKER)
        await world.caller(ada).ok("GET", "/me")  # now it is remembered
        await admin.ok("POST", f"/people/{ada.id}/disable", WHY)
        assert (await world.caller(ada).refused("GET", "/me"))[0] == 401
        assert await world.stranger().refused("POST", "/sign-in", credentials(ada)) == (401, "account_disabled")
        assert await told(owner, org_id) == ["person.disabled"]
        (*_, last) = await events(owner, employer)
        assert (last[0], last[1]) == ("worker.disabled", "system")
        assert str(worker_id) in last[2]
        assert str(ada.id) not in last[2]

    async def test_again_is_no_error_and_no_news(self, world: World, owner: asyncpg.Connection) -> None:
        admin = world.caller(await world.person(is_admin=True))
        org_id = await world.organisation()
        ada = await world.member(org_id, MemberRole.MEMBER)
        for _ in range(2):
            await admin.ok("POST", f"/people/{ada.id}/disable", WHY)
        assert await told(owner, org_id) == ["person.disabled"]

    async def test_keys_work_on_until_the_administrator_ends_them(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        admin = world.caller(await world.person(is_admin=True))
        org_id = await world.organisation()
        ada = await world.member(org_id, MemberRole.OWNER)
        made = await world.caller(ada).ok("POST", "/keys", {"name": "nightly", "scopes": ["read"]})
        program = world.caller(made["secret"])
        await admin.ok("POST", f"/people/{ada.id}/disable", WHY)
        await program.ok("GET", "/organisation")
        path = f"/people/{ada.id}/keys/{made['key']['id']}"
        await admin.ok("DELETE", path)
        assert await program.refused("GET", "/organisation") == (401, "bad_credentials")
        assert (await told(owner, org_id))[-1] == "key.revoked"
        other = await world.person()
        assert await admin.refused("DELETE", path.replace(str(ada.id), str(other.id))) == (404, "no_such_key")

    async def test_enabled_they_sign_in_as_before(self, world: World, owner: asyncpg.Connection) -> None:
        admin = world.caller(await world.person(is_admin=True))
        org_id = await world.organisation()
        ada = await world.member(org_id, MemberRole.MANAGER)
        await admin.ok("POST", f"/people/{ada.id}/disable", WHY)
        for _ in range(2):
            await admin.ok("POST", f"/people/{ada.id}/enable")
        body = await world.stranger().ok("POST", "/sign-in", credentials(ada))
        assert [each["member_role"] for each in body["me"]["organisations"]] == ["manager"]
        assert (await world.caller(ada).refused("GET", "/me"))[0] == 401  # the old session stays over
        assert await told(owner, org_id) == ["person.disabled", "person.enabled"]

    async def test_nobody_disables_themself(self, world: World) -> None:
        ada = await world.person(is_admin=True)
        assert await world.caller(ada).refused("POST", f"/people/{ada.id}/disable", WHY) == (409, "not_yourself")

    async def test_two_administrators_at_once_leave_one(self, world: World, owner: asyncpg.Connection) -> None:
        # Nobody else may be administrator meanwhile: two who disable each other are the last.
        others = await owner.fetch("UPDATE people SET is_admin = false WHERE is_admin RETURNING id")
        ada, bea = await world.person(is_admin=True), await world.person(is_admin=True)
        answers = await asyncio.gather(
            world.caller(ada)("POST", f"/people/{bea.id}/disable", WHY),
            world.caller(bea)("POST", f"/people/{ada.id}/disable", WHY),
        )
        left = await owner.fetch("SELECT id FROM people WHERE is_admin AND disabled_at IS NULL")
        await owner.execute("UPDATE people SET is_admin = true WHERE id = ANY ($1)", [row["id"] for row in others])
        assert len(left) == 1
        # The second is refused: the last (409), or signed out by then (401).
        done, refused = sorted(answer.status_code for answer in answers)
        assert done == 204
        assert refused in {401, 409}

    async def test_needs_a_reason_and_somebody(self, world: World) -> None:
        admin = world.caller(await world.person(is_admin=True))
        ada = await world.person()
        assert (await admin.refused("POST", f"/people/{ada.id}/disable", {"reason": ""}))[0] == 422
        assert await admin.refused("POST", f"/people/{new_id()}/disable", WHY) == (404, "no_such_person")
        assert await admin.refused("POST", f"/people/{new_id()}/enable") == (404, "no_such_person")
        assert await admin.refused("GET", f"/people/{new_id()}") == (404, "no_such_person")


class TestCloseOrganisation:
    async def test_keys_and_people_are_refused_with_the_reason_why(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        admin = world.caller(await world.person(is_admin=True))
        org_id = await world.organisation("Harbour", "Blue")
        manager = await world.member(org_id, MemberRole.MANAGER)
        ada, _ = await world.worker(org_id, await world.workforce(org_id))
        key = world.caller(await world.key(org_id))
        await key.ok("GET", "/organisation")
        for who in (manager, ada):
            await world.caller(who, org_id).ok("GET", "/permissions")
        closed = await admin.ok("POST", f"/organisations/{org_id}/close", WHY)
        assert closed["closed_reason"] == "Left in May."
        assert await key.refused("GET", "/organisation") == (403, "organisation_closed")
        for who, name in ((manager, "Harbour"), (ada, None)):
            assert await world.caller(who, org_id).refused("GET", "/permissions") == (403, "organisation_closed")
            me = await world.caller(who).ok("GET", "/me")
            assert me["organisations"] == []
            assert [(each["name"], each["display_name"], each["closed_reason"]) for each in me["closed"]] == [
                (name, "Blue", "Left in May.")
            ]
        assert (await told(owner, org_id))[-1] == "organisation.closed"

    async def test_owners_look_and_change_nothing(self, world: World) -> None:
        admin = world.caller(await world.person(is_admin=True))
        org_id = await world.organisation("Harbour")
        owns = world.caller(await world.member(org_id, MemberRole.OWNER))
        closed = await owns.ok("POST", "/organisation/close", WHY)
        assert closed["closed_at"] is not None
        assert (await owns.ok("GET", "/organisation"))["closed_reason"] == "Left in May."
        assert len((await owns.ok("GET", "/members"))["rows"]) == 1
        me = await owns.ok("GET", "/me")
        assert [each["closed_at"] for each in me["organisations"]] == [closed["closed_at"]]
        assert me["closed"] == []
        left = {"org.read", "people.read", "project.read", "data.read", "self"}
        assert set((await owns.ok("GET", "/permissions"))["permissions"]) == left
        refused = (403, "organisation_closed")
        assert await owns.refused("PATCH", "/organisation", {"name": "Quay"}) == refused
        assert await owns.refused("POST", "/keys", {"name": "k", "scopes": ["read"]}) == refused
        assert await owns.refused("POST", "/workforces", {"name": "w"}) == refused
        assert await owns.refused("POST", "/invitations", {"member_role": "member"}) == refused
        await admin.ok("POST", f"/organisations/{org_id}/reopen")
        assert (await owns.ok("PATCH", "/organisation", {"name": "Quay"}))["closed_at"] is None

    async def test_is_for_owners_and_administrators(self, world: World) -> None:
        org_id = await world.organisation()
        manager = world.caller(await world.member(org_id, MemberRole.MANAGER))
        key = world.caller(await world.key(org_id, *Scope))
        for who in (manager, key):
            assert await who.refused("POST", "/organisation/close", WHY) == (403, "forbidden")
            assert await who.refused("POST", f"/organisations/{org_id}/close", WHY) == (403, "forbidden")
            assert await who.refused("POST", f"/organisations/{org_id}/reopen") == (403, "forbidden")

    async def test_opens_again_as_it_was_and_again_is_no_news(self, world: World, owner: asyncpg.Connection) -> None:
        admin = world.caller(await world.person(is_admin=True))
        org_id = await world.organisation()
        key = world.caller(await world.key(org_id))
        for _ in range(2):
            await admin.ok("POST", f"/organisations/{org_id}/close", WHY)
        for _ in range(2):
            await admin.ok("POST", f"/organisations/{org_id}/reopen")
        await key.ok("GET", "/organisation")
        assert await told(owner, org_id) == ["key.created", "organisation.closed", "organisation.reopened"]
        assert await admin.refused("POST", f"/organisations/{new_id()}/close", WHY) == (404, "no_such_organisation")
        assert await admin.refused("POST", f"/organisations/{new_id()}/reopen") == (404, "no_such_organisation")

    async def test_an_administrator_without_any_open_organisation_can_open_it_again(self, world: World) -> None:
        ada = await world.person(is_admin=True)
        admin = world.caller(ada)
        made = await admin.ok("POST", "/organisations", {"name": "Only"})
        named = world.caller(ada, OrgId(made["id"]))
        await named.ok("POST", "/organisation/close", WHY)
        before = {"after": None}
        listed: list[str] = []
        while before is not None:
            page = await admin.ok("GET", "/organisations?limit=200" + (f"&after={before['after']}" if listed else ""))
            listed += [each["id"] for each in page["rows"] if each["closed_at"]]
            before = {"after": page["next"]} if page["next"] else None
        assert made["id"] in listed
        await named.ok("POST", f"/organisations/{made['id']}/reopen")
        await named.ok("POST", "/keys", {"name": "k", "scopes": ["read"]})

    async def test_its_invitations_let_nobody_in(self, world: World) -> None:
        admin = world.caller(await world.person(is_admin=True))
        org_id = await world.organisation()
        made = await world.caller(await world.key(org_id)).ok("POST", "/invitations", {"member_role": "owner"})
        await admin.ok("POST", f"/organisations/{org_id}/close", WHY)
        refused = await world.stranger().refused("POST", "/invitations/peek", {"token": made["token"]})
        assert refused == (404, "no_such_invitation")

    async def test_every_process_forgets_its_callers(self, world: World, owner: asyncpg.Connection) -> None:
        heard: asyncio.Queue[str] = asyncio.Queue()

        def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
            heard.put_nowait(str(payload))

        await owner.add_listener(actors.CHANNEL, hear)
        admin = world.caller(await world.person(is_admin=True))
        org_id, ada = await world.organisation(), await world.person()
        await admin.ok("POST", f"/organisations/{org_id}/close", WHY)
        await admin.ok("POST", f"/people/{ada.id}/disable", WHY)
        assert [await heard.get(), await heard.get()] == [f"org:{org_id}", f"person:{ada.id}"]
