"""A crowd of all sorts over HTTP: asked until sure enough, weighed by what each is worth, judged by no machine."""

import asyncio
from typing import Any

import pytest

from fairmark.client.model import (
    CaseDecision,
    CaseState,
    LabelStage,
    Overlap,
    Pipeline,
    Project,
)
from fairmark.client.simulate.crowd import Plan, simulate
from tests.stories.conftest import Customer, Shapes, crew, draw_shapes, project_of

MOST = 6
TARGET = 0.85


@pytest.fixture
def many(tmp_path: Any) -> Shapes:
    return draw_shapes(tmp_path / "many", 48)


def right_answers(shapes: Shapes, results: list[Any]) -> float:
    """Share of results whose question is answered rightly."""
    right = [r.annotation.answers.get("light") == shapes.by_id[r.external_id].answers["light"] for r in results]
    return sum(right) / len(right)


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


class TestAdaptive:
    async def test_asks_until_sure_enough_and_saves_labels_without_losing_accuracy(
        self, customer: Customer, many: Shapes
    ) -> None:
        client = customer.client
        plan = Plan(workers=9, reviewers=0, mix="good:5,fair:3,novice:1", seed=11, idle_s=4)
        labels: dict[str, int] = {}
        accuracy: dict[str, float] = {}
        for name, overlap in (("all", Overlap(MOST, MOST)), ("adaptive", Overlap(2, MOST, TARGET))):
            project = await project_of(client, many, Pipeline((LabelStage(overlap=overlap),)), name)
            summary = await simulate(customer.url, plan, many.truth, boss=client, project_id=project.id)
            results = [result async for result in client.list_results(project.id)]
            assert len(results) == len(many.by_id)
            labels[name], accuracy[name] = summary.submissions, right_answers(many, results)
            assert summary.merged is not None
            assert (summary.merged.f1 or 0) > 0.93
            if name == "adaptive":
                # Everybody was asked at least twice, and nobody once it was sure enough.
                for result in results:
                    history = await client.get_task(result.task_id)
                    asked = len(history.submissions)
                    assert 2 <= asked <= MOST
                    inspection = await client.inspect_task(result.task_id)
                    assert inspection.next == "done"
                    assert inspection.submissions == asked
                    if asked < MOST:
                        assert (result.confidence or 0) >= TARGET or inspection.decisions
                overview = await made(customer, project)
                assert overview.labels_mean == pytest.approx(summary.submissions / len(results), abs=0.05)
                assert overview.saved > 0.2
                assert overview.known > 0.5
        assert labels["all"] == MOST * len(many.by_id)
        assert labels["adaptive"] < 0.75 * labels["all"]
        assert accuracy["adaptive"] >= accuracy["all"] - 0.002


class TestSpammer:
    async def test_is_noticed_for_a_person_to_see_and_is_not_paused(self, customer: Customer, tmp_path: Any) -> None:
        client, shapes = customer.client, draw_shapes(tmp_path / "few", 44)
        project = await project_of(client, shapes, Pipeline((LabelStage(overlap=Overlap(4, 4)),)))
        *honest, spammer = await crew(customer, project, "expert", "good", "good", "expert")

        async def work(member: Any, spam: bool) -> None:
            while (turn := (await member.client.claim(project_id=project.id)).assignment) is not None:
                right = shapes.by_id[turn.external_id]
                said = type(right)(answers={"light": "night"}) if spam else right
                await member.client.submit(turn.id, said, key="k")

        await asyncio.gather(*(work(member, False) for member in honest), work(spammer, True))
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
