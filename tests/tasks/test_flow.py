"""A task's way through its pipeline, on a real database: consensus, review, rework, results, and the lead's hand."""

import asyncpg
import pytest

from fairmark.kernel.actor import Actor
from fairmark.kernel.db import Database
from fairmark.kernel.ids import ReviewId, TaskId
from fairmark.ontology.model import Annotation
from fairmark.projects.model import LabelStage, OnReject, Overlap, Pipeline, ReviewStage
from fairmark.tasks import desk, flow, service
from fairmark.tasks.model import Assignment, Decision, KeyReused, Kind, NoSuchTask, Receipt, TaskClosed, TurnClosed

from .world import SIGN, World, boxes, make_world

REVIEWED = Pipeline((LabelStage(Overlap(1, 1)), ReviewStage()))
UNSURE = Pipeline((LabelStage(Overlap(2, 3, 0.9)), ReviewStage(share=0, agreement_below=0.5)))


async def label(world: World, actor: Actor, annotation: Annotation) -> TaskId:
    """One whole label turn, judged."""
    assignment = await world.must_claim(actor, Kind.LABEL)
    await world.submit(actor, assignment, annotation)
    await world.judge(assignment.task_id)
    return assignment.task_id


async def decide(world: World, assignment: Assignment, decision: Decision, reasons: list[str] | None = None,
                 annotation: Annotation | None = None, key: str = "k") -> Receipt:  # fmt: skip
    async with world.db.begin(world.org_id, actor=world.reviewer) as tx:
        return await service.review(tx, assignment.id, key, decision, reasons or [], "", annotation)


async def result(world: World, task_id: TaskId) -> asyncpg.Record:
    """The result in force."""
    return await world.row(
        "SELECT r.* FROM results r JOIN tasks t ON t.org_id = r.org_id AND t.result_id = r.id"
        " WHERE t.org_id = $1 AND t.id = $2", world.org_id, task_id,
    )  # fmt: skip


