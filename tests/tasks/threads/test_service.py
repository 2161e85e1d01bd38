"""Threads on a real database."""

import asyncio

import asyncpg
import pytest

from fairmark.kernel.actor import Actor, WorkRole
from fairmark.kernel.db import Database
from fairmark.kernel.errors import Forbidden
from fairmark.kernel.events import of_task
from fairmark.kernel.ids import AssignmentId, TaskId, ThreadId, new_id
from fairmark.projects.model import LabelStage, Overlap, Pipeline, ReviewStage
from fairmark.tasks import leases, service
from fairmark.tasks.model import Assignment, Decision, KeyReused, Kind, NoSuchAssignment, NoSuchTask
from fairmark.tasks.threads import service as threads
from fairmark.tasks.threads.model import COMMENTS_MAX, NoSuchThread, Place, Thread, TooManyComments, TurnLeft
from tests.tasks.world import World, add_worker, boxes, make_world

AT = Place(12.5, 40.0)


def reviewed(overlap: int = 1) -> Pipeline:
    return Pipeline((LabelStage(Overlap(overlap, overlap)), ReviewStage()))


class Room:
    """A world whose only task is labeled and under review."""

    def __init__(self, world: World, labels: list[Assignment], review: Assignment) -> None:
        self.world, self.labels, self.review = world, labels, review

    @property
    def task_id(self) -> TaskId:
        return self.review.task_id

    async def open(
        self, actor: Actor, id: AssignmentId, text: str, mark_id: str | None = None, key: str = "k"
    ) -> Thread:
        async with self.world.db.begin(self.world.org_id, actor=actor) as tx:
            return await threads.open_thread(tx, await threads.at_turn(tx, id), key, text, 0, mark_id, AT)

    async def say(self, actor: Actor, id: AssignmentId, thread: ThreadId, text: str, key: str = "a") -> Thread:
        async with self.world.db.begin(self.world.org_id, actor=actor) as tx:
            return await threads.say(tx, await threads.at_turn(tx, id), thread, key, text)

    async def heard(self, actor: Actor, id: AssignmentId) -> list[tuple[str, list[str]]]:
        """Who said what, by thread: "reviewer: Too wide."."""
        async with self.world.db.begin(self.world.org_id, actor=actor) as tx:
            found = await threads.threads(tx, await threads.at_turn(tx, id))
        return [(each.mark_id or "", [f"{said.by}: {said.text}" for said in each.comments]) for each in found]


async def room(db: Database, owner: asyncpg.Connection, overlap: int = 1) -> Room:
    world = await make_world(db, owner, reviewed(overlap))
    labels: list[Assignment] = []
    for number, actor in enumerate(world.workers[:overlap]):
        turn = await world.must_claim(actor)
        labels.append(turn)
        await world.submit(actor, turn, boxes(*[(10.0 + each, 10.0) for each in range(number + 1)]))
    await world.judge(labels[0].task_id)
    return Room(world, labels, await world.must_claim(world.reviewer, Kind.REVIEW))


class TestOpenThread:
    async def test_is_there_for_the_author_who_learns_no_name(self, db: Database, owner: asyncpg.Connection) -> None:
        here = await room(db, owner)
        author = here.world.workers[0]
        made = await here.open(here.world.reviewer, here.review.id, "Too wide.", "m0")
        assert (made.mark_id, made.at, made.asset, made.round, made.resolved_at) == ("m0", AT, 0, 0, None)
        assert [(said.by, said.worker) for said in made.comments] == [("you", None)]
        assert await here.heard(author, here.labels[0].id) == [("m0", ["reviewer: Too wide."])]
        await here.say(author, here.labels[0].id, made.id, "The shadow too?")
        assert await here.heard(here.world.reviewer, here.review.id) == [
            ("m0", ["you: Too wide.", "labeler: The shadow too?"])
        ]
        async with db.begin(here.world.org_id, actor=here.world.lead) as tx:
            kinds = [event.type for event in await of_task(tx, here.task_id)]
        assert kinds[-2:] == ["thread.opened", "thread.answered"]

    async def test_the_same_key_again_is_the_same_thread(self, db: Database, owner: asyncpg.Connection) -> None:
        here = await room(db, owner)
        who, id = here.world.reviewer, here.review.id
        made = await asyncio.gather(*[here.open(who, id, "Too wide.") for _ in range(4)])
        assert len({each.id for each in made}) == 1
        assert await here.heard(who, id) == [("", ["you: Too wide."])]
        with pytest.raises(KeyReused):
            await here.open(who, id, "Too narrow.")
        # Another person's key is another key.
        await here.open(here.world.workers[0], here.labels[0].id, "Too narrow.")
        assert await here.heard(who, id) == [("", ["you: Too wide."]), ("", ["labeler: Too narrow."])]

    async def test_an_author_hears_nothing_of_another_ones_work(self, db: Database, owner: asyncpg.Connection) -> None:
        here = await room(db, owner, overlap=2)
        (first, second), (ann, ben) = here.world.workers[:2], here.labels
        # m0 is a mark of both, m1 of the second alone.
        await here.open(here.world.reviewer, here.review.id, "Not there.", "m1", key="1")
        shared = await here.open(here.world.reviewer, here.review.id, "Look again.", "m0", key="2")
        await here.say(second, ben.id, shared.id, "Done.")
        assert await here.heard(first, ann.id) == [("m0", ["reviewer: Look again."])]
        assert await here.heard(second, ben.id) == [
            ("m1", ["reviewer: Not there."]), ("m0", ["reviewer: Look again.", "you: Done."]),
        ]  # fmt: skip
        with pytest.raises(NoSuchThread):
            await here.say(first, ann.id, ThreadId(new_id()), "Hello?")

    async def test_a_stranger_has_no_way_in(self, db: Database, owner: asyncpg.Connection) -> None:
        here = await room(db, owner)
        with pytest.raises(NoSuchAssignment):
            await here.open(here.world.workers[2], here.labels[0].id, "Hello?")
        thread = await here.open(here.world.reviewer, here.review.id, "Too wide.")
        other = await room(db, owner)
        with pytest.raises(NoSuchThread):
            await other.say(other.world.reviewer, other.review.id, thread.id, "Hello?")

    async def test_whoever_gave_the_task_back_hears_no_more(self, db: Database, owner: asyncpg.Connection) -> None:
        here = await room(db, owner)
        async with db.begin(here.world.org_id, actor=here.world.reviewer) as tx:
            await leases.give_back(tx, here.review.id)
        with pytest.raises(TurnLeft):
            await here.heard(here.world.reviewer, here.review.id)


