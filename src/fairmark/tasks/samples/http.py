"""One route per use case: parse, call, render."""

from typing import Annotated

import msgspec
from litestar import get, post
from msgspec import Meta

from fairmark.kernel.actor import Permission
from fairmark.kernel.http import After, Limit, Page, Req, page_of, work
from fairmark.kernel.ids import ProjectId, ReviewSampleId
from fairmark.kernel.pages import after_id
from fairmark.tasks.samples import service
from fairmark.tasks.samples.model import ReviewSample, SampleOf, Seed, Size

TASKS = ["tasks"]
Key = Annotated[str, Meta(min_length=1, max_length=100, description="Yours to choose; the same key is the same call.")]


class DrawSample(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many tasks, of which; seed: given to draw the same again from the same tasks."""

    key: Key
    size: Size
    of: SampleOf = SampleOf()
    seed: Seed | None = None


@post(
    "/api/v1/projects/{project_id:uuid}/review-samples",
    operation_id="draw_review_sample",
    tags=TASKS,
    status_code=200,
)
async def draw_review_sample(request: Req, project_id: ProjectId, data: DrawSample) -> ReviewSample:
    """Puts a random sample of what is done before reviewers. The same key again is the same sample."""
    async with work(request, Permission.LEAD) as tx:
        return await service.draw(tx, project_id, data.key, data.size, data.of, data.seed)


@get("/api/v1/projects/{project_id:uuid}/review-samples", operation_id="list_review_samples", tags=TASKS)
async def list_review_samples(
    request: Req, project_id: ProjectId, limit: Limit = 50, after: After = None
) -> Page[ReviewSample]:
    """A project's samples for review, newest first, with what was decided on their tasks."""
    async with work(request, Permission.PROJECT_READ) as tx:
        start = ReviewSampleId(after_id(after)) if after else None
        rows = await service.samples(tx, project_id, start, limit + 1)
        return page_of(rows, limit, lambda sample: str(sample.id))


ROUTES = [draw_review_sample, list_review_samples]
