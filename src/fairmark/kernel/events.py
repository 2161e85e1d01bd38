"""Events: facts in the past tense, rows of the transaction that made them true; and readers that never miss one.

Order is (epoch, xid, id). A reader sees an event only when every transaction that could still commit before it has
ended (`pg_snapshot_xmin`), so a cursor that moved on cannot have passed a late commit. An epoch is the life of one
database cluster: a restored database starts the next (`fairmark.kernel.migrate.ensure_epoch`).
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import msgspec

from fairmark.kernel import json, sql
from fairmark.kernel.actor import Actor, ActorKind
from fairmark.kernel.db import Database, Tx
from fairmark.kernel.errors import Invalid, Unavailable
from fairmark.kernel.ids import OrgId, ProjectId, TaskId
from fairmark.kernel.telemetry import EVENTS_GIVEN_UP, EVENTS_HANDLED, EVENTS_LAG, log

q = sql.load(__file__)
logger = log("events")

BATCH = 200
TRIES_MAX = 5
STALE_XIDS = 10_000
"""A reader that found nothing for it moves its cursor on once it lies this many transactions behind."""
LAST_ID = 2**63 - 1


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """Base of all events; a package's `events.py` derives its own with `tag="task.created"`."""

    project_id: ProjectId | None = None
    task_id: TaskId | None = None


E = TypeVar("E", bound=Event)
Kind: TypeAlias = type[E]


class Cursor(msgspec.Struct, frozen=True, order=True):
    """A place in an organisation's log."""

    epoch: int = 0
    xid: int = 0
    id: int = 0

    def __str__(self) -> str:
        return f"{self.epoch}.{self.xid}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Reads `str(cursor)`. Raises BadCursor."""
        parts = text.split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
            raise BadCursor(
                f"'{text[:60]}' is no cursor.", mend="Use the cursor of an earlier answer, as it was given."
            )
        epoch, xid, id = (int(part) for part in parts)
        if epoch >= 2**31 or xid >= 2**63 or id >= 2**63:
            raise BadCursor(
                f"'{text[:60]}' is no cursor.", mend="Use the cursor of an earlier answer, as it was given."
            )
        return cls(epoch, xid, id)


class BadCursor(Invalid):
    """A cursor that no answer of ours gave."""

    code = "bad_cursor"


class StoredEvent(msgspec.Struct, frozen=True):
    """An event as it lies in the log."""

    cursor: Cursor
    at: datetime
    type: str
    project_id: ProjectId | None
    task_id: TaskId | None
    actor: str
    data: msgspec.Raw

    def read_as(self, kind: Kind[E]) -> E:
        """The event as its own class."""
        return msgspec.json.decode(self.data, type=kind)


def signature(actor: Actor) -> str:
    """The actor as it stands in the log: `worker:…`, `person:…`, `key:…` or `system`."""
    if actor.worker_id is not None and actor.member_role is None:
        return f"worker:{actor.worker_id}"
    if actor.kind is ActorKind.PERSON:
        return f"person:{actor.person_id}"
    if actor.kind is ActorKind.KEY:
        return f"key:{actor.key_id}"
    return "system"


async def announce(tx: Tx, *events: Event) -> None:
    """Appends `events` to the log of the transaction's organisation."""
    if not events:
        return
    await tx.run(
        q.announce,
        org_id=tx.org_id,
        at=tx.now,
        actor=signature(tx.actor),
        types=[type_of(event) for event in events],
        project_ids=[event.project_id for event in events],
        task_ids=[event.task_id for event in events],
        data=[json.encode(event) for event in events],
    )


def type_of(event: Event | type[Event]) -> str:
    """The event's name on the wire: `task.created`."""
    return str(event.__struct_config__.tag)


async def read(
    tx: Tx,
    after: Cursor,
    *,
    types: Sequence[str] | None = None,
    project_id: ProjectId | None = None,
    limit: int = BATCH,
) -> list[StoredEvent]:
    """The events after `after`, in order, at most `limit`."""
    rows = await tx.all(
        q.read_events,
        org_id=tx.org_id,
        epoch=after.epoch,
        xid=after.xid,
        id=after.id,
        types=types,
        project_id=project_id,
        limit=limit,
    )
    return [_stored(row) for row in rows]


async def unread(tx: Tx, reader: str, types: Sequence[str], project_id: ProjectId) -> bool:
    """Whether `reader` has yet to act upon an event of these types in the project."""
    return await tx.value(q.unread, org_id=tx.org_id, reader=reader, types=list(types), project_id=project_id)


def known_types() -> list[str]:
    """The names of all events that the packages loaded here can announce, in alphabetical order."""
    names: set[str] = set()
    waiting: list[type[Event]] = [Event]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            names.add(type_of(kind))
    return sorted(names)


async def of_task(tx: Tx, task_id: TaskId, limit: int = 1000) -> list[StoredEvent]:
    """Everything that happened to a task, oldest first."""
    return [_stored(row) for row in await tx.all(q.task_events, org_id=tx.org_id, task_id=task_id, limit=limit)]


async def newest(tx: Tx) -> Cursor:
    """The cursor behind everything that can be read now."""
    row = await tx.maybe(q.newest_cursor, org_id=tx.org_id)
    return Cursor(row["epoch"], row["xid"], row["id"]) if row else Cursor()


async def settle(tx: Tx) -> None:
    """Makes sure that what `tx` has read will still be there after a crash, once `tx` has committed.

    For events that leave the installation. Some (a claim) are committed without waiting for the disk; if the crash took
    one away that a customer has seen, its cursor would lie ahead of events that come afterwards, and hide them. Readers
    of this module need none of it: their cursor's own commit waits for the disk.
    """
    await tx.run(q.settle)


