"""One route per use case: parse, call, render. Workers' routes first, then those of leads and customers."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

import msgspec
from litestar import get, patch, post, put
from litestar.params import Parameter
from msgspec import Meta

from fairmark.assets.media.rules import media_url
from fairmark.assets.tiles.rules import tiles_url
from fairmark.identity.service import organisations_of
from fairmark.kernel import clock, json
from fairmark.kernel.actor import Actor, Permission, allowed, require
from fairmark.kernel.errors import Invalid
from fairmark.kernel.http import After, Limit, OrgNotChosen, Page, Req, actor_of, page_of, site, work
from fairmark.kernel.ids import AssetId, AssignmentId, BatchId, OrgId, ProjectId, ResultId, TaskId
from fairmark.kernel.pages import after_id
from fairmark.ontology.model import Annotation
from fairmark.tasks import desk, drafts, flow, leases, service, turns
from fairmark.tasks.model import (
    Assignment,
    Claim,
    ClaimedTwice,
    ClaimWish,
    Decision,
    Lease,
    Receipt,
    Result,
    TaskState,
)
from fairmark.tasks.turns import Signer

T = TypeVar("T")
WORK = ["work"]
TASKS = ["tasks"]
Key = Annotated[str, Meta(min_length=1, max_length=100, description="Yours to choose; the same key is the same call.")]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Comment = Annotated[str, Meta(max_length=5000)]
Reasons = Annotated[list[Annotated[str, Meta(min_length=1, max_length=200)]], Meta(max_length=20)]
STRETCHES_MAX = 500
CLAIM_TRIES = 5
"""A worker's own claims in other windows may meet this one; each try sees what they took."""


class Stretch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"began": "from", "ended": "to"}):
    """A stretch of active work by the client's clock."""

    began: datetime
    ended: datetime


class Beat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sign of life, every 15 s. `now` is the client's clock, so that a wrong one can be corrected."""

    now: datetime | None = None
    intervals: Annotated[list[Stretch], Meta(max_length=STRETCHES_MAX)] = []


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An unfinished annotation; seq grows with every change, so that an older one never overwrites a newer one.

    base: the seq of the draft that this was built upon, 0 if there was none; if another one is there, nothing is
    overwritten. device: a name for the device, told to the person's others. keep_replaced: lay the replaced one aside.
    """

    seq: Annotated[int, Meta(ge=0, lt=2**53)]
    annotation: Annotation
    base: Annotated[int, Meta(ge=0, lt=2**53)] | None = None
    device: Annotated[str, Meta(max_length=100)] = ""
    keep_replaced: bool = False


class DraftKept(msgspec.Struct, frozen=True):
    """The sequence number of the draft that the server has now."""

    seq: int


class HandIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finished annotation. `beat` may carry the last stretches of work; `next` claims the next assignment as well."""

    key: Key
    annotation: Annotation
    beat: Beat | None = None
    next: ClaimWish | None = None


class Decide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A review: accept; fix, with the corrected annotation; or reject, with reasons."""

    decision: Decision
    reasons: Reasons = []
    comment: Comment = ""
    annotation: Annotation | None = None
    beat: Beat | None = None
    key: Key | None = None


class HandInReview(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A review that ends a turn. `beat` may carry the last stretches of work."""

    key: Key
    decision: Decision
    reasons: Reasons = []
    comment: Comment = ""
    annotation: Annotation | None = None
    beat: Beat | None = None


