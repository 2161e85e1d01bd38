"""The server's commands: prepare it, look after it, show it.

Each loads what it needs when it runs: the client's commands share this command line and must not wait for a server's
packages.
"""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fairmark.client.commands import keys
from fairmark.entrypoints.running import DataDir, SettingsFile, load
from fairmark.kernel.actor import Mode, Scope
from fairmark.kernel.settings import Settings

Reason = Annotated[str, typer.Option(help="Why; told to those whom it concerns.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

out = Console()
err = Console(stderr=True)


def add_to(app: typer.Typer) -> None:
    """Puts the server's commands on the command line."""
    for command in (migrate, doctor, backup, restore, demo):
        app.command()(command)
    orgs, people = (typer.Typer(no_args_is_help=True) for _ in range(2))
    orgs.command("create")(create_org)
    orgs.command("list")(list_orgs)
    orgs.command("close")(close_org)
    orgs.command("reopen")(reopen_org)
    keys.app.command("create")(create_key)  # the client's group: its other commands work from afar
    people.command("list")(list_people)
    people.command("disable")(disable_person)
    people.command("enable")(enable_person)
    people.command("first-admin")(first_admin)
    people.command("reset-password")(reset_password)
    app.add_typer(people, name="people", help="People's sign-ins, mended on the server itself.")
    app.add_typer(orgs, name="orgs", help="Organisations of this installation.")


def migrate(data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Bring the database to the shape this version needs. Safe to repeat."""
    from fairmark.entrypoints import installation

    with _database(data_dir, settings) as loaded:
        err.print(f"The database is at revision {installation.prepare(loaded)}.")


def create_org(name: str, data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Make an organisation; prints its id alone."""
    from fairmark.entrypoints import installation

    with _database(data_dir, settings) as loaded:
        typer.echo(installation.create_organisation(loaded, name))


def list_orgs(data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """List the organisations: id and name."""
    from fairmark.entrypoints import installation

    with _database(data_dir, settings) as loaded:
        for each in installation.organisations(loaded):
            typer.echo(f"{each.id}\t{each.name}" + (f"\tclosed {each.closed_at:%Y-%m-%d}" if each.closed_at else ""))


def close_org(org: Annotated[str, typer.Argument(help="Name or id.")], reason: Reason,
              yes: Yes = False, data_dir: DataDir = None, settings: SettingsFile = None) -> None:  # fmt: skip
    """Close an organisation: work, keys and webhooks stop; its owners can still look and export."""
    from fairmark.entrypoints import installation

    _ask(f"Close the organisation '{org}'? Its people stop working, its keys are refused.", yes)
    with _database(data_dir, settings) as loaded:
        installation.close_organisation(loaded, org, reason)
        err.print(f"{org} is closed. fairmark orgs reopen opens it again.")


def reopen_org(org: Annotated[str, typer.Argument(help="Name or id.")],
               data_dir: DataDir = None, settings: SettingsFile = None) -> None:  # fmt: skip
    """Open a closed organisation again: work goes on where it stopped."""
    from fairmark.entrypoints import installation

    with _database(data_dir, settings) as loaded:
        installation.reopen_organisation(loaded, org)
        err.print(f"{org} is open.")


def create_key(org: Annotated[str, typer.Option(help="Name or id of the organisation.")],
               mode: Annotated[Mode, typer.Option()] = Mode.LIVE,
               name: Annotated[str, typer.Option(help="What the key is for.")] = "command line",
               scope: Annotated[list[Scope] | None, typer.Option(help="read, write or admin; may be repeated.")] = None,
               data_dir: DataDir = None, settings: SettingsFile = None) -> None:  # fmt: skip
    """Make an API key; prints the key alone on standard output."""
    from fairmark.entrypoints import installation

    with _database(data_dir, settings) as loaded:
        typer.echo(installation.create_key(loaded, org, name, scope or list(Scope), mode))


def reset_password(email: str, data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Give somebody who lost theirs a fresh password, and end their sessions; prints the password alone."""
    from fairmark.entrypoints import installation

    with _database(data_dir, settings) as loaded:
        typer.echo(installation.reset_password(loaded, email))


def list_people(wanted: Annotated[str | None, typer.Argument(help="Part of a name or an address.")] = None,
                data_dir: DataDir = None, settings: SettingsFile = None) -> None:  # fmt: skip
    """List the people of this installation: address, name, and what is special about them."""
    from fairmark.entrypoints import installation

    with _database(data_dir, settings) as loaded:
        for each in installation.people(loaded, wanted):
            notes = [*(["administrator"] if each.is_admin else []), *(["disabled"] if each.disabled_at else [])]
            typer.echo("\t".join([each.email, each.name, ", ".join(notes)]).rstrip())


def disable_person(email: str, reason: Reason, yes: Yes = False, data_dir: DataDir = None,
                   settings: SettingsFile = None) -> None:  # fmt: skip
    """Keep somebody out: their sign-ins end at once, what they had begun goes back to the queue."""
    from fairmark.entrypoints import installation

    _ask(f"Keep {email} out? They are signed out everywhere, and read the reason when they sign in.", yes)
    with _database(data_dir, settings) as loaded:
        installation.disable_person(loaded, email, reason)
        err.print(f"{email} is disabled. Keys that they made work on; the page People names them.")


def enable_person(email: str, data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Let somebody in again, with the password that they had."""
    from fairmark.entrypoints import installation

    with _database(data_dir, settings) as loaded:
        installation.enable_person(loaded, email)
        err.print(f"{email} may sign in again.")


def first_admin(data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Print the one-time link, good for 24 hours, with which the first administrator comes in."""
    from fairmark.entrypoints import installation

    with _database(data_dir, settings) as loaded:
        typer.echo(f"{installation.address(loaded)}/first-start#{installation.needed_first_admin(loaded)}")


def doctor(data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Check everything this installation needs, and say how to mend what is wrong."""
    from fairmark.entrypoints import doctor as health

    if not health.report(load(data_dir, settings), out):
        raise typer.Exit(1)


def backup(file: Path, data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Write the database and the local files to one verified file."""
    from fairmark.entrypoints import backup as backups
    from fairmark.entrypoints import installation

    with _database(data_dir, settings) as loaded, err.status("writing, and reading it back"):
        summary = backups.write(loaded, installation.owner_url(loaded), file)
    err.print(f"{file}: {summary.blobs} files and the database, {summary.bytes / 1e6:.1f} MB, verified.")


def restore(file: Path, data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Bring a backup back into an empty installation."""
    from fairmark.entrypoints import backup as backups
    from fairmark.entrypoints import installation, processes

    loaded = load(data_dir, settings)
    with ExitStack() as until_done:

        def owner_url() -> str:
            until_done.enter_context(processes.database(loaded))
            return installation.owner_url(loaded)

        with err.status("reading it whole, then restoring"):
            summary = backups.read(loaded, owner_url, file)
            revision = installation.prepare(loaded)
    err.print(f"Restored {summary.blobs} files and the database at revision {revision}.")


def demo(data_dir: Annotated[str | None, typer.Option(
             help="Folder of the demo. [default: fairmark-demo beside fairmark's own]")] = None,
         host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
         port: Annotated[int | None, typer.Option(
             min=1, max=65535, help="Port to listen on. [default: 8080]")] = None,
         once: Annotated[bool, typer.Option(
             "--once", help="Label, export, print the figures, end, and leave no trace.")] = False,
         to: Annotated[Path | None, typer.Option(
             "--out", help="With --once: a folder for the exports.")] = None) -> None:  # fmt: skip
    """Show everything: a real image project, a simulated crowd that labels it, and work left for you."""
    from fairmark.entrypoints.demo import command

    if once:
        command.once(data_dir, host, port, to)
    else:
        command.stay(data_dir, host, port)


def _ask(question: str, yes: bool) -> None:
    """Ends the command unless the operator agrees."""
    if not yes:
        typer.confirm(question, abort=True, err=True)


@contextmanager
def _database(data_dir: str | None, file: Path | None) -> Generator[Settings]:
    """The settings, and the database for the length of the command."""
    from fairmark.entrypoints import processes

    loaded = load(data_dir, file)
    with processes.database(loaded):
        yield loaded
