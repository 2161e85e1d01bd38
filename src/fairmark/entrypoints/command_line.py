"""The whole command line. The client's commands work with `pip install fairmark` alone; the server's need its extra."""

import typer

from fairmark import __version__
from fairmark.client import cli as client
from fairmark.client.commands import keys
from fairmark.entrypoints.cli import has_server
from fairmark.entrypoints.truth import commands as truth

app = typer.Typer(
    name="fairmark", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="The open data foundry: from raw data to training data people can trust.",
)  # fmt: skip


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Options of every command."""


def _without_server(context: typer.Context) -> None:
    typer.echo(f"'{context.command_path}' needs the server's packages. Run: pip install 'fairmark[server]'", err=True)
    raise typer.Exit(2)


client.add_to(app)
app.add_typer(truth.app, name="truth", help="One answer out of many judgements in a CSV; asks no server.")
if has_server():
    from fairmark.entrypoints import commands, running

    running.add_to(app)
    commands.add_to(app)
else:
    missing = [
        (app, n) for n in ("serve", "work", "up", "migrate", "orgs", "people", "doctor", "backup", "restore", "demo")
    ]
    for group, name in [*missing, (keys.app, "create")]:
        group.command(name, context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
                      help=r"Needs: pip install 'fairmark\[server]'")(_without_server)  # fmt: skip


def main() -> None:
    """Runs the command line; a fairmark error is a message and status 1, never a trace."""
    client.run(app)
