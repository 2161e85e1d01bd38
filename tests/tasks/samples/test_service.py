"""Samples on a real database: what is drawn, what it changes and what not, and what becomes of it."""

import asyncpg
import pytest

from fairmark.kernel.actor import Actor
from fairmark.kernel.db import Database
from fairmark.kernel.events import of_task
from fairmark.kernel.ids import TaskId
from fairmark.ontology.model import Annotation
from fairmark.projects.model import LabelStage, Overlap, Pipeline, ReviewStage
from fairmark.tasks import flow, service
from fairmark.tasks.model import Decision, KeyReused, Kind, NoSuchTask
from fairmark.tasks.samples import service as samples
from fairmark.tasks.samples.model import NothingToReview, ReviewSample, SampleOf
from tests.tasks.world import World, boxes, make_world

SAMPLED = Pipeline((LabelStage(Overlap(1, 1)), ReviewStage(share=0)))
"""Nothing is reviewed but what a lead draws."""
CAR, PERSON = boxes((1, 1)), boxes((1, 1), cls="person")


async def label(world: World, actor: Actor, *answers: Annotation) -> list[TaskId]:
    """One person's answers, judged: the tasks are done."""
    done: list[TaskId] = []
    for annotation in answers:
        turn = await world.must_claim(actor, Kind.LABEL)
        await world.submit(actor, turn, annotation)
        await world.judge(turn.task_id)
        done.append(turn.task_id)
    return done


async def draw(
    world: World, size: int, of: SampleOf | None = None, seed: int | None = None, key: str = "k"
) -> ReviewSample:
    async with world.db.begin(world.org_id, actor=world.lead) as tx:
        return await samples.draw(tx, world.project_id, key, size, of or SampleOf(), seed)


async def in_review(world: World) -> set[TaskId]:
    rows = await world.owner.fetch(
        "SELECT task_id FROM open_assignments WHERE org_id = $1 AND stage = 1", world.org_id
    )  # fmt: skip
    return {row["task_id"] for row in rows}


async def decide(world: World, decision: Decision, annotation: Annotation | None = None) -> TaskId:
    turn = await world.must_claim(world.reviewer, Kind.REVIEW)
    reasons = ["missed"] if decision is Decision.REJECT else []
    async with world.db.begin(world.org_id, actor=world.reviewer) as tx:
        await service.review(tx, turn.id, "k", decision, reasons, "", annotation)
    return turn.task_id


async def listed(world: World) -> list[ReviewSample]:
    async with world.db.begin(world.org_id, actor=world.lead) as tx:
        return await samples.samples(tx, world.project_id, None, 10)


