"""The web bundle: hashed files that browsers keep for ever, and index.html for every address that is a page."""

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Any

from litestar import MediaType, Request, Response, get

from fairmark.kernel.errors import NotFound

BUNDLE = Path(__file__).with_name("static")
_COMPRESSED = {".js", ".css", ".html", ".svg", ".json", ".map"}
_NOT_BUILT = b"<!doctype html><title>fairmark</title><p>The web pages are not built. Run <code>make setup</code>."


class NoSuchAddress(NotFound):
    """Nothing is served at this address."""

    code = "no_such_address"


@get(["/", "/{path:path}"], include_in_schema=False)
async def page(request: Request[Any, Any, Any], path: str = "") -> Response[bytes]:
    """A file of the bundle, or index.html: the browser's router knows the pages. The API's prefixes are never pages."""
    name = path.strip("/")
    if name.startswith(("api/", "v1/", "v2/", "media/")):
        raise NoSuchAddress(f"There is nothing at /{name[:200]}.", mend="See /api/openapi.json for what there is.")
    accepts_gzip = "gzip" in request.headers.get("accept-encoding", "")
    found = _file(name, accepts_gzip) if name else None
    if found is not None:
        body, media_type = found
        cache = "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-cache"
    elif "." in name.rsplit("/", 1)[-1]:
        raise NoSuchAddress(f"There is no file /{name[:200]}.")
    else:
        body, media_type = _file("index.html", accepts_gzip) or (_NOT_BUILT, "text/html")
        accepts_gzip = accepts_gzip and body is not _NOT_BUILT
        found, cache = (body, media_type), "no-cache"
    headers = {"cache-control": cache, "vary": "accept-encoding"}
    if accepts_gzip and body[:2] == b"\x1f\x8b":
        headers["content-encoding"] = "gzip"
    return Response(body, media_type=media_type or MediaType.HTML, headers=headers)


@lru_cache(maxsize=500)
def _file(name: str, compressed: bool) -> tuple[bytes, str] | None:
    path = (BUNDLE / name).resolve()
    if not path.is_relative_to(BUNDLE.resolve()) or not path.is_file():
        return None
    body = path.read_bytes()
    if compressed and path.suffix in _COMPRESSED:
        body = gzip.compress(body, 6)
    return body, mimetypes.guess_type(path.name)[0] or "application/octet-stream"


ROUTES = [page]
