"""Oneself, one's sessions and password, the first start: through the routes."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from fairmark.identity import accounts, service
from fairmark.identity.model import NoSuchPerson
from fairmark.kernel.actor import MemberRole, WorkRole
from fairmark.kernel.db import Database
from fairmark.kernel.ids import new_id
from tests.conftest import Server, free_port

from .people import PASSWORD, World, credentials, events
from .test_caller import csrf

NEW_PASSWORD = "seven lanterns under the pier"


class TestMe:
    async def test_lists_organisations_with_what_one_is_there(self, world: World) -> None:
        mine = await world.organisation("Harbour Maps", "A map maker")
        theirs = await world.organisation("Secret Customer", "A customer")
        ada = await world.member(mine, MemberRole.OWNER)
        crew = await world.workforce(theirs)
        worker_id = await world.enrol(theirs, crew, ada.id, WorkRole.LEAD)
        me = await world.caller(ada).ok("GET", "/me")
        alias = me["organisations"][1]["alias"]
        assert me["organisations"] == [
            {
                "id": str(mine),
                "name": "Harbour Maps",
                "display_name": "A map maker",
                "member_role": "owner",
                "worker_id": None,
                "alias": None,
                "work_roles": [],
                "closed_at": None,
                "closed_reason": None,
            },
            {
                "id": str(theirs),
                "name": None,  # workers know a customer under its display name alone
                "display_name": "A customer",
                "member_role": None,
                "worker_id": str(worker_id),
                "alias": alias,
                "work_roles": ["lead"],
                "closed_at": None,
                "closed_reason": None,
            },
        ]
        assert alias

    async def test_prolongs_the_cookies_of_a_browser_only(self, world: World) -> None:
        ada = await world.person()
        by_cookie = await world.browser(ada)("GET", "/me")
        assert by_cookie.cookies["fairmark_session"] == ada.token
        assert by_cookie.cookies["fairmark_csrf"] == csrf(ada)["X-Fairmark-CSRF"]
        by_header = await world.caller(ada)("GET", "/me")
        assert "set-cookie" not in by_header.headers

    async def test_is_for_persons(self, world: World) -> None:
        secret = await world.key(await world.organisation())
        assert await world.caller(secret).refused("GET", "/me") == (403, "forbidden")
        assert await world.caller(None).refused("GET", "/me") == (401, "not_signed_in")

    async def test_changes_name_and_preferences(self, world: World) -> None:
        ada = world.caller(await world.person())
        await ada.ok("PATCH", "/me", {"preferences": {"keys": "cvat", "theme": "dark"}})
        changed = await ada.ok("PATCH", "/me", {"name": " Grace ", "preferences": {"theme": None, "zoom": {"x": 2}}})
        assert (changed["name"], changed["preferences"]) == ("Grace", {"keys": "cvat", "zoom": {"x": 2}})

    async def test_concurrent_preferences_are_both_kept(self, world: World) -> None:
        ada = world.caller(await world.person())
        await asyncio.gather(*(ada.ok("PATCH", "/me", {"preferences": {f"k{n}": n}}) for n in range(5)))
        me = await ada.ok("GET", "/me")
        assert me["person"]["preferences"] == {f"k{n}": n for n in range(5)}

    @pytest.mark.parametrize(
        "body",
        [
            {"name": ""},
            {"name": " \t "},
            {"name": "a\nb"},
            {"name": "x" * 101},
            {"is_admin": True},
            {"preferences": {"k": "x" * 20_000}},
            {"preferences": {"x" * 101: 1}},
            {"preferences": {"nul": "\u0000"}},
        ],
    )
    async def test_refuses_what_does_not_fit(self, world: World, body: Any) -> None:
        assert (await world.caller(await world.person()).refused("PATCH", "/me", body))[0] == 422

    async def test_members_organisations_hear_of_a_new_name_and_employers_do_not(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        mine, theirs = await world.organisation(), await world.organisation()
        ada = await world.member(mine, MemberRole.MEMBER)
        await world.enrol(theirs, await world.workforce(theirs), ada.id, WorkRole.WORKER)
        await world.caller(ada).ok("PATCH", "/me", {"name": "Countess"})
        type, actor, data = (await events(owner, mine))[-1]
        assert (type, actor) == ("person.changed", f"person:{ada.id}")
        assert '"name"' in data
        assert all("person" not in f"{row}" for row in await events(owner, theirs))


class TestPassword:
    async def test_is_changed_and_other_sessions_end(self, world: World) -> None:
        ada = await world.person()
        other = (await world.stranger().ok("POST", "/sign-in", credentials(ada)))["token"]
        await world.caller(other).ok("GET", "/me")
        await world.caller(ada).ok("POST", "/me/password", {"old": PASSWORD, "new": NEW_PASSWORD})
        await world.caller(ada).ok("GET", "/me")
        assert await world.caller(other).refused("GET", "/me") == (401, "bad_credentials")
        assert (await world.stranger().refused("POST", "/sign-in", credentials(ada)))[0] == 401
        await world.stranger().ok("POST", "/sign-in", credentials(ada, NEW_PASSWORD))

    async def test_needs_the_old_one(self, world: World) -> None:
        ada = await world.person()
        refused = await world.caller(ada).refused("POST", "/me/password", {"old": "not it at all", "new": NEW_PASSWORD})
        assert refused == (403, "wrong_password")

    @pytest.mark.parametrize("new", ["short", "password1234", "1234567890"])
    async def test_must_not_be_weak(self, world: World, new: str) -> None:
        ada = await world.person()
        refused = await world.caller(ada).refused("POST", "/me/password", {"old": PASSWORD, "new": new})
        assert refused == (422, "weak_password")
        await world.stranger().ok("POST", "/sign-in", credentials(ada))

    async def test_of_two_changes_at_once_one_wins(self, world: World) -> None:
        ada = await world.person()
        wishes = [f"{NEW_PASSWORD} {n}" for n in range(2)]
        answers = await asyncio.gather(
            *(world.caller(ada)("POST", "/me/password", {"old": PASSWORD, "new": new}) for new in wishes)
        )
        assert sorted(answer.status_code for answer in answers) == [204, 403]
        winner = wishes[[answer.status_code for answer in answers].index(204)]
        await world.stranger().ok("POST", "/sign-in", credentials(ada, winner))


class TestResetPassword:
    async def test_gives_a_fresh_password_and_ends_every_session(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        ada = await world.member(org_id, MemberRole.OWNER)
        await world.caller(ada).ok("GET", "/me")
        fresh = await accounts.reset_password(world.db, ada.email.upper())
        assert await world.caller(ada).refused("GET", "/me") == (401, "bad_credentials")
        assert (await world.stranger().refused("POST", "/sign-in", credentials(ada)))[0] == 401
        await world.stranger().ok("POST", "/sign-in", credentials(ada, fresh))
        assert (await events(owner, org_id))[-1][:2] == ("person.changed", "system")

    async def test_is_a_command_that_prints_the_password_alone(self, world: World, data_dir: Path) -> None:
        ada = await world.person()
        installation = Server(data_dir, free_port())
        printed = await asyncio.to_thread(installation.command, "people", "reset-password", ada.email)
        await world.stranger().ok("POST", "/sign-in", credentials(ada, printed.removesuffix("\n")))

    async def test_knows_only_whom_it_knows(self, world: World) -> None:
        with pytest.raises(NoSuchPerson):
            await accounts.reset_password(world.db, f"{new_id().hex}@people.test")


class TestSessions:
    async def test_lists_where_one_is_signed_in(self, world: World) -> None:
        ada = await world.person()
        stranger = world.stranger("203.0.113.50")
        await stranger.ok("POST", "/sign-in", credentials(ada), {"User-Agent": "Firefox\t on a boat"})
        page = await world.caller(ada).ok("GET", "/me/sessions")
        newest, oldest = page["rows"]
        assert (newest["user_agent"], newest["address"], newest["current"]) == (
            "Firefox on a boat",
            "203.0.113.50",
            False,
        )
        assert (oldest["user_agent"], oldest["id"], oldest["current"]) == ("tests", str(ada.session_id), True)
        assert page["next"] is None

    async def test_ends_one(self, world: World) -> None:
        ada = await world.person()
        other = (await world.stranger().ok("POST", "/sign-in", credentials(ada)))["token"]
        (row,) = [row for row in (await world.caller(ada).ok("GET", "/me/sessions"))["rows"] if not row["current"]]
        await world.caller(other).ok("GET", "/me")
        await world.caller(ada).ok("DELETE", f"/me/sessions/{row['id']}")
        assert await world.caller(other).refused("GET", "/me") == (401, "bad_credentials")

    async def test_of_others_cannot_be_seen_or_ended(self, world: World) -> None:
        ada, eve = await world.person(), await world.person()
        rows = (await world.caller(eve).ok("GET", "/me/sessions"))["rows"]
        assert [row["id"] for row in rows] == [str(eve.session_id)]
        refused = await world.caller(eve).refused("DELETE", f"/me/sessions/{ada.session_id}")
        assert refused == (404, "no_such_session")
        assert refused == await world.caller(eve).refused("DELETE", f"/me/sessions/{new_id()}")
        await world.caller(ada).ok("GET", "/me")

    async def test_pages_meet_without_gap_or_overlap(self, world: World) -> None:
        ada = await world.person()
        for _ in range(4):
            await world.stranger().ok("POST", "/sign-in", credentials(ada))
        whole = [row["id"] for row in (await world.caller(ada).ok("GET", "/me/sessions"))["rows"]]
        seen: list[str] = []
        after = ""
        while True:
            page = await world.caller(ada).ok("GET", f"/me/sessions?limit=2{after}")
            seen += [row["id"] for row in page["rows"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert seen == whole
        assert len(seen) == 5

    @pytest.mark.parametrize("query", ["after=x", "limit=0", "limit=201", "limit=x", "after=" + "a" * 300])
    async def test_refuses_a_bad_page(self, world: World, query: str) -> None:
        assert (await world.caller(await world.person()).refused("GET", f"/me/sessions?{query}"))[0] == 422

    async def test_the_longest_unused_ends_when_there_are_too_many(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        ada = await world.person()
        await owner.execute(
            """INSERT INTO sessions SELECT sha256(gen_random_uuid()::text::bytea), gen_random_uuid(), $1, now(),
                      now() - n * interval '1 min', now() + interval '1 h', '', '' FROM generate_series(1, 60) n""",
            ada.id,
        )
        await world.stranger().ok("POST", "/sign-in", credentials(ada))
        rows = await owner.fetch("SELECT now() - seen_at AS unused FROM sessions WHERE person_id = $1", ada.id)
        # the new one, the one of `person`, and the 48 used within the last 48 minutes
        assert len(rows) == 50
        assert max(row["unused"] for row in rows) < timedelta(minutes=49)


class TestFirstStart:
    BODY = {"name": "Root", "password": NEW_PASSWORD, "organisation": "Harbour"}

    @pytest.fixture
    async def token(self, db: Database, owner: asyncpg.Connection) -> str:
        """The link of an installation that has no administrator."""
        await owner.execute("UPDATE people SET is_admin = false WHERE is_admin")
        async with db.begin() as tx:
            token = await service.ensure_first_admin_link(tx)
        assert token is not None
        return token

    def body(self, token: str) -> dict[str, str]:
        return {**self.BODY, "token": token, "email": f"{new_id().hex}@people.test"}

    async def test_makes_the_administrator_once(self, world: World, token: str, db: Database) -> None:
        assert await world.caller(None).ok("GET", "/first-start") == {"needed": True}
        answer = await world.caller(None)("POST", "/first-start", self.body(token))
        assert answer.status_code == 201
        me = answer.json()["me"]
        assert me["person"]["is_admin"] is True
        assert [(o["name"], o["member_role"]) for o in me["organisations"]] == [("Harbour", "owner")]
        assert answer.cookies["fairmark_session"] == answer.json()["token"]
        assert await world.caller(None).ok("GET", "/first-start") == {"needed": False}
        assert await world.caller(None).refused("POST", "/first-start", self.body(token)) == (404, "no_such_link")
        async with db.begin() as tx:
            assert await service.ensure_first_admin_link(tx) is None

    async def test_two_at_once_make_one_administrator(
        self, world: World, token: str, owner: asyncpg.Connection
    ) -> None:
        answers = await asyncio.gather(
            *(world.caller(None)("POST", "/first-start", self.body(token)) for _ in range(3))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 404, 404]
        assert await owner.fetchval("SELECT count(*) FROM people WHERE is_admin") == 1

    async def test_a_restart_makes_a_fresh_link_and_the_old_one_stops(
        self, world: World, token: str, db: Database
    ) -> None:
        async with db.begin() as tx:
            fresh = await service.ensure_first_admin_link(tx)
        assert fresh
        assert fresh != token
        assert await world.caller(None).refused("POST", "/first-start", self.body(token)) == (404, "no_such_link")
        await world.caller(None).ok("POST", "/first-start", self.body(fresh))

    async def test_an_expired_link_does_not_work(self, world: World, token: str, owner: asyncpg.Connection) -> None:
        left = "SELECT round(extract(epoch FROM expires_at - now()) / 3600) FROM one_time_links WHERE used_at IS NULL"
        assert await owner.fetchval(left) == 24  # hours
        await owner.execute("UPDATE one_time_links SET expires_at = now() WHERE used_at IS NULL")
        assert await world.caller(None).refused("POST", "/first-start", self.body(token)) == (404, "no_such_link")

    async def test_a_link_left_over_is_worthless_once_there_is_an_administrator(self, world: World, token: str) -> None:
        await world.person(is_admin=True)
        assert await world.caller(None).refused("POST", "/first-start", self.body(token)) == (404, "no_such_link")

    async def test_a_refusal_leaves_the_link_good_and_nothing_behind(
        self, world: World, token: str, owner: asyncpg.Connection
    ) -> None:
        ada = await world.person()
        organisations = await owner.fetchval("SELECT count(*) FROM organisations")
        body = self.body(token)
        assert await world.caller(None).refused("POST", "/first-start", {**body, "email": ada.email}) == (
            409,
            "email_taken",
        )
        for wrong in ({"password": "short"}, {"email": "x@"}, {"name": " "}, {"organisation": "a\nb"}):
            assert (await world.caller(None).refused("POST", "/first-start", {**body, **wrong}))[0] == 422
        assert await owner.fetchval("SELECT count(*) FROM organisations") == organisations
        await world.caller(None).ok("POST", "/first-start", body)
