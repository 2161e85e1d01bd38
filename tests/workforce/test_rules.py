"""Decisions about workforces, without I/O."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.actor import NOBODY, Actor, ActorKind, MemberRole, Scope, WorkRole
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import OrgId, PersonId, WorkerId, WorkforceId, new_id
from fairmark.workforce import rules
from fairmark.workforce.model import (
    BadSkill,
    BadWorkforceName,
    LentToItself,
    LentWorkforce,
    NoPauseReason,
    NotTheirLead,
    Workforce,
)

CARS, BOATS = WorkforceId(new_id()), WorkforceId(new_id())


def workforce(*, lent: bool = False) -> Workforce:
    return Workforce(id=CARS, name="cars", arm="vision", lent=lent, workers=0, created_at=datetime.now(UTC))


class TestAlias:
    @given(st.integers(0, rules.ALIASES - 1))
    def test_is_two_short_words_and_four_digits(self, number: int) -> None:
        assert re.fullmatch(r"[a-z]{3,8}-[a-z]{3,8}-[1-9][0-9]{3}", rules.alias(number))

    @given(st.integers(0, rules.ALIASES - 1), st.integers(0, rules.ALIASES - 1))
    def test_is_another_for_another_number(self, one: int, other: int) -> None:
        assert (rules.alias(one) == rules.alias(other)) == (one == other)

    def test_words_are_told_once(self) -> None:
        # 9,000 numbers per pair of words: stepping by 9,000 walks all pairs
        pairs = {rules.alias(number)[:-5] for number in range(0, rules.ALIASES, 9000)}
        assert len(pairs) == rules.ALIASES // 9000

    def test_there_are_enough(self) -> None:
        # with 10,000 workers in one organisation at most one draw in 5,000 is taken
        assert rules.ALIASES >= 5_000 * 10_000


class TestCheckSkills:
    def test_sorts_and_drops_doubles(self) -> None:
        assert rules.check_skills(["lidar", "lang:de", "lidar"]) == ["lang:de", "lidar"]

    @pytest.mark.parametrize("skill", ["", "Lidar", "li dar", "-x", "x" * 61, "é", "x\n", "ⅷ"])
    def test_refuses_what_is_no_slug(self, skill: str) -> None:
        with pytest.raises(BadSkill):
            rules.check_skills([skill])

    def test_has_a_limit(self) -> None:
        fits = [f"s{n}" for n in range(rules.SKILLS_MAX)]
        assert len(rules.check_skills(fits)) == rules.SKILLS_MAX
        with pytest.raises(BadSkill, match="101"):
            rules.check_skills([*fits, "more"])


class TestCleanName:
    def test_trims_and_composes(self) -> None:
        assert rules.clean_name(" Cre\u0301ation ") == "Création"

    @pytest.mark.parametrize("name", ["", "  ", "a\nb", "\u0000"])
    def test_refuses_what_cannot_be_shown(self, name: str) -> None:
        with pytest.raises(BadWorkforceName):
            rules.clean_name(name)


class TestCheckPause:
    @pytest.mark.parametrize(
        ("paused", "reason", "kept"),
        [(True, " on leave ", "on leave"), (False, None, None), (None, None, None), (False, "  ", None)],
    )
    def test_keeps_the_reason_of_a_pause(self, paused: bool | None, reason: str | None, kept: str | None) -> None:
        assert rules.check_pause(paused, reason) == kept

    @pytest.mark.parametrize(("paused", "reason"), [(True, None), (True, "  "), (False, "x"), (None, "x")])
    def test_needs_both_or_none(self, paused: bool | None, reason: str | None) -> None:
        with pytest.raises(NoPauseReason):
            rules.check_pause(paused, reason)


class TestCheckArranges:
    LEAD = Actor(
        kind=ActorKind.PERSON,
        person_id=PersonId(new_id()),
        worker_id=WorkerId(new_id()),
        work_roles=frozenset({WorkRole.LEAD}),
    )

    @pytest.mark.parametrize(
        "actor",
        [
            Actor(kind=ActorKind.PERSON, member_role=MemberRole.OWNER),
            Actor(kind=ActorKind.PERSON, member_role=MemberRole.MANAGER),
            Actor(kind=ActorKind.KEY, scopes=frozenset({Scope.WRITE})),
            SYSTEM,
        ],
    )
    def test_managers_keys_and_the_system_arrange_all(self, actor: Actor) -> None:
        rules.check_arranges(actor, [], [CARS])
        rules.check_arranges(actor, [], [])

    def test_leads_arrange_what_they_lead(self) -> None:
        rules.check_arranges(self.LEAD, [CARS], [CARS])
        rules.check_arranges(self.LEAD, [CARS], [BOATS, CARS])

    @pytest.mark.parametrize("concerned", [[BOATS], []])
    def test_and_nothing_else(self, concerned: list[WorkforceId]) -> None:
        with pytest.raises(NotTheirLead):
            rules.check_arranges(self.LEAD, [CARS], concerned)

    @pytest.mark.parametrize(
        "actor",
        [
            NOBODY,
            Actor(kind=ActorKind.KEY, scopes=frozenset({Scope.READ})),
            Actor(kind=ActorKind.PERSON, member_role=MemberRole.MEMBER),
        ],
    )
    def test_others_arrange_nothing(self, actor: Actor) -> None:
        with pytest.raises(NotTheirLead):
            rules.check_arranges(actor, [], [CARS])


class TestCheckLend:
    LENDER, BORROWER = OrgId(new_id()), OrgId(new_id())

    def test_lends_what_is_ones_own(self) -> None:
        rules.check_lend(workforce(), self.LENDER, self.BORROWER)

    def test_not_to_oneself_and_not_what_is_lent(self) -> None:
        with pytest.raises(LentToItself):
            rules.check_lend(workforce(), self.LENDER, self.LENDER)
        with pytest.raises(LentWorkforce):
            rules.check_lend(workforce(lent=True), self.LENDER, self.BORROWER)


class TestRoleLent:
    def test_leads_lead_at_home_only(self) -> None:
        assert [rules.role_lent(role) for role in (WorkRole.WORKER, WorkRole.REVIEWER, WorkRole.LEAD)] == [
            WorkRole.WORKER,
            WorkRole.REVIEWER,
            WorkRole.REVIEWER,
        ]
