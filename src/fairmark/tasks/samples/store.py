"""Runs the statements of samples. Rows in, model out."""

from dataclasses import dataclass

from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ProjectId, ReviewSampleId, TaskId
from fairmark.projects.model import Pipeline
from fairmark.tasks.samples.model import ReviewSample, SampleOf
from fairmark.tasks.store import Row

q = sql.load(__file__)


@dataclass(frozen=True, slots=True)
class NewSample:
    """A sample to write. drawn_by: who asked, as the log names them."""

    id: ReviewSampleId
    project_id: ProjectId
    key: str
    wanted: int
    seed: int
    of: SampleOf
    eligible: int
    task_ids: list[TaskId]
    drawn_by: str


async def lock_pipeline(tx: Tx, project_id: ProjectId) -> Pipeline:
    return json.decode(await tx.value(q.lock_pipeline, org_id=tx.org_id, project_id=project_id), type=Pipeline)


async def draw(tx: Tx, project_id: ProjectId, of: SampleOf, seed: int, size: int) -> tuple[list[TaskId], int]:
    """The tasks drawn, and how many fit."""
    rows = await tx.all(
        q.draw, org_id=tx.org_id, project_id=project_id, worker_id=of.worker_id, batch_id=of.batch_id,
        class_id=of.class_, below=of.below, seed=str(seed), size=size,
    )  # fmt: skip
    return [row["id"] for row in rows], rows[0]["eligible"] if rows else 0


async def save(tx: Tx, new: NewSample) -> None:
    await tx.run(
        q.save_sample, org_id=tx.org_id, id=new.id, project_id=new.project_id, key=new.key, wanted=new.wanted,
        seed=new.seed, drawn_from=json.encode(new.of), eligible=new.eligible, task_ids=new.task_ids,
        drawn_by=new.drawn_by, now=tx.now,
    )  # fmt: skip


async def known(tx: Tx, project_id: ProjectId, key: str) -> ReviewSample | None:
    """The sample that came with this key before."""
    row = await tx.maybe(q.samples, org_id=tx.org_id, project_id=project_id, key=key, after=None, limit=1)
    return _sample(row) if row is not None else None


async def samples(tx: Tx, project_id: ProjectId, after: ReviewSampleId | None, limit: int) -> list[ReviewSample]:
    """Newest first."""
    rows = await tx.all(q.samples, org_id=tx.org_id, project_id=project_id, key=None, after=after, limit=limit)
    return [_sample(row) for row in rows]


def _sample(row: Row) -> ReviewSample:
    named = {name: row[name] for name in ReviewSample.__struct_fields__ if name != "of"}
    return ReviewSample(of=json.decode(row["drawn_from"], type=SampleOf), **named)
