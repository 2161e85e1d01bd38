"""The door to judging: what submissions say together, what follows for their tasks, and why.

NumPy is loaded by whoever judges, and not by servers, which only show what was found.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from fairmark.kernel import jobs, json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ProjectId, SubmissionId, TaskId, WorkerId
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation
from fairmark.projects import service as projects
from fairmark.projects.model import Consensus, LabelStage, Pipeline
from fairmark.quality.judging import explaining, loading, store
from fairmark.quality.judging.explaining import Names, Why
from fairmark.quality.judging.model import Inspection
from fairmark.quality.judging.routing import KEPT_FOR, SEEN_WITHIN, Seat, Unsure, offered
from fairmark.quality.people import store as people
from fairmark.tasks import flow
from fairmark.tasks.model import Judgement, NoSuchTask, TaskState
from fairmark.tasks.service import compiled_ontology

if TYPE_CHECKING:
    from fairmark.quality.judging.consensus import Said
    from fairmark.quality.judging.state import Book

SETTLE = "quality.settle"
"""The job that fits everything anew, and makes a project's figures."""
SETTLE_AFTER, SETTLE_SHARE = 20, 0.1
"""New judgements after which it is due: so many, and this share of those before."""
SETTLE_DELAY = timedelta(seconds=5)
Handed = tuple[SubmissionId, WorkerId, Annotation]


def consensus(
    task_id: TaskId, modality: str, ontology: CompiledOntology, submissions: Sequence[tuple[SubmissionId, Annotation]]
) -> Judgement:
    """What `submissions` (at least one) say together, by people of whom nothing is known. See `consensus.judged`."""
    from fairmark.quality.judging.consensus import Said, judged
    from fairmark.quality.judging.state import Book, ProjectState

    said = [Said(id, id, annotation) for id, annotation in submissions]
    return judged(task_id, modality, ontology, said, Book(ProjectState(), [], [])).judgement


async def judge(tx: Tx, tasks: Mapping[TaskId, ProjectId], *, again: bool = False) -> None:
    """Judges the tasks' present submissions, lets their judges learn, and takes each task on. Safe to repeat.

    again: nothing new was said; it is only that judges were fitted anew.
    """
    await loading.ready(loading.JUDGING)
    submissions = await flow.submissions_of(tx, list(tasks))
    locked = await store.lock_models(tx, sorted(set(tasks.values())))
    judgements: dict[TaskId, Judgement | None] = dict.fromkeys(tasks)
    pipelines: dict[ProjectId, Pipeline] = {}
    for row in await store.judged_by(tx, list(locked)):
        own = {id: submissions.get(id, []) for id, project_id in sorted(tasks.items()) if project_id == row["id"]}
        judgements.update(await _judge_project(tx, row, locked[row["id"]], own, again=again))
        pipelines[row["id"]] = json.decode(row["pipeline"], type=Pipeline)
    opened = await flow.advance(tx, judgements)
    for project_id, pipeline in pipelines.items():
        unsure = _unsure(pipeline, [id for id in opened if tasks[id] == project_id], judgements, submissions)
        await _offer(tx, project_id, unsure)


async def _judge_project(
    tx: Tx, project: store.Row, kept: store.Row, tasks: Mapping[TaskId, Sequence[Handed]], *, again: bool
) -> dict[TaskId, Judgement]:
    from fairmark.quality.judging import books
    from fairmark.quality.judging.consensus import MODEL, Said, judged
    from fairmark.quality.judging.state import Book, ProjectState

    pipeline = json.decode(project["pipeline"], type=Pipeline)
    stage = pipeline.stages[0]
    assert isinstance(stage, LabelStage)
    ontology = await compiled_ontology(tx, project["id"], project["ontology_version"])
    models = await store.prelabels(tx, list(tasks)) if stage.overlap.predictions else {}
    everybody = [worker_id for handed in tasks.values() for _, worker_id, _ in handed] + ([MODEL] if models else [])
    weighs = stage.consensus is Consensus.JUDGES
    book = (
        await books.opened(tx, project["id"], kept, everybody, list(tasks)) if weighs else Book(ProjectState(), [], [])
    )
    found: dict[TaskId, Judgement] = {}
    told: dict[TaskId, int] = {}
    for task_id, handed in tasks.items():
        said = [Said(id, worker_id, annotation) for id, worker_id, annotation in handed]
        if task_id in models:
            said.append(_prediction(json.decode(models[task_id], type=Annotation)))
        if not handed or (len(said) == 1 and not _knows(book)):
            continue
        result = judged(task_id, project["modality"], ontology, said, book, stage.overlap.targets, stage.methods)
        found[task_id] = _with_risk(result.judgement, book)
        if weighs:
            before = len(set(book.told[task_id].judges)) if task_id in book.told else 0
            book.teach(task_id, result.units, keep=True)
            told[task_id] = 0 if again else max(len(handed) - before, 0)
    if told:
        await books.closed(tx, project["id"], book, told)
        await _settle_soon(tx, project["id"], kept, sum(told.values()))
    return found


