"""Damage of every kind, through every format: a named error or named rows, never a crash, never a hang."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.formats.model import FormatFault, LabeledItem, RowFault
from fairmark.formats.registry import FORMATS
from fairmark.formats.sink import ZipSink
from fairmark.formats.source import open_source

from .archives import archive
from .records import CARS, box, image, packed
from .strategies import LETTERS

ITEMS = [
    image("a.jpg", box(1, 2, 3, 4, attributes={"pose": "Left"}), box(5, 6, 7, 8, "bus"), split="train"),
    image("b/ä.jpg", split="val"),
]
LETTERS_OF_SYNTAX = [bytes([each]) for each in b'\x00\xff"{}[]<>&,-\n']
WORDS = [b"1e999", b"null", b"NaN", b"\\u0000", b"\\ud800", b"../", b"<!DOCTYPE a>"]
FLOODS = [b"[" * 3000, b'{"a":' * 3000, b"<a>" * 3000, b"9" * 5000]
JUNK = st.sampled_from([*LETTERS_OF_SYNTAX, *WORDS, *FLOODS])
PATHS = st.builds(str.__add__, st.text(LETTERS, max_size=20), st.sampled_from([".json", ".txt", ".xml", ".jsonl"]))


def read_all(name: str, data: bytes) -> list[LabeledItem | RowFault]:
    with open_source(io.BytesIO(data), "test.zip") as source:
        return list(FORMATS[name].read(source))


@pytest.mark.parametrize("name", FORMATS)
class TestDamage:
    @settings(max_examples=80, deadline=None)
    @given(data=st.data())
    def test_in_the_files_is_named(self, name: str, data: st.DataObject) -> None:
        files = packed(FORMATS[name], ITEMS)[1]
        path = data.draw(st.sampled_from(sorted(files)))
        for _ in range(data.draw(st.integers(1, 3))):
            text = files[path]
            place = data.draw(st.integers(0, len(text)))
            length = data.draw(st.sampled_from([0, 1, 5, len(text)]))
            files[path] = text[:place] + data.draw(JUNK) + text[place + length :]
        try:
            rows = read_all(name, archive(files))
        except FormatFault as fault:
            places = [fault.fields["file"]]
        else:
            places = [row.file for row in rows if isinstance(row, RowFault)]
        assert all(places)

    def test_by_cutting_is_named_wherever_it_happens(self, name: str) -> None:
        file = io.BytesIO()
        with ZipSink(file) as sink:
            FORMATS[name].write(ITEMS, CARS, sink)
        whole = file.getvalue()
        for cut in range(0, len(whole), max(len(whole) // 60, 1)):
            with pytest.raises(FormatFault):
                read_all(name, whole[:cut])

    @settings(max_examples=40, deadline=None)
    @given(path=PATHS, data=st.binary(max_size=200))
    def test_any_bytes_under_any_name_are_named(self, name: str, path: str, data: bytes) -> None:
        try:
            rows = read_all(name, archive({path: data}))
        except FormatFault:
            return
        assert all(isinstance(row, RowFault) and row.file for row in rows)

    def test_a_name_that_leads_outside_is_refused(self, name: str) -> None:
        files = packed(FORMATS[name], ITEMS)[1]
        with pytest.raises(FormatFault) as caught:
            read_all(name, archive(files | {"../../evil.txt": b""}))
        assert caught.value.code == "path_outside"

    def test_a_bomb_is_refused(self, name: str) -> None:
        files = packed(FORMATS[name], ITEMS)[1]
        bomb = {path: data + b" " * 30_000_000 for path, data in files.items()}
        with pytest.raises(FormatFault) as caught:
            read_all(name, archive(bomb))
        assert caught.value.code == "archive_bomb"
