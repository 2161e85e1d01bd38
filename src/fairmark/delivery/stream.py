"""Live streams of an organisation's log: any number of listeners in a process share one look at the database.

A listener that is up to date takes events from a short shared memory of the newest ones; one that is behind, because
it starts from an old cursor or reads slowly, reads pages of its own until it has caught up. Both give the same events
in the same order, so that passing from one to the other neither skips nor repeats any.
"""

import asyncio
import contextlib
import itertools
import time
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from prometheus_client import Gauge

from fairmark.delivery import store
from fairmark.delivery.model import TooManyStreams
from fairmark.kernel import events
from fairmark.kernel.actor import Actor, ActorKind, Mode
from fairmark.kernel.db import Database
from fairmark.kernel.errors import Unavailable
from fairmark.kernel.events import Cursor, StoredEvent
from fairmark.kernel.ids import OrgId, ProjectId
from fairmark.kernel.telemetry import REGISTRY, log

logger = log("streams")

LISTENERS = Gauge("fairmark_streams", "Live streams that are open.", registry=REGISTRY)

PAGE = 200
MEMORY = 2000
"""Events that a feed keeps for its listeners."""
LOOK_MIN_S = 0.25
LOOK_MAX_S = 1.0
SWEEP_S = 30.0
"""Every feed is read so often, whatever the news says: after a crash of the database the news may leave some out."""
BACKOFF_MAX_S = 10.0
PER_CALLER_MAX = 10
PER_PROCESS_MAX = 1000

FeedKey = tuple[OrgId, Mode]


class Filter(NamedTuple):
    """What a listener wants. types: None for all."""

    types: frozenset[str] | None = None
    project_id: ProjectId | None = None

    def takes(self, event: StoredEvent) -> bool:
        return (self.types is None or event.type in self.types) and (
            self.project_id is None or self.project_id == event.project_id
        )


class Batch(NamedTuple):
    """Events for a listener, and the cursor that it has seen everything up to."""

    events: list[StoredEvent]
    upto: Cursor


@dataclass(slots=True)
class Feed:
    """The newest events of one organisation and mode: all between `start` and `at`."""

    start: Cursor
    at: Cursor
    memory: deque[StoredEvent] = field(default_factory=lambda: deque[StoredEvent]())
    listeners: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, found: Sequence[StoredEvent], upto: Cursor) -> None:
        """Takes what happened between `at` and `upto`, and wakes the listeners."""
        self.memory.extend(found)
        while len(self.memory) > MEMORY:
            self.start = self.memory.popleft().cursor
        self.at = max(self.at, upto)
        self.news.set()
        self.news = asyncio.Event()

    def since(self, after: Cursor, wanted: Filter) -> Batch | None:
        """At most PAGE events after `after` out of the memory; None if it does not reach back so far."""
        if after < self.start:
            return None
        first = bisect_right(self.memory, after, key=lambda event: event.cursor)
        scanned = list(itertools.islice(self.memory, first, first + PAGE))
        upto = scanned[-1].cursor if len(scanned) == PAGE else max(self.at, after)
        return Batch([event for event in scanned if wanted.takes(event)], upto)


