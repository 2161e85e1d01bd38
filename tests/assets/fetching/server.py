"""A small HTTP server that does whatever a test wants, byte by byte."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

from fairmark.assets.fetching.rules import Address

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Web:
    """`answers`: path -> what to do. `seen`: the request lines and headers that came, in order."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    seen: list[str] = field(default_factory=list[str])

    def url(self, path: str, host: str = "files.test") -> str:
        return f"http://{host}:{self.port}{path}"

    def gives(self, path: str, body: bytes, *headers: str, status: str = "200 OK") -> None:
        """A plain answer."""

        async def answer(writer: asyncio.StreamWriter) -> None:
            lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
            writer.write("\r\n".join(lines).encode() + body)
            await writer.drain()

        self.answers[path] = answer

    def redirects(self, path: str, to: str, status: str = "302 Found") -> None:
        self.gives(path, b"", f"Location: {to}", status=status)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.seen.append(head)
                answer = self.answers.get(head.split(" ")[1])
                if answer is None:
                    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                else:
                    await answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving() -> AsyncGenerator[Web]:
    """A server on a free port of 127.0.0.1."""
    web = Web()
    server = await asyncio.start_server(web.serve, "127.0.0.1", 0)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()


class Names:
    """A name server: host -> its addresses; a list of lists answers differently each time."""

    def __init__(self, **hosts: list[str]) -> None:
        self._hosts = {host.replace("_", "."): addresses for host, addresses in hosts.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        if host.replace(".", "").isdigit() or ":" in host:
            return [ip_address(host)]
        addresses = self._hosts.get(host, ["127.0.0.1"])
        if not addresses:
            return []
        turn = addresses[min(self.asked.count(host), len(addresses)) - 1]
        return [ip_address(each) for each in turn.split()]
