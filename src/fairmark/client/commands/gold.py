"""`fairmark gold`: known answers into a project and out again, as lines of JSON."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
import typer

from fairmark.client.commands.options import (
    AsJson,
    Key,
    Org,
    ProjectArgument,
    Url,
    bar,
    client,
    err,
    print_json,
)
from fairmark.client.errors import BadSource
from fairmark.client.model import Annotation, Gold, GoldMade, GoldState

app = typer.Typer(no_args_is_help=True)
AT_ONCE = 500
FAULTS_SHOWN = 20


class GoldLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a gold file. An item is named by its external id or, without one, by `item_id`. explanation: why it is
    right, for whoever gets it wrong. More fields are passed over, so that lines of results and exports do as well.
    """

    annotation: Annotation
    external_id: str | None = None
    item_id: UUID | None = None
    explanation: str = ""


class _Row(NamedTuple):
    """line: its number in the file, from 1."""

    line: int
    known: GoldLine


def read_gold(path: Path) -> Iterator[_Row]:
    """The lines of a gold file; empty ones are passed over. Raises BadSource, which names the line."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                known = msgspec.json.decode(line, type=GoldLine)
            except msgspec.MsgspecError as error:
                mend = 'Write {"external_id": "...", "annotation": {...}} on each line.'
                raise BadSource(f"{path}, line {number}: {error}.", mend=mend) from error
            if known.external_id is None and known.item_id is None:
                raise BadSource(
                    f"{path}, line {number} names no item.", mend="Give its external_id, or its item_id here."
                )
            yield _Row(number, known)


@app.command("import")
def import_gold(
    project: ProjectArgument,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSONL: external_id and annotation.")],
    keep_task: Annotated[bool, typer.Option("--keep-task", help="Leave the items' own tasks in the work.")] = False,
    url: Url = None,
    key: Key = None,
    org: Org = None,
    as_json: AsJson = False,
) -> None:
    """Make items gold: workers meet them among the others. Safe to repeat: the same again changes nothing."""
    rows = list(read_gold(file))
    total = GoldMade(made=0, changed=0, same=0, faults=[])
    faults: list[tuple[int, str, str]] = []
    with client(url, key, org) as server, bar() as shown:
        project_id = server.find_project(project).id
        task = shown.add_task("making gold", total=len(rows))
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            done = server.import_gold(project_id, [_sent(row.known) for row in part], keep_task=keep_task)
            total = GoldMade(
                made=total.made + done.made, changed=total.changed + done.changed, same=total.same + done.same,
                faults=[*total.faults, *done.faults],
            )  # fmt: skip
            faults += [(part[fault.row].line, fault.message, fault.mend) for fault in done.faults]
            shown.update(task, completed=start + len(part))
    if as_json:
        told = [{"line": line, "message": message, "mend": mend} for line, message, mend in faults]
        print_json({"made": total.made, "changed": total.changed, "same": total.same, "faults": told})
    else:
        for line, message, mend in faults[:FAULTS_SHOWN]:
            err.print(f"[yellow]line {line}[/yellow]: {message}{f' → {mend}' if mend else ''}")
        more = f", {len(faults)} refused" if faults else ""
        typer.echo(f"{total.made} made gold, {total.changed} changed, {total.same} as they were{more}.")
    raise typer.Exit(1 if faults else 0)


def _sent(known: GoldLine) -> tuple[str | UUID, Annotation, str]:
    name = known.external_id or known.item_id
    assert name is not None
    return name, known.annotation, known.explanation


@app.command("export")
def export_gold(
    project: ProjectArgument,
    to: Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file.")] = None,
    state: Annotated[GoldState | None, typer.Option(help="Only this state. [default: all but retired]")] = None,
    url: Url = None,
    key: Key = None,
    org: Org = None,
) -> None:
    """Write a project's known answers, one JSON object a line, as `fairmark gold import` reads them."""
    with client(url, key, org) as server:
        project_id = server.find_project(project).id
        lines = (
            msgspec.json.encode(_line(gold)) + b"\n"
            for gold in server.list_gold(project_id, state=state)
            if state is not None or gold.state is not GoldState.RETIRED
        )
        if to is None:
            for line in lines:
                sys.stdout.buffer.write(line)
            return
        count = 0
        with to.open("wb") as file:
            for line in lines:
                file.write(line)
                count += 1
    err.print(f"{count} known answers in {to}.")


def _line(gold: Gold) -> GoldLine:
    return GoldLine(gold.annotation, gold.external_id, gold.item_id, gold.explanation)
