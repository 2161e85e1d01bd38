"""Requests for tasks that come together: each gets its own answer, and they share what it costs."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from fairmark.identity import service as identity
from fairmark.kernel.actor import Actor, ActorKind, Mode, Scope
from fairmark.kernel.blobs import Blobs
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.http import Site
from fairmark.kernel.settings import Settings
from fairmark.kernel.telemetry import SQL_STATEMENTS
from fairmark.scale_api import batches, creating, projects
from fairmark.scale_api.batches import NewBatch
from fairmark.scale_api.model import BadRequest, Duplicate, NoSuch, Status, Task

GEOMETRIES = {"box": {"objects_to_annotate": ["car"]}}


class Account:
    """An organisation with a project and two batches."""

    def __init__(self, site: Site, actor: Actor) -> None:
        self.site = site
        self.actor = actor

    async def create(self, type: str = "imageannotation", **body: Any) -> Task:
        request = {"project": "p", "attachment": "https://example.com/1.png", **body}
        return await creating.create(self.site, self.actor, type, request)

    async def together(self, *requests: dict[str, Any]) -> list[Task | BaseException]:
        return await asyncio.gather(*(self.create(**each) for each in requests), return_exceptions=True)


@pytest.fixture
async def account(db: Database) -> Account:
    """A fresh one."""
    async with db.begin(actor=SYSTEM) as tx:
        org_id = (await identity.create_organisation(tx, f"Create {uuid4().hex[:8]}")).id
    async with db.begin(org_id, actor=SYSTEM) as tx:
        key, _ = await identity.create_key(tx, "k", list(Scope), Mode.LIVE)
    actor = Actor(kind=ActorKind.KEY, org_id=org_id, key_id=key.id, mode=Mode.LIVE, scopes=frozenset(Scope))
    async with db.begin(org_id, actor=actor) as tx:
        await projects.create(tx, {"type": "imageannotation", "name": "p", "params": {"geometries": GEOMETRIES}})
        for name in ("a", "b"):
            await batches.create(tx, NewBatch(project="p", name=name))
    config = Settings()
    return Account(Site(config, b"s", db, Blobs("memory://"), lambda request: None), actor)  # pyright: ignore[reportArgumentType]


def statements() -> float:
    """How many this process has sent so far."""
    [counted] = [sample.value for metric in SQL_STATEMENTS.collect() for sample in _totals(metric.samples)]
    return counted


def _totals(samples: list[Any]) -> Iterator[Any]:
    return (sample for sample in samples if sample.name.endswith("_total"))


class TestCreate:
    async def test_what_is_wrong_with_one_is_that_ones_alone(self, account: Account) -> None:
        await account.create(unique_id="there")
        good, wrong, nowhere, taken, twice, again = await account.together(
            {"batch": "a", "unique_id": "u1"}, {"geometries": 7}, {"batch": "none"}, {"unique_id": "there"},
            {"batch": "b", "unique_id": "u2"}, {"unique_id": "u2"},
        )  # fmt: skip
        assert isinstance(good, Task)
        assert (good.batch, good.status, good.unique_id) == ("a", Status.PENDING, "u1")
        assert isinstance(wrong, BadRequest)
        assert isinstance(nowhere, NoSuch)
        assert isinstance(taken, Duplicate)
        # Two that want the same at the same moment: one has it.
        assert sorted([type(twice).__name__, type(again).__name__]) == ["Duplicate", "Task"]

    async def test_many_cost_little_more_than_one(self, account: Account) -> None:
        await account.create()  # the fairmark project is made
        await account.create()  # and known to this process
        before = statements()
        await account.create(batch="a")
        alone = statements() - before
        before = statements()
        made = await account.together(*({"batch": "ab"[number % 2], "unique_id": f"m{number}"} for number in range(20)))
        assert all(isinstance(each, Task) for each in made)
        # The first goes at once; the others meanwhile wait and go together: about two of what one costs, not twenty.
        assert statements() - before <= 4 * alone
        assert len({each.id for each in made if isinstance(each, Task)}) == 20
