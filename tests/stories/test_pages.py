"""Files of several pages or frames, from every way in to the export: one item, each page an image of its own."""

import hashlib
import json
from io import BytesIO
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from PIL import Image

from fairmark.client.errors import Invalid
from fairmark.ontology.model import Annotation, Mark
from tests.modalities.image.pixels.files import dicom, slope, tiff
from tests.patience import until

from .conftest import ONTOLOGY, Customer, crew, pipeline, take
from .listening import listening
from .test_image_sources import head_of

RED, BLUE = (255, 0, 0), (0, 0, 255)


def gif(path: Path, colours: list[tuple[int, int, int]]) -> Path:
    frames = [Image.new("RGB", (64, 48), colour) for colour in colours]
    frames[0].save(path, "GIF", save_all=True, append_images=frames[1:], duration=40)
    return path


def files(folder: Path) -> Path:
    """A TIFF of three deep pages, an animation whose last frame is like its first, a DICOM file of two frames."""
    folder.mkdir()
    pages = np.stack([slope() + number for number in range(3)])
    (folder / "stack.tif").write_bytes(tiff(pages, photometric="minisblack", compression="zlib"))
    marked = [Image.new("RGB", (64, 48), RED), Image.new("RGB", (64, 48), BLUE), Image.new("RGB", (64, 48), RED)]
    marked[0].save(folder / "clip.gif", save_all=True, append_images=marked[1:], duration=[40, 60, 80])
    (folder / "series.dcm").write_bytes(dicom(np.stack([slope(dtype=np.int16)] * 2), WindowCenter=40, WindowWidth=400))
    return folder


async def finished(customer: Customer, task_id: UUID) -> None:
    """Waits until the task has its result: what was handed in is merged a moment later."""

    async def look() -> bool:
        return bool((await customer.client.get_task(task_id)).results)

    await until(look, "the task is finished")


class TestPages:
    async def test_of_a_folder_become_items_whose_pages_are_images_of_their_own(
        self, customer: Customer, tmp_path: Path
    ) -> None:
        client = customer.client
        project = await client.create_project("pages", ontology=ONTOLOGY, guideline="# Mark", pipeline=pipeline())
        report = await client.import_folder(project.id, files(tmp_path / "in"))
        assert (report.new, report.refused) == (3, [])
        project = await client.activate_project(project.id)
        found = {}
        for member in await crew(customer, project, *["perfect"] * 3):
            assignment = await take(member, project)
            found[assignment.name] = assignment.media
        assert {name: [media.name for media in each] for name, each in found.items()} == {
            "stack.tif": [f"stack.tif, page {n}.tif" for n in (1, 2, 3)],
            "clip.gif": [f"clip.gif, frame {n}.png" for n in (1, 2, 3)],
            "series.dcm": [f"series.dcm, frame {n}.dcm" for n in (1, 2)],
        }
        # Each of the deep pages has its own values: the first number of page 3 is 2.
        third = found["stack.tif"][2].tiles
        assert (await head_of(customer, third))["bands"][0]["least"] == 2
        numbers = await customer.pool.get(customer.url + third.replace("/head?", "/0/0/0/0?"))
        assert np.frombuffer(numbers.content, "<u2")[0] == 2
        # Frames that look alike are two assets that share their bytes.
        first, second, last = found["clip.gif"]
        assert len({first.asset_id, second.asset_id, last.asset_id}) == 3
        shown = [(await customer.pool.get(customer.url + media.url)).content for media in (first, second, last)]
        assert shown[0] == shown[2]
        assert [Image.open(BytesIO(data)).convert("RGB").getpixel((5, 5)) for data in shown] == [RED, BLUE, RED]

    async def test_come_out_of_an_export_as_images_with_their_marks(self, customer: Customer, tmp_path: Path) -> None:
        client = customer.client
        project = await client.create_project("out", ontology=ONTOLOGY, guideline="# Mark", pipeline=pipeline())
        folder = tmp_path / "in"
        folder.mkdir()
        gif(folder / "clip.gif", [RED, BLUE])
        await client.import_folder(project.id, folder)
        project = await client.activate_project(project.id)
        (member,) = await crew(customer, project, "perfect")
        turn = await take(member, project)
        box = Mark(id="m1", kind="box", class_="disc", geometry={"x": 3, "y": 4, "w": 20, "h": 10}, asset=1)
        await member.client.submit(turn.id, Annotation(marks=(box,), answers={"light": "day"}))
        await finished(customer, turn.task_id)
        out = await client.export(str(project.id), "coco", tmp_path / "coco", unpack=True)
        read = [json.loads(path.read_text()) for path in out.rglob("*.json")]
        labels = next(each for each in read if "annotations" in each)
        names = {image["id"]: image["file_name"] for image in labels["images"]}
        assert sorted(names.values()) == ["clip.gif, frame 1.png", "clip.gif, frame 2.png"]
        [mark] = labels["annotations"]
        assert (names[mark["image_id"]], mark["bbox"]) == ("clip.gif, frame 2.png", [3, 4, 20, 10])

    async def test_are_the_same_by_every_way_in(self, customer: Customer, tmp_path: Path) -> None:
        client = customer.client
        path = gif(tmp_path / "clip.gif", [BLUE, RED, BLUE])
        project = await client.create_project("ways")
        whole = await client.upload_file(path)
        assert whole.asset is not None
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        ways = [
            {"asset_id": str(whole.asset.id)}, {"upload_id": str(whole.id)}, {"sha256": digest}, {"name": "clip.gif"},
        ]  # fmt: skip
        items = {
            (await customer.pool.post(
                f"{customer.url}/api/v1/projects/{project.id}/items",
                json={"items": [{"assets": [way]}]},
                headers={"authorization": f"Bearer {customer.key}"},
            )).json()["items"][0]["item_id"]
            for way in ways
        }  # fmt: skip
        assert len(items) == 1
        [item] = items
        view = (await customer.pool.get(
            f"{customer.url}/api/v1/items/{item}", headers={"authorization": f"Bearer {customer.key}"}
        )).json()  # fmt: skip
        assert [view["name"], len(view["assets"])] == ["clip.gif", 3]
        assert [asset["page"] for asset in view["assets"]] == [
            {"file_id": str(whole.asset.id), "number": n, "pages": 3, "time_ms": 40.0 * (n - 1), "duration_ms": 40.0}
            for n in (1, 2, 3)
        ]

    async def test_of_an_address_open_the_task_when_they_are_there(self, customer: Customer, tmp_path: Path) -> None:
        client = customer.client
        gif(tmp_path / "clip.gif", [RED, BLUE, RED, BLUE])
        names = []
        with listening(tmp_path) as web:
            for title in ("fetched", "known"):
                project = await client.create_project(title, ontology=ONTOLOGY, guideline="#", pipeline=pipeline())
                started = await client.import_urls(project.id, [f"{web.url}/clip.gif"])
                await client.wait_for_import(started.id, timeout_s=60)
                project = await client.activate_project(project.id)
                (member,) = await crew(customer, project, "perfect")
                names.append([media.name for media in (await take(member, project)).media])
        assert names == [[f"clip.gif, frame {n}.png" for n in (1, 2, 3, 4)]] * 2

    async def test_that_are_too_many_are_refused_in_words(self, customer: Customer, tmp_path: Path) -> None:
        frames = [Image.new("L", (2, 2), shade % 256) for shade in range(501)]
        path = tmp_path / "long.tif"
        frames[0].save(path, "TIFF", save_all=True, append_images=frames[1:])
        with pytest.raises(Invalid, match="holds 501 pages or frames, 500 at most"):
            await customer.client.upload_file(path)