class Hub:
    """All live streams of one process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._feeds: dict[FeedKey, Feed] = {}
        self._unread: set[FeedKey] = set()
        self._callers: Counter[str] = Counter()
        self._looking: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self.stopping = asyncio.Event()

    def stop(self) -> None:
        """Ends all streams soon. May be called from the handler of a signal."""
        self._loop.call_soon_threadsafe(self.stopping.set)

    def check(self, caller: str) -> None:
        """Raises TooManyStreams if `caller`, or the process, has as many as it may."""
        if self._callers[caller] >= PER_CALLER_MAX or self._callers.total() >= PER_PROCESS_MAX:
            raise TooManyStreams(
                f"{PER_CALLER_MAX} live streams are open already.", mend="Close one of them.", retry_after_s=10
            )

    async def listen(
        self, key: FeedKey, caller: str, after: Cursor, wanted: Filter, heartbeat_s: float
    ) -> AsyncGenerator[Batch]:
        """The events after `after` that are `wanted`, until the process stops; an empty batch every `heartbeat_s`."""
        feed = await self._join(key)
        self._callers[caller] += 1
        LISTENERS.inc()
        at = after
        try:
            while not self.stopping.is_set():
                news = feed.news  # taken first: what comes from now on wakes us
                batch = feed.since(at, wanted) or await self._page(key, at, wanted)
                at = batch.upto
                if batch.events:
                    yield batch
                elif at >= feed.at and not await self._wait(news, heartbeat_s):
                    yield Batch([], at)
        finally:
            self._leave(key, feed)
            LISTENERS.dec()
            self._callers[caller] -= 1
            if not self._callers[caller]:
                del self._callers[caller]

    async def _join(self, key: FeedKey) -> Feed:
        if key not in self._feeds:
            async with self._db.begin(key[0], actor=_reader(key)) as tx:
                now = await events.newest(tx)
            self._feeds.setdefault(key, Feed(now, now))
            self._unread.add(key)
        feed = self._feeds[key]
        feed.listeners += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return feed

    def _leave(self, key: FeedKey, feed: Feed) -> None:
        feed.listeners -= 1
        if not feed.listeners and self._feeds.get(key) is feed:
            del self._feeds[key]

    async def _wait(self, news: asyncio.Event, heartbeat_s: float) -> bool:
        """False if nothing came in `heartbeat_s`."""
        waits = [asyncio.create_task(event.wait()) for event in (news, self.stopping)]
        try:
            done, _ = await asyncio.wait(waits, timeout=heartbeat_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
        return bool(done)

    async def _page(self, key: FeedKey, after: Cursor, wanted: Filter) -> Batch:
        """Straight from the log, for a listener that is behind."""
        types = None if wanted.types is None else sorted(wanted.types)
        async with self._db.begin(key[0], actor=_reader(key)) as tx:
            horizon = await events.newest(tx)
            found = await store.read_feed(tx, key[1], after, types=types, project_id=wanted.project_id, limit=PAGE)
            await events.settle(tx)
        # What became readable between the two statements lies behind the horizon, and is given already.
        last = found[-1].cursor if found else after
        return Batch(found, last if len(found) == PAGE else max(horizon, last))

    async def _look(self) -> None:
        """Asks the log for news of all organisations at once, while anybody listens."""
        since: Cursor | None = None
        wait_s = LOOK_MIN_S
        swept_s = time.monotonic()
        while self._feeds and not self.stopping.is_set():
            try:
                if since is None:
                    since = await events.now_of_all(self._db)
                org_ids, since = await events.orgs_with_events(self._db, since)
                changed = set(org_ids)
                sweep = time.monotonic() - swept_s > SWEEP_S
                swept_s = time.monotonic() if sweep else swept_s
                self._unread |= {key for key in self._feeds if sweep or key[0] in changed}
                wait_s = LOOK_MIN_S if self._unread else min(1.5 * wait_s, LOOK_MAX_S)
                for key in list(self._unread):
                    await self._read(key)
                    self._unread.discard(key)
            except Unavailable as error:
                since = None
                self._unread |= self._feeds.keys()
                logger.warning("streams_wait", error=error.message)
                wait_s = min(2 * max(wait_s, LOOK_MAX_S), BACKOFF_MAX_S)
            except Exception as error:
                logger.error("streams_failed", exc_info=error)
                wait_s = min(2 * max(wait_s, LOOK_MAX_S), BACKOFF_MAX_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), wait_s)

    async def _read(self, key: FeedKey) -> None:
        while (feed := self._feeds.get(key)) is not None:
            batch = await self._page(key, feed.at, Filter())
            feed.add(batch.events, batch.upto)
            if len(batch.events) < PAGE:
                return


def _reader(key: FeedKey) -> Actor:
    return Actor(kind=ActorKind.SYSTEM, mode=key[1])
