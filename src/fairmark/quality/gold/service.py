"""Gold made, mended and shown. What follows from answers to it is in `scoring`, how it is given out in `planting`."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from fairmark.kernel import jobs, json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import GoldId, ItemId, OrgId, ProjectId, new_id
from fairmark.modalities import MODALITIES, MediaSize
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Fault, Severity
from fairmark.projects import service as projects
from fairmark.projects.model import Project
from fairmark.quality.gold import store
from fairmark.quality.gold.model import (
    BadGold,
    Gold,
    GoldAnswer,
    GoldDetail,
    GoldFault,
    GoldMade,
    GoldOrigin,
    GoldRetired,
    GoldState,
    NoSuchGold,
    NoSuchItem,
    Suspicion,
)
from fairmark.quality.people import rules as people_rules
from fairmark.quality.people import store as people
from fairmark.quality.people.rules import Counts
from fairmark.quality.rules import MediaUrl, picture
from fairmark.tasks import flow
from fairmark.tasks.service import compiled_ontology

ANSWERS_MAX = 200
SCORE = "quality.score_gold"
"""The job that scores people anew when what is known of an item has changed."""


class Known(NamedTuple):
    """One known answer. Exactly one of item_id and external_id is given."""

    item_id: ItemId | None
    external_id: str | None
    annotation: Annotation
    explanation: str


async def page(tx: Tx, project_id: ProjectId, state: GoldState | None, after: GoldId | None, limit: int,
               url: MediaUrl) -> list[Gold]:  # fmt: skip
    """A project's gold, newest first. Raises NoSuchProject."""
    await projects.get(tx, project_id)
    return [_gold(tx.org_id, row, url) for row in await store.page(tx, project_id, state, after, limit)]


async def detail(tx: Tx, id: GoldId, url: MediaUrl) -> GoldDetail:
    """A gold item and what people said about it. Raises NoSuchGold."""
    row = await store.get(tx, id)
    if row is None:
        raise _no_such(id)
    said = [each for each in await store.submissions(tx, id, ANSWERS_MAX) if each["score"] is not None]
    known = await people.known_of(tx, row["project_id"], [each["worker_id"] for each in said], but=id)
    wrong = Counter(each["faults"] for each in said if each["score"] < 1)
    answers = [
        GoldAnswer(
            submission_id=each["id"], worker=each["alias"], annotation=json.decode(each["annotation"], type=Annotation),
            score=each["score"], faults=json.decode(each["faults"], type=list[str]),
            quality=_quality(known[each["worker_id"]]), same_as=max(wrong[each["faults"]] - 1, 0),
            active_ms=each["active_ms"], at=each["created_at"],
        )
        for each in said
    ]  # fmt: skip
    return GoldDetail(gold=_gold(tx.org_id, row, url), answers=answers)


def _quality(counts: Counts) -> float | None:
    """How good somebody is believed to be; None if little is known."""
    return people_rules.belief(counts, people_rules.USUAL).mean if counts.n >= 1 else None


async def make(tx: Tx, project_id: ProjectId, known: Known, *, keep_task: bool) -> GoldId:
    """Makes one item gold, answered by hand; its own task is taken out of the work unless it is kept or begun with.

    An item that is gold already gets the new answer. Raises NoSuchProject, NoSuchItem, BadGold, GoldRetired.
    """
    made = await make_many(tx, project_id, [known], GoldOrigin.HAND, keep_task=keep_task)
    if made.faults:
        fault = made.faults[0]
        kind = NoSuchItem if fault.code == NoSuchItem.code else BadGold
        raise kind(fault.message, mend=fault.mend)
    row = (await _items(tx, project_id, [known]))[0]
    assert row is not None
    return GoldId(row["gold_id"])


