"""Reactions to work handed in."""

from collections.abc import Sequence

from fairmark.kernel import events
from fairmark.kernel.db import Tx
from fairmark.kernel.events import StoredEvent
from fairmark.kernel.ids import ProjectId, TaskId
from fairmark.quality import service
from fairmark.tasks.events import AssignmentSubmitted

SUBMISSION_EVENTS = [events.type_of(AssignmentSubmitted)]


async def on_submitted(tx: Tx, stored: Sequence[StoredEvent]) -> None:
    """Judges every task that got a submission, once per task however many came."""
    tasks: dict[TaskId, ProjectId] = {}
    for event in stored:
        assert event.task_id is not None
        assert event.project_id is not None
        tasks[event.task_id] = event.project_id
    await service.judge(tx, tasks)
