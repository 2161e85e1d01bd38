"""Runs the statements of `questions`. Rows in, model out."""

from collections.abc import Sequence
from typing import Any

from fairmark.kernel import sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssignmentId, ProjectId, QuestionId, WorkerId
from fairmark.tasks.store import Row

q = sql.load(__file__)


async def insert_question(tx: Tx, id: QuestionId, turn: Any, text: str, mark_ids: Sequence[str]) -> None:
    await tx.run(q.insert_question, org_id=tx.org_id, id=id, project_id=turn["project_id"], task_id=turn["task_id"],
                 assignment_id=turn["id"], worker_id=turn["worker_id"], text=text, mark_ids=list(mark_ids),
                 now=tx.now)  # fmt: skip


async def turn_questions(tx: Tx, assignment_id: AssignmentId, worker_id: WorkerId) -> list[Row]:
    return await tx.all(q.turn_questions, org_id=tx.org_id, assignment_id=assignment_id, worker_id=worker_id)


async def project_questions(
    tx: Tx, project_id: ProjectId, after: QuestionId | None, open_only: bool, limit: int
) -> list[Row]:
    return await tx.all(q.project_questions, org_id=tx.org_id, mode=tx.actor.mode, project_id=project_id, after=after,
                        open_only=open_only, limit=limit)  # fmt: skip


async def answer_question(tx: Tx, id: QuestionId, answer: str) -> Any | None:
    return await tx.maybe(
        q.answer_question, org_id=tx.org_id, id=id, answer=answer, person_id=tx.actor.person_id, now=tx.now
    )
