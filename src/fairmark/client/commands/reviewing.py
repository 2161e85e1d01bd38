"""`fairmark review`: samples of what is done, put back before reviewers."""

from typing import Annotated
from uuid import UUID

import typer

from fairmark.client.commands.options import (
    AsJson,
    Key,
    Org,
    ProjectArgument,
    Url,
    client,
    print_json,
    print_table,
)
from fairmark.client.model import ReviewSample, SampleOf
from fairmark.kernel.ids import BatchId, WorkerId

app = typer.Typer(no_args_is_help=True)


@app.command("sample")
def draw_sample(
    project: ProjectArgument,
    size: Annotated[int, typer.Option(min=1, max=1000, help="How many tasks.")] = 50,
    batch: Annotated[UUID | None, typer.Option(help="Of this batch alone, by its id.")] = None,
    worker: Annotated[UUID | None, typer.Option(help="Answered by this worker, by their id.")] = None,
    class_: Annotated[str | None, typer.Option("--class", help="With a mark of this class, by its id.")] = None,
    below: Annotated[float | None, typer.Option(help="Less sure than this, 0 to 1.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Given to draw the same again from the same tasks.")] = None,
    url: Url = None,
    key: Key = None,
    org: Org = None,
    as_json: AsJson = False,
) -> None:
    """Put a random sample of what is done and not reviewed before reviewers. Results stay until they decide."""
    of = SampleOf(
        batch_id=None if batch is None else BatchId(batch), worker_id=None if worker is None else WorkerId(worker),
        class_=class_, below=below,
    )  # fmt: skip
    with client(url, key, org) as server:
        sample = server.draw_review_sample(server.find_project(project).id, size, of=of, seed=seed)
    if as_json:
        print_json(sample)
    else:
        typer.echo(f"{sample.drawn} of {sample.eligible} tasks are in review. Seed {sample.seed}.")


@app.command("samples")
def list_samples(
    project: ProjectArgument,
    url: Url = None,
    key: Key = None,
    org: Org = None,
    as_json: AsJson = False,
) -> None:
    """The samples that were drawn, newest first, with what reviewers decided."""
    with client(url, key, org) as server:
        found = list(server.list_review_samples(server.find_project(project).id, limit=100))
    if as_json:
        print_json(found)
        return
    columns = ("drawn", "tasks", "of", "accepted", "fixed", "sent back", "seed")
    print_table(columns, [_row(sample) for sample in found], "No sample has been drawn yet.")


def _row(sample: ReviewSample) -> tuple[str | int, ...]:
    at = f"{sample.created_at:%Y-%m-%d %H:%M}"
    return at, sample.drawn, sample.eligible, sample.accepted, sample.fixed, sample.rejected, sample.seed
