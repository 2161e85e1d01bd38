"""Gold from the lead's hand to the worker's feedback: met like any other task, never in a result."""

import asyncio
from typing import Any

import msgspec
import pytest

from fairmark.client.model import Annotation, GoldDetail, GoldState, LabelStage, Overlap, Pipeline
from fairmark.client.simulate.people import Member
from fairmark.projects.model import GoldTurns
from tests.patience import until
from tests.stories.conftest import Customer, Shapes, crew, draw_shapes, first_task, project_of, take

GOLD = 4
AHEAD = 9
"""A planted turn is met within so many."""


@pytest.fixture
def many(tmp_path: Any) -> Shapes:
    return draw_shapes(tmp_path / "many", 40)


def shape_of(value: Any) -> Any:
    """A JSON value without its texts, numbers and ids: what is left is what a worker could tell turns apart by."""
    if isinstance(value, dict):
        return {key: shape_of(each) for key, each in value.items() if key not in {"answers", "draft"}}
    if isinstance(value, list):
        return [shape_of(each) for each in value][:1]
    return type(value).__name__


async def label(member: Member, shapes: Shapes, project: Any, count: int) -> list[Any]:
    """Hands in `count` tasks, all right; the turns as they were claimed."""
    turns: list[Any] = []
    for _ in range(count):
        turn = await take(member, project)
        turns.append(turn)
        await member.client.submit(turn.id, shapes.by_id[turn.external_id or ""], key="k")
    return turns


async def planted(customer: Customer, project: Any, count: int) -> None:
    """Waits until so many turns at gold were put in people's way."""

    async def look() -> bool:
        return sum([gold.shown async for gold in customer.client.list_gold(project.id)]) >= count

    await until(look, f"{count} are planted")


class TestGold:
    async def test_is_met_like_any_other_task_and_never_becomes_a_result(
        self, customer: Customer, many: Shapes
    ) -> None:
        client = customer.client
        wanted = Pipeline((LabelStage(),), GoldTurns(rate_new=1.0, rate_known=1.0))
        project = await project_of(client, many, wanted)
        await first_task(client, project)
        names = list(many.by_id)[:GOLD]
        made = await client.import_gold(project.id, [(name, many.by_id[name]) for name in names])
        assert (made.made, made.faults) == (GOLD, [])
        assert (await client.import_gold(project.id, [(names[0], many.by_id[names[0]])])).same == 1
        worker, other = await crew(customer, project, "perfect", "perfect")
        turns: list[Any] = []
        for n in (1, 2):
            turns += await label(worker, many, project, 1)
            await planted(customer, project, n)
            turns += await label(worker, many, project, AHEAD)
        met = [turn for turn in turns if turn.external_id in names]
        ordinary = [turn for turn in turns if turn.external_id not in names]
        # Everybody meets each gold item once; their own tasks are out of the work.
        assert 2 <= len(met) == len({turn.external_id for turn in met})
        shapes = {str(shape_of(msgspec.to_builtins(turn))) for turn in ordinary}
        assert {str(shape_of(msgspec.to_builtins(turn))) for turn in met} <= shapes
        for turn in (met[0], ordinary[0]):
            again = await worker.client.get_assignment(turn.id)
            assert str(shape_of(msgspec.to_builtins(again))) in {
                str(shape_of(msgspec.to_builtins(await worker.client.get_assignment(each.id)))) for each in ordinary
            }

        async def scored() -> bool:
            answers = sum([each.answers async for each in client.list_gold(project.id)])
            told = [each async for each in worker.client.my_feedback()]
            said = sum(each.submissions for each in (await client.get_progress(project.id)).contributions)
            return answers == len(met) and bool(told) and said == len(turns)

        await until(scored, "what was handed in is counted and scored")
        # In no list of the customer's is there a trace of it.
        tasks = {str(meeting.task_id) for meeting in met}
        assert not tasks & {str(task.id) async for task in client.list_tasks(project.id)}
        results = [result async for result in client.list_results(project.id)]
        assert not set(names) & {result.external_id for result in results}
        progress = await client.get_progress(project.id)
        assert progress.total == len(many.by_id)
        explored = [tile async for tile in client.explore(project.id)]
        assert len(explored) == len(many.by_id) == len({tile.item_id for tile in explored})
        # It is work like any other all the same.
        contribution = next(each for each in progress.contributions if each.submissions)
        assert contribution.submissions == len(turns)
        gold = [each async for each in client.list_gold(project.id)]
        assert sum(each.answers for each in gold) == len(met)
        assert all(each.score == 1 for each in gold if each.answers)
        line = next(line for line in [line async for line in client.project_workers(project.id)] if line.checks)
        assert line.gold is not None
        assert line.gold.mean > 0.8
        feedback = [each async for each in worker.client.my_feedback()]
        assert {each.score for each in feedback} == {1.0}
        assert other.client is not worker.client

    async def test_that_good_people_differ_from_is_suspended_and_mended(
        self, customer: Customer, tmp_path: Any
    ) -> None:
        client, shapes = customer.client, draw_shapes(tmp_path / "few", 14)
        wanted = Pipeline((LabelStage(overlap=Overlap(3, 3)),), GoldTurns(rate_new=0.0, rate_known=0.0))
        project = await project_of(client, shapes, wanted)
        first, *others = shapes.by_id
        other = "day" if shapes.by_id[first].answers["light"] == "night" else "night"
        rows = [(first, Annotation(answers={"light": other})), *((name, shapes.by_id[name]) for name in others)]
        # Left in the work, such items show how good people are without any turn of their own.
        await client.import_gold(project.id, rows, keep_task=True)
        people = await crew(customer, project, "perfect", "perfect", "perfect")
        await asyncio.gather(*(label(member, shapes, project, len(shapes.by_id)) for member in people))
        await client.refresh_quality(project.id)
        gold = await self.suspended(customer, project.id)
        assert gold.external_id == first
        assert "ambiguous" in {each.kind for each in gold.suspicions}
        assert gold.ambiguity > 0.8
        lines = [line async for line in client.project_workers(project.id)]
        # What is suspended counts for nobody.
        assert all(line.gold is None or line.gold.mean > 0.8 for line in lines)
        mended = await client.change_gold(gold.id, annotation=shapes.by_id[first], note="Looked again.")
        assert (mended.state, mended.version) == (GoldState.ACTIVE, 2)

        async def judged_anew() -> GoldDetail | None:
            detail = await client.get_gold(gold.id)
            return detail if {answer.score for answer in detail.answers} == {1.0} else None

        detail = await until(judged_anew, "all answers count as right")
        assert detail is not None
        assert detail.gold.ambiguity < 0.1

    async def suspended(self, customer: Customer, project_id: Any) -> Any:
        async def look() -> list[Any]:
            return [each async for each in customer.client.list_gold(project_id, state=GoldState.SUSPENDED)]

        return (await until(look, "a gold is suspended"))[0]
