"""Use cases of projects: a type of tasks under a name, with parameters that its future tasks inherit."""

from typing import Any

import msgspec

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.projects import service as projects
from fairmark.scale_api import rules, store
from fairmark.scale_api.model import BadRequest, Duplicate, Json, NoSuch, Project, new_scale_id, timestamp
from fairmark.scale_api.rules import Name
from fairmark.scale_api.shapes import at, read, without_nulls, wrong
from fairmark.scale_api.types.table import task_type

HISTORY_MAX = 500
PARAMS_BYTES_MAX = 1_000_000
TEMPLATED = ("textcollection", "chat")


class NewProject(msgspec.Struct, frozen=True):
    """A project to make."""

    type: str
    name: Name
    params: dict[str, Any] = {}
    rapid: bool = False
    studio: bool = False
    datasetId: str | None = None  # noqa: N815 - the wire's word


async def create(tx: Tx, body: Json) -> Project:
    """A new project. Raises BadRequest, NoSuch for a type that there is not, Duplicate."""
    new = read(body, NewProject)
    task_type(new.type)
    params = check_params(without_nulls(new.params), "params")
    made = Project(
        id=new_scale_id(), mode=tx.actor.mode, name=new.name, type=new.type,
        history=rules.changed_history([], params, patch=False, at_=timestamp(tx.now)) if params else [],
        is_rapid=new.rapid, is_studio=new.studio, dataset_id=new.datasetId, archived_at=None, created_at=tx.now,
    )  # fmt: skip
    if not await store.add_project(tx, made):
        raise Duplicate(f"`name`: there is a project named '{new.name}' already.")
    return made


def check_params(params: Json, place: str = "") -> Json:
    """Parameters that can be kept. place: where they stand in the request. Raises BadRequest."""
    if (size := len(json.encode_bytes(params))) > PARAMS_BYTES_MAX:
        raise wrong("params", f"they have {size} bytes, {PARAMS_BYTES_MAX} at most.")
    if not isinstance(params.get("instruction", ""), str):
        raise wrong(at(place, "instruction"), "a text is wanted.")
    return params


async def get(tx: Tx, name: str) -> Project:
    """A project by its name. Raises NoSuch."""
    found = await store.project(tx, name=name)
    if found is None:
        raise NoSuch(f"There is no project named '{name[:200]}'.")
    return found


async def set_params(tx: Tx, name: str, body: Json) -> Project:
    """A new version of a project's parameters: instead of those in force or, with `patch`, laid over them. A new
    instruction reaches the guideline of the work that is under way. Raises NoSuch, BadRequest.
    """
    found = await store.lock_project(tx, name)
    if found is None:
        raise NoSuch(f"There is no project named '{name[:200]}'.")
    patch = read(body.get("patch", False), bool, "patch")
    params = check_params({key: value for key, value in body.items() if key != "patch"})
    if len(found.history) >= HISTORY_MAX:
        raise BadRequest(f"The project has {HISTORY_MAX} versions of its parameters; that is the limit.")
    history = rules.changed_history(found.history, params, patch=patch, at_=timestamp(tx.now))
    await store.set_history(tx, found.id, history)
    changed = msgspec.structs.replace(found, history=history)
    await _tell_people(tx, found, changed)
    return changed


async def _tell_people(tx: Tx, before: Project, after: Project) -> None:
    """The guideline says what the instruction says, unless a lead has written another one meanwhile."""
    old, new = str(before.params.get("instruction") or ""), str(after.params.get("instruction") or "")
    if not new or new == old:
        return
    for form, _ in await store.forms_of(tx, after.id):
        if (await projects.guideline(tx, form.project_id)).markdown.strip() == old.strip():
            await projects.save_guideline(tx, form.project_id, new, "The instruction of the Scale project.")


async def set_ontology(tx: Tx, name: str, body: Json) -> Project:
    """Keeps an ontology with the project's parameters, as the Node client sends it. Raises NoSuch, BadRequest."""
    ontology = read(body.get("ontology"), list[Any], "ontology")
    return await set_params(tx, name, {"patch": True, "ontology": ontology})


async def template(tx: Tx, name: str) -> Json:
    """What a task of the project has to fill in. Raises NoSuch, BadRequest."""
    found = await get(tx, name)
    if found.type not in TEMPLATED:
        raise BadRequest(
            f"Projects of the type {found.type} have no template.", mend=f"Only {' and '.join(TEMPLATED)} do."
        )
    params = found.params
    version = found.history[-1]["version"] if found.history else 0
    return {
        "id": found.id,
        "project": found.id,
        "version": version,
        "created_at": timestamp(found.created_at),
        "updated_at": found.history[-1]["created_at"] if found.history else timestamp(found.created_at),
        "template_variables": {
            key: value for key, value in params.items() if key in ("attachments", "fields", "title", "description")
        },
        "response_schema": {
            str(field.get("field_id")): {"type": field.get("type"), "title": field.get("title")}
            for field in params.get("fields") or []
            if isinstance(field, dict)
        },
        "auto_onboard_enabled": False,
    }
