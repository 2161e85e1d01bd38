"""The crowd's people: made by invitation as distinct accounts, or signed in again from a file that was kept."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import httpx
import msgspec

from fairmark.client.aio.client import AsyncClient
from fairmark.client.errors import BadSource
from fairmark.client.model import Project, WorkRole

WORKFORCE = "Simulated crowd"
FIRST = ("Ada", "Bo", "Cem", "Dia", "Eli", "Fay", "Gus", "Hana", "Ivo", "Joy", "Kai", "Lea", "Max", "Nia", "Oto", "Pia")
LAST = ("Ash", "Birch", "Cedar", "Dale", "Elm", "Fern", "Grove", "Heath", "Ives", "Juniper", "Knoll", "Larch", "Moss")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One simulated person. role: worker, reviewer or lead."""

    name: str
    email: str
    password: str
    role: WorkRole
    level: str
    organisation_id: str = ""


class Member:
    """A person who is signed in. client: speaks as them."""

    def __init__(self, account: Account, client: AsyncClient) -> None:
        self.account = account
        self.client = client


def planned(levels: Sequence[str], reviewers: Sequence[str], run: str) -> list[Account]:
    """Accounts that do not exist yet: a worker for each of `levels`, a reviewer for each of `reviewers`.

    run: what tells this crowd's e-mail addresses from those of another run.
    """
    roles = [*((level, WorkRole.WORKER) for level in levels), *((level, WorkRole.REVIEWER) for level in reviewers)]
    return [
        Account(
            name=f"{FIRST[n % len(FIRST)]} {LAST[(n // len(FIRST) + n) % len(LAST)]}",
            email=f"sim-{run}-{n:03d}@example.invalid",
            password=secrets.token_urlsafe(18),
            role=role,
            level=level,
        )
        for n, (level, role) in enumerate(roles)
    ]


def read_people(path: Path) -> list[Account]:
    """Accounts that were kept. Raises BadSource."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Account])
    except (OSError, msgspec.DecodeError) as error:
        raise BadSource(
            f"{path} cannot be read as a list of people: {error}.", mend="Remove it to make new ones."
        ) from error


def keep_people(path: Path, accounts: Sequence[Account]) -> None:
    """Writes the accounts, with their passwords, for the owner of the file alone."""
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(list(accounts)), indent=1))


async def workforce_of(boss: AsyncClient, project: Project) -> str:
    """The workforce to join: the project's first of its own people, else one made for the crowd and put to it."""
    found = [workforce async for workforce in boss.list_workforces()]
    own = next((each for each in found if each.id in project.workforce_ids and not each.lent), None)
    if own is not None:
        return str(own.id)
    crowd = next((each for each in found if each.name == WORKFORCE), None) or await boss.create_workforce(WORKFORCE)
    await boss.set_project_workforces(project.id, [*project.workforce_ids, crowd.id])
    return str(crowd.id)


async def invite_all(boss: AsyncClient, workforce_id: str, accounts: Sequence[Account]) -> dict[WorkRole, str]:
    """An invitation for each role among `accounts`, by role: the token of its link."""
    tokens: dict[WorkRole, str] = {}
    for role in sorted({account.role for account in accounts}):
        count = sum(account.role is role for account in accounts)
        made = await boss.invite(workforce_id=workforce_id, work_role=role, uses_max=count, lasts_h=1)
        tokens[role] = made.token
    return tokens


async def join(url: str, account: Account, token: str, http: httpx.AsyncClient, patience_s: float) -> Member:
    """Comes in as somebody new."""
    client = AsyncClient(url, http=http, patience_s=patience_s)
    client.use(None)
    accepted = await client.accept_invitation(token, name=account.name, email=account.email, password=account.password)
    joined = msgspec.structs.replace(account, organisation_id=str(accepted.organisation_id))
    return Member(joined, client.of_organisation(joined.organisation_id))


async def come_back(url: str, account: Account, http: httpx.AsyncClient, patience_s: float) -> Member:
    """Signs in again."""
    client = AsyncClient(url, http=http, patience_s=patience_s)
    client.use(None)
    await client.sign_in(account.email, account.password)
    return Member(account, client.of_organisation(account.organisation_id) if account.organisation_id else client)
