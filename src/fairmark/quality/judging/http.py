"""One route per use case: parse, call, render."""

from litestar import get

from fairmark.kernel.actor import Permission
from fairmark.kernel.http import Req, work
from fairmark.kernel.ids import TaskId
from fairmark.quality.judging import service
from fairmark.quality.judging.model import Inspection


@get("/api/v1/tasks/{task_id:uuid}/inspection", operation_id="inspect_task", tags=["quality"])
async def inspect_task(request: Req, task_id: TaskId) -> Inspection:
    """Why the task has the answer it has, how sure that is, and what would change it; in words and numbers. Also for
    leads of a workforce on the project."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.inspect(tx, task_id)


ROUTES = [inspect_task]
