"""The bounds around a connection, over real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import uvicorn

from fairmark.entrypoints import http_server
from fairmark.entrypoints.http_server import HEAD_MAX, BoundedProtocol
from tests.conftest import Server, free_port
from tests.patience import PATIENCE_S

WHOLE = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the body it was sent."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Connection:
    """A raw connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self, *parts: bytes, pause_s: float = 0.0) -> bytes:
        """The body of the answer to a request sent in `parts`, with a pause before each but the first."""
        for n, part in enumerate(parts):
            await asyncio.sleep(pause_s if n else 0)
            self.writer.write(part)
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        return await self.reader.readexactly(4)

    async def rest(self) -> bytes:
        """All that comes until the server closes the connection."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.read()


@pytest.fixture
async def connection(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connection]:
    """To a server that gives a second for headers."""
    monkeypatch.setattr(http_server, "HEAD_WITHIN_S", 1.0)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(echo, port=port, http=BoundedProtocol, lifespan="off", log_config=None))
    running = asyncio.create_task(server.serve())
    reader, writer = await _connect(port)
    yield Connection(reader, writer)
    writer.close()
    server.should_exit = True
    await running


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """As soon as somebody listens."""
    for _ in range(6000):
        with suppress(ConnectionRefusedError):
            return await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.01)
    raise TimeoutError("the server did not start")


class TestBoundedProtocol:
    async def test_answers_one_request_after_the_other(self, connection: Connection) -> None:
        assert await connection.answer(WHOLE + b"once") == b"once"
        await asyncio.sleep(1.3)  # idle between requests is not slow within one
        assert await connection.answer(WHOLE, b"more") == b"more"

    async def test_a_body_may_take_its_time(self, connection: Connection) -> None:
        assert await connection.answer(WHOLE, b"sl", b"ow", pause_s=1.2) == b"slow"

    async def test_who_says_nothing_is_cut_off(self, connection: Connection) -> None:
        assert await connection.rest() == b""

    async def test_who_never_ends_the_headers_is_cut_off(self, connection: Connection) -> None:
        connection.writer.write(WHOLE[:30])
        assert await connection.rest() == b""

    async def test_nor_in_a_further_request(self, connection: Connection) -> None:
        assert await connection.answer(WHOLE + b"once") == b"once"
        connection.writer.write(WHOLE[:30])
        assert await connection.rest() == b""

    async def test_headers_without_end_are_refused(self, connection: Connection) -> None:
        connection.writer.write(WHOLE[:-2])
        for n in range(2 * HEAD_MAX // 1000):
            connection.writer.write(b"X-%d: " % n + b"x" * 1000 + b"\r\n")
            await asyncio.sleep(0)
        with suppress(ConnectionResetError):  # the server closed while more was under way
            assert (await connection.rest()).startswith(b"HTTP/1.1 431 ")


class TestSeveralProcesses:
    def test_one_that_dies_is_replaced_and_none_outlives_who_watches(self, data_dir: Path) -> None:
        server = Server(data_dir, free_port(), FAIRMARK_PROCESSES="2")
        server.start("serve")
        try:
            first, second = _serving(server)
            watching = first.parent()
            assert watching is not None
            first.kill()
            again = _serving(server, without=first)
            assert second in again
            assert httpx.get(server.url + "/readyz").status_code == 200
            watching.kill()
            _, alive = psutil.wait_procs(again, PATIENCE_S)
            assert alive == []
        finally:
            server.stop()


def _serving(server: Server, without: psutil.Process | None = None) -> list[psutil.Process]:
    """The two processes that serve, once there are two."""
    port = int(server.url.rpartition(":")[2])
    for _ in range(300):
        found = [each for each in psutil.process_iter() if each != without and _serves(each, port)]
        if len(found) == 2:
            return found
        time.sleep(0.2)
    raise TimeoutError("two processes do not serve")


def _serves(process: psutil.Process, port: int) -> bool:
    try:
        spawned = "spawn_main" in " ".join(process.cmdline())
        return spawned and any(each.laddr.port == port for each in process.net_connections("tcp") if not each.raddr)
    except psutil.Error:
        return False
