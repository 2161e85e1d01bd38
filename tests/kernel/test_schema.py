"""What is looked at before anything runs: whether there is something to migrate, without loading what migrates."""

import subprocess
import sys
from typing import Any

import asyncpg
import pytest

from fairmark.kernel import migrate, schema
from fairmark.kernel.errors import DatabaseDown

LOADED = """
import asyncio, sys
from fairmark.entrypoints import installation
from fairmark.kernel import settings
print(installation.prepare(settings.load({}, data_dir=sys.argv[1])), 'alembic' in sys.modules)
"""


class TestSettled:
    async def test_is_the_revision_where_nothing_is_to_do(self, owner_url: str) -> None:
        assert await schema.settled(owner_url) == schema.newest()

    async def test_is_nothing_where_the_database_was_never_migrated(
        self, owner: asyncpg.Connection, owner_url: str
    ) -> None:
        await owner.execute("CREATE DATABASE never")
        assert await schema.settled(owner_url.replace("/fairmark?", "/never?")) is None
        await owner.execute("DROP DATABASE never")

    @pytest.mark.parametrize(
        ("spoil", "mend"),
        [
            ("UPDATE alembic_version SET version_num = '0000'", "UPDATE alembic_version SET version_num = '{newest}'"),
            ("COMMENT ON SCHEMA pgqueuer IS 'PgQueuer 0.1'", "COMMENT ON SCHEMA pgqueuer IS '{jobs}'"),
            ("COMMENT ON SCHEMA pgqueuer IS NULL", "COMMENT ON SCHEMA pgqueuer IS '{jobs}'"),
        ],
    )
    async def test_is_nothing_where_something_is_older(
        self, owner: asyncpg.Connection, owner_url: str, spoil: str, mend: str
    ) -> None:
        await owner.execute(spoil)
        found = await schema.settled(owner_url)
        await owner.execute(mend.format(newest=schema.newest(), jobs=schema.jobs_mark()))
        assert found is None

    async def test_migrating_settles_the_queue_of_jobs(self, owner: asyncpg.Connection, owner_url: str) -> None:
        await owner.execute("COMMENT ON SCHEMA pgqueuer IS 'PgQueuer 0.1'")
        assert await migrate.migrate(owner_url) == schema.newest()
        assert await schema.settled(owner_url) == schema.newest()

    async def test_refuses_a_database_that_a_newer_version_has_migrated(
        self, owner: asyncpg.Connection, owner_url: str
    ) -> None:
        await owner.execute("UPDATE alembic_version SET version_num = '9999'")
        try:
            with pytest.raises(schema.NewerDatabase, match="revision 9999"):
                await schema.settled(owner_url)
        finally:
            await owner.execute("UPDATE alembic_version SET version_num = $1", schema.newest())

    def test_spares_loading_alembic(self, data_dir: object) -> None:
        done = subprocess.run([sys.executable, "-c", LOADED, str(data_dir)], capture_output=True, text=True, check=True)
        assert done.stdout.split() == [schema.newest(), "False"]


class TestRevision:
    async def test_is_nothing_while_the_rights_are_not_given(self, owner: asyncpg.Connection, app_url: str) -> None:
        await owner.execute("REVOKE SELECT ON alembic_version FROM fairmark_app")
        connection = await schema.connect(app_url)
        try:
            found = await schema.revision(connection)
            with pytest.raises(schema.NotMigrated):
                await schema.check(connection)
        finally:
            await connection.close()
            await owner.execute("GRANT SELECT ON alembic_version TO fairmark_app")
        assert found is None


class TestLook:
    async def test_a_database_that_lets_in_and_goes_away_is_down(
        self, owner: asyncpg.Connection, app_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connect = schema.connect

        async def connect_and_lose(url: str) -> Any:
            connection = await connect(url)
            await owner.execute("SELECT pg_terminate_backend($1, 10_000)", connection.get_server_pid())
            return connection

        monkeypatch.setattr(schema, "connect", connect_and_lose)
        with pytest.raises(DatabaseDown):
            await schema.look(app_url)
