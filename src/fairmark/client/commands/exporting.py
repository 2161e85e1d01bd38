"""`fairmark export` and `fairmark results`: what was labeled, as files or as lines."""

from pathlib import Path
from typing import Annotated

import typer

from fairmark.client.commands.options import (
    AsJson,
    Key,
    Org,
    ProjectOption,
    Url,
    bar,
    client,
    err,
    print_json,
    print_table,
)
from fairmark.client.errors import BadSource, NotFound
from fairmark.client.model import Export, ExportOptions, Split
from fairmark.client.sync.client import Client
from fairmark.kernel.ids import BatchId, ProjectId


def export_labels(
    project: ProjectOption,
    to: Annotated[Path, typer.Option("--out", "-o", help="A .zip file, or a folder for its content.")],
    format: Annotated[
        str,
        typer.Option(
            help="coco, coco_panoptic, yolo, yolo_segment, yolo_obb, yolo_pose, voc, cvat, label_studio, datumaro, "
            "open_images, labelbox, supervisely, fairmark_jsonl."
        ),
    ] = "coco",
    batch: Annotated[list[str] | None, typer.Option(help="Only this batch (name); may be repeated.")] = None,
    class_: Annotated[list[str] | None, typer.Option("--class", help="Only this class; may be repeated.")] = None,
    confidence_min: Annotated[float | None, typer.Option(min=0, max=1, help="Only results this sure.")] = None,
    after: Annotated[str | None, typer.Option(help="Only results since this cursor of an earlier export.")] = None,
    images: Annotated[bool, typer.Option("--images", help="Put the original files in as well.")] = False,
    split: Annotated[str | None, typer.Option(help="Shares for train, val and test: 0.8,0.1,0.1")] = None,
    url: Url = None,
    key: Key = None,
    org: Org = None,
    as_json: AsJson = False,
) -> None:
    """Write a project's results to a file or folder."""
    with client(url, key, org) as server:
        project_id = server.find_project(project).id
        options = ExportOptions(
            batch_ids=_batches(server, project_id, batch or []), classes=class_ or [], confidence_min=confidence_min,
            after=after, images=images, split=_split(split),
        )  # fmt: skip
        export = server.create_export(project_id, format, options=options)
        with bar() as shown:
            task = shown.add_task("exporting", total=None)

            def tell(now: Export) -> None:
                shown.update(task, completed=now.rows_done, total=now.rows_total)

            export = server.wait_for_export(export.id, progress=tell)
        with bar(of_bytes=True) as shown:
            task = shown.add_task("downloading", total=export.bytes)

            def here(have: int, whole: int) -> None:
                shown.update(task, completed=have, total=whole)

            place = server.save_export(export.id, to, unpack=to.suffix.lower() != ".zip", progress=here)
    _tell(export, place, as_json)


def list_results(
    project: ProjectOption,
    as_lines: Annotated[bool, typer.Option("--jsonl", help="Whole results, one JSON object a line.")] = False,
    batch: Annotated[str | None, typer.Option(help="Only this batch (name).")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    url: Url = None,
    key: Key = None,
    org: Org = None,
) -> None:
    """List the results in force, oldest first."""
    with client(url, key, org) as server:
        project_id = server.find_project(project).id
        batch_id = _batches(server, project_id, [batch])[0] if batch else None
        found = server.list_results(project_id, batch_id=batch_id, limit=limit)
        if as_lines:
            for result in found:
                print_json(result)
            return
        rows = [
            (each.external_id or each.item_id, each.origin.value, each.version, len(each.annotation.marks),
             _share(each.agreement), _share(each.confidence), f"{each.created_at:%Y-%m-%d %H:%M}")
            for each in found
        ]  # fmt: skip
    columns = ("item", "from", "version", "marks", "agreement", "confidence", "at")
    print_table(columns, rows, "There is no result yet.")


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _batches(server: Client, project_id: ProjectId, names: list[str]) -> list[BatchId]:
    if not names:
        return []
    known = {batch.name: batch.id for batch in server.list_batches(project_id)}
    missing = [name for name in names if name not in known]
    if missing:
        raise NotFound(
            f"There is no batch named '{missing[0]}'.", code="batch_not_found", status=404,
            mend=f"There are: {', '.join(sorted(known)) or 'none'}.",
        )  # fmt: skip
    return [known[name] for name in names]


def _split(text: str | None) -> Split | None:
    if text is None:
        return None
    try:
        shares = [float(part) for part in text.split(",")]
        train, val, test = [*shares, *([0.0] * (3 - len(shares)))]
    except ValueError:
        raise BadSource(f"'{text}' is no split.", mend="Write the shares as 0.8,0.1,0.1.") from None
    return Split(train=train, val=val, test=test)


def _tell(export: Export, place: Path, as_json: bool) -> None:
    if as_json:
        print_json({"export": export, "path": str(place)})
        return
    report = export.report
    typer.echo(str(place))
    if report is None:
        return
    err.print(f"{report.items} items, {report.marks} marks, {report.files} files. Next time: --after {report.until}")
    if report.images_missing:
        err.print(f"[yellow]{report.images_missing} pictures could not be put in.[/yellow]")
    for loss in report.losses:
        touched = [f"{n} {what}" for n, what in ((loss.marks_touched, "marks"), (loss.items_touched, "items")) if n]
        share = f" ({', '.join(touched)})" if touched else ""
        err.print(f"[yellow]not kept[/yellow]: {loss.message}{share}")
