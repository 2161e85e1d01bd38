"""Gold in the queue: where it lies, who may take it, and that it leaves no trace in anybody's list."""

from typing import Any

import asyncpg
import pytest

from fairmark.kernel import events
from fairmark.kernel.db import Database
from fairmark.kernel.ids import ItemId, new_id
from fairmark.projects.model import GoldTurns, LabelStage, Overlap, Pipeline
from fairmark.quality import jobs
from fairmark.quality.gold import service as gold
from fairmark.quality.gold.model import BadGold, GoldOrigin, GoldState, NoSuchItem
from fairmark.quality.gold.service import Known
from fairmark.tasks import flow, leases
from fairmark.tasks.model import Assignment, NoSuchTask, TurnState
from tests.tasks.world import World, boxes, make_world

ALWAYS = GoldTurns(rate_new=1.0, rate_known=1.0)
RIGHT = boxes((10, 10))


async def world_with(db: Database, owner: asyncpg.Connection, items: int = 30, count: int = 3, **options: Any) -> World:
    world = await make_world(db, owner, Pipeline((LabelStage(Overlap(1, 1)),), ALWAYS), items=items)
    await make(world, world.item_ids[:count], **options)
    return world


async def make(world: World, items: list[ItemId], *, keep_task: bool = False) -> None:
    async with world.db.begin(world.org_id, actor=world.lead) as tx:
        rows = [Known(id, None, RIGHT, "It is plain to see.") for id in items]
        made = await gold.make_many(tx, world.project_id, rows, GoldOrigin.IMPORT, keep_task=keep_task)
        assert made.faults == []


