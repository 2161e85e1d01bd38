from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.client import sse
from fairmark.client.sse import Message, Parser

STREAM = (
    b": hello\nretry: 2000\n\n"
    b"id: 1.2.3\ndata: one\n\n"
    b"event: end\ndata: a\ndata: b\n\n"
    b": 17\nid: 1.2.9\n\n"
    b"id: 1.3.1\r\ndata:no space\r\n\r\n"
    b"data: half"
)
MESSAGES = [
    Message("message", "one", "1.2.3"),
    Message("end", "a\nb", "1.2.3"),
    Message("message", "no space", "1.3.1"),
]


class TestParser:
    def test_reads_messages_and_leaves_an_unfinished_one(self) -> None:
        assert list(Parser().feed(STREAM)) == MESSAGES

    @given(st.lists(st.integers(0, len(STREAM)), max_size=12))
    def test_pieces_may_end_anywhere(self, cuts: list[int]) -> None:
        parser = Parser()
        places = [0, *sorted(cuts), len(STREAM)]
        pieces = [STREAM[start:end] for start, end in pairwise(places)]
        assert [message for piece in pieces for message in parser.feed(piece)] == MESSAGES

    def test_a_heartbeat_moves_the_place_to_go_on_from(self) -> None:
        parser = Parser("1.0.0")
        assert list(parser.feed(b": 1700000000\nid: 1.5.0\n\n")) == []
        assert parser.last_id == "1.5.0"

    def test_an_event_that_was_cut_does_not_move_it(self) -> None:
        parser = Parser()
        assert len(list(parser.feed(b"id: 1.1.0\ndata: whole\n\nid: 1.2.0\ndata: cu"))) == 1
        assert parser.last_id == "1.1.0"

    def test_only_line_feeds_and_returns_end_a_line(self) -> None:
        # Python's own splitlines would cut at each of these, in the middle of an event's JSON.
        text = 'data: {"t":"a\u2028b\u0085c\u000bd"}\n\n'
        assert [message.data for message in Parser().feed(text.encode())] == ['{"t":"a\u2028b\u0085c\u000bd"}']

    def test_what_is_not_utf_8_does_not_end_the_stream(self) -> None:
        assert [message.data for message in Parser().feed(b"data: \xff\n\n")] == ["\ufffd"]

    def test_a_line_without_end_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sse, "FIELD_BYTES_MAX", 10)
        with pytest.raises(ValueError, match="no end"):
            list(Parser().feed(b"data: " + b"x" * 20))
