"""One application for the tests of this API on the real database."""

from collections.abc import AsyncIterator

import pytest

from fairmark.kernel.db import Database
from tests.identity.people import World, open_world


@pytest.fixture(scope="session")
async def world(db: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Routes of identity and workforce over the session's database."""
    async with open_world(db, tmp_path_factory.mktemp("people")) as opened:
        yield opened
