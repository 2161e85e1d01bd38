"""`fairmark simulate`: a crowd of known skill against a project whose truth is known."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress as Bar
from rich.progress import TaskID
from rich.table import Table

from fairmark.client.aio.client import AsyncClient
from fairmark.client.commands.options import AsJson, Key, Org, ProjectOption, Url, bar, out, print_json
from fairmark.client.errors import BadSource
from fairmark.client.model import Progress, TaskState, WorkRole
from fairmark.client.simulate.comparing import Score
from fairmark.client.simulate.crowd import Crowd, Plan, simulate
from fairmark.client.simulate.skill import LEVELS, crowd_levels
from fairmark.client.simulate.summary import Summary, Timing
from fairmark.client.simulate.truth import read_truth

Mix = Annotated[str, typer.Option(help=f"Levels by weight, as expert:1,good:3. There are: {', '.join(LEVELS)}.")]


def simulate_crowd(
    project: ProjectOption,
    truth: Annotated[Path, typer.Option(exists=True, help="What is right: fairmark JSONL, COCO, or a ZIP of them.")],
    workers: Annotated[int, typer.Option(min=0, max=1000, help="People who label.")] = 8,
    reviewers: Annotated[int, typer.Option(min=0, max=100, help="People who review; nobody reviews a task twice.")] = 2,
    mix: Mix = "expert:1,good:4,fair:2,novice:1",
    reviewers_mix: Mix = "expert",
    seed: Annotated[int, typer.Option(help="The same seed, the same mistakes.")] = 0,
    speed: Annotated[
        float | None, typer.Option(min=0.001, help="Times as fast as people. [default: without waiting]")
    ] = None,
    most: Annotated[int | None, typer.Option("--submissions", min=1, help="Stop after so many.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Stop after so long.")] = None,
    idle: Annotated[
        float, typer.Option(min=0.5, help="Stop when nobody found work for so many seconds, and all is judged.")
    ] = 5.0,
    people: Annotated[Path | None, typer.Option(help="Keep the accounts here; if it is there, use them.")] = None,
    ledger: Annotated[Path | None, typer.Option(help="Write every receipt to this file, at once.")] = None,
    invitation: Annotated[
        str | None, typer.Option(help="Token of an invitation for the workers, if the key may not invite.")
    ] = None,
    patience: Annotated[float, typer.Option(min=0, help="How long to try while the server is away, in s.")] = 120.0,
    url: Url = None,
    key: Key = None,
    org: Org = None,
    as_json: AsJson = False,
) -> None:
    """Let simulated people work on a project: each draws, errs and reviews in their own way, over HTTP."""
    try:
        for levels in (mix, reviewers_mix):
            crowd_levels(levels, 1)
    except ValueError as error:
        raise BadSource(str(error), mend="See --help for the form.") from error
    plan = Plan(
        workers=workers, reviewers=reviewers, mix=mix, reviewers_mix=reviewers_mix, seed=seed, speed=speed,
        submissions_max=most, seconds_max=seconds, idle_s=idle, people=people, ledger=ledger, patience_s=patience,
    )  # fmt: skip
    invitations = {WorkRole.WORKER: invitation} if invitation else None
    with bar() as shown:
        summary = asyncio.run(_run(plan, project, truth, (url, key, org), invitations, shown))
    if as_json:
        print_json(summary)
    else:
        print_summary(summary)


async def _run(
    plan: Plan,
    name: str,
    path: Path,
    access: tuple[str | None, str | None, str | None],
    invitations: dict[WorkRole, str] | None,
    shown: Bar,
) -> Summary:
    url, key, org = access
    task = shown.add_task("working", total=None)

    def started(crowd: Crowd) -> None:
        # The first Ctrl+C lets everybody hand in what they hold; the next one ends at once.
        loop = asyncio.get_running_loop()

        def stop() -> None:
            crowd.stop()
            loop.remove_signal_handler(signal.SIGINT)

        loop.add_signal_handler(signal.SIGINT, stop)

    def tell(crowd: Crowd, progress: Progress | None) -> None:
        _show(shown, task, crowd, progress)

    async with AsyncClient(url, key, organisation=org, patience_s=plan.patience_s) as boss:
        project = await boss.find_project(name)
        right = read_truth(path, (await boss.get_ontology(project.id)).document)
        return await simulate(
            boss.url, plan, right, boss=boss, project_id=project.id, invitations=invitations, tell=tell, started=started
        )


def _show(shown: Bar, task: TaskID, crowd: Crowd, progress: Progress | None) -> None:
    done = progress.tasks.get(TaskState.DONE, 0) if progress else 0
    total = progress.total if progress else None
    shown.update(task, description=f"{crowd.submissions} submissions", completed=done, total=total)


def print_summary(summary: Summary) -> None:
    """The figures as tables."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("person", "role", "skill", "labels", "reviews", "found (F1)", "IoU", "class", "answers"):
        table.add_column(name, justify="left" if name in {"person", "role", "skill", "reviews"} else "right")
    for line in summary.lines:
        reviews = " ".join(f"{count} {decision}" for decision, count in sorted(line.reviews.items()))
        table.add_row(
            line.name, line.role.value, line.level, str(line.submissions or ""), reviews, *_score_cells(line.score)
        )
    table.add_section()
    table.add_row("all submissions", "", "", str(summary.submissions), "", *_score_cells(summary.submitted))
    if summary.progress is not None:
        table.add_row("results", "", "", str(summary.progress.results), "", *_score_cells(summary.merged))
    out.print(table)
    out.print()
    agreement = summary.progress.agreement_mean if summary.progress else None
    facts = [
        f"{summary.seconds:.1f} s, {summary.rate_per_s:.1f} handed in per second",
        *([f"agreement {agreement:.0%}"] if agreement is not None else []),
        *(
            f"{count} {name}"
            for name, count in (
                ("skipped", summary.skips), ("lost", summary.lost), ("refused", summary.refused),
                ("times without a server", summary.troubles),
            )
            if count
        ),
    ]  # fmt: skip
    out.print("; ".join(facts) + ".")
    for name, timing in (("claim", summary.claim), ("hand in", summary.submit)):
        if timing is not None:
            out.print(_timing(name, timing))


def _score_cells(score: Score | None) -> tuple[str, ...]:
    values = (None,) * 4 if score is None else (score.f1, score.iou, score.named, score.answers)
    return tuple("" if value is None else f"{value:.3f}" for value in values)


def _timing(name: str, timing: Timing) -> str:
    figures = f"p50 {timing.p50_ms:.0f} ms, p95 {timing.p95_ms:.0f} ms, p99 {timing.p99_ms:.0f} ms"
    return f"{name}: {figures} ({timing.count})"
