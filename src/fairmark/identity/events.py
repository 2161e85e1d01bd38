"""What happened to people, organisations, members, invitations and keys.

Events of members name the person, whom the organisation knows. Events of workers name the worker, never the person: two
organisations that one person works for must not find out by comparing their logs.
"""

from datetime import datetime

from fairmark.kernel.actor import MemberRole, Mode, Scope, WorkRole
from fairmark.kernel.events import Event
from fairmark.kernel.ids import InvitationId, KeyId, PersonId, WorkerId, WorkforceId


class OrganisationCreated(Event, frozen=True, tag="organisation.created"):
    """A tenant began."""

    name: str


class OrganisationChanged(Event, frozen=True, tag="organisation.changed"):
    """It took another name, or shows workers another one."""

    name: str
    display_name: str


class OrganisationClosed(Event, frozen=True, tag="organisation.closed"):
    """It is over: work stops, keys refuse. Its owners can still look and export."""

    reason: str


class OrganisationReopened(Event, frozen=True, tag="organisation.reopened"):
    """An administrator opened it again: work goes on where it stopped."""


class MemberJoined(Event, frozen=True, tag="member.joined"):
    """Somebody became a member."""

    person_id: PersonId
    role: MemberRole


class MemberChanged(Event, frozen=True, tag="member.changed"):
    """A member got another role."""

    person_id: PersonId
    role: MemberRole
    role_before: MemberRole


class MemberLeft(Event, frozen=True, tag="member.left"):
    """A member went, or was sent."""

    person_id: PersonId


class PersonChanged(Event, frozen=True, tag="person.changed"):
    """A member changed their `name` or `password`; told in every organisation that they are a member of."""

    person_id: PersonId
    changed: list[str]


class PersonDisabled(Event, frozen=True, tag="person.disabled"):
    """An administrator keeps a member out of the installation; told in every organisation that they are a member of."""

    person_id: PersonId


class PersonEnabled(Event, frozen=True, tag="person.enabled"):
    """The member may come in again."""

    person_id: PersonId


class WorkerDisabled(Event, frozen=True, tag="worker.disabled"):
    """An administrator keeps a worker out of the installation: what they had begun goes back to the queue."""

    worker_id: WorkerId


class WorkerEnabled(Event, frozen=True, tag="worker.enabled"):
    """The worker may come in again."""

    worker_id: WorkerId


class InvitationCreated(Event, frozen=True, tag="invitation.created"):
    """Somebody made a link that lets people in."""

    invitation_id: InvitationId
    email: str | None = None
    member_role: MemberRole | None = None
    workforce_id: WorkforceId | None = None
    work_role: WorkRole | None = None
    uses_max: int = 1


class InvitationAccepted(Event, frozen=True, tag="invitation.accepted"):
    """Somebody came in by a link: as a member (`person_id`) or into a workforce (`worker_id`)."""

    invitation_id: InvitationId
    person_id: PersonId | None = None
    worker_id: WorkerId | None = None


class InvitationRevoked(Event, frozen=True, tag="invitation.revoked"):
    """A link was withdrawn."""

    invitation_id: InvitationId


class KeyCreated(Event, frozen=True, tag="key.created"):
    """Somebody made an API key."""

    key_id: KeyId
    name: str
    scopes: list[Scope]
    mode: Mode
    expires_at: datetime | None = None


class KeyRevoked(Event, frozen=True, tag="key.revoked"):
    """An API key stopped working."""

    key_id: KeyId
