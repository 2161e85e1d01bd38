"""Runs this package's statements: rows in, frozen values out."""

from typing import Any
from uuid import UUID

from fairmark.identity.administration.model import Access, MadeKey, PersonLine
from fairmark.identity.model import Key
from fairmark.kernel import sql
from fairmark.kernel.actor import Mode, Scope
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import PersonId

q = sql.load(__file__)


async def people(tx: Tx, wanted: str | None, access: Access | None, after: UUID | None, limit: int) -> list[PersonLine]:
    rows = await tx.all(q.people, wanted=wanted, access=access, after=after, limit=limit, now=tx.now)
    return [PersonLine(**row) for row in rows]


async def person(tx: Tx, id: PersonId) -> PersonLine | None:
    row = await tx.maybe(q.person_line, id=id, now=tx.now)
    return None if row is None else PersonLine(**row)


async def person_of_email(tx: Tx, email: str) -> PersonId | None:
    """email: in lower case."""
    return await tx.value(q.person_of_email, email=email)


async def lock_administrators(tx: Tx) -> set[PersonId]:
    """Who administers the installation and may sign in; held, so that two who keep each other out come in turn."""
    return {row["id"] for row in await tx.all(q.lock_administrators)}


async def disable(tx: Tx, id: PersonId, reason: str) -> bool:
    """False if the person is kept out already, or is not there."""
    return await tx.maybe(q.disable, id=id, reason=reason, now=tx.now) is not None


async def enable(tx: Tx, id: PersonId) -> bool:
    """False if the person may come in already, or is not there."""
    return await tx.maybe(q.enable, id=id) is not None


async def keys_made_by(tx: Tx, id: PersonId) -> list[MadeKey]:
    """In every organisation, those that work first; `tx` must be an administrator's."""
    return [
        MadeKey(organisation_id=row["org_id"], organisation=row["organisation"], key=_key(row))
        for row in await tx.all(q.keys_made_by, person_id=id)
    ]


async def close_organisation(tx: Tx, reason: str) -> bool:
    """False if it is closed already."""
    return await tx.maybe(q.close_organisation, org_id=tx.org_id, reason=reason, now=tx.now) is not None


async def reopen_organisation(tx: Tx) -> bool:
    """False if it is open."""
    return await tx.maybe(q.reopen_organisation, org_id=tx.org_id) is not None


def _key(row: Any) -> Key:
    return Key(
        id=row["id"], name=row["name"], hint=row["hint"], scopes=[Scope(each) for each in row["scopes"]],
        mode=Mode(row["mode"]), created_by=row["created_by"], created_at=row["created_at"], used_at=row["used_at"],
        expires_at=row["expires_at"], revoked_at=row["revoked_at"],
    )  # fmt: skip
