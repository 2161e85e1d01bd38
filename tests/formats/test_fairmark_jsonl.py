"""fairmark JSONL: exact, and readable by hand."""

import io
import json

import msgspec
import pytest

from fairmark.formats.contract import Limits
from fairmark.formats.fairmark_jsonl import FairmarkJsonl
from fairmark.formats.model import FormatFault, LabeledItem, WrongFormat
from fairmark.formats.source import FileSource
from fairmark.ontology.model import FieldKind, Making

from .records import CARS, box, image, read, written

FORMAT = FairmarkJsonl()
LINE = '{"external_id":"a","name":"a.jpg"}'


class TestWriting:
    def test_an_item_a_line_and_the_ontology_beside(self) -> None:
        report, files = written(FORMAT, [image("a.jpg", box(1, 2, 3, 4)), image("b.jpg")])
        assert set(files) == {"labels.jsonl", "ontology.json"}
        lines = [json.loads(line) for line in files["labels.jsonl"].splitlines()]
        assert lines[0] == {
            "external_id": "id of a.jpg",
            "name": "a.jpg",
            "assets": [{"name": "a.jpg", "width": 100, "height": 80}],
            "annotation": {
                "version": 1,
                "marks": [{"id": "m", "kind": "box", "class": "car", "geometry": {"x": 1, "y": 2, "w": 3, "h": 4}}],
                "answers": {},
                "links": [],
            },
        }
        assert json.loads(files["ontology.json"])["classes"][0]["id"] == "car"
        assert (report.items, report.marks, report.files) == (2, 1, 2)

    def test_what_a_mark_began_as_comes_back(self) -> None:
        making = Making("model", "discs", "2.1", corrected=True)
        mark = msgspec.structs.replace(box(1, 2, 3, 4), made=making)
        _, files = written(FORMAT, [image("a.jpg", mark)])
        (line,) = files["labels.jsonl"].splitlines()
        wanted = {"by": "model", "model": "discs", "version": "2.1", "corrected": True}
        assert json.loads(line)["annotation"]["marks"][0]["made"] == wanted
        (item,), bad, _, _ = read(FORMAT, files)
        assert (item.annotation.marks[0].made, bad) == (making, [])


class TestReading:
    def test_a_file_alone_infers_its_ontology(self) -> None:
        annotation = (
            '"annotation":{"version":1,"marks":[{"id":"1","kind":"box","class":"car","geometry":{},"attributes":{"n":1}}],'
            '"answers":{"ok":true},"links":[]}'
        )
        text = f"{LINE[:-1]},{annotation}}}\n\n  \n{LINE}\r\n"
        reading = FORMAT.read(FileSource(io.BytesIO(b"\xef\xbb\xbf" + text.encode()), "x.ndjson"))
        rows = list(reading)
        assert [type(row) for row in rows] == [LabeledItem, LabeledItem]
        made = reading.ontology
        assert [each.id for each in made.classes] == ["car"]
        assert made.classes[0].attributes[0].kind is FieldKind.NUMBER
        assert made.questions[0].kind is FieldKind.BOOLEAN

    def test_a_folder_around_it_is_fine(self) -> None:
        _, files = written(FORMAT, [image("a.jpg")])
        good, bad, _, ontology = read(FORMAT, {f"export/{path}": text for path, text in files.items()})
        assert (len(good), bad, ontology) == (1, [], CARS)


class TestBadRows:
    @pytest.mark.parametrize(
        ("line", "code", "path"),
        [
            ("{", "bad_json", ""),
            ("[]", "wrong_value", ""),
            ('{"name":"a"}', "wrong_value", ""),
            (LINE[:-1] + ',"asets":[]}', "wrong_value", ""),
            (LINE[:-1] + ',"confidence":2}', "wrong_value", "/confidence"),
            (LINE[:-1] + ',"assets":[{"name":"x","width":-1}]}', "wrong_value", "/assets/0/width"),
            (LINE[:-1] + ',"annotation":{"marks":[{"id":"1"}]}}', "wrong_value", "/annotation/marks/0"),
            (LINE[:-1] + ',"annotation":{"version":99}}', "wrong_value", "/annotation/version"),
            (LINE[:-1] + ',"annotation":null}', "wrong_value", "/annotation"),
            (LINE[:-1] + ',"meta":{"a":"\\u0000"}}', "nul_character", ""),
            (LINE[:-1] + ',"meta":{"a":' + "[" * 100_000 + "}}", "too_deep", ""),
            (LINE[:-1] + ',"meta":{"a":"' + "x" * 3_000_000 + '"}}', "over_limit", ""),
            (LINE.replace("a.jpg", "\udcff"), "bad_encoding", ""),
        ],
    )
    def test_a_bad_line_is_named_and_the_others_stay(self, line: str, code: str, path: str) -> None:
        raw = f"{LINE}\n{line}\n{LINE}".encode("utf-8", "surrogateescape")
        rows = list(FORMAT.read(FileSource(io.BytesIO(raw), "x.jsonl", Limits(line_bytes=2_000_000))))
        assert [type(row) for row in (rows[0], rows[2])] == [LabeledItem, LabeledItem]
        fault = rows[1]
        assert not isinstance(fault, LabeledItem)
        assert (fault.code, fault.path, fault.file, fault.line) == (code, path, "x.jsonl", 2)
        # Behind the bad line stand only the bytes of the last one.
        assert fault.after is not None
        assert (fault.after.line, fault.after.offset) == (2, len(raw) - len(LINE))


class TestBadFiles:
    def test_archives_of_other_things_are_named(self) -> None:
        with pytest.raises(WrongFormat):
            read(FORMAT, {"a.txt": "x"})

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"version":99}', '{"classes":[{"id":"A B"}]}'])
    def test_a_broken_ontology_is_named(self, text: str) -> None:
        with pytest.raises(FormatFault) as caught:
            read(FORMAT, {"labels.jsonl": LINE, "ontology.json": text})
        assert caught.value.fields["file"] == "ontology.json"
