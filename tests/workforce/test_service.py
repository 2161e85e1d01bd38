"""Workforces on the real database: enrolling, eligibility, aliases, lending, and their races."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from fairmark.kernel.actor import MemberRole, WorkRole
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import OrgId, WorkerId, WorkforceId, new_id
from fairmark.workforce import service, store
from fairmark.workforce.model import (
    AlreadyLent,
    AlreadyWorks,
    LentWorkforce,
    NoSuchBorrower,
    NoSuchWorker,
    NoSuchWorkforce,
    Workforce,
    WorkforceExists,
)
from tests.identity.people import World, events

WORKER, REVIEWER, LEAD = WorkRole.WORKER, WorkRole.REVIEWER, WorkRole.LEAD


async def lend(db: Database, lender: OrgId, workforce_id: WorkforceId, borrower: OrgId) -> Workforce:
    async with db.begin(lender, actor=SYSTEM) as tx:
        return await service.lend(tx, workforce_id, borrower)


async def people_of(owner: asyncpg.Connection, org_id: OrgId, workforce_id: WorkforceId) -> dict[UUID, str]:
    """Person -> role, past the fence."""
    rows = await owner.fetch(
        """SELECT w.person_id, m.role FROM workforce_members m
             JOIN workers w ON w.org_id = m.org_id AND w.id = m.worker_id
            WHERE m.org_id = $1 AND m.workforce_id = $2""",
        org_id,
        workforce_id,
    )
    return {row["person_id"]: row["role"] for row in rows}


class TestEnrol:
    async def test_makes_a_worker_with_an_alias(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        ada, worker_id = await world.worker(org_id, crew, REVIEWER)
        async with world.db.begin(org_id) as tx:
            found = await service.eligibility(tx, worker_id)
        assert found.roles == {REVIEWER}
        assert (found.workforces, found.paused, found.skills) == ({crew: REVIEWER}, False, frozenset())
        type, actor, data = (await events(owner, org_id))[-1]
        assert (type, actor) == ("worker.joined", "system")
        assert str(worker_id) in data
        assert str(ada.id) not in data

    async def test_again_is_refused(self, world: World) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        ada, _ = await world.worker(org_id, crew)
        with pytest.raises(AlreadyWorks):
            await world.enrol(org_id, crew, ada.id, LEAD)

    async def test_into_a_foreign_workforce_is_refused(self, world: World) -> None:
        org_id = await world.organisation()
        foreign = await world.workforce(await world.organisation())
        ada = await world.person()
        for workforce_id in (foreign, WorkforceId(new_id())):
            with pytest.raises(NoSuchWorkforce):
                await world.enrol(org_id, workforce_id, ada.id, WORKER)

    async def test_comes_back_under_the_old_alias(self, world: World) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        ada, worker_id = await world.worker(org_id, crew)
        async with world.db.begin(org_id, actor=SYSTEM) as tx:
            before = await service.aliases(tx, [worker_id])
            await service.remove_worker(tx, crew, worker_id)
        assert await world.enrol(org_id, crew, ada.id, WORKER) == worker_id
        async with world.db.begin(org_id) as tx:
            assert await service.aliases(tx, [worker_id]) == before

    async def test_draws_again_when_an_alias_is_taken(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        draws = iter([7, 7, 7, 8])

        def draw(_: int) -> int:
            return next(draws)

        monkeypatch.setattr("secrets.randbelow", draw)
        (_, first), (_, second) = await world.worker(org_id, crew), await world.worker(org_id, crew)
        async with world.db.begin(org_id) as tx:
            found = await service.aliases(tx, [first, second])
        # 7 for the first; 7 and 7 were taken for the second, which got 8
        assert found[first] != found[second]
        assert next(draws, None) is None


class TestAliases:
    async def test_of_one_person_differ_between_organisations(self, world: World) -> None:
        ada = await world.person()
        seen: list[str] = []
        for _ in range(3):
            org_id = await world.organisation()
            worker_id = await world.enrol(org_id, await world.workforce(org_id), ada.id, WORKER)
            async with world.db.begin(org_id) as tx:
                seen.append((await service.aliases(tx, [worker_id]))[worker_id])
        assert len(set(seen)) == 3

    async def test_of_foreign_workers_are_left_out(self, world: World) -> None:
        org_id, foreign = await world.organisation(), await world.organisation()
        _, theirs = await world.worker(foreign, await world.workforce(foreign))
        async with world.db.begin(org_id) as tx:
            assert await service.aliases(tx, [theirs, WorkerId(new_id())]) == {}


class TestEligibility:
    async def test_gathers_all_workforces(self, world: World) -> None:
        org_id = await world.organisation()
        cars, boats = await world.workforce(org_id, "cars"), await world.workforce(org_id, "boats")
        ada, worker_id = await world.worker(org_id, cars)
        await world.enrol(org_id, boats, ada.id, LEAD)
        async with world.db.begin(org_id, actor=SYSTEM) as tx:
            await service.change_worker(tx, worker_id, ["lidar", "cars"], True, "on leave")
            found = await service.eligibility(tx, worker_id)
        assert found.workforces == {cars: WORKER, boats: LEAD}
        assert found.roles == {WORKER, LEAD}
        assert (found.skills, found.paused) == ({"lidar", "cars"}, True)

    async def test_of_somebody_who_left_is_empty(self, world: World) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        _, worker_id = await world.worker(org_id, crew)
        async with world.db.begin(org_id, actor=SYSTEM) as tx:
            await service.remove_worker(tx, crew, worker_id)
            found = await service.eligibility(tx, worker_id)
        assert (found.workforces, found.roles) == ({}, frozenset())

    async def test_is_unknown_to_other_organisations(self, world: World) -> None:
        org_id = await world.organisation()
        _, worker_id = await world.worker(org_id, await world.workforce(org_id))
        async with world.db.begin(await world.organisation()) as tx:
            with pytest.raises(NoSuchWorker):
                await service.eligibility(tx, worker_id)


class TestCreateWorkforce:
    async def test_names_are_unique_in_an_organisation_only(self, world: World) -> None:
        one, other = await world.organisation(), await world.organisation()
        await world.workforce(one, "crew")
        await world.workforce(other, "crew")
        with pytest.raises(WorkforceExists):
            await world.workforce(one, " crew ")


class TestLend:
    async def test_mirrors_people_under_aliases_of_their_own(self, world: World, owner: asyncpg.Connection) -> None:
        lender, borrower = await world.organisation(), await world.organisation()
        pool = await world.workforce(lender, "pool")
        ada, at_home = await world.worker(lender, pool, REVIEWER)
        boss, _ = await world.worker(lender, pool, LEAD)
        async with world.db.begin(lender, actor=SYSTEM) as tx:
            await service.change_worker(tx, at_home, ["lidar"], None, None)
        lent = await lend(world.db, lender, pool, borrower)
        assert (lent.name, lent.arm, lent.lent, lent.workers) == ("pool", "vision", True, 2)
        assert lent.id != pool
        # a lead of the lender does not become a lead over the borrower's projects
        assert await people_of(owner, borrower, lent.id) == {ada.id: "reviewer", boss.id: "reviewer"}
        async with world.db.begin(borrower) as tx:
            rows = await service.list_workers(tx, lent.id, None, 10)
        async with world.db.begin(lender) as tx:
            home = await service.list_workers(tx, pool, None, 10)
        assert not {row.worker.alias for row in rows} & {row.worker.alias for row in home}
        assert not {row.worker.id for row in rows} & {row.worker.id for row in home}
        assert sorted(row.worker.skills for row in rows) == [[], ["lidar"]]
        log = await events(owner, borrower)
        assert [type for type, _, _ in log] == [
            "organisation.created",
            "workforce.created",
            "worker.joined",
            "worker.joined",
        ]
        # nothing in the borrower's log leads to the lender or to the person
        for secret in (lender, pool, ada.id, boss.id, at_home):
            assert all(str(secret) not in f"{row}" for row in log)

    async def test_who_joins_and_leaves_later_does_so_there_too(self, world: World, owner: asyncpg.Connection) -> None:
        lender, one, two = [await world.organisation() for _ in range(3)]
        pool = await world.workforce(lender, "pool")
        lent = [await lend(world.db, lender, pool, borrower) for borrower in (one, two)]
        ada, at_home = await world.worker(lender, pool, LEAD)
        for org_id, copy in zip((one, two), lent, strict=True):
            assert await people_of(owner, org_id, copy.id) == {ada.id: "reviewer"}
        async with world.db.begin(lender, actor=SYSTEM) as tx:
            await service.remove_worker(tx, pool, at_home)
        for org_id, copy in zip((one, two), lent, strict=True):
            assert await people_of(owner, org_id, copy.id) == {}
            assert (await events(owner, org_id))[-1][0] == "worker.left"

    async def test_somebody_known_to_the_borrower_keeps_their_alias_there(self, world: World) -> None:
        lender, borrower = await world.organisation(), await world.organisation()
        ada, known = await world.worker(borrower, await world.workforce(borrower, "own"))
        pool = await world.workforce(lender, "pool")
        await world.enrol(lender, pool, ada.id, WORKER)
        lent = await lend(world.db, lender, pool, borrower)
        async with world.db.begin(borrower) as tx:
            (row,) = await service.list_workers(tx, lent.id, None, 10)
            assert row.worker.id == known
            assert len((await service.eligibility(tx, known)).workforces) == 2

    async def test_takes_a_free_name(self, world: World) -> None:
        lender, borrower = await world.organisation(), await world.organisation()
        await world.workforce(borrower, "pool")
        await world.workforce(borrower, "pool (2)")
        lent = await lend(world.db, lender, await world.workforce(lender, "pool"), borrower)
        assert lent.name == "pool (3)"

    async def test_a_lent_workforce_is_arranged_by_the_lender(self, world: World) -> None:
        lender, borrower, third = [await world.organisation() for _ in range(3)]
        pool = await world.workforce(lender, "pool")
        await world.worker(lender, pool)
        lent = await lend(world.db, lender, pool, borrower)
        ada = await world.person()
        with pytest.raises(LentWorkforce):
            await world.enrol(borrower, lent.id, ada.id, WORKER)
        with pytest.raises(LentWorkforce):
            await lend(world.db, borrower, lent.id, third)
        async with world.db.begin(borrower, actor=SYSTEM) as tx:
            (row,) = await service.list_workers(tx, lent.id, None, 10)
            with pytest.raises(LentWorkforce):
                await service.remove_worker(tx, lent.id, row.worker.id)
            with pytest.raises(LentWorkforce):
                await service.check_may_invite(tx, lent.id, WORKER)
            # what a borrower may do: raise somebody, or give them no more work
            assert (await service.change_role(tx, lent.id, row.worker.id, LEAD)).role is LEAD
            assert (await service.change_worker(tx, row.worker.id, None, True, "not with us")).paused_at

    async def test_refuses_what_cannot_be(self, world: World, owner: asyncpg.Connection) -> None:
        lender, borrower = await world.organisation(), await world.organisation()
        pool = await world.workforce(lender, "pool")
        with pytest.raises(NoSuchBorrower):
            await lend(world.db, lender, pool, OrgId(new_id()))
        with pytest.raises(NoSuchWorkforce):
            await lend(world.db, borrower, pool, lender)  # it is not theirs
        await lend(world.db, lender, pool, borrower)
        with pytest.raises(AlreadyLent):
            await lend(world.db, lender, pool, borrower)
        assert await owner.fetchval("SELECT count(*) FROM workforces WHERE org_id = $1", borrower) == 1

    async def test_leaves_nothing_behind_if_it_fails_half_way(
        self, world: World, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lender, borrower = await world.organisation(), await world.organisation()
        pool = await world.workforce(lender, "pool")
        await world.worker(lender, pool)

        async def broken(*_: object) -> None:
            raise RuntimeError("the cable was pulled")

        monkeypatch.setattr(store, "ensure_workers", broken)
        with pytest.raises(RuntimeError):
            await lend(world.db, lender, pool, borrower)
        monkeypatch.undo()
        for table in ("workforces WHERE org_id = $1", "workforce_loans WHERE borrower_org_id = $1"):
            assert await owner.fetchval(f"SELECT count(*) FROM {table}", borrower) == 0
        assert (await lend(world.db, lender, pool, borrower)).workers == 1

    async def test_whoever_joins_or_leaves_at_the_same_moment_is_not_missed(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        lender, borrower = await world.organisation(), await world.organisation()
        pool = await world.workforce(lender, "pool")
        leaving, worker_id = await world.worker(lender, pool)
        joining = await world.person()

        async def leave() -> None:
            async with world.db.begin(lender, actor=SYSTEM) as tx:
                await service.remove_worker(tx, pool, worker_id)

        async def join() -> None:
            await world.enrol(lender, pool, joining.id, WORKER)

        async with world.db.begin(lender, actor=SYSTEM) as tx:
            lent = await service.lend(tx, pool, borrower)
            # the loan is not there for others until this commits; they must wait for it rather than miss it
            changes = [asyncio.create_task(leave()), asyncio.create_task(join())]
            done, _ = await asyncio.wait(changes, timeout=0.5)
            assert not done
        await asyncio.gather(*changes)
        assert set(await people_of(owner, borrower, lent.id)) == {joining.id}
        assert leaving.id not in await people_of(owner, lender, pool)

    async def test_lending_waits_for_whoever_joins(self, world: World, owner: asyncpg.Connection) -> None:
        lender, borrower = await world.organisation(), await world.organisation()
        pool = await world.workforce(lender, "pool")
        ada = await world.person()
        async with world.db.begin(lender, actor=SYSTEM) as tx:
            await service.enrol(tx, pool, ada.id, WORKER)
            lending = asyncio.create_task(lend(world.db, lender, pool, borrower))
            done, _ = await asyncio.wait([lending], timeout=0.5)
            assert not done
        assert set(await people_of(owner, borrower, (await lending).id)) == {ada.id}


class TestFence:
    async def test_the_step_into_another_organisation_ends_with_its_block(self, world: World) -> None:
        mine, theirs = await world.organisation(), await world.organisation()
        await world.workforce(mine, "mine")
        await world.workforce(theirs, "theirs")
        async with world.db.begin(mine) as tx:
            async with tx.inside(theirs, SYSTEM) as there:
                assert [w.name for w in await service.list_workforces(there, None, 10)] == ["theirs"]
            assert [w.name for w in await service.list_workforces(tx, None, 10)] == ["mine"]

    async def test_a_person_reads_their_own_places_and_nobody_elses(self, world: World) -> None:
        org_id = await world.organisation()
        crew = await world.workforce(org_id)
        ada, _ = await world.worker(org_id, crew, LEAD)
        await world.worker(org_id, crew)
        await world.member(org_id, MemberRole.OWNER)
        async with world.db.begin(person_id=ada.id) as tx:
            count = {
                table: await (await tx.bare()).fetchval(f"SELECT count(*) FROM {table} WHERE org_id = $1", org_id)
                for table in ("workers", "workforce_members", "memberships", "workforces", "invitations", "api_keys")
            }
        assert count == {
            "workers": 1,
            "workforce_members": 1,
            "memberships": 0,
            "workforces": 0,
            "invitations": 0,
            "api_keys": 0,
        }
