"""A customer with a project, items and workers, made by SQL: tests of tasks need no other package's use cases."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from fairmark.kernel import json
from fairmark.kernel.actor import NOBODY, Actor, ActorKind, MemberRole, WorkRole
from fairmark.kernel.db import Database
from fairmark.kernel.ids import AssetId, BatchId, ItemId, OrgId, PersonId, ProjectId, TaskId, WorkerId, new_id
from fairmark.ontology.model import Annotation, Field, FieldKind, ItemClass, Mark, Ontology
from fairmark.projects.model import LabelStage, Overlap, Pipeline
from fairmark.quality import service as quality
from fairmark.tasks import flow, service
from fairmark.tasks.model import Assignment, ClaimedTwice, ClaimWish, Kind, Receipt
from fairmark.tasks.turns import Signer

ONTOLOGY = Ontology(
    classes=(
        ItemClass(id="car", name="Car", color="#1f77b4", marks=("box",)),
        ItemClass(id="person", name="Person", color="#ff7f0e", marks=("box",)),
    ),
    questions=(Field(id="blurry", name="Is it blurry?", kind=FieldKind.BOOLEAN),),
)


def _url(org_id: OrgId, asset_id: AssetId, variant: str) -> str:
    return f"/media/{org_id}/{asset_id}/{variant}"


def _tiles(org_id: OrgId, asset_id: AssetId) -> str:
    return f"tiles of {asset_id}"


SIGN = Signer(_url, _tiles)


def boxes(*places: tuple[float, float], cls: str = "car") -> Annotation:
    """An annotation with a box of 100 x 80 at each place."""
    return Annotation(
        marks=tuple(
            Mark(f"m{n}", "box", cls, {"x": x, "y": y, "w": 100.0, "h": 80.0}) for n, (x, y) in enumerate(places)
        )
    )


@dataclass
class World:
    """One organisation's project. `workers[i]` is an actor that may label; `reviewer` may also review."""

    db: Database
    owner: asyncpg.Connection
    org_id: OrgId
    project_id: ProjectId
    batch_id: BatchId
    workforce_id: UUID
    lead: Actor
    workers: list[Actor] = field(default_factory=list[Actor])
    reviewer: Actor = NOBODY
    item_ids: list[ItemId] = field(default_factory=list[ItemId])

    async def add_items(self, count: int, asset_state: str = "ready") -> list[ItemId]:
        """Items of one asset each, and tasks for them."""
        ids = [ItemId(new_id()) for _ in range(count)]
        for item_id in ids:
            asset_id = AssetId(new_id())
            await self.owner.execute(
                "INSERT INTO assets (org_id, id, sha256, state, name, media_type, width, height, created_at)"
                " VALUES ($1, $2, $3, $4, 'a.jpg', 'image/jpeg', 1920, 1080, now())",
                self.org_id, asset_id, asset_id.bytes if asset_state == "ready" else None, asset_state,
            )  # fmt: skip
            await self.owner.execute(
                "INSERT INTO items (org_id, id, project_id, batch_id, external_id, name, asset_ids, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $5, $6, now())",
                self.org_id, item_id, self.project_id, self.batch_id, str(item_id), [asset_id],
            )  # fmt: skip
        async with self.db.begin(self.org_id) as tx:
            await flow.create_tasks(tx, self.project_id, [(min(ids), max(ids))])
        self.item_ids += ids
        return ids

    async def claim(self, actor: Actor, *kinds: Kind) -> Assignment | None:
        while True:
            try:
                async with self.db.begin(self.org_id, actor=actor) as tx:
                    return (await service.claim(tx, SIGN, ClaimWish(list(kinds)))).assignment
            except ClaimedTwice:  # the border tries again as well
                continue

    async def must_claim(self, actor: Actor, *kinds: Kind) -> Assignment:
        assignment = await self.claim(actor, *kinds)
        assert assignment is not None
        return assignment

    async def submit(self, actor: Actor, assignment: Assignment, annotation: Annotation, key: str = "k") -> Receipt:
        async with self.db.begin(self.org_id, actor=actor) as tx:
            return await service.submit(tx, assignment.id, key, annotation)

    async def submit_and_claim(
        self, actor: Actor, assignment: Assignment, annotation: Annotation, key: str = "k"
    ) -> Receipt:
        async with self.db.begin(self.org_id, actor=actor) as tx:
            return await service.submit_and_claim(tx, SIGN, assignment.id, key, annotation, (), ClaimWish())

    async def judge(self, *task_ids: TaskId) -> None:
        """What the quality reader does after submissions."""
        async with self.db.begin(self.org_id) as tx:
            await quality.judge(tx, dict.fromkeys(task_ids, self.project_id))

    async def row(self, sql: str, *args: Any) -> asyncpg.Record:
        row = await self.owner.fetchrow(sql, *args)
        assert row is not None
        return row

    async def task(self, task_id: TaskId) -> asyncpg.Record:
        return await self.row("SELECT * FROM tasks WHERE org_id = $1 AND id = $2", self.org_id, task_id)


