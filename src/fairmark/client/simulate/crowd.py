"""Runs the crowd and sums up what it did."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from time import monotonic
from uuid import UUID

import httpx
import msgspec

from fairmark.client.aio.client import AsyncClient
from fairmark.client.aio.running import each
from fairmark.client.model import Progress, TaskState, WorkRole
from fairmark.client.requests import CONNECTIONS_MAX, no_cookies
from fairmark.client.simulate import people
from fairmark.client.simulate.comparing import mean, score
from fairmark.client.simulate.ledger import Ledger
from fairmark.client.simulate.people import Account, Member
from fairmark.client.simulate.skill import crowd_levels, of_person
from fairmark.client.simulate.summary import Summary, summarise
from fairmark.client.simulate.truth import Truth
from fairmark.client.simulate.worker import DOWN, SimWorker

WATCH_S = 0.5
JOIN_AT_ONCE = 4
RESULTS_MAX = 20_000


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to simulate. mix, reviewers_mix: levels of skill, see `skill.crowd_levels`. speed: how many times as fast as
    people; None: without waiting. submissions_max, seconds_max: when to stop at the latest. idle_s: also when nobody
    has found work for so long, and nothing waits to be judged where that can be seen. people: a file that keeps the
    accounts. patience_s: how long one request is tried.
    """

    workers: int = 8
    reviewers: int = 2
    mix: str = "good"
    reviewers_mix: str = "expert"
    seed: int = 0
    speed: float | None = None
    submissions_max: int | None = None
    seconds_max: float | None = None
    idle_s: float = 5.0
    people: Path | None = None
    ledger: Path | None = None
    patience_s: float = 120.0


class Crowd:
    """The people and what they share while they work."""

    def __init__(self, plan: Plan, truth: Truth, project_id: UUID | None, ledger: Ledger) -> None:
        self.plan = plan
        self.truth = truth
        self.project_id = project_id
        self.ledger = ledger
        self.seed = plan.seed
        self.speed = plan.speed
        self.workers: list[SimWorker] = []
        self.seconds = 0.0
        self._over = False

    @property
    def over(self) -> bool:
        """Whether to stop after the turn in hand."""
        most = self.plan.submissions_max
        return self._over or (most is not None and self.submissions >= most)

    @property
    def submissions(self) -> int:
        """Handed in by all, reviews not counted."""
        return sum(worker.record.submissions for worker in self.workers)

    def stop(self) -> None:
        """Lets everybody finish the turn in hand and go."""
        self._over = True

    def staff(self, members: Sequence[Member]) -> None:
        """Who works: each with a skill of their own, drawn from the level of their account."""
        for number, member in enumerate(members):
            dice = Random(f"{self.seed}:skill:{number}")  # noqa: S311 - dice of a simulation
            self.workers.append(SimWorker(number, member, of_person(member.account.level, dice), self))

    async def run(self, boss: AsyncClient | None, tell: "Tell | None") -> None:
        """Until all is done, as far as the plan goes. boss: who can see the project's progress."""
        began = monotonic()
        working = [asyncio.create_task(worker.work()) for worker in self.workers]
        try:
            await self._watch(boss, working, tell)
            self.stop()
            await asyncio.gather(*working)
            self.seconds = monotonic() - began
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    async def _watch(
        self, boss: AsyncClient | None, working: Sequence["asyncio.Task[None]"], tell: "Tell | None"
    ) -> None:
        began = busy = monotonic()
        progress: Progress | None = None
        while not self.over and not any(task.done() for task in working):
            await asyncio.sleep(WATCH_S)
            if boss is not None and self.project_id is not None:
                progress = await _progress(boss, self.project_id, progress)
            now = monotonic()
            # All idle is not yet the end: consensus may ask for one more. How long that takes is the server's affair.
            if not all(worker.idle for worker in self.workers) or (progress is not None and progress.behind):
                busy = now
            if tell is not None:
                tell(self, progress)
            longest = self.plan.seconds_max
            # Nor is it the end at once: a rejection may come back to its author.
            if (longest is not None and now - began > longest) or now - busy > self.plan.idle_s or _done(progress):
                return


