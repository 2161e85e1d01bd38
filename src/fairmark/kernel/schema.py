"""What is checked of the database before anything runs: its revision, and that the fence binds the application's role.

Nothing here needs Alembic, which takes longer to load than all the checks take.
"""

from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from fairmark.kernel.db import DOWN, down
from fairmark.kernel.errors import Conflict, DatabaseDown, FairmarkError, Unavailable

HERE = Path(__file__).parent / "migrations"
APP_ROLE = "fairmark_app"

ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fairmark_app') THEN
        CREATE ROLE fairmark_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;
    END IF;
END $$;
"""

_UNSAFE_ROLE = """
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

EPOCH_BEHIND = """
SELECT coalesce(max(xid), 0) >= pg_current_xact_id()::text::bigint FROM events
 WHERE epoch = (SELECT greatest(events_epoch(), max(epoch)) FROM events)
"""
"""Whether this cluster's transaction ids run behind the table's, as after a restore into a young cluster."""

_SET_UP = """
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fairmark_app')
       AND obj_description(to_regnamespace('pgqueuer'), 'pg_namespace') IS NOT DISTINCT FROM $1
"""


class UnsafeRole(FairmarkError):
    """The application would run as a role that row-level security does not bind."""

    code = "unsafe_role"


class NotMigrated(Unavailable):
    """The database is not at the revision this version needs."""

    code = "not_migrated"


class NewerDatabase(Conflict):
    """The database has a revision that this version does not know."""

    code = "newer_database"


async def connect(url: str, timeout_s: int = 10) -> Any:
    """A plain connection, for who looks at the database before it is used. Raises DatabaseDown with the reason."""
    try:
        return await asyncpg.connect(url, timeout=timeout_s)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2] or "its socket"  # never the password
        raise DatabaseDown(
            f"The database '{parts.path.lstrip('/')}' at {place} does not let us in: {error or type(error).__name__}.",
            mend="Start it, or check FAIRMARK_DATABASE_URL and FAIRMARK_DATABASE_OWNER_URL.",
        ) from error


async def look(url: str) -> None:
    """Whether the application can run on the database at `url`. Raises DatabaseDown, NotMigrated, UnsafeRole."""
    connection = await connect(url)
    try:
        await check(connection)
        await connection.close()
    except DOWN as error:  # it let us in and went away
        raise down(error) from error
    finally:
        connection.terminate()


async def check(connection: Any) -> None:
    """Whether the application can run on this connection. Raises NotMigrated, UnsafeRole."""
    found, needed = await revision(connection), newest()
    if found is None or found < needed:
        raise NotMigrated(
            f"The database is at revision {found}, this version needs {needed}.", mend="Run: fairmark migrate"
        )
    await check_role(connection)


async def revision(connection: Any) -> str | None:
    """The revision of the database, or None if it was never migrated, or is just being made: rights come last."""
    if await connection.fetchval("SELECT to_regclass('public.alembic_version')") is None:
        return None
    try:
        return await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.InsufficientPrivilegeError:
        return None


def newest() -> str:
    """The revision this version of the code needs."""
    return max(path.name.split("_")[0] for path in (HERE / "versions").glob("[0-9]*.sql"))


def jobs_mark() -> str:
    """What the schema of the job queue says of itself once this version of PgQueuer has set it up."""
    return f"PgQueuer {version('pgqueuer')}"


async def settled(owner_url: str) -> str | None:
    """The revision of the database if `migrate` would find nothing to do, or None.

    Raises DatabaseDown, and NewerDatabase if a newer version was here.
    """
    connection = await connect(owner_url)
    try:
        found = await revision(connection)
        if found is not None and found > newest():
            raise NewerDatabase(
                f"The database is at revision {found}; this version of fairmark knows revisions up to {newest()}.",
                mend="Run the newer version of fairmark that has migrated it, or restore a backup from before.",
            )
        if found != newest() or not await connection.fetchval(_SET_UP, jobs_mark()):
            return None
        return None if await connection.fetchval(EPOCH_BEHIND) else found
    finally:
        await connection.close()


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
