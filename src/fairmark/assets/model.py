"""What assets, items and batches are, and what can be wrong with them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from fairmark.kernel.errors import Conflict, Invalid, NotFound, TooLarge
from fairmark.kernel.ids import AssetId, BatchId, ItemId, ProjectId, UploadId
from fairmark.ontology.model import Annotation

NAME_CHARS_MAX = 1024
URL_CHARS_MAX = 4096
ASSETS_MAX = 1000
META_BYTES_MAX = 65_536
PRELABEL_BYTES_MAX = 16_000_000
INLINE_ROWS_MAX = 1000
FETCH_JOB = "assets.fetch"
"""The job that fetches pending assets."""
DEFAULT_BATCH = "default"
THUMBNAIL_SIZES = (128, 256, 512, 1024)
ORIGINAL = "original"
VIEW = "view"
VARIANTS = (ORIGINAL, VIEW, *(str(size) for size in THUMBNAIL_SIZES))

Name = Annotated[str, Meta(min_length=1, max_length=NAME_CHARS_MAX)]
BatchName = Annotated[str, Meta(min_length=1, max_length=120)]
NAME_BYTES_MAX = 2000
"""As UTF-8. An index row of PostgreSQL holds no more than 2,700 bytes."""
Priority = Annotated[int, Meta(ge=-1_000_000, le=1_000_000, description="Higher comes first; 0 is usual.")]
Sha256Hex = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file, in lower-case hex.")]


class AssetState(StrEnum):
    """Pending: only its address is known. Ready: its bytes are here. Failed: they cannot be had; `fault` says why."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class BatchState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a file was refused, as it is kept beside it: the code, message and mend of a named error."""

    code: str
    message: str
    mend: str = ""


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One media file. width, height: pixels of the upright image. sha256: hex, once the bytes are here.

    probe: what else is known of it (`orientation`, `frames`, `viewable` ...). same_as: the asset that held these bytes
    first, where this one's address turned out to hold them too. source: the address it came from; empty: uploaded.
    cut_from: the file that it is a page or frame of; `probe` then knows `page`, `pages`, and when it is shown.
    """

    id: AssetId
    state: AssetState
    name: str
    source: str
    sha256: str | None
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    probe: dict[str, Any]
    fault: Problem | None
    same_as: AssetId | None
    cut_from: AssetId | None = None


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """Which page or frame of which file an asset is. number: from 1, of `pages`.

    time_ms: since the first frame of what moves, and duration_ms: how long it is shown; null where nothing moves.
    """

    file_id: AssetId
    number: int
    pages: int
    time_ms: float | None
    duration_ms: float | None


class AssetView(msgspec.Struct, frozen=True, kw_only=True):
    """An asset as pages show it. Addresses are signed and expire; there are none until the asset is ready.

    url: what to show, full size: the original, or a copy of it where browsers cannot show that. original: the bytes as
    they came. thumbnails: "128", "256", "512", "1024" (pixels of the longer side) -> address; sizes above the image's
    own are left out, but the least is always there. tiles: the head of the asset's tiles, where it is shown in tiles;
    `url` is a small picture of it then. page: where it was cut from, if it is a page or frame of a file.
    """

    id: AssetId
    state: AssetState
    name: str
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    url: str | None
    original: str | None
    thumbnails: dict[str, str]
    tiles: str | None = None
    page: PageView | None = None
    fault: Problem | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be labeled: one or more assets with the customer's own data about them."""

    id: ItemId
    project_id: ProjectId
    batch_id: BatchId
    external_id: str | None
    name: str
    asset_ids: list[AssetId]
    meta: dict[str, Any]
    priority: int
    prelabel: Annotation | None
    created_at: datetime


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """An item with its assets' addresses."""

    id: ItemId
    project_id: ProjectId
    batch_id: BatchId
    external_id: str | None
    name: str
    assets: list[AssetView]
    meta: dict[str, Any]
    priority: int
    prelabel: Annotation | None
    created_at: datetime


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A named group of a project's items. items: how many. Higher priority comes first."""

    id: BatchId
    project_id: ProjectId
    name: str
    state: BatchState
    priority: int
    due_at: datetime | None
    items: int
    created_at: datetime


class AssetIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where an item's file is: exactly one of `asset_id`, `upload_id`, `url`, `sha256`, and `name` of an upload.

    Beside one of the others, `name` is what to call the file.
    """

    asset_id: AssetId | None = None
    upload_id: UploadId | None = None
    url: Annotated[str, Meta(min_length=1, max_length=URL_CHARS_MAX)] | None = None
    sha256: Sha256Hex | None = None
    name: Name | None = None


class ItemIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An item to add. An external id that the project has already names the item that is there; nothing is added then.

    Without one, an item of the same assets and without external id is the same item.
    """

    assets: Annotated[list[AssetIn], Meta(min_length=1, max_length=ASSETS_MAX)]
    external_id: Name | None = None
    name: Name | None = None
    meta: dict[str, Any] = {}
    priority: Priority = 0
    prelabel: Annotation | None = None


class RefKind(StrEnum):
    """By what a row names a file."""

    ASSET = "asset_id"
    UPLOAD = "upload_id"
    URL = "url"
    SHA256 = "sha256"
    NAME = "name"


class Ref(NamedTuple):
    """A row's word for one file: an id, an address, 32 bytes of SHA-256 or a name. name: what to call it, if said."""

    kind: RefKind
    value: Any
    name: str | None = None


class NewItem(NamedTuple):
    """A checked row. number: what the caller calls it. meta, prelabel: JSON."""

    number: int
    external_id: str | None
    name: str | None
    refs: tuple[Ref, ...]
    meta: str = "{}"
    priority: int = 0
    prelabel: str | None = None


class RowProblem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row that was not taken. index: its number in the request, from 0. place: JSON Pointer in the row."""

    index: int
    code: str
    message: str
    mend: str = ""
    place: str = ""


class AddedItem(msgspec.Struct, frozen=True):
    """A row that was taken. new: False if the project had the item already."""

    index: int
    item_id: ItemId
    new: bool


class Added(msgspec.Struct, frozen=True):
    """What became of rows that were to be items."""

    batch_id: BatchId
    items: list[AddedItem]
    faults: list[RowProblem]


class ProjectFacts(NamedTuple):
    """What this package needs to know of a project, which is the projects package's."""

    id: ProjectId
    modality: str
    state: str


class ProjectUnknown(NotFound):
    """No such project, or not for this caller."""

    code = "project_not_found"


class ProjectArchived(Conflict):
    """An archived project takes no new data."""

    code = "project_archived"


class ItemUnknown(NotFound):
    """No such item, or not for this caller."""

    code = "item_not_found"


class BatchUnknown(NotFound):
    """No such batch, or not for this caller."""

    code = "batch_not_found"


class BatchTaken(Conflict):
    """The project has a batch of this name."""

    code = "batch_name_taken"


class BatchCancelled(Conflict):
    """A cancelled batch stays cancelled and takes no new items."""

    code = "batch_cancelled"


class AssetUnknown(NotFound):
    """No such asset, or its bytes are not here."""

    code = "asset_not_found"


class BadName(Invalid):
    """A name with characters that no list, file system or terminal should have to show."""

    code = "bad_name"


class BadRow(Invalid):
    """A row that does not fit: a field is missing, of the wrong type, or out of range."""

    code = "bad_row"


class RowsTooMany(TooLarge):
    """More rows than one request may bring."""

    code = "rows_too_many"


class LabelsUnfit(Invalid):
    """Labels that do not fit the project's ontology."""

    code = "labels_unfit"
