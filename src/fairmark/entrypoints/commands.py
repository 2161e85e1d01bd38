"""The server's commands: run it, prepare it, look after it."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from fairmark.client.commands import keys
from fairmark.entrypoints import backup as backups
from fairmark.entrypoints import doctor as health
from fairmark.entrypoints import processes
from fairmark.entrypoints.demo import demo
from fairmark.identity import accounts
from fairmark.identity import service as identity
from fairmark.identity.model import NoSuchOrganisation
from fairmark.kernel import migrate as migrations
from fairmark.kernel import settings as config
from fairmark.kernel import telemetry
from fairmark.kernel.actor import Mode, Scope
from fairmark.kernel.db import Database
from fairmark.kernel.embedded import OWNER, Embedded
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import OrgId
from fairmark.kernel.schema import APP_ROLE
from fairmark.kernel.settings import BadSettings, Settings

DataDir = Annotated[str | None, typer.Option("--data-dir", help="Folder for everything kept on this machine.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="A TOML file of settings.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")]
Reload = Annotated[bool, typer.Option("--reload", help="Start again when the code changes.")]
out = Console()
err = Console(stderr=True)


def add_to(app: typer.Typer) -> None:
    """Puts the server's commands on the command line."""
    for command in (serve, work, up, migrate, doctor, backup, restore, demo):
        app.command()(command)
    orgs, people = (typer.Typer(no_args_is_help=True) for _ in range(2))
    orgs.command("create")(create_org)
    orgs.command("list")(list_orgs)
    keys.app.command("create")(create_key)  # the client's group: its other commands work from afar
    people.command("reset-password")(reset_password)
    app.add_typer(people, name="people", help="People's sign-ins, mended on the server itself.")
    app.add_typer(orgs, name="orgs", help="Organisations of this installation.")


def serve(data_dir: DataDir = None, settings: SettingsFile = None, host: Host = None, port: Port = None,
          processes_: Annotated[int | None, typer.Option("--processes", min=1)] = None,
          reload: Reload = False) -> None:  # fmt: skip
    """Run the HTTP server."""
    processes.become("serve", _settings(data_dir, settings, host=host, port=port, processes=processes_), reload)


def work(data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Run the background worker: imports, exports, consensus, webhooks."""
    processes.become("work", _settings(data_dir, settings))


def up(data_dir: DataDir = None, settings: SettingsFile = None, host: Host = None, port: Port = None,
       reload: Reload = False) -> None:  # fmt: skip
    """Run everything: database, server and worker, until Ctrl+C."""
    loaded = _settings(data_dir, settings, host=host, port=port)
    prepare(loaded)
    err.print(f"fairmark is at [bold]{address(loaded)}[/bold]  (Ctrl+C ends it)")
    if (token := asyncio.run(first_admin(loaded))) is not None:
        err.print("Nobody administers it yet. One-time link, good for 24 hours:")
        err.print(f"{address(loaded)}/first-start#{token}", soft_wrap=True)
    processes.become("supervise", loaded, reload)


def migrate(data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Bring the database to the shape this version needs. Safe to repeat."""
    err.print(f"The database is at revision {prepare(_settings(data_dir, settings))}.")


def create_org(name: str, data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Make an organisation; prints its id alone."""
    loaded = _settings(data_dir, settings)

    async def run(db: Database) -> str:
        async with db.begin(actor=SYSTEM) as tx:
            return str((await identity.create_organisation(tx, name)).id)

    typer.echo(with_database(loaded, run))


def list_orgs(data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """List the organisations: id and name."""
    for org_id, name in asyncio.run(_orgs(_settings(data_dir, settings))):
        typer.echo(f"{org_id}\t{name}")


def create_key(org: Annotated[str, typer.Option(help="Name or id of the organisation.")],
               mode: Annotated[Mode, typer.Option()] = Mode.LIVE,
               name: Annotated[str, typer.Option(help="What the key is for.")] = "command line",
               scope: Annotated[list[Scope] | None, typer.Option(help="read, write or admin; may be repeated.")] = None,
               data_dir: DataDir = None, settings: SettingsFile = None) -> None:  # fmt: skip
    """Make an API key; prints the key alone on standard output."""
    loaded = _settings(data_dir, settings)
    matching = [id for id, found in asyncio.run(_orgs(loaded)) if org in {found, str(id)}]
    if len(matching) != 1:
        why = "no" if not matching else "more than one"
        raise NoSuchOrganisation(f"There is {why} organisation '{org}'.", mend="Run: fairmark orgs list")

    async def run(db: Database) -> str:
        async with db.begin(matching[0], actor=SYSTEM) as tx:
            return (await identity.create_key(tx, name, scope or list(Scope), mode))[1]

    typer.echo(with_database(loaded, run))


def reset_password(email: str, data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Give somebody who lost theirs a fresh password, and end their sessions; prints the password alone."""

    async def run(db: Database) -> str:
        return await accounts.reset_password(db, email)

    typer.echo(with_database(_settings(data_dir, settings), run))


def doctor(data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Check everything this installation needs, and say how to mend what is wrong."""
    if not health.report(_settings(data_dir, settings), out):
        raise typer.Exit(1)


def backup(file: Path, data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Write the database and the local files to one verified file."""
    loaded = _settings(data_dir, settings)
    processes.ensure_database(loaded)
    summary = backups.write(loaded, owner_url(loaded), file)
    err.print(f"{file}: {summary.blobs} files and the database, {summary.bytes / 1e6:.1f} MB, verified.")


def restore(file: Path, data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Bring a backup back into an empty installation."""
    loaded = _settings(data_dir, settings)
    processes.ensure_database(loaded)
    summary = backups.read(loaded, owner_url(loaded), file)
    err.print(f"Restored {summary.blobs} files and the database at revision {prepare(loaded)}.")


def prepare(loaded: Settings) -> str:
    """Starts the database if it is ours, and migrates it; returns its revision."""
    processes.ensure_database(loaded)
    return asyncio.run(migrations.migrate(owner_url(loaded)))


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


async def first_admin(loaded: Settings) -> str | None:
    """A one-time token for the first administrator, or None if there is one already."""
    db = await Database.open(app_url(loaded), 2)
    try:
        async with db.begin(actor=SYSTEM) as tx:
            return await identity.ensure_first_admin_link(tx)
    finally:
        await db.close()


def app_url(loaded: Settings) -> str:
    """The database as the application."""
    return loaded.database_url or Embedded(loaded.data_path).url(APP_ROLE)


def with_database(loaded: Settings, run: Any) -> Any:
    """Runs `run(db)` on the application's connection. Logs go to standard error, away from what a command prints."""
    telemetry.configure(loaded.log_level, loaded.log_format)

    async def opened() -> Any:
        db = await Database.open(app_url(loaded), 2)
        try:
            return await run(db)
        finally:
            await db.close()

    prepare(loaded)
    return asyncio.run(opened())


async def _orgs(loaded: Settings) -> list[tuple[OrgId, str]]:
    # The application cannot see all organisations; the operator at the machine, who has the owner's address, can.
    import asyncpg

    await asyncio.to_thread(prepare, loaded)
    connection = await asyncpg.connect(owner_url(loaded))
    try:
        rows = await connection.fetch("SELECT org_id, name FROM organisations ORDER BY name LIMIT 10000")
        return [(row["org_id"], row["name"]) for row in rows]
    finally:
        await connection.close()


def _settings(data_dir: str | None, file: Path | None, **overrides: Any) -> Settings:
    return config.load(file=file, data_dir=data_dir, **overrides)
