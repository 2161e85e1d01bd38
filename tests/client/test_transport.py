"""Both clients against a server in memory: what is tried again, what is not, what an answer becomes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest

from fairmark.client import AsyncClient, Client, errors, requests
from fairmark.client.model import Annotation, Claim, EventOut, Lease, VersionInfo

ID = "01a201de-2bfb-7fc0-9c87-846fe6f1bd09"
LEASE = b'{"leased_until":"2026-01-01T00:00:00Z","active_ms":7}'
BUSY = b'{"error":{"code":"busy","message":"Busy.","mend":"Try again.","request_id":"r","fields":{}}}'
Handler = Callable[[httpx.Request], httpx.Response]


class Script:
    """Answers in turn; keeps what was asked. An exception in the list is raised instead."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(body: bytes = LEASE) -> httpx.Response:
    return httpx.Response(200, content=body)


def busy(status: int = 503, **headers: str) -> httpx.Response:
    return httpx.Response(status, content=BUSY, headers={name.replace("_", "-"): v for name, v in headers.items()})


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between tries, which take no time here."""
    kept: list[float] = []
    monkeypatch.setattr("fairmark.client.sync.transport.sleep", kept.append)

    async def pause(seconds: float) -> None:
        kept.append(seconds)

    monkeypatch.setattr("fairmark.client.aio.transport.sleep", pause)
    return kept


def sync_client(handler: Handler, **options: Any) -> Client:
    http = httpx.Client(transport=httpx.MockTransport(handler), cookies=requests.no_cookies())
    return Client("http://server", "live_key", http=http, **options)


def async_client(handler: Handler, **options: Any) -> AsyncClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler), cookies=requests.no_cookies())
    return AsyncClient("http://server", "live_key", http=http, **options)


class TestRetries:
    def test_a_reading_request_is_tried_again(self, waits: list[float]) -> None:
        script = Script(busy(), httpx.ReadError("cut"), httpx.ReadTimeout("slow"), ok())
        assert sync_client(script).beat(ID).active_ms == 7
        assert len(script.asked) == 4
        assert len(waits) == 3

    async def test_the_other_client_does_the_same(self, waits: list[float]) -> None:
        script = Script(busy(), httpx.ReadError("cut"), httpx.ReadTimeout("slow"), ok())
        assert (await async_client(script).beat(ID)).active_ms == 7
        assert len(script.asked) == 4
        assert len(waits) == 3

    @pytest.mark.parametrize("lost", [httpx.ReadError("cut"), httpx.ReadTimeout("slow"), busy(502), busy(504)])
    def test_a_claim_whose_answer_was_lost_is_not_sent_twice(
        self, lost: httpx.Response | Exception, waits: list[float]
    ) -> None:
        script = Script(lost, ok(b'{"assignment":null,"why":"queue_is_empty"}'))
        with pytest.raises((errors.NoConnection, errors.Unavailable)):
            sync_client(script).claim()
        assert len(script.asked) == 1
        assert waits == []

    @pytest.mark.parametrize("unsent", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), busy(429)])
    def test_what_never_reached_the_server_or_was_turned_away_is_sent_again(
        self, unsent: httpx.Response | Exception, waits: list[float]
    ) -> None:
        script = Script(unsent, ok(b'{"assignment":null,"why":"queue_is_empty"}'))
        assert sync_client(script).claim() == Claim(None, "queue_is_empty")
        assert len(waits) == 1

    def test_a_submission_keeps_its_key_through_all_tries(self, waits: list[float]) -> None:
        receipt = f'{{"id":"{ID}","assignment_id":"{ID}","at":"2026-01-01T00:00:00Z"}}'.encode()
        script = Script(httpx.ReadError("cut"), busy(), ok(receipt))
        sync_client(script).submit(ID, Annotation())
        keys = {msgspec.json.decode(request.content)["key"] for request in script.asked}
        assert len(script.asked) == 3
        assert len(keys) == 1

    def test_retry_after_is_honoured(self, waits: list[float]) -> None:
        sync_client(Script(busy(retry_after="7"), ok())).beat(ID)
        assert waits == [7]

    def test_a_wait_longer_than_the_patience_is_not_begun(self, waits: list[float]) -> None:
        with pytest.raises(errors.Unavailable, match="Busy"):
            sync_client(Script(busy(retry_after="31"))).beat(ID)
        assert waits == []

    def test_without_patience_once_is_enough(self, waits: list[float]) -> None:
        script = Script(httpx.ConnectError("refused"))
        with pytest.raises(errors.NoConnection, match="http://server does not answer"):
            sync_client(script, patience_s=0).me()
        assert (len(script.asked), waits) == (1, [])

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 500])
    def test_an_error_is_an_error_at_once(self, status: int, waits: list[float]) -> None:
        script = Script(busy(status))
        with pytest.raises(errors.ApiError, match="Busy") as caught:
            sync_client(script).me()
        assert (caught.value.status, len(script.asked), waits) == (status, 1, [])


class TestCaller:
    def test_key_organisation_and_name_go_along(self) -> None:
        script = Script(ok())
        sync_client(script, organisation=ID).beat(ID)
        headers = script.asked[0].headers
        assert headers["authorization"] == "Bearer live_key"
        assert headers["x-fairmark-org"] == ID
        assert headers["user-agent"].startswith("fairmark-python/")

    def test_another_organisation_is_asked_over_the_same_connections(self) -> None:
        script = Script(ok())
        client = sync_client(script)
        client.use("other")
        client.of_organisation(ID).beat(ID)
        headers = script.asked[0].headers
        assert (headers["authorization"], headers["x-fairmark-org"]) == ("Bearer other", ID)

    def test_a_session_replaces_the_key_and_ends(self) -> None:
        signed_in = (
            f'{{"token":"session","csrf":"c","me":{{"person":{{"id":"{ID}","name":"A","email":"a@b.c","is_admin":false,'
            '"preferences":{}},"closed":[],"organisations":[]}}'
        ).encode()
        cookie = {"set-cookie": "fairmark_session=session; Path=/"}
        script = Script(httpx.Response(200, content=signed_in, headers=cookie), ok(), httpx.Response(204), ok())
        client = sync_client(script)
        client.sign_in("a@b.c", "secret")
        client.beat(ID)
        client.sign_out()
        client.beat(ID)
        assert [request.headers.get("authorization") for request in script.asked] == [
            "Bearer live_key", "Bearer session", "Bearer session", None,
        ]  # fmt: skip
        # A cookie that came along with a sign-in would speak for the next person over the same connections.
        assert all("cookie" not in request.headers for request in script.asked)


class TestPages:
    def handler(self, total: int) -> Script:
        class Pages(Script):
            def __call__(self, request: httpx.Request) -> httpx.Response:
                self.asked.append(request)
                limit, after = int(request.url.params["limit"]), int(request.url.params.get("after", "0"))
                rows = [
                    {"version": n, "note": "", "created_at": "2026-01-01T00:00:00Z"}
                    for n in range(after, min(after + limit, total))
                ]
                following = after + limit
                return httpx.Response(200, json={"rows": rows, "next": str(following) if following < total else None})

        return Pages(ok())

    def read(self, client: Client, limit: int | None) -> list[int]:
        return [row.version for row in client._pages("/x", VersionInfo, limit)]  # pyright: ignore[reportPrivateUsage]

    def test_all_pages_are_read_in_order(self) -> None:
        script = self.handler(450)
        assert self.read(sync_client(script), None) == list(range(450))
        assert len(script.asked) == 3  # 200, 200, 50

    def test_no_more_is_asked_for_than_wanted(self) -> None:
        script = self.handler(450)
        assert self.read(sync_client(script), 250) == list(range(250))
        assert [request.url.params["limit"] for request in script.asked] == ["200", "50"]

    def test_nothing_is_asked_for_if_nothing_is_wanted(self) -> None:
        script = self.handler(450)
        assert self.read(sync_client(script), 0) == []
        assert script.asked == []

    def test_a_page_is_asked_for_when_somebody_reads_on(self) -> None:
        script = self.handler(450)
        rows = sync_client(script).list_projects()
        assert script.asked == []
        with pytest.raises(errors.BadAnswer):  # these rows are no projects, but now they were asked for
            next(rows)
        assert len(script.asked) == 1


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is cut after some pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        raise httpx.ReadError("cut")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        raise httpx.ReadError("cut")


def event(number: int) -> bytes:
    body = {
        "cursor": f"1.{number}.0", "at": "2026-01-01T00:00:00Z", "type": "task.done", "project_id": None,
        "task_id": None, "actor": "system", "data": {"n": number},
    }  # fmt: skip
    return f"id: 1.{number}.0\ndata: {msgspec.json.encode(body).decode()}\n\n".encode()


class TestStreams:
    def script(self) -> Script:
        return Script(
            httpx.Response(200, stream=Broken(b": fairmark\n\n", event(1), event(2)[:20])),
            httpx.ConnectError("refused"),
            busy(),
            httpx.Response(200, stream=Broken(event(2), b": 17\nid: 1.9.0\n\n")),
            httpx.Response(200, content=event(10) + b'event: end\ndata: {"reason":"stopping"}\n\n'),
            httpx.Response(200, content=event(11)),
        )

    def check(self, script: Script, seen: list[EventOut]) -> None:
        assert [each.data["n"] for each in seen] == [1, 2, 10, 11]
        asked = [request.headers.get("last-event-id") for request in script.asked]
        # Each try goes on behind the last event, or behind the last heartbeat.
        assert asked == ["1.0.0", "1.1.0", "1.1.0", "1.1.0", "1.9.0", "1.10.0"]

    def test_goes_on_without_a_gap_after_every_break(self, waits: list[float]) -> None:
        script, seen = self.script(), list[EventOut]()
        for each in sync_client(script).stream_events(after="1.0.0"):
            seen.append(each)
            if len(seen) == 4:
                break
        self.check(script, seen)

    async def test_so_does_the_other_client(self, waits: list[float]) -> None:
        script, seen = self.script(), list[EventOut]()
        async for each in async_client(script).stream_events(after="1.0.0"):
            seen.append(each)
            if len(seen) == 4:
                break
        self.check(script, seen)

    def test_starts_at_the_present_by_asking_where_that_is(self, waits: list[float]) -> None:
        script = Script(ok(b'{"rows":[],"next":"1.5.0","more":false}'), httpx.Response(200, content=event(6)))
        assert next(sync_client(script).stream_events()).cursor == "1.6.0"
        assert script.asked[0].url.params["after"] == "now"
        assert script.asked[1].headers["last-event-id"] == "1.5.0"

    def test_a_refusal_ends_it(self, waits: list[float]) -> None:
        with pytest.raises(errors.Forbidden):
            next(sync_client(Script(busy(403))).stream_events(after="1.0.0"))
        ended = httpx.Response(200, content=b'event: end\ndata: {"reason":"not_allowed"}\n\n')
        with pytest.raises(errors.NotSignedIn):
            next(sync_client(Script(ended)).stream_events(after="1.0.0"))
        assert waits == []

    def test_gives_up_when_the_server_stays_away(self) -> None:
        client = sync_client(Script(httpx.ConnectError("refused")), patience_s=0)
        with pytest.raises(errors.NoConnection):
            next(client.stream_events(after="1.0.0"))


class TestClosing:
    def test_own_connections_are_closed_and_borrowed_ones_are_not(self) -> None:
        http = httpx.Client(transport=httpx.MockTransport(Script(ok())))
        with Client("http://server", http=http):
            pass
        assert not http.is_closed
        with Client("http://server") as own:
            assert isinstance(own, Client)

    async def test_many_may_use_one_client_at_once(self) -> None:
        client = async_client(Script(ok()))
        found = await asyncio.gather(*(client.beat(ID) for _ in range(20)))
        assert all(isinstance(lease, Lease) for lease in found)
