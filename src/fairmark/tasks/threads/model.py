"""Threads, their comments, and what can go wrong with them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from fairmark.kernel.errors import Conflict, NotFound
from fairmark.kernel.ids import CommentId, ProjectId, TaskId, ThreadId

THREADS_MAX = 100
"""Threads of one task."""
COMMENTS_MAX = 100
"""Comments of one thread."""
TEXT_MAX = 2000
REACH = 1_000_000
"""How far from the origin a place may lie, pixels: farther than the largest image there is."""


class Role(StrEnum):
    """In what part somebody speaks."""

    LABELER = "labeler"
    REVIEWER = "reviewer"
    LEAD = "lead"


class Speaker(StrEnum):
    """Who speaks, as the others hear it: nobody is named."""

    YOU = "you"
    LABELER = "labeler"
    REVIEWER = "reviewer"
    LEAD = "lead"


Distance = Annotated[float, Meta(ge=-REACH, le=REACH)]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point of an image: pixels of the upright image, origin at the outer corner of the first pixel."""

    x: Distance
    y: Distance


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One contribution to a thread. worker: the pseudonym of who works here; only on the project's pages."""

    id: CommentId
    by: Speaker
    worker: str | None
    text: str
    created_at: datetime


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """Comments pinned to a mark or a place of an item.

    asset: which of the item's assets, from 0. mark_id: the mark that it goes with, as long as there is one of this id.
    at: where it stands without the mark; None: the item has no places (a text), or as a whole is meant. round: of the
    task, when it was opened. resolved_at: None while it is open.
    """

    id: ThreadId
    project_id: ProjectId
    task_id: TaskId
    round: int
    asset: int
    mark_id: str | None
    at: Place | None
    comments: list[Comment]
    resolved_at: datetime | None
    resolved_by: Speaker | None
    created_at: datetime


class NoSuchThread(NotFound):
    """No thread with this id that the caller may see."""

    code = "no_such_thread"


class TooManyComments(Conflict):
    """The task has as many threads, or the thread as many comments, as there may be."""

    code = "too_many_comments"


class TurnLeft(Conflict):
    """The assignment was skipped, returned or cancelled: its task is no longer the worker's to speak about."""

    code = "assignment_left"
