"""Use cases of workforces and workers."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from fairmark.kernel.actor import WorkRole
from fairmark.kernel.db import Tx
from fairmark.kernel.events import SYSTEM, announce
from fairmark.kernel.ids import OrgId, PersonId, WorkerId, WorkforceId, new_id
from fairmark.workforce import events, rules, store
from fairmark.workforce.model import (
    AlreadyLent,
    AlreadyWorks,
    Eligibility,
    NoSuchWorker,
    NoSuchWorkforce,
    Placed,
    Recruit,
    Worker,
    Workforce,
    WorkforceExists,
)

NAMES_TRIED: Final = 100


# ---------------------------------------------------------------------------------------------- what others ask


async def eligibility(tx: Tx, worker_id: WorkerId) -> Eligibility:
    """A worker's alias, roles, skills and workforces in the transaction's organisation. Raises NoSuchWorker."""
    found = await store.eligibility(tx, worker_id)
    if found is None:
        raise _no_such_worker()
    return found


async def aliases(tx: Tx, worker_ids: Sequence[WorkerId]) -> dict[WorkerId, str]:
    """What members call these workers; unknown ids are left out."""
    return await store.aliases(tx, worker_ids)


async def check_may_invite(tx: Tx, workforce_id: WorkforceId, role: WorkRole) -> None:
    """Whether the actor may invite people into a workforce as `role`: a lead of it or a manager, in any role.

    Raises NoSuchWorkforce, LentWorkforce, NotTheirLead.
    """
    rules.check_own(await _workforce(tx, workforce_id))
    await _check_arranges(tx, [workforce_id])


async def enrol(tx: Tx, workforce_id: WorkforceId, person_id: PersonId, role: WorkRole) -> WorkerId:
    """Makes the person a worker of a workforce here, and wherever it is lent to; their worker id here.

    Raises NoSuchWorkforce, LentWorkforce, AlreadyWorks.
    """
    workforce = await store.share_workforce(tx, workforce_id)
    if workforce is None:
        raise _no_such_workforce()
    rules.check_own(workforce)
    placed = await _place(tx, workforce_id, [Recruit(person_id=person_id, role=role, skills=[])])
    if not placed:
        raise AlreadyWorks("You are in this workforce already.", mend="A lead or manager can change your role.")
    loans = await store.loans(tx, workforce_id)
    here = await store.worker(tx, placed[0]) if loans else None
    for loan in loans:
        lent = Recruit(person_id=person_id, role=rules.role_lent(role), skills=here.skills if here else [])
        async with tx.inside(loan.borrower, SYSTEM) as there:
            await _place(there, loan.workforce_id, [lent])
    return placed[0]


# ---------------------------------------------------------------------------------------------- workforces


async def create_workforce(tx: Tx, name: str, arm: str) -> Workforce:
    """Makes a workforce without people. Raises BadWorkforceName, WorkforceExists."""
    name = rules.clean_name(name)
    id = WorkforceId(new_id())
    if not await store.add_workforce(tx, id, name, arm):
        raise WorkforceExists(f"There is a workforce called '{name}'.", mend="Choose another name.")
    await announce(tx, events.WorkforceCreated(workforce_id=id, name=name, arm=arm))
    return await _workforce(tx, id)


async def list_workforces(tx: Tx, after: UUID | None, limit: int) -> list[Workforce]:
    """Oldest first."""
    return await store.workforces(tx, after, limit)


async def lend(tx: Tx, workforce_id: WorkforceId, borrower: OrgId) -> Workforce:
    """Lends a workforce: the borrower gets one with the same people under aliases of its own; what it sees of it.

    Whoever joins or leaves later does so there as well. Skills are copied once; a lead becomes a reviewer there.
    The caller has checked that the actor administers the installation.
    Raises NoSuchWorkforce, LentWorkforce, LentToItself, NoSuchBorrower, AlreadyLent.
    """
    workforce = await store.lock_workforce(tx, workforce_id)
    if workforce is None:
        raise _no_such_workforce()
    rules.check_lend(workforce, tx.org_id, borrower)
    id = WorkforceId(new_id())
    if not await store.add_loan(tx, workforce_id, borrower, id):
        raise AlreadyLent(f"'{workforce.name}' is lent to this organisation already.")
    await announce(tx, events.WorkforceLent(workforce_id=workforce_id, borrower=borrower))
    recruits = await store.recruits(tx, workforce_id)
    async with tx.inside(borrower, SYSTEM) as there:
        name = await _add_under_free_name(there, id, workforce)
        await announce(there, events.WorkforceCreated(workforce_id=id, name=name, arm=workforce.arm, lent=True))
        await _place(there, id, [_as_lent(recruit) for recruit in recruits])
        return await _workforce(there, id)


async def _add_under_free_name(tx: Tx, id: WorkforceId, lent: Workforce) -> str:
    for number in range(1, NAMES_TRIED):
        name = lent.name if number == 1 else f"{lent.name} ({number})"
        if await store.add_workforce(tx, id, name, lent.arm, lent_from=lent.id):
            return name
    raise WorkforceExists(f"The borrower has too many workforces called '{lent.name}'.", mend="Have one renamed.")


# ---------------------------------------------------------------------------------------------- workers


async def list_workers(tx: Tx, workforce_id: WorkforceId, after: UUID | None, limit: int) -> list[Placed]:
    """The people of a workforce by their aliases. Raises NoSuchWorkforce."""
    await _workforce(tx, workforce_id)
    return await store.placed(tx, workforce_id, after, limit)


async def own_worker(tx: Tx) -> Worker:
    """The caller as this organisation knows them."""
    assert tx.actor.worker_id is not None
    found = await store.worker(tx, tx.actor.worker_id)
    if found is None:
        raise _no_such_worker()
    return found


async def change_worker(
    tx: Tx, worker_id: WorkerId, skills: Sequence[str] | None, paused: bool | None, reason: str | None
) -> Worker:
    """Gives a worker other skills, or pauses them with a reason, or lets them go on. None leaves as it is.

    Raises NoSuchWorker, NotTheirLead, BadSkill, NoPauseReason.
    """
    reason = rules.check_pause(paused, reason)
    worker = await store.lock_worker(tx, worker_id)
    if worker is None:
        raise _no_such_worker()
    await _check_arranges(tx, await store.workforces_of(tx, worker_id))
    wanted = worker.skills if skills is None else rules.check_skills(skills)
    paused_at, pause_reason = worker.paused_at, worker.pause_reason
    if paused is not None:
        paused_at, pause_reason = ((worker.paused_at or tx.now), reason) if paused else (None, None)
    changed = await store.set_worker(tx, worker_id, wanted, paused_at, pause_reason)
    if changed.skills != worker.skills:
        await announce(tx, events.WorkerSkillsChanged(worker_id=worker_id, skills=changed.skills))
    if reason is not None and reason != worker.pause_reason:
        await announce(tx, events.WorkerPaused(worker_id=worker_id, reason=reason))
    if worker.paused_at is not None and changed.paused_at is None:
        await announce(tx, events.WorkerResumed(worker_id=worker_id))
    return changed


async def change_role(tx: Tx, workforce_id: WorkforceId, worker_id: WorkerId, role: WorkRole) -> Placed:
    """Makes a worker something else in a workforce. Raises NoSuchWorkforce, NoSuchWorker, NotTheirLead."""
    await _workforce(tx, workforce_id)
    await _check_arranges(tx, [workforce_id])
    placed = await _placed(tx, workforce_id, worker_id)
    if role is not placed.role:
        await store.set_role(tx, workforce_id, worker_id, role)
        await announce(tx, events.WorkerRoleChanged(worker_id=worker_id, workforce_id=workforce_id, role=role))
    return await _placed(tx, workforce_id, worker_id)


async def remove_worker(tx: Tx, workforce_id: WorkforceId, worker_id: WorkerId) -> None:
    """Takes a worker out of a workforce, here and wherever it is lent to. Their alias and work stay known.

    Raises NoSuchWorkforce, LentWorkforce, NoSuchWorker, NotTheirLead.
    """
    workforce = await store.share_workforce(tx, workforce_id)
    if workforce is None:
        raise _no_such_workforce()
    await _check_arranges(tx, [workforce_id])
    rules.check_own(workforce)
    person_id = await store.person_of_worker(tx, worker_id)
    if person_id is None or not await store.displace_worker(tx, workforce_id, worker_id):
        raise _no_such_worker()
    await announce(tx, events.WorkerLeft(worker_id=worker_id, workforce_id=workforce_id))
    for loan in await store.loans(tx, workforce_id):
        async with tx.inside(loan.borrower, SYSTEM) as there:
            gone = await store.displace_person(there, loan.workforce_id, person_id)
            if gone is not None:
                await announce(there, events.WorkerLeft(worker_id=gone, workforce_id=loan.workforce_id))


async def _place(tx: Tx, workforce_id: WorkforceId, recruits: Sequence[Recruit]) -> list[WorkerId]:
    """Puts persons into a workforce of the transaction's organisation; those who were not in it yet."""
    workers = await store.ensure_workers(tx, recruits)
    joined = await store.place(tx, workforce_id, {workers[recruit.person_id]: recruit.role for recruit in recruits})
    await announce(
        tx, *(events.WorkerJoined(worker_id=id, workforce_id=workforce_id, role=role) for id, role in joined)
    )
    return [id for id, _ in joined]


def _as_lent(recruit: Recruit) -> Recruit:
    return Recruit(person_id=recruit.person_id, role=rules.role_lent(recruit.role), skills=recruit.skills)


async def _check_arranges(tx: Tx, workforce_ids: Sequence[WorkforceId]) -> None:
    led: list[WorkforceId] = []
    if not rules.arranges_all(tx.actor) and tx.actor.worker_id is not None:
        led = await store.led_by(tx, tx.actor.worker_id)
    rules.check_arranges(tx.actor, led, workforce_ids)


async def _workforce(tx: Tx, id: WorkforceId) -> Workforce:
    found = await store.workforce(tx, id)
    if found is None:
        raise _no_such_workforce()
    return found


async def _placed(tx: Tx, workforce_id: WorkforceId, worker_id: WorkerId) -> Placed:
    found = await store.placed_one(tx, workforce_id, worker_id)
    if found is None:
        raise _no_such_worker()
    return found


def _no_such_workforce() -> NoSuchWorkforce:
    return NoSuchWorkforce("There is no such workforce here.", mend="List the workforces again.")


def _no_such_worker() -> NoSuchWorker:
    return NoSuchWorker("There is no such worker here.", mend="List the workers again.")
