"""Bytes become assets: looked at, stored under their hash, known once however often they come."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from fairmark.assets import rules, staging, store
from fairmark.assets.inspection.service import inspector
from fairmark.assets.model import Asset
from fairmark.assets.store import Content, PageContent
from fairmark.assets.tiles import service as tiles
from fairmark.kernel.actor import Actor
from fairmark.kernel.blobs import asset_key
from fairmark.kernel.db import Tx
from fairmark.kernel.errors import FairmarkError, Unavailable
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, OrgId, new_id

HASH_BYTES = 1 << 20


class Incoming(NamedTuple):
    """A file that has arrived. data: its bytes, or where they lie on this machine."""

    name: str
    data: bytes | Path
    sha256: bytes
    size: int


async def settle(site: Site, org_id: OrgId, file: Incoming) -> Content:
    """Looks at the file and stores it. Storing the same again is harmless.

    Raises FileRefused, InspectionFailed, BlobsDown.
    """
    inspected = await inspector(site.settings).inspect(file.name, file.data)
    await site.blobs.put(asset_key(org_id, file.sha256), file.data)
    pages = await _pages(site, org_id, file) if inspected.probe.get("frames", 1) > 1 else ()
    return Content(file.sha256, file.size, file.name, inspected, pages)


async def _pages(site: Site, org_id: OrgId, file: Incoming) -> tuple[PageContent, ...]:
    """The pages or frames of the file, each stored as a file of its own. Raises what `settle` raises."""
    pages: list[PageContent] = []
    with staging.staged_folder(site.settings) as folder:
        parted = await inspector(site.settings).part(file.name, file.data, folder)
        for part in parted.pages:
            digest = bytes.fromhex(part.sha256)
            await site.blobs.put(asset_key(org_id, digest), Path(part.path))
            times = {"time_ms": part.time_ms, "duration_ms": part.duration_ms} if part.time_ms is not None else {}
            probe = {**part.inspected.probe, **times, "page": part.number, "pages": len(parted.pages)}
            name = rules.page_name(file.name, part.word, part.number, Path(part.path).suffix)
            inspected = msgspec.structs.replace(part.inspected, probe=probe)
            pages.append(PageContent(part.number, Content(digest, part.bytes, name, inspected)))
    return tuple(pages)


async def take(site: Site, org_id: OrgId, actor: Actor, files: Sequence[Incoming]) -> list[Asset | FairmarkError]:
    """Each file's asset, known or new, or why it is refused; in the order of `files`. Raises Unavailable."""
    wanted = list({file.sha256: file for file in files}.values())
    async with site.db.begin(org_id, actor=actor) as tx:
        known = await store.contents(tx, [file.sha256 for file in wanted])
    missing = [file for file in wanted if file.sha256 not in known]
    if not missing:
        return [known[file.sha256] for file in files]
    outcomes = dict(
        zip(
            (file.sha256 for file in missing),
            await asyncio.gather(*(_outcome(site, org_id, file) for file in missing)),
            strict=True,
        )
    )
    new = [content for content in outcomes.values() if isinstance(content, Content)]
    if new:
        async with site.db.begin(org_id, actor=actor) as tx:
            await store.add_contents(tx, [(new_id(), content) for content in new])
            known |= await store.contents(tx, [content.sha256 for content in new])
            await tiles.want(tx, [known[content.sha256] for content in new])
            for content in new:
                await keep_pages(tx, known[content.sha256].id, content)
    results: list[Asset | FairmarkError] = []
    for file in files:
        outcome = outcomes.get(file.sha256)
        results.append(outcome if isinstance(outcome, FairmarkError) else known[file.sha256])
    return results


async def keep_pages(tx: Tx, file_id: AssetId, content: Content) -> list[AssetId]:
    """Makes assets of the pages that were cut out of a file; those that are there stay. Returns them, in their order.

    Each page is an asset of its own even where its bytes are known: it has its own name, number and time.
    """
    if not content.pages:
        return []
    bytes_of = {page.content.sha256: page.content for page in content.pages}
    await store.add_contents(tx, [(new_id(), each) for each in bytes_of.values()])
    holders = await store.contents(tx, list(bytes_of))
    await tiles.want(tx, list(holders.values()))
    await store.add_pages(tx, file_id, [(new_id(), page, holders[page.content.sha256].id) for page in content.pages])
    return (await store.pages(tx, [file_id]))[file_id]


async def _outcome(site: Site, org_id: OrgId, file: Incoming) -> Content | FairmarkError:
    try:
        return await settle(site, org_id, file)
    except Unavailable:
        raise
    except FairmarkError as error:
        return error


def hash_of(path: Path) -> bytes:
    """SHA-256 of a local file. Blocks: call it in a thread."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(HASH_BYTES):
            digest.update(piece)
    return digest.digest()
