from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.client.errors import BadSignature
from fairmark.client.signatures import verify_signature
from fairmark.delivery.rules import sign

SECRET = "whsec_abc"
AT = 1_700_000_000
BODY = '{"type":"task.done","text":"ä"}'.encode()


def signed(*secrets: str) -> str:
    """The header as the server makes it."""
    return sign(secrets, BODY, datetime.fromtimestamp(AT, UTC))


class TestVerifySignature:
    def test_takes_what_the_server_signs(self) -> None:
        verify_signature(SECRET, BODY, signed(SECRET), now=AT)

    def test_takes_either_secret_while_one_is_changed_for_the_other(self) -> None:
        verify_signature(SECRET, BODY, signed("whsec_new", SECRET), now=AT)
        verify_signature("whsec_new", BODY, signed("whsec_new", SECRET), now=AT)

    @pytest.mark.parametrize("late", [-300, 300])
    def test_allows_clocks_to_differ_a_little(self, late: int) -> None:
        verify_signature(SECRET, BODY, signed(SECRET), now=AT + late)

    @pytest.mark.parametrize("late", [-301, 301, 86_400])
    def test_refuses_an_old_one(self, late: int) -> None:
        with pytest.raises(BadSignature, match="s old"):
            verify_signature(SECRET, BODY, signed(SECRET), now=AT + late)

    def test_refuses_another_body_another_secret_and_another_time(self) -> None:
        for secret, body, header in (
            (SECRET, BODY + b" ", signed(SECRET)),
            ("whsec_abd", BODY, signed(SECRET)),
            (SECRET, BODY, signed(SECRET).replace(str(AT), str(AT + 1))),
        ):
            with pytest.raises(BadSignature, match="does not fit"):
                verify_signature(secret, body, header, now=AT)

    @pytest.mark.parametrize(
        "header", [None, "", "v1=00", f"t={AT}", f"t={AT},t={AT},v1=00", "t=x,v1=00", "t=9999999999999,v1=00", ",,,"]
    )
    def test_refuses_a_header_of_another_form(self, header: str | None) -> None:
        with pytest.raises(BadSignature, match="missing or not of the form"):
            verify_signature(SECRET, BODY, header, now=AT)

    @given(st.text(max_size=200))
    def test_no_header_passes_by_chance(self, header: str) -> None:
        with pytest.raises(BadSignature):
            verify_signature(SECRET, BODY, header, now=AT)
