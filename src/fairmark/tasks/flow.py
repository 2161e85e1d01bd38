"""A task's way: from items to tasks, and from facts through `rules.next_step` to the next stage or the result.

Apart from `service` because it is the system's side: no worker asks for it, readers of events and reviews do. A tenth
file of this package for that reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

import msgspec

from fairmark.kernel import events as log
from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import (
    AssetId,
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
    new_id,
)
from fairmark.ontology.model import Annotation
from fairmark.tasks import events, rules, store
from fairmark.tasks.model import BlindReview, Decision, Judgement, NoSuchTask, Origin, TaskClosed, TaskState
from fairmark.tasks.rules import Action, Enter, Facts, Finish, Halt, Open
from fairmark.tasks.store import Move, NewResult, NewTurn, TaskFacts

PASSES_MAX = 25
"""next_step passes per task and turn; more than any pipeline has stages and rounds left to walk at once."""
SPREAD = 1 << 16
PLACES_PER_MS = 1 << 12
OFFERED_AHEAD, OFFERED_AMONG = 3, 30
"""A turn kept for somebody lies so many open turns ahead of where they stand, if so many lie ahead in all."""


async def create_tasks(tx: Tx, project_id: ProjectId, ranges: Sequence[tuple[ItemId, ItemId]]) -> int:
    """Makes tasks of a project's items with ids in these ranges, first and last included, of those that have none."""
    base = int(tx.now.timestamp() * 1000) * PLACES_PER_MS
    overlap = await store.project_overlap(tx, project_id)
    made = await store.create_tasks(tx, project_id, ranges, base, SPREAD, overlap)
    told = [
        events.TasksCreated(project_id=project_id, batch_id=each.batch_id, count=each.made, opened=each.opened)
        for each in made
    ]
    await log.announce(tx, *told)
    return sum(each.made for each in made)


async def make_gold_tasks(tx: Tx, gold: Mapping[ItemId, GoldId]) -> dict[ItemId, TaskId]:
    """Makes the tasks that turns at gold belong to, one per item; they lie beside the items' own and never end."""
    return await store.insert_gold_tasks(tx, list(gold), list(gold.values()))


class Standing(NamedTuple):
    """A task's place on the ring. gold_id: the gold that its turns are for; None: an ordinary task."""

    task_id: TaskId
    project_id: ProjectId
    item_id: ItemId
    batch_id: BatchId
    rank: int
    place: int
    gold_id: GoldId | None


async def standing(tx: Tx, task_ids: Sequence[TaskId]) -> dict[TaskId, Standing]:
    """Where tasks lie on the ring, and which of them are gold."""
    return {row["id"]: Standing(*row) for row in await store.standing(tx, task_ids)}


async def plant(tx: Tx, near: Standing, task_id: TaskId, worker_id: WorkerId, ahead: int) -> bool:
    """Puts a turn at `task_id`, for one worker, `ahead` open turns beyond where they stand; False: there are none."""
    return await store.plant(tx, near.project_id, task_id, worker_id, near.rank, near.place + 1, ahead)


async def offer(tx: Tx, project_id: ProjectId, offers: Sequence[tuple[TaskId, WorkerId, int]], until: datetime) -> int:
    """Keeps the open turns of tasks, each for one worker, until then, a little ahead of the place where they stand.

    Not where little else is open. How many could be kept.
    """
    return await store.offer(tx, project_id, offers, OFFERED_AHEAD, OFFERED_AMONG, until)


async def unplant(tx: Tx, task_id: TaskId) -> None:
    """Takes the turns at a task that nobody has taken yet out of the queue."""
    await store.close_open(tx, [task_id])


async def media_ready(tx: Tx, asset_ids: Sequence[AssetId]) -> None:
    """Opens the tasks that waited for these assets."""
    await store.open_waiting(tx, list(asset_ids))


async def media_failed(tx: Tx, asset_ids: Sequence[AssetId]) -> None:
    """Marks the tasks whose asset cannot be had."""
    await store.fail_waiting(tx, list(asset_ids))


