"""Runs this package's statements: rows in, frozen values out."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from fairmark.kernel import json, sql
from fairmark.kernel.actor import WorkRole
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import OrgId, PersonId, WorkerId, WorkforceId, new_id
from fairmark.workforce.model import Eligibility, Loan, NoSuchBorrower, Placed, Recruit, Worker, Workforce
from fairmark.workforce.rules import ALIASES, alias

q = sql.load(__file__)

ALIAS_DRAWS = 20
"""Draws before giving up; with 10,000 workers one draw in 8,000 is taken."""


async def workforces(tx: Tx, after: UUID | None, limit: int) -> list[Workforce]:
    return [_workforce(row) for row in await tx.all(q.workforces, org_id=tx.org_id, after=after, limit=limit)]


async def workforce(tx: Tx, id: WorkforceId) -> Workforce | None:
    row = await tx.maybe(q.workforce, org_id=tx.org_id, id=id)
    return None if row is None else _workforce(row)


async def share_workforce(tx: Tx, id: WorkforceId) -> Workforce | None:
    """The workforce; nobody lends it until the transaction ends."""
    await tx.maybe(q.share_workforce, org_id=tx.org_id, id=id)
    return await workforce(tx, id)


async def lock_workforce(tx: Tx, id: WorkforceId) -> Workforce | None:
    """The workforce; nobody joins, leaves or lends it until the transaction ends."""
    await tx.maybe(q.lock_workforce, org_id=tx.org_id, id=id)
    return await workforce(tx, id)


async def add_workforce(tx: Tx, id: WorkforceId, name: str, arm: str, lent_from: WorkforceId | None = None) -> bool:
    """Makes a workforce; False if the name is taken."""
    made = await tx.maybe(q.add_workforce, org_id=tx.org_id, id=id, name=name, arm=arm, lent_from=lent_from, now=tx.now)
    return made is not None


async def placed(tx: Tx, workforce_id: WorkforceId, after: UUID | None, limit: int) -> list[Placed]:
    rows = await tx.all(q.placed, org_id=tx.org_id, workforce_id=workforce_id, after=after, limit=limit)
    return [_placed(row) for row in rows]


async def placed_one(tx: Tx, workforce_id: WorkforceId, worker_id: WorkerId) -> Placed | None:
    row = await tx.maybe(q.placed_one, org_id=tx.org_id, workforce_id=workforce_id, worker_id=worker_id)
    return None if row is None else _placed(row)


async def worker(tx: Tx, id: WorkerId) -> Worker | None:
    row = await tx.maybe(q.worker, org_id=tx.org_id, id=id)
    return None if row is None else _worker(row)


async def lock_worker(tx: Tx, id: WorkerId) -> Worker | None:
    """The worker, held until the transaction ends."""
    row = await tx.maybe(q.lock_worker, org_id=tx.org_id, id=id)
    return None if row is None else _worker(row)


async def eligibility(tx: Tx, worker_id: WorkerId) -> Eligibility | None:
    row = await tx.maybe(q.eligibility, org_id=tx.org_id, worker_id=worker_id)
    if row is None:
        return None
    return Eligibility(
        worker_id=row["id"],
        alias=row["alias"],
        paused=row["paused"],
        skills=frozenset(row["skills"]),
        workforces={
            WorkforceId(id): WorkRole(role)
            for id, role in zip(row["workforce_ids"] or (), row["roles"] or (), strict=True)
        },
    )


async def aliases(tx: Tx, ids: Sequence[WorkerId]) -> dict[WorkerId, str]:
    return {row["id"]: row["alias"] for row in await tx.all(q.aliases, org_id=tx.org_id, ids=list(ids))}


async def led_by(tx: Tx, worker_id: WorkerId) -> list[WorkforceId]:
    return [row[0] for row in await tx.all(q.led_by, org_id=tx.org_id, worker_id=worker_id)]


async def workforces_of(tx: Tx, worker_id: WorkerId) -> list[WorkforceId]:
    return [row[0] for row in await tx.all(q.workforces_of, org_id=tx.org_id, worker_id=worker_id)]


async def ensure_workers(tx: Tx, recruits: Sequence[Recruit]) -> dict[PersonId, WorkerId]:
    """Each person's worker in this organisation; made, with an alias drawn at random, for those who are none yet."""
    known = await _known(tx, recruits)
    for _ in range(ALIAS_DRAWS):
        fresh = [recruit for recruit in recruits if recruit.person_id not in known]
        if not fresh:
            return known
        await tx.run(
            q.add_workers,
            org_id=tx.org_id,
            ids=[new_id() for _ in fresh],
            person_ids=[recruit.person_id for recruit in fresh],
            aliases=[alias(secrets.randbelow(ALIASES)) for _ in fresh],
            skills=[json.encode(recruit.skills) for recruit in fresh],
            now=tx.now,
        )
        known = await _known(tx, recruits)
    raise AssertionError("no free alias was found")


