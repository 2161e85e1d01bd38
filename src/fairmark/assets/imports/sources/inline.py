"""Rows that the request itself brought: items, addresses, or files that were uploaded."""

from collections.abc import AsyncIterator
from typing import Any

from fairmark.assets import rules
from fairmark.assets.imports.model import AssetsSource, Bad, Chunk, ItemsSource, Position, Row, UrlsSource
from fairmark.assets.imports.rules import short_id
from fairmark.assets.imports.sources.reading import CHUNK_ROWS, Reading
from fairmark.assets.model import NewItem
from fairmark.kernel import json


def rows_of(source: ItemsSource | AssetsSource | UrlsSource) -> list[dict[str, Any]]:
    """The source's rows in the one shape that is kept: that of items to add."""
    if isinstance(source, ItemsSource):
        return source.items
    if isinstance(source, UrlsSource):
        return [{"external_id": short_id(url), "assets": [{"url": url}]} for url in source.urls]
    named = [("asset_id", source.asset_ids), ("upload_id", source.upload_ids), ("name", source.names)]
    return [{"assets": [{key: value}]} for key, values in named for value in values]


async def chunks(reading: Reading, start: Position) -> AsyncIterator[Chunk]:
    """The kept rows from `start.rows` on."""
    kept: list[dict[str, Any]] = json.decode(reading.running.inline or "[]")
    for at in range(start.rows, len(kept), CHUNK_ROWS):
        rows: list[Row] = []
        bad: list[Bad] = []
        for number, raw in enumerate(kept[at : at + CHUNK_ROWS], start=at + 1):
            checked = rules.check_item(len(rows), raw, reading.prefixes, reading.labels)
            if isinstance(checked, NewItem):
                rows.append(Row(checked, number))
            else:
                bad.append(Bad(number, checked.place, checked.code, checked.message, checked.mend))
        done = min(at + CHUNK_ROWS, len(kept))
        yield Chunk(rows, bad, Position(rows=done), done / len(kept), len(kept))
