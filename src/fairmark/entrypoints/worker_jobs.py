"""Runs background jobs: PgQueuer's manager on the worker's pool, made to outlive a lost database and a stop."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Self, TypeVar, cast

import structlog
from pgqueuer.core.tm import TaskManager
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job
from pgqueuer.ports.driver import NotifyCallback
from pgqueuer.qm import QueueManager

from fairmark.entrypoints.standing import Backoff, Standing
from fairmark.kernel import jobs, json
from fairmark.kernel.db import DOWN
from fairmark.kernel.errors import Unavailable
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId
from fairmark.kernel.telemetry import JOB_SECONDS, log

T = TypeVar("T")
JobHandler = Callable[[Site, OrgId, dict[str, Any]], Awaitable[None]]
logger = log("jobs")

TRIES_MAX = 8
"""A job that keeps failing for a reason of its own is given up after about 8 minutes."""
RETRY_MAX_S = 300
POLL_S = 5
"""Should a NOTIFY be lost with its connection, jobs are found this late."""
STALE_S = 30
"""Another process takes over a job whose process has not said for so long that it lives."""
GRACE_S = 8
"""On a stop, jobs may end in this time; the others are put back and start again elsewhere."""
LEAVE_S = 4


class Gone(Exception):
    """The worker stops and no longer waits for the database."""


class PatientDriver:
    """PgQueuer's way to the database. A statement waits while the database is down.

    PgQueuer would take a failed statement for a failed job and delete it. All of its statements can be repeated: a job
    that was picked by a lost answer is picked again once its heartbeat is stale.
    """

    def __init__(self, pool: Any, standing: Standing) -> None:
        self._pool = pool
        self._standing = standing
        self._shutdown = asyncio.Event()
        self._heard: list[tuple[str, Callable[[str], None]]] = []
        self.over = asyncio.Event()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        rows: list[Any] = await self._patiently(lambda: self._pool.fetch(query, *args))
        return [dict(row) for row in rows]

    async def execute(self, query: str, *args: object) -> str:
        return await self._patiently(lambda: self._pool.execute(query, *args))

    async def notify(self, channel: str, payload: str) -> None:
        await self._patiently(lambda: self._pool.execute("SELECT pg_notify($1, $2)", channel, payload))

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        heard = cast(Callable[[str], None], callback)
        self._heard.append((channel, heard))
        await self._standing.listen(channel, heard)

    @property
    def shutdown(self) -> asyncio.Event:
        return self._shutdown

    @property
    def tm(self) -> TaskManager:
        return TaskManager()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for channel, heard in self._heard:
            self._standing.forget(channel, heard)

    async def _patiently(self, send: Callable[[], Awaitable[T]]) -> T:
        backoff = Backoff()
        while True:
            try:
                return await send()
            except DOWN as error:
                if self.over.is_set():
                    raise Gone from error
                await backoff.wait(self.over)


class Runner:
    """The jobs of one process, `at_once` at a time."""

    def __init__(self, site: Site, standing: Standing, handlers: Mapping[str, JobHandler], at_once: int) -> None:
        self._site = site
        self._standing = standing
        self._handlers = handlers
        self._at_once = at_once
        self._room = asyncio.Semaphore(at_once)
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Runs jobs until `stop`, then lets them end for a while and puts back those that do not."""
        backoff = Backoff()
        while self._handlers and not stop.is_set():
            try:
                await self._serve(stop)
                backoff.reset()
            except Exception as error:
                logger.error("job_queue_failed", exc_info=error)
                await backoff.wait(stop)

    async def _serve(self, stop: asyncio.Event) -> None:
        driver = PatientDriver(self._site.db.pool, self._standing)
        queries = jobs.queries(driver)
        queue = QueueManager(queries, channel=queries.qbe.settings.channel)
        for name, handler in self._handlers.items():
            queue.entrypoint(name, accepts_context=False)(self._entry(name, handler))
        at_once = max(2, self._at_once)  # the least that PgQueuer takes; the room is what counts
        serving = asyncio.create_task(
            queue.run(
                dequeue_timeout=timedelta(seconds=POLL_S),
                batch_size=at_once // 2,
                max_concurrent_tasks=at_once,
                heartbeat_timeout=timedelta(seconds=STALE_S),
                log_aggregation_interval=timedelta(0),  # the metrics count jobs
            )
        )
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            queue.shutdown.set()
        await self._leave(serving, driver)

    async def _leave(self, serving: asyncio.Task[None], driver: PatientDriver) -> None:
        await asyncio.wait({serving}, timeout=GRACE_S)
        if self._running:
            logger.info("jobs_put_back", jobs=len(self._running))
        for job in self._running:
            job.cancel()
        await asyncio.wait({serving}, timeout=LEAVE_S)
        driver.over.set()
        await asyncio.wait({serving}, timeout=LEAVE_S)
        if not serving.done():
            logger.warning("job_queue_left", jobs=len(self._running))
            return
        error = serving.exception()
        if error is not None and not isinstance(error, Gone):
            raise error

    def _entry(self, name: str, handler: JobHandler) -> Callable[[Job], Awaitable[None]]:
        async def run_job(job: Job) -> None:
            call = json.decode(job.payload or b"", jobs.JobCall)
            async with self._room:
                with structlog.contextvars.bound_contextvars(job=name, job_id=int(job.id), org_id=str(call.org_id)):
                    await self._attempt(job, name, handler(self._site, call.org_id, call.args))

        return run_job

    async def _attempt(self, job: Job, name: str, work: Awaitable[None]) -> None:
        """Raises RetryRequested for a job that is to run again, and its error for one that is given up."""
        started = time.perf_counter()
        task = asyncio.ensure_future(work)
        self._running.add(task)
        try:
            await asyncio.wait({task})
        finally:
            self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        outcome = "stopped" if task.cancelled() else "done" if error is None else "failed"
        JOB_SECONDS.labels(name, outcome).observe(time.perf_counter() - started)
        if outcome == "stopped":
            raise RetryRequested(timedelta(0), "the worker stopped")
        if error is None:
            logger.debug("job_done", ms=round(1000 * (time.perf_counter() - started)))
            return
        waits = isinstance(error, Unavailable)
        if not waits and job.attempts + 1 >= TRIES_MAX:
            logger.error("job_given_up", attempts=job.attempts + 1, exc_info=error)
            raise error
        delay_s = min(2 ** min(job.attempts, 16), RETRY_MAX_S)
        logger.warning("job_failed", attempts=job.attempts + 1, retry_s=delay_s, exc_info=None if waits else error)
        raise RetryRequested(timedelta(seconds=delay_s), repr(error)[:500])
