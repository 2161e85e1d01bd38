"""Tasks, turns, what people hand in, and what can go wrong on the way."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.kernel.errors import Conflict, Invalid, NotFound
from fairmark.kernel.ids import (
    AssetId,
    AssignmentId,
    BatchId,
    ItemId,
    OrgId,
    ProjectId,
    QuestionId,
    ResultId,
    ReviewId,
    SubmissionId,
    TaskId,
    WorkerId,
)
from fairmark.ontology.model import Annotation, Mark

LEASES_MAX = 4
"""Assignments one worker may hold in one organisation: the one they are at, prefetched ones, a paused one."""


class TaskState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Kind(StrEnum):
    """What a turn is for."""

    LABEL = "label"
    REVIEW = "review"


class TurnState(StrEnum):
    LEASED = "leased"
    SUBMITTED = "submitted"
    SKIPPED = "skipped"
    RETURNED = "returned"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Decision(StrEnum):
    ACCEPT = "accept"
    FIX = "fix"
    REJECT = "reject"


class Origin(StrEnum):
    """Where a result comes from."""

    SINGLE = "single"
    CONSENSUS = "consensus"
    REVIEW = "review"
    IMPORT = "import"


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """One asset of an item as the editor needs it. url: signed, good for minutes; of a large image a small picture.

    tiles: signed, good for hours: the head of its tiles, where it may be shown in tiles. thumbnail: signed; of an item
    of several images, a picture of 256 pixels at most.
    """

    asset_id: AssetId
    name: str
    media_type: str
    width: int | None
    height: int | None
    url: str
    tiles: str | None = None
    thumbnail: str | None = None


class DraftCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a draft that was laid aside: two devices had drawn apart from one another."""

    device: str
    saved_at: datetime
    annotation: Annotation


class NewerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The draft that the server has. device: which one saved it, in its own words."""

    seq: int
    device: str
    saved_at: datetime
    annotation: Annotation


class BlindReview(msgspec.Struct, frozen=True, kw_only=True):
    """A review as its author sees it, and those whose work it is about: it names nobody. annotation: of a fix."""

    decision: Decision
    reasons: list[str]
    comment: str
    annotation: Annotation | None
    created_at: datetime


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """One worker's turn at a task, with everything its page shows.

    draft: what the worker drew before (autosaved); else their rejected submission; else the item's prelabel.
    draft_device: which of the worker's devices saved it last. draft_copies: what others had drawn apart from it.
    note: why the task came back. active_ms: work counted so far. lease_s: what each sign of life adds.
    has_threads: whether there may be comment threads for the worker to read.

    Once it is over: handed_in, or own_review, is what the worker said; reviews are what others decided of the same
    round of the task, oldest first, after a review only those that came later; decision is the own one or the newest.
    """

    id: AssignmentId
    organisation_id: OrgId
    project_id: ProjectId
    task_id: TaskId
    item_id: ItemId
    batch_id: BatchId
    kind: Kind
    stage: int
    round: int
    state: TurnState
    leased_at: datetime
    leased_until: datetime
    lease_s: int
    paused_at: datetime | None = None
    closed_at: datetime | None = None
    active_ms: int = 0
    due_at: datetime | None = None
    note: str | None = None
    external_id: str | None = None
    name: str = ""
    meta: dict[str, Any] = {}
    media: list[Media] = []
    ontology_version: int = 1
    guideline_version: int = 1
    draft: Annotation | None = None
    draft_seq: int = 0
    draft_origin: str | None = None
    draft_device: str = ""
    draft_saved_at: datetime | None = None
    draft_copies: list[DraftCopy] = []
    submissions: list["BlindSubmission"] = []
    handed_in: Annotation | None = None
    own_review: BlindReview | None = None
    reviews: list[BlindReview] = []
    decision: Decision | None = None
    has_threads: bool = False


class BlindSubmission(msgspec.Struct, frozen=True, kw_only=True):
    """A submission as a reviewer sees it: a letter instead of a name."""

    id: SubmissionId
    label: str
    annotation: Annotation
    marks_agreement: dict[str, float] = {}


class Lease(msgspec.Struct, frozen=True):
    """How long the turn is promised, and the work counted so far."""

    leased_until: datetime
    active_ms: int = 0


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What was handed in; it never changes. worker: the worker's pseudonym in this organisation."""

    id: SubmissionId
    task_id: TaskId
    assignment_id: AssignmentId
    worker_id: WorkerId
    worker: str
    round: int
    annotation: Annotation
    ontology_version: int
    guideline_version: int
    active_ms: int
    created_at: datetime


class ClaimWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to claim: nothing said means whatever is most urgent."""

    kinds: Annotated[list[Kind], Meta(max_length=2)] = []
    project_id: ProjectId | None = None


class Claim(msgspec.Struct, frozen=True):
    """The turn that was taken, or why there is none."""

    assignment: Assignment | None
    why: str | None = None


class Receipt(msgspec.Struct, frozen=True):
    """The proof that something was handed in. Sending the same again gives the same receipt.

    next: what the claim came to that was asked for in the same call.
    """

    id: SubmissionId | ReviewId
    assignment_id: AssignmentId
    at: datetime
    warnings: list[Any] = []
    next: Claim | None = None


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What consensus says of a task's submissions so far.

    agreement: how alike they are; confidence: how sure the merged annotation is; both 0 to 1. detail: per-mark figures
    for the review screen, and what led to the answer. gain: expected rise of the confidence by one more submission;
    None: not known. risk: how much likelier a mistake is than usual in the project, 1 is usual; None: not known.
    groups: the confidence in what has a target of its own, by its name, and in all the rest, by "".
    """

    task_id: TaskId
    submissions: int
    agreement: float
    confidence: float
    annotation: Annotation
    detail: dict[str, Any]
    gain: float | None = None
    risk: float | None = None
    groups: tuple[tuple[str, float], ...] = ()


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The accepted annotation of a task."""

    id: ResultId
    project_id: ProjectId
    task_id: TaskId
    item_id: ItemId
    external_id: str | None
    version: int
    origin: Origin
    annotation: Annotation
    ontology_version: int
    confidence: float | None
    agreement: float | None
    created_at: datetime


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker asked the lead about a task, and the answer.

    mark_ids: what it is about; none: the item as a whole. marks: those of them that the draft had, as they were then.
    media: of the item, for who answers.
    """

    id: QuestionId
    project_id: ProjectId
    task_id: TaskId
    assignment_id: AssignmentId
    worker: str
    text: str
    answer: str | None
    answered_at: datetime | None
    created_at: datetime
    mark_ids: list[str] = []
    marks: list[Mark] = []
    media: list[Media] = []


class NoSuchAssignment(NotFound):
    """No assignment with this id is the caller's."""

    code = "no_such_assignment"


class NoSuchTask(NotFound):
    """No task with this id in this organisation and mode."""

    code = "no_such_task"


class NoSuchQuestion(NotFound):
    """No question with this id in this organisation."""

    code = "no_such_question"


class ClaimedTwice(Conflict):
    """Two claims of one worker met at one task; the other one has it."""

    code = "claimed_twice"


class LeaseExpired(Conflict):
    """The lease ran out and someone else has the task; the draft is kept."""

    code = "lease_expired"


class DraftConflict(Conflict):
    """Another draft is there than the one that this was built upon; `fields.draft` is it. Both are kept."""

    code = "draft_conflict"


class TurnClosed(Conflict):
    """The turn has ended: handed in with another key, skipped, returned or cancelled."""

    code = "assignment_closed"


class WrongKind(Conflict):
    """A label turn takes a submission, a review turn a review."""

    code = "wrong_kind"


class KeyReused(Conflict):
    """The same key came before with other content; the first one stands."""

    code = "key_reused"


class TaskClosed(Conflict):
    """The task's state does not allow this."""

    code = "task_closed"


class BadAnnotation(Invalid):
    """The annotation breaks the ontology or the image; `fields.faults` says where."""

    code = "bad_annotation"


class BadReview(Invalid):
    """A rejection without a reason, a fix without an annotation."""

    code = "bad_review"
