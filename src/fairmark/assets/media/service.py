"""Finds the bytes behind a signed address."""

from datetime import datetime
from typing import NamedTuple

from fairmark.assets import store
from fairmark.assets.media.rules import SHOWN_INLINE, THUMBNAIL_TYPE, media_path, thumbnail_sizes
from fairmark.assets.model import ORIGINAL, VARIANTS, VIEW, AssetUnknown
from fairmark.kernel.blobs import asset_key, thumbnail_key
from fairmark.kernel.db import Tx
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, OrgId
from fairmark.kernel.signing import check

UNKNOWN_TYPE = "application/octet-stream"


class Media(NamedTuple):
    """What is served. bytes: None where only the store knows (thumbnails)."""

    blob: str
    bytes: int | None
    media_type: str
    name: str
    etag: str


def check_address(
    site: Site, org_id: OrgId, asset_id: AssetId, variant: str, expires: int, signature: str, now: datetime
) -> int:
    """The seconds that the address still works. Raises AssetUnknown, BadSignature."""
    if variant not in VARIANTS:
        raise AssetUnknown("There is no such variant.", mend=f"There are: {', '.join(VARIANTS)}.")
    return check(site.secret, media_path(org_id, asset_id, variant), expires, signature, now)


async def find(tx: Tx, asset_id: AssetId, variant: str) -> Media:
    """Where the bytes lie. Raises AssetUnknown."""
    asset = (await store.assets(tx, [asset_id])).get(asset_id)
    if asset is None or asset.sha256 is None:
        raise AssetUnknown("There is no such file, or it is not here yet.")
    digest = bytes.fromhex(asset.sha256)
    if variant == ORIGINAL:
        media_type = asset.media_type if asset.media_type in SHOWN_INLINE else UNKNOWN_TYPE
        return Media(asset_key(tx.org_id, digest), asset.bytes, media_type, asset.name, f'"{asset.sha256}"')
    side = asset.view if variant == VIEW else thumbnail_sizes(asset).get(int(variant))
    if side is None:
        raise AssetUnknown(
            f"There is no variant '{variant}' of this file.", mend="Use the addresses that its item has."
        )
    key = thumbnail_key(tx.org_id, digest, side)
    return Media(key, None, THUMBNAIL_TYPE, f"{asset.name}.webp", f'"{asset.sha256}-{side}"')
