"""What every command takes, how it speaks to the server, and how it shows what it got."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from fairmark.client.requests import KEY_VARIABLE, ORGANISATION_VARIABLE, URL_DEFAULT, URL_VARIABLE
from fairmark.client.sync.client import Client

Url = Annotated[str | None, typer.Option(envvar=URL_VARIABLE, help=f"The server. [default: {URL_DEFAULT}]")]
Key = Annotated[str | None, typer.Option(envvar=KEY_VARIABLE, help="API key, or the token of a session.")]
Org = Annotated[str | None, typer.Option(envvar=ORGANISATION_VARIABLE, help="Organisation, for people in several.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
ProjectOption = Annotated[str, typer.Option("--project", "-p", help="The project's name or id.")]
ProjectArgument = Annotated[str, typer.Argument(help="The project's name or id.", metavar="PROJECT")]

# In a pipe there is no edge at which a line would have to be broken.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 240)
err = Console(stderr=True, highlight=False)


def client(url: str | None, key: str | None, org: str | None) -> Client:
    """The client that a command's options ask for."""
    return Client(url, key, organisation=org)


def print_json(value: object) -> None:
    """One line of JSON on standard output."""
    typer.echo(msgspec.json.encode(value))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """Rows under headings; `empty` on standard error if there are none."""
    if not rows:
        err.print(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(table)


def print_facts(facts: Sequence[tuple[str, Any]]) -> None:
    """Names and values, one pair a line; None is left out."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in facts:
        if value is not None:
            table.add_row(name, str(value))
    out.print(table)


def bar(*, of_bytes: bool = False) -> Progress:
    """A progress bar on standard error, gone when it is over, and nothing at all where nobody watches."""
    amount = DownloadColumn() if of_bytes else MofNCompleteColumn()
    columns = [TextColumn("{task.description}"), BarColumn(), amount, TimeRemainingColumn()]
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
