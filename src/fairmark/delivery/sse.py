"""Server-sent events: the frames of a stream, and the watch that drops a reader who has stopped reading."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, Final

from fairmark.delivery.stream import Batch
from fairmark.kernel import json
from fairmark.kernel.errors import Unavailable
from fairmark.kernel.telemetry import log

logger = log("streams")

HEARTBEAT_S: Final = 15.0
SLOW_S: Final = 30.0
"""Who takes nothing for so long is dropped, and goes on from the cursor of the last event it got."""
CHECK_S: Final = 60.0
"""How often the sign-in or key behind a stream is looked at again."""
RETRY_MS: Final = 2000
OPENING: Final = f": fairmark\nretry: {RETRY_MS}\n\n".encode()

Render = Callable[[Batch], Awaitable[list[tuple[str, Any]]]]
"""From a batch to (cursor, what to send) for each event that is sent."""


async def frames(
    batches: AsyncGenerator[Batch], render: Render, allowed: Callable[[], Awaitable[bool]]
) -> AsyncGenerator[bytes]:
    """The bytes of a stream. Each event has its cursor as its id, which browsers send back when they connect again."""
    watch = _Watch()
    checked_s = time.monotonic()
    reason = "stopping"
    async with aclosing(batches):
        try:
            watch.arm()
            yield OPENING
            async for batch in batches:
                watch.rest()
                if time.monotonic() - checked_s > CHECK_S:
                    checked_s = time.monotonic()
                    if not await allowed():
                        reason = "not_allowed"
                        break
                chunk = b"".join(frame(cursor, data) for cursor, data in await render(batch)) or heartbeat(batch)
                watch.arm()
                yield chunk
            watch.rest()
        except Unavailable as error:
            logger.warning("stream_ended", error=error.message)
            reason = "unavailable"
        finally:
            watch.rest()
    yield f'event: end\ndata: {{"reason":"{reason}"}}\n\n'.encode()


def frame(cursor: str, data: Any) -> bytes:
    """One event."""
    return b"id: " + cursor.encode() + b"\ndata: " + json.encode_bytes(data) + b"\n\n"


def heartbeat(batch: Batch) -> bytes:
    """Nothing happened for this reader: keeps the connection, and its place in the log, up to date."""
    return f": {int(time.time())}\nid: {batch.upto}\n\n".encode()


class _Watch:
    """Cancels the task that sends a stream once it hangs in sending for too long."""

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._handle: asyncio.TimerHandle | None = None

    def arm(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(SLOW_S, self._drop)

    def rest(self) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def _drop(self) -> None:
        logger.warning("stream_dropped", reason="the reader took nothing", seconds=SLOW_S)
        if self._task is not None:
            self._task.cancel()
