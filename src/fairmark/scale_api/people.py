"""Use cases of people: teammates, who labels what, groups of labelers, the order of batches.

Members are told of by name, as members know each other. Of labelers only that is told which the customer said: the
e-mail addresses that they themselves invited. A group is a workforce: people come into it once they have accepted.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from fairmark.assets import service as assets
from fairmark.identity import invitations
from fairmark.identity import service as identity
from fairmark.kernel.actor import MemberRole, WorkRole
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import WorkerId, WorkforceId
from fairmark.scale_api import batches, people_store, placing, projects, store
from fairmark.scale_api.model import (
    BadRequest,
    Batch,
    Duplicate,
    Group,
    Json,
    Project,
    Status,
    new_scale_id,
    timestamp,
)
from fairmark.scale_api.rules import Name
from fairmark.scale_api.shapes import at, wrong
from fairmark.workforce import service as workforce
from fairmark.workforce.model import AlreadyWorks, NoSuchWorker, WorkforceExists

EMAILS_MAX = 500
MEMBERS_MAX = 10_000
NAMES_TRIED = 1000
NAME_CHARS = 80
_EMAIL = re.compile(r"[^@\s]{1,200}@[^@\s]{1,100}\.[^@\s.]{1,60}")

Emails = Annotated[list[str], Meta(max_length=EMAILS_MAX)]


class TeamRole(StrEnum):
    """What a teammate is."""

    LABELER = "labeler"
    MEMBER = "member"
    MANAGER = "manager"
    ADMIN = "admin"


_MEMBER_ROLES = {
    TeamRole.MEMBER: MemberRole.MEMBER,
    TeamRole.MANAGER: MemberRole.MANAGER,
    TeamRole.ADMIN: MemberRole.OWNER,
}
_TEAM_ROLES = {role: team for team, role in _MEMBER_ROLES.items()}


class Invite(msgspec.Struct, frozen=True):
    """Addresses, and what their owners shall be."""

    emails: Emails
    team_role: TeamRole


class Assign(msgspec.Struct, frozen=True):
    """Addresses, and names of projects."""

    emails: Emails
    projects: Annotated[list[Name], Meta(max_length=EMAILS_MAX)]


class NewGroup(msgspec.Struct, frozen=True):
    """A group to make."""

    name: Name
    emails: Emails = []


class GroupChange(msgspec.Struct, frozen=True):
    """Who comes into a group and who leaves it."""

    add_emails: Emails = []
    remove_emails: Emails = []


class Named(msgspec.Struct, frozen=True):
    """A thing by its name."""

    name: Name


class Teammate(NamedTuple):
    """Somebody of the account. token: of the link they have to open, where one was made for them just now."""

    email: str
    role: TeamRole
    name: str = ""
    expires_at: datetime | None = None
    token: str | None = None


# ---------------------------------------------------------------------------------------------- teammates


async def teammates(tx: Tx) -> list[Teammate]:
    """Everybody: members, those invited to be, and labelers."""
    found: dict[str, Teammate] = {}
    for member in await identity.list_members(tx, None, MEMBERS_MAX):
        email = member.email.lower()
        found[email] = Teammate(email, _TEAM_ROLES[member.role], member.name)
    for each in await people_store.invited_members(tx):
        found.setdefault(each.email, Teammate(each.email, _TEAM_ROLES[each.role], expires_at=each.expires_at))
    for labeler in await people_store.labelers(tx):
        expires = None if labeler.came else labeler.expires_at
        found.setdefault(labeler.email, Teammate(labeler.email, TeamRole.LABELER, expires_at=expires))
    return list(found.values())


async def invite(tx: Tx, asked: Invite) -> list[Teammate]:
    """Invites people; who is a teammate already stays what they are. Raises BadRequest, Forbidden."""
    emails = clean(asked.emails, "emails")
    known = {each.email: each for each in await teammates(tx)}
    return [known.get(email) or await _invite(tx, email, asked.team_role) for email in emails]


async def set_role(tx: Tx, asked: Invite) -> list[Teammate]:
    """Makes teammates something else. Raises BadRequest, Forbidden, LastOwner."""
    emails = clean(asked.emails, "emails")
    known = {each.email: each for each in await teammates(tx)}
    for number, email in enumerate(emails):
        if email not in known:
            raise wrong(at("emails", number), f"'{email}' is no teammate; invite them first.")
    return [await _turned(tx, known[email], asked.team_role) for email in emails]


async def _turned(tx: Tx, mate: Teammate, role: TeamRole) -> Teammate:
    if mate.role is role:
        return mate
    members = {each.email.lower(): each for each in await identity.list_members(tx, None, MEMBERS_MAX)}
    member, wanted = members.get(mate.email), _MEMBER_ROLES.get(role)
    if member is not None and wanted is not None:
        await identity.change_member(tx, member.person_id, wanted)
        return mate._replace(role=role)
    if member is not None:
        await identity.remove_member(tx, member.person_id)
    for invited in await people_store.invited_members(tx):
        if invited.email == mate.email:
            await invitations.revoke(tx, invited.invitation_id)
    return await _invite(tx, mate.email, role)


async def _invite(tx: Tx, email: str, role: TeamRole) -> Teammate:
    member_role = _MEMBER_ROLES.get(role)
    if member_role is not None:
        made, token = await invitations.invite(tx, workforce, email=email, member_role=member_role)
    else:
        place = await placing.labelers(tx)
        made, token = await invitations.invite(
            tx, workforce, email=email, workforce_id=place, work_role=WorkRole.WORKER
        )
    return Teammate(email, role, expires_at=made.expires_at, token=token)


def clean(emails: Sequence[str], place: str) -> list[str]:
    """Addresses in lower case, each once. Raises BadRequest."""
    for number, email in enumerate(emails):
        if not _EMAIL.fullmatch(email.strip()):
            raise wrong(at(place, number), f"'{email[:80]}' is no e-mail address.")
    return list(dict.fromkeys(email.strip().lower() for email in emails))


def told(mate: Teammate, public_url: str) -> Json:
    """A teammate as the API tells of them."""
    first, _, last = mate.name.partition(" ")
    return {
        "email": mate.email,
        "role": mate.role.value,
        "company": None,
        "firstName": first or None,
        "lastName": last or None,
        "isStudioLabeler": mate.role is TeamRole.LABELER,
        "expiry": timestamp(mate.expires_at) if mate.expires_at else None,
    } | ({} if mate.token is None else {"invitation_url": f"{public_url.rstrip('/')}/invitation#{mate.token}"})


# ---------------------------------------------------------------------------------------------- groups


async def groups(tx: Tx, project: str) -> list[Group]:
    """A project's groups. Raises NoSuch."""
    return await people_store.groups_of(tx, (await projects.get(tx, project)).id)


