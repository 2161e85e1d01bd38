"""Who asks: a person signed in, an API key, or the system itself; and what each may do, as one table.

A permission's predicate sees only the actor. Whether the *thing* asked for is the actor's to see is decided by the
organisation scope of the transaction (row-level security) and, for workers, by their assignment.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import msgspec

from fairmark.kernel.errors import Forbidden, NotSignedIn
from fairmark.kernel.ids import KeyId, OrgId, PersonId, SessionId, WorkerId


class Mode(StrEnum):
    """Two worlds that never meet: what a test key makes, a live key cannot see."""

    LIVE = "live"
    TEST = "test"


class MemberRole(StrEnum):
    """What a person is to an organisation as its customer side."""

    OWNER = "owner"
    MANAGER = "manager"
    MEMBER = "member"


class WorkRole(StrEnum):
    """What a person is in a workforce."""

    WORKER = "worker"
    REVIEWER = "reviewer"
    LEAD = "lead"


class Scope(StrEnum):
    """What an API key may do. `write` includes `read`."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class ActorKind(StrEnum):
    NOBODY = "nobody"
    PERSON = "person"
    KEY = "key"
    SYSTEM = "system"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The caller of one request, in one organisation (None: none chosen, or none at all).

    closed: the organisation is; then only its owners get here at all, and may no more than IN_CLOSED.
    """

    kind: ActorKind = ActorKind.NOBODY
    org_id: OrgId | None = None
    mode: Mode = Mode.LIVE
    person_id: PersonId | None = None
    session_id: SessionId | None = None
    key_id: KeyId | None = None
    is_admin: bool = False
    member_role: MemberRole | None = None
    worker_id: WorkerId | None = None
    work_roles: frozenset[WorkRole] = frozenset()
    scopes: frozenset[Scope] = frozenset()
    closed: bool = False


NOBODY: Final = Actor()


class Permission(StrEnum):
    """What can be allowed. Each has one row in PERMISSIONS."""

    ORG_READ = "org.read"
    ORG_MANAGE = "org.manage"
    ORG_OWN = "org.own"
    PEOPLE_READ = "people.read"
    PROJECT_READ = "project.read"
    PROJECT_WRITE = "project.write"
    DATA_READ = "data.read"
    DATA_WRITE = "data.write"
    WORK = "work"
    REVIEW = "review"
    LEAD = "lead"
    SELF = "self"
    ADMIN = "admin"


Predicate = Callable[[Actor], bool]


def _member(*roles: MemberRole) -> Predicate:
    return lambda actor: actor.member_role in roles


def _works(*roles: WorkRole) -> Predicate:
    return lambda actor: actor.worker_id is not None and not actor.work_roles.isdisjoint(roles)


def _key(*scopes: Scope) -> Predicate:
    return lambda actor: actor.kind is ActorKind.KEY and not actor.scopes.isdisjoint(scopes)


def _any(*predicates: Predicate) -> Predicate:
    return lambda actor: any(predicate(actor) for predicate in predicates)


_OWNER = _member(MemberRole.OWNER)
_MANAGER = _member(MemberRole.OWNER, MemberRole.MANAGER)
_MEMBER = _member(MemberRole.OWNER, MemberRole.MANAGER, MemberRole.MEMBER)
_READS = _key(Scope.READ, Scope.WRITE, Scope.ADMIN)
_WRITES = _key(Scope.WRITE, Scope.ADMIN)
_RUNS = _key(Scope.ADMIN)
_LEADS = _works(WorkRole.LEAD)

PERMISSIONS: Final[dict[Permission, Predicate]] = {
    Permission.ORG_READ: _any(_MEMBER, _READS),
    Permission.ORG_MANAGE: _any(_MANAGER, _RUNS),
    Permission.ORG_OWN: _OWNER,
    Permission.PEOPLE_READ: _any(_MEMBER, _LEADS, _READS),
    Permission.PROJECT_READ: _any(_MEMBER, _LEADS, _READS),
    Permission.PROJECT_WRITE: _any(_MANAGER, _WRITES),
    # Leads have no `data.read`: it lets data be carried away. Those of a workforce that is assigned to a project may
    # look through its items all the same (`projects.service.get_to_look`): no predicate sees that.
    Permission.DATA_READ: _any(_MEMBER, _READS),
    Permission.DATA_WRITE: _any(_MANAGER, _WRITES),
    Permission.WORK: _works(WorkRole.WORKER, WorkRole.REVIEWER, WorkRole.LEAD),
    Permission.REVIEW: _any(_works(WorkRole.REVIEWER, WorkRole.LEAD), _MANAGER, _WRITES),
    Permission.LEAD: _any(_LEADS, _MANAGER, _WRITES),
    Permission.SELF: lambda actor: actor.person_id is not None,
    Permission.ADMIN: lambda actor: actor.is_admin and actor.person_id is not None,
}


IN_CLOSED: Final = frozenset(
    {
        Permission.ORG_READ, Permission.PEOPLE_READ, Permission.PROJECT_READ, Permission.DATA_READ, Permission.SELF,
        Permission.ADMIN,
    }
)  # fmt: skip
"""What remains of a closed organisation: to look, and to take the data out."""


class OrganisationClosed(Forbidden):
    """The organisation is closed: its owners may look and export, and nobody else may do anything."""

    code = "organisation_closed"


def closed() -> OrganisationClosed:
    return OrganisationClosed(
        "This organisation is closed: no work is done in it any more.",
        mend="Its owners can still look and export. An administrator of the installation can open it again.",
    )


def allowed(actor: Actor, permission: Permission) -> bool:
    """Whether `actor` may do `permission` at all."""
    return PERMISSIONS[permission](actor) and (not actor.closed or permission in IN_CLOSED)


def require(actor: Actor, permission: Permission) -> None:
    """Raises NotSignedIn for nobody and Forbidden for an actor without `permission`."""
    if allowed(actor, permission):
        return
    if actor.kind is ActorKind.NOBODY:
        raise NotSignedIn("This needs a sign-in or an API key.", mend="Sign in, or send 'Authorization: Bearer KEY'.")
    if PERMISSIONS[permission](actor):
        raise closed()
    raise Forbidden(
        f"You may not do this: it needs the permission '{permission.value}' in this organisation.",
        mend="Ask an owner of the organisation for the role, or use a key with the scope.",
        permission=permission.value,
    )
