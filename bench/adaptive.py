"""What asking one by one saves in the running product, over HTTP.

Run: python -m bench.adaptive [--items 400] [--people 14]

A crowd of mixed skill, that of `fairmark simulate`, answers a question of four options about the same items three
times, each in a project of its own: MOST people each, heads counted; two to MOST, asked one by one until TARGET sure,
each weighed by what they have proved to be; and heads counted among as few as the second took. Accuracy is of the
results, against what is known. Target: 45 % of the labels, and no more than 0.2 points below all of them.
"""

import argparse
import asyncio
import random
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import msgspec
from PIL import Image
from rich.console import Console
from rich.table import Table

from bench.installation import Installation, machine
from bench.next_task import key_of
from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, LabelStage, Overlap, Pipeline
from fairmark.client.simulate.crowd import Plan, simulate
from fairmark.client.simulate.truth import read_truth
from fairmark.formats.model import LabeledItem
from fairmark.projects.model import Consensus

MOST, TARGET = 7, 0.9
MIX = "good:3,fair:4,novice:5,careless:2"
SIDES = ("north", "east", "south", "west")
QUESTION = {
    "id": "side", "name": "Side", "kind": "single", "required": True,
    "options": [{"id": side, "name": side.title()} for side in SIDES],
}  # fmt: skip


def make_items(folder: Path, count: int) -> None:
    """Pictures in `folder`, and the file of what is right beside it."""
    folder.mkdir(parents=True)
    dice = random.Random(11)
    lines: list[bytes] = []
    for n in range(count):
        buffer = BytesIO()
        Image.new("RGB", (64, 48), (n % 256, n // 256, 128)).save(buffer, "PNG")
        name = f"item-{n:05d}.png"
        (folder / name).write_bytes(buffer.getvalue())
        right = Annotation(answers={"side": dice.choice(SIDES)})
        lines.append(msgspec.json.encode(LabeledItem(external_id=name, name=name, annotation=right)) + b"\n")
    (folder.parent / "truth.jsonl").write_bytes(b"".join(lines))


class Outcome(NamedTuple):
    """labels: an item, on average. accuracy, confidence: shares of 1, of the results."""

    labels: float
    accuracy: float
    confidence: float


async def played(url: str, key: str, name: str, stage: LabelStage, pictures: Path, people: int) -> Outcome:
    """A project worked to its end by the crowd."""
    path = pictures.parent / "truth.jsonl"
    truth = read_truth(path)
    async with AsyncClient(url, key) as client:
        project = await client.create_project(
            name, ontology={"questions": [QUESTION]}, guideline="Which side?", pipeline=Pipeline((stage,))
        )
        await client.import_folder(project.id, pictures)
        await client.activate_project(project.id)
        plan = Plan(workers=people, reviewers=0, mix=MIX, seed=5)
        crowd = await simulate(url, plan, truth, boss=client, project_id=project.id)
        results = [each async for each in client.list_results(project.id)]
    rights = [truth.of(each.external_id, "") for each in results]
    hits = sum(
        right is not None and each.annotation.answers == right.answers
        for each, right in zip(results, rights, strict=True)
    )
    sure = sum(each.confidence or 0.0 for each in results) / max(len(results), 1)
    return Outcome(crowd.submissions / len(truth), hits / len(truth), sure)


def main() -> None:
    """Plays the three and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--people", type=int, default=14)
    asked = parser.parse_args()
    console = Console()
    console.print(machine())
    table = Table("asked", "labels an item", "accuracy", "mean confidence")
    with Installation(processes=1, worker=True) as there:
        there.start()
        key, pictures = key_of(there.folder), there.folder / "pictures"
        make_items(pictures, asked.items)
        few = 0.0
        for name, stage in (
            (f"{MOST} people, heads counted", LabelStage(Overlap(MOST, MOST), Consensus.VOTES)),
            (f"2 to {MOST}, until {TARGET:.0%} sure", LabelStage(Overlap(2, MOST, TARGET))),
            ("as few, heads counted", None),
        ):
            stage = stage or LabelStage(Overlap(round(few), round(few)), Consensus.VOTES)
            found = asyncio.run(played(there.url, key, name, stage, pictures, asked.people))
            few = found.labels
            table.add_row(name, f"{found.labels:.2f}", f"{found.accuracy:.1%}", f"{found.confidence:.1%}")
    console.print(table)


if __name__ == "__main__":
    main()
