"""What others may react to."""

from fairmark.kernel.events import Event
from fairmark.kernel.ids import CaseId, WorkerId


class CaseRaised(Event, tag="case.raised", frozen=True, kw_only=True):
    """Something was noticed that a person should look at. Nothing follows from it by itself."""

    case_id: CaseId
    signal: str
    worker_id: WorkerId | None = None
    summary: str = ""


class CaseDecided(Event, tag="case.decided", frozen=True, kw_only=True):
    """A person decided a case."""

    case_id: CaseId
    decision: str
    reason: str
