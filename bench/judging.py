"""What judging costs: `python -m bench.judging [--tasks 200] [--labels 2 3 5] [--settled 2000]`.

In this process, on a database of its own: tasks with so many submissions are judged as the quality reader does it,
BATCH tasks at a time and one at a time, by judges who are known (twelve people, fitted to KNOWN earlier tasks). One
project asks a question with three answers; in the other, about five boxes of two classes are drawn on each picture. CPU
is this process's own and the database's; statements are those between beginning and ending a transaction. Then all is
fitted anew and every figure made, from `--settled` more tasks of three submissions.
"""

import argparse
import asyncio
import random
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.table import Table

from bench.installation import Installation, machine
from fairmark.kernel import json
from fairmark.kernel.blobs import Blobs
from fairmark.kernel.db import Database
from fairmark.kernel.embedded import OWNER
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.http import Site
from fairmark.kernel.ids import BatchId, ItemId, OrgId, ProjectId, TaskId, new_id
from fairmark.kernel.schema import APP_ROLE
from fairmark.kernel.settings import Settings
from fairmark.kernel.telemetry import SQL_STATEMENTS
from fairmark.ontology.model import Annotation, Field, FieldKind, ItemClass, Mark, Ontology, Option
from fairmark.projects.model import LabelStage, Overlap, Pipeline
from fairmark.quality.judging import jobs, loading, service
from fairmark.tasks import flow

PEOPLE, BATCH, KNOWN, MARKS = 12, 20, 200, 5
AROUND_A_TRANSACTION = 3
COLOURS = ("red", "green", "blue")
CLASSES = (ItemClass("car", "Car", "#1f77b4", ("box",)), ItemClass("bus", "Bus", "#ff7f0e", ("box",)))
QUESTION = Field("colour", "Colour", FieldKind.SINGLE, tuple(Option(each, each) for each in COLOURS))
ONTOLOGIES = {"question": Ontology(questions=(QUESTION,)), "boxes": Ontology(classes=CLASSES)}


@dataclass
class Project:
    """One project of a kind, its people, and what they say: right in four of five cases."""

    kind: str
    org_id: OrgId
    id: ProjectId
    people: list[UUID]
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    def truth(self) -> Annotation:
        if self.kind == "question":
            return Annotation(answers={"colour": self.dice.choice(COLOURS)})
        return Annotation(marks=tuple(self._box(n, 300.0 * n, self.dice.choice(CLASSES).id) for n in range(MARKS)))

    def said(self, truth: Annotation) -> Annotation:
        """What one person makes of it."""
        if self.kind == "question":
            right = self.dice.random() < 0.8
            return truth if right else Annotation(answers={"colour": self.dice.choice(COLOURS)})
        seen = [mark for mark in truth.marks if self.dice.random() < 0.85]
        marks = [
            self._box(n, float(mark.geometry["x"]), mark.class_ if self.dice.random() < 0.9 else "car")
            for n, mark in enumerate(seen)
        ]
        if self.dice.random() < 0.2:
            marks.append(self._box(MARKS, 300.0 * self.dice.random() * MARKS, "car", y=800.0))
        return Annotation(marks=tuple(marks))

    def _box(self, n: int, x: float, name: str, y: float = 100.0) -> Mark:
        jitter = [self.dice.gauss(0, 4) for _ in range(4)]
        box = {"x": x + jitter[0], "y": y + jitter[1], "w": 120 + jitter[2], "h": 90 + jitter[3]}
        return Mark(f"m{n}", "box", name, box)


