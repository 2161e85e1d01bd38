"""Waiting, and several things at once. The one file that the two clients do not share: tasks here, threads there."""

import asyncio
from asyncio import sleep as sleep
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def each(jobs: Iterable[T], work: Callable[[T], Awaitable[R]], at_once: int) -> AsyncIterator[R]:
    """What `work` makes of each job, at most `at_once` under way, in the jobs' order. The first error ends all.

    `jobs` is read only as far as there is room, so that a folder of a million files is not held in memory.
    """
    waiting: list[asyncio.Task[R]] = []
    try:
        for job in jobs:
            if len(waiting) >= at_once:
                yield await waiting.pop(0)
            waiting.append(asyncio.ensure_future(_run(work, job)))
        while waiting:
            yield await waiting.pop(0)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def in_thread(work: Callable[..., R], *args: object) -> R:
    """What `work` gives; reading files must not hold up everything else."""
    return await asyncio.to_thread(work, *args)


async def _run(work: Callable[[T], Awaitable[R]], job: T) -> R:
    return await work(job)
