"""Questions to the lead, on a real database."""

import asyncpg
import pytest

from fairmark.kernel.db import Database
from fairmark.kernel.events import of_task
from fairmark.kernel.ids import QuestionId, new_id
from fairmark.tasks import drafts
from fairmark.tasks.model import Assignment, NoSuchQuestion, Question
from fairmark.tasks.questions import service as questions
from tests.tasks.world import SIGN, World, boxes, make_world


async def ask(world: World, assignment: Assignment, *mark_ids: str) -> Question:
    async with world.db.begin(world.org_id, actor=world.workers[0]) as tx:
        return await questions.ask(tx, assignment.id, "Is a van a car?", mark_ids)


class TestAsk:
    async def test_is_kept_with_the_task(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        asked = await ask(world, assignment)
        assert (asked.text, asked.worker, asked.answer) == ("Is a van a car?", "W0", None)
        assert (asked.mark_ids, asked.marks) == ([], [])
        async with db.begin(world.org_id, actor=world.lead) as tx:
            assert (await of_task(tx, assignment.task_id))[-1].type == "question.asked"

    async def test_marks_are_kept_as_the_draft_has_them_in_the_order_named(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        drawn = boxes((1, 1), (2, 2), (3, 3))
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            await drafts.save(tx, assignment.id, 1, drawn, base=0, device="Laptop")
        asked = await ask(world, assignment, "m2", "gone", "m0", "m2")
        assert asked.mark_ids == ["m2", "gone", "m0"]
        assert asked.marks == [drawn.marks[2], drawn.marks[0]]
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            await drafts.save(tx, assignment.id, 2, boxes(), base=1, device="Laptop")
        async with db.begin(world.org_id, actor=world.lead) as tx:
            [seen] = await questions.of_project(tx, SIGN, world.project_id, None, True, 10)
        assert seen.marks == [drawn.marks[2], drawn.marks[0]]
        assert [media.asset_id for media in seen.media] == [media.asset_id for media in assignment.media]


class TestAnswer:
    async def test_reaches_who_asked(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        asked = await ask(world, assignment)
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await questions.answer(tx, asked.id, "Yes.")
            with pytest.raises(NoSuchQuestion, match="no question"):
                await questions.answer(tx, QuestionId(new_id()), "Yes.")
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            assert [each.answer for each in await questions.of_turn(tx, assignment.id)] == ["Yes."]
        async with db.begin(world.org_id, actor=world.lead) as tx:
            assert await questions.of_project(tx, SIGN, world.project_id, None, True, 10) == []
