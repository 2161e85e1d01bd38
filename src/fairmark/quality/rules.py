"""What every page of quality shows alike: the item's picture."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from fairmark.assets.media.rules import small_variant
from fairmark.kernel import json
from fairmark.kernel.ids import AssetId, OrgId
from fairmark.quality.model import ItemImage

MediaUrl = Callable[[OrgId, AssetId, str], str]
"""Makes a signed address of one variant of an asset; handed in because only the border knows the secret."""


class Picture(NamedTuple):
    """The first asset of an item. width, height: pixels; all None while it is not here.

    images: of an item of several images the first 100, this one among them; of one image none.
    """

    width: int | None
    height: int | None
    thumbnail: str | None
    media: str | None
    images: list[ItemImage]


def picture(org_id: OrgId, row: Any, url: MediaUrl) -> Picture:
    """Of a row with asset_id, asset_state, width, height and, where they are wanted, images (JSON, or None)."""
    raw = row.get("images")
    found: list[dict[str, Any]] = json.decode(raw) if raw else []
    images = [_image(org_id, each, url) for each in found]
    if row["asset_state"] != "ready":
        return Picture(row["width"], row["height"], None, None, images)
    id = row["asset_id"]
    return Picture(
        row["width"],
        row["height"],
        url(org_id, id, small_variant(row["width"], row["height"])),
        url(org_id, id, "view"),
        images,
    )


def _image(org_id: OrgId, image: dict[str, Any], url: MediaUrl) -> ItemImage:
    id = AssetId(UUID(image["asset_id"]))
    ready = image["state"] == "ready"
    return ItemImage(
        name=image["name"],
        width=image["width"],
        height=image["height"],
        thumbnail=url(org_id, id, small_variant(image["width"], image["height"])) if ready else None,
        media=url(org_id, id, "view") if ready else None,
    )