async def make_project(owner: asyncpg.Connection, kind: str) -> Project:
    """An active project in an organisation of its own; two to ten people are asked, until 95 % sure."""
    org_id, project_id, batch_id = OrgId(new_id()), ProjectId(new_id()), new_id()
    pipeline = Pipeline((LabelStage(Overlap(2, 10, target=0.95)),))
    people = [new_id() for _ in range(PEOPLE)]
    await owner.execute("INSERT INTO organisations VALUES ($1, 'Bench', 'Bench', now())", org_id)
    await owner.execute(
        "INSERT INTO projects (org_id, id, mode, name, modality, state, pipeline, ontology_version, guideline_version,"
        " created_at, updated_at) VALUES ($1, $2, 'live', 'bench', 'image', 'active', $3, 1, 1, now(), now())",
        org_id, project_id, json.encode(pipeline),
    )  # fmt: skip
    ontology = json.encode(ONTOLOGIES[kind])
    await owner.execute("INSERT INTO ontologies VALUES ($1, $2, 1, $3, '', NULL, now())", org_id, project_id, ontology)
    await owner.execute(
        "INSERT INTO batches (org_id, id, project_id, name, created_at) VALUES ($1, $2, $3, 'first', now())",
        org_id, batch_id, project_id,
    )  # fmt: skip
    for n, id in enumerate(people):
        person = new_id()
        await owner.execute(
            "INSERT INTO people (id, email, name, password_hash, created_at) VALUES ($1, $2, 'P', '', now())",
            person, f"{id}@example.org",
        )  # fmt: skip
        await owner.execute(
            "INSERT INTO workers (org_id, id, person_id, alias, created_at) VALUES ($1, $2, $3, $4, now())",
            org_id, id, person, f"worker-{n}",
        )  # fmt: skip
    return Project(kind, org_id, project_id, people)


async def add_tasks(owner: asyncpg.Connection, db: Database, project: Project, count: int, labels: int) -> list[TaskId]:
    """Tasks that so many people have handed something in for, and nobody has judged."""
    ids = [ItemId(new_id()) for _ in range(count)]
    batch = BatchId(await owner.fetchval("SELECT id FROM batches WHERE org_id = $1", project.org_id) or new_id())
    await owner.executemany(
        "INSERT INTO items (org_id, id, project_id, batch_id, external_id, name, asset_ids, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $5, '{}', now())",
        [(project.org_id, id, project.id, batch, str(id)) for id in ids],
    )
    async with db.begin(project.org_id, actor=SYSTEM) as tx:
        await flow.create_tasks(tx, project.id, [(min(ids), max(ids))])
    rows = await owner.fetch(
        "SELECT id FROM tasks WHERE org_id = $1 AND item_id = ANY ($2) ORDER BY id", project.org_id, ids
    )
    turns: list[tuple[UUID, ...]] = []
    said: list[tuple[object, ...]] = []
    for row in rows:
        truth = project.truth()
        for worker_id in project.dice.sample(project.people, labels):
            turn = new_id()
            turns.append((project.org_id, turn, project.id, row["id"], worker_id))
            annotation = json.encode(project.said(truth))
            said.append((project.org_id, new_id(), project.id, row["id"], turn, worker_id, annotation))
    await owner.execute("DELETE FROM open_assignments WHERE org_id = $1", project.org_id)
    await owner.executemany(
        "INSERT INTO assignments (org_id, id, project_id, task_id, worker_id, kind, stage, round, state, leased_at,"
        " leased_until) VALUES ($1, $2, $3, $4, $5, 'label', 0, 0, 'submitted', now(), now())", turns,
    )  # fmt: skip
    await owner.executemany(
        "INSERT INTO submissions (org_id, id, project_id, task_id, assignment_id, worker_id, round, key, annotation,"
        " ontology_version, guideline_version, active_ms, created_at) VALUES ($1, $2, $3, $4, $5, $6, 0, 'k', $7, 1, 1,"
        " 1000, now())", said,
    )  # fmt: skip
    return [TaskId(row["id"]) for row in rows]


@dataclass(frozen=True)
class Cost:
    """Of one judged task: CPU in ms, and statements."""

    own_ms: float
    database_ms: float
    statements: float
    wall_ms: float


