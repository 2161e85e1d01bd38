"""Finds the bytes behind a signed address, and makes thumbnails when somebody first asks for them.

Small pictures cost twenty times what it takes to look at a file, and most images of a large data set are never seen in
a list: made in advance, they would be what an import waits for.
"""

import asyncio
from datetime import datetime
from typing import NamedTuple

from fairmark.assets import store
from fairmark.assets.inspection.service import inspector
from fairmark.assets.media.rules import SHOWN_INLINE, THUMBNAIL_TYPE, media_path, thumbnail_sizes, view_side
from fairmark.assets.model import ORIGINAL, VARIANTS, VIEW, Asset, AssetUnknown
from fairmark.assets.staging import local_copy
from fairmark.assets.tiles import service as tiles
from fairmark.assets.tiles.model import TilesPending
from fairmark.assets.tiles.rules import is_made_at_once, is_tiled
from fairmark.kernel.blobs import BlobMissing, asset_key, thumbnail_key
from fairmark.kernel.db import Tx
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, OrgId
from fairmark.kernel.signing import check

UNKNOWN_TYPE = "application/octet-stream"

_making: dict[str, asyncio.Task[None]] = {}
"""Originals whose pictures this process is making: who asks meanwhile waits for the same."""


class Media(NamedTuple):
    """What is served. original: where the bytes of the asset lie. sizes: pictures to make of it if `blob` is missing,
    the last of them being `blob`; empty: `blob` is the original. tiled: the asset, if its pictures come with its tiles.
    """

    org_id: OrgId
    blob: str
    media_type: str
    name: str
    etag: str
    original: str
    sha256: bytes
    sizes: tuple[int, ...] = ()
    tiled: Asset | None = None


def check_address(
    site: Site, org_id: OrgId, asset_id: AssetId, variant: str, expires: int, signature: str, now: datetime
) -> int:
    """The seconds that the address still works. Raises AssetUnknown, BadSignature."""
    if variant not in VARIANTS:
        raise AssetUnknown("There is no such variant.", mend=f"There are: {', '.join(VARIANTS)}.")
    return check(site.secret, media_path(org_id, asset_id, variant), expires, signature, now)


async def find(tx: Tx, asset_id: AssetId, variant: str) -> Media:
    """What the address means. Raises AssetUnknown."""
    asset = (await store.assets(tx, [asset_id])).get(asset_id)
    if asset is None or asset.sha256 is None:
        raise AssetUnknown("There is no such file, or it is not here yet.")
    digest = bytes.fromhex(asset.sha256)
    original = asset_key(tx.org_id, digest)
    tiled = asset if is_tiled(asset) else None
    side = thumbnail_sizes(asset)[-1] if tiled else view_side(asset)
    if variant == ORIGINAL or (variant == VIEW and side is None):
        media_type = asset.media_type if asset.media_type in SHOWN_INLINE else UNKNOWN_TYPE
        return Media(tx.org_id, original, media_type, asset.name, f'"{asset.sha256}"', original, digest)
    sizes = (side,) if variant == VIEW and side else tuple(s for s in thumbnail_sizes(asset) if s <= int(variant))
    if not sizes or (variant != VIEW and sizes[-1] != int(variant)):
        raise AssetUnknown(f"There is no variant '{variant}' of this file.", mend="Use those that its item names.")
    key = thumbnail_key(tx.org_id, digest, sizes[-1])
    etag = f'"{asset.sha256}-{sizes[-1]}"'
    return Media(tx.org_id, key, THUMBNAIL_TYPE, f"{asset.name}.webp", etag, original, digest, sizes, tiled)


async def ensure(site: Site, media: Media) -> int:
    """Makes the picture if nobody has asked for it before; returns how many bytes are to be served.

    Raises BlobMissing, FileRefused, InspectionFailed.
    """
    try:
        return await site.blobs.size(media.blob)
    except BlobMissing:
        if not media.sizes:
            raise
    if media.tiled is not None:
        await _ensure_tiled(site, media, media.tiled)
        return await site.blobs.size(media.blob)
    key = f"{media.original} {media.sizes[-1]}"
    task = _making.get(key)
    if task is None:
        task = _making[key] = asyncio.create_task(_make(site, media))
        task.add_done_callback(lambda done: _made(key, done))
    await asyncio.shield(task)  # one who leaves does not take it from the others
    return await site.blobs.size(media.blob)


async def _ensure_tiled(site: Site, media: Media, asset: Asset) -> None:
    if not is_made_at_once(asset):
        raise TilesPending("The tiles of this image are not there yet.", mend="Try again in a few seconds.")
    await tiles.ensure(site, tiles.Subject(media.org_id, asset, media.sha256))


def _made(key: str, task: asyncio.Task[None]) -> None:
    _making.pop(key, None)
    if not task.cancelled():
        task.exception()  # looked at here too, for everybody who waited may have left


async def _make(site: Site, media: Media) -> None:
    """Makes the picture and those smaller than it, for which the image need not be decoded again."""
    async with local_copy(site, media.original) as path:
        pictures = await inspector(site.settings).shrink(media.name, path, media.sizes)
    for size, picture in pictures.items():
        await site.blobs.put(thumbnail_key(media.org_id, media.sha256, size), picture)
