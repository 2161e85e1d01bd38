"""Signed addresses of media, for every route of quality that shows a picture."""

from fairmark.assets.media.rules import media_url
from fairmark.kernel import clock
from fairmark.kernel.http import Req, site
from fairmark.kernel.ids import AssetId, OrgId
from fairmark.quality.rules import MediaUrl


def media_of(request: Req) -> MediaUrl:
    """Signs with this installation's key, as of now."""
    here, now = site(request), clock.now()

    def url(org_id: OrgId, asset_id: AssetId, variant: str) -> str:
        return media_url(here, org_id, asset_id, variant, now)

    return url