async def create_group(tx: Tx, project_name: str, new: NewGroup) -> Group:
    """A new group. Raises NoSuch, BadRequest, Duplicate."""
    emails = await _labelers(tx, new.emails, "emails")
    await people_store.lock_people(tx, emails)
    project = await _locked(tx, project_name)
    made = await _make(tx, project, new.name, is_singleton=False)
    await _add(tx, made, emails)
    await placing.people_changed(tx, project)
    return await _group(tx, project, made.name)


async def change_group(tx: Tx, project_name: str, name: str, change: GroupChange) -> Group:
    """Lets people into a group and out of it. Raises NoSuch, BadRequest."""
    removed = clean(change.remove_emails, "remove_emails")
    added = await _labelers(tx, change.add_emails, "add_emails")
    await people_store.lock_people(tx, [*removed, *added])
    project = await _locked(tx, project_name)
    group = await _group(tx, project, name)
    await _remove(tx, group, removed)
    await _add(tx, group, added)
    await placing.people_changed(tx, project)
    return await _group(tx, project, name)


async def assignments(tx: Tx) -> dict[str, list[str]]:
    """The names of the projects that each labeler works on."""
    return await people_store.assignments(tx)


async def assign(tx: Tx, asked: Assign) -> dict[str, list[str]]:
    """Lets labelers work on projects. Raises NoSuch, BadRequest."""
    emails = await _labelers(tx, asked.emails, "emails")
    await people_store.lock_people(tx, emails)
    for name in sorted(set(asked.projects)):
        project = await _locked(tx, name)
        there = await people_store.groups_of(tx, project.id)
        taken = {email for group in there for email in group.emails}
        for email in emails:
            if email not in taken:
                single = next((g for g in there if g.is_singleton and g.name == email), None)
                await _add(tx, single or await _make(tx, project, email, is_singleton=True), [email])
        await placing.people_changed(tx, project)
    return await people_store.assignments(tx)


