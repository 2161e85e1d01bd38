"""Routes of administrators, and an owner's way to close their own organisation."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from fairmark.identity.actors import CACHE
from fairmark.identity.administration import service
from fairmark.identity.administration.model import Access, PersonDetail, PersonLine
from fairmark.identity.caller import require_person
from fairmark.identity.http_me import API
from fairmark.identity.model import Organisation
from fairmark.kernel.actor import Actor, Permission, require
from fairmark.kernel.http import After, Limit, Page, Req, page_of, site, work
from fairmark.kernel.ids import KeyId, OrgId, PersonId
from fairmark.kernel.pages import after_id

TAGS = ["administration"]


class Why(msgspec.Struct, forbid_unknown_fields=True):
    """Why: it is kept, and told to those whom it concerns."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]


async def _administrator(request: Req) -> Actor:
    actor = await require_person(request)
    require(actor, Permission.ADMIN)
    return actor


@get(f"{API}/people", operation_id="list_people", tags=TAGS)
async def list_people(
    request: Req,
    limit: Limit = 50,
    after: After = None,
    wanted: Annotated[str | None, QueryParameter(name="q", max_length=100)] = None,
    access: Annotated[Access | None, QueryParameter()] = None,
) -> Page[PersonLine]:
    """The people of the installation, oldest first. `q`: part of a name or an address."""
    actor = await _administrator(request)
    async with site(request).db.begin(actor=actor) as tx:
        rows = await service.list_people(tx, wanted or None, access, after_id(after) if after else None, limit + 1)
    return page_of(rows, limit, lambda person: str(person.id))


@get(f"{API}/people/{{person_id:uuid}}", operation_id="get_person", tags=TAGS)
async def get_person(request: Req, person_id: FromPath[UUID]) -> PersonDetail:
    """One person, what they are to which organisations, and the API keys that they made."""
    actor = await _administrator(request)
    return await service.person(site(request).db, actor, PersonId(person_id))


@post(f"{API}/people/{{person_id:uuid}}/disable", operation_id="disable_person", tags=TAGS, status_code=204)
async def disable_person(request: Req, person_id: FromPath[UUID], data: JSONBody[Why]) -> None:
    """Keeps a person out: their sign-ins end at once, in every server process. What they had begun goes back to the
    queue; drafts and counted time stay. The keys that they made work on until each is ended. They read the reason when
    they try to sign in."""
    actor = await _administrator(request)
    await service.disable(site(request).db, actor, PersonId(person_id), data.reason)
    CACHE.forget(person_id=PersonId(person_id))


@post(f"{API}/people/{{person_id:uuid}}/enable", operation_id="enable_person", tags=TAGS, status_code=204)
async def enable_person(request: Req, person_id: FromPath[UUID]) -> None:
    """Lets a person in again, with the password that they had."""
    actor = await _administrator(request)
    await service.enable(site(request).db, actor, PersonId(person_id))


@delete(f"{API}/people/{{person_id:uuid}}/keys/{{key_id:uuid}}", operation_id="end_persons_key", tags=TAGS)
async def end_persons_key(request: Req, person_id: FromPath[UUID], key_id: FromPath[UUID]) -> None:
    """Stops an API key that the person has made, in whatever organisation."""
    actor = await _administrator(request)
    async with site(request).db.begin(actor=actor) as tx:
        await service.end_key(tx, PersonId(person_id), KeyId(key_id))
    CACHE.forget(key_id=KeyId(key_id))


@post(f"{API}/organisation/close", operation_id="close_organisation", tags=TAGS, status_code=200)
async def close_organisation(request: Req, data: JSONBody[Why]) -> Organisation:
    """Closes the caller's own organisation: work stops, keys refuse. Its owners can still look and export; an
    administrator can open it again."""
    async with work(request, Permission.ORG_OWN) as tx:
        closed = await service.close_organisation(tx, data.reason)
    CACHE.forget(org_id=closed.id)
    return closed


@post(f"{API}/organisations/{{organisation_id:uuid}}/close", operation_id="close_another_organisation", tags=TAGS,
      status_code=200)  # fmt: skip
async def close_another_organisation(
    request: Req, organisation_id: FromPath[UUID], data: JSONBody[Why]
) -> Organisation:
    """Closes an organisation, for administrators."""
    actor = await _administrator(request)
    async with site(request).db.begin(actor=actor) as tx:
        closed = await service.close_another(tx, OrgId(organisation_id), data.reason)
    CACHE.forget(org_id=closed.id)
    return closed


@post(f"{API}/organisations/{{organisation_id:uuid}}/reopen", operation_id="reopen_organisation", tags=TAGS,
      status_code=200)  # fmt: skip
async def reopen_organisation(request: Req, organisation_id: FromPath[UUID]) -> Organisation:
    """Opens a closed organisation again, for administrators: work goes on where it stopped."""
    actor = await _administrator(request)
    async with site(request).db.begin(actor=actor) as tx:
        reopened = await service.reopen(tx, OrgId(organisation_id))
    CACHE.forget(org_id=reopened.id)
    return reopened


ROUTES: list[Any] = [
    list_people,
    get_person,
    disable_person,
    enable_person,
    end_persons_key,
    close_organisation,
    close_another_organisation,
    reopen_organisation,
]
