"""Events and their readers on a real database, with writers that overlap and commit late."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairmark.kernel import events, migrate
from fairmark.kernel.actor import Actor, ActorKind, MemberRole
from fairmark.kernel.db import Database, Tx
from fairmark.kernel.errors import Unavailable
from fairmark.kernel.events import BadCursor, Cursor, Event, Reader, StoredEvent
from fairmark.kernel.ids import KeyId, OrgId, PersonId, ProjectId, TaskId, WorkerId, new_id

from .conftest import MakeOrg


class Counted(Event, frozen=True, kw_only=True, tag="test_kernel.counted"):
    """An event that carries a number."""

    number: int


class Rare(Event, frozen=True, kw_only=True, tag="test_kernel.rare"):
    """Another type, which few readers want."""


COUNTED = events.type_of(Counted)


class Collector:
    """A reader that keeps the numbers it was handed; those in `poison` it cannot take."""

    def __init__(self, name: str = "collector", poison: Sequence[int] = (), error: Exception | None = None) -> None:
        self.numbers: list[int] = []
        self.poison = set(poison)
        self.error = error or ValueError("poison")
        self.reader = Reader(name, [COUNTED], self.handle)

    async def handle(self, tx: Tx, found: Sequence[StoredEvent]) -> None:
        numbers = [event.read_as(Counted).number for event in found]
        if self.poison.intersection(numbers):
            raise self.error
        self.numbers += numbers

    async def drain(self, db: Database, org_id: OrgId) -> list[int]:
        while await self.reader.turn(db, org_id):
            pass
        return self.numbers


async def say(db: Database, org_id: OrgId, *numbers: int) -> None:
    async with db.begin(org_id) as tx:
        await events.announce(tx, *(Counted(number=number) for number in numbers))


class TestCursor:
    def test_reads_what_it_wrote(self) -> None:
        assert Cursor.parse(str(Cursor(2, 31, 7))) == Cursor(2, 31, 7)

    def test_is_ordered_by_epoch_then_transaction_then_number(self) -> None:
        assert sorted([Cursor(2, 1, 1), Cursor(1, 9, 9), Cursor(1, 9, 2)]) == [
            Cursor(1, 9, 2),
            Cursor(1, 9, 9),
            Cursor(2, 1, 1),
        ]

    @pytest.mark.parametrize(
        "text", ["", "1", "1.2", "1.2.3.4", "a.b.c", "1.2.-3", "1.2.٣", "1.2.99999999999999999999", "2147483648.1.1"]
    )
    def test_refuses_what_no_answer_gave(self, text: str) -> None:
        with pytest.raises(BadCursor):
            Cursor.parse(text)


class TestSignature:
    def test_names_a_worker_by_the_organisations_own_id_of_it(self) -> None:
        worker = WorkerId(new_id())
        actor = Actor(kind=ActorKind.PERSON, person_id=PersonId(new_id()), worker_id=worker)
        assert events.signature(actor) == f"worker:{worker}"

    def test_names_a_member_by_person_even_if_they_work_too(self) -> None:
        person = PersonId(new_id())
        actor = Actor(
            kind=ActorKind.PERSON, person_id=person, worker_id=WorkerId(new_id()), member_role=MemberRole.OWNER
        )
        assert events.signature(actor) == f"person:{person}"

    def test_names_keys_and_the_system(self) -> None:
        key = KeyId(new_id())
        assert events.signature(Actor(kind=ActorKind.KEY, key_id=key)) == f"key:{key}"
        assert events.signature(events.SYSTEM) == "system"


class TestAnnounce:
    async def test_keeps_the_order_of_one_transaction(self, db: Database, org_id: OrgId) -> None:
        await say(db, org_id, *range(40))
        async with db.begin(org_id) as tx:
            found = await events.read(tx, Cursor())
        assert [event.read_as(Counted).number for event in found] == list(range(40))

    async def test_is_undone_with_its_transaction(self, db: Database, org_id: OrgId) -> None:
        async def say_and_fail() -> None:
            async with db.begin(org_id) as tx:
                await events.announce(tx, Counted(number=1))
                raise RuntimeError("undo")

        with pytest.raises(RuntimeError):
            await say_and_fail()
        async with db.begin(org_id) as tx:
            assert await events.read(tx, Cursor()) == []

    async def test_of_a_task_gives_its_history_oldest_first(self, db: Database, org_id: OrgId) -> None:
        task = TaskId(new_id())
        for number in (1, 2):
            async with db.begin(org_id) as tx:
                await events.announce(tx, Counted(number=number, task_id=task), Counted(number=10 + number))
        async with db.begin(org_id) as tx:
            found = await events.of_task(tx, task)
        assert [event.read_as(Counted).number for event in found] == [1, 2]

    async def test_cannot_write_into_another_organisation(self, db: Database, make_org: MakeOrg) -> None:
        mine, theirs = await make_org(), await make_org()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.begin(mine) as tx:
                await events.announce(Tx(db, theirs, tx.actor, tx.now, connection=await tx.bare()), Counted(number=1))


class TestRead:
    async def test_filters_by_type_and_pages(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as tx:
            await events.announce(tx, Counted(number=1), Rare(), Counted(number=2), Counted(number=3))
        async with db.begin(org_id) as tx:
            first = await events.read(tx, Cursor(), types=[COUNTED], limit=2)
            rest = await events.read(tx, first[-1].cursor, types=[COUNTED], limit=2)
        assert [event.read_as(Counted).number for event in [*first, *rest]] == [1, 2, 3]

    async def test_waits_for_an_older_transaction_that_still_runs(self, db: Database, org_id: OrgId) -> None:
        async with db.begin(org_id) as older:
            await events.announce(older, Counted(number=1))
            await say(db, org_id, 2)
            async with db.begin(org_id) as tx:
                assert await events.read(tx, Cursor()) == []
        async with db.begin(org_id) as tx:
            found = await events.read(tx, Cursor())
        assert [event.read_as(Counted).number for event in found] == [1, 2]

    async def test_newest_lies_behind_everything_readable(self, db: Database, org_id: OrgId) -> None:
        await say(db, org_id, 1)
        async with db.begin(org_id) as tx:
            now = await events.newest(tx)
            assert await events.read(tx, now) == []
        await say(db, org_id, 2)
        async with db.begin(org_id) as tx:
            assert [event.read_as(Counted).number for event in await events.read(tx, now)] == [2]


class TestUnread:
    async def test_is_what_a_reader_has_not_acted_upon(self, db: Database, org_id: OrgId) -> None:
        project, other = ProjectId(new_id()), ProjectId(new_id())

        async def unread(of: ProjectId) -> bool:
            async with db.begin(org_id, actor=events.SYSTEM) as tx:
                return await events.unread(tx, "collector", ["test_kernel.counted"], of)

        assert not await unread(project)
        async with db.begin(org_id, actor=events.SYSTEM) as tx:
            await events.announce(tx, Counted(number=1, project_id=project), Rare(project_id=other))
        # Before the reader's first turn there is no place of its own to compare with. Rare is of another type.
        assert (await unread(project), await unread(other)) == (True, False)
        await Collector().drain(db, org_id)
        assert not await unread(project)


class TestSettle:
    async def test_waits_for_what_others_did_not_wait_for(
        self, db: Database, org_id: OrgId, owner: asyncpg.Connection
    ) -> None:
        async with db.begin(org_id, fast=True) as tx:
            await events.announce(tx, Counted(number=1))
        written = await owner.fetchval("SELECT pg_current_wal_insert_lsn()")
        async with db.begin(org_id) as tx:
            await events.read(tx, Cursor())
            await events.settle(tx)
        assert await owner.fetchval("SELECT pg_current_wal_flush_lsn() >= $1", written)


class TestReader:
    async def test_hands_over_each_event_once(self, db: Database, org_id: OrgId) -> None:
        await say(db, org_id, 1, 2, 3)
        collector = Collector()
        assert await collector.drain(db, org_id) == [1, 2, 3]
        await say(db, org_id, 4)
        assert await collector.drain(db, org_id) == [1, 2, 3, 4]

    async def test_takes_more_than_one_batch(self, db: Database, org_id: OrgId) -> None:
        numbers = list(range(events.BATCH + 50))
        await say(db, org_id, *numbers)
        assert await Collector().drain(db, org_id) == numbers

    async def test_undoes_the_cursor_with_the_handlers_work(self, db: Database, org_id: OrgId) -> None:
        await say(db, org_id, 1)
        failing = Collector(poison=[1])
        assert await failing.reader.turn(db, org_id) == 0
        failing.poison.clear()
        assert await failing.drain(db, org_id) == [1]

    async def test_takes_a_failing_batch_one_by_one(self, db: Database, org_id: OrgId) -> None:
        await say(db, org_id, 1, 2, 3, 4)
        collector = Collector(poison=[3])
        assert await collector.drain(db, org_id) == [1, 2]
        assert collector.reader.failing == [org_id]

    async def test_gives_a_poisonous_event_up_and_goes_on(
        self, db: Database, org_id: OrgId, owner: asyncpg.Connection
    ) -> None:
        await say(db, org_id, 1, 2, 3)
        collector = Collector(poison=[2])
        for _ in range(events.TRIES_MAX):
            await collector.drain(db, org_id)
        assert collector.numbers == [1, 3]
        assert collector.reader.failing == []
        failures = await owner.fetch("SELECT reader, error FROM event_failures WHERE org_id = $1", org_id)
        assert [tuple(row) for row in failures] == [("collector", "ValueError('poison')")]

    async def test_never_gives_up_while_a_part_is_down(self, db: Database, org_id: OrgId) -> None:
        await say(db, org_id, 1)
        collector = Collector(poison=[1], error=Unavailable("the store is down"))
        for _ in range(events.TRIES_MAX + 3):
            assert await collector.reader.turn(db, org_id) == 0
        collector.poison.clear()
        assert await collector.drain(db, org_id) == [1]

    async def test_of_another_name_is_not_held_up_by_a_failing_one(self, db: Database, org_id: OrgId) -> None:
        await say(db, org_id, 1, 2)
        failing, sound = Collector("failing", poison=[1]), Collector("sound")
        await failing.drain(db, org_id)
        assert await sound.drain(db, org_id) == [1, 2]

    async def test_of_another_organisation_is_not_held_up(self, db: Database, make_org: MakeOrg) -> None:
        bad, good = await make_org(), await make_org()
        await say(db, bad, 1)
        await say(db, good, 2)
        collector = Collector(poison=[1])
        await collector.drain(db, bad)
        assert await collector.drain(db, good) == [2]

    async def test_leaves_an_organisation_alone_that_another_process_is_at(self, db: Database, org_id: OrgId) -> None:
        await say(db, org_id, 1)
        entered, leave = asyncio.Event(), asyncio.Event()

        async def slow(tx: Tx, found: Sequence[StoredEvent]) -> None:
            entered.set()
            await leave.wait()

        first = asyncio.create_task(Reader("shared", [COUNTED], slow).turn(db, org_id))
        await entered.wait()
        second = Collector("shared")
        # The first turn of the other made the cursor's row, which it still holds: it is waited for or skipped.
        await say(db, org_id, 2)
        other = asyncio.create_task(second.reader.turn(db, org_id))
        await asyncio.sleep(0.1)
        assert second.numbers == []
        leave.set()
        await asyncio.gather(first, other)
        await second.drain(db, org_id)
        assert second.numbers == [2]

    async def test_moves_past_events_of_other_types(
        self, db: Database, org_id: OrgId, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events, "STALE_XIDS", 0)
        reader = Collector().reader
        await reader.turn(db, org_id)
        async with db.begin(org_id) as tx:
            await events.announce(tx, Rare())
        assert await reader.turn(db, org_id) == 0
        place = "SELECT xid FROM event_cursors WHERE org_id = $1 AND reader = 'collector'"
        written = await owner.fetchval("SELECT max(xid) FROM events WHERE org_id = $1", org_id)
        assert (await owner.fetchval(place, org_id) or 0) >= (written or 1)

    async def test_does_not_write_when_nothing_happens(
        self, db: Database, org_id: OrgId, owner: asyncpg.Connection
    ) -> None:
        collector = Collector()
        await say(db, org_id, 1)
        await collector.drain(db, org_id)
        place = "SELECT xmin::text || ctid::text FROM event_cursors WHERE org_id = $1"
        before = await owner.fetchval(place, org_id)
        for _ in range(3):
            await collector.reader.turn(db, org_id)
        assert await owner.fetchval(place, org_id) == before

    async def test_of_all_types_gets_all(self, db: Database, org_id: OrgId) -> None:
        seen: list[str] = []

        async def handle(tx: Tx, found: Sequence[StoredEvent]) -> None:
            seen.extend(event.type for event in found)

        async with db.begin(org_id) as tx:
            await events.announce(tx, Counted(number=1), Rare())
        await Reader("all", None, handle).turn(db, org_id)
        assert seen == [COUNTED, events.type_of(Rare)]


class TestOrgsWithEvents:
    async def test_names_an_organisation_once_its_news_can_be_read(self, db: Database, org_id: OrgId) -> None:
        since = await events.now_of_all(db)
        async with db.begin(org_id) as older:
            await events.announce(older, Counted(number=1))
            found, since = await events.orgs_with_events(db, since)
            assert org_id not in found
        found, since = await events.orgs_with_events(db, since)
        assert org_id in found
        found, _ = await events.orgs_with_events(db, since)
        assert org_id not in found

    async def test_all_orgs_names_closed_ones_too(
        self, db: Database, make_org: MakeOrg, owner: asyncpg.Connection
    ) -> None:
        kept, closed = await make_org(), await make_org()
        await owner.execute("UPDATE organisations SET closed_at = now() WHERE org_id = $1", closed)
        assert {kept, closed} <= set(await events.all_orgs(db))


class TestEpoch:
    @pytest.fixture
    async def restored(self, owner: asyncpg.Connection, org_id: OrgId) -> AsyncIterator[None]:
        """The log as a restore leaves it: one event from a cluster whose transactions had counted much further."""
        insert = """
            INSERT INTO events (org_id, epoch, xid, at, type, actor, data) VALUES ($1, 1, $2, now(), $3, '', $4::jsonb)
        """
        await owner.execute(insert, org_id, 2**40, COUNTED, '{"type":"test_kernel.counted","number":1}')
        yield
        await owner.execute("DELETE FROM events WHERE org_id = $1", org_id)
        await owner.execute(
            "CREATE OR REPLACE FUNCTION events_epoch() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE RETURN 1"
        )

    @pytest.mark.usefixtures("restored")
    async def test_begins_anew_after_a_restore_and_readers_go_on(
        self, db: Database, owner: asyncpg.Connection, org_id: OrgId
    ) -> None:
        collector = Collector()
        assert await collector.drain(db, org_id) == []  # 2^40 has not happened in this cluster
        epoch = await migrate.ensure_epoch(owner)
        assert epoch > 1
        assert await collector.drain(db, org_id) == [1]
        await say(db, org_id, 2)
        assert await collector.drain(db, org_id) == [1, 2]
        assert await migrate.ensure_epoch(owner) == epoch

    @pytest.mark.usefixtures("restored")
    async def test_an_organisation_without_new_events_is_read_to_its_end(
        self, db: Database, owner: asyncpg.Connection, org_id: OrgId
    ) -> None:
        await migrate.ensure_epoch(owner)
        async with db.begin(org_id) as tx:
            assert await events.newest(tx) == (await events.read(tx, Cursor()))[-1].cursor


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 3)),
        st.tuples(st.just("commit"), st.integers(0, 3)),
        st.tuples(st.just("undo"), st.integers(0, 3)),
        st.tuples(st.just("read"), st.just(0)),
    ),
    max_size=30,
)


class Interleaving:
    """Four writers and one reader, step by step as they are told."""

    def __init__(self, db: Database, org_id: OrgId) -> None:
        self._db = db
        self._org_id = org_id
        self._open: dict[int, tuple[AsyncExitStack, Tx, list[int]]] = {}
        self._next = 0
        self.collector = Collector()
        self.committed: set[int] = set()

    async def write(self, writer: int) -> None:
        if writer not in self._open:
            stack = AsyncExitStack()
            tx = await stack.enter_async_context(self._db.begin(self._org_id))
            self._open[writer] = (stack, tx, [])
        _, tx, numbers = self._open[writer]
        self._next += 1
        numbers.append(self._next)
        await events.announce(tx, Counted(number=self._next))

    async def commit(self, writer: int) -> None:
        if writer in self._open:
            stack, _, numbers = self._open.pop(writer)
            await stack.aclose()
            self.committed.update(numbers)

    async def undo(self, writer: int) -> None:
        if writer in self._open:
            stack, _, _ = self._open.pop(writer)
            assert not await stack.__aexit__(RuntimeError, RuntimeError("undone"), None)

    async def read(self, _: int) -> None:
        await self.collector.drain(self._db, self._org_id)
        assert set(self.collector.numbers) <= self.committed, "read what was not committed"

    async def end(self) -> list[int]:
        for writer in list(self._open):
            await self.commit(writer)
        return await self.collector.drain(self._db, self._org_id)


class TestHorizon:
    @given(operations=OPERATIONS)
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_no_interleaving_of_writers_hides_an_event(
        self, app_url: str, owner_url: str, operations: list[tuple[str, int]]
    ) -> None:
        async def story() -> tuple[list[int], set[int], list[int]]:
            owner: Any = await asyncpg.connect(owner_url)
            org_id = OrgId(new_id())
            await owner.execute("INSERT INTO organisations VALUES ($1, 'Acme', 'Acme', now())", org_id)
            db = await Database.open(app_url, 6, "interleaving")
            try:
                told = Interleaving(db, org_id)
                for name, writer in operations:
                    await getattr(told, name)(writer)
                seen = await told.end()
                rows = await owner.fetch(
                    "SELECT (data ->> 'number')::int FROM events WHERE org_id = $1 ORDER BY epoch, xid, id", org_id
                )
                return seen, told.committed, [row[0] for row in rows]
            finally:
                await db.close()
                await owner.close()

        seen, committed, in_order = asyncio.run(story())
        assert seen == in_order
        assert set(seen) == committed

    async def test_many_writers_at_once_lose_nothing(self, db: Database, org_id: OrgId) -> None:
        """Ten writers of 20 transactions each, every third of them slow to commit, while the reader reads."""
        collector, done = Collector(), asyncio.Event()

        async def write(writer: int) -> None:
            for step in range(20):
                async with db.begin(org_id) as tx:
                    await events.announce(tx, Counted(number=writer * 100 + step))
                    if (writer + step) % 3 == 0:
                        await asyncio.sleep(0.01)

        async def read() -> None:
            while not done.is_set():
                await collector.reader.turn(db, org_id)

        reading = asyncio.create_task(read())
        await asyncio.gather(*(write(writer) for writer in range(5)))
        await asyncio.gather(*(write(writer) for writer in range(5, 10)))
        done.set()
        await reading
        numbers = await collector.drain(db, org_id)
        assert sorted(numbers) == sorted(writer * 100 + step for writer in range(10) for step in range(20))
        assert len(numbers) == len(set(numbers))


class TestKnownTypes:
    def test_finds_events_of_every_loaded_package(self) -> None:
        assert {COUNTED, events.type_of(Rare)} <= set(events.known_types())