async def unassign(tx: Tx, asked: Assign) -> dict[str, list[str]]:
    """Takes labelers off projects, out of all their groups. Raises NoSuch, BadRequest."""
    emails = clean(asked.emails, "emails")
    await people_store.lock_people(tx, emails)
    for name in sorted(set(asked.projects)):
        project = await _locked(tx, name)
        for group in await people_store.groups_of(tx, project.id):
            await _remove(tx, group, [email for email in emails if email in group.emails])
        await placing.people_changed(tx, project)
    return await people_store.assignments(tx)


async def came(tx: Tx, worker_id: WorkerId) -> None:
    """Somebody has accepted an invitation: into the groups that wait for them."""
    email = await people_store.email_of_worker(tx, worker_id)
    if email is None:
        return
    await people_store.lock_people(tx, [email])
    wanted = await people_store.workforces_for(tx, email)
    if wanted:
        await _place(tx, [email], wanted)


async def _locked(tx: Tx, name: str) -> Project:
    """A project whose people nobody else changes meanwhile. Raises NoSuch."""
    return await store.lock_project(tx, name) or await projects.get(tx, name)


async def _group(tx: Tx, project: Project, name: str) -> Group:
    for group in await people_store.groups_of(tx, project.id):
        if group.name == name:
            return group
    raise batches.no_such("group", name)


async def _make(tx: Tx, project: Project, name: str, *, is_singleton: bool) -> Group:
    group = Group(
        id=new_scale_id(), project_id=project.id, name=name, is_singleton=is_singleton, emails=[],
        workforce_id=await _workforce(tx, f"{project.name}: {name}"),
    )  # fmt: skip
    if not await people_store.add_group(tx, group):
        raise Duplicate(f"`name`: there is a group named '{name}' already.")
    return group


async def _workforce(tx: Tx, name: str) -> WorkforceId:
    short = " ".join(name.split())[:NAME_CHARS]
    for number in range(1, NAMES_TRIED):
        try:
            return (await workforce.create_workforce(tx, short if number == 1 else f"{short} ({number})", "vision")).id
        except WorkforceExists:
            continue
    raise BadRequest(f"There are too many workforces called '{short}'.")


async def _labelers(tx: Tx, emails: Sequence[str], place: str) -> list[str]:
    """The addresses, if all are those of labelers. Raises BadRequest."""
    wanted = clean(emails, place)
    known = {each.email for each in await people_store.labelers(tx, wanted)}
    for number, email in enumerate(wanted):
        if email not in known:
            raise wrong(at(place, number), f"'{email}' is no labeler here; invite them with the role labeler first.")
    return wanted


async def _add(tx: Tx, group: Group, emails: Sequence[str]) -> None:
    if emails:
        await people_store.add_people(tx, group.id, emails)
        await _place(tx, emails, [group.workforce_id])


async def _place(tx: Tx, emails: Sequence[str], workforce_ids: Sequence[WorkforceId]) -> None:
    for person_id, _ in (await people_store.persons_of(tx, emails)).values():
        for workforce_id in workforce_ids:
            try:
                await workforce.enrol(tx, workforce_id, person_id, WorkRole.WORKER)
            except AlreadyWorks:
                continue


