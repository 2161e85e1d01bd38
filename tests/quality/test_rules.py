"""What pages of quality show of an item."""

from uuid import uuid4

from fairmark.kernel import json
from fairmark.kernel.ids import AssetId, OrgId
from fairmark.quality.rules import picture

ORG = OrgId(uuid4())


def signed(org_id: OrgId, asset_id: AssetId, variant: str) -> str:
    """An address as the border makes it."""
    return f"/media/{org_id}/{asset_id}/{variant}"


class TestPicture:
    def test_of_one_image_has_no_others(self) -> None:
        id = AssetId(uuid4())
        row = {"asset_id": id, "asset_state": "ready", "width": 4, "height": 3, "images": None}
        found = picture(ORG, row, signed)
        assert (found.media, found.thumbnail) == (signed(ORG, id, "view"), signed(ORG, id, "128"))
        assert found.images == []

    def test_of_several_has_each_of_them_and_no_address_for_what_is_not_here(self) -> None:
        first, second = AssetId(uuid4()), AssetId(uuid4())
        images = [
            {"asset_id": str(first), "name": "a.png", "state": "ready", "width": 4, "height": 3},
            {"asset_id": str(second), "name": "b.png", "state": "pending", "width": None, "height": None},
        ]
        row = {"asset_id": first, "asset_state": "ready", "width": 4, "height": 3, "images": json.encode(images)}
        one, other = picture(ORG, row, signed).images
        assert (one.name, one.width, one.height, one.media) == ("a.png", 4, 3, signed(ORG, first, "view"))
        assert (other.name, other.thumbnail, other.media) == ("b.png", None, None)
