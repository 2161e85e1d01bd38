"""One route per use case: parse, call, render."""

from typing import Annotated

from litestar import get, post
from litestar.params import Parameter

from fairmark.assets.imports import service
from fairmark.assets.imports.model import Import, ImportFault, NewImport
from fairmark.kernel.actor import Permission
from fairmark.kernel.http import After, Limit, Page, Req, page_of, site, work
from fairmark.kernel.ids import ImportId, ProjectId
from fairmark.kernel.pages import after_id

TAGS = ["imports"]
AfterFault = Annotated[str | None, Parameter(pattern=r"^[0-9]{1,18}$", description="`next` of the page before.")]


@post("/api/v1/projects/{project_id:uuid}/imports", operation_id="create_import", tags=TAGS)
async def create_import(request: Req, project_id: ProjectId, data: NewImport) -> Import:
    """Starts an import in the background: of uploads, addresses, a manifest, a bucket, or an archive of labels."""
    async with work(request, Permission.DATA_WRITE) as tx:
        return await service.create(tx, site(request), project_id, data)


@get("/api/v1/projects/{project_id:uuid}/imports", operation_id="list_imports", tags=TAGS)
async def list_imports(request: Req, project_id: ProjectId, limit: Limit = 50, after: After = None) -> Page[Import]:
    """A project's imports, newest first."""
    async with work(request, Permission.PROJECT_READ) as tx:
        rows = await service.page(tx, project_id, after_id(after) if after else None, limit)
        return page_of(rows, limit, lambda each: str(each.id))


@get("/api/v1/imports/{import_id:uuid}", operation_id="get_import", tags=TAGS)
async def get_import(request: Req, import_id: ImportId) -> Import:
    """How far an import has come."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.get(tx, import_id)


@get("/api/v1/imports/{import_id:uuid}/faults", operation_id="list_import_faults", tags=TAGS)
async def list_import_faults(
    request: Req, import_id: ImportId, limit: Limit = 50, after: AfterFault = None
) -> Page[ImportFault]:
    """The rows that were not taken, each with its line, what is wrong, and how to mend it."""
    async with work(request, Permission.PROJECT_READ) as tx:
        rows = await service.faults(tx, import_id, int(after or 0), limit)
        return page_of(rows, limit, lambda fault: str(fault.n))


@post("/api/v1/imports/{import_id:uuid}/cancel", operation_id="cancel_import", tags=TAGS, status_code=200)
async def cancel_import(request: Req, import_id: ImportId) -> Import:
    """Stops an import. The items that it brought stay."""
    async with work(request, Permission.DATA_WRITE) as tx:
        return await service.cancel(tx, import_id)


ROUTES = [create_import, list_imports, get_import, list_import_faults, cancel_import]
