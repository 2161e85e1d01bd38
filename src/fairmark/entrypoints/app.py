"""The HTTP application: opens what a process needs, mounts every route, answers errors, serves the web bundle."""

import asyncio
import gc
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from fairmark import __version__
from fairmark.entrypoints import errors, http_server, openapi, pages, wiring
from fairmark.entrypoints.express import express
from fairmark.entrypoints.standing import Standing
from fairmark.identity import actors
from fairmark.kernel import json, schema, settings, telemetry
from fairmark.kernel.blobs import Blobs
from fairmark.kernel.db import Database, DatabaseDown
from fairmark.kernel.embedded import Embedded
from fairmark.kernel.errors import Unavailable
from fairmark.kernel.http import Site
from fairmark.kernel.settings import Settings

CSP = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "style-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
DATABASE_WAIT_S = 60
SWALLOWED_MAX = 256_000_000
SECURITY_HEADERS = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]


async def open_site(config: Settings) -> Site:
    """Connects to everything. Raises Unavailable (DatabaseDown, NotMigrated, BlobsDown), UnsafeRole, BadSettings."""
    url = config.database_url or Embedded(config.data_path).url(schema.APP_ROLE)
    await schema.look(url)
    db = await Database.open(url, config.database_connections_max)
    return Site(config, settings.ensure_secret(config), db, Blobs(config.blobs_url), wiring.authenticate)


def create_app(config: Settings | None = None) -> Litestar:
    """The ASGI application."""
    config = config or settings.load()
    telemetry.configure(config.log_level, config.log_format)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        app.state.site = await _open_patiently(config)
        stop = asyncio.Event()
        standing = Standing(app.state.site.db.pool)
        await standing.listen(actors.CHANNEL, actors.heard)
        listening = asyncio.create_task(standing.run(stop))
        try:
            yield
        finally:
            stop.set()
            await listening
            await app.state.site.db.close()

    return Litestar(
        route_handlers=[*wiring.ROUTES, healthz, readyz, metrics, *pages.ROUTES],
        lifespan=[lifespan],
        state=State(),
        exception_handlers={**errors.HANDLERS},
        openapi_config=OpenAPIConfig(
            title="fairmark",
            version=__version__,
            path="/api",
            render_plugins=[openapi.Document()],
            description="The open data foundry: native API.",
            use_handler_docstrings=True,
        ),
        request_max_body_size=config.body_mb_max * 1_000_000,
        logging_config=None,  # `telemetry` has set it up
        debug=False,
    )


async def _open_patiently(config: Settings) -> Site:
    """`open_site`, waiting for a database that is just starting, or starting again, or being migrated."""
    deadline = time.monotonic() + DATABASE_WAIT_S
    while True:
        try:
            return await open_site(config)
        except (DatabaseDown, schema.NotMigrated):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


def document() -> bytes:
    """The OpenAPI document, as it is served, without a server."""
    return json.encode_bytes(openapi.completed(create_app(Settings()).openapi_schema.to_schema()))


def create_asgi() -> ASGIApp:
    """The whole application as the server runs it: the border stands around answers of the router itself, too."""
    http_server.end_with_parent()
    app = border(express(create_app(), wiring.EXPRESS))
    gc.freeze()  # what is loaded stays; `processes.main` has turned the search for cycles off while it was loaded
    gc.enable()
    return app


def border(app: ASGIApp) -> ASGIApp:
    """Security headers on every answer, and the time each took."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started = time.perf_counter()
        whole = False

        async def receive_and_note() -> Any:
            nonlocal whole
            message: Any = await receive()
            whole = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                if not whole and _has_body(scope):
                    await _swallow(receive_and_note)
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in SECURITY_HEADERS if h[0] not in present)]
                handler: Any = scope.get("route_handler")
                name = getattr(handler, "operation_id", None) or "other"
                telemetry.http_seconds(str(name), str(message["status"])).observe(time.perf_counter() - started)
            await send(message)

        await app(scope, receive_and_note, send_with_headers)

    return middleware


def _has_body(scope: Scope) -> bool:
    return any(name in {b"content-length", b"transfer-encoding"} and value != b"0" for name, value in scope["headers"])


async def _swallow(receive: Receive) -> None:
    """Reads on what nobody wanted of a request's body, up to SWALLOWED_MAX: a client that is cut off while it sends
    would see a broken connection instead of the answer."""
    taken = 0
    while taken < SWALLOWED_MAX:
        message = await receive()
        if message["type"] != "http.request":
            return
        taken += len(message["body"])
        if not message.get("more_body", False):
            return


@get("/healthz", include_in_schema=False, sync_to_thread=False)
def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok", "version": __version__}


@get("/readyz", include_in_schema=False)
async def readyz(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """The process can serve: database and blobs answer."""
    parts = {"database": "ok", "blobs": "ok"}
    site: Site = request.app.state.site
    try:
        async with site.db.begin() as tx:
            await tx.script("SELECT 1")
    except Unavailable as error:
        parts["database"] = error.message
    try:
        await site.blobs.check()
    except Unavailable as error:
        parts["blobs"] = error.message
    return Response(parts, status_code=200 if set(parts.values()) == {"ok"} else 503)


@get("/metrics", include_in_schema=False, sync_to_thread=False, media_type="text/plain")
def metrics() -> bytes:
    """Prometheus' text format, of this process."""
    return telemetry.metrics()
