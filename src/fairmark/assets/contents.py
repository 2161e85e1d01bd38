"""Bytes become assets: looked at, stored under their hash, known once however often they come."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from fairmark.assets import store
from fairmark.assets.inspection.service import inspector
from fairmark.assets.model import Asset
from fairmark.assets.store import Content
from fairmark.assets.tiles import service as tiles
from fairmark.kernel.actor import Actor
from fairmark.kernel.blobs import asset_key
from fairmark.kernel.errors import FairmarkError, Unavailable
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId, new_id

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
    return Content(file.sha256, file.size, file.name, inspected)


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
    results: list[Asset | FairmarkError] = []
    for file in files:
        outcome = outcomes.get(file.sha256)
        results.append(outcome if isinstance(outcome, FairmarkError) else known[file.sha256])
    return results


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
