"""Drafts of one person on several devices: what was not built upon is never overwritten unseen."""

from dataclasses import dataclass

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairmark.kernel.db import Database
from fairmark.kernel.errors import Invalid
from fairmark.ontology.model import Annotation
from fairmark.tasks import desk, drafts
from fairmark.tasks.model import Assignment, NewerDraft, TurnClosed

from .world import SIGN, World, boxes, make_world


@dataclass
class Device:
    """One of the worker's devices at one turn. `save` gives what the server has instead, if it refuses."""

    world: World
    turn: Assignment
    name: str
    base: int = 0

    async def save(
        self, annotation: Annotation, *, base: int | None = None, seq: int | None = None, keep_replaced: bool = False
    ) -> NewerDraft | None:
        built_upon = self.base if base is None else base
        wanted = built_upon + 1 if seq is None else seq
        async with self.world.db.begin(self.world.org_id, actor=self.world.workers[0]) as tx:
            there = await drafts.save(
                tx, self.turn.id, wanted, annotation, base=built_upon, device=self.name, keep_replaced=keep_replaced
            )
        if there is None:
            self.base = wanted
        return there


async def devices(world: World) -> tuple[Device, Device]:
    turn = await world.must_claim(world.workers[0])
    return Device(world, turn, "Laptop"), Device(world, turn, "Tablet")


async def seen(world: World, turn: Assignment) -> Assignment:
    async with world.db.begin(world.org_id, actor=world.workers[0]) as tx:
        return await desk.turn(tx, SIGN, turn.id)


class TestSave:
    async def test_keeps_what_was_built_upon_the_last_one(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        laptop, tablet = await devices(world)
        assert await laptop.save(boxes((1, 1))) is None
        tablet.base = laptop.base
        assert await tablet.save(boxes((1, 1), (2, 2))) is None
        found = await seen(world, laptop.turn)
        assert (found.draft, found.draft_seq, found.draft_device) == (boxes((1, 1), (2, 2)), 2, "Tablet")
        assert found.draft_copies == []

    async def test_keeps_both_where_two_devices_drew_apart(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        laptop, tablet = await devices(world)
        await laptop.save(boxes((1, 1)))
        there = await tablet.save(boxes((2, 2)))
        assert there is not None
        assert (there.seq, there.device, there.annotation) == (1, "Laptop", boxes((1, 1)))
        found = await seen(world, laptop.turn)
        assert found.draft == boxes((1, 1))
        assert [(copy.device, copy.annotation) for copy in found.draft_copies] == [("Tablet", boxes((2, 2)))]

    async def test_an_equal_seq_from_another_device_is_no_success(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner)
        laptop, tablet = await devices(world)
        await laptop.save(boxes((1, 1)), seq=7)
        assert await tablet.save(boxes((2, 2)), seq=7) is not None
        assert (await seen(world, laptop.turn)).draft == boxes((1, 1))

    async def test_the_same_again_is_the_same(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        laptop, _ = await devices(world)
        await laptop.save(boxes((1, 1)))
        assert await laptop.save(boxes((1, 1)), base=0) is None  # its first answer was lost
        assert (await seen(world, laptop.turn)).draft_copies == []

    async def test_a_choice_settles_what_was_laid_aside_and_keeps_the_other(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner)
        laptop, tablet = await devices(world)
        await laptop.save(boxes((1, 1)))
        there = await tablet.save(boxes((2, 2)))
        assert there is not None
        assert await tablet.save(boxes((2, 2)), base=there.seq, keep_replaced=True) is None
        found = await seen(world, laptop.turn)
        assert found.draft == boxes((2, 2))
        assert [(copy.device, copy.annotation) for copy in found.draft_copies] == [("Laptop", boxes((1, 1)))]
        # Building upon it drops nothing: what was replaced stays until the work is handed in.
        laptop.base = tablet.base
        await laptop.save(boxes((3, 3)))
        assert [copy.annotation for copy in (await seen(world, laptop.turn)).draft_copies] == [boxes((1, 1))]

    async def test_without_a_base_the_newer_one_wins_and_the_other_is_laid_aside(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner)
        laptop, _ = await devices(world)
        await laptop.save(boxes((1, 1)), seq=5)

        async def blindly(seq: int, annotation: Annotation) -> NewerDraft | None:
            async with db.begin(world.org_id, actor=world.workers[0]) as tx:
                return await drafts.save(tx, laptop.turn.id, seq, annotation)

        assert await blindly(4, boxes((4, 4))) is not None
        assert await blindly(6, boxes((6, 6))) is None
        found = await seen(world, laptop.turn)
        assert found.draft == boxes((6, 6))
        # Of the device without a name, and of the laptop.
        assert {copy.device: copy.annotation for copy in found.draft_copies} == {"Laptop": boxes((1, 1))}

    async def test_goes_with_its_copies_when_the_work_is_handed_in(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner)
        laptop, tablet = await devices(world)
        await laptop.save(boxes((1, 1)))
        await tablet.save(boxes((2, 2)))
        await world.submit(world.workers[0], laptop.turn, boxes((1, 1)))
        for table in ("drafts", "draft_copies"):
            assert await owner.fetchval(f"SELECT count(*) FROM {table} WHERE org_id = $1", world.org_id) == 0
        with pytest.raises(TurnClosed):
            await tablet.save(boxes((2, 2)))

    async def test_few_copies_are_kept_the_newest(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        laptop, _ = await devices(world)
        await laptop.save(boxes((1, 1)))
        for n in range(drafts.COPIES_MAX + 2):
            await Device(world, laptop.turn, f"Device {n}").save(boxes((n, n)))
        found = await seen(world, laptop.turn)
        # Seven came, five are kept: those of 6, 5, 4, 3 and 2.
        assert [copy.device for copy in found.draft_copies] == [f"Device {n}" for n in (6, 5, 4, 3, 2)]

    async def test_refuses_a_seq_that_is_not_above_its_base(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        laptop, _ = await devices(world)
        with pytest.raises(Invalid, match="not larger than its base"):
            await laptop.save(boxes((1, 1)), seq=3, base=3)

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=st.lists(st.tuples(st.booleans(), st.sampled_from(["mine", "theirs"])), min_size=1, max_size=12))
    async def test_nothing_that_was_sent_is_lost(
        self, db: Database, owner: asyncpg.Connection, steps: list[tuple[bool, str]]
    ) -> None:
        """Two devices save in any order, each upon what it knows; told of another draft, each chooses. What was just
        sent, and what it met there, are both kept: as the draft or as a copy."""
        world = await make_world(db, owner)
        pair = await devices(world)
        for n, (first, choice) in enumerate(steps):
            at = pair[0] if first else pair[1]
            drawn = boxes((n, n))
            there = await at.save(drawn)
            if there is not None and choice == "mine":
                assert await at.save(drawn, base=there.seq, keep_replaced=True) is None
            elif there is not None:
                at.base = there.seq  # goes on with the other's: its own stays as a copy until it saves again
            found = await seen(world, at.turn)
            kept = [found.draft, *(copy.annotation for copy in found.draft_copies)]
            assert drawn in kept
            if there is not None:
                assert there.annotation in kept