async def _remove(tx: Tx, group: Group, emails: Sequence[str]) -> None:
    if not emails:
        return
    await people_store.remove_people(tx, group.id, emails)
    for _, worker_id in (
        await people_store.persons_of(tx, [email for email in emails if email in group.emails])
    ).values():
        try:
            await workforce.remove_worker(tx, group.workforce_id, worker_id)
        except NoSuchWorker:  # a lead has taken them out already
            continue


def told_group(group: Group) -> Json:
    """A group as the API tells of it."""
    return {
        "id": group.id,
        "name": group.name,
        "numWorkers": len(group.emails),
        "isSingleton": group.is_singleton,
        "workers": [{"id": _id_of(email), "email": email} for email in group.emails],
    }


def _id_of(email: str) -> str:
    """An id for somebody who is only known by address."""
    return hashlib.blake2b(email.encode(), digest_size=12).hexdigest()


# ---------------------------------------------------------------------------------------------- batches of Studio


async def studio_batches(tx: Tx) -> list[Json]:
    """What is still to do, in the order in which it is worked on."""
    return [await told_batch(tx, each, n) for n, each in enumerate(await store.studio_batches(tx), 1)]


async def told_batch(tx: Tx, batch: Batch, place: int | None) -> Json:
    """A batch as Studio tells of it."""
    counts = await store.batch_counts(tx, batch.id)
    return {
        "id": batch.id,
        "name": batch.name,
        "projectId": batch.project_id,
        "projectName": batch.project,
        "batchType": "Production",
        "studioPriority": place,
        "total": sum(counts.values()),
        "completed": counts[Status.COMPLETED],
        "groups": batch.groups,
    }


async def assign_batch(tx: Tx, name: str, wanted: Sequence[str]) -> Json:
    """Lets only these groups of its project work on a batch; none: all of them. Raises NoSuch, BadRequest."""
    found = await batches.get(tx, name)
    project = await _locked(tx, found.project)
    known = {group.name for group in await people_store.groups_of(tx, project.id)}
    for number, group in enumerate(wanted):
        if group not in known:
            raise wrong(at("groups", number), f"the project '{project.name}' has no group '{group}'.")
    await store.set_batch_groups(tx, found.id, list(dict.fromkeys(wanted)))
    await placing.people_changed(tx, project)
    places = {each.id: n for n, each in enumerate(await store.studio_batches(tx), 1)}
    return await told_batch(tx, await store.lock_batch(tx, found.id), places.get(found.id))


async def set_priorities(tx: Tx, wanted: Sequence[Named]) -> list[Json]:
    """Puts all batches that are still to do into an order. Raises BadRequest."""
    there = {each.name: each for each in await store.studio_batches(tx)}
    names = [each.name for each in wanted]
    for number, name in enumerate(names):
        if name not in there or name in names[:number]:
            why = "it is named twice" if name in there else "no batch of that name is still to do"
            raise wrong(at(at("batches", number), "name"), f"'{name}': {why}.")
    if missing := [name for name in there if name not in names]:
        raise wrong("batches", f"all that are still to do have to be named; '{missing[0]}' is missing.")
    for place, name in enumerate(names, 1):
        await _rank(tx, there[name], place, len(names) - place + 1)
    return await studio_batches(tx)


async def reset_priorities(tx: Tx) -> list[Json]:
    """Back to the order in which the batches were made."""
    for batch in await store.studio_batches(tx):
        await _rank(tx, batch, None, 0)
    return await studio_batches(tx)


async def _rank(tx: Tx, batch: Batch, place: int | None, priority: int) -> None:
    await store.set_batch_priority(tx, batch.id, place)
    for batch_id in await store.work_batches(tx, batch):
        await assets.change_batch(tx, batch_id, priority=priority)
