"""Runs the statements of `drafts`. Rows in, model out."""

from dataclasses import dataclass

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssignmentId, WorkerId
from fairmark.ontology.model import Annotation
from fairmark.tasks.model import DraftCopy, NewerDraft
from fairmark.tasks.store import TurnToEnd, q


@dataclass(frozen=True, slots=True)
class DraftAsk:
    """A draft to keep. base: the seq of the one that it was built upon; None: not said. annotation: JSON.

    keep_replaced: what it replaces was not built upon, and is laid aside if another device made it.
    """

    seq: int
    base: int | None
    device: str
    annotation: str
    keep_replaced: bool = False


async def save_draft(tx: Tx, end: TurnToEnd, worker_id: WorkerId, ask: DraftAsk) -> bool:
    """False if another draft is there than it was based on. The turn is locked."""
    row = await tx.maybe(
        q.save_draft, org_id=tx.org_id, assignment_id=end.turn.id, task_id=end.task_id, worker_id=worker_id,
        seq=ask.seq, base=ask.base, device=ask.device, annotation=ask.annotation, keep_replaced=ask.keep_replaced,
        now=tx.now,
    )  # fmt: skip
    return row is not None


async def draft(tx: Tx, id: AssignmentId) -> NewerDraft | None:
    row = await tx.maybe(q.draft, org_id=tx.org_id, assignment_id=id)
    if row is None:
        return None
    annotation = json.decode(row["annotation"], type=Annotation)
    return NewerDraft(seq=row["seq"], device=row["device"], saved_at=row["updated_at"], annotation=annotation)


async def lay_aside(tx: Tx, id: AssignmentId, device: str, annotation: str, kept: int) -> None:
    """Keeps a device's own version beside the draft; of all devices', the newest `kept`."""
    await tx.run(q.lay_aside, org_id=tx.org_id, assignment_id=id, device=device, annotation=annotation, now=tx.now)
    await tx.run(q.drop_old_copies, org_id=tx.org_id, assignment_id=id, kept=kept)


async def draft_copies(tx: Tx, id: AssignmentId) -> list[DraftCopy]:
    """Newest first."""
    rows = await tx.all(q.draft_copies, org_id=tx.org_id, assignment_id=id)
    return [
        DraftCopy(
            device=row["device"], saved_at=row["saved_at"], annotation=json.decode(row["annotation"], type=Annotation)
        )
        for row in rows
    ]
