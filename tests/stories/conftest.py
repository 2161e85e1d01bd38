"""What the stories start from: an organisation of their own on a running server, and pictures with known truth."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest
from PIL import Image, ImageDraw

from fairmark.client import AsyncClient
from fairmark.client.model import (
    Annotation,
    Assignment,
    FieldValue,
    Kind,
    LabelStage,
    Mark,
    Ontology,
    Overlap,
    Pipeline,
    Project,
    ReviewStage,
    Task,
    WorkRole,
)
from fairmark.client.requests import no_cookies
from fairmark.client.simulate import people
from fairmark.client.simulate.people import Member
from fairmark.client.simulate.truth import Truth
from fairmark.formats.model import AssetRecord, LabeledItem
from fairmark.identity import service as identity
from fairmark.kernel.actor import Mode, Scope
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import OrgId
from tests.conftest import Server
from tests.patience import until

COLORS = {"disc": "#2a9d8f", "block": "#e76f51"}
ONTOLOGY = {
    "classes": [
        {"id": "disc", "name": "Disc", "color": "#2a9d8f", "key": "d", "marks": ["box"]},
        {
            "id": "block", "name": "Block", "color": "#e76f51", "key": "b", "marks": ["box"],
            "attributes": [{"id": "tilted", "name": "Tilted", "kind": "boolean", "default": False}],
        },
    ],
    "questions": [
        {"id": "light", "name": "Light", "kind": "single", "required": True,
         "options": [{"id": "day", "name": "Day"}, {"id": "night", "name": "Night"}]},
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Customer:
    """An organisation and how to speak for it."""

    url: str
    org_id: OrgId
    key: str
    client: AsyncClient
    pool: httpx.AsyncClient


@dataclass(frozen=True)
class Shapes:
    """A folder of drawn pictures, and what is right about them."""

    folder: Path
    truth: Truth
    by_id: dict[str, Annotation]

    def jsonl(self, path: Path) -> Path:
        """The truth as a file."""
        items = [
            LabeledItem(external_id=id, name=id, assets=(AssetRecord(name=id),), annotation=right)
            for id, right in self.by_id.items()
        ]
        path.write_bytes(b"".join(msgspec.json.encode(item) + b"\n" for item in items))
        return path


async def key_of(db: Database, org_id: OrgId, mode: Mode = Mode.LIVE) -> str:
    """A key with every scope."""
    async with db.begin(org_id, actor=SYSTEM) as tx:
        return (await identity.create_key(tx, "stories", list(Scope), mode))[1]


@pytest.fixture
async def customer(server: Server, db: Database) -> AsyncIterator[Customer]:
    """A fresh organisation."""
    async with db.begin(actor=SYSTEM) as tx:
        org_id = (await identity.create_organisation(tx, f"Story {uuid4().hex[:8]}")).id
    key = await key_of(db, org_id)
    async with AsyncClient(server.url, key) as client, httpx.AsyncClient(cookies=no_cookies()) as pool:
        yield Customer(server.url, org_id, key, client, pool)


def draw_shapes(folder: Path, count: int) -> Shapes:
    """`count` PNGs of 320 x 240 with one to three shapes each, which differ from picture to picture."""
    folder.mkdir(parents=True, exist_ok=True)
    by_id: dict[str, Annotation] = {}
    for n in range(count):
        night = n % 3 == 0
        image = Image.new("RGB", (320, 240), (20, 24, 40) if night else (236, 240, 244))
        pen = ImageDraw.Draw(image)
        marks: list[Mark] = []
        for k in range(n % 3 + 1):
            x, y, w, h = 10 + 100 * k + n % 7, 20 + 11 * ((n + k) % 9), 60 + (n * 5 + k) % 20, 50 + (n * 3) % 30
            kind = "disc" if (n + k) % 2 else "block"
            (pen.ellipse if kind == "disc" else pen.rectangle)((x, y, x + w, y + h), fill=COLORS[kind])
            attributes: dict[str, FieldValue] = {"tilted": False} if kind == "block" else {}
            box = {"x": x, "y": y, "w": w, "h": h}
            marks.append(Mark(id=f"m{k}", kind="box", class_=kind, geometry=box, attributes=attributes))
        pen.text((4, 226), str(n), fill="#888888")  # no two pictures are the same bytes
        buffer = BytesIO()
        image.save(buffer, "PNG")
        name = f"shape-{n:03d}.png"
        (folder / name).write_bytes(buffer.getvalue())
        by_id[name] = Annotation(marks=tuple(marks), answers={"light": "night" if night else "day"})
    return Shapes(folder, Truth(by_id), by_id)


@pytest.fixture
def shapes(tmp_path: Path) -> Shapes:
    """A dozen pictures."""
    return draw_shapes(tmp_path / "pictures", 12)


def pipeline(overlap: int = 1, *, review: bool = False, lease_s: int = 1800) -> Pipeline:
    """So many different people label each item; then, if wanted, somebody reviews all of them."""
    label = LabelStage(overlap=Overlap(min=overlap, max=overlap), lease_s=lease_s)
    return Pipeline(stages=(label, ReviewStage()) if review else (label,))


async def crew(customer: Customer, project: Project, *levels: str, reviewers: int = 0) -> list[Member]:
    """People of the given levels who may work on the project, signed in, over connections of their own."""
    accounts = people.planned(list(levels), ["perfect"] * reviewers, uuid4().hex[:6])
    workforce_id = await people.workforce_of(customer.client, await customer.client.get_project(project.id))
    tokens = await people.invite_all(customer.client, workforce_id, accounts)
    return [await people.join(customer.url, each, tokens[each.role], customer.pool, 30) for each in accounts]


async def take(member: Member, project: Project) -> Assignment:
    """The next assignment of the project, waited for: items become tasks a moment after they came.

    A reviewer takes only reviews: whoever labels a task may not review it.
    """
    kinds = [Kind.REVIEW] if member.account.role is WorkRole.REVIEWER else []

    async def look() -> Assignment | None:
        return (await member.client.claim(kinds=kinds, project_id=project.id)).assignment

    found = await until(look, "there is something to claim")
    assert found is not None
    return found


async def first_task(client: AsyncClient, project: Project) -> Task:
    """A task of the project, waited for: items become tasks a moment after they came."""

    async def look() -> list[Task]:
        return [task async for task in client.list_tasks(project.id)]

    return (await until(look, "there is a task"))[0]


async def nothing_left(member: Member, project: Project) -> str:
    """Why there is nothing to claim. Asserts that there is nothing."""
    claim = await member.client.claim(project_id=project.id)
    assert claim.assignment is None, claim.assignment
    return claim.why or ""


async def project_of(client: AsyncClient, shapes: Shapes, wanted: Pipeline, name: str = "shapes") -> Project:
    """An active project with the pictures in it."""
    project = await client.create_project(name, ontology=ONTOLOGY, guideline="# Mark every shape", pipeline=wanted)
    report = await client.import_folder(project.id, shapes.folder)
    assert (report.new, report.refused) == (len(shapes.by_id), [])
    return await client.activate_project(project.id)


def ontology() -> Ontology:
    """The shapes' ontology as a document."""
    return msgspec.convert(ONTOLOGY, Ontology)