async def batch_changed(tx: Tx, batch_id: BatchId, state: str, priority: int, due_at: datetime | None) -> None:
    """Carries a batch's state, priority and due date to its tasks and their place in the queue."""
    lacking = await store.apply_batch(tx, batch_id, state, priority, due_at)
    for start in range(0, len(lacking), 1000):
        await advance(tx, dict.fromkeys(lacking[start : start + 1000]))


@dataclass(slots=True)
class _Plan:
    """What a set of tasks needs written; filled by pure steps, written by few statements."""

    moves: list[Move] = field(default_factory=list)
    turns: list[NewTurn] = field(default_factory=list)
    results: list[NewResult] = field(default_factory=list)
    closed: list[TaskId] = field(default_factory=list)
    told: list[log.Event] = field(default_factory=list)


async def submissions_of(
    tx: Tx, task_ids: Sequence[TaskId]
) -> dict[TaskId, list[tuple[SubmissionId, WorkerId, Annotation]]]:
    """The present round's submissions of each task, oldest first."""
    return await store.task_submissions(tx, task_ids)


async def advance(tx: Tx, judgements: Mapping[TaskId, Judgement | None]) -> list[TaskId]:
    """Takes each task as far as its facts allow. Safe to repeat: a task that is where it should be stays there.

    The tasks for which a turn at labeling has opened that anybody may have.
    """
    await store.put_agreements(tx, [j for j in judgements.values() if j is not None and j.submissions > 1])
    rows = await store.facts(tx, list(judgements))
    singles = [row.facts.task_id for row in rows if row.facts.submitted == 1]
    submissions = await store.task_submissions(tx, singles) if singles else {}
    plan = _Plan()
    for row in rows:
        single = submissions.get(row.facts.task_id, [])
        _walk(plan, row, judgements[row.facts.task_id], single[0][2] if single else None)
    await _write(tx, plan)
    return [turn.task_id for turn in plan.turns if turn.stage == 0 and turn.reserved_for is None]


def _walk(plan: _Plan, row: TaskFacts, judgement: Judgement | None, single: Annotation | None) -> None:
    facts = row.facts
    if judgement is not None:
        facts = replace(
            facts, judged=judgement.submissions, confidence=judgement.confidence, gain=judgement.gain,
            agreement=judgement.agreement if judgement.submissions > 1 else None, risk=judgement.risk,
            groups=judgement.groups,
        )  # fmt: skip
    move = Move(facts.task_id, facts.state, facts.stage, facts.round, facts.agreement, facts.confidence)
    for _ in range(PASSES_MAX):
        actions = rules.next_step(row.pipeline, facts)
        if not actions:
            break
        for action in actions:
            facts = _apply(plan, row, facts, move, action, single, judgement)
    plan.moves.append(move)


def _apply(plan: _Plan, row: TaskFacts, facts: Facts, move: Move, action: Action, single: Annotation | None,
           judgement: Judgement | None) -> Facts:  # fmt: skip
    task_id, project_id = facts.task_id, row.project_id
    if isinstance(action, Open):
        author = action.author if rules.reworks(row.pipeline) else None
        plan.turns.append(NewTurn(task_id, action.stage, 1, reserved_for=author))
        if action.count > 1:
            plan.turns.append(NewTurn(task_id, action.stage, action.count - 1))
        return replace(facts, open=facts.open + action.count)
    if isinstance(action, Enter):
        sent_back = action.round > facts.round
        move.stage, move.round = action.stage, action.round
        plan.closed.append(task_id)
        plan.told.append(events.TaskMoved(project_id=project_id, task_id=task_id, stage=action.stage,
                                          round=action.round, state=TaskState.OPEN))  # fmt: skip
        return replace(facts, stage=action.stage, round=action.round, leased=0, open=0, decision=None,
                        submitted=0 if sent_back else facts.submitted)  # fmt: skip
    if isinstance(action, Halt):
        move.state, move.note = TaskState.PAUSED, action.why
        plan.closed.append(task_id)
        plan.told.append(events.TaskMoved(project_id=project_id, task_id=task_id, stage=facts.stage, round=facts.round,
                                          state=TaskState.PAUSED, note=action.why))  # fmt: skip
        return replace(facts, state=TaskState.PAUSED)
    _finish(plan, row, facts, move, action, single, judgement)
    return replace(facts, state=TaskState.DONE)


