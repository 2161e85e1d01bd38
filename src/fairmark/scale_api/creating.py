"""Use cases of creation: the tasks that requests ask for, with items and work.

Requests that come while others are under way are understood and written together: as many statements for many as for
one, and one commit. What is wrong with one of them is that one's alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from fairmark.assets import service as assets
from fairmark.assets.model import DEFAULT_BATCH
from fairmark.kernel.actor import Actor, Permission, require
from fairmark.kernel.db import Tx
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, ItemId, ProjectId
from fairmark.scale_api import callbacks, hypotheses, placing, rules, store, tasks_store
from fairmark.scale_api.model import ApiError, BatchStatus, Form, Json, Role, ScaleId, Status, Task
from fairmark.scale_api.planning import Plan, Request, again, planned, taken
from fairmark.scale_api.shapes import wrong
from fairmark.scale_api.tasks_store import NewTask
from fairmark.scale_api.types.made_up import made_up
from fairmark.scale_api.types.model import Answer, Show
from fairmark.scale_api.types.table import task_type

PRIORITY_USUAL = 30
Texts = Mapping[int, AssetId]
"""The files that the texts of a plan are kept as, by the number of the attachment."""


class Ask(NamedTuple):
    """What is asked of `Creations`: to understand a request and, unless texts of it are to be kept first, to write it.

    With a plan: to write that, now that its texts are kept.
    """

    request: Request
    plan: Plan | None = None
    texts: Texts = {}


@dataclass(frozen=True, slots=True)
class Creations:
    """Answers requests of one caller that came together; a plan where texts are to be kept before it is written."""

    actor: Actor

    async def __call__(self, tx: Tx, asks: Sequence[Ask]) -> Sequence[Task | Plan | ApiError]:
        tx.actor = self.actor  # the transaction was opened for nobody: it answers for many requests
        new = [ask.request for ask in asks if ask.plan is None]
        old = [ask.plan for ask in asks if ask.plan is not None]
        fresh, kept = iter(await planned(tx, new) if new else []), iter(await again(tx, old) if old else [])
        answers: list[Task | Plan | ApiError] = [next(fresh if ask.plan is None else kept) for ask in asks]
        ready = {
            number: (answer, asks[number].texts)
            for number, answer in enumerate(answers)
            if isinstance(answer, Plan) and len(answer.texts) == len(asks[number].texts)
        }
        for number, task in zip(ready, await write(tx, list(ready.values())) if ready else [], strict=True):
            answers[number] = task
        return answers


async def create(
    site: Site, actor: Actor, type_name: str, body: Json, role: Role = Role.TASK, *, expected: str | None = None
) -> Task:
    """A new task. In the test world it is done at once. Attachments are fetched later; one that cannot be had turns the
    task into an error then. expected: the parameter with the answer that is known.

    Raises BadRequest, NotEnabled, NoSuch, Duplicate.
    """
    require(actor, Permission.DATA_WRITE)
    assert actor.org_id is not None, "a key belongs to an organisation"
    type = task_type(type_name)
    hypothesis = await hypotheses.read(site, type, rules.hypothesis_in(body))
    request = Request(type, rules.read_envelope(body), body, role, expected, hypothesis=hypothesis)
    if rules.is_test(actor.mode):
        async with site.db.begin(actor.org_id, actor=actor) as tx:
            return await _write_test(tx, await plan_of(tx, request))
    answer = await site.db.together(Creations(actor), actor.org_id, Ask(request), object())
    if isinstance(answer, Plan):
        ask = Ask(request, answer, await kept_texts(site, actor, answer))
        answer = await site.db.together(Creations(actor), actor.org_id, ask, object())
    if isinstance(answer, Task):
        return answer
    assert isinstance(answer, ApiError), "texts are kept once"
    raise answer


async def plan_of(tx: Tx, request: Request) -> Plan:
    """What one request asks for. Raises BadRequest, NotEnabled, NoSuch, Duplicate."""
    [plan] = await planned(tx, [request])
    if isinstance(plan, ApiError):
        raise plan
    return plan


async def kept_texts(site: Site, actor: Actor, plan: Plan) -> Texts:
    """Keeps the texts of a plan as files, outside of any transaction; by the number of the attachment."""
    if not plan.texts:
        return {}
    named = [(f"{plan.shown[number].place}.txt", text.encode()) for number, text in plan.texts]
    kept = await assets.take_files(site, actor, named)
    return dict(zip((number for number, _ in plan.texts), kept, strict=True))


async def write(tx: Tx, plans: Sequence[tuple[Plan, Texts]]) -> list[Task]:
    """Tasks that people find, with their items, in the order of the plans.

    Raises BadRequest, Duplicate: then nothing of this transaction may stay.
    """
    forms = [
        await placing.form_of(
            tx, plan.type, plan.translation, plan.params, plan.instruction, plan.project, plan.batch
        )
        for plan, _ in plans
    ]  # fmt: skip
    await _ready_batches(tx, plans, forms)
    item_ids = await _add_items(tx, plans, forms)
    new = [
        new_task(plan, form.project_id, item_ids[number], Status.PENDING, None)
        for number, ((plan, _), form) in enumerate(zip(plans, forms, strict=True))
    ]
    return await added(tx, [plan for plan, _ in plans], new)


async def _ready_batches(tx: Tx, plans: Sequence[tuple[Plan, Texts]], forms: Sequence[Form]) -> None:
    """Lets people wait for batches that are not to begin yet; begins again those that were done."""
    waiting: set[tuple[ProjectId, ScaleId]] = set()
    reopened: set[ScaleId] = set()
    for (plan, _), form in zip(plans, forms, strict=True):
        batch = plan.batch
        if batch is None:
            continue
        if batch.status in (BatchStatus.STAGING, BatchStatus.PAUSED) and (form.project_id, batch.id) not in waiting:
            waiting.add((form.project_id, batch.id))
            await placing.batch_waits(tx, form, batch)
        if batch.status is BatchStatus.COMPLETED and batch.id not in reopened:
            reopened.add(batch.id)
            await store.set_batch_status(tx, batch.id, BatchStatus.IN_PROGRESS)


async def _write_test(tx: Tx, plan: Plan) -> Task:
    """A task of the test world: answered at once by nobody, and told like any other."""
    answer = Answer(made_up(plan.translation.ontology, plan.id, len(plan.translation.attachments)))
    response = plan.translation.response(answer, plan.id) if plan.role is Role.TASK else None
    [task] = await added(tx, [plan], [new_task(plan, None, None, Status.COMPLETED, response)])
    if plan.role is Role.TASK:
        await callbacks.task_told(tx, task)
    return task


def new_task(
    plan: Plan, project_id: ProjectId | None, item_id: ItemId | None, status: Status, response: Json | None
) -> NewTask:
    """The row of a plan."""
    envelope = plan.envelope
    return NewTask(
        id=plan.id, type=plan.type.name, role=plan.role, status=status,
        scale_project_id=plan.project.id if plan.project is not None else None,
        scale_batch_id=plan.batch.id if plan.batch is not None else None, project_id=project_id, item_id=item_id,
        unique_id=envelope.unique_id, tags=list(dict.fromkeys(envelope.tags)), metadata=envelope.metadata,
        instruction=plan.instruction, params=plan.params, callback_url=envelope.callback_url or "",
        priority=envelope.priority, clears_unique_id=envelope.clear_unique_id_on_error, response=response,
    )  # fmt: skip


async def added(tx: Tx, plans: Sequence[Plan], new: Sequence[NewTask]) -> list[Task]:
    """Writes the rows of plans. Raises Duplicate."""
    there = await tasks_store.add_tasks(tx, new)
    for task in new:
        if task.id not in there:
            raise taken(task.unique_id or "")
    return [
        Task(
            project=plan.project.name if plan.project is not None else None,
            batch=plan.batch.name if plan.batch is not None else None, mode=tx.actor.mode, review_status=None,
            review_comments=None, audits=[], callback_succeeded=None, callback_at=None, created_at=tx.now,
            updated_at=tx.now, completed_at=tasks_store.ended_at(tx, row), **msgspec.structs.asdict(row),
        )
        for plan, row in zip(plans, new, strict=True)
    ]  # fmt: skip


async def _add_items(tx: Tx, plans: Sequence[tuple[Plan, Texts]], forms: Sequence[Form]) -> dict[int, ItemId]:
    """An item for each plan, by its number. Raises BadRequest."""
    of_project: dict[ProjectId, list[int]] = {}
    for number, form in enumerate(forms):
        of_project.setdefault(form.project_id, []).append(number)
    found: dict[int, ItemId] = {}
    for project_id, numbers in sorted(of_project.items()):
        rows = [(_batch_name(plans[number][0]), _item_row(*plans[number], forms[number])) for number in numbers]
        answer = await assets.add_items_to(tx, project_id, rows)
        for fault in answer.faults:
            place = _place_of(plans[numbers[fault.index]][0], fault.place)
            raise wrong(place, f"{fault.message} {fault.mend}".strip())
        found |= {numbers[item.index]: item.item_id for item in answer.items}
    return found


def _batch_name(plan: Plan) -> str:
    return DEFAULT_BATCH if plan.batch is None else plan.batch.name


def _item_row(plan: Plan, texts: Texts, form: Form) -> Json:
    opens = [number for number, each in enumerate(plan.shown) if each.show is Show.LINK]
    note = plan.instruction if plan.instruction != form.instruction else None
    row: Json = {
        "assets": [_asset(plan, number, texts) for number in range(len(plan.shown))],
        "external_id": plan.id,
        "name": _item_name(plan),
        "meta": rules.editor_meta(plan.extras, plan.start, note, opens, plan.references),
        "priority": plan.envelope.priority - PRIORITY_USUAL,
    }
    if plan.start is not None:
        row["prelabel"] = msgspec.to_builtins(plan.start)
    return row


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


def _asset(plan: Plan, number: int, texts: Texts) -> Json:
    """What an item's row says of one attachment."""
    if number in texts:
        return {"asset_id": str(texts[number])}
    if (file := plan.files.get(number)) is not None:
        return {"asset_id": str(file.asset_id)} if file.asset_id is not None else {"url": file.url}
    attachment = plan.shown[number]
    content = attachment.content.strip()
    return {"url": content, "name": f"{attachment.place}.txt"} if attachment.show is Show.TEXT else {"url": content}
