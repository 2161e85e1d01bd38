"""One route per use case: parse, call, render. At a worker's turn first, then from the project's pages."""

from typing import Annotated

import msgspec
from litestar import get, post
from msgspec import Meta

from fairmark.kernel.actor import Permission
from fairmark.kernel.http import After, Limit, Page, Req, page_of, work
from fairmark.kernel.ids import AssignmentId, ProjectId, QuestionId
from fairmark.kernel.pages import after_id
from fairmark.tasks.http import signer
from fairmark.tasks.model import Question
from fairmark.tasks.questions import service

WORK = ["work"]
TASKS = ["tasks"]
Text = Annotated[str, Meta(min_length=1, max_length=5000)]


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is answered to a question."""

    text: Text


class AskAbout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question, and the marks of the draft that it is about; none: about the item as a whole."""

    text: Text
    mark_ids: Annotated[list[Annotated[str, Meta(min_length=1, max_length=200)]], Meta(max_length=50)] = []


@post("/api/v1/assignments/{id:uuid}/questions", operation_id="ask", tags=WORK)
async def ask(request: Req, id: AssignmentId, data: AskAbout) -> Question:
    """Asks the lead about the task, or about marks of the draft: the lead sees them as they are now."""
    async with work(request, Permission.WORK) as tx:
        return await service.ask(tx, id, data.text, data.mark_ids)


@get("/api/v1/assignments/{id:uuid}/questions", operation_id="assignment_questions", tags=WORK)
async def assignment_questions(request: Req, id: AssignmentId) -> list[Question]:
    """What you asked about this task, with the answers."""
    async with work(request, Permission.WORK) as tx:
        return await service.of_turn(tx, id)


@get("/api/v1/projects/{project_id:uuid}/questions", operation_id="project_questions", tags=TASKS)
async def project_questions(request: Req, project_id: ProjectId, limit: Limit = 50, after: After = None,
                            open_only: bool = False) -> Page[Question]:  # fmt: skip
    """What workers asked, newest first."""
    async with work(request, Permission.PROJECT_READ) as tx:
        start = QuestionId(after_id(after)) if after else None
        rows = await service.of_project(tx, signer(request), project_id, start, open_only, limit + 1)
        return page_of(rows, limit, lambda question: str(question.id))


@post("/api/v1/questions/{id:uuid}/answer", operation_id="answer_question", tags=TASKS, status_code=204)
async def answer_question(request: Req, id: QuestionId, data: Ask) -> None:
    """Answers a worker's question."""
    async with work(request, Permission.LEAD) as tx:
        await service.answer(tx, id, data.text)


ROUTES = [ask, assignment_questions, project_questions, answer_question]
