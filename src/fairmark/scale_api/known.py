"""Evaluation and training tasks: tasks whose answer is known, which fairmark shows among others as gold."""

from collections.abc import Sequence

from fairmark.kernel.actor import Actor, Mode
from fairmark.kernel.db import Tx
from fairmark.kernel.http import Site
from fairmark.kernel.ids import ItemId
from fairmark.quality.gold import service as gold
from fairmark.quality.gold.model import BadGold, GoldRetired
from fairmark.quality.gold.service import Known
from fairmark.scale_api import creating, render, service, tasks_store, work_store
from fairmark.scale_api.model import Json, Role, Status, Task
from fairmark.scale_api.rules import is_test
from fairmark.scale_api.shapes import read, wrong
from fairmark.scale_api.types.table import task_type, translated

EXPECTED, INITIAL = "expected_response", "initial_response"


async def create(site: Site, actor: Actor, type_name: str, body: Json, role: Role) -> Task:
    """A task with a known answer. Its answer is checked at once for what can be checked without the attachment.

    Raises what creating any task raises, and BadRequest for an answer that does not fit.
    """
    if EXPECTED not in body:
        raise wrong(EXPECTED, "it is missing.")
    read(body[EXPECTED], dict[str, object], EXPECTED)
    if INITIAL in body:
        read(body[INITIAL], dict[str, object], INITIAL)
    task = await creating.create(site, actor, type_name, body, role, expected=EXPECTED)
    if is_test(task.mode) or task.item_id is None:
        return task
    async with site.db.begin(actor.org_id, actor=actor) as tx:
        await due(tx, [task.item_id])
        return await service.get(tx, task.id)


async def due(tx: Tx, item_ids: Sequence[ItemId]) -> None:
    """Makes gold of those tasks of items that have all their attachments; one that does not fit is an error then."""
    for id in await work_store.known_answers_due(tx, item_ids):
        task = await tasks_store.task(tx, id, Mode.LIVE)  # in the test world nobody is asked
        if task is None or task.item_id is None or task.project_id is None:
            continue
        answer = translated(task_type(task.type), task.params).annotation(task.params[EXPECTED], EXPECTED)
        try:
            known = Known(task.item_id, None, answer, task.instruction if task.role is Role.TRAINING else "")
            await gold.make(tx, task.project_id, known, keep_task=False)
        except (BadGold, GoldRetired) as error:
            why = f"`{EXPECTED}`: {error.message} {error.mend}".strip()
            await tasks_store.set_status(tx, id, Status.ERROR, error=why, clear_unique_id=task.clears_unique_id)
        else:
            await tasks_store.set_status(tx, id, Status.COMPLETED)


def told(task: Task) -> Json:
    """Such a task as the API tells of it."""
    return render.task(task) | {
        "id": task.id,
        "expected_response": task.params.get(EXPECTED),
        "initial_response": task.params.get(INITIAL),
    }
