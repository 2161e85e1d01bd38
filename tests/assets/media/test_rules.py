"""Addresses, ranges and names of media."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.assets.media.rules import RangeWrong, Span, disposition, etag_matches, parse_range


class TestParseRange:
    @pytest.mark.parametrize(
        ("header", "wanted"),
        [
            ("bytes=0-3", Span(0, 4)),
            ("bytes=9-9", Span(9, 10)),
            ("bytes=4-", Span(4, 10)),
            ("bytes=-3", Span(7, 10)),
            ("bytes=-30", Span(0, 10)),
            ("bytes=2-999999999999999999", Span(2, 10)),
            (None, None),
            ("", None),
            ("bytes=", None),
            ("bytes=-", None),
            ("bytes=5-2", None),  # no range at all, says RFC 9110: the whole file is the answer
            ("bytes=0-1,4-5", None),
            ("items=0-1", None),
            ("bytes=a-b", None),
        ],
    )
    def test_of_ten_bytes(self, header: str | None, wanted: Span | None) -> None:
        assert parse_range(header, 10) == wanted

    @pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-12", "bytes=-0"])
    def test_outside_the_file_is_refused(self, header: str) -> None:
        with pytest.raises(RangeWrong) as wrong:
            parse_range(header, 10)
        assert wrong.value.fields["bytes"] == 10

    @given(st.text(max_size=40), st.integers(1, 1000))
    def test_of_anything_lies_inside_the_file(self, text: str, size: int) -> None:
        try:
            span = parse_range(f"bytes={text}", size)
        except RangeWrong:
            return
        assert span is None or 0 <= span.start < span.end <= size


class TestDisposition:
    def test_shows_pictures_and_saves_everything_else(self) -> None:
        assert disposition("image/png", "a/b.png").startswith('inline; filename="b.png"')
        assert disposition("text/html", "a.html").startswith("attachment;")
        assert disposition("image/svg+xml", "a.svg").startswith("attachment;")

    def test_carries_any_name_safely(self) -> None:
        header = disposition("image/png", 'x"\r\nSet-Cookie: a=b\\\u6771.png')
        assert header.isascii()
        assert "\r" not in header
        assert "\n" not in header
        # The quotation mark and the backslash would end the quoted name: both are replaced there.
        assert header.split(";")[1] == ' filename="x___Set-Cookie_ a=b__.png"'
        assert header.endswith("filename*=UTF-8''x%22%0D%0ASet-Cookie%3A%20a%3Db%5C%E6%9D%B1.png")

    @given(st.text(max_size=300))
    def test_of_any_name_is_one_line_of_ascii(self, name: str) -> None:
        try:
            name.encode()
        except UnicodeEncodeError:
            return
        header = disposition("image/png", name)
        assert header.isascii()
        assert header.isprintable()


class TestEtagMatches:
    def test_reads_lists_and_weak_tags(self) -> None:
        assert etag_matches('"a", W/"b"', '"b"')
        assert etag_matches("*", '"b"')
        assert not etag_matches('"a"', '"b"')
        assert not etag_matches(None, '"b"')
