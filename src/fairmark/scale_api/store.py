"""The only file that runs this package's statements: rows in, model out."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

import msgspec

from fairmark.kernel import json, sql
from fairmark.kernel.actor import MemberRole, Mode
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import (
    AssetId,
    BatchId,
    InvitationId,
    ItemId,
    PersonId,
    ProjectId,
    TaskId,
    WorkerId,
    WorkforceId,
)
from fairmark.ontology.model import Annotation
from fairmark.scale_api.model import (
    Batch,
    BatchStatus,
    Delivered,
    File,
    Form,
    Group,
    Json,
    Project,
    Role,
    ScaleId,
    Status,
    Task,
    first_id_at,
)

q = sql.load(__file__)
Row: TypeAlias = Any

T = TypeVar("T", bound=msgspec.Struct)
_DOCUMENTS = ("metadata", "params", "audits", "response")

ABOVE_ALL = ScaleId("g")
"""Greater than every id: `g` comes behind the hex digits."""
BELOW_ALL = ScaleId("")


class Account(NamedTuple):
    """What callbacks of an account carry, and where they go by default."""

    callback_key: str
    callback_url: str


class TaskFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which tasks to list. Everything given has to hold; of a list, one. Times: from inclusive, before exclusive."""

    scale_project_id: ScaleId | None = None
    scale_batch_id: ScaleId | None = None
    statuses: tuple[Status, ...] = tuple(Status)
    type: str | None = None
    unique_ids: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    review: tuple[str, ...] | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    completed_from: datetime | None = None
    completed_before: datetime | None = None
    updated_from: datetime | None = None
    updated_before: datetime | None = None


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


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task to write."""

    id: ScaleId
    type: str
    role: Role
    status: Status
    scale_project_id: ScaleId | None
    scale_batch_id: ScaleId | None
    project_id: ProjectId | None
    item_id: ItemId | None
    unique_id: str | None
    tags: list[str]
    metadata: Json
    instruction: str
    params: Json
    callback_url: str
    priority: int
    clears_unique_id: bool
    response: Json | None = None
    error: str | None = None


class Labeler(NamedTuple):
    """Somebody who was invited to label. came: they have accepted."""

    email: str
    came: bool
    expires_at: datetime


class InvitedMember(NamedTuple):
    """Somebody who was invited to the customer side and has not come yet."""

    email: str
    invitation_id: InvitationId
    role: MemberRole
    expires_at: datetime


class WorkState(NamedTuple):
    """The fairmark task behind a Scale task. is_begun: somebody has taken it at least once."""

    work_id: TaskId
    state: str
    is_begun: bool


class ResultRow(NamedTuple):
    """Where the work on an item stands, with the result in force if there is one."""

    item_id: ItemId
    work_id: TaskId
    state: str
    project_id: ProjectId
    annotation: Annotation | None
    active_ms: int


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


# ---------------------------------------------------------------------------------------------- tasks


async def add_tasks(tx: Tx, tasks: Sequence[NewTask]) -> set[ScaleId]:
    """The ids of those that were added; the unique_ids of the others are taken."""
    rows = await tx.all(
        q.insert_tasks, org_id=tx.org_id, mode=tx.actor.mode, now=tx.now,
        ids=[task.id for task in tasks], types=[task.type for task in tasks], roles=[task.role for task in tasks],
        statuses=[task.status for task in tasks], scale_project_ids=[task.scale_project_id for task in tasks],
        scale_batch_ids=[task.scale_batch_id for task in tasks], project_ids=[task.project_id for task in tasks],
        item_ids=[task.item_id for task in tasks], unique_ids=[task.unique_id for task in tasks],
        tags=[json.encode(task.tags) for task in tasks], metadatas=[json.encode(task.metadata) for task in tasks],
        instructions=[task.instruction for task in tasks], params=[json.encode(task.params) for task in tasks],
        callback_urls=[task.callback_url for task in tasks], priorities=[task.priority for task in tasks],
        clears_unique_ids=[task.clears_unique_id for task in tasks],
        responses=[None if task.response is None else json.encode(task.response) for task in tasks],
        errors=[task.error for task in tasks], completed_ats=[ended_at(tx, task) for task in tasks],
    )  # fmt: skip
    return {row["id"] for row in rows}


def ended_at(tx: Tx, task: NewTask) -> datetime | None:
    """When a task that is written now was completed, if it is."""
    return tx.now if task.status is Status.COMPLETED else None


async def task(tx: Tx, id: str, mode: Mode | None = None) -> Task | None:
    """mode: the caller's own unless said."""
    row = await tx.maybe(q.get_task, org_id=tx.org_id, mode=mode or tx.actor.mode, id=id)
    return _task(row) if row else None


