"""Lines with their places."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.formats.lines import lines_of
from fairmark.formats.model import BadEncoding, Cursor


class TestLinesOf:
    def test_gives_numbers_offsets_and_bytes(self) -> None:
        # Offsets count the line ends: "ab\r\n" ends at 4, "\n" at 5, "c" at 6.
        assert list(lines_of(io.BytesIO(b"ab\r\n\nc"), "x", 10)) == [(1, 4, b"ab"), (2, 5, b""), (3, 6, b"c")]

    def test_cuts_the_byte_order_mark_and_counts_it(self) -> None:
        assert list(lines_of(io.BytesIO(b"\xef\xbb\xbfa\nb\n"), "x", 10)) == [(1, 5, b"a"), (2, 7, b"b")]

    @pytest.mark.parametrize("text", ["a\nb", ""])
    def test_names_utf16(self, text: str) -> None:
        with pytest.raises(BadEncoding):
            list(lines_of(io.BytesIO(text.encode("utf-16")), "x", 10))

    @pytest.mark.parametrize("length", [10, 11, 12, 13, 50])
    def test_long_lines_are_none_and_the_next_one_is_whole(self, length: int) -> None:
        found = list(lines_of(io.BytesIO(b"a" * length + b"\nnext\n"), "x", 10))
        assert found == [(1, length + 1, b"a" * 10 if length == 10 else None), (2, length + 6, b"next")]

    def test_a_long_last_line_ends(self) -> None:
        assert list(lines_of(io.BytesIO(b"a" * 50), "x", 10)) == [(1, 50, None)]

    @given(st.lists(st.binary(max_size=15).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.booleans())
    def test_resuming_behind_any_line_gives_the_rest(self, parts: list[bytes], marked: bool) -> None:
        data = (b"\xef\xbb\xbf" if marked else b"") + b"".join(part + b"\n" for part in parts)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return
        whole = list(lines_of(io.BytesIO(data), "x", 10))
        for place, (number, offset, _) in enumerate(whole):
            assert list(lines_of(io.BytesIO(data), "x", 10, Cursor(number, offset))) == whole[place + 1 :]
