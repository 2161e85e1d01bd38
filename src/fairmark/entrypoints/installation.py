"""One installation as the operator at its machine sees it: its database prepared and reached, its administrators."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib import import_module
from threading import Thread
from typing import NamedTuple, TypeVar

from fairmark.entrypoints import preflight, processes
from fairmark.identity import accounts
from fairmark.identity import service as identity
from fairmark.identity.administration import service as administration
from fairmark.identity.administration.model import PersonLine
from fairmark.identity.model import NoSuchOrganisation
from fairmark.kernel import schema, telemetry
from fairmark.kernel.actor import Mode, Scope
from fairmark.kernel.db import Database
from fairmark.kernel.embedded import OWNER, Embedded
from fairmark.kernel.errors import Conflict
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import OrgId
from fairmark.kernel.schema import APP_ROLE
from fairmark.kernel.settings import BadSettings, Settings

T = TypeVar("T")


class AdministratorThere(Conflict):
    """There is nothing to start any more."""

    code = "administrator_there"


def prepare(loaded: Settings) -> str:
    """Starts the database if it is ours, and migrates it if that is needed; returns its revision.

    Raises DatabaseDown, NewerDatabase, BadSettings.
    """
    if loaded.embedded and not Embedded(loaded.data_path).made():
        # It will be migrated, too. Making it is mostly waiting for another process: time to load what migrates.
        Thread(target=import_module, args=("fairmark.kernel.migrate",)).start()
    processes.ensure_database(loaded)
    return asyncio.run(_migrated(owner_url(loaded)))


async def _migrated(url: str) -> str:
    if (revision := await schema.settled(url)) is not None:
        return revision
    from fairmark.kernel import migrate  # Alembic takes a second to load, and mostly there is nothing to migrate

    return await migrate.migrate(url)


def prepare_and_tell(loaded: Settings) -> None:
    """`prepare`, a look at all that a server needs, and, on standard error, where to find it. Raises what these do."""
    prepare(loaded)
    preflight.check(loaded)
    token, url = first_admin(loaded), address(loaded)
    sys.stderr.write(f"fairmark is at {url}  (Ctrl+C ends it)\n")
    if token is not None:
        sys.stderr.write("Nobody administers it yet. One-time link, good for 24 hours:\n")
        sys.stderr.write(f"{url}/first-start#{token}\n")


def owner_url(loaded: Settings) -> str:
    """The database as its owner. Raises BadSettings if a database of one's own has no owner named."""
    if loaded.embedded:
        return Embedded(loaded.data_path).url(OWNER)
    if not loaded.database_owner_url:
        raise BadSettings("The owner of the database is not known.", mend="Set FAIRMARK_DATABASE_OWNER_URL.")
    return loaded.database_owner_url


def address(loaded: Settings) -> str:
    """Where people find the server."""
    default = Settings.__struct_fields__.index("public_url")
    if loaded.public_url != Settings.__struct_defaults__[default - len(Settings.__struct_fields__)]:
        return loaded.public_url
    return f"http://{'127.0.0.1' if loaded.host == '0.0.0.0' else loaded.host}:{loaded.port}"  # noqa: S104


def app_url(loaded: Settings) -> str:
    """The database as the application."""
    return loaded.database_url or Embedded(loaded.data_path).url(APP_ROLE)


def first_admin(loaded: Settings) -> str | None:
    """Prepares the database. Gives a one-time token for the first administrator, or None if there is one already."""

    async def run(db: Database) -> str | None:
        async with db.begin(actor=SYSTEM) as tx:
            return await identity.ensure_first_admin_link(tx)

    return _with_database(loaded, run)


def needed_first_admin(loaded: Settings) -> str:
    """The same for who asks for it. Raises AdministratorThere."""
    if (token := first_admin(loaded)) is None:
        raise AdministratorThere(
            "This installation has an administrator already.",
            mend="They can invite others; for a lost password: fairmark people reset-password EMAIL",
        )
    return token


