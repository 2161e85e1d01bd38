import asyncio
import json
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, post, put
from msgspec import Meta

from fairmark.entrypoints import errors
from fairmark.entrypoints.express import BODY_MAX, express
from fairmark.kernel.errors import Conflict, TooOften
from fairmark.kernel.http import Req

ID = "0193a8f4-5c3e-7c0a-8f7b-3a5d1b2c4d5e"


class Said(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(max_length=50)]
    number: float = 0
    more: list[dict[str, float | str | bool | None]] = []


class Heard(msgspec.Struct):
    said: Said
    who: str
    id: UUID | None = None


class Taken(Conflict):
    code = "taken"


@post("/turns/next", operation_id="next", status_code=200)
async def next_turn(request: Req, data: Said) -> Heard:
    if data.text == "broken":
        raise RuntimeError("a mistake of ours")
    if data.text == "often":
        raise TooOften("Too often.", retry_after_s=7)
    return Heard(data, request.headers.get("authorization", "nobody"))


@put("/turns/{id:uuid}/draft", operation_id="draft", status_code=200)
async def draft(request: Req, id: UUID, data: Said) -> Heard:
    if data.text == "taken":
        raise Taken("Somebody has it.", mend="Take another.", by="Ann")
    return Heard(data, request.cookies.get("who", "nobody"), id)


APP = Litestar([next_turn, draft], exception_handlers={**errors.HANDLERS}, openapi_config=None, logging_config=None)
SHORT = express(APP, [next_turn, draft])


class Answer(msgspec.Struct):
    """What came back, and whether the framework had a part in it."""

    status: int
    headers: dict[bytes, bytes]
    body: Any
    framed: bool


async def run(app: Any, *asgi: Any) -> None:
    await app(*asgi)


