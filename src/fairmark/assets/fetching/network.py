"""Connections that cannot be led inside: a name is resolved once, every address it has is judged, and the connection
goes to a judged address itself, so that a second answer of the name server (DNS rebinding) is never asked for.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address
from threading import Thread
from typing import Any

import httpcore

from fairmark.assets.fetching.model import AddressForbidden, ConnectionFailed, HostUnknown
from fairmark.assets.fetching.rules import Address, Network, forbidden

ADDRESSES_MAX = 8
"""Addresses of one name that are tried at most."""
CONNECT_S = 10.0

Resolver = Callable[[str, int], Awaitable[list[Address]]]


async def resolve(host: str, port: int) -> list[Address]:
    """The addresses of `host`, as this machine's resolver gives them. Raises HostUnknown.

    The system's call blocks for as long as it likes. It gets a thread of its own: one from a pool would be missing to
    others meanwhile, and would be waited for when the process ends.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Address]] = loop.create_future()
    Thread(target=_look_up, args=(host, port, loop, answer), name="resolve", daemon=True).start()
    return await answer


def _look_up(host: str, port: int, loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[list[Address]]") -> None:
    found: list[Address] | HostUnknown
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found = list(dict.fromkeys(ip_address(entry[4][0]) for entry in entries))
    except (OSError, ValueError):
        found = HostUnknown(f"The name {host} does not resolve.", mend="Check the name of the host.")

    def settle() -> None:
        if answer.done():  # whoever asked has left
            return
        if isinstance(found, HostUnknown):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    with contextlib.suppress(RuntimeError):  # the loop is closed
        loop.call_soon_threadsafe(settle)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's way to the network, judged. TLS still checks the certificate against the name that was asked for."""

    def __init__(self, allow: Sequence[Network] = (), resolver: Resolver = resolve) -> None:
        self._allow = allow
        self._resolver = resolver
        self._network: Any = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises AddressForbidden if any address of `host` is inside, HostUnknown, ConnectionFailed."""
        addresses = await self._resolver(host, port)
        if not addresses:
            raise HostUnknown(f"The name {host} has no address.", mend="Check the name of the host.")
        for address in addresses:
            if why := forbidden(address, self._allow):
                raise AddressForbidden(
                    f"{host} leads to an internal address ({why}).",
                    mend="Give a public address, or ask the operator to add the network to the setting fetch_allow.",
                )
        for address in addresses[:ADDRESSES_MAX]:
            try:
                return await self._network.connect_tcp(str(address), port, CONNECT_S, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        raise ConnectionFailed(f"{host} does not take connections on port {port}.", mend="Check that the host is up.")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's signature)
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: a socket file is as internal as an address can be."""
        raise AddressForbidden("A socket on this machine is no address to fetch from.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