async def task_of_source(tx: Tx, source_id: str) -> Task | None:
    """The task that was copied from another account's of this id."""
    id = await tx.value(q.id_of_source, org_id=tx.org_id, mode=tx.actor.mode, source_id=source_id)
    return None if id is None else await task(tx, id)


async def set_source(
    tx: Tx, id: ScaleId, source_id: str, status: Status, created_at: datetime, *, response: Json | None,
    error: str | None, completed_at: datetime | None,
) -> None:  # fmt: skip
    await tx.run(
        q.set_source, org_id=tx.org_id, id=id, source_id=source_id, status=status, created_at=created_at,
        completed_at=completed_at, response=None if response is None else json.encode(response), error=error,
    )  # fmt: skip


async def lock_task(tx: Tx, id: str) -> bool:
    """Whether there is such a task; nobody else changes it until the transaction ends."""
    return await tx.maybe(q.lock_task, org_id=tx.org_id, mode=tx.actor.mode, id=id) is not None


async def tasks(tx: Tx, wanted: TaskFilter, below: ScaleId, limit: int, offset: int = 0) -> list[Task]:
    """At most `limit` tasks below a place, newest first."""
    asked = _task_filter(tx, wanted, below)
    if wanted.tags is None:
        rows = await tx.all(q.list_tasks, limit=limit, offset=offset, **asked)
    else:
        rows = await tx.all(q.list_tagged, limit=limit, offset=offset, tags=list(wanted.tags), **asked)
    return [_task(row) for row in rows]


async def count_tasks(tx: Tx, wanted: TaskFilter) -> int:
    asked = _task_filter(tx, wanted, ABOVE_ALL)
    if wanted.tags is None:
        return await tx.value(q.count_tasks, **asked)
    return await tx.value(q.count_tagged, tags=list(wanted.tags), **asked)


async def tasks_by_unique_id(tx: Tx, unique_ids: Sequence[str], limit: int) -> list[Task]:
    rows = await tx.all(
        q.tasks_by_unique_id, org_id=tx.org_id, mode=tx.actor.mode, unique_ids=list(unique_ids), limit=limit
    )
    return [_task(row) for row in rows]


def _task_filter(tx: Tx, wanted: TaskFilter, below: ScaleId) -> dict[str, Any]:
    if wanted.created_before is not None:
        below = min(below, first_id_at(wanted.created_before))
    is_placed = wanted.scale_project_id is not None or wanted.scale_batch_id is not None
    times = (wanted.completed_from, wanted.completed_before, wanted.updated_from, wanted.updated_before)
    # Indexes of times and audits begin with the mode; those of projects and batches answer without it.
    is_said = is_placed and wanted.review is None and not any(times)
    return {
        "org_id": tx.org_id, "mode": None if is_said else tx.actor.mode, "statuses": list(wanted.statuses),
        "scale_project_id": wanted.scale_project_id, "scale_batch_id": wanted.scale_batch_id, "below": below,
        "id_from": BELOW_ALL if wanted.created_from is None else first_id_at(wanted.created_from),
        "type": wanted.type, "review": None if wanted.review is None else list(wanted.review),
        "is_unreviewed": wanted.review is not None and "pending" in wanted.review,
        "completed_from": wanted.completed_from, "completed_before": wanted.completed_before,
        "updated_from": wanted.updated_from, "updated_before": wanted.updated_before,
    }  # fmt: skip


async def set_unique_id(tx: Tx, id: ScaleId, unique_id: str | None) -> None:
    await tx.run(q.set_unique_id, org_id=tx.org_id, id=id, unique_id=unique_id, now=tx.now)


async def holder_of(tx: Tx, unique_id: str) -> ScaleId | None:
    """The task that has this unique_id."""
    return await tx.value(q.unique_id_taken, org_id=tx.org_id, mode=tx.actor.mode, unique_id=unique_id)


async def held_unique_ids(tx: Tx, unique_ids: Sequence[str]) -> set[str]:
    """Those of these unique_ids that a task has."""
    if not unique_ids:
        return set()
    rows = await tx.all(q.held_unique_ids, org_id=tx.org_id, mode=tx.actor.mode, unique_ids=list(unique_ids))
    return {row["unique_id"] for row in rows}


