"""The database: a pool of asyncpg connections, and transactions that carry their organisation.

Every transaction sets `app.org_id` (and `app.person_id`) for row-level security in the same round trip as BEGIN, for
itself only, so that a pooled connection never carries a scope over. It takes a connection and opens with its first
statement. Nothing but `Database.begin` commits, and a statement that is a whole transaction by itself (`Tx.whole`,
decision 0004), which many callers may share (`Tx.together`, decision 0006).
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import asyncpg

from fairmark.kernel import clock
from fairmark.kernel.actor import NOBODY, Actor
from fairmark.kernel.coalesce import Coalescer
from fairmark.kernel.errors import DatabaseDown as DatabaseDown
from fairmark.kernel.ids import OrgId, PersonId
from fairmark.kernel.sql import Statement
from fairmark.kernel.telemetry import SQL_STATEMENTS, sql_seconds

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")
Call: TypeAlias = "Callable[[Tx, Sequence[Ask]], Awaitable[Sequence[Answer]]]"
"""Answers a list of asks of one organisation, in their order, by one whole statement."""
CONNECT_TRIES = 20
DOWN = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.OutOfMemoryError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,
)


class _Connection(asyncpg.Connection):
    """All state is set per transaction, so a connection needs no cleaning on its way back to the pool."""

    def get_reset_query(self) -> str:
        return ""


class Tx:
    """One open transaction. `now` is its one time; `org_id` its scope; statements go through the five verbs."""

    __slots__ = ("_connection", "_database", "_opening", "actor", "begun", "now", "org")

    def __init__(
        self, database: "Database", org: OrgId | None, actor: Actor, now: datetime, *,
        opening: Callable[[], str] | None = None, connection: Any = None,
    ) -> None:  # fmt: skip
        self._database = database
        self._connection = connection
        self.org = org
        self.actor = actor
        self.now = now
        self._opening = opening
        self.begun = opening is None
        """Whether something was sent that a COMMIT must follow."""

    @property
    def org_id(self) -> OrgId:
        """The organisation this transaction is fenced to. Asserts that there is one."""
        assert self.org is not None, "this transaction has no organisation"
        return self.org

    async def bare(self) -> Any:
        """The connection, with the transaction begun: for what no verb covers."""
        connection = await self._taken()
        if not self.begun:
            assert self._opening is not None
            SQL_STATEMENTS.inc(2)
            await connection.execute(self._opening())
            self.begun = True
        return connection

    async def _taken(self) -> Any:
        if self._connection is None:
            self._connection = await self._database.pool.acquire()
        return self._connection

    async def end(self, *, commit: bool) -> None:
        """Ends what was begun, and lets go of the connection. For the database alone."""
        connection, begun = self._connection, self.begun
        if connection is None:
            return
        self._connection, self.begun = None, False
        try:
            if begun and not connection.is_closed():
                await connection.execute("COMMIT" if commit else "ROLLBACK")
                SQL_STATEMENTS.inc()
        finally:
            await self._database.pool.release(connection)

    async def whole(self, statement: Statement, **params: Any) -> list[asyncpg.Record]:
        """The rows of a statement that brings its own scope: it calls one function of the database, which takes the
        scope first (`enter`). If nothing went before it in this transaction, it is committed, in one round trip, when
        this returns, and what comes after it is a transaction apart.
        """
        connection = await self._taken()
        started = time.perf_counter()
        rows: list[asyncpg.Record] = await connection.fetch(statement.sql, *_ordered(statement, params))
        _observe(statement, started)
        return rows

    async def together(self, call: "Call[Ask, Answer]", ask: Ask, apart: Hashable) -> Answer:
        """The answer of `call` to `ask`, in one statement with what others of this organisation ask at this moment: a
        whole transaction, with a `now` of its own. Asks with the same `apart` never share one.

        What went before it in this transaction is committed, as its connection is let go: those who wait here with one
        in their hands would leave none for the statement they wait for.
        """
        await self.end(commit=True)
        return await self._database.together(call, self.org_id, ask, apart)

    async def all(self, statement: Statement, **params: Any) -> list[asyncpg.Record]:
        """Every row."""
        connection = await self.bare()
        started = time.perf_counter()
        rows: list[asyncpg.Record] = await connection.fetch(statement.sql, *_ordered(statement, params))
        _observe(statement, started)
        return rows

    async def maybe(self, statement: Statement, **params: Any) -> asyncpg.Record | None:
        """The first row, or None."""
        connection = await self.bare()
        started = time.perf_counter()
        row: asyncpg.Record | None = await connection.fetchrow(statement.sql, *_ordered(statement, params))
        _observe(statement, started)
        return row

    async def one(self, statement: Statement, **params: Any) -> asyncpg.Record:
        """The one row. Asserts that there is one: use `maybe` where there may be none."""
        row = await self.maybe(statement, **params)
        assert row is not None, f"{statement.name} returned no row"
        return row

    async def value(self, statement: Statement, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = await self.maybe(statement, **params)
        return None if row is None else row[0]

    async def run(self, statement: Statement, **params: Any) -> int:
        """Runs a statement for its effect; returns the number of rows it touched."""
        connection = await self.bare()
        started = time.perf_counter()
        tag: str = await connection.execute(statement.sql, *_ordered(statement, params))
        _observe(statement, started)
        count = tag.rsplit(" ", 1)[-1]
        return int(count) if count.isdigit() else 0

    async def copy(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """COPY `rows` into `table` (binary): a temporary one, as row-level security forbids COPY into fenced ones."""
        connection = await self.bare()
        SQL_STATEMENTS.inc()
        await connection.copy_records_to_table(table, columns=list(columns), records=rows)

    @asynccontextmanager
    async def inside(self, org_id: OrgId, actor: Actor) -> AsyncGenerator["Tx"]:
        """This same transaction, fenced to another organisation for the length of the block.

        For the few use cases that span two (lending people, a person's own news). The caller has checked that they may,
        and says as whom the other organisation's log names them: an id of this one must not travel.
        """
        connection = await self.bare()
        await connection.execute(_scope(org_id))
        SQL_STATEMENTS.inc(2)
        try:
            yield Tx(self._database, org_id, actor, self.now, connection=connection)
        finally:
            with suppress(asyncpg.InFailedSQLTransactionError):  # then all is rolled back, the scope with it
                await connection.execute(_scope(self.org))

    async def script(self, sql: str) -> None:
        """Runs fixed SQL without parameters (temporary tables, SET LOCAL)."""
        connection = await self.bare()
        SQL_STATEMENTS.inc()
        await connection.execute(sql)

    async def stream(
        self, statement: Statement, *, prefetch: int = 500, **params: Any
    ) -> AsyncIterator[asyncpg.Record]:
        """Rows one by one through a cursor: constant memory. `prefetch` rows come per round trip."""
        connection = await self.bare()
        SQL_STATEMENTS.inc()
        prepared = await connection.prepare(statement.sql)
        async for row in prepared.cursor(*_ordered(statement, params), prefetch=prefetch):
            yield row


def _ordered(statement: Statement, params: dict[str, Any]) -> list[Any]:
    if len(params) != len(statement.params):
        wrong = set(params) ^ set(statement.params)
        raise TypeError(f"{statement.name}: parameters do not fit: {sorted(wrong)}")
    return [params[name] for name in statement.params]


def _observe(statement: Statement, started: float) -> None:
    SQL_STATEMENTS.inc()
    sql_seconds(statement.name).observe(time.perf_counter() - started)


class Database:
    """A pool for one process. Open it once; `begin` for every unit of work."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._coalescers: dict[tuple[Any, OrgId], Coalescer[Any, Any]] = {}

    @classmethod
    async def open(cls, url: str, connections_max: int = 16, name: str = "fairmark") -> "Database":
        """Connects. Raises DatabaseDown."""
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=connections_max,
                connection_class=_Connection,
                statement_cache_size=500,
                max_cached_statement_lifetime=0,
                max_inactive_connection_lifetime=300,
                command_timeout=120,
                server_settings={"application_name": name, "jit": "off", "timezone": "UTC"},
            )
        except DOWN as error:
            raise down(error) from error
        return cls(pool)

    async def close(self) -> None:
        await self._pool.close()

    @property
    def pool(self) -> Any:
        """The asyncpg pool, for what has no transaction: LISTEN, health."""
        return self._pool

    @asynccontextmanager
    async def begin(
        self,
        org_id: OrgId | None = None,
        *,
        actor: Actor = NOBODY,
        person_id: PersonId | None = None,
        fast: bool = False,
        bulk: bool = False,
    ) -> AsyncGenerator[Tx]:
        """One transaction, fenced to `org_id`; committed on leaving, rolled back on any error.

        fast: do not wait for the disk at commit; for writes whose loss in a crash only repeats work (a claim).
        bulk: plan each statement for the tables as they are now; for work that makes them grow, where the first plan
        would be the wrong one at the end.
        """
        opening = partial(_begin, org_id, person_id or actor.person_id, fast, bulk)
        tx = Tx(self, org_id, actor, clock.now(), opening=opening)
        try:
            try:
                yield tx
            except BaseException:
                await tx.end(commit=False)
                raise
            await tx.end(commit=True)
        except DOWN as error:
            raise down(error) from error

    async def together(self, call: "Call[Ask, Answer]", org_id: OrgId, ask: Ask, apart: Hashable) -> Answer:
        """See `Tx.together`."""
        key = (call, org_id)
        coalescer = self._coalescers.get(key)
        if coalescer is None:
            coalescer = self._coalescers[key] = Coalescer(partial(self._answer, call, org_id))
        try:
            return await coalescer.ask(ask, apart)
        finally:
            if coalescer.idle and self._coalescers.get(key) is coalescer:  # a later one may stand there already
                del self._coalescers[key]

    async def _answer(self, call: "Call[Ask, Answer]", org_id: OrgId, asks: Sequence[Ask]) -> Sequence[Answer]:
        async with self.begin(org_id) as tx:
            return await call(tx, asks)


def down(error: BaseException) -> DatabaseDown:
    return (
        DatabaseDown(
            "The database cannot serve this now.",
            mend="Try again in a few seconds; nothing was changed.",
            retry_after_s=2,
        )
        if not isinstance(error, asyncpg.DiskFullError)
        else DatabaseDown(
            "The database's disk is full; nothing was changed.", mend="Tell the operator to free or add space."
        )
    )


def _scope(org_id: UUID | None) -> str:
    org = str(UUID(int=org_id.int)) if org_id else ""
    return f"SELECT set_config('app.org_id','{org}',true)"


def _begin(org_id: UUID | None, person_id: UUID | None, fast: bool, bulk: bool) -> str:
    # UUIDs print as hex and dashes alone, so they are safe inside the text; one message opens and scopes.
    org = str(UUID(int=org_id.int)) if org_id else ""
    person = str(UUID(int=person_id.int)) if person_id else ""
    relaxed = ",set_config('synchronous_commit','off',true)" if fast else ""
    relaxed += ",set_config('plan_cache_mode','force_custom_plan',true)" if bulk else ""
    return f"BEGIN;SELECT set_config('app.org_id','{org}',true),set_config('app.person_id','{person}',true){relaxed}"
