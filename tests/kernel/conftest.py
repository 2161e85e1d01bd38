"""Fixtures of the kernel's tests: an organisation of the test's own."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from fairmark.kernel.ids import OrgId, new_id

MakeOrg = Callable[[], Awaitable[OrgId]]


@pytest.fixture
async def make_org(owner: asyncpg.Connection) -> MakeOrg:
    """Makes an organisation that no other test touches."""

    async def make() -> OrgId:
        org_id = OrgId(new_id())
        await owner.execute("INSERT INTO organisations VALUES ($1, 'Acme', 'Acme', now())", org_id)
        return org_id

    return make


@pytest.fixture
async def org_id(make_org: MakeOrg) -> OrgId:
    return await make_org()
