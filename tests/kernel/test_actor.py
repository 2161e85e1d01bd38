"""The table of permissions, row by row: who may, and that nobody else may."""

import msgspec
import pytest

from fairmark.kernel.actor import (
    IN_CLOSED,
    NOBODY,
    PERMISSIONS,
    Actor,
    ActorKind,
    MemberRole,
    OrganisationClosed,
    Permission,
    Scope,
    WorkRole,
    allowed,
    require,
)
from fairmark.kernel.errors import Forbidden, NotSignedIn
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import KeyId, OrgId, PersonId, WorkerId, new_id

ORG, PERSON, WORKER = OrgId(new_id()), PersonId(new_id()), WorkerId(new_id())


def member(role: MemberRole) -> Actor:
    return Actor(kind=ActorKind.PERSON, org_id=ORG, person_id=PERSON, member_role=role)


def works(*roles: WorkRole) -> Actor:
    return Actor(kind=ActorKind.PERSON, org_id=ORG, person_id=PERSON, worker_id=WORKER, work_roles=frozenset(roles))


def key(*scopes: Scope) -> Actor:
    return Actor(kind=ActorKind.KEY, org_id=ORG, key_id=KeyId(new_id()), scopes=frozenset(scopes))


EVERYBODY = {
    "owner": member(MemberRole.OWNER),
    "manager": member(MemberRole.MANAGER),
    "member": member(MemberRole.MEMBER),
    "lead": works(WorkRole.LEAD),
    "reviewer": works(WorkRole.REVIEWER),
    "worker": works(WorkRole.WORKER),
    "left": works(),  # was a worker once and is in no workforce now
    "key admin": key(Scope.ADMIN),
    "key write": key(Scope.WRITE),
    "key read": key(Scope.READ),
    "administrator": Actor(kind=ActorKind.PERSON, person_id=PERSON, is_admin=True),
    "signed in": Actor(kind=ActorKind.PERSON, person_id=PERSON),
    "system": SYSTEM,
    "nobody": NOBODY,
}

KEYS = {"key admin", "key write", "key read"}
PERSONS = {"owner", "manager", "member", "lead", "reviewer", "worker", "left", "administrator", "signed in"}

# Exactly these may; everybody else of EVERYBODY may not.
MAY = {
    Permission.ORG_READ: {"owner", "manager", "member"} | KEYS,
    Permission.ORG_MANAGE: {"owner", "manager", "key admin"},
    Permission.ORG_OWN: {"owner"},
    Permission.PEOPLE_READ: {"owner", "manager", "member", "lead"} | KEYS,
    Permission.PROJECT_READ: {"owner", "manager", "member", "lead"} | KEYS,
    Permission.PROJECT_WRITE: {"owner", "manager", "key admin", "key write"},
    Permission.DATA_READ: {"owner", "manager", "member"} | KEYS,
    Permission.DATA_WRITE: {"owner", "manager", "key admin", "key write"},
    Permission.WORK: {"lead", "reviewer", "worker"},
    Permission.REVIEW: {"owner", "manager", "lead", "reviewer", "key admin", "key write"},
    Permission.LEAD: {"owner", "manager", "lead", "key admin", "key write"},
    Permission.SELF: PERSONS,
    Permission.ADMIN: {"administrator"},
}


class TestPermissions:
    def test_every_permission_has_a_row_here_and_there(self) -> None:
        assert set(PERMISSIONS) == set(Permission) == set(MAY)

    @pytest.mark.parametrize("permission", list(Permission))
    def test_exactly_these_may(self, permission: Permission) -> None:
        assert {name for name, actor in EVERYBODY.items() if allowed(actor, permission)} == MAY[permission]

    @pytest.mark.parametrize("permission", list(Permission))
    def test_a_role_counts_only_with_what_it_belongs_to(self, permission: Permission) -> None:
        # roles without a worker, scopes without a key, an administrator without a person: no border builds these
        for actor in (
            Actor(kind=ActorKind.PERSON, org_id=ORG, work_roles=frozenset(WorkRole)),
            Actor(kind=ActorKind.SYSTEM, org_id=ORG, scopes=frozenset(Scope)),
            Actor(kind=ActorKind.KEY, org_id=ORG, is_admin=True),
        ):
            assert not allowed(actor, permission)

    def test_a_member_who_also_works_may_both(self) -> None:
        both = Actor(
            kind=ActorKind.PERSON,
            org_id=ORG,
            person_id=PERSON,
            member_role=MemberRole.MEMBER,
            worker_id=WORKER,
            work_roles=frozenset({WorkRole.WORKER}),
        )
        allowed_both = {permission for permission in Permission if allowed(both, permission)}
        assert allowed_both == {permission for permission, names in MAY.items() if names & {"member", "worker"}}


class TestClosed:
    def test_an_owner_may_look_and_take_out_and_nothing_else(self) -> None:
        owner = msgspec.structs.replace(member(MemberRole.OWNER), closed=True)
        assert {permission for permission in Permission if allowed(owner, permission)} == {
            Permission.ORG_READ, Permission.PEOPLE_READ, Permission.PROJECT_READ, Permission.DATA_READ, Permission.SELF
        }  # fmt: skip

    @pytest.mark.parametrize("permission", sorted(set(Permission) - IN_CLOSED))
    def test_who_could_before_is_told_that_it_is_closed(self, permission: Permission) -> None:
        for actor in EVERYBODY.values():
            if allowed(actor, permission):
                with pytest.raises(OrganisationClosed):
                    require(msgspec.structs.replace(actor, closed=True), permission)


class TestRequire:
    def test_tells_nobody_to_sign_in_and_others_what_they_lack(self) -> None:
        with pytest.raises(NotSignedIn) as unknown:
            require(NOBODY, Permission.WORK)
        assert "Authorization" in unknown.value.mend
        with pytest.raises(Forbidden) as known:
            require(key(Scope.READ), Permission.WORK)
        assert known.value.fields == {"permission": "work"}

    def test_lets_pass_who_may(self) -> None:
        require(works(WorkRole.WORKER), Permission.WORK)
