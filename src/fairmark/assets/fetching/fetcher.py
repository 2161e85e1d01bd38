"""One guarded GET: from a customer's address into a local file, within limits of size, time and redirects.

No cookie, credential, proxy or setting of the environment goes along. What comes back is bytes that nobody trusts yet.
"""

import asyncio
import hashlib
import ssl
import zlib
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import urljoin

import certifi
import httpcore
import httpx

from fairmark.assets.fetching.model import (
    ConnectionFailed,
    EncodingRefused,
    FetchError,
    FetchTimeout,
    FetchTooLarge,
    HttpStatus,
    HttpStatusTransient,
    TooManyRedirects,
    UrlInvalid,
)
from fairmark.assets.fetching.network import GuardedBackend, Resolver, resolve
from fairmark.assets.fetching.rules import REDIRECTS_MAX, Network, check_url

REDIRECTS = frozenset({301, 302, 303, 307, 308})
BUSY = frozenset({408, 425, 429, *range(500, 600)})
READ_S = 20.0
"""A host that sends nothing for so long is given up before the whole time is over."""
UNPACK_BYTES = 1 << 18
HEADERS = (
    ("User-Agent", "fairmark"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
)


class Fetcher:
    """A pool of guarded connections, for one run of fetches. Not for several event loops."""

    def __init__(
        self,
        *,
        allow: Sequence[Network] = (),
        bytes_max: int,
        timeout_s: float,
        connections_max: int = 16,
        resolver: Resolver = resolve,
    ) -> None:
        """bytes_max: of one file, unpacked. timeout_s: for one file in all, redirects and retries included."""
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        self._bytes_max = bytes_max
        self._timeout_s = timeout_s
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections_max,
            keepalive_expiry=10.0,
            network_backend=GuardedBackend(allow, resolver),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.aclose()

    async def fetch(self, url: str, to: BinaryIO) -> tuple[int, bytes]:
        """Writes what lies at `url` into `to`; returns its bytes and their SHA-256. Raises FetchError."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._follow(url, to)
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise FetchTimeout(
                f"The host did not give the whole file within {self._timeout_s:g} s.",
                mend="Check that the host is fast enough, or upload the file.",
            ) from error
        except httpcore.UnsupportedProtocol as error:
            raise UrlInvalid("The address is neither http nor https.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            reason = str(error)[:200] or type(error).__name__
            raise ConnectionFailed(
                f"The connection to the host failed: {reason}.", mend="Check the address, and that the host is up."
            ) from error

    async def _follow(self, url: str, to: BinaryIO) -> tuple[int, bytes]:
        for _ in range(REDIRECTS_MAX + 1):
            target = _target(url)
            async with self._pool.stream(
                "GET",
                target,
                headers=[(b"Host", _host_of(url)), *((n.encode(), v.encode()) for n, v in HEADERS)],
                extensions={"timeout": {"connect": READ_S, "read": READ_S, "write": READ_S, "pool": self._timeout_s}},
            ) as response:
                if response.status in REDIRECTS and (place := _header(response, b"location")):
                    url = urljoin(url, place)
                    continue
                if response.status != 200:
                    raise _refused(response.status)
                return await self._save(response, to)
        raise TooManyRedirects(
            f"The address leads on more than {REDIRECTS_MAX} times.", mend="Give the address it ends at."
        )

    async def _save(self, response: httpcore.Response, to: BinaryIO) -> tuple[int, bytes]:
        claimed = _header(response, b"content-length")
        if claimed.isdigit() and int(claimed) > self._bytes_max:
            raise self._too_large()
        digest, size = hashlib.sha256(), 0
        async for piece in _unpacked(response, _header(response, b"content-encoding").strip().lower()):
            size += len(piece)
            if size > self._bytes_max:
                raise self._too_large()
            digest.update(piece)
            to.write(piece)
        to.flush()
        return size, digest.digest()

    def _too_large(self) -> FetchError:
        return FetchTooLarge(
            f"The file has more than {self._bytes_max} bytes.",
            mend="Make it smaller, or ask the operator to raise fetch_mb_max.",
        )


async def _unpacked(response: httpcore.Response, encoding: str) -> AsyncIterator[bytes]:
    """The body in pieces of bounded size. Raises EncodingRefused for packings other than gzip and deflate."""
    body = response.aiter_stream()
    if encoding in ("", "identity"):
        async for piece in body:
            yield piece
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise EncodingRefused(f"The host packs the body as '{encoding[:40]}'.", mend="Serve the file as it is.")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        async for packed in body:
            rest = packed
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, UNPACK_BYTES)
                rest = unpacker.unconsumed_tail
        yield unpacker.flush(UNPACK_BYTES)
    except zlib.error as error:
        raise EncodingRefused("The packed body is broken.", mend="Serve the file as it is.") from error
    if not unpacker.eof:
        raise EncodingRefused("The packed body is cut short.", mend="Serve the file as it is.")


def _target(url: str) -> httpcore.URL:
    """`url` as it goes over the wire: its host in ASCII, its path escaped. Raises UrlInvalid."""
    check_url(url)
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UrlInvalid(f"The address cannot be read: {error}.", mend="Write it as a browser would.") from error
    return httpcore.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path)


def _host_of(url: str) -> bytes:
    return httpx.URL(url).netloc


def _header(response: httpcore.Response, name: bytes) -> str:
    found = next((value for key, value in response.headers if key.lower() == name), b"")
    return found.decode("latin-1")


def _refused(status: int) -> FetchError:
    kind = HttpStatusTransient if status in BUSY else HttpStatus
    mend = {
        401: "The file needs a sign-in: give a signed address, or upload it.",
        403: "The host refuses: check that the address is public, or that its signature is still good.",
        404: "Check the address.",
        410: "The file is gone: upload it.",
    }.get(status, "Open the address in a browser and see what the host says.")
    return kind(f"The host answered with status {status}.", mend=mend, status=status)
