"""One function per use case: quality of workers' work, for leads and for themselves."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import GoldId, ProjectId, SubmissionId, TaskId, WorkerId
from fairmark.ontology.model import Annotation
from fairmark.projects import service as projects
from fairmark.projects.model import LabelStage, Pipeline
from fairmark.quality.people import rules, store
from fairmark.quality.people.checking import Compared, compared
from fairmark.quality.people.model import Feedback, ProjectQuality, Share, WorkerLine, WorkerQuality
from fairmark.quality.people.rules import Check, Counts
from fairmark.quality.rules import MediaUrl, picture
from fairmark.tasks.model import Origin
from fairmark.tasks.service import compiled_ontology
from fairmark.workforce.model import NoSuchWorker


async def in_project(tx: Tx, project_id: ProjectId, after: WorkerId | None, limit: int) -> list[WorkerLine]:
    """Everybody who handed something in for a project. Raises NoSuchProject."""
    project = await projects.get(tx, project_id)
    checks = await store.checks_in(tx, project_id)
    usual = rules.usual_of(checks, tx.now)
    own: dict[WorkerId | None, list[Check]] = {}
    for check in checks:
        own.setdefault(check.worker_id, []).append(check)
    lines: list[WorkerLine] = []
    for row in await store.workers_in(tx, project_id, after, limit):
        theirs = own.get(row["worker_id"], [])
        counts = rules.counted(theirs, tx.now)
        on_gold = [check for check in theirs if check.source == "gold"]
        known = [check for check in theirs if check.source in rules.CHECKED]
        gold = rules.estimate(rules.counted(on_gold, tx.now), usual) if on_gold else None
        lines.append(
            WorkerLine(
                worker_id=row["worker_id"], worker=row["alias"], overall=rules.estimate(counts, usual), gold=gold,
                submissions=row["submissions"], checks=len(theirs), median_ms=_ms(row["median_ms"]),
                drift=rules.drift(theirs, tx.now, usual),
                gold_rate=rules.gold_rate(rules.counted(known, tx.now), rules.USUAL, project.pipeline.gold),
                open_cases=row["open_cases"], paused=row["paused"],
            )
        )  # fmt: skip
    return lines


async def of_worker(tx: Tx, worker_id: WorkerId, *, for_lead: bool) -> WorkerQuality:
    """A worker over all projects of the organisation. Raises NoSuchWorker."""
    found = await store.worker(tx, worker_id)
    if found is None:
        raise NoSuchWorker(f"There is no worker {worker_id} here.", mend="List the workers of your workforces.")
    rows = await store.projects_of(tx, worker_id)
    usual_ms = await store.usual_ms(tx, [row["project_id"] for row in rows])
    usual = await store.usual(tx, [row["project_id"] for row in rows])
    checks = await store.checks_of(tx, worker_id)
    made: list[ProjectQuality] = []
    by_skill: dict[str, list[Check]] = {}
    for row in rows:
        own = [check for check in checks if check.project_id == row["project_id"]]
        pipeline = json.decode(row["pipeline"], type=Pipeline)
        first = pipeline.stages[0]
        for skill in first.skills if isinstance(first, LabelStage) else ():
            by_skill.setdefault(skill, []).extend(own)
        one = await _in_one(tx, worker_id, row, own, usual[row["project_id"]], for_lead=for_lead)
        pace = usual_ms.get(row["project_id"])
        made.append(msgspec.structs.replace(one, usual_ms=_ms(pace)))
    skills = [
        Share(id=skill, name=skill, estimate=rules.estimate(rules.counted(own, tx.now), rules.USUAL))
        for skill, own in sorted(by_skill.items())
    ]
    return WorkerQuality(worker_id=worker_id, worker=found["alias"], skills=skills, projects=made)


async def _in_one(tx: Tx, worker_id: WorkerId, row: store.Row, own: list[Check], everybody: Counts, *,
                  for_lead: bool) -> ProjectQuality:  # fmt: skip
    usual = rules.belief(everybody, rules.USUAL).mean
    project = await projects.get(tx, row["project_id"])
    ontology = (await projects.ontology(tx, project.id)).document
    names = {each.id: each.name for each in (*ontology.classes, *ontology.questions)}
    on_gold = rules.counted([check for check in own if check.source in rules.CHECKED], tx.now)
    return ProjectQuality(
        project_id=row["project_id"], project=row["name"], overall=rules.estimate(rules.counted(own, tx.now), usual),
        usual=usual if everybody.n else None, classes=rules.by_part(own, tx.now, usual, names),
        sources=rules.by_source(own, tx.now, usual) if for_lead else [],
        finding=await store.finding(tx, row["project_id"], worker_id),
        weeks=rules.by_week(own, usual), drift=rules.drift(own, tx.now, usual), submissions=row["submissions"],
        checks=len(own), median_ms=_ms(row["median_ms"]), usual_ms=None,
        gold_rate=rules.gold_rate(on_gold, rules.USUAL, project.pipeline.gold) if for_lead else None,
    )  # fmt: skip


async def feedback(tx: Tx, project_id: ProjectId | None, before: datetime | None, limit: int,
                   url: MediaUrl) -> list[Feedback]:  # fmt: skip
    """The caller's own work beside what is right, newest first."""
    assert tx.actor.worker_id is not None
    found: list[Feedback] = []
    for row in await store.feedback(tx, tx.actor.worker_id, project_id, before, limit):
        shown = picture(tx.org_id, row, url)
        comment = [row["comment"].strip()] if row["comment"].strip() else []
        found.append(
            Feedback(
                submission_id=row["submission_id"], assignment_id=row["assignment_id"], project_id=row["project_id"],
                project=row["project"], item_id=row["item_id"], name=row["name"], checked=True, score=row["score"],
                faults=json.decode(row["faults"], type=list[str]), reasons=[*row["reasons"], *comment],
                explanation=row["explanation"], yours=json.decode(row["yours"], type=Annotation),
                right=json.decode(row["right"], type=Annotation), width=shown.width, height=shown.height,
                thumbnail=shown.thumbnail, media=shown.media, images=shown.images, at=row["at"],
            )
        )  # fmt: skip
    return found


