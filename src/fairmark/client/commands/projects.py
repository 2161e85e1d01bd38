"""`fairmark projects`: make them, look at them, set their rules."""

from pathlib import Path
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
from fairmark.client.errors import BadSource
from fairmark.client.model import LabelStage, Overlap, Pipeline, Progress, Project, ProjectState, ReviewStage

app = typer.Typer(no_args_is_help=True)
ontology = typer.Typer(no_args_is_help=True)
guideline = typer.Typer(no_args_is_help=True)
app.add_typer(ontology, name="ontology", help="Classes, attributes and questions.")
app.add_typer(guideline, name="guideline", help="The written rules.")
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file.")]
Version = Annotated[int | None, typer.Option(min=1, help="Another version than the one in force.")]
Note = Annotated[str, typer.Option(help="What changed, for the list of versions.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file.")]


@app.command("list")
def list_projects(
    state: Annotated[ProjectState | None, typer.Option(help="Only those in this state.")] = None,
    url: Url = None, key: Key = None, org: Org = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """List the projects, newest first."""
    with client(url, key, org) as server:
        found = list(server.list_projects(state=state))
    if as_json:
        print_json(found)
        return
    rows = [(each.id, each.name, each.state.value, each.modality, f"{each.created_at:%Y-%m-%d}") for each in found]
    print_table(("id", "name", "state", "media", "made"), rows, "There is no project.")


@app.command("create")
def create_project(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    ontology: Annotated[Path | None, typer.Option(exists=True, help="Ontology as YAML or JSON.")] = None,
    guideline: Annotated[Path | None, typer.Option(exists=True, help="Guideline in Markdown.")] = None,
    overlap: Annotated[int, typer.Option(min=1, max=50, help="How many different people label each item.")] = 1,
    overlap_max: Annotated[int | None, typer.Option(min=1, max=50, help="And how many at most, while unsure.")] = None,
    target: Annotated[float, typer.Option(min=0, max=1, help="Confidence that is sure enough.")] = 0.8,
    review: Annotated[float, typer.Option(min=0, max=1, help="Share of the items that is reviewed.")] = 0.0,
    description: Annotated[str, typer.Option(help="What it is about.")] = "",
    url: Url = None, key: Key = None, org: Org = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Make a project, in state draft; print its id."""
    most = max(overlap, overlap_max or overlap)
    label = LabelStage(overlap=Overlap(min=overlap, max=most, target=target if most > overlap else None))
    pipeline = Pipeline(stages=(label, ReviewStage(share=review)) if review else (label,))
    with client(url, key, org) as server:
        made = server.create_project(
            name, description=description, ontology=ontology, guideline=guideline, pipeline=pipeline
        )
    if as_json:
        print_json(made)
    else:
        typer.echo(made.id)


@app.command("show")
def show_project(
    project: ProjectArgument, url: Url = None, key: Key = None, org: Org = None, as_json: AsJson = False
) -> None:
    """Show a project and how it is going."""
    with client(url, key, org) as server:
        found = server.find_project(project)
        progress = server.get_progress(found.id)
    if as_json:
        print_json({"project": found, "progress": progress})
        return
    print_facts([*_facts(found), *progress_facts(progress)])


@app.command("activate")
def activate_project(project: ProjectArgument, url: Url = None, key: Key = None, org: Org = None) -> None:
    """Give the project's work to its workforces from now on."""
    with client(url, key, org) as server:
        found = server.activate_project(server.find_project(project).id)
    err.print(f"{found.name} is active.")


@app.command("pause")
def pause_project(project: ProjectArgument, url: Url = None, key: Key = None, org: Org = None) -> None:
    """Give out no more of the project's work; what people hold they may finish."""
    with client(url, key, org) as server:
        found = server.change_project(server.find_project(project).id, state=ProjectState.PAUSED)
    err.print(f"{found.name} is paused.")


@ontology.command("get")
def get_ontology(
    project: ProjectArgument, version: Version = None, to: Out = None, url: Url = None, key: Key = None,
    org: Org = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Print the ontology as YAML, or as JSON."""
    with client(url, key, org) as server:
        found = server.find_project(project)
        if as_json:
            print_json(server.get_ontology(found.id, version=version))
            return
        text = server.get_ontology_yaml(found.id, version=version)
    _print_or_write(text, to)


@ontology.command("put")
def put_ontology(
    project: ProjectArgument, file: File, note: Note = "", url: Url = None, key: Key = None, org: Org = None
) -> None:
    """Save a YAML or JSON file as the new ontology."""
    with client(url, key, org) as server:
        found = server.find_project(project)
        saved = server.save_ontology(found.id, file, note=note)
    err.print(f"{found.name} has version {saved.version} of its ontology now.")


@guideline.command("get")
def get_guideline(
    project: ProjectArgument, version: Version = None, to: Out = None, url: Url = None, key: Key = None, org: Org = None
) -> None:
    """Print the guideline's Markdown."""
    with client(url, key, org) as server:
        text = server.get_guideline(server.find_project(project).id, version=version).markdown
    _print_or_write(text, to)


@guideline.command("put")
def put_guideline(
    project: ProjectArgument, file: File, note: Note = "", url: Url = None, key: Key = None, org: Org = None
) -> None:
    """Save a Markdown file as the new guideline."""
    with client(url, key, org) as server:
        found = server.find_project(project)
        saved = server.save_guideline(found.id, file, note=note)
    err.print(f"{found.name} has version {saved.version} of its guideline now.")


def progress_facts(progress: Progress) -> list[tuple[str, object]]:
    """A project's figures in words."""
    states = ", ".join(f"{count} {state.value}" for state, count in progress.tasks.items() if count)
    seconds = None if progress.median_ms is None else f"{progress.median_ms / 1000:.1f} s"
    return [
        ("tasks", f"{progress.total}: {states}" if states else "none"),
        ("in review", progress.in_review or None),
        ("submissions", progress.submissions),
        ("results", progress.results),
        ("agreement", None if progress.agreement_mean is None else f"{progress.agreement_mean:.0%}"),
        ("confidence", None if progress.confidence_mean is None else f"{progress.confidence_mean:.0%}"),
        ("median per label", seconds),
        ("work counted", f"{progress.active_ms / 3_600_000:.2f} h"),
        ("open questions", progress.open_questions or None),
    ]


def _facts(project: Project) -> list[tuple[str, object]]:
    return [
        ("id", project.id),
        ("name", project.name),
        ("state", project.state.value),
        ("mode", project.mode.value),
        ("media", project.modality),
        ("ontology", f"version {project.ontology_version}"),
        ("guideline", f"version {project.guideline_version}"),
        ("workforces", len(project.workforce_ids)),
    ]


def _print_or_write(text: str, to: Path | None) -> None:
    if to is None:
        out.print(text, end="", markup=False, soft_wrap=True)
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadSource(f"{to} cannot be written: {error.strerror}.", mend="Choose another place.") from error
    err.print(f"{to} is written.")