class Because(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why."""

    reason: Reason


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What whoever takes it next should know."""

    note: Comment = ""


class TaskChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A task's place in the queue."""

    priority: Annotated[int, Meta(ge=-1000, le=1000)] | None = None
    due_at: datetime | None = None


def signer(request: Req) -> Signer:
    """Signs media addresses with this installation's key, as of now."""
    here, now = site(request), clock.now()

    def url(org_id: OrgId, asset_id: AssetId, variant: str) -> str:
        return media_url(here, org_id, asset_id, variant, now)

    def tiles(org_id: OrgId, asset_id: AssetId) -> str:
        return tiles_url(here, org_id, asset_id, now)

    return Signer(url, tiles)


def stretches(beat: Beat | None, now: datetime) -> list[tuple[datetime, datetime]]:
    """The beat's stretches on the server's clock. Raises Invalid if a time has no zone."""
    if beat is None:
        return []
    times = [t for s in beat.intervals for t in (s.began, s.ended)] + ([beat.now] if beat.now else [])
    if any(time.tzinfo is None for time in times):
        raise Invalid("A time has no zone.", mend="Write times as 2026-01-31T12:00:00Z.")
    shift = now - beat.now if beat.now else timedelta()
    try:
        return [(s.began + shift, s.ended + shift) for s in beat.intervals if s.ended > s.began]
    except OverflowError as error:
        raise Invalid("A time is out of range.", mend="Send the present times.") from error


@post("/api/v1/assignments/claim", operation_id="claim", tags=WORK, status_code=200)
async def claim(request: Req, data: ClaimWish) -> Claim:
    """Takes the next assignment you may do, with everything its page needs; or says why there is none."""
    actor = await actor_of(request)
    sign = signer(request)
    somewhere = actor.org_id is not None or actor.person_id is None
    return await _alone(lambda: (_claim_here if somewhere else _claim_anywhere)(request, actor, data, sign))


async def _alone(call: Callable[[], Awaitable[T]]) -> T:
    """The answer of a call that claims, called again if the worker's other windows came between."""
    for _ in range(CLAIM_TRIES - 1):
        with suppress(ClaimedTwice):
            return await call()
    return await call()


async def _claim_here(request: Req, actor: Actor, data: ClaimWish, sign: Signer) -> Claim:
    require(actor, Permission.WORK)
    async with site(request).db.begin(actor.org_id, actor=actor, fast=True) as tx:
        return await service.claim(tx, sign, data)


async def _claim_anywhere(request: Req, person: Actor, data: ClaimWish, sign: Signer) -> Claim:
    """A worker of several organisations who named none gets the first task that any of them has."""
    db, why = site(request).db, None
    assert person.person_id is not None
    async with db.begin(actor=person) as tx:
        belongings = await organisations_of(tx, person.person_id)
    for belonging in belongings:
        if belonging.worker_id is None or belonging.closed_at is not None:
            continue
        roles = frozenset(belonging.work_roles)
        actor = msgspec.structs.replace(person, org_id=belonging.id, worker_id=belonging.worker_id, work_roles=roles)
        if not allowed(actor, Permission.WORK):
            continue
        async with db.begin(actor.org_id, actor=actor, fast=True) as tx:
            found = await service.claim(tx, sign, data)
        if found.assignment is not None:
            return found
        why = why or found.why
    if why is None:
        raise OrgNotChosen("You do not work for any organisation.", mend="Ask a workforce lead for an invitation.")
    return Claim(None, why)


@get("/api/v1/assignments/{id:uuid}", operation_id="get_assignment", tags=WORK)
async def get_assignment(request: Req, id: AssignmentId) -> Assignment:
    """One of your own assignments; of one that you handed in, what you said and what reviewers said of it."""
    async with work(request, Permission.WORK) as tx:
        return await desk.turn(tx, signer(request), id)


@post("/api/v1/assignments/{id:uuid}/beat", operation_id="beat", tags=WORK, status_code=200)
async def beat(request: Req, id: AssignmentId, data: Beat) -> Lease:
    """A sign of life: counts your work and keeps the task yours."""
    async with work(request, Permission.WORK) as tx:
        return await service.beat(tx, id, stretches(data, tx.now))


@put("/api/v1/assignments/{id:uuid}/draft", operation_id="save_draft", tags=WORK)
async def save_draft(request: Req, id: AssignmentId, data: Draft) -> DraftKept:
    """Keeps an unfinished annotation, complete or not. Another draft than it was built upon answers 409, with it."""
    async with work(request, Permission.WORK) as tx:
        there = await drafts.save(
            tx, id, data.seq, data.annotation, base=data.base, device=data.device, keep_replaced=data.keep_replaced
        )
    if there is not None:  # said after the commit: what was sent is laid aside
        raise drafts.conflict(there)
    return DraftKept(data.seq)


@post("/api/v1/assignments/{id:uuid}/submit", operation_id="submit", tags=WORK, status_code=200)
async def submit(request: Req, id: AssignmentId, data: HandIn) -> Receipt:
    """Hands in a finished annotation, and claims the next if asked to. The same key again gives the same receipt."""
    wish = data.next

    async def once() -> Receipt:
        async with work(request, Permission.WORK) as tx:
            said = stretches(data.beat, tx.now)
            if wish is None:
                return await service.submit(tx, id, data.key, data.annotation, said)
            return await service.submit_and_claim(tx, signer(request), id, data.key, data.annotation, said, wish)

    return await _alone(once)


@post("/api/v1/assignments/{id:uuid}/review", operation_id="review", tags=WORK, status_code=200)
async def review(request: Req, id: AssignmentId, data: HandInReview) -> Receipt:
    """Hands in a review: accept, fix or reject. The same key again gives the same receipt."""
    async with work(request, Permission.REVIEW) as tx:
        if data.beat is not None and data.beat.intervals:
            await service.count(tx, id, stretches(data.beat, tx.now))
        return await service.review(tx, id, data.key, data.decision, data.reasons, data.comment, data.annotation)


@post("/api/v1/assignments/{id:uuid}/skip", operation_id="skip", tags=WORK, status_code=204)
async def skip(request: Req, id: AssignmentId, data: Because) -> None:
    """Passes the task to someone else. It never counts against you."""
    async with work(request, Permission.WORK) as tx:
        await leases.skip(tx, id, data.reason)


@post("/api/v1/assignments/{id:uuid}/return", operation_id="give_back", tags=WORK, status_code=204)
async def give_back(request: Req, id: AssignmentId) -> None:
    """Gives the task back untouched."""
    async with work(request, Permission.WORK) as tx:
        await leases.give_back(tx, id)


@post("/api/v1/assignments/{id:uuid}/pause", operation_id="pause", tags=WORK, status_code=200)
async def pause(request: Req, id: AssignmentId) -> Lease:
    """Stops the clock and keeps the task for you."""
    async with work(request, Permission.WORK) as tx:
        return await leases.pause(tx, id)


@post("/api/v1/assignments/{id:uuid}/resume", operation_id="resume", tags=WORK, status_code=200)
async def resume(request: Req, id: AssignmentId) -> Lease:
    """Goes on after a pause."""
    async with work(request, Permission.WORK) as tx:
        return await leases.resume(tx, id)


@get("/api/v1/assignments/{id:uuid}/rules", operation_id="assignment_rules", tags=WORK)
async def assignment_rules(request: Req, id: AssignmentId) -> desk.Rules:
    """The ontology and the guideline that your assignment is done by."""
    async with work(request, Permission.WORK) as tx:
        return await desk.rules_of(tx, id)


@get("/api/v1/work", operation_id="my_work", tags=WORK)
async def my_work(request: Req) -> list[desk.WorkOffer]:
    """The projects you can work on now, with what waits there and how long a task takes."""
    async with work(request, Permission.WORK) as tx:
        return await desk.offers(tx)


@get("/api/v1/work/mine", operation_id="my_assignments", tags=WORK)
async def my_assignments(
    request: Req, limit: Limit = 50, after: After = None, open_only: bool = False
) -> Page[Assignment]:
    """Your own assignments, newest first."""
    before = json.decode(f'"{after}"', type=datetime) if after else None
    async with work(request, Permission.WORK) as tx:
        rows = await turns.mine(tx, signer(request), open_only=open_only, before=before, limit=limit + 1)
        return page_of(rows, limit, lambda row: row.leased_at.isoformat())


@get("/api/v1/projects/{project_id:uuid}/tasks", operation_id="list_tasks", tags=TASKS)
async def list_tasks(
    request: Req,
    project_id: ProjectId,
    limit: Limit = 50,
    after: After = None,
    in_state: Annotated[TaskState | None, Parameter(query="state")] = None,
    batch_id: BatchId | None = None,
) -> Page[desk.Task]:
    """A project's tasks in the order they were made."""
    async with work(request, Permission.PROJECT_READ) as tx:
        start = TaskId(after_id(after)) if after else None
        rows = await desk.tasks(tx, project_id, in_state, batch_id, start, limit + 1)
        return page_of(rows, limit, lambda task: str(task.id))


@get("/api/v1/tasks/{id:uuid}", operation_id="get_task", tags=TASKS)
async def get_task(request: Req, id: TaskId) -> desk.History:
    """A task with its whole history: item, turns, submissions, reviews, results and events."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await desk.history(tx, signer(request), id)


@patch("/api/v1/tasks/{id:uuid}", operation_id="change_task", tags=TASKS, status_code=204)
async def change_task(request: Req, id: TaskId, data: TaskChange) -> None:
    """Gives the task another priority or due date."""
    async with work(request, Permission.LEAD) as tx:
        await flow.reorder(tx, id, data.priority, data.due_at)


@post("/api/v1/tasks/{id:uuid}/cancel", operation_id="cancel_task", tags=TASKS, status_code=204)
async def cancel_task(request: Req, id: TaskId, data: Because) -> None:
    """Takes the task out of the work."""
    async with work(request, Permission.LEAD) as tx:
        await flow.cancel(tx, id, data.reason)


@post("/api/v1/tasks/{id:uuid}/reopen", operation_id="reopen_task", tags=TASKS, status_code=204)
async def reopen_task(request: Req, id: TaskId, data: Note) -> None:
    """Sends the task round again; its earlier results stay as versions."""
    async with work(request, Permission.LEAD) as tx:
        await flow.reopen(tx, id, data.note)


@post("/api/v1/tasks/{id:uuid}/review", operation_id="review_task", tags=TASKS, status_code=204)
async def review_task(request: Req, id: TaskId, data: Decide) -> None:
    """Decides a task from the project's pages: accept, fix or reject it. The same key again changes nothing."""
    async with work(request, Permission.LEAD) as tx:
        await flow.review_from_pages(tx, id, data.decision, data.reasons, data.comment, data.annotation, data.key)


@get("/api/v1/projects/{project_id:uuid}/results", operation_id="list_results", tags=TASKS)
async def list_results(request: Req, project_id: ProjectId, limit: Limit = 50, after: After = None,
                       batch_id: BatchId | None = None) -> Page[Result]:  # fmt: skip
    """The results in force, oldest first."""
    async with work(request, Permission.DATA_READ) as tx:
        rows = await desk.results(tx, project_id, batch_id, ResultId(after_id(after)) if after else None, limit + 1)
        return page_of(rows, limit, lambda result: str(result.id))


ROUTES = [
    claim, get_assignment, beat, save_draft, submit, review, skip, give_back, pause, resume, assignment_rules, my_work,
    my_assignments, list_tasks, get_task, change_task, cancel_task, reopen_task, review_task, list_results,
]  # fmt: skip
