"""Version 2 of the API: the same tasks, batches and projects in its words, and deliveries: completed batches.

Version 2 was made for conversations: a task there has threads. What people answered in forms is told as annotations of
one thread; the whole response is told by version 1 and with deliveries.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.scale_api import batches, projects, service, store
from fairmark.scale_api.model import Batch, Delivered, Json, NoSuch, Project, Status, Task, timestamp
from fairmark.scale_api.shapes import wrong

Expand = frozenset[str]


async def project_of(tx: Tx, id: str | None, name: str | None) -> Project | None:
    """The project of an id or a name; None if neither is given. Raises NoSuch."""
    if id is not None:
        found = await store.project(tx, id=id, name=name)
        if found is None:
            raise NoSuch(f"`project_id`: there is no project '{id[:60]}'.")
        return found
    return None if name is None else await projects.get(tx, name)


async def batch_of(tx: Tx, id: str | None, name: str | None) -> Batch | None:
    """The batch of an id or a name; None if neither is given. Raises NoSuch."""
    if id is not None:
        found = await store.batch(tx, id=id, name=name)
        if found is None:
            raise NoSuch(f"`batch_id`: there is no batch '{id[:60]}'.")
        return found
    return None if name is None else await batches.get(tx, name)


async def needed_batch(tx: Tx, id: str | None, name: str | None) -> Batch:
    """The batch of an id or a name. Raises NoSuch, BadRequest if neither is given."""
    found = await batch_of(tx, id, name)
    if found is None:
        raise wrong("batch_id", "it is missing, and so is batch_name.")
    return found


async def delivery_of(tx: Tx, id: str | None, name: str | None) -> Delivered:
    """The delivery of an id or a name. Raises NoSuch, BadRequest if neither is given."""
    if id is None and name is None:
        raise wrong("delivery_id", "it is missing, and so is delivery_name.")
    found = await store.delivered(tx, id=id, name=name)
    if not found:
        raise NoSuch(f"There is no delivery '{(id or name or '')[:60]}'.")
    return found[0]


# ---------------------------------------------------------------------------------------------- in its words


def project(found: Project) -> Json:
    """A project. Its type stands where the kinds of conversations do."""
    return {
        "id": found.id,
        "name": found.name,
        "created_at": timestamp(found.created_at),
        "types": [found.type],
        "models": [],
    }


def batch(found: Batch, of: Project | None) -> Json:
    """A batch. of: its project, to be told in full."""
    return {
        "id": found.id,
        "name": found.name,
        "project": found.project_id if of is None else project(of),
        "created_at": timestamp(found.created_at),
        "completed_at": timestamp(found.completed_at) if found.completed_at else None,
        "status": found.status.value,
        "callback": found.callback or None,
        "metadata": found.metadata,
    }


async def task(tx: Tx, found: Task, expand: Expand) -> Json:
    """A task, with its project and batch in full where that is asked for."""
    of = await store.project(tx, id=found.scale_project_id) if found.scale_project_id and "project" in expand else None
    lies = await store.batch(tx, id=found.scale_batch_id) if found.scale_batch_id and "batch" in expand else None
    return {
        "task_id": found.id,
        "project": (found.scale_project_id or "") if of is None else project(of),
        "batch": found.scale_batch_id if lies is None else batch(lies, of),
        "status": found.status.value,
        "created_at": timestamp(found.created_at),
        "completed_at": timestamp(found.completed_at) if found.completed_at else None,
        "metadata": found.metadata,
        "threads": threads(found),
        "errors": [{"message": found.error}] if found.status is Status.ERROR else [],
        "sensitive_content_reports": [],
    }


def threads(found: Task) -> list[Json]:
    """What was said, as one thread without messages; none before a task is done."""
    if found.status is not Status.COMPLETED or found.response is None:
        return []
    return [{"id": found.id, "turns": [], "annotations": list(annotations(found)), "submissions": []}]


def annotations(found: Task) -> Iterator[Json]:
    """What people answered in a form, a value each; other responses have none."""
    for key, values in _said(found.response or {}).items():
        for number, value in enumerate(values):
            told = _annotation(value)
            if told is not None:
                yield {"id": f"{found.id}.{key}.{number}", "key": key, "title": key, **told}


def _said(response: Mapping[str, Any]) -> dict[str, list[Any]]:
    fields = response.get("annotations")
    if isinstance(fields, dict):
        return {key: list(field.get("response") or []) for key, field in fields.items()}  # type: ignore[union-attr]
    plain = {key: response[key] for key in ("category", "choice") if response.get(key) is not None}
    plain |= response.get("fields") or {}
    return {key: [value] for key, value in plain.items()}


def _annotation(value: Any) -> Json | None:
    if isinstance(value, bool):
        return {"type": "boolean", "value": value}
    if isinstance(value, int):
        return {"type": "integer", "value": value}
    if isinstance(value, list):
        return {"type": "category_multiple", "value": [str(each) for each in value]}  # type: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {"type": "text", "value": json.encode(value)}
    return None if value is None else {"type": "text", "value": str(value)}


async def annotation(tx: Tx, id: str) -> Json:
    """An annotation by its id. Raises NoSuch."""
    for each in annotations(await service.get(tx, id.partition(".")[0])):
        if each["id"] == id:
            return each
    raise NoSuch(f"There is no annotation '{id[:100]}'.")


def delivery(found: Delivered, of: Project | None) -> Json:
    """A completed batch as what was delivered."""
    assert found.batch.completed_at is not None
    return {
        "id": found.batch.id,
        "name": found.batch.name,
        "task_count": found.tasks_done,
        "delivered_at": timestamp(found.batch.completed_at),
        "project": found.batch.project_id if of is None else project(of),
    }


def delivered_task(found: Task, delivered: Batch | None) -> Json:
    """A task with its response."""
    at = delivered.completed_at if delivered is not None else None
    return {
        "task_id": found.id,
        "created_at": timestamp(found.created_at),
        "delivery_id": delivered.id if delivered is not None and at is not None else None,
        "delivered_at": None if at is None else timestamp(at),
        "response_schema_id": found.scale_project_id,
        "response": found.response if found.status is Status.COMPLETED else None,
    }


def dataset(found: Project) -> Json:
    """A project as the data set that it makes."""
    return {"id": found.dataset_id or found.id, "name": found.name}


def dataset_delivery(found: Delivered, of: Project | None) -> Json:
    """A completed batch as a part of a data set."""
    assert found.batch.completed_at is not None
    return {
        "id": found.batch.id,
        "name": found.batch.name,
        "delivered_at": timestamp(found.batch.completed_at),
        "dataset": None if of is None else dataset(of),
        "metadata": {"task_count": found.tasks_done, "turn_count": 0},
    }


def dataset_task(found: Task, of: Project, delivered: Batch, expand: Expand, count: int = 0) -> Json:
    """A task as a row of a data set."""
    whole = dataset_delivery(Delivered(delivered, count), of if "dataset" in expand else None)
    return {
        "task_id": found.id,
        "dataset": dataset(of) if "dataset" in expand else dataset(of)["id"],
        "delivery": whole if "delivery" in expand else delivered.id,
        "response": found.response or {},
    }


def schema(found: Project) -> Json:
    """The JSON Schema of the responses of a project's tasks; its id is the project's."""
    members = _RESPONSES.get(found.type, ("annotations",))
    document: Json = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Response of a task of the type {found.type}",
        "type": "object",
        "properties": {name: {} for name in members},
        "required": list(members),
    }
    fields = found.params.get("fields")
    if found.type == "textcollection" and isinstance(fields, list):
        ids: list[str] = [str(field.get("field_id")) for field in fields if isinstance(field, dict)]  # type: ignore[union-attr]
        document["properties"]["annotations"] = {"type": "object", "properties": {id: {} for id in ids}}
    return {"schema": {"id": found.id, "json": json.encode(document)}}


_RESPONSES: Mapping[str, tuple[str, ...]] = {
    "imageannotation": ("annotations", "global_attributes", "links"),
    "namedentityrecognition": ("annotations", "relationships"),
    "categorization": ("category",),
    "comparison": ("choice",),
    "transcription": ("fields", "repeatable_fields"),
    "datacollection": ("fields", "repeatable_fields", "time_spent_in_seconds"),
}
