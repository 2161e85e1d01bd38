"""Use cases of invitations: links that let people into an organisation, as members or into a workforce.

Who lies in a workforce is the workforce package's to say and to write; it is in the same row of the ladder, so wiring
hands its service in as `Workforces`. Both write in the one transaction of the acceptance.
"""

from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from fairmark.identity import accounts, events, passwords, rules, store, tokens
from fairmark.identity.actors import CACHE
from fairmark.identity.model import (
    AlreadyMember,
    BadAcceptance,
    Invitation,
    InvitationKind,
    NewPerson,
    NoSuchInvitation,
    OtherEmail,
    Peek,
    SignIn,
    Visit,
)
from fairmark.identity.password_rules import refuse_weak
from fairmark.kernel.actor import Actor, ActorKind, MemberRole, WorkRole
from fairmark.kernel.db import Database, Tx
from fairmark.kernel.events import SYSTEM, announce
from fairmark.kernel.ids import InvitationId, OrgId, PersonId, WorkerId, WorkforceId
from fairmark.kernel.settings import Settings
from fairmark.kernel.signing import token_hash

USES_MAX: Final = 10_000
LASTS: Final = timedelta(days=7)


class Workforces(Protocol):
    """What invitations need of the workforce package."""

    async def check_may_invite(self, tx: Tx, workforce_id: WorkforceId, role: WorkRole) -> None:
        """Raises unless the workforce is there, takes people by invitation, and the actor may arrange it."""
        ...

    async def enrol(self, tx: Tx, workforce_id: WorkforceId, person_id: PersonId, role: WorkRole) -> WorkerId:
        """Makes the person a worker there. Raises if they are one already."""
        ...


async def invite(
    tx: Tx,
    workforces: Workforces,
    *,
    email: str | None = None,
    member_role: MemberRole | None = None,
    workforce_id: WorkforceId | None = None,
    work_role: WorkRole | None = None,
    uses_max: int = 1,
    lasts: timedelta = LASTS,
) -> tuple[Invitation, str]:
    """An invitation and the token of its link, which is not kept and cannot be shown again.

    email: only this address may accept. Raises BadInvitation, BadEmail, Forbidden, and what `workforces` raises.
    """
    rules.check_invitation(email, member_role, workforce_id, work_role, uses_max)
    email = None if email is None else rules.clean_email(email)
    if member_role is not None:
        rules.check_invite_member(tx.actor, member_role, await store.lock_owners(tx))
    else:
        assert workforce_id is not None
        assert work_role is not None
        await workforces.check_may_invite(tx, workforce_id, work_role)
    token = tokens.new_invitation(tx.org_id)
    made = await store.add_invitation(
        tx, token_hash(token), email, member_role, workforce_id, work_role, uses_max, tx.now + lasts
    )
    await announce(
        tx,
        events.InvitationCreated(
            invitation_id=made.id,
            email=made.email,
            member_role=member_role,
            workforce_id=workforce_id,
            work_role=work_role,
            uses_max=uses_max,
        ),
    )
    return made, token


async def peek(db: Database, token: str) -> Peek:
    """What the link's page shows before anybody accepts. Raises NoSuchInvitation."""
    async with db.begin(_org_of(token)) as tx:
        found = await store.invitation_by_token(tx, token_hash(token))
    invitation = rules.usable(found and found[0], tx.now)
    assert found is not None
    _, name, display_name = found
    if invitation.member_role is not None:
        return Peek(organisation=name, kind=InvitationKind.MEMBER, role=invitation.member_role, email=invitation.email)
    assert invitation.work_role is not None
    return Peek(organisation=display_name, kind=InvitationKind.WORK, role=invitation.work_role, email=invitation.email)


async def accept(db: Database, workforces: Workforces, token: str, person_id: PersonId) -> OrgId:
    """Lets somebody in who is signed in; the organisation they are now part of.

    Raises NoSuchInvitation, OtherEmail, AlreadyMember, and what `workforces` raises.
    """
    async with db.begin(_org_of(token), person_id=person_id) as tx:
        invitation = await _take(tx, token)
        person = await store.person(tx, person_id)
        _check_email(invitation, person.email)
        await _let_in(tx, workforces, invitation, person_id)
    CACHE.forget(person_id=person_id)
    return tx.org_id


