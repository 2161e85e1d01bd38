"""Background jobs: enqueued in the caller's transaction, run by `fairmark work`, on PgQueuer's tables.

A job's payload names its organisation; the runner opens the job's transactions with it. Handlers are idempotent: a job
whose process is killed runs again. What people see of a job (progress, faults) lives in its own domain row.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from pgqueuer import Queries
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.persistence import qb
from pgqueuer.domain.settings import DBSettings

from fairmark.kernel import json, sql
from fairmark.kernel.db import Database, Tx
from fairmark.kernel.ids import OrgId

q = sql.load(__file__)

SCHEMA = "pgqueuer"
LOG_KEPT = timedelta(days=7)
_SETTINGS = DBSettings(db_schema=SCHEMA)


class JobCall(msgspec.Struct, frozen=True):
    """What travels in a job: for whom, and the handler's own arguments."""

    org_id: OrgId
    args: dict[str, Any]


def queries(driver: Any) -> Queries:
    """PgQueuer's statements, in our schema, over an asyncpg connection or pool driver."""
    environment = qb.QueryBuilderEnvironment(settings=_SETTINGS)
    return Queries(
        driver,
        qbe=environment,
        qbq=qb.QueryQueueBuilder(settings=_SETTINGS),
        qbs=qb.QuerySchedulerBuilder(settings=_SETTINGS),
    )


def on_connection(connection: Any) -> Queries:
    return queries(AsyncpgDriver(connection))


def on_pool(pool: Any) -> Queries:
    return queries(AsyncpgPoolDriver(pool))


async def enqueue(
    tx: Tx, name: str, *, after: timedelta | None = None, priority: int = 0, key: str | None = None, **args: Any
) -> None:
    """Asks for job `name` once `tx` commits. `key`: skip it if a job with the same key still waits."""
    payload = json.encode_bytes(JobCall(tx.org_id, args))
    await on_connection(await tx.bare()).enqueue(
        name, payload, priority, after, None if key is None else f"{tx.org_id}:{name}:{key}", on_conflict="skip"
    )


async def enqueue_all(tx: Tx, name: str, rows: Sequence[dict[str, Any]], *, priority: int = 0) -> None:
    """Asks for job `name` once for each row of arguments, in one statement."""
    if not rows:
        return
    payloads: list[bytes | None] = [json.encode_bytes(JobCall(tx.org_id, args)) for args in rows]
    await on_connection(await tx.bare()).enqueue([name] * len(rows), payloads, [priority] * len(rows))


async def clear_log(db: Database) -> int:
    """Removes what jobs of more than a week ago left in PgQueuer's log; returns how many lines."""
    cleared = 0
    while True:
        async with db.begin() as tx:
            lines = await tx.run(q.clear_job_log, before=tx.now - LOG_KEPT)
        cleared += lines
        if not lines:
            return cleared
