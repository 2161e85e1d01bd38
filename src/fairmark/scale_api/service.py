"""Use cases of tasks: create, look, list, cancel, audit; their unique ids, metadata and tags."""

import base64
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from fairmark.assets import service as assets
from fairmark.assets.model import DEFAULT_BATCH
from fairmark.kernel.actor import Actor, Permission, require
from fairmark.kernel.db import Tx
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, ItemId, ProjectId
from fairmark.ontology.model import Annotation
from fairmark.scale_api import callbacks, placing, rules, store
from fairmark.scale_api.model import (
    BadRequest,
    Batch,
    BatchStatus,
    Duplicate,
    File,
    Form,
    Json,
    NoSuch,
    Project,
    Role,
    ScaleId,
    Status,
    Task,
    new_scale_id,
    timestamp,
)
from fairmark.scale_api.rules import Envelope, Extras
from fairmark.scale_api.shapes import read, wrong
from fairmark.scale_api.store import ABOVE_ALL, NewTask, TaskFilter
from fairmark.scale_api.types.forms import is_address
from fairmark.scale_api.types.made_up import made_up
from fairmark.scale_api.types.model import Answer, Attachment, Show, TaskType, Translation
from fairmark.scale_api.types.table import task_type, translated, with_defaults
from fairmark.tasks import flow
from fairmark.tasks.model import Decision

PRIORITY_USUAL = 30
CANCELED = "Canceled by the customer."


class Plan(NamedTuple):
    """A task that may be made: what it says, understood, and where it goes. texts: to be kept before it is written."""

    id: ScaleId
    type: TaskType
    role: Role
    envelope: Envelope
    params: Json
    instruction: str
    translation: Translation
    extras: Extras
    shown: list[Attachment]
    references: list[int]
    start: Annotation | None
    project: Project | None
    batch: Batch | None
    texts: list[tuple[int, str]]


class Page(NamedTuple):
    """A part of a list of tasks. total: of all that fit. next_token: None behind the last."""

    tasks: list[Task]
    total: int
    next_token: str | None


# ---------------------------------------------------------------------------------------------- creation


async def create(
    site: Site, actor: Actor, type_name: str, body: Json, role: Role = Role.TASK, *, expected: str | None = None
) -> Task:
    """A new task. In the test world it is done at once. Attachments are fetched later; one that cannot be had turns the
    task into an error then. expected: the parameter with the answer that is known.

    Raises BadRequest, NotEnabled, NoSuch, Duplicate.
    """
    require(actor, Permission.DATA_WRITE)
    type = task_type(type_name)
    async with site.db.begin(actor.org_id, actor=actor) as tx:
        plan = await _plan(tx, type, body, role)
        if expected is not None:
            plan.translation.annotation(body[expected], expected)
        if rules.is_test(tx.actor.mode):
            return await _write_test(tx, plan)
        if not plan.texts:
            return await _write(tx, plan, {})
    named = [(f"{plan.shown[number].place}.txt", text.encode()) for number, text in plan.texts]
    kept = await assets.take_files(site, actor, named)
    async with site.db.begin(actor.org_id, actor=actor) as tx:
        return await _write(tx, plan, dict(zip((number for number, _ in plan.texts), kept, strict=True)))


async def _plan(tx: Tx, type: TaskType, body: Json, role: Role) -> Plan:
    envelope = rules.read_envelope(body)
    project, batch = await destination(tx, envelope.project, envelope.batch)
    rules.check_destination(type, project, batch)
    params, instruction = rules.merged_params(body, project)
    rules.check_instruction(type, instruction)
    translation = translated(type, params)
    extras = read({key: params[key] for key in Extras.__struct_fields__ if key in params}, Extras)
    shown, references = rules.seen(translation, extras)
    for each in shown:
        if each.show is Show.IMAGE and "://" not in each.content:
            raise wrong(each.place, f"'{each.content[:60]}' is no address; give an http, https, s3 or gs address.")
    if envelope.unique_id is not None and await store.holder_of(tx, envelope.unique_id) is not None:
        raise _taken(envelope.unique_id)
    texts = [
        (number, each.content)
        for number, each in enumerate(shown)
        if each.show is Show.LINK or (each.show is Show.TEXT and not is_address(each.content))
    ]
    return Plan(
        new_scale_id(), type, role, envelope, with_defaults(type, params), instruction, translation, extras, shown,
        references, rules.start_of(translation, extras), project, batch, texts,
    )  # fmt: skip


