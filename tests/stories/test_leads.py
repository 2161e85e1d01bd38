"""What the lead of a workforce sees: the items of projects that it is assigned to, and nothing to carry away."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from fairmark.client import AsyncClient
from fairmark.client.errors import Forbidden
from fairmark.client.model import Annotation, Mark, Project, Workforce, WorkRole

from .conftest import Customer, Shapes, crew, draw_shapes, pipeline, project_of, take

PASSWORD = "seven otters under the moonlit bridge"


@pytest.fixture
def few(shapes: Shapes) -> Shapes:
    """Two pictures."""
    return draw_shapes(shapes.folder.with_name("few"), 2)


@pytest.fixture
async def workforce(customer: Customer) -> Workforce:
    return await customer.client.create_workforce("night shift")


@pytest.fixture
async def lead(customer: Customer, workforce: Workforce) -> AsyncIterator[AsyncClient]:
    """The lead of a workforce that is assigned to nothing yet."""
    made = await customer.client.invite(workforce_id=workforce.id, work_role=WorkRole.LEAD)
    async with AsyncClient(customer.url) as client:
        email = f"{uuid4().hex}@fairmark.test"
        await client.accept_invitation(made.token, name="Lea", email=email, password=PASSWORD)
        yield client


async def assign(customer: Customer, project: Project, workforce: Workforce) -> None:
    """Adds a workforce to those of the project."""
    now = await customer.client.get_project(project.id)
    await customer.client.set_project_workforces(project.id, [*now.workforce_ids, workforce.id])


class TestLooking:
    async def test_leads_look_through_projects_of_their_workforce_only(
        self, customer: Customer, few: Shapes, workforce: Workforce, lead: AsyncClient
    ) -> None:
        mine = await project_of(customer.client, few, pipeline(2), "mine")
        other = await project_of(customer.client, few, pipeline(2), "other")
        with pytest.raises(Forbidden, match="no workforce that you lead is assigned"):
            await anext(lead.explore(mine.id))
        one, two = await crew(customer, mine, "perfect", "perfect")
        turn = await take(one, mine)
        await one.client.submit(turn.id, few.by_id[turn.external_id or ""])
        await assign(customer, mine, workforce)
        assert {tile.external_id async for tile in lead.explore(mine.id)} == set(few.by_id)
        assert [each async for each in lead.list_disagreements(mine.id)] == []
        assert (await lead.inspect_task(turn.task_id)).task_id == turn.task_id
        assert (await lead.get_task(turn.task_id)).task.id == turn.task_id
        theirs = await anext(customer.client.list_tasks(other.id))
        with pytest.raises(Forbidden, match="no workforce that you lead is assigned"):
            await lead.get_task(theirs.id)
        with pytest.raises(Forbidden, match="no workforce that you lead is assigned"):
            await anext(lead.list_tasks(other.id))
        assert {task.id async for task in lead.list_tasks(mine.id)} >= {turn.task_id}
        for refused in (lead.explore(other.id), lead.list_disagreements(other.id)):
            with pytest.raises(Forbidden):
                await anext(refused)
        with pytest.raises(Forbidden):
            await anext(two.client.explore(mine.id))  # a worker is no lead

    async def test_they_carry_nothing_away(
        self, customer: Customer, few: Shapes, workforce: Workforce, lead: AsyncClient
    ) -> None:
        project = await project_of(customer.client, few, pipeline(), "mine")
        await assign(customer, project, workforce)
        with pytest.raises(Forbidden, match=r"data\.read"):
            await lead.create_export(project.id, "coco")
        with pytest.raises(Forbidden, match=r"data\.read"):
            await anext(lead.list_results(project.id))
        with pytest.raises(Forbidden, match=r"data\.read"):
            await lead.read_events()


class TestQuestions:
    async def test_a_question_names_the_marks_it_is_about(
        self, customer: Customer, few: Shapes, workforce: Workforce, lead: AsyncClient
    ) -> None:
        project = await project_of(customer.client, few, pipeline())
        await assign(customer, project, workforce)
        [worker] = await crew(customer, project, "perfect")
        turn = await take(worker, project)
        right = few.by_id[turn.external_id or ""]
        first, *others = right.marks
        await worker.client.save_draft(turn.id, 1, right)
        asked = await worker.client.ask(turn.id, "Is this one cut off?", mark_ids=[first.id, "not-saved-yet"])
        assert asked.mark_ids == [first.id, "not-saved-yet"]
        assert [mark.id for mark in asked.marks] == [first.id]

        # The draft goes on; what was asked about stays as it was.
        moved = Mark(id=first.id, kind="box", class_=first.class_, geometry={"x": 1, "y": 1, "w": 9, "h": 9})
        await worker.client.save_draft(turn.id, 2, Annotation(marks=(moved, *others), answers=right.answers))
        seen = await anext(lead.list_questions(project.id))
        assert [(mark.id, mark.geometry) for mark in seen.marks] == [(first.id, first.geometry)]
        assert [media.name for media in seen.media] == [turn.media[0].name]
        plain = await worker.client.ask(turn.id, "And the whole?")
        assert (plain.mark_ids, plain.marks) == ([], [])
