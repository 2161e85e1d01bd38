"""A server of delivery's routes alone. Who asks is what the request's headers say: signing in is tested elsewhere."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from fairmark.delivery import http
from fairmark.entrypoints import errors
from fairmark.kernel import settings
from fairmark.kernel.actor import NOBODY, Actor, ActorKind, MemberRole, Mode, Scope, WorkRole
from fairmark.kernel.blobs import Blobs
from fairmark.kernel.db import Database
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.http import Req, Site
from fairmark.kernel.ids import KeyId, OrgId, PersonId, WorkerId

SECRET = b"s" * 32
PERSON = UUID(int=7)


async def authenticate(request: Req) -> Actor:
    """x-org: whose data; x-mode: live or test; x-scope: what a key may do, or `worker`, or `member`."""
    org = request.headers.get("x-org")
    if org is None:
        return NOBODY
    org_id, mode = OrgId(UUID(org)), Mode(request.headers.get("x-mode", "live"))
    scope = request.headers.get("x-scope", "admin")
    if scope == "worker":
        return Actor(
            kind=ActorKind.PERSON, org_id=org_id, person_id=PersonId(PERSON), worker_id=WorkerId(PERSON),
            work_roles=frozenset({WorkRole.WORKER}),
        )  # fmt: skip
    if scope == "member":
        return Actor(
            kind=ActorKind.PERSON, org_id=org_id, person_id=PersonId(PERSON), member_role=MemberRole.MEMBER, mode=mode
        )
    return Actor(
        kind=ActorKind.KEY, org_id=org_id, mode=mode, key_id=KeyId(UUID(int=9)), scopes=frozenset({Scope(scope)})
    )


def site_of(db: Database, folder: Path, **overrides: Any) -> Site:
    config = settings.load({}, data_dir=str(folder), fetch_allow="127.0.0.0/8", **overrides)
    return Site(config, SECRET, db, Blobs((folder / "blobs").as_uri()), authenticate)


def app_of(site: Site | None = None) -> Litestar:
    """The application; without a site it opens one when it starts, from the environment."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        db = await Database.open(os.environ["DELIVERY_TEST_DATABASE"], 4, "web")
        app.state.site = site_of(db, Path(os.environ["DELIVERY_TEST_FOLDER"]))
        yield
        await db.close()

    app = Litestar(
        route_handlers=list(http.ROUTES),
        state=State(),
        lifespan=[] if site else [lifespan],
        exception_handlers={
            FairmarkError: errors.on_domain_error,
            HTTPException: errors.on_http_error,
            Exception: errors.on_any_error,
        },
        openapi_config=None,
    )
    if site is not None:
        app.state.site = site
    return app


def create_app() -> Litestar:
    """For a server in a process of its own."""
    return app_of()
