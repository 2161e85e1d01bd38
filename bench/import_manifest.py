"""Import from a JSONL manifest: `python -m bench.import_manifest [--items 50000]`.

A whole installation, a real client. The rows give external ids, addresses of pictures and details. Timed: from asking
for the import to its end, until every item is a task, and the same list again. The pictures' host does not exist:
fetching is work of its own, but finding that out goes on beside the import.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.crowd_project import ONTOLOGY
from bench.installation import Installation, machine
from fairmark.client import AsyncClient
from fairmark.client.model import Import, ImportState, Purpose

LOOK_S = 0.05


def write(path: Path, items: int) -> Path:
    """A manifest as a camera fleet would send it."""
    with path.open("w") as file:
        for n in range(items):
            row = {
                "external_id": f"frame-{n:08d}",
                "url": f"https://pictures.invalid/run-{n % 97}/frame-{n:08d}.jpg",
                "meta": {"camera": "front", "speed": n % 130, "weather": "rain"},
            }
            file.write(json.dumps(row) + "\n")
    return path


async def measure(installation: Installation, key: str, manifest: Path, items: int) -> dict[str, float]:
    """Seconds that each step took."""
    async with AsyncClient(installation.url, key) as client:
        project = await client.create_project("import", ontology=ONTOLOGY)
        await client.activate_project(project.id)
        upload = await client.upload_file(manifest, purpose=Purpose.DATA)

        async def ended() -> Import:
            asked = await client.start_import(project.id, {"kind": "manifest", "upload_id": str(upload.id)})
            while True:
                found = await client.get_import(asked.id)
                if found.state not in {ImportState.WAITING, ImportState.RUNNING}:
                    return found
                await asyncio.sleep(LOOK_S)

        started = time.perf_counter()
        assert (await ended()).rows_new == items
        new = time.perf_counter() - started
        while True:
            if (await client.get_progress(project.id)).total == items:
                break
            await asyncio.sleep(LOOK_S)
        tasks = time.perf_counter() - started
        started = time.perf_counter()
        assert (await ended()).rows_there == items
        return {"new rows": new, "until all are tasks": tasks, "the same rows again": time.perf_counter() - started}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=50_000)
    options = parser.parse_args()
    with Installation(processes=1, worker=True) as installation, tempfile.TemporaryDirectory() as folder:
        installation.start()
        manifest = write(Path(folder) / "manifest.jsonl", options.items)

        def fairmark(*arguments: str) -> str:
            command = [sys.executable, "-m", "fairmark", *arguments, "--data-dir", str(installation.folder)]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

        fairmark("orgs", "create", "Bench")
        key = fairmark("keys", "create", "--org", "Bench", "--mode", "live")
        before = installation.cpu()
        steps = asyncio.run(measure(installation, key, manifest, options.items))
        spent = installation.cpu() - before
    console = Console(width=120)
    console.print(f"import of {options.items:,} items from a JSONL manifest; {machine()}")
    table = Table("step", "seconds", "rows/s")
    for name, seconds in steps.items():
        table.add_row(name, f"{seconds:.2f}", f"{options.items / seconds:,.0f}")
    console.print(table)
    console.print(f"CPU of all three: {spent.server:.1f} s server and worker, {spent.database:.1f} s database")


if __name__ == "__main__":
    main()
