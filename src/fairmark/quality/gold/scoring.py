"""What follows from answers to gold: scores for people, findings about the item. The system's side: no route."""

from collections.abc import Sequence

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import GoldId, SubmissionId, TaskId, WorkerId
from fairmark.modalities import MODALITIES
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation
from fairmark.quality.cases import service as cases
from fairmark.quality.cases.model import Evidence, Signal
from fairmark.quality.gold import rules, store
from fairmark.quality.gold.model import GoldOrigin, GoldState
from fairmark.quality.gold.rules import Answered
from fairmark.quality.people import rules as people_rules
from fairmark.quality.people import store as people
from fairmark.quality.people.checking import Compared, compared
from fairmark.tasks import flow
from fairmark.tasks.service import compiled_ontology

ANSWERS_MAX = 200
"""Newest answers to an item that are looked at."""
SAME_FROM = 0.97
"""Agreement from which two wrong answers are the same."""
ALIKE_MAX = 30


async def score(tx: Tx, ids: Sequence[GoldId], *, anew: bool = False) -> None:
    """Scores what was said about some gold items, and looks at the items themselves. Safe to repeat.

    anew: also what has been scored, for what is known to be right is another thing now.
    """
    for gold in await store.by_id(tx, list(dict.fromkeys(ids))):
        await _score_one(tx, gold, anew)


async def _score_one(tx: Tx, gold: store.Row, anew: bool) -> None:
    ontology = await compiled_ontology(tx, gold["project_id"], gold["ontology_version"])
    truth = json.decode(gold["annotation"], type=Annotation)
    if anew:
        await store.drop_checks(tx, gold["id"])
    # What an answer was made from cannot be held against it.
    by_hand = gold["origin"] in {GoldOrigin.HAND, GoldOrigin.IMPORT}
    found: list[tuple[store.Row, Annotation, Compared]] = []
    checks: list[tuple[SubmissionId, GoldId | None, float, Compared]] = []
    for row in await store.answers_to(tx, gold, all_work=by_hand, limit=ANSWERS_MAX):
        said = json.decode(row["annotation"], type=Annotation)
        if row["score"] is None:
            each = compared(gold["modality"], ontology, truth, said)
            checks.append((row["id"], gold["id"], 1.0, each))
        else:
            parts = json.decode(row["parts"], type=dict[str, tuple[float, float]])
            each = Compared(row["score"], parts, json.decode(row["faults"], type=list[str]))
        found.append((row, said, each))
    await people.put_checks(tx, "gold", checks)
    known = await people.known_of(tx, gold["project_id"], [row["worker_id"] for row, *_ in found], but=gold["id"])
    answers = [
        Answered(
            row["id"], row["worker_id"], said, each.score, each.is_right,
            people_rules.belief(known[row["worker_id"]], people_rules.USUAL).mean,
            float(row["pace"]) if row["pace"] is not None else None,
        )
        for row, said, each in found
    ]  # fmt: skip
    answers = _alike(gold["modality"], ontology, answers)
    await _look_at_item(tx, gold, answers)


def _alike(modality: str, ontology: CompiledOntology, answers: Sequence[Answered]) -> list[Answered]:
    """The answers, with how many others gave the same wrong one."""
    wrong = [n for n, each in enumerate(answers) if not each.is_right][:ALIKE_MAX]
    same = dict.fromkeys(wrong, 0)
    for place, first in enumerate(wrong):
        for second in wrong[place + 1 :]:
            one, other = answers[first].annotation, answers[second].annotation
            if MODALITIES[modality].agreement(one, other, compiled=ontology).score >= SAME_FROM:
                same[first] += 1
                same[second] += 1
    return [each._replace(same_as=same.get(n, 0)) for n, each in enumerate(answers)]


async def _look_at_item(tx: Tx, gold: store.Row, answers: Sequence[Answered]) -> None:
    doubt = rules.ambiguity(answers)
    found = rules.suspicions(answers, doubt)
    suspend = None
    many = len(answers) >= rules.SUSPENDED_ANSWERS
    if gold["state"] == GoldState.ACTIVE and doubt >= rules.SUSPENDED_FROM and many:
        suspend = f"Good people differ from it: {found[0].text}" if found else "Good people differ from it."
        await flow.unplant(tx, TaskId(gold["task_id"]))
    mean = sum(each.score for each in answers) / len(answers) if answers else None
    await store.put_findings(tx, gold["id"], len(answers), mean, doubt, found, suspend)
    leaked = rules.leaked(answers, found)
    if leaked and doubt < rules.SUSPENDED_FROM:
        await cases.raise_case(
            tx, gold["project_id"], Signal.GOLD_LEAK, subject=str(gold["id"]), gold_id=gold["id"],
            strength=max(each.strength for each in found), summary=" ".join(each.text for each in found),
            evidence=[_evidence(gold, each) for each in leaked],
        )  # fmt: skip


def _evidence(gold: store.Row, each: Answered) -> Evidence:
    text = (
        "The same answer that differs from the known one; time taken, of their usual" if each.same_as
        else "Answered in a fraction of their usual time"
    )  # fmt: skip
    return Evidence(text=text, figure=each.pace, usual=1.0, unit="share", task_id=gold["task_id"],
                    item_id=gold["item_id"], submission_ids=[each.submission_id])  # fmt: skip


async def turns_over(tx: Tx, turns: Sequence[tuple[WorkerId, GoldId]]) -> None:
    """These workers have answered, or passed on, these gold items: nobody meets one twice."""
    await store.turns_over(tx, turns)
