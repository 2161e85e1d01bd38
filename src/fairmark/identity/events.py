"""What happened to people, organisations, members, invitations and keys.

Events of members name the person, whom the organisation knows. Events of workers name the worker, never the person: two
organisations that one person works for must not find out by comparing their logs.
"""

from datetime import datetime

from fairmark.kernel.actor import Mode, Scope
from fairmark.kernel.events import Event
from fairmark.kernel.ids import KeyId


class OrganisationCreated(Event, frozen=True, tag="organisation.created"):
    """A tenant began."""

    name: str


class KeyCreated(Event, frozen=True, tag="key.created"):
    """Somebody made an API key."""

    key_id: KeyId
    name: str
    scopes: list[Scope]
    mode: Mode
    expires_at: datetime | None = None
