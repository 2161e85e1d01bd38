"""The customer's side of the stories about the Scale-compatible API: Scale's released client, and pictures to send."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import scaleapi

from fairmark.client.model import Annotation, Assignment, Ontology, Project
from fairmark.kernel.actor import Mode
from fairmark.kernel.db import Database
from tests.patience import PATIENCE_S
from tests.stories.conftest import Customer, crew, draw_shapes, key_of, take
from tests.stories.listening import Listener, listening

BOXES = {"box": {"objects_to_annotate": ["car", "truck"], "min_height": 5, "min_width": 5}}


@dataclass(frozen=True)
class Scale:
    """Scale's client with a live and a test key of one account, and a server with pictures that takes callbacks."""

    client: Any
    test: Any
    customer: Customer
    listener: Listener

    def picture(self, number: int = 0) -> str:
        """The address of a picture."""
        return f"{self.listener.url}/shape-{number:03d}.png"

    def put(self, name: str, data: bytes) -> str:
        """The address of a new file."""
        assert self.listener.folder is not None
        (self.listener.folder / name).write_bytes(data)
        return f"{self.listener.url}/{name}"

    @property
    def callback(self) -> str:
        """An address that takes callbacks."""
        return f"{self.listener.url}/callback"

    def callbacks(self) -> list[dict[str, Any]]:
        """The bodies of the callbacks so far."""
        return [json.loads(body) for _, body in self.listener.requests]


def client_of(url: str, key: str) -> scaleapi.ScaleClient:
    """The client as a team would make it: the address of version 1 in its constructor, that of version 2 by hand."""
    client = scaleapi.ScaleClient(key, api_instance_url=f"{url}/v1")
    client.v2.api_client.configuration.host = url
    return client


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Listener]:
    """Ten pictures on a server of their own."""
    draw_shapes(tmp_path / "files", 10)
    with listening(tmp_path / "files") as listener:
        yield listener


@pytest.fixture
async def scale(customer: Customer, db: Database, files: Listener) -> Scale:
    """A fresh account."""
    test_key = await key_of(db, customer.org_id, Mode.TEST)
    return Scale(client_of(customer.url, customer.key), client_of(customer.url, test_key), customer, files)


async def until(what: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """The first value of `what` that says something. Raises AssertionError if none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"this did not come about within {seconds:g} s: {what}")


async def labeled(scale: Scale, name: str, say: Callable[[Ontology], Annotation]) -> Assignment:
    """Somebody does the next work of a fairmark project; returns what they had before them.

    say: what they answer, given the classes and questions.
    """
    project = await scale.customer.client.find_project(name)
    ontology = (await scale.customer.client.get_ontology(project.id)).document
    return await _worked(scale, project, lambda _: say(ontology))


async def confirmed(scale: Scale, name: str) -> Assignment:
    """Somebody hands in the next work of a fairmark project as they find it; returns what they had before them."""
    project = await scale.customer.client.find_project(name)
    return await _worked(scale, project, lambda assignment: assignment.draft or Annotation())


async def _worked(scale: Scale, project: Project, say: Callable[[Assignment], Annotation]) -> Assignment:
    [member] = await crew(scale.customer, project, "perfect")
    assignment = await take(member, project)
    await member.client.submit(assignment.id, say(assignment))
    return assignment
