"""People, sessions, organisations, members, invitations and keys as frozen values; and what can go wrong with them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from fairmark.kernel.actor import MemberRole, Mode, Scope, WorkRole
from fairmark.kernel.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn, TooOften
from fairmark.kernel.ids import InvitationId, KeyId, OrgId, PersonId, SessionId, WorkerId, WorkforceId


class InvitationKind(StrEnum):
    """Which side of an organisation an invitation is for."""

    MEMBER = "member"
    WORK = "work"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person as they know themself. Nobody else gets this whole."""

    id: PersonId
    name: str
    email: str
    is_admin: bool
    preferences: dict[str, Any]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person with what a sign-in needs. Never leaves this package."""

    person: Person
    password_hash: str
    disabled_at: datetime | None
    disabled_reason: str | None


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request came from."""

    address: str
    user_agent: str


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says about themself who comes for the first time."""

    name: str
    email: str
    password: str


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session just begun. The token is nowhere else: only its hash is stored."""

    session_id: SessionId
    person_id: PersonId
    token: str


class Belonging(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation as one person sees it, and what they are to it. At least one role or a worker id is there."""

    id: OrgId
    name: str | None
    """Its own name; None for those who only work for it: they know it by `display_name`."""
    display_name: str
    member_role: MemberRole | None
    worker_id: WorkerId | None
    alias: str | None
    work_roles: list[WorkRole]
    closed_at: datetime | None = None
    """Since when it is closed; then only its owners can look into it."""
    closed_reason: str | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that still works."""

    id: SessionId
    created_at: datetime
    seen_at: datetime
    """To the minute."""
    expires_at: datetime
    user_agent: str
    address: str
    current: bool
    """Whether it is the one that asks."""


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant."""

    id: OrgId
    name: str
    display_name: str
    """The only name of it that workers see."""
    created_at: datetime
    closed_at: datetime | None = None
    closed_reason: str | None = None


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person on the customer side of an organisation."""

    person_id: PersonId
    name: str
    email: str
    role: MemberRole
    created_at: datetime


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A link that lets people in: as members (`member_role`) or into a workforce (`workforce_id`, `work_role`)."""

    id: InvitationId
    email: str | None
    """If given, only this address may accept."""
    member_role: MemberRole | None
    workforce_id: WorkforceId | None
    work_role: WorkRole | None
    uses_max: int
    uses: int
    created_by: PersonId | None
    """The member who made it; None for a workforce lead, whose person nobody here knows, and for keys."""
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class Peek(msgspec.Struct, frozen=True, kw_only=True):
    """What an invitation's link says before it is accepted. `organisation` is the name that this kind of guest sees."""

    organisation: str
    kind: InvitationKind
    role: str
    email: str | None


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """An API key without its secret."""

    id: KeyId
    name: str
    hint: str
    """The last four characters of the secret, to tell keys apart."""
    scopes: list[Scope]
    mode: Mode
    created_by: PersonId | None
    created_at: datetime
    used_at: datetime | None
    """To the minute."""
    expires_at: datetime | None
    revoked_at: datetime | None


class BadCredentials(NotSignedIn):
    """The key, session or password that came with the request is not, or no longer, good."""

    code = "bad_credentials"


class AccountDisabled(NotSignedIn):
    """The right password of somebody whom an administrator keeps out."""

    code = "account_disabled"


class CrossSite(Forbidden):
    """A request that a browser sent for another site: wrong origin, or without the session's CSRF token."""

    code = "cross_site"


class TooManyTries(TooOften):
    """Too many failed sign-ins from one address or for one account."""

    code = "too_many_tries"


class WeakPassword(Invalid):
    """A password that is guessed first."""

    code = "weak_password"


class BadName(Invalid):
    """A name that cannot be shown."""

    code = "bad_name"


class BadEmail(Invalid):
    """Not an e-mail address."""

    code = "bad_email"


class BadExpiry(Invalid):
    """A time of expiry that has passed."""

    code = "bad_expiry"


class BadPreferences(Invalid):
    """Preferences that are too big."""

    code = "bad_preferences"


class BadInvitation(Invalid):
    """An invitation for both sides or for none, or for one address many times."""

    code = "bad_invitation"


class BadAcceptance(Invalid):
    """Somebody new who does not say who they are, or somebody signed in who says it again."""

    code = "bad_acceptance"


class WrongPassword(Forbidden):
    """The old password, asked for again, is not the one."""

    code = "wrong_password"


class NoSuchOrganisation(NotFound):
    """No such organisation, or the caller has no part in it."""

    code = "no_such_organisation"


class NoSuchMember(NotFound):
    """Nobody of this id is a member here."""

    code = "no_such_member"


class NoSuchPerson(NotFound):
    """Nobody signs in with this address, or has this id."""

    code = "no_such_person"


class NoSuchSession(NotFound):
    """No such session of this person."""

    code = "no_such_session"


class NoSuchKey(NotFound):
    """No such key in this organisation and mode."""

    code = "no_such_key"


class NoSuchInvitation(NotFound):
    """A link that never was, is used up, expired or revoked; or an invitation of others."""

    code = "no_such_invitation"


class NoSuchLink(NotFound):
    """A one-time link that never was, is used or expired."""

    code = "no_such_link"


class LastOwner(Conflict):
    """The only owner left would go."""

    code = "last_owner"


class AlreadyMember(Conflict):
    """The person is a member already."""

    code = "already_member"


class EmailTaken(Conflict):
    """Somebody signs in with this address already."""

    code = "email_taken"


class OtherEmail(Forbidden):
    """The invitation is for another address."""

    code = "other_email"
