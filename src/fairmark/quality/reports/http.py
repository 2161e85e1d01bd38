"""One route per use case: parse, call, render."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter
from msgspec import Meta

from fairmark.kernel import jobs
from fairmark.kernel.actor import Permission
from fairmark.kernel.errors import Invalid
from fairmark.kernel.http import Limit, Page, Req, page_of, work
from fairmark.kernel.ids import BatchId, ProjectId, TaskId
from fairmark.kernel.pages import after_id
from fairmark.quality.judging.service import SETTLE
from fairmark.quality.reports import planning, service
from fairmark.quality.reports.model import (
    AgreementReport,
    ConfidenceReport,
    ConfusionExample,
    ConfusionReport,
    Disagreement,
    Overview,
    Plan,
    QualityOverTime,
    SliceKind,
)
from fairmark.quality.signing import media_of

TAGS = ["quality"]
Currency = Annotated[str, Parameter(pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")]
Micros = Annotated[int | None, Parameter(ge=0, le=10**12, description="Price of one label, millionths of a unit.")]
Tasks = Annotated[int | None, Parameter(ge=1, le=10**9, description="How many tasks to plan for.")]
Subject = Annotated[str, Parameter(min_length=1, max_length=300)]
Value = Annotated[str, Parameter(max_length=1000)]
AfterSure = Annotated[str | None, Parameter(max_length=100, description="`next` of the page before.")]


class Assumptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to assume where nothing is known. skill: how often one person is right. price_micros: of one label."""

    skill: Annotated[float, Meta(ge=0.51, le=0.999)] = 0.8
    labels_max: Annotated[int, Meta(ge=1, le=25)] = 7
    tasks: Annotated[int, Meta(ge=1, le=10**9)] = 1000
    price_micros: Annotated[int, Meta(ge=0, le=10**12)] | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] = "USD"


@get("/api/v1/projects/{project_id:uuid}/quality", operation_id="get_quality", tags=TAGS)
async def get_quality(request: Req, project_id: ProjectId) -> Overview:
    """How good the project's answers are, at a glance."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.overview(tx, project_id)


@post("/api/v1/projects/{project_id:uuid}/quality/refresh", operation_id="refresh_quality", tags=TAGS, status_code=202)
async def refresh_quality(request: Req, project_id: ProjectId) -> Overview:
    """Asks for the figures, and what is known of judges, to be made anew; `made_at` tells when they are."""
    async with work(request, Permission.LEAD) as tx:
        found = await service.overview(tx, project_id)
        await jobs.enqueue(tx, SETTLE, key=str(project_id), project_id=project_id)
        return found


@get("/api/v1/projects/{project_id:uuid}/quality/agreement", operation_id="get_agreement", tags=TAGS)
async def get_agreement(request: Req, project_id: ProjectId, slice: SliceKind | None = None) -> AgreementReport:
    """Do people agree, beyond chance: by question or kind of mark, whole and in slices, with intervals."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.agreement(tx, project_id, slice)


@get("/api/v1/projects/{project_id:uuid}/quality/confusion", operation_id="get_confusion", tags=TAGS)
async def get_confusion(request: Req, project_id: ProjectId) -> ConfusionReport:
    """What people say for what: a table per question or kind of mark."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.confusion(tx, project_id)


@get("/api/v1/projects/{project_id:uuid}/quality/confusion/examples", operation_id="confusion_examples", tags=TAGS)
async def confusion_examples(
    request: Req, project_id: ProjectId, subject: Subject, truth: Value, said: Value
) -> list[ConfusionExample]:
    """Judgements behind one cell of a confusion table, 20 at most. Also for leads of a workforce on the project."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.confusion_examples(tx, project_id, subject, truth, said, media_of(request))


@get("/api/v1/projects/{project_id:uuid}/quality/disagreements", operation_id="list_disagreements", tags=TAGS)
async def list_disagreements(
    request: Req, project_id: ProjectId, limit: Limit = 24, after: AfterSure = None, batch_id: BatchId | None = None
) -> Page[Disagreement]:
    """Tasks on which people differ, those that differ most first, with everybody's answer. Also for leads of a
    workforce on the project."""
    async with work(request, Permission.PROJECT_READ) as tx:
        rows = await service.disagreements(tx, project_id, batch_id, _place(after), limit + 1, media_of(request))
        return page_of(rows, limit, lambda row: f"{row.agreement!r}/{row.task_id}")


def _place(after: str | None) -> tuple[float, TaskId] | None:
    if after is None:
        return None
    figure, _, id = after.partition("/")
    try:
        agreement = float(figure)
    except ValueError as error:
        raise Invalid("This is no cursor.", mend="Use `next` of the page before, as it was given.") from error
    if not 0 <= agreement <= 1:
        raise Invalid("This is no cursor.", mend="Use `next` of the page before, as it was given.")
    return agreement, TaskId(after_id(id))


@get("/api/v1/projects/{project_id:uuid}/quality/confidence", operation_id="get_confidence", tags=TAGS)
async def get_confidence(request: Req, project_id: ProjectId) -> ConfidenceReport:
    """How sure the results are, and whether such confidence has proved right."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.confidence(tx, project_id)


@get("/api/v1/projects/{project_id:uuid}/quality/over-time", operation_id="quality_over_time", tags=TAGS)
async def quality_over_time(request: Req, project_id: ProjectId) -> QualityOverTime:
    """Confidence, agreement and labels per result, by day."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.over_time(tx, project_id)


@get("/api/v1/projects/{project_id:uuid}/quality/plan", operation_id="get_plan", tags=TAGS)
async def get_plan(
    request: Req, project_id: ProjectId, tasks: Tasks = None, price_micros: Micros = None, currency: Currency = "USD"
) -> Plan:
    """What accuracy costs in labels and money: from the project's own labels if there are enough of them."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.plan(tx, project_id, tasks, price_micros, currency)


@post("/api/v1/quality/plan", operation_id="make_plan", tags=TAGS, status_code=200)
async def make_plan(request: Req, data: Assumptions) -> Plan:
    """What accuracy costs before there is a project, from assumptions that the answer names."""
    async with work(request, Permission.PROJECT_READ):
        return planning.plan(
            planning.Assumed(data.skill, data.labels_max, data.tasks, data.price_micros, data.currency)
        )


ROUTES = [
    get_quality, refresh_quality, get_agreement, get_confusion, confusion_examples, list_disagreements, get_confidence,
    quality_over_time, get_plan, make_plan,
]  # fmt: skip
