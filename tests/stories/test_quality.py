"""Somebody who does not look, over HTTP: outweighed, put before a person, and judged by no machine."""

import asyncio
from typing import Any

from fairmark.client.model import (
    CaseDecision,
    CaseState,
    LabelStage,
    Overlap,
    Pipeline,
    Project,
)
from tests.stories.conftest import Customer, Shapes, crew, draw_shapes, project_of


def right_answers(shapes: Shapes, results: list[Any]) -> float:
    """Share of results whose question is answered rightly."""
    right = [r.annotation.answers.get("light") == shapes.by_id[r.external_id].answers["light"] for r in results]
    return sum(right) / len(right)


async def all_there(customer: Customer, project: Project, count: int) -> None:
    """Waits until every item has become a task: who finds none leaves."""
    for _ in range(200):
        if (await customer.client.get_progress(project.id)).total == count:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("not all items became tasks")


async def made(customer: Customer, project: Project) -> Any:
    """The overview, once all figures have been made anew."""
    before = (await customer.client.get_quality(project.id)).made_at
    await customer.client.refresh_quality(project.id)
    for _ in range(200):
        overview = await customer.client.get_quality(project.id)
        if overview.made_at is not None and overview.made_at != before and not overview.stale:
            return overview
        await asyncio.sleep(0.2)
    raise AssertionError("the figures were not made")


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
