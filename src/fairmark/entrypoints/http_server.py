"""The HTTP server: uvicorn, with bounds on what it leaves open (decision 0007)."""

import asyncio
import os
import signal
from multiprocessing import parent_process
from threading import Thread
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fairmark.kernel.settings import Settings

HEAD_MAX = 64_000
"""Bytes of a request's line and headers together."""
HEAD_WITHIN_S = 20.0
"""How long a client may take from connecting, or the first byte of a further request, to the end of its headers."""
KEEP_ALIVE_S = 75
SILENT_MAX_S = 60
"""How long a process may say nothing before it is replaced. Loading on a busy machine takes a while."""
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A client that never comes to the end of its headers, or whose headers have no end, is cut off."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._in_head = True
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._late = self.loop.call_later(HEAD_WITHIN_S, self._cut_off)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._in_time()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._in_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_MAX and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self._cut_off()
        elif self._late is None:
            self._late = self.loop.call_later(HEAD_WITHIN_S, self._cut_off)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._in_time()
        super().on_headers_complete()

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _cut_off(self) -> None:
        self._in_time()
        if not self.transport.is_closing():
            self.transport.close()


def run(app: str, config: Settings, stop_within_s: int) -> None:
    """Serves `app` ("module:factory") until told to stop: no new requests then, those under way have `stop_within_s`.

    With several processes this one only watches the others, and replaces one that dies.
    """
    uvicorn.run(
        app,
        factory=True,
        host=config.host,
        port=config.port,
        workers=config.processes,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        proxy_headers=False,  # identity.caller reads them, from trusted proxies alone
        server_header=False,
        access_log=False,
        log_config=None,  # `telemetry` sets it up
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=stop_within_s,
        timeout_worker_healthcheck=SILENT_MAX_S,
    )


def end_with_parent() -> None:
    """Lets one of several server processes end when the one that watches them is gone: nobody else would end it, and it
    would keep the port."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, name="parent", daemon=True).start()