def _finish(plan: _Plan, row: TaskFacts, facts: Facts, move: Move, action: Finish, single: Annotation | None,
            judgement: Judgement | None) -> None:  # fmt: skip
    origin, annotation = _outcome(row, action, single, judgement)
    decoded = msgspec.json.decode(annotation, type=Annotation)
    result = NewResult(
        ResultId(new_id()), facts.task_id, origin, annotation, sorted({m.class_ for m in decoded.marks}),
        len(decoded.marks), row.ontology_version, facts.confidence, facts.agreement,
    )  # fmt: skip
    move.state, move.result_id, move.note = TaskState.DONE, result.id, None
    plan.results.append(result)
    plan.closed.append(facts.task_id)
    plan.told.append(
        events.TaskDone(project_id=row.project_id, task_id=facts.task_id, item_id=row.item_id, result_id=result.id,
                        origin=origin, confidence=facts.confidence, agreement=facts.agreement)
    )  # fmt: skip


def _outcome(
    row: TaskFacts, action: Finish, single: Annotation | None, judgement: Judgement | None
) -> tuple[Origin, str]:
    """Where the result's annotation comes from: a reviewer's fix, else consensus, else the only submission."""
    if action.origin is Origin.REVIEW and row.fixed is not None:
        return Origin.REVIEW, row.fixed
    if single is not None:
        kept = action.origin in {Origin.REVIEW, Origin.IMPORT}
        return (action.origin if kept else Origin.SINGLE), json.encode(single)
    if judgement is not None:
        return action.origin, json.encode(judgement.annotation)
    if row.merged is None:
        raise AssertionError(f"task {row.facts.task_id} would finish without an annotation")
    return action.origin, row.merged


async def _write(tx: Tx, plan: _Plan) -> None:
    if plan.closed:
        await store.close_open(tx, plan.closed)
    await store.open_turns(tx, plan.turns)
    await store.insert_results(tx, plan.results)
    await store.move_tasks(tx, plan.moves)
    await log.announce(tx, *plan.told)


async def decide(tx: Tx, project_id: ProjectId, task_id: TaskId, round: int, decision: Decision, reasons: list[str],
                 comment: str, annotation: Annotation | None, *, key: str | None = None,
                 assignment_id: AssignmentId | None = None, late: bool = False) -> ReviewId:  # fmt: skip
    """Records a review and takes the task on; a rejection's words become the task's note for whoever does it again."""
    review_id = ReviewId(new_id())
    await store.save_review(
        tx, id=review_id, project_id=project_id, task_id=task_id, round=round, decision=decision, reasons=reasons,
        comment=comment, annotation=json.encode(annotation) if annotation is not None else None,
        key=key, assignment_id=assignment_id, late=late,
    )  # fmt: skip
    event = events.ReviewDecided(project_id=project_id, task_id=task_id, review_id=review_id, decision=decision,
                                 reasons=tuple(reasons), comment=comment)  # fmt: skip
    await log.announce(tx, event)
    await advance(tx, {task_id: None})
    if decision is Decision.REJECT:
        note = "; ".join([*reasons, comment.strip()] if comment.strip() else reasons)
        await store.set_note(tx, task_id, note)
    return review_id


async def review_again(tx: Tx, task_ids: Sequence[TaskId], stage: int) -> list[TaskId]:
    """Puts done tasks that nobody has reviewed in their present round into a review stage; those that it could.

    Their results count until there are others.
    """
    plan, entered = _Plan(), list[TaskId]()
    for row in await store.facts(tx, task_ids):
        facts = row.facts
        if facts.state is not TaskState.DONE or facts.decision is not None:
            continue
        move = Move(facts.task_id, TaskState.OPEN, stage, facts.round, facts.agreement, facts.confidence)
        for action in (Enter(stage, facts.round), Open(stage, 1)):
            facts = _apply(plan, row, facts, move, action, None, None)
        plan.moves.append(move)
        entered.append(facts.task_id)
    await _write(tx, plan)
    return entered


