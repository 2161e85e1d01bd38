"""The background process: jobs, reactions to events, and periodic tasks, until it is told to stop.

Any number of these processes may run beside one another. A killed one loses nothing: its jobs are taken over when
their heartbeat is stale, its events when its transaction is rolled back, its periodic tasks within seconds.
"""

import asyncio
import contextlib
import gc
import signal
from wsgiref.simple_server import WSGIServer

from prometheus_client import start_http_server

from fairmark.entrypoints import wiring, worker_periodic, worker_readers
from fairmark.entrypoints.app import open_site
from fairmark.entrypoints.standing import Backoff, Standing
from fairmark.entrypoints.worker_jobs import Runner
from fairmark.kernel import telemetry
from fairmark.kernel.db import DatabaseDown
from fairmark.kernel.http import Site
from fairmark.kernel.settings import Settings

logger = telemetry.log("worker")

CLOSE_S = 3.0
QUICK_FACTOR = 4
"""Quick jobs wait for others' machines more than they work, so there may be more of them."""


def main(config: Settings) -> None:
    """Works until it is told to stop. Raises what `run` raises."""
    asyncio.run(run(config))


async def run(config: Settings) -> None:
    """Works until SIGTERM or SIGINT. Waits for a database that is not there yet.

    Raises NotMigrated if the database has another revision, UnsafeRole if its role could see past the fence.
    """
    gc.freeze()  # what is loaded stays; `processes.main` has turned the search for cycles off while it was loaded
    gc.enable()
    telemetry.configure(config.log_level, config.log_format)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # not in the main thread
            loop.add_signal_handler(number, stop.set)
    site = await _open(config, stop)
    if site is None:
        return
    metrics = _serve_metrics(config)
    logger.info("worker_started", jobs=len(wiring.JOBS), readers=len(wiring.READERS), periodic=len(wiring.PERIODIC))
    try:
        await work(site, stop)
    finally:
        try:
            await asyncio.wait_for(site.db.close(), CLOSE_S)
        except TimeoutError:
            site.db.pool.terminate()
        if metrics is not None:
            await asyncio.to_thread(metrics.shutdown)
        logger.info("worker_stopped")


async def work(site: Site, stop: asyncio.Event) -> None:
    """Everything that `wiring` lists, until `stop`."""
    standing = Standing(site.db.pool)
    ended = asyncio.Event()
    holding = asyncio.create_task(standing.run(ended))
    try:
        async with asyncio.TaskGroup() as group:
            for quick in (True, False):
                handlers = {name: job for name, job in wiring.JOBS.items() if (name in wiring.QUICK_JOBS) is quick}
                at_once = site.settings.work_concurrency * (QUICK_FACTOR if quick else 1)
                group.create_task(Runner(site, standing, handlers, at_once).run(stop))
            group.create_task(worker_readers.run(site.db, wiring.READERS, stop))
            group.create_task(worker_periodic.run(site, standing, wiring.PERIODIC, stop))
            group.create_task(_until(stop))
    finally:
        ended.set()
        await holding


def _serve_metrics(config: Settings) -> WSGIServer | None:
    if not config.work_metrics_port:
        return None
    server, _ = start_http_server(config.work_metrics_port, config.host, telemetry.REGISTRY)
    return server


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()
    logger.info("worker_stopping")


async def _open(config: Settings, stop: asyncio.Event) -> Site | None:
    backoff = Backoff()
    while not stop.is_set():
        try:
            return await open_site(config)
        except DatabaseDown as error:
            logger.warning("database_awaited", error=error.message)
            await backoff.wait(stop)
    return None
