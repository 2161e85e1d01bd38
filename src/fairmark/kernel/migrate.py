"""Brings a database to the newest shape, as its owner: the application's role, the tables, the job queue.

Run by `fairmark migrate`; safe to repeat. The application never runs as the owner (`fairmark.kernel.schema`).
"""

from typing import Any

from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from fairmark.kernel import jobs, schema
from fairmark.kernel.schema import HERE, ROLE

_GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgqueuer TO fairmark_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgqueuer TO fairmark_app;
GRANT USAGE ON SCHEMA pgqueuer TO fairmark_app;
GRANT SELECT ON alembic_version TO fairmark_app;
"""

# Seconds count the epochs, so that two restores of one backup never share one: a reader that followed the first would
# stand, in the second, before events it has not seen. An integer holds them until 2088.
_NEW_EPOCH = """
DO $$ DECLARE newest integer; BEGIN
    SELECT greatest(public.events_epoch(), coalesce(max(epoch), 0)) + 1 INTO newest FROM public.events;
    EXECUTE format('CREATE OR REPLACE FUNCTION public.events_epoch() RETURNS integer'
                   ' LANGUAGE sql STABLE PARALLEL SAFE RETURN %s',
                   greatest(newest, extract(epoch FROM now() - '2020-01-01 00:00+00')::integer));
END $$;
"""

AFTER_RESTORE = f"""
SET LOCAL row_security = on;
DO $$ DECLARE target regclass; BEGIN
    FOR target IN SELECT c.oid::regclass FROM pg_catalog.pg_class c
                    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relforcerowsecurity LOOP
        EXECUTE format('CREATE POLICY owner_all ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', target);
    END LOOP;
END $$;
{_NEW_EPOCH}
"""
"""What a database needs, in the transaction that restores it: the policies of its owner, whoever that is here, and an
epoch of its own, as readers may have seen events that came after the backup."""


def run_sql(name: str) -> None:
    """Runs one file of `migrations/versions` on Alembic's connection: many statements, no parameters."""
    run_raw(op.get_bind(), (HERE / "versions" / name).read_text(encoding="utf-8"))


def run_raw(connection: Connection, sql: str) -> None:
    """Runs many statements in one message on the asyncpg connection under `connection`."""

    async def execute(raw: Any) -> None:
        await raw.execute(sql)

    connection.exec_driver_sql("SELECT 1")  # SQLAlchemy's adapter sends its BEGIN with the first statement of its own
    driver: Any = connection.connection.dbapi_connection
    driver.run_async(execute)


async def migrate(owner_url: str) -> str:
    """Brings the database at `owner_url` to the newest revision and returns its number."""

    async def connect() -> Any:
        # asyncpg reads the address itself: SQLAlchemy would hand it `sslmode` and the like as arguments unknown to it.
        return await schema.connect(owner_url)

    engine = create_async_engine("postgresql+asyncpg://", poolclass=pool.NullPool, async_creator=connect)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda c: run_raw(c, ROLE))
            await connection.execute(text("SELECT pg_advisory_xact_lock(7238946001)"))
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
            await connection.commit()
    finally:
        await engine.dispose()
    raw = await schema.connect(owner_url)
    try:
        await ensure_epoch(raw)
        await _install_jobs(raw)  # last, as it gives the rights without which nobody takes the database for made
        return str(await raw.fetchval("SELECT version_num FROM alembic_version"))
    finally:
        await raw.close()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _install_jobs(raw: Any) -> None:
    queries = jobs.on_connection(raw)
    if await queries.schema_is_installed():
        await queries.upgrade()
    else:
        await queries.install()
    await raw.execute(_GRANTS)
    await raw.execute(f"COMMENT ON SCHEMA {jobs.SCHEMA} IS '{schema.jobs_mark()}'")


async def ensure_epoch(raw: Any) -> int:
    """Starts a new epoch of events if this cluster's transaction ids run behind the table's (after a restore)."""
    if await raw.fetchval(schema.EPOCH_BEHIND):
        await raw.execute(_NEW_EPOCH)
    return await raw.fetchval("SELECT events_epoch()")
