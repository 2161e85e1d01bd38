"""The engineer's guide, run as it stands there, from an empty project to a data set."""

import asyncio
import functools
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, Mark, Project
from fairmark.client.simulate.crowd import Plan, simulate
from fairmark.client.simulate.truth import Truth
from tests.conftest import Server, free_port
from tests.stories.conftest import Customer, draw_shapes

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "engineer.md"
TRUTH = Annotation(
    marks=(
        Mark(id="m0", kind="box", class_="car", geometry={"x": 20, "y": 30, "w": 80, "h": 60},
             attributes={"parked": False}),
        Mark(id="m1", kind="box", class_="person", geometry={"x": 200, "y": 90, "w": 40, "h": 90}),
    ),
    answers={"light": "day"},
)  # fmt: skip
IDS = ["a.png", "b.png", "street/9001.png", "street/9002.png", "cam2/late"]
"""External ids: of the folder, of the bucket, of the manifest; the address comes on top."""


def program(places: dict[str, str]) -> str:
    """All blocks of the guide as one program, with the places of the examples made into places of this machine."""
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    text = "\n".join(blocks)
    for example, real in places.items():
        assert example in text, f"the guide does not name {example} any more"
        text = text.replace(example, real)
    return text


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that stands for a bucket, and for the host of the addresses."""
    folder = tmp_path_factory.mktemp("bucket")
    pictures = draw_shapes(folder / "drawn", 6).folder
    (folder / "street").mkdir()
    for number, picture in enumerate(sorted(pictures.iterdir())[:2]):
        shutil.move(picture, folder / "street" / f"900{number + 1}.png")
    return folder


@pytest.fixture(scope="module")
def host(bucket: Path) -> Iterator[str]:
    """Serves the bucket's folder."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(bucket))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="module")
def server(data_dir: Path, bucket: Path) -> Iterator[Server]:
    """A server whose operator has opened the bucket."""
    running = Server(data_dir, free_port(), FAIRMARK_BUCKET_ALLOW=bucket.as_uri() + "/")
    running.start()
    yield running
    running.stop()


async def active_project(boss: AsyncClient, running: asyncio.subprocess.Process) -> Project:
    while True:
        assert running.returncode is None, "the program ended before the work was done"
        found = [one async for one in boss.list_projects() if one.state == "active"]
        if found:
            return found[0]
        await asyncio.sleep(0.2)


class TestGuide:
    async def test_goes_from_images_to_training_data(
        self, customer: Customer, bucket: Path, host: str, tmp_path: Path
    ) -> None:
        pictures = sorted((bucket / "drawn").iterdir())
        (tmp_path / "pictures").mkdir()
        shutil.copy(pictures[0], tmp_path / "pictures" / "a.png")
        shutil.copy(pictures[1], tmp_path / "pictures" / "b.png")
        shutil.copy(pictures[2], tmp_path / "late.png")
        places = {
            "https://data.example.com": host, "s3://acme-frames": bucket.as_uri(), "8500": str(free_port()),
        }  # fmt: skip
        address = f"{host}/street/9001.png"
        await customer.client.create_workforce("crowd")
        environ = {**os.environ, "FAIRMARK_URL": customer.url, "FAIRMARK_KEY": customer.key}
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program(places), cwd=tmp_path, env=environ,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            async with AsyncClient(customer.url, customer.key) as boss:
                project = await active_project(boss, running)
                truth = Truth(dict.fromkeys([*IDS, address], TRUTH))
                plan = Plan(workers=3, reviewers=1, mix="perfect", reviewers_mix="perfect", seed=1, idle_s=20)
                await simulate(customer.url, plan, truth, boss=boss, project_id=project.id)
            out, err = await asyncio.wait_for(running.communicate(), 120)
        finally:
            if running.returncode is None:
                running.kill()
        said = out.decode()
        assert running.returncode == 0, err.decode()
        assert "2 new, 0 were there" in said
        assert "line 2: " in said  # the manifest's row whose picture was never sent
        done = len(re.findall(r"^\d\d:\d\d:\d\d task\.done ", said, re.MULTILINE))
        assert f"{done} items, {2 * done} marks" in said
        assert f"{done} images; the first is (240, 320, 3) with 2 boxes" in said
        assert "0 since then" in said
        assert re.search(r"^422 \w+ .*color", said, re.MULTILINE)
        # 9001.png comes by its address and in the bucket: two names of one file are two items.
        assert done == len(IDS) + 1
        assert len(list((tmp_path / "training" / "images").iterdir())) == len(IDS)

    def test_is_linked_from_the_readme(self) -> None:
        assert "(docs/guides/engineer.md)" in (GUIDE.parents[2] / "README.md").read_text()
