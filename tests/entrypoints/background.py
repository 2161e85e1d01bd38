"""A worker process with small tables of its own: `python -m tests.entrypoints.background FOLDER NAME`.

What its handlers do stands in FOLDER/log, one line each: NAME and what.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fairmark.entrypoints import wiring, worker, worker_jobs, worker_readers
from fairmark.kernel import settings
from fairmark.kernel.db import Tx
from fairmark.kernel.events import Event, Reader, StoredEvent
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId


class Happened(Event, frozen=True, kw_only=True, tag="test_worker.happened"):
    """An event that carries a number."""

    number: int


class Diary:
    """What the handlers of one process did."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / "log"
        self.name = name

    def write(self, what: object) -> None:
        handle = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        os.write(handle, f"{self.name} {what}\n".encode())
        os.close(handle)

    async def on_events(self, tx: Tx, happened: Sequence[StoredEvent]) -> None:
        for event in happened:
            self.write(f"event {event.read_as(Happened).number}")

    async def job(self, site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
        self.write(f"job {args['number']}")

    async def slow(self, site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
        self.write(f"begins {args['number']}")
        await asyncio.sleep(args["seconds"])
        self.write(f"ends {args['number']}")

    async def shaky(self, site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
        tried = self.path.exists() and f"shaky {args['number']}\n" in self.path.read_text()
        self.write(f"shaky {args['number']}")
        if not tried:
            raise ValueError("the first time it fails")

    async def tick(self, site: Site) -> None:
        self.write("tick")


def wire(diary: Diary) -> None:
    wiring.READERS[:] = [Reader("test_worker", ["test_worker.happened"], diary.on_events)]
    wiring.JOBS.clear()
    wiring.JOBS.update({"test.job": diary.job, "test.slow": diary.slow, "test.shaky": diary.shaky})
    wiring.QUICK_JOBS = frozenset({"test.job"})
    wiring.PERIODIC[:] = [("test tick", 1, diary.tick)]


def main(folder: Path, name: str) -> None:
    worker_jobs.STALE_S = 2
    worker_jobs.GRACE_S = 1
    worker_readers.SWEEP_S = 3600
    wire(Diary(folder, name))
    told = {name: value for name, value in os.environ.items() if name.startswith("FAIRMARK_WORK_")}
    config = settings.load(told, data_dir=str(folder), database_url=os.environ["TEST_WORKER_DATABASE"])
    asyncio.run(worker.run(config))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
