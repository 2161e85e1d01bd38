"""Which passwords are guessed first."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.identity.model import WeakPassword
from fairmark.identity.password_rules import PASSWORD_MIN, refuse_weak

EMAIL = "ada.lovelace@example.org"


class TestRefuseWeak:
    @pytest.mark.parametrize(
        ("password", "why"),
        [
            ("kX9#mQ2!z", "shorter"),  # nine characters, however random
            ("ada.lovelace@example.org", "e-mail"),
            ("ADA.LOVELACE@EXAMPLE.ORG", "e-mail"),
            ("ada.lovelace1815", "e-mail"),
            ("ada-lovelace-example-org", "e-mail"),
            ("password123", "common"),
            ("P@ssw0rd!2026", "common"),
            ("Passwort2026!", "common"),
            ("Welcome2026!", "common"),
            ("iloveyou1234", "common"),
            ("adminadmin", "common"),
            ("!!Qwerty1234", "common"),
            ("Sommer", "shorter"),
            ("summer-2026", "common"),
            ("fairmark2026", "common"),
            ("trustno1!!!", "common"),
            ("1234567890", "pattern"),
            ("9876543210", "pattern"),
            ("0000000000", "pattern"),
            ("abcabcabcabc", "pattern"),
            ("12ab12ab12ab", "pattern"),
            ("qwertyuiop", "pattern"),
            ("poiuytrewq", "pattern"),
            ("1q2w3e4r5t", "pattern"),
            ("1qaz2wsx3edc", "pattern"),
            ("zaq12wsxcde3", "pattern"),
            ("asdfgh123456", "common"),
            ("abcdefgh1234", "pattern"),
        ],
    )
    def test_refuses(self, password: str, why: str) -> None:
        with pytest.raises(WeakPassword, match=why):
            refuse_weak(password, EMAIL)

    @pytest.mark.parametrize(
        "password",
        [
            "four clouds over harbours",
            "correct horse battery stapler!",
            "kX9#mQ2!zR",
            "ada and the loom of numbers",
            "passwordless harbour",
            "žluťoučký kůň",
            "自転車は青い空の下を走る",
        ],
    )
    def test_lets_through(self, password: str) -> None:
        refuse_weak(password, EMAIL)

    @given(st.integers(0, 2**64))
    def test_lets_random_ones_through(self, seed: int) -> None:
        letters = Random(seed).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=14)  # 72 bits
        refuse_weak("".join(letters), EMAIL)

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_fails_in_no_other_way(self, password: str, email: str) -> None:
        with suppress(WeakPassword):
            refuse_weak(password, email)
            assert len(password) >= PASSWORD_MIN
