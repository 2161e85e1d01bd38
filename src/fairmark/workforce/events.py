"""What happened to workforces and workers. Workers are named by their id in this organisation, persons never."""

from fairmark.kernel.actor import WorkRole
from fairmark.kernel.events import Event
from fairmark.kernel.ids import OrgId, WorkerId, WorkforceId


class WorkforceCreated(Event, frozen=True, tag="workforce.created"):
    """A workforce began. `lent`: its people are another organisation's."""

    workforce_id: WorkforceId
    name: str
    arm: str
    lent: bool = False


class WorkforceLent(Event, frozen=True, tag="workforce.lent"):
    """An administrator lent this organisation's workforce to another one."""

    workforce_id: WorkforceId
    borrower: OrgId


class WorkerJoined(Event, frozen=True, tag="worker.joined"):
    """Somebody came into a workforce."""

    worker_id: WorkerId
    workforce_id: WorkforceId
    role: WorkRole


class WorkerRoleChanged(Event, frozen=True, tag="worker.role_changed"):
    """Somebody is now something else in a workforce."""

    worker_id: WorkerId
    workforce_id: WorkforceId
    role: WorkRole


class WorkerLeft(Event, frozen=True, tag="worker.left"):
    """Somebody is no longer in a workforce."""

    worker_id: WorkerId
    workforce_id: WorkforceId


class WorkerSkillsChanged(Event, frozen=True, tag="worker.skills_changed"):
    """Somebody has other skills now."""

    worker_id: WorkerId
    skills: list[str]


class WorkerPaused(Event, frozen=True, tag="worker.paused"):
    """Somebody gets no more work here, and why."""

    worker_id: WorkerId
    reason: str


class WorkerResumed(Event, frozen=True, tag="worker.resumed"):
    """Somebody gets work again."""

    worker_id: WorkerId
