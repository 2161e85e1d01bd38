"""A lead has a sample of what is done reviewed, over HTTP and from a shell; what is not drawn stays as it is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from fairmark.client import AsyncClient
from fairmark.client.errors import Conflict, Forbidden
from fairmark.client.model import (
    Decision,
    LabelStage,
    Overlap,
    Pipeline,
    Project,
    ReviewStage,
    SampleOf,
    TaskState,
    WorkRole,
)
from fairmark.kernel.ids import TaskId

from .conftest import Customer, Shapes, crew, draw_shapes, pipeline, project_of, take
from .test_commands import Shell

PASSWORD = "seven otters under the moonlit bridge"
SAMPLED = Pipeline(stages=(LabelStage(overlap=Overlap(min=1, max=1)), ReviewStage(share=0)))
PICTURES = 6


@pytest.fixture
def few(shapes: Shapes) -> Shapes:
    """Half a dozen pictures."""
    return draw_shapes(shapes.folder.with_name("few"), PICTURES)


@pytest.fixture
async def lead(customer: Customer) -> AsyncIterator[AsyncClient]:
    """The lead of a workforce that is assigned to nothing."""
    workforce = await customer.client.create_workforce("night shift")
    made = await customer.client.invite(workforce_id=workforce.id, work_role=WorkRole.LEAD)
    async with AsyncClient(customer.url) as client:
        email = f"{uuid4().hex}@fairmark.test"
        await client.accept_invitation(made.token, name="Lea", email=email, password=PASSWORD)
        yield client


async def done(customer: Customer, project: Project, count: int) -> None:
    """Waits until so many tasks are done."""
    for _ in range(150):
        if (await customer.client.get_progress(project.id)).tasks.get(TaskState.DONE, 0) == count:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{count} tasks were not done in time")


class TestASample:
    async def test_is_reviewed_in_the_queue_and_the_rest_stays_as_it_is(
        self, customer: Customer, few: Shapes, tmp_path: Path
    ) -> None:
        client = customer.client
        project = await project_of(client, few, SAMPLED)
        worker, reviewer = await crew(customer, project, "perfect", reviewers=1)
        for _ in range(PICTURES):
            turn = await take(worker, project)
            await worker.client.submit(turn.id, few.by_id[turn.external_id or ""])
        await done(customer, project, PICTURES)
        assert (await reviewer.client.claim(project_id=project.id)).assignment is None, "share 0: nothing is reviewed"
        before = {result.task_id: result.id async for result in client.list_results(project.id)}

        drawn = await client.draw_review_sample(project.id, 3, seed=11, key="monday")
        assert (drawn.drawn, drawn.eligible, drawn.seed) == (3, PICTURES, 11)
        assert await client.draw_review_sample(project.id, 3, seed=11, key="monday") == drawn
        with pytest.raises(Conflict, match="another sample"):
            await client.draw_review_sample(project.id, 4, key="monday")
        assert {result.task_id: result.id async for result in client.list_results(project.id)} == before

        decided: list[TaskId] = []
        for decision in (Decision.ACCEPT, Decision.FIX, Decision.REJECT):
            turn = await take(reviewer, project)
            decided.append(turn.task_id)
            fixed = few.by_id[turn.external_id or ""] if decision is Decision.FIX else None
            reasons = ["missed"] if decision is Decision.REJECT else []
            await reviewer.client.review(turn.id, decision, reasons=reasons, annotation=fixed)
        assert (await reviewer.client.claim(project_id=project.id)).assignment is None
        sample = await anext(client.list_review_samples(project.id))
        assert (sample.accepted, sample.fixed, sample.rejected) == (1, 1, 1)
        after = {result.task_id: result.id async for result in client.list_results(project.id)}
        # Accepted and fixed ones have a new version; the rejected one keeps its result until it is done again.
        assert {task for task in before if before[task] != after[task]} == set(decided[:2])
        history = await client.get_task(decided[0])
        assert [event.type for event in history.events].count("task.moved") == 1
        told = [event async for event in client.list_events(types=["review.sampled"])]
        assert len(told) == 1

    async def test_is_drawn_from_a_shell(self, customer: Customer, few: Shapes, tmp_path: Path) -> None:
        project = await project_of(customer.client, few, SAMPLED)
        (worker,) = await crew(customer, project, "perfect")
        for _ in range(2):
            turn = await take(worker, project)
            await worker.client.submit(turn.id, few.by_id[turn.external_id or ""])
        await done(customer, project, 2)
        shell = Shell(customer, tmp_path)

        def drawing() -> str:
            return shell.run("review", "sample", "shapes", "--size", "1", "--seed", "5").stdout

        assert await asyncio.to_thread(drawing) == "1 of 2 tasks are in review. Seed 5.\n"
        (listed,) = await asyncio.to_thread(shell.json, "review", "samples", "shapes")
        assert (listed["drawn"], listed["seed"], listed["accepted"]) == (1, 5, 0)
        assert "sent back" in (await asyncio.to_thread(shell.run, "review", "samples", "shapes")).stdout


class TestRefusals:
    async def test_say_what_is_missing(self, customer: Customer, few: Shapes) -> None:
        bare = await project_of(customer.client, few, pipeline(), "bare")
        with pytest.raises(Conflict, match="no review stage"):
            await customer.client.draw_review_sample(bare.id, 5)
        reviewed = await project_of(customer.client, few, SAMPLED, "reviewed")
        with pytest.raises(Conflict, match="No task"):
            await customer.client.draw_review_sample(reviewed.id, 5, of=SampleOf(below=0.5))

    async def test_leads_of_other_workforces_and_workers_may_not(
        self, customer: Customer, few: Shapes, lead: AsyncClient
    ) -> None:
        project = await project_of(customer.client, few, SAMPLED)
        (worker,) = await crew(customer, project, "perfect")
        for client in (lead, worker.client):
            with pytest.raises(Forbidden):
                await client.draw_review_sample(project.id, 5)
            with pytest.raises(Forbidden):
                await anext(client.list_review_samples(project.id))