async def set_task_metadata(tx: Tx, id: ScaleId, metadata: Json) -> None:
    await tx.run(q.set_task_metadata, org_id=tx.org_id, id=id, metadata=json.encode(metadata), now=tx.now)


async def set_tags(tx: Tx, id: ScaleId, tags: Sequence[str]) -> None:
    await tx.run(q.set_tags, org_id=tx.org_id, id=id, tags=list(tags), now=tx.now)


async def set_status(
    tx: Tx,
    id: ScaleId,
    status: Status,
    *,
    response: Json | None = None,
    error: str | None = None,
    clear_unique_id: bool = False,
) -> None:
    await tx.run(
        q.set_status, org_id=tx.org_id, id=id, status=status, error=error,
        response=None if response is None else json.encode(response), clear_unique_id=clear_unique_id,
        completed_at=tx.now if status is Status.COMPLETED else None, now=tx.now,
    )  # fmt: skip


async def set_review(tx: Tx, id: ScaleId, status: str, comments: str | None, audits: Sequence[Json]) -> None:
    await tx.run(
        q.set_review, org_id=tx.org_id, id=id, status=status, comments=comments, audits=json.encode(audits), now=tx.now
    )


async def set_callback(tx: Tx, id: ScaleId, *, succeeded: bool) -> None:
    await tx.run(q.set_callback, org_id=tx.org_id, id=id, succeeded=succeeded, at=tx.now)


async def cancel_pending(tx: Tx, batch_id: ScaleId) -> int:
    return await tx.run(q.cancel_pending, org_id=tx.org_id, id=batch_id, now=tx.now)


# ---------------------------------------------------------------------------------------------- the work behind tasks


async def asset_fault(tx: Tx, ids: Sequence[AssetId]) -> str | None:
    """Why one of these assets could not be had."""
    return await tx.value(q.asset_fault, org_id=tx.org_id, ids=list(ids))


async def work_state(tx: Tx, item_id: ItemId) -> WorkState | None:
    """None: the item has not become a task yet."""
    row = await tx.maybe(q.work_state, org_id=tx.org_id, item_id=item_id)
    return WorkState(row["work_id"], row["state"], row["is_begun"]) if row else None


async def batch_of_item(tx: Tx, item_id: ItemId) -> BatchId:
    return await tx.value(q.batch_of_item, org_id=tx.org_id, item_id=item_id)


async def tasks_of_items(tx: Tx, item_ids: Sequence[ItemId]) -> list[tuple[ScaleId, ItemId, Mode]]:
    """The Scale tasks behind items, locked."""
    rows = await tx.all(q.tasks_of_items, org_id=tx.org_id, item_ids=list(item_ids))
    return [(row["id"], row["item_id"], Mode(row["mode"])) for row in rows]


async def items_of_work(tx: Tx, work_ids: Sequence[TaskId]) -> dict[TaskId, ItemId]:
    rows = await tx.all(q.items_of_work, org_id=tx.org_id, work_ids=list(work_ids))
    return {row["id"]: row["item_id"] for row in rows}


async def items_of_assets(tx: Tx, asset_ids: Sequence[AssetId]) -> list[ItemId]:
    rows = await tx.all(q.items_of_assets, org_id=tx.org_id, asset_ids=list(asset_ids))
    return [row["id"] for row in rows]


async def results_of(tx: Tx, item_ids: Sequence[ItemId]) -> dict[ItemId, ResultRow]:
    rows = await tx.all(q.results_of, org_id=tx.org_id, item_ids=list(item_ids))
    return {
        row["item_id"]: ResultRow(
            row["item_id"], row["work_id"], row["state"], row["project_id"],
            json.decode(row["annotation"], type=Annotation) if row["annotation"] else None, row["active_ms"],
        )
        for row in rows
    }  # fmt: skip


async def known_answers_due(tx: Tx, item_ids: Sequence[ItemId]) -> list[ScaleId]:
    """Evaluation and training tasks of items whose attachments are all here, locked."""
    rows = await tx.all(q.known_answers_due, org_id=tx.org_id, item_ids=list(item_ids))
    return [row["id"] for row in rows]


