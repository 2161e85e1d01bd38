"""What an import is, where its rows can come from, and what can be wrong with it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from fairmark.assets.model import URL_CHARS_MAX, BatchName, Name, NewItem, Problem
from fairmark.kernel.errors import Conflict, Invalid, NotFound
from fairmark.kernel.ids import AssetId, BatchId, ImportId, ProjectId, UploadId

ROWS_INLINE_MAX = 20_000
FAULTS_KEPT = 10_000
"""Bad rows of one import that are kept with their reasons; all are counted."""

Url = Annotated[str, Meta(min_length=1, max_length=URL_CHARS_MAX)]


class ManifestFormat(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    URLS = "urls"


class LabelFormat(StrEnum):
    FAIRMARK = "fairmark_jsonl"
    COCO = "coco"
    COCO_PANOPTIC = "coco_panoptic"
    YOLO = "yolo"
    YOLO_SEGMENT = "yolo_segment"
    YOLO_OBB = "yolo_obb"
    YOLO_POSE = "yolo_pose"
    VOC = "voc"
    CVAT = "cvat"
    LABEL_STUDIO = "label_studio"
    DATUMARO = "datumaro"
    OPEN_IMAGES = "open_images"
    LABELBOX = "labelbox"
    SUPERVISELY = "supervisely"


class ItemsSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="items"):
    """Rows as for adding items, but more of them. Bad ones become faults of the import, by their number from 1."""

    items: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=ROWS_INLINE_MAX)]


class AssetsSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="assets"):
    """Files that were uploaded, an item each: by their assets, their uploads, or the names they were uploaded under."""

    asset_ids: Annotated[list[AssetId], Meta(max_length=ROWS_INLINE_MAX)] = []
    upload_ids: Annotated[list[UploadId], Meta(max_length=ROWS_INLINE_MAX)] = []
    names: Annotated[list[Name], Meta(max_length=ROWS_INLINE_MAX)] = []


class UrlsSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="urls"):
    """Addresses to fetch, an item each; the address is its external id."""

    urls: Annotated[list[Url], Meta(min_length=1, max_length=ROWS_INLINE_MAX)]


class ManifestSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="manifest"):
    """A manifest that was uploaded with purpose "data". format: None finds out."""

    upload_id: UploadId
    format: ManifestFormat | None = None


class BucketSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="bucket"):
    """All pictures below a prefix of a bucket that the operator has opened; each one's path is its external id.

    match: a pattern with * and ? that paths below the prefix are to match; None: the endings of pictures.
    """

    url: Url
    match: Annotated[str, Meta(min_length=1, max_length=500)] | None = None


class ArchiveSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="archive"):
    """A ZIP, or a single file, of labels that was uploaded with purpose "data"; labels become prelabels.

    The images may lie in the ZIP, or have been uploaded under the names that the labels use.
    voc_zero_based: the VOC files count pixels from 0.
    """

    upload_id: UploadId
    format: LabelFormat
    voc_zero_based: bool = False


Source = ItemsSource | AssetsSource | UrlsSource | ManifestSource | BucketSource | ArchiveSource


class NewImport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows to bring into a project. batch: made if there is none of the name; a manifest's row may name its own.

    repeats: rows without external id make new items even where an item of the same assets is there.
    """

    source: Source
    batch: BatchName | None = None
    repeats: bool = False


class ImportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place in a source, behind the rows that were dealt with.

    rows: rows or lines before it. offset: bytes before it, where rows have places. after: the last path of a bucket.
    """

    rows: int = 0
    offset: int = 0
    after: str = ""


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import is. progress: 0 to 1. rows_done = rows_new + rows_there + rows_bad; rows_total: None: unknown.

    rows_there: rows whose items the project had already. report: what the label format could not carry over.
    """

    id: ImportId
    project_id: ProjectId
    batch_id: BatchId
    source: dict[str, Any]
    state: ImportState
    progress: float
    rows_total: int | None
    rows_done: int
    rows_new: int
    rows_there: int
    rows_bad: int
    report: dict[str, Any] | None
    fault: Problem | None
    created_at: datetime
    updated_at: datetime


class ImportFault(msgspec.Struct, frozen=True):
    """A row that was not taken. n: counts an import's faults from 1. line: from 1, None where the source has none.

    place: the file within an archive, the item's name, or a JSON Pointer into the row.
    """

    n: int
    line: int | None
    place: str
    code: str
    message: str
    mend: str


class Bad(NamedTuple):
    """A row that cannot be taken, before it is numbered."""

    line: int | None
    place: str
    code: str
    message: str
    mend: str = ""


class Row(NamedTuple):
    """A row that can be tried. line, place: where it is, should it fail after all. batch: None: the import's."""

    item: NewItem
    line: int | None = None
    place: str = ""
    batch: str | None = None


class Chunk(NamedTuple):
    """Rows that become one transaction. after: the place behind them. progress: 0 to 1, None if nobody can know.

    The `number` of each row's item is its own within the chunk. report: of the label format, in the last chunk.
    """

    rows: list[Row]
    bad: list[Bad]
    after: Position
    progress: float | None = None
    total: int | None = None
    report: dict[str, Any] | None = None


class Running(NamedTuple):
    """An import that is to be worked on. inline: JSON of the rows that the request brought. report: so far."""

    id: ImportId
    project_id: ProjectId
    batch_id: BatchId
    source: dict[str, Any]
    inline: str | None
    position: Position
    report: dict[str, Any] | None
    repeats: bool


class ImportUnknown(NotFound):
    """No such import, or not for this caller."""

    code = "import_not_found"


class ImportClosed(Conflict):
    """The import has come to its end already."""

    code = "import_closed"


class SourceEmpty(Invalid):
    """A source without a row."""

    code = "source_empty"


class ImportBroken(Invalid):
    """The import failed again and again for a reason of our own."""

    code = "import_broken"
