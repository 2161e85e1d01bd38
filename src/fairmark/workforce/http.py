"""Routes of workforces and workers."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from fairmark.kernel.actor import Permission, WorkRole
from fairmark.kernel.http import After, Limit, OrgNotChosen, Page, Req, page_of, work
from fairmark.kernel.ids import OrgId, WorkerId, WorkforceId
from fairmark.kernel.pages import after_id
from fairmark.workforce import service
from fairmark.workforce.model import Placed, Worker, Workforce

API = "/api/v1"
TAGS = ["workforce"]

Skill = Annotated[str, Meta(min_length=1, max_length=60)]


class WorkforceBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A new workforce, without people. `arm` names its kind of work: vision, language ..."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    arm: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,30}$")] = "vision"


class WorkerChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change. A pause needs a reason, which the worker reads."""

    skills: Annotated[list[Skill], Meta(max_length=1000)] | None = None
    paused: bool | None = None
    reason: Annotated[str, Meta(max_length=500)] | None = None


class RoleChange(msgspec.Struct, forbid_unknown_fields=True):
    """The role to have from now on."""

    role: WorkRole


class LendBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who is to have the people as well."""

    organisation_id: UUID


@get(f"{API}/workforces", operation_id="list_workforces", tags=TAGS)
async def list_workforces(request: Req, limit: Limit = 50, after: After = None) -> Page[Workforce]:
    """The organisation's workforces, oldest first."""
    async with work(request, Permission.PEOPLE_READ) as tx:
        rows = await service.list_workforces(tx, after_id(after) if after else None, limit + 1)
    return page_of(rows, limit, lambda workforce: str(workforce.id))


@post(f"{API}/workforces", operation_id="create_workforce", tags=TAGS)
async def create_workforce(request: Req, data: JSONBody[WorkforceBody]) -> Workforce:
    """Makes a workforce. People come into it by invitation."""
    async with work(request, Permission.ORG_MANAGE) as tx:
        return await service.create_workforce(tx, data.name, data.arm)


@get(f"{API}/workforces/{{workforce_id:uuid}}/workers", operation_id="list_workers", tags=TAGS)
async def list_workers(
    request: Req, workforce_id: FromPath[UUID], limit: Limit = 50, after: After = None
) -> Page[Placed]:
    """The people of a workforce, by the aliases that this organisation knows them by."""
    async with work(request, Permission.PEOPLE_READ) as tx:
        rows = await service.list_workers(tx, WorkforceId(workforce_id), after_id(after) if after else None, limit + 1)
    return page_of(rows, limit, lambda placed: str(placed.worker.id))


@get(f"{API}/worker", operation_id="get_own_worker", tags=TAGS)
async def own_worker(request: Req) -> Worker:
    """The caller as this organisation knows them: alias, skills, and why they are paused if they are."""
    async with work(request, Permission.WORK) as tx:
        return await service.own_worker(tx)


@patch(f"{API}/workers/{{worker_id:uuid}}", operation_id="change_worker", tags=TAGS)
async def change_worker(request: Req, worker_id: FromPath[UUID], data: JSONBody[WorkerChange]) -> Worker:
    """Changes a worker's skills, pauses them with a reason, or lets them go on. Leads do so in their workforces."""
    async with work(request, Permission.LEAD) as tx:
        return await service.change_worker(tx, WorkerId(worker_id), data.skills, data.paused, data.reason)


@patch(f"{API}/workforces/{{workforce_id:uuid}}/workers/{{worker_id:uuid}}", operation_id="change_work_role", tags=TAGS)
async def change_role(
    request: Req, workforce_id: FromPath[UUID], worker_id: FromPath[UUID], data: JSONBody[RoleChange]
) -> Placed:
    """Makes a worker something else in a workforce."""
    async with work(request, Permission.LEAD) as tx:
        return await service.change_role(tx, WorkforceId(workforce_id), WorkerId(worker_id), data.role)


@delete(f"{API}/workforces/{{workforce_id:uuid}}/workers/{{worker_id:uuid}}", operation_id="remove_worker", tags=TAGS)
async def remove_worker(request: Req, workforce_id: FromPath[UUID], worker_id: FromPath[UUID]) -> None:
    """Takes a worker out of a workforce. What they did stays, under their alias."""
    async with work(request, Permission.LEAD) as tx:
        await service.remove_worker(tx, WorkforceId(workforce_id), WorkerId(worker_id))


@post(f"{API}/workforces/{{workforce_id:uuid}}/lend", operation_id="lend_workforce", tags=TAGS)
async def lend(request: Req, workforce_id: FromPath[UUID], data: JSONBody[LendBody]) -> Workforce:
    """Lends a workforce to another organisation, for administrators; the answer is what the borrower sees of it."""
    async with work(request, Permission.ADMIN) as tx:
        if tx.org is None:
            raise OrgNotChosen("It is not said whose workforce this is.", mend="Send the header X-Fairmark-Org: ID.")
        return await service.lend(tx, WorkforceId(workforce_id), OrgId(data.organisation_id))


ROUTES: list[Any] = [
    list_workforces,
    create_workforce,
    list_workers,
    own_worker,
    change_worker,
    change_role,
    remove_worker,
    lend,
]