class TestSendingBack:
    async def test_the_author_answers_in_the_rework_and_the_next_reviewer_sees_it_settled(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        here = await room(db, owner)
        world, author = here.world, here.world.workers[0]
        thread = await here.open(world.reviewer, here.review.id, "Too wide.", "m0")
        async with db.begin(world.org_id, actor=world.reviewer) as tx:
            await service.review(tx, here.review.id, "r", Decision.REJECT, ["loose"], "", None)
        again = await world.must_claim(author)
        assert (again.round, await here.heard(author, again.id)) == (1, [("m0", ["reviewer: Too wide."])])
        await here.say(author, again.id, thread.id, "Mended.")
        async with db.begin(world.org_id, actor=author) as tx:
            table = await threads.at_turn(tx, again.id)
            first = await threads.settle(tx, table, thread.id, resolved=True)
            assert (await threads.settle(tx, table, thread.id, resolved=True)).resolved_at == first.resolved_at
        await world.submit(author, again, boxes((10, 10)), key="k2")
        await world.judge(here.task_id)
        # Nobody judges the same task twice.
        second = await add_worker(world, "R2", WorkRole.REVIEWER)
        next_one = await world.must_claim(second, Kind.REVIEW)
        async with db.begin(world.org_id, actor=second) as tx:
            table = await threads.at_turn(tx, next_one.id)
            (seen,) = await threads.threads(tx, table)
            assert (seen.resolved_by, seen.resolved_at) == ("labeler", first.resolved_at)
            reopened = await threads.settle(tx, table, thread.id, resolved=False)
            assert (reopened.resolved_by, reopened.resolved_at) == (None, None)
            kinds = [event.type for event in await of_task(tx, here.task_id)]
        # Settling twice is told once.
        assert [kind for kind in kinds if kind.startswith("thread.re")] == ["thread.resolved", "thread.reopened"]


class TestPlace:
    async def test_is_where_the_mark_was_last(self, db: Database, owner: asyncpg.Connection) -> None:
        here = await room(db, owner)
        thread = await here.open(here.world.reviewer, here.review.id, "Too wide.", "m0")
        async with db.begin(here.world.org_id, actor=here.world.reviewer) as tx:
            table = await threads.at_turn(tx, here.review.id)
            await threads.place(tx, table, thread.id, 0, Place(7.0, 8.0))
            (seen,) = await threads.threads(tx, table)
        assert (seen.at, seen.mark_id) == (Place(7.0, 8.0), "m0")


class TestAtPages:
    async def test_a_lead_speaks_as_lead_and_sees_pseudonyms(self, db: Database, owner: asyncpg.Connection) -> None:
        here = await room(db, owner)
        thread = await here.open(here.world.reviewer, here.review.id, "Too wide.", "m0")
        async with db.begin(here.world.org_id, actor=here.world.lead) as tx:
            table = await threads.at_pages(tx, here.task_id)
            said = await threads.say(tx, table, thread.id, "k", "The guideline says so.")
        assert [(each.by, each.worker is None) for each in said.comments] == [("reviewer", False), ("you", True)]
        assert await here.heard(here.world.workers[0], here.labels[0].id) == [
            ("m0", ["reviewer: Too wide.", "lead: The guideline says so."])
        ]

    async def test_nobody_else_gets_there(self, db: Database, owner: asyncpg.Connection) -> None:
        here = await room(db, owner)
        async with db.begin(here.world.org_id, actor=here.world.workers[0]) as tx:
            with pytest.raises(Forbidden):
                await threads.at_pages(tx, here.task_id)
        async with db.begin(here.world.org_id, actor=here.world.lead) as tx:
            with pytest.raises(NoSuchTask):
                await threads.at_pages(tx, TaskId(new_id()))


class TestLimits:
    async def test_a_thread_takes_no_more_than_it_may(self, db: Database, owner: asyncpg.Connection) -> None:
        here = await room(db, owner)
        thread = await here.open(here.world.reviewer, here.review.id, "Too wide.", key="0")
        async with db.begin(here.world.org_id, actor=here.world.reviewer) as tx:
            table = await threads.at_turn(tx, here.review.id)
            for number in range(1, COMMENTS_MAX):
                await threads.say(tx, table, thread.id, str(number), "And more.")
            with pytest.raises(TooManyComments):
                await threads.say(tx, table, thread.id, "one too many", "And more.")
            # What was posted before is the same as before, full or not.
            assert len((await threads.say(tx, table, thread.id, "1", "And more.")).comments) == COMMENTS_MAX
