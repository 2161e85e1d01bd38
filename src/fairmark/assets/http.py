"""One route per use case: parse, call, render."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, patch, post
from msgspec import UNSET, Meta, UnsetType

from fairmark.assets import service
from fairmark.assets.model import INLINE_ROWS_MAX, Added, Batch, BatchName, BatchState, ItemView, Priority
from fairmark.kernel.actor import Permission
from fairmark.kernel.http import After, Limit, Page, Req, page_of, site, work
from fairmark.kernel.ids import BatchId, ItemId, ProjectId
from fairmark.kernel.pages import after_id

TAGS = ["items"]
DueAt = Annotated[datetime, Meta(tz=True, description="With its zone: 2026-05-01T12:00:00Z.")]
ItemRow = Annotated[
    dict[str, Any],
    Meta(
        description=(
            "{assets: [{asset_id} | {upload_id} | {url, name?} | {name}], external_id?, name?, meta?, priority?, "
            "prelabel?}; see docs/guides/data.md."
        )
    ),
]


class NewItems(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Items to add to a batch, which is made if there is none of the name.

    repeats: a row without external id makes a new item even where an item of the same assets is there.
    """

    items: Annotated[list[ItemRow], Meta(min_length=1, max_length=INLINE_ROWS_MAX)]
    batch: BatchName | None = None
    repeats: bool = False


class NewBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty batch."""

    name: BatchName
    priority: Priority = 0
    due_at: DueAt | None = None


class BatchChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. `due_at` null: no due date any more."""

    state: BatchState | None = None
    priority: Priority | None = None
    due_at: DueAt | UnsetType | None = UNSET


@post("/api/v1/projects/{project_id:uuid}/items", operation_id="add_items", tags=TAGS)
async def add_items(request: Req, project_id: ProjectId, data: NewItems) -> Added:
    """Adds up to 1,000 items. The good rows are taken; each bad one is answered by its index with what is wrong."""
    async with work(request, Permission.DATA_WRITE) as tx:
        return await service.add_items(tx, project_id, data.batch, data.items, repeats=data.repeats)


@get("/api/v1/items/{item_id:uuid}", operation_id="get_item", tags=TAGS)
async def get_item(request: Req, item_id: ItemId) -> ItemView:
    """An item with the signed addresses of its assets."""
    async with work(request, Permission.DATA_READ) as tx:
        return await service.get_item(tx, site(request), item_id)


@get("/api/v1/projects/{project_id:uuid}/batches", operation_id="list_batches", tags=TAGS)
async def list_batches(request: Req, project_id: ProjectId, limit: Limit = 50, after: After = None) -> Page[Batch]:
    """The project's batches with their counts of items, newest first."""
    async with work(request, Permission.PROJECT_READ) as tx:
        rows = await service.list_batches(tx, project_id, after_id(after) if after else None, limit)
        return page_of(rows, limit, lambda batch: str(batch.id))


@post("/api/v1/projects/{project_id:uuid}/batches", operation_id="create_batch", tags=TAGS)
async def create_batch(request: Req, project_id: ProjectId, data: NewBatch) -> Batch:
    """Makes an empty batch. Imports and added items make the batch that they name by themselves."""
    async with work(request, Permission.DATA_WRITE) as tx:
        return await service.create_batch(tx, project_id, data.name, data.priority, data.due_at)


@patch("/api/v1/batches/{batch_id:uuid}", operation_id="change_batch", tags=TAGS)
async def change_batch(request: Req, batch_id: BatchId, data: BatchChange) -> Batch:
    """Pauses, opens or cancels a batch, or changes its priority and due date; its open work follows."""
    async with work(request, Permission.PROJECT_WRITE) as tx:
        due_at = None if isinstance(data.due_at, UnsetType) else data.due_at
        return await service.change_batch(
            tx, batch_id, data.state, data.priority, due_at, clear_due=data.due_at is None
        )


ROUTES = [add_items, get_item, list_batches, create_batch, change_batch]
