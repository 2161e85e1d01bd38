"""Reactions to work: what was handed in is judged or scored, results are held against what led to them, gold is
planted.
"""

from collections.abc import Sequence

from fairmark.kernel import events
from fairmark.kernel.db import Tx
from fairmark.kernel.events import StoredEvent
from fairmark.kernel.ids import GoldId, ProjectId, TaskId, WorkerId
from fairmark.quality.gold import planting, scoring
from fairmark.quality.gold import service as gold
from fairmark.quality.judging import service as judging
from fairmark.quality.people import service as people
from fairmark.tasks import flow
from fairmark.tasks.events import AssignmentClosed, AssignmentSubmitted, TaskDone, TasksCreated

WORK_EVENTS = [events.type_of(kind) for kind in (AssignmentSubmitted, AssignmentClosed, TaskDone, TasksCreated)]


async def on_work(tx: Tx, stored: Sequence[StoredEvent]) -> None:
    """Judges every task that got a submission, once however many came; scores turns at gold; and so on."""
    handed: list[tuple[WorkerId, TaskId]] = []
    passed: list[tuple[WorkerId, TaskId]] = []
    tasks: dict[TaskId, ProjectId] = {}
    done: list[TaskId] = []
    grown: set[ProjectId] = set()
    for event in stored:
        assert event.project_id is not None
        if event.type == events.type_of(TasksCreated):
            grown.add(event.project_id)
            continue
        assert event.task_id is not None
        if event.type == events.type_of(AssignmentSubmitted):
            handed.append((event.read_as(AssignmentSubmitted).worker_id, event.task_id))
            tasks[event.task_id] = event.project_id
        elif event.type == events.type_of(TaskDone):
            done.append(event.task_id)
        else:
            passed.append((event.read_as(AssignmentClosed).worker_id, event.task_id))
    for project_id in sorted(grown):
        await gold.retire_tasks(tx, project_id)
    standing = await flow.standing(tx, list({task_id for _, task_id in (*handed, *passed)}))
    ordinary = {id: project for id, project in tasks.items() if id in standing and standing[id].gold_id is None}
    await judging.judge(tx, ordinary)
    await _gold(tx, handed, passed, standing)
    await people.check_results(tx, done)


async def _gold(
    tx: Tx, handed: Sequence[tuple[WorkerId, TaskId]], passed: Sequence[tuple[WorkerId, TaskId]],
    standing: dict[TaskId, flow.Standing],
) -> None:  # fmt: skip
    met: list[tuple[WorkerId, GoldId]] = []
    for worker_id, task_id in (*handed, *passed):
        place = standing.get(task_id)
        if place is not None and place.gold_id is not None:
            met.append((worker_id, place.gold_id))
    await scoring.turns_over(tx, met)
    items = [standing[task_id].item_id for _, task_id in handed if task_id in standing]
    await scoring.score(tx, await gold.of_items(tx, items))
    await planting.plant(tx, planting.newest(handed, standing))
