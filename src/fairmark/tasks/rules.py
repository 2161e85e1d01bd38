"""The pipeline: facts in, actions out. No stage logic lives elsewhere."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from fairmark.kernel.ids import AssignmentId, SubmissionId, TaskId, WorkerId
from fairmark.ontology.model import Annotation, Fault, Severity
from fairmark.projects.model import LabelStage, OnReject, Overlap, Pipeline, ReviewStage, Sampling
from fairmark.tasks.model import (
    BadAnnotation,
    BadReview,
    BlindReview,
    Decision,
    KeyReused,
    Kind,
    LeaseExpired,
    Origin,
    TaskClosed,
    TaskState,
    TurnClosed,
    TurnState,
    WrongKind,
)

RESERVED_FOR = timedelta(hours=24)
"""How long rework waits for its author before others may take it."""
RISK_MIN, RISK_MAX = 0.2, 5.0
"""How much less or more often than usual a task is drawn for review: nothing is so sure that it is never looked at."""
PAUSE_MAX = timedelta(hours=12)
"""How long a paused turn is kept for its worker."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one task.

    submitted, leased, open: counts of this round and stage. decision: the newest review of this stage and round.
    confidence: of the submissions counted in `judged`; None while nobody has judged them. gain, risk, groups: of the
    judgement, see `Judgement`.
    """

    task_id: TaskId
    state: TaskState
    stage: int
    round: int
    submitted: int
    leased: int
    open: int
    judged: int = 0
    agreement: float | None = None
    confidence: float | None = None
    decision: Decision | None = None
    author: WorkerId | None = None
    gain: float | None = None
    risk: float | None = None
    groups: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """Open `count` more assignments in `stage`; the first is reserved for `author` if one is given."""

    stage: int
    count: int
    author: WorkerId | None = None


@dataclass(frozen=True, slots=True)
class Enter:
    """Go on to another stage, in the same round or, sent back, in the next."""

    stage: int
    round: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The task is done; its result comes from `origin`."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Halt:
    """The task stands still until the lead decides."""

    why: str


Action = Open | Enter | Finish | Halt


def next_step(pipeline: Pipeline, facts: Facts) -> list[Action]:
    """What must happen now. Empty: wait. Applying the actions and asking again comes to an end."""
    if facts.state is not TaskState.OPEN:
        return []
    stage = pipeline.stages[facts.stage]
    if isinstance(stage, LabelStage):
        return _label_step(pipeline, stage, facts)
    return _review_step(pipeline, stage, facts)


def _label_step(pipeline: Pipeline, stage: LabelStage, facts: Facts) -> list[Action]:
    overlap = stage.overlap
    coming = facts.leased + facts.open
    if facts.submitted + coming < overlap.min:
        author = facts.author if facts.round > 0 and facts.submitted + coming == 0 else None
        return [Open(facts.stage, overlap.min - facts.submitted - coming, author)]
    if coming or facts.submitted < overlap.min:
        return []
    if facts.submitted > 1 and facts.judged < facts.submitted:
        return []  # consensus has not seen the newest submission yet; it will ask again
    unsure = falls_short(overlap, facts)
    if unsure and facts.submitted < overlap.max and (facts.gain is None or facts.gain > overlap.price):
        return [Open(facts.stage, 1)]
    hopeless = unsure and (facts.confidence or 0.0) <= overlap.hopeless
    origin = Origin.SINGLE if facts.submitted == 1 else Origin.CONSENSUS
    return _go_on(pipeline, facts, origin, escalated=hopeless)


def falls_short(overlap: Overlap, facts: Facts) -> bool:
    """Whether the task, or something in it that has a target of its own, is less sure than it should be."""
    named = dict(facts.groups)
    if any(named.get(target.of, 1.0) < target.confidence for target in overlap.targets):
        return True
    return overlap.target is not None and named.get("", facts.confidence or 0.0) < overlap.target


def _review_step(pipeline: Pipeline, stage: ReviewStage, facts: Facts) -> list[Action]:
    if facts.decision is None:
        return [] if facts.leased + facts.open else [Open(facts.stage, 1)]
    if facts.decision is Decision.REJECT:
        if facts.round >= stage.rounds_max:
            return [Halt(f"Rejected {facts.round + 1} times.")]
        return [Enter(0, facts.round + 1)]
    return _go_on(pipeline, facts, Origin.REVIEW)


def _go_on(pipeline: Pipeline, facts: Facts, origin: Origin, *, escalated: bool = False) -> list[Action]:
    for index in range(facts.stage + 1, len(pipeline.stages)):
        stage = pipeline.stages[index]
        if not isinstance(stage, ReviewStage):
            continue
        if (escalated and stage.escalated) or needs_review(stage, index, facts):
            return [Enter(index, facts.round)]
    return [Finish(origin)]


def needs_review(stage: ReviewStage, index: int, facts: Facts) -> bool:
    """Whether the task falls into the stage's sample, or is too unsure to go without. The draw is the task's own."""
    several = facts.submitted > 1
    if several and (_less(facts.confidence, stage.below) or _less(facts.agreement, stage.agreement_below)):
        return True
    return _draw(facts.task_id, index) < _drawn_share(stage, facts.risk)


def _drawn_share(stage: ReviewStage, risk: float | None) -> float:
    """The chance of a task to be drawn: where mistakes are likelier, more; the stage's share on average."""
    if stage.sampling is Sampling.EVEN or risk is None or stage.share >= 1:
        return stage.share
    return stage.share * min(max(risk, RISK_MIN), RISK_MAX)


