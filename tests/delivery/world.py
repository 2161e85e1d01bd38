"""A customer with a project, results to deliver, and an address that receives webhooks."""

import asyncio
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from PIL import Image

from fairmark.delivery import jobs
from fairmark.kernel import events
from fairmark.kernel.actor import Actor, ActorKind, Mode, Scope
from fairmark.kernel.blobs import asset_key
from fairmark.kernel.db import Database
from fairmark.kernel.events import Event
from fairmark.kernel.http import Site
from fairmark.kernel.ids import ItemId, KeyId, OrgId, ProjectId, ResultId, TaskId, new_id
from fairmark.ontology.model import Annotation, ItemClass, Mark, Ontology
from fairmark.projects import service as projects
from fairmark.tasks.events import TaskDone

ONTOLOGY = Ontology(
    classes=(
        ItemClass(id="car", name="Car", color="#1f77b4", marks=("box",)),
        ItemClass(id="dog", name="Dog", color="#ff7f0e", marks=("box", "tag")),
    )
)


def box(mark_id: str, class_: str, x: float, y: float, w: float, h: float) -> Mark:
    return Mark(id=mark_id, kind="box", class_=class_, geometry={"x": x, "y": y, "w": w, "h": h})


def picture(width: int, height: int, shade: int) -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (shade % 256, 80, 120)).save(out, "PNG")
    return out.getvalue()


@dataclass
class Job:
    """A job that waits. in_s: seconds until it may run."""

    name: str
    args: dict[str, Any]
    in_s: float


