"""Simulated people who work beside the newcomer: one labels each picture as well, another settles doubts, two review.

The newcomer is never overtaken: of the two or three labels that a picture needs, the companions leave one free.
"""

import asyncio
from uuid import UUID

import httpx

from fairmark.client.aio.client import AsyncClient
from fairmark.client.errors import ApiError, NoConnection, NotFound
from fairmark.client.model import Task, TaskState
from fairmark.client.requests import no_cookies
from fairmark.client.simulate.crowd import Crowd, Plan
from fairmark.client.simulate.ledger import Ledger
from fairmark.client.simulate.people import come_back
from fairmark.client.simulate.truth import Truth
from fairmark.client.simulate.worker import SimWorker
from fairmark.entrypoints.demo.cast import Cast

EVERY_S = 2.0
SPEED = 4.0
URGENT = 100
PATIENCE_S = 3600.0


async def keep_company(url: str, cast: Cast, truth: Truth) -> None:
    """Works until it is cancelled. Sleeps through whatever stops the server for a while."""
    project_id = UUID(cast.project_id)
    async with httpx.AsyncClient(cookies=no_cookies()) as http:
        boss = AsyncClient(url, http=http, patience_s=PATIENCE_S)
        manager = cast.role("manager")
        await boss.sign_in(manager.email, manager.password)
        crowd = Crowd(Plan(seed=1, speed=SPEED), truth, project_id, Ledger())
        roles = [cast.role(id) for id in ("crowd-1", "crowd-2", "reviewer", "reviewer-2")]
        crowd.staff([await come_back(url, r.account(cast.organisation_id), http, PATIENCE_S) for r in roles])
        beside, doubts, *reviewers = crowd.workers
        await asyncio.gather(_again(beside), *map(_again, reviewers), _settle(boss, project_id, doubts))


async def _again(worker: SimWorker) -> None:
    while True:
        if not await worker.turn():
            await asyncio.sleep(EVERY_S)


async def _settle(boss: AsyncClient, project_id: UUID, worker: SimWorker) -> None:
    """Labels what two people disagree about: it is made urgent first, so that it is what the worker gets."""
    settled: set[UUID] = set()
    while True:
        await asyncio.sleep(EVERY_S)
        try:
            doubtful = [
                task async for task in boss.list_tasks(project_id, state=TaskState.OPEN)
                if _in_doubt(task) and task.id not in settled
            ]  # fmt: skip
            for task in doubtful:
                await boss.change_task(task.id, priority=URGENT)
                await worker.turn()
                settled.add(task.id)
        except (NoConnection, NotFound):
            continue
        except ApiError as error:
            if error.status < 500 and error.status != 409:
                raise


def _in_doubt(task: Task) -> bool:
    """Whether consensus has seen the labels and wants one more."""
    return task.stage == 0 and task.agreement is not None
