"""Jobs are asked for in the caller's transaction."""

from datetime import timedelta
from typing import Any

import asyncpg
import msgspec

from fairmark.kernel import jobs
from fairmark.kernel.db import Database
from fairmark.kernel.ids import OrgId

from .conftest import MakeOrg


async def waiting(owner: asyncpg.Connection, name: str) -> list[dict[str, Any]]:
    rows = await owner.fetch(
        "SELECT payload, priority, execute_after > now() AS later FROM pgqueuer.pgqueuer"
        " WHERE entrypoint = $1 ORDER BY id",
        name,
    )
    return [{**msgspec.json.decode(row["payload"]), "priority": row["priority"], "later": row["later"]} for row in rows]


class TestEnqueue:
    async def test_is_there_once_the_transaction_commits(
        self, db: Database, org_id: OrgId, owner: asyncpg.Connection
    ) -> None:
        async with db.begin(org_id) as tx:
            await jobs.enqueue(tx, "test.commit", number=1)
            assert await waiting(owner, "test.commit") == []
        assert await waiting(owner, "test.commit") == [
            {"org_id": str(org_id), "args": {"number": 1}, "priority": 0, "later": False}
        ]

    async def test_is_undone_with_the_transaction(self, db: Database, org_id: OrgId, owner: asyncpg.Connection) -> None:
        async def fail() -> None:
            async with db.begin(org_id) as tx:
                await jobs.enqueue(tx, "test.undo")
                raise KeyError

        try:
            await fail()
        except KeyError:
            assert await waiting(owner, "test.undo") == []
        else:
            raise AssertionError("the error must come through")

    async def test_waits_its_time(self, db: Database, org_id: OrgId, owner: asyncpg.Connection) -> None:
        async with db.begin(org_id) as tx:
            await jobs.enqueue(tx, "test.later", after=timedelta(hours=1), priority=5)
        [job] = await waiting(owner, "test.later")
        assert (job["later"], job["priority"]) == (True, 5)

    async def test_with_a_key_waits_once_for_each_organisation(
        self, db: Database, make_org: MakeOrg, owner: asyncpg.Connection
    ) -> None:
        for org_id in (await make_org(), await make_org()):
            for _ in range(2):
                async with db.begin(org_id) as tx:
                    await jobs.enqueue(tx, "test.key", key="same")
        assert len(await waiting(owner, "test.key")) == 2


class TestEnqueueAll:
    async def test_asks_for_each_in_order(self, db: Database, org_id: OrgId, owner: asyncpg.Connection) -> None:
        async with db.begin(org_id) as tx:
            await jobs.enqueue_all(tx, "test.all", [{"number": number} for number in range(5)], priority=-1)
            await jobs.enqueue_all(tx, "test.all", [])
        found = await waiting(owner, "test.all")
        assert [job["args"]["number"] for job in found] == list(range(5))
        assert {job["priority"] for job in found} == {-1}


class TestClearLog:
    async def test_removes_what_is_older_than_a_week(self, db: Database, owner: asyncpg.Connection) -> None:
        for days in (6, 8, 9):
            await owner.execute(
                "INSERT INTO pgqueuer.pgqueuer_log (created, job_id, status, entrypoint, priority)"
                " VALUES (now() - $1 * interval '1 day', 1, 'successful', 'test.log', 0)",
                days,
            )
        assert await jobs.clear_log(db) == 2
        assert await owner.fetchval("SELECT count(*) FROM pgqueuer.pgqueuer_log WHERE entrypoint = 'test.log'") == 1
