"""Makes the demo's people and project, and lets the crowd label them: all over the public HTTP API."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from uuid import UUID

import httpx
import msgspec

from fairmark.client import files
from fairmark.client.aio.client import AsyncClient
from fairmark.client.model import (
    BatchState,
    LabelStage,
    MemberRole,
    Overlap,
    Pipeline,
    Project,
    ReviewStage,
    WorkRole,
)
from fairmark.client.requests import no_cookies
from fairmark.client.simulate.crowd import Crowd, Plan, sum_up
from fairmark.client.simulate.ledger import Ledger
from fairmark.client.simulate.people import Member
from fairmark.client.simulate.summary import Summary
from fairmark.client.simulate.truth import Truth
from fairmark.entrypoints.demo.cast import Cast, Role
from fairmark.entrypoints.demo.material import Material
from fairmark.entrypoints.demo.scenes import Picture

ORGANISATION = "Northern Observatory"
SHOWN_AS = "A research group"
WORKFORCE = "Crowd"
FIRST_BATCH, YOURS = "first batch", "left for you"
LEFT = 9
ASKS = "crowd-5"
TASKS_WITHIN_S = 20
SEED = 20
SPEED = 60.0
"""Times as fast as people that the crowd works: slow enough to be watched, fast enough not to be waited for."""
PIPELINE = Pipeline(
    stages=(
        LabelStage(overlap=Overlap(min=2, max=3, target=0.8)),
        ReviewStage(share=0.3, below=0.75, rounds_max=2),
    )
)
Tell = Callable[[str], None]


async def fill(url: str, token: str, cast: Cast, made_of: Material, left: int, tell: Tell) -> tuple[Cast, Summary]:
    """Makes everything: the cast with what it belongs to, and what the crowd did.

    token: of the first-start link. left: pictures that are kept for the newcomer.
    """
    async with httpx.AsyncClient(cookies=no_cookies()) as http:
        tell("people")
        owner = AsyncClient(url, http=http)
        admin = cast.role("admin")
        await owner.first_start(token, admin.name, admin.email, admin.password, ORGANISATION)
        organisation = await owner.change_organisation(display_name=SHOWN_AS)
        manager, members = await _people(owner, cast, http)
        tell("pictures")
        project = await _project(manager, made_of, [members[0].workforce_id])
        yours = await _pictures(manager, project, made_of.pictures, left)
        cast = msgspec.structs.replace(cast, organisation_id=str(organisation.id), project_id=str(project.id))
        await _question(manager, project, next(each.member for each in members if each.role.id == ASKS))
        tell("labels")
        crowd = Crowd(Plan(seed=SEED, speed=SPEED), Truth(made_of.truth), project.id, Ledger())
        crowd.staff([each.member for each in members if each.role.level is not None])
        await crowd.run(manager, lambda crowd, progress: tell(f"labels: {crowd.submissions} handed in"))
        summary = await sum_up(crowd, manager)
        if yours is not None:
            await manager.change_batch(yours, state=BatchState.OPEN)
    return msgspec.structs.replace(cast, filled=True), summary


class _Hired(NamedTuple):
    """Somebody who works, signed in."""

    role: Role
    member: Member
    workforce_id: UUID


async def _people(owner: AsyncClient, cast: Cast, http: httpx.AsyncClient) -> tuple[AsyncClient, list[_Hired]]:
    """The manager's client, and everybody who works, the crowd first."""
    manager = cast.role("manager")
    invited = await owner.invite(member_role=MemberRole.MANAGER)
    speaking = AsyncClient(owner.url, http=http)
    speaking.use(None)
    await speaking.accept_invitation(invited.token, name=manager.name, email=manager.email, password=manager.password)
    workforce = await owner.create_workforce(WORKFORCE)
    hired: list[_Hired] = []
    working = [role for role in cast.roles if role.work_role is not None]
    tokens = {
        role: (await owner.invite(workforce_id=workforce.id, work_role=role, uses_max=len(working))).token
        for role in WorkRole
    }
    for role in sorted(working, key=lambda each: each.level is None):
        assert role.work_role is not None
        client = AsyncClient(owner.url, http=http)
        client.use(None)
        accepted = await client.accept_invitation(
            tokens[role.work_role], name=role.name, email=role.email, password=role.password
        )
        account = role.account(str(accepted.organisation_id))
        member = Member(account, client.of_organisation(accepted.organisation_id))
        hired.append(_Hired(role, member, workforce.id))
    return speaking, hired


async def _project(manager: AsyncClient, made_of: Material, workforce_ids: list[UUID]) -> Project:
    return await manager.create_project(
        made_of.title,
        description="Boxes around everyday and far away things, labeled twice and reviewed when unsure.",
        ontology=made_of.ontology,
        guideline=made_of.guideline,
        pipeline=PIPELINE,
        workforce_ids=workforce_ids,
    )


async def _pictures(manager: AsyncClient, project: Project, pictures: list[Picture], left: int) -> UUID | None:
    """Sends the pictures and starts the project; the batch that is kept back for the newcomer, if there is one."""
    # Every so many is kept back, so that the newcomer gets some of each kind.
    step = len(pictures) // left if left else 0
    kept = set(range(step - 1, step * left, step)) if left else set[int]()
    yours = None
    if left:
        yours = (await manager.create_batch(project.id, YOURS, priority=1)).id
        await manager.change_batch(yours, state=BatchState.PAUSED)
    with TemporaryDirectory() as folder:
        found: list[files.LocalFile] = []
        for picture in pictures:
            path = Path(folder) / picture.name
            path.write_bytes(picture.encoded())
            found.append(files.local(path))
        sent = [each async for each in manager.upload_files(found)]
    rows = [
        {"external_id": picture.name, "name": picture.name, "assets": [{"asset_id": each.asset_id}],
         "meta": picture.meta}
        for picture, each in zip(pictures, sent, strict=True)
    ]  # fmt: skip
    await manager.add_items(project.id, [row for n, row in enumerate(rows) if n not in kept], batch=FIRST_BATCH)
    if left:
        await manager.add_items(project.id, [rows[n] for n in sorted(kept)], batch=YOURS)
    await manager.activate_project(project.id)
    return yours


async def _question(manager: AsyncClient, project: Project, worker: Member) -> None:
    """One question and its answer, for the lead's page to have something to show."""
    for _ in range(TASKS_WITHIN_S):  # items become tasks in the background
        claim = await worker.client.claim(project_id=project.id)
        if claim.assignment is not None:
            break
        await asyncio.sleep(1)
    else:
        return
    asked = await worker.client.ask(claim.assignment.id, "Does a handle belong into the box of its cup?")
    await manager.answer_question(asked.id, "Yes: everything that belongs to the thing and can be seen.")
    await worker.client.give_back(claim.assignment.id)
