"""What people look at: offers to workers, a project's tasks and results, one task's whole history.

Reading only, apart from `service` and `flow`, which change things.
"""

from datetime import datetime
from typing import Any

import msgspec

from fairmark.kernel import events as log
from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import (
    AssignmentId,
    BatchId,
    ItemId,
    ProjectId,
    ResultId,
    ReviewId,
    TaskId,
)
from fairmark.ontology.model import Annotation, Ontology
from fairmark.projects import service as projects
from fairmark.tasks import desk_store, drafts_store, store, turns
from fairmark.tasks.model import (
    Assignment,
    Decision,
    Kind,
    Media,
    NoSuchTask,
    Result,
    Submission,
    TaskState,
    TurnState,
)


class WorkOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A project as a worker sees it before starting. Counts stop at 1,000.

    median_ms: active time of a task, over the last 200; None before there are any. why_not: what keeps you from it.
    """

    project_id: ProjectId
    name: str
    description: str
    customer: str
    modality: str
    to_label: int
    to_review: int
    can_review: bool
    median_ms: int | None
    done_by_me: int
    missing_skills: list[str]
    why_not: str | None


class Rules(msgspec.Struct, frozen=True):
    """What an assignment is done by. modality: which editor it is done in."""

    modality: str
    ontology: Ontology
    ontology_version: int
    guideline_html: str
    guideline_version: int
    project_name: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task's line."""

    id: TaskId
    item_id: ItemId
    batch_id: BatchId
    state: TaskState
    stage: int
    round: int
    priority: int
    due_at: datetime | None
    note: str | None
    agreement: float | None
    confidence: float | None
    result_id: ResultId | None
    external_id: str | None
    name: str
    created_at: datetime
    updated_at: datetime


class TurnLine(msgspec.Struct, frozen=True, kw_only=True):
    """One turn in a task's history. worker: their pseudonym."""

    id: AssignmentId
    kind: Kind
    stage: int
    round: int
    state: TurnState
    worker: str
    leased_at: datetime
    closed_at: datetime | None
    active_ms: int
    reason: str | None


class ReviewLine(msgspec.Struct, frozen=True, kw_only=True):
    """One review in a task's history. reviewer: their pseudonym; None for a member of the organisation."""

    id: ReviewId
    reviewer: str | None
    round: int
    decision: Decision
    reasons: list[str]
    comment: str
    annotation: Annotation | None
    created_at: datetime


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """One event in a task's history."""

    at: datetime
    type: str
    actor: str
    data: msgspec.Raw


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one task."""

    task: Task
    project_id: ProjectId
    meta: dict[str, Any]
    media: list[Media]
    turns: list[TurnLine]
    submissions: list[Submission]
    reviews: list[ReviewLine]
    results: list[Result]
    agreement_detail: dict[str, Any]
    merged: Annotation | None
    events: list[EventLine]


async def offers(tx: Tx) -> list[WorkOffer]:
    """The projects of the transaction's organisation that its worker may work on."""
    assert tx.actor.worker_id is not None
    return [_offer(row) for row in await desk_store.work_summary(tx, tx.actor.worker_id)]


def _offer(row: store.Row) -> WorkOffer:
    pipeline = store.pipeline(row)
    skills = set(row["skills"])
    missing = sorted({s for s in pipeline.stages[0].skills if s not in skills})
    why = "paused" if row["paused_at"] else "missing_skills" if missing else None
    median = row["median_ms"]
    return WorkOffer(
        project_id=row["project_id"], name=row["name"], description=row["description"], customer=row["customer"],
        modality=row["modality"], to_label=row["to_label"], to_review=row["to_review"],
        can_review=not {"reviewer", "lead"}.isdisjoint(row["roles"]), median_ms=round(median) if median else None,
        done_by_me=row["done_by_me"], missing_skills=missing, why_not=why,
    )  # fmt: skip


