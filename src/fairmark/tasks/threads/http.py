"""One route per use case: parse, call, render. At a worker's turn first, then from the project's pages."""

from typing import Annotated

import msgspec
from litestar import get, post, put
from msgspec import Meta

from fairmark.kernel.actor import Permission
from fairmark.kernel.http import Req, work
from fairmark.kernel.ids import AssignmentId, TaskId, ThreadId
from fairmark.tasks.threads import service
from fairmark.tasks.threads.model import TEXT_MAX, Place, Thread

WORK = ["work"]
TASKS = ["tasks"]
Key = Annotated[str, Meta(min_length=1, max_length=100, description="Yours to choose; the same key is the same call.")]
Text = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]
MarkId = Annotated[str, Meta(min_length=1, max_length=200)]
Asset = Annotated[int, Meta(ge=0, le=1000)]


class Begin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A thread and its first comment. at: its place, or where it stands without its mark; neither: the whole item."""

    key: Key
    text: Text
    asset: Asset = 0
    mark_id: MarkId | None = None
    at: Place | None = None


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comment."""

    key: Key
    text: Text


class Settle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the thread is settled."""

    resolved: bool


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a thread stands without its mark."""

    at: Place
    asset: Asset = 0


@get("/api/v1/assignments/{id:uuid}/threads", operation_id="assignment_threads", tags=WORK)
async def assignment_threads(request: Req, id: AssignmentId) -> list[Thread]:
    """What was said about this task, as far as it is for you: nobody is named."""
    async with work(request, Permission.WORK) as tx:
        return await service.threads(tx, await service.at_turn(tx, id))


@post("/api/v1/assignments/{id:uuid}/threads", operation_id="open_thread", tags=WORK, status_code=200)
async def open_thread(request: Req, id: AssignmentId, data: Begin) -> Thread:
    """Begins a thread about a mark or a place. The same key again is the same thread."""
    async with work(request, Permission.WORK) as tx:
        table = await service.at_turn(tx, id)
        return await service.open_thread(tx, table, data.key, data.text, data.asset, data.mark_id, data.at)


@post(
    "/api/v1/assignments/{id:uuid}/threads/{thread_id:uuid}/comments",
    operation_id="comment",
    tags=WORK,
    status_code=200,
)
async def comment(request: Req, id: AssignmentId, thread_id: ThreadId, data: Say) -> Thread:
    """Adds a comment to a thread. The same key again adds nothing."""
    async with work(request, Permission.WORK) as tx:
        return await service.say(tx, await service.at_turn(tx, id), thread_id, data.key, data.text)


@put("/api/v1/assignments/{id:uuid}/threads/{thread_id:uuid}/state", operation_id="settle_thread", tags=WORK)
async def settle_thread(request: Req, id: AssignmentId, thread_id: ThreadId, data: Settle) -> Thread:
    """Settles a thread, or opens it again."""
    async with work(request, Permission.WORK) as tx:
        return await service.settle(tx, await service.at_turn(tx, id), thread_id, resolved=data.resolved)


@put(
    "/api/v1/assignments/{id:uuid}/threads/{thread_id:uuid}/place",
    operation_id="place_thread",
    tags=WORK,
    status_code=204,
)
async def place_thread(request: Req, id: AssignmentId, thread_id: ThreadId, data: Move) -> None:
    """Says where a thread stands without its mark: where the mark was last."""
    async with work(request, Permission.WORK) as tx:
        await service.place(tx, await service.at_turn(tx, id), thread_id, data.asset, data.at)


@get("/api/v1/tasks/{id:uuid}/threads", operation_id="task_threads", tags=TASKS)
async def task_threads(request: Req, id: TaskId) -> list[Thread]:
    """All that was said about a task, with the pseudonyms of workers."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.threads(tx, await service.at_pages(tx, id))


@post("/api/v1/tasks/{id:uuid}/threads", operation_id="open_task_thread", tags=TASKS, status_code=200)
async def open_task_thread(request: Req, id: TaskId, data: Begin) -> Thread:
    """Begins a thread about a task, as its lead. The same key again is the same thread."""
    async with work(request, Permission.LEAD) as tx:
        table = await service.at_pages(tx, id)
        return await service.open_thread(tx, table, data.key, data.text, data.asset, data.mark_id, data.at)


@post(
    "/api/v1/tasks/{id:uuid}/threads/{thread_id:uuid}/comments",
    operation_id="comment_on_task",
    tags=TASKS,
    status_code=200,
)
async def comment_on_task(request: Req, id: TaskId, thread_id: ThreadId, data: Say) -> Thread:
    """Adds a comment to a task's thread, as its lead. The same key again adds nothing."""
    async with work(request, Permission.LEAD) as tx:
        return await service.say(tx, await service.at_pages(tx, id), thread_id, data.key, data.text)


@put("/api/v1/tasks/{id:uuid}/threads/{thread_id:uuid}/state", operation_id="settle_task_thread", tags=TASKS)
async def settle_task_thread(request: Req, id: TaskId, thread_id: ThreadId, data: Settle) -> Thread:
    """Settles a task's thread, or opens it again."""
    async with work(request, Permission.LEAD) as tx:
        return await service.settle(tx, await service.at_pages(tx, id), thread_id, resolved=data.resolved)


ROUTES = [
    assignment_threads, open_thread, comment, settle_thread, place_thread, task_threads, open_task_thread,
    comment_on_task, settle_task_thread,
]  # fmt: skip
