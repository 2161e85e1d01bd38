"""Use cases of one person: signing in and out, their sessions, profile and password, and the first start.

Hashing a password takes tens of milliseconds, so these functions take the database and hash between two transactions:
no connection waits for it. A failed try must be counted although the request fails, which is a transaction of its own.
"""

import secrets
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from fairmark.identity import events, passwords, rules, service, store, tokens
from fairmark.identity.actors import CACHE, forget_everywhere
from fairmark.identity.model import (
    Account,
    AccountDisabled,
    BadCredentials,
    Belonging,
    EmailTaken,
    NewPerson,
    NoSuchLink,
    NoSuchPerson,
    NoSuchSession,
    Person,
    Session,
    SignIn,
    Visit,
    WrongPassword,
)
from fairmark.identity.password_rules import refuse_weak
from fairmark.kernel import telemetry
from fairmark.kernel.actor import Actor, ActorKind
from fairmark.kernel.db import Database, Tx
from fairmark.kernel.events import SYSTEM, announce
from fairmark.kernel.ids import PersonId, SessionId
from fairmark.kernel.settings import Settings
from fairmark.kernel.signing import token_hash

logger = telemetry.log("identity")

SESSIONS_MAX: Final = 50
"""Sessions of one person; beyond, the longest unused end."""


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """A person and what they are to which organisations. closed: where all has ended for them; they can open none."""

    person: Person
    organisations: list[Belonging]
    closed: list[Belonging]


async def sign_in(
    db: Database, settings: Settings, email: str, password: str, visit: Visit, token_before: str | None
) -> SignIn:
    """Begins a session with a fresh token; the one that the same browser held before ends.

    Unknown address and wrong password take the same time and give the same answer. That somebody is kept out, and why,
    is told to who knows their password. Raises BadCredentials, AccountDisabled, TooManyTries.
    """
    email = email.strip().lower()
    async with db.begin() as tx:
        tried = await _count(tx, visit, email)
        account = await store.account_by_email(tx, email)
    rules.check_tries(tried, settings.sign_in_tries_max, tx.now)
    right = await passwords.verify(account.password_hash if account else None, password)
    if not right or account is None:
        logger.info("sign_in_failed", address=visit.address)
        raise BadCredentials("The e-mail address or the password is wrong.", mend="Check both, and the caps lock key.")
    if account.disabled_at is not None:
        logger.info("sign_in_refused", person_id=str(account.person.id), address=visit.address)
        why = f" The reason: {account.disabled_reason}" if account.disabled_reason else ""
        raise AccountDisabled(
            f"An administrator has disabled your account.{why}",
            mend="What you did is kept. If this is a mistake, write to whoever invited you, or to the administrator.",
        )
    fresh = await passwords.make_hash(password) if passwords.outdated(account.password_hash) else None
    async with db.begin() as tx:
        await _refund(tx, visit, email)
        if fresh:
            await store.set_password(tx, account.person.id, fresh, account.password_hash)
        ended = await store.end_session_by_token(tx, token_hash(token_before)) if token_before else None
        signed_in = await begin_session(tx, settings, account.person.id, visit)
        if ended:
            await forget_everywhere(tx, session_id=ended)
    if ended:
        CACHE.forget(session_id=ended)
    logger.info("signed_in", person_id=str(account.person.id), address=visit.address)
    return signed_in


async def begin_session(tx: Tx, settings: Settings, person_id: PersonId, visit: Visit) -> SignIn:
    """A new session of somebody who has just shown who they are."""
    token = tokens.new_session()
    expires_at = tx.now + timedelta(seconds=settings.session_s)
    session_id = await store.add_session(tx, person_id, token_hash(token), expires_at, visit, SESSIONS_MAX)
    return SignIn(session_id=session_id, person_id=person_id, token=token)


async def me(tx: Tx, person_id: PersonId) -> Me:
    """`tx` must be begun with that `person_id`."""
    belongings = await store.belongings(tx, person_id)
    return Me(
        person=await store.person(tx, person_id),
        organisations=rules.reachable(belongings),
        closed=rules.out_of_reach(belongings),
    )


async def change_profile(tx: Tx, name: str | None, preferences: dict[str, Any] | None) -> Person:
    """Changes the caller's own name, and lays `preferences` over theirs (null takes a key away)."""
    person = (await _own_account(tx)).person
    name = person.name if name is None else rules.clean_name(name, "name")
    merged = rules.merge_preferences(person.preferences, preferences or {})
    changed = await store.set_profile(tx, person.id, name, merged)
    if name != person.name:
        await _tell_organisations(tx, person.id, "name", tx.actor)
    return changed


