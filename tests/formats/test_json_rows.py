"""Errors with places, and arrays window by window."""

import json
from itertools import islice
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fairmark.formats.json_rows as json_rows
from fairmark.formats.json_rows import json_fault, refuse_file, rows_of
from fairmark.formats.model import FileDamaged, LabeledItem, OverLimit, TooDeep, WrongFormat
from fairmark.ontology.model import InvalidDocument

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8) | st.just('},{"]["\\'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def sliced(text: bytes) -> list[object]:
    section = memoryview(text)
    return [json.loads(bytes(section[start:end])) for start, end in rows_of(section, "x.json")]


class TestRowsOf:
    @given(st.lists(VALUES, max_size=12), st.sampled_from([None, 1, 4]), st.integers(4, 200))
    def test_gives_every_element_whatever_the_window(
        self, values: list[object], indent: int | None, window: int
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_rows, "_WINDOW_BYTES", window)
            assert sliced(json.dumps(values, indent=indent, ensure_ascii=False).encode()) == values

    @pytest.mark.parametrize("text", [b"[]", b"[ ]", b"[\n]"])
    def test_an_empty_array_has_none(self, text: bytes) -> None:
        assert sliced(text) == []

    def test_lists_of_objects_inside_do_not_look_like_ends(self) -> None:
        # 60 nested objects of 12 bytes each follow the last true end in the window.
        row = {"segments": [{"id": number} for number in range(60)]}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_rows, "_WINDOW_BYTES", 1000)
            assert sliced(json.dumps([row] * 10).encode()) == [row] * 10

    def test_an_endless_element_is_refused(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_rows, "_WINDOW_BYTES", 10)
            patch.setattr(json_rows, "ROW_BYTES_MAX", 100)
            with pytest.raises(OverLimit):
                sliced(json.dumps([{"a": "x" * 500}, {}]).encode())

    @pytest.mark.parametrize("window", [8, 1000])
    def test_as_many_as_are_allowed_are_given(self, window: int) -> None:
        # Windows of 8 bytes hold one element each, one of 1,000 holds all five: the limit is in the midst of both.
        section = memoryview(json.dumps([{"a": number} for number in range(5)]).encode())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_rows, "_WINDOW_BYTES", window)
            assert len(list(rows_of(section, "x.json", 5))) == 5
            few = rows_of(section, "x.json", 3, "images")
            assert [bytes(section[start:end]) for start, end in islice(few, 3)] == [
                b'{"a": 0}',
                b'{"a": 1}',
                b'{"a": 2}',
            ]
            with pytest.raises(OverLimit, match="more than 3 images"):
                next(few)


class TestJsonFault:
    @pytest.mark.parametrize(
        ("line", "code", "path"),
        [
            (b'{"external_id":"a"}', "wrong_value", ""),
            (b'{"external_id":"a","name":1}', "wrong_value", "/name"),
            (b'{"external_id":"a","name":"b","assets":[{"name":"x","width":"1"}]}', "wrong_value", "/assets/0/width"),
            (b'{"external_id":', "bad_json", ""),
            (b"\xff", "bad_json", ""),
            (b'{"external_id":"\xff"}', "bad_encoding", ""),
            (b'{"meta":{"a":' + b"[" * 100_000, "too_deep", ""),
        ],
    )
    def test_says_what_and_where(self, line: bytes, code: str, path: str) -> None:
        with pytest.raises(json_rows.JSON_ERRORS) as caught:
            msgspec.json.decode(line, type=LabeledItem)
        fault = json_fault(caught.value, "a.jsonl", line=7, path="/row")
        assert (fault.code, fault.file, fault.line, fault.path) == (code, "a.jsonl", 7, f"/row{path}")
        assert fault.message

    def test_takes_the_place_of_a_document(self) -> None:
        fault = json_fault(InvalidDocument("wrong", mend="mend it", path="/marks/0"), "a", path="/annotation")
        assert (fault.path, fault.message, fault.mend) == ("/annotation/marks/0", "wrong", "mend it")


class TestRefuseFile:
    @pytest.mark.parametrize(
        ("data", "fault"),
        [(b"[1", FileDamaged), (b"1", WrongFormat), (b"[" * 100_000, TooDeep), (b'["\xff"]', FileDamaged)],
    )
    def test_tells_damage_from_another_format(self, data: bytes, fault: type[Exception]) -> None:
        with pytest.raises(json_rows.JSON_ERRORS) as caught:
            msgspec.json.decode(data, type=list[Any])
        assert type(refuse_file(caught.value, "a.json")) is fault