async def destination(tx: Tx, project: str | None, batch: str | None) -> tuple[Project | None, Batch | None]:
    """The project and batch of these names; a batch implies its project. Raises NoSuch, BadRequest."""
    found_batch = await store.batch(tx, name=batch) if batch else None
    if batch and found_batch is None:
        raise NoSuch(f"`batch`: there is no batch '{batch}'.")
    name = project or (found_batch.project if found_batch is not None else None)
    found = await store.project(tx, name=name) if name else None
    if name and found is None:
        raise NoSuch(f"`project`: there is no project '{name}'.")
    if found is not None and found_batch is not None and found_batch.project_id != found.id:
        raise wrong("batch", f"'{found_batch.name}' belongs to the project '{found_batch.project}'.")
    return found, found_batch


async def _write(tx: Tx, plan: Plan, texts: dict[int, AssetId]) -> Task:
    status = None if plan.batch is None else await store.share_batch(tx, plan.batch.id)
    if plan.batch is not None and status is not None:
        rules.check_batch_open(plan.batch, status)
    form = await placing.form_of(
        tx, plan.type, plan.translation, plan.params, plan.instruction, plan.project, plan.batch
    )
    await placing.batch_in(tx, form, plan.batch, status)
    if plan.batch is not None and status is BatchStatus.COMPLETED:
        await store.set_batch_status(tx, plan.batch.id, BatchStatus.IN_PROGRESS)
    item_id = await _add_item(tx, plan, form, texts)
    return await _added(tx, plan, form.project_id, item_id, Status.PENDING, None)


async def _write_test(tx: Tx, plan: Plan) -> Task:
    """A task of the test world: answered at once by nobody, and told like any other."""
    if plan.batch is not None:
        rules.check_batch_open(plan.batch, await store.share_batch(tx, plan.batch.id))
    answer = Answer(made_up(plan.translation.ontology, plan.id, len(plan.translation.attachments)))
    response = plan.translation.response(answer, plan.id) if plan.role is Role.TASK else None
    task = await _added(tx, plan, None, None, Status.COMPLETED, response)
    if plan.role is Role.TASK:
        await callbacks.task_told(tx, task)
    return task


async def _added(
    tx: Tx, plan: Plan, project_id: ProjectId | None, item_id: ItemId | None, status: Status, response: Json | None
) -> Task:
    envelope = plan.envelope
    new = NewTask(
        id=plan.id, type=plan.type.name, role=plan.role, status=status,
        scale_project_id=plan.project.id if plan.project is not None else None,
        scale_batch_id=plan.batch.id if plan.batch is not None else None, project_id=project_id, item_id=item_id,
        unique_id=envelope.unique_id, tags=list(dict.fromkeys(envelope.tags)), metadata=envelope.metadata,
        instruction=plan.instruction, params=plan.params, callback_url=envelope.callback_url or "",
        priority=envelope.priority, clears_unique_id=envelope.clear_unique_id_on_error, response=response,
    )  # fmt: skip
    if not await store.add_task(tx, new):
        raise _taken(envelope.unique_id or "")
    return await get(tx, plan.id)


async def _add_item(tx: Tx, plan: Plan, form: Form, texts: dict[int, AssetId]) -> ItemId:
    refs = [await _asset(tx, number, each, texts) for number, each in enumerate(plan.shown)]
    opens = [number for number, each in enumerate(plan.shown) if each.show is Show.LINK]
    note = plan.instruction if plan.instruction != form.instruction else None
    row: Json = {
        "assets": refs,
        "external_id": plan.id,
        "name": _item_name(plan),
        "meta": rules.editor_meta(plan.extras, plan.start, note, opens, plan.references),
        "priority": plan.envelope.priority - PRIORITY_USUAL,
    }
    if plan.start is not None:
        row["prelabel"] = msgspec.to_builtins(plan.start)
    batch = DEFAULT_BATCH if plan.batch is None else plan.batch.name
    added = await assets.add_items(tx, form.project_id, batch, [row])
    if added.faults:
        fault = added.faults[0]
        raise wrong(_place_of(plan, fault.place), f"{fault.message} {fault.mend}".strip())
    return added.items[0].item_id


def _item_name(plan: Plan) -> str:
    name = plan.envelope.unique_id or ""
    content = plan.shown[0].content
    if not name and plan.shown[0].show is not Show.TEXT:
        name = content.partition("?")[0].rstrip("/").rpartition("/")[2]
    name = name or " ".join(content.split())[:60]
    return "".join(char for char in name if char.isprintable())[:200] or plan.type.name


