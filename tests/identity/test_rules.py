"""Decisions about people and organisations, without I/O."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.identity import rules
from fairmark.identity.model import (
    BadEmail,
    BadExpiry,
    BadInvitation,
    BadName,
    BadPreferences,
    Belonging,
    Invitation,
    LastOwner,
    NoSuchInvitation,
    TooManyTries,
)
from fairmark.kernel.actor import Actor, ActorKind, MemberRole, Mode, Scope, WorkRole
from fairmark.kernel.errors import Forbidden
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import InvitationId, OrgId, PersonId, WorkerId, WorkforceId, new_id

NOW = datetime(2026, 3, 1, 12, 7, tzinfo=UTC)
ME, OTHER = PersonId(new_id()), PersonId(new_id())
OWNER, MANAGER, MEMBER = MemberRole.OWNER, MemberRole.MANAGER, MemberRole.MEMBER


def person(role: MemberRole | None) -> Actor:
    return Actor(kind=ActorKind.PERSON, org_id=OrgId(new_id()), person_id=ME, member_role=role)


def key(*scopes: Scope, mode: Mode = Mode.LIVE) -> Actor:
    return Actor(kind=ActorKind.KEY, org_id=OrgId(new_id()), scopes=frozenset(scopes), mode=mode)


class TestCleanName:
    def test_trims_and_composes(self) -> None:
        assert rules.clean_name("  Ame\u0301lie \n", "name") == "Amélie"

    @pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\u0000b", "a\u2028b", "\u0085"])
    def test_refuses_what_cannot_be_shown_on_one_line(self, name: str) -> None:
        with pytest.raises(BadName) as caught:
            rules.clean_name(name, "name")
        assert caught.value.fields == {"field": "name"}


class TestCleanEmail:
    def test_trims_and_lowers(self) -> None:
        assert rules.clean_email(" Ada@Example.ORG ") == "ada@example.org"

    @pytest.mark.parametrize("email", ["", "ada", "@example.org", "ada@", "a b@example.org", "a@b@c", "a\u0000@b"])
    def test_refuses_what_is_no_address(self, email: str) -> None:
        with pytest.raises(BadEmail):
            rules.clean_email(email)

    @given(st.emails())
    def test_is_stable(self, email: str) -> None:
        assert rules.clean_email(rules.clean_email(email)) == rules.clean_email(email)


class TestMergePreferences:
    def test_lays_over_and_takes_away(self) -> None:
        merged = rules.merge_preferences({"keys": "cvat", "theme": "dark"}, {"theme": None, "zoom": 2})
        assert merged == {"keys": "cvat", "zoom": 2}

    def test_refuses_more_than_the_limit(self) -> None:
        # {"k":"x...x"} adds eight characters to the text
        fits: dict[str, Any] = {"k": "x" * (rules.PREFERENCES_BYTES_MAX - 8)}
        assert rules.merge_preferences({}, fits) == fits
        with pytest.raises(BadPreferences):
            rules.merge_preferences({}, {"k": fits["k"] + "x"})


class TestCheckExpiry:
    def test_must_lie_ahead(self) -> None:
        rules.check_expiry(None, NOW)
        rules.check_expiry(NOW + timedelta(seconds=1), NOW)
        with pytest.raises(BadExpiry):
            rules.check_expiry(NOW, NOW)


class TestCheckRoleChange:
    @pytest.mark.parametrize(
        ("actor_role", "current", "new", "fine"),
        [
            (OWNER, MEMBER, OWNER, True),
            (OWNER, OWNER, MEMBER, True),  # there are two owners below
            (OWNER, MANAGER, None, True),
            (MANAGER, MEMBER, MANAGER, True),
            (MANAGER, MANAGER, MEMBER, True),
            (MANAGER, MEMBER, None, True),
            (MANAGER, MEMBER, OWNER, False),
            (MANAGER, OWNER, MEMBER, False),
            (MANAGER, OWNER, None, False),
            (MEMBER, MEMBER, MANAGER, False),
            (MEMBER, MEMBER, None, False),
            (None, MEMBER, None, False),
        ],
    )
    def test_who_may_arrange_whom(
        self, actor_role: MemberRole | None, current: MemberRole, new: MemberRole | None, fine: bool
    ) -> None:
        if fine:
            rules.check_role_change(person(actor_role), OTHER, current, new, owners=2)
        else:
            with pytest.raises(Forbidden):
                rules.check_role_change(person(actor_role), OTHER, current, new, owners=2)

    @pytest.mark.parametrize("role", list(MemberRole))
    def test_everybody_may_leave(self, role: MemberRole) -> None:
        rules.check_role_change(person(role), ME, role, None, owners=2)

    def test_nobody_may_promote_themself(self) -> None:
        with pytest.raises(Forbidden):
            rules.check_role_change(person(MEMBER), ME, MEMBER, MANAGER, owners=1)
        with pytest.raises(Forbidden):
            rules.check_role_change(person(MANAGER), ME, MANAGER, OWNER, owners=1)

    def test_the_last_owner_can_neither_leave_nor_step_down(self) -> None:
        for new in (None, MANAGER):
            with pytest.raises(LastOwner):
                rules.check_role_change(person(OWNER), ME, OWNER, new, owners=1)
        rules.check_role_change(person(OWNER), ME, OWNER, OWNER, owners=1)

    def test_an_admin_key_manages_but_does_not_own(self) -> None:
        rules.check_role_change(key(Scope.ADMIN), OTHER, MEMBER, MANAGER, owners=1)
        with pytest.raises(Forbidden):
            rules.check_role_change(key(Scope.ADMIN), OTHER, MEMBER, OWNER, owners=1)
        with pytest.raises(Forbidden):
            rules.check_role_change(key(Scope.WRITE), OTHER, MEMBER, None, owners=1)


class TestCheckInviteMember:
    def test_only_owners_invite_owners(self) -> None:
        rules.check_invite_member(person(OWNER), OWNER, owners=1)
        rules.check_invite_member(person(MANAGER), MANAGER, owners=1)
        with pytest.raises(Forbidden):
            rules.check_invite_member(person(MANAGER), OWNER, owners=1)
        with pytest.raises(Forbidden):
            rules.check_invite_member(person(MEMBER), MEMBER, owners=1)

    def test_the_first_owner_may_come_from_whoever_manages(self) -> None:
        rules.check_invite_member(key(Scope.ADMIN), OWNER, owners=0)
        rules.check_invite_member(SYSTEM, OWNER, owners=1)
        with pytest.raises(Forbidden):
            rules.check_invite_member(key(Scope.WRITE), OWNER, owners=0)


class TestOnlyOrganisation:
    def place(self, role: MemberRole | None = None, *work_roles: WorkRole) -> Belonging:
        return Belonging(
            id=OrgId(new_id()),
            name=None,
            display_name="x",
            member_role=role,
            worker_id=None,
            alias=None,
            work_roles=list(work_roles),
        )

    def test_is_the_one_with_a_role(self) -> None:
        member, worker, left = self.place(MEMBER), self.place(None, WorkRole.WORKER), self.place()
        assert rules.only_organisation([member]) == member
        assert rules.only_organisation([left, worker]) == worker
        assert rules.only_organisation([member, worker]) is None
        assert rules.only_organisation([]) is None

    def test_may_be_one_that_was_left(self) -> None:
        left, other = self.place(), self.place()
        assert rules.only_organisation([left]) == left
        assert rules.only_organisation([left, other]) is None


class TestCheckKeyMode:
    def test_a_key_stays_in_its_world(self) -> None:
        rules.check_key_mode(key(Scope.ADMIN, mode=Mode.TEST), Mode.TEST)
        rules.check_key_mode(person(OWNER), Mode.TEST)
        with pytest.raises(Forbidden):
            rules.check_key_mode(key(Scope.ADMIN, mode=Mode.TEST), Mode.LIVE)
        with pytest.raises(Forbidden):
            rules.check_key_mode(key(Scope.ADMIN, mode=Mode.LIVE), Mode.TEST)


class TestCheckInvitation:
    WORKFORCE = WorkforceId(new_id())

    def test_is_for_members_or_for_a_workforce(self) -> None:
        rules.check_invitation(None, MEMBER, None, None, 5)
        rules.check_invitation("a@b", None, self.WORKFORCE, WorkRole.LEAD, 1)

    @pytest.mark.parametrize(
        ("role", "workforce_id", "work_role"),
        [
            (None, None, None),
            (MEMBER, WORKFORCE, WorkRole.WORKER),
            (None, WORKFORCE, None),
            (None, None, WorkRole.WORKER),
            (MEMBER, WORKFORCE, None),
            (MEMBER, None, WorkRole.WORKER),
        ],
    )
    def test_and_never_for_both_neither_or_half(
        self, role: MemberRole | None, workforce_id: WorkforceId | None, work_role: WorkRole | None
    ) -> None:
        with pytest.raises(BadInvitation):
            rules.check_invitation(None, role, workforce_id, work_role, 1)

    def test_one_address_has_one_use(self) -> None:
        with pytest.raises(BadInvitation, match="once"):
            rules.check_invitation("a@b", MEMBER, None, None, 2)


class TestUsable:
    def made(self, **changed: Any) -> Invitation:
        values: dict[str, Any] = {
            "id": InvitationId(UUID(int=1)),
            "email": None,
            "member_role": MEMBER,
            "workforce_id": None,
            "work_role": None,
            "uses_max": 2,
            "uses": 1,
            "created_by": None,
            "created_at": NOW - timedelta(days=1),
            "expires_at": NOW + timedelta(seconds=1),
            "revoked_at": None,
        }
        return Invitation(**{**values, **changed})

    def test_gives_a_good_one_back(self) -> None:
        assert rules.usable(self.made(), NOW) == self.made()

    @pytest.mark.parametrize("changed", [{"uses": 2}, {"expires_at": NOW}, {"revoked_at": NOW}])
    def test_refuses_the_used_up_expired_and_withdrawn_alike(self, changed: dict[str, Any]) -> None:
        with pytest.raises(NoSuchInvitation) as caught:
            rules.usable(self.made(**changed), NOW)
        with pytest.raises(NoSuchInvitation) as unknown:
            rules.usable(None, NOW)
        assert caught.value.message == unknown.value.message


class TestInvitationsSeen:
    def test_managers_see_all_and_leads_their_own(self) -> None:
        assert rules.invitations_seen(person(MANAGER)) is None
        lead = Actor(
            kind=ActorKind.PERSON, person_id=ME, worker_id=WorkerId(new_id()), work_roles=frozenset({WorkRole.LEAD})
        )
        assert rules.invitations_seen(lead) == ME

    def test_a_key_that_does_not_manage_sees_none(self) -> None:
        assert rules.invitations_seen(key(Scope.ADMIN)) is None
        with pytest.raises(Forbidden):
            rules.invitations_seen(key(Scope.WRITE))


class TestBuckets:
    def test_account_is_hashed_and_ipv6_is_its_64(self) -> None:
        account, address = rules.buckets("2001:db8:1:2:3:4:5:6", "ada@example.org")
        assert address == "address:2001:db8:1:2::/64"
        assert account.startswith("account:")
        assert "ada" not in account

    def test_neighbours_in_one_64_count_together(self) -> None:
        assert rules.buckets("2001:db8:1:2::1", "a@b") == rules.buckets("2001:db8:1:2:ffff::9", "a@b")
        assert rules.buckets("192.0.2.1", "a@b") != rules.buckets("192.0.2.2", "a@b")

    def test_takes_what_is_no_address(self) -> None:
        assert rules.buckets("x" * 500, "a@b")[1] == "address:" + "x" * 60


class TestWindowOf:
    @given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    def test_holds_its_moment(self, now: datetime) -> None:
        start = rules.window_of(now)
        assert start <= now < start + rules.TRIES_WINDOW
        assert rules.window_of(start) == start

    def test_starts_on_the_quarter_hour(self) -> None:
        assert rules.window_of(NOW) == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class TestCheckTries:
    def test_the_last_allowed_try_passes(self) -> None:
        rules.check_tries([10, 3], 10, NOW)

    def test_one_more_says_when_to_come_back(self) -> None:
        with pytest.raises(TooManyTries) as caught:
            rules.check_tries([3, 11], 10, NOW)
        # 12:07 to 12:15 is 480 s, and one to be past it
        assert caught.value.fields == {"retry_after_s": 481}


class TestClientAddress:
    @pytest.mark.parametrize(
        ("peer", "forwarded", "trusted", "client"),
        [
            ("203.0.113.9", "", "", "203.0.113.9"),
            # nobody is trusted: what the header says was written by the sender
            ("203.0.113.9", "198.51.100.1", "", "203.0.113.9"),
            ("203.0.113.9", "198.51.100.1", "10.0.0.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "10.0.0.1", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1", "10.0.0.0/8, 192.168.0.0/16", "198.51.100.1"),
            # a chain of two proxies; the leftmost entry was made up by the sender
            ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "10.0.0.0/8", "198.51.100.1"),
            # all hops are proxies: the furthest is as near as it gets
            ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.0/8", "10.0.0.3"),
            ("10.0.0.1", "not an address", "10.0.0.1", "10.0.0.1"),
            ("10.0.0.1", "unknown, 198.51.100.1", "10.0.0.1", "198.51.100.1"),
            ("::1", "2001:db8::7", "::1", "2001:db8::7"),
            ("", "198.51.100.1", "10.0.0.1", ""),
        ],
    )
    def test_believes_only_trusted_hops(self, peer: str, forwarded: str, trusted: str, client: str) -> None:
        assert rules.client_address(peer, forwarded, trusted) == client

    @given(st.text(max_size=200))
    def test_never_fails_on_a_header(self, forwarded: str) -> None:
        assert rules.client_address("10.0.0.1", forwarded, "10.0.0.0/8")
