"""Use cases of organisations, members and keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fairmark.identity import events, rules, store, tokens
from fairmark.identity.actors import forget_everywhere
from fairmark.identity.model import Belonging, Key, Member, NoSuchKey, NoSuchMember, Organisation
from fairmark.kernel.actor import ActorKind, MemberRole, Mode, Scope
from fairmark.kernel.db import Tx
from fairmark.kernel.events import announce
from fairmark.kernel.ids import KeyId, OrgId, PersonId, new_id
from fairmark.kernel.signing import new_token, token_hash

FIRST_START_LINK: Final = timedelta(hours=24)


async def ensure_first_admin_link(tx: Tx) -> str | None:
    """A fresh one-time token for /first-start while nobody administers this installation; else None.

    Works FIRST_START_LINK long; tokens given out before stop working. `tx` needs no organisation.
    """
    if await store.has_admin(tx):
        return None
    token = new_token()
    await store.replace_first_admin_link(tx, token_hash(token), tx.now + FIRST_START_LINK)
    return token


async def has_admin(tx: Tx) -> bool:
    """Whether anybody administers this installation."""
    return await store.has_admin(tx)


# ---------------------------------------------------------------------------------------------- organisations


async def create_organisation(
    tx: Tx, name: str, display_name: str | None = None, *, owner: PersonId | None = None
) -> Organisation:
    """Makes an organisation; `tx` may be in another one, or in none. The caller has checked that the actor may.

    display_name: the name that workers see; the name itself if None. owner: its first owner. Raises BadName.
    """
    name = rules.clean_name(name, "name")
    shown = name if display_name is None else rules.clean_name(display_name, "display_name")
    async with tx.inside(OrgId(new_id()), tx.actor) as there:
        organisation = await store.add_organisation(there, name, shown)
        await announce(there, events.OrganisationCreated(name=name))
        if owner is not None:
            await store.add_member(there, owner, MemberRole.OWNER)
            await announce(there, events.MemberJoined(person_id=owner, role=MemberRole.OWNER))
    return organisation


async def organisations_of(tx: Tx, person_id: PersonId) -> list[Belonging]:
    """What the person is to which organisations; `tx` must be begun with that `person_id`. Closed ones that they do
    not own are left out."""
    return rules.reachable(await store.belongings(tx, person_id))


async def list_organisations(tx: Tx, wanted: str | None, after: UUID | None, limit: int) -> list[Organisation]:
    """Every organisation, newest first, for an administrator. wanted: part of a name."""
    return await store.organisations(tx, wanted, after, limit)


async def organisation(tx: Tx) -> Organisation:
    """The transaction's own."""
    found = await store.organisation(tx, tx.org_id)
    assert found is not None, "an actor's organisation is there"
    return found


async def change_organisation(tx: Tx, name: str | None, display_name: str | None) -> Organisation:
    """Gives it another name, or another one that workers see. Raises BadName."""
    name = None if name is None else rules.clean_name(name, "name")
    shown = None if display_name is None else rules.clean_name(display_name, "display_name")
    changed = await store.change_organisation(tx, name, shown)
    await announce(tx, events.OrganisationChanged(name=changed.name, display_name=changed.display_name))
    return changed


# ---------------------------------------------------------------------------------------------- members


async def list_members(tx: Tx, after: UUID | None, limit: int) -> list[Member]:
    """Everybody on the customer side."""
    return await store.members(tx, after, limit)


async def change_member(tx: Tx, person_id: PersonId, role: MemberRole) -> Member:
    """Gives a member another role. Raises NoSuchMember, Forbidden, LastOwner."""
    owners = await store.lock_owners(tx)
    member = await _member(tx, person_id)
    rules.check_role_change(tx.actor, person_id, member.role, role, owners)
    if role is not member.role:
        await store.set_member_role(tx, person_id, role)
        await announce(tx, events.MemberChanged(person_id=person_id, role=role, role_before=member.role))
        await forget_everywhere(tx, person_id=person_id)
    return await _member(tx, person_id)


async def remove_member(tx: Tx, person_id: PersonId) -> None:
    """Takes a member out; everybody may take themself out. Raises NoSuchMember, Forbidden, LastOwner."""
    owners = await store.lock_owners(tx)
    member = await _member(tx, person_id)
    rules.check_role_change(tx.actor, person_id, member.role, None, owners)
    await store.remove_member(tx, person_id)
    await announce(tx, events.MemberLeft(person_id=person_id))
    await forget_everywhere(tx, person_id=person_id)


async def _member(tx: Tx, person_id: PersonId) -> Member:
    member = await store.member(tx, person_id)
    if member is None:
        raise NoSuchMember("Nobody of this id is a member here.", mend="List the members again.")
    return member


# ---------------------------------------------------------------------------------------------- keys


async def create_key(
    tx: Tx, name: str, scopes: Sequence[Scope], mode: Mode, expires_at: datetime | None = None
) -> tuple[Key, str]:
    """A new API key of the transaction's organisation and its secret, which is not kept and cannot be shown again.

    Raises BadName, BadExpiry, and Forbidden for a key that would make one of the other mode.
    """
    rules.check_key_mode(tx.actor, mode)
    rules.check_expiry(expires_at, tx.now)
    name = rules.clean_name(name, "name")
    secret = tokens.new_key(mode, tx.org_id)
    ordered = [scope for scope in Scope if scope in scopes]
    key = await store.add_key(tx, name, secret, token_hash(secret), ordered, mode, expires_at)
    await announce(tx, events.KeyCreated(key_id=key.id, name=name, scopes=key.scopes, mode=mode, expires_at=expires_at))
    return key, secret


async def list_keys(tx: Tx, after: UUID | None, limit: int) -> list[Key]:
    """Newest first, revoked ones too; a key sees those of its own mode."""
    return await store.keys(tx, _mode_seen(tx), after, limit)


async def revoke_key(tx: Tx, id: KeyId) -> None:
    """Stops a key for good; again is no error. Raises NoSuchKey."""
    stopped = await store.revoke_key(tx, id, _mode_seen(tx))
    if stopped is None:
        raise NoSuchKey("There is no such key.", mend="List the keys again.")
    if stopped:
        await announce(tx, events.KeyRevoked(key_id=id))
        await forget_everywhere(tx, key_id=id)


def _mode_seen(tx: Tx) -> Mode | None:
    return tx.actor.mode if tx.actor.kind is ActorKind.KEY else None
