"""One attempt to deliver: a guarded POST that never follows a redirect and never takes longer than it may."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import certifi
import httpcore
import httpx

from fairmark import __version__
from fairmark.assets.fetching.model import AddressForbidden, FetchError
from fairmark.assets.fetching.network import GuardedBackend, Resolver, resolve
from fairmark.assets.fetching.rules import Network, check_url, forbidden, parse_networks
from fairmark.delivery import rules
from fairmark.delivery.model import Delivery

TIMEOUT_S = 10.0
RESPONSE_BYTES_MAX = 4096
RETRY_AFTER_CHARS_MAX = 60


def check_target(url: str, fetch_allow: str) -> None:
    """Refuses at once what can never be delivered to. Names are judged when they are resolved, for each attempt.

    Raises UrlInvalid, AddressForbidden.
    """
    check_url(url)
    try:
        address = ip_address((urlsplit(url).hostname or "").strip("[]"))
    except ValueError:
        return
    if why := forbidden(address, parse_networks(fetch_allow)):
        raise AddressForbidden(
            f"{address} is an internal address ({why}).",
            mend="Give a public address, or ask the operator to add the network to the setting fetch_allow.",
        )


def headers_of(
    delivery: Delivery, body: bytes, secrets: Sequence[str], at: datetime, secret_header: str = ""
) -> dict[str, str]:
    """What goes with the body. The delivery's id stays the same in every attempt, so that a receiver can tell.

    secret_header: also carries the first secret as it is, for receivers that compare it.
    """
    plain = {secret_header: secrets[0]} if secret_header else {}
    return plain | {
        "Content-Type": "application/json",
        "User-Agent": f"fairmark/{__version__}",
        "Fairmark-Delivery": str(delivery.id),
        "Fairmark-Event": delivery.type,
        "Fairmark-Attempt": str(delivery.attempts + 1),
        "Fairmark-Signature": rules.sign(secrets, body, at),
    }


async def post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    *,
    allow: Sequence[Network] = (),
    timeout_s: float = TIMEOUT_S,
    resolver: Resolver = resolve,
) -> rules.Answer:
    """Sends `body` and returns what came back, whatever it was; an answer without a status says why there is none."""
    started = time.perf_counter()
    status, text, error, retry_after = None, b"", "", ""
    try:
        async with asyncio.timeout(timeout_s):
            status, text, retry_after = await _exchange(url, body, headers, allow, resolver)
    except (TimeoutError, httpcore.TimeoutException):
        error = f"No answer within {timeout_s:g} s."
    except FetchError as refused:
        error = refused.message
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ssl.SSLError) as broken:
        error = f"The connection failed: {str(broken) or type(broken).__name__}."
    if status is not None and 300 <= status < 400:
        error = "The address redirects, which is not followed."
    return rules.Answer(
        status=status,
        body=rules.excerpt(text),
        error=rules.short_error(error),
        retry_after=retry_after[:RETRY_AFTER_CHARS_MAX],
        took_ms=round(1000 * (time.perf_counter() - started)),
    )


async def _exchange(
    url: str, body: bytes, headers: dict[str, str], allow: Sequence[Network], resolver: Resolver
) -> tuple[int, bytes, str]:
    check_url(url)
    parsed = httpx.URL(url)
    target = httpcore.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path)
    sent = [(b"Host", parsed.netloc), *((name.encode(), value.encode()) for name, value in headers.items())]
    sent.append((b"Content-Length", str(len(body)).encode()))
    async with (
        httpcore.AsyncConnectionPool(ssl_context=_tls(), network_backend=GuardedBackend(allow, resolver)) as pool,
        pool.stream("POST", target, headers=sent, content=body) as response,
    ):
        text = b""
        async for piece in response.aiter_stream():
            text += piece
            if len(text) >= RESPONSE_BYTES_MAX:
                break
        found = [value for name, value in response.headers if name.lower() == b"retry-after"]
        return response.status, text[:RESPONSE_BYTES_MAX], found[0].decode("latin-1") if found else ""


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
