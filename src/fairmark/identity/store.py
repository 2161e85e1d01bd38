"""Runs this package's statements: rows in, frozen values out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fairmark.identity.model import (
    Account,
    Belonging,
    Invitation,
    Key,
    Member,
    Organisation,
    Person,
    Session,
    Visit,
)
from fairmark.kernel import json, sql
from fairmark.kernel.actor import MemberRole, Mode, Scope, WorkRole
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import InvitationId, KeyId, OrgId, PersonId, SessionId, WorkforceId, new_id

q = sql.load(__file__)

BELONGINGS_MAX = 500


# ---------------------------------------------------------------------------------------------- people


async def account_by_email(tx: Tx, email: str) -> Account | None:
    row = await tx.maybe(q.account_by_email, email=email)
    return None if row is None else _account(row)


async def lock_account(tx: Tx, id: PersonId) -> Account | None:
    """The account of a person, held until the transaction ends."""
    row = await tx.maybe(q.account_by_id, id=id)
    return None if row is None else _account(row)


async def person(tx: Tx, id: PersonId) -> Person:
    return _person(await tx.one(q.person, id=id))


async def add_person(tx: Tx, email: str, name: str, password_hash: str, *, is_admin: bool = False) -> Person | None:
    """A new person, or None if somebody has the address."""
    row = await tx.maybe(
        q.add_person,
        id=new_id(),
        email=email,
        name=name,
        password_hash=password_hash,
        is_admin=is_admin,
        now=tx.now,
    )
    return None if row is None else _person(row)


async def set_profile(tx: Tx, id: PersonId, name: str, preferences: dict[str, Any]) -> Person:
    return _person(await tx.one(q.set_profile, id=id, name=name, preferences=json.encode(preferences)))


async def set_password(tx: Tx, id: PersonId, password_hash: str, checked: str) -> bool:
    """Puts a new hash in the place of `checked`; False if another change came first."""
    return await tx.run(q.set_password, id=id, password_hash=password_hash, checked=checked) == 1


async def replace_password(tx: Tx, id: PersonId, password_hash: str) -> None:
    await tx.run(q.replace_password, id=id, password_hash=password_hash)


def _person(row: Any) -> Person:
    return Person(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        is_admin=row["is_admin"],
        preferences=json.decode(row["preferences"], dict[str, Any]),
    )


def _account(row: Any) -> Account:
    return Account(
        person=_person(row),
        password_hash=row["password_hash"],
        disabled_at=row["disabled_at"],
        disabled_reason=row["disabled_reason"],
    )


async def forget_everywhere(tx: Tx, channel: str, payload: str) -> None:
    """Tells every process that listens, once the transaction commits."""
    await tx.run(q.forget_everywhere, channel=channel, payload=payload)


# ---------------------------------------------------------------------------------------------- sessions


async def add_session(
    tx: Tx, person_id: PersonId, token_hash: bytes, expires_at: datetime, visit: Visit, keep: int
) -> SessionId:
    """Begins a session; of the person's others the `keep` - 1 most recently used stay."""
    id = SessionId(new_id())
    await tx.run(
        q.add_session,
        token_hash=token_hash,
        id=id,
        person_id=person_id,
        now=tx.now,
        expires_at=expires_at,
        user_agent=visit.user_agent,
        address=visit.address,
    )
    await tx.run(q.trim_sessions, person_id=person_id, now=tx.now, keep=keep)
    return id


async def sessions(
    tx: Tx, person_id: PersonId, current: SessionId | None, after: UUID | None, limit: int
) -> list[Session]:
    rows = await tx.all(q.sessions, person_id=person_id, now=tx.now, after=after, limit=limit)
    return [Session(**row, current=row["id"] == current) for row in rows]


async def end_session(tx: Tx, person_id: PersonId, id: SessionId) -> bool:
    return await tx.run(q.end_session, person_id=person_id, id=id) == 1


async def end_session_by_token(tx: Tx, token_hash: bytes) -> SessionId | None:
    return await tx.value(q.end_session_by_token, token_hash=token_hash)


async def end_other_sessions(tx: Tx, person_id: PersonId, keep: SessionId | None) -> None:
    await tx.run(q.end_other_sessions, person_id=person_id, keep=keep)


async def count_tries(tx: Tx, buckets: Sequence[str], window_start: datetime) -> list[int]:
    """Counts a try in each bucket; how many each has had in this window, this one included."""
    rows = await tx.all(q.count_tries, buckets=list(buckets), window_start=window_start)
    return [row["tries"] for row in rows]


async def refund_tries(tx: Tx, buckets: Sequence[str], window_start: datetime) -> None:
    await tx.run(q.refund_tries, buckets=list(buckets), window_start=window_start)


