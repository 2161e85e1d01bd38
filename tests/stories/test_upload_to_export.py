from pathlib import Path

import msgspec

from fairmark.client.model import TaskState
from fairmark.client.simulate.crowd import Plan, simulate

from .conftest import Customer, Shapes, pipeline, project_of


class TestUploadToExport:
    async def test_pictures_become_reviewed_labels_in_a_file(
        self, customer: Customer, shapes: Shapes, tmp_path: Path
    ) -> None:
        client = customer.client
        project = await project_of(client, shapes, pipeline(2, review=True))
        plan = Plan(workers=3, reviewers=1, mix="good", reviewers_mix="perfect", seed=7, idle_s=15, seconds_max=60)
        summary = await simulate(customer.url, plan, shapes.truth, boss=client, project_id=project.id)
        # 12 pictures, two people each, and a review of all: rejected ones come back to be labeled twice again.
        rejected = summary.reviews.get("reject", 0)
        assert summary.submissions == 24 + 2 * rejected
        assert summary.progress is not None
        assert summary.progress.tasks[TaskState.DONE] == 12
        results = {result.external_id: result async for result in client.list_results(project.id)}
        assert set(results) == set(shapes.by_id)
        folder = await client.export(project.id, "fairmark_jsonl", tmp_path / "out", unpack=True)
        lines = [msgspec.json.decode(line) for line in (folder / "labels.jsonl").read_bytes().splitlines()]
        assert {line["external_id"] for line in lines} == set(shapes.by_id)
        print(summary)
