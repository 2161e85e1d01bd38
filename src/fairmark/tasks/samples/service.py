"""Drawing a sample of what is done, and looking at what became of it. Pay, history and results stay as they are until
a reviewer decides: then it is a review like any other."""

import secrets

from fairmark.kernel import events as log
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ProjectId, ReviewSampleId, new_id
from fairmark.projects import service as projects
from fairmark.tasks import flow
from fairmark.tasks.samples import events, rules, store
from fairmark.tasks.samples.model import SEED_MAX, NothingToReview, ReviewSample, SampleOf


async def draw(tx: Tx, project_id: ProjectId, key: str, size: int, of: SampleOf, seed: int | None) -> ReviewSample:
    """Puts `size` done tasks, or as many as fit, into the first review stage. The same key again is the same sample.

    seed: None makes one. Raises NoSuchProject, Forbidden, NoReviewStage, NothingToReview, KeyReused.
    """
    await projects.get_to_look(tx, project_id)
    pipeline = await store.lock_pipeline(tx, project_id)
    first = await store.known(tx, project_id, key)
    if first is not None:
        rules.check_same(first, size, seed, of)
        return first
    stage = rules.review_stage(pipeline)
    chosen = secrets.randbelow(SEED_MAX) if seed is None else seed
    found, eligible = await store.draw(tx, project_id, of, chosen, size)
    task_ids = await flow.review_again(tx, found, stage)
    if not task_ids:
        raise NothingToReview(
            "No task that is done and not reviewed yet fits.",
            mend="Choose a wider part of the project, or wait until more is done.",
        )
    id = ReviewSampleId(new_id())
    await store.save(
        tx, store.NewSample(id, project_id, key, size, chosen, of, eligible, task_ids, log.signature(tx.actor))
    )
    await log.announce(
        tx,
        events.ReviewSampled(project_id=project_id, sample_id=id, seed=chosen, eligible=eligible, drawn=len(task_ids)),
    )
    made = await store.known(tx, project_id, key)
    assert made is not None
    return made


async def samples(tx: Tx, project_id: ProjectId, after: ReviewSampleId | None, limit: int) -> list[ReviewSample]:
    """A project's samples, newest first. Raises NoSuchProject, Forbidden."""
    await projects.get_to_look(tx, project_id)
    return await store.samples(tx, project_id, after, limit)
