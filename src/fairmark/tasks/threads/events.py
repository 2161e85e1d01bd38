"""What others may react to. What was said stays out of the log: it never forgets, and comments may have to be."""

from fairmark.kernel.events import Event
from fairmark.kernel.ids import CommentId, ThreadId


class ThreadOpened(Event, tag="thread.opened", frozen=True, kw_only=True):
    """Somebody began a thread about a task; role: as labeler, reviewer or lead."""

    thread_id: ThreadId
    comment_id: CommentId
    role: str


class ThreadAnswered(Event, tag="thread.answered", frozen=True, kw_only=True):
    """Somebody said something more in a thread."""

    thread_id: ThreadId
    comment_id: CommentId
    role: str


class ThreadResolved(Event, tag="thread.resolved", frozen=True, kw_only=True):
    """Somebody settled a thread."""

    thread_id: ThreadId
    role: str


class ThreadReopened(Event, tag="thread.reopened", frozen=True, kw_only=True):
    """Somebody opened a settled thread again."""

    thread_id: ThreadId
    role: str
