"""Use cases of creation: what a request asks for, understood; and the task that comes of it, with an item and work."""

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
)
from fairmark.scale_api.rules import Envelope, Extras
from fairmark.scale_api.shapes import read, wrong
from fairmark.scale_api.store import NewTask
from fairmark.scale_api.types.forms import is_address
from fairmark.scale_api.types.made_up import made_up
from fairmark.scale_api.types.model import Answer, Attachment, Show, TaskType, Translation
from fairmark.scale_api.types.table import task_type, translated, with_defaults

PRIORITY_USUAL = 30


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
        plan = await planned(tx, type, body, role)
        if expected is not None:
            plan.translation.annotation(body[expected], expected)
        if rules.is_test(tx.actor.mode):
            return await _write_test(tx, plan)
        if not plan.texts:
            return await write(tx, plan, {})
    texts = await kept_texts(site, actor, plan)
    async with site.db.begin(actor.org_id, actor=actor) as tx:
        return await write(tx, plan, texts)


async def kept_texts(site: Site, actor: Actor, plan: Plan) -> dict[int, AssetId]:
    """Keeps the texts of a plan as files, outside of any transaction; by the number of the attachment."""
    if not plan.texts:
        return {}
    named = [(f"{plan.shown[number].place}.txt", text.encode()) for number, text in plan.texts]
    kept = await assets.take_files(site, actor, named)
    return dict(zip((number for number, _ in plan.texts), kept, strict=True))


async def planned(tx: Tx, type: TaskType, body: Json, role: Role) -> Plan:
    """What a request asks for. Raises BadRequest, NotEnabled, NoSuch, Duplicate."""
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
    texts = [
        (number, each.content)
        for number, each in enumerate(shown)
        if each.show is Show.LINK or (each.show is Show.TEXT and not is_address(each.content))
    ]
    # Asked beforehand only where something is kept before the task is written; else writing it tells.
    if texts and envelope.unique_id is not None and await store.holder_of(tx, envelope.unique_id) is not None:
        raise taken(envelope.unique_id)
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


async def write(tx: Tx, plan: Plan, texts: dict[int, AssetId], *, late: bool = False) -> Task:
    """A task that people find, with its item. late: its batch takes no more tasks, and takes this one all the same.

    Raises BadRequest, Duplicate.
    """
    status = None if plan.batch is None else await store.share_batch(tx, plan.batch.id)
    if plan.batch is not None and status is not None and not late:
        rules.check_batch_open(plan.batch, status)
    form = await placing.form_of(
        tx, plan.type, plan.translation, plan.params, plan.instruction, plan.project, plan.batch
    )
    if status in (BatchStatus.STAGING, BatchStatus.PAUSED):
        await placing.batch_waits(tx, form, plan.batch)
    if plan.batch is not None and status is BatchStatus.COMPLETED:
        await store.set_batch_status(tx, plan.batch.id, BatchStatus.IN_PROGRESS)
    item_id = await _add_item(tx, plan, form, texts)
    return await added(tx, plan, form.project_id, item_id, Status.PENDING, None)


async def _write_test(tx: Tx, plan: Plan) -> Task:
    """A task of the test world: answered at once by nobody, and told like any other."""
    if plan.batch is not None:
        rules.check_batch_open(plan.batch, await store.share_batch(tx, plan.batch.id))
    answer = Answer(made_up(plan.translation.ontology, plan.id, len(plan.translation.attachments)))
    response = plan.translation.response(answer, plan.id) if plan.role is Role.TASK else None
    task = await added(tx, plan, None, None, Status.COMPLETED, response)
    if plan.role is Role.TASK:
        await callbacks.task_told(tx, task)
    return task


async def added(
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
        raise taken(envelope.unique_id or "")
    return Task(
        project=plan.project.name if plan.project is not None else None,
        batch=plan.batch.name if plan.batch is not None else None, mode=tx.actor.mode, review_status=None,
        review_comments=None, audits=[], callback_succeeded=None, callback_at=None, created_at=tx.now,
        updated_at=tx.now, completed_at=store.ended_at(tx, new), **msgspec.structs.asdict(new),
    )  # fmt: skip


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


def taken(unique_id: str) -> Duplicate:
    return Duplicate(f"`unique_id`: there is a task with the unique_id '{unique_id}' already.")
