"""Who labels what on the real database, and what happens when two things happen at once."""

import asyncio

import asyncpg

from fairmark.identity import invitations
from fairmark.kernel.actor import Actor, ActorKind, Scope, WorkRole
from fairmark.kernel.db import Database
from fairmark.kernel.ids import OrgId, WorkerId, WorkforceId
from fairmark.scale_api import people, people_store, placing, projects
from fairmark.scale_api.people import Assign, GroupChange, NewGroup
from fairmark.workforce import service as workforce
from tests.identity.people import World

PROJECT = "signs"


async def blocked(owner: asyncpg.Connection) -> None:
    """Returns once somebody waits for an advisory lock in this database."""
    for _ in range(600):
        if await owner.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody waits")


class Account:
    """An account with a project and one labeler who has come."""

    def __init__(self, db: Database, org_id: OrgId, email: str, worker_id: WorkerId) -> None:
        self.db, self.org_id, self.email, self.worker_id = db, org_id, email, worker_id
        self.actor = Actor(kind=ActorKind.KEY, org_id=org_id, scopes=frozenset(Scope))

    async def places(self) -> set[str]:
        """The names of the workforces that the labeler is in."""
        async with self.db.begin(self.org_id, actor=self.actor) as tx:
            found = (await workforce.eligibility(tx, self.worker_id)).workforces
            return {each.name for each in await workforce.list_workforces(tx, None, 100) if each.id in found}


async def account(world: World) -> Account:
    """A fresh account."""
    org_id = await world.organisation()
    login = await world.person()
    actor = Actor(kind=ActorKind.KEY, org_id=org_id, scopes=frozenset(Scope))
    async with world.db.begin(org_id, actor=actor) as tx:
        place: WorkforceId = await placing.labelers(tx)
        _, token = await invitations.invite(
            tx, workforce, email=login.email, workforce_id=place, work_role=WorkRole.WORKER
        )
        await projects.create(tx, {"name": PROJECT, "type": "imageannotation"})
    await invitations.accept(world.db, workforce, token, login.id)
    async with world.db.begin(org_id, actor=actor) as tx:
        worker_id = (await people_store.persons_of(tx, [login.email]))[login.email][1]
    return Account(world.db, org_id, login.email, worker_id)


class TestAssign:
    async def test_places_who_has_come_and_unassign_takes_them_out(self, world: World) -> None:
        at = await account(world)
        asked = Assign([at.email], [PROJECT])
        async with at.db.begin(at.org_id, actor=at.actor) as tx:
            assert await people.assign(tx, asked) == {at.email: [PROJECT]}
        assert await at.places() == {"Labelers", f"{PROJECT}: {at.email}"}
        async with at.db.begin(at.org_id, actor=at.actor) as tx:
            assert await people.unassign(tx, asked) == {}
        assert await at.places() == {"Labelers"}

    async def test_who_was_taken_out_by_a_lead_can_still_be_unassigned(self, world: World) -> None:
        at = await account(world)
        asked = Assign([at.email], [PROJECT])
        async with at.db.begin(at.org_id, actor=at.actor) as tx:
            await people.assign(tx, asked)
            [group] = await people.groups(tx, PROJECT)
            await workforce.remove_worker(tx, group.workforce_id, at.worker_id)
        async with at.db.begin(at.org_id, actor=at.actor) as tx:
            assert await people.unassign(tx, asked) == {}
        assert await at.places() == {"Labelers"}


class TestCame:
    async def test_who_is_taken_off_meanwhile_is_not_brought_back(
        self, world: World, owner: asyncpg.Connection
    ) -> None:
        at = await account(world)
        asked = Assign([at.email], [PROJECT])
        async with at.db.begin(at.org_id, actor=at.actor) as tx:
            await people.assign(tx, asked)

        async def comes() -> None:
            async with at.db.begin(at.org_id, actor=at.actor) as there:
                await people.came(there, at.worker_id)

        async with at.db.begin(at.org_id, actor=at.actor) as tx:
            await people.unassign(tx, asked)
            coming = asyncio.create_task(comes())
            await blocked(owner)
        await coming
        assert await at.places() == {"Labelers"}

    async def test_who_is_let_in_meanwhile_is_brought_in(self, world: World, owner: asyncpg.Connection) -> None:
        at = await account(world)

        async def comes() -> None:
            async with at.db.begin(at.org_id, actor=at.actor) as there:
                await people.came(there, at.worker_id)

        async with at.db.begin(at.org_id, actor=at.actor) as tx:
            made = await people.create_group(tx, PROJECT, NewGroup("night", []))
            await people_store.lock_people(tx, [at.email])
            coming = asyncio.create_task(comes())
            await blocked(owner)
            # As it is for somebody whose coming this transaction does not see yet: they are named, and not placed.
            await people_store.add_people(tx, made.id, [at.email])
        await coming
        assert await at.places() == {"Labelers", f"{PROJECT}: night"}


class TestChangeGroup:
    async def test_lets_people_in_and_out(self, world: World) -> None:
        at = await account(world)
        async with at.db.begin(at.org_id, actor=at.actor) as tx:
            await people.create_group(tx, PROJECT, NewGroup("night", [at.email]))
        assert await at.places() == {"Labelers", f"{PROJECT}: night"}
        async with at.db.begin(at.org_id, actor=at.actor) as tx:
            changed = await people.change_group(tx, PROJECT, "night", GroupChange(remove_emails=[at.email]))
        assert changed.emails == []
        assert await at.places() == {"Labelers"}
