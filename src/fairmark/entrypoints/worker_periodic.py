"""Runs the periodic tasks: of all worker processes of the installation, one runs each."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog

from fairmark.entrypoints.standing import Standing, pause
from fairmark.kernel.http import Site
from fairmark.kernel.telemetry import JOB_SECONDS, log

PeriodicTask: TypeAlias = tuple[str, int, Callable[[Site], Awaitable[None]]]
logger = log("periodic")

TAKE_OVER_S = 5.0
"""A process that does not run a task looks so often whether the one that does has gone."""


async def run(site: Site, standing: Standing, tasks: Sequence[PeriodicTask], stop: asyncio.Event) -> None:
    """Runs until `stop`. A task is due `every_s` after its last start, and at once when its process takes over."""
    loops = [asyncio.create_task(_repeat(site, standing, task, stop)) for task in tasks]
    try:
        await stop.wait()
    finally:
        for loop in loops:  # a task in the middle is idempotent, and starts again elsewhere
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def _repeat(site: Site, standing: Standing, task: PeriodicTask, stop: asyncio.Event) -> None:
    name, every_s, work = task
    while not stop.is_set():
        if not await standing.lock(name):
            await pause(stop, min(TAKE_OVER_S, every_s))
            continue
        started = time.perf_counter()
        outcome = "done"
        with structlog.contextvars.bound_contextvars(task=name):
            try:
                await work(site)
            except Exception as error:
                outcome = "failed"
                logger.error("periodic_failed", exc_info=error)
        took_s = time.perf_counter() - started
        JOB_SECONDS.labels(name, outcome).observe(took_s)
        await pause(stop, max(0.0, every_s - took_s))
