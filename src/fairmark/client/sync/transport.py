# Made from aio/transport.py by `python -m tests.client.mirror`: change that file, not this one.
"""Requests as they go out: a pool of connections, tries that can do no harm, pages, streams that lose nothing."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from random import random
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from fairmark.client import requests, sse
from fairmark.client.errors import ApiError, NotSignedIn, error_of
from fairmark.client.model import Page, page_of
from fairmark.client.requests import API, CONNECTIONS_MAX, PAGE, Id
from fairmark.client.retry import BUSY, SAFE, Patience, asked_wait_s
from fairmark.client.sync.running import sleep

T = TypeVar("T")
STREAM_SILENCE_S = 60.0
"""The server sends at least a comment every 15 s; a stream silent for longer is dead although nobody closed it."""
STREAM_END = "end"
"""The event with which the server says why it ends a stream: it stops, a part is down, or the key is no longer good."""


def check_end(message: sse.Message) -> None:
    """Raises NotSignedIn if the stream ended because the caller may not have it any longer."""
    if "not_allowed" in message.data:
        raise NotSignedIn(
            "The stream ended: the key or session is no longer good.",
            code="bad_credentials",
            status=401,
            mend="Sign in again, or make a new key.",
        )


class Transport:
    """What every part of the client stands on."""

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        organisation: Id | None = None,
        timeout_s: float = 60.0,
        patience_s: float = 30.0,
        http: httpx.Client | None = None,
    ) -> None:
        """url: the server's address; else FAIRMARK_URL, else this machine. key: an API key or a session's token; else
        FAIRMARK_KEY. organisation: for whom, if the caller belongs to several; else FAIRMARK_ORG.

        timeout_s: of one try. patience_s: of all tries of one request; 0 tries once. http: a pool of one's own,
        without cookies (`requests.no_cookies`).
        """
        self.url = requests.address(url)
        self._key = requests.bearer(key)
        self._headers = requests.headers(organisation)
        self._patience = Patience(patience_s)
        self._timeout = httpx.Timeout(timeout_s, pool=None)
        self._owned = http is None
        limits = httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX)
        self._http = http or httpx.Client(limits=limits, cookies=requests.no_cookies())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections, unless they were brought along."""
        if self._owned:
            self._http.close()

    def of_organisation(self, organisation: Id) -> Self:
        """The same caller for another organisation, over the same connections."""
        other = type(self)(
            self.url,
            organisation=organisation,
            timeout_s=self._timeout.read or 60.0,
            patience_s=self._patience.seconds,
            http=self._http,
        )
        other.use(self._key)
        return other

    def use(self, key: str | None) -> None:
        """Speaks as another caller from now on: an API key, a session's token, or nobody."""
        self._key = key

    def request(
        self,
        method: str,
        path: str,
        type: type[T],
        *,
        params: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        safe: bool | None = None,
    ) -> T:
        """Sends one request and reads the answer as `type`: the door for calls that have no method of their own.

        path: below /api/v1. body: fields of a JSON object, None left out; content: raw bytes instead. safe: whether it
        may be sent again when its answer was lost; told by the method if left out.

        Raises ApiError, NoConnection, BadAnswer.
        """
        sent = requests.body_of(body) if body is not None else content
        kind = "application/json" if body is not None else "application/octet-stream"
        more = {"content-type": kind} if sent is not None else {}
        response = self._send(method, API + path, params=params, content=sent, headers=more, safe=safe)
        return requests.read_answer(response.content or b"null", type, path)

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        safe: bool | None = None,
    ) -> httpx.Response:
        repeatable = method in SAFE if safe is None else safe
        query = requests.params_of(params or {})
        started, attempt = monotonic(), 0
        while True:
            attempt += 1
            try:
                response = self._http.request(
                    method, self.url + path, params=query, content=content, headers=self._all_headers(headers),
                    timeout=self._timeout,
                )  # fmt: skip
            except httpx.TransportError as error:
                # Where no connection came about nothing was sent, so that any request may be tried again.
                unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
                wait_s = self._wait_s(attempt, started) if repeatable or unsent else None
                if wait_s is None:
                    raise requests.no_connection(self.url, error, monotonic() - started) from error
            else:
                if response.status_code < 400:
                    return response
                error = error_of(response.status_code, response.content)
                again = response.status_code in BUSY and (repeatable or response.status_code == 429)
                asked_s = asked_wait_s(response.headers.get("retry-after"))
                wait_s = self._wait_s(attempt, started, asked_s) if again else None
                if wait_s is None:
                    raise error
            sleep(wait_s)

    def _absolute(self, url: str) -> str:
        """An address of an answer, which may be a path on the server."""
        return self.url + url if url.startswith("/") else url

    def _wait_s(self, attempt: int, started: float, asked_s: float = 0.0) -> float | None:
        return self._patience.wait_s(attempt, monotonic() - started, random(), asked_s)  # noqa: S311 - no secret

    def _all_headers(self, more: Mapping[str, str] | None) -> dict[str, str]:
        key = {"authorization": f"Bearer {self._key}"} if self._key else {}
        return self._headers | key | dict(more or {})

    def _pages(
        self, path: str, type: type[T], limit: int | None, params: Mapping[str, Any] | None = None
    ) -> Iterator[T]:
        """Every row of a list, at most `limit`, asked for page by page as far as somebody reads on."""
        left, after = limit, None
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            asked = {**(params or {}), "limit": size, "after": after}
            page: Page[T] = self.request("GET", path, page_of(type), params=asked)
            yield from page.rows
            left = None if left is None else left - len(page.rows)
            after = page.next
            if after is None:
                return

    def _messages(self, path: str, params: Mapping[str, Any], last_id: str) -> Iterator[sse.Message]:
        """The messages of a stream behind `last_id`, for ever: after a break it goes on where it was.

        Raises ApiError if the server refuses, NoConnection if it stays away for longer than the patience.
        """
        started, attempt = monotonic(), 0
        while True:
            attempt += 1
            parser = sse.Parser(last_id)
            try:
                with self._stream(path, params, last_id) as response:
                    for piece in response.iter_bytes():
                        for message in parser.feed(piece):
                            if message.event == STREAM_END:
                                check_end(message)
                            else:
                                yield message
                        last_id, started, attempt = parser.last_id, monotonic(), 1
                error: Exception = httpx.RemoteProtocolError("the stream ended")
            except httpx.TransportError as broken:
                error = broken
            except ApiError as refused:
                if refused.status not in BUSY:
                    raise
                error = refused
            last_id = parser.last_id
            wait_s = self._wait_s(attempt, started)
            if wait_s is None:
                raise requests.no_connection(self.url, error, monotonic() - started) from error
            sleep(wait_s)

    @contextmanager
    def _stream(self, path: str, params: Mapping[str, Any], last_id: str) -> Generator[httpx.Response]:
        resume = {"last-event-id": last_id} if last_id else {}
        headers = self._all_headers({"accept": "text/event-stream", **resume})
        timeout = httpx.Timeout(self._timeout.read, read=STREAM_SILENCE_S, pool=None)
        query = requests.params_of(params)
        address = self.url + API + path
        with self._http.stream("GET", address, params=query, headers=headers, timeout=timeout) as response:
            if response.status_code >= 400:
                raise error_of(response.status_code, response.read())
            yield response
