"""Takes images out of an archive and makes them assets, a few at a time, so that memory stays small."""

import asyncio
import hashlib
from collections.abc import Iterable
from typing import Any

from fairmark.assets import contents, staging
from fairmark.assets.contents import Incoming
from fairmark.assets.model import Asset
from fairmark.formats.contract import Source
from fairmark.formats.model import FormatFault, OverLimit
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId

SMALL_BYTES = 8 << 20
WINDOW_BYTES = 32 << 20
PIECE_BYTES = 1 << 20

Extracted = Asset | FairmarkError
"""An image as an asset, or why it is not to be had."""


async def extract(site: Site, org_id: OrgId, archive: Source, chosen: Iterable[Any]) -> dict[str, Extracted]:
    """The images at the paths among `chosen`, by path. One that is refused does not stop the others."""
    done: dict[str, Extracted] = {}
    window: list[Incoming] = []
    held = 0
    for path in dict.fromkeys(way for way in chosen if isinstance(way, str)):
        try:
            data = await asyncio.to_thread(_read_small, archive, path)
        except FormatFault as error:
            done[path] = error
            continue
        if data is None:
            done[path] = await _take_large(site, org_id, archive, path)
            continue
        window.append(Incoming(path, data, hashlib.sha256(data).digest(), len(data)))
        held += len(data)
        if held >= WINDOW_BYTES:
            done |= await _take(site, org_id, window)
            window, held = [], 0
    return done | await _take(site, org_id, window)


async def _take(site: Site, org_id: OrgId, window: list[Incoming]) -> dict[str, Extracted]:
    if not window:
        return {}
    taken = await contents.take(site, org_id, SYSTEM, window)
    return {file.name: outcome for file, outcome in zip(window, taken, strict=True)}


async def _take_large(site: Site, org_id: OrgId, archive: Source, path: str) -> Extracted:
    with staging.staged(site.settings) as (file, place):
        try:
            size, digest = await asyncio.to_thread(_copy, archive, path, file, site.settings.upload_mb_max * 1_000_000)
        except FormatFault as error:
            return error
        return (await contents.take(site, org_id, SYSTEM, [Incoming(path, place, digest, size)]))[0]


def _read_small(archive: Source, path: str) -> bytes | None:
    """The file's bytes; None if it is no small one. Raises FormatFault for one that is damaged."""
    with archive.open(path) as file:
        data = file.read(SMALL_BYTES + 1)
    return data if len(data) <= SMALL_BYTES else None


def _copy(archive: Source, path: str, to: Any, bytes_max: int) -> tuple[int, bytes]:
    digest, size = hashlib.sha256(), 0
    with archive.open(path) as file:
        while piece := file.read(PIECE_BYTES):
            size += len(piece)
            if size > bytes_max:
                raise OverLimit(f"{path} has more than {bytes_max} bytes.", file=path, mend="Make it smaller.")
            digest.update(piece)
            to.write(piece)
    to.flush()
    return size, digest.digest()