class TestSingle:
    async def test_one_label_is_the_result(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        task_id = await label(world, world.workers[0], boxes((1, 1), (300, 1)))
        found = await result(world, task_id)
        assert (found["origin"], found["marks"], found["classes"], found["confidence"]) == ("single", 2, ["car"], None)

    async def test_judging_again_changes_nothing(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        task_id = await label(world, world.workers[0], boxes((1, 1)))
        await world.judge(task_id)
        assert await owner.fetchval("SELECT count(*) FROM results WHERE org_id = $1", world.org_id) == 1


class TestConsensus:
    async def test_agreement_is_merged(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, UNSURE)
        await label(world, world.workers[0], boxes((100, 100)))
        task_id = await label(world, world.workers[1], boxes((100, 100)))
        found = await result(world, task_id)
        assert found["origin"] == "consensus"
        assert found["agreement"] == pytest.approx(1.0)
        assert '"source": "consensus"' in found["annotation"]

    async def test_doubt_asks_one_more_and_then_a_reviewer(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, UNSURE)
        task_id = await label(world, world.workers[0], boxes((100, 100)))
        await label(world, world.workers[1], boxes((900, 600)))
        assert (await world.task(task_id))["stage"] == 0
        await label(world, world.workers[2], boxes((1500, 300)))
        task = await world.task(task_id)
        assert (task["state"], task["stage"]) == ("open", 1)
        review = await world.must_claim(world.reviewer, Kind.REVIEW)
        assert len(review.submissions) == 3
        assert {s.label for s in review.submissions} == {"A", "B", "C"}

    async def test_no_more_than_needed_is_asked(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, UNSURE)
        await label(world, world.workers[0], boxes((100, 100)))
        await label(world, world.workers[1], boxes((100, 100)))
        assert await world.claim(world.workers[2]) is None


class TestReview:
    async def test_accept(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, REVIEWED)
        task_id = await label(world, world.workers[0], boxes((1, 1)))
        await decide(world, await world.must_claim(world.reviewer, Kind.REVIEW), Decision.ACCEPT)
        found = await result(world, task_id)
        assert (found["origin"], found["marks"]) == ("review", 1)

    async def test_fix(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, REVIEWED)
        task_id = await label(world, world.workers[0], boxes((1, 1)))
        review = await world.must_claim(world.reviewer, Kind.REVIEW)
        await decide(world, review, Decision.FIX, annotation=boxes((1, 1), (500, 500)))
        assert (await result(world, task_id))["marks"] == 2

    async def test_reject_goes_back_to_its_author_with_the_reason(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner, REVIEWED)
        author, other = world.workers[0], world.workers[1]
        task_id = await label(world, author, boxes((1, 1)))
        await decide(world, await world.must_claim(world.reviewer, Kind.REVIEW), Decision.REJECT, ["box is loose"])
        assert await world.claim(other) is None, "reserved for its author"
        again = await world.must_claim(author, Kind.LABEL)
        assert (again.task_id, again.round, again.note) == (task_id, 1, "box is loose")
        assert again.draft == boxes((1, 1)), "starts from what was rejected"

    async def test_reserved_rework_opens_to_others_in_time(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, REVIEWED)
        await label(world, world.workers[0], boxes((1, 1)))
        await decide(world, await world.must_claim(world.reviewer, Kind.REVIEW), Decision.REJECT, ["loose"])
        await owner.execute("UPDATE open_assignments SET reserved_until = now() WHERE org_id = $1", world.org_id)
        assert (await world.must_claim(world.workers[1])).draft is None

    async def test_relabel_goes_to_others(self, db: Database, owner: asyncpg.Connection) -> None:
        fresh = Pipeline((LabelStage(Overlap(1, 1)), ReviewStage(on_reject=OnReject.RELABEL)))
        world = await make_world(db, owner, fresh)
        await label(world, world.workers[0], boxes((1, 1)))
        await decide(world, await world.must_claim(world.reviewer, Kind.REVIEW), Decision.REJECT, ["loose"])
        assert await world.claim(world.workers[0]) is None
        assert await world.claim(world.workers[1]) is not None

    async def test_the_second_round_counts_its_own_submissions(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, REVIEWED)
        task_id = await label(world, world.workers[0], boxes((1, 1)))
        await decide(world, await world.must_claim(world.reviewer, Kind.REVIEW), Decision.REJECT, ["loose"])
        await label(world, world.workers[0], boxes((2, 2), (400, 400)))
        # The reviewer has seen this task before: nobody judges the same task twice, so a lead decides.
        assert await world.claim(world.reviewer, Kind.REVIEW) is None
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await flow.review_from_pages(tx, task_id, Decision.ACCEPT, [], "", None)
        assert (await result(world, task_id))["marks"] == 2

    async def test_nobody_reviews_themselves(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, REVIEWED)
        await label(world, world.reviewer, boxes((1, 1)))
        assert await world.claim(world.reviewer, Kind.REVIEW) is None

    async def test_a_worker_gets_no_reviews(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, REVIEWED)
        await label(world, world.workers[0], boxes((1, 1)))
        assert await world.claim(world.workers[1], Kind.REVIEW) is None

    async def test_the_same_review_again_gives_the_same_receipt(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, REVIEWED)
        await label(world, world.workers[0], boxes((1, 1)))
        review = await world.must_claim(world.reviewer, Kind.REVIEW)
        first = await decide(world, review, Decision.FIX, ["loose"], boxes((2, 2.5)))
        assert await decide(world, review, Decision.FIX, ["loose"], boxes((2, 2.5))) == first
        assert await owner.fetchval("SELECT count(*) FROM reviews WHERE org_id = $1", world.org_id) == 1

    async def test_another_review_is_none_of_it(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, REVIEWED)
        task_id = await label(world, world.workers[0], boxes((1, 1)))
        review = await world.must_claim(world.reviewer, Kind.REVIEW)
        await decide(world, review, Decision.FIX, ["loose"], boxes((2, 2)))
        for other in (boxes((3, 3)), boxes((2, 2), cls="person")):
            with pytest.raises(KeyReused, match="'fix', which stands"):
                await decide(world, review, Decision.FIX, ["loose"], other)
        with pytest.raises(KeyReused):
            await decide(world, review, Decision.ACCEPT)
        with pytest.raises(TurnClosed):
            await decide(world, review, Decision.FIX, ["loose"], boxes((2, 2)), key="another")
        assert (await result(world, task_id))["marks"] == 1
        assert await owner.fetchval("SELECT count(*) FROM reviews WHERE org_id = $1", world.org_id) == 1

    async def test_the_same_from_the_pages_makes_no_second_version(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner)
        task_id = await label(world, world.workers[0], boxes((1, 1)))

        async def correct(annotation: Annotation, key: str) -> ReviewId:
            async with db.begin(world.org_id, actor=world.lead) as tx:
                return await flow.review_from_pages(tx, task_id, Decision.FIX, [], "", annotation, key)

        first = await correct(boxes((2, 2)), "k")
        assert await correct(boxes((2, 2)), "k") == first
        with pytest.raises(KeyReused):
            await correct(boxes((3, 3)), "k")
        await correct(boxes((3, 3)), "k2")
        # The label's own, and one for each correction.
        assert await owner.fetchval("SELECT max(version) FROM results WHERE org_id = $1", world.org_id) == 3


class TestTheLead:
    async def test_cancel_ends_turns_and_keeps_time(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        assignment = await world.must_claim(world.workers[0])
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await flow.cancel(tx, assignment.task_id, "wrong image")
        with pytest.raises(Exception, match="cancelled"):
            await world.submit(world.workers[0], assignment, boxes((1, 1)))
        assert (await world.task(assignment.task_id))["state"] == "cancelled"

    async def test_reopen_makes_a_new_version(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        task_id = await label(world, world.workers[0], boxes((1, 1)))
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await flow.reopen(tx, task_id, "look again")
        assert (await world.must_claim(world.workers[1])).note == "look again"
        async with db.begin(world.org_id, actor=world.lead) as tx:
            with pytest.raises(TaskClosed):
                await flow.reopen(tx, task_id, "")

    async def test_a_correction_is_a_new_version(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        task_id = await label(world, world.workers[0], boxes((1, 1)))
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await flow.review_from_pages(tx, task_id, Decision.FIX, [], "", boxes((1, 1), (200, 200)))
        found = await result(world, task_id)
        assert (found["version"], found["marks"], found["origin"]) == (2, 2, "review")

    async def test_a_foreign_task_is_not_there(self, db: Database, owner: asyncpg.Connection) -> None:
        world, other = await make_world(db, owner), await make_world(db, owner)
        task_id = await label(other, other.workers[0], boxes((1, 1)))
        with pytest.raises(NoSuchTask):
            async with db.begin(world.org_id, actor=world.lead) as tx:
                await flow.cancel(tx, task_id, "not mine")

    async def test_history_tells_everything(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, REVIEWED)
        task_id = await label(world, world.workers[0], boxes((1, 1)))
        await decide(world, await world.must_claim(world.reviewer, Kind.REVIEW), Decision.ACCEPT)
        async with db.begin(world.org_id, actor=world.lead) as tx:
            history = await desk.history(tx, SIGN, task_id)
        assert [turn.kind for turn in history.turns] == [Kind.LABEL, Kind.REVIEW]
        assert [review.decision for review in history.reviews] == [Decision.ACCEPT]
        assert [event.type for event in history.events] == [
            "assignment.claimed",
            "assignment.submitted",
            "task.moved",
            "assignment.claimed",
            "review.decided",
            "task.done",
        ]


class TestBatches:
    async def test_a_paused_batch_gives_no_work_and_comes_back(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, Pipeline((LabelStage(Overlap(2, 2)),)), items=3)

        async def put(state: str, priority: int = 0) -> None:
            async with db.begin(world.org_id) as tx:
                await flow.batch_changed(tx, world.batch_id, state, priority, None)

        await put("paused")
        assert await world.claim(world.workers[0]) is None
        await put("open", priority=7)
        rows = await owner.fetch("SELECT rank FROM open_assignments WHERE org_id = $1", world.org_id)
        assert [row["rank"] for row in rows] == [-7] * 6
        await put("cancelled")
        assert await world.claim(world.workers[0]) is None
        states = await owner.fetch("SELECT state FROM tasks WHERE org_id = $1", world.org_id)
        assert {row["state"] for row in states} == {"cancelled"}


class TestMedia:
    async def test_a_task_waits_for_its_media(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=0)
        await world.add_items(1, asset_state="pending")
        assert await world.claim(world.workers[0]) is None
        row = await world.row("UPDATE assets SET state = 'ready' WHERE org_id = $1 RETURNING id", world.org_id)
        async with db.begin(world.org_id) as tx:
            await flow.media_ready(tx, [row["id"]])
        assert await world.claim(world.workers[0]) is not None

    async def test_a_task_whose_media_cannot_be_had_says_so(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=0)
        await world.add_items(1, asset_state="pending")
        row = await world.row("SELECT id FROM assets WHERE org_id = $1", world.org_id)
        async with db.begin(world.org_id) as tx:
            await flow.media_failed(tx, [row["id"]])
        assert (await world.row("SELECT state FROM tasks WHERE org_id = $1", world.org_id))["state"] == "failed"

    async def test_making_tasks_again_makes_none(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, items=4)
        async with db.begin(world.org_id) as tx:
            # Ranges may overlap: a task is made for an item once.
            every = (min(world.item_ids), max(world.item_ids))
            made = await flow.create_tasks(tx, world.project_id, [every, every])
        assert made == 0
        assert await owner.fetchval("SELECT count(*) FROM open_assignments WHERE org_id = $1", world.org_id) == 4
