"""Ids."""

import time

from fairmark.kernel.ids import new_id


class TestNewId:
    def test_is_a_uuid_of_version_7(self) -> None:
        made = new_id()
        assert (made.version, made.variant) == (7, "specified in RFC 4122")

    def test_starts_with_the_time_in_milliseconds(self) -> None:
        before = time.time_ns() // 1_000_000
        made = new_id().int >> 80
        assert before <= made <= time.time_ns() // 1_000_000

    def test_is_never_the_same_and_in_order_of_time(self) -> None:
        many = [new_id() for _ in range(1000)]
        assert len(set(many)) == 1000
        time.sleep(0.002)
        assert new_id() > max(many)