def create_organisation(loaded: Settings, name: str) -> OrgId:
    """Makes an organisation and gives its id. Raises Invalid for a name it cannot have."""

    async def run(db: Database) -> OrgId:
        async with db.begin(actor=SYSTEM) as tx:
            return (await identity.create_organisation(tx, name)).id

    return _with_database(loaded, run)


def create_key(loaded: Settings, org: str, name: str, scopes: list[Scope], mode: Mode) -> str:
    """Makes an API key for the organisation with the name or id `org`; gives the key. Raises NoSuchOrganisation."""
    org_id = _named(loaded, org)

    async def run(db: Database) -> str:
        async with db.begin(org_id, actor=SYSTEM) as tx:
            return (await identity.create_key(tx, name, scopes, mode))[1]

    return _with_database(loaded, run)


def reset_password(loaded: Settings, email: str) -> str:
    """A fresh password for who lost theirs; their sessions end. Raises what `accounts.reset_password` raises."""
    return _with_database(loaded, lambda db: accounts.reset_password(db, email))


class Listed(NamedTuple):
    """An organisation as the operator sees it. closed_at: None while it is open."""

    id: OrgId
    name: str
    closed_at: datetime | None


def organisations(loaded: Settings) -> list[Listed]:
    """Each organisation, at most 10,000, by name."""
    prepare(loaded)

    async def run() -> list[Listed]:
        # The application cannot see all organisations; the operator at the machine, who has the owner's address, can.
        connection = await schema.connect(owner_url(loaded))
        try:
            rows = await connection.fetch("SELECT org_id, name, closed_at FROM organisations ORDER BY name LIMIT 10000")
            return [Listed(*row) for row in rows]
        finally:
            await connection.close()

    return asyncio.run(run())


def close_organisation(loaded: Settings, org: str, reason: str) -> None:
    """Ends the organisation with the name or id `org`. Raises NoSuchOrganisation."""
    org_id = _named(loaded, org)

    async def run(db: Database) -> None:
        async with db.begin(org_id, actor=SYSTEM) as tx:
            await administration.close_organisation(tx, reason)

    _with_database(loaded, run)


def reopen_organisation(loaded: Settings, org: str) -> None:
    """Lets it go on. Raises NoSuchOrganisation."""
    org_id = _named(loaded, org)

    async def run(db: Database) -> None:
        async with db.begin(org_id, actor=SYSTEM) as tx:
            await administration.reopen(tx, org_id)

    _with_database(loaded, run)


def people(loaded: Settings, wanted: str | None) -> list[PersonLine]:
    """The people of the installation, at most 10,000, oldest first. wanted: part of a name or an address."""

    async def run(db: Database) -> list[PersonLine]:
        async with db.begin(actor=SYSTEM) as tx:
            return await administration.list_people(tx, wanted, None, None, 10_000)

    return _with_database(loaded, run)


def disable_person(loaded: Settings, email: str, reason: str) -> None:
    """Keeps a person out. Raises NoSuchPerson, BadEmail, LastAdministrator."""

    async def run(db: Database) -> None:
        await administration.disable(db, SYSTEM, await administration.person_of_email(db, email), reason)

    _with_database(loaded, run)


def enable_person(loaded: Settings, email: str) -> None:
    """Lets a person in again. Raises NoSuchPerson, BadEmail."""

    async def run(db: Database) -> None:
        await administration.enable(db, SYSTEM, await administration.person_of_email(db, email))

    _with_database(loaded, run)


def _named(loaded: Settings, org: str) -> OrgId:
    matching = [each.id for each in organisations(loaded) if org in {each.name, str(each.id)}]
    if len(matching) != 1:
        why = "no" if not matching else "more than one"
        raise NoSuchOrganisation(f"There is {why} organisation '{org}'.", mend="Run: fairmark orgs list")
    return matching[0]


def _with_database(loaded: Settings, run: Callable[[Database], Awaitable[T]]) -> T:
    """Runs `run(db)` on the application's connection. Logs go to standard error, away from what a command prints."""
    telemetry.configure(loaded.log_level, loaded.log_format)

    async def opened() -> T:
        db = await Database.open(app_url(loaded), 2)
        try:
            return await run(db)
        finally:
            await db.close()

    prepare(loaded)
    return asyncio.run(opened())
