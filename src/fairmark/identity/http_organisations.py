"""Routes of organisations: themselves, their members and keys, and what the caller may do there."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from fairmark.identity import service
from fairmark.identity.actors import CACHE
from fairmark.identity.caller import authenticate, require_person
from fairmark.identity.http_me import API, TAGS, Name
from fairmark.identity.model import Key, Member, Organisation
from fairmark.kernel.actor import ActorKind, MemberRole, Mode, Permission, Scope, allowed, require
from fairmark.kernel.errors import NotSignedIn
from fairmark.kernel.http import After, Limit, Page, Req, page_of, site, work
from fairmark.kernel.ids import KeyId, OrgId, PersonId
from fairmark.kernel.pages import after_id


class OrganisationBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A new organisation; `display_name` is what workers see, the name itself if it is left out."""

    name: Name
    display_name: Name | None = None


class OrganisationChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change."""

    name: Name | None = None
    display_name: Name | None = None


class MemberChange(msgspec.Struct, forbid_unknown_fields=True):
    """The role to have from now on."""

    role: MemberRole


class KeyBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A new key. `write` includes `read`; without `expires_at` it works until it is revoked."""

    name: Name
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=3)]
    mode: Mode = Mode.LIVE
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class KeyMade(msgspec.Struct, kw_only=True):
    """A new key. Its secret is shown this once."""

    key: Key
    secret: str


class Allowed(msgspec.Struct, kw_only=True):
    """What the caller may do in the organisation that they asked for, or in none."""

    organisation_id: OrgId | None
    mode: Mode
    permissions: list[Permission]


@get(f"{API}/permissions", operation_id="permissions", tags=TAGS)
async def permissions(request: Req) -> Allowed:
    """What the caller may do, for pages to show only what works."""
    actor = await authenticate(request)
    if actor.kind is ActorKind.NOBODY:
        raise NotSignedIn("Nobody is signed in.", mend="Sign in, or send 'Authorization: Bearer KEY'.")
    return Allowed(
        organisation_id=actor.org_id,
        mode=actor.mode,
        permissions=[permission for permission in Permission if allowed(actor, permission)],
    )


@get(f"{API}/organisations", operation_id="list_organisations", tags=TAGS)
async def list_organisations(
    request: Req,
    limit: Limit = 50,
    after: After = None,
    wanted: Annotated[str | None, QueryParameter(name="q", max_length=100)] = None,
) -> Page[Organisation]:
    """Every organisation of the installation, newest first, for its administrators. `q`: part of a name."""
    actor = await require_person(request)
    require(actor, Permission.ADMIN)
    async with site(request).db.begin(actor=actor) as tx:
        rows = await service.list_organisations(tx, wanted or None, after_id(after) if after else None, limit + 1)
    return page_of(rows, limit, lambda organisation: str(organisation.id))


@post(f"{API}/organisations", operation_id="create_organisation", tags=TAGS)
async def create_organisation(request: Req, data: JSONBody[OrganisationBody]) -> Organisation:
    """Makes an organisation, for administrators, who own it until they make others owners and leave."""
    actor = await require_person(request)
    require(actor, Permission.ADMIN)
    assert actor.person_id is not None
    async with site(request).db.begin(actor=actor) as tx:
        made = await service.create_organisation(tx, data.name, data.display_name, owner=actor.person_id)
    CACHE.forget(person_id=actor.person_id)
    return made


@get(f"{API}/organisation", operation_id="get_organisation", tags=TAGS)
async def get_organisation(request: Req) -> Organisation:
    """The caller's organisation."""
    async with work(request, Permission.ORG_READ) as tx:
        return await service.organisation(tx)


@patch(f"{API}/organisation", operation_id="change_organisation", tags=TAGS)
async def change_organisation(request: Req, data: JSONBody[OrganisationChange]) -> Organisation:
    """Changes the organisation's name, or the one that workers see."""
    async with work(request, Permission.ORG_MANAGE) as tx:
        return await service.change_organisation(tx, data.name, data.display_name)


@get(f"{API}/members", operation_id="list_members", tags=TAGS)
async def list_members(request: Req, limit: Limit = 50, after: After = None) -> Page[Member]:
    """The people on the customer side of the organisation."""
    async with work(request, Permission.ORG_READ) as tx:
        rows = await service.list_members(tx, after_id(after) if after else None, limit + 1)
    return page_of(rows, limit, lambda member: str(member.person_id))


@patch(f"{API}/members/{{person_id:uuid}}", operation_id="change_member", tags=TAGS)
async def change_member(request: Req, person_id: FromPath[UUID], data: JSONBody[MemberChange]) -> Member:
    """Gives a member another role. Only owners make or unmake owners; the last owner stays one."""
    async with work(request, Permission.ORG_READ) as tx:
        member = await service.change_member(tx, PersonId(person_id), data.role)
    CACHE.forget(person_id=PersonId(person_id))
    return member


@delete(f"{API}/members/{{person_id:uuid}}", operation_id="remove_member", tags=TAGS)
async def remove_member(request: Req, person_id: FromPath[UUID]) -> None:
    """Takes a member out; everybody may take themself out. The last owner stays."""
    async with work(request, Permission.ORG_READ) as tx:
        await service.remove_member(tx, PersonId(person_id))
    CACHE.forget(person_id=PersonId(person_id))


@get(f"{API}/keys", operation_id="list_keys", tags=TAGS)
async def list_keys(request: Req, limit: Limit = 50, after: After = None) -> Page[Key]:
    """The organisation's API keys without their secrets, newest first; a key sees those of its own mode."""
    async with work(request, Permission.ORG_MANAGE) as tx:
        rows = await service.list_keys(tx, after_id(after) if after else None, limit + 1)
    return page_of(rows, limit, lambda key: str(key.id))


@post(f"{API}/keys", operation_id="create_key", tags=TAGS)
async def create_key(request: Req, data: JSONBody[KeyBody]) -> KeyMade:
    """Makes an API key. Its secret is shown this once."""
    async with work(request, Permission.ORG_MANAGE) as tx:
        key, secret = await service.create_key(tx, data.name, data.scopes, data.mode, data.expires_at)
    return KeyMade(key=key, secret=secret)


@delete(f"{API}/keys/{{key_id:uuid}}", operation_id="revoke_key", tags=TAGS)
async def revoke_key(request: Req, key_id: FromPath[UUID]) -> None:
    """Stops an API key for good, at once, in every server process."""
    async with work(request, Permission.ORG_MANAGE) as tx:
        await service.revoke_key(tx, KeyId(key_id))
    CACHE.forget(key_id=KeyId(key_id))


ROUTES: list[Any] = [
    permissions,
    list_organisations,
    create_organisation,
    get_organisation,
    change_organisation,
    list_members,
    change_member,
    remove_member,
    list_keys,
    create_key,
    revoke_key,
]
