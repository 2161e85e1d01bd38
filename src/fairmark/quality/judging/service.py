"""Why a task has the answer it has."""

import msgspec

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import TaskId
from fairmark.ontology.model import Annotation
from fairmark.projects.model import LabelStage, Pipeline
from fairmark.quality.judging import store
from fairmark.quality.judging.model import Inspection
from fairmark.tasks.model import NoSuchTask, TaskState


async def inspect(tx: Tx, id: TaskId) -> Inspection:
    """Everything that led to a task's answer, in words and numbers. Raises NoSuchTask."""
    row = await store.inspected(tx, id)
    if row is None:
        raise NoSuchTask(f"There is no task {id} here.", mend="Check the id, the organisation and the mode.")
    stage = json.decode(row["pipeline"], type=Pipeline).stages[0]
    target = stage.overlap.target if isinstance(stage, LabelStage) else None
    detail = json.decode(row["detail"]) if row["detail"] else {}
    kept = msgspec.convert(detail["inspection"], Inspection) if "inspection" in detail else None
    base = kept or Inspection(
        task_id=id, project_id=row["project_id"], item_id=row["item_id"], submissions=row["submitted"], confidence=None,
        agreement=None, target=None, all_right=None, known=0.0, missed=None, next="wait", next_text="", text="",
        method="", annotation=None, decisions=[],
    )  # fmt: skip
    next_, next_text = _next(row)
    return msgspec.structs.replace(
        base, submissions=row["submitted"], confidence=row["confidence"], agreement=row["agreement"], target=target,
        annotation=json.decode(row["annotation"], type=Annotation) if row["annotation"] else None,
        next=next_, next_text=next_text,
    )  # fmt: skip


def _next(row: store.Row) -> tuple[str, str]:
    state = TaskState(row["state"])
    if state is TaskState.DONE:
        return "done", "The task is done."
    if state is not TaskState.OPEN:
        return "wait", f"The task is {state.value}."
    if row["stage"] > 0:
        return "escalate", "Somebody who reviews will decide."
    if row["leased"]:
        return "wait", "Somebody is at it."
    if row["open"]:
        return "ask", "One more answer is asked for."
    return "wait", "Its submissions are being judged."