Tell = Callable[[Crowd, Progress | None], None]


def _done(progress: Progress | None) -> bool:
    if progress is None or not progress.total:
        return False
    return not any(progress.tasks.get(state, 0) for state in (TaskState.OPEN, TaskState.WAITING))


async def _progress(boss: AsyncClient, project_id: UUID, last: Progress | None) -> Progress | None:
    try:
        return await boss.get_progress(project_id)
    except DOWN:
        return last


async def gather_people(
    boss: AsyncClient | None,
    project_id: UUID | None,
    plan: Plan,
    http: httpx.AsyncClient,
    url: str,
    invitations: Mapping[WorkRole, str],
) -> list[Member]:
    """Everybody, signed in. Accounts are taken from the plan's file if it is there; else made by `invitations`, or by
    ones that `boss` makes for the project's workforce, and kept in that file.
    """
    if plan.people is not None and plan.people.exists():

        async def again(account: Account) -> Member:
            return await people.come_back(url, account, http, plan.patience_s)

        return [member async for member in each(people.read_people(plan.people), again, JOIN_AT_ONCE)]
    levels, reviewers = crowd_levels(plan.mix, plan.workers), crowd_levels(plan.reviewers_mix, plan.reviewers)
    accounts = people.planned(levels, reviewers, f"{plan.seed}-{Random().randrange(16**8):08x}")  # noqa: S311 - a name
    if boss is not None and project_id is not None and not invitations:
        workforce_id = await people.workforce_of(boss, await boss.get_project(project_id))
        invitations = await people.invite_all(boss, workforce_id, accounts)
    tokens = invitations

    async def first(account: Account) -> Member:
        return await people.join(url, account, tokens[account.role], http, plan.patience_s)

    invited = [account for account in accounts if account.role in tokens]
    members = [member async for member in each(invited, first, JOIN_AT_ONCE)]
    if plan.people is not None:
        people.keep_people(plan.people, [member.account for member in members])
    return members


async def simulate(
    url: str,
    plan: Plan,
    truth: Truth,
    *,
    boss: AsyncClient | None = None,
    project_id: UUID | None = None,
    invitations: Mapping[WorkRole, str] | None = None,
    tell: Tell | None = None,
    started: Callable[[Crowd], None] | None = None,
) -> Summary:
    """Runs a whole simulation. boss: a key that may see the project and invite people; without it, `invitations`.

    tell: told now and then how it is going. started: told once, when everybody is there; by `Crowd.stop` they can be
    sent home early. Raises ClientError if people cannot come in at all, ValueError for a mix that is none.
    """
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX)
    async with httpx.AsyncClient(limits=limits, cookies=no_cookies()) as http:
        with Ledger(plan.ledger) as ledger:
            crowd = Crowd(plan, truth, project_id, ledger)
            crowd.staff(await gather_people(boss, project_id, plan, http, url, invitations or {}))
            if started is not None:
                started(crowd)
            await crowd.run(boss, tell)
    return await sum_up(crowd, boss)


async def sum_up(crowd: Crowd, boss: AsyncClient | None) -> Summary:
    """What the crowd did, and with `boss` also what became of it: progress, and the results against the truth."""
    progress, merged = None, None
    if boss is not None and crowd.project_id is not None:
        progress = await boss.get_progress(crowd.project_id)
        results = boss.list_results(crowd.project_id, limit=RESULTS_MAX)
        judged = [(result, crowd.truth.of(result.external_id, "")) async for result in results]
        merged = mean([score(result.annotation, right) for result, right in judged if right is not None])
    return summarise([(w.member.account, w.record) for w in crowd.workers], crowd.seconds, progress, merged)
