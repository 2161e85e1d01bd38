"""A worker's side: claim, live signs, hand in, review. What follows from them is in `flow`; beside it are `drafts`,
`questions`, and `leases` for turns that end without an answer."""

import random
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import msgspec

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import (
    AssignmentId,
    OrgId,
    ProjectId,
    SubmissionId,
    WorkerId,
    new_id,
)
from fairmark.modalities import MODALITIES, MediaSize
from fairmark.ontology.compiled import CompiledOntology, compile_ontology
from fairmark.ontology.model import Annotation, Fault
from fairmark.projects import service as projects
from fairmark.projects.model import LabelStage
from fairmark.tasks import claims_store, flow, rules, store, turns
from fairmark.tasks.claims_store import Place
from fairmark.tasks.model import (
    LEASES_MAX,
    BlindReview,
    Claim,
    ClaimedTwice,
    ClaimWish,
    Decision,
    Kind,
    Lease,
    Receipt,
    TurnState,
)
from fairmark.tasks.store import TurnToEnd

ELIGIBLE_S = 2.0
"""How long one process believes what a worker may take. A paused project stops giving work within this time."""
START_WITHIN = 1 << 15
"""How far before the front of the queue a worker starts who has no place yet."""


class Rings:
    """Where each worker stands on the ring of each (project, stage), and what they may take. Memory of one process:
    losing it costs a longer search, never a wrong claim."""

    def __init__(self, workers_max: int = 10_000) -> None:
        self._workers_max = workers_max
        self._eligible: OrderedDict[tuple[OrgId, WorkerId], tuple[float, list[Place]]] = OrderedDict()
        self._at: OrderedDict[tuple[WorkerId, ProjectId, int], tuple[int, int]] = OrderedDict()
        self._front: dict[tuple[ProjectId, int], tuple[int, int]] = {}

    def forget(self) -> None:
        """Drops everything: the next claims ask the database."""
        self._eligible.clear()
        self._at.clear()
        self._front.clear()

    async def places(self, tx: Tx, worker_id: WorkerId) -> list[Place]:
        """The worker's places, most urgent first, each with where they stand."""
        key = (tx.org_id, worker_id)
        known = self._eligible.get(key)
        if known is None or known[0] < time.monotonic():
            places = _places(await claims_store.eligible(tx, worker_id), tx.actor.mode)
            known = (time.monotonic() + ELIGIBLE_S, places)
            self._eligible[key] = known
            self._eligible.move_to_end(key)
            if len(self._eligible) > self._workers_max:
                self._eligible.popitem(last=False)
        return [self._standing(worker_id, place) for place in known[1]]

    def moved(self, worker_id: WorkerId, project_id: ProjectId, stage: int, rank: int, place: int) -> None:
        """The worker took the turn at (rank, place)."""
        key = (worker_id, project_id, stage)
        self._at[key] = (rank, place + 1)
        self._at.move_to_end(key)
        if len(self._at) > 10 * self._workers_max:
            self._at.popitem(last=False)
        self._front[project_id, stage] = (rank, place)

    def _standing(self, worker_id: WorkerId, place: Place) -> Place:
        at = self._at.get((worker_id, place.project_id, place.stage))
        if at is None:
            front = self._front.get((place.project_id, place.stage))
            if front is None:
                return place
            at = (front[0], front[1] - random.randrange(START_WITHIN))  # noqa: S311 - spreading, not secrecy
        return Place(place.project_id, place.stage, place.kind, place.lease_s, *at)


RINGS = Rings()


class Checks:
    """What the last turns that this process gave out are checked with when they are handed in, so that handing in needs
    not read it again. Memory of one process: losing it costs a longer way, never a wrong answer, as the database looks
    whether the ontology is still the one of then."""

    def __init__(self, turns_max: int = 20_000) -> None:
        self._turns_max = turns_max
        self._known: OrderedDict[AssignmentId, Check] = OrderedDict()

    def keep(self, id: AssignmentId, check: "Check") -> None:
        """Remembers how to check the turn."""
        self._known[id] = check
        if len(self._known) > self._turns_max:
            self._known.popitem(last=False)

    def of(self, org_id: OrgId, worker_id: WorkerId, id: AssignmentId) -> "Check | None":
        """How to check the turn, if this process gave it out, to this worker of this organisation."""
        check = self._known.get(id)
        return check if check is not None and (check.org_id, check.worker_id) == (org_id, worker_id) else None

    def forget(self, id: AssignmentId) -> None:
        """The turn is over."""
        self._known.pop(id, None)


@dataclass(frozen=True, slots=True)
class Check:
    """What the annotation of a turn is checked against."""

    org_id: OrgId
    worker_id: WorkerId
    project_id: ProjectId
    ontology_version: int
    modality: str
    sizes: tuple[MediaSize, ...]


CHECKS = Checks()


