"""Who stands behind a key or session token, looked up at most once in CACHE_S seconds per process.

Revoking a key, ending a session, changing a role or keeping somebody out forgets the entries at once, in the process
that does it and, by NOTIFY, in every other (`forget_everywhere`). One whose listening connection is lost at that moment
notices when its entry is CACHE_S old. That is the price of a request without a statement for its caller.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fairmark.identity import rules, store
from fairmark.identity.model import NoSuchOrganisation
from fairmark.identity.tokens import is_session, key_org
from fairmark.kernel import clock
from fairmark.kernel.actor import Actor, ActorKind, Mode, Scope, closed
from fairmark.kernel.db import Database, Tx
from fairmark.kernel.ids import KeyId, OrgId, PersonId, SessionId
from fairmark.kernel.signing import token_hash

CACHE_S: Final = 5.0
CACHE_MAX: Final = 20_000
TOUCH: Final = timedelta(minutes=1)

_Slot = tuple[bytes, OrgId | None]


class ActorCache:
    """Actors by (hash of the token, organisation asked for); the least recently used goes when it is full."""

    def __init__(self, size_max: int = CACHE_MAX, keep_s: float = CACHE_S, now: Callable[[], float] = time.monotonic):
        self._entries: OrderedDict[_Slot, tuple[float, Actor]] = OrderedDict()
        self._size_max = size_max
        self._keep_s = keep_s
        self._now = now
        self.generation = 0
        """Raised by every `forget`: a lookup that began before must not be kept after."""

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, slot: _Slot) -> Actor | None:
        """The actor, if it was looked up less than `keep_s` ago and its token still runs."""
        entry = self._entries.get(slot)
        if entry is None:
            return None
        if entry[0] <= self._now():
            del self._entries[slot]
            return None
        self._entries.move_to_end(slot)
        return entry[1]

    def put(self, slot: _Slot, actor: Actor, left_s: float, generation: int) -> None:
        """Keeps an actor whose token runs `left_s` seconds more, if nothing was forgotten since `generation`."""
        if generation != self.generation or left_s <= 0:
            return
        self._entries[slot] = (self._now() + min(self._keep_s, left_s), actor)
        self._entries.move_to_end(slot)
        if len(self._entries) > self._size_max:
            self._entries.popitem(last=False)

    def forget(
        self,
        *,
        key_id: KeyId | None = None,
        session_id: SessionId | None = None,
        person_id: PersonId | None = None,
        org_id: OrgId | None = None,
    ) -> None:
        """Drops what was known of a key, of a session, of all sessions of a person, or of all in an organisation."""
        self.generation += 1
        gone = [
            slot
            for slot, (_, actor) in self._entries.items()
            if (key_id and actor.key_id == key_id)
            or (session_id and actor.session_id == session_id)
            or (person_id and actor.person_id == person_id)
            or (org_id and actor.org_id == org_id)
        ]
        for slot in gone:
            del self._entries[slot]


CACHE: Final = ActorCache()
"""This process's."""

CHANNEL: Final = "fairmark_forget"


async def forget_everywhere(
    tx: Tx,
    *,
    key_id: KeyId | None = None,
    session_id: SessionId | None = None,
    person_id: PersonId | None = None,
    org_id: OrgId | None = None,
) -> None:
    """As `ActorCache.forget`, in every server process, as soon as `tx` commits. Exactly one id is given."""
    named = {"key": key_id, "session": session_id, "person": person_id, "org": org_id}
    ((kind, id),) = ((kind, id) for kind, id in named.items() if id is not None)
    await store.forget_everywhere(tx, CHANNEL, f"{kind}:{id}")


def heard(payload: str) -> None:
    """What another process, or this one, has told by `forget_everywhere`."""
    kind, _, text = payload.partition(":")
    id = UUID(text)
    if kind == "key":
        CACHE.forget(key_id=KeyId(id))
    elif kind == "session":
        CACHE.forget(session_id=SessionId(id))
    elif kind == "person":
        CACHE.forget(person_id=PersonId(id))
    elif kind == "org":
        CACHE.forget(org_id=OrgId(id))