class World:
    """One organisation of the test's own."""

    def __init__(self, site: Site, owner: asyncpg.Connection, org_id: OrgId) -> None:
        self.site = site
        self.db: Database = site.db
        self.owner = owner
        self.org_id = org_id

    def key(self, mode: Mode = Mode.LIVE) -> Actor:
        """A key that may do everything, in a mode."""
        return Actor(
            kind=ActorKind.KEY, org_id=self.org_id, key_id=KeyId(new_id()), mode=mode, scopes=frozenset({Scope.ADMIN})
        )

    async def project(self, name: str = "Cars", mode: Mode = Mode.LIVE, ontology: Ontology = ONTOLOGY) -> ProjectId:
        async with self.db.begin(self.org_id, actor=self.key(mode)) as tx:
            return (await projects.create(tx, name, ontology=ontology)).id

    async def announce(self, *happened: Event) -> None:
        async with self.db.begin(self.org_id, actor=events.SYSTEM) as tx:
            await events.announce(tx, *happened)

    async def batch(self, project_id: ProjectId, name: str = "first") -> UUID:
        batch_id = new_id()
        await self.owner.execute(
            "INSERT INTO batches (org_id, id, project_id, name, created_at) VALUES ($1, $2, $3, $4, now())",
            self.org_id, batch_id, project_id, name,
        )  # fmt: skip
        return batch_id

    async def result(
        self,
        project_id: ProjectId,
        batch_id: UUID,
        name: str,
        marks: Sequence[Mark] = (),
        *,
        confidence: float | None = None,
        size: tuple[int, int] = (64, 48),
        stored: bool = True,
    ) -> "Made":
        """An image with its accepted annotation and the event of it. stored: its bytes are in the store."""
        asset_id, item_id, task_id, result_id = (new_id() for _ in range(4))
        data = picture(*size, shade=int.from_bytes(hashlib.sha256(name.encode()).digest()[:1], "big"))
        data += name.encode()  # trailing bytes make each file its own
        sha256 = hashlib.sha256(data).digest()
        if stored:
            await self.site.blobs.put(asset_key(self.org_id, sha256), data)
        annotation = Annotation(marks=tuple(marks))
        async with self.db.begin(self.org_id, actor=events.SYSTEM) as tx:
            run = (await tx.bare()).execute
            await run(
                "INSERT INTO assets (org_id, id, sha256, state, name, media_type, bytes, width, height, created_at)"
                " VALUES ($1, $2, $3, 'ready', $4, 'image/png', $5, $6, $7, now())",
                self.org_id, asset_id, sha256, name, len(data), *size,
            )  # fmt: skip
            await run(
                "INSERT INTO items (org_id, id, project_id, batch_id, external_id, name, asset_ids, meta, created_at)"
                """ VALUES ($1, $2, $3, $4, $5, $5, $6, '{"lot": 7}', now())""",
                self.org_id, item_id, project_id, batch_id, name, [asset_id],
            )  # fmt: skip
            await run(
                "INSERT INTO results (org_id, id, project_id, task_id, item_id, version, origin, annotation, classes,"
                " marks, ontology_version, confidence, created_at)"
                " VALUES ($1, $2, $3, $4, $5, 1, 'single', $6::jsonb, $7, $8, 1, $9, now())",
                self.org_id, result_id, project_id, task_id, item_id, msgspec.json.encode(annotation).decode(),
                sorted({mark.class_ for mark in marks}), len(marks), confidence,
            )  # fmt: skip
            await run(
                "INSERT INTO tasks (org_id, id, project_id, item_id, batch_id, state, place, result_id, created_at,"
                " updated_at) VALUES ($1, $2, $3, $4, $5, 'done', 0, $6, now(), now())",
                self.org_id, task_id, project_id, item_id, batch_id, result_id,
            )  # fmt: skip
            done = TaskDone(
                project_id=project_id, task_id=TaskId(task_id), item_id=ItemId(item_id), result_id=ResultId(result_id),
                origin="single", confidence=confidence,
            )  # fmt: skip
            await events.announce(tx, done)
        return Made(TaskId(task_id), ItemId(item_id), ResultId(result_id), data)

    async def read_events(self) -> None:
        """Lets the reader of webhooks catch up."""
        while await jobs.READER.turn(self.db, self.org_id):
            pass

    async def waiting(self) -> list[Job]:
        """Takes this organisation's jobs out of the queue, in the order in which they would run."""
        rows = await self.owner.fetch(
            "DELETE FROM pgqueuer.pgqueuer WHERE convert_from(payload, 'UTF8')::json ->> 'org_id' = $1"
            " RETURNING id, entrypoint, priority, payload, execute_after, execute_after - now() AS wait",
            str(self.org_id),
        )
        found: list[Any] = sorted(rows, key=_turn)
        return [
            Job(row["entrypoint"], json.loads(row["payload"])["args"], row["wait"] / timedelta(seconds=1))
            for row in found
        ]

    async def run_jobs(self, within_s: float = 1.0) -> list[Job]:
        """Runs the jobs that are due, until there are none; returns those that are to run later."""
        later: list[Job] = []
        while found := await self.waiting():
            for job in found:
                if job.in_s > within_s:
                    later.append(job)
                else:
                    await jobs.JOBS[job.name](self.site, self.org_id, job.args)
        return later

    async def deliveries(self) -> list[asyncpg.Record]:
        return await self.owner.fetch("SELECT * FROM webhook_deliveries WHERE org_id = $1 ORDER BY id", self.org_id)

    async def age(self, table: str, by: timedelta) -> None:
        """Makes the rows of a table older."""
        columns = {"webhook_deliveries": ["queued_at", "created_at", "updated_at"], "exports": ["updated_at"]}[table]
        changes = ", ".join(f"{column} = {column} - $2::interval" for column in columns)
        await self.owner.execute(f"UPDATE {table} SET {changes} WHERE org_id = $1", self.org_id, by)


def _turn(row: Any) -> tuple[int, datetime, int]:
    return -row["priority"], row["execute_after"], row["id"]


@dataclass(frozen=True)
class Made:
    task_id: TaskId
    item_id: ItemId
    result_id: ResultId
    data: bytes


@dataclass
class Received:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: datetime | None = None


@dataclass
class Receiver:
    """A real HTTP server that answers as it is told: (status, headers, body), or a number of seconds to hang."""

    port: int = 0
    answers: list[tuple[int, dict[str, str], bytes] | float] = field(default_factory=list)
    requests: list[Received] = field(default_factory=list)
    server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self.server is not None
        self.server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append(Received(head[0].split(" ")[1], headers, body))
            answer = self.answers.pop(0) if self.answers else (200, {}, b"ok")
            if isinstance(answer, float | int):
                await asyncio.sleep(answer)
                return
            status, more, text = answer
            lines = [f"HTTP/1.1 {status} Told", f"Content-Length: {len(text)}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in more.items()]
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + text)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()
