import json
import re
from pathlib import Path

import httpx
import msgspec

from fairmark.client.model import AssetState, Origin, TaskState
from fairmark.client.simulate.crowd import Plan, simulate
from fairmark.formats.model import LabeledItem

from .conftest import Customer, Shapes, pipeline, project_of


class TestUploadToExport:
    async def test_pictures_become_reviewed_labels_in_a_file(
        self, customer: Customer, shapes: Shapes, tmp_path: Path
    ) -> None:
        client = customer.client
        project = await project_of(client, shapes, pipeline(2, review=True))
        plan = Plan(workers=3, reviewers=2, mix="good", reviewers_mix="perfect", seed=7, idle_s=20, seconds_max=90)
        summary = await simulate(customer.url, plan, shapes.truth, boss=client, project_id=project.id)

        # 12 pictures, two people each, and a review of all: what is rejected is labeled twice again.
        rejected = summary.reviews.get("reject", 0)
        assert summary.submissions == 24 + 2 * rejected
        assert sum(summary.reviews.values()) == 12 + rejected
        assert summary.progress is not None
        assert summary.progress.tasks[TaskState.DONE] == summary.progress.total == 12
        # A perfect reviewer has seen every result.
        assert summary.merged is not None
        assert (summary.merged.f1, summary.merged.named, summary.merged.answers) == (1, 1, 1)

        results = {result.external_id: result async for result in client.list_results(project.id)}
        assert set(results) == set(shapes.by_id)
        assert {result.origin for result in results.values()} == {Origin.REVIEW}

        # The way of one item can be read back: who did what, under what rules.
        history = await client.get_task(results["shape-000.png"].task_id)
        assert len(history.submissions) >= 2
        assert len({each.worker for each in history.submissions}) == len(history.submissions)
        assert {review.reviewer for review in history.reviews}.isdisjoint(each.worker for each in history.submissions)
        assert history.events[-1].type == "task.done"
        item = await client.get_item(history.task.item_id)
        assert [asset.state for asset in item.assets] == [AssetState.READY]
        shown = await customer.pool.get(customer.url + (item.assets[0].url or ""))
        assert shown.content == (shapes.folder / "shape-000.png").read_bytes()

        await self.check_exports(customer, str(project.id), shapes, tmp_path)

    async def check_exports(self, customer: Customer, project_id: str, shapes: Shapes, tmp_path: Path) -> None:
        client = customer.client
        folder = await client.export(project_id, "fairmark_jsonl", tmp_path / "jsonl", unpack=True)
        lines = (folder / "labels.jsonl").read_bytes().splitlines()
        items = {item.external_id: item for item in (msgspec.json.decode(line, type=LabeledItem) for line in lines)}
        assert {id: len(item.annotation.marks) for id, item in items.items()} == {
            id: len(right.marks) for id, right in shapes.by_id.items()
        }
        folder = await client.export(project_id, "coco", tmp_path / "coco", unpack=True)
        coco = json.loads((folder / "annotations" / "instances_default.json").read_text())
        assert len(coco["images"]) == 12
        assert len(coco["annotations"]) == sum(len(right.marks) for right in shapes.by_id.values())
        archive = await client.export(project_id, "yolo", tmp_path / "yolo.zip")
        assert archive.read_bytes()[:2] == b"PK"
        exports = [export async for export in client.list_exports(project_id)]
        assert [export.format for export in exports] == ["yolo", "coco", "fairmark_jsonl"]

    async def test_repeating_an_import_adds_nothing(self, customer: Customer, shapes: Shapes) -> None:
        project = await project_of(customer.client, shapes, pipeline())
        again = await customer.client.import_folder(project.id, shapes.folder)
        assert (again.new, again.there, again.refused) == (0, 12, [])

    async def test_a_bad_picture_does_not_stop_the_good_ones(self, customer: Customer, shapes: Shapes) -> None:
        (shapes.folder / "broken.png").write_bytes((shapes.folder / "shape-000.png").read_bytes()[:200])
        (shapes.folder / "text.jpg").write_text("this is no picture")
        project = await customer.client.create_project("with bad ones")
        report = await customer.client.import_folder(project.id, shapes.folder)
        assert report.new == 12
        assert sorted(each.name for each in report.refused) == ["broken.png", "text.jpg"]
        assert all(each.fault.mend for each in report.refused)

    async def test_signed_links_work_for_whoever_holds_them_and_for_nothing_else(
        self, customer: Customer, shapes: Shapes
    ) -> None:
        project = await project_of(customer.client, shapes, pipeline())
        tile = await anext(customer.client.explore(project.id))
        assert tile.media is not None
        async with httpx.AsyncClient() as stranger:
            assert (await stranger.get(customer.url + tile.media)).status_code == 200
            other = re.sub(r"/\w+\?", "/128?", tile.media)
            assert (await stranger.get(customer.url + other)).status_code == 403
