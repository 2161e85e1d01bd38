"""Runs the event readers over all organisations: looks for news, hands each organisation to each reader in turn.

News is found by asking the log itself, not by NOTIFY: that would make every writing transaction queue for one lock.
"""

import asyncio
import time
from collections.abc import Sequence

from fairmark.entrypoints.standing import Backoff, pause
from fairmark.kernel import events
from fairmark.kernel.db import Database
from fairmark.kernel.errors import Unavailable
from fairmark.kernel.events import Cursor, Reader
from fairmark.kernel.ids import OrgId
from fairmark.kernel.telemetry import EVENTS_LAG, log

logger = log("readers")

POLL_MIN_S = 0.15
POLL_MAX_S = 1.0
SWEEP_S = 30.0
"""Every organisation is visited so often, whatever the news says: finds what a killed process left."""
RETRY_MIN_S = 1.0
RETRY_MAX_S = 30.0
LANES = 2
"""Organisations that one reader works on at a time in one process."""


class Desk:
    """The organisations that wait for one reader, oldest first. One organisation is never worked on twice at a time."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._waiting: dict[OrgId, None] = {}
        self._busy: set[OrgId] = set()
        self._news = asyncio.Event()
        self._retries: dict[OrgId, tuple[float, float]] = {}

    def add(self, org_ids: Sequence[OrgId]) -> None:
        """These have, or may have, events. One that is being worked on is visited again afterwards."""
        self._waiting.update(dict.fromkeys(org_ids))
        if org_ids:
            self._news.set()

    def add_due(self, now_s: float) -> None:
        """Gives organisations whose next event failed another turn when their waiting time is over."""
        failing = self.reader.failing
        self._retries = {org_id: retry for org_id, retry in self._retries.items() if org_id in failing}
        for org_id in failing:
            at_s, wait_s = self._retries.get(org_id, (now_s + RETRY_MIN_S, RETRY_MIN_S))
            if at_s <= now_s:
                self.add([org_id])
                wait_s = min(wait_s * 2, RETRY_MAX_S)
                at_s = now_s + wait_s
            self._retries[org_id] = (at_s, wait_s)

    async def work(self, db: Database, stop: asyncio.Event) -> None:
        """One lane: takes the next organisation and gives it one turn, until `stop`."""
        backoff = Backoff()
        while not stop.is_set():
            org_id = self._take()
            if org_id is None:
                self._news.clear()
                await self._wait(stop)
                continue
            more = False
            try:
                more = await self.reader.turn(db, org_id) > 0
                backoff.reset()
            except Unavailable as error:
                logger.warning("reader_waits", reader=self.reader.name, error=error.message)
                more = True
                await backoff.wait(stop)
            except Exception as error:
                logger.error("reader_failed", reader=self.reader.name, org_id=str(org_id), exc_info=error)
                await backoff.wait(stop)
            finally:
                self._busy.discard(org_id)
                if more:
                    self.add([org_id])
            if not self._waiting and not self._busy:
                EVENTS_LAG.labels(self.reader.name).set(0)

    def _take(self) -> OrgId | None:
        for org_id in self._waiting:
            if org_id not in self._busy:
                del self._waiting[org_id]
                self._busy.add(org_id)
                return org_id
        return None

    async def _wait(self, stop: asyncio.Event) -> None:
        # Also wakes without news: an organisation that was busy when it was skipped may be free by now.
        waits = [asyncio.create_task(event.wait()) for event in (self._news, stop)]
        try:
            await asyncio.wait(waits, timeout=POLL_MAX_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()


async def run(db: Database, readers: Sequence[Reader], stop: asyncio.Event) -> None:
    """Reads until `stop`. Several processes may do so: an organisation's cursor is locked by who is at it."""
    if not readers:
        return
    desks = [Desk(reader) for reader in readers]
    lanes = [asyncio.create_task(desk.work(db, stop)) for desk in desks for _ in range(LANES)]
    try:
        await _look(db, desks, stop)
        await asyncio.gather(*lanes)
    finally:
        for lane in lanes:
            lane.cancel()


async def _look(db: Database, desks: Sequence[Desk], stop: asyncio.Event) -> None:
    since: Cursor | None = None
    swept_s = 0.0
    wait_s = POLL_MIN_S
    backoff = Backoff()
    while not stop.is_set():
        now_s = time.monotonic()
        try:
            if since is None:
                since = await events.now_of_all(db)
            org_ids, since = await events.orgs_with_events(db, since)
            wait_s = POLL_MIN_S if org_ids else min(wait_s * 1.5, POLL_MAX_S)
            if not swept_s or now_s - swept_s >= SWEEP_S:
                org_ids = await events.all_orgs(db)
                swept_s = now_s
            backoff.reset()
        except Exception as error:
            logger.warning("readers_wait", error=repr(error))
            since, swept_s = None, 0.0
            await backoff.wait(stop)
            continue
        for desk in desks:
            desk.add(org_ids)
            desk.add_due(now_s)
        await pause(stop, wait_s)
