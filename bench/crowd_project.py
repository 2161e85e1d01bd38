"""A project of drawn pictures whose truth is known, for benchmarks that need a crowd."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw

from fairmark.client import Client
from fairmark.client.model import Annotation, LabelStage, Mark, Overlap, Pipeline, ReviewStage
from fairmark.formats.model import LabeledItem

ONTOLOGY = {"classes": [{"id": "disc", "name": "Disc", "color": "#2a9d8f", "key": "d", "marks": ["box"]}]}


def draw(folder: Path, count: int) -> Path:
    """`count` pictures, each with a disc or two in a place of its own; returns the file of the truth beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[bytes] = []
    for n in range(count):
        image = Image.new("RGB", (320, 240), (236, 240, 244))
        pen = ImageDraw.Draw(image)
        marks: list[Mark] = []
        for k in range(n % 2 + 1):
            x, y, side = 10 + (n * 7 + k * 150) % 200, 20 + (n * 11) % 130, 50 + n % 30
            pen.ellipse((x, y, x + side, y + side), fill=(42, 157, 143))
            marks.append(Mark(f"m{k}", "box", "disc", {"x": x, "y": y, "w": side, "h": side}))
        pen.text((4, 226), str(n), fill=(120, 120, 120))
        buffer = BytesIO()
        image.save(buffer, "PNG")
        name = f"disc-{n:05d}.png"
        (folder / name).write_bytes(buffer.getvalue())
        item = LabeledItem(external_id=name, name=name, annotation=Annotation(marks=tuple(marks)))
        lines.append(msgspec.json.encode(item) + b"\n")
    truth = folder.parent / "truth.jsonl"
    truth.write_bytes(b"".join(lines))
    return truth


def make_project(folder: Path, env: dict[str, str], url: str, items: int) -> tuple[Path, list[str]]:
    """An active project with `items` pictures, two labels each and every tenth task reviewed, on the installation that
    `env` names. Returns the truth's file and what `fairmark simulate` needs to find the project."""

    def fairmark(*arguments: str) -> str:
        command = [sys.executable, "-m", "fairmark", *arguments]
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.strip()

    fairmark("orgs", "create", "Bench")
    key = fairmark("keys", "create", "--org", "Bench", "--mode", "live")
    truth = draw(folder / "pictures", items)
    # Leases of half a minute: what a killed process held comes back while the benchmark looks.
    stages = (LabelStage(overlap=Overlap(min=2, max=2), lease_s=30), ReviewStage(share=0.1, lease_s=30))
    pipeline = Pipeline(stages=stages)
    with Client(url, key) as client:
        project = client.create_project("crowd", ontology=ONTOLOGY, guideline="Box every disc.", pipeline=pipeline)
        client.import_folder(project.id, folder / "pictures")
        client.activate_project(project.id)
    return truth, ["--project", str(project.id), "--key", key]
