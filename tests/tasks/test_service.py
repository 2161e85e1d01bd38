"""A worker's turns on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from fairmark.kernel import json
from fairmark.kernel.actor import Actor
from fairmark.kernel.db import Database
from fairmark.projects.model import LabelStage, Overlap, Pipeline
from fairmark.tasks import drafts, leases, service
from fairmark.tasks.events import AssignmentSubmitted
from fairmark.tasks.model import (
    LEASES_MAX,
    Assignment,
    BadAnnotation,
    Claim,
    ClaimedTwice,
    ClaimWish,
    LeaseExpired,
    NoSuchAssignment,
    Receipt,
    TaskClosed,
    TurnClosed,
)

from .world import SIGN, World, boxes, make_world

THREE = Pipeline((LabelStage(Overlap(3, 3)),))


async def run_out(world: World, assignment: Assignment) -> None:
    """Lets a lease run out and the sweep find it."""
    await world.owner.execute(
        "UPDATE assignments SET leased_until = now() - interval '1 second' WHERE org_id = $1 AND id = $2",
        world.org_id, assignment.id,
    )  # fmt: skip
    async with world.db.begin(world.org_id) as tx:
        assert await leases.expire(tx) == 1


class TestClaim:
    async def test_gives_everything_the_editor_needs(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        assert (assignment.project_id, assignment.item_id) == (world.project_id, world.item_ids[0])
        assert [(m.width, m.height) for m in assignment.media] == [(1920, 1080)]
        assert assignment.media[0].url.endswith("/original")
        assert assignment.leased_until - assignment.leased_at == timedelta(seconds=1800)

    async def test_says_why_there_is_none(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=0)

        async def why(actor: Actor) -> str | None:
            async with db.begin(world.org_id, actor=actor) as tx:
                return (await service.claim(tx, SIGN, ClaimWish())).why

        assert await why(world.workers[0]) == "queue_is_empty"
        await owner.execute("UPDATE projects SET state = 'paused' WHERE org_id = $1", world.org_id)
        service.RINGS.forget()
        assert await why(world.workers[0]) == "no_active_project"

    async def test_skills_are_needed(self, db: Database, owner: asyncpg.Connection) -> None:
        skilled = Pipeline((LabelStage(Overlap(1, 1), skills=("cars",)),))
        world = await make_world(db, owner, skilled)
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            assert (await service.claim(tx, SIGN, ClaimWish())).why == "missing_skills"

    async def test_nobody_gets_a_task_twice(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, THREE)
        first = await world.must_claim(world.workers[0])
        await world.submit(world.workers[0], first, boxes((1, 1)))
        assert await world.claim(world.workers[0]) is None
        assert await world.claim(world.workers[1]) is not None

    async def test_what_is_more_urgent_comes_first(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=5)
        before = await world.must_claim(world.workers[0])
        await owner.execute("UPDATE batches SET priority = 10 WHERE org_id = $1", world.org_id)
        urgent = await world.add_items(1)
        assert before.item_id not in urgent
        assert (await world.must_claim(world.workers[0])).item_id == urgent[0]

    async def test_claims_at_the_same_time_never_meet(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, THREE, workers=8, items=12)
        claims = [world.claim(worker) for worker in world.workers for _ in range(LEASES_MAX)]
        got = [assignment for assignment in await asyncio.gather(*claims) if assignment is not None]
        # 8 workers x 4 leases = 32 turns out of 12 tasks x 3. A worker may go away empty although something is left:
        # what others held at that moment was skipped.
        assert len({assignment.id for assignment in got}) == len(got) >= 24
        taken = await owner.fetch("SELECT task_id, worker_id FROM assignments WHERE org_id = $1", world.org_id)
        assert len({(row["task_id"], row["worker_id"]) for row in taken}) == len(taken) == len(got)
        left = await owner.fetchval("SELECT count(*) FROM open_assignments WHERE org_id = $1", world.org_id)
        assert left == 12 * 3 - len(got)

    async def test_one_worker_cannot_hoard(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=LEASES_MAX + 1)
        for _ in range(LEASES_MAX):
            assert await world.claim(world.workers[0]) is not None
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            assert (await service.claim(tx, SIGN, ClaimWish())).why == "too_many_open"

    async def test_the_whole_ring_is_walked(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=30)
        seen: set[object] = set()
        while (assignment := await world.claim(world.workers[len(seen) % 3])) is not None:
            seen.add(assignment.item_id)
            await world.submit(world.workers[(len(seen) - 1) % 3], assignment, boxes((1, 1)))
        assert seen == set(world.item_ids)


class TestSubmit:
    @pytest.fixture(params=["the process that gave the turn out", "another process"], autouse=True)
    def process(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another process knows nothing of the turn and takes the long way; both must come to the same."""
        if request.param == "another process":
            monkeypatch.setattr(service, "CHECKS", service.Checks(turns_max=0))

    async def test_is_prepared_for_by_the_process_that_gave_it_out(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner)
        worker, other = (each.worker_id for each in world.workers[:2])
        assert worker is not None
        assert other is not None
        turn = await world.must_claim(world.workers[0])
        assert service.CHECKS.of(world.org_id, other, turn.id) is None, "it is the other's business"
        known = service.CHECKS.of(world.org_id, worker, turn.id)
        assert (known is None) == (service.CHECKS._turns_max == 0)  # pyright: ignore[reportPrivateUsage]

    async def test_many_at_once_each_get_their_own(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, workers=6, items=6)
        turns = [await world.must_claim(worker) for worker in world.workers]
        await owner.execute(
            "UPDATE assignments SET leased_at = leased_at - interval '1 hour' WHERE org_id = $1", world.org_id
        )
        await owner.execute(
            "UPDATE assignments SET state = 'cancelled' WHERE org_id = $1 AND id = $2", world.org_id, turns[3].id
        )

        async def hand_in(n: int) -> Receipt:
            async with db.begin(world.org_id, actor=world.workers[n]) as tx:
                worked = [(tx.now - timedelta(seconds=10 * n), tx.now)] if n % 2 else []
                return await service.submit(tx, turns[n].id, f"k{n}", boxes(*((m, m) for m in range(n))), worked)

        answers = await asyncio.gather(*(hand_in(n) for n in range(6)), return_exceptions=True)
        assert [n for n, answer in enumerate(answers) if isinstance(answer, TurnClosed)] == [3]
        rows = await owner.fetch(
            "SELECT id, assignment_id, worker_id, key, jsonb_array_length(annotation->'marks') AS marks, active_ms"
            " FROM submissions WHERE org_id = $1 ORDER BY key",
            world.org_id,
        )
        # Those with an odd number worked for 10 s times their number, the others did not say.
        assert [(row["key"], row["marks"], round(row["active_ms"], -2)) for row in rows] == [
            ("k0", 0, 0), ("k1", 1, 10_000), ("k2", 2, 0), ("k4", 4, 0), ("k5", 5, 50_000),
        ]  # fmt: skip
        for n, row in zip((0, 1, 2, 4, 5), rows, strict=True):
            answer = answers[n]
            assert isinstance(answer, Receipt)
            assert (row["id"], row["assignment_id"]) == (answer.id, turns[n].id)
            assert row["worker_id"] == world.workers[n].worker_id

    async def test_stores_what_was_said_and_tells_the_log(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        worker = world.workers[0]
        assignment = await world.must_claim(worker)
        await world.owner.execute(
            "UPDATE assignments SET leased_at = leased_at - interval '1 minute' WHERE id = $1", assignment.id
        )
        began = assignment.leased_at - timedelta(seconds=30)
        async with db.begin(world.org_id, actor=worker) as tx:
            stretches = [(began, began + timedelta(seconds=7)), (began + timedelta(seconds=5), assignment.leased_at)]
            receipt = await service.submit(tx, assignment.id, "k", boxes((3, 4)), stretches)
        turn = await world.row("SELECT * FROM assignments WHERE id = $1", assignment.id)
        assert (turn["state"], turn["active_ms"]) == ("submitted", 30_000)  # the two stretches overlap
        said = await world.row("SELECT * FROM submissions WHERE id = $1", receipt.id)
        assert (said["task_id"], said["worker_id"]) == (assignment.task_id, worker.worker_id)
        assert (said["round"], said["ontology_version"], said["guideline_version"], said["active_ms"]) == (
            0,
            1,
            1,
            30_000,
        )
        event = await world.row(
            "SELECT * FROM events WHERE org_id = $1 AND type = 'assignment.submitted'", world.org_id
        )
        assert (event["task_id"], event["actor"]) == (assignment.task_id, f"worker:{worker.worker_id}")
        submitted = json.decode(event["data"], type=AssignmentSubmitted)
        assert (submitted.submission_id, submitted.assignment_id, submitted.round) == (receipt.id, assignment.id, 0)

    async def test_is_checked_against_the_ontology_of_now(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        await world.owner.execute(
            "INSERT INTO ontologies SELECT org_id, project_id, 2, replace(document::text, 'car', 'bus')::jsonb, '',"
            " NULL, now() FROM ontologies WHERE org_id = $1", world.org_id,
        )  # fmt: skip
        await world.owner.execute("UPDATE projects SET ontology_version = 2 WHERE org_id = $1", world.org_id)
        with pytest.raises(BadAnnotation):
            await world.submit(world.workers[0], assignment, boxes((1, 1)))

    async def test_is_refused_when_the_task_is_closed(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        await world.owner.execute("UPDATE tasks SET state = 'cancelled' WHERE id = $1", assignment.task_id)
        with pytest.raises(TaskClosed):
            await world.submit(world.workers[0], assignment, boxes((1, 1)))

    async def test_the_same_key_gives_the_same_receipt(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        first = await world.submit(world.workers[0], assignment, boxes((1, 1)), "a")
        again = await world.submit(world.workers[0], assignment, boxes((9, 9)), "a")
        assert first.id == again.id
        stored = await world.row("SELECT annotation FROM submissions WHERE org_id = $1", world.org_id)
        assert '"x": 1' in stored["annotation"]

    async def test_another_key_finds_it_closed(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        await world.submit(world.workers[0], assignment, boxes((1, 1)), "a")
        with pytest.raises(TurnClosed):
            await world.submit(world.workers[0], assignment, boxes((1, 1)), "b")

    async def test_two_at_once_leave_one(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        tries = [world.submit(world.workers[0], assignment, boxes((1, 1)), f"k{n % 2}") for n in range(6)]
        ended = await asyncio.gather(*tries, return_exceptions=True)
        receipts = {result.id for result in ended if not isinstance(result, BaseException)}
        assert len(receipts) == 1
        assert all(isinstance(result, TurnClosed) for result in ended if isinstance(result, BaseException))

    async def test_a_wrong_annotation_changes_nothing(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        with pytest.raises(BadAnnotation, match="/marks/0"):
            await world.submit(world.workers[0], assignment, boxes((5000, 1)))
        assert (await world.submit(world.workers[0], assignment, boxes((1, 1)))).assignment_id == assignment.id

    async def test_it_is_the_workers_own(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        with pytest.raises(NoSuchAssignment):
            await world.submit(world.workers[1], assignment, boxes((1, 1)))

    async def test_a_submission_cannot_be_changed(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        await world.submit(world.workers[0], await world.must_claim(world.workers[0]), boxes((1, 1)))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.begin(world.org_id) as tx:
                await tx.script("UPDATE submissions SET key = 'other'")


class TestSubmitAndClaim:
    @pytest.fixture(params=["in one statement", "one after the other"], autouse=True)
    def way(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        """A process that knows nothing of the turn hands in first and claims then; both must come to the same."""
        if request.param == "one after the other":
            monkeypatch.setattr(service, "CHECKS", service.Checks(turns_max=0))

    async def test_hands_in_and_brings_the_next(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=2)
        first = await world.must_claim(world.workers[0])
        receipt = await world.submit_and_claim(world.workers[0], first, boxes((1, 1)))
        assert receipt.next is not None
        assert receipt.next.assignment is not None
        assert {first.item_id, receipt.next.assignment.item_id} == set(world.item_ids)
        row = await world.row("SELECT id FROM submissions WHERE org_id = $1", world.org_id)
        assert row["id"] == receipt.id
        last = await world.submit_and_claim(world.workers[0], receipt.next.assignment, boxes((1, 1)))
        assert last.next == Claim(None, "queue_is_empty")

    async def test_the_turn_that_ends_makes_room_for_the_next(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=LEASES_MAX + 1)
        held = [await world.must_claim(world.workers[0]) for _ in range(LEASES_MAX)]
        receipt = await world.submit_and_claim(world.workers[0], held[0], boxes((1, 1)))
        assert receipt.next is not None
        assert receipt.next.assignment is not None

    async def test_again_gives_the_same_receipt_and_claims_for_itself(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner, items=2)
        first = await world.must_claim(world.workers[0])
        receipt = await world.submit_and_claim(world.workers[0], first, boxes((1, 1)))
        again = await world.submit_and_claim(world.workers[0], first, boxes((1, 1)))
        assert again.id == receipt.id
        assert again.next == Claim(None, "queue_is_empty")

    async def test_what_is_refused_claims_nothing(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=2)
        first = await world.must_claim(world.workers[0])
        with pytest.raises(BadAnnotation):
            await world.submit_and_claim(world.workers[0], first, boxes((1, 1), cls="bus"))
        await owner.execute(
            "UPDATE tasks SET state = 'cancelled' WHERE org_id = $1 AND id = $2", world.org_id, first.task_id
        )
        with pytest.raises(TaskClosed):
            await world.submit_and_claim(world.workers[0], first, boxes((1, 1)))
        assert await owner.fetchval("SELECT count(*) FROM assignments WHERE org_id = $1", world.org_id) == 1

    async def test_many_at_once_and_one_of_them_late(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, workers=6, items=12)
        held = [await world.must_claim(worker) for worker in world.workers]
        await world.submit(world.workers[0], held[0], boxes((1, 1)))  # what comes again is not plain
        pairs = zip(world.workers, held, strict=True)
        receipts = await asyncio.gather(*(world.submit_and_claim(*pair, boxes((1, 1))) for pair in pairs))
        got = [receipt.next.assignment.id for receipt in receipts if receipt.next and receipt.next.assignment]
        assert len(set(got)) == 6
        assert await owner.fetchval("SELECT count(*) FROM submissions WHERE org_id = $1", world.org_id) == 6

    async def test_two_windows_lose_nothing(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=LEASES_MAX)
        held = [await world.must_claim(world.workers[0]) for _ in range(2)]
        calls = [world.submit_and_claim(world.workers[0], each, boxes((1, 1))) for each in held]
        receipts = await asyncio.gather(*calls, return_exceptions=True)
        assert [
            each for each in receipts if isinstance(each, BaseException) and not isinstance(each, ClaimedTwice)
        ] == []
        assert await owner.fetchval("SELECT count(*) FROM submissions WHERE org_id = $1", world.org_id) == 2


class TestExpiry:
    async def test_opens_the_work_and_keeps_draft_and_time(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        worker, other = world.workers[0], world.workers[1]
        assignment = await world.must_claim(worker)
        async with db.begin(world.org_id, actor=worker) as tx:
            await drafts.save(tx, assignment.id, 3, boxes((7, 7)))
        await _worked(world, worker, assignment, 10)
        await run_out(world, assignment)
        assert (await world.must_claim(other)).draft is None, "another worker must not see the draft"
        row = await world.row("SELECT * FROM assignments WHERE org_id = $1 AND id = $2", world.org_id, assignment.id)
        assert (row["state"], row["active_ms"]) == ("expired", 10_000)

    async def test_the_worker_may_take_it_again_with_the_draft(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            await drafts.save(tx, assignment.id, 3, boxes((7, 7)))
        await run_out(world, assignment)
        again = await world.must_claim(world.workers[0])
        assert again.id != assignment.id
        assert again.draft == boxes((7, 7))

    async def test_late_work_counts_while_nobody_took_over(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        await run_out(world, assignment)
        await world.submit(world.workers[0], assignment, boxes((1, 1)))
        assert await world.claim(world.workers[1]) is None, "the replacement is gone"

    async def test_late_work_is_refused_when_someone_has_it(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        await run_out(world, assignment)
        await world.must_claim(world.workers[1])
        with pytest.raises(LeaseExpired):
            await world.submit(world.workers[0], assignment, boxes((1, 1)))

    async def test_a_beat_prolongs(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        await owner.execute(
            "UPDATE assignments SET leased_until = now() + interval '1 s' WHERE org_id = $1", world.org_id
        )
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            lease = await service.beat(tx, assignment.id, [])
        assert lease.leased_until > datetime.now(UTC) + timedelta(seconds=1700)


async def _worked(world: World, actor: Actor, assignment: Assignment, seconds: float, ago: float = 0) -> int:
    """Says that the actor worked `seconds`, ending `ago` seconds before now; returns what is counted in all."""
    now = datetime.now(UTC)
    await world.owner.execute(
        "UPDATE assignments SET leased_at = now() - interval '1 hour' WHERE org_id = $1 AND id = $2",
        world.org_id, assignment.id,
    )  # fmt: skip
    stretch = (now - timedelta(seconds=seconds + ago), now - timedelta(seconds=ago))
    async with world.db.begin(world.org_id, actor=actor) as tx:
        return (await service.beat(tx, assignment.id, [stretch])).active_ms


class TestActiveTime:
    async def test_is_never_counted_twice(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=2)
        worker = world.workers[0]
        one, two = await world.must_claim(worker), await world.must_claim(worker)
        assert await _worked(world, worker, one, 60, ago=30) == 60_000
        # 100 s up to now overlap the 60 s that ended 30 s ago: only 10 before and 30 after are new, give or take the
        # moments between the calls.
        counted = await _worked(world, worker, two, 100)
        assert 39_000 <= counted <= 41_000

    async def test_neither_the_future_nor_the_time_before_the_lease_counts(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        now = datetime.now(UTC)
        ahead, before = (
            (now + timedelta(hours=1), now + timedelta(hours=2)),
            (now - timedelta(days=1), assignment.leased_at),
        )
        async with db.begin(world.org_id, actor=world.workers[0]) as tx:
            assert (await service.beat(tx, assignment.id, [ahead, before])).active_ms == 0
