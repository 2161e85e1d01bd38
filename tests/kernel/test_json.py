"""JSON at the borders."""

import msgspec
import pytest

from fairmark.kernel.json import BadJson, decode, encode, encode_bytes, refuse_nul


class Point(msgspec.Struct):
    x: int


class TestDecode:
    def test_reads_into_a_type(self) -> None:
        assert decode('{"x": 1}', Point) == Point(1)
        assert decode(b"[1, null]") == [1, None]

    @pytest.mark.parametrize(
        ("text", "place"),
        [("{", "truncated"), ('{"x": "1"}', r"\$\.x"), (b'"\xff"', "JSON"), ('"\\u0000"', "U\\+0000")],
    )
    def test_names_the_place(self, text: str | bytes, place: str) -> None:
        with pytest.raises(BadJson, match=place):
            decode(text, Point)

    def test_refuses_what_is_nested_too_deeply(self) -> None:
        with pytest.raises(BadJson):
            decode("[" * 100_000 + "]" * 100_000)


class TestEncode:
    def test_is_compact_and_reads_back(self) -> None:
        assert encode({"a": [1, "ü"]}) == '{"a":[1,"ü"]}'
        assert decode(encode_bytes(Point(3)), Point) == Point(3)


class TestRefuseNul:
    def test_lets_an_escaped_backslash_pass_as_text(self) -> None:
        refuse_nul('{"a": "plain"}')
        with pytest.raises(BadJson):
            refuse_nul(b'{"a": "\\u0000"}')
