"""One route per use case: parse, call, render."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter
from msgspec import Meta

from fairmark.kernel.actor import Permission
from fairmark.kernel.http import After, Limit, Page, Req, page_of, work
from fairmark.kernel.ids import CaseId, ProjectId
from fairmark.kernel.pages import after_id
from fairmark.quality.cases import service
from fairmark.quality.cases.model import Case, CaseDecision, CaseDetail, CaseState
from fairmark.quality.signing import media_of

TAGS = ["cases"]


class DecideCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person found, and why."""

    decision: CaseDecision
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


@get("/api/v1/cases", operation_id="list_cases", tags=TAGS)
async def list_cases(
    request: Req, limit: Limit = 50, after: After = None, project_id: ProjectId | None = None,
    in_state: Annotated[CaseState | None, Parameter(query="state")] = None,
) -> Page[Case]:  # fmt: skip
    """What was noticed about work and waits for a person, or was decided; newest first."""
    async with work(request, Permission.LEAD) as tx:
        rows = await service.page(tx, project_id, in_state, CaseId(after_id(after)) if after else None, limit + 1)
        return page_of(rows, limit, lambda case: str(case.id))


@get("/api/v1/cases/{case_id:uuid}", operation_id="get_case", tags=TAGS)
async def get_case(request: Req, case_id: CaseId) -> CaseDetail:
    """A case with its evidence and examples."""
    async with work(request, Permission.LEAD) as tx:
        return await service.detail(tx, case_id, media_of(request))


@post("/api/v1/cases/{case_id:uuid}/decision", operation_id="decide_case", tags=TAGS, status_code=200)
async def decide_case(request: Req, case_id: CaseId, data: DecideCase) -> CaseDetail:
    """Closes a case with what you found, and why. What follows (a talk, a pause) is your next step, not this one's."""
    async with work(request, Permission.LEAD) as tx:
        await service.decide(tx, case_id, data.decision, data.reason)
        return await service.detail(tx, case_id, media_of(request))


ROUTES = [list_cases, get_case, decide_case]
