"""One simulated person at work: takes what there is, thinks, draws or reviews, hands in, until the crowd is over.

Nothing that the server does ends them: what was begun is handed in again under its key until the server has answered,
and what a lost claim took is found again among their own assignments.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from time import perf_counter
from typing import Protocol
from uuid import UUID

import msgspec

from fairmark.client.errors import ApiError, Conflict, Forbidden, Invalid, NoConnection, NotFound, Unavailable
from fairmark.client.model import Assignment, Kind, WorkRole
from fairmark.client.simulate.comparing import Score, score
from fairmark.client.simulate.drawing import Size, draw
from fairmark.client.simulate.ledger import Entry, Ledger
from fairmark.client.simulate.people import Member
from fairmark.client.simulate.reviewing import look
from fairmark.client.simulate.skill import Skill
from fairmark.client.simulate.truth import Truth
from fairmark.ontology.compiled import CompiledOntology, compile_ontology
from fairmark.ontology.model import Annotation
from fairmark.tasks.model import Decision

BEAT_S = 15.0
IDLE_S = 0.4
"""Between two looks at an empty queue."""
TROUBLE_S = 0.5
DOWN = (NoConnection, Unavailable)


class Stage(Protocol):
    """What the crowd gives to each of its people."""

    truth: Truth
    ledger: Ledger
    project_id: UUID | None
    seed: int
    speed: float | None

    @property
    def over(self) -> bool:
        """Whether to stop after the turn in hand."""
        ...


class Record(msgspec.Struct):
    """What one person did. latencies in seconds, of requests that the server answered well."""

    submissions: int = 0
    reviews: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    skips: int = 0
    refused: int = 0
    lost: int = 0
    troubles: int = 0
    scores: list[Score] = msgspec.field(default_factory=list[Score])
    claim_s: list[float] = msgspec.field(default_factory=list[float])
    submit_s: list[float] = msgspec.field(default_factory=list[float])


class SimWorker:
    """A person of some skill."""

    def __init__(self, number: int, member: Member, skill: Skill, stage: Stage) -> None:
        self.member = member
        self.skill = skill
        self.record = Record()
        self.idle = False
        self._number = number
        self._stage = stage
        self._client = member.client
        self._rng = Random(f"{stage.seed}:{number}")  # noqa: S311 - dice of a simulation
        self._rules: dict[tuple[UUID, int], CompiledOntology] = {}
        self._left: list[Assignment] = []
        self._search = True
        # A reviewer who labeled may not review the same task: whoever is there to review does nothing else.
        self._kinds = [Kind.REVIEW] if member.account.role is WorkRole.REVIEWER else []

    async def work(self) -> None:
        """Until the crowd is over."""
        while not self._stage.over:
            if not await self.turn():
                await asyncio.sleep(IDLE_S * self._rng.uniform(0.7, 1.3))

    async def turn(self) -> bool:
        """One turn from claim to receipt; False if there was none to take. A server that is away is waited for."""
        try:
            assignment = await self._next()
            self.idle = assignment is None
            if assignment is None:
                return False
            await self._take(assignment)
        except DOWN:
            self.idle, self._search = False, True
            self.record.troubles += 1
            await asyncio.sleep(TROUBLE_S * self._rng.uniform(0.5, 1.5))
        return True

    async def _next(self) -> Assignment | None:
        """The next turn: one that was taken and not finished before, else a new one."""
        if self._search:
            mine = [each async for each in self._client.my_assignments(open_only=True)]
            self._left = [each for each in mine if self._stage.project_id in {None, each.project_id}]
            self._search = False
        while self._left:
            try:
                return await self._client.get_assignment(self._left.pop().id)
            except NotFound:
                continue
        started = perf_counter()
        claim = await self._client.claim(kinds=self._kinds, project_id=self._stage.project_id)
        self.record.claim_s.append(perf_counter() - started)
        # Turns that a lost answer took from sight count against those one may hold.
        self._search = claim.why == "too_many_open"
        return claim.assignment

    async def _take(self, assignment: Assignment) -> None:
        """One turn from its start to its end."""
        truth = self._stage.truth.of(assignment.external_id, assignment.name)
        try:
            if truth is None:
                await self._client.skip(assignment.id, "The simulation does not know what is right here.")
                self.record.skips += 1
            elif assignment.kind is Kind.REVIEW:
                await self._review(assignment, truth)
            else:
                await self._label(assignment, truth)
        except (Conflict, NotFound):
            self.record.lost += 1  # the lease ran out or the task was closed meanwhile; the draft is kept
        except (Invalid, Forbidden):
            self.record.refused += 1
            await self._give_back(assignment)

    async def _label(self, assignment: Assignment, truth: Annotation) -> None:
        # Dice of the person and the item alone: the same whoever comes first, and after a restart.
        item = f"{assignment.external_id or assignment.name}:{assignment.round}"
        dice = Random(f"{self._stage.seed}:{self._number}:{item}")  # noqa: S311
        if dice.random() < self.skill.skip:
            await self._client.skip(assignment.id, "Not sure what is asked here.")
            self.record.skips += 1
            return
        sizes = [Size(media.width or 1, media.height or 1) for media in assignment.media]
        annotation = draw(truth, await self._compiled(assignment), sizes, self.skill, dice)
        began = datetime.now(UTC)
        human_s = self.skill.seconds_per_item + self.skill.seconds_per_mark * len(annotation.marks)
        async with self._at_work(assignment, human_s):
            if annotation.marks and dice.random() < self.skill.draft:
                half = msgspec.structs.replace(
                    annotation, marks=annotation.marks[: len(annotation.marks) // 2], links=()
                )
                await self._client.save_draft(assignment.id, assignment.draft_seq + 1, half, base=assignment.draft_seq)
        key = f"sim-{self._stage.seed}-{self._number}-{assignment.id}"
        started = perf_counter()
        receipt = await self._client.submit(assignment.id, annotation, key=key, stretches=[(began, datetime.now(UTC))])
        self.record.submit_s.append(perf_counter() - started)
        self.record.submissions += 1
        self.record.scores.append(score(annotation, truth))
        self._keep("label", str(receipt.id), assignment, key, receipt.at)

    async def _review(self, assignment: Assignment, truth: Annotation) -> None:
        dice = Random(f"{self._stage.seed}:{self._number}:review:{assignment.id}")  # noqa: S311
        given = assignment.draft or Annotation()
        verdict = look(given, truth, await self._compiled(assignment), self.skill.sharpness, dice)
        if verdict.decision is Decision.REJECT and assignment.round > 0 and given.marks:
            # Twice is enough: a good reviewer mends what came back instead of sending it round for ever.
            verdict = verdict._replace(decision=Decision.FIX, annotation=truth)
        began = datetime.now(UTC)
        async with self._at_work(assignment, self.skill.seconds_per_item + len(verdict.reasons) * 5):
            pass
        started = perf_counter()
        receipt = await self._client.review(
            assignment.id, verdict.decision, reasons=verdict.reasons, annotation=verdict.annotation,
            stretches=[(began, datetime.now(UTC))],
        )  # fmt: skip
        self.record.submit_s.append(perf_counter() - started)
        decisions = self.record.reviews
        decisions[verdict.decision.value] = decisions.get(verdict.decision.value, 0) + 1
        self._keep("review", str(receipt.id), assignment, "", receipt.at)

    @asynccontextmanager
    async def _at_work(self, assignment: Assignment, human_s: float) -> AsyncGenerator[None]:
        """Lets the time pass that a person needs, `speed` times faster, with a sign of life now and then."""
        began, left_s = datetime.now(UTC), 0.0 if self._stage.speed is None else human_s / self._stage.speed
        yield
        while left_s > 0:
            await asyncio.sleep(min(left_s, BEAT_S))
            left_s -= BEAT_S
            if left_s > 0:
                now = datetime.now(UTC)
                await self._client.beat(assignment.id, [(began, now)])
                began = now

    async def _compiled(self, assignment: Assignment) -> CompiledOntology:
        version = (assignment.project_id, assignment.ontology_version)
        if version not in self._rules:
            self._rules[version] = compile_ontology((await self._client.assignment_rules(assignment.id)).ontology)
        return self._rules[version]

    async def _give_back(self, assignment: Assignment) -> None:
        try:
            await self._client.give_back(assignment.id)
        except ApiError:
            self._search = True

    def _keep(self, kind: str, id: str, assignment: Assignment, key: str, at: datetime) -> None:
        self._stage.ledger.add(
            Entry(
                kind=kind, id=id, assignment_id=str(assignment.id), task_id=str(assignment.task_id),
                worker=self.member.account.email, key=key, at=at,
            )
        )  # fmt: skip
