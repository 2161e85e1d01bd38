"""Signing in and out, oneself, one's sessions, the first start: through the routes."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from fairmark.identity import passwords, rules, service
from fairmark.kernel.actor import MemberRole, WorkRole
from fairmark.kernel.db import Database
from fairmark.kernel.ids import new_id
from fairmark.kernel.signing import token_hash

from .people import HASH, PASSWORD, Login, World, events, open_world
from .test_caller import csrf

NEW_PASSWORD = "seven lanterns under the pier"


def credentials(login: Login, password: str = PASSWORD) -> dict[str, str]:
    return {"email": login.email, "password": password}


async def room_in_window(seconds: float = 10) -> None:
    """Waits for the next window of tries if this one ends within `seconds`, so that a test stays inside one."""
    now = datetime.now(UTC)
    left = rules.window_of(now) + rules.TRIES_WINDOW - now
    if left < timedelta(seconds=seconds):
        await asyncio.sleep(left.total_seconds() + 0.1)


@pytest.fixture(scope="module")
async def strict(db: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[World]:
    """An application that lets three tries through."""
    async with open_world(db, tmp_path_factory.mktemp("strict"), sign_in_tries_max=3) as opened:
        yield opened


class TestSignIn:
    async def test_begins_a_session_that_works_as_cookie_and_as_bearer(self, world: World) -> None:
        ada = await world.person("Ada")
        answer = await world.stranger()("POST", "/sign-in", credentials(ada))
        body = answer.json()
        assert answer.status_code == 200
        assert body["me"]["person"] == {
            "id": str(ada.id),
            "name": "Ada",
            "email": ada.email,
            "is_admin": False,
            "preferences": {},
        }
        assert answer.cookies["fairmark_session"] == body["token"]
        assert answer.cookies["fairmark_csrf"] == body["csrf"]
        cookie = {"Cookie": f"fairmark_session={body['token']}", "X-Fairmark-CSRF": body["csrf"]}
        await world.caller(None).ok("PATCH", "/me", {"name": "A."}, cookie)
        await world.caller(body["token"]).ok("GET", "/me")

    async def test_scripts_cannot_read_the_session_cookie(self, world: World) -> None:
        ada = await world.person()
        answer = await world.stranger()("POST", "/sign-in", credentials(ada))
        session, token = sorted(answer.headers.get_list("set-cookie"), reverse=True)
        assert session.startswith("fairmark_session=")
        assert "HttpOnly" in session
        assert "HttpOnly" not in token
        for cookie in (session, token):
            assert "SameSite=lax" in cookie
            assert "Path=/" in cookie
            assert "Secure" not in cookie  # this installation is reached by http

    async def test_takes_the_address_in_any_case(self, world: World) -> None:
        ada = await world.person()
        await world.stranger().ok("POST", "/sign-in", {"email": f" {ada.email.upper()}", "password": PASSWORD})

    async def test_stores_only_a_hash_of_the_token(self, world: World, owner: asyncpg.Connection) -> None:
        ada = await world.person()
        body = await world.stranger().ok("POST", "/sign-in", credentials(ada))
        rows = await owner.fetch("SELECT token_hash FROM sessions WHERE person_id = $1", ada.id)
        assert token_hash(body["token"]) in [row[0] for row in rows]

    async def test_unknown_wrong_and_disabled_answer_alike(self, world: World, owner: asyncpg.Connection) -> None:
        ada, gone = await world.person(), await world.person()
        await owner.execute("UPDATE people SET disabled_at = now() WHERE id = $1", gone.id)
        tries = [
            {"email": f"{new_id().hex}@people.test", "password": PASSWORD},
            credentials(ada, "some other password"),
            credentials(gone),
        ]
        answers: list[Any] = []
        for body in tries:
            answer = await world.stranger()("POST", "/sign-in", body)
            error = answer.json()["error"]
            error.pop("request_id")
            answers.append((answer.status_code, error, sorted(answer.headers)))
        assert answers[0][0] == 401
        assert answers[0] == answers[1] == answers[2]

    async def test_unknown_and_known_addresses_are_checked_by_the_same_work(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checked: list[str | None] = []
        verify = passwords.verify

        async def spy(stored: str | None, password: str) -> bool:
            checked.append(stored)
            return await verify(stored, password)

        monkeypatch.setattr(passwords, "verify", spy)
        ada = await world.person()
        await world.stranger().refused("POST", "/sign-in", credentials(ada, "some other password"))
        await world.stranger().refused("POST", "/sign-in", {"email": "nobody@people.test", "password": PASSWORD})
        # test_passwords.py shows that verify does the same work for both
        assert checked == [HASH, None]

    async def test_renews_a_hash_made_with_other_parameters(self, world: World, owner: asyncpg.Connection) -> None:
        ada = await world.person()
        weak = passwords.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        await owner.execute("UPDATE people SET password_hash = $1 WHERE id = $2", weak, ada.id)
        await world.stranger().ok("POST", "/sign-in", credentials(ada))
        stored = await owner.fetchval("SELECT password_hash FROM people WHERE id = $1", ada.id)
        assert not passwords.outdated(str(stored))
        await world.stranger().ok("POST", "/sign-in", credentials(ada))

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": "a@b.test"},
            {"email": "a@b.test", "password": 7},
            {"email": "a@b.test", "password": "x" * 1001},
            {"email": "a@b.test", "password": "\u0000" * 12, "extra": 1},
            {"email": ["a@b.test"], "password": PASSWORD},
            [],
        ],
    )
    async def test_refuses_a_body_that_does_not_fit(self, world: World, body: Any) -> None:
        assert (await world.stranger().refused("POST", "/sign-in", body))[0] == 422

    async def test_takes_odd_text_for_a_wrong_password(self, world: World) -> None:
        for odd in ("\u0000" * 12, "' OR 1=1 --", "💥" * 20):
            body = {"email": odd + "@x.test", "password": odd}
            assert (await world.stranger().refused("POST", "/sign-in", body))[0] in {401, 422}


class TestSessionFixation:
    async def test_a_planted_session_does_not_become_the_victims(self, world: World) -> None:
        mallory, ada = await world.person(), await world.person()
        # Mallory planted the cookie of her own session in Ada's browser, and Ada signs in with it there
        answer = await world.browser(mallory)("POST", "/sign-in", credentials(ada))
        token = answer.json()["token"]
        assert token != mallory.token
        assert (await world.caller(token).ok("GET", "/me"))["person"]["id"] == str(ada.id)
        # what Mallory knows has ended, and never was Ada's
        assert await world.caller(mallory).refused("GET", "/me") == (401, "bad_credentials")

    async def test_a_token_of_ones_own_making_is_not_taken_up(self, world: World) -> None:
        ada = await world.person()
        chosen = "ses_" + "f" * 43
        answer = await world.caller(None)(
            "POST", "/sign-in", credentials(ada), {"Cookie": f"fairmark_session={chosen}"}
        )
        assert answer.json()["token"] != chosen
        assert await world.caller(chosen).refused("GET", "/me") == (401, "bad_credentials")


class TestRateLimit:
    async def test_slows_an_account_from_many_addresses(self, strict: World) -> None:
        await room_in_window()
        ada = await strict.person()
        for n in range(3):
            refused = await strict.stranger(f"203.0.113.{n}").refused("POST", "/sign-in", credentials(ada, "wrong" * 3))
            assert refused == (401, "bad_credentials")
        answer = await strict.stranger("203.0.113.9")("POST", "/sign-in", credentials(ada))
        # the right password does not get through either, or the limit would only slow the wrong ones
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_tries")
        assert 0 < int(answer.headers["retry-after"]) <= 901
        # others are not affected
        await strict.stranger("203.0.113.9").ok("POST", "/sign-in", credentials(await strict.person()))

    async def test_slows_an_unknown_account_just_the_same(self, strict: World) -> None:
        await room_in_window()
        body = {"email": f"{new_id().hex}@people.test", "password": PASSWORD}
        codes = [(await strict.stranger(f"203.0.113.{100 + n}").refused("POST", "/sign-in", body))[0] for n in range(4)]
        assert codes == [401, 401, 401, 429]

    async def test_slows_an_address_over_many_accounts(self, strict: World) -> None:
        await room_in_window()
        one = strict.stranger("203.0.113.201")
        for _ in range(3):
            ada = await strict.person()
            assert (await one.refused("POST", "/sign-in", credentials(ada, "wrong" * 3)))[0] == 401
        ada = await strict.person()
        assert (await one.refused("POST", "/sign-in", credentials(ada)))[0] == 429
        await strict.stranger("203.0.113.202").ok("POST", "/sign-in", credentials(ada))

    async def test_successes_do_not_count(self, strict: World) -> None:
        await room_in_window()
        ada, office = await strict.person(), strict.stranger("203.0.113.203")
        for _ in range(5):
            await office.ok("POST", "/sign-in", credentials(ada))

    async def test_tries_at_the_same_time_cannot_slip_through(self, strict: World) -> None:
        await room_in_window()
        ada = await strict.person()
        answers = await asyncio.gather(
            *(
                strict.stranger(f"203.0.113.{n}").refused("POST", "/sign-in", credentials(ada, "wrong" * 3))
                for n in range(60, 68)
            )
        )
        assert sorted(status for status, _ in answers) == [401] * 3 + [429] * 5

    async def test_forged_forwarding_does_not_help(self, strict: World) -> None:
        await room_in_window()
        # the proxy appends the true address; what stands before it was sent by the client
        for n in range(3):
            liar = strict.stranger(f"8.8.8.{n}, 203.0.113.204")
            assert (await liar.refused("POST", "/sign-in", credentials(await strict.person(), "wrong" * 3)))[0] == 401
        liar = strict.stranger("8.8.8.200, 203.0.113.204")
        assert (await liar.refused("POST", "/sign-in", credentials(await strict.person())))[0] == 429

    async def test_a_stolen_session_cannot_try_passwords(self, strict: World) -> None:
        await room_in_window()
        ada = await strict.person()
        thief = strict.caller(ada)
        codes = [
            await thief.refused("POST", "/me/password", {"old": f"guess number {n}", "new": NEW_PASSWORD})
            for n in range(4)
        ]
        assert codes == [(403, "wrong_password")] * 3 + [(429, "too_many_tries")]


class TestSignOut:
    async def test_ends_the_session_and_takes_the_cookies(self, world: World) -> None:
        ada = await world.person()
        answer = await world.browser(ada)("POST", "/sign-out", None, csrf(ada))
        assert answer.status_code == 204
        assert all("Max-Age=0" in cookie for cookie in answer.headers.get_list("set-cookie"))
        assert len(answer.headers.get_list("set-cookie")) == 2
        assert await world.browser(ada).refused("GET", "/me") == (401, "not_signed_in")

    async def test_another_site_cannot_sign_one_out(self, world: World) -> None:
        ada = await world.person()
        assert await world.browser(ada).refused("POST", "/sign-out") == (403, "cross_site")
        await world.browser(ada).ok("GET", "/me")

    async def test_is_no_error_for_nobody(self, world: World) -> None:
        await world.caller(None).ok("POST", "/sign-out")


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
            },
            {
                "id": str(theirs),
                "name": None,  # workers know a customer under its display name alone
                "display_name": "A customer",
                "member_role": None,
                "worker_id": str(worker_id),
                "alias": alias,
                "work_roles": ["lead"],
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