async def change_password(db: Database, settings: Settings, actor: Actor, old: str, new: str, visit: Visit) -> None:
    """Replaces the caller's password and ends their other sessions.

    Raises WrongPassword, WeakPassword, TooManyTries: a stolen session must not be able to try passwords.
    """
    async with db.begin(actor=actor) as tx:
        account = await _own_account(tx)
        refuse_weak(new, account.person.email)
        tried = await _count(tx, visit, account.person.email)
    rules.check_tries(tried, settings.sign_in_tries_max, tx.now)
    if not await passwords.verify(account.password_hash, old):
        raise WrongPassword("The old password is wrong.", mend="Type it again; sign out if you do not know it.")
    fresh = await passwords.make_hash(new)
    async with db.begin(actor=actor) as tx:
        await _refund(tx, visit, account.person.email)
        if not await store.set_password(tx, account.person.id, fresh, account.password_hash):
            raise WrongPassword("The password was changed at the same moment from elsewhere.", mend="Sign in again.")
        await store.end_other_sessions(tx, account.person.id, actor.session_id)
        await _tell_organisations(tx, account.person.id, "password", actor)
        await forget_everywhere(tx, person_id=account.person.id)
    CACHE.forget(person_id=account.person.id)


async def reset_password(db: Database, email: str) -> str:
    """A fresh password for somebody who lost theirs, for the operator at the machine; every session of theirs ends.

    Shown once, to be handed over and changed after signing in. Raises NoSuchPerson.
    """
    password = secrets.token_urlsafe(15)
    fresh = await passwords.make_hash(password)
    async with db.begin() as tx:
        account = await store.account_by_email(tx, rules.clean_email(email))
    if account is None:
        raise NoSuchPerson(f"Nobody signs in with '{email[:100]}'.", mend="Check the address.")
    person_id = account.person.id
    async with db.begin(person_id=person_id, actor=SYSTEM) as tx:
        await store.replace_password(tx, person_id, fresh)
        await store.end_other_sessions(tx, person_id, None)
        await _tell_organisations(tx, person_id, "password", SYSTEM)
        await forget_everywhere(tx, person_id=person_id)
    CACHE.forget(person_id=person_id)
    logger.info("password_reset", person_id=str(person_id))
    return password


async def own_sessions(tx: Tx, after: UUID | None, limit: int) -> list[Session]:
    """The caller's sessions, newest first."""
    assert tx.actor.person_id is not None
    return await store.sessions(tx, tx.actor.person_id, tx.actor.session_id, after, limit)


async def end_session(tx: Tx, id: SessionId) -> None:
    """Ends one of the caller's sessions. Raises NoSuchSession."""
    assert tx.actor.person_id is not None
    if not await store.end_session(tx, tx.actor.person_id, id):
        raise NoSuchSession("You have no such session.", mend="List your sessions again: it may have ended.")
    await forget_everywhere(tx, session_id=id)


async def first_start(
    db: Database, settings: Settings, token: str, newcomer: NewPerson, organisation: str, visit: Visit
) -> SignIn:
    """Uses the first-start link up: makes the administrator, and the organisation that they own.

    Raises NoSuchLink, WeakPassword, BadEmail, BadName, EmailTaken.
    """
    email, name = rules.clean_email(newcomer.email), rules.clean_name(newcomer.name, "name")
    organisation = rules.clean_name(organisation, "organisation")
    refuse_weak(newcomer.password, email)
    hashed_token = token_hash(token)
    async with db.begin() as tx:
        if not await store.first_admin_link_works(tx, hashed_token):
            raise _no_such_link()
    password_hash = await passwords.make_hash(newcomer.password)
    async with db.begin() as tx:
        if await store.has_admin(tx) or not await store.claim_first_admin_link(tx, hashed_token):
            raise _no_such_link()
        person = await new_person(tx, email, name, password_hash, is_admin=True)
        tx.actor = Actor(kind=ActorKind.PERSON, person_id=person.id, is_admin=True)
        await service.create_organisation(tx, organisation, owner=person.id)
        return await begin_session(tx, settings, person.id, visit)


async def new_person(tx: Tx, email: str, name: str, password_hash: str, *, is_admin: bool = False) -> Person:
    """Somebody who was not here before. Raises EmailTaken."""
    person = await store.add_person(tx, email, name, password_hash, is_admin=is_admin)
    if person is None:
        raise EmailTaken(
            "Somebody signs in with this address already.", mend="Sign in first, then open the link again."
        )
    return person


async def _own_account(tx: Tx) -> Account:
    assert tx.actor.person_id is not None
    account = await store.lock_account(tx, tx.actor.person_id)
    assert account is not None, "a session's person is in the table: the foreign key says so"
    return account


async def _tell_organisations(tx: Tx, person_id: PersonId, changed: str, actor: Actor) -> None:
    # Only where they are a member: those who merely employ them as a worker do not know the person.
    for belonging in await store.belongings(tx, person_id):
        if belonging.member_role is not None:
            async with tx.inside(belonging.id, actor) as there:
                await announce(there, events.PersonChanged(person_id=person_id, changed=[changed]))


async def _count(tx: Tx, visit: Visit, email: str) -> list[int]:
    return await store.count_tries(tx, rules.buckets(visit.address, email), rules.window_of(tx.now))


async def _refund(tx: Tx, visit: Visit, email: str) -> None:
    await store.refund_tries(tx, rules.buckets(visit.address, email), rules.window_of(tx.now))


def _no_such_link() -> NoSuchLink:
    return NoSuchLink(
        "This link does not work: it was used, it has expired, or there is an administrator already.",
        mend="Sign in; or restart the server to get a fresh link if nobody is administrator yet.",
    )
