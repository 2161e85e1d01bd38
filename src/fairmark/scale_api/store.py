"""Runs this package's statements: rows in, model out. Those about tasks, work and people lie in files beside it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

import msgspec

from fairmark.kernel import json, sql
from fairmark.kernel.actor import Mode
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import (
    BatchId,
    ProjectId,
)
from fairmark.scale_api.model import (
    Batch,
    BatchStatus,
    Delivered,
    File,
    Form,
    Json,
    Project,
    ScaleId,
    Status,
    first_id_at,
)

q = sql.load(__file__)
Row: TypeAlias = Any

T = TypeVar("T", bound=msgspec.Struct)


class Account(NamedTuple):
    """What callbacks of an account carry, and where they go by default."""

    callback_key: str
    callback_url: str


class BatchFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which batches to list."""

    project_id: ScaleId | None = None
    statuses: tuple[BatchStatus, ...] | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    completed_from: datetime | None = None
    completed_before: datetime | None = None
    without_archived: bool = False
    below: ScaleId | None = None
    """Only those that are older than this one."""


# ---------------------------------------------------------------------------------------------- accounts


async def account(tx: Tx, mode: Mode) -> Account | None:
    row = await tx.maybe(q.get_account, org_id=tx.org_id, mode=mode)
    return Account(row["callback_key"], row["callback_url"]) if row else None


async def add_account(tx: Tx, mode: Mode, callback_key: str) -> None:
    await tx.run(q.put_account, org_id=tx.org_id, mode=mode, callback_key=callback_key, now=tx.now)


