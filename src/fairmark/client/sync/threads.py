# Made from aio/threads.py by `python -m tests.client.mirror`: change that file, not this one.
"""Comment threads: what reviewers, leads and authors say to one another about a mark or a place."""

from uuid import uuid4

from fairmark.client.model import Place, Thread
from fairmark.client.requests import Id
from fairmark.client.sync.transport import Transport


class Threads(Transport):
    """At one's own assignment, then as the lead or customer of a task. key: the same key again is the same comment."""

    def assignment_threads(self, assignment_id: Id) -> list[Thread]:
        """What was said about the task of one of the caller's own assignments, as far as it is for them."""
        return self.request("GET", f"/assignments/{assignment_id}/threads", list[Thread])

    def open_thread(
        self,
        assignment_id: Id,
        text: str,
        *,
        mark_id: str | None = None,
        at: tuple[float, float] | None = None,
        asset: int = 0,
        key: str | None = None,
    ) -> Thread:
        """Begins a thread about a mark; about a place, in pixels of the image; or about the item as a whole."""
        return self._begin(f"/assignments/{assignment_id}", text, mark_id, at, asset, key)

    def comment(self, assignment_id: Id, thread_id: Id, text: str, *, key: str | None = None) -> Thread:
        """Says something more in a thread."""
        return self._say(f"/assignments/{assignment_id}", thread_id, text, key)

    def settle_thread(self, assignment_id: Id, thread_id: Id, *, resolved: bool = True) -> Thread:
        """Settles a thread, or opens it again."""
        return self._settle(f"/assignments/{assignment_id}", thread_id, resolved)

    def place_thread(self, assignment_id: Id, thread_id: Id, at: tuple[float, float], *, asset: int = 0) -> None:
        """Says where a thread stands without its mark, in pixels of the image."""
        path = f"/assignments/{assignment_id}/threads/{thread_id}/place"
        self.request("PUT", path, type(None), body={"at": Place(*at), "asset": asset})

    def task_threads(self, task_id: Id) -> list[Thread]:
        """All that was said about a task, with the pseudonyms of workers."""
        return self.request("GET", f"/tasks/{task_id}/threads", list[Thread])

    def open_task_thread(
        self,
        task_id: Id,
        text: str,
        *,
        mark_id: str | None = None,
        at: tuple[float, float] | None = None,
        asset: int = 0,
        key: str | None = None,
    ) -> Thread:
        """Begins a thread about a task, as its lead."""
        return self._begin(f"/tasks/{task_id}", text, mark_id, at, asset, key)

    def comment_on_task(self, task_id: Id, thread_id: Id, text: str, *, key: str | None = None) -> Thread:
        """Says something more in a thread, as the task's lead."""
        return self._say(f"/tasks/{task_id}", thread_id, text, key)

    def settle_task_thread(self, task_id: Id, thread_id: Id, *, resolved: bool = True) -> Thread:
        """Settles a thread as the task's lead, or opens it again."""
        return self._settle(f"/tasks/{task_id}", thread_id, resolved)

    def _begin(
        self, of: str, text: str, mark_id: str | None, at: tuple[float, float] | None, asset: int, key: str | None
    ) -> Thread:
        place = Place(*at) if at else None
        body = {"key": key or str(uuid4()), "text": text, "asset": asset, "mark_id": mark_id, "at": place}
        return self.request("POST", f"{of}/threads", Thread, body=body, safe=True)

    def _say(self, of: str, thread_id: Id, text: str, key: str | None) -> Thread:
        body = {"key": key or str(uuid4()), "text": text}
        return self.request("POST", f"{of}/threads/{thread_id}/comments", Thread, body=body, safe=True)

    def _settle(self, of: str, thread_id: Id, resolved: bool) -> Thread:
        return self.request("PUT", f"{of}/threads/{thread_id}/state", Thread, body={"resolved": resolved})
