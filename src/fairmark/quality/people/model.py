"""Worker quality as workers and leads see it."""

from datetime import date, datetime

import msgspec

from fairmark.kernel.ids import AssignmentId, ItemId, ProjectId, SubmissionId, WorkerId
from fairmark.ontology.model import Annotation
from fairmark.quality.model import ItemImage


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """How often a worker is right: mean of what is believed, and the middle 90 % of it. All 0 to 1.

    n: judged parts (marks, answers) behind it, older ones counting less, halved every `HALF_LIFE_DAYS`. enough: whether
    there are so many that the figure may be used to decide anything.
    """

    mean: float
    low: float
    high: float
    n: float
    enough: bool


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate for one thing: a class, a question, a skill, a source ("gold", "review", "consensus")."""

    id: str
    name: str
    estimate: Estimate


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """The work of one week. monday: its first day, in UTC."""

    monday: date
    estimate: Estimate


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """How a worker finds and draws marks. recall: share of what is there that they mark. precision: share of their
    marks that are real. localisation: how well they lie, 0 to 1. usual: the same of everybody in the project.
    """

    kind: str
    recall: float
    precision: float | None
    localisation: float | None
    usual_recall: float
    usual_precision: float | None
    usual_localisation: float | None


class ProjectQuality(msgspec.Struct, frozen=True, kw_only=True):
    """A worker in one project.

    overall, usual: theirs and everybody's. classes, sources: in parts. weeks: oldest first, 26 at most. drift: change
    of the last four weeks against those before, in points of share right (-1 to 1); None unless it is beyond chance.
    median_ms, usual_ms: active time a task. checks: submissions that were held against a known answer. gold_rate:
    share of their turns that are gold now; only leads see it (None otherwise).
    """

    project_id: ProjectId
    project: str
    overall: Estimate
    usual: float | None
    classes: list[Share]
    sources: list[Share]
    finding: list[Finding]
    weeks: list[Week]
    drift: float | None
    submissions: int
    checks: int
    median_ms: int | None
    usual_ms: int | None
    gold_rate: float | None


class WorkerLine(msgspec.Struct, frozen=True, kw_only=True):
    """A worker in a project's list: the figures of ProjectQuality that fit into a line. open_cases: not yet decided."""

    worker_id: WorkerId
    worker: str
    overall: Estimate
    gold: Estimate | None
    submissions: int
    checks: int
    median_ms: int | None
    drift: float | None
    gold_rate: float | None
    open_cases: int
    paused: bool


class WorkerQuality(msgspec.Struct, frozen=True, kw_only=True):
    """A worker over all projects of the organisation. skills: from the projects whose first stage asks for them."""

    worker_id: WorkerId
    worker: str
    skills: list[Share]
    projects: list[ProjectQuality]


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a worker's own work beside what is right. checked: it was held against a known answer, or reviewed;
    "agreed" would say that others agreed on it. Which items are gold is never said. faults: what differs, in words.
    reasons: of a reviewer. explanation: why it is right, from whoever answered it. assignment_id: the turn at
    which it was handed in, through which its worker can read the project's classes and questions.
    """

    submission_id: SubmissionId
    assignment_id: AssignmentId
    project_id: ProjectId
    project: str
    item_id: ItemId
    name: str
    checked: bool
    score: float
    faults: list[str]
    reasons: list[str]
    explanation: str
    yours: Annotation
    right: Annotation
    width: int | None
    height: int | None
    thumbnail: str | None
    media: str | None
    images: list[ItemImage]
    at: datetime
