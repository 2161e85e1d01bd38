"""Labels from elsewhere: COCO, YOLO, VOC or fairmark JSONL, the images in the same ZIP or uploaded before."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from fairmark.assets import rules
from fairmark.assets.fetching.rules import check_source
from fairmark.assets.imports import store
from fairmark.assets.imports.model import ArchiveSource, Bad, Chunk, Position, Row
from fairmark.assets.imports.rules import LeftOut, bad_of, clean, fitting, with_split
from fairmark.assets.imports.sources.extraction import Extracted, extract
from fairmark.assets.imports.sources.images import ImageIndex, index_of
from fairmark.assets.imports.sources.reading import Reading, in_thread, source_as
from fairmark.assets.model import Asset, AssetUnknown, NewItem, Ref, RefKind
from fairmark.assets.staging import local_copy
from fairmark.assets.uploads import service as uploads
from fairmark.formats.contract import Reading as FormatReading
from fairmark.formats.contract import ReadOptions
from fairmark.formats.model import AssetRecord, LabeledItem, RowFault
from fairmark.formats.names import relative_path
from fairmark.formats.registry import FORMATS
from fairmark.formats.source import open_source
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.events import SYSTEM
from fairmark.modalities import MediaSize

CHUNK_ITEMS = 200
"""Few: each may bring an image to be looked at."""
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".JPG", ".JPEG", ".PNG")

Taken = list[LabeledItem | RowFault]
Chosen = dict[tuple[int, int], str | Ref | FairmarkError]
"""(row, asset) -> its path in the archive, or how to name it, or why it is not to be had."""


async def chunks(reading: Reading, start: Position) -> AsyncIterator[Chunk]:
    """The labeled items behind the first `start.rows`; what the format lost is told in the last chunk.

    Raises FormatFault where nothing more can be read, UploadUnknown, NotData.
    """
    source = source_as(reading, ArchiveSource)
    async with reading.site.db.begin(reading.org_id, actor=SYSTEM) as tx:
        upload = await uploads.data_of(tx, source.upload_id)
    async with local_copy(reading.site, upload.blob) as path:
        with await asyncio.to_thread(open_source, path, upload.name) as archive:
            index = await asyncio.to_thread(index_of, archive)
            options = ReadOptions(
                ontology=reading.labels.ontology.ontology,
                find_asset=None if index.count else _finder(reading),
                voc_zero_based=source.voc_zero_based,
            )
            labeled = FORMATS[source.format].read(archive, options)
            before = reading.running.report or {}
            left_out = LeftOut(before.get("left_out"), before.get("examples"))
            seen = 0
            async for taken in in_thread(iter(labeled), CHUNK_ITEMS):
                # What an earlier run dealt with is read again, for a label format has no place to go on from.
                fresh = taken[max(0, start.rows - seen) :]
                seen += len(taken)
                if not fresh:
                    continue
                chosen = await _choose(reading, index, fresh)
                pictures = await extract(reading.site, reading.org_id, archive, chosen.values())
                rows, bad = _rows(
                    reading,
                    [_told_apart(item, n, chosen, index) for n, item in enumerate(fresh)],
                    chosen,
                    pictures,
                    left_out,
                )
                progress = min(1.0, seen / index.count) if index.count else None
                yield Chunk(rows, bad, Position(rows=seen), progress, report=_report(labeled, left_out))


def _report(labeled: FormatReading, left_out: LeftOut) -> dict[str, Any]:
    """What was read and what was lost so far. left_out: what did not fit the project, by code of the fault."""
    report: dict[str, Any] = msgspec.to_builtins(labeled.report)
    return {**report, "left_out": left_out.counts, "examples": left_out.examples}


def _finder(reading: Reading) -> Callable[[str], AssetRecord | None]:
    """Finds uploaded pictures by name, for readers that run in a thread and must know a picture's size."""
    loop = asyncio.get_running_loop()

    async def look(names: list[str]) -> AssetRecord | None:
        async with reading.site.db.begin(reading.org_id, actor=SYSTEM) as tx:
            found = await store.records_by_name(tx, names)
        return next((found[name] for name in names if name in found), None)

    def find(name: str) -> AssetRecord | None:
        names = [candidate + suffix for candidate in _spellings(name) for suffix in ("", *SUFFIXES)]
        return asyncio.run_coroutine_threadsafe(look(names), loop).result()

    return find


def _spellings(name: str) -> list[str]:
    """What a picture that labels call `name` may have been uploaded as: with its folders, or without."""
    try:
        path = rules.clean_name(relative_path(name, file=name[:100]))
    except FairmarkError:
        return []
    return list(dict.fromkeys((path, path.rpartition("/")[2])))


