"""What people look at, on a real database."""

import asyncpg

from fairmark.kernel.db import Database
from fairmark.projects.model import LabelStage, Overlap, Pipeline, ReviewStage
from fairmark.tasks import desk, flow, service, turns
from fairmark.tasks.model import Assignment, Decision, Kind

from .world import SIGN, World, boxes, make_world

TWO_AND_REVIEW = Pipeline((LabelStage(Overlap(2, 2)), ReviewStage(share=1.0)))


async def look(world: World, actor: int | None, assignment: Assignment) -> Assignment:
    """The turn of a worker, or of the reviewer, as its page shows it."""
    who = world.reviewer if actor is None else world.workers[actor]
    async with world.db.begin(world.org_id, actor=who) as tx:
        return await desk.turn(tx, SIGN, assignment.id)


class TestTurn:
    async def test_says_what_was_handed_in_and_nothing_of_others(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, TWO_AND_REVIEW)
        first, second = await world.must_claim(world.workers[0]), await world.must_claim(world.workers[1])
        assert (await look(world, 0, first)).handed_in is None
        await world.submit(world.workers[0], first, boxes((1, 1)))
        await world.submit(world.workers[1], second, boxes((9, 9)))
        found = await look(world, 0, first)
        assert found.handed_in == boxes((1, 1))
        assert (found.draft, found.submissions, found.reviews, found.decision) == (None, [], [], None)

    async def test_says_what_the_reviewer_decided_without_a_name(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, TWO_AND_REVIEW)
        turns = [await world.must_claim(worker) for worker in world.workers[:2]]
        for n, turn in enumerate(turns):
            await world.submit(world.workers[n], turn, boxes((n, n)))
        await world.judge(turns[0].task_id)
        review = await world.must_claim(world.reviewer, Kind.REVIEW)
        async with db.begin(world.org_id, actor=world.reviewer) as tx:
            await service.review(tx, review.id, "k", Decision.FIX, ["too loose"], "See the wheel.", boxes((5, 5)))
        found = await look(world, 1, turns[1])
        assert found.handed_in == boxes((1, 1))
        assert [(r.decision, r.reasons, r.comment, r.annotation) for r in found.reviews] == [
            (Decision.FIX, ["too loose"], "See the wheel.", boxes((5, 5)))
        ]
        assert found.decision is Decision.FIX
        mine = await look(world, None, review)
        assert mine.own_review is not None
        assert (mine.own_review.annotation, mine.reviews, mine.handed_in) == (boxes((5, 5)), [], None)
        assert [(s.label, s.annotation) for s in mine.submissions] == [("A", boxes((0, 0))), ("B", boxes((1, 1)))]

    async def test_says_nothing_of_the_next_round(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, Pipeline((LabelStage(Overlap(1, 1)), ReviewStage(share=1.0))))
        first = await world.must_claim(world.workers[0])
        await world.submit(world.workers[0], first, boxes((1, 1)))
        await world.judge(first.task_id)
        review = await world.must_claim(world.reviewer, Kind.REVIEW)
        async with db.begin(world.org_id, actor=world.reviewer) as tx:
            await service.review(tx, review.id, "k", Decision.REJECT, ["a car is missing"], "", None)
        again = await world.must_claim(world.workers[0])
        assert again.round == 1
        await world.submit(world.workers[0], again, boxes((1, 1), (2, 2)))
        await world.judge(first.task_id)
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await flow.review_from_pages(tx, first.task_id, Decision.ACCEPT, [], "", None)
        before, after = await look(world, 0, first), await look(world, 0, again)
        assert [r.decision for r in before.reviews] == [Decision.REJECT]
        assert [r.decision for r in after.reviews] == [Decision.ACCEPT]
        assert [s.annotation for s in (await look(world, None, review)).submissions] == [boxes((1, 1))]
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            listed = await turns.mine(tx, SIGN, open_only=False, before=None, limit=10)
        assert [turn.decision for turn in listed] == [Decision.ACCEPT, Decision.REJECT]
