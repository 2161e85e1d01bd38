"""Live streams: resumed from any cursor without a gap or a repetition, shared, bounded, and ended in good order."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from fairmark.delivery import store, stream
from fairmark.delivery.model import TooManyStreams
from fairmark.delivery.stream import Feed, Filter, Hub
from fairmark.kernel import events
from fairmark.kernel.actor import Mode
from fairmark.kernel.db import Database
from fairmark.kernel.events import Cursor, Event, StoredEvent
from fairmark.kernel.ids import ProjectId, new_id
from tests.conftest import free_port
from tests.patience import PATIENCE_S

from .world import World, box

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Ticked(Event, frozen=True, kw_only=True, tag="test_stream.ticked"):
    """An event that carries a number."""

    number: int


TICKED = events.type_of(Ticked)


def number_of(event: StoredEvent) -> int:
    return event.read_as(Ticked).number


def made_up(number: int, type: str = TICKED) -> StoredEvent:
    data = msgspec.Raw(msgspec.json.encode({"type": type, "number": number}))
    return StoredEvent(Cursor(1, number, 1), NOON, type, None, None, "system", data)


class TestFeed:
    def test_gives_what_lies_behind_a_cursor(self) -> None:
        feed = Feed(Cursor(1, 0, 0), Cursor(1, 0, 0))
        feed.add([made_up(number) for number in (1, 2, 3)], Cursor(1, 9, 0))
        batch = feed.since(Cursor(1, 1, 1), Filter())
        assert batch is not None
        assert [number_of(event) for event in batch.events] == [2, 3]
        assert batch.upto == Cursor(1, 9, 0)

    def test_moves_past_what_the_filter_leaves_out(self) -> None:
        feed = Feed(Cursor(1, 0, 0), Cursor(1, 0, 0))
        feed.add([made_up(1, "other.type")], Cursor(1, 1, 1))
        batch = feed.since(Cursor(1, 0, 0), Filter(frozenset({TICKED})))
        assert batch == ([], Cursor(1, 1, 1))

    def test_says_when_it_does_not_reach_back_so_far(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stream, "MEMORY", 2)
        feed = Feed(Cursor(1, 0, 0), Cursor(1, 0, 0))
        feed.add([made_up(number) for number in (1, 2, 3)], Cursor(1, 3, 1))
        assert feed.since(Cursor(1, 0, 0), Filter()) is None
        kept = feed.since(Cursor(1, 1, 1), Filter())
        assert kept is not None
        assert [number_of(event) for event in kept.events] == [2, 3]

    def test_never_moves_a_listener_back(self) -> None:
        feed = Feed(Cursor(1, 5, 0), Cursor(1, 5, 0))
        assert feed.since(Cursor(1, 8, 8), Filter()) == ([], Cursor(1, 8, 8))

    def test_gives_a_page_at_a_time(self) -> None:
        feed = Feed(Cursor(1, 0, 0), Cursor(1, 0, 0))
        feed.add([made_up(number) for number in range(1, 302)], Cursor(1, 400, 0))
        at, sizes = Cursor(1, 0, 0), []
        while at < feed.at:
            batch = feed.since(at, Filter())
            assert batch is not None
            sizes.append(len(batch.events))
            at = batch.upto
        assert sizes == [200, 101]


@pytest.fixture
async def hub(db: Database) -> AsyncIterator[Hub]:
    made = Hub(db)
    yield made
    made.stopping.set()
    await asyncio.sleep(0.05)


class Listener:
    """Collects what a stream gives."""

    def __init__(self, hub: Hub, world: World, after: Cursor, wanted: Filter | None = None, caller: str = "me") -> None:
        wanted = wanted or Filter(frozenset({TICKED}))
        self.numbers: list[int] = []
        self.at = after
        self.empty = 0
        self._batches = hub.listen((world.org_id, Mode.LIVE), caller, after, wanted, 0.2)
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with aclosing(self._batches):
            async for batch in self._batches:
                self.numbers += [number_of(event) for event in batch.events]
                self.at = batch.upto
                self.empty += not batch.events

    async def until(self, done: Callable[["Listener"], bool], seconds: float = PATIENCE_S) -> None:
        async with asyncio.timeout(seconds):
            while not done(self):  # noqa: ASYNC110 (waits for what another process writes)
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def tick(world: World, *numbers: int, **more: Any) -> None:
    await world.announce(*(Ticked(number=number, **more) for number in numbers))


class TestListen:
    async def test_gives_the_past_and_then_the_present(self, hub: Hub, world: World) -> None:
        await tick(world, 1, 2)
        listener = Listener(hub, world, Cursor())
        await listener.until(lambda it: it.numbers == [1, 2])
        await tick(world, 3)
        await listener.until(lambda it: it.numbers == [1, 2, 3])
        await listener.stop()

    async def test_a_backlog_of_many_pages_comes_whole(
        self, hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream, "PAGE", 10)
        await tick(world, *range(35))
        listener = Listener(hub, world, Cursor())
        await listener.until(lambda it: len(it.numbers) >= 35)
        await tick(world, 35, 36)
        await listener.until(lambda it: len(it.numbers) >= 37)
        assert listener.numbers == list(range(37))
        await listener.stop()

    async def test_keeps_quiet_listeners_up_to_date(self, hub: Hub, world: World) -> None:
        listener = Listener(hub, world, Cursor(), Filter(frozenset({"no.such"})))
        await tick(world, 1)
        async with world.db.begin(world.org_id) as tx:
            now = await events.newest(tx)
        await listener.until(lambda it: it.at >= now and it.empty > 0)
        assert listener.numbers == []
        await listener.stop()

    async def test_filters_by_project_and_mode(self, hub: Hub, world: World) -> None:
        mine, test = await world.project("mine"), await world.project("test", mode=Mode.TEST)
        every = Listener(hub, world, Cursor())
        one = Listener(hub, world, Cursor(), Filter(None, mine))
        await tick(world, 1, project_id=mine)
        await tick(world, 2, project_id=test)
        await tick(world, 3)
        await every.until(lambda it: 3 in it.numbers)
        assert every.numbers == [1, 3]
        assert one.numbers in ([], [1])  # project.created comes first, and has no number
        for listener in (every, one):
            await listener.stop()

    async def test_writers_at_work_and_listeners_who_come_and_go_lose_and_repeat_nothing(
        self, hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Four writers of 30 transactions, some slow to commit; a small shared memory, so that both ways are used."""
        monkeypatch.setattr(stream, "MEMORY", 15)
        monkeypatch.setattr(stream, "PAGE", 7)
        monkeypatch.setattr(stream, "LOOK_MIN_S", 0.01)
        monkeypatch.setattr(stream, "LOOK_MAX_S", 0.05)
        luck = random.Random(5)

        async def write(writer: int) -> None:
            for step in range(30):
                async with world.db.begin(world.org_id) as tx:
                    await events.announce(tx, Ticked(number=100 * writer + step))
                    await asyncio.sleep(luck.choice([0, 0, 0.002, 0.02]))

        async def follow(pause_s: float) -> list[int]:
            seen: list[int] = []
            at = Cursor()
            while len(seen) < 120:
                listener = Listener(hub, world, at, caller=f"follower {pause_s}")
                await asyncio.sleep(luck.uniform(0.01, 0.08))
                await listener.stop()
                seen += listener.numbers
                at = listener.at
                await asyncio.sleep(pause_s)
            return seen

        steady = Listener(hub, world, Cursor())
        async with asyncio.timeout(60):
            *_, first, second = await asyncio.gather(*(write(writer) for writer in range(4)), follow(0), follow(0.05))
        await steady.until(lambda it: len(it.numbers) >= 120)
        rows = await world.owner.fetch(
            "SELECT (data ->> 'number')::int FROM events WHERE org_id = $1 AND type = $2 ORDER BY epoch, xid, id",
            world.org_id,
            TICKED,
        )
        in_order = [row[0] for row in rows]
        assert (steady.numbers, first, second) == (in_order, in_order, in_order)
        await steady.stop()

    async def test_many_listeners_share_one_look_at_the_database(
        self, hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reads = 0
        read_feed = store.read_feed

        async def counted(*args: Any, **kwargs: Any) -> list[StoredEvent]:
            nonlocal reads
            reads += 1
            return await read_feed(*args, **kwargs)

        monkeypatch.setattr(store, "read_feed", counted)
        async with world.db.begin(world.org_id) as tx:
            now = await events.newest(tx)
        listeners = [Listener(hub, world, now, caller=str(number)) for number in range(20)]
        await asyncio.sleep(0.6)
        reads = 0
        await tick(world, 1)
        for listener in listeners:
            await listener.until(lambda it: it.numbers == [1])
        assert reads <= 2
        for listener in listeners:
            await listener.stop()

    async def test_a_feed_nobody_listens_to_is_dropped(self, hub: Hub, world: World) -> None:
        listener = Listener(hub, world, Cursor())
        await listener.until(lambda it: it.empty > 0)
        await listener.stop()
        assert hub._feeds == {}  # pyright: ignore[reportPrivateUsage]
        hub.check("me")

    async def test_one_caller_may_have_only_so_many(
        self, hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stream, "PER_CALLER_MAX", 2)
        listeners = [Listener(hub, world, Cursor()) for _ in range(2)]
        for listener in listeners:
            await listener.until(lambda it: it.empty > 0)
        with pytest.raises(TooManyStreams):
            hub.check("me")
        hub.check("somebody else")
        for listener in listeners:
            await listener.stop()
        hub.check("me")

    async def test_ends_when_the_process_stops(self, hub: Hub, world: World) -> None:
        listener = Listener(hub, world, Cursor())
        await listener.until(lambda it: it.empty > 0)
        hub.stop()
        await asyncio.wait_for(listener.task, 2)


class Reading:
    """A stream read over HTTP: (id, data) of each event, and the reason of its end."""

    def __init__(self, response: httpx.Response) -> None:
        self.got: list[tuple[str, Any]] = []
        self.last_id = ""
        self.end: str | None = None
        self.task = asyncio.create_task(self._read(response))

    async def _read(self, response: httpx.Response) -> None:
        event, data = "", ""
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "event":
                event = value
            elif name == "data":
                data = value
            elif line == "" and data:
                decoded = msgspec.json.decode(data)
                if event == "end":
                    self.end = decoded["reason"]
                else:
                    self.got.append((self.last_id, decoded))
                event = data = ""

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.got) < count:  # noqa: ASYNC110 (waits for the network)
                await asyncio.sleep(0.02)


