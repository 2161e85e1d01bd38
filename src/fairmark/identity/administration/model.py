"""People as an administrator sees them, and what can go wrong when they are kept out."""

from datetime import datetime
from enum import StrEnum

import msgspec

from fairmark.identity.model import Key
from fairmark.kernel.actor import MemberRole, WorkRole
from fairmark.kernel.errors import Conflict
from fairmark.kernel.ids import OrgId, PersonId


class Access(StrEnum):
    """Whether a person may sign in."""

    ALLOWED = "allowed"
    DISABLED = "disabled"


class PersonLine(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the installation. seen_at: when one of their sign-ins was last used; None: none of them works."""

    id: PersonId
    name: str
    email: str
    is_admin: bool
    created_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None
    disabled_reason: str | None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What a person is to one organisation: a member, a worker, or both."""

    organisation_id: OrgId
    organisation: str
    closed_at: datetime | None
    member_role: MemberRole | None
    work_roles: list[WorkRole]


class MadeKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key that the person has made, and where. It works on when they are kept out."""

    organisation_id: OrgId
    organisation: str
    key: Key


class PersonDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A person with what they are to whom, and the keys that they made."""

    person: PersonLine
    parts: list[Part]
    keys: list[MadeKey]


class NotYourself(Conflict):
    """Administrators cannot keep themselves out."""

    code = "not_yourself"


class LastAdministrator(Conflict):
    """Nobody would be left who can let anybody in again."""

    code = "last_administrator"
