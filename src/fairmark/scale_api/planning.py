"""What requests for tasks ask for, understood: where each goes, what it shows, what people begin with."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from fairmark.kernel.db import Tx
from fairmark.ontology.model import Annotation
from fairmark.scale_api import rules, store, tasks_store
from fairmark.scale_api.model import (
    ApiError,
    Batch,
    Duplicate,
    File,
    Json,
    NoSuch,
    Project,
    Role,
    ScaleId,
    new_scale_id,
)
from fairmark.scale_api.rules import Envelope, Extras
from fairmark.scale_api.shapes import read, wrong
from fairmark.scale_api.types.forms import is_address
from fairmark.scale_api.types.model import Attachment, Show, TaskType, Translation
from fairmark.scale_api.types.table import translated, with_defaults


class Request(NamedTuple):
    """A request for a task. expected: the parameter with the answer that is known. late: its batch takes no more tasks,
    and takes this one all the same. hypothesis: the one of the body, with what its pictures show (hypotheses.py).
    """

    type: TaskType
    envelope: Envelope
    body: Json
    role: Role = Role.TASK
    expected: str | None = None
    late: bool = False
    hypothesis: Json | None = None


class Plan(NamedTuple):
    """A task that may be made: what it says, understood, and where it goes. texts: to be kept before it is written.
    files: those that its attachments name.
    """

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
    files: Mapping[int, File]


async def planned(tx: Tx, requests: Sequence[Request]) -> list[Plan | ApiError]:
    """What each request asks for, or why it cannot be had; in as many statements for many as for one.

    Their batches stay as they are until the transaction ends. Raises nothing that is the fault of one request.
    """
    envelopes = [request.envelope for request in requests]
    batches = await store.share_batches(tx, {each.batch for each in envelopes if each.batch})
    names = {each.project for each in envelopes if each.project} | {batch.project for batch in batches.values()}
    projects = await store.projects_named(tx, names)
    # Asked beforehand so that one that is taken costs nothing else; writing tells of those that come at the same time.
    held = await tasks_store.held_unique_ids(tx, [each.unique_id for each in envelopes if each.unique_id is not None])
    plans: list[Plan | ApiError] = []
    for request in requests:
        try:
            project, batch = _destination(request.envelope, projects, batches)
            if batch is not None and not request.late:
                rules.check_batch_open(batch)
            plan = _understood(request, project, batch)
            if request.envelope.unique_id in held:
                raise taken(request.envelope.unique_id or "")
            plans.append(plan)
        except ApiError as error:
            plans.append(error)
    return await _with_files(tx, plans)


async def again(tx: Tx, plans: Sequence[Plan], *, late: bool = False) -> list[Plan | ApiError]:
    """Plans of an earlier transaction with their batches as they are now, or why it is too late for them."""
    batches = await store.share_batches(tx, {plan.batch.name for plan in plans if plan.batch is not None})
    checked: list[Plan | ApiError] = []
    for plan in plans:
        try:
            batch = None if plan.batch is None else batches[plan.batch.name]
            if batch is not None and not late:
                rules.check_batch_open(batch)
            checked.append(plan._replace(batch=batch))
        except ApiError as error:
            checked.append(error)
    return checked


def _destination(
    envelope: Envelope, projects: Mapping[str, Project], batches: Mapping[str, Batch]
) -> tuple[Project | None, Batch | None]:
    """The project and batch that a request names; a batch implies its project. Raises NoSuch, BadRequest."""
    batch = batches.get(envelope.batch) if envelope.batch else None
    if envelope.batch and batch is None:
        raise NoSuch(f"`batch`: there is no batch '{envelope.batch}'.")
    name = envelope.project or (batch.project if batch is not None else None)
    project = projects.get(name) if name else None
    if name and project is None:
        raise NoSuch(f"`project`: there is no project '{name}'.")
    if project is not None and batch is not None and batch.project_id != project.id:
        raise wrong("batch", f"'{batch.name}' belongs to the project '{batch.project}'.")
    return project, batch


def _understood(request: Request, project: Project | None, batch: Batch | None) -> Plan:
    """Raises BadRequest, NotEnabled."""
    type = request.type
    rules.check_destination(type, project, batch)
    params, instruction = rules.merged_params(request.body, project)
    rules.check_instruction(type, instruction)
    translation = translated(type, params)
    extras = read({key: params[key] for key in Extras.__struct_fields__ if key in params}, Extras)
    if request.hypothesis is not None:
        extras = replace(extras, hypothesis=request.hypothesis)
    shown, references = rules.seen(translation, extras)
    for each in shown:
        if each.show is Show.IMAGE and "://" not in each.content:
            raise wrong(each.place, f"'{each.content[:60]}' is no address; give an http, https, s3 or gs address.")
    texts = [
        (number, each.content)
        for number, each in enumerate(shown)
        if each.show is Show.LINK or (each.show is Show.TEXT and not is_address(each.content))
    ]
    if request.expected is not None and type.pictures is not None:
        raise wrong(request.expected, f"what is known of a {type.name} cannot be told in pictures here.")
    if request.expected is not None:
        translation.annotation(request.body[request.expected], request.expected)
    return Plan(
        new_scale_id(), type, request.role, request.envelope, with_defaults(type, params), instruction, translation,
        extras, shown, references, rules.start_of(translation, extras), project, batch, texts, {},
    )  # fmt: skip


async def _with_files(tx: Tx, plans: Sequence[Plan | ApiError]) -> list[Plan | ApiError]:
    """The plans with the files that they name; an error in place of one that names a file which is not there."""
    named = [_named(plan) if isinstance(plan, Plan) else {} for plan in plans]
    wanted = {id for each in named for id in each.values() if id is not None}
    found = await store.files_of(tx, wanted) if wanted else {}
    checked: list[Plan | ApiError] = []
    for plan, ids in zip(plans, named, strict=True):
        missing = next((number for number, id in ids.items() if id is None or id not in found), None)
        if not isinstance(plan, Plan):
            checked.append(plan)
        elif missing is not None:
            each = plan.shown[missing]
            checked.append(wrong(each.place, f"there is no file '{each.content[:80]}'."))
        else:
            checked.append(plan._replace(files={number: found[id] for number, id in ids.items() if id is not None}))
    return checked


def _named(plan: Plan) -> dict[int, UUID | None]:
    """The files that a plan's attachments name, by the number of the attachment; None: an address that is none."""
    kept = {number for number, _ in plan.texts}
    ids: dict[int, UUID | None] = {}
    for number, each in enumerate(plan.shown):
        content = each.content.strip()
        if number in kept or not content.startswith("scaledata://"):
            continue
        try:
            ids[number] = UUID(content.rstrip("/").rpartition("/")[2])
        except ValueError:
            ids[number] = None
    return ids


def taken(unique_id: str) -> Duplicate:
    """The error for a unique_id that another task has."""
    return Duplicate(f"`unique_id`: there is a task with the unique_id '{unique_id}' already.")
