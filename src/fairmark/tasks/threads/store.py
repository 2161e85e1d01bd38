"""Runs the statements of threads. Rows in, model out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fairmark.kernel import sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import CommentId, ProjectId, TaskId, ThreadId
from fairmark.tasks.store import Row
from fairmark.tasks.threads.model import Place
from fairmark.tasks.threads.rules import Voice

q = sql.load(__file__)


async def open_thread(tx: Tx, voice: Voice, *, id: ThreadId, comment_id: CommentId, project_id: ProjectId,
                      task_id: TaskId, round: int, asset: int, mark_id: str | None, at: Place | None,
                      about: UUID | None, key: str, text: str) -> bool:  # fmt: skip
    """False: this key came before, and nothing is opened."""
    row = await tx.maybe(
        q.open_thread, org_id=tx.org_id, id=id, comment_id=comment_id, project_id=project_id, task_id=task_id,
        round=round, asset=asset, mark_id=mark_id, x=at.x if at else None, y=at.y if at else None, about=about,
        said_by=voice.id, role=voice.role.value, key=key, text=text, now=tx.now,
    )  # fmt: skip
    return row is not None


async def add_comment(tx: Tx, voice: Voice, thread: Row, id: CommentId, key: str, text: str) -> bool:
    """False: this key came before, and nothing is added."""
    row = await tx.maybe(
        q.add_comment, org_id=tx.org_id, id=id, thread_id=thread["id"], task_id=thread["task_id"], said_by=voice.id,
        role=voice.role.value, key=key, text=text, now=tx.now,
    )  # fmt: skip
    return row is not None


async def known_comment(tx: Tx, task_id: TaskId, said_by: UUID, key: str) -> tuple[ThreadId, str] | None:
    """The thread and the text that came with this key before."""
    row = await tx.maybe(q.known_comment, org_id=tx.org_id, task_id=task_id, said_by=said_by, key=key)
    return (row["thread_id"], row["text"]) if row else None


async def lock_thread(tx: Tx, task_id: TaskId, id: ThreadId) -> Any | None:
    return await tx.maybe(q.lock_thread, org_id=tx.org_id, task_id=task_id, id=id)


async def count_threads(tx: Tx, task_id: TaskId) -> int:
    return await tx.value(q.count_threads, org_id=tx.org_id, task_id=task_id)


async def task_threads(tx: Tx, task_id: TaskId) -> tuple[list[Row], list[Row]]:
    """The threads and the comments of a task, oldest first."""
    threads = await tx.all(q.task_threads, org_id=tx.org_id, task_id=task_id)
    return threads, await tx.all(q.task_comments, org_id=tx.org_id, task_id=task_id) if threads else []


async def settle_thread(tx: Tx, voice: Voice, id: ThreadId, at: datetime | None) -> bool:
    """at: None opens it again. False: it is so already."""
    by, role = (voice.id, voice.role.value) if at else (None, None)
    return await tx.maybe(q.settle_thread, org_id=tx.org_id, id=id, at=at, by=by, role=role) is not None


async def place_thread(tx: Tx, id: ThreadId, asset: int, at: Place) -> None:
    await tx.run(q.place_thread, org_id=tx.org_id, id=id, asset=asset, x=at.x, y=at.y)


async def task_now(tx: Tx, task_id: TaskId) -> Any | None:
    """The project and the round of a task of the transaction's mode."""
    return await tx.maybe(q.task_now, org_id=tx.org_id, task_id=task_id, mode=tx.actor.mode)