async def make_world(
    db: Database, owner: asyncpg.Connection, pipeline: Pipeline | None = None, workers: int = 3, items: int = 1,
    skills: Sequence[str] = (),
) -> World:  # fmt: skip
    """A fresh organisation; `pipeline` defaults to one label and no review."""
    pipeline = pipeline or Pipeline((LabelStage(Overlap(1, 1)),))
    org_id, project_id, batch_id, workforce_id = OrgId(new_id()), ProjectId(new_id()), BatchId(new_id()), new_id()
    await owner.execute("INSERT INTO organisations VALUES ($1, 'Customer', 'Customer', now())", org_id)
    await owner.execute(
        "INSERT INTO workforces (org_id, id, name, created_at) VALUES ($1, $2, 'crowd', now())", org_id, workforce_id
    )
    await owner.execute(
        "INSERT INTO projects (org_id, id, mode, name, modality, state, pipeline, ontology_version, guideline_version,"
        " created_at, updated_at) VALUES ($1, $2, 'live', 'cars', 'image', 'active', $3, 1, 1, now(), now())",
        org_id, project_id, json.encode(pipeline),
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO ontologies VALUES ($1, $2, 1, $3, '', NULL, now())", org_id, project_id, json.encode(ONTOLOGY)
    )
    await owner.execute("INSERT INTO guidelines VALUES ($1, $2, 1, 'Box it.', '', NULL, now())", org_id, project_id)
    await owner.execute("INSERT INTO project_workforces VALUES ($1, $2, $3)", org_id, project_id, workforce_id)
    await owner.execute(
        "INSERT INTO batches (org_id, id, project_id, name, created_at) VALUES ($1, $2, $3, 'first', now())",
        org_id, batch_id, project_id,
    )  # fmt: skip
    lead = Actor(kind=ActorKind.PERSON, org_id=org_id, person_id=PersonId(new_id()), member_role=MemberRole.OWNER)
    world = World(db, owner, org_id, project_id, batch_id, workforce_id, lead)
    for n in range(workers):
        world.workers.append(await add_worker(world, f"W{n}", WorkRole.WORKER, skills))
    world.reviewer = await add_worker(world, "R", WorkRole.REVIEWER, skills)
    if items:
        await world.add_items(items)
    service.RINGS.forget()
    return world


async def add_worker(world: World, alias: str, role: WorkRole, skills: Sequence[str] = ()) -> Actor:
    """Somebody more in the world's workforce."""
    person_id, worker_id = PersonId(new_id()), WorkerId(new_id())
    await world.owner.execute(
        "INSERT INTO people (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, '', now())",
        person_id, f"{worker_id}@example.org", alias,
    )  # fmt: skip
    await world.owner.execute(
        "INSERT INTO workers (org_id, id, person_id, alias, skills, created_at) VALUES ($1, $2, $3, $4, $5, now())",
        world.org_id, worker_id, person_id, alias, list(skills),
    )  # fmt: skip
    await world.owner.execute(
        "INSERT INTO workforce_members VALUES ($1, $2, $3, $4, now())",
        world.org_id,
        world.workforce_id,
        worker_id,
        role,
    )
    return Actor(kind=ActorKind.PERSON, org_id=world.org_id, person_id=person_id, worker_id=worker_id,
                 work_roles=frozenset({role}))  # fmt: skip
