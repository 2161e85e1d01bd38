"""How long tests wait for what must come. Only a failure takes that long: who waits goes on as soon as it is there."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")

# Longer than anything takes on a machine that is five times slower than a laptop and does something else beside it.
PATIENCE_S = 60.0
PATIENCE_MS = PATIENCE_S * 1000


async def until(look: Callable[[], Awaitable[Found]], what: str) -> Found:
    """The first answer of `look` that is true. Raises AssertionError, saying `what` and the last answer, if none comes
    within PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := await look()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s: {what}; last: {found!r}"
        await asyncio.sleep(0.1)
    return found
