"""What others may react to. Claims, submissions and expiries are written by the SQL that makes them true."""

from fairmark.kernel.events import Event
from fairmark.kernel.ids import AssignmentId, BatchId, ItemId, QuestionId, ResultId, ReviewId, SubmissionId, WorkerId


class TasksCreated(Event, tag="tasks.created", frozen=True, kw_only=True):
    """Items became tasks; `opened` of them can be worked on at once, the others wait for their media."""

    batch_id: BatchId
    count: int
    opened: int


class AssignmentClaimed(Event, tag="assignment.claimed", frozen=True, kw_only=True):
    """A worker took a turn."""

    assignment_id: AssignmentId
    worker_id: WorkerId
    kind: str


class AssignmentSubmitted(Event, tag="assignment.submitted", frozen=True, kw_only=True):
    """A worker handed in an annotation."""

    assignment_id: AssignmentId
    submission_id: SubmissionId
    worker_id: WorkerId
    round: int


class AssignmentExpired(Event, tag="assignment.expired", frozen=True, kw_only=True):
    """A lease ran out; the work is open again, the draft and the time are kept."""

    assignment_id: AssignmentId
    worker_id: WorkerId


class AssignmentClosed(Event, tag="assignment.closed", frozen=True, kw_only=True):
    """A turn ended without an answer: skipped or returned by the worker, or cancelled with its task."""

    assignment_id: AssignmentId
    worker_id: WorkerId
    state: str
    reason: str


class ReviewDecided(Event, tag="review.decided", frozen=True, kw_only=True):
    """A reviewer accepted, fixed or rejected."""

    review_id: ReviewId
    decision: str
    reasons: tuple[str, ...] = ()
    comment: str = ""


class TaskMoved(Event, tag="task.moved", frozen=True, kw_only=True):
    """A task entered another stage, was sent back, or stands still."""

    stage: int
    round: int
    state: str
    note: str = ""


class TaskDone(Event, tag="task.done", frozen=True, kw_only=True):
    """A task has a result."""

    item_id: ItemId
    result_id: ResultId
    origin: str
    confidence: float | None = None
    agreement: float | None = None


class TaskChanged(Event, tag="task.changed", frozen=True, kw_only=True):
    """A lead cancelled, reopened, or gave a task another priority or due date."""

    change: str


class QuestionAsked(Event, tag="question.asked", frozen=True, kw_only=True):
    """A worker asked the lead about a task."""

    question_id: QuestionId
    text: str


class QuestionAnswered(Event, tag="question.answered", frozen=True, kw_only=True):
    """The lead answered."""

    question_id: QuestionId