async def halt(tx: Tx, task_id: TaskId, why: str) -> None:
    """Lets a task stand still until the lead decides."""
    row = await store.lock_task(tx, task_id)
    if row is None or row["state"] != TaskState.OPEN:
        return
    await store.close_open(tx, [task_id])
    await store.set_task(tx, task_id, state=TaskState.PAUSED, stage=row["stage"], round=row["round"], rank=row["rank"],
                         due_at=row["due_at"], note=why)  # fmt: skip
    event = events.TaskMoved(project_id=row["project_id"], task_id=task_id, stage=row["stage"], round=row["round"],
                             state=TaskState.PAUSED, note=why)  # fmt: skip
    await log.announce(tx, event)


async def cancel(tx: Tx, task_id: TaskId, reason: str) -> None:
    """Takes a task out of the work. Turns under way end; what their workers did stays counted. Raises NoSuchTask."""
    row = await _task(tx, task_id)
    if row["state"] == TaskState.CANCELLED:
        return
    if row["state"] == TaskState.DONE:
        raise TaskClosed("The task is done; its result stands.", mend="Reopen it first if it must be done again.")
    await store.close_open(tx, [task_id])
    ended = await store.cancel_turns(tx, task_id, reason)
    await store.set_task(tx, task_id, state=TaskState.CANCELLED, stage=row["stage"], round=row["round"],
                         rank=row["rank"], due_at=row["due_at"], note=reason)  # fmt: skip
    told: list[log.Event] = [
        events.AssignmentClosed(project_id=row["project_id"], task_id=task_id, assignment_id=assignment_id,
                                worker_id=worker_id, state="cancelled", reason=reason)
        for assignment_id, worker_id in ended
    ]  # fmt: skip
    await log.announce(tx, *told, events.TaskChanged(project_id=row["project_id"], task_id=task_id, change="cancelled"))


async def settle(tx: Tx, task_id: TaskId, annotation: Annotation) -> None:
    """Gives a task that nobody has begun the result that it had elsewhere. Its media may be on their way still.

    Raises NoSuchTask, TaskClosed.
    """
    row = await _task(tx, task_id)
    facts = (await store.facts(tx, [task_id]))[0]
    begun = facts.facts.leased or facts.facts.submitted
    if row["state"] not in {TaskState.WAITING, TaskState.OPEN, TaskState.PAUSED} or begun:
        raise TaskClosed("The task is under way here.", mend="Let it be finished, and correct its result then.")
    plan = _Plan()
    move = Move(task_id, TaskState.DONE, row["stage"], row["round"], None, None)
    _finish(plan, facts, facts.facts, move, Finish(Origin.IMPORT), annotation, None)
    plan.moves.append(move)
    await _write(tx, plan)


async def reopen(tx: Tx, task_id: TaskId, note: str) -> None:
    """Sends a done, paused or cancelled task round again; earlier results stay. Raises NoSuchTask, TaskClosed."""
    row = await _task(tx, task_id)
    if row["state"] in {TaskState.WAITING, TaskState.FAILED}:
        raise TaskClosed(f"A task that is {row['state']} has no media yet.", mend="Import the item again.")
    if row["state"] == TaskState.OPEN:
        raise TaskClosed("The task is open already.", mend="Wait for it, or cancel it first.")
    fresh = row["round"] + 1 if row["state"] == TaskState.DONE or row["stage"] > 0 else row["round"]
    await store.set_task(tx, task_id, state=TaskState.OPEN, stage=0, round=fresh, rank=row["rank"],
                         due_at=row["due_at"], note=note or None)  # fmt: skip
    await log.announce(tx, events.TaskChanged(project_id=row["project_id"], task_id=task_id, change="reopened"))
    await advance(tx, {task_id: None})
    if note:
        await store.set_note(tx, task_id, note)