async def check_results(tx: Tx, task_ids: Sequence[TaskId]) -> None:
    """Holds everything that was said about done tasks against their results: decided in review, or agreed on by others
    (as far as that is sure). Safe to repeat.
    """
    found = await store.results_of(tx, task_ids)
    said: dict[TaskId, list[store.Row]] = {}
    for row in await store.said_about(tx, [row["task_id"] for row in found]):
        said.setdefault(row["task_id"], []).append(row)
    rows: dict[str, list[tuple[SubmissionId, GoldId | None, float, Compared]]] = {"review": [], "consensus": []}
    for result in found:
        own = said.get(result["task_id"], [])
        reviewed = result["origin"] == Origin.REVIEW
        # Of two who agree, each would be right by the other's word alone.
        weight = 1.0 if reviewed else max(2 * (result["confidence"] or 0.0) - 1, 0.0) * (1 - 1 / max(len(own), 1))
        if weight <= 0:
            continue
        ontology = await compiled_ontology(tx, result["project_id"], result["ontology_version"])
        truth = json.decode(result["annotation"], type=Annotation)
        for each in own:
            given = json.decode(each["annotation"], type=Annotation)
            row = (each["id"], None, weight, compared(result["modality"], ontology, truth, given))
            rows["review" if reviewed else "consensus"].append(row)
    await store.drop_consensus(tx, [row["task_id"] for row in found if row["origin"] == Origin.REVIEW])
    for source, made in rows.items():
        await store.put_checks(tx, source, made)


def _ms(value: float | None) -> int | None:
    return None if value is None else round(value)
