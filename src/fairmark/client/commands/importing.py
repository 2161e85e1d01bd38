"""`fairmark import`: a folder, a list, an address, a bucket or labels into a project."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress, TaskID

from fairmark.client import files
from fairmark.client.commands.from_scale import SOURCE_KEY_VARIABLE, SOURCE_URL, Copied, accounts, copy
from fairmark.client.commands.options import AsJson, Key, Org, Url, bar, client, err, print_json
from fairmark.client.commands.sources import SourceKind, Way, kind_of
from fairmark.client.commands.unfinished import Reached, Unfinished
from fairmark.client.errors import BadSource, NotFound
from fairmark.client.files import FolderProgress, FolderReport
from fairmark.client.model import Import, ImportState, Purpose, Upload, UploadState
from fairmark.client.sync.client import Client
from fairmark.kernel.ids import ProjectId

FAULTS_SHOWN = 20


def import_data(
    source: Annotated[
        str | None, typer.Argument(help="Folder, manifest, labels (ZIP or file), https://... or s3://...")
    ] = None,
    project: Annotated[str | None, typer.Option("--project", "-p", help="The project's name or id.")] = None,
    batch: Annotated[str | None, typer.Option(help="The batch to put the items into; made if there is none.")] = None,
    format: Annotated[str | None, typer.Option(help="What the file is, if its name does not tell.")] = None,
    with_files: Annotated[
        Path | None, typer.Option("--files", exists=True, file_okay=False, help="Pictures that the file names.")
    ] = None,
    match: Annotated[str | None, typer.Option(help="Of a bucket: a pattern that paths are to match.")] = None,
    from_scale: Annotated[
        bool, typer.Option("--from-scale", help=f"An account at Scale, whose key {SOURCE_KEY_VARIABLE} holds.")
    ] = False,
    scale_projects: Annotated[
        list[str] | None, typer.Option("--scale-project", help="Only this project of it; again for more.")
    ] = None,
    scale_url: Annotated[str, typer.Option(help="Where its API is.")] = SOURCE_URL,
    url: Url = None,
    key: Key = None,
    org: Org = None,
    as_json: AsJson = False,
) -> None:
    """Bring data into a project. Safe to interrupt and to repeat: what is there is neither sent nor added again."""
    if from_scale:
        copied = copy(accounts(scale_url, url, key), scale_projects or [])
        print_json(copied) if as_json else _tell_copied(copied)
        raise typer.Exit(1 if copied.refused_count else 0)
    if source is None or project is None:
        raise BadSource("It is not said what to import, and into which project.", mend="Give a source and --project.")
    kind = kind_of(source, format)
    with client(url, key, org) as server:
        project_id = server.find_project(project).id
        if kind.way is Way.FOLDER:
            report = _import_folder(server, project_id, Path(source), batch)
            print_json(report) if as_json else _tell_folder(report)
            raise typer.Exit(1 if report.refused else 0)
        if with_files is not None:
            _send_files(server, with_files)
        if kind.way is Way.BUCKET:
            started = server.import_bucket(project_id, source, match=match, batch=batch)
            done = _wait(server, started)
        elif kind.way is Way.URL:
            done = _wait(server, server.import_urls(project_id, [source], batch=batch))
        else:
            done = _import_file(server, project_id, Path(source), kind, batch)
        _tell_import(server, done, as_json)


def _import_folder(server: Client, project_id: ProjectId, folder: Path, batch: str | None) -> FolderReport:
    with bar(of_bytes=True) as shown:
        task = shown.add_task("sending", total=None)

        def tell(now: FolderProgress) -> None:
            shown.update(task, completed=now.bytes_done, total=now.bytes, description=f"{now.files_done} files")

        return server.import_folder(project_id, folder, batch=batch, progress=tell)


def _send_files(server: Client, folder: Path) -> None:
    found, _ = files.pictures(folder)
    refused = 0
    with bar() as shown:
        for sent in shown.track(server.upload_files(found), total=len(found), description="sending pictures"):
            if sent.fault is not None:
                refused += 1
                err.print(f"[yellow]{sent.file.name}[/yellow]: {sent.fault.message}")
    err.print(f"{len(found) - refused} pictures are there.")


def _import_file(server: Client, project_id: ProjectId, path: Path, kind: SourceKind, batch: str | None) -> Import:
    """Goes on with what an interrupted try had reached, if the server still knows of it."""
    said = f"{kind.way.value} {kind.manifest} {kind.format} {batch}"
    note = Unfinished(server.url, str(project_id), path, said)
    reached = note.read()
    if reached.import_id is not None and (running := _running(server, reached.import_id)) is not None:
        err.print("Going on with the import that was begun before.")
    else:
        upload = _upload(server, path, reached.upload_id, note)
        source = {"kind": "manifest", "upload_id": upload.id, "format": kind.manifest}
        if kind.way is Way.LABELS:
            source = {"kind": "archive", "upload_id": upload.id, "format": kind.format}
        running = server.start_import(project_id, source, batch=batch)
        note.keep(Reached(str(upload.id), str(running.id)))
    done = _wait(server, running)
    note.done()
    return done


def _running(server: Client, import_id: str) -> Import | None:
    try:
        found = server.get_import(import_id)
    except NotFound:
        return None
    return found if found.state in {ImportState.WAITING, ImportState.RUNNING} else None


def _upload(server: Client, path: Path, before: str | None, note: Unfinished) -> Upload:
    with bar(of_bytes=True) as shown:
        task = shown.add_task("sending", total=path.stat().st_size)

        def tell(upload: Upload) -> None:
            shown.update(task, completed=upload.received)
            note.keep(Reached(str(upload.id)))

        if before is not None:
            try:
                known = server.get_upload(before)
            except NotFound:
                known = None
            if known is not None and known.state is not UploadState.FAILED:
                shown.update(task, completed=known.received)
                return server.resume_upload(before, path, progress=tell)
        return server.upload_file(path, purpose=Purpose.DATA, progress=tell)


def _wait(server: Client, started: Import) -> Import:
    with bar() as shown:
        task = shown.add_task("importing", total=None)

        def tell(now: Import) -> None:
            _show(shown, task, now)

        return server.wait_for_import(started.id, progress=tell)


def _show(shown: Progress, task: TaskID, now: Import) -> None:
    whole = now.rows_total or (now.rows_done / now.progress if now.progress > 0 else None)
    shown.update(task, completed=now.rows_done, total=whole)


def _tell_folder(report: FolderReport) -> None:
    for each in report.refused[:FAULTS_SHOWN]:
        mend = f" → {each.fault.mend}" if each.fault.mend else ""
        err.print(f"[yellow]{each.name}[/yellow]: {each.fault.message}{mend}")
    parts = [f"{report.new} new items", f"{report.there} were there"]
    parts += [f"{len(report.refused)} refused"] if report.refused else []
    parts += [f"{report.skipped} other files left alone"] if report.skipped else []
    typer.echo(", ".join(parts) + ".")


def _tell_copied(copied: Copied) -> None:
    for each in copied.refused[:FAULTS_SHOWN]:
        err.print(f"[yellow]{escape(each)}[/yellow]")
    if copied.unlabeled:
        types = ", ".join(f"{type} ({count})" for type, count in sorted(copied.unlabeled.items()))
        err.print(f"[yellow]Left there, as they cannot be labeled here yet: {escape(types)}.[/yellow]")
    refused = f", {copied.refused_count} refused" if copied.refused_count else ""
    typer.echo(f"{copied.projects} projects, {copied.batches} batches, {copied.tasks} tasks{refused}.")


def _tell_import(server: Client, done: Import, as_json: bool) -> None:
    faults = list(server.list_import_faults(done.id, limit=FAULTS_SHOWN)) if done.rows_bad else []
    if as_json:
        print_json({"import": done, "faults": faults})
    else:
        for fault in faults:
            where = f"line {fault.line}" if fault.line is not None else fault.place
            mend = f" → {fault.mend}" if fault.mend else ""
            err.print(f"[yellow]{where}[/yellow]: {fault.message}{mend}")
        more = f" (the first {len(faults)} are shown)" if done.rows_bad > len(faults) else ""
        typer.echo(f"{done.rows_new} new items, {done.rows_there} were there, {done.rows_bad} refused{more}.")
    raise typer.Exit(1 if done.rows_bad else 0)
