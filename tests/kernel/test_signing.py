"""Signed addresses and tokens."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.signing import BadSignature, check, new_token, sign, token_hash

SECRET = b"s" * 32
NOON = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def parts(url: str) -> tuple[str, int, str]:
    found = re.fullmatch(r"(.+)\?e=(\d+)&s=([\w-]+)", url)
    assert found is not None
    return found[1], int(found[2]), found[3]


class TestSign:
    def test_stays_the_same_within_a_window(self) -> None:
        # 12:00 starts a window of 300 s, so that 12:04:59 lies in it and 12:05:00 does not.
        first = sign(SECRET, "/a", NOON, 300)
        assert sign(SECRET, "/a", NOON + timedelta(seconds=299), 300) == first
        assert sign(SECRET, "/a", NOON + timedelta(seconds=300), 300) != first

    @given(after_s=st.integers(0, 2_000_000_000), ttl=st.integers(1, 9999))
    def test_works_for_one_to_two_windows(self, after_s: int, ttl: int) -> None:
        at = NOON + timedelta(seconds=after_s)
        path, expires, signature = parts(sign(SECRET, "/a", at, ttl))
        assert ttl <= check(SECRET, path, expires, signature, at) <= 2 * ttl


class TestCheck:
    def test_refuses_after_its_time(self) -> None:
        path, expires, signature = parts(sign(SECRET, "/a", NOON, 300))
        assert check(SECRET, path, expires, signature, NOON + timedelta(seconds=599)) == 1
        with pytest.raises(BadSignature):
            check(SECRET, path, expires, signature, NOON + timedelta(seconds=600))

    def test_refuses_what_was_changed(self) -> None:
        path, expires, signature = parts(sign(SECRET, "/a", NOON, 300))
        for changed in [("/b", expires, signature), (path, expires + 300, signature), (path, expires, "é" + signature)]:
            with pytest.raises(BadSignature):
                check(SECRET, *changed, NOON)
        with pytest.raises(BadSignature):
            check(b"t" * 32, path, expires, signature, NOON)


class TestTokens:
    def test_are_long_and_never_the_same(self) -> None:
        tokens = {new_token() for _ in range(100)}
        assert len(tokens) == 100
        assert all(len(token) == 43 for token in tokens)

    def test_hash_is_of_fixed_length_and_its_own(self) -> None:
        assert len(token_hash("a")) == 32
        assert token_hash("a") != token_hash("b")