class TestDraw:
    async def test_what_is_done_goes_before_reviewers_and_its_result_stays(
        self, db: Database, owner: asyncpg.Connection
    ) -> None:
        world = await make_world(db, owner, SAMPLED, items=6)
        done = await label(world, world.workers[0], *[CAR] * 5)
        before = await world.task(done[0])
        sample = await draw(world, 3)
        assert (sample.wanted, sample.eligible, sample.drawn) == (3, 5, 3)
        assert sample.drawn_by == f"person:{world.lead.person_id}"
        drawn = await in_review(world)
        assert len(drawn) == 3
        assert drawn < set(done)
        for task_id in drawn:
            task = await world.task(task_id)
            assert (task["state"], task["stage"], task["round"]) == ("open", 1, 0)
            assert task["result_id"] is not None, "the result counts until there is another"
        assert before["result_id"] == (await world.task(done[0]))["result_id"]

    async def test_the_same_seed_draws_the_same_again(self, db: Database, owner: asyncpg.Connection) -> None:
        drawn: list[set[TaskId]] = []
        world = await make_world(db, owner, SAMPLED, items=8)
        await label(world, world.workers[0], *[CAR] * 8)
        for key in ("a", "b"):
            sample = await draw(world, 3, seed=42, key=key)
            assert sample.seed == 42
            drawn.append(await in_review(world))
            # As if nothing had happened: the same tasks fit again.
            await owner.execute("DELETE FROM open_assignments WHERE org_id = $1", world.org_id)
            await owner.execute("UPDATE tasks SET state = 'done', stage = 0 WHERE org_id = $1", world.org_id)
        assert drawn[0] == drawn[1]

    async def test_all_fit_into_a_large_sample_and_none_twice(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, SAMPLED, items=3)
        await label(world, world.workers[0], CAR, CAR)
        assert (await draw(world, 100)).drawn == 2
        await decide(world, Decision.ACCEPT)
        with pytest.raises(NothingToReview):
            await draw(world, 100, key="another")  # one is in review, one is reviewed, one is not labeled

    @pytest.mark.parametrize(
        ("part", "eligible"), [("worker", 2), ("class", 1), ("below", 0), ("all", 3)], ids=lambda part: str(part)
    )
    async def test_a_part_of_what_is_done(
        self, db: Database, owner: asyncpg.Connection, part: str, eligible: int
    ) -> None:
        world = await make_world(db, owner, SAMPLED, items=4)
        await label(world, world.workers[0], CAR, PERSON)
        await label(world, world.workers[1], CAR)
        of = {
            "worker": SampleOf(worker_id=world.workers[0].worker_id), "class": SampleOf(class_="person"),
            "below": SampleOf(below=0.5), "all": SampleOf(batch_id=world.batch_id),
        }[part]  # fmt: skip
        if eligible == 0:
            with pytest.raises(NothingToReview, match="fits"):
                await draw(world, 1, of)
        else:
            assert (await draw(world, 1, of)).eligible == eligible

    async def test_the_same_key_is_the_same_sample(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, SAMPLED, items=3)
        await label(world, world.workers[0], *[CAR] * 3)
        first = await draw(world, 1)
        assert await draw(world, 1) == first
        assert len(await in_review(world)) == 1
        with pytest.raises(KeyReused):
            await draw(world, 2)

    async def test_what_a_lead_has_corrected_is_reviewed_already(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, SAMPLED)
        (task_id,) = await label(world, world.workers[0], CAR)
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await flow.review_from_pages(tx, task_id, Decision.FIX, [], "", PERSON)
        with pytest.raises(NothingToReview):
            await draw(world, 1)

    async def test_the_log_says_who_and_how(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, SAMPLED)
        (task_id,) = await label(world, world.workers[0], CAR)
        sample = await draw(world, 1, seed=3)
        told = await world.row(
            "SELECT actor, data FROM events WHERE org_id = $1 AND type = 'review.sampled'", world.org_id
        )  # fmt: skip
        assert told["actor"] == f"person:{world.lead.person_id}"
        assert f'"sample_id": "{sample.id}"' in told["data"]
        assert '"seed": 3' in told["data"]
        async with db.begin(world.org_id, actor=world.lead) as tx:
            assert (await of_task(tx, task_id))[-1].type == "task.moved"


class TestDecisions:
    async def test_are_reviews_like_any_other_and_counted(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, SAMPLED, items=4)
        await label(world, world.workers[0], *[CAR] * 4)
        await draw(world, 4)
        accepted = await decide(world, Decision.ACCEPT)
        fixed = await decide(world, Decision.FIX, PERSON)
        rejected = await decide(world, Decision.REJECT)
        (sample,) = await listed(world)
        assert (sample.accepted, sample.fixed, sample.rejected) == (1, 1, 1)
        assert [(await world.task(id))["state"] for id in (accepted, fixed, rejected)] == ["done", "done", "open"]
        result = await world.row(
            "SELECT classes, version FROM results WHERE org_id = $1 AND task_id = $2 ORDER BY version DESC LIMIT 1",
            world.org_id, fixed,
        )  # fmt: skip
        assert (result["classes"], result["version"]) == (["person"], 2)
        again = await world.must_claim(world.workers[0], Kind.LABEL)
        assert (again.task_id, again.round, again.note) == (rejected, 1, "missed")

    async def test_of_later_rounds_do_not_count(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, SAMPLED)
        await label(world, world.workers[0], CAR)
        await draw(world, 1)
        await decide(world, Decision.REJECT)
        (task_id,) = await label(world, world.workers[0], PERSON)
        await draw(world, 1, key="second")
        # By a lead from the project's pages: the reviewer has seen this task already.
        async with db.begin(world.org_id, actor=world.lead) as tx:
            await flow.review_from_pages(tx, task_id, Decision.ACCEPT, [], "", None)
        assert [(s.accepted, s.rejected) for s in await listed(world)] == [(1, 0), (0, 1)]


class TestFence:
    async def test_another_organisation_finds_nothing(self, db: Database, owner: asyncpg.Connection) -> None:
        world, other = await make_world(db, owner, SAMPLED), await make_world(db, owner, SAMPLED)
        (task_id,) = await label(world, world.workers[0], CAR)
        async with db.begin(other.org_id, actor=other.lead) as tx:
            assert await flow.review_again(tx, [task_id], 1) == []
            with pytest.raises(NoSuchTask):
                await flow.reopen(tx, task_id, "")
