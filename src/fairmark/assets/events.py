"""What other packages may react to."""

from datetime import datetime

from fairmark.kernel.events import Event
from fairmark.kernel.ids import AssetId, BatchId, ImportId, ItemId

IDS_MAX = 200
"""Most assets that one event names."""


class ItemsAdded(Event, frozen=True, tag="items.added"):
    """`count` items of `project_id` were added; all have ids from `first_id` to `last_id`.

    import_id: None if they did not come from an import. Every item within the two ids may be taken as added.
    """

    batch_id: BatchId
    first_id: ItemId
    last_id: ItemId
    count: int
    import_id: ImportId | None = None


class AssetReady(Event, frozen=True, tag="asset.ready"):
    """The bytes of assets that were pending are here, and sound. At most IDS_MAX of them."""

    asset_ids: list[AssetId]


class AssetFailed(Event, frozen=True, tag="asset.failed"):
    """The bytes of assets that were pending cannot be had; each asset's `fault` says why. At most IDS_MAX of them."""

    asset_ids: list[AssetId]


class ImportFinished(Event, frozen=True, tag="import.finished"):
    """An import came to its end. state: done, failed or cancelled. The counts are of rows."""

    import_id: ImportId
    batch_id: BatchId
    state: str
    rows_done: int
    rows_new: int
    rows_there: int
    rows_bad: int


class BatchChanged(Event, frozen=True, tag="batch.changed"):
    """A batch is now so: its open work is to follow."""

    batch_id: BatchId
    state: str
    priority: int
    due_at: datetime | None = None
