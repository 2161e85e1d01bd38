"""A throw-away installation for benchmarks: database, server processes, and work filled in by SQL."""

import asyncio
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from uuid import UUID

import asyncpg
import psutil

from fairmark import __version__
from fairmark.kernel import json, migrate
from fairmark.kernel.embedded import OWNER, Embedded
from fairmark.kernel.ids import new_id
from fairmark.kernel.signing import token_hash
from fairmark.ontology.model import ItemClass, Ontology
from fairmark.projects.model import LabelStage, Overlap, Pipeline

ONTOLOGY = Ontology(classes=(ItemClass(id="car", name="Car", color="#1f77b4", marks=("box",)),))
READY_S = 60


def machine() -> str:
    """What the figures were measured on."""
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.processor())  # fmt: skip
    return f"fairmark {__version__}, Python {platform.python_version()}, {os.cpu_count()} x {cpu}, {platform.system()}"


@dataclass
class Cpu:
    """CPU seconds of the server's and the database's processes."""

    server: float
    database: float

    def __sub__(self, other: "Cpu") -> "Cpu":
        return Cpu(self.server - other.server, self.database - other.database)


@dataclass
class Installation:
    """A running server over a database of its own in a temporary folder; a context manager."""

    processes: int = 2
    worker: bool = False
    port: int = 8931
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="fairmark-bench-")))
    children: list[subprocess.Popen[bytes]] = field(default_factory=list[subprocess.Popen[bytes]])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Installation":
        self.embedded = Embedded(self.folder)
        self.embedded.start()
        asyncio.run(migrate.migrate(self.embedded.url(OWNER)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.embedded.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> float:
        """Starts the server (and worker); returns the seconds until it was ready."""
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("FAIRMARK_")},
            "FAIRMARK_DATA_DIR": str(self.folder), "FAIRMARK_PORT": str(self.port),
            "FAIRMARK_PROCESSES": str(self.processes), "FAIRMARK_LOG_LEVEL": "warning",
            "FAIRMARK_FETCH_ALLOW": "127.0.0.0/8",
        }  # fmt: skip
        started = time.perf_counter()
        for name in ["serve", "work"] if self.worker else ["serve"]:
            command = [sys.executable, "-m", "fairmark", name]
            self.children.append(subprocess.Popen(command, env=env, start_new_session=True))
        while time.perf_counter() < started + READY_S:
            try:
                with urllib.request.urlopen(self.url + "/readyz") as answer:
                    if answer.status == 200:
                        return time.perf_counter() - started
            except OSError:
                time.sleep(0.02)
        raise TimeoutError("the server did not become ready")

    def stop(self) -> None:
        """Ends server and worker."""
        for child in self.children:
            os.killpg(child.pid, signal.SIGTERM)
        for child in self.children:
            child.wait(20)
        self.children.clear()

    def cpu(self) -> Cpu:
        """CPU seconds used so far, of every server process and every process of the database."""
        server = sum(_family_cpu(child.pid) for child in self.children)
        postmaster = int((self.folder / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
        return Cpu(server, _family_cpu(postmaster))

    def memory_mb(self) -> float:
        """Memory that the server's processes hold for themselves (USS), without the database."""
        total = 0
        for child in self.children:
            for process in [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]:
                total += process.memory_full_info().uss
        return total / 1e6

    def sql(self, script: str, *args: object) -> list[asyncpg.Record]:
        """Runs SQL as the owner."""

        async def run() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.embedded.url(OWNER))
            try:
                if not args:
                    await connection.execute(script)
                    return []
                return await connection.fetch(script, *args)
            finally:
                await connection.close()

        return asyncio.run(run())


def _family_cpu(pid: int) -> float:
    total = 0.0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for process in family:
        try:
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
        except psutil.NoSuchProcess:
            continue
    return total


@dataclass
class Work:
    """A project full of open assignments, and people who may take them."""

    org_id: UUID
    project_id: UUID
    batch_id: UUID
    tokens: list[str]


def fill(installation: Installation, open_assignments: int, workers: int) -> Work:
    """An organisation with one project, `open_assignments` tasks of overlap 1, and `workers` signed-in workers."""
    org, project, batch, workforce = new_id(), new_id(), new_id(), new_id()
    asset = new_id()
    pipeline = json.encode(Pipeline((LabelStage(Overlap(1, 1)),)))
    tokens = [f"ses_bench-{n:037d}" for n in range(workers)]
    installation.sql(f"""
        INSERT INTO organisations VALUES ('{org}', 'Bench', 'Bench', now());
        INSERT INTO workforces (org_id, id, name, created_at) VALUES ('{org}', '{workforce}', 'crowd', now());
        INSERT INTO projects (org_id, id, mode, name, modality, state, pipeline, ontology_version, guideline_version,
                              created_at, updated_at)
        VALUES ('{org}', '{project}', 'live', 'bench', 'image', 'active', '{pipeline}', 1, 1, now(), now());
        INSERT INTO ontologies VALUES ('{org}', '{project}', 1, '{json.encode(ONTOLOGY)}', '', NULL, now());
        INSERT INTO guidelines VALUES ('{org}', '{project}', 1, 'Box every car.', '', NULL, now());
        INSERT INTO project_workforces VALUES ('{org}', '{project}', '{workforce}');
        INSERT INTO batches (org_id, id, project_id, name, created_at)
        VALUES ('{org}', '{batch}', '{project}', 'b', now());
        INSERT INTO assets (org_id, id, sha256, state, name, media_type, width, height, created_at)
        VALUES ('{org}', '{asset}', '\\x00', 'ready', 'a.jpg', 'image/jpeg', 1920, 1080, now());
        INSERT INTO items (org_id, id, project_id, batch_id, external_id, name, asset_ids, created_at)
        SELECT '{org}', gen_random_uuid(), '{project}', '{batch}', 'x' || n, 'x' || n, ARRAY['{asset}'::uuid], now()
          FROM generate_series(1, {open_assignments}) n;
        INSERT INTO tasks (org_id, id, project_id, item_id, batch_id, state, place, created_at, updated_at)
        SELECT org_id, gen_random_uuid(), project_id, id, batch_id, 'open',
               row_number() OVER () * 4 + floor(random() * 65536)::bigint, now(), now() FROM items;
        INSERT INTO open_assignments (org_id, project_id, stage, rank, place, task_id, id)
        SELECT org_id, project_id, 0, 0, place, id, gen_random_uuid() FROM tasks;
    """)
    for n, token in enumerate(tokens):
        person, worker = new_id(), new_id()
        installation.sql(f"""
            INSERT INTO people (id, email, name, password_hash, created_at)
            VALUES ('{person}', 'w{n}@bench.example', 'W{n}', '', now());
            INSERT INTO sessions VALUES ('\\x{token_hash(token).hex()}', '{new_id()}', '{person}', now(), now(),
                                         now() + interval '1 day', '', '');
            INSERT INTO workers (org_id, id, person_id, alias, created_at)
            VALUES ('{org}', '{worker}', '{person}', 'W{n}', now());
            INSERT INTO workforce_members VALUES ('{org}', '{workforce}', '{worker}', 'worker', now());
        """)
    # What autovacuum would do within the next minute, done: it is not what is to be measured.
    installation.sql("VACUUM ANALYZE")
    installation.sql("CHECKPOINT")
    return Work(org, project, batch, tokens)
