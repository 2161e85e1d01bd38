"""Routes of a person: signing in and out, oneself, one's sessions, the first start."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from fairmark.identity import accounts, service
from fairmark.identity.accounts import Me
from fairmark.identity.actors import CACHE
from fairmark.identity.caller import (
    csrf_token,
    no_cookies,
    own_work,
    person_of,
    refuse_cross_site,
    require_person,
    session_cookie,
    session_cookies,
    visit_of,
)
from fairmark.identity.model import NewPerson, Person, Session, SignIn
from fairmark.kernel.http import After, Limit, Page, Req, page_of, site
from fairmark.kernel.ids import SessionId
from fairmark.kernel.pages import after_id

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Email = Annotated[str, Meta(min_length=3, max_length=254)]
Password = Annotated[str, Meta(min_length=1, max_length=1000)]
Token = Annotated[str, Meta(min_length=1, max_length=200)]

API = "/api/v1"
TAGS = ["identity"]


class SignInBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who signs in."""

    email: Email
    password: Password


class SignedIn(msgspec.Struct, kw_only=True):
    """A session begun. Browsers have it as a cookie; scripts send `token` as Bearer."""

    token: str
    csrf: str
    me: Me


class FirstStartNeeded(msgspec.Struct):
    """Whether the installation still has no administrator."""

    needed: bool


class FirstStartBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The administrator to be, and the name of the first organisation."""

    token: Token
    name: Name
    email: Email
    password: Password
    organisation: Name


class ProfileBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change; preferences are laid over the old ones, null takes a key away."""

    name: Name | None = None
    preferences: dict[Annotated[str, Meta(max_length=100)], Any] | None = None


class PasswordBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The password so far, and the one to come."""

    old: Password
    new: Password


async def answer(request: Req, signed_in: SignIn) -> SignedIn:
    """What somebody learns who has just signed in."""
    opened = site(request)
    async with opened.db.begin(person_id=signed_in.person_id) as tx:
        me = await accounts.me(tx, signed_in.person_id)
    return SignedIn(token=signed_in.token, csrf=csrf_token(opened.secret, signed_in.session_id), me=me)


@post(f"{API}/sign-in", operation_id="sign_in", tags=TAGS, status_code=200)
async def sign_in(request: Req, data: JSONBody[SignInBody]) -> Response[SignedIn]:
    """Signs in with e-mail address and password. Sets the session's cookies; scripts use the token in the answer."""
    refuse_cross_site(request)
    opened = site(request)
    signed_in = await accounts.sign_in(
        opened.db, opened.settings, data.email, data.password, visit_of(request), session_cookie(request)
    )
    return Response(await answer(request, signed_in), cookies=session_cookies(request, signed_in))


@post(f"{API}/sign-out", operation_id="sign_out", tags=TAGS, status_code=204)
async def sign_out(request: Req) -> Response[None]:
    """Ends this session and takes its cookies away. No error if it had ended before."""
    actor = await person_of(request)
    if actor.session_id is not None:
        async with site(request).db.begin(actor=actor) as tx:
            await accounts.end_session(tx, actor.session_id)
        CACHE.forget(session_id=actor.session_id)
    return Response(None, status_code=204, cookies=no_cookies())


@get(f"{API}/first-start", operation_id="first_start_needed", tags=TAGS)
async def first_start_needed(request: Req) -> FirstStartNeeded:
    """Whether the installation still waits for its administrator."""
    async with site(request).db.begin() as tx:
        return FirstStartNeeded(not await service.has_admin(tx))


@post(f"{API}/first-start", operation_id="first_start", tags=TAGS, status_code=201)
async def first_start(request: Req, data: JSONBody[FirstStartBody]) -> Response[SignedIn]:
    """Uses the link up that the server printed at its first start: makes the administrator and their organisation."""
    refuse_cross_site(request)
    opened = site(request)
    signed_in = await accounts.first_start(
        opened.db,
        opened.settings,
        data.token,
        NewPerson(name=data.name, email=data.email, password=data.password),
        data.organisation,
        visit_of(request),
    )
    return Response(await answer(request, signed_in), cookies=session_cookies(request, signed_in))


@get(f"{API}/me", operation_id="me", tags=TAGS)
async def me(request: Req) -> Response[Me]:
    """The person signed in, and what they are to which organisations. Prolongs a browser's cookies."""
    async with own_work(request) as tx:
        person_id, session_id = tx.actor.person_id, tx.actor.session_id
        assert person_id is not None
        assert session_id is not None
        body = await accounts.me(tx, person_id)
    token = None if request.headers.get("authorization") else session_cookie(request)
    again = SignIn(session_id=session_id, person_id=person_id, token=token) if token else None
    return Response(body, cookies=session_cookies(request, again) if again else [])


@patch(f"{API}/me", operation_id="change_me", tags=TAGS)
async def change_me(request: Req, data: JSONBody[ProfileBody]) -> Person:
    """Changes one's own name or preferences."""
    async with own_work(request) as tx:
        return await accounts.change_profile(tx, data.name, data.preferences)


@post(f"{API}/me/password", operation_id="change_password", tags=TAGS, status_code=204)
async def change_password(request: Req, data: JSONBody[PasswordBody]) -> None:
    """Changes one's own password; every other session ends."""
    opened = site(request)
    actor = await require_person(request)
    await accounts.change_password(opened.db, opened.settings, actor, data.old, data.new, visit_of(request))


@get(f"{API}/me/sessions", operation_id="list_sessions", tags=TAGS)
async def list_sessions(request: Req, limit: Limit = 50, after: After = None) -> Page[Session]:
    """One's own sign-ins that still work, newest first."""
    async with own_work(request) as tx:
        rows = await accounts.own_sessions(tx, after_id(after) if after else None, limit + 1)
    return page_of(rows, limit, lambda session: str(session.id))


@delete(f"{API}/me/sessions/{{session_id:uuid}}", operation_id="end_session", tags=TAGS)
async def end_session(request: Req, session_id: FromPath[UUID]) -> None:
    """Ends one of one's own sign-ins."""
    async with own_work(request) as tx:
        await accounts.end_session(tx, SessionId(session_id))
    CACHE.forget(session_id=SessionId(session_id))


ROUTES: list[Any] = [
    sign_in,
    sign_out,
    first_start_needed,
    first_start,
    me,
    change_me,
    change_password,
    list_sessions,
    end_session,
]