async def accept_as_new(
    db: Database, workforces: Workforces, settings: Settings, token: str, newcomer: NewPerson, visit: Visit
) -> tuple[OrgId, SignIn]:
    """Lets somebody in who was not here before, and signs them in.

    Raises NoSuchInvitation, OtherEmail, EmailTaken, BadEmail, BadName, WeakPassword.
    """
    org_id = _org_of(token)
    email, name = rules.clean_email(newcomer.email), rules.clean_name(newcomer.name, "name")
    refuse_weak(newcomer.password, email)
    async with db.begin(org_id) as tx:  # before time is spent on the password
        found = await store.invitation_by_token(tx, token_hash(token))
        _check_email(rules.usable(found and found[0], tx.now), email)
    password_hash = await passwords.make_hash(newcomer.password)
    async with db.begin(org_id) as tx:
        invitation = await _take(tx, token)
        person = await accounts.new_person(tx, email, name, password_hash)
        await _let_in(tx, workforces, invitation, person.id)
        return org_id, await accounts.begin_session(tx, settings, person.id, visit)


async def list_invitations(tx: Tx, after: UUID | None, limit: int) -> list[Invitation]:
    """Newest first: all for those who manage the organisation, for others those that they made."""
    made_by = rules.invitations_seen(tx.actor)
    return await store.invitations(tx, made_by, after, limit)


async def revoke(tx: Tx, id: InvitationId) -> None:
    """Withdraws a link. Raises NoSuchInvitation, for one that others made as well."""
    withdrawn = await store.revoke_invitation(tx, id, rules.invitations_seen(tx.actor))
    if withdrawn is None:
        raise NoSuchInvitation("There is no such invitation.", mend="List the invitations again.")
    if withdrawn:
        await announce(tx, events.InvitationRevoked(invitation_id=id))


async def _take(tx: Tx, token: str) -> Invitation:
    found = await store.invitation_by_token(tx, token_hash(token))
    invitation = rules.usable(found and found[0], tx.now)
    if not await store.use_invitation(tx, invitation.id):
        rules.usable(None, tx.now)  # somebody else took the last use since it was read
    return invitation


async def _let_in(tx: Tx, workforces: Workforces, invitation: Invitation, person_id: PersonId) -> None:
    if invitation.member_role is not None:
        tx.actor = Actor(kind=ActorKind.PERSON, org_id=tx.org_id, person_id=person_id)
        if not await store.add_member(tx, person_id, invitation.member_role):
            raise AlreadyMember("You are a member here already.", mend="An owner can change your role.")
        await announce(
            tx,
            events.InvitationAccepted(invitation_id=invitation.id, person_id=person_id),
            events.MemberJoined(person_id=person_id, role=invitation.member_role),
        )
        return
    assert invitation.workforce_id is not None
    assert invitation.work_role is not None
    tx.actor = SYSTEM  # the log of a workforce never names the person, and before this there is no worker to name
    worker_id = await workforces.enrol(tx, invitation.workforce_id, person_id, invitation.work_role)
    await announce(tx, events.InvitationAccepted(invitation_id=invitation.id, worker_id=worker_id))


def _check_email(invitation: Invitation, email: str) -> None:
    if invitation.email is not None and invitation.email != email:
        raise OtherEmail(
            "This invitation is for another e-mail address.", mend="Sign in with that address, or ask for a new link."
        )


def check_newcomer(name: str | None, email: str | None, password: str | None) -> NewPerson:
    """What a newcomer must say. Raises BadAcceptance."""
    if name is None or email is None or password is None:
        raise BadAcceptance(
            "You are not signed in, so a name, an e-mail address and a new password are needed.",
            mend="Sign in first if you have an account, or send all three.",
        )
    return NewPerson(name=name, email=email, password=password)


def _org_of(token: str) -> OrgId:
    org_id = tokens.invitation_org(token)
    if org_id is None:
        raise NoSuchInvitation("This is no invitation's token.", mend="Copy the whole link.")
    return org_id
