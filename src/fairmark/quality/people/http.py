"""One route per use case: parse, call, render."""

from datetime import datetime

from litestar import get

from fairmark.kernel import json
from fairmark.kernel.actor import Permission
from fairmark.kernel.http import After, Limit, Page, Req, page_of, work
from fairmark.kernel.ids import ProjectId, WorkerId
from fairmark.kernel.pages import after_id
from fairmark.quality.people import service
from fairmark.quality.people.model import Feedback, WorkerLine, WorkerQuality
from fairmark.quality.signing import media_of

TAGS = ["worker quality"]


@get("/api/v1/projects/{project_id:uuid}/quality/workers", operation_id="project_workers", tags=TAGS)
async def project_workers(
    request: Req, project_id: ProjectId, limit: Limit = 50, after: After = None
) -> Page[WorkerLine]:
    """Everybody who handed something in for the project, with how good their work is and how sure that is."""
    async with work(request, Permission.PEOPLE_READ) as tx:
        rows = await service.in_project(tx, project_id, WorkerId(after_id(after)) if after else None, limit + 1)
        return page_of(rows, limit, lambda line: str(line.worker_id))


@get("/api/v1/workers/{worker_id:uuid}/quality", operation_id="worker_quality", tags=TAGS)
async def worker_quality(request: Req, worker_id: WorkerId) -> WorkerQuality:
    """A worker's quality by skill, project, class and week, as the lead sees it."""
    async with work(request, Permission.PEOPLE_READ) as tx:
        return await service.of_worker(tx, worker_id, for_lead=True)


@get("/api/v1/work/quality", operation_id="my_quality", tags=TAGS)
async def my_quality(request: Req) -> WorkerQuality:
    """Your own quality: what a lead sees of it, but for how often your work is held against known answers."""
    async with work(request, Permission.WORK) as tx:
        assert tx.actor.worker_id is not None
        return await service.of_worker(tx, tx.actor.worker_id, for_lead=False)


@get("/api/v1/work/feedback", operation_id="my_feedback", tags=TAGS)
async def my_feedback(
    request: Req, limit: Limit = 20, after: After = None, project_id: ProjectId | None = None
) -> Page[Feedback]:
    """Your own work beside what is right, newest first, with the reasons."""
    before = json.decode(f'"{after}"', type=datetime) if after else None
    async with work(request, Permission.WORK) as tx:
        rows = await service.feedback(tx, project_id, before, limit + 1, media_of(request))
        return page_of(rows, limit, lambda row: row.at.isoformat())


ROUTES = [project_workers, worker_quality, my_quality, my_feedback]
