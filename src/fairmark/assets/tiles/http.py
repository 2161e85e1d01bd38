"""Serves tiles. The signature is all that is asked for: an address works for whoever was given it."""

from litestar import Response, get

from fairmark.assets.media.http import GUARD, Expires, Signature
from fairmark.assets.media.rules import etag_matches
from fairmark.assets.tiles import service
from fairmark.assets.tiles.model import TilesState, TilesView
from fairmark.kernel.clock import now
from fairmark.kernel.http import Req, site
from fairmark.kernel.ids import AssetId, OrgId

TAGS = ["media"]
PATH = "/media/{org_id:uuid}/{asset_id:uuid}/tiles"


@get(f"{PATH}/head", operation_id="get_tiles", tags=TAGS)
async def get_tiles(
    request: Req, org_id: OrgId, asset_id: AssetId, expires: Expires, signature: Signature
) -> Response[TilesView]:
    """What the tiles of an asset hold, or how far they are. The address comes with the item and works for hours."""
    here = site(request)
    left_s = service.check_address(here, org_id, asset_id, expires, signature, now())
    async with here.db.begin(org_id) as tx:
        subject = await service.find(tx, asset_id)
    found = await service.describe(here, subject)
    keep = f"private, max-age={left_s}" if found.state is TilesState.DONE else "no-store"
    return Response(found, headers={**GUARD, "cache-control": keep})


@get(PATH + "/{level:int}/{column:int}/{row:int}/{band:int}", operation_id="get_tile", tags=TAGS)
async def get_tile(
    request: Req,
    org_id: OrgId,
    asset_id: AssetId,
    level: int,
    column: int,
    row: int,
    band: int,
    expires: Expires,
    signature: Signature,
) -> Response[bytes]:
    """One tile: a picture, or the numbers of one band, packed by zlib (`Content-Encoding: deflate`)."""
    here = site(request)
    left_s = service.check_address(here, org_id, asset_id, expires, signature, now())
    async with here.db.begin(org_id) as tx:
        subject = await service.find(tx, asset_id)
    etag = f'"{subject.asset.sha256}-{level}-{column}-{row}-{band}"'
    headers = {**GUARD, "cache-control": f"private, max-age={left_s}, immutable", "etag": etag}
    if etag_matches(request.headers.get("if-none-match"), etag):
        return Response(b"", status_code=304, headers=headers)
    pack, data = await service.read(here, subject, level, column, row, band)
    if pack.head.form == "values":
        headers["content-encoding"] = "deflate"
    return Response(data, headers=headers, media_type=pack.head.media_type)


ROUTES = [get_tiles, get_tile]
