"""Organisations, people and callers for tests, over identity's and workforce's routes and the real database."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
from litestar import Litestar
from litestar.exceptions import HTTPException

from fairmark.entrypoints import errors
from fairmark.identity import accounts, http, passwords, service, store
from fairmark.identity.model import Visit
from fairmark.kernel.actor import Actor, ActorKind, MemberRole, Mode, Scope, WorkRole
from fairmark.kernel.blobs import Blobs
from fairmark.kernel.db import Database
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId, PersonId, SessionId, WorkerId, WorkforceId, new_id
from fairmark.kernel.settings import Settings
from fairmark.workforce import http as workforce_http
from fairmark.workforce import service as workforce_service

PASSWORD = "four clouds over harbours"
HASH = passwords.HASHER.hash(PASSWORD)
VISIT = Visit(address="192.0.2.7", user_agent="tests")
PUBLIC_URL = "http://fairmark.test"
ADDRESS = "192.0.2.10"
SECRET = b"s" * 40


@dataclass(frozen=True)
class Login:
    """A person who is signed in."""

    id: PersonId
    email: str
    token: str
    session_id: SessionId


def credentials(login: Login, password: str = PASSWORD) -> dict[str, str]:
    """The body of a sign-in."""
    return {"email": login.email, "password": password}


class Caller:
    """Sends requests as somebody; `headers` go with each."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    async def __call__(
        self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """One request below /api/v1, without any cookie but those in `headers`."""
        self._client.cookies.clear()
        body: dict[str, Any] = {} if json is None else {"json": json}
        return await self._client.request(
            method, "/api/v1" + path, headers={**self._headers, **(headers or {})}, **body
        )

    async def ok(self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None) -> Any:
        """The body of an answer that must be a success."""
        answer = await self(method, path, json, headers)
        assert answer.is_success, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def refused(
        self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """Status and code of an answer that must be an error with a message and a way to mend it."""
        answer = await self(method, path, json, headers)
        assert answer.is_error, answer.text
        error = answer.json()["error"]
        assert error["message"]
        return answer.status_code, error["code"]


class World:
    """Makes what a test needs, each time anew, and calls as whoever it made."""

    def __init__(self, db: Database, settings: Settings, client: httpx.AsyncClient) -> None:
        self.db = db
        self.settings = settings
        self.client = client
        self._strangers = 0

    async def organisation(self, name: str = "Harbour Maps", display_name: str | None = None) -> OrgId:
        async with self.db.begin(actor=SYSTEM) as tx:
            return (await service.create_organisation(tx, name, display_name)).id

    async def key(self, org_id: OrgId, *scopes: Scope, mode: Mode = Mode.LIVE) -> str:
        async with self.db.begin(org_id, actor=SYSTEM) as tx:
            return (await service.create_key(tx, "test", scopes or list(Scope), mode))[1]

    async def person(self, name: str = "Ada", *, is_admin: bool = False) -> Login:
        """A person in no organisation, signed in."""
        email = f"p{new_id().hex}@people.test"
        async with self.db.begin() as tx:
            person = await store.add_person(tx, email, name, HASH, is_admin=is_admin)
            assert person is not None
            signed_in = await accounts.begin_session(tx, self.settings, person.id, VISIT)
        return Login(person.id, email, signed_in.token, signed_in.session_id)

    async def member(self, org_id: OrgId, role: MemberRole, name: str = "Ada") -> Login:
        login = await self.person(name)
        async with self.db.begin(org_id) as tx:
            assert await store.add_member(tx, login.id, role)
        return login

    async def workforce(self, org_id: OrgId, name: str = "crew") -> WorkforceId:
        async with self.db.begin(org_id, actor=SYSTEM) as tx:
            return (await workforce_service.create_workforce(tx, name, "vision")).id

    async def enrol(self, org_id: OrgId, workforce_id: WorkforceId, person_id: PersonId, role: WorkRole) -> WorkerId:
        async with self.db.begin(org_id, actor=SYSTEM) as tx:
            return await workforce_service.enrol(tx, workforce_id, person_id, role)

    async def worker(
        self, org_id: OrgId, workforce_id: WorkforceId, role: WorkRole = WorkRole.WORKER
    ) -> tuple[Login, WorkerId]:
        login = await self.person()
        return login, await self.enrol(org_id, workforce_id, login.id, role)

    def caller(self, token: str | Login | None, org_id: OrgId | None = None, address: str = ADDRESS) -> Caller:
        """Somebody with a token, asking for an organisation; None: nobody."""
        headers = {"X-Forwarded-For": address}
        if org_id is not None:
            headers["X-Fairmark-Org"] = str(org_id)
        if token is not None:
            headers["Authorization"] = f"Bearer {token.token if isinstance(token, Login) else token}"
        return Caller(self.client, headers)

    def stranger(self, address: str = "") -> Caller:
        """Nobody, from an address of their own (through the proxy that the application trusts)."""
        self._strangers += 1
        address = address or f"198.51.{self._strangers // 250}.{self._strangers % 250 + 1}"
        return Caller(self.client, {"X-Forwarded-For": address})

    def browser(self, login: Login, org_id: OrgId | None = None) -> Caller:
        """The same person by cookie, without a CSRF token."""
        headers = {} if org_id is None else {"X-Fairmark-Org": str(org_id)}
        return Caller(self.client, {**headers, "Cookie": f"fairmark_session={login.token}"})


async def events(owner: asyncpg.Connection, org_id: OrgId) -> list[tuple[str, str, str]]:
    """(type, actor, data as text) of everything that an organisation's log holds, oldest first."""
    rows = await owner.fetch(
        "SELECT type, actor, data::text FROM events WHERE org_id = $1 ORDER BY epoch, xid, id", org_id
    )
    return [(row["type"], row["actor"], row["data"]) for row in rows]


@asynccontextmanager
async def open_world(db: Database, folder: Path, **settings: Any) -> AsyncGenerator[World]:
    """A world over an application that has identity's and workforce's routes."""
    values: dict[str, Any] = {"public_url": PUBLIC_URL, "trusted_proxies": ADDRESS, **settings}
    config = Settings(data_dir=str(folder), **values)
    app = Litestar(
        route_handlers=[
            *http.ROUTES,
            *http.invitation_routes(workforce_service),
            *workforce_http.ROUTES,
        ],
        exception_handlers={
            FairmarkError: errors.on_domain_error,
            HTTPException: errors.on_http_error,
            Exception: errors.on_any_error,
        },
        openapi_config=None,
    )
    app.state.site = Site(config, SECRET, db, Blobs((folder / "blobs").as_uri()), http.authenticate)
    transport = httpx.ASGITransport(cast(Any, app), client=(ADDRESS, 50_000))  # in this loop, as the pool is
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield World(db, config, client)


def as_person(login: Login, org_id: OrgId | None = None, role: MemberRole | None = None) -> Actor:
    """The actor that a member's request would have."""
    return Actor(kind=ActorKind.PERSON, org_id=org_id, person_id=login.id, member_role=role)
