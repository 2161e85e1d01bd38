"""Questions to the lead, from a worker's turn or from the project's page."""

from collections.abc import Sequence

from fairmark.kernel import events as log
from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssignmentId, ProjectId, QuestionId, new_id
from fairmark.ontology.model import Mark
from fairmark.projects import service as projects
from fairmark.tasks import events, turns
from fairmark.tasks.model import Media, NoSuchQuestion, Question
from fairmark.tasks.questions import store
from fairmark.tasks.store import Row
from fairmark.tasks.turns import Signer


async def ask(tx: Tx, id: AssignmentId, text: str, mark_ids: Sequence[str] = ()) -> Question:
    """Asks the lead about the task, or about marks of the draft, which are kept as they are now. A mark that the draft
    has not yet is named only. Raises NoSuchAssignment."""
    row = await turns.own_turn(tx, id)
    question_id = QuestionId(new_id())
    await store.insert_question(tx, question_id, row, text, list(dict.fromkeys(mark_ids)))
    event = events.QuestionAsked(
        project_id=row["project_id"], task_id=row["task_id"], question_id=question_id, text=text
    )
    await log.announce(tx, event)
    return next(question for question in await of_turn(tx, id) if question.id == question_id)


async def of_turn(tx: Tx, id: AssignmentId) -> list[Question]:
    """What the worker asked about this turn, with the answers. Raises NoSuchAssignment."""
    row = await turns.own_turn(tx, id)
    return [_question(each, []) for each in await store.turn_questions(tx, id, row["worker_id"])]


async def of_project(
    tx: Tx, sign: Signer, project_id: ProjectId, after: QuestionId | None, open_only: bool, limit: int
) -> list[Question]:
    """What workers asked, newest first, with what they asked about. Raises NoSuchProject."""
    await projects.get(tx, project_id)
    rows = await store.project_questions(tx, project_id, after, open_only, limit)
    return [_question(row, sign.media(tx.org_id, row["media"])) for row in rows]


async def answer(tx: Tx, id: QuestionId, text: str) -> None:
    """Answers a question; a second answer replaces the first. Raises NoSuchQuestion."""
    row = await store.answer_question(tx, id, text)
    if row is None:
        raise NoSuchQuestion(f"There is no question {id} here.", mend="List the project's questions.")
    event = events.QuestionAnswered(project_id=row["project_id"], task_id=row["task_id"], question_id=id)
    await log.announce(tx, event)


def _question(row: Row, media: list[Media]) -> Question:
    return Question(
        id=row["id"], project_id=row["project_id"], task_id=row["task_id"], assignment_id=row["assignment_id"],
        worker=row["alias"], text=row["text"], answer=row["answer"], answered_at=row["answered_at"],
        created_at=row["created_at"], mark_ids=list(row["mark_ids"]), marks=json.decode(row["marks"], type=list[Mark]),
        media=media,
    )  # fmt: skip