async def rules_of(tx: Tx, id: AssignmentId) -> Rules:
    """Ontology and guideline of the caller's own assignment. Raises NoSuchAssignment."""
    row = await turns.own_turn(tx, id)
    project = await projects.get(tx, row["project_id"])
    ontology = await projects.ontology(tx, project.id, row["ontology_version"])
    guideline = await projects.guideline(tx, project.id, row["guideline_version"])
    return Rules(project.modality, ontology.document, ontology.version, guideline.html, guideline.version, project.name)


async def turn(tx: Tx, sign: turns.Signer, id: AssignmentId) -> Assignment:
    """The caller's own turn; of one that is over, what they said and what became of it. Raises NoSuchAssignment."""
    found = await turns.get(tx, sign, id)
    if found.state in {TurnState.LEASED, TurnState.EXPIRED} and found.draft_saved_at is not None:
        return msgspec.structs.replace(found, draft_copies=await drafts_store.draft_copies(tx, id))
    if found.state is not TurnState.SUBMITTED or found.closed_at is None:
        return found
    handed_in, own = await desk_store.handed_in(tx, id)
    since = found.closed_at if own else None
    reviews = await desk_store.other_reviews(tx, id, found.task_id, found.round, since)
    newest = own or (reviews[-1] if reviews else None)
    seen = await desk_store.submissions_before(tx, found.task_id, found.round, found.closed_at) if own else []
    return msgspec.structs.replace(
        found, draft=None, draft_origin=None, handed_in=handed_in, own_review=own, reviews=reviews,
        decision=newest.decision if newest else None, submissions=turns.blind(seen),
    )  # fmt: skip


async def tasks(tx: Tx, project_id: ProjectId, state: TaskState | None, batch_id: BatchId | None, after: TaskId | None,
                limit: int) -> list[Task]:  # fmt: skip
    """A project's tasks in the order they were made. Raises NoSuchProject, and Forbidden for a lead of another
    workforce."""
    await projects.get_to_look(tx, project_id)
    return [Task(**row) for row in await desk_store.list_tasks(tx, project_id, state, batch_id, after, limit)]


async def history(tx: Tx, sign: turns.Signer, id: TaskId) -> History:
    """Everything about one task. Raises NoSuchTask, and Forbidden for a lead of another workforce."""
    row = await desk_store.get_task(tx, id)
    if row is None:
        raise NoSuchTask(f"There is no task {id} here.", mend="Check the id, the organisation and the mode.")
    await projects.get_to_look(tx, row["project_id"])
    agreement = await store.agreement(tx, id)
    return History(
        task=Task(**{name: row[name] for name in Task.__struct_fields__}), project_id=row["project_id"],
        meta=json.decode(row["meta"]), media=sign.media(tx.org_id, row["media"]),
        turns=[TurnLine(worker=r["alias"], **{n: r[n] for n in TurnLine.__struct_fields__ if n != "worker"})
               for r in await desk_store.task_turns(tx, id)],
        submissions=await desk_store.all_submissions(tx, id),
        reviews=[_review(r) for r in await desk_store.task_reviews(tx, id)],
        results=await desk_store.task_results(tx, id),
        agreement_detail=json.decode(agreement["detail"]) if agreement else {},
        merged=json.decode(agreement["annotation"], type=Annotation) if agreement else None,
        events=[EventLine(at=e.at, type=e.type, actor=e.actor, data=e.data) for e in await log.of_task(tx, id)],
    )  # fmt: skip


def _review(row: store.Row) -> ReviewLine:
    annotation = json.decode(row["annotation"], type=Annotation) if row["annotation"] else None
    return ReviewLine(
        id=row["id"], reviewer=row["alias"], round=row["round"], decision=Decision(row["decision"]),
        reasons=list(row["reasons"]), comment=row["comment"], annotation=annotation, created_at=row["created_at"],
    )  # fmt: skip


async def results(tx: Tx, project_id: ProjectId, batch_id: BatchId | None, after: ResultId | None,
                  limit: int) -> list[Result]:  # fmt: skip
    """The results in force, oldest first. Raises NoSuchProject."""
    await projects.get(tx, project_id)
    return await desk_store.list_results(tx, project_id, batch_id, after, limit)
