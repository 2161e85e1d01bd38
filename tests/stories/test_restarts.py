"""A server that is killed in the middle of the work: what it acknowledged is there, exactly once."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import httpx

from fairmark.client import AsyncClient
from fairmark.client.model import TaskState
from fairmark.client.simulate.crowd import Crowd, Plan, simulate
from fairmark.client.simulate.ledger import read_ledger
from tests.conftest import free_port

from .conftest import Customer, draw_shapes, pipeline, project_of


class Fragile:
    """A server process of the test's own, over the same database as the others."""

    def __init__(self, data_dir: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMARK_")}
        self._environ = kept | {
            "FAIRMARK_DATA_DIR": str(data_dir), "FAIRMARK_PORT": str(port), "FAIRMARK_PUBLIC_URL": self.url,
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        command = [sys.executable, "-m", "fairmark", "serve"]
        self._process = subprocess.Popen(command, env=self._environ, start_new_session=True)  # noqa: ASYNC220 - quick
        async with httpx.AsyncClient() as http:
            for _ in range(600):
                try:
                    if (await http.get(self.url + "/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        raise AssertionError("the server does not come up")

    def kill(self) -> None:
        """As a power cut would: the process and its children, at once."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class TestKill:
    async def test_every_acknowledged_submission_is_there_once_and_all_work_is_done(
        self, customer: Customer, owner: asyncpg.Connection, data_dir: Path, tmp_path: Path
    ) -> None:
        shapes = draw_shapes(tmp_path / "many", 60)
        project = await project_of(customer.client, shapes, pipeline(2))
        ledger = tmp_path / "ledger.jsonl"
        plan = Plan(workers=8, reviewers=0, seed=9, speed=20, idle_s=30, seconds_max=150, ledger=ledger)
        fragile = Fragile(data_dir)
        await fragile.start()
        kills = 0

        async def trouble(crowd: Crowd) -> None:
            nonlocal kills
            for mark in (20, 60):
                while crowd.submissions < mark:  # noqa: ASYNC110 - the crowd tells nobody
                    await asyncio.sleep(0.05)
                fragile.kill()
                kills += 1
                await fragile.start()

        troubles: list[asyncio.Task[None]] = []
        try:
            async with AsyncClient(fragile.url, customer.key, patience_s=120) as boss:
                summary = await simulate(
                    fragile.url, plan, shapes.truth, boss=boss, project_id=project.id,
                    started=lambda crowd: troubles.append(asyncio.create_task(trouble(crowd))),
                )  # fmt: skip
            await asyncio.gather(*troubles)
        finally:
            fragile.kill()

        assert kills == 2
        assert summary.progress is not None
        assert summary.progress.tasks[TaskState.DONE] == 60
        acknowledged = {entry.id for entry in read_ledger(ledger)}
        rows = await owner.fetch(
            "SELECT id, task_id, worker_id, assignment_id FROM submissions WHERE org_id = $1", customer.org_id
        )
        assert acknowledged <= {str(row["id"]) for row in rows}
        # Two of each task by different people, and nothing handed in twice.
        assert len(rows) == len({row["assignment_id"] for row in rows}) == 120
        assert len({(row["task_id"], row["worker_id"]) for row in rows}) == 120
        left = await owner.fetchval("SELECT count(*) FROM open_assignments WHERE org_id = $1", customer.org_id)
        assert left == 0
