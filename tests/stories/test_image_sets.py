"""Several images of one item, from a manifest to the file of labels."""

import json
from io import BytesIO
from pathlib import Path

from PIL import Image

from fairmark.client.model import Annotation, Mark, Project, Result
from tests.patience import until

from .conftest import Customer, crew, ontology, pipeline, take

SIZES = {"front.png": (320, 240), "left.png": (160, 120), "top.png": (200, 300)}
"""Width and height of each picture of the item, in its order."""
BOXES = [(0, (10, 20, 100, 80)), (0, (150, 100, 120, 90)), (1, (5, 6, 60, 50)), (2, (20, 150, 100, 120))]
"""Which image, and left, top, width, height: each lies in its own image, the last one in no other."""


def said(shift: float = 0) -> Annotation:
    """The boxes, each moved to the right."""
    marks = tuple(
        Mark(
            id=f"m{i}", kind="box", class_="disc", asset=asset,
            geometry={"x": x + shift, "y": y, "w": w, "h": h},
        )
        for i, (asset, (x, y, w, h)) in enumerate(BOXES)
    )  # fmt: skip
    return Annotation(marks=marks, answers={"light": "day"})


class TestImageSet:
    async def test_goes_from_a_manifest_through_consensus_to_coco(self, customer: Customer, tmp_path: Path) -> None:
        client = customer.client
        folder = tmp_path / "pictures"
        folder.mkdir()
        for name, size in SIZES.items():
            Image.new("RGB", size, "#405060").save(folder / name)
        sent = [each async for each in client.upload_files(sorted(folder.iterdir()))]
        assert [each.fault for each in sent] == [None, None, None]
        project = await client.create_project("sets", ontology=ontology(), pipeline=pipeline(2))
        manifest = tmp_path / "sets.jsonl"
        row = {"external_id": "scene-7", "assets": [{"path": name} for name in SIZES], "meta": {"night": False}}
        manifest.write_text(json.dumps(row) + "\n")
        done = await client.wait_for_import((await client.import_manifest(project.id, manifest)).id)
        assert (done.rows_new, done.rows_bad) == (1, 0)
        await client.activate_project(project.id)

        one, other = await crew(customer, project, "perfect", "perfect")
        turn = await take(one, project)
        assert [(each.name, (each.width, each.height)) for each in turn.media] == list(SIZES.items())
        for each in turn.media:
            small = await customer.pool.get(customer.url + (each.thumbnail or ""))
            assert small.status_code == 200, small.text
            assert max(Image.open(BytesIO(small.content)).size) <= 256
        await one.client.submit(turn.id, said())
        await other.client.submit((await take(other, project)).id, said(2))

        result = await self.only_result(customer, project)
        assert result.annotation is not None
        # Of two boxes 2 pixels apart the merged one lies between: never that of another image.
        merged = sorted((mark.asset, mark.geometry["x"]) for mark in result.annotation.marks)
        assert [asset for asset, _ in merged] == [0, 0, 1, 2]
        for (_, found), (_, (x, *_)) in zip(merged, sorted(BOXES), strict=True):
            assert x <= found <= x + 2

        # The explorer shows the first one, and says that there are more.
        [tile] = [each async for each in client.explore(project.id)]
        assert (tile.asset_count, tile.width, tile.height) == (3, *next(iter(SIZES.values())))

        unpacked = await client.export(project.id, "coco", tmp_path / "coco", unpack=True)
        coco = json.loads((unpacked / "annotations" / "instances_default.json").read_text())
        images = {image["id"]: image for image in coco["images"]}
        assert {image["file_name"]: (image["width"], image["height"]) for image in images.values()} == SIZES
        of = {
            name: sorted(
                round(each["bbox"][0]) for each in coco["annotations"] if images[each["image_id"]]["file_name"] == name
            )
            for name in SIZES
        }
        assert {name: len(found) for name, found in of.items()} == {"front.png": 2, "left.png": 1, "top.png": 1}
        assert 20 <= of["top.png"][0] <= 22

    async def only_result(self, customer: Customer, project: Project) -> Result:
        """The result of the one task, waited for: consensus comes a moment after the last submission."""

        async def results() -> list[Result]:
            return [result async for result in customer.client.list_results(project.id)]

        return (await until(results, "there is a result"))[0]