def _places(rows: Sequence[claims_store.EligibleRow], mode: str) -> list[Place]:
    places: list[tuple[tuple[int, bool], Place]] = []
    for row in rows:
        if row.paused or row.mode != mode:
            continue
        for index, stage in enumerate(row.pipeline.stages):
            label = isinstance(stage, LabelStage)
            if not set(stage.skills) <= row.skills or (not label and row.roles.isdisjoint({"reviewer", "lead"})):
                continue
            place = Place(row.project_id, index, Kind.LABEL if label else Kind.REVIEW, stage.lease_s)
            places.append(((-row.priority, label), place))
    places.sort(key=lambda entry: entry[0])
    return [place for _, place in places]


async def claim(tx: Tx, sign: turns.Signer, wish: ClaimWish) -> Claim:
    """Takes the next assignment for the transaction's worker."""
    worker_id = turns.own_worker(tx)
    places = await RINGS.places(tx, worker_id)
    fitting = _fitting(places, wish)
    if not fitting:
        return Claim(None, await _why_none(tx, worker_id, places))
    return await _claimed(
        tx, sign, fitting, await claims_store.claim_next(tx, claims_store.ClaimAsk(worker_id, fitting, LEASES_MAX))
    )


def _fitting(places: Sequence[Place], wish: ClaimWish) -> list[Place]:
    """Those of `places` that are wished for."""
    return [
        place
        for place in places
        if (not wish.kinds or place.kind in wish.kinds)
        and (wish.project_id is None or place.project_id == wish.project_id)
    ]


async def _claimed(tx: Tx, sign: turns.Signer, fitting: Sequence[Place], row: store.Row | None) -> Claim:
    """What a claim among `fitting` places came to."""
    worker_id = turns.own_worker(tx)
    if row is None:
        return Claim(None, await _why_empty(tx, worker_id))
    RINGS.moved(worker_id, row["project_id"], row["stage"], row["rank"], row["place"])
    lease_s = next(p.lease_s for p in fitting if p.project_id == row["project_id"] and p.stage == row["stage"])
    assignment = turns.assignment_of(tx.org_id, row, TurnState.LEASED, lease_s, sign)
    if assignment.kind is Kind.REVIEW:
        return Claim(await turns.with_submissions(tx, assignment))
    sizes = tuple(MediaSize(media.width or 0, media.height or 0) for media in assignment.media)
    CHECKS.keep(
        assignment.id,
        Check(tx.org_id, worker_id, assignment.project_id, assignment.ontology_version, row["modality"], sizes),
    )
    return Claim(assignment)


async def _why_none(tx: Tx, worker_id: WorkerId, places: list[Place]) -> str:
    if places:
        return "none_of_this_kind"
    rows = await claims_store.eligible(tx, worker_id)
    if any(row.paused for row in rows):
        return "you_are_paused"
    return "missing_skills" if rows else "no_active_project"


async def _why_empty(tx: Tx, worker_id: WorkerId) -> str:
    held = await store.held(tx, worker_id)
    return "too_many_open" if held >= LEASES_MAX else "queue_is_empty"


async def count(tx: Tx, id: AssignmentId, stretches: Sequence[tuple[datetime, datetime]]) -> None:
    """Counts work without more: the last stretches, handed in together with the answer."""
    await store.extend_lease(tx, id, turns.own_worker(tx), stretches, 0)


async def beat(tx: Tx, id: AssignmentId, stretches: Sequence[tuple[datetime, datetime]]) -> Lease:
    """A sign of life: counts the work done and promises the turn for longer. Raises NoSuchAssignment, TurnClosed."""
    end = await turns.locked_turn(tx, id)
    seconds = rules.lease_s(end.pipeline, end.stage)
    lease = await store.extend_lease(tx, id, turns.own_worker(tx), stretches, seconds)
    if lease is None:
        rules.check_may_close(end.turn, end.turn.kind, tx.now)
        raise rules.lease_expired()
    return lease


async def submit(
    tx: Tx, id: AssignmentId, key: str, annotation: Annotation, stretches: Sequence[tuple[datetime, datetime]] = ()
) -> Receipt:
    """Hands in a label turn, with the last stretches of work on it. The same key again gives the same receipt.

    Raises NoSuchAssignment, BadAnnotation, LeaseExpired, TurnClosed, TaskClosed, WrongKind.
    """
    checked = await _checked(tx, id, key, annotation, stretches)
    if checked is not None and (ended := await claims_store.hand_in(tx, checked.ask)) is not None:
        CHECKS.forget(id)
        return Receipt(checked.ask.id, id, ended, checked.warnings)
    return await _submit_locked(tx, id, key, annotation, stretches)