async def _known(tx: Tx, recruits: Sequence[Recruit]) -> dict[PersonId, WorkerId]:
    person_ids = [recruit.person_id for recruit in recruits]
    rows = await tx.all(q.workers_of_persons, org_id=tx.org_id, person_ids=person_ids)
    return {row["person_id"]: row["id"] for row in rows}


async def person_of_worker(tx: Tx, id: WorkerId) -> PersonId | None:
    return await tx.value(q.person_of_worker, org_id=tx.org_id, id=id)


async def place(tx: Tx, workforce_id: WorkforceId, roles: dict[WorkerId, WorkRole]) -> list[tuple[WorkerId, WorkRole]]:
    """Puts workers into a workforce; those who were not in it yet."""
    rows = await tx.all(
        q.place_workers,
        org_id=tx.org_id,
        workforce_id=workforce_id,
        worker_ids=list(roles),
        roles=[role.value for role in roles.values()],
        now=tx.now,
    )
    return [(row["worker_id"], WorkRole(row["role"])) for row in rows]


async def set_role(tx: Tx, workforce_id: WorkforceId, worker_id: WorkerId, role: WorkRole) -> None:
    await tx.run(q.set_role, org_id=tx.org_id, workforce_id=workforce_id, worker_id=worker_id, role=role.value)


async def displace_worker(tx: Tx, workforce_id: WorkforceId, worker_id: WorkerId) -> bool:
    """Takes a worker out of a workforce; False if they are not in it."""
    return await tx.run(q.displace_worker, org_id=tx.org_id, workforce_id=workforce_id, worker_id=worker_id) == 1


async def displace_person(tx: Tx, workforce_id: WorkforceId, person_id: PersonId) -> WorkerId | None:
    return await tx.value(q.displace_person, org_id=tx.org_id, workforce_id=workforce_id, person_id=person_id)


async def set_worker(
    tx: Tx, id: WorkerId, skills: Sequence[str], paused_at: datetime | None, pause_reason: str | None
) -> Worker:
    row = await tx.one(
        q.set_worker,
        org_id=tx.org_id,
        id=id,
        skills=list(skills),
        paused_at=paused_at,
        pause_reason=pause_reason,
    )
    return _worker(row)


async def recruits(tx: Tx, workforce_id: WorkforceId) -> list[Recruit]:
    """Everybody of a workforce."""
    rows = await tx.all(q.recruits, org_id=tx.org_id, workforce_id=workforce_id)
    return [Recruit(person_id=row["person_id"], role=WorkRole(row["role"]), skills=list(row["skills"])) for row in rows]


async def add_loan(tx: Tx, workforce_id: WorkforceId, borrower: OrgId, borrower_workforce_id: WorkforceId) -> bool:
    """Notes a loan; False if there is one. Raises NoSuchBorrower."""
    try:
        added = await tx.run(
            q.add_loan,
            org_id=tx.org_id,
            workforce_id=workforce_id,
            borrower=borrower,
            borrower_workforce_id=borrower_workforce_id,
            now=tx.now,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise NoSuchBorrower("There is no such organisation to lend to.", mend="List the organisations.") from error
    return added == 1


async def loans(tx: Tx, workforce_id: WorkforceId) -> list[Loan]:
    rows = await tx.all(q.loans, org_id=tx.org_id, workforce_id=workforce_id)
    return [Loan(borrower=row["borrower_org_id"], workforce_id=row["borrower_workforce_id"]) for row in rows]


def _workforce(row: Any) -> Workforce:
    return Workforce(
        id=row["id"],
        name=row["name"],
        arm=row["arm"],
        lent=row["lent"],
        workers=row["workers"],
        created_at=row["created_at"],
    )


def _worker(row: Any) -> Worker:
    return Worker(
        id=row["id"],
        alias=row["alias"],
        skills=list(row["skills"]),
        paused_at=row["paused_at"],
        pause_reason=row["pause_reason"],
        created_at=row["created_at"],
    )


def _placed(row: Any) -> Placed:
    return Placed(worker=_worker(row), role=WorkRole(row["role"]), joined_at=row["joined_at"])