def _place_of(plan: Plan, pointer: str) -> str:
    """The parameter that a fault of an item's row is about."""
    parts = pointer.strip("/").split("/")
    if parts[0] == "assets" and len(parts) > 1 and parts[1].isdigit():
        return plan.shown[int(parts[1])].place
    return "hypothesis" if plan.start is not None else plan.shown[0].place


async def _asset(tx: Tx, number: int, attachment: Attachment, texts: dict[int, AssetId]) -> Json:
    """What an item's row says of one attachment. Raises BadRequest."""
    if number in texts:
        return {"asset_id": str(texts[number])}
    content = attachment.content.strip()
    if content.startswith("scaledata://"):
        file = await _file(tx, content, attachment.place)
        return {"asset_id": str(file.asset_id)} if file.asset_id is not None else {"url": file.url}
    return {"url": content, "name": f"{attachment.place}.txt"} if attachment.show is Show.TEXT else {"url": content}


async def _file(tx: Tx, address: str, place: str) -> File:
    try:
        id = UUID(address.rstrip("/").rpartition("/")[2])
    except ValueError:
        raise wrong(place, f"'{address[:80]}' is no address of a file.") from None
    found = await store.file(tx, id)
    if found is None:
        raise wrong(place, f"there is no file '{address[:80]}'.")
    return found


def _taken(unique_id: str) -> Duplicate:
    return Duplicate(f"`unique_id`: there is a task with the unique_id '{unique_id}' already.")


# ---------------------------------------------------------------------------------------------- reading


async def get(tx: Tx, id: str) -> Task:
    """A task. Raises NoSuch."""
    found = await store.task(tx, id)
    if found is None:
        raise NoSuch(f"There is no task '{id[:60]}'.", mend="Check the id, and that the key is of the right mode.")
    return found


async def page(
    tx: Tx, wanted: TaskFilter, token: str | None, limit: int, offset: int = 0, *, counted: bool = True
) -> Page:
    """Tasks, newest first. The first page counts all, if wanted; the token carries the number on. Raises BadRequest."""
    if wanted.unique_ids is not None:
        found = [each for each in await store.tasks_by_unique_id(tx, wanted.unique_ids, 10_000) if _fits(each, wanted)]
        return Page(found[offset : offset + limit], len(found), None)
    below, total = _read_token(token) if token else (ABOVE_ALL, None)
    if total is None:
        total = await store.count_tasks(tx, wanted) if counted else 0
    rows = await store.tasks(tx, wanted, below, offset + limit + 1, offset)
    kept = rows[:limit]
    more = len(rows) > limit
    return Page(kept, total, _token(kept[-1].id, total) if more else None)


def _fits(task: Task, wanted: TaskFilter) -> bool:
    """Whether a task that was found by its unique id is wanted in every other respect."""
    span = [
        (wanted.created_from, wanted.created_before, task.created_at),
        (wanted.completed_from, wanted.completed_before, task.completed_at),
        (wanted.updated_from, wanted.updated_before, task.updated_at),
    ]
    return (
        task.status in wanted.statuses
        and wanted.scale_project_id in (None, task.scale_project_id)
        and wanted.scale_batch_id in (None, task.scale_batch_id)
        and wanted.type in (None, task.type)
        and (wanted.tags is None or not set(wanted.tags).isdisjoint(task.tags))
        and (wanted.review is None or (task.review_status or "pending") in wanted.review)
        and all(since is None or (at is not None and at >= since) for since, _, at in span)
        and all(before is None or (at is not None and at < before) for _, before, at in span)
    )


def _token(id: ScaleId, total: int) -> str:
    return base64.urlsafe_b64encode(f"{id}.{total}".encode()).decode().rstrip("=")


def _read_token(token: str) -> tuple[ScaleId, int]:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
        id, _, total = text.partition(".")
        if len(id) == 24 and total.isdigit() and len(total) < 12:
            return ScaleId(id), int(total)
    except ValueError:
        pass
    raise wrong("next_token", "it is not the next_token of an earlier page.")


# ---------------------------------------------------------------------------------------------- changes


async def locked(tx: Tx, id: str) -> Task:
    """A task that nobody else changes until the transaction ends. Raises NoSuch."""
    if not await store.lock_task(tx, id):
        raise NoSuch(f"There is no task '{id[:60]}'.", mend="Check the id, and that the key is of the right mode.")
    return await get(tx, id)


