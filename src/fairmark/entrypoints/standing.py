"""A process's standing connection, which lives outside any transaction: LISTEN and advisory locks hang on it."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from fairmark.kernel.db import DOWN
from fairmark.kernel.telemetry import log

logger = log("worker")

BACKOFF_FIRST_S = 0.2
BACKOFF_MAX_S = 10.0
CLOSE_S = 2.0

Notify = Callable[[str], None]


class Backoff:
    """Waits that double from 0.2 s to 10 s, with up to a quarter more at random, so that processes spread out."""

    def __init__(self) -> None:
        self._next_s = BACKOFF_FIRST_S

    async def wait(self, stop: asyncio.Event) -> None:
        await pause(stop, self._next_s * random.uniform(1.0, 1.25))  # noqa: S311 (spreads load, guards nothing)
        self._next_s = min(self._next_s * 2, BACKOFF_MAX_S)

    def reset(self) -> None:
        self._next_s = BACKOFF_FIRST_S


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Waits `seconds`, or until `stop`."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def either(first: asyncio.Event, second: asyncio.Event) -> None:
    """Waits until one of the two is set."""
    waits = [asyncio.create_task(event.wait()) for event in (first, second)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()


class Standing:
    """One connection that is opened again whenever it is lost, with the same listeners; locks must be taken again."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._connection: Any = None
        self._listeners: list[tuple[str, Notify]] = []
        self._held: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps the connection open until `stop`."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                await self._hold(stop, backoff)
            except DOWN as error:
                logger.warning("database_lost", error=repr(error))
                await backoff.wait(stop)

    async def listen(self, channel: str, notify: Notify) -> None:
        """Calls `notify` with each payload on `channel`. What is sent while the connection is lost does not arrive."""
        self._listeners.append((channel, notify))
        async with self._one_at_a_time:
            if self._connection is not None:
                with contextlib.suppress(*DOWN):  # `run` notices as well, and listens again
                    await self._connection.add_listener(channel, _relay(notify))

    def forget(self, channel: str, notify: Notify) -> None:
        """No more calls of `notify` once the connection is opened again; until then they do no harm."""
        self._listeners = [each for each in self._listeners if each != (channel, notify)]

    async def lock(self, name: str) -> bool:
        """Whether this process is the one of the installation that holds `name`; takes it if it is free.

        Held until the process ends or loses the connection.
        """
        async with self._one_at_a_time:
            if self._connection is None:
                return False
            if name in self._held:
                return True
            try:
                got: bool = await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", _key(name))
            except DOWN:
                return False
            if got:
                self._held.add(name)
            return got

    async def _hold(self, stop: asyncio.Event, backoff: Backoff) -> None:
        connection = await self._pool.acquire()
        lost = asyncio.Event()

        def on_loss(_: Any) -> None:
            lost.set()

        connection.add_termination_listener(on_loss)
        try:
            for channel, notify in self._listeners:
                await connection.add_listener(channel, _relay(notify))
            self._connection = connection
            backoff.reset()
            await either(lost, stop)
            if lost.is_set():
                logger.warning("database_lost", error="the standing connection was closed")
        finally:
            self._connection = None
            self._held.clear()
            # Closed, not handed back: another user of the pool must inherit neither the listeners nor the locks.
            with contextlib.suppress(*DOWN):
                await connection.close(timeout=CLOSE_S)
            await self._pool.release(connection)


def _relay(notify: Notify) -> Callable[[Any, int, str, str], None]:
    return lambda _connection, _pid, _channel, payload: notify(payload)


def _key(name: str) -> int:
    return int.from_bytes(blake2b(f"fairmark:{name}".encode(), digest_size=8).digest(), "big", signed=True)
