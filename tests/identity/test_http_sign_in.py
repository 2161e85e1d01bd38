"""Signing in and out, and what keeps guessers out: through the routes."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from fairmark.identity import passwords, rules
from fairmark.kernel.db import Database
from fairmark.kernel.ids import new_id
from fairmark.kernel.signing import token_hash

from .people import HASH, PASSWORD, World, credentials, open_world
from .test_caller import csrf

NEW_PASSWORD = "seven lanterns under the pier"


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

    async def test_cookies_travel_by_https_alone_where_there_is_https(self, db: Database, tmp_path: Path) -> None:
        async with open_world(db, tmp_path, public_url="https://fairmark.test") as world:
            answer = await world.stranger()("POST", "/sign-in", credentials(await world.person()))
        cookies = answer.headers.get_list("set-cookie")
        assert len(cookies) == 2
        assert all("Secure" in cookie for cookie in cookies)

    async def test_takes_the_address_in_any_case(self, world: World) -> None:
        ada = await world.person()
        await world.stranger().ok("POST", "/sign-in", {"email": f" {ada.email.upper()}", "password": PASSWORD})

    async def test_stores_only_a_hash_of_the_token(self, world: World, owner: asyncpg.Connection) -> None:
        ada = await world.person()
        body = await world.stranger().ok("POST", "/sign-in", credentials(ada))
        rows = await owner.fetch("SELECT token_hash FROM sessions WHERE person_id = $1", ada.id)
        assert token_hash(body["token"]) in [row[0] for row in rows]

    async def test_unknown_and_wrong_answer_alike_also_of_the_disabled(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        ada, gone = await world.person(), await world.person()
        await owner.execute("UPDATE people SET disabled_at = now() WHERE id = $1", gone.id)
        tries = [
            {"email": f"{new_id().hex}@people.test", "password": PASSWORD},
            credentials(ada, "some other password"),
            credentials(gone, "some other password"),
        ]
        answers: list[Any] = []
        for body in tries:
            answer = await world.stranger()("POST", "/sign-in", body)
            error = answer.json()["error"]
            error.pop("request_id")
            answers.append((answer.status_code, error, sorted(answer.headers)))
        assert answers[0][0] == 401
        assert answers[0] == answers[1] == answers[2]

    async def test_who_is_disabled_and_knows_the_password_learns_why(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        gone = await world.person()
        await owner.execute(
            "UPDATE people SET disabled_at = now(), disabled_reason = 'Left in May.' WHERE id = $1", gone.id
        )
        answer = await world.stranger()("POST", "/sign-in", credentials(gone))
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (401, "account_disabled")
        assert "Left in May." in error["message"]
        assert "set-cookie" not in answer.headers

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
        thief = strict.caller(ada, address="203.0.113.205")
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
