from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.client.retry import WAIT_MAX_S, Patience, asked_wait_s, poll_s


class TestPatience:
    def test_waits_grow_and_stay_below_the_greatest(self) -> None:
        # 0.2 s doubled each time, with chance 1 whole: 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, then 10.
        waits = [Patience(1000).wait_s(attempt, 0, 1.0) for attempt in range(1, 9)]
        assert waits == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, WAIT_MAX_S, WAIT_MAX_S])

    def test_chance_takes_off_at_most_half(self) -> None:
        assert Patience(1000).wait_s(3, 0, 0.0) == pytest.approx(0.4)

    def test_what_the_server_asks_for_is_not_undercut(self) -> None:
        assert Patience(1000).wait_s(1, 0, 0.5, asked_s=7) == 7

    def test_gives_up_when_the_wait_would_outlast_it(self) -> None:
        assert Patience(5).wait_s(1, 4.95, 1.0) is None
        assert Patience(5).wait_s(1, 0, 1.0, asked_s=6) is None
        assert Patience(0).wait_s(1, 0, 0.0) is None

    @given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
    def test_never_waits_longer_than_the_greatest(self, attempt: int, chance: float) -> None:
        wait = Patience(1000).wait_s(attempt, 0, chance)
        assert wait is not None
        assert 0.1 <= wait <= WAIT_MAX_S


class TestAskedWait:
    @pytest.mark.parametrize(("header", "seconds"), [("2", 2.0), (" 30 ", 30.0), (None, 0), ("", 0), ("soon", 0)])
    def test_reads_seconds(self, header: str | None, seconds: float) -> None:
        assert asked_wait_s(header) == seconds

    def test_reads_a_date(self) -> None:
        assert asked_wait_s(format_datetime(datetime.now(UTC) + timedelta(seconds=60))) == pytest.approx(60, abs=3)

    def test_a_date_that_has_passed_asks_for_nothing(self) -> None:
        assert asked_wait_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0

    @given(st.text(max_size=40))
    def test_no_header_breaks_it(self, header: str) -> None:
        assert asked_wait_s(header) >= 0


class TestPoll:
    def test_looks_often_at_first_and_every_two_seconds_in_the_end(self) -> None:
        waits = [poll_s(turn) for turn in range(1, 30)]
        assert waits[0] == 0.2
        assert waits == sorted(waits)
        assert waits[-1] == 2.0
