import io
from pathlib import Path

import pytest

from fairmark.modalities.text.probe import BYTES_MAX, TextRefused, probe


class TestProbe:
    def test_counts_code_points(self, tmp_path: Path) -> None:
        # Four letters and an emoji beyond the basic plane: five code points, eight bytes.
        path = tmp_path / "note.txt"
        path.write_bytes("Ada \U0001f600".encode())
        found = probe(path)
        assert (found.media_type, found.width, found.height) == ("text/plain", 5, 1)

    def test_a_byte_order_mark_is_no_character(self) -> None:
        assert probe(io.BytesIO(b"\xef\xbb\xbfRome")).width == 4

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "empty"),
            (b" \n\t", "empty"),
            (b"caf\xe9", "not UTF-8 at byte 3"),
            (b"a\x00b", "U+0000"),
            (b"\x1b[31m", "U+001B"),
            (b"x" * (BYTES_MAX + 1), "bytes"),
        ],
    )
    def test_refuses_what_is_no_text_by_name(self, data: bytes, words: str) -> None:
        with pytest.raises(TextRefused, match=words.replace("+", r"\+")):
            probe(io.BytesIO(data))
