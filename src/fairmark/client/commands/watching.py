"""`fairmark watch`: a project as it goes, for eyes or for a pipe."""

from collections import deque
from time import sleep
from typing import Annotated

import typer
from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fairmark.client.commands.options import AsJson, Key, Org, ProjectOption, Url, client, out, print_json
from fairmark.client.commands.projects import progress_facts
from fairmark.client.model import EventOut, Progress, TaskState
from fairmark.client.sync.client import Client
from fairmark.kernel.ids import ProjectId

LINES = 8
EVERY_S = 1.0


def watch_project(
    project: ProjectOption,
    types: Annotated[list[str] | None, typer.Option("--type", help="Only events of this type, or noun.*")] = None,
    after: Annotated[str | None, typer.Option(help="Start behind this cursor; 0.0.0: from the beginning.")] = None,
    until_done: Annotated[bool, typer.Option("--until-done", help="End when every task is done.")] = False,
    url: Url = None,
    key: Key = None,
    org: Org = None,
    as_json: AsJson = False,
) -> None:
    """Watch a project live, until Ctrl+C. In a pipe, or with --json, one event a line."""
    with client(url, key, org) as server:
        found = server.find_project(project)
        if as_json or not out.is_terminal:
            _print_events(server, found.id, types or [], after, until_done, as_json)
        else:
            _show(server, found.id, found.name, types or [], after, until_done)


def _print_events(
    server: Client, project_id: ProjectId, types: list[str], after: str | None, until_done: bool, as_json: bool
) -> None:
    if until_done and _done(server.get_progress(project_id)):
        return
    for event in server.stream_events(after=after, types=types, project_id=project_id):
        print_json(event) if as_json else typer.echo(_line(event))
        if until_done and _done(server.get_progress(project_id)):
            return


def _show(
    server: Client, project_id: ProjectId, name: str, types: list[str], after: str | None, until_done: bool
) -> None:
    latest: deque[str] = deque(maxlen=LINES)
    cursor = after or server.read_events(after="now").next
    with Live(console=out, refresh_per_second=4) as live:
        while True:
            page = server.read_events(after=cursor, types=types, project_id=project_id)
            cursor = page.next
            latest.extend(_line(event) for event in page.rows)
            progress = server.get_progress(project_id)
            live.update(_picture(name, progress, list(latest)))
            if until_done and _done(progress):
                return
            if not page.more:
                sleep(EVERY_S)


def _done(progress: Progress) -> bool:
    left = sum(progress.tasks.get(state, 0) for state in (TaskState.OPEN, TaskState.WAITING))
    return progress.total > 0 and not left


def _picture(name: str, progress: Progress, latest: list[str]) -> Group:
    facts = Table(box=None, pad_edge=False, show_header=False)
    facts.add_column(style="dim")
    facts.add_column()
    for label, value in progress_facts(progress):
        if value is not None:
            facts.add_row(label, str(value))
    bar = ProgressBar(total=max(1, progress.total), completed=progress.results, width=60)
    return Group(Text(name, style="bold"), bar, facts, Text(), *(Text(line, style="dim") for line in latest))


def _line(event: EventOut) -> str:
    about = ", ".join(
        f"{name} {value}" for name, value in event.data.items()
        if name not in {"type", "project_id", "task_id"} and not name.endswith("_id") and value not in (None, "", [])
    )  # fmt: skip
    return f"{event.at:%H:%M:%S} {event.type}  {about}".rstrip()
