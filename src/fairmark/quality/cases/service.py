"""One function per use case: cases listed, looked at and decided by people."""

from collections.abc import Sequence
from datetime import timedelta

from fairmark.kernel import events as log
from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import CaseId, GoldId, ProjectId, WorkerId, new_id
from fairmark.ontology.model import Annotation
from fairmark.quality.cases import events, store
from fairmark.quality.cases.model import (
    Case,
    CaseClosed,
    CaseDecision,
    CaseDetail,
    CaseState,
    Evidence,
    Example,
    NoSuchCase,
    Signal,
)
from fairmark.quality.rules import MediaUrl, picture

EXAMPLES_MAX = 50
QUIET = timedelta(days=14)
"""How long the same signal about the same people is not raised again after a person has decided."""
INNOCENT = {
    Signal.SPEED: "An expert, easy tasks, or work prepared beforehand by a prelabel.",
    Signal.COPIED: "Both began from the same prelabel, or the answer is short and there is only one way to say it.",
    Signal.PAIR: "The guideline misleads both in the same way, or the known answer is wrong.",
    Signal.STRAIGHT_LINE: "Nearly all items really have this answer.",
    Signal.RANDOM: "The question is ambiguous, or the guideline has not reached this person.",
    Signal.GOLD_LEAK: "The known answer is wrong or doubtful, and people see it rightly.",
}
"""What else could explain each signal; shown with every case."""


async def page(
    tx: Tx, project_id: ProjectId | None, state: CaseState | None, after: CaseId | None, limit: int
) -> list[Case]:
    """Cases, newest first."""
    return [_case(row) for row in await store.page(tx, project_id, state, after, limit)]


async def detail(tx: Tx, id: CaseId, url: MediaUrl) -> CaseDetail:
    """A case with the submissions that its evidence names. Raises NoSuchCase."""
    row = await store.get(tx, id)
    if row is None:
        raise _no_such(id)
    case = _case(row)
    named = list(dict.fromkeys(id for each in case.evidence for id in each.submission_ids))[:EXAMPLES_MAX]
    examples: list[Example] = []
    for each in await store.examples(tx, named):
        shown = picture(tx.org_id, each, url)
        examples.append(
            Example(
                submission_id=each["id"], task_id=each["task_id"], item_id=each["item_id"], name=each["name"],
                worker=each["alias"], annotation=json.decode(each["annotation"], type=Annotation),
                active_ms=each["active_ms"], at=each["created_at"], width=shown.width, height=shown.height,
                thumbnail=shown.thumbnail, media=shown.media, images=shown.images,
            )
        )  # fmt: skip
    return CaseDetail(case=case, examples=examples)


async def raise_case(tx: Tx, project_id: ProjectId, signal: Signal, *, subject: str, strength: float, summary: str,
                     evidence: Sequence[Evidence], worker_id: WorkerId | None = None, other_id: WorkerId | None = None,
                     gold_id: GoldId | None = None) -> None:  # fmt: skip
    """Puts before a person what was noticed; once while it waits, and not again soon after it was decided.

    subject: whom it is about, as one word. That is all that follows: nobody is paused, nothing rejected, no pay
    changed.
    """
    if await store.decided_lately(tx, project_id, signal, subject, tx.now - QUIET):
        return
    id = CaseId(new_id())
    raised = await store.raise_case(
        tx, id, project_id, signal, subject, worker_id=worker_id, other_id=other_id, gold_id=gold_id,
        strength=min(max(strength, 0.0), 1.0), summary=summary, evidence=evidence[:EXAMPLES_MAX],
    )  # fmt: skip
    if raised == id:
        event = events.CaseRaised(
            project_id=project_id, case_id=id, signal=signal, worker_id=worker_id, summary=summary
        )
        await log.announce(tx, event)


async def decide(tx: Tx, id: CaseId, decision: CaseDecision, reason: str) -> None:
    """Closes a case with a person's decision and reason. Raises NoSuchCase, CaseClosed."""
    row = await store.lock(tx, id)
    if row is None:
        raise _no_such(id)
    if row["state"] != CaseState.OPEN:
        raise CaseClosed("The case has been decided.", mend="Read the decision; a new signal makes a new case.")
    await store.decide(tx, id, decision, reason)
    found = await store.get(tx, id)
    assert found is not None
    event = events.CaseDecided(project_id=found["project_id"], case_id=id, decision=decision, reason=reason)
    await log.announce(tx, event)


def _case(row: store.Row) -> Case:
    signal = Signal(row["signal"])
    return Case(
        id=row["id"], project_id=row["project_id"], project=row["project"], signal=signal,
        state=CaseState(row["state"]), worker_id=row["worker_id"], worker=row["alias"], other_id=row["other_id"],
        other=row["other_alias"], gold_id=row["gold_id"], strength=row["strength"], summary=row["summary"],
        innocent=INNOCENT[signal], evidence=json.decode(row["evidence"], type=list[Evidence]),
        raised_at=row["raised_at"], seen_at=row["seen_at"],
        decision=CaseDecision(row["decision"]) if row["decision"] else None, reason=row["reason"],
        decided_by=row["decided_by"], decided_at=row["decided_at"],
    )  # fmt: skip


def _no_such(id: CaseId) -> NoSuchCase:
    return NoSuchCase(f"There is no case {id} here.", mend="Check the id, the organisation and the mode.")