def _stored(row: Any) -> StoredEvent:
    cursor = Cursor(row["epoch"], row["xid"], row["id"])
    data = msgspec.Raw(row["data"].encode())
    return StoredEvent(cursor, row["at"], row["type"], row["project_id"], row["task_id"], row["actor"], data)


Handler = Callable[[Tx, Sequence[StoredEvent]], Awaitable[None]]


class Reader:
    """A named consumer of all organisations' logs: hands each event to `handler` once, in one transaction.

    types: the event types it wants; None: all. One process at a time reads one organisation; others skip it.
    """

    def __init__(self, name: str, types: Sequence[str] | None, handler: Handler) -> None:
        self.name = name
        self.types = None if types is None else list(types)
        self._handler = handler
        self._failing: dict[OrgId, tuple[Cursor, int]] = {}

    @property
    def failing(self) -> list[OrgId]:
        """Organisations whose next event this process could not handle yet: worth another turn after a while."""
        return list(self._failing)

    async def turn(self, db: Database, org_id: OrgId) -> int:
        """Handles what is there, at most BATCH events; returns how many. A batch that fails is taken one by one.

        Raises DatabaseDown. An event that fails TRIES_MAX times is recorded and passed over, unless it failed because
        a part of the installation was down: then it waits.
        """
        try:
            return await self._take(db, org_id, BATCH)
        except Exception as error:
            logger.warning("event_batch_failed", reader=self.name, org_id=str(org_id), error=repr(error))
        try:
            return await self._take(db, org_id, 1)
        except Exception as error:
            return await self._failed(db, org_id, error)

    async def _take(self, db: Database, org_id: OrgId, limit: int) -> int:
        async with db.begin(org_id, actor=SYSTEM) as tx:
            locked = await self._lock(tx)
            if locked is None:
                return 0
            cursor, horizon = locked
            events = await read(tx, cursor, types=self.types, limit=limit)
            if events:
                EVENTS_LAG.labels(self.name).set((tx.now - events[0].at).total_seconds())
                await self._handler(tx, events)
                EVENTS_HANDLED.labels(self.name).inc(len(events))
            to = max(events[-1].cursor if events else cursor, horizon if len(events) < limit else cursor)
            # A reader of rare types would scan the same others again on every turn; one of an idle log must not write.
            if events or to.epoch > cursor.epoch or to.xid > cursor.xid + STALE_XIDS:
                await self._move(tx, to)
        self._failing.pop(org_id, None)
        return len(events)

    async def _failed(self, db: Database, org_id: OrgId, error: Exception) -> int:
        async with db.begin(org_id, actor=SYSTEM) as tx:
            locked = await self._lock(tx)
            first = await read(tx, locked[0], types=self.types, limit=1) if locked is not None else []
            if not first:
                self._failing.pop(org_id, None)
                return 0
            at = first[0].cursor
            before, tries = self._failing.get(org_id, (at, 0))
            tries = tries + 1 if before == at else 1
            if isinstance(error, Unavailable) or tries < TRIES_MAX:
                self._failing[org_id] = (at, min(tries, TRIES_MAX - 1))
                return 0
            logger.error("event_given_up", reader=self.name, org_id=str(org_id), cursor=str(at), error=repr(error))
            await tx.run(
                q.record_failure,
                org_id=tx.org_id,
                reader=self.name,
                epoch=at.epoch,
                xid=at.xid,
                id=at.id,
                error=repr(error)[:2000],
                now=tx.now,
            )
            await self._move(tx, at)
        EVENTS_GIVEN_UP.labels(self.name).inc()
        self._failing.pop(org_id, None)
        return 1

    async def _lock(self, tx: Tx) -> tuple[Cursor, Cursor] | None:
        """The reader's place and the horizon below which everything can be read; None if another process is at it."""
        row = await tx.maybe(q.lock_cursor, org_id=tx.org_id, reader=self.name)
        if row is None:
            if await tx.run(q.make_cursor, org_id=tx.org_id, reader=self.name, now=tx.now) == 0:
                return None
            return Cursor(), Cursor()
        horizon = Cursor(row["horizon_epoch"], row["horizon_xid"], LAST_ID)
        return Cursor(row["epoch"], row["xid"], row["id"]), horizon

    async def _move(self, tx: Tx, to: Cursor) -> None:
        await tx.run(
            q.move_cursor, org_id=tx.org_id, reader=self.name, epoch=to.epoch, xid=to.xid, id=to.id, now=tx.now
        )


SYSTEM = Actor(kind=ActorKind.SYSTEM)


async def orgs_with_events(db: Database, since: Cursor) -> tuple[list[OrgId], Cursor]:
    """Organisations with events that became readable after `since`, and the `since` of the next call."""
    async with db.begin() as tx:
        row = await tx.one(q.orgs_with_events, epoch=since.epoch, xid=since.xid)
        return list(row["org_ids"]), Cursor(row["epoch"], row["xid"])


async def now_of_all(db: Database) -> Cursor:
    """The `since` with which `orgs_with_events` starts to see what comes from now on."""
    async with db.begin() as tx:
        row = await tx.one(q.horizon)
        return Cursor(row["epoch"], row["xid"])


async def all_orgs(db: Database) -> list[OrgId]:
    """Every organisation, closed ones too."""
    async with db.begin() as tx:
        return [row[0] for row in await tx.all(q.all_orgs)]
