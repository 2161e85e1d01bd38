"""Quality over HTTP: people are asked until it is sure enough; somebody who does not look is put before a person."""

import asyncio
from typing import Any

from fairmark.client.model import (
    CaseDecision,
    CaseState,
    LabelStage,
    Overlap,
    Pipeline,
    Project,
    TaskState,
)
from fairmark.client.simulate.crowd import Plan, simulate
from tests.patience import until
from tests.stories.conftest import (
    Customer,
    Shapes,
    crew,
    draw_shapes,
    first_task,
    project_of,
    take,
)


def right_answers(shapes: Shapes, results: list[Any]) -> float:
    """Share of results whose question is answered rightly."""
    right = [r.annotation.answers.get("light") == shapes.by_id[r.external_id].answers["light"] for r in results]
    return sum(right) / len(right)


async def all_there(customer: Customer, project: Project, count: int) -> None:
    """Waits until every item has become a task: who finds none leaves."""

    async def look() -> bool:
        return (await customer.client.get_progress(project.id)).total == count

    await until(look, "all items became tasks")


async def caught_up(customer: Customer, project: Project) -> None:
    """Waits until all that was handed in has been judged."""

    async def look() -> bool:
        return not (await customer.client.get_progress(project.id)).behind

    await until(look, "everything is judged")


async def made(customer: Customer, project: Project) -> Any:
    """The overview, once all figures have been made anew."""
    before = (await customer.client.get_quality(project.id)).made_at
    await customer.client.refresh_quality(project.id)

    async def look() -> Any:
        overview = await customer.client.get_quality(project.id)
        return overview if overview.made_at not in {None, before} and not overview.stale else None

    return await until(look, "the figures are made")


class TestAskingUntilSureEnough:
    async def test_assignments_open_one_by_one_until_the_target_is_reached(
        self, customer: Customer, tmp_path: Any
    ) -> None:
        client, shapes = customer.client, draw_shapes(tmp_path / "some", 24)
        overlap = Overlap(min=2, max=6, target=0.9)
        project = await project_of(client, shapes, Pipeline((LabelStage(overlap=overlap),)))
        # One more than may be asked about anything. However long judging takes, nobody leaves before it is over.
        plan = Plan(workers=7, reviewers=0, mix="good:4,novice:3", seed=5, idle_s=1.0)
        summary = await simulate(customer.url, plan, shapes.truth, boss=client, project_id=project.id)
        assert summary.progress is not None
        assert summary.progress.tasks[TaskState.DONE] == summary.progress.total == 24
        await caught_up(customer, project)
        asked = {
            each.id: len((await client.get_task(each.id)).submissions) async for each in client.list_tasks(project.id)
        }
        assert sum(asked.values()) == summary.submissions
        assert set(asked.values()) <= set(range(2, 7))
        # Neither two for everything nor six for everything: where people agree, fewer are asked.
        assert len(set(asked.values())) > 1
        done = [result async for result in client.list_results(project.id)]
        for result in done:
            count, sure = asked[result.task_id], result.confidence or 0
            inspection = await client.inspect_task(result.task_id)
            gain = sum(each.gain for each in inspection.decisions if each.kind != "attribute")
            counted = sum(1 for each in inspection.decisions if each.kind != "attribute")
            # Asking ended for one of three reasons: sure enough, nobody is left to ask, or it would not pay.
            assert sure >= 0.9 or count == 6 or gain / counted <= overlap.price
        few = [result.confidence or 0 for result in done if asked[result.task_id] == 2]
        assert min(few, default=1.0) >= 0.9

    async def test_one_more_opens_at_a_time(self, customer: Customer, tmp_path: Any) -> None:
        client, shapes = customer.client, draw_shapes(tmp_path / "one", 1)
        project = await project_of(client, shapes, Pipeline((LabelStage(overlap=Overlap(2, 6, target=0.85)),)))
        task = await first_task(client, project)
        right = shapes.by_id["shape-000.png"]
        wrong = type(right)(marks=right.marks, answers={"light": "day"})
        asked = 0
        for member in await crew(customer, project, *["perfect"] * 6):
            turn = await take(member, project)
            await member.client.submit(turn.id, wrong if asked == 1 else right, key="k")
            asked += 1
            await caught_up(customer, project)
            if (await client.get_task(task.id)).task.state == TaskState.DONE:
                break
            assert [offer.to_label for offer in await member.client.my_work()] == [1]
        history = await client.get_task(task.id)
        # Two who disagree are not enough for 85 per cent; a few who agree with one of them are.
        assert history.task.state == TaskState.DONE
        assert 3 <= asked == len(history.submissions) < 6
        assert (history.task.confidence or 0) >= 0.85


class TestSpammer:
    async def test_is_noticed_for_a_person_to_see_and_is_not_paused(self, customer: Customer, tmp_path: Any) -> None:
        client, shapes = customer.client, draw_shapes(tmp_path / "few", 44)
        project = await project_of(client, shapes, Pipeline((LabelStage(overlap=Overlap(4, 4)),)))
        await all_there(customer, project, len(shapes.by_id))
        *honest, spammer = await crew(customer, project, "expert", "good", "good", "expert")

        async def work(member: Any, spam: bool) -> None:
            while (turn := (await member.client.claim(project_id=project.id)).assignment) is not None:
                right = shapes.by_id[turn.external_id]
                said = type(right)(answers={"light": "night"}) if spam else right
                await member.client.submit(turn.id, said, key="k")

        await asyncio.gather(*(work(member, False) for member in honest), work(spammer, True))
        await client.wait_until_done(project.id, timeout_s=60)
        await made(customer, project)
        cases = [case async for case in client.list_cases(project_id=project.id)]
        me = await spammer.client.own_worker()
        assert cases
        assert {case.worker for case in cases} == {me.alias}
        case = cases[0]
        assert (case.state, case.decision) == (CaseState.OPEN, None)
        assert case.innocent
        detail = await client.get_case(case.id)
        assert {example.worker for example in detail.examples} == {me.alias}
        # Nothing follows by itself: they may work on, and every result weighs them for next to nothing.
        assert (await spammer.client.own_worker()).paused_at is None
        results = [result async for result in client.list_results(project.id)]
        assert right_answers(shapes, results) == 1.0
        lines = [each async for each in client.project_workers(project.id)]
        line = next(each for each in lines if each.worker == me.alias)
        assert (line.paused, line.open_cases) == (False, len(cases))
        decided = await client.decide_case(
            case.id, CaseDecision.CONFIRMED, "Talked to them; the guideline was not read."
        )
        assert decided.case.decision is CaseDecision.CONFIRMED
        assert (await spammer.client.own_worker()).paused_at is None
