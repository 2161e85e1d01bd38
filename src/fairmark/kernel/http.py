"""The border of every request: who asks, may they, in which organisation; one transaction around the use case.

A route reads: `async with work(request, Permission.PROJECT_READ) as tx: return await service.get(tx, project_id)`.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from litestar import Request
from litestar.params import Parameter
from msgspec import Meta

from fairmark.kernel.actor import Actor, Permission, require
from fairmark.kernel.blobs import Blobs
from fairmark.kernel.db import Database, Tx
from fairmark.kernel.errors import Invalid
from fairmark.kernel.settings import Settings

T = TypeVar("T")
Req = Request[Any, Any, Any]

PAGE_MAX = 200
Limit = Annotated[int, Parameter(ge=1, le=PAGE_MAX, description="Most rows in the answer.")]
After = Annotated[str | None, Parameter(max_length=200, description="`next` of the page before.")]


@dataclass(frozen=True, slots=True)
class Site:
    """What one process has open. `authenticate` is identity's; it is handed in because the kernel imports nothing."""

    settings: Settings
    secret: bytes
    db: Database
    blobs: Blobs
    authenticate: Callable[[Req], Awaitable[Actor]]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list, and where the next part starts (`next` goes into `after`; null: this was the last)."""

    rows: list[T]
    next: Annotated[str | None, Meta(description="Cursor of the next page.")] = None


def site(request: Req) -> Site:
    return request.app.state.site


async def actor_of(request: Req) -> Actor:
    """Who asks; NOBODY if nobody signed in. Raises NotSignedIn for a key or session that is no longer good."""
    return await site(request).authenticate(request)


@asynccontextmanager
async def work(request: Req, permission: Permission, *, fast: bool = False) -> AsyncGenerator[Tx]:
    """One transaction for a caller who may do `permission`, fenced to their organisation.

    Raises NotSignedIn, Forbidden, and OrgNotChosen if the caller belongs to several and named none.
    """
    actor = await actor_of(request)
    if actor.org_id is None and actor.person_id is not None and permission not in WITHOUT_ORG:
        raise OrgNotChosen("It is not said for which organisation this is.", mend="Send the header X-Fairmark-Org: ID.")
    require(actor, permission)
    async with site(request).db.begin(actor.org_id, actor=actor, fast=fast) as tx:
        yield tx


WITHOUT_ORG = frozenset({Permission.SELF, Permission.ADMIN})


class OrgNotChosen(Invalid):
    """The caller belongs to several organisations and named none."""

    code = "organisation_not_chosen"


def page_of(rows: list[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """A page from `limit + 1` rows asked for: the one too many says that there is a next page."""
    more = len(rows) > limit
    kept = rows[:limit]
    return Page(kept, key(kept[-1]) if more else None)
