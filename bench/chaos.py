"""Kills the server, the worker and the database in the middle of work: `python -m bench.chaos`.

`fairmark simulate` drives workers over HTTP and keeps a ledger of everything that was acknowledged. Meanwhile one of
the processes is killed with SIGKILL, again and again; the supervisor brings it back. Afterwards every acknowledged
submission and review must be there exactly once, no assignment lost, no task stuck. Prints what it found; exits 1 if
anything failed.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import msgspec
import psutil
from rich.console import Console

from bench.crowd_project import make_project
from bench.installation import machine
from fairmark.client.simulate.ledger import Entry
from fairmark.kernel.embedded import OWNER, Embedded

CHECKS = {
    "acknowledged submissions that are missing": """
        SELECT count(*) FROM unnest($1::uuid[]) AS a (id) LEFT JOIN submissions s ON s.id = a.id WHERE s.id IS NULL""",
    "acknowledged reviews that are missing": """
        SELECT count(*) FROM unnest($2::uuid[]) AS a (id) LEFT JOIN reviews v ON v.id = a.id WHERE v.id IS NULL""",
    "assignments with more than one submission": """
        SELECT count(*) FROM (SELECT 1 FROM submissions GROUP BY org_id, assignment_id HAVING count(*) > 1) x""",
    "workers with two answers to one task in a round": """
        SELECT count(*) FROM (
            SELECT 1 FROM submissions GROUP BY org_id, task_id, worker_id, round HAVING count(*) > 1) x""",
    "submissions without their event": """
        SELECT count(*) FROM submissions s WHERE NOT EXISTS (
            SELECT FROM events e WHERE e.org_id = s.org_id AND e.task_id = s.task_id
               AND e.type = 'assignment.submitted' AND e.data ->> 'submission_id' = s.id::text)""",
    "open tasks that nobody works on and nobody can claim": """
        SELECT count(*) FROM tasks t WHERE t.state = 'open'
           AND NOT EXISTS (SELECT FROM open_assignments o WHERE o.org_id = t.org_id AND o.task_id = t.id)
           AND NOT EXISTS (SELECT FROM assignments a
                            WHERE a.org_id = t.org_id AND a.task_id = t.id AND a.state = 'leased')""",
    "tasks that are done without a result": "SELECT count(*) FROM tasks WHERE state = 'done' AND result_id IS NULL",
    "tasks that are not done": "SELECT count(*) FROM tasks WHERE state <> 'done'",
    "tasks with results that nobody asked for": """
        SELECT count(*) FROM (
            SELECT 1 FROM results GROUP BY org_id, task_id HAVING count(*) > 1) x""",
}


@dataclass
class Victims:
    """The processes of one installation, found by what they run."""

    folder: Path
    supervisor: int

    def kill(self, kind: str) -> None:
        """Kills the server (`listen`), the worker (`work`) or `postgres`, once it is there: after the kill before, it
        may still be starting. Raises TimeoutError if there is none: then nothing would be tested."""
        for _ in range(150):
            pid = self._pick(kind)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                return
            time.sleep(0.1)
        raise TimeoutError(f"there is no {kind} to kill")

    def _pick(self, kind: str) -> int | None:
        if kind == "postgres":
            try:
                return int((self.folder / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
            except (OSError, ValueError):
                return None
        found = [
            child for child in psutil.Process(self.supervisor).children(recursive=True)
            if child.is_running() and child.cmdline()[-1:] == [kind]
        ]  # fmt: skip
        return found[-1].pid if found else None


def main() -> None:
    """Runs it and says what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=32)
    parser.add_argument("--items", type=int, default=1500)
    parser.add_argument("--port", type=int, default=8941)
    options = parser.parse_args()
    console = Console(width=120)
    console.print(f"chaos: {options.kills} kills -9, {options.workers} workers; {machine()}")
    folder = Path(tempfile.mkdtemp(prefix="fairmark-chaos-"))
    url = f"http://127.0.0.1:{options.port}"
    env = {**os.environ, "FAIRMARK_DATA_DIR": str(folder), "FAIRMARK_PORT": str(options.port),
           "FAIRMARK_PUBLIC_URL": url, "FAIRMARK_LOG_LEVEL": "error"}  # fmt: skip
    up = subprocess.Popen([sys.executable, "-m", "fairmark", "up"], env=env, start_new_session=True)
    try:
        _wait(url)
        failed = _ordeal(console, options, Victims(folder, up.pid), env, url)
    finally:
        up.terminate()
        up.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


def _ordeal(console: Console, options: argparse.Namespace, victims: Victims, env: dict[str, str], url: str) -> bool:
    truth, arguments = make_project(victims.folder, env, url, options.items)
    ledger = victims.folder / "ledger.txt"
    command = [sys.executable, "-m", "fairmark", "simulate", *arguments, "--workers", str(options.workers),
               "--truth", str(truth), "--ledger", str(ledger), "--idle", "45", "--reviewers", "2",
               "--url", url]  # fmt: skip
    crowd = subprocess.Popen(command, env=env)
    chance = random.Random(7)
    kinds = ["listen", "work", "postgres"]
    for n in range(options.kills):
        time.sleep(chance.uniform(2, 5))
        if crowd.poll() is not None:
            console.print(f"the crowd was done after {n} kills; take more --items")
            break
        kind = kinds[n % 3]
        victims.kill(kind)
        console.print(f"  kill -9 {kind}")
    status = crowd.wait(900)
    console.print(f"the crowd ended with status {status}")
    _settle(victims.folder)
    entries = [msgspec.json.decode(line, type=Entry) for line in ledger.read_bytes().splitlines()]
    labels = [entry.id for entry in entries if entry.kind == "label"]
    reviews = [entry.id for entry in entries if entry.kind == "review"]
    found = asyncio.run(_check(victims.folder, labels, reviews))
    console.print(f"acknowledged: {len(labels)} submissions, {len(reviews)} reviews")
    for what, count in found.items():
        console.print(f"  {'[green]ok [/green]' if not count else '[red]BAD[/red]'} {count:6d} {what}")
    return bool(status) or any(found.values())


async def _check(folder: Path, labels: list[str], reviews: list[str]) -> dict[str, int]:
    connection = await asyncpg.connect(Embedded(folder).url(OWNER))
    try:
        found: dict[str, int] = {}
        for what, sql in CHECKS.items():
            arguments = [reviews] if "$2" in sql else [labels] if "$1" in sql else []
            found[what] = await connection.fetchval(sql.replace("$2", "$1"), *arguments) or 0
        return found
    finally:
        await connection.close()


def _settle(folder: Path) -> None:
    """Waits until the readers have caught up: no submission is left without its consequences."""

    async def busy() -> int:
        connection = await asyncpg.connect(Embedded(folder).url(OWNER))
        try:
            return await connection.fetchval("SELECT count(*) FROM tasks WHERE state = 'open'") or 0
        finally:
            await connection.close()

    for _ in range(60):
        try:
            if asyncio.run(busy()) == 0:
                return
        except (OSError, asyncpg.PostgresError):
            pass
        time.sleep(1)


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url + "/readyz") as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("fairmark did not come up")


if __name__ == "__main__":
    main()
