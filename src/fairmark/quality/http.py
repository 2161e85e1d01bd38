"""Routes of the project's figures and the data explorer."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter

from fairmark.assets.media.rules import media_url
from fairmark.kernel import clock
from fairmark.kernel.actor import Permission
from fairmark.kernel.http import After, Limit, Page, Req, page_of, site, work
from fairmark.kernel.ids import AssetId, BatchId, ItemId, OrgId, ProjectId
from fairmark.kernel.pages import after_id
from fairmark.quality import service
from fairmark.quality.model import Progress, Tile
from fairmark.tasks.model import TaskState

TAGS = ["quality"]
Share = Annotated[float | None, Parameter(ge=0, le=1)]
Words = Annotated[str | None, Parameter(min_length=1, max_length=200)]


@get("/api/v1/projects/{project_id:uuid}/progress", operation_id="get_progress", tags=TAGS)
async def get_progress(request: Req, project_id: ProjectId) -> Progress:
    """How the project is doing: states, agreement, throughput, time, people."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.progress(tx, project_id)


@get("/api/v1/projects/{project_id:uuid}/explore", operation_id="explore", tags=TAGS)
async def explore(request: Req, project_id: ProjectId, limit: Limit = 60, after: After = None,
                  states: list[TaskState] | None = None, in_review: bool | None = None, batch_id: BatchId | None = None,
                  class_id: Words = None, agreement_min: Share = None, agreement_max: Share = None,
                  worker: Words = None, words: Words = None) -> Page[Tile]:  # fmt: skip
    """The project's items with their annotations, filtered, oldest first. Also for leads of a workforce on it."""
    here, now = site(request), clock.now()

    def url(org_id: OrgId, asset_id: AssetId, variant: str) -> str:
        return media_url(here, org_id, asset_id, variant, now)

    wanted = service.Filter(
        states=states, in_review=in_review, batch_id=batch_id, class_id=class_id, agreement_min=agreement_min,
        agreement_max=agreement_max, worker=worker, words=words,
    )  # fmt: skip
    async with work(request, Permission.PROJECT_READ) as tx:
        start = ItemId(after_id(after)) if after else None
        rows = await service.explore(tx, project_id, wanted, start, limit + 1, url)
        return page_of(rows, limit, lambda tile: str(tile.item_id))


ROUTES = [get_progress, explore]
