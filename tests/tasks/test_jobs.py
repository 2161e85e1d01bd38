"""Reactions to what happens below, on a real database."""

import asyncpg

from fairmark.identity.events import OrganisationClosed, WorkerDisabled
from fairmark.kernel import events
from fairmark.kernel.actor import Actor
from fairmark.kernel.db import Database
from fairmark.kernel.events import Event, Reader
from fairmark.projects.model import LabelStage, Overlap, Pipeline
from fairmark.tasks import drafts, jobs
from fairmark.tasks.model import Assignment

from .world import World, boxes, make_world


async def happens(world: World, *told: Event) -> None:
    """Announces, and lets the reader of tasks catch up."""
    async with world.db.begin(world.org_id, actor=events.SYSTEM) as tx:
        await events.announce(tx, *told)
    reader = Reader("tasks", jobs.EVENTS, jobs.on_events)
    while await reader.turn(world.db, world.org_id):
        pass


async def state(world: World, assignment: Assignment) -> tuple[str, str | None, int]:
    row = await world.row(
        "SELECT state, reason, active_ms FROM assignments WHERE org_id = $1 AND id = $2", world.org_id, assignment.id
    )
    return row["state"], row["reason"], row["active_ms"]


async def begun(world: World, worker: Actor) -> Assignment:
    """A turn with a draft and some time counted."""
    assignment = await world.must_claim(worker)
    async with world.db.begin(world.org_id, actor=worker) as tx:
        await drafts.save(tx, assignment.id, 1, boxes((7, 7)), base=0, device="Laptop")
    await world.owner.execute(
        "UPDATE assignments SET active_ms = 5000 WHERE org_id = $1 AND id = $2", world.org_id, assignment.id
    )
    return assignment


class TestWorkerDisabled:
    async def test_what_they_held_is_open_again_with_draft_and_time_kept(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner, Pipeline((LabelStage(Overlap(2, 2)),)))
        gone, stays, third = world.workers
        assert gone.worker_id is not None
        held, other = await begun(world, gone), await begun(world, stays)
        assert await world.claim(third) is None  # both places of the only task are taken
        await happens(world, WorkerDisabled(worker_id=gone.worker_id))
        assert await state(world, held) == ("returned", "Kept out by an administrator.", 5000)
        assert await state(world, other) == ("leased", None, 5000)
        kept = await world.row("SELECT count(*) FROM drafts WHERE assignment_id = $1", held.id)
        assert kept[0] == 1
        assert (await world.must_claim(third)).task_id == held.task_id

    async def test_back_again_they_find_their_draft(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        gone = world.workers[0]
        assert gone.worker_id is not None
        await begun(world, gone)
        await happens(world, WorkerDisabled(worker_id=gone.worker_id))
        again = await world.must_claim(gone)
        assert (again.draft, again.draft_origin) == (boxes((7, 7)), "draft")


class TestOrganisationClosed:
    async def test_everybody_gives_back_what_they_hold(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=2)
        turns = [await begun(world, worker) for worker in world.workers[:2]]
        await happens(world, OrganisationClosed(reason="over"))
        assert {await state(world, turn) for turn in turns} == {("returned", "The organisation was closed.", 5000)}
        left = await world.row("SELECT count(*) FROM open_assignments WHERE org_id = $1", world.org_id)
        assert left[0] == 2
        log = await owner.fetch(
            "SELECT data::jsonb ->> 'state' AS state, actor FROM events"
            " WHERE org_id = $1 AND type = 'assignment.closed'", world.org_id,
        )  # fmt: skip
        assert [(row["state"], row["actor"]) for row in log] == [("returned", "system")] * 2
