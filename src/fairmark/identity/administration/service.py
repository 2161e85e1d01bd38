"""Use cases of administrators: who may come in, and which organisations are open. The routes check who they are."""

from uuid import UUID

from fairmark.identity import events
from fairmark.identity import rules as identity_rules
from fairmark.identity import store as identity
from fairmark.identity.actors import forget_everywhere
from fairmark.identity.administration import rules, store
from fairmark.identity.administration.model import Access, Part, PersonDetail, PersonLine
from fairmark.identity.model import NoSuchKey, NoSuchOrganisation, NoSuchPerson, Organisation
from fairmark.kernel import telemetry
from fairmark.kernel.actor import Actor
from fairmark.kernel.db import Database, Tx
from fairmark.kernel.events import SYSTEM, Event, announce, signature
from fairmark.kernel.ids import KeyId, OrgId, PersonId

PARTS_MAX = 10_000
"""Organisations of one person that hear of what becomes of them."""

logger = telemetry.log("administration")


async def list_people(
    tx: Tx, wanted: str | None, access: Access | None, after: UUID | None, limit: int
) -> list[PersonLine]:
    """The people of the installation, oldest first. wanted: part of a name or an address."""
    return await store.people(tx, wanted, access, after, limit)


async def person(db: Database, administrator: Actor, id: PersonId) -> PersonDetail:
    """One person, what they are to which organisations, and the keys they made. Raises NoSuchPerson."""
    async with db.begin(actor=administrator) as tx:
        line = await _person(tx, id)
        keys = await store.keys_made_by(tx, id)
    async with db.begin(actor=SYSTEM, person_id=id) as tx:  # row-level security shows each person their own parts
        belongings = await identity.belongings(tx, id)
    parts = [
        Part(
            organisation_id=each.id, organisation=each.name or each.display_name, closed_at=each.closed_at,
            member_role=each.member_role, work_roles=each.work_roles,
        )
        for each in belongings if each.member_role is not None or each.work_roles
    ]  # fmt: skip
    return PersonDetail(person=line, parts=parts, keys=keys)


async def person_of_email(db: Database, email: str) -> PersonId:
    """Who signs in with an address. Raises NoSuchPerson, BadEmail."""
    async with db.begin(actor=SYSTEM) as tx:
        found = await store.person_of_email(tx, identity_rules.clean_email(email))
    if found is None:
        raise NoSuchPerson(f"Nobody signs in with '{email[:100]}'.", mend="Check the address: fairmark people list")
    return found


async def disable(db: Database, asks: Actor, id: PersonId, reason: str) -> None:
    """Keeps a person out: every sign-in of theirs ends, and each organisation that they work for hears of it, so that
    their open work goes back. The keys that they made work on. Again is no error.

    asks: an administrator, or SYSTEM for the operator. Raises NoSuchPerson, NotYourself, LastAdministrator.
    """
    async with db.begin(actor=SYSTEM, person_id=id) as tx:
        await _person(tx, id)
        rules.check_disable(asks.person_id, id, await store.lock_administrators(tx))
        if await store.disable(tx, id, reason):
            await identity.end_other_sessions(tx, id, None)
            await forget_everywhere(tx, person_id=id)
            await _tell(tx, id, disabled=True)
            logger.info("person_disabled", person_id=str(id), by=signature(asks), reason=reason)


async def enable(db: Database, asks: Actor, id: PersonId) -> None:
    """Lets a person in again, with the password that they had. Again is no error. Raises NoSuchPerson."""
    async with db.begin(actor=SYSTEM, person_id=id) as tx:
        await _person(tx, id)
        if await store.enable(tx, id):
            await _tell(tx, id, disabled=False)
            logger.info("person_enabled", person_id=str(id), by=signature(asks))


async def _tell(tx: Tx, id: PersonId, *, disabled: bool) -> None:
    """Members are named to those who know them, workers by what each organisation calls them. As SYSTEM: who
    administers the installation is no business of a customer's log."""
    for belonging in await identity.belongings(tx, id, limit=PARTS_MAX):
        told: list[Event] = []
        if belonging.member_role is not None:
            told.append(events.PersonDisabled(person_id=id) if disabled else events.PersonEnabled(person_id=id))
        if (worker_id := belonging.worker_id) is not None:
            told.append(
                events.WorkerDisabled(worker_id=worker_id) if disabled else events.WorkerEnabled(worker_id=worker_id)
            )
        async with tx.inside(belonging.id, SYSTEM) as there:
            await announce(there, *told)


async def end_key(tx: Tx, person_id: PersonId, key_id: KeyId) -> None:
    """Stops a key that the person has made, in whatever organisation; again is no error. Raises NoSuchKey."""
    made = next((each for each in await store.keys_made_by(tx, person_id) if each.key.id == key_id), None)
    if made is None:
        raise NoSuchKey("This person has made no such key.", mend="List their keys again.")
    async with tx.inside(made.organisation_id, tx.actor) as there:
        if await identity.revoke_key(there, key_id, None):
            await announce(there, events.KeyRevoked(key_id=key_id))
            await forget_everywhere(there, key_id=key_id)


async def close_organisation(tx: Tx, reason: str) -> Organisation:
    """Ends the transaction's organisation: work stops, keys and webhooks stop; its owners can still look and export.
    Again is no error. Raises NoSuchOrganisation."""
    await _organisation(tx)
    if await store.close_organisation(tx, reason):
        await announce(tx, events.OrganisationClosed(reason=reason))
        await forget_everywhere(tx, org_id=tx.org_id)
    return await _organisation(tx)


async def close_another(tx: Tx, id: OrgId, reason: str) -> Organisation:
    """The same for an administrator. Raises NoSuchOrganisation."""
    async with tx.inside(id, tx.actor) as there:
        return await close_organisation(there, reason)


async def reopen(tx: Tx, id: OrgId) -> Organisation:
    """Lets an organisation go on where it stopped. Again is no error. Raises NoSuchOrganisation."""
    async with tx.inside(id, tx.actor) as there:
        await _organisation(there)
        if await store.reopen_organisation(there):
            await announce(there, events.OrganisationReopened())
            await forget_everywhere(there, org_id=id)
        return await _organisation(there)


async def _person(tx: Tx, id: PersonId) -> PersonLine:
    found = await store.person(tx, id)
    if found is None:
        raise NoSuchPerson("There is nobody of this id.", mend="List the people again.")
    return found


async def _organisation(tx: Tx) -> Organisation:
    found = await identity.organisation(tx, tx.org_id)
    if found is None:
        raise NoSuchOrganisation("There is no such organisation.", mend="List the organisations again.")
    return found
