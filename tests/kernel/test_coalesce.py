"""Many callers, one call."""

import asyncio
from collections.abc import Sequence

import pytest

from fairmark.kernel.coalesce import TOGETHER_MAX, Coalescer
from fairmark.kernel.errors import DatabaseDown


class Doubling:
    """Answers each ask with its double, once `open` is set; keeps what went together."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.open = asyncio.Event()
        self.down = False

    async def __call__(self, asks: Sequence[int]) -> Sequence[int]:
        self.calls.append(list(asks))
        await self.open.wait()
        if self.down:
            raise DatabaseDown("gone", mend="wait")
        if 13 in asks:
            raise ValueError("13")
        return [2 * ask for ask in asks]


@pytest.fixture
async def doubling() -> Doubling:
    return Doubling()


async def asking(coalescer: Coalescer[int, int], *asks: int, apart: int | None = None) -> "list[asyncio.Task[int]]":
    """Tasks that have asked and wait. apart: the same for all of them; None: each its own."""
    tasks = [asyncio.create_task(coalescer.ask(ask, ask if apart is None else apart)) for ask in asks]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


class TestAsk:
    async def test_the_first_goes_at_once_and_the_others_together(self, doubling: Doubling) -> None:
        coalescer = Coalescer(doubling)
        tasks = [*await asking(coalescer, 1), *await asking(coalescer, 2, 3, 4)]
        assert doubling.calls == [[1]]
        doubling.open.set()
        assert await asyncio.gather(*tasks) == [2, 4, 6, 8]
        assert doubling.calls == [[1], [2, 3, 4]]
        assert coalescer.idle

    async def test_never_more_than_the_most(self, doubling: Doubling) -> None:
        coalescer = Coalescer(doubling)
        tasks = [*await asking(coalescer, 0), *await asking(coalescer, *range(100, TOGETHER_MAX + 102))]
        doubling.open.set()
        await asyncio.gather(*tasks)
        assert [len(call) for call in doubling.calls] == [1, TOGETHER_MAX, 2]

    async def test_those_that_must_stay_apart_do_and_keep_their_order(self, doubling: Doubling) -> None:
        coalescer = Coalescer(doubling)
        tasks = [*await asking(coalescer, 1, 2, 3, apart=7), *await asking(coalescer, 4)]
        doubling.open.set()
        assert await asyncio.gather(*tasks) == [2, 4, 6, 8]
        assert doubling.calls == [[1], [2, 4], [3]]

    async def test_an_error_is_for_the_one_at_fault(self, doubling: Doubling) -> None:
        coalescer = Coalescer(doubling)
        tasks = [*await asking(coalescer, 1), *await asking(coalescer, 12, 13, 14)]
        doubling.open.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert answers[:2] == [2, 24]
        assert isinstance(answers[2], ValueError)
        assert answers[3] == 28
        assert doubling.calls == [[1], [12, 13, 14], [12], [13], [14]]

    async def test_a_database_that_is_down_is_asked_once_for_all(self, doubling: Doubling) -> None:
        coalescer = Coalescer(doubling)
        tasks = [*await asking(coalescer, 1), *await asking(coalescer, 2, 3)]
        doubling.down = True
        doubling.open.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(answer, DatabaseDown) for answer in answers)
        assert doubling.calls == [[1], [2, 3]]
        doubling.down = False
        assert await coalescer.ask(5, 5) == 10

    async def test_who_left_before_it_went_is_not_asked_for(self, doubling: Doubling) -> None:
        coalescer = Coalescer(doubling)
        first, second, third = [*await asking(coalescer, 1), *await asking(coalescer, 2, 3)]
        second.cancel()
        await asyncio.sleep(0)
        first.cancel()  # it went already: the call goes on without it
        doubling.open.set()
        assert await third == 6
        assert doubling.calls == [[1], [3]]