async def reorder(tx: Tx, task_id: TaskId, priority: int | None, due_at: datetime | None) -> None:
    """Gives one task another priority or due date. Raises NoSuchTask."""
    row = await _task(tx, task_id)
    rank = row["rank"] if priority is None else -priority
    await store.set_task(tx, task_id, state=row["state"], stage=row["stage"], round=row["round"], rank=rank,
                         due_at=due_at or row["due_at"], note=row["note"])  # fmt: skip
    await store.rerank_task(tx, task_id, rank)
    await log.announce(tx, events.TaskChanged(project_id=row["project_id"], task_id=task_id, change="reordered"))


async def review_from_pages(tx: Tx, task_id: TaskId, decision: Decision, reasons: list[str], comment: str,
                            annotation: Annotation | None, key: str | None = None) -> ReviewId:  # fmt: skip
    """A lead or customer decides a task outside the queue: in review, or done (a new version of its result). The same
    key again is the same review.

    Raises NoSuchTask, BadReview, TaskClosed, KeyReused.
    """
    rules.check_review(decision, reasons, comment, annotation)
    row = await _task(tx, task_id)
    if key is not None and (known := await store.known_review(tx, task_id, None, key)) is not None:
        said = BlindReview(decision=decision, reasons=reasons, comment=comment, annotation=annotation,
                           created_at=tx.now)  # fmt: skip
        rules.check_repeated(known[2], said)
        return known[0]
    pipeline = store.pipeline(row)
    reviewed = len(pipeline.stages) > 1
    if row["state"] == TaskState.DONE and decision is Decision.REJECT:
        await reopen(tx, task_id, "; ".join([*reasons, comment]).strip("; "))
        return await _record(tx, row, decision, reasons, comment, annotation, key)
    if row["state"] == TaskState.DONE and annotation is not None:
        return await _correct(tx, row, reasons, comment, annotation, key)
    if row["state"] != TaskState.OPEN or row["stage"] == 0 or not reviewed:
        raise TaskClosed("The task is not in review.", mend="Wait until its labels are in, or reopen it.")
    await store.cancel_turns(tx, task_id, "Decided from the project's pages.")
    return await decide(tx, row["project_id"], task_id, row["round"], decision, reasons, comment, annotation, key=key)


async def _record(tx: Tx, row: store.Row, decision: Decision, reasons: list[str], comment: str,
                  annotation: Annotation | None, key: str | None) -> ReviewId:  # fmt: skip
    review_id = ReviewId(new_id())
    await store.save_review(
        tx, id=review_id, project_id=row["project_id"], task_id=row["id"], round=row["round"], decision=decision,
        reasons=reasons, comment=comment, annotation=json.encode(annotation) if annotation else None,
        key=key,
    )  # fmt: skip
    event = events.ReviewDecided(project_id=row["project_id"], task_id=row["id"], review_id=review_id,
                                 decision=decision, reasons=tuple(reasons), comment=comment)  # fmt: skip
    await log.announce(tx, event)
    return review_id


async def _correct(tx: Tx, row: store.Row, reasons: list[str], comment: str, annotation: Annotation,
                   key: str | None) -> ReviewId:  # fmt: skip
    review_id = await _record(tx, row, Decision.FIX, reasons, comment, annotation, key)
    facts = (await store.facts(tx, [row["id"]]))[0]
    plan = _Plan()
    move = Move(row["id"], TaskState.DONE, row["stage"], row["round"], row["agreement"], row["confidence"])
    _finish(plan, facts, facts.facts, move, Finish(Origin.REVIEW), None, None)
    plan.moves.append(move)
    await _write(tx, plan)
    return review_id


async def _task(tx: Tx, task_id: TaskId) -> store.Row:
    row = await store.lock_task(tx, task_id)
    if row is None:
        raise NoSuchTask(f"There is no task {task_id} here.", mend="Check the id, the organisation and the mode.")
    return row