async def make_many(
    tx: Tx, project_id: ProjectId, rows: Sequence[Known], origin: GoldOrigin, *, keep_task: bool
) -> GoldMade:
    """Makes many items gold; bad rows are reported and the good ones taken. Raises NoSuchProject."""
    project = await projects.get(tx, project_id)
    ontology = await compiled_ontology(tx, project_id, project.ontology_version)
    faults: list[GoldFault] = []
    fresh: dict[ItemId, Known] = {}
    changed = same = 0
    for number, (known, item) in enumerate(zip(rows, await _items(tx, project_id, rows), strict=True)):
        fault = _missing(number, known) if item is None else _unfit(project, ontology, number, known, item)
        if item is None or fault is not None:
            faults.extend([fault] if fault is not None else [])
        elif item["gold_id"] is None:
            fresh[item["id"]] = known
        elif await _renewed(tx, project, known, item, origin):
            changed += 1
        else:
            same += 1
    ids = {item_id: GoldId(new_id()) for item_id in fresh}
    task_ids = await flow.make_gold_tasks(tx, ids)
    await store.insert(
        tx, project_id, origin, project.ontology_version,
        [
            store.NewGold(ids[item], item, task_ids[item], each.annotation, each.explanation)
            for item, each in fresh.items()
        ],
        keep_task=keep_task,
    )  # fmt: skip
    if origin in {GoldOrigin.HAND, GoldOrigin.IMPORT}:
        for id in ids.values():
            await _rescore(tx, id)
    await retire_tasks(tx, project_id)
    return GoldMade(made=len(fresh), changed=changed, same=same, faults=faults)


async def _renewed(tx: Tx, project: Project, known: Known, item: store.Row, origin: GoldOrigin) -> bool:
    """Whether an item that is gold already got another answer or reason, or is gold again: only a hand brings back what
    was retired, for a list is imported again without a look at every line.
    """
    same = json.decode(item["gold_annotation"], type=Annotation) == known.annotation
    back = item["gold_state"] == GoldState.RETIRED and origin is GoldOrigin.HAND
    if same and not back and (not known.explanation or known.explanation == item["gold_explanation"]):
        return False
    await store.change(
        tx, item["gold_id"], annotation=None if same else known.annotation, explanation=known.explanation or None,
        state=GoldState(item["gold_state"]) if same and not back else GoldState.ACTIVE,
        note=item["gold_note"] if same and not back else None, ontology_version=project.ontology_version,
    )  # fmt: skip
    if not same or back:
        await _rescore(tx, item["gold_id"])
    return True


async def retire_tasks(tx: Tx, project_id: ProjectId) -> None:
    """Takes the own tasks of gold items out of the work, unless they are kept or somebody has begun with them."""
    for task_id in await store.tasks_to_retire(tx, project_id):
        await flow.cancel(tx, task_id, "Its answer is known.")


async def make_of_results(tx: Tx, project_id: ProjectId, origin: GoldOrigin, *, confidence_min: float, labels_min: int,
                          count_max: int) -> GoldMade:  # fmt: skip
    """Makes gold of results in force: decided in review, or agreed on by several people and sure. Newest first.

    Raises NoSuchProject.
    """
    await projects.get(tx, project_id)
    found = await store.good_results(tx, project_id, [origin], confidence_min, labels_min, count_max)
    rows = [Known(row["item_id"], None, json.decode(row["annotation"], type=Annotation), "") for row in found]
    return await make_many(tx, project_id, rows, origin, keep_task=True)


async def of_items(tx: Tx, item_ids: Sequence[ItemId]) -> list[GoldId]:
    """The gold among some items, whatever its state."""
    return [row["id"] for row in await store.of_items(tx, item_ids)]


async def answered(tx: Tx, project_id: ProjectId) -> list[GoldId]:
    """A project's active gold that somebody has answered, the newest 500."""
    return await store.answered(tx, project_id)