async def find(db: Database, token: str, org_id: OrgId | None, session_s: int) -> Actor | None:
    """The actor behind a key or session token, or None if it is neither or no longer good.

    org_id: which organisation a person asks for; None chooses the only one they have, if it is one. A key carries its
    own. session_s: how long a session lasts without use.
    Raises NoSuchOrganisation if the actor has no part in `org_id`, and OrganisationClosed if it is closed to them.
    """
    own = key_org(token)
    if own is None and not is_session(token):
        return None
    if own is not None and org_id not in {None, own}:
        raise _no_such_organisation()
    slot = (token_hash(token), org_id)
    cached = CACHE.get(slot)
    if cached is not None:
        return cached
    generation = CACHE.generation
    found = await (_by_session(db, slot, session_s) if own is None else _by_key(db, own, slot[0]))
    if found is None:
        return None
    actor, expires_at = found
    left_s = CACHE_S if expires_at is None else (expires_at - clock.now()).total_seconds()
    CACHE.put(slot, actor, left_s, generation)
    return actor


async def _by_key(db: Database, org_id: OrgId, secret_hash: bytes) -> tuple[Actor, datetime | None] | None:
    async with db.begin(org_id, fast=True) as tx:
        row = await store.key_by_hash(tx, secret_hash)
        if row is None:
            return None
        if row["closed_at"] is not None:
            raise closed()
        if row["used_at"] is None or row["used_at"] <= tx.now - TOUCH:
            await store.touch_key(tx, row["id"])
    scopes = frozenset(Scope(scope) for scope in row["scopes"])
    actor = Actor(kind=ActorKind.KEY, org_id=org_id, mode=Mode(row["mode"]), key_id=row["id"], scopes=scopes)
    return actor, row["expires_at"]


async def _by_session(db: Database, slot: _Slot, session_s: int) -> tuple[Actor, datetime] | None:
    hashed, org_id = slot
    async with db.begin(fast=True) as tx:
        row = await store.session_by_token(tx, hashed)
        if row is None:
            return None
        expires_at: datetime = row["expires_at"]
        if row["seen_at"] <= tx.now - TOUCH:
            expires_at = tx.now + timedelta(seconds=session_s)
            await store.touch_session(tx, row["id"], expires_at)
    actor = Actor(
        kind=ActorKind.PERSON, person_id=row["person_id"], session_id=row["id"], is_admin=bool(row["is_admin"])
    )
    return await in_organisation(db, actor, org_id), expires_at


async def in_organisation(db: Database, actor: Actor, org_id: OrgId | None) -> Actor:
    """A person's actor in `org_id`, or in their only organisation, or in none if they have several or none.

    Raises NoSuchOrganisation if the person neither belongs to `org_id` nor administers the installation, and
    OrganisationClosed if it is closed and they do not own it.
    """
    assert actor.person_id is not None
    async with db.begin(actor=actor) as tx:
        parts = await store.belongings(tx, actor.person_id, org_id)
        foreign = await store.organisation(tx, org_id) if org_id is not None and not parts and actor.is_admin else None
    found = rules.reachable(parts)
    if org_id is not None and parts and not found:
        raise closed()
    only = rules.only_organisation(found)
    if only is not None:
        return Actor(
            kind=ActorKind.PERSON,
            org_id=only.id,
            person_id=actor.person_id,
            session_id=actor.session_id,
            is_admin=actor.is_admin,
            member_role=only.member_role,
            worker_id=only.worker_id,
            work_roles=frozenset(only.work_roles),
            closed=only.closed_at is not None,
        )
    if foreign is not None:
        return Actor(
            kind=ActorKind.PERSON,
            org_id=foreign.id,
            person_id=actor.person_id,
            session_id=actor.session_id,
            is_admin=True,
        )
    if org_id is not None:
        raise _no_such_organisation()
    return actor


def _no_such_organisation() -> NoSuchOrganisation:
    return NoSuchOrganisation(
        "There is no such organisation for you.", mend="Choose one of those that GET /api/v1/me lists."
    )
