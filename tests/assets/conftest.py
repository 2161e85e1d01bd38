"""A place for each test: its own organisation, its own folder for files."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from fairmark.kernel.db import Database
from tests.assets.place import Place, make_place


@pytest.fixture
async def place(owner: asyncpg.Connection, db: Database, tmp_path: Path) -> AsyncIterator[Place]:
    made = await make_place(owner, db, tmp_path)
    yield made
    await made.http.aclose()


@pytest.fixture
async def other(owner: asyncpg.Connection, db: Database, tmp_path: Path) -> AsyncIterator[Place]:
    """Another organisation, on the same store of files."""
    made = await make_place(owner, db, tmp_path)
    yield made
    await made.http.aclose()