async def change(tx: Tx, id: GoldId, *, annotation: Annotation | None, explanation: str | None,
                 state: GoldState | None, note: str) -> None:  # fmt: skip
    """Mends, suspends, frees or retires gold. Raises NoSuchGold, GoldRetired, BadGold."""
    locked = await store.lock(tx, id)
    row = await store.get(tx, id) if locked is not None else None
    if row is None:
        raise _no_such(id)
    if row["state"] == GoldState.RETIRED:
        raise GoldRetired("The gold is retired.", mend="Make the item gold again.")
    project = await projects.get(tx, row["project_id"])
    if annotation is not None:
        item = (await store.candidates(tx, project.id, [row["item_id"]], []))[0]
        ontology = await compiled_ontology(tx, project.id, project.ontology_version)
        faults = _errors(project, ontology, annotation, item)
        if faults:
            raise BadGold(f"The answer does not fit: {faults[0].message} at {faults[0].path}.", mend=faults[0].mend,
                          faults=[msgspec.to_builtins(fault) for fault in faults[:100]])  # fmt: skip
    # Whoever mends an answer vouches for it, so a suspended item is free again unless they say otherwise.
    now = state or (GoldState.ACTIVE if annotation is not None else GoldState(row["state"]))
    version = project.ontology_version if annotation is not None else row["ontology_version"]
    await store.change(
        tx, id, annotation=annotation, explanation=explanation, state=now, note=note or None, ontology_version=version
    )
    if now is not GoldState.ACTIVE:
        await flow.unplant(tx, row["task_id"])
    await _rescore(tx, id)


async def _rescore(tx: Tx, id: GoldId) -> None:
    await jobs.enqueue(tx, SCORE, key=str(id), gold_id=id)


async def _items(tx: Tx, project_id: ProjectId, rows: Sequence[Known]) -> list[store.Row | None]:
    """The item of each row, None where there is none."""
    ids = [row.item_id for row in rows if row.item_id is not None]
    found = await store.candidates(tx, project_id, ids, [row.external_id for row in rows if row.external_id])
    by_id = {item["id"]: item for item in found}
    by_external = {item["external_id"]: item for item in found}
    return [by_id.get(row.item_id) if row.item_id else by_external.get(row.external_id) for row in rows]


def _missing(number: int, known: Known) -> GoldFault:
    name = known.external_id or known.item_id
    return GoldFault(row=number, code=NoSuchItem.code, message=f"The project has no item {name}.",
                     mend="Import the item first, or correct its id.")  # fmt: skip


def _unfit(
    project: Project, ontology: CompiledOntology, number: int, known: Known, item: store.Row
) -> GoldFault | None:
    faults = _errors(project, ontology, known.annotation, item)
    if not faults:
        return None
    return GoldFault(row=number, code=faults[0].code, message=f"{faults[0].message} at {faults[0].path or '/'}.",
                     mend=faults[0].mend)  # fmt: skip


def _errors(project: Project, ontology: CompiledOntology, annotation: Annotation, item: store.Row) -> list[Fault]:
    sizes = [MediaSize(w or 0, h or 0) for w, h in zip(item["widths"], item["heights"], strict=True)]
    faults = MODALITIES[project.modality].faults(annotation, ontology, sizes)
    return [fault for fault in faults if fault.severity is Severity.ERROR]


def _gold(org_id: OrgId, row: store.Row, url: MediaUrl) -> Gold:
    shown = picture(org_id, row, url)
    return Gold(
        id=row["id"], project_id=row["project_id"], item_id=row["item_id"], external_id=row["external_id"],
        name=row["name"], state=GoldState(row["state"]), origin=GoldOrigin(row["origin"]),
        annotation=json.decode(row["annotation"], type=Annotation), explanation=row["explanation"],
        version=row["version"], note=row["note"], shown=row["shown"], shown_at=row["shown_at"], answers=row["answers"],
        score=row["score"], ambiguity=row["ambiguity"],
        suspicions=json.decode(row["suspicions"], type=list[Suspicion]), width=shown.width, height=shown.height,
        thumbnail=shown.thumbnail, media=shown.media, images=shown.images, created_at=row["created_at"],
        updated_at=row["updated_at"],
    )  # fmt: skip


def _no_such(id: GoldId) -> NoSuchGold:
    return NoSuchGold(f"There is no gold {id} here.", mend="Check the id, the organisation and the mode.")
