"""The only file that runs this package's statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import CaseId, GoldId, ProjectId, SubmissionId, WorkerId
from fairmark.quality.cases.model import CaseDecision, CaseState, Evidence, Signal

q = sql.load(__file__)
Row: TypeAlias = Any


async def page(
    tx: Tx, project_id: ProjectId | None, state: CaseState | None, after: CaseId | None, limit: int
) -> list[Row]:
    return await tx.all(q.list_cases, org_id=tx.org_id, mode=tx.actor.mode, project_id=project_id, state=state,
                        after=after, limit=limit)  # fmt: skip


async def get(tx: Tx, id: CaseId) -> Row | None:
    return await tx.maybe(q.get_case, org_id=tx.org_id, mode=tx.actor.mode, id=id)


async def lock(tx: Tx, id: CaseId) -> Row | None:
    return await tx.maybe(q.lock_case, org_id=tx.org_id, mode=tx.actor.mode, id=id)


async def decide(tx: Tx, id: CaseId, decision: CaseDecision, reason: str) -> None:
    await tx.run(q.decide_case, org_id=tx.org_id, id=id, decision=decision, reason=reason,
                 person_id=tx.actor.person_id, now=tx.now)  # fmt: skip


async def examples(tx: Tx, ids: Sequence[SubmissionId]) -> list[Row]:
    return await tx.all(q.examples, org_id=tx.org_id, ids=list(ids))


async def raise_case(tx: Tx, id: CaseId, project_id: ProjectId, signal: Signal, subject: str, *,
                     worker_id: WorkerId | None, other_id: WorkerId | None, gold_id: GoldId | None, strength: float,
                     summary: str, evidence: Sequence[Evidence]) -> CaseId:  # fmt: skip
    """The id of the case, which is `id` if it is new."""
    return await tx.value(
        q.raise_case, org_id=tx.org_id, id=id, project_id=project_id, worker_id=worker_id, other_id=other_id,
        gold_id=gold_id, signal=signal, subject=subject, strength=strength, summary=summary,
        evidence=json.encode(list(evidence)), now=tx.now,
    )  # fmt: skip


async def decided_lately(tx: Tx, project_id: ProjectId, signal: Signal, subject: str, since: datetime) -> bool:
    found = await tx.value(q.decided_lately, org_id=tx.org_id, project_id=project_id, signal=signal, subject=subject,
                           since=since)  # fmt: skip
    return found is not None
