"""The README's example, run as it stands there."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation
from fairmark.client.simulate.crowd import Plan, simulate
from fairmark.client.simulate.truth import Truth
from fairmark.kernel.db import Database
from tests.stories.conftest import Customer, draw_shapes

README = Path(__file__).parents[2] / "README.md"


def example() -> str:
    """The code block that the README says a test runs."""
    found = re.search(r"<!-- example: a test runs this -->\n```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert found, "README.md has no example any more"
    return found[1]


class TestExample:
    def test_is_short(self) -> None:
        assert len(example().splitlines()) < 20

    async def test_walks_from_upload_to_export(self, customer: Customer, db: Database, tmp_path: Path) -> None:
        shapes = draw_shapes(tmp_path / "pictures", 4)
        # The example's ontology knows discs alone.
        discs = {
            name: Annotation(marks=tuple(mark for mark in right.marks if mark.class_ == "disc"))
            for name, right in shapes.by_id.items()
        }
        environ = {**os.environ, "FAIRMARK_URL": customer.url, "FAIRMARK_KEY": customer.key}
        workforce = await customer.client.create_workforce("crowd")
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", example(), cwd=tmp_path, env=environ, stdout=subprocess.PIPE
        )
        try:
            async with AsyncClient(customer.url, customer.key) as boss:
                project = None
                while project is None:
                    assert running.returncode is None, "the example ended before the work was done"
                    projects = [one async for one in boss.list_projects()]
                    project = next((one for one in projects if one.state == "active"), None)
                assert project.workforce_ids == [workforce.id]
                plan = Plan(workers=1, reviewers=0, mix="perfect", reviewers_mix="perfect", seed=1, idle_s=20)
                await simulate(customer.url, plan, Truth(discs), boss=boss, project_id=project.id)
            out, _ = await asyncio.wait_for(running.communicate(), 60)
        finally:
            if running.returncode is None:
                running.kill()
        assert running.returncode == 0
        assert b"4 pictures done" in out
        assert (tmp_path / "coco.zip").stat().st_size > 0
