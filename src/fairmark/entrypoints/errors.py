"""Errors to HTTP: one table, looked up through base classes; one shape of answer for all of them."""

from typing import Any
from uuid import uuid4

import asyncpg
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from fairmark.kernel import errors as e
from fairmark.kernel import json
from fairmark.kernel.db import DOWN, down
from fairmark.kernel.telemetry import log

logger = log("http")

STATUS: dict[type[e.FairmarkError], int] = {
    e.Invalid: 422,
    e.NotSignedIn: 401,
    e.Forbidden: 403,
    e.NotFound: 404,
    e.Conflict: 409,
    e.TooLarge: 413,
    e.TooOften: 429,
    e.Unavailable: 503,
}

_HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media",
}


def on_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The answer to an error of any kind."""
    return next(handle for kind, handle in HANDLERS.items() if isinstance(error, kind))(request, error)


def status_of(error: e.FairmarkError) -> int:
    """The HTTP status of an error, through its base classes. 500 for one outside the family's table."""
    return next((STATUS[base] for base in type(error).__mro__ if base in STATUS), 500)


def on_domain_error(request: Request[Any, Any, Any], error: e.FairmarkError) -> Response[bytes]:
    """An error that was meant for the caller."""
    return answer(request, status_of(error), error.code, error.message, error.mend, error.fields)


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework refuses: no such route, a body that does not fit its type."""
    status = error.status_code
    if status >= 500:
        return on_any_error(request, error)
    fields: dict[str, Any] = {"details": error.extra} if error.extra else {}
    if status == 400:  # a body or parameter that does not fit its declared type is a bad payload
        message = "The request does not fit: " + (_first(error.extra) or error.detail or "see the documentation") + "."
        return answer(request, 422, "invalid", message, "Compare it with /api/openapi.json.", fields)
    code = _HTTP_CODES.get(status, "error")
    message = error.detail or code.replace("_", " ")
    return answer(request, status, code, message, "", fields, dict(error.headers or {}))


def on_any_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Our own mistakes: logged whole, told without their inside."""
    if isinstance(error, DOWN):
        return on_domain_error(request, down(error))
    if isinstance(error, asyncpg.DataError | asyncpg.UntranslatableCharacterError):
        return answer(
            request, 422, "invalid", "A value is out of the range that can be stored.", "Check numbers and text."
        )
    if isinstance(error, asyncpg.SerializationError | asyncpg.DeadlockDetectedError | asyncpg.QueryCanceledError):
        return answer(request, 503, "busy", "The database was too busy with this; nothing was changed.", "Try again.")
    if isinstance(error, UnicodeDecodeError | RecursionError):  # only a body can bring these about
        return answer(request, 422, "bad_json", f"The body cannot be read: {_why(error)}.", "Send JSON in UTF-8.")
    request_id = uuid4().hex
    logger.error("request_failed", path=request.url.path, request_id=request_id, exc_info=error)
    return answer(
        request,
        500,
        "internal",
        "Something went wrong on our side.",
        "Try again; if it stays, give the operator the request id.",
        {},
        request_id=request_id,
    )


def answer(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    message: str,
    mend: str,
    fields: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    request_id: str | None = None,
) -> Response[bytes]:
    """{"error": {"code", "message", "mend", "request_id", "fields"}}"""
    body = {
        "error": {
            "code": code,
            "message": message,
            "mend": mend,
            "request_id": request_id or request.headers.get("x-request-id", "")[:64] or uuid4().hex,
            "fields": fields or {},
        }
    }
    headers = {**(headers or {}), "cache-control": "no-store"}
    if retry := (fields or {}).get("retry_after_s"):
        headers["retry-after"] = str(int(retry))
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(json.encode_bytes(body), status_code=status, media_type=MediaType.JSON, headers=headers)


def _why(error: UnicodeDecodeError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return f"it is not UTF-8 at byte {error.start}"


def _first(extra: Any) -> str:
    if isinstance(extra, list) and extra and isinstance(extra[0], dict):
        first: dict[str, Any] = extra[0]
        return f"{first.get('key', '')}: {first.get('message', '')}".strip(": ").rstrip(".")
    return ""


HANDLERS: "dict[type[Exception], Any]" = {
    e.FairmarkError: on_domain_error,
    HTTPException: on_http_error,
    Exception: on_any_error,
}
"""What answers which errors: the first that fits."""
