"""Who stands behind a key or session token, and for how long that is remembered."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from fairmark.identity import actors
from fairmark.identity.actors import ActorCache
from fairmark.identity.model import NoSuchOrganisation
from fairmark.kernel.actor import Actor, ActorKind, MemberRole, Mode, OrganisationClosed, Scope, WorkRole
from fairmark.kernel.ids import KeyId, OrgId, PersonId, SessionId, new_id
from fairmark.kernel.telemetry import SQL_STATEMENTS

from .people import World

HOUR_S = 3600


def statements() -> float:
    """How many statements this process has sent."""
    (metric,) = SQL_STATEMENTS.collect()
    return metric.samples[0].value


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def of(number: int) -> tuple[bytes, OrgId | None]:
    return bytes([number]), None


class TestActorCache:
    def make(self, size_max: int = 10) -> tuple[ActorCache, Clock]:
        clock = Clock()
        return ActorCache(size_max, 5.0, clock), clock

    def test_keeps_five_seconds(self) -> None:
        cache, clock = self.make()
        cache.put(of(1), Actor(), 60.0, 0)
        clock.now_s += 4.9
        assert cache.get(of(1)) == Actor()
        clock.now_s += 0.1
        assert cache.get(of(1)) is None
        assert len(cache) == 0

    def test_looking_does_not_prolong(self) -> None:
        cache, clock = self.make()
        cache.put(of(1), Actor(), 60.0, 0)
        for _ in range(5):
            clock.now_s += 1.0
            cache.get(of(1))
        assert cache.get(of(1)) is None

    def test_never_outlives_the_token(self) -> None:
        cache, clock = self.make()
        cache.put(of(1), Actor(), 2.0, 0)
        cache.put(of(2), Actor(), 0.0, 0)
        assert cache.get(of(2)) is None
        clock.now_s += 2.0
        assert cache.get(of(1)) is None

    def test_drops_the_least_recently_used(self) -> None:
        cache, _ = self.make(size_max=2)
        cache.put(of(1), Actor(), 60.0, 0)
        cache.put(of(2), Actor(), 60.0, 0)
        cache.get(of(1))
        cache.put(of(3), Actor(), 60.0, 0)
        assert [cache.get(of(n)) is not None for n in (1, 2, 3)] == [True, False, True]

    def test_forgets_by_key_session_and_person(self) -> None:
        key_id, session_id, person_id = KeyId(new_id()), SessionId(new_id()), PersonId(new_id())
        cache, _ = self.make()
        cache.put(of(1), Actor(kind=ActorKind.KEY, key_id=key_id), 60.0, 0)
        cache.put(of(2), Actor(kind=ActorKind.PERSON, person_id=person_id, session_id=session_id), 60.0, 0)
        cache.put(of(3), Actor(kind=ActorKind.PERSON, person_id=person_id, session_id=SessionId(new_id())), 60.0, 0)
        cache.put(of(4), Actor(kind=ActorKind.PERSON, person_id=PersonId(new_id())), 60.0, 0)
        cache.forget(key_id=key_id)
        assert [cache.get(of(n)) is not None for n in (1, 2, 3, 4)] == [False, True, True, True]
        cache.forget(session_id=session_id)
        assert [cache.get(of(n)) is not None for n in (1, 2, 3, 4)] == [False, False, True, True]
        cache.forget(person_id=person_id)
        assert [cache.get(of(n)) is not None for n in (1, 2, 3, 4)] == [False, False, False, True]

    def test_a_lookup_that_began_before_a_forget_is_not_kept(self) -> None:
        cache, _ = self.make()
        began = cache.generation
        cache.forget(key_id=KeyId(new_id()))
        cache.put(of(1), Actor(), 60.0, began)
        assert cache.get(of(1)) is None


class TestFindKey:
    async def test_acts_in_its_own_organisation(self, world: World) -> None:
        org_id = await world.organisation()
        secret = await world.key(org_id, Scope.READ, mode=Mode.TEST)
        actor = await actors.find(world.db, secret, None, HOUR_S)
        assert actor is not None
        assert (actor.kind, actor.org_id, actor.mode) == (ActorKind.KEY, org_id, Mode.TEST)
        assert actor.scopes == {Scope.READ}
        assert actor.person_id is None

    async def test_cannot_ask_for_another(self, world: World) -> None:
        org_id, foreign = await world.organisation(), await world.organisation()
        secret = await world.key(org_id)
        assert await actors.find(world.db, secret, org_id, HOUR_S) is not None
        with pytest.raises(NoSuchOrganisation):
            await actors.find(world.db, secret, foreign, HOUR_S)

    async def test_with_another_organisation_written_into_it_is_unknown(self, world: World) -> None:
        secret = await world.key(await world.organisation())
        foreign = await world.key(await world.organisation())
        forged = secret[:5] + foreign[5:27] + secret[27:]
        assert await actors.find(world.db, forged, None, HOUR_S) is None

    async def test_with_the_mode_changed_is_unknown(self, world: World) -> None:
        secret = await world.key(await world.organisation(), mode=Mode.TEST)
        assert await actors.find(world.db, "live_" + secret.removeprefix("test_"), None, HOUR_S) is None

    async def test_costs_no_statement_while_it_is_remembered(self, world: World) -> None:
        secret = await world.key(await world.organisation())
        first = await actors.find(world.db, secret, None, HOUR_S)
        before = statements()
        for _ in range(3):
            assert await actors.find(world.db, secret, None, HOUR_S) is first
        assert statements() == before

    @pytest.mark.parametrize("column", ["expires_at", "revoked_at"])
    async def test_is_unknown_when_expired_or_revoked(
        self, world: World, owner: asyncpg.Connection, column: str
    ) -> None:
        org_id = await world.organisation()
        secret = await world.key(org_id)
        await owner.execute(f"UPDATE api_keys SET {column} = now() - interval '1 s' WHERE org_id = $1", org_id)
        assert await actors.find(world.db, secret, None, HOUR_S) is None

    async def test_is_refused_when_the_organisation_closed(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        secret = await world.key(org_id)
        await owner.execute("UPDATE organisations SET closed_at = now() WHERE org_id = $1", org_id)
        with pytest.raises(OrganisationClosed, match="closed"):
            await actors.find(world.db, secret, None, HOUR_S)

    async def test_notes_its_use_at_most_once_a_minute(self, world: World, owner: asyncpg.Connection) -> None:
        org_id = await world.organisation()
        secret = await world.key(org_id)
        key_id = await owner.fetchval("SELECT id FROM api_keys WHERE org_id = $1", org_id)

        async def used_at() -> datetime | None:
            return await owner.fetchval("SELECT used_at FROM api_keys WHERE org_id = $1", org_id)

        async def use() -> None:
            actors.CACHE.forget(key_id=key_id)
            assert await actors.find(world.db, secret, None, HOUR_S) is not None

        assert await used_at() is None
        await use()
        first = await used_at()
        assert first is not None
        await use()
        assert await used_at() == first
        await owner.execute("UPDATE api_keys SET used_at = used_at - interval '61 s' WHERE org_id = $1", org_id)
        await use()
        second = await used_at()
        assert second is not None
        assert second >= first


class TestForgetEverywhere:
    async def test_reaches_who_listens_when_it_is_committed(self, world: World, owner: asyncpg.Connection) -> None:
        told: asyncio.Queue[str] = asyncio.Queue()

        def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
            told.put_nowait(str(payload))

        await owner.add_listener(actors.CHANNEL, hear)
        first, second = PersonId(new_id()), OrgId(new_id())
        with suppress(ZeroDivisionError):
            async with world.db.begin() as tx:
                await actors.forget_everywhere(tx, person_id=first)
                raise ZeroDivisionError  # rolled back: nobody hears of it
        async with world.db.begin() as tx:
            await actors.forget_everywhere(tx, org_id=second)
        assert await told.get() == f"org:{second}"

    @pytest.mark.parametrize("kind", ["key", "session", "person", "org"])
    def test_what_is_heard_is_forgotten(self, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        cache = ActorCache()
        monkeypatch.setattr(actors, "CACHE", cache)
        ids = {name: new_id() for name in ("key", "session", "person", "org")}
        known = Actor(
            key_id=KeyId(ids["key"]), session_id=SessionId(ids["session"]), person_id=PersonId(ids["person"]),
            org_id=OrgId(ids["org"]),
        )  # fmt: skip
        cache.put(of(1), known, 60.0, 0)
        cache.put(of(2), Actor(), 60.0, 0)
        actors.heard(f"{kind}:{ids[kind]}")
        assert cache.get(of(1)) is None
        assert cache.get(of(2)) == Actor()


class TestFindSession:
    async def test_without_any_organisation(self, world: World) -> None:
        ada = await world.person()
        actor = await actors.find(world.db, ada.token, None, HOUR_S)
        assert actor == Actor(kind=ActorKind.PERSON, person_id=ada.id, session_id=ada.session_id)

    async def test_chooses_the_only_organisation(self, world: World) -> None:
        org_id = await world.organisation()
        ada = await world.member(org_id, MemberRole.MANAGER)
        actor = await actors.find(world.db, ada.token, None, HOUR_S)
        assert actor is not None
        assert (actor.org_id, actor.member_role, actor.worker_id) == (org_id, MemberRole.MANAGER, None)

    async def test_of_several_organisations_takes_the_one_asked_for(self, world: World) -> None:
        one, other = await world.organisation(), await world.organisation()
        ada = await world.member(one, MemberRole.MEMBER)
        crew = await world.workforce(other)
        worker_id = await world.enrol(other, crew, ada.id, WorkRole.REVIEWER)
        undecided = await actors.find(world.db, ada.token, None, HOUR_S)
        assert undecided is not None
        assert undecided.org_id is None
        assert undecided.member_role is None
        as_member = await actors.find(world.db, ada.token, one, HOUR_S)
        assert as_member is not None
        assert (as_member.org_id, as_member.member_role, as_member.worker_id) == (one, MemberRole.MEMBER, None)
        as_worker = await actors.find(world.db, ada.token, other, HOUR_S)
        assert as_worker is not None
        assert (as_worker.org_id, as_worker.member_role, as_worker.worker_id) == (other, None, worker_id)
        assert as_worker.work_roles == {WorkRole.REVIEWER}

    async def test_gathers_the_roles_of_all_workforces(self, world: World) -> None:
        org_id = await world.organisation()
        ada = await world.person()
        for name, role in (("cars", WorkRole.WORKER), ("boats", WorkRole.LEAD)):
            await world.enrol(org_id, await world.workforce(org_id, name), ada.id, role)
        actor = await actors.find(world.db, ada.token, org_id, HOUR_S)
        assert actor is not None
        assert actor.work_roles == {WorkRole.WORKER, WorkRole.LEAD}

    async def test_foreign_and_unknown_organisations_are_not_told_apart(self, world: World) -> None:
        foreign = await world.organisation()
        ada = await world.member(await world.organisation(), MemberRole.OWNER)
        messages: list[str] = []
        for org_id in (foreign, OrgId(new_id())):
            with pytest.raises(NoSuchOrganisation) as caught:
                await actors.find(world.db, ada.token, org_id, HOUR_S)
            messages.append(caught.value.message)
        assert messages[0] == messages[1]

    async def test_an_administrator_enters_any_organisation_without_a_role(self, world: World) -> None:
        foreign = await world.organisation()
        root = await world.person(is_admin=True)
        actor = await actors.find(world.db, root.token, foreign, HOUR_S)
        assert actor is not None
        assert (actor.org_id, actor.is_admin, actor.member_role, actor.worker_id) == (foreign, True, None, None)
        with pytest.raises(NoSuchOrganisation):
            await actors.find(world.db, root.token, OrgId(new_id()), HOUR_S)

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE sessions SET expires_at = now() WHERE person_id = $1",
            "DELETE FROM sessions WHERE person_id = $1",
            "UPDATE people SET disabled_at = now() WHERE id = $1",
        ],
    )
    async def test_is_nobody_when_over(self, world: World, owner: asyncpg.Connection, change: str) -> None:
        ada = await world.person()
        await owner.execute(change, ada.id)
        assert await actors.find(world.db, ada.token, None, HOUR_S) is None

    async def test_slides_its_expiry_at_most_once_a_minute(self, world: World, owner: asyncpg.Connection) -> None:
        ada = await world.person()

        async def expires_at() -> datetime:
            found: datetime | None = await owner.fetchval(
                "SELECT expires_at FROM sessions WHERE id = $1", ada.session_id
            )
            assert found is not None
            return found

        before = await expires_at()
        assert await actors.find(world.db, ada.token, None, HOUR_S) is not None
        assert await expires_at() == before
        actors.CACHE.forget(session_id=ada.session_id)
        await owner.execute("UPDATE sessions SET seen_at = seen_at - interval '61 s' WHERE id = $1", ada.session_id)
        assert await actors.find(world.db, ada.token, None, HOUR_S) is not None
        left = await expires_at() - datetime.now(UTC)
        assert timedelta(seconds=HOUR_S - 60) < left <= timedelta(seconds=HOUR_S)

    async def test_what_only_resembles_a_token_costs_no_statement(self, world: World) -> None:
        before = statements()
        for token in ("", "ses_", "ses_" + "a" * 42, "Bearer", "live_x", "inv_" + "0" * 22 + "_" + "a" * 43):
            assert await actors.find(world.db, token, None, HOUR_S) is None
        assert statements() == before
