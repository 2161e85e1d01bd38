"""A case as the person who decides it sees it."""

from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

import msgspec

from fairmark.kernel.errors import Conflict, NotFound
from fairmark.kernel.ids import CaseId, GoldId, ItemId, PersonId, ProjectId, SubmissionId, TaskId, WorkerId
from fairmark.ontology.model import Annotation
from fairmark.quality.model import ItemImage


class Signal(StrEnum):
    """What was noticed. Each has an innocent explanation too, which the case names.

    speed: much faster than everybody, and wrong more often. copied: the same answers as one other worker, to details
    that two people never share. pair: two workers share mistakes far more often than chance. straight_line: hardly any
    variation in the answers. random: answers tell nothing about the items. gold_leak: the same wrong answer to a gold
    item by many, or sudden speed on gold items alone.
    """

    SPEED = "speed"
    COPIED = "copied"
    PAIR = "pair"
    STRAIGHT_LINE = "straight_line"
    RANDOM = "random"
    GOLD_LEAK = "gold_leak"


Unit: TypeAlias = Literal["share", "ms", "s", "count", ""]


class CaseState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class CaseDecision(StrEnum):
    """cleared: there is nothing in it. confirmed: there is; what follows is a separate step of a person."""

    CLEARED = "cleared"
    CONFIRMED = "confirmed"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One figure or example of a case. figure, usual: the worker's and everybody's, in `unit`; None for an example.

    unit: a share of 0 to 1 or more, milliseconds, seconds, a number of things, or nothing.

    task_id, item_id, submission_ids: what to open to see for oneself.
    """

    text: str
    figure: float | None = None
    usual: float | None = None
    unit: Unit = ""
    task_id: TaskId | None = None
    item_id: ItemId | None = None
    submission_ids: list[SubmissionId] = []


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person should look at. worker, other: pseudonyms; None if the case is about a gold item.

    strength: 0 to 1, how unlikely it is by chance; not how guilty anybody is. innocent: what else could explain it.
    seen_at: when the signal was last there.
    """

    id: CaseId
    project_id: ProjectId
    project: str
    signal: Signal
    state: CaseState
    worker_id: WorkerId | None
    worker: str | None
    other_id: WorkerId | None
    other: str | None
    gold_id: GoldId | None
    strength: float
    summary: str
    innocent: str
    evidence: list[Evidence]
    raised_at: datetime
    seen_at: datetime
    decision: CaseDecision | None
    reason: str | None
    decided_by: PersonId | None
    decided_at: datetime | None


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A submission of a case's evidence, as it was handed in. thumbnail, media: signed addresses, good for minutes."""

    submission_id: SubmissionId
    task_id: TaskId
    item_id: ItemId
    name: str
    worker: str
    annotation: Annotation
    active_ms: int
    at: datetime
    width: int | None
    height: int | None
    thumbnail: str | None
    media: str | None
    images: list[ItemImage]


class CaseDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A case and the submissions that its evidence names, 50 at most."""

    case: Case
    examples: list[Example]


class NoSuchCase(NotFound):
    """No case with this id in this organisation and mode."""

    code = "no_such_case"


class CaseClosed(Conflict):
    """The case has been decided."""

    code = "case_closed"
