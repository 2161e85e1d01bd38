"""`fairmark truth`: one answer out of many judgements, for anyone with a CSV; no server is asked."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from fairmark.client.commands.options import AsJson, err, print_facts, print_json, print_table

app = typer.Typer(no_args_is_help=True)
Labels = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: worker,task,label.")]
Kind = Annotated[str, typer.Option(help="categorical, set, number, text, pairs, ranking, boxes, spans or segments.")]
Gold = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="CSV of known answers: task,truth.")]


@app.command("infer")
def infer_truth(
    labels: Labels,
    out: Annotated[Path, typer.Option("--out", "-o", dir_okay=False, help="CSV to write: task,label,confidence.")],
    kind: Kind = "categorical",
    method: Annotated[str | None, typer.Option(help="Another than the kind's default.")] = None,
    gold: Gold = None,
) -> None:
    """Infer one answer per task, with its confidence.

    Labels of boxes are JSON lists of [x0,y0,x1,y1] or [x0,y0,x1,y1,"class"], of spans and of segments in time
    [start,end,"class"], of sets and rankings (the best first) of names. Pairs have the columns
    worker,left,right,label (left, right or tie) and perhaps query; their answers are ranks.
    """
    _needs_numpy()
    from fairmark.entrypoints.truth import files

    answers = files.infer(labels, kind, method, gold)
    files.write(out, answers)
    err.print(f"{len(answers)} answers are in {out}.")


@app.command("score")
def score_answers(
    answers: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: task,label,confidence.")],
    truth: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: task,truth.")],
    kind: Kind = "categorical",
    as_json: AsJson = False,
) -> None:
    """Compare answers with the truth; tasks without truth are left out."""
    _needs_numpy()
    from fairmark.entrypoints.truth import files

    figures = files.score(answers, truth, kind)
    if as_json:
        print_json(figures)
    else:
        print_facts([(name, f"{value:.4g}") for name, value in figures.items()])


@app.command("workers")
def list_workers(
    labels: Labels,
    method: Annotated[str | None, typer.Option(help="Another than the default.")] = None,
    gold: Gold = None,
    as_json: AsJson = False,
) -> None:
    """Show how often each worker is right, best first, as far as the labels tell. For classes."""
    _needs_numpy()
    from fairmark.entrypoints.truth import files

    workers = files.workers(labels, method, gold)
    if as_json:
        print_json(workers)
        return
    rows = [(row["worker"], row["labels"], f"{row['skill']:.2f}", f"{row['agreement']:.2f}") for row in workers]
    print_table(("worker", "labels", "skill", "agreement"), rows, "There is no worker.")


@app.command("agreement")
def measure_agreement(
    labels: Labels,
    level: Annotated[str, typer.Option(help="nominal, ordinal, interval, ratio, set or shapes.")] = "nominal",
    ontology: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="JSON: the classes of the shapes.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how far workers agree beyond chance, with intervals: in all, by label, by pair of workers.

    Labels of sets are JSON lists of names, compared with MASI. Those of shapes are annotations of images, or lists of
    their marks, with the image's size in columns width and height; told is how well they fit, by kind and class: F1,
    IoU, boundary F, PQ, SQ, RQ, OKS, chamfer distance.
    """
    _needs_numpy()
    from fairmark.entrypoints.truth import agreeing, fitting

    figures = fitting.shapes(labels, ontology) if level == "shapes" else agreeing.agreement(labels, level)
    if as_json:
        print_json([each._asdict() for each in figures])
        return
    rows = [(each.of, each.coefficient, each.tasks, *map(_digits, each[3:])) for each in figures]
    print_table(("of", "coefficient", "tasks", "value", "from", "to"), rows, "There is nothing to compare.")


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _needs_numpy() -> None:
    """Leaves with status 2 and a hint if the mathematics is not installed."""
    if not (find_spec("numpy") and find_spec("scipy")):
        err.print("'fairmark truth' needs NumPy and SciPy. Run: pip install 'fairmark[server]'")
        raise typer.Exit(2)
