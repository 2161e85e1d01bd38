"""Serves the bytes of media. The signature is all that is asked for: an address works for whoever was given it."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import HttpMethod, Response, get, head
from litestar.params import Parameter
from litestar.response import Stream

from fairmark.assets.media import rules, service
from fairmark.kernel.blobs import CHUNK
from fairmark.kernel.clock import now
from fairmark.kernel.http import Req, site
from fairmark.kernel.ids import AssetId, OrgId

Expires = Annotated[int, Parameter(query="e", ge=0, le=1 << 40, description="Until when, in Unix seconds.")]
Signature = Annotated[str, Parameter(query="s", max_length=64, description="The address' signature.")]
GUARD = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "accept-ranges": "bytes",
}


@get("/media/{org_id:uuid}/{asset_id:uuid}/{variant:str}", operation_id="get_media", tags=["media"])
async def get_media(
    request: Req, org_id: OrgId, asset_id: AssetId, variant: str, expires: Expires, signature: Signature
) -> Response[bytes] | Stream:
    """The bytes of an asset (`original`, or `view`: what browsers can show) or of a thumbnail (`128`, `256`, `512`,
    `1024`), whole or one range of them. The addresses come with items and assets; they expire after a few minutes.
    """
    return await _answer(request, org_id, asset_id, variant, expires, signature)


@head("/media/{org_id:uuid}/{asset_id:uuid}/{variant:str}", include_in_schema=False)
async def head_media(
    request: Req, org_id: OrgId, asset_id: AssetId, variant: str, expires: Expires, signature: Signature
) -> Response[None]:
    """What GET would say, without the bytes."""
    answer = await _answer(request, org_id, asset_id, variant, expires, signature)
    empty: Any = b""
    return Response(empty, status_code=answer.status_code, headers=answer.headers, media_type=answer.media_type)


async def _answer(
    request: Req, org_id: OrgId, asset_id: AssetId, variant: str, expires: int, signature: str
) -> Response[bytes] | Stream:
    here = site(request)
    left_s = service.check_address(here, org_id, asset_id, variant, expires, signature, now())
    async with here.db.begin(org_id) as tx:
        media = await service.find(tx, asset_id, variant)
    headers = {
        **GUARD,
        "cache-control": f"private, max-age={left_s}, immutable",
        "etag": media.etag,
        "content-disposition": rules.disposition(media.media_type, media.name),
    }
    if rules.etag_matches(request.headers.get("if-none-match"), media.etag):
        return Response(b"", status_code=304, headers=headers, media_type=media.media_type)
    size = await service.ensure(here, media)
    try:
        span = _span(request, media.etag, size)
    except rules.RangeWrong:
        return Response(b"", status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
    status = 200 if span is None else 206
    start, end = span or rules.Span(0, size)
    if span is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    if request.method == HttpMethod.HEAD:
        headers["content-length"] = str(end - start)
        return Response(b"", status_code=status, headers=headers, media_type=media.media_type)
    # The first part is read before the answer begins, so that bytes which are missing are an error and no short file.
    first = await here.blobs.read(media.blob, start, min(end, start + CHUNK))
    if end - start <= CHUNK:
        return Response(first, status_code=status, headers=headers, media_type=media.media_type)
    headers["content-length"] = str(end - start)

    async def parts() -> AsyncIterator[bytes]:
        yield first
        async for part in here.blobs.stream(media.blob, start + len(first), end):
            yield part

    return Stream(parts(), status_code=status, headers=headers, media_type=media.media_type)


def _span(request: Req, etag: str, size: int) -> rules.Span | None:
    """The part asked for; the whole if the caller holds a part of other bytes."""
    held = request.headers.get("if-range")
    if held is not None and held.strip() != etag:
        return None
    return rules.parse_range(request.headers.get("range"), size)


ROUTES = [get_media, head_media]
