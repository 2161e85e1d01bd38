"""What keys, session tokens and invitation tokens look like."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.identity import tokens
from fairmark.kernel.actor import Mode
from fairmark.kernel.ids import OrgId, new_id

ids = st.integers(0, 2**128 - 1).map(lambda value: OrgId(UUID(int=value)))
SECRET = "A" * 43


class TestOrgText:
    def test_is_base_62_with_22_letters(self) -> None:
        assert tokens.org_text(OrgId(UUID(int=0))) == "0" * 22
        # 61 is the last letter, 62 carries one
        assert tokens.org_text(OrgId(UUID(int=61))) == "0" * 21 + "z"
        assert tokens.org_text(OrgId(UUID(int=62))) == "0" * 20 + "10"

    @given(ids)
    def test_comes_back_whole(self, org_id: OrgId) -> None:
        assert tokens.key_org(f"live_{tokens.org_text(org_id)}_{SECRET}") == org_id

    @given(ids, ids)
    def test_keeps_the_order_of_ids(self, one: OrgId, other: OrgId) -> None:
        # most significant first, with letters in ASCII order
        assert (tokens.org_text(one) < tokens.org_text(other)) == (one < other)


class TestNewKey:
    @pytest.mark.parametrize("mode", list(Mode))
    def test_names_mode_and_organisation(self, mode: Mode) -> None:
        org_id = OrgId(new_id())
        key = tokens.new_key(mode, org_id)
        prefix, org, secret = key.split("_", 2)
        assert (prefix, len(org), len(secret)) == (mode.value, 22, 43)
        assert tokens.key_org(key) == org_id

    def test_is_another_each_time(self) -> None:
        org_id = OrgId(new_id())
        assert tokens.new_key(Mode.LIVE, org_id) != tokens.new_key(Mode.LIVE, org_id)


class TestKinds:
    def test_one_kind_cannot_pass_for_another(self) -> None:
        org_id = OrgId(new_id())
        key, invitation, session = (
            tokens.new_key(Mode.TEST, org_id),
            tokens.new_invitation(org_id),
            tokens.new_session(),
        )
        assert [tokens.key_org(token) for token in (key, invitation, session)] == [org_id, None, None]
        assert [tokens.invitation_org(token) for token in (key, invitation, session)] == [None, org_id, None]
        assert [tokens.is_session(token) for token in (key, invitation, session)] == [False, False, True]


class TestKeyOrg:
    @pytest.mark.parametrize(
        "token",
        [
            "",
            "live_",
            f"live_{'0' * 21}_{SECRET}",
            f"live_{'0' * 22}_{SECRET[1:]}",
            f"live_{'0' * 22}_{SECRET}A",
            f"live_{'0' * 22}_{SECRET}\n",
            f" live_{'0' * 22}_{SECRET}",
            f"LIVE_{'0' * 22}_{SECRET}",
            f"live_{'0' * 21}٣_{SECRET}",  # a digit, but not of ASCII
            f"live_{'z' * 22}_{SECRET}",  # 62**22 - 1 is more than a UUID holds
        ],
    )
    def test_refuses_what_only_resembles_a_key(self, token: str) -> None:
        assert tokens.key_org(token) is None

    @given(st.text(max_size=90))
    def test_never_fails(self, token: str) -> None:
        assert tokens.key_org(token) is None
        assert tokens.invitation_org(token) is None
