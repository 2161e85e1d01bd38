"""Turns that stand still or end without an answer: passed on, given back, paused, run out, taken back."""

from fairmark.kernel import events as log
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssignmentId, WorkerId
from fairmark.projects.model import LabelStage
from fairmark.tasks import events, flow, rules, store, turns
from fairmark.tasks.model import Lease, TurnState
from fairmark.tasks.store import TurnToEnd


async def skip(tx: Tx, id: AssignmentId, reason: str) -> None:
    """Passes the task on to someone else. Neutral for the worker. Raises NoSuchAssignment, TurnClosed."""
    end = await _close(tx, id, TurnState.SKIPPED, reason)
    if end.is_gold:
        return  # it was meant for this worker alone
    stage = end.pipeline.stages[min(end.stage, len(end.pipeline.stages) - 1)]
    limit = stage.skips_max if isinstance(stage, LabelStage) else 10
    if await store.skips(tx, end.task_id, end.stage, end.turn.round) >= limit:
        await flow.halt(tx, end.task_id, f"Skipped by {limit} people; the last reason: {reason}")
    else:
        await store.open_turns(tx, [store.NewTurn(end.task_id, end.stage, 1)])


async def give_back(tx: Tx, id: AssignmentId) -> None:
    """Returns the task untouched, for anyone else. Raises NoSuchAssignment, TurnClosed."""
    end = await _close(tx, id, TurnState.RETURNED, "")
    only = turns.own_worker(tx) if end.is_gold else None
    await store.open_turns(
        tx, [store.NewTurn(end.task_id, end.stage, 1, after_id=id, reserved_for=only, reserved=None)]
    )


async def pause(tx: Tx, id: AssignmentId) -> Lease:
    """Stops the clock; the turn stays promised for PAUSE_MAX. Raises NoSuchAssignment, TurnClosed."""
    end = await turns.locked_turn(tx, id)
    until = await store.pause_turn(tx, id, tx.now + rules.PAUSE_MAX)
    if until is None:
        rules.check_may_close(end.turn, end.turn.kind, tx.now)
        raise rules.lease_expired()
    return Lease(until)


async def resume(tx: Tx, id: AssignmentId) -> Lease:
    """Goes on after a pause. Raises NoSuchAssignment, TurnClosed."""
    end = await turns.locked_turn(tx, id)
    until = await store.resume_turn(tx, id, rules.lease_s(end.pipeline, end.stage))
    if until is None:
        rules.check_may_close(end.turn, end.turn.kind, tx.now)
        raise rules.lease_expired()
    return Lease(until)


async def expire(tx: Tx) -> int:
    """Closes the turns whose lease ran out and opens their work again. Returns how many."""
    return await store.expire_leases(tx)


async def release(tx: Tx, worker_id: WorkerId | None, reason: str) -> int:
    """Gives back what a worker holds, or everybody in the organisation; drafts and counted time stay. Returns how many
    turns."""
    return await store.release_leases(tx, worker_id, reason)


async def _close(tx: Tx, id: AssignmentId, state: TurnState, reason: str) -> TurnToEnd:
    end = await turns.locked_turn(tx, id)
    if rules.check_may_close(end.turn, end.turn.kind, tx.now):
        raise rules.lease_expired()
    await store.close_turn(tx, id, state, reason)
    event = events.AssignmentClosed(
        project_id=end.project_id,
        task_id=end.task_id,
        assignment_id=id,
        worker_id=turns.own_worker(tx),
        state=state,
        reason=reason,
    )
    await log.announce(tx, event)
    return end
