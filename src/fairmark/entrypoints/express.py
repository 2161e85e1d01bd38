"""The short way for the calls of every task: the same handlers, without the framework around them.

Routing, reading the parameters and making the response took a third of the server's time for a claim or a submission. A
request that is plain in every way is read here, handed to the route's own function, and answered. Whatever is not plain
(another spelling of the path, a large body, a body that does not fit) goes the framework's way, whole, and gets the
answer that it gives.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from fairmark.entrypoints import errors
from fairmark.kernel import json

BODY_MAX = 256_000
"""Bytes of a body that is read here: far below what the framework is told to refuse."""
_JSON = frozenset({b"application/json", b"application/json; charset=utf-8"})
_HOST = re.compile(rb"[A-Za-z0-9._-]+(:[0-9]{1,5})?").fullmatch
_ID = "(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"


@dataclass(frozen=True, slots=True)
class _Route:
    """A route whose function takes `request`, `data` and, if the path has one, `id`; what it returns is the answer."""

    handler: HTTPRouteHandler
    path: "re.Pattern[str]"
    call: Callable[..., Awaitable[Any]]
    read: Callable[[bytes], Any]
    status: int


def express(app: Litestar, handlers: Sequence[HTTPRouteHandler]) -> ASGIApp:
    """`app`, with a short way to `handlers`, which are of its routes, take a body and say their status."""
    routes: dict[str, list[_Route]] = {}
    for handler in handlers:
        for method in handler.http_methods:
            routes.setdefault(str(method), []).append(_route(handler))

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        found = _find(routes, scope)
        if found is None:
            await app(scope, receive, send)
            return
        route, ids = found
        body = await _body(receive)
        if body is None:
            return  # the client has gone
        try:
            data = route.read(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            await app(scope, _again(body, receive), send)
            return
        scope["app"] = scope["litestar_app"] = app
        scope["route_handler"] = route.handler
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        try:
            answer = json.encode_bytes(await route.call(request=request, data=data, **ids))
        except Exception as error:
            await errors.on_error(request, error).to_asgi_response(None, request)(scope, receive, send)
            return
        length = str(len(answer)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": route.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer, "more_body": False})

    return serve


def _route(handler: HTTPRouteHandler) -> _Route:
    (path,) = handler.paths
    assert handler.status_code is not None
    function: Any = handler.fn
    pattern = re.compile(re.escape(path).replace(re.escape("{id:uuid}"), _ID))
    return _Route(
        handler, pattern, function, msgspec.json.Decoder(get_type_hints(function)["data"]).decode, handler.status_code
    )


def _find(routes: dict[str, list[_Route]], scope: Scope) -> tuple[_Route, dict[str, UUID]] | None:
    """The route of a plain request, and the ids in its path."""
    if scope["type"] != "http":
        return None
    for route in routes.get(scope["method"], ()):
        found = route.path.fullmatch(scope["path"])
        if found is not None and not scope["query_string"] and _is_plain(scope["headers"]):
            return route, {name: UUID(text) for name, text in found.groupdict().items()}
    return None


def _is_plain(headers: "Sequence[tuple[bytes, bytes]]") -> bool:
    """Whether the body is JSON of a known, small length, and the host one that every client sends."""
    said = dict(headers)
    length = said.get(b"content-length", b"")
    return (
        said.get(b"content-type", b"").lower() in _JSON
        and length.isdigit()
        and int(length) <= BODY_MAX
        and b"transfer-encoding" not in said
        and _HOST(said.get(b"host", b"")) is not None
    )


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None if the client left before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message["body"])
        if not message["more_body"]:
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read to whoever reads next."""
    waiting = [body]

    async def replay() -> Any:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay
