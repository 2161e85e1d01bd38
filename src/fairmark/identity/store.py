"""Runs this package's statements: rows in, frozen values out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fairmark.identity.model import Belonging, Key, Organisation
from fairmark.kernel import sql
from fairmark.kernel.actor import MemberRole, Mode, Scope, WorkRole
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import KeyId, OrgId, PersonId, SessionId, new_id

q = sql.load(__file__)

BELONGINGS_MAX = 500


async def session_by_token(tx: Tx, token_hash: bytes) -> Any | None:
    """(id, person_id, seen_at, expires_at, is_admin) of a good session, or None."""
    return await tx.maybe(q.session_by_token, token_hash=token_hash, now=tx.now)


async def touch_session(tx: Tx, id: SessionId, expires_at: datetime) -> None:
    await tx.run(q.touch_session, id=id, now=tx.now, expires_at=expires_at)


async def belongings(
    tx: Tx, person_id: PersonId, org_id: OrgId | None = None, limit: int = BELONGINGS_MAX
) -> list[Belonging]:
    """The organisations of a person, oldest first; `tx` must be that person's own."""
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
        )
        for row in rows
    ]


async def organisation(tx: Tx, org_id: OrgId) -> Organisation | None:
    """An open organisation that the transaction may see."""
    row = await tx.maybe(q.organisation, org_id=org_id)
    return None if row is None else _organisation(row)


async def add_organisation(tx: Tx, name: str, display_name: str) -> Organisation:
    row = await tx.one(q.add_organisation, org_id=tx.org_id, name=name, display_name=display_name, now=tx.now)
    return _organisation(row)


def _organisation(row: Any) -> Organisation:
    return Organisation(
        id=row["org_id"], name=row["name"], display_name=row["display_name"], created_at=row["created_at"]
    )


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


async def has_admin(tx: Tx) -> bool:
    return bool(await tx.value(q.has_admin))


async def replace_first_admin_link(tx: Tx, token_hash: bytes, expires_at: datetime) -> None:
    """Stores a first-start link; those made before stop working."""
    await tx.run(q.drop_first_admin_links)
    await tx.run(q.add_first_admin_link, token_hash=token_hash, now=tx.now, expires_at=expires_at)
