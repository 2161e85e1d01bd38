"""The promises that a worker's turn makes: leases, drafts, time, and who may have what."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest

from fairmark.client import AsyncClient
from fairmark.client.errors import Conflict, NotFound
from fairmark.client.model import Annotation, BatchState, Decision, Kind, TaskState, TurnState
from fairmark.client.requests import no_cookies
from fairmark.client.simulate.crowd import Plan, simulate
from fairmark.client.simulate.people import Member
from tests.patience import until

from .conftest import Customer, Shapes, crew, draw_shapes, nothing_left, pipeline, project_of, take


async def expire(owner: asyncpg.Connection, customer: Customer, assignment_id: UUID) -> None:
    """Lets the lease run out without waiting for it, and waits until the background has seen it."""
    await owner.execute(
        "UPDATE assignments SET leased_until = now() - interval '1 second' WHERE org_id = $1 AND id = $2",
        customer.org_id, assignment_id,
    )  # fmt: skip

    async def expired() -> bool:
        state = await owner.fetchval(
            "SELECT state FROM assignments WHERE org_id = $1 AND id = $2", customer.org_id, assignment_id
        )
        return state == "expired"

    await until(expired, "the lease expires")


@pytest.fixture
def few(shapes: Shapes) -> Shapes:
    """Three pictures."""
    return draw_shapes(shapes.folder.with_name("few"), 3)


class TestExpiry:
    async def test_keeps_the_draft_and_the_time_and_opens_the_work_again(
        self, customer: Customer, few: Shapes, owner: asyncpg.Connection
    ) -> None:
        project = await project_of(customer.client, few, pipeline())
        slow, other = await crew(customer, project, "perfect", "perfect")
        turn = await take(slow, project)
        await asyncio.sleep(0.3)
        now = datetime.now(UTC)
        lease = await slow.client.beat(turn.id, [(now - timedelta(seconds=0.2), now)])
        assert 150 <= lease.active_ms <= 250
        draft = Annotation(answers={"light": "night"})
        assert (await slow.client.save_draft(turn.id, 5, draft)).seq == 5

        await expire(owner, customer, turn.id)
        gone = await slow.client.get_assignment(turn.id)
        assert (gone.state, gone.active_ms, gone.draft) == (TurnState.EXPIRED, lease.active_ms, draft)

        # The others get what there is, among it the task that was let go; it is theirs once they claim it.
        theirs = {(await take(other, project)).task_id for _ in range(3)}
        assert turn.task_id in theirs
        with pytest.raises(Conflict) as refused:
            await slow.client.submit(turn.id, few.by_id[turn.name])
        assert refused.value.code == "lease_expired"

    async def test_late_work_is_taken_while_nobody_else_has_it(
        self, customer: Customer, few: Shapes, owner: asyncpg.Connection
    ) -> None:
        project = await project_of(customer.client, few, pipeline())
        (slow,) = await crew(customer, project, "perfect")
        turn = await take(slow, project)
        await expire(owner, customer, turn.id)
        receipt = await slow.client.submit(turn.id, few.by_id[turn.name], key="late")
        assert (await slow.client.submit(turn.id, few.by_id[turn.name], key="late")).id == receipt.id

    async def test_whoever_comes_back_finds_their_draft(
        self, customer: Customer, few: Shapes, owner: asyncpg.Connection
    ) -> None:
        project = await project_of(customer.client, few, pipeline())
        (slow,) = await crew(customer, project, "perfect")
        turn = await take(slow, project)
        draft = Annotation(answers={"light": "night"})
        await slow.client.save_draft(turn.id, 1, draft)
        await expire(owner, customer, turn.id)
        turns = [await take(slow, project) for _ in range(3)]
        again = next(each for each in turns if each.task_id == turn.task_id)
        assert again.id != turn.id
        assert again.draft == draft


class TestWhoGetsWhat:
    async def test_nobody_gets_a_task_twice_or_reviews_themselves(self, customer: Customer, shapes: Shapes) -> None:
        # Rejected work is done anew by its author and one who never saw it, and reviewed by the other reviewer.
        project = await project_of(customer.client, shapes, pipeline(2, review=True))
        plan = Plan(workers=6, reviewers=2, mix="careless", reviewers_mix="expert", seed=3, idle_s=20, seconds_max=120)
        await simulate(customer.url, plan, shapes.truth, boss=customer.client, project_id=project.id)
        tasks = [task async for task in customer.client.list_tasks(project.id)]
        assert {task.state for task in tasks} == {TaskState.DONE}
        assert any(task.round > 0 for task in tasks)
        for task in tasks:
            history = await customer.client.get_task(task.id)
            labels = [(turn.worker, turn.round) for turn in history.turns if turn.kind is Kind.LABEL]
            assert len(labels) == len(set(labels))
            authors = {each.worker for each in history.submissions}
            assert authors.isdisjoint(turn.worker for turn in history.turns if turn.kind is Kind.REVIEW)

    async def test_one_person_cannot_be_the_whole_overlap(self, customer: Customer, few: Shapes) -> None:
        project = await project_of(customer.client, few, pipeline(2))
        (alone,) = await crew(customer, project, "perfect")
        seen: set[UUID] = set()
        for _ in range(3):
            turn = await take(alone, project)
            assert turn.task_id not in seen
            seen.add(turn.task_id)
            await alone.client.submit(turn.id, few.by_id[turn.name])
        assert await nothing_left(alone, project) == "queue_is_empty"

    async def test_a_skipped_task_goes_to_somebody_else(self, customer: Customer, few: Shapes) -> None:
        project = await project_of(customer.client, few, pipeline())
        first, second = await crew(customer, project, "perfect", "perfect")
        skipped: set[UUID] = set()
        for _ in range(3):
            turn = await take(first, project)
            await first.client.skip(turn.id, "not mine")
            skipped.add(turn.task_id)
        assert await nothing_left(first, project) == "queue_is_empty"
        assert {(await take(second, project)).task_id for _ in range(3)} == skipped

    async def test_rework_goes_to_its_author_with_the_reasons(self, customer: Customer, few: Shapes) -> None:
        project = await project_of(customer.client, few, pipeline(review=True))
        author, other, reviewer = await crew(customer, project, "perfect", "perfect", reviewers=1)
        turn = await take(author, project)
        await author.client.submit(turn.id, few.by_id[turn.name])
        review = await take(reviewer, project)
        assert review.submissions[0].annotation == few.by_id[turn.name]
        assert review.submissions[0].label == "A"  # a letter, not a name
        await reviewer.client.review(review.id, Decision.REJECT, reasons=["Too loose."], comment="Look at the edges.")
        for _ in range(2):
            assert (await take(other, project)).task_id != turn.task_id
        back = await take(author, project)
        assert (back.task_id, back.round) == (turn.task_id, 1)
        assert back.note is not None
        assert "Too loose." in back.note
        assert back.draft == few.by_id[turn.name]

    async def test_a_turn_is_nobody_elses(self, customer: Customer, few: Shapes) -> None:
        project = await project_of(customer.client, few, pipeline())
        first, second = await crew(customer, project, "perfect", "perfect")
        turn = await take(first, project)
        with pytest.raises(NotFound):
            await second.client.get_assignment(turn.id)
        with pytest.raises(NotFound):
            await second.client.submit(turn.id, few.by_id[turn.name])


class Deaf(httpx.AsyncHTTPTransport):
    """Sends for real, and loses the first answer to each address that ends so."""

    def __init__(self, *ends: str) -> None:
        super().__init__()
        self._ends = list(ends)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        lost = next((end for end in self._ends if request.url.path.endswith(end)), None)
        if lost is not None:
            self._ends.remove(lost)
            await answer.aread()
            raise httpx.ReadError("the answer was lost", request=request)
        return answer


class TestLostAnswers:
    async def test_what_is_handed_in_again_is_there_once(
        self, customer: Customer, few: Shapes, owner: asyncpg.Connection
    ) -> None:
        project = await project_of(customer.client, few, pipeline(review=True))
        author, reviewer = await crew(customer, project, "perfect", reviewers=1)

        async def deaf(member: Member, end: str) -> AsyncClient:
            http = httpx.AsyncClient(transport=Deaf(end), cookies=no_cookies())
            client = AsyncClient(customer.url, http=http)
            await client.sign_in(member.account.email, member.account.password)
            return client

        turn = await take(author, project)
        receipt = await (await deaf(author, "/submit")).submit(turn.id, few.by_id[turn.name])
        review = await take(reviewer, project)
        said = await (await deaf(reviewer, "/review")).review(review.id, Decision.ACCEPT, comment="Good.")
        history = await customer.client.get_task(turn.task_id)
        assert [each.id for each in history.submissions] == [receipt.id]
        assert [(each.id, each.comment) for each in history.reviews] == [(said.id, "Good.")]
        with pytest.raises(Conflict) as refused:
            await reviewer.client.review(review.id, Decision.ACCEPT, comment="Good.", key="another")
        assert refused.value.code == "assignment_closed"


class TestQuestions:
    async def test_reach_the_lead_and_come_back_answered(self, customer: Customer, few: Shapes) -> None:
        project = await project_of(customer.client, few, pipeline())
        (worker,) = await crew(customer, project, "perfect")
        turn = await take(worker, project)
        asked = await worker.client.ask(turn.id, "Is a shadow part of the shape?")
        waiting = [each async for each in customer.client.list_questions(project.id, open_only=True)]
        assert [each.id for each in waiting] == [asked.id]
        await customer.client.answer_question(asked.id, "No.")
        assert [each.answer for each in await worker.client.assignment_questions(turn.id)] == ["No."]


class TestBatches:
    async def test_a_paused_batch_waits_and_a_more_urgent_one_comes_first(
        self, customer: Customer, shapes: Shapes, few: Shapes
    ) -> None:
        client = customer.client
        project = await client.create_project("batches", ontology={"classes": []}, pipeline=pipeline())
        calm = await client.create_batch(project.id, "calm")
        urgent = await client.create_batch(project.id, "urgent", priority=10)
        held = await client.create_batch(project.id, "held", priority=100)
        await client.change_batch(held.id, state=BatchState.PAUSED)
        uploaded = [sent.asset_id async for sent in client.upload_files(sorted(shapes.folder.iterdir()))]
        for batch, part in (("calm", uploaded[:4]), ("urgent", uploaded[4:8]), ("held", uploaded[8:])):
            added = await client.add_items(project.id, [{"assets": [{"asset_id": id}]} for id in part], batch=batch)
            assert len(added.items) == 4
        await client.activate_project(project.id)
        (worker,) = await crew(customer, project, "perfect")
        order: list[UUID] = []
        for _ in range(8):
            turn = await take(worker, project)
            order.append(turn.batch_id)
            await worker.client.submit(turn.id, Annotation())
        assert order == [urgent.id] * 4 + [calm.id] * 4
        assert await nothing_left(worker, project) == "queue_is_empty"
        await client.change_batch(held.id, state=BatchState.OPEN)
        assert (await take(worker, project)).batch_id == held.id
        counts = {batch.name: batch.items async for batch in client.list_batches(project.id)}
        assert counts == {"calm": 4, "urgent": 4, "held": 4}
