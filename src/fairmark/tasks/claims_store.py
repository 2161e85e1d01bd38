"""Runs the statements of claiming and handing in: whole transactions, each shared with who calls at the same moment."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

import asyncpg

from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssignmentId, ProjectId, SubmissionId, WorkerId
from fairmark.projects.model import Pipeline
from fairmark.tasks.model import ClaimedTwice, Kind
from fairmark.tasks.store import Row, q


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker may take work, and where on that ring they stand."""

    project_id: ProjectId
    stage: int
    kind: Kind
    lease_s: int
    rank: int = -(2**31) + 1
    place: int = 0


@dataclass(frozen=True, slots=True)
class EligibleRow:
    """A project a worker may work on."""

    project_id: ProjectId
    name: str
    priority: int
    pipeline: Pipeline
    mode: str
    roles: frozenset[str]
    skills: frozenset[str]
    paused: bool


async def eligible(tx: Tx, worker_id: WorkerId) -> list[EligibleRow]:
    rows = await tx.all(q.eligible, org_id=tx.org_id, worker_id=worker_id)
    return [
        EligibleRow(
            row["project_id"], row["name"], row["priority"], json.decode(row["pipeline"], type=Pipeline), row["mode"],
            frozenset(row["roles"]), frozenset(row["skills"]), row["paused_at"] is not None,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClaimAsk:
    """Who claims, and where they may."""

    worker_id: WorkerId
    places: Sequence[Place]
    leases_max: int


NOT_PLAIN = "FM001"
"""What the database says if one of the turns needs a closer look."""


class NotPlain(Exception):
    """The turn has to be locked and looked at in full."""


@dataclass(frozen=True, slots=True)
class HandInAsk:
    """A checked answer to a label turn. ontology_version: what it was checked with."""

    worker_id: WorkerId
    assignment_id: AssignmentId
    id: SubmissionId
    key: str
    annotation: str
    ontology_version: int
    stretches: Sequence[tuple[datetime, datetime]]


async def claim_next(tx: Tx, ask: ClaimAsk) -> Row | None:
    """Commits at once, together with others (`Tx.together`). Raises ClaimedTwice."""
    return await tx.together(_claim_each, ask, ask.worker_id)


async def _claim_each(tx: Tx, asks: Sequence[ClaimAsk]) -> Sequence[Row | None]:
    with _one_window():
        return _by_place(await tx.whole(q.claim_next, org_id=tx.org_id, now=tx.now, **_claims(asks)), len(asks))


def _claims(asks: Sequence[ClaimAsk]) -> dict[str, Any]:
    places = [place for ask in asks for place in ask.places]
    return {
        "workers": [ask.worker_id for ask in asks], "leases_max": asks[0].leases_max,
        "lasts": list(accumulate(len(ask.places) for ask in asks)),
        "projects": [p.project_id for p in places], "stages": [p.stage for p in places],
        "kinds": [p.kind for p in places], "leases_s": [p.lease_s for p in places],
        "ranks": [p.rank for p in places], "places": [p.place for p in places],
    }  # fmt: skip


@contextmanager
def _one_window() -> Generator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise ClaimedTwice("You claimed the same task in two windows.", mend="Claim again.") from error


def _by_place(rows: Sequence[Row], count: int) -> list[Row | None]:
    """The row of each ask, from rows that say whose they are by `n` from 1."""
    taken = {row["n"]: row for row in rows}
    return [taken.get(n) for n in range(1, count + 1)]


async def hand_in(tx: Tx, ask: HandInAsk) -> datetime | None:
    """Ends a label turn if that is plain, and commits at once, together with others (`Tx.together`): since when it is
    over. None: nothing was done."""
    return await tx.together(_hand_in_each, ask, ask.assignment_id)


async def _hand_in_each(tx: Tx, asks: Sequence[HandInAsk]) -> Sequence[datetime | None]:
    order = _lock_order([ask.assignment_id for ask in asks])
    rows = await tx.whole(
        q.hand_in, org_id=tx.org_id, now=tx.now, workers=[asks[n].worker_id for n in order],
        **_answers([asks[n] for n in order]),
    )  # fmt: skip
    over = {order[row["n"] - 1] for row in rows}
    return [tx.now if n in over else None for n in range(len(asks))]


def _lock_order(ids: Sequence[AssignmentId]) -> list[int]:
    """Where each turn stands among `ids`, in the one order in which every call locks them."""
    return sorted(range(len(ids)), key=ids.__getitem__)


def _answers(asks: Sequence[HandInAsk]) -> dict[str, Any]:
    stretches = [(n, *stretch) for n, ask in enumerate(asks, 1) for stretch in ask.stretches]
    return {
        "assignment_ids": [ask.assignment_id for ask in asks], "ids": [ask.id for ask in asks],
        "keys": [ask.key for ask in asks], "annotations": [ask.annotation for ask in asks],
        "ontology_versions": [ask.ontology_version for ask in asks], "whose": [n for n, _, _ in stretches],
        "began": [began for _, began, _ in stretches], "ended": [ended for _, _, ended in stretches],
    }  # fmt: skip


async def hand_in_and_claim(tx: Tx, done: HandInAsk, wish: ClaimAsk) -> tuple[datetime, Row | None]:
    """Both in one statement, together with others (`Tx.together`): since when the turn is over, and the next one.

    Raises NotPlain and ClaimedTwice; then nothing was done.
    """
    return await tx.together(_hand_in_and_claim_each, (done, wish), wish.worker_id)


async def _hand_in_and_claim_each(
    tx: Tx, asks: Sequence[tuple[HandInAsk, ClaimAsk]]
) -> Sequence[tuple[datetime, Row | None]]:
    order = _lock_order([done.assignment_id for done, _ in asks])
    said, wishes = [asks[n][0] for n in order], [asks[n][1] for n in order]
    with _one_window():
        try:
            rows = await tx.whole(
                q.hand_in_and_claim, org_id=tx.org_id, now=tx.now, **_answers(said), **_claims(wishes)
            )
        except asyncpg.PostgresError as error:
            if getattr(error, "sqlstate", None) != NOT_PLAIN:
                raise
            raise NotPlain from error
    taken = dict(zip(order, _by_place(rows, len(asks)), strict=True))
    return [(tx.now, taken[n]) for n in range(len(asks))]
