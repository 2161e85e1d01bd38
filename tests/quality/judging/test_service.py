"""The reader's side on a real database: what is known is kept in the transaction that judges, and can be made again."""

import asyncpg
import msgspec
import pytest

from fairmark.kernel.blobs import Blobs
from fairmark.kernel.db import Database
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, OrgId, TaskId
from fairmark.kernel.settings import Settings
from fairmark.ontology.model import Annotation
from fairmark.projects.model import Consensus, LabelStage, Methods, Overlap, Pipeline, ReviewStage
from fairmark.quality.judging import jobs, service
from fairmark.quality.judging.books import read_project
from fairmark.quality.reports import service as reports
from fairmark.tasks.model import NoSuchTask
from tests.tasks.world import World, boxes, make_world

BLURRY, SHARP = Annotation(answers={"blurry": True}), Annotation(answers={"blurry": False})


def _url(org_id: OrgId, asset_id: AssetId, variant: str) -> str:
    return f"/{org_id}/{asset_id}/{variant}"


def pipeline(
    overlap: Overlap, *reviews: ReviewStage, consensus: Consensus = Consensus.JUDGES, methods: Methods | None = None
) -> Pipeline:
    return Pipeline((LabelStage(overlap, consensus, methods or Methods()), *reviews))


async def label(world: World, *annotations: Annotation) -> TaskId:
    """One task labeled by the first workers, in order, and judged after each."""
    task_id = None
    for worker, annotation in zip(world.workers, annotations, strict=False):
        turn = await world.must_claim(worker)
        assert task_id in {None, turn.task_id}
        task_id = turn.task_id
        await world.submit(worker, turn, annotation, key=str(turn.id))
        await world.judge(task_id)
    assert task_id is not None
    return task_id


async def learn(world: World, tasks: int) -> None:
    """Tasks on which the first two workers agree and the third always says the other thing."""
    for n in range(tasks):
        await world.add_items(1)
        right, wrong = (BLURRY, SHARP) if n % 2 else (SHARP, BLURRY)
        await label(world, right, right, wrong)


async def settle(world: World) -> None:
    config = Settings()
    site = Site(config, b"s", world.db, Blobs("memory://"), lambda request: None)  # pyright: ignore[reportArgumentType]
    await jobs.settle(site, world.org_id, {"project_id": str(world.project_id)})


class TestJudge:
    async def test_keeps_what_it_learns_and_weighs_by_it(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, pipeline(Overlap(3, 3)), items=0)
        await learn(world, 30)
        row = await world.row("SELECT * FROM quality_models WHERE org_id = $1", world.org_id)
        assert (row["seen"], row["known"] > 0.5) == (90, True)
        state = read_project(row["state"])
        assert state.choices["question:blurry"].units == 30
        judges = await owner.fetch("SELECT * FROM quality_judges WHERE org_id = $1", world.org_id)
        assert len(judges) == 3
        # Two against one is now surer than two who are not known would be (0.8), for the one is known too.
        await settle(world)
        await world.add_items(1)
        task_id = await label(world, BLURRY, BLURRY, SHARP)
        assert (await world.task(task_id))["confidence"] > 0.9

    async def test_said_twice_it_is_learnt_once(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, pipeline(Overlap(3, 4, 0.99)), workers=4, items=0)
        await world.add_items(1)
        task_id = await label(world, BLURRY, BLURRY, SHARP)
        query = "SELECT state FROM quality_judges WHERE org_id = $1 ORDER BY worker_id"
        before = await owner.fetch(query, world.org_id)
        seen = "SELECT seen FROM quality_models WHERE org_id = $1"
        assert (await world.row(seen, world.org_id))["seen"] == 3
        await world.judge(task_id)
        await world.judge(task_id)
        assert (await world.row(seen, world.org_id))["seen"] == 3
        after = await owner.fetch(query, world.org_id)
        assert len(after) == len(before) == 3
        told = await world.row("SELECT count(*) AS n FROM quality_told WHERE org_id = $1", world.org_id)
        assert told["n"] == 1

    async def test_a_known_worker_alone_can_be_enough(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, pipeline(Overlap(1, 3, 0.85)), items=0)
        await world.add_items(1)
        first = await label(world, BLURRY)
        assert (await world.task(first))["state"] == "open"  # nobody knows the worker yet
        await owner.execute(
            "UPDATE projects SET pipeline = jsonb_set(pipeline, '{stages,0,overlap,min}', '3') WHERE org_id = $1",
            world.org_id,
        )
        service_rows = await owner.fetch("SELECT id FROM tasks WHERE org_id = $1 AND state = 'open'", world.org_id)
        assert len(service_rows) == 1
        await owner.execute("UPDATE tasks SET state = 'cancelled' WHERE org_id = $1", world.org_id)
        await owner.execute("DELETE FROM open_assignments WHERE org_id = $1", world.org_id)
        await learn(world, 80)
        await settle(world)
        await owner.execute(
            "UPDATE projects SET pipeline = jsonb_set(pipeline, '{stages,0,overlap,min}', '1') WHERE org_id = $1",
            world.org_id,
        )
        await world.add_items(1)
        task = await world.task(await label(world, BLURRY))
        assert (task["state"], task["confidence"] >= 0.85, task["agreement"]) == ("done", True, None)

    async def test_counting_heads_can_be_chosen(self, db: Database, owner: asyncpg.Connection) -> None:
        plain = pipeline(Overlap(3, 3), consensus=Consensus.VOTES)
        world = await make_world(db, owner, plain, items=0)
        await learn(world, 8)
        await world.add_items(1)
        task = await world.task(await label(world, BLURRY, BLURRY, SHARP))
        assert task["confidence"] == pytest.approx(0.8)
        assert await owner.fetchval("SELECT count(*) FROM quality_judges WHERE org_id = $1", world.org_id) == 0

    async def test_so_can_the_method_of_one_kind_of_answer(self, db: Database, owner: asyncpg.Connection) -> None:
        heads = pipeline(Overlap(3, 3), methods=Methods(categorical="majority"))
        world = await make_world(db, owner, heads, items=0)
        await learn(world, 8)
        await world.add_items(1)
        task = await world.task(await label(world, BLURRY, BLURRY, SHARP))
        assert task["confidence"] == pytest.approx(0.8)
        # Judges are learnt about all the same: other kinds of answers need it, and so do their figures.
        assert await owner.fetchval("SELECT count(*) FROM quality_judges WHERE org_id = $1", world.org_id) != 0

    async def test_what_more_would_not_settle_goes_to_an_expert(self, db: Database, owner: asyncpg.Connection) -> None:
        expert = ReviewStage(share=0, skills=("expert",))
        world = await make_world(db, owner, pipeline(Overlap(2, 2, 0.9), expert), items=0)
        await world.add_items(1)
        task = await world.task(await label(world, BLURRY, SHARP))
        assert (task["state"], task["stage"]) == ("open", 1)
        async with db.begin(world.org_id, actor=world.lead) as tx:
            found = await service.inspect(tx, task["id"])
        assert (found.next, found.confidence) == ("escalate", pytest.approx(0.5))