async def judge(there: Installation, db: Database, project: Project, tasks: Sequence[TaskId], batch: int) -> Cost:
    """Judges all, `batch` at a time."""
    statements, own, wall, before = _statements(), time.process_time(), time.perf_counter(), there.cpu()
    transactions = 0
    for start in range(0, len(tasks), batch):
        async with db.begin(project.org_id, actor=SYSTEM) as tx:
            await service.judge(tx, dict.fromkeys(tasks[start : start + batch], project.id))
        transactions += 1
    used, n = there.cpu() - before, len(tasks)
    return Cost(
        (time.process_time() - own) * 1000 / n, used.database * 1000 / n,
        (_statements() - statements - AROUND_A_TRANSACTION * transactions) / n,
        (time.perf_counter() - wall) * 1000 / n,
    )  # fmt: skip


def _statements() -> float:
    return next(iter(SQL_STATEMENTS.collect())).samples[0].value


def memory_mb() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def settle(db: Database, project: Project) -> float:
    """Fits all anew and makes every figure; CPU seconds of this process."""
    site = Site(Settings(), b"s", db, Blobs("memory://"), lambda request: None)  # pyright: ignore[reportArgumentType]
    started = time.process_time()
    await jobs.settle(site, project.org_id, {"project_id": str(project.id)})
    return time.process_time() - started


async def measure(there: Installation, given: argparse.Namespace, table: Table, console: Console) -> None:
    """Every row of the table, then the settling."""
    owner = await asyncpg.connect(there.embedded.url(OWNER))
    db = await Database.open(there.embedded.url(APP_ROLE), 4, "bench")
    await loading.ready(loading.SETTLING)
    try:
        for kind in ONTOLOGIES:
            project = await make_project(owner, kind)
            known = await add_tasks(owner, db, project, KNOWN, 3)
            await judge(there, db, project, known, BATCH)
            await settle(db, project)
            for labels in given.labels:
                for batch in (BATCH, 1):
                    tasks = await add_tasks(owner, db, project, given.tasks, labels)
                    cost = await judge(there, db, project, tasks, batch)
                    table.add_row(
                        kind, str(labels), str(batch), f"{cost.own_ms:.1f}", f"{cost.database_ms:.1f}",
                        f"{cost.statements:.1f}", f"{cost.wall_ms:.1f}",
                    )  # fmt: skip
            before, done = memory_mb(), KNOWN + 2 * len(given.labels) * given.tasks
            await judge(there, db, project, await add_tasks(owner, db, project, given.settled, 3), BATCH)
            judged, took = memory_mb(), await settle(db, project)
            kept = await owner.fetchrow(
                "SELECT avg(length(j.state)) AS judge, min(length(m.state)) AS project"
                " FROM quality_judges j JOIN quality_models m USING (org_id, project_id) WHERE j.org_id = $1",
                project.org_id,
            )
            assert kept is not None
            console.print(
                f"{kind}: settled {done + given.settled} tasks in {took:.1f} s of CPU. Most memory: {before:.0f} MB"
                f" before, {judged:.0f} MB after judging {given.settled} more, {memory_mb():.0f} MB after settling.\n"
                f"Kept of a judge {kept['judge']:.0f} bytes, of the project {kept['project']} bytes."
            )
    finally:
        await db.close()
        await owner.close()


def main() -> None:
    """Prints a table and a line for each kind of project."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=200, help="tasks for each row")
    parser.add_argument("--labels", type=int, nargs="+", default=[2, 3, 5], help="submissions of a task")
    parser.add_argument("--settled", type=int, default=2000, help="tasks that are fitted at the end, besides")
    given = parser.parse_args()
    console = Console(width=140)
    console.print(machine())
    table = Table("project", "submissions", "tasks at a time", "CPU ms a task", "database CPU ms", "statements", "ms")
    with Installation() as there:
        asyncio.run(measure(there, given, table, console))
    console.print(table)


if __name__ == "__main__":
    main()
