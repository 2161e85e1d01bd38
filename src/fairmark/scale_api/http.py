"""The border of this API: one route for everything below /v1 and /v2, as names in paths hold slashes that are written
%2F and must be split before they are decoded. What goes wrong is told in this API's own words.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg
from litestar import HttpMethod, MediaType, Request, Response, route
from litestar.exceptions import HTTPException

from fairmark.kernel import errors as e
from fairmark.kernel import json
from fairmark.kernel.db import DOWN, down
from fairmark.kernel.telemetry import log
from fairmark.scale_api.calls import Call, Routes, caller, here, query_of
from fairmark.scale_api.model import ApiError
from fairmark.scale_api.pictures import addressed
from fairmark.scale_api.routes import V1, V2

logger = log("scale_api")

BODY_BYTES_MAX = 90_000_000
"""Files of 80 MB come as one form."""
STATUS: Mapping[type[e.FairmarkError], int] = {
    e.Invalid: 400,
    e.NotSignedIn: 401,
    e.Forbidden: 403,
    e.NotFound: 404,
    e.Conflict: 409,
    e.TooLarge: 400,
    e.TooOften: 429,
    e.Unavailable: 503,
}
METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE]


@route(
    "/v1/{rest:path}", http_method=METHODS, status_code=200, include_in_schema=False, operation_id="scale_v1",
    request_max_body_size=BODY_BYTES_MAX,
)  # fmt: skip
async def v1(request: Request[Any, Any, Any], rest: str) -> Response[bytes]:
    """Version 1."""
    return await _answer(request, V1, "/v1/")


@route(
    "/v2/{rest:path}", http_method=METHODS, status_code=200, include_in_schema=False, operation_id="scale_v2",
    request_max_body_size=BODY_BYTES_MAX,
)  # fmt: skip
async def v2(request: Request[Any, Any, Any], rest: str) -> Response[bytes]:
    """Version 2."""
    return await _answer(request, V2, "/v2/")


async def _answer(request: Request[Any, Any, Any], routes: Routes, root: str) -> Response[bytes]:
    try:
        told = await _told(request, routes, root)
    except Exception as error:
        return _refusal(request, error)
    return Response(told, status_code=200, media_type=MediaType.JSON)


async def _told(request: Request[Any, Any, Any], routes: Routes, root: str) -> bytes:
    actor = await caller(request)
    raw = request.scope["raw_path"].decode("latin-1")
    found, named = routes.find(request.method, raw[raw.index(root) + len(root) :])
    is_form = request.headers.get("content-type", "").startswith("multipart/form-data")
    body = b"" if is_form else await request.body()
    told = await found.handler(Call(request, here(request), actor, named, query_of(request), body))
    assert actor.org_id is not None, "a key belongs to an organisation"
    return addressed(here(request), actor.org_id, json.encode_bytes(told))


def _refusal(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """{"status_code", "error"}, whatever went wrong; our own mistakes are logged and told without their inside."""
    if isinstance(error, DOWN):
        error = down(error)
    if isinstance(error, e.FairmarkError):
        headers = {}
        if retry := error.fields.get("retry_after_s"):
            headers["retry-after"] = str(int(retry))
        return _response(status_of(error), f"{error.message} {error.mend}".strip(), headers)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _response(
            400 if error.status_code == 413 else error.status_code, error.detail or "The request is wrong."
        )
    if isinstance(error, asyncpg.DataError | asyncpg.UntranslatableCharacterError | UnicodeError | RecursionError):
        return _response(400, "A value of the request cannot be stored.")
    if isinstance(error, asyncpg.UniqueViolationError):  # two requests at the same moment
        return _response(409, "The name or unique_id is taken.")
    if isinstance(error, asyncpg.SerializationError | asyncpg.DeadlockDetectedError | asyncpg.QueryCanceledError):
        return _response(503, "The database was too busy with this; nothing was changed. Try again.")
    logger.error("request_failed", path=request.url.path, exc_info=error)
    return _response(500, "Something went wrong on our side.")


def status_of(error: e.FairmarkError) -> int:
    """The HTTP status of an error: its own, or that of its family."""
    if isinstance(error, ApiError):
        return error.status
    return next((STATUS[base] for base in type(error).__mro__ if base in STATUS), 500)


def _response(status: int, message: str, headers: dict[str, str] | None = None) -> Response[bytes]:
    body = json.encode_bytes({"status_code": status, "error": message})
    return Response(
        body, status_code=status, media_type=MediaType.JSON, headers={"cache-control": "no-store", **(headers or {})}
    )


ROUTES = [v1, v2]
