"""Turns that stand still or end without an answer, on a real database."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from fairmark.kernel.db import Database
from fairmark.kernel.ids import AssignmentId
from fairmark.tasks import leases
from fairmark.tasks.model import NoSuchAssignment

from .world import make_world


class TestLeavingATask:
    async def test_a_skip_passes_it_on_and_is_remembered(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            await leases.skip(tx, assignment.id, "too dark")
        assert await world.claim(world.workers[0]) is None
        assert (await world.must_claim(world.workers[1])).task_id == assignment.task_id

    async def test_what_was_given_back_can_be_had_again(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            await leases.give_back(tx, assignment.id)
        assert (await world.must_claim(world.workers[0])).task_id == assignment.task_id

    async def test_after_three_skips_the_lead_decides(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, workers=4)
        for worker in world.workers[:3]:
            assignment = await world.must_claim(worker)
            async with db.begin(world.org_id, actor=worker) as tx:
                await leases.skip(tx, assignment.id, "too dark")
        assert await world.claim(world.workers[3]) is None
        task = await world.row("SELECT state, note FROM tasks WHERE org_id = $1", world.org_id)
        assert task["state"] == "paused"
        assert "too dark" in task["note"]

    async def test_a_paused_turn_is_kept(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            lease = await leases.pause(tx, assignment.id)
        assert lease.leased_until > datetime.now(UTC) + timedelta(hours=11)

    async def test_an_unknown_assignment_is_nobodys(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        with pytest.raises(NoSuchAssignment):
            async with db.begin(world.org_id, actor=world.workers[0]) as tx:
                await leases.skip(tx, AssignmentId(world.batch_id), "no such thing")