def ask(
    app: Any,
    method: str,
    path: str,
    body: bytes,
    headers: dict[bytes, bytes] | None = None,
    *,
    query: bytes = b"",
    pieces: int = 1,
) -> Answer | None:
    """The answer of an ASGI app; None if it gave none. pieces: of the body, as they come from the network."""
    sent: list[Any] = []
    length = max(1, -(-len(body) // pieces))
    parts = [body[at : at + length] for at in range(0, len(body), length)] or [b""]
    coming = [
        {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
        for number, part in enumerate(parts)
    ]

    async def receive() -> Any:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    plain = {b"host": b"127.0.0.1:8080", b"content-type": b"application/json", b"content-length": b"%d" % len(body)}
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": method,
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query, "state": {},
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8080),
        "headers": [pair for pair in {**plain, **(headers or {})}.items() if pair[1]],
    }  # fmt: skip
    asyncio.run(run(app, scope, receive, send))
    if not sent:
        return None
    said = json.loads(b"".join(message.get("body", b"") for message in sent[1:]) or b"null")
    if isinstance(said, dict) and "error" in said:
        said["error"].pop("request_id")
    framed = "path_template" in scope  # set by the framework's router
    return Answer(sent[0]["status"], dict(sent[0]["headers"]), said, framed)


def both(*args: Any, **kwargs: Any) -> Answer:
    """The answer of the short way, which is the framework's."""
    short, long = ask(SHORT, *args, **kwargs), ask(APP, *args, **kwargs)
    assert short is not None
    assert long is not None
    assert (short.status, short.body) == (long.status, long.body)
    assert short.headers == long.headers
    return short


class TestExpress:
    def test_a_plain_request_is_answered_without_the_framework(self) -> None:
        answer = both("POST", "/turns/next", b'{"text": "a"}', {b"authorization": b"Bearer x"})
        assert (answer.status, answer.framed) == (200, False)
        assert answer.body == {"said": {"text": "a", "number": 0, "more": []}, "who": "Bearer x", "id": None}

    def test_the_id_of_the_path_and_cookies_arrive(self) -> None:
        answer = both("PUT", f"/turns/{ID}/draft", b'{"text": "a"}', {b"cookie": b"who=Ann"})
        assert (answer.body["id"], answer.body["who"], answer.framed) == (ID, "Ann", False)

    def test_a_body_in_pieces_is_put_together(self) -> None:
        assert not both("POST", "/turns/next", b'{"text": "abcdefgh"}', pieces=5).framed

    @pytest.mark.parametrize(
        ("text", "status"), [("taken", 409), ("broken", 500), ("often", 429)]
    )  # fmt: skip
    def test_errors_are_answered_in_the_same_shape(self, text: str, status: int) -> None:
        path = ("PUT", f"/turns/{ID}/draft") if text == "taken" else ("POST", "/turns/next")
        answer = both(*path, json.dumps({"text": text}).encode())
        assert (answer.status, answer.framed) == (status, False)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"nonsense",
            b"[1]",
            b'{"text": 5}',
            b'{"text": "a", "number": "5"}',
            b'{"text": "a", "unknown": 1}',
            b'{"text": "' + b"a" * 51 + b'"}',
            b'{"text": "\xff"}',
            b'{"text": "a", "more": ' + b"[" * 100_000 + b"}",
        ],
    )
    def test_a_body_that_does_not_fit_goes_the_long_way(self, body: bytes) -> None:
        assert both("POST", "/turns/next", body).framed

    @pytest.mark.parametrize(
        ("method", "path", "headers", "query"),
        [
            ("POST", "/turns/next/", {}, b""),
            ("POST", "//turns/next", {}, b""),
            ("POST", "/turns/other", {}, b""),
            ("PUT", "/turns/next", {}, b""),
            ("DELETE", "/turns/next", {}, b""),
            ("POST", "/turns/next", {}, b"a=1"),
            ("PUT", f"/turns/{ID.upper()}/draft", {}, b""),
            ("PUT", "/turns/1/draft", {}, b""),
            ("POST", "/turns/next", {b"host": b"a b"}, b""),
            ("POST", "/turns/next", {b"host": b""}, b""),
            ("POST", "/turns/next", {b"content-type": b"text/plain"}, b""),
            ("POST", "/turns/next", {b"content-type": b""}, b""),
            ("POST", "/turns/next", {b"content-length": b""}, b""),
            ("POST", "/turns/next", {b"content-length": b"-1"}, b""),
            ("POST", "/turns/next", {b"transfer-encoding": b"chunked"}, b""),
        ],
    )
    def test_what_is_not_plain_goes_the_long_way(
        self, method: str, path: str, headers: dict[bytes, bytes], query: bytes
    ) -> None:
        short = ask(SHORT, method, path, b'{"text": "a"}', headers, query=query)
        long = ask(APP, method, path, b'{"text": "a"}', headers, query=query)
        assert short == long

    def test_a_large_body_goes_the_long_way(self) -> None:
        body = b'{"text": "a"' + b" " * BODY_MAX + b"}"
        assert both("POST", "/turns/next", body).framed

    def test_a_client_that_leaves_gets_nothing(self) -> None:
        async def receive() -> Any:
            return {"type": "http.disconnect"}

        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"host", b"a"), (b"content-type", b"application/json"), (b"content-length", b"5")]
        scope: Any = {
            "type": "http",
            "method": "POST",
            "path": "/turns/next",
            "query_string": b"",
            "headers": headers,
        }
        asyncio.run(run(SHORT, scope, receive, send))
        assert sent == []

    @given(
        st.dictionaries(
            st.sampled_from(["text", "number", "more", "x"]),
            st.one_of(
                st.text(max_size=60),
                st.floats(allow_nan=False),
                st.integers(),
                st.none(),
                st.lists(st.dictionaries(st.text(max_size=3), st.one_of(st.text(), st.booleans(), st.floats(-9, 9)))),
            ),
        )
    )
    def test_any_body_gets_the_answer_of_the_framework(self, body: dict[str, Any]) -> None:
        both("POST", "/turns/next", json.dumps(body).encode())
