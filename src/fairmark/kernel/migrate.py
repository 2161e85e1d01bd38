"""Brings a database to the newest shape, as its owner: the application's role, the tables, the job queue.

Run by `fairmark migrate`; safe to repeat. The application never runs as the owner (`check_role`).
"""

from pathlib import Path
from typing import Any

import asyncpg
from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from fairmark.kernel import jobs
from fairmark.kernel.errors import FairmarkError

HERE = Path(__file__).parent / "migrations"
APP_ROLE = "fairmark_app"

ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fairmark_app') THEN
        CREATE ROLE fairmark_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
    END IF;
END $$;
"""

_JOB_GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgqueuer TO fairmark_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgqueuer TO fairmark_app;
GRANT USAGE ON SCHEMA pgqueuer TO fairmark_app;
"""

_UNSAFEROLE = """
SELECT current_user::text AS role,
       (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS powerful,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
                  AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS owns
"""

_UNFENCED = """
SELECT c.relname::text FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
 ORDER BY 1
"""


class UnsafeRole(FairmarkError):
    """The application would run as a role that row-level security does not bind."""

    code = "unsafe_role"


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
    await raw.execute(_JOB_GRANTS)


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


async def revision(connection: Any) -> str | None:
    """The revision of the database, or None if it was never migrated."""
    if await connection.fetchval("SELECT to_regclass('public.alembic_version')") is None:
        return None
    return await connection.fetchval("SELECT version_num FROM alembic_version")


def newest() -> str:
    """The revision this version of the code needs."""
    return max(path.name.split("_")[0] for path in (HERE / "versions").glob("[0-9]*.sql"))


async def check_role(connection: Any) -> None:
    """Raises UnsafeRole if the connection's role could see past row-level security, or a table has no fence."""
    row = await connection.fetchrow(_UNSAFE_ROLE)
    if row["powerful"] or row["owns"]:
        why = "is a superuser or may bypass row-level security" if row["powerful"] else "owns tables"
        raise UnsafeRole(
            f"The database role '{row['role']}' {why}, so the fence between organisations would not hold.",
            mend=f"Let FAIRMARK_DATABASE_URL name the role '{APP_ROLE}' and FAIRMARK_DATABASE_OWNER_URL the owner.",
        )
    if unfenced := [r[0] for r in await connection.fetch(_UNFENCED)]:
        raise UnsafeRole(
            f"Tables without forced row-level security: {', '.join(unfenced)}.", mend="Run fairmark migrate."
        )


def _sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1).replace("postgres://", "postgresql+asyncpg://", 1)