async def change_account(tx: Tx, mode: Mode, account: Account) -> None:
    await tx.run(
        q.change_account, org_id=tx.org_id, mode=mode, callback_key=account.callback_key,
        callback_url=account.callback_url, now=tx.now,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- projects and forms


async def add_project(tx: Tx, project: Project) -> bool:
    """False if the name is taken."""
    touched = await tx.run(
        q.insert_project, org_id=tx.org_id, id=project.id, mode=project.mode, name=project.name, type=project.type,
        history=json.encode(project.history), is_rapid=project.is_rapid, is_studio=project.is_studio,
        dataset_id=project.dataset_id, now=project.created_at,
    )  # fmt: skip
    return touched == 1


async def project(tx: Tx, *, name: str | None = None, id: str | None = None) -> Project | None:
    row = await tx.maybe(q.get_project, org_id=tx.org_id, mode=tx.actor.mode, id=id, name=name)
    return _project(row) if row else None


async def projects_named(tx: Tx, names: Collection[str]) -> dict[str, Project]:
    """The projects of these names."""
    if not names:
        return {}
    rows = await tx.all(q.projects_named, org_id=tx.org_id, mode=tx.actor.mode, names=list(names))
    return {row["name"]: _project(row) for row in rows}


async def lock_project(tx: Tx, name: str) -> Project | None:
    row = await tx.maybe(q.lock_project, org_id=tx.org_id, mode=tx.actor.mode, name=name)
    return _project(row) if row else None


async def projects(
    tx: Tx, *, archived: bool = False, since: datetime | None = None, before: datetime | None = None
) -> list[Project]:
    rows = await tx.all(
        q.list_projects, org_id=tx.org_id, mode=tx.actor.mode, is_archived=archived,
        id_from=_id_at(since), id_before=_id_at(before),
    )  # fmt: skip
    return [_project(row) for row in rows]


async def set_history(tx: Tx, id: ScaleId, history: Sequence[Json]) -> None:
    await tx.run(q.set_history, org_id=tx.org_id, id=id, history=json.encode(history))


async def lock_form(tx: Tx, key: str) -> None:
    """Nobody else makes the form named by `key` until the transaction ends."""
    await tx.maybe(q.lock_form, org_id=tx.org_id, mode=tx.actor.mode, key=key)


async def form(tx: Tx, scale_project_id: str, scale_batch_id: str, hash: bytes) -> Form | None:
    row = await tx.maybe(
        q.get_form, org_id=tx.org_id, mode=tx.actor.mode, scale_project_id=scale_project_id,
        scale_batch_id=scale_batch_id, hash=hash,
    )  # fmt: skip
    return _form(row) if row else None


async def form_of_project(tx: Tx, project_id: ProjectId) -> Form | None:
    row = await tx.maybe(q.form_of_project, org_id=tx.org_id, project_id=project_id)
    return _form(row) if row else None


async def forms_of(tx: Tx, scale_project_id: str) -> list[tuple[Form, str]]:
    """The forms of a Scale project, newest first, each with the batch it is for, if only one."""
    rows = await tx.all(q.forms_of, org_id=tx.org_id, mode=tx.actor.mode, scale_project_id=scale_project_id)
    return [(_form(row), row["scale_batch_id"]) for row in rows]


async def add_form(tx: Tx, form: Form, scale_project_id: str, scale_batch_id: str, hash: bytes) -> None:
    await tx.run(
        q.insert_form, org_id=tx.org_id, project_id=form.project_id, mode=tx.actor.mode,
        scale_project_id=scale_project_id, scale_batch_id=scale_batch_id, type=form.type, hash=hash,
        params=json.encode(form.params), instruction=form.instruction, now=tx.now,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- batches


async def add_batch(tx: Tx, batch: Batch) -> bool:
    """False if the name is taken."""
    touched = await tx.run(
        q.insert_batch, org_id=tx.org_id, id=batch.id, mode=tx.actor.mode, name=batch.name,
        project_id=batch.project_id, status=batch.status, callback=batch.callback,
        metadata=json.encode(batch.metadata), is_calibration=batch.is_calibration,
        is_self_label=batch.is_self_label, now=batch.created_at,
    )  # fmt: skip
    return touched == 1


async def batch(tx: Tx, *, name: str | None = None, id: str | None = None) -> Batch | None:
    row = await tx.maybe(q.get_batch, org_id=tx.org_id, mode=tx.actor.mode, id=id, name=name)
    return _batch(row) if row else None


async def lock_batch(tx: Tx, id: ScaleId) -> Batch:
    return _batch(await tx.one(q.lock_batch, org_id=tx.org_id, id=id))


async def share_batches(tx: Tx, names: Collection[str]) -> dict[str, Batch]:
    """The batches of these names, which stay as they are until the transaction ends."""
    if not names:
        return {}
    rows = await tx.all(q.share_batches, org_id=tx.org_id, mode=tx.actor.mode, names=list(names))
    return {row["name"]: _batch(row) for row in rows}


async def batches(tx: Tx, wanted: BatchFilter, limit: int, offset: int) -> list[Batch]:
    rows = await tx.all(q.list_batches, limit=limit, offset=offset, **_batch_filter(tx, wanted))
    return [_batch(row) for row in rows]


async def count_batches(tx: Tx, wanted: BatchFilter) -> int:
    return await tx.value(q.count_batches, **_batch_filter(tx, wanted))


def _batch_filter(tx: Tx, wanted: BatchFilter) -> dict[str, Any]:
    return {
        "org_id": tx.org_id, "mode": tx.actor.mode, "project_id": wanted.project_id,
        "statuses": None if wanted.statuses is None else list(wanted.statuses),
        "id_from": _id_at(wanted.created_from),
        "id_before": min((each for each in (wanted.below, _id_at(wanted.created_before)) if each), default=None),
        "completed_from": wanted.completed_from, "completed_before": wanted.completed_before,
        "without_archived": wanted.without_archived,
    }  # fmt: skip


def _id_at(at: datetime | None) -> ScaleId | None:
    return None if at is None else first_id_at(at)


async def set_batch_status(tx: Tx, id: ScaleId, status: BatchStatus) -> None:
    await tx.run(q.set_batch_status, org_id=tx.org_id, id=id, status=status, now=tx.now)


async def set_batch_metadata(tx: Tx, id: ScaleId, metadata: Json) -> None:
    await tx.run(q.set_batch_metadata, org_id=tx.org_id, id=id, metadata=json.encode(metadata))


async def batch_counts(tx: Tx, id: ScaleId) -> dict[Status, int]:
    return {Status(row["status"]): row["n"] for row in await tx.all(q.batch_counts, org_id=tx.org_id, id=id)}


async def studio_batches(tx: Tx) -> list[Batch]:
    rows = await tx.all(q.studio_batches, org_id=tx.org_id, mode=tx.actor.mode)
    return [_batch(row) for row in rows]


async def set_batch_priority(tx: Tx, id: ScaleId, priority: int | None) -> None:
    await tx.run(q.set_batch_priority, org_id=tx.org_id, id=id, priority=priority)


async def set_batch_groups(tx: Tx, id: ScaleId, groups: Sequence[str]) -> None:
    await tx.run(q.set_batch_groups, org_id=tx.org_id, id=id, groups=list(groups))


async def delivered(
    tx: Tx,
    *,
    project_id: ScaleId | None = None,
    id: str | None = None,
    name: str | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
) -> list[Delivered]:
    """Completed batches, newest first."""
    rows = await tx.all(
        q.delivered_batches, org_id=tx.org_id, mode=tx.actor.mode, project_id=project_id, id=id, name=name,
        completed_from=since, completed_before=before,
    )  # fmt: skip
    return [Delivered(_batch(row), row["done"]) for row in rows]


async def has_pending(tx: Tx, batch_id: ScaleId) -> bool:
    return bool(await tx.value(q.has_pending, org_id=tx.org_id, id=batch_id))


async def work_batches(tx: Tx, batch: Batch) -> list[BatchId]:
    rows = await tx.all(
        q.work_batches, org_id=tx.org_id, mode=tx.actor.mode, scale_project_id=batch.project_id, id=batch.id,
        name=batch.name,
    )  # fmt: skip
    return [row["id"] for row in rows]


# ---------------------------------------------------------------------------------------------- files


async def add_file(tx: Tx, file: File) -> None:
    await tx.run(
        q.insert_file, org_id=tx.org_id, id=file.id, mode=tx.actor.mode, asset_id=file.asset_id, url=file.url,
        name=file.name, mime_type=file.mime_type, bytes=file.bytes, projects=file.projects,
        reference_id=file.reference_id, display_name=file.display_name, metadata=json.encode(file.metadata),
        now=file.created_at,
    )  # fmt: skip


async def files_of(tx: Tx, ids: Collection[UUID]) -> dict[UUID, File]:
    rows = await tx.all(q.files_of, org_id=tx.org_id, mode=tx.actor.mode, ids=list(ids))
    return {row["id"]: _file(row) for row in rows}


async def files(tx: Tx, after: UUID | None, limit: int) -> list[File]:
    rows = await tx.all(q.list_files, org_id=tx.org_id, mode=tx.actor.mode, after=after, limit=limit)
    return [_file(row) for row in rows]


# ---------------------------------------------------------------------------------------------- rows


def built(kind: type[T], row: Row, **changed: Any) -> T:
    """A value from the columns of a row that are its members; `changed` in place of some."""
    members = kind.__struct_fields__
    found: dict[str, Any] = {name: value for name, value in row.items() if name in members}
    return kind(**(found | changed))


def _project(row: Row) -> Project:
    return built(Project, row, mode=Mode(row["mode"]), history=json.decode(row["history"]))


def _form(row: Row) -> Form:
    return built(Form, row, params=json.decode(row["params"]))


def _batch(row: Row) -> Batch:
    return built(Batch, row, status=BatchStatus(row["status"]), metadata=json.decode(row["metadata"]))


def _file(row: Row) -> File:
    return built(File, row, metadata=json.decode(row["metadata"]))
