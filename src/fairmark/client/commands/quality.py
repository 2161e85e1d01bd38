"""`fairmark quality`: how good a project's answers are."""

from typing import Annotated

import typer

from fairmark.client.commands.options import (
    AsJson,
    Key,
    Org,
    ProjectArgument,
    Url,
    client,
    err,
    out,
    print_facts,
    print_json,
    print_table,
)
from fairmark.client.model import Overview, SliceKind
from fairmark.quality.reports.model import AgreementFigure, Interval


def show_quality(
    project: ProjectArgument,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask for new figures; they take a few seconds.")] = False,
    url: Url = None,
    key: Key = None,
    org: Org = None,
    as_json: AsJson = False,
) -> None:
    """How good a project's answers are: how sure, how alike, how far checked. Figures are made in the background."""
    with client(url, key, org) as server:
        project_id = server.find_project(project).id
        overview = server.refresh_quality(project_id) if refresh else server.get_quality(project_id)
        if as_json:
            print_json(overview)
            return
        agreement = server.get_agreement(project_id, slice=SliceKind.ALL)
    if overview.made_at is None:
        err.print("No figures have been made yet: they come once some items have been labeled by several people.")
    print_facts(_facts(overview))
    out.print()
    rows = [_row(each) for each in agreement.figures]
    columns = ("agreement on", "level", "units", "alike", "beyond chance")
    print_table(columns, rows, "No two people have judged the same yet.")


def _facts(overview: Overview) -> list[tuple[str, str | None]]:
    target = "" if overview.target is None else f", target {overview.target:.0%}"
    off = overview.calibration_error
    made = None if overview.made_at is None else f"{overview.made_at:%Y-%m-%d %H:%M} UTC"
    return [
        ("figures of", f"{made}, and new work has come since" if made and overview.stale else made),
        ("answers", f"{overview.answers}, {overview.judged} of them by several people"),
        ("right", None if overview.accuracy.value is None else f"{_share(overview.accuracy)}, as far as checked"),
        ("confidence", None if overview.confidence is None else f"{overview.confidence:.0%} on average{target}"),
        ("not sure enough", str(overview.unsure)),
        ("confidence is off by", None if off is None else f"{off:.1%}"),
        ("agreement", f"{_plain(overview.alpha)} {overview.alpha_title}" if overview.alpha.value is not None else None),
        ("labels per result", None if overview.labels_mean is None else f"{overview.labels_mean:.2f}"),
        ("saved", None if overview.saved is None else f"{overview.saved:.0%} of asking as many everywhere"),
        ("went to an expert", str(overview.escalated)),
        ("people are known", f"{overview.known:.0%}"),
        ("gold", f"{overview.gold}" + (f", {overview.gold_suspended} suspended" if overview.gold_suspended else "")),
        ("open cases", str(overview.open_cases)),
    ]


def _row(figure: AgreementFigure) -> tuple[str | int, ...]:
    alike = "" if figure.observed is None else f"{figure.observed:.0%}"
    return figure.title, figure.level, figure.units, alike, _plain(figure.figure)


def _share(interval: Interval) -> str:
    low, high = interval.low, interval.high
    within = "" if low is None or high is None else f" ({low:.0%} to {high:.0%})"
    return "" if interval.value is None else f"{interval.value:.0%}{within}"


def _plain(interval: Interval) -> str:
    low, high = interval.low, interval.high
    within = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return "" if interval.value is None else f"{interval.value:.2f}{within}"
