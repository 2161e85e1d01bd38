"""How a request names its caller: headers, cookies, CSRF, origin. Attacked through the routes."""

from base64 import b64encode
from typing import Any

import asyncpg
import pytest

from fairmark.identity.caller import csrf_token
from fairmark.kernel.actor import MemberRole, Mode, Scope, WorkRole
from fairmark.kernel.ids import SessionId, new_id

from .people import PASSWORD, PUBLIC_URL, SECRET, Login, World


def basic(user: str, password: str = "") -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def csrf(login: Login) -> dict[str, str]:
    return {"X-Fairmark-CSRF": csrf_token(SECRET, login.session_id)}


class TestAuthorization:
    async def test_a_key_works_as_bearer_and_as_basic_user(self, world: World) -> None:
        org_id = await world.organisation()
        secret = await world.key(org_id, Scope.READ, mode=Mode.TEST)
        expected = {
            "organisation_id": str(org_id),
            "mode": "test",
            "permissions": ["org.read", "people.read", "project.read", "data.read"],
        }
        assert await world.caller(secret).ok("GET", "/permissions") == expected
        assert await world.caller(None).ok("GET", "/permissions", headers=basic(secret)) == expected

    async def test_the_scheme_is_case_insensitive(self, world: World) -> None:
        secret = await world.key(await world.organisation())
        assert await world.caller(None).ok("GET", "/permissions", headers={"Authorization": f"bEARER  {secret}"})

    async def test_a_session_works_as_bearer_without_csrf(self, world: World) -> None:
        ada = await world.person()
        assert (await world.caller(ada).ok("PATCH", "/me", {"name": "Grace"}))["name"] == "Grace"

    async def test_nobody_is_told_to_sign_in(self, world: World) -> None:
        answer = await world.caller(None)("GET", "/permissions")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_signed_in")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        "header",
        [
            "Bearer",
            "Bearer ",
            "Bearer nonsense",
            "Digest x",
            "Basic",
            "Basic !!!",
            "Basic " + b64encode("ü:".encode()).decode(),
            "Basic " + b64encode(b"no-colon").decode(),
            "Bearer ses_" + "a" * 43,
            "Bearer live_" + "0" * 22 + "_" + "a" * 43,
        ],
    )
    async def test_refuses_a_bad_header(self, world: World, header: str) -> None:
        refused = await world.caller(None).refused("GET", "/permissions", headers={"Authorization": header})
        assert refused == (401, "bad_credentials")

    async def test_basic_takes_a_key_alone(self, world: World) -> None:
        secret = await world.key(await world.organisation())
        ada = await world.person()
        for headers in (basic(secret, "x"), basic(ada.token), basic(ada.email, PASSWORD)):
            assert (await world.caller(None).refused("GET", "/permissions", headers=headers))[0] == 401

    async def test_the_header_wins_over_the_cookie(self, world: World) -> None:
        ada, grace = await world.person("Ada"), await world.person("Grace")
        me = await world.browser(ada).ok("GET", "/me", headers={"Authorization": f"Bearer {grace.token}"})
        assert me["person"]["name"] == "Grace"

    async def test_a_bad_header_is_not_saved_by_a_good_cookie(self, world: World) -> None:
        ada = await world.person()
        refused = await world.browser(ada).refused("GET", "/me", headers={"Authorization": "Bearer nonsense"})
        assert refused == (401, "bad_credentials")


class TestRevocation:
    async def test_a_revoked_key_stops_at_once_although_it_was_remembered(self, world: World) -> None:
        org_id = await world.organisation()
        boss, secret = world.caller(await world.key(org_id)), await world.key(org_id, Scope.READ)
        used = world.caller(secret)
        await used.ok("GET", "/organisation")
        (row,) = [key for key in (await boss.ok("GET", "/keys"))["rows"] if key["hint"] == secret[-4:]]
        await boss.ok("DELETE", f"/keys/{row['id']}")
        assert await used.refused("GET", "/organisation") == (401, "bad_credentials")

    async def test_an_ended_session_stops_at_once_although_it_was_remembered(self, world: World) -> None:
        ada = await world.person()
        await world.caller(ada).ok("GET", "/me")
        await world.caller(ada).ok("POST", "/sign-out")
        assert await world.caller(ada).refused("GET", "/me") == (401, "bad_credentials")

    async def test_a_member_sent_away_is_out_at_once(self, world: World) -> None:
        org_id = await world.organisation()
        boss = await world.member(org_id, MemberRole.OWNER)
        ada = await world.member(org_id, MemberRole.MANAGER)
        await world.caller(ada).ok("GET", "/members")
        await world.caller(boss).ok("DELETE", f"/members/{ada.id}")
        assert (await world.caller(ada).refused("GET", "/members"))[0] in {403, 422}
        assert await world.caller(ada, org_id).refused("GET", "/members") == (404, "no_such_organisation")


