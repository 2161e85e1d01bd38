"""Runs the statements about who labels: invitations, groups, whom they belong to."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fairmark.kernel.actor import MemberRole
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import (
    InvitationId,
    PersonId,
    WorkerId,
    WorkforceId,
)
from fairmark.scale_api.model import (
    Group,
    ScaleId,
)
from fairmark.scale_api.store import built, q


class Labeler(NamedTuple):
    """Somebody who was invited to label. came: they have accepted."""

    email: str
    came: bool
    expires_at: datetime


class InvitedMember(NamedTuple):
    """Somebody who was invited to the customer side and has not come yet."""

    email: str
    invitation_id: InvitationId
    role: MemberRole
    expires_at: datetime


async def labelers(tx: Tx, emails: Sequence[str] | None = None) -> list[Labeler]:
    """Who was invited to label by address."""
    rows = await tx.all(q.labelers, org_id=tx.org_id, now=tx.now, emails=None if emails is None else list(emails))
    return [Labeler(row["email"], row["came"], row["expires_at"]) for row in rows]


async def invited_members(tx: Tx) -> list[InvitedMember]:
    """Who was invited as a member and has not come yet."""
    rows = await tx.all(q.invited_members, org_id=tx.org_id, now=tx.now)
    return [InvitedMember(r["email"], r["id"], MemberRole(r["member_role"]), r["expires_at"]) for r in rows]


async def persons_of(tx: Tx, emails: Sequence[str]) -> dict[str, tuple[PersonId, WorkerId]]:
    """The people who came to work here by these addresses."""
    rows = await tx.all(q.persons_of, org_id=tx.org_id, emails=list(emails))
    return {row["email"]: (row["person_id"], row["worker_id"]) for row in rows}


async def email_of_worker(tx: Tx, worker_id: WorkerId) -> str | None:
    """The address by which a worker was invited here; None for others."""
    return await tx.value(q.email_of_worker, org_id=tx.org_id, worker_id=worker_id)


async def add_group(tx: Tx, group: Group) -> bool:
    """False if the name is taken in its project."""
    touched = await tx.run(
        q.insert_group, org_id=tx.org_id, id=group.id, project_id=group.project_id, name=group.name,
        workforce_id=group.workforce_id, is_singleton=group.is_singleton, now=tx.now,
    )  # fmt: skip
    return touched == 1


async def groups_of(tx: Tx, project_id: ScaleId) -> list[Group]:
    rows = await tx.all(q.groups_of, org_id=tx.org_id, project_id=project_id)
    return [built(Group, row, emails=list(row["emails"])) for row in rows]


async def lock_people(tx: Tx, emails: Sequence[str]) -> None:
    """Nobody else changes where these belong until the transaction ends."""
    await tx.all(q.lock_people, org_id=tx.org_id, emails=list(emails))


async def add_people(tx: Tx, group_id: ScaleId, emails: Sequence[str]) -> None:
    await tx.run(q.add_people, org_id=tx.org_id, group_id=group_id, emails=list(emails))


async def remove_people(tx: Tx, group_id: ScaleId, emails: Sequence[str]) -> None:
    await tx.run(q.remove_people, org_id=tx.org_id, group_id=group_id, emails=list(emails))


async def workforces_for(tx: Tx, email: str) -> list[WorkforceId]:
    """The workforces of the groups that somebody belongs to."""
    rows = await tx.all(q.workforces_for, org_id=tx.org_id, email=email)
    return [row["workforce_id"] for row in rows]


async def assignments(tx: Tx) -> dict[str, list[str]]:
    """The projects' names that each person belongs to, by e-mail address."""
    rows = await tx.all(q.assignments, org_id=tx.org_id, mode=tx.actor.mode)
    return {row["email"]: list(row["projects"]) for row in rows}