async def submissions_of(tx: Tx, work_id: TaskId) -> list[Annotation]:
    rows = await tx.all(q.submissions_of, org_id=tx.org_id, work_id=work_id)
    return [json.decode(row["annotation"], type=Annotation) for row in rows]


# ---------------------------------------------------------------------------------------------- people


async def labelers(tx: Tx, emails: Sequence[str] | None = None) -> list[Labeler]:
    """Who was invited to label by address."""
    rows = await tx.all(q.labelers, org_id=tx.org_id, now=tx.now, emails=None if emails is None else list(emails))
    return [Labeler(row["email"], row["came"], row["expires_at"]) for row in rows]


async def invited_members(tx: Tx) -> list[InvitedMember]:
    """Who was invited as a member and has not come yet."""
    rows = await tx.all(q.invited_members, org_id=tx.org_id, now=tx.now)
    return [InvitedMember(r["email"], r["id"], MemberRole(r["member_role"]), r["expires_at"]) for r in rows]


async def persons_of(tx: Tx, emails: Sequence[str]) -> dict[str, tuple[PersonId, WorkerId]]:
    """The people who came to work here by these addresses."""
    rows = await tx.all(q.persons_of, org_id=tx.org_id, emails=list(emails))
    return {row["email"]: (row["person_id"], row["worker_id"]) for row in rows}


async def email_of_worker(tx: Tx, worker_id: WorkerId) -> str | None:
    """The address by which a worker was invited here; None for others."""
    return await tx.value(q.email_of_worker, org_id=tx.org_id, worker_id=worker_id)


async def add_group(tx: Tx, group: Group) -> bool:
    """False if the name is taken in its project."""
    touched = await tx.run(
        q.insert_group, org_id=tx.org_id, id=group.id, project_id=group.project_id, name=group.name,
        workforce_id=group.workforce_id, is_singleton=group.is_singleton, now=tx.now,
    )  # fmt: skip
    return touched == 1


async def groups_of(tx: Tx, project_id: ScaleId) -> list[Group]:
    rows = await tx.all(q.groups_of, org_id=tx.org_id, project_id=project_id)
    return [_built(Group, row, emails=list(row["emails"])) for row in rows]


async def lock_people(tx: Tx, emails: Sequence[str]) -> None:
    """Nobody else changes where these belong until the transaction ends."""
    await tx.all(q.lock_people, org_id=tx.org_id, emails=list(emails))


async def add_people(tx: Tx, group_id: ScaleId, emails: Sequence[str]) -> None:
    await tx.run(q.add_people, org_id=tx.org_id, group_id=group_id, emails=list(emails))


async def remove_people(tx: Tx, group_id: ScaleId, emails: Sequence[str]) -> None:
    await tx.run(q.remove_people, org_id=tx.org_id, group_id=group_id, emails=list(emails))


async def workforces_for(tx: Tx, email: str) -> list[WorkforceId]:
    """The workforces of the groups that somebody belongs to."""
    rows = await tx.all(q.workforces_for, org_id=tx.org_id, email=email)
    return [row["workforce_id"] for row in rows]


async def assignments(tx: Tx) -> dict[str, list[str]]:
    """The projects' names that each person belongs to, by e-mail address."""
    rows = await tx.all(q.assignments, org_id=tx.org_id, mode=tx.actor.mode)
    return {row["email"]: list(row["projects"]) for row in rows}


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


def _built(kind: type[T], row: Row, **changed: Any) -> T:
    """A value from the columns of a row that are its members; `changed` in place of some."""
    members = kind.__struct_fields__
    found: dict[str, Any] = {name: value for name, value in row.items() if name in members}
    return kind(**(found | changed))


def _project(row: Row) -> Project:
    return _built(Project, row, mode=Mode(row["mode"]), history=json.decode(row["history"]))


def _form(row: Row) -> Form:
    return _built(Form, row, params=json.decode(row["params"]))


def _batch(row: Row) -> Batch:
    return _built(Batch, row, status=BatchStatus(row["status"]), metadata=json.decode(row["metadata"]))


def _task(row: Row) -> Task:
    documents = {name: json.decode(row[name]) if row[name] else None for name in _DOCUMENTS}
    words = {"mode": Mode(row["mode"]), "role": Role(row["role"]), "status": Status(row["status"])}
    return _built(Task, row, asset_ids=list(row["asset_ids"] or []), **documents, **words)


def _file(row: Row) -> File:
    return _built(File, row, metadata=json.decode(row["metadata"]))
