"""Routes of invitations. Two of them need the workforce package, which wiring hands in."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from fairmark.identity import accounts, invitations
from fairmark.identity.accounts import Me
from fairmark.identity.caller import person_of, refuse_cross_site, require_person, session_cookies, visit_of
from fairmark.identity.http_me import API, TAGS, Email, Name, Password, SignedIn, Token, answer
from fairmark.identity.invitations import Workforces
from fairmark.identity.model import BadAcceptance, Invitation, Peek
from fairmark.kernel.actor import ActorKind, MemberRole, Permission, WorkRole
from fairmark.kernel.http import After, Limit, Page, Req, page_of, site, work
from fairmark.kernel.ids import InvitationId, OrgId, WorkforceId
from fairmark.kernel.pages import after_id


class InvitationBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """For members: `member_role`. For a workforce: `workforce_id` and `work_role`."""

    email: Email | None = None
    member_role: MemberRole | None = None
    workforce_id: WorkforceId | None = None
    work_role: WorkRole | None = None
    uses_max: Annotated[int, Meta(ge=1, le=invitations.USES_MAX)] = 1
    lasts_h: Annotated[int, Meta(ge=1, le=8760, description="Hours that the link works.")] = 168


class InvitationMade(msgspec.Struct, kw_only=True):
    """A new invitation. Its token is shown this once."""

    invitation: Invitation
    token: str
    url: Annotated[str, Meta(description="The page to give away. The token stands behind #, out of servers' logs.")]


class TokenBody(msgspec.Struct, forbid_unknown_fields=True):
    """The token of an invitation's link."""

    token: Token


class AcceptBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The token; and from somebody who is not signed in, who they are."""

    token: Token
    name: Name | None = None
    email: Email | None = None
    password: Password | None = None


class Accepted(msgspec.Struct, kw_only=True):
    """The organisation that one is part of now. `signed_in` is there for somebody new."""

    organisation_id: OrgId
    me: Me
    signed_in: SignedIn | None = None


@post(f"{API}/invitations/peek", operation_id="peek_invitation", tags=TAGS, status_code=200)
async def peek_invitation(request: Req, data: JSONBody[TokenBody]) -> Peek:
    """What an invitation is for. Needs no sign-in: the token is the secret."""
    return await invitations.peek(site(request).db, data.token)


@get(f"{API}/invitations", operation_id="list_invitations", tags=TAGS)
async def list_invitations(request: Req, limit: Limit = 50, after: After = None) -> Page[Invitation]:
    """The organisation's invitations, newest first; workforce leads see those that they made."""
    async with work(request, Permission.LEAD) as tx:
        rows = await invitations.list_invitations(tx, after_id(after) if after else None, limit + 1)
    return page_of(rows, limit, lambda invitation: str(invitation.id))


@delete(f"{API}/invitations/{{invitation_id:uuid}}", operation_id="revoke_invitation", tags=TAGS)
async def revoke_invitation(request: Req, invitation_id: FromPath[UUID]) -> None:
    """Withdraws an invitation: its link stops working at once."""
    async with work(request, Permission.LEAD) as tx:
        await invitations.revoke(tx, InvitationId(invitation_id))


def invitation_routes(workforces: Workforces) -> list[Any]:
    """The routes that bring people in; `workforces` is the workforce package's service."""

    @post(f"{API}/invitations", operation_id="invite", tags=TAGS)
    async def invite(request: Req, data: JSONBody[InvitationBody]) -> InvitationMade:
        """Makes a link that lets people in as members, or into a workforce. Its token is shown this once."""
        async with work(request, Permission.LEAD) as tx:
            made, token = await invitations.invite(
                tx,
                workforces,
                email=data.email,
                member_role=data.member_role,
                workforce_id=data.workforce_id,
                work_role=data.work_role,
                uses_max=data.uses_max,
                lasts=timedelta(hours=data.lasts_h),
            )
        public_url = site(request).settings.public_url.rstrip("/")
        return InvitationMade(invitation=made, token=token, url=f"{public_url}/invitation#{token}")

    @post(f"{API}/invitations/accept", operation_id="accept_invitation", tags=TAGS, status_code=200)
    async def accept(request: Req, data: JSONBody[AcceptBody]) -> Response[Accepted]:
        """Comes in by an invitation: as the person signed in, or as somebody new with name, e-mail and password."""
        opened = site(request)
        actor = await person_of(request)
        if actor.kind is not ActorKind.NOBODY:
            return await _accept_signed_in(request, data)
        refuse_cross_site(request)
        newcomer = invitations.check_newcomer(data.name, data.email, data.password)
        org_id, signed_in = await invitations.accept_as_new(
            opened.db, workforces, opened.settings, data.token, newcomer, visit_of(request)
        )
        body = await answer(request, signed_in)
        return Response(
            Accepted(organisation_id=org_id, me=body.me, signed_in=body), cookies=session_cookies(request, signed_in)
        )

    async def _accept_signed_in(request: Req, data: JSONBody[AcceptBody]) -> Response[Accepted]:
        actor = await require_person(request)
        assert actor.person_id is not None
        if data.name is not None or data.email is not None or data.password is not None:
            raise BadAcceptance(
                "You are signed in, so the invitation is for you and needs no name, e-mail address or password.",
                mend="Send the token alone, or sign out first.",
            )
        db = site(request).db
        org_id = await invitations.accept(db, workforces, data.token, actor.person_id)
        async with db.begin(person_id=actor.person_id) as tx:
            return Response(Accepted(organisation_id=org_id, me=await accounts.me(tx, actor.person_id)))

    return [invite, accept]


ROUTES: list[Any] = [peek_invitation, list_invitations, revoke_invitation]
