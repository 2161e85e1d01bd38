"""What is kept as the JSON that the API tells."""

from collections.abc import Callable, Mapping
from typing import Any

from fairmark.kernel.actor import Mode
from fairmark.kernel.ids import AssetId
from fairmark.scale_api.model import Batch, BatchStatus, File, Json, Project, Status, Task, timestamp

Url = Callable[[AssetId], str]
"""The signed address of an asset's bytes."""

_OLD_STATUS: Mapping[BatchStatus, str] = {
    BatchStatus.STAGING: "staging",
    BatchStatus.IN_PROGRESS: "in_progress",
    BatchStatus.PAUSED: "in_progress",
    BatchStatus.COMPLETED: "completed",
    BatchStatus.CANCELLED: "completed",
}
"""Version 1 knows three words for where a batch stands."""


def task(found: Task, url: Url | None = None) -> Json:
    """A task. url: to tell where its attachment can be read, for a while."""
    told: Json = {
        "task_id": found.id,
        "created_at": timestamp(found.created_at),
        "updated_at": timestamp(found.updated_at),
        "type": found.type,
        "status": found.status.value,
        "instruction": found.instruction,
        "params": found.params,
        "is_test": found.mode is Mode.TEST,
        "urgency": "standard",
        "priority": found.priority,
        "metadata": found.metadata,
        "processed_attachments": [],
        "callback_url": found.callback_url,
    }
    told |= _present(
        {
            "project": found.project,
            "batch": found.batch,
            "unique_id": found.unique_id,
            "tags": found.tags or None,
            "completed_at": None if found.completed_at is None else timestamp(found.completed_at),
            "callback_succeeded": found.callback_succeeded,
            "callback_succeeded_at": (
                timestamp(found.callback_at) if found.callback_at is not None and found.callback_succeeded else None
            ),
            "customer_review_status": found.review_status,
            "customer_review_comments": found.review_comments,
            "audits": found.audits or None,
        }
    )
    if found.status is Status.COMPLETED and found.response is not None:
        told["response"] = found.response
    if found.status is Status.ERROR:
        told["response"] = {"error": found.error or "The task could not be done."}
    if url is not None and found.asset_ids:
        told["attachment_url"] = url(found.asset_ids[0])
    return told


def limited(found: Task) -> Json:
    """A task in a few words: what `limited_response` asks for."""
    return {
        "task_id": found.id,
        "status": found.status.value,
        "metadata": found.metadata,
        "project": found.project,
        "otherVersion": None,
    }


def project(found: Project) -> Json:
    """A project with all its parameters ever."""
    return {
        "id": found.id,
        "type": found.type,
        "name": found.name,
        "param_history": found.history,
        "version": found.history[-1]["version"] if found.history else 0,
        "created_at": timestamp(found.created_at),
        "rapid": found.is_rapid,
        "studio": found.is_studio,
        "archived": found.archived_at is not None,
        "datasetId": found.dataset_id,
    }


def batch(found: Batch) -> Json:
    """A batch in the words of version 1."""
    told: Json = {
        "id": found.id,
        "name": found.name,
        "project": found.project,
        "status": _OLD_STATUS[found.status],
        "created_at": timestamp(found.created_at),
        "callback": found.callback,
        "metadata": found.metadata,
        "calibration_batch": found.is_calibration,
        "self_label_batch": found.is_self_label,
    }
    return told | _present({"completed_at": timestamp(found.completed_at) if found.completed_at else None})


def old_status(status: BatchStatus) -> str:
    """Where a batch stands in the words of version 1."""
    return _OLD_STATUS[status]


def file(found: File, account: str) -> Json:
    """A file. account: what stands for the account in its address."""
    told: Json = {
        "id": str(found.id),
        "attachment_url": f"scaledata://{account}/{found.id}",
        "mime_type": found.mime_type,
        "size": found.bytes,
        "project_names": found.projects,
        "created_at": timestamp(found.created_at),
        "updated_at": timestamp(found.created_at),
        "metadata": found.metadata,
    }
    return told | _present({"reference_id": found.reference_id, "display_name": found.display_name})


def _present(members: Mapping[str, Any]) -> Json:
    """The members that say something: the API leaves out what is not set."""
    return {name: value for name, value in members.items() if value is not None}