class Reader:
    """Reads the organisation's log as the quality reader does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.at = events.Cursor()

    async def turn(self) -> None:
        async with self.world.db.begin(self.world.org_id, actor=events.SYSTEM) as tx:
            stored = await events.read(tx, self.at, types=jobs.WORK_EVENTS)
            if stored:
                self.at = stored[-1].cursor
                await jobs.on_work(tx, stored)


async def work(world: World, reader: Reader, count: int, who: int = 0) -> list[Assignment]:
    """Hands in `count` turns, the reader right behind."""
    turns: list[Assignment] = []
    for _ in range(count):
        turn = await world.claim(world.workers[who])
        if turn is None:
            break
        turns.append(turn)
        await world.submit(world.workers[who], turn, RIGHT, key=str(turn.id))
        await reader.turn()
    return turns


class TestPlant:
    async def test_each_is_met_once_by_each_worker_and_then_no_more(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await world_with(db, owner, items=63)
        reader = Reader(world)
        gold_items = set(world.item_ids[:3])
        met = [turn.item_id for turn in await work(world, reader, 40) if turn.item_id in gold_items]
        assert sorted(met) == sorted(gold_items)
        others = [turn.item_id for turn in await work(world, reader, 20, who=1) if turn.item_id in gold_items]
        assert len(others) == len(set(others)) > 0
        rows = await owner.fetch("SELECT * FROM checks WHERE org_id = $1 AND source = 'gold'", world.org_id)
        assert len(rows) == len(met) + len(others)
        assert {row["score"] for row in rows} == {1.0}

    async def test_lies_between_ordinary_turns_a_few_ahead_for_one_worker_alone(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await world_with(db, owner)
        [turn] = await work(world, Reader(world), 1)
        at = (await world.task(turn.task_id))["place"]
        query = "SELECT * FROM open_assignments WHERE org_id = $1 AND place > $2 ORDER BY rank, place"
        ahead = await owner.fetch(query, world.org_id, at)
        places = [n for n, row in enumerate(ahead) if row["reserved_for"] is not None]
        assert len(places) == 1
        planted = ahead[places[0]]
        assert 3 <= places[0] <= 8
        assert (planted["reserved_for"], planted["reserved_until"]) == (world.workers[0].worker_id, None)
        beside = ahead[places[0] + 1]
        assert (planted["rank"], planted["stage"], planted["after_id"]) == (beside["rank"], beside["stage"], None)
        assert planted["id"].version == beside["id"].version  # not even the ids differ in kind
        assert planted["task_id"].version == beside["task_id"].version
        # Somebody else walks past it, though they may get a turn of their own at the same task.
        others = [t.id for t in await work(world, Reader(world), 20, who=1)]
        assert planted["id"] not in others

    async def test_nothing_is_planted_where_there_is_nothing_to_hide_in(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await world_with(db, owner, items=5, count=3)
        await work(world, Reader(world), 2)
        assert await owner.fetchval("SELECT count(*) FROM gold_turns WHERE org_id = $1", world.org_id) == 0

    async def test_what_somebody_has_labeled_is_no_gold_for_them(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, Pipeline((LabelStage(Overlap(1, 1)),), ALWAYS), items=30)
        reader = Reader(world)
        done = [turn.item_id for turn in await work(world, reader, 3)]
        await make(world, done)
        await work(world, reader, 20)
        assert await owner.fetchval("SELECT count(*) FROM gold_turns WHERE org_id = $1", world.org_id) == 0

    async def test_a_lead_who_knows_the_answers_gets_none(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await world_with(db, owner)
        await owner.execute(
            "UPDATE workforce_members SET role = 'lead' WHERE org_id = $1 AND worker_id = $2",
            world.org_id, world.workers[0].worker_id,
        )  # fmt: skip
        await work(world, Reader(world), 5)
        assert await owner.fetchval("SELECT count(*) FROM gold_turns WHERE org_id = $1", world.org_id) == 0


class TestTurns:
    async def claimed(self, world: World, reader: Reader) -> Assignment:
        gold_items = set(world.item_ids[:3])
        for _ in range(25):
            turn = await world.must_claim(world.workers[0])
            if turn.item_id in gold_items:
                return turn
            await world.submit(world.workers[0], turn, RIGHT, key=str(turn.id))
            await reader.turn()
        raise AssertionError("no gold was met")

    async def test_skipped_is_gone_and_nobody_else_gets_it(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await world_with(db, owner)
        turn = await self.claimed(world, Reader(world))
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            await leases.skip(tx, turn.id, "too hard")
        query = "SELECT count(*) FROM open_assignments WHERE org_id = $1 AND task_id = $2"
        assert await owner.fetchval(query, world.org_id, turn.task_id) == 0
        assert (await world.task(turn.task_id))["state"] == "open"

    @pytest.mark.parametrize("expired", [False, True])
    async def test_returned_or_expired_it_waits_for_the_same_worker(
        self, db: Database, owner: asyncpg.Connection, expired: bool
    ) -> None:
        world = await world_with(db, owner)
        turn = await self.claimed(world, Reader(world))
        if expired:
            await owner.execute("UPDATE assignments SET leased_until = now() - interval '1 min' WHERE id = $1", turn.id)
            async with db.begin(world.org_id) as tx:
                await leases.expire(tx)
        else:
            async with db.begin(world.org_id, actor=world.workers[0]) as tx:
                await leases.give_back(tx, turn.id)
        query = "SELECT * FROM open_assignments WHERE org_id = $1 AND task_id = $2"
        row = await world.row(query, world.org_id, turn.task_id)
        assert (row["reserved_for"], row["reserved_until"], row["after_id"]) == (
            world.workers[0].worker_id, None, turn.id,
        )  # fmt: skip
        if expired:  # late work takes its place, as it does anywhere
            await world.submit(world.workers[0], turn, RIGHT)
            closed = await world.row("SELECT state FROM assignments WHERE id = $1", turn.id)
            assert closed["state"] == TurnState.SUBMITTED


class TestMake:
    async def test_takes_the_items_own_task_out_unless_it_is_kept_or_begun(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner, Pipeline((LabelStage(Overlap(1, 1)),), ALWAYS), items=4)
        begun = await world.must_claim(world.workers[0])
        left = [id for id in world.item_ids if id != begun.item_id]
        await make(world, [begun.item_id, left[0]])
        await make(world, [left[1]], keep_task=True)
        query = "SELECT item_id, state FROM tasks WHERE org_id = $1 AND gold_id IS NULL"
        states = {row["item_id"]: row["state"] for row in await owner.fetch(query, world.org_id)}
        assert states == {begun.item_id: "open", left[0]: "cancelled", left[1]: "open", left[2]: "open"}

    async def test_bad_rows_are_named_and_good_ones_taken(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=2)
        bad = boxes((10, 10), cls="tram")
        rows = [
            Known(world.item_ids[0], None, RIGHT, ""), Known(world.item_ids[1], None, bad, ""),
            Known(None, "nowhere", RIGHT, ""), Known(ItemId(new_id()), None, RIGHT, ""),
        ]  # fmt: skip
        async with db.begin(world.org_id, actor=world.lead) as tx:
            made = await gold.make_many(tx, world.project_id, rows, GoldOrigin.IMPORT, keep_task=True)
        assert (made.made, [fault.row for fault in made.faults]) == (1, [1, 2, 3])
        assert made.faults[1].code == NoSuchItem.code
        async with db.begin(world.org_id, actor=world.lead) as tx:
            with pytest.raises(BadGold):
                await gold.make(tx, world.project_id, rows[1], keep_task=False)

    async def test_its_task_cannot_be_reached_as_a_task(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await world_with(db, owner, items=4, count=1)
        task_id = (await world.row("SELECT task_id FROM gold WHERE org_id = $1", world.org_id))["task_id"]
        async with db.begin(world.org_id, actor=world.lead) as tx:
            with pytest.raises(NoSuchTask):
                await flow.cancel(tx, task_id, "no")
            await flow.batch_changed(tx, world.batch_id, "cancelled", 0, None)
        assert (await world.task(task_id))["state"] == "open"

    async def test_retired_it_is_out_of_everybodys_way(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await world_with(db, owner)
        await work(world, Reader(world), 1)
        id = (await world.row("SELECT gold_id FROM gold_turns WHERE org_id = $1", world.org_id))["gold_id"]
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await gold.change(tx, id, annotation=None, explanation=None, state=GoldState.RETIRED, note="Old.")
        query = "SELECT count(*) FROM open_assignments WHERE org_id = $1 AND reserved_for IS NOT NULL"
        assert await owner.fetchval(query, world.org_id) == 0

    async def test_a_new_reason_is_taken_and_only_a_hand_brings_back_what_was_retired(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await world_with(db, owner, items=4, count=1)
        query = "SELECT id, item_id, state, explanation, version FROM gold WHERE org_id = $1"
        before = await world.row(query, world.org_id)
        known = Known(before["item_id"], None, RIGHT, "Look at the sky.")
        async with db.begin(world.org_id, actor=world.lead) as tx:
            made = await gold.make_many(tx, world.project_id, [known], GoldOrigin.IMPORT, keep_task=True)
            again = await gold.make_many(tx, world.project_id, [known], GoldOrigin.IMPORT, keep_task=True)
        assert (made.changed, again.same) == (1, 1)
        after = await world.row(query, world.org_id)
        # The answer is the same, so it is the same version: nobody is scored anew.
        assert (after["explanation"], after["version"]) == ("Look at the sky.", before["version"])
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await gold.change(tx, before["id"], annotation=None, explanation=None, state=GoldState.RETIRED, note="Old.")
            await gold.make_many(tx, world.project_id, [known], GoldOrigin.IMPORT, keep_task=True)
        assert (await world.row(query, world.org_id))["state"] == GoldState.RETIRED
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await gold.make(tx, world.project_id, known, keep_task=True)
        assert (await world.row(query, world.org_id))["state"] == GoldState.ACTIVE
