"""Runs the statements of `desk`: what people look at. Rows in, model out."""

from datetime import datetime

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssignmentId, BatchId, ProjectId, ResultId, SubmissionId, TaskId, WorkerId
from fairmark.ontology.model import Annotation
from fairmark.tasks.model import BlindReview, Origin, Result, Submission
from fairmark.tasks.store import Row, blind_review, q


async def handed_in(tx: Tx, id: AssignmentId) -> tuple[Annotation | None, BlindReview | None]:
    """The submission or the review that the turn ended with."""
    row = await tx.maybe(q.handed_in, org_id=tx.org_id, id=id)
    if row is None:
        return None, None
    said = json.decode(row["handed_in"], type=Annotation) if row["handed_in"] else None
    return said, blind_review(row) if row["decision"] else None


async def other_reviews(
    tx: Tx, id: AssignmentId, task_id: TaskId, round: int, since: datetime | None
) -> list[BlindReview]:
    """One round's reviews but that of the turn `id`, oldest first; only those later than `since` if it is given."""
    rows = await tx.all(q.other_reviews, org_id=tx.org_id, id=id, task_id=task_id, round=round, since=since)
    return [blind_review(row) for row in rows]


async def submissions_before(
    tx: Tx, task_id: TaskId, round: int, before: datetime
) -> list[tuple[SubmissionId, Annotation]]:
    """One round's submissions up to `before`, oldest first."""
    rows = await tx.all(q.submissions_before, org_id=tx.org_id, task_id=task_id, round=round, before=before)
    return [(row["id"], json.decode(row["annotation"], type=Annotation)) for row in rows]


async def list_tasks(tx: Tx, project_id: ProjectId, state: str | None, batch_id: BatchId | None, after: TaskId | None,
                     limit: int) -> list[Row]:  # fmt: skip
    return await tx.all(q.list_tasks, org_id=tx.org_id, mode=tx.actor.mode, project_id=project_id, state=state,
                        batch_id=batch_id, after=after, limit=limit)  # fmt: skip


async def get_task(tx: Tx, id: TaskId) -> Row | None:
    return await tx.maybe(q.get_task, org_id=tx.org_id, id=id, mode=tx.actor.mode)


async def task_turns(tx: Tx, id: TaskId) -> list[Row]:
    return await tx.all(q.task_turns, org_id=tx.org_id, task_id=id)


async def all_submissions(tx: Tx, id: TaskId) -> list[Submission]:
    return [
        Submission(
            id=row["id"], task_id=row["task_id"], assignment_id=row["assignment_id"], worker_id=row["worker_id"],
            worker=row["alias"], round=row["round"], annotation=json.decode(row["annotation"], type=Annotation),
            ontology_version=row["ontology_version"], guideline_version=row["guideline_version"],
            active_ms=row["active_ms"], created_at=row["created_at"],
        )
        for row in await tx.all(q.all_submissions, org_id=tx.org_id, task_id=id)
    ]  # fmt: skip


async def task_reviews(tx: Tx, id: TaskId) -> list[Row]:
    return await tx.all(q.task_reviews, org_id=tx.org_id, task_id=id)


async def task_results(tx: Tx, id: TaskId) -> list[Result]:
    return [_result(row) for row in await tx.all(q.task_results, org_id=tx.org_id, task_id=id)]


async def list_results(
    tx: Tx, project_id: ProjectId, batch_id: BatchId | None, after: ResultId | None, limit: int
) -> list[Result]:
    rows = await tx.all(q.list_results, org_id=tx.org_id, mode=tx.actor.mode, project_id=project_id, batch_id=batch_id,
                        after=after, limit=limit)  # fmt: skip
    return [_result(row) for row in rows]


async def work_summary(tx: Tx, worker_id: WorkerId) -> list[Row]:
    return await tx.all(q.work_summary, org_id=tx.org_id, worker_id=worker_id)


def _result(row: Row) -> Result:
    return Result(
        id=row["id"], project_id=row["project_id"], task_id=row["task_id"], item_id=row["item_id"],
        external_id=row["external_id"], version=row["version"], origin=Origin(row["origin"]),
        annotation=json.decode(row["annotation"], type=Annotation), ontology_version=row["ontology_version"],
        confidence=row["confidence"], agreement=row["agreement"], created_at=row["created_at"],
    )  # fmt: skip
