"""One attempt, against a real HTTP server, and what is refused before there is one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_network
from uuid import UUID

import pytest

from fairmark.assets.fetching.model import AddressForbidden, UrlInvalid
from fairmark.assets.fetching.rules import Address
from fairmark.delivery import sending
from fairmark.delivery.model import Delivery, DeliveryState
from fairmark.kernel.ids import DeliveryId, WebhookId

from .world import Receiver

LOCAL = [ip_network("127.0.0.0/8")]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class TestPost:
    async def test_sends_the_very_bytes_and_headers(self, receiver: Receiver) -> None:
        answer = await sending.post(receiver.url, '{"ü": 1}'.encode(), {"Fairmark-Event": "task.done"}, allow=LOCAL)
        assert (answer.status, answer.body, answer.error) == (200, "ok", "")
        [request] = receiver.requests
        assert request.path == "/hook"
        assert request.body == '{"ü": 1}'.encode()
        assert request.headers["fairmark-event"] == "task.done"
        assert request.headers["host"] == f"127.0.0.1:{receiver.port}"

    async def test_refuses_internal_addresses_without_a_connection(self, receiver: Receiver) -> None:
        answer = await sending.post(receiver.url, b"{}", {})
        assert answer.status is None
        assert "internal address (loopback)" in answer.error
        assert receiver.requests == []

    async def test_judges_a_name_by_where_it_leads(self, receiver: Receiver) -> None:
        async def inside(host: str, port: int) -> list[Address]:
            assert host == "hooks.example.com"
            return [IPv4Address("93.184.216.34"), IPv4Address("10.0.0.8")]

        url = f"http://hooks.example.com:{receiver.port}/hook"
        answer = await sending.post(url, b"{}", {}, resolver=inside)
        assert "internal address (private)" in answer.error

    async def test_connects_to_the_judged_address_under_the_name(self, receiver: Receiver) -> None:
        async def here(host: str, port: int) -> list[Address]:
            return [IPv4Address("127.0.0.1")]

        url = f"http://hooks.example.com:{receiver.port}/hook"
        answer = await sending.post(url, b"{}", {}, allow=LOCAL, resolver=here)
        assert answer.status == 200
        assert receiver.requests[0].headers["host"] == f"hooks.example.com:{receiver.port}"

    async def test_does_not_follow_redirects(self, receiver: Receiver) -> None:
        receiver.answers = [(302, {"Location": f"http://127.0.0.1:{receiver.port}/other"}, b"")]
        answer = await sending.post(receiver.url, b"{}", {}, allow=LOCAL)
        assert (answer.status, answer.error) == (302, "The address redirects, which is not followed.")
        assert [request.path for request in receiver.requests] == ["/hook"]

    async def test_gives_up_on_the_slow(self, receiver: Receiver) -> None:
        receiver.answers = [5]
        answer = await sending.post(receiver.url, b"{}", {}, allow=LOCAL, timeout_s=0.2)
        assert (answer.status, answer.error) == (None, "No answer within 0.2 s.")
        assert 150 <= answer.took_ms < 2000

    async def test_says_when_nobody_listens(self, receiver: Receiver) -> None:
        await receiver.stop()
        answer = await sending.post(receiver.url, b"{}", {}, allow=LOCAL)
        assert answer.status is None
        assert f"port {receiver.port}" in answer.error

    async def test_keeps_only_the_start_of_an_endless_answer(self, receiver: Receiver) -> None:
        receiver.answers = [(500, {}, b"x" * 5_000_000)]
        answer = await sending.post(receiver.url, b"{}", {}, allow=LOCAL)
        assert (answer.status, answer.body) == (500, "x" * 1000)

    async def test_takes_the_retry_after_header_along(self, receiver: Receiver) -> None:
        receiver.answers = [(503, {"Retry-After": "17"}, b"")]
        assert (await sending.post(receiver.url, b"{}", {}, allow=LOCAL)).retry_after == "17"

    async def test_says_when_the_answer_is_not_http(self, receiver: Receiver) -> None:
        receiver.answers = [(200, {"Bad\x00Header": "x"}, b"")]
        answer = await sending.post(receiver.url, b"{}", {}, allow=LOCAL)
        assert answer.status is None
        assert answer.error.startswith("The connection failed")


class TestCheckTarget:
    @pytest.mark.parametrize(
        "url", ["ftp://example.com", "example.com", "http://a:b@example.com", "http://x:22/", "", "http://"]
    )
    def test_refuses_what_is_no_address(self, url: str) -> None:
        with pytest.raises(UrlInvalid):
            sending.check_target(url, "")

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1/", "http://[::1]:8080/x", "https://169.254.169.254/latest", "http://10.1.2.3:8000/"]
    )
    def test_refuses_internal_numbers_at_once(self, url: str) -> None:
        with pytest.raises(AddressForbidden):
            sending.check_target(url, "")

    def test_lets_pass_what_the_operator_opened_and_names(self) -> None:
        sending.check_target("http://10.1.2.3:8000/", "10.0.0.0/8, 192.168.0.0/16")
        sending.check_target("https://hooks.example.com/x", "")


class TestHeaders:
    def test_name_delivery_event_attempt_and_signature(self) -> None:
        delivery = Delivery(
            id=DeliveryId(UUID(int=2)), webhook_id=WebhookId(UUID(int=1)), cursor="1.2.3", type="task.done",
            state=DeliveryState.WAITING, attempts=2, next_at=None, status=None, response="", error="", took_ms=None,
            created_at=NOON, updated_at=NOON,
        )  # fmt: skip
        secrets: Sequence[str] = ("new", "old")
        headers = sending.headers_of(delivery, b"{}", secrets, NOON)
        assert headers["Fairmark-Delivery"] == str(UUID(int=2))
        assert headers["Fairmark-Event"] == "task.done"
        assert headers["Fairmark-Attempt"] == "3"
        assert headers["Fairmark-Signature"].startswith("t=1767268800,v1=")
