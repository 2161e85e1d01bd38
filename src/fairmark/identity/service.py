"""Use cases of organisations, members, invitations and keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from fairmark.identity import events, store, tokens
from fairmark.identity.model import Belonging, Key, Organisation
from fairmark.kernel.actor import Mode, Scope
from fairmark.kernel.db import Tx
from fairmark.kernel.events import announce
from fairmark.kernel.ids import PersonId
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


async def create_organisation(tx: Tx, name: str, display_name: str | None = None) -> Organisation:
    """Makes the organisation whose fresh id `tx` was begun with: `db.begin(OrgId(new_id()))`."""
    organisation = await store.add_organisation(tx, name, display_name or name)
    await announce(tx, events.OrganisationCreated(name=name))
    return organisation


async def organisations_of(tx: Tx, person_id: PersonId) -> list[Belonging]:
    """What the person is to which organisations; `tx` must be begun with that `person_id`."""
    return await store.belongings(tx, person_id)


async def create_key(
    tx: Tx, name: str, scopes: Sequence[Scope], mode: Mode, expires_at: datetime | None = None
) -> tuple[Key, str]:
    """A new API key of the transaction's organisation and its secret, which is not kept and cannot be shown again."""
    secret = tokens.new_key(mode, tx.org_id)
    key = await store.add_key(tx, name, secret, token_hash(secret), scopes, mode, expires_at)
    await announce(tx, events.KeyCreated(key_id=key.id, name=name, scopes=key.scopes, mode=mode, expires_at=expires_at))
    return key, secret
