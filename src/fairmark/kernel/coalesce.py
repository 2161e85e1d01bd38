"""Many callers, one statement: asks that come while one is under way go together in the next (decision 0006)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fairmark.kernel.errors import DatabaseDown

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")

TOGETHER_MAX = 64
"""Most asks in one call. More would make the first of them wait for the last."""


@dataclass(slots=True)
class _Waiting(Generic[Ask]):
    ask: Ask
    apart: Hashable
    answer: "asyncio.Future[Any]"


class Coalescer(Generic[Ask, Answer]):
    """Hands asks to `call`, which answers a list of them in its order. The first goes at once; those that come
    meanwhile go together in the next call: nobody waits who need not, and the busier it is, the more share the price.

    An error of a call for many is nobody's yet: each is then called alone, and only the one at fault learns of it. So a
    call that fails must have done nothing, or must bear being repeated.
    """

    def __init__(self, call: Callable[[Sequence[Ask]], Awaitable[Sequence[Answer]]]) -> None:
        self._call = call
        self._waiting: deque[_Waiting[Ask]] = deque()
        self._running: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and nobody waits."""
        return self._running is None

    async def ask(self, ask: Ask, apart: Hashable) -> Answer:
        """The answer to `ask`. Asks with the same `apart` never go in the same call."""
        waiting = _Waiting(ask, apart, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return await waiting.answer

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._go(self._next())
        finally:
            self._running = None

    def _next(self) -> list[_Waiting[Ask]]:
        """Who goes together now: in the order they came, none of whom must stay apart, none who has left."""
        going: list[_Waiting[Ask]] = []
        staying: list[_Waiting[Ask]] = []
        taken: set[Hashable] = set()
        while self._waiting and len(going) < TOGETHER_MAX:
            waiting = self._waiting.popleft()
            if waiting.answer.done():
                continue
            (staying if waiting.apart in taken else going).append(waiting)
            taken.add(waiting.apart)
        self._waiting.extendleft(reversed(staying))
        return going

    async def _go(self, going: list[_Waiting[Ask]]) -> None:
        if not going:
            return
        try:
            answers = await self._call([waiting.ask for waiting in going])
        except Exception as error:
            if len(going) == 1 or isinstance(error, DatabaseDown):
                for waiting in going:
                    if not waiting.answer.done():
                        waiting.answer.set_exception(error)
                return
            for waiting in going:
                await self._go([waiting] if not waiting.answer.done() else [])
            return
        for waiting, answer in zip(going, answers, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(answer)