class TestSettle:
    async def test_makes_from_submissions_alone_what_was_known(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, pipeline(Overlap(3, 3)), items=0)
        await learn(world, 30)
        await settle(world)
        await world.add_items(1)
        before = (await world.task(await label(world, BLURRY, BLURRY, SHARP)))["confidence"]
        for table in ("quality_models", "quality_judges", "quality_told"):
            await owner.execute(f"DELETE FROM {table} WHERE org_id = $1", world.org_id)
        await settle(world)
        row = await world.row("SELECT * FROM quality_models WHERE org_id = $1", world.org_id)
        assert row["settled_at"] is not None
        await world.add_items(1)
        after = (await world.task(await label(world, BLURRY, BLURRY, SHARP)))["confidence"]
        assert after == pytest.approx(before, abs=0.02)

    async def test_makes_the_figures(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, pipeline(Overlap(3, 3)), items=0)
        await learn(world, 25)
        await settle(world)
        async with db.begin(world.org_id, actor=world.lead) as tx:
            overview = await reports.overview(tx, world.project_id)
            agreement = await reports.agreement(tx, world.project_id, None)
            confusion = await reports.confusion(tx, world.project_id)
            examples = await reports.confusion_examples(tx, world.project_id, "question:blurry", "true", "false", _url)
            plan = await reports.plan(tx, world.project_id, 500, 10_000, "EUR")
        assert (overview.answers, overview.judged, overview.stale, overview.labels_mean) == (25, 25, False, 3)
        assert agreement.figures[0].subject == "question:blurry"
        assert {figure.slice_title for figure in agreement.figures if figure.slice == "pair"} <= {
            f"{a} and {b}" for a in ("W0", "W1", "W2") for b in ("W0", "W1", "W2")
        }
        # Of the two who agree, "blurry" is right where they say so; the third says the other thing throughout.
        assert confusion.tables[0].values == ["true", "false"]
        assert examples
        assert {example.worker for example in examples} == {"W2"}
        assert (plan.basis, plan.currency, plan.points[0].cost_micros) == ("pilot", "EUR", 5_000_000)

    async def test_raises_a_case_and_touches_nobody(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, pipeline(Overlap(3, 3)), items=0)
        await learn(world, 40)
        await settle(world)
        await settle(world)
        cases = await owner.fetch("SELECT * FROM cases WHERE org_id = $1", world.org_id)
        spammer = world.workers[2].worker_id
        assert {row["worker_id"] for row in cases} == {spammer}
        told = await owner.fetch("SELECT * FROM events WHERE org_id = $1 AND type = 'case.raised'", world.org_id)
        assert len(told) == len(cases)  # once, however often it is seen
        row = await world.row("SELECT paused_at FROM workers WHERE org_id = $1 AND id = $2", world.org_id, spammer)
        assert row["paused_at"] is None
        await world.add_items(1)
        assert await world.claim(world.workers[2]) is not None


class TestInspect:
    async def test_explains_in_words_and_numbers(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner, pipeline(Overlap(2, 3, 0.9)), items=1)
        both = msgspec.structs.replace(boxes((10, 10)), answers={"blurry": True})
        task_id = await label(world, both, boxes((12, 11), (800, 500)))
        async with db.begin(world.org_id, actor=world.lead) as tx:
            found = await service.inspect(tx, task_id)
        assert (found.submissions, found.next, found.target) == (2, "ask", 0.9)
        assert [each.kind for each in found.decisions].count("mark") == 2
        assert found.decisions[0].confidence <= found.decisions[-1].confidence
        assert {vote.worker for each in found.decisions for vote in each.votes} == {"W0", "W1"}
        assert "simple vote" in found.method

    async def test_a_task_that_is_not_there_is_named(self, db: Database, owner: asyncpg.Connection) -> None:
        world = await make_world(db, owner)
        async with db.begin(world.org_id, actor=world.lead) as tx:
            with pytest.raises(NoSuchTask):
                await service.inspect(tx, TaskId(world.project_id))
