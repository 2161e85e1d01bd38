"""Runs statements: rows in, model out. Claiming, drafts, questions and the desk have files of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import msgspec

from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import (
    AssignmentId,
    BatchId,
    GoldId,
    ItemId,
    ProjectId,
    ResultId,
    ReviewId,
    SubmissionId,
    TaskId,
    WorkerId,
)
from fairmark.ontology.model import Annotation
from fairmark.projects.model import Pipeline
from fairmark.tasks.model import (
    BlindReview,
    Decision,
    Judgement,
    Kind,
    Lease,
    Origin,
    TaskState,
    TurnState,
)
from fairmark.tasks.rules import RESERVED_FOR, Facts, Turn

q = sql.load(__file__)
Row: TypeAlias = Any
"""A database row where a type of its own would only repeat its columns."""


@dataclass(frozen=True, slots=True)
class TurnToEnd:
    """A locked turn with what its check needs."""

    turn: Turn
    project_id: ProjectId
    task_id: TaskId
    stage: int
    ontology_version: int
    guideline_version: int
    pipeline: Pipeline
    modality: str
    sizes: list[tuple[int, int]]
    review_id: ReviewId | None
    is_gold: bool = False


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """Facts of a task, and what its result would be made of."""

    facts: Facts
    project_id: ProjectId
    item_id: ItemId
    pipeline: Pipeline
    ontology_version: int
    fixed: str | None
    merged: str | None


@dataclass(slots=True)
class Move:
    """Where a task goes; written for many tasks at once."""

    task_id: TaskId
    state: TaskState
    stage: int
    round: int
    agreement: float | None
    confidence: float | None
    note: str | None = None
    result_id: ResultId | None = None


@dataclass(frozen=True, slots=True)
class NewResult:
    """A result to write."""

    id: ResultId
    task_id: TaskId
    origin: Origin
    annotation: str
    classes: list[str]
    marks: int
    ontology_version: int
    confidence: float | None
    agreement: float | None


@dataclass(frozen=True, slots=True)
class NewTurn:
    """Open assignments to write. reserved: how long `reserved_for` alone may take it; None: for ever."""

    task_id: TaskId
    stage: int
    count: int
    after_id: AssignmentId | None = None
    reserved_for: WorkerId | None = None
    reserved: timedelta | None = RESERVED_FOR


async def get_turn(tx: Tx, id: AssignmentId, worker_id: WorkerId) -> Any | None:
    row = await tx.maybe(q.get_turn, org_id=tx.org_id, id=id)
    return row if row is not None and row["worker_id"] == worker_id else None


async def lock_turn(tx: Tx, id: AssignmentId, worker_id: WorkerId) -> TurnToEnd | None:
    row = await tx.maybe(q.lock_turn, org_id=tx.org_id, id=id)
    if row is None or row["worker_id"] != worker_id:
        return None
    turn = Turn(
        id=row["id"], kind=Kind(row["kind"]), state=TurnState(row["state"]), round=row["round"],
        leased_until=row["leased_until"], task_state=TaskState(row["task_state"]), task_round=row["task_round"],
        submission_id=row["submission_id"], submission_key=row["submission_key"],
    )  # fmt: skip
    sizes = [(w or 0, h or 0) for w, h in zip(row["widths"], row["heights"], strict=True)]
    return TurnToEnd(
        turn, row["project_id"], row["task_id"], row["stage"], row["ontology_version"], row["guideline_version"],
        json.decode(row["pipeline"], type=Pipeline), row["modality"], sizes, row["review_id"], row["is_gold"],
    )  # fmt: skip


async def open_replacement(tx: Tx, task_id: TaskId, assignment_id: AssignmentId) -> bool:
    """Whether a late turn's replacement is still open; locks it."""
    found = await tx.value(q.open_replacement, org_id=tx.org_id, task_id=task_id, assignment_id=assignment_id)
    return found is not None


async def save_submission(tx: Tx, end: TurnToEnd, id: SubmissionId, key: str, annotation: str, *, late: bool) -> None:
    await tx.run(
        q.save_submission, org_id=tx.org_id, now=tx.now, assignment_id=end.turn.id, task_id=end.task_id, late=late,
        id=id, key=key, annotation=annotation, ontology_version=end.ontology_version,
        guideline_version=end.guideline_version,
    )  # fmt: skip


async def save_review(tx: Tx, *, id: ReviewId, project_id: ProjectId, task_id: TaskId, round: int, decision: Decision,
                      reasons: list[str], comment: str, annotation: str | None, key: str | None = None,
                      assignment_id: AssignmentId | None = None, late: bool = False) -> None:  # fmt: skip
    await tx.run(
        q.save_review, org_id=tx.org_id, now=tx.now, id=id, project_id=project_id, task_id=task_id,
        assignment_id=assignment_id, worker_id=tx.actor.worker_id, person_id=tx.actor.person_id, round=round, key=key,
        decision=decision, reasons=reasons, comment=comment, annotation=annotation, late=late,
    )  # fmt: skip


async def known_review(
    tx: Tx, task_id: TaskId, assignment_id: AssignmentId | None, key: str | None
) -> tuple[ReviewId, str | None, BlindReview] | None:
    """(id, key, review) of the turn's review; without a turn, of the one from the project's pages with this key."""
    row = await tx.maybe(q.known_review, org_id=tx.org_id, task_id=task_id, assignment_id=assignment_id, key=key)
    return (row["id"], row["key"], blind_review(row)) if row else None


def blind_review(row: Row) -> BlindReview:
    """The review in a row."""
    annotation = json.decode(row["annotation"], type=Annotation) if row["annotation"] else None
    return BlindReview(
        decision=Decision(row["decision"]), reasons=list(row["reasons"]), comment=row["comment"],
        annotation=annotation, created_at=row["created_at"],
    )  # fmt: skip


async def close_turn(tx: Tx, id: AssignmentId, state: TurnState, reason: str) -> None:
    await tx.run(q.close_turn, org_id=tx.org_id, id=id, state=state, reason=reason, now=tx.now)


async def skips(tx: Tx, task_id: TaskId, stage: int, round: int) -> int:
    return await tx.value(q.skips, org_id=tx.org_id, task_id=task_id, stage=stage, round=round)


async def open_turns(tx: Tx, turns: Sequence[NewTurn]) -> None:
    if turns:
        await tx.run(
            q.open_turns, org_id=tx.org_id, task_ids=[t.task_id for t in turns], stages=[t.stage for t in turns],
            counts=[t.count for t in turns], after_ids=[t.after_id for t in turns],
            reserved=[t.reserved_for for t in turns],
            reserved_until=[
                tx.now + t.reserved if t.reserved_for is not None and t.reserved is not None else None for t in turns
            ],
        )  # fmt: skip


async def extend_lease(tx: Tx, id: AssignmentId, worker_id: WorkerId, stretches: Sequence[tuple[datetime, datetime]],
                       lease_s: int) -> Lease | None:  # fmt: skip
    """Counts `stretches` of work and promises the turn for `lease_s` more. None if the turn is not leased."""
    row = await tx.maybe(
        q.extend_lease, org_id=tx.org_id, id=id, worker_id=worker_id, now=tx.now, lease_s=lease_s,
        began=[began for began, _ in stretches], ended=[ended for _, ended in stretches],
    )  # fmt: skip
    return Lease(row["leased_until"], row["active_ms"]) if row else None


async def pause_turn(tx: Tx, id: AssignmentId, until: datetime) -> datetime | None:
    return await tx.value(q.pause_turn, org_id=tx.org_id, id=id, now=tx.now, until=until)


async def resume_turn(tx: Tx, id: AssignmentId, lease_s: int) -> datetime | None:
    return await tx.value(q.resume_turn, org_id=tx.org_id, id=id, until=tx.now + timedelta(seconds=lease_s))


async def expire_leases(tx: Tx) -> int:
    return await tx.run(q.expire_leases, org_id=tx.org_id, now=tx.now)


async def release_leases(tx: Tx, worker_id: WorkerId | None, reason: str) -> int:
    """Of everybody if no worker is named; how many turns."""
    return await tx.run(q.release_leases, org_id=tx.org_id, worker_id=worker_id, reason=reason, now=tx.now)


class Made(NamedTuple):
    """Tasks that were made for items of a batch; `opened` of them can be worked on at once."""

    batch_id: BatchId
    made: int
    opened: int


async def create_tasks(tx: Tx, project_id: ProjectId, ranges: Sequence[tuple[ItemId, ItemId]], base: int, spread: int,
                       overlap: int) -> list[Made]:  # fmt: skip
    """What was made, by batch."""
    rows = await tx.all(
        q.create_tasks, org_id=tx.org_id, project_id=project_id, firsts=[first for first, _ in ranges],
        lasts=[last for _, last in ranges], base=base, spread=spread, overlap=overlap, now=tx.now,
    )  # fmt: skip
    return [Made(row["batch_id"], row["made"], row["opened"]) for row in rows]


