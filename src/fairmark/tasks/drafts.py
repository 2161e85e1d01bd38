"""A worker's unfinished work, on one device or on several: each save names what it was built upon, and none is lost.

Apart from `service` because it is about documents that nobody has handed in, and `service` has enough to tell.
"""

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.errors import Invalid
from fairmark.kernel.ids import AssignmentId
from fairmark.ontology.model import Annotation
from fairmark.tasks import drafts_store, rules, turns
from fairmark.tasks.model import DraftConflict, NewerDraft, TurnState

COPIES_MAX = 5
"""Versions laid aside per turn."""


async def save(
    tx: Tx,
    id: AssignmentId,
    seq: int,
    annotation: Annotation,
    *,
    base: int | None = None,
    device: str = "",
    keep_replaced: bool = False,
) -> NewerDraft | None:
    """Keeps a draft. Works after expiry: the work is never thrown away.

    base: the seq of the draft that it was built upon, 0: of none; None: not said, then a larger seq replaces a smaller
    one. Returns the draft that is there if it is another one: then what was sent is laid aside, as this device's.
    keep_replaced: lays aside what is replaced, as it was not built upon, if another device made it.
    Raises NoSuchAssignment, TurnClosed, Invalid.
    """
    if base is not None and seq <= base:
        raise Invalid("A draft's seq is not larger than its base.", mend="Send a seq above the one it was built upon.")
    end = await turns.locked_turn(tx, id)
    if end.turn.state not in {TurnState.LEASED, TurnState.EXPIRED}:
        rules.check_may_close(end.turn, end.turn.kind, tx.now)
    worker_id, document = tx.actor.worker_id, json.encode(annotation)
    assert worker_id is not None, "only a worker has turns"
    if await drafts_store.save_draft(
        tx, end, worker_id, drafts_store.DraftAsk(seq, base, device, document, keep_replaced)
    ):
        return None
    there = await drafts_store.draft(tx, id)
    if there is None or (there.seq == seq and there.annotation == annotation):
        return None  # the same again: the first answer was lost
    await drafts_store.lay_aside(tx, id, device, document, COPIES_MAX)
    return there


def conflict(there: NewerDraft) -> DraftConflict:
    """What is said to whoever sent a draft that was not built upon the one that is there."""
    return DraftConflict(
        "Another draft of this assignment was saved meanwhile" + (f" on {there.device}." if there.device else "."),
        mend="Choose: build upon that one and send `base` with its seq; yours is laid aside until then.",
        draft=there,
    )
