"""A manifest that was uploaded: JSONL, CSV, Parquet, or a list of addresses."""

from collections.abc import AsyncIterator, Iterator

from fairmark.assets import rules
from fairmark.assets.fetching.rules import check_source
from fairmark.assets.imports.model import Bad, Chunk, ManifestSource, Position, Row
from fairmark.assets.imports.rules import bad_of, with_split
from fairmark.assets.imports.sources.reading import CHUNK_ROWS, Reading, in_thread, source_as
from fairmark.assets.model import NewItem, Ref, RefKind
from fairmark.assets.staging import local_copy
from fairmark.assets.uploads import service as uploads
from fairmark.formats.manifest import ManifestKind, ManifestRow, Place, kind_of, read_manifest
from fairmark.formats.model import Cursor, RowFault
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.events import SYSTEM


async def chunks(reading: Reading, start: Position) -> AsyncIterator[Chunk]:
    """The manifest's rows behind `start`. Raises FormatFault where nothing more can be read, UploadUnknown, NotData."""
    source = source_as(reading, ManifestSource)
    async with reading.site.db.begin(reading.org_id, actor=SYSTEM) as tx:
        upload = await uploads.data_of(tx, source.upload_id)
    async with local_copy(reading.site, upload.blob) as path:
        with path.open("rb") as file:
            head = file.read(4096)
            file.seek(0)
            kind = ManifestKind(source.format) if source.format else kind_of(upload.name, head)
            cursor = Cursor(start.rows, start.offset) if start.rows else None
            rows = read_manifest(file, kind, name=upload.name, start_at=cursor)
            async for taken in in_thread(_checked(reading, rows), CHUNK_ROWS):
                yield _chunk(taken, upload.size)


def _checked(reading: Reading, rows: Iterator[ManifestRow | RowFault]) -> Iterator[tuple[Row | Bad, Cursor | None]]:
    """Each row as one to try, or why it cannot be; and the place behind it."""
    for row in rows:
        if isinstance(row, RowFault):
            yield bad_of(row), row.after
            continue
        try:
            yield Row(_item(reading, row), row.line, "", row.batch), row.after
        except FairmarkError as error:
            yield Bad(row.line, "", error.code, error.message, error.mend), row.after


def _item(reading: Reading, row: ManifestRow) -> NewItem:
    """Raises a named error for a row that does not fit."""
    refs = tuple(_ref(reading, each, each.name) for each in row.assets) or (_ref(reading, row, row.name),)
    # The size of an image that is still to be fetched is not known.
    sizes = [None] * len(refs)
    prelabel = None if row.annotation is None else rules.fit_labels(row.annotation, reading.labels, sizes)
    return NewItem(
        row.line,
        rules.clean_name(row.external_id, "external id"),
        rules.clean_name(row.name),
        refs,
        rules.encode_meta(with_split(row.meta, row.split)),
        row.priority,
        prelabel,
    )


def _ref(reading: Reading, place: ManifestRow | Place, name: str | None) -> Ref:
    if place.url is not None:
        return Ref(RefKind.URL, check_source(place.url, reading.prefixes), name)
    if place.path is not None:
        path = rules.clean_name(place.path, "path")
        return Ref(RefKind.NAME, path, path)
    return Ref(RefKind.SHA256, bytes.fromhex(place.sha256 or ""), None)


def _chunk(taken: list[tuple[Row | Bad, Cursor | None]], size: int) -> Chunk:
    rows: list[Row] = []
    bad: list[Bad] = []
    after = Cursor()
    for row, behind in taken:
        after = behind or after
        if isinstance(row, Bad):
            bad.append(row)
        else:
            rows.append(row)
    progress = after.offset / size if after.offset and size else None
    return Chunk(rows, bad, Position(rows=after.line, offset=after.offset), progress)