async def project_overlap(tx: Tx, project_id: ProjectId) -> int:
    return await tx.value(q.project_overlap, org_id=tx.org_id, project_id=project_id)


async def open_waiting(tx: Tx, asset_ids: list[Any]) -> None:
    await tx.run(q.open_waiting, org_id=tx.org_id, asset_ids=asset_ids, now=tx.now)


async def fail_waiting(tx: Tx, asset_ids: list[Any]) -> None:
    await tx.run(q.fail_waiting, org_id=tx.org_id, asset_ids=asset_ids, now=tx.now)


async def facts(tx: Tx, task_ids: Sequence[TaskId]) -> list[TaskFacts]:
    rows = await tx.all(q.facts, org_id=tx.org_id, task_ids=list(task_ids))
    return [_facts(row) for row in rows]


async def task_submissions(
    tx: Tx, task_ids: Sequence[TaskId]
) -> dict[TaskId, list[tuple[SubmissionId, WorkerId, Annotation]]]:
    """The present round's submissions by task."""
    found: dict[TaskId, list[tuple[SubmissionId, WorkerId, Annotation]]] = {}
    for row in await tx.all(q.task_submissions, org_id=tx.org_id, task_ids=list(task_ids)):
        annotation = msgspec.json.decode(row["annotation"], type=Annotation)
        found.setdefault(row["task_id"], []).append((row["id"], row["worker_id"], annotation))
    return found


async def put_agreements(tx: Tx, judgements: Sequence[Judgement]) -> None:
    if judgements:
        await tx.run(
            q.put_agreements, org_id=tx.org_id, now=tx.now, task_ids=[j.task_id for j in judgements],
            submissions=[j.submissions for j in judgements], agreement=[j.agreement for j in judgements],
            confidence=[j.confidence for j in judgements], annotation=[json.encode(j.annotation) for j in judgements],
            detail=[json.encode(j.detail) for j in judgements],
        )  # fmt: skip


async def move_tasks(tx: Tx, moves: Sequence[Move]) -> None:
    if moves:
        await tx.run(
            q.move_tasks, org_id=tx.org_id, now=tx.now, task_ids=[m.task_id for m in moves],
            states=[m.state for m in moves], stages=[m.stage for m in moves], rounds=[m.round for m in moves],
            agreement=[m.agreement for m in moves], confidence=[m.confidence for m in moves],
            notes=[m.note for m in moves], result_ids=[m.result_id for m in moves],
        )  # fmt: skip


async def insert_results(tx: Tx, results: Sequence[NewResult]) -> None:
    if results:
        await tx.run(
            q.insert_results, org_id=tx.org_id, now=tx.now, ids=[r.id for r in results],
            task_ids=[r.task_id for r in results], origins=[r.origin for r in results],
            annotations=[r.annotation for r in results], classes=[json.encode(r.classes) for r in results],
            marks=[r.marks for r in results], ontology_versions=[r.ontology_version for r in results],
            confidence=[r.confidence for r in results], agreement=[r.agreement for r in results],
        )  # fmt: skip


async def close_open(tx: Tx, task_ids: Sequence[TaskId]) -> None:
    await tx.run(q.close_open, org_id=tx.org_id, task_ids=list(task_ids))


async def lock_task(tx: Tx, id: TaskId) -> Any | None:
    return await tx.maybe(q.lock_task, org_id=tx.org_id, id=id, mode=tx.actor.mode)


async def insert_gold_tasks(tx: Tx, item_ids: Sequence[ItemId], gold_ids: Sequence[GoldId]) -> dict[ItemId, TaskId]:
    rows = await tx.all(q.insert_gold_tasks, org_id=tx.org_id, item_ids=list(item_ids), gold_ids=list(gold_ids),
                        now=tx.now)  # fmt: skip
    return {row["item_id"]: row["id"] for row in rows}


async def plant(
    tx: Tx, project_id: ProjectId, task_id: TaskId, worker_id: WorkerId, rank: int, place: int, ahead: int
) -> bool:
    """Whether the turn was put there."""
    done = await tx.run(q.plant, org_id=tx.org_id, project_id=project_id, task_id=task_id, worker_id=worker_id,
                        rank=rank, place=place, ahead=ahead)  # fmt: skip
    return done > 0