async def session_by_token(tx: Tx, token_hash: bytes) -> Any | None:
    """(id, person_id, seen_at, expires_at, is_admin) of a good session, or None."""
    return await tx.maybe(q.session_by_token, token_hash=token_hash, now=tx.now)


async def touch_session(tx: Tx, id: SessionId, expires_at: datetime) -> None:
    await tx.run(q.touch_session, id=id, now=tx.now, expires_at=expires_at)


# ---------------------------------------------------------------------------------------------- organisations


async def belongings(
    tx: Tx, person_id: PersonId, org_id: OrgId | None = None, limit: int = BELONGINGS_MAX
) -> list[Belonging]:
    """The organisations of a person, closed ones too, oldest first; `tx` must be that person's own."""
    rows = await tx.all(q.belongings, person_id=person_id, org_id=org_id, limit=limit)
    return [
        Belonging(
            id=row["org_id"],
            name=row["name"] if row["member_role"] else None,
            display_name=row["display_name"],
            member_role=MemberRole(row["member_role"]) if row["member_role"] else None,
            worker_id=row["worker_id"],
            alias=row["alias"],
            work_roles=[WorkRole(role) for role in row["work_roles"]],
            closed_at=row["closed_at"],
            closed_reason=row["closed_reason"],
        )
        for row in rows
    ]


async def organisation(tx: Tx, org_id: OrgId) -> Organisation | None:
    """An organisation that the transaction may see, open or closed."""
    row = await tx.maybe(q.organisation, org_id=org_id)
    return None if row is None else _organisation(row)


async def add_organisation(tx: Tx, name: str, display_name: str) -> Organisation:
    row = await tx.one(q.add_organisation, org_id=tx.org_id, name=name, display_name=display_name, now=tx.now)
    return _organisation(row)


async def organisations(tx: Tx, wanted: str | None, after: UUID | None, limit: int) -> list[Organisation]:
    """Every organisation, closed ones too, newest first; `tx` must be an administrator's."""
    return [_organisation(row) for row in await tx.all(q.organisations, wanted=wanted, after=after, limit=limit)]


async def change_organisation(tx: Tx, name: str | None, display_name: str | None) -> Organisation:
    """Changes what is not None."""
    return _organisation(await tx.one(q.change_organisation, org_id=tx.org_id, name=name, display_name=display_name))


def _organisation(row: Any) -> Organisation:
    return Organisation(
        id=row["org_id"],
        name=row["name"],
        display_name=row["display_name"],
        created_at=row["created_at"],
        closed_at=row["closed_at"],
        closed_reason=row["closed_reason"],
    )


# ---------------------------------------------------------------------------------------------- members


async def members(tx: Tx, after: UUID | None, limit: int) -> list[Member]:
    return [_member(row) for row in await tx.all(q.members, org_id=tx.org_id, after=after, limit=limit)]


async def member(tx: Tx, person_id: PersonId) -> Member | None:
    row = await tx.maybe(q.member, org_id=tx.org_id, person_id=person_id)
    return None if row is None else _member(row)


async def lock_owners(tx: Tx) -> int:
    """How many owners there are; they stay owners until the transaction ends."""
    return len(await tx.all(q.lock_owners, org_id=tx.org_id))


async def add_member(tx: Tx, person_id: PersonId, role: MemberRole) -> bool:
    """Makes a person a member; False if they are one."""
    return await tx.run(q.add_member, org_id=tx.org_id, person_id=person_id, role=role.value, now=tx.now) == 1


async def set_member_role(tx: Tx, person_id: PersonId, role: MemberRole) -> None:
    await tx.run(q.set_member_role, org_id=tx.org_id, person_id=person_id, role=role.value)


async def remove_member(tx: Tx, person_id: PersonId) -> None:
    await tx.run(q.remove_member, org_id=tx.org_id, person_id=person_id)


def _member(row: Any) -> Member:
    return Member(
        person_id=row["person_id"],
        name=row["name"],
        email=row["email"],
        role=MemberRole(row["role"]),
        created_at=row["created_at"],
    )


# ---------------------------------------------------------------------------------------------- keys


async def key_by_hash(tx: Tx, secret_hash: bytes) -> Any | None:
    """(id, scopes, mode, used_at, expires_at) of a good key, or None."""
    return await tx.maybe(q.key_by_hash, org_id=tx.org_id, secret_hash=secret_hash, now=tx.now)


async def touch_key(tx: Tx, id: KeyId) -> None:
    await tx.run(q.touch_key, org_id=tx.org_id, id=id, now=tx.now)


async def add_key(
    tx: Tx, name: str, secret: str, secret_hash: bytes, scopes: Sequence[Scope], mode: Mode, expires_at: datetime | None
) -> Key:
    row = await tx.one(
        q.add_key,
        org_id=tx.org_id,
        id=new_id(),
        name=name,
        hint=secret[-4:],
        secret_hash=secret_hash,
        scopes=[scope.value for scope in scopes],
        mode=mode.value,
        created_by=tx.actor.person_id,
        now=tx.now,
        expires_at=expires_at,
    )
    return _key(row)


def _key(row: Any) -> Key:
    return Key(
        id=row["id"],
        name=row["name"],
        hint=row["hint"],
        scopes=[Scope(scope) for scope in row["scopes"]],
        mode=Mode(row["mode"]),
        created_by=row["created_by"],
        created_at=row["created_at"],
        used_at=row["used_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )


async def keys(tx: Tx, mode: Mode | None, after: UUID | None, limit: int) -> list[Key]:
    rows = await tx.all(q.keys, org_id=tx.org_id, mode=mode and mode.value, after=after, limit=limit)
    return [_key(row) for row in rows]


async def revoke_key(tx: Tx, id: KeyId, mode: Mode | None) -> bool | None:
    """Stops a key; False if it was stopped before, None if there is none."""
    return await tx.value(q.revoke_key, org_id=tx.org_id, id=id, mode=mode and mode.value, now=tx.now)


# ---------------------------------------------------------------------------------------------- invitations


async def add_invitation(
    tx: Tx,
    token_hash: bytes,
    email: str | None,
    member_role: MemberRole | None,
    workforce_id: WorkforceId | None,
    work_role: WorkRole | None,
    uses_max: int,
    expires_at: datetime,
) -> Invitation:
    row = await tx.one(
        q.add_invitation,
        org_id=tx.org_id,
        id=new_id(),
        token_hash=token_hash,
        email=email,
        member_role=member_role and member_role.value,
        workforce_id=workforce_id,
        work_role=work_role and work_role.value,
        uses_max=uses_max,
        created_by=tx.actor.person_id,
        now=tx.now,
        expires_at=expires_at,
    )
    return _invitation(row)


async def invitation_by_token(tx: Tx, token_hash: bytes) -> tuple[Invitation, str, str] | None:
    """An invitation, and its organisation's name and display name."""
    row = await tx.maybe(q.invitation_by_token, org_id=tx.org_id, token_hash=token_hash)
    return None if row is None else (_invitation(row), row["name"], row["display_name"])


async def use_invitation(tx: Tx, id: InvitationId) -> bool:
    """Takes one use; False if none is left."""
    return await tx.run(q.use_invitation, org_id=tx.org_id, id=id, now=tx.now) == 1


async def invitations(tx: Tx, made_by: PersonId | None, after: UUID | None, limit: int) -> list[Invitation]:
    rows = await tx.all(q.invitations, org_id=tx.org_id, made_by=made_by, after=after, limit=limit)
    return [_invitation(row) for row in rows]


async def revoke_invitation(tx: Tx, id: InvitationId, made_by: PersonId | None) -> bool | None:
    """Withdraws an invitation; False if it was withdrawn before, None if there is none."""
    return await tx.value(q.revoke_invitation, org_id=tx.org_id, id=id, made_by=made_by, now=tx.now)


def _invitation(row: Any) -> Invitation:
    return Invitation(
        id=row["id"],
        email=row["email"],
        member_role=MemberRole(row["member_role"]) if row["member_role"] else None,
        workforce_id=row["workforce_id"],
        work_role=WorkRole(row["work_role"]) if row["work_role"] else None,
        uses_max=row["uses_max"],
        uses=row["uses"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )


# ---------------------------------------------------------------------------------------------- first start


async def has_admin(tx: Tx) -> bool:
    return bool(await tx.value(q.has_admin))


async def replace_first_admin_link(tx: Tx, token_hash: bytes, expires_at: datetime) -> None:
    """Stores a first-start link; those made before stop working."""
    await tx.run(q.drop_first_admin_links)
    await tx.run(q.add_first_admin_link, token_hash=token_hash, now=tx.now, expires_at=expires_at)


async def first_admin_link_works(tx: Tx, token_hash: bytes) -> bool:
    return bool(await tx.value(q.first_admin_link, token_hash=token_hash, now=tx.now))


async def claim_first_admin_link(tx: Tx, token_hash: bytes) -> bool:
    """Uses a first-start link up; False if it does not work, or no longer."""
    return await tx.maybe(q.claim_first_admin_link, token_hash=token_hash, now=tx.now) is not None


async def sweep(tx: Tx, keep: timedelta) -> None:
    """Deletes sessions that ended, and links and counters that ended `keep` ago."""
    await tx.run(q.sweep_sessions, now=tx.now)
    await tx.run(q.sweep_links, before=tx.now - keep)
    await tx.run(q.sweep_tries, before=tx.now - keep)
