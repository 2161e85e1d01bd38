"""Brings a database to the newest shape, as its owner: the application's role, the tables, the job queue.

Run by `fairmark migrate`; safe to repeat. The application never runs as the owner (`fairmark.kernel.schema`).
"""

from typing import Any

import asyncpg
from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from fairmark.kernel import jobs
from fairmark.kernel.schema import HERE, ROLE

_GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgqueuer TO fairmark_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgqueuer TO fairmark_app;
GRANT USAGE ON SCHEMA pgqueuer TO fairmark_app;
GRANT SELECT ON alembic_version TO fairmark_app;
"""


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
    engine = create_async_engine(_sqlalchemy(owner_url), poolclass=pool.NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda c: run_raw(c, ROLE))
            await connection.execute(text("SELECT pg_advisory_xact_lock(7238946001)"))
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
            await connection.commit()
    finally:
        await engine.dispose()
    raw = await asyncpg.connect(owner_url)
    try:
        await _install_jobs(raw)
        await ensure_epoch(raw)
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


async def ensure_epoch(raw: Any) -> int:
    """Starts a new epoch of events if this cluster's transaction ids run behind the table's (after a restore)."""
    newest: int = await raw.fetchval("SELECT greatest(events_epoch(), (SELECT max(epoch) FROM events))")
    behind: bool = await raw.fetchval(
        "SELECT coalesce(max(xid), 0) >= pg_current_xact_id()::text::bigint FROM events WHERE epoch = $1", newest
    )
    if behind:
        newest += 1
        await raw.execute(
            "CREATE OR REPLACE FUNCTION events_epoch() RETURNS integer"
            f" LANGUAGE sql STABLE PARALLEL SAFE RETURN {newest:d}"
        )
    return newest


def _sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1).replace("postgres://", "postgresql+asyncpg://", 1)
