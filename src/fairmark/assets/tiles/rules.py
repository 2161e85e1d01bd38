"""Which assets are shown in tiles, and where. No I/O."""

from datetime import datetime

from fairmark.assets.model import Asset
from fairmark.assets.tiles.model import TILES_URL_S
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, OrgId
from fairmark.kernel.signing import sign
from fairmark.modalities.image.pixels.pack import PICTURE_PIXELS_MAX, is_large

PICTURES_TOO = ("application/dicom",)
"""Types of images that are not called so."""


def is_tiled(asset: Asset) -> bool:
    """Whether the asset is shown in tiles."""
    return bool(asset.probe.get("tiles")) or has_large_picture(asset.media_type, asset.width, asset.height)


def has_large_picture(media_type: str, width: int | None, height: int | None) -> bool:
    """Whether it is an image that is too large to be shown whole."""
    is_picture = media_type.startswith("image/") or media_type in PICTURES_TOO
    return is_picture and is_large(width or 0, height or 0)


def is_made_at_once(asset: Asset) -> bool:
    """Whether cutting it takes no longer than a moment, so that whoever asks can wait for it."""
    return (asset.width or 0) * (asset.height or 0) <= PICTURE_PIXELS_MAX


def tiles_path(org_id: OrgId, asset_id: AssetId) -> str:
    """What is signed: one signature holds for all tiles of an asset."""
    return f"/media/{org_id}/{asset_id}/tiles"


def tiles_url(site: Site, org_id: OrgId, asset_id: AssetId, now: datetime) -> str:
    """The signed address of the tiles' head."""
    path = tiles_path(org_id, asset_id)
    _, _, query = sign(site.secret, path, now, TILES_URL_S).partition("?")
    return f"{path}/head?{query}"
