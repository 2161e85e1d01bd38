"""One route per use case: parse, call, render."""

from typing import Annotated

import msgspec
from litestar import get, patch, post
from litestar.params import Parameter
from msgspec import Meta

from fairmark.kernel.actor import Permission
from fairmark.kernel.errors import Invalid
from fairmark.kernel.http import After, Limit, Page, Req, page_of, work
from fairmark.kernel.ids import GoldId, ItemId, ProjectId
from fairmark.kernel.pages import after_id
from fairmark.ontology.model import Annotation
from fairmark.quality.gold import service
from fairmark.quality.gold.model import ROWS_MAX, Gold, GoldDetail, GoldMade, GoldOrigin, GoldState
from fairmark.quality.gold.service import Known
from fairmark.quality.signing import media_of

TAGS = ["gold"]
ExternalId = Annotated[str, Meta(min_length=1, max_length=1024)]
Explanation = Annotated[str, Meta(max_length=2000)]
Share = Annotated[float, Meta(ge=0, le=1)]


class NewGold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A known answer to an item, named by `item_id` or `external_id`. explanation: why, for whoever gets it wrong."""

    annotation: Annotation
    item_id: ItemId | None = None
    external_id: ExternalId | None = None
    explanation: Explanation = ""


class OneGold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One item to make gold. keep_task: leave the item's own task in the work; else nobody labels it for a result."""

    annotation: Annotation
    item_id: ItemId | None = None
    external_id: ExternalId | None = None
    explanation: Explanation = ""
    keep_task: bool = False


class ManyGold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Known answers to many items."""

    rows: Annotated[list[NewGold], Meta(max_length=ROWS_MAX)]
    keep_task: bool = False


class GoldOfResults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which results become gold. from_: those decided in review, or agreed on by `labels_min` people and at least
    `confidence_min` sure; newest first, `count_max` at most.
    """

    origin: GoldOrigin = GoldOrigin.REVIEW
    confidence_min: Share = 0.95
    labels_min: Annotated[int, Meta(ge=2, le=50)] = 3
    count_max: Annotated[int, Meta(ge=1, le=ROWS_MAX)] = 100


class GoldChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. A new annotation scores everybody's answers anew."""

    annotation: Annotation | None = None
    explanation: Explanation | None = None
    state: GoldState | None = None
    note: Annotated[str, Meta(max_length=500)] = ""


@get("/api/v1/projects/{project_id:uuid}/gold", operation_id="list_gold", tags=TAGS)
async def list_gold(
    request: Req, project_id: ProjectId, limit: Limit = 50, after: After = None,
    in_state: Annotated[GoldState | None, Parameter(query="state")] = None,
) -> Page[Gold]:  # fmt: skip
    """A project's items whose answer is known, newest first."""
    async with work(request, Permission.LEAD) as tx:
        start = GoldId(after_id(after)) if after else None
        rows = await service.page(tx, project_id, in_state, start, limit + 1, media_of(request))
        return page_of(rows, limit, lambda gold: str(gold.id))


@post("/api/v1/projects/{project_id:uuid}/gold", operation_id="make_gold", tags=TAGS)
async def make_gold(request: Req, project_id: ProjectId, data: OneGold) -> Gold:
    """Makes an item gold: workers meet it among the others, and what they say is held against this answer."""
    known = _known(data.item_id, data.external_id, data.annotation, data.explanation)
    async with work(request, Permission.LEAD) as tx:
        id = await service.make(tx, project_id, known, keep_task=data.keep_task)
        return (await service.detail(tx, id, media_of(request))).gold


@post("/api/v1/projects/{project_id:uuid}/gold/import", operation_id="import_gold", tags=TAGS, status_code=200)
async def import_gold(request: Req, project_id: ProjectId, data: ManyGold) -> GoldMade:
    """Makes many items gold. Bad rows are reported, the good ones taken; the same again changes nothing."""
    rows = [_known(row.item_id, row.external_id, row.annotation, row.explanation) for row in data.rows]
    async with work(request, Permission.LEAD) as tx:
        return await service.make_many(tx, project_id, rows, GoldOrigin.IMPORT, keep_task=data.keep_task)


@post("/api/v1/projects/{project_id:uuid}/gold/of-results", operation_id="gold_of_results", tags=TAGS, status_code=200)
async def gold_of_results(request: Req, project_id: ProjectId, data: GoldOfResults) -> GoldMade:
    """Makes gold of results: decided in review, or agreed on by several people and sure."""
    if data.origin not in {GoldOrigin.REVIEW, GoldOrigin.CONSENSUS}:
        raise Invalid("Results are decided in review or by consensus.", mend="Send origin 'review' or 'consensus'.")
    async with work(request, Permission.LEAD) as tx:
        return await service.make_of_results(
            tx, project_id, data.origin, confidence_min=data.confidence_min, labels_min=data.labels_min,
            count_max=data.count_max,
        )  # fmt: skip


@get("/api/v1/gold/{gold_id:uuid}", operation_id="get_gold", tags=TAGS)
async def get_gold(request: Req, gold_id: GoldId) -> GoldDetail:
    """A gold item with what people said about it."""
    async with work(request, Permission.LEAD) as tx:
        return await service.detail(tx, gold_id, media_of(request))


@patch("/api/v1/gold/{gold_id:uuid}", operation_id="change_gold", tags=TAGS)
async def change_gold(request: Req, gold_id: GoldId, data: GoldChange) -> Gold:
    """Mends, suspends, frees or retires a gold item; people's scores are counted anew."""
    async with work(request, Permission.LEAD) as tx:
        await service.change(
            tx, gold_id, annotation=data.annotation, explanation=data.explanation, state=data.state, note=data.note
        )
        return (await service.detail(tx, gold_id, media_of(request))).gold


def _known(item_id: ItemId | None, external_id: str | None, annotation: Annotation, explanation: str) -> Known:
    if (item_id is None) == (external_id is None):
        raise Invalid("An item is named by one of its ids.", mend="Send either item_id or external_id.")
    return Known(item_id, external_id, annotation, explanation)


ROUTES = [list_gold, make_gold, import_gold, gold_of_results, get_gold, change_gold]
