"""Who is asked next: the rule, and the queue that knows nothing of it."""

from collections import Counter
from datetime import timedelta

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.db import Database
from fairmark.kernel.ids import TaskId, WorkerId, new_id
from fairmark.ontology.model import Annotation
from fairmark.projects.model import LabelStage, Overlap, Pipeline
from fairmark.quality.judging.routing import ENOUGH_N, HARD_BELOW, KEPT_FOR, NEAR_WITHIN, Seat, Unsure, offered, suited
from fairmark.quality.people.rules import Counts
from tests.tasks.world import World, make_world

BLURRY, SHARP = Annotation(answers={"blurry": True}), Annotation(answers={"blurry": False})
TARGET = 0.95


def seat(right: float, wrong: float = 0.0) -> Seat:
    return Seat(WorkerId(new_id()), 0, Counts(right, wrong))


SEATS = st.lists(st.builds(seat, st.floats(0, 300), st.floats(0, 300)), max_size=12)


class TestSuited:
    def test_a_hard_task_suits_the_better_half_of_those_who_are_known(self) -> None:
        able, good, fair, poor, lucky = seat(190, 10), seat(180, 20), seat(140, 60), seat(100, 100), seat(3)
        found = suited(Unsure(set(), 0.55, TARGET), [poor, lucky, fair, able, good])
        # Three right of three is not known to be better than 190 of 200.
        assert found == [able, good]

    def test_an_easy_task_suits_those_of_whom_little_is_known(self) -> None:
        able, new, newer = seat(190, 10), seat(12, 3), seat(0)
        assert suited(Unsure(set(), TARGET - 0.05, TARGET), [able, new, newer]) == [new, newer]

    def test_what_lies_between_suits_whoever_comes(self) -> None:
        assert suited(Unsure(set(), 0.8, TARGET), [seat(190, 10), seat(100, 100), seat(0)]) == []

    def test_nobody_is_better_where_hardly_anybody_is_known(self) -> None:
        assert suited(Unsure(set(), 0.5, TARGET), [seat(190, 10), seat(2), seat(0)]) == []

    @given(SEATS, st.floats(0, 1), st.floats(0.5, 1), st.randoms())
    def test_never_who_has_answered_and_in_any_order(
        self, seats: list[Seat], sure: float, target: float, dice: st.DataObject
    ) -> None:
        answered = {each.worker_id for each in seats[::2]}
        task = Unsure(answered, sure, target)
        found = suited(task, seats)
        assert not answered & {each.worker_id for each in found}
        mixed = list(reversed(seats))
        assert {each.worker_id for each in suited(task, mixed)} == {each.worker_id for each in found}
        hard, near = sure < HARD_BELOW, sure >= target - NEAR_WITHIN
        assert all((each.known.n >= ENOUGH_N) if hard else near for each in found)


class TestOffered:
    @given(SEATS, st.floats(0, 1), st.floats(0, 1, exclude_max=True))
    def test_is_one_of_those_who_are_suited(self, seats: list[Seat], sure: float, draw: float) -> None:
        task = Unsure(set(), sure, TARGET)
        found = offered(task, seats, draw)
        assert (found in suited(task, seats)) if found is not None else suited(task, seats) == []

    def test_the_hard_ones_are_spread_over_all_who_are_able(self) -> None:
        seats = [seat(190, 10), seat(189, 11), seat(150, 50), seat(100, 100)]
        got = Counter(offered(Unsure(set(), 0.5, TARGET), seats, n / 100) for n in range(100))
        assert got == {seats[0]: 50, seats[1]: 50}


async def checked(world: World, who: int, right: int, wrong: int) -> None:
    """A worker's work that was held against what is right."""
    await world.owner.execute(
        "INSERT INTO checks (org_id, submission_id, source, project_id, task_id, worker_id, score, weight, parts,"
        " active_ms, at) SELECT $1, gen_random_uuid(), 'review', $2, gen_random_uuid(), $3, (n <= $4)::int, 1, '{}', 0,"
        " now() FROM generate_series(1, $5::int) AS n",
        world.org_id, world.project_id, world.workers[who].worker_id, right, right + wrong,
    )  # fmt: skip


async def a_dispute(world: World) -> TaskId:
    """Everybody has worked; the first two differ about a task. Worker 2 is able, 3 and 4 are not so good."""
    for who in (2, 3, 4):
        turn = await world.must_claim(world.workers[who])
        await world.submit(world.workers[who], turn, SHARP, key=str(turn.id))
    for who, right, wrong in ((2, 97, 3), (3, 50, 50), (4, 40, 60)):
        await checked(world, who, right, wrong)
    task_id = (await world.row(
        "SELECT id FROM tasks t WHERE org_id = $1 AND NOT EXISTS (SELECT FROM assignments a WHERE a.org_id = t.org_id"
        " AND a.task_id = t.id) ORDER BY place LIMIT 1", world.org_id))["id"]  # fmt: skip
    for who, said in ((0, BLURRY), (1, SHARP)):
        while (turn := await world.must_claim(world.workers[who])).task_id != task_id:
            await world.submit(world.workers[who], turn, SHARP, key=str(turn.id))
        await world.submit(world.workers[who], turn, said, key=str(turn.id))
    await world.judge(task_id)
    return task_id


DISPUTES = Pipeline((LabelStage(Overlap(2, 4, TARGET)),))


class TestOffer:
    async def test_the_hard_task_is_met_soon_by_who_is_able_and_by_nobody_else(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner, DISPUTES, workers=6, items=60)
        task_id = await a_dispute(world)
        query = "SELECT * FROM open_assignments WHERE org_id = $1 AND task_id = $2"
        row = await world.row(query, world.org_id, task_id)
        assert row["reserved_for"] == world.workers[2].worker_id
        assert row["place"] == (await world.task(task_id))["place"]
        # Others walk past it, as often as they come; the able one meets it among as many as one may hold.
        for who, met in ((5, False), (2, True)):
            turns = [await world.must_claim(world.workers[who]) for _ in range(4)]
            assert (task_id in [turn.task_id for turn in turns]) == met

    async def test_after_a_while_it_is_anybodys(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, DISPUTES, workers=6, items=60)
        task_id = await a_dispute(world)
        query = "SELECT reserved_until - now() FROM open_assignments WHERE org_id = $1 AND task_id = $2"
        left = await owner.fetchval(query, world.org_id, task_id)
        assert isinstance(left, timedelta)
        assert timedelta(0) < left <= KEPT_FOR
        await owner.execute("UPDATE open_assignments SET reserved_until = now() - interval '1 s' WHERE org_id = $1"
                            " AND reserved_until IS NOT NULL", world.org_id)  # fmt: skip
        found: list[TaskId] = []
        for _ in range(60):
            turn = await world.must_claim(world.workers[5])
            found.append(turn.task_id)
            if turn.task_id == task_id:
                break
            await world.submit(world.workers[5], turn, SHARP, key=str(turn.id))
        assert found[-1] == task_id

    async def test_nothing_is_kept_where_little_else_is_open(self, db: Database, owner: asyncpg.Connection) -> None:
        # 12 items, two turns each, of which some are done: fewer than 30 lie ahead of anybody.
        world = await make_world(db, owner, DISPUTES, workers=6, items=12)
        task_id = await a_dispute(world)
        query = "SELECT reserved_for FROM open_assignments WHERE org_id = $1 AND task_id = $2"
        assert (await world.row(query, world.org_id, task_id))["reserved_for"] is None