async def submit_and_claim(
    tx: Tx,
    sign: turns.Signer,
    id: AssignmentId,
    key: str,
    annotation: Annotation,
    stretches: Sequence[tuple[datetime, datetime]],
    wish: ClaimWish,
) -> Receipt:
    """`submit`, and then `claim`: in one statement if all is plain. Raises what they do; ClaimedTwice only when the
    answer is handed in, so that the same call again gives its receipt and claims."""
    checked = await _checked(tx, id, key, annotation, stretches)
    fitting = _fitting(await RINGS.places(tx, turns.own_worker(tx)), wish) if checked else []
    if checked is not None and fitting:
        claiming = claims_store.ClaimAsk(checked.ask.worker_id, fitting, LEASES_MAX)
        try:
            ended, row = await claims_store.hand_in_and_claim(tx, checked.ask, claiming)
        except (claims_store.NotPlain, ClaimedTwice):
            pass
        else:
            CHECKS.forget(id)
            return Receipt(checked.ask.id, id, ended, checked.warnings, await _claimed(tx, sign, fitting, row))
    receipt = await submit(tx, id, key, annotation, stretches)
    return msgspec.structs.replace(receipt, next=await claim(tx, sign, wish))


@dataclass(frozen=True, slots=True)
class _Checked:
    """An answer that is right as far as this process knows, ready to be handed in."""

    ask: claims_store.HandInAsk
    warnings: list[Fault]


async def _checked(
    tx: Tx, id: AssignmentId, key: str, annotation: Annotation, stretches: Sequence[tuple[datetime, datetime]]
) -> _Checked | None:
    """The answer, if this process gave the turn out. Raises BadAnnotation."""
    worker_id = turns.own_worker(tx)
    check = CHECKS.of(tx.org_id, worker_id, id)
    if check is None:
        return None
    ontology = await compiled_ontology(tx, check.project_id, check.ontology_version)
    warnings = rules.check_annotation(MODALITIES[check.modality].faults(annotation, ontology, check.sizes))
    document, version = json.encode(annotation), check.ontology_version
    ask = claims_store.HandInAsk(worker_id, id, SubmissionId(new_id()), key, document, version, stretches)
    return _Checked(ask, warnings)


async def _submit_locked(
    tx: Tx, id: AssignmentId, key: str, annotation: Annotation, stretches: Sequence[tuple[datetime, datetime]]
) -> Receipt:
    """The long way: whatever is not plain, and turns that another process gave out."""
    if stretches:
        await count(tx, id, stretches)
    end = await turns.locked_turn(tx, id)
    if end.turn.submission_id is not None and end.turn.submission_key == key:
        return Receipt(end.turn.submission_id, id, tx.now)
    late = rules.check_may_close(end.turn, Kind.LABEL, tx.now)
    warnings = rules.check_annotation(await _faults(tx, end, annotation))
    if late and not await store.open_replacement(tx, end.task_id, id):
        raise rules.lease_expired()
    submission_id = SubmissionId(new_id())
    await store.save_submission(tx, end, submission_id, key, json.encode(annotation), late=late)
    return Receipt(submission_id, id, tx.now, warnings)


async def review(tx: Tx, id: AssignmentId, key: str, decision: Decision, reasons: list[str], comment: str,
                 annotation: Annotation | None) -> Receipt:  # fmt: skip
    """Hands in a review turn and moves the task on. The same key again gives the same receipt.

    Raises NoSuchAssignment, BadReview, BadAnnotation, LeaseExpired, TurnClosed, TaskClosed, WrongKind, KeyReused.
    """
    rules.check_review(decision, reasons, comment, annotation)
    end = await turns.locked_turn(tx, id)
    if end.review_id is not None and (known := await store.known_review(tx, end.task_id, id, None)) is not None:
        first_id, first_key, first = known
        if first_key == key:
            said = BlindReview(decision=decision, reasons=reasons, comment=comment, annotation=annotation,
                               created_at=tx.now)  # fmt: skip
            rules.check_repeated(first, said)
            return Receipt(first_id, id, first.created_at)
    late = rules.check_may_close(end.turn, Kind.REVIEW, tx.now)
    warnings = rules.check_annotation(await _faults(tx, end, annotation)) if annotation is not None else []
    if late and not await store.open_replacement(tx, end.task_id, id):
        raise rules.lease_expired()
    review_id = await flow.decide(
        tx, end.project_id, end.task_id, end.turn.round, decision, reasons, comment, annotation, key=key,
        assignment_id=id, late=late,
    )  # fmt: skip
    return Receipt(review_id, id, tx.now, warnings)


@lru_cache(maxsize=500)
def _compiled(org_id: OrgId, project_id: ProjectId, version: int) -> list[CompiledOntology]:
    """A box for one compiled version: versions never change, so it is filled once and kept."""
    return []


async def compiled_ontology(tx: Tx, project_id: ProjectId, version: int) -> CompiledOntology:
    """The compiled ontology of a project's version, from memory after the first time."""
    box = _compiled(tx.org_id, project_id, version)
    if not box:
        box.append(compile_ontology((await projects.ontology(tx, project_id, version)).document))
    return box[0]


async def _faults(tx: Tx, end: TurnToEnd, annotation: Annotation) -> list[Fault]:
    ontology = await compiled_ontology(tx, end.project_id, end.ontology_version)
    return MODALITIES[end.modality].faults(annotation, ontology, [MediaSize(w, h) for w, h in end.sizes])
