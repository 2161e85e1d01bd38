"""Tasks copied from a Scale account: `fairmark import --from-scale` sends them as that account tells of them.

What was done there is done here, with its response; what was still to do is work for people here. Nobody is called
back about what others did. A task keeps its times, and is found by the id that it had as well as by its new one.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.kernel.actor import Actor, Permission, require
from fairmark.kernel.db import Tx
from fairmark.kernel.http import Site
from fairmark.ontology.model import Annotation
from fairmark.scale_api import callbacks, creating, hypotheses, rules, tasks_store, work_store
from fairmark.scale_api.creating import Texts
from fairmark.scale_api.model import BadRequest, Json, Status, Task, new_scale_id
from fairmark.scale_api.planning import Plan, Request, again
from fairmark.scale_api.shapes import read, read_time, without_nulls
from fairmark.scale_api.types.table import task_type
from fairmark.tasks import flow

SourceId = Annotated[str, Meta(min_length=1, max_length=100)]


class Said(msgspec.Struct, frozen=True):
    """What an account tells of a task of its own, as far as it is copied beside the envelope."""

    task_id: SourceId
    status: Status
    created_at: str
    params: dict[str, Any] = {}
    response: dict[str, Any] | None = None
    completed_at: str | None = None
    customer_review_status: str | None = None
    customer_review_comments: str | None = None
    audits: list[dict[str, Any]] = []


async def take(site: Site, actor: Actor, type_name: str, body: Json) -> Task:
    """The copy of a task, made if there is none yet. Raises what creating it raises."""
    require(actor, Permission.DATA_WRITE)
    said = read(body, Said)
    created_at = read_time(said.created_at, "created_at")
    type = task_type(type_name)
    envelope = {key: body[key] for key in rules.ENVELOPE if key in body}
    asked = without_nulls(said.params | envelope)
    is_work = said.status is Status.PENDING
    hypothesis = await hypotheses.read(site, type, rules.hypothesis_in(asked)) if is_work else None
    if type.pictures is not None and not is_work:
        asked.pop("hypothesis", None)  # what somebody began with then, as pictures that may be gone by now
    async with site.db.begin(actor.org_id, actor=actor) as tx:
        known = await tasks_store.task_of_source(tx, said.task_id)
        if known is not None:
            return known
        request = Request(type, rules.read_envelope(asked), asked, late=True, hypothesis=hypothesis)
        plan = (await creating.plan_of(tx, request))._replace(id=new_scale_id(created_at))
        answer = _answer(plan, said)
        if rules.is_test(tx.actor.mode) or not (is_work or answer is not None):
            await creating.added(tx, [plan], [creating.new_task(plan, None, None, said.status, said.response)])
            return await _kept(tx, plan, said, created_at)
    texts = await creating.kept_texts(site, actor, plan)
    async with site.db.begin(actor.org_id, actor=actor) as tx:
        await _put_to_work(tx, plan, texts, answer)
        return await _kept(tx, plan, said, created_at)


def _answer(plan: Plan, said: Said) -> Annotation | None:
    """A finished task's response as an annotation; None where there is none, or where it cannot be shown here."""
    if said.status is not Status.COMPLETED or said.response is None:
        return None
    try:
        return plan.translation.annotation(said.response, "response")
    except BadRequest:
        return None


async def _put_to_work(tx: Tx, plan: Plan, texts: Texts, answer: Annotation | None) -> None:
    [plan] = [each for each in await again(tx, [plan], late=True) if isinstance(each, Plan)]
    [task] = await creating.write(tx, [(plan, texts)])
    if answer is None:
        return
    assert task.project_id is not None
    assert task.item_id is not None
    await flow.create_tasks(tx, task.project_id, [(task.item_id, task.item_id)])
    work = await work_store.work_state(tx, task.item_id)
    assert work is not None, "it was made just now"
    await flow.settle(tx, work.work_id, answer)


async def _kept(tx: Tx, plan: Plan, said: Said, created_at: datetime) -> Task:
    """Writes what the account said about it."""
    completed_at = None if said.completed_at is None else read_time(said.completed_at, "completed_at")
    error = str((said.response or {}).get("error") or "") if said.status is Status.ERROR else None
    await tasks_store.set_source(
        tx, plan.id, said.task_id, said.status, created_at,
        response=said.response if said.status is Status.COMPLETED else None, error=error or None,
        completed_at=completed_at if said.status is Status.COMPLETED else None,
    )  # fmt: skip
    if said.customer_review_status is not None:
        comments = said.customer_review_comments
        await tasks_store.set_review(tx, plan.id, said.customer_review_status, comments, said.audits)
    # A batch that is complete there comes without an address for callbacks: it becomes complete here in silence.
    if plan.batch is not None and not plan.batch.callback and said.status is not Status.PENDING:
        await callbacks.batch_settled(tx, plan.batch.id)
    found = await tasks_store.task(tx, plan.id)
    assert found is not None
    return found
