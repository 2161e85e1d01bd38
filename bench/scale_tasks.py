"""Tasks through Scale's own client: `python -m bench.scale_tasks [--tasks 100000] [--threads 16] [--cancel 2000]`.

A whole installation with a worker. The tasks show one picture that was uploaded before, so that nothing is fetched;
each lies in one of ten batches and has a unique id and two tags: that of every second task, that of every thousandth.
Created by threads, then listed page by page, counted and found with filters, and some of them canceled by threads.
Times are the client's own, its JSON and a new connection per call included, which is how that client works.
"""

import argparse
import io
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import scaleapi
from PIL import Image
from rich.console import Console
from rich.table import Table
from scaleapi.tasks import TaskType

from bench.installation import Cpu, Installation, machine

PROJECT, BATCHES, RARE = "bench", 10, 1000
REPEATS = 20
PAGE = 100
GEOMETRIES = {"box": {"objects_to_annotate": ["car", "truck", "bus"], "min_width": 5, "min_height": 5}}


def picture() -> io.BytesIO:
    """A small PNG, as a file to upload."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "#2a9d8f").save(buffer, "PNG")
    buffer.seek(0)
    buffer.name = "one.png"
    return buffer


def p99(took: Iterable[float]) -> float:
    """The value that 99 of 100 stay at or below."""
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


class Bench:
    """Runs calls and keeps what they took, in seconds."""

    def __init__(self, installation: Installation, key: str, threads: int) -> None:
        self.installation = installation
        self.threads = threads
        self._key = key
        self._own = threading.local()
        self.table = Table("step", "calls", "a second", "p50 ms", "p99 ms", "CPU ms a call: server, worker", "database",
                           "client")  # fmt: skip

    @property
    def client(self) -> Any:
        """The thread's own client."""
        if not hasattr(self._own, "client"):
            self._own.client = scaleapi.ScaleClient(self._key, api_instance_url=f"{self.installation.url}/v1")
        return self._own.client

    def run(self, name: str, calls: int, call: Callable[[int], object], threads: int | None = None) -> list[float]:
        """Calls with 0, 1, 2 ... from threads, and adds a line; what each took, in the order of the numbers."""

        def timed(number: int) -> float:
            started = time.perf_counter()
            call(number)
            return time.perf_counter() - started

        before, own, started = self.installation.cpu(), _own_cpu(), time.perf_counter()
        with ThreadPoolExecutor(threads or self.threads) as pool:
            took = list(pool.map(timed, range(calls)))
        whole = time.perf_counter() - started
        self._add(name, took, whole, self.installation.cpu() - before, _own_cpu() - own)
        return took

    def _add(self, name: str, took: list[float], whole: float, spent: Cpu, own: float) -> None:
        per = 1000 / len(took)
        self.table.add_row(
            name, f"{len(took):,}", f"{len(took) / whole:,.0f}", f"{1000 * statistics.median(took):.1f}",
            f"{1000 * p99(took):.1f}", f"{spent.server * per:.2f}", f"{spent.database * per:.2f}", f"{own * per:.2f}",
        )  # fmt: skip


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def create(bench: Bench, tasks: int) -> None:
    """The project, its batches, and the tasks."""
    bench.client.create_project(PROJECT, TaskType.ImageAnnotation, {"geometries": GEOMETRIES})
    for number in range(BATCHES):
        bench.client.create_batch(PROJECT, f"batch {number}")
    attachment = bench.client.upload_file(file=picture()).attachment_url

    def one(number: int) -> None:
        bench.client.create_task(
            TaskType.ImageAnnotation, project=PROJECT, batch=f"batch {number % BATCHES}", attachment=attachment,
            unique_id=f"frame-{number}", tags=[f"half {number % 2}", f"rare {number % RARE}"], instruction="Box cars.",
            metadata={"camera": "front", "frame": number},
        )  # fmt: skip

    bench.run("create_task", tasks, one)


def walk(bench: Bench, tasks: int) -> list[str]:
    """Lists all tasks page by page; the tokens of the pages, the first is empty."""
    tokens: list[str] = [""]

    def page(number: int) -> None:
        found = bench.client.tasks(project=PROJECT, limit=PAGE, next_token=tokens[number] or None)
        if found.next_token:
            tokens.append(found.next_token)

    bench.run(f"tasks(project), pages 1 to {tasks // PAGE:,}", max(1, tasks // PAGE), page, threads=1)
    return tokens


def look(bench: Bench, tasks: int, tokens: list[str]) -> None:
    """Single pages, lists and counts with filters."""
    last = max(1, tasks // PAGE)

    def page(number: int) -> Callable[[int], object]:
        return lambda _: bench.client.tasks(project=PROJECT, limit=PAGE, next_token=tokens[number - 1] or None)

    def listed(**wanted: Any) -> Callable[[int], object]:
        return lambda _: bench.client.tasks(limit=PAGE, **wanted)

    def counted(**wanted: Any) -> Callable[[int], object]:
        return lambda _: bench.client.get_tasks_count(project_name=PROJECT, **wanted)

    steps: dict[str, Callable[[int], object]] = {
        f"page {last // 2:,}": page(max(1, last // 2)),
        f"page {last:,}": page(last),
        "page 2": page(min(2, last)),
        "page 1, with the count of all": page(1),
        "unique_id": listed(unique_id=f"frame-{tasks // 2}"),
        "batch": listed(batch="batch 3"),
        "project, status completed (none)": listed(project=PROJECT, status="completed"),
        "project, a tag of every 2nd": listed(project=PROJECT, tags="half 1"),
        "project, a tag of every 1,000th": listed(project=PROJECT, tags="rare 7"),
        "project, batch and a day": listed(project=PROJECT, batch="batch 3", start_time="2020-01-01"),
        "count of the project": counted(),
        "count of a batch": counted(batch_name="batch 3"),
        "count of a status (none)": counted(status=scaleapi.tasks.TaskStatus.Completed),
        "count of a tag": counted(tags="rare 7"),
        "batch_status": lambda _: bench.client.batch_status("batch 3"),
        "get_task by unique_id and update": lambda n: bench.client.update_task_unique_id(
            bench.client.tasks(unique_id=f"frame-{n}")[0].id, f"frame-{n}"
        ),
    }
    for name, step in steps.items():
        bench.run(name, REPEATS, step, threads=1)


def cancel(bench: Bench, wanted: int) -> None:
    """Cancels tasks of one tag, found by it."""
    half = bench.client.get_tasks(project_name=PROJECT, tags="half 1")
    found = [task.id for task in islice(half, wanted)]
    bench.run("cancel_task", len(found), lambda number: bench.client.cancel_task(found[number], clear_unique_id=True))
    left = bench.client.get_tasks_count(project_name=PROJECT, status=scaleapi.tasks.TaskStatus.Canceled)
    assert left == len(found), (left, len(found))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--cancel", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    with Installation(processes=options.processes, worker=True, port=8937) as installation:
        installation.start()

        def fairmark(*arguments: str) -> str:
            command = [sys.executable, "-m", "fairmark", *arguments, "--data-dir", str(installation.folder)]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

        fairmark("orgs", "create", "Bench")
        bench = Bench(installation, fairmark("keys", "create", "--org", "Bench", "--mode", "live"), options.threads)
        create(bench, options.tasks)
        tokens = walk(bench, options.tasks)
        look(bench, options.tasks, tokens)
        cancel(bench, min(options.cancel, options.tasks // 2))
    console = Console(width=150)
    console.print(f"{options.tasks:,} tasks by {options.threads} threads of Scale's client; {machine()}")
    console.print(bench.table)


if __name__ == "__main__":
    main()
