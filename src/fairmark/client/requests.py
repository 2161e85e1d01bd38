"""How a request is written and an answer is read, for both clients alike: addresses, parameters, bodies, types."""

import os
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec

from fairmark.client.errors import BadAnswer, BadSource, NoConnection

T = TypeVar("T")
Id: TypeAlias = UUID | str
"""An id as the server gave it, or as text."""

API = "/api/v1"
URL_VARIABLE, KEY_VARIABLE, ORGANISATION_VARIABLE = "FAIRMARK_URL", "FAIRMARK_KEY", "FAIRMARK_ORG"
URL_DEFAULT = "http://127.0.0.1:8080"
ORGANISATION_HEADER = "X-Fairmark-Org"
PAGE = 200
CONNECTIONS_MAX = 64


NULL = msgspec.Raw(b"null")
"""A field of a body that is to be null; None leaves it out."""


def agent() -> str:
    """What the client calls itself in the server's logs."""
    try:
        own = version("fairmark")
    except PackageNotFoundError:  # run from a source folder that was never installed
        own = "source"
    return f"fairmark-python/{own} httpx/{httpx.__version__}"


def address(url: str | None) -> str:
    """The server's address, no slash at its end: `url`, else FAIRMARK_URL, else this machine. Raises BadSource."""
    text = (url or os.environ.get(URL_VARIABLE) or URL_DEFAULT).strip().rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise BadSource(f"'{text[:200]}' is no server's address.", mend="Write it as https://label.example.org.")
    return text


def headers(organisation: Id | None) -> dict[str, str]:
    """The headers of every request but the key."""
    chosen = organisation or os.environ.get(ORGANISATION_VARIABLE) or None
    always = {"user-agent": agent(), "accept": "application/json"}
    return always | ({ORGANISATION_HEADER: str(chosen)} if chosen else {})


def no_cookies() -> CookieJar:
    """A jar that stays empty. The client says who speaks by its key alone: a session's cookie that came along with a
    sign-in must not speak for the next person over the same connections.
    """
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def bearer(key: str | None) -> str | None:
    """The key or session token to use: `key`, else FAIRMARK_KEY."""
    return key or os.environ.get(KEY_VARIABLE) or None


def body_of(fields: Mapping[str, Any]) -> bytes:
    """A JSON body of the fields that are given: None means left out."""
    return msgspec.json.encode({name: value for name, value in fields.items() if value is not None})


def params_of(fields: Mapping[str, Any]) -> httpx.QueryParams:
    """The query of the fields that are given; a list becomes its name several times."""
    pairs: list[tuple[str, str]] = []
    for name, value in fields.items():
        values: list[Any] = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        pairs.extend((name, _word(each)) for each in values if each is not None)
    return httpx.QueryParams(tuple(pairs))


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def read_answer(body: bytes, type: type[T], path: str) -> T:
    """The answer as `type`. Raises BadAnswer."""
    try:
        return msgspec.json.decode(body, type=type)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadAnswer(
            f"The answer of {path} is not what this client reads: {error}.",
            mend="Install the client of the server's version (its /healthz says which).",
        ) from error


def no_connection(base: str, error: Exception, tried_s: float) -> NoConnection:
    """The error for a server that does not answer."""
    why = str(error) or type(error).__name__
    tried = f" for {tried_s:.0f} s" if tried_s >= 1 else ""
    return NoConnection(
        f"{base} does not answer{tried}: {why}.",
        mend=f"Check that the server runs (fairmark up) and the address ({URL_VARIABLE} or --url).",
    )
