"""Transactions: their scope, their end, and what a database that is down looks like."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from fairmark.kernel.actor import Actor, ActorKind
from fairmark.kernel.db import Database, DatabaseDown, Tx, down
from fairmark.kernel.ids import OrgId, new_id
from fairmark.kernel.sql import Statement

from .conftest import MakeOrg

SCOPE = Statement("scope", "SELECT current_setting('app.org_id', true) AS org", ())
UPLOAD = Statement(
    "upload",
    "INSERT INTO uploads (org_id, id, name, bytes, state, created_at, updated_at)"
    " VALUES ($1, $2, $3, 1, 'open', $4, $4)",
    ("org_id", "id", "name", "now"),
)
UPLOADS = Statement("uploads", "SELECT name FROM uploads WHERE org_id = $1 ORDER BY name", ("org_id",))
ANY_UPLOAD = Statement("any_upload", "SELECT count(*) FROM uploads", ())
NUMBERS = Statement("numbers", "SELECT n FROM generate_series(1, $1::int) AS n", ("limit",))


async def add(tx: Tx, name: str) -> None:
    await tx.run(UPLOAD, org_id=tx.org_id, id=new_id(), name=name, now=tx.now)


async def names(db: Database, org_id: OrgId) -> list[str]:
    async with db.begin(org_id) as tx:
        return [row["name"] for row in await tx.all(UPLOADS, org_id=org_id)]


class TestBegin:
    async def test_commits_on_leaving(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as tx:
            await add(tx, "a")
        assert await names(db, org_id) == ["a"]

    async def test_rolls_back_on_any_error(self, db: Database, org_id: OrgId) -> None:
        async def fail() -> None:
            async with db.begin(org_id) as tx:
                await add(tx, "a")
                raise KeyError("later")

        with pytest.raises(KeyError):
            await fail()
        assert await names(db, org_id) == []

    async def test_a_failed_statement_leaves_a_sound_connection(self, db: Database, org_id: OrgId) -> None:
        async def fail() -> None:
            async with db.begin(org_id) as tx:
                await tx.script("SELECT 1 / 0")

        for _ in range(20):  # more than the pool has
            with pytest.raises(asyncpg.DivisionByZeroError):
                await fail()
        assert await names(db, org_id) == []

    async def test_carries_its_organisation_and_nothing_beyond(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as tx:
            assert await tx.value(SCOPE) == str(org_id)
        async with db.begin() as tx:
            assert await tx.value(SCOPE) == ""
        assert await db.pool.fetchval("SELECT coalesce(current_setting('app.org_id', true), '')") == ""

    async def test_sees_only_its_organisation(self, db: Database, make_org: MakeOrg) -> None:
        mine, theirs = await make_org(), await make_org()
        async with db.begin(theirs) as tx:
            await add(tx, "secret")
        async with db.begin(mine) as tx:
            assert await tx.value(ANY_UPLOAD) == 0
            assert await tx.all(UPLOADS, org_id=theirs) == []

    async def test_sees_nothing_without_an_organisation(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as tx:
            await add(tx, "secret")
        async with db.begin() as tx:
            assert await tx.value(ANY_UPLOAD) == 0
            with pytest.raises(AssertionError):
                _ = tx.org_id

    async def test_cannot_write_into_another_organisation(self, db: Database, make_org: MakeOrg) -> None:
        mine, theirs = await make_org(), await make_org()

        async def attack() -> None:
            async with db.begin(mine) as tx:
                await tx.run(UPLOAD, org_id=theirs, id=new_id(), name="planted", now=tx.now)

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await attack()

    async def test_sends_nothing_before_the_first_statement(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as tx:
            assert not tx.begun
            await tx.one(SCOPE)
            assert tx.begun

    async def test_a_whole_statement_takes_its_scope_and_commits(self, db: Database, make_org: MakeOrg) -> None:
        org_id = await make_org()
        enter = Statement("enter", "SELECT enter($1, NULL, false), current_setting('app.org_id') AS org", ("org_id",))
        async with db.begin(org_id) as tx:
            rows = await tx.whole(enter, org_id=org_id)
            assert [row["org"] for row in rows] == [str(org_id)]
            assert not tx.begun, "it was a transaction of its own"
            scope = await (await tx.bare()).fetchval("SELECT current_setting('app.org_id')")
            assert scope == str(org_id)
        async with db.begin() as tx:
            assert (await tx.one(SCOPE))["org"] == "", "nothing of it is left on the connection"

    async def test_fast_is_only_for_itself(self, db: Database, org_id: OrgId) -> None:
        setting = Statement("sync", "SELECT current_setting('synchronous_commit')", ())
        async with db.begin(org_id, fast=True) as tx:
            assert await tx.value(setting) == "off"
        async with db.begin(org_id) as tx:
            assert await tx.value(setting) == "on"

    async def test_inside_steps_over_and_back(self, db: Database, make_org: MakeOrg) -> None:
        mine, theirs = await make_org(), await make_org()
        async with db.begin(mine) as tx:
            async with tx.inside(theirs, Actor(kind=ActorKind.SYSTEM)) as there:
                await add(there, "lent")
            await add(tx, "own")
        assert (await names(db, mine), await names(db, theirs)) == (["own"], ["lent"])


class TestTx:
    async def test_one_has_one_time(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as tx:
            assert tx.now.utcoffset() is not None
            assert tx.now is tx.now

    async def test_refuses_parameters_that_do_not_fit(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as tx:
            with pytest.raises(TypeError, match=r"uploads.*'extra'"):
                await tx.all(UPLOADS, org_id=org_id, extra=1)
            with pytest.raises(TypeError, match="uploads"):
                await tx.all(UPLOADS)

    async def test_maybe_one_and_value(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as tx:
            assert await tx.maybe(UPLOADS, org_id=org_id) is None
            assert await tx.value(UPLOADS, org_id=org_id) is None
            with pytest.raises(AssertionError, match="uploads"):
                await tx.one(UPLOADS, org_id=org_id)

    async def test_run_counts_rows(self, db: Database, org_id: OrgId) -> None:
        drop = Statement("drop", "DELETE FROM uploads WHERE org_id = $1", ("org_id",))
        async with db.begin(org_id) as tx:
            await add(tx, "a")
            await add(tx, "b")
            assert await tx.run(drop, org_id=org_id) == 2
            assert await tx.run(drop, org_id=org_id) == 0

    async def test_stream_gives_every_row_in_order(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as tx:
            seen = [row["n"] async for row in tx.stream(NUMBERS, prefetch=7, limit=50)]
        assert seen == list(range(1, 51))

    async def test_copy_fills_a_temporary_table(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as tx:
            await tx.script("CREATE TEMPORARY TABLE pairs (a int, b text) ON COMMIT DROP")
            await tx.copy("pairs", ["a", "b"], [(1, "x"), (2, "y")])
            assert await tx.value(Statement("pairs", "SELECT string_agg(b, '' ORDER BY a) FROM pairs", ())) == "xy"


class TestTogether:
    async def test_one_statement_of_an_organisation_is_under_way_at_a_time(self, db: Database, org_id: OrgId) -> None:
        under_way, most, together = 0, 0, 0

        async def call(tx: Tx, asks: Sequence[int]) -> Sequence[int]:
            nonlocal under_way, most, together
            under_way, together = under_way + 1, max(together, len(asks))
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1
            return asks

        async def caller(n: int) -> None:
            for step in range(20):
                assert await db.together(call, org_id, step, n) == step
                for _ in range((n * step) % 4):  # they come back at different moments, some when all is quiet
                    await asyncio.sleep(0)

        await asyncio.gather(*(caller(n) for n in range(8)))
        assert (most, together > 1) == (1, True)

    async def test_organisations_share_nothing(self, db: Database, make_org: MakeOrg) -> None:
        org_ids = [await make_org() for _ in range(2)]

        async def call(tx: Tx, asks: Sequence[int]) -> Sequence[object]:
            return [(tx.org_id, len(asks)) for _ in asks]

        answers = await asyncio.gather(*(db.together(call, org_id, 1, None) for org_id in org_ids))
        assert answers == [(org_id, 1) for org_id in org_ids]


class TestDown:
    async def test_opening_a_database_that_is_not_there(self) -> None:
        with pytest.raises(DatabaseDown):
            await Database.open("postgresql://nobody@127.0.0.1:9/none")

    async def test_a_connection_that_is_cut_in_the_middle(self, app_url: str, owner: asyncpg.Connection) -> None:
        database = await Database.open(app_url, 2, "cut")
        pid = Statement("pid", "SELECT pg_backend_pid()", ())

        async def cut() -> None:
            async with database.begin() as tx:
                await owner.execute("SELECT pg_terminate_backend($1)", await tx.value(pid))
                await tx.value(pid)

        with pytest.raises(DatabaseDown):
            await cut()
        async with database.begin() as tx:  # the pool has thrown the connection away
            assert await tx.value(pid) is not None
        await database.close()

    def test_says_when_the_disk_is_full(self) -> None:
        full: Any = asyncpg.DiskFullError("no space left")
        assert "full" in down(full).message
        assert down(OSError()).fields == {"retry_after_s": 2}
