"""Waiting, and several things at once. The one file that the two clients do not share: threads here, tasks there."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from time import sleep as sleep
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def each(jobs: Iterable[T], work: Callable[[T], R], at_once: int) -> Iterator[R]:
    """What `work` makes of each job, at most `at_once` under way, in the jobs' order. The first error ends all.

    `jobs` is read only as far as there is room, so that a folder of a million files is not held in memory.
    """
    waiting: list[Future[R]] = []
    with ThreadPoolExecutor(at_once, "fairmark-client") as pool:
        try:
            for job in jobs:
                if len(waiting) >= at_once:
                    yield waiting.pop(0).result()
                waiting.append(pool.submit(work, job))
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for future in waiting:
                future.cancel()


def in_thread(work: Callable[..., R], *args: object) -> R:
    """What `work` gives; here it is simply called."""
    return work(*args)
