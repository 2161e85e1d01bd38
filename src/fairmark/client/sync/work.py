# Made from aio/work.py by `python -m tests.client.mirror`: change that file, not this one.
"""Work: turns at tasks for those who label and review; tasks, results and questions for those who wait for them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from fairmark.client.model import (
    Annotation,
    Assignment,
    Claim,
    ClaimWish,
    Decision,
    DraftKept,
    History,
    Kind,
    Lease,
    Question,
    Receipt,
    Result,
    Rules,
    Task,
    TaskState,
    WorkOffer,
)
from fairmark.client.requests import Id
from fairmark.client.sync.transport import Transport

Stretches = Sequence[tuple[datetime, datetime]]
"""Stretches of active work, by this machine's clock: (from, to), with their zone."""


def beat_of(stretches: Stretches) -> dict[str, Any]:
    """The stretches as the server wants them, with this machine's time, so that a wrong clock can be corrected."""
    return {"now": datetime.now(UTC), "intervals": [{"from": began, "to": ended} for began, ended in stretches]}


class Work(Transport):
    """A worker's side, then that of leads and customers."""

    def claim(self, *, kinds: Sequence[Kind] = (), project_id: Id | None = None) -> Claim:
        """Takes the next assignment that the caller may do, with all that it needs; or says why there is none.

        It is never sent twice: if its answer was lost (NoConnection), `my_assignments` lists what was taken.
        """
        return self.request("POST", "/assignments/claim", Claim, body={"kinds": list(kinds), "project_id": project_id})

    def get_assignment(self, assignment_id: Id) -> Assignment:
        """One of the caller's own assignments."""
        return self.request("GET", f"/assignments/{assignment_id}", Assignment)

    def beat(self, assignment_id: Id, stretches: Stretches = ()) -> Lease:
        """A sign of life, to be sent every 15 s: counts the work and keeps the task the caller's."""
        body = beat_of(stretches)
        return self.request("POST", f"/assignments/{assignment_id}/beat", Lease, body=body, safe=True)

    def save_draft(
        self,
        assignment_id: Id,
        seq: int,
        annotation: Annotation,
        *,
        base: int | None = None,
        device: str = "",
        keep_replaced: bool = False,
    ) -> DraftKept:
        """Keeps an unfinished annotation. seq: grows with every change, so that an old one never replaces a newer.

        base: the seq of the draft that this was built upon, 0 if there was none: if another one is there, nothing is
        overwritten, and ApiError `draft_conflict` brings it (`fields["draft"]`). device: a name for this device, told
        to the person's others. keep_replaced: lays the replaced one aside, as it was not built upon.
        """
        body = {
            "seq": seq,
            "annotation": annotation,
            "base": base,
            "device": device,
            "keep_replaced": keep_replaced,
        }
        return self.request("PUT", f"/assignments/{assignment_id}/draft", DraftKept, body=body)

    def submit(
        self,
        assignment_id: Id,
        annotation: Annotation,
        *,
        key: str | None = None,
        stretches: Stretches = (),
        then: ClaimWish | None = None,
    ) -> Receipt:
        """Hands in a finished annotation. key: the same key again gives the same receipt; made here if left out, so
        that a lost answer is asked for again and nothing is handed in twice.

        then: claims the next assignment in the same call (`Receipt.next`): half the requests for who goes on at once.
        If an answer was lost, `my_assignments` lists what was claimed besides.
        """
        body = {"key": key or str(uuid4()), "annotation": annotation, "beat": beat_of(stretches), "next": then}
        return self.request("POST", f"/assignments/{assignment_id}/submit", Receipt, body=body, safe=True)

    def review(
        self,
        assignment_id: Id,
        decision: Decision,
        *,
        reasons: Sequence[str] = (),
        comment: str = "",
        annotation: Annotation | None = None,
        key: str | None = None,
        stretches: Stretches = (),
    ) -> Receipt:
        """Hands in a review: accept; fix, with the corrected annotation; or reject, with reasons. key: as in `submit`;
        with other content it is ApiError `key_reused`."""
        body = {
            "key": key or str(uuid4()),
            "decision": decision,
            "reasons": list(reasons),
            "comment": comment,
            "annotation": annotation,
            "beat": beat_of(stretches),
        }
        return self.request("POST", f"/assignments/{assignment_id}/review", Receipt, body=body, safe=True)

    def skip(self, assignment_id: Id, reason: str) -> None:
        """Passes the task to someone else."""
        self.request("POST", f"/assignments/{assignment_id}/skip", type(None), body={"reason": reason})

    def give_back(self, assignment_id: Id) -> None:
        """Gives the task back untouched."""
        self.request("POST", f"/assignments/{assignment_id}/return", type(None))

    def pause(self, assignment_id: Id) -> Lease:
        """Stops the clock and keeps the task for the caller."""
        return self.request("POST", f"/assignments/{assignment_id}/pause", Lease, safe=True)

    def resume(self, assignment_id: Id) -> Lease:
        """Goes on after a pause."""
        return self.request("POST", f"/assignments/{assignment_id}/resume", Lease, safe=True)

    def ask(self, assignment_id: Id, text: str, *, mark_ids: Sequence[str] = ()) -> Question:
        """Asks the lead about the task. mark_ids: marks of the draft that it is about; the lead sees them."""
        body = {"text": text, "mark_ids": list(mark_ids)}
        return self.request("POST", f"/assignments/{assignment_id}/questions", Question, body=body)

    def assignment_questions(self, assignment_id: Id) -> list[Question]:
        """What the caller asked about this task, with the answers."""
        return self.request("GET", f"/assignments/{assignment_id}/questions", list[Question])

    def assignment_rules(self, assignment_id: Id) -> Rules:
        """The ontology and the guideline that the assignment is done by."""
        return self.request("GET", f"/assignments/{assignment_id}/rules", Rules)

    def my_work(self) -> list[WorkOffer]:
        """The projects that the caller can work on now."""
        return self.request("GET", "/work", list[WorkOffer])

    def my_assignments(self, *, open_only: bool = False, limit: int | None = None) -> Iterator[Assignment]:
        """The caller's own assignments, newest first, without their documents."""
        return self._pages("/work/mine", Assignment, limit, {"open_only": open_only})

    def list_tasks(
        self, project_id: Id, *, state: TaskState | None = None, batch_id: Id | None = None, limit: int | None = None
    ) -> Iterator[Task]:
        """A project's tasks in the order they were made."""
        params = {"state": state, "batch_id": batch_id}
        return self._pages(f"/projects/{project_id}/tasks", Task, limit, params)

    def get_task(self, task_id: Id) -> History:
        """A task with its whole history: item, turns, submissions, reviews, results and events."""
        return self.request("GET", f"/tasks/{task_id}", History)

    def change_task(self, task_id: Id, *, priority: int | None = None, due_at: datetime | None = None) -> None:
        """Gives the task another priority or due date."""
        body = {"priority": priority, "due_at": due_at}
        self.request("PATCH", f"/tasks/{task_id}", type(None), body=body)

    def cancel_task(self, task_id: Id, reason: str) -> None:
        """Takes the task out of the work."""
        self.request("POST", f"/tasks/{task_id}/cancel", type(None), body={"reason": reason})

    def reopen_task(self, task_id: Id, *, note: str = "") -> None:
        """Sends the task round again; its earlier results stay as versions. note: for whoever takes it next."""
        self.request("POST", f"/tasks/{task_id}/reopen", type(None), body={"note": note})

    def review_task(
        self,
        task_id: Id,
        decision: Decision,
        *,
        reasons: Sequence[str] = (),
        comment: str = "",
        annotation: Annotation | None = None,
        key: str | None = None,
    ) -> None:
        """Decides a task from outside the queue: accepts, fixes or rejects it. key: as in `submit`."""
        body = {
            "key": key or str(uuid4()),
            "decision": decision,
            "reasons": list(reasons),
            "comment": comment,
            "annotation": annotation,
        }
        self.request("POST", f"/tasks/{task_id}/review", type(None), body=body, safe=True)

    def list_results(self, project_id: Id, *, batch_id: Id | None = None, limit: int | None = None) -> Iterator[Result]:
        """The results in force, oldest first."""
        return self._pages(f"/projects/{project_id}/results", Result, limit, {"batch_id": batch_id})

    def list_questions(
        self, project_id: Id, *, open_only: bool = False, limit: int | None = None
    ) -> Iterator[Question]:
        """What workers asked about a project's tasks, newest first."""
        return self._pages(f"/projects/{project_id}/questions", Question, limit, {"open_only": open_only})

    def answer_question(self, question_id: Id, text: str) -> None:
        """Answers a worker's question; a second answer replaces the first."""
        self.request("POST", f"/questions/{question_id}/answer", type(None), body={"text": text}, safe=True)