async def offer(tx: Tx, project_id: ProjectId, offers: Sequence[tuple[TaskId, WorkerId, int]], ahead: int, plenty: int,
                until: datetime) -> int:  # fmt: skip
    """offers: a task, a worker, and where they stand. How many could be made."""
    if not offers:
        return 0
    task_ids, worker_ids, places = (list(column) for column in zip(*offers, strict=True))
    return await tx.run(q.offer, org_id=tx.org_id, project_id=project_id, task_ids=task_ids, worker_ids=worker_ids,
                        places=places, ahead=ahead, plenty=plenty, until=until)  # fmt: skip


async def standing(tx: Tx, ids: Sequence[TaskId]) -> list[Row]:
    return await tx.all(q.standing, org_id=tx.org_id, ids=list(ids))


async def set_task(tx: Tx, id: TaskId, *, state: str, stage: int, round: int, rank: int, due_at: datetime | None,
                   note: str | None) -> None:  # fmt: skip
    await tx.run(q.set_task, org_id=tx.org_id, id=id, state=state, stage=stage, round=round, rank=rank, due_at=due_at,
                 note=note, now=tx.now)  # fmt: skip


async def rerank_task(tx: Tx, id: TaskId, rank: int) -> None:
    await tx.run(q.rerank_task, org_id=tx.org_id, task_id=id, rank=rank)


async def apply_batch(tx: Tx, batch_id: BatchId, state: str, priority: int, due_at: datetime | None) -> list[TaskId]:
    """Carries a batch's state to its tasks and makes their queue anew; the ids of open tasks without a turn."""
    await tx.run(q.apply_batch, org_id=tx.org_id, batch_id=batch_id, state=state, priority=priority, due_at=due_at,
                 now=tx.now)  # fmt: skip
    return [row["id"] for row in await tx.all(q.requeue_batch, org_id=tx.org_id, batch_id=batch_id)]


def _facts(row: Any) -> TaskFacts:
    pipeline = json.decode(row["pipeline"], type=Pipeline)
    stage = min(row["stage"], len(pipeline.stages) - 1)
    # A review from the project's pages has no turn: it decides whatever review stage the task is in.
    decided_here = row["decided_stage"] is None or row["decided_stage"] == stage
    decision = Decision(row["decision"]) if row["decision"] and decided_here and stage > 0 else None
    facts = Facts(
        task_id=row["id"], state=TaskState(row["state"]), stage=stage, round=row["round"], submitted=row["submitted"],
        leased=row["leased"], open=row["open"], agreement=row["agreement"], confidence=row["confidence"],
        decision=decision, author=row["author"],
    )  # fmt: skip
    return TaskFacts(
        facts, row["project_id"], row["item_id"], pipeline, row["ontology_version"], row["fixed"], row["merged"]
    )


async def held(tx: Tx, worker_id: WorkerId) -> int:
    return await tx.value(q.held, org_id=tx.org_id, worker_id=worker_id)


async def mine(tx: Tx, worker_id: WorkerId, open_only: bool, before: datetime | None, limit: int) -> list[Any]:
    return await tx.all(q.mine, org_id=tx.org_id, worker_id=worker_id, open_only=open_only, before=before, limit=limit)


async def seen_in_review(tx: Tx, task_id: TaskId) -> Row:
    """detail: of the agreement (JSON), None without one. has_threads: whether anything was said, to whomever."""
    return await tx.one(q.seen_in_review, org_id=tx.org_id, task_id=task_id)


async def agreement(tx: Tx, task_id: TaskId) -> Row | None:
    return await tx.maybe(q.agreement, org_id=tx.org_id, task_id=task_id)


async def cancel_turns(tx: Tx, task_id: TaskId, reason: str) -> list[tuple[AssignmentId, WorkerId]]:
    rows = await tx.all(q.cancel_turns, org_id=tx.org_id, task_id=task_id, reason=reason, now=tx.now)
    return [(row["id"], row["worker_id"]) for row in rows]


def pipeline(row: Any) -> Pipeline:
    """The pipeline in a row."""
    return json.decode(row["pipeline"], type=Pipeline)


async def set_note(tx: Tx, id: TaskId, note: str) -> None:
    await tx.run(q.set_note, org_id=tx.org_id, id=id, note=note[:2000])