def _less(value: float | None, limit: float | None) -> bool:
    return value is not None and limit is not None and value < limit


def _draw(task_id: TaskId, stage: int) -> float:
    digest = hashlib.blake2b(task_id.bytes + bytes([stage]), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


def reworks(pipeline: Pipeline) -> bool:
    """Whether a rejection goes back to its author first."""
    reviews = [stage for stage in pipeline.stages if isinstance(stage, ReviewStage)]
    return bool(reviews) and reviews[0].on_reject is OnReject.REWORK


def lease_s(pipeline: Pipeline, stage: int) -> int:
    """How long a turn at `stage` is promised after each sign of life; of the first stage if it is gone."""
    return pipeline.stages[stage if stage < len(pipeline.stages) else 0].lease_s


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that decide whether a turn may end in a certain way."""

    id: AssignmentId
    kind: Kind
    state: TurnState
    round: int
    leased_until: datetime
    task_state: TaskState
    task_round: int
    submission_id: SubmissionId | None = None
    submission_key: str | None = None


def check_may_close(turn: Turn, kind: Kind, now: datetime) -> bool:
    """Whether the turn is late (its lease ran out, its work may still be wanted). Raises WrongKind, TurnClosed.

    A lease that nobody took over yet counts as held: started work is not thrown away for a few seconds.
    """
    if turn.kind is not kind:
        raise WrongKind(f"This assignment is a {turn.kind.value} turn.", mend=f"Use the {turn.kind.value} call for it.")
    if turn.state is TurnState.LEASED:
        if turn.task_state is not TaskState.OPEN or turn.task_round != turn.round:
            raise TaskClosed(
                "The task was closed meanwhile; your draft and your time are kept.", mend="Take the next one."
            )
        return False
    if turn.state is TurnState.EXPIRED:
        return True
    raise TurnClosed(
        f"This assignment is closed: it was {turn.state.value}.", mend="Claim the next one.", state=turn.state.value
    )


def lease_expired() -> LeaseExpired:
    return LeaseExpired(
        "The lease ran out and someone else has the task now; your draft and your time are kept.",
        mend="Claim the next task. Beats every 15 s keep a lease.",
    )


def check_annotation(faults: list[Fault]) -> list[Fault]:
    """The warnings among `faults`. Raises BadAnnotation if one is an error."""
    errors = [fault for fault in faults if fault.severity is Severity.ERROR]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise BadAnnotation(
            f"The annotation cannot be handed in: {errors[0].message} at {errors[0].path or '/'}{more}.",
            mend=errors[0].mend,
            faults=[msgspec.to_builtins(fault) for fault in errors[:100]],
        )
    return [fault for fault in faults if fault.severity is Severity.WARNING]


def check_repeated(first: BlindReview, again: BlindReview) -> None:
    """A review whose key was seen before must be the same review. Raises KeyReused."""
    if (first.decision, first.reasons, first.comment, first.annotation) != (
        again.decision, again.reasons, again.comment, again.annotation
    ):  # fmt: skip
        raise KeyReused(
            f"This key was used for another review, '{first.decision.value}', which stands.",
            mend="Send the same again to get its receipt, or use a key of its own for another review.",
        )


def check_review(decision: Decision, reasons: list[str], comment: str, annotation: Annotation | None) -> None:
    """Raises BadReview. No rejection without a reason; a fix is an annotation."""
    if decision is Decision.REJECT and not reasons and not comment.strip():
        raise BadReview("A rejection needs a reason.", mend="Name at least one reason, or write a comment.")
    if (decision is Decision.FIX) != (annotation is not None):
        raise BadReview(
            "A fix, and only a fix, carries the corrected annotation.", mend="Send `annotation` with 'fix'."
        )