class Served:
    """The routes behind the real server, in a process of its own."""

    def __init__(self, world: World, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.port = port
        self.headers = {"x-org": str(world.org_id)}
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}/api/v1", headers=self.headers, timeout=PATIENCE_S
        )

    @asynccontextmanager
    async def open(self, path: str, **headers: str) -> AsyncGenerator[Reading]:
        async with self.client.stream("GET", path, headers=headers) as response:
            assert response.status_code == 200, await response.aread()
            assert response.headers["content-type"].startswith("text/event-stream")
            reading = Reading(response)
            yield reading
            reading.task.cancel()
            await asyncio.gather(reading.task, return_exceptions=True)


RUN = """
import sys
from fairmark.delivery import sse
from fairmark.entrypoints import http_server
from fairmark.kernel.settings import Settings
sse.SLOW_S = float(sys.argv[2])
http_server.run("tests.delivery.web:create_app", Settings(port=int(sys.argv[1])), 1)
"""


@pytest.fixture
async def served(world: World, app_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    port = free_port()
    root = Path(__file__).parents[2]
    environ = {
        **os.environ,
        "PYTHONPATH": f"{root / 'src'}:{root}",
        "DELIVERY_TEST_DATABASE": app_url,
        "DELIVERY_TEST_FOLDER": str(tmp_path),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", RUN, str(port), "2", env=environ, start_new_session=True
    )
    running = Served(world, process, port)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await running.client.get("/formats")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    yield running
    await running.client.aclose()
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


class TestOverHttp:
    async def test_events_come_as_they_happen_and_go_on_from_the_last_id(self, served: Served, world: World) -> None:
        async with served.open("/events/stream?types=task.done&after=0.0.0") as reading:
            project = await world.project()
            batch = await world.batch(project)
            await world.result(project, batch, "a.png")
            await reading.until(1)
        last_id, event = reading.got[0]
        assert (event["type"], event["cursor"], event["project_id"]) == ("task.done", last_id, str(project))
        await world.result(project, batch, "b.png")
        async with served.open("/events/stream?types=task.done", **{"Last-Event-ID": reading.last_id}) as again:
            await again.until(1)
            await world.result(project, batch, "c.png")
            await again.until(2)
        assert len({cursor for cursor, _ in [*reading.got, *again.got]}) == 3

    async def test_results_come_whole(self, served: Served, world: World) -> None:
        project = await world.project()
        batch = await world.batch(project)
        first = await world.result(project, batch, "a.png", [box("m", "car", 1, 2, 3, 4)], confidence=0.75)
        async with served.open(f"/projects/{project}/results/stream?after=0.0.0") as reading:
            await reading.until(1)
            await world.result(project, batch, "b.png")
            await reading.until(2)
        [(cursor, result), (_, second)] = reading.got
        assert result["cursor"] == cursor
        assert (result["id"], result["item_id"]) == (str(first.result_id), str(first.item_id))
        assert (result["external_id"], result["meta"], result["confidence"]) == ("a.png", {"lot": 7}, 0.75)
        assert result["annotation"]["marks"][0]["geometry"] == {"x": 1, "y": 2, "w": 3, "h": 4}
        assert second["external_id"] == "b.png"

    async def test_a_stop_ends_them_in_good_order(self, served: Served) -> None:
        async with served.open("/events/stream") as reading:
            await asyncio.sleep(0.3)
            served.process.terminate()
            await asyncio.wait_for(served.process.wait(), PATIENCE_S)
            await asyncio.wait_for(reading.task, PATIENCE_S)
        assert reading.end == "stopping"

    async def test_who_stops_reading_is_dropped(self, served: Served, world: World) -> None:
        """Megabytes of events fill the buffers in between; two seconds after they are full the connection is cut."""
        big = "x" * 20_000
        rows = [(world.org_id, TICKED, f'{{"type":"{TICKED}","number":{n},"pad":"{big}"}}') for n in range(2000)]
        await world.owner.executemany(
            "INSERT INTO events (org_id, at, type, data) VALUES ($1, now(), $2, $3::jsonb)", rows
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
        request = f"GET /api/v1/events/stream?after=0.0.0 HTTP/1.1\r\nHost: x\r\nx-org: {world.org_id}\r\n\r\n"
        writer.write(request.encode())
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        await asyncio.sleep(5)
        read = 0
        async with asyncio.timeout(PATIENCE_S):
            while piece := await reader.read(65536):
                read += len(piece)
        assert 0 < read < 40_000_000  # what lay in the buffers, and then the end
        writer.close()

    async def test_refuses_what_it_must(self, served: Served) -> None:
        for path, headers, status in [
            ("/events/stream?after=nonsense", {}, 422),
            ("/events/stream?types=no.such", {}, 422),
            ("/events/stream", {"x-scope": "worker"}, 403),
            (f"/projects/{ProjectId(new_id())}/results/stream", {}, 404),
        ]:
            answer = await served.client.get(path, headers=headers)
            assert answer.status_code == status, path
        async with httpx.AsyncClient(base_url=served.client.base_url) as nobody:
            assert (await nobody.get("/events/stream")).status_code == 401