class TestOrganisationHeader:
    async def test_chooses(self, world: World) -> None:
        one, other = await world.organisation("One"), await world.organisation("Other")
        ada = await world.member(one, MemberRole.OWNER)
        await world.enrol(other, await world.workforce(other), ada.id, WorkRole.WORKER)
        assert await world.caller(ada).refused("GET", "/organisation") == (422, "organisation_not_chosen")
        assert (await world.caller(ada, one).ok("GET", "/organisation"))["name"] == "One"
        # a worker may not read the customer's own page, not even its name
        assert await world.caller(ada, other).refused("GET", "/organisation") == (403, "forbidden")

    @pytest.mark.parametrize("header", ["x", "00000000-0000-0000-0000-00000000000g", "'; DROP TABLE people; --"])
    async def test_refuses_what_is_no_id(self, world: World, header: str) -> None:
        ada = await world.person()
        refused = await world.caller(ada).refused("GET", "/organisation", headers={"X-Fairmark-Org": header})
        assert refused == (404, "no_such_organisation")

    async def test_foreign_and_unknown_look_alike(self, world: World) -> None:
        foreign = await world.organisation()
        ada = await world.member(await world.organisation(), MemberRole.OWNER)
        answers = [
            (await world.caller(ada)("GET", "/members", headers={"X-Fairmark-Org": str(org)})).json()["error"]
            for org in (foreign, new_id())
        ]
        for answer in answers:
            answer.pop("request_id")
        assert answers[0] == answers[1]

    async def test_a_key_cannot_leave_its_own(self, world: World) -> None:
        secret, foreign = await world.key(await world.organisation()), await world.organisation()
        assert await world.caller(secret, foreign).refused("GET", "/members") == (404, "no_such_organisation")

    async def test_ones_own_pages_do_not_mind_a_stale_one(self, world: World) -> None:
        ada = await world.person()
        await world.caller(ada, await world.organisation()).ok("GET", "/me")


class TestCsrf:
    async def test_reading_needs_no_token(self, world: World) -> None:
        await world.browser(await world.person()).ok("GET", "/me")

    async def test_writing_needs_the_sessions_own(self, world: World) -> None:
        ada, grace = await world.person(), await world.person()
        browser = world.browser(ada)
        wrong: list[dict[str, str]] = [
            {},
            {"X-Fairmark-CSRF": ""},
            {"X-Fairmark-CSRF": "x" * 43},
            {"X-Fairmark-CSRF": csrf(ada)["X-Fairmark-CSRF"][:-1]},
            {"X-Fairmark-CSRF": csrf_token(b"another secret of the same kind", ada.session_id)},
            {"X-Fairmark-CSRF": csrf_token(SECRET, SessionId(new_id()))},
            csrf(grace),
            # the naive double submit: header and cookie agree with each other, but not with the session
            {"X-Fairmark-CSRF": "evil", "Cookie": f"fairmark_session={ada.token}; fairmark_csrf=evil"},
        ]
        for headers in wrong:
            assert await browser.refused("PATCH", "/me", {"name": "Eve"}, headers) == (403, "cross_site"), headers
        assert (await browser.ok("PATCH", "/me", {"name": "Grace"}, csrf(ada)))["name"] == "Grace"

    @pytest.mark.parametrize(
        ("headers", "fine"),
        [
            ({"Origin": PUBLIC_URL}, True),
            ({"Origin": "http://localhost:8080", "Host": "localhost:8080"}, True),  # another name of the same machine
            ({}, True),
            ({"Sec-Fetch-Site": "same-origin"}, True),
            ({"Origin": "https://evil.test"}, False),
            ({"Origin": "null"}, False),
            ({"Origin": ""}, False),
            ({"Origin": "https://fairmark.test"}, True),  # TLS ends before us: the host is what browsers cannot forge
            ({"Origin": "http://fairmark.test.evil.test"}, False),
            ({"Origin": "http://evil.test#fairmark.test"}, False),
            ({"Origin": "http://[::1"}, False),
            ({"Origin": "file://fairmark.test"}, False),
            ({"Sec-Fetch-Site": "cross-site"}, False),
        ],
    )
    async def test_other_origins_are_refused_even_with_the_token(
        self, world: World, headers: dict[str, str], fine: bool
    ) -> None:
        ada = await world.person()
        answer = await world.browser(ada)("PATCH", "/me", {"name": "Grace"}, {**csrf(ada), **headers})
        assert (answer.status_code == 200) == fine, answer.text

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/sign-in", {"email": "a@b.test", "password": PASSWORD}),
            ("/invitations/accept", {"token": "x", "name": "Eve", "email": "a@b.test", "password": PASSWORD}),
            (
                "/first-start",
                {"token": "x", "name": "E", "email": "a@b.test", "password": PASSWORD, "organisation": "O"},
            ),
        ],
    )
    async def test_nobody_is_signed_in_from_another_site(self, world: World, path: str, body: Any) -> None:
        # otherwise a page could sign its visitor in as the attacker, and watch what they upload
        refused = await world.caller(None).refused("POST", path, body, {"Origin": "https://evil.test"})
        assert refused == (403, "cross_site")

    async def test_a_dead_cookie_is_nobody_and_not_an_error(self, world: World, owner: asyncpg.Connection) -> None:
        ada = await world.person()
        await owner.execute("DELETE FROM sessions WHERE id = $1", ada.session_id)
        assert await world.browser(ada).refused("GET", "/me") == (401, "not_signed_in")
        answer = await world.browser(ada)("POST", "/sign-in", {"email": ada.email, "password": PASSWORD})
        assert answer.status_code == 200

    async def test_a_key_in_the_cookie_is_no_session(self, world: World) -> None:
        secret = await world.key(await world.organisation())
        headers = {"Cookie": f"fairmark_session={secret}"}
        assert await world.caller(None).refused("GET", "/organisation", headers=headers) == (401, "not_signed_in")
