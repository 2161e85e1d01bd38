"""Who hears what in a thread, and when one may speak."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fairmark.kernel.ids import WorkerId
from fairmark.tasks.model import Kind, TurnState
from fairmark.tasks.threads.model import COMMENTS_MAX, THREADS_MAX, Role, Speaker, TooManyComments, TurnLeft

LEFT = frozenset({TurnState.SKIPPED, TurnState.RETURNED, TurnState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody at a task: who they are, in what part, and of which round their turn is (on the pages: any)."""

    id: UUID
    role: Role
    round: int


def voice_of(worker_id: WorkerId, kind: Kind, state: TurnState, round: int) -> Voice:
    """A worker at their turn. Raises TurnLeft."""
    if state in LEFT:
        raise TurnLeft(
            f"This assignment was {state.value}: its threads are not yours to see.", mend="Take the next task."
        )
    return Voice(worker_id, Role.LABELER if kind is Kind.LABEL else Role.REVIEWER, round)


def hears_thread(voice: Voice, opened_as: Role, about: UUID | None, round: int) -> bool:
    """Whether somebody may see a thread. about: the worker whose work it is about; None: everybody's.

    Reviewers and leads see all of a task. A labeler sees what is about their own work or everybody's, and what
    reviewers and leads began in earlier rounds: it goes to whoever does the task again, as the reasons for sending it
    back do. What another labeler began stays unseen: they shall answer apart from one another.
    """
    if voice.role is not Role.LABELER or about == voice.id:
        return True
    if opened_as is Role.LABELER:
        return False
    return about is None or round < voice.round


def hears_comment(voice: Voice, said_as: Role, said_by: UUID) -> bool:
    """Whether somebody who sees a thread may see one of its comments: of labelers, a labeler hears only themselves."""
    return voice.role is not Role.LABELER or said_as is not Role.LABELER or said_by == voice.id


def speaker(voice: Voice, said_as: Role, said_by: UUID) -> Speaker:
    """Who spoke, in the ears of `voice`."""
    return Speaker.YOU if said_by == voice.id else Speaker(said_as.value)


def about(voice: Voice, mark_id: str | None, submissions: Sequence[tuple[WorkerId, frozenset[str]]]) -> UUID | None:
    """Whose work a new thread is about; None: everybody's. submissions: of the present round, each with its mark ids.

    A labeler speaks about their own. Otherwise it is the work of the one who has the mark, or who alone handed in.
    """
    if voice.role is Role.LABELER:
        return voice.id
    having = submissions if mark_id is None else [each for each in submissions if mark_id in each[1]] or submissions
    return having[0][0] if len(having) == 1 else None


def check_room(threads: int, comments: int) -> None:
    """threads, comments: those there are, of the task and of the thread. Raises TooManyComments."""
    if threads >= THREADS_MAX:
        raise TooManyComments(
            f"The task has {THREADS_MAX} threads already.", mend="Answer in one of them, or send the task back."
        )
    if comments >= COMMENTS_MAX:
        raise TooManyComments(f"The thread has {COMMENTS_MAX} comments already.", mend="Begin another one.")
