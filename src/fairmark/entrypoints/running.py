"""The commands that run the product: each turns into the process that it names. Nothing of the client is loaded."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fairmark.entrypoints import processes
from fairmark.kernel import settings as config
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.settings import Settings

DataDir = Annotated[str | None, typer.Option("--data-dir", help="Folder for everything kept on this machine.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="A TOML file of settings.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")]
Reload = Annotated[bool, typer.Option("--reload", help="Start again when the code changes.")]


def add_to(app: typer.Typer) -> None:
    """Puts these commands on a command line."""
    for command in (serve, work, up):
        app.command()(command)


def main() -> None:
    """Runs one of these commands; a fairmark error is a message and status 1, never a trace."""
    app = typer.Typer(name="fairmark", add_completion=False, pretty_exceptions_enable=False)
    add_to(app)
    try:
        app()
    except FairmarkError as error:
        processes.complain(error)
        sys.exit(1)


def serve(data_dir: DataDir = None, settings: SettingsFile = None, host: Host = None, port: Port = None,
          processes_: Annotated[int | None, typer.Option("--processes", min=1)] = None) -> None:  # fmt: skip
    """Run the HTTP server."""
    processes.become("serve", load(data_dir, settings, host=host, port=port, processes=processes_))


def work(data_dir: DataDir = None, settings: SettingsFile = None) -> None:
    """Run the background worker: imports, exports, consensus, webhooks."""
    processes.become("work", load(data_dir, settings))


def up(data_dir: DataDir = None, settings: SettingsFile = None, host: Host = None, port: Port = None,
       reload: Reload = False) -> None:  # fmt: skip
    """Run everything: database, server and worker, until Ctrl+C."""
    processes.become("supervise", load(data_dir, settings, host=host, port=port), reload)


def load(data_dir: str | None, file: Path | None, **overrides: Any) -> Settings:
    """The settings of a command: the environment, the file, and what its options say. Raises BadSettings."""
    return config.load(file=file, data_dir=data_dir, **overrides)