async def cancel(tx: Tx, id: str, *, clear_unique_id: bool) -> Task:
    """Takes a task out of the work, if nobody has begun it. Raises NoSuch, BadRequest."""
    task = await locked(tx, id)
    rules.check_cancel(task, is_begun=False)
    assert task.item_id is not None, "a pending task has an item"
    assert task.project_id is not None
    work = await store.work_state(tx, task.item_id)
    if work is None:  # the reader that makes tasks of items has not come to it yet
        batch_id = await store.batch_of_item(tx, task.item_id)
        await flow.create_tasks(tx, task.project_id, batch_id, task.item_id, task.item_id)
        work = await store.work_state(tx, task.item_id)
    if work is not None:
        rules.check_cancel(task, work.is_begun)
        await flow.cancel(tx, work.work_id, CANCELED)
    await store.set_status(tx, task.id, Status.CANCELED, clear_unique_id=clear_unique_id)
    await callbacks.batch_settled(tx, task.scale_batch_id)
    return await get(tx, id)


async def audit(tx: Tx, id: str, accepted: bool, comments: str | None) -> None:
    """The customer's word on a completed task. A rejected one goes back to work. Raises NoSuch, BadRequest."""
    task = await locked(tx, id)
    rules.check_audit(task)
    result = rules.review_of(accepted)
    entry = rules.audit_entry(result, comments, _by(tx), timestamp(tx.now))
    await store.set_review(tx, task.id, result, comments, [entry, *task.audits])
    if not accepted and task.item_id is not None:
        work = await store.work_state(tx, task.item_id)
        assert work is not None, "a completed task has been worked on"
        why = comments or "Rejected by the customer."
        await flow.review_from_pages(tx, work.work_id, Decision.REJECT, [why[:200]], comments or "", None)
        await store.set_status(tx, task.id, Status.PENDING)
        await callbacks.batch_reopened(tx, task.scale_batch_id)
    await callbacks.task_told(tx, await get(tx, id))


async def send_callback(tx: Tx, id: str) -> Task:
    """Tells once more what has become of a task. Raises NoSuch, BadRequest where there is nothing or nobody to tell."""
    task = await locked(tx, id)
    if task.status is Status.PENDING:
        raise BadRequest("The task is pending; there is nothing to tell yet.")
    if await callbacks.task_told(tx, task) is None:
        raise BadRequest("The task has no callback_url, and the account has no default one.")
    return await get(tx, id)


def _by(tx: Tx) -> str:
    return f"key:{tx.actor.key_id}" if tx.actor.key_id is not None else "customer"


async def set_unique_id(tx: Tx, id: str, unique_id: str | None) -> Task:
    """Gives a task another unique id, or none. Raises NoSuch, Duplicate."""
    task = await locked(tx, id)
    if unique_id is not None:
        await store.lock_form(tx, f"unique_id {unique_id}")  # two that want the same id come one after the other
        if await store.holder_of(tx, unique_id) not in (None, task.id):
            raise _taken(unique_id)
    await store.set_unique_id(tx, task.id, unique_id)
    return await get(tx, id)


async def set_metadata(tx: Tx, id: str, metadata: Json, *, merge: bool = False) -> Task:
    """Replaces a task's metadata, or lays these over it. Raises NoSuch, BadRequest."""
    task = await locked(tx, id)
    wanted = rules.laid_over(task.metadata, metadata) if merge else metadata
    rules.check_metadata(wanted)
    await store.set_task_metadata(tx, task.id, wanted)
    return await get(tx, id)


async def set_tags(tx: Tx, id: str, tags: Sequence[str]) -> Task:
    """Replaces a task's tags. Raises NoSuch, BadRequest."""
    task = await locked(tx, id)
    return await _with_tags(tx, task, list(dict.fromkeys(tags)))


async def add_tags(tx: Tx, id: str, tags: Sequence[str]) -> Task:
    """Adds tags; those that are there already stay where they are. Raises NoSuch, BadRequest."""
    task = await locked(tx, id)
    return await _with_tags(tx, task, rules.tags_with(task.tags, tags))


async def delete_tags(tx: Tx, id: str, tags: Sequence[str]) -> Task:
    """Takes tags away; those that are not there are no matter. Raises NoSuch."""
    task = await locked(tx, id)
    return await _with_tags(tx, task, [tag for tag in task.tags if tag not in tags])


async def _with_tags(tx: Tx, task: Task, tags: list[str]) -> Task:
    rules.check_tags(tags)
    await store.set_tags(tx, task.id, tags)
    return await get(tx, task.id)
