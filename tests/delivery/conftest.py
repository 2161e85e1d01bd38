"""Fixtures of delivery's tests."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from fairmark.kernel.db import Database
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId, new_id

from . import web
from .world import Receiver, World


@pytest.fixture
def site(db: Database, tmp_path: Path) -> Site:
    return web.site_of(db, tmp_path)


@pytest.fixture
async def world(site: Site, owner: asyncpg.Connection) -> World:
    org_id = OrgId(new_id())
    await owner.execute("INSERT INTO organisations VALUES ($1, 'Acme', 'Acme', now())", org_id)
    return World(site, owner, org_id)


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The routes, asked with a live key of the world's organisation."""
    app: Any = web.app_of(world.site)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://fairmark.test/api/v1", headers={"x-org": str(world.org_id)}
    ) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    running = Receiver()
    await running.start()
    yield running
    await running.stop()
