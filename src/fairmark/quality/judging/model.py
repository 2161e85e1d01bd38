"""What was decided about a task, and why, as the inspector shows it."""

import msgspec

from fairmark.kernel.ids import ItemId, ProjectId, SubmissionId, TaskId
from fairmark.ontology.model import Annotation


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """What one judge said to one decision. said: "" for none: not marked, or left open.

    evidence: in nats, log of how much likelier the judge is to say this if the answer is right than if the runner-up
    is; negative speaks against the answer. skill: 0 to 1, how often this judge is right in such decisions, as believed
    when it was judged. worker: pseudonym, or "model" for a prediction.
    """

    submission_id: SubmissionId | None
    worker: str
    said: str
    skill: float
    evidence: float


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A possible answer. probability: 0 to 1."""

    value: str
    title: str
    probability: float


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """One decision: a question, a mark kept, a mark left out, an attribute.

    kind: "question", "mark", "dropped", "attribute". key: question id, mark id, or "mark id/attribute id". answer: as
    in the annotation, as text. options: the likeliest first, 10 at most. gain: expected rise of the confidence by one
    more judgement. to_turn: how many more typical people, all for the runner-up, it would take to turn it; None: not
    in sight. text: why, in words.
    """

    kind: str
    key: str
    title: str
    answer: str
    confidence: float
    options: list[Option]
    votes: list[Vote]
    gain: float
    to_turn: int | None
    text: str


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """Why a task has the answer it has.

    confidence: of the whole: mean over the decisions; None while nobody has judged it. all_right: chance that every
    decision is right, if they were independent. known: how far judges were known, see Overview. next: "wait", "ask",
    "stop", "escalate" or "done", with next_text in words. missed: expected number of things that nobody marked; None
    where nothing is known of it. method: in words. decisions: the least sure first, 200 at most.
    """

    task_id: TaskId
    project_id: ProjectId
    item_id: ItemId
    submissions: int
    confidence: float | None
    agreement: float | None
    target: float | None
    all_right: float | None
    known: float
    missed: float | None
    next: str
    next_text: str
    text: str
    method: str
    annotation: Annotation | None
    decisions: list[Decided]