def _unsure(
    pipeline: Pipeline, opened: Sequence[TaskId], judgements: Mapping[TaskId, Judgement | None],
    submissions: Mapping[TaskId, Sequence[Handed]],
) -> dict[TaskId, Unsure]:  # fmt: skip
    """Of the tasks for which one more turn has opened, those that several have answered."""
    stage = pipeline.stages[0]
    assert isinstance(stage, LabelStage)
    found: dict[TaskId, Unsure] = {}
    for id in opened:
        judgement = judgements[id]
        if judgement is not None and judgement.submissions >= max(stage.overlap.min, 2):
            answered = {worker_id for _, worker_id, _ in submissions[id]}
            found[id] = Unsure(answered, judgement.confidence, stage.overlap.target or 1.0)
    return found


async def _offer(tx: Tx, project_id: ProjectId, unsure: Mapping[TaskId, Unsure]) -> None:
    """Offers the turns that opened for tasks to those whom they suit."""
    rows = await store.seats(tx, project_id, tx.now - SEEN_WITHIN) if unsure else []
    if len(rows) < 2:
        return
    known = await people.known_of(tx, project_id, [row["worker_id"] for row in rows])
    seats = [Seat(row["worker_id"], row["place"], known[row["worker_id"]]) for row in rows]
    offers: list[tuple[TaskId, WorkerId, int]] = []
    for id, task in unsure.items():
        seat = offered(task, seats, secrets.randbelow(10**6) / 10**6)
        if seat is not None:
            offers.append((id, seat.worker_id, seat.place))
    await flow.offer(tx, project_id, offers, tx.now + KEPT_FOR)


def _prediction(annotation: Annotation) -> "Said":
    """What an item came with, as one more judge; as sure as its marks say they are."""
    from fairmark.quality.judging.consensus import MODEL, Said

    scores = [mark.score for mark in annotation.marks if mark.score is not None]
    return Said(None, MODEL, annotation, sum(scores) / len(scores) if scores else 1.0)


def _knows(book: "Book") -> bool:
    """Whether anything is known of judges, so that even a lone one can be believed to some degree."""
    project = book.project
    states = (*project.choices.values(), *project.things.values(), *project.numbers.values(), *project.free.values())
    return any(each.units > 0 for each in states)


def _with_risk(judgement: Judgement, book: "Book") -> Judgement:
    """Says how much likelier a mistake is than it has been of late in the project."""
    error = 1 - judgement.confidence
    usual = book.project.error or error
    book.project.error = usual + 0.02 * (error - usual)
    return msgspec.structs.replace(judgement, risk=error / usual if usual > 0 else 1.0)


async def _settle_soon(tx: Tx, project_id: ProjectId, kept: store.Row, more: int) -> None:
    """Asks for everything to be fitted anew, when enough has come since the last time."""
    fresh = kept["seen"] + more - kept["seen_then"]
    if fresh >= max(SETTLE_AFTER, SETTLE_SHARE * kept["seen_then"]):
        await jobs.enqueue(tx, SETTLE, after=SETTLE_DELAY, key=str(project_id), project_id=project_id)


async def inspect(tx: Tx, id: TaskId) -> Inspection:
    """Everything that led to a task's answer, in words and numbers. Raises NoSuchTask, Forbidden."""
    row = await store.inspected(tx, id)
    if row is None:
        raise NoSuchTask(f"There is no task {id} here.", mend="Check the id, the organisation and the mode.")
    stage = json.decode(row["pipeline"], type=Pipeline).stages[0]
    target = stage.overlap.target if isinstance(stage, LabelStage) else None
    detail = json.decode(row["detail"]) if row["detail"] else {}
    why = msgspec.convert(detail["why"], Why) if "why" in detail else Why(0.0, [], [], 1.0)
    project = await projects.get_to_look(tx, row["project_id"])
    ontology = await compiled_ontology(tx, project.id, project.ontology_version)
    workers = await store.aliases(tx, [each for each in why.who if each is not None])
    decisions = explaining.decided(why, Names(ontology), workers)
    next_, next_text = _next(row)
    return Inspection(
        task_id=id, project_id=row["project_id"], item_id=row["item_id"], submissions=row["submitted"],
        confidence=row["confidence"], agreement=row["agreement"], target=target,
        all_right=why.all_right if decisions else None, known=why.known, missed=why.missed, next=next_,
        next_text=next_text, text=explaining.summary(why, row["confidence"], target, row["submitted"]),
        method=explaining.method(why.known),
        annotation=json.decode(row["annotation"], type=Annotation) if row["annotation"] else None, decisions=decisions,
    )  # fmt: skip


def _next(row: store.Row) -> tuple[str, str]:
    state = TaskState(row["state"])
    if state is TaskState.DONE:
        return "done", "The task is done."
    if state is not TaskState.OPEN:
        return "wait", f"The task is {state.value}."
    if row["stage"] > 0:
        return "escalate", "Somebody who reviews will decide."
    if row["leased"]:
        return "wait", "Somebody is at it."
    if row["open"]:
        return "ask", "One more answer is asked for."
    return "wait", "Its submissions are being judged."
