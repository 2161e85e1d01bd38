"""Workforces and workers as frozen values; and what can go wrong with them."""

from datetime import datetime

import msgspec

from fairmark.kernel.actor import WorkRole
from fairmark.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fairmark.kernel.ids import OrgId, PersonId, WorkerId, WorkforceId


class Workforce(msgspec.Struct, frozen=True, kw_only=True):
    """A group of people who do one kind of work. `arm` names the kind: vision, language ..."""

    id: WorkforceId
    name: str
    arm: str
    lent: bool
    """Whether its people are those of another organisation's workforce: they come and go there."""
    workers: int
    created_at: datetime


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A person as this organisation knows them. There is no name in it, and no person's id."""

    id: WorkerId
    alias: str
    skills: list[str]
    paused_at: datetime | None
    """Since when they get no work here; None: they do."""
    pause_reason: str | None
    created_at: datetime


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A worker in one workforce."""

    worker: Worker
    role: WorkRole
    joined_at: datetime


class Eligibility(msgspec.Struct, frozen=True, kw_only=True):
    """What decides which work a worker may take."""

    worker_id: WorkerId
    alias: str
    paused: bool
    skills: frozenset[str]
    workforces: dict[WorkforceId, WorkRole]
    """Where they are, and as what; empty for somebody who left."""

    @property
    def roles(self) -> frozenset[WorkRole]:
        """Everything they are in any workforce here."""
        return frozenset(self.workforces.values())


class Recruit(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on their way into a workforce. Never leaves this package: it names the person."""

    person_id: PersonId
    role: WorkRole
    skills: list[str]


class Loan(msgspec.Struct, frozen=True, kw_only=True):
    """Where a workforce's people work as well."""

    borrower: OrgId
    workforce_id: WorkforceId
    """In the borrower's organisation."""


class NoSuchWorkforce(NotFound):
    """No such workforce in this organisation."""

    code = "no_such_workforce"


class NoSuchWorker(NotFound):
    """No such worker in this organisation or workforce."""

    code = "no_such_worker"


class NoSuchBorrower(NotFound):
    """No such organisation to lend to."""

    code = "no_such_borrower"


class WorkforceExists(Conflict):
    """The organisation has a workforce of this name."""

    code = "workforce_exists"


class AlreadyWorks(Conflict):
    """The person is in this workforce already."""

    code = "already_works"


class LentWorkforce(Conflict):
    """The people of a lent workforce come and go at the lender."""

    code = "lent_workforce"


class AlreadyLent(Conflict):
    """The workforce is lent to this organisation already."""

    code = "already_lent"


class LentToItself(Invalid):
    """A workforce cannot be lent to the organisation that it belongs to."""

    code = "lent_to_itself"


class BadSkill(Invalid):
    """A skill that is no slug, or too many of them."""

    code = "bad_skill"


class BadWorkforceName(Invalid):
    """A name that cannot be shown."""

    code = "bad_workforce_name"


class NoPauseReason(Invalid):
    """A pause that does not say why, or a reason without a pause."""

    code = "no_pause_reason"


class NotTheirLead(Forbidden):
    """A lead of one workforce reached for another."""

    code = "not_their_lead"
