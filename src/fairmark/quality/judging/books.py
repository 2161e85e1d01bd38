"""Opens and closes the books on judges: what is kept in the database, as `state.Book`, for one transaction."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ProjectId, TaskId
from fairmark.quality.judging import store
from fairmark.quality.judging.state import Book, JudgeState, ProjectState, ToldState, ids_of, trusted

_encode = msgspec.msgpack.encode


def read_project(raw: bytes) -> ProjectState:
    """What is known of a project's judges together; nothing, if nothing was kept."""
    return msgspec.msgpack.decode(raw, type=ProjectState) if raw else ProjectState()


async def opened(
    tx: Tx, project_id: ProjectId, kept: store.Row, judges: Sequence[UUID], tasks: Sequence[TaskId]
) -> Book:
    """The book on a project, for some judges and for those whom `tasks` have told something already."""
    kept_told = await store.told(tx, tasks)
    told: dict[UUID, ToldState] = {id: msgspec.msgpack.decode(raw, type=ToldState) for id, raw in kept_told.items()}
    ids = sorted(set(judges) | ids_of(told.values()))
    found = await store.judges(tx, project_id, ids)
    states = [msgspec.msgpack.decode(found[id], type=JudgeState) if id in found else JudgeState() for id in ids]
    return Book(read_project(kept["state"]), ids, states, told)


async def closed(tx: Tx, project_id: ProjectId, book: Book, tasks: Mapping[TaskId, int]) -> None:
    """Keeps what the judges of a book have learnt. tasks: how many judgements of each were new."""
    book.close()
    seen = sum(tasks.values())
    known = max((trusted(each.units) for each in (*book.project.choices.values(), *book.project.things.values())),
                default=0.0)  # fmt: skip
    await store.save_model(tx, project_id, _encode(book.project), known, seen)
    touched = {book.ids[number]: _encode(book.states[number]) for number in sorted(book.touched)}
    await store.save_judges(tx, project_id, touched, {})
    told = {TaskId(id): _encode(state) for id, state in book.told.items() if id in tasks}
    await store.save_told(tx, project_id, told)


async def settled(tx: Tx, project_id: ProjectId, book: Book, told: Mapping[TaskId, ToldState], seen: int) -> None:
    """Puts what was fitted anew in the place of what was known, of everybody in the book."""
    known = max((trusted(each.units) for each in (*book.project.choices.values(), *book.project.things.values())),
                default=0.0)  # fmt: skip
    await store.settle_model(tx, project_id, _encode(book.project), known, seen)
    await store.save_judges(tx, project_id, {id: _encode(state) for id, state in
                                             zip(book.ids, book.states, strict=True)}, {})  # fmt: skip
    await store.forget_told(tx, project_id)
    await store.save_told(tx, project_id, {id: _encode(state) for id, state in told.items()})