async def _choose(reading: Reading, index: ImageIndex, items: Taken) -> Chosen:
    """How each image is to be had."""
    names = [
        name for row in items if isinstance(row, LabeledItem) for each in row.assets for name in _spellings(each.name)
    ]
    async with reading.site.db.begin(reading.org_id, actor=SYSTEM) as tx:
        uploaded = await store.records_by_name(tx, list(dict.fromkeys(names))) if names else {}
    chosen: Chosen = {}
    for number, row in enumerate(items):
        for place, asset in enumerate(row.assets if isinstance(row, LabeledItem) else ()):
            split = row.split if isinstance(row, LabeledItem) else None
            try:
                chosen[number, place] = _way_to(reading, index, asset, split, uploaded)
            except FairmarkError as error:
                chosen[number, place] = error
    return chosen


def _way_to(
    reading: Reading, index: ImageIndex, asset: AssetRecord, split: str | None, uploaded: dict[str, AssetRecord]
) -> str | Ref:
    """Raises ImageAmbiguous, AssetUnknown; UrlInvalid and BucketForbidden for an address that cannot be fetched."""
    inside = index.find(asset.name, split)
    if inside is not None:
        return inside
    name = next((each for each in _spellings(asset.name) if each in uploaded), None)
    if name is not None:
        return Ref(RefKind.NAME, name, name)
    if asset.url:
        return Ref(RefKind.URL, check_source(asset.url, reading.prefixes), rules.clean_name(asset.name))
    if asset.sha256:
        return Ref(RefKind.SHA256, bytes.fromhex(asset.sha256), rules.clean_name(asset.name))
    raise AssetUnknown(
        f"The image {asset.name[:200]!r} is neither in the archive nor uploaded.",
        mend="Pack it with the labels, or upload it under this name first.",
    )


def _told_apart(item: LabeledItem | RowFault, number: int, chosen: Chosen, index: ImageIndex) -> LabeledItem | RowFault:
    """The item under its image's whole path, where several images of the archive share the name that it has."""
    way = chosen.get((number, 0))
    if isinstance(item, RowFault) or not isinstance(way, str) or not index.is_shared(item.external_id):
        return item
    return msgspec.structs.replace(item, external_id=way)


def _rows(
    reading: Reading,
    items: Taken,
    chosen: Chosen,
    pictures: dict[str, Extracted],
    left_out: LeftOut,
) -> tuple[list[Row], list[Bad]]:
    rows: list[Row] = []
    bad: list[Bad] = []
    for number, item in enumerate(items):
        if isinstance(item, RowFault):
            bad.append(bad_of(item))
            continue
        try:
            ways = [chosen[number, place] for place in range(len(item.assets))]
            rows.append(_row(reading, len(rows), item, ways, pictures, left_out))
        except FairmarkError as error:
            bad.append(Bad(None, clean(item.external_id), error.code, clean(error.message), clean(error.mend)))
    return rows, bad


def _row(
    reading: Reading,
    index: int,
    item: LabeledItem,
    ways: list[str | Ref | FairmarkError],
    pictures: dict[str, Extracted],
    left_out: LeftOut,
) -> Row:
    """Raises a named error if an image cannot be had."""
    if not ways:
        raise AssetUnknown("The item has no image.", mend="Leave it out, or give it one.")
    refs: list[Ref] = []
    sizes: list[MediaSize | None] = []
    for record, way in zip(item.assets, ways, strict=True):
        if isinstance(way, FairmarkError):
            raise way
        if isinstance(way, Ref):
            refs.append(way)
            sizes.append(MediaSize(record.width, record.height) if record.width and record.height else None)
            continue
        picture = pictures[way]
        if isinstance(picture, FairmarkError):
            raise picture
        refs.append(Ref(RefKind.ASSET, picture.id, None))
        sizes.append(_size_of(picture))
    labels = fitting(item.annotation, reading.labels, sizes, item.external_id, left_out)
    new = NewItem(
        index,
        rules.clean_name(item.external_id, "external id"),
        rules.clean_name(item.name),
        tuple(refs),
        rules.encode_meta(with_split(item.meta, item.split)),
        0,
        rules.fit_labels(labels, reading.labels, sizes),
    )
    return Row(new, None, clean(item.external_id), item.batch)


def _size_of(asset: Asset) -> MediaSize | None:
    return MediaSize(asset.width, asset.height) if asset.width and asset.height else None
