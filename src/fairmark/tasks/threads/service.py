"""Threads of a task: from a worker's turn, or from the project's pages."""

from dataclasses import dataclass

from fairmark.kernel import events as log
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssignmentId, CommentId, ProjectId, TaskId, ThreadId, new_id
from fairmark.projects import service as projects
from fairmark.tasks import flow, turns
from fairmark.tasks.model import KeyReused, Kind, NoSuchTask, TurnState
from fairmark.tasks.store import Row
from fairmark.tasks.threads import events, rules, store
from fairmark.tasks.threads.model import Comment, NoSuchThread, Place, Role, Speaker, Thread
from fairmark.tasks.threads.rules import Voice


@dataclass(frozen=True, slots=True)
class Table:
    """A task and somebody who may speak about it. names: whether they are told the pseudonyms of workers."""

    project_id: ProjectId
    task_id: TaskId
    round: int
    voice: Voice
    names: bool


async def at_turn(tx: Tx, id: AssignmentId) -> Table:
    """The table of a worker at their own turn. Raises NoSuchAssignment, TurnLeft."""
    row = await turns.own_turn(tx, id)
    voice = rules.voice_of(row["worker_id"], Kind(row["kind"]), TurnState(row["state"]), row["round"])
    return Table(row["project_id"], row["task_id"], row["round"], voice, names=False)


async def at_pages(tx: Tx, id: TaskId) -> Table:
    """The table of a lead or customer. Raises NoSuchTask, and Forbidden for a lead of another workforce."""
    row = await store.task_now(tx, id)
    if row is None:
        raise NoSuchTask(f"There is no task {id} here.", mend="Check the id, the organisation and the mode.")
    await projects.get_to_look(tx, row["project_id"])
    actor = tx.actor
    speaks = actor.worker_id or actor.person_id or actor.key_id
    assert speaks is not None
    return Table(row["project_id"], id, row["round"], Voice(speaks, Role.LEAD, row["round"]), names=True)


async def threads(tx: Tx, table: Table) -> list[Thread]:
    """The threads that they may see, oldest first, with the comments that they may see."""
    rows, said = await store.task_threads(tx, table.task_id)
    comments: dict[ThreadId, list[Comment]] = {}
    for row in said:
        if rules.hears_comment(table.voice, Role(row["role"]), row["said_by"]):
            comments.setdefault(row["thread_id"], []).append(_comment(table, row))
    return [_thread(table, row, comments.get(row["id"], [])) for row in rows if _hears(table, row)]


async def open_thread(
    tx: Tx, table: Table, key: str, text: str, asset: int, mark_id: str | None, at: Place | None
) -> Thread:
    """Begins a thread; the same key again is the same thread. Raises TooManyComments, KeyReused."""
    known = await _known(tx, table, key, text)
    if known is not None:
        return known
    rules.check_room(await store.count_threads(tx, table.task_id), 0)
    present = (await flow.submissions_of(tx, [table.task_id])).get(table.task_id, [])
    work = [(worker_id, frozenset(mark.id for mark in said.marks)) for _, worker_id, said in present]
    id, comment_id = ThreadId(new_id()), CommentId(new_id())
    opened = await store.open_thread(
        tx, table.voice, id=id, comment_id=comment_id, project_id=table.project_id, task_id=table.task_id,
        round=table.round, asset=asset, mark_id=mark_id, at=at, about=rules.about(table.voice, mark_id, work), key=key,
        text=text,
    )  # fmt: skip
    if opened:
        event = events.ThreadOpened(
            project_id=table.project_id, task_id=table.task_id, thread_id=id, comment_id=comment_id,
            role=table.voice.role,
        )  # fmt: skip
        await log.announce(tx, event)
        return await _one(tx, table, id)
    # The same call came at the same time, by another way: it has begun the thread.
    known = await _known(tx, table, key, text)
    assert known is not None
    return known


async def say(tx: Tx, table: Table, id: ThreadId, key: str, text: str) -> Thread:
    """Adds a comment; the same key again adds nothing. Raises NoSuchThread, TooManyComments, KeyReused."""
    row = await _heard(tx, table, id)
    known = await _known(tx, table, key, text)
    if known is not None:
        return known
    rules.check_room(0, row["comments"])
    comment_id = CommentId(new_id())
    if await store.add_comment(tx, table.voice, row, comment_id, key, text):
        event = events.ThreadAnswered(
            project_id=table.project_id, task_id=table.task_id, thread_id=id, comment_id=comment_id,
            role=table.voice.role,
        )  # fmt: skip
        await log.announce(tx, event)
    return await _one(tx, table, id)


async def settle(tx: Tx, table: Table, id: ThreadId, *, resolved: bool) -> Thread:
    """Settles a thread or opens it again; what is so already stays so. Raises NoSuchThread."""
    await _heard(tx, table, id)
    if await store.settle_thread(tx, table.voice, id, tx.now if resolved else None):
        kind = events.ThreadResolved if resolved else events.ThreadReopened
        event = kind(project_id=table.project_id, task_id=table.task_id, thread_id=id, role=table.voice.role)
        await log.announce(tx, event)
    return await _one(tx, table, id)


async def place(tx: Tx, table: Table, id: ThreadId, asset: int, at: Place) -> None:
    """Where the thread stands from now on when its mark is gone. Raises NoSuchThread."""
    await _heard(tx, table, id)
    await store.place_thread(tx, id, asset, at)


async def _known(tx: Tx, table: Table, key: str, text: str) -> Thread | None:
    """The thread that this key has spoken in. Raises KeyReused."""
    known = await store.known_comment(tx, table.task_id, table.voice.id, key)
    if known is None:
        return None
    if known[1] != text:
        raise KeyReused("This key came before with another text; the first one stands.", mend="Use a new key.")
    return await _one(tx, table, known[0])


async def _heard(tx: Tx, table: Table, id: ThreadId) -> Row:
    """The thread, locked. Raises NoSuchThread."""
    row = await store.lock_thread(tx, table.task_id, id)
    if row is None or not _hears(table, row):
        raise NoSuchThread(f"There is no thread {id} here.", mend="List the threads anew.")
    return row


async def _one(tx: Tx, table: Table, id: ThreadId) -> Thread:
    return next(thread for thread in await threads(tx, table) if thread.id == id)


def _hears(table: Table, row: Row) -> bool:
    return rules.hears_thread(table.voice, Role(row["opened_as"]), row["about"], row["round"])


def _comment(table: Table, row: Row) -> Comment:
    return Comment(
        id=row["id"], by=rules.speaker(table.voice, Role(row["role"]), row["said_by"]),
        worker=row["alias"] if table.names else None, text=row["text"], created_at=row["created_at"],
    )  # fmt: skip


def _thread(table: Table, row: Row, comments: list[Comment]) -> Thread:
    settled: Speaker | None = None
    if row["resolved_at"] is not None:
        settled = rules.speaker(table.voice, Role(row["resolved_as"]), row["resolved_by"])
    return Thread(
        id=row["id"], project_id=row["project_id"], task_id=row["task_id"], round=row["round"], asset=row["asset"],
        mark_id=row["mark_id"], at=None if row["x"] is None else Place(row["x"], row["y"]), comments=comments,
        resolved_at=row["resolved_at"], resolved_by=settled, created_at=row["created_at"],
    )  # fmt: skip
