"""The record and the errors."""

import msgspec
import pytest

from fairmark.formats.model import Cursor, FileDamaged, LabeledItem, RowFault
from fairmark.kernel.errors import Invalid


class TestFormatFault:
    def test_names_the_place_and_is_an_invalid_payload(self) -> None:
        fault = FileDamaged("broken", file="a.xml", line=3, path="/x", mend="mend it")
        assert isinstance(fault, Invalid)
        assert fault.fields == {"file": "a.xml", "line": 3, "path": "/x"}
        assert FileDamaged("broken", file="a.xml").fields == {"file": "a.xml"}

    def test_becomes_a_bad_row(self) -> None:
        fault = FileDamaged("broken", file="a.xml", line=3, path="/x", mend="mend it")
        after = Cursor(3, 99)
        assert fault.as_row(after) == RowFault("file_damaged", "broken", "mend it", "a.xml", 3, "/x", after)


class TestLabeledItem:
    @pytest.mark.parametrize(
        "line",
        [
            b"{}",
            b'{"external_id":"a"}',
            b'{"external_id":"","name":"b"}',
            b'{"external_id":"a","name":"b","split":"../x"}',
            b'{"external_id":"a","name":"b","confidence":1.5}',
            b'{"external_id":"a","name":"b","asets":[]}',
            b'{"external_id":"a","name":"b","assets":[{"name":"c","width":0}]}',
            b'{"external_id":"a","name":"b","assets":[{"name":"c","sha256":"XYZ"}]}',
        ],
    )
    def test_refuses_what_is_not_one(self, line: bytes) -> None:
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(line, type=LabeledItem)
