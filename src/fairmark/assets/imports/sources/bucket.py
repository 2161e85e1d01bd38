"""Pictures below a prefix of a bucket that the operator has opened."""

from collections.abc import AsyncIterator
from fnmatch import fnmatchcase

from fairmark.assets import rules
from fairmark.assets.fetching.buckets import Bucket, locate
from fairmark.assets.imports.model import Bad, BucketSource, Chunk, Position, Row
from fairmark.assets.imports.rules import clean, short_id
from fairmark.assets.imports.sources.reading import Reading, source_as
from fairmark.assets.model import NewItem, Ref, RefKind
from fairmark.kernel.errors import FairmarkError

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".dcm")


async def chunks(reading: Reading, start: Position) -> AsyncIterator[Chunk]:
    """A chunk per page of the listing. Raises BucketForbidden, BucketDown."""
    source = source_as(reading, BucketSource)
    prefix, below = locate(source.url, reading.prefixes)
    bucket = Bucket(prefix)
    seen = start.rows
    async for page in bucket.list(below.rstrip("/"), after=start.after, skip=start.rows):
        seen += len(page)
        rows: list[Row] = []
        bad: list[Bad] = []
        for path in page:
            if not _wanted(path[len(below) :].lstrip("/"), source.match):
                continue
            try:
                rows.append(Row(_item(len(rows), prefix, path), None, clean(path)))
            except FairmarkError as error:
                bad.append(Bad(None, clean(path), error.code, error.message, error.mend))
        yield Chunk(rows, bad, Position(rows=seen, after=page[-1] if bucket.has_order else ""))


def _item(index: int, prefix: str, path: str) -> NewItem:
    name = rules.clean_name(path.rpartition("/")[2])
    external_id = short_id(rules.clean_name(path, "path"))
    return NewItem(index, external_id, name, (Ref(RefKind.URL, prefix + path, name),))


def _wanted(path: str, match: str | None) -> bool:
    return path.lower().endswith(PICTURES) if match is None else fnmatchcase(path, match)
