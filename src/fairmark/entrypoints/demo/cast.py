"""Who is in the demo, and how they sign in: made once for an installation and kept beside its data."""

import os
import secrets
from pathlib import Path

import msgspec

from fairmark.client.simulate.people import Account
from fairmark.kernel.actor import WorkRole
from fairmark.kernel.errors import FairmarkError

FILE = "demo.json"
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_CROWD = (
    ("Ana Sol", "expert"), ("Ben Okoro", "good"), ("Chi Lam", "good"), ("Dev Rao", "good"), ("Eve Lund", "fair"),
    ("Fox Ortiz", "novice"),
)  # fmt: skip


class BadDemo(FairmarkError):
    """The folder holds no demo that can go on."""

    code = "bad_demo"


class Role(msgspec.Struct, frozen=True):
    """One person of the cast. part: what they are. to_do: what there is for them to see. level: of a simulated one."""

    id: str
    part: str
    name: str
    email: str
    password: str
    to_do: str
    work_role: WorkRole | None = None
    level: str | None = None

    def account(self, organisation_id: str) -> Account:
        """The person as one who works."""
        assert self.work_role is not None
        return Account(
            name=self.name, email=self.email, password=self.password, role=self.work_role, level=self.level or "good",
            organisation_id=organisation_id,
        )  # fmt: skip


class Cast(msgspec.Struct, frozen=True):
    """Everybody. filled: whether the demo was made to its end."""

    roles: list[Role]
    organisation_id: str = ""
    project_id: str = ""
    filled: bool = False

    def role(self, id: str) -> Role:
        """One of them."""
        return next(role for role in self.roles if role.id == id)

    @property
    def crowd(self) -> list[Role]:
        """The simulated workers and the reviewer, in this order."""
        return [role for role in self.roles if role.level is not None]


def new_cast() -> Cast:
    """Everybody with a fresh password."""
    people = [
        Role("admin", "administrator, owner", "Alma Reyes", "admin@demo.example", _password(),
             "everything"),
        Role("manager", "manager", "Milo Berg", "manager@demo.example", _password(),
             "the project"),
        Role("lead", "workforce lead", "Lena Fischer", "lead@demo.example", _password(),
             "people, questions", WorkRole.LEAD),
        Role("you", "worker: you", "Newcomer", "you@demo.example", _password(),
             "label what is left", WorkRole.WORKER),
        Role("reviewer", "reviewer", "Ravi Nair", "reviewer@demo.example", _password(),
             "reviews", WorkRole.REVIEWER, "expert"),
        # Nobody reviews the same task twice: what one sends back, the other sees again.
        Role("reviewer-2", "reviewer", "Rosa Vidal", "rosa@demo.example", _password(),
             "simulated, good", WorkRole.REVIEWER, "good"),
        *(
            Role(f"crowd-{n}", "worker", name, f"{name.split()[0].lower()}@demo.example", _password(),
                 f"simulated, {level}", WorkRole.WORKER, level)
            for n, (name, level) in enumerate(_CROWD, 1)
        ),
    ]  # fmt: skip
    return Cast(people)


def _password() -> str:
    """Some 51 random bits that can be read out and typed: tibo-ranu-keli-mosa."""

    def part() -> str:
        return "".join(secrets.choice(letters) for letters in (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS))

    return "-".join(part() for _ in range(4))


def read_cast(folder: Path) -> Cast | None:
    """The cast of the demo in `folder`; None if there is none yet. Raises BadDemo."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Cast)
    except (OSError, msgspec.DecodeError) as error:
        raise BadDemo(
            f"{path} cannot be read: {error}.", mend=f"Remove the folder {folder} to make a new one."
        ) from error


def keep_cast(folder: Path, cast: Cast) -> None:
    """Writes the cast, readable for this user alone."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / FILE, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(cast), indent=1))
