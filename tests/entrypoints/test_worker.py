"""Worker processes: they share the work, take over from one another, and outlive the database."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from fairmark.kernel import events, jobs, migrate
from fairmark.kernel.db import Database, DatabaseDown
from fairmark.kernel.embedded import OWNER, Embedded
from fairmark.kernel.errors import Unavailable
from fairmark.kernel.ids import OrgId, new_id
from fairmark.kernel.schema import APP_ROLE
from tests.conftest import free_port
from tests.patience import PATIENCE_S

from .background import Happened

ROOT = Path(__file__).parents[2]


class Workers:
    """Worker processes over one database, and what they did."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, **more: str) -> subprocess.Popen[bytes]:
        environ = {**os.environ, "TEST_WORKER_DATABASE": self._url, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **more}
        command = [sys.executable, "-W", "ignore", "-m", "tests.entrypoints.background", str(self.folder), name]
        log = (self.folder / f"{name}.log").open("ab")
        started = subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)
        self.running[name] = started
        return started

    def lines(self, what: str = "") -> list[tuple[str, str]]:
        """(process, what it did), in order."""
        path = self.folder / "log"
        text = path.read_text() if path.exists() else ""
        pairs = [(name, rest) for name, _, rest in (line.partition(" ") for line in text.splitlines())]
        return [pair for pair in pairs if pair[1].startswith(what)]

    async def until(self, done: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, self.lines()[-20:] + [
                (path.name, path.read_text()[-1500:]) for path in self.folder.glob("*.log")
            ]
            await asyncio.sleep(0.05)

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()


@pytest.fixture
def workers(app_url: str, tmp_path: Path) -> Iterator[Workers]:
    started = Workers(app_url, tmp_path)
    yield started
    started.stop()


@pytest.fixture
async def org_id(owner: asyncpg.Connection) -> AsyncIterator[OrgId]:
    made = OrgId(new_id())
    await owner.execute("INSERT INTO organisations VALUES ($1, 'Acme', 'Acme', now())", made)
    yield made
    await owner.execute("DELETE FROM pgqueuer.pgqueuer")


async def ask(db: Database, org_id: OrgId, name: str, **args: Any) -> None:
    async with db.begin(org_id) as tx:
        await jobs.enqueue(tx, name, **args)


async def say(db: Database, org_id: OrgId, number: int) -> None:
    async with db.begin(org_id) as tx:
        await events.announce(tx, Happened(number=number))


class TestWork:
    async def test_does_each_thing_once_however_many_processes(
        self, db: Database, org_id: OrgId, workers: Workers
    ) -> None:
        for name in "abc":
            workers.start(name)
        for number in range(30):
            await say(db, org_id, number)
            await ask(db, org_id, "test.job", number=number)
        await workers.until(lambda: len(workers.lines("event")) >= 30 and len(workers.lines("job")) >= 30)
        await asyncio.sleep(1)
        assert Counter(what for _, what in workers.lines("event")) == {f"event {n}": 1 for n in range(30)}
        assert Counter(what for _, what in workers.lines("job")) == {f"job {n}": 1 for n in range(30)}
        assert [what for _, what in workers.lines("event")] == [f"event {n}" for n in range(30)]

    async def test_reacts_to_events_without_a_sweep(self, db: Database, org_id: OrgId, workers: Workers) -> None:
        # Every organisation is visited when a worker starts, and here not again within the hour.
        workers.start("a")
        for number in range(6):
            await say(db, org_id, number)
            await workers.until(lambda number=number: len(workers.lines("event")) == number + 1)

    async def test_one_process_runs_a_periodic_task_until_it_is_gone(self, workers: Workers, org_id: OrgId) -> None:
        workers.start("a")
        await workers.until(lambda: len(workers.lines("tick")) > 0)
        workers.start("b")
        await workers.until(lambda: len(workers.lines("tick")) > 3)
        assert {name for name, _ in workers.lines("tick")} == {"a"}
        workers.running["a"].kill()
        await workers.until(lambda: "b" in {name for name, _ in workers.lines("tick")}, 10)

    async def test_a_failing_job_runs_again(self, db: Database, org_id: OrgId, workers: Workers) -> None:
        workers.start("a")
        await ask(db, org_id, "test.shaky", number=1)
        await workers.until(lambda: len(workers.lines("shaky")) == 2)

    async def test_a_job_of_a_killed_process_is_taken_over(self, db: Database, org_id: OrgId, workers: Workers) -> None:
        workers.start("a")
        await ask(db, org_id, "test.slow", number=1, seconds=3)
        await workers.until(lambda: workers.lines("begins") == [("a", "begins 1")])
        workers.running["a"].kill()
        workers.start("b")
        await workers.until(lambda: workers.lines("ends") == [("b", "ends 1")])

    async def test_a_stop_lets_short_jobs_end_and_puts_long_ones_back(
        self, db: Database, org_id: OrgId, workers: Workers
    ) -> None:
        stopped = workers.start("a")
        await ask(db, org_id, "test.slow", number=1, seconds=0.5)
        await ask(db, org_id, "test.slow", number=2, seconds=6)
        await workers.until(lambda: len(workers.lines("begins")) == 2)
        stopped.terminate()
        assert await asyncio.to_thread(stopped.wait, 20) == 0
        assert workers.lines("ends") == [("a", "ends 1")]
        workers.start("b")
        await workers.until(lambda: workers.lines("ends")[1:] == [("b", "ends 2")])

    async def test_long_jobs_do_not_hold_up_quick_ones(self, db: Database, org_id: OrgId, workers: Workers) -> None:
        workers.start("a", FAIRMARK_WORK_CONCURRENCY="1")
        for number in range(3):
            await ask(db, org_id, "test.slow", number=number, seconds=30)
        await workers.until(lambda: len(workers.lines("begins")) == 1)
        await ask(db, org_id, "test.job", number=1)
        await workers.until(lambda: len(workers.lines("job")) == 1, 15)

    async def test_serves_its_metrics_if_it_is_told_to(self, db: Database, org_id: OrgId, workers: Workers) -> None:
        port = free_port()
        workers.start("a", FAIRMARK_WORK_METRICS_PORT=str(port))
        await ask(db, org_id, "test.job", number=1)
        await workers.until(lambda: len(workers.lines("job")) == 1)
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
        assert 'fairmark_job_seconds_count{job="test.job",outcome="done"} 1.0' in text


class TestLostDatabase:
    @pytest.fixture
    def embedded(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
        """A database of the test's own, to be killed."""
        made = Embedded(tmp_path_factory.mktemp("killed"))
        made.start()
        yield made
        made.stop()

    async def test_nothing_is_lost_when_postgresql_is_killed_and_comes_back(
        self, embedded: Embedded, tmp_path: Path
    ) -> None:
        await migrate.migrate(embedded.url(OWNER))
        url = embedded.url(APP_ROLE)
        owner: Any = await asyncpg.connect(embedded.url(OWNER))
        org_id = OrgId(new_id())
        await owner.execute("INSERT INTO organisations VALUES ($1, 'Acme', 'Acme', now())", org_id)
        db = await Database.open(url, 4, "killer")
        workers = Workers(url, tmp_path)
        workers.start("a")
        try:
            for round_ in range(3):
                for number in range(10 * round_, 10 * round_ + 10):
                    await _stubbornly(lambda number=number: say(db, org_id, number))
                    await _stubbornly(lambda number=number: ask(db, org_id, "test.job", number=number))
                await _stubbornly(lambda round_=round_: ask(db, org_id, "test.slow", number=round_, seconds=1))
                os.kill(int((embedded.folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
                await asyncio.sleep(0.5)
                await _start_again(embedded)
            await workers.until(
                lambda: (
                    {what for _, what in workers.lines("event")} == {f"event {n}" for n in range(30)}
                    and {what for _, what in workers.lines("job")} == {f"job {n}" for n in range(30)}
                    and {what for _, what in workers.lines("ends")} == {f"ends {n}" for n in range(3)}
                ),
                60,
            )
            assert workers.running["a"].poll() is None
            await workers.until(lambda: len(workers.lines("tick")) > 0)
            ticks = len(workers.lines("tick"))
            await workers.until(lambda: len(workers.lines("tick")) > ticks)
        finally:
            workers.stop()
            await db.close()
            owner.terminate()


async def _stubbornly(write: Callable[[], Any]) -> None:
    """As a caller does that got no answer: again, until it is acknowledged."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            await write()
            return
        except (DatabaseDown, asyncpg.PostgresError):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)


async def _start_again(embedded: Embedded) -> None:
    for _ in range(40):
        try:
            await asyncio.to_thread(embedded.start)
            return
        except (Unavailable, subprocess.CalledProcessError):
            await asyncio.sleep(0.25)
    raise AssertionError("PostgreSQL does not come back")
