"""What every page of quality shows alike: the item's picture."""

from collections.abc import Callable
from typing import Any, NamedTuple

from fairmark.kernel.ids import AssetId, OrgId

MediaUrl = Callable[[OrgId, AssetId, str], str]
"""Makes a signed address of one variant of an asset; handed in because only the border knows the secret."""


class Picture(NamedTuple):
    """The first asset of an item. width, height: pixels; all None while it is not here."""

    width: int | None
    height: int | None
    thumbnail: str | None
    media: str | None


def picture(org_id: OrgId, row: Any, url: MediaUrl) -> Picture:
    """Of a row with asset_id, asset_state, width and height."""
    if row["asset_state"] != "ready":
        return Picture(row["width"], row["height"], None, None)
    id = row["asset_id"]
    return Picture(row["width"], row["height"], url(org_id, id, "256"), url(org_id, id, "view"))
