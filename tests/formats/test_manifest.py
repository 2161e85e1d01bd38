"""Manifests: rows, faults with their places, and resuming behind any row."""

import datetime
import io
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from fairmark.formats.contract import Limits
from fairmark.formats.manifest import ManifestKind, ManifestRow, Place, kind_of, read_manifest
from fairmark.formats.model import BadEncoding, Cursor, FileDamaged, FormatFault, OverLimit, RowFault, WrongFormat

HASH = "ab" * 32
MARK = '{"id":"1","kind":"box","class":"car","geometry":{"x":1,"y":1,"w":2,"h":2}}'


def rows(
    text: str | bytes,
    kind: ManifestKind = ManifestKind.JSONL,
    start_at: Cursor | None = None,
    limits: Limits | None = None,
) -> list[ManifestRow | RowFault]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_manifest(io.BytesIO(data), kind, name="m", start_at=start_at, limits=limits))


def row(text: str | bytes, kind: ManifestKind = ManifestKind.JSONL) -> ManifestRow:
    (only,) = rows(text, kind)
    assert isinstance(only, ManifestRow), only
    return only


def fault(text: str | bytes, kind: ManifestKind = ManifestKind.JSONL) -> RowFault:
    found = [each for each in rows(text, kind) if isinstance(each, RowFault)]
    assert len(found) == 1
    return found[0]


def table(**columns: list[Any]) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file, row_group_size=3)
    return file.getvalue()


class TestRowsOfSeveralFiles:
    def test_names_each_of_them(self) -> None:
        found = row('{"assets":[{"path":"left.png"},{"url":"https://e.org/r.png?x=1","name":"right"}],"priority":2}')
        assert found.assets == (Place(path="left.png"), Place(url="https://e.org/r.png?x=1", name="right"))
        assert (found.url, found.path, found.sha256, found.priority) == (None, None, None, 2)
        assert (found.external_id, found.name) == ("left.png https://e.org/r.png?x=1", "left.png")

    def test_in_a_table_as_json(self) -> None:
        found = row('external_id,assets\n7,"[{""path"":""a.png""},{""path"":""b.png""}]"\n', ManifestKind.CSV)
        assert (found.external_id, found.assets) == ("7", (Place(path="a.png"), Place(path="b.png")))
        found = row(table(external_id=["7"], assets=['[{"sha256":"' + HASH + '"}]']), ManifestKind.PARQUET)
        assert found.assets == (Place(sha256=HASH),)


class TestKindOf:
    @pytest.mark.parametrize(
        ("name", "head", "kind"),
        [
            ("a.jsonl", b"", ManifestKind.JSONL),
            ("a.NDJSON", b"", ManifestKind.JSONL),
            ("a.csv", b"", ManifestKind.CSV),
            ("a.tsv", b"", ManifestKind.CSV),
            ("a.txt", b"", ManifestKind.URLS),
            ("a.parquet", b"PAR1", ManifestKind.PARQUET),
            ("upload", b"PAR1\x15", ManifestKind.PARQUET),
            ("upload", b'\xef\xbb\xbf {"url":', ManifestKind.JSONL),
            ("a.json", b'{"url":"x"}\n', ManifestKind.JSONL),
            ("upload", b"https://example.com/a.jpg\nhttps://", ManifestKind.URLS),
            ("upload", b'"external_id";"url"\n', ManifestKind.CSV),
        ],
    )
    def test_goes_by_name_and_first_bytes(self, name: str, head: bytes, kind: ManifestKind) -> None:
        assert kind_of(name, head) is kind

    @pytest.mark.parametrize(
        ("name", "head"), [("a.json", b"[1]"), ("a", b""), ("a.parquet", b"hello"), ("a.png", b"\x89PNG\r\n")]
    )
    def test_names_what_it_does_not_know(self, name: str, head: bytes) -> None:
        with pytest.raises(WrongFormat):
            kind_of(name, head)


class TestJsonl:
    def test_a_full_row(self) -> None:
        line = (
            '{"external_id":"x","url":"https://e.org/a%20b.jpg?s=1#f","name":"n","meta":{"a":[1,null]},"batch":"b","priority":-3,'
            '"split":"val","annotation":{"marks":[' + MARK + "]}}"
        )
        found = row(line)
        assert (found.line, found.after) == (1, Cursor(1, len(line)))
        assert (found.external_id, found.url, found.name) == ("x", "https://e.org/a%20b.jpg?s=1#f", "n")
        assert (found.meta, found.batch, found.priority, found.split) == ({"a": [1, None]}, "b", -3, "val")
        assert found.annotation is not None
        assert found.annotation.marks[0].class_ == "car"

    @pytest.mark.parametrize(
        ("line", "external_id", "name"),
        [
            ('{"path":"b\\\\c/a.jpg"}', "b/c/a.jpg", "a.jpg"),
            ('{"url":"https://e.org/x/a%20b.jpg?s=/1"}', "https://e.org/x/a%20b.jpg?s=/1", "a b.jpg"),
            ('{"url":"s3://bucket/a%2Fb.jpg"}', "s3://bucket/a%2Fb.jpg", "a_b.jpg"),
            ('{"url":"https://e.org/"}', "https://e.org/", "e.org"),
            (f'{{"sha256":"{HASH}"}}', HASH, HASH),
            ('{"path":"a.jpg","annotation":null,"meta":null,"priority":null}', "a.jpg", "a.jpg"),
        ],
    )
    def test_names_come_from_the_place(self, line: str, external_id: str, name: str) -> None:
        found = row(line)
        assert (found.external_id, found.name) == (external_id, name)

    def test_long_urls_get_a_short_external_id(self) -> None:
        found = row('{"url":"https://e.org/' + "a" * 2000 + '"}')
        assert found.external_id.startswith("sha256:")
        assert len(found.external_id) == 71
        assert len(found.name) == 1024

    @pytest.mark.parametrize(
        ("line", "code", "path"),
        [
            ("{", "bad_json", ""),
            ("[1]", "wrong_value", ""),
            ('"https://e.org/a"', "wrong_value", ""),
            ("{}", "wrong_place", ""),
            ('{"url":"https://e.org/a","path":"a"}', "wrong_place", ""),
            ('{"urll":"https://e.org/a"}', "wrong_value", ""),
            ('{"url":"file:///etc/passwd"}', "bad_url", "/url"),
            ('{"url":"javascript:alert(1)"}', "bad_url", "/url"),
            ('{"url":"https://"}', "bad_url", "/url"),
            ('{"url":"https://e.org/a b"}', "bad_url", "/url"),
            ('{"url":"https://e.org/\\u0007"}', "bad_url", "/url"),
            ('{"url":"https://e.org/' + "a" * 9000 + '"}', "wrong_value", "/url"),
            ('{"path":"../a.jpg"}', "path_outside", "/path"),
            ('{"assets":[]}', "wrong_value", "/assets"),
            ('{"assets":[{"path":"a"}],"url":"https://e.org/a"}', "wrong_place", ""),
            ('{"assets":[{"path":"a"},{}]}', "wrong_place", "/assets/1"),
            ('{"assets":[{"path":"a"},{"path":"../b"}]}', "path_outside", "/assets/1/path"),
            ('{"assets":[{"path":"a"},{"url":"e.org"}]}', "bad_url", "/assets/1/url"),
            ('{"path":"/etc/passwd"}', "path_outside", "/path"),
            ('{"sha256":"AB"}', "wrong_value", "/sha256"),
            ('{"path":"a","meta":[]}', "wrong_value", "/meta"),
            ('{"path":"a","priority":"high"}', "wrong_value", "/priority"),
            ('{"path":"a","priority":1e12}', "wrong_value", "/priority"),
            ('{"path":"a","external_id":7}', "wrong_value", "/external_id"),
            ('{"path":"a","external_id":""}', "wrong_value", "/external_id"),
            ('{"path":"a","split":"../b"}', "wrong_value", "/split"),
            ('{"path":"a","annotation":{"marks":[{"id":"1"}]}}', "wrong_value", "/annotation/marks/0"),
            ('{"path":"a","annotation":{"version":99}}', "wrong_value", "/annotation/version"),
            ('{"path":"a","annotation":5}', "wrong_value", "/annotation"),
            ('{"path":"a","meta":{"a":"\\u0000"}}', "nul_character", ""),
            ('{"path":"a","meta":{"a":' + "[" * 100_000, "too_deep", ""),
            ('{"path":"\udcff"}', "bad_encoding", ""),
        ],
    )
    def test_a_bad_row_is_named_and_the_others_stay(self, line: str, code: str, path: str) -> None:
        raw = f'{{"path":"1"}}\n\n{line}\n{{"path":"2"}}\n'.encode("utf-8", "surrogateescape")
        found = rows(raw)
        assert [each.external_id for each in found if isinstance(each, ManifestRow)] == ["1", "2"]
        bad = found[1]
        assert isinstance(bad, RowFault)
        assert (bad.code, bad.path, bad.file, bad.line) == (code, path, "m", 3)
        assert bad.after == Cursor(3, len(raw) - len('{"path":"2"}\n'))

    def test_a_huge_line_is_named(self) -> None:
        found = rows('{"path":"' + "a" * 5000 + '"}\n{"path":"2"}', limits=Limits(line_bytes=1000))
        assert [type(each) for each in found] == [RowFault, ManifestRow]


class TestUrls:
    def test_a_url_a_line(self) -> None:
        found = rows("\ufeffhttps://e.org/a.jpg\r\n\n# note\n  gs://b/c/d.png \n", ManifestKind.URLS)
        assert [(each.line, each.external_id) for each in found if isinstance(each, ManifestRow)] == [
            (1, "https://e.org/a.jpg"),
            (4, "gs://b/c/d.png"),
        ]

    @pytest.mark.parametrize(
        ("line", "code"), [("ftp://e.org/a", "bad_url"), ("\udcff", "bad_encoding"), ("a" * 50_000, "over_limit")]
    )
    def test_a_bad_line_is_named(self, line: str, code: str) -> None:
        found = rows(f"{line}\nhttps://e.org/a".encode("utf-8", "surrogateescape"), ManifestKind.URLS)
        assert isinstance(found[0], RowFault)
        assert (found[0].code, found[0].line) == (code, 1)
        assert isinstance(found[1], ManifestRow)


class TestCsv:
    @pytest.mark.parametrize("cut", [",", ";", "\t"])
    def test_columns_in_any_order_and_cells_in_quotes(self, cut: str) -> None:
        header = cut.join(["Name", " URL ", "weather", "meta.camera", "meta", "priority", "annotation"])
        annotation = '{"marks":[' + MARK + "]}"
        quoted = annotation.replace('"', '""')
        cells = cut.join(
            ['"a ""b"", c"', "https://e.org/a", '"sun\nrain"', "front", '"{""deep"":1}"', "7", f'"{quoted}"']
        )
        found = row(f"{header}\r\n{cells}\r\n", ManifestKind.CSV)
        assert found.name == 'a "b", c'
        assert found.meta == {"weather": "sun\nrain", "camera": "front", "deep": 1}
        assert found.priority == 7
        assert found.annotation is not None
        assert len(found.annotation.marks) == 1
        assert (found.line, found.after.line) == (2, 3)

    def test_empty_cells_are_absent(self) -> None:
        found = row("external_id,path,batch,weather\n,a.jpg,,\n", ManifestKind.CSV)
        assert (found.external_id, found.batch, found.meta) == ("a.jpg", None, {})

    @pytest.mark.parametrize(
        ("line", "code", "path"),
        [
            ("a", "wrong_columns", ""),
            ("a,b,c,d,e", "wrong_columns", ""),
            ("a,x,,", "bad_cell", "/meta"),
            ('"a"b,,,', "bad_csv", ""),
            ("a,,high,", "bad_cell", "/priority"),
            ("a,,1.5,", "wrong_value", "/priority"),
            ("a,{,,", "bad_cell", "/meta"),
            ("a,[],,", "wrong_value", "/meta"),
            ("a,,,5", "wrong_value", "/annotation"),
            ('a,,,"{""version"":99}"', "wrong_value", "/annotation/version"),
            ("../a,,,", "path_outside", "/path"),
            ("a\x00,,,", "file_damaged", ""),
            ("\udcff,,,", "bad_encoding", ""),
        ],
    )
    def test_a_bad_row_is_named_and_the_others_stay(self, line: str, code: str, path: str) -> None:
        raw = f"path,meta,priority,annotation\n1,,,\n{line}\n2,,,\n".encode("utf-8", "surrogateescape")
        found = rows(raw, ManifestKind.CSV)
        bad = found[1]
        assert isinstance(bad, RowFault)
        assert [each.external_id for each in found if isinstance(each, ManifestRow)] == ["1", "2"]
        assert (bad.code, bad.path, bad.line) == (code, path, 3)
        assert bad.after == Cursor(3, len(raw) - len("2,,,\n"))

    def test_a_quote_that_never_ends_is_named(self) -> None:
        found = fault('path\n"abc\ndef\n', ManifestKind.CSV)
        assert (found.code, found.line) == ("bad_csv", 2)

    @pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "path,PATH\n1,2\n", 'path,"x\n1', "\n\n"])
    def test_a_file_without_column_names_is_named(self, text: str) -> None:
        with pytest.raises(WrongFormat) as caught:
            rows(text, ManifestKind.CSV)
        assert caught.value.fields == {"file": "m", "line": 1}

    def test_utf16_is_named(self) -> None:
        with pytest.raises(BadEncoding):
            rows("path\na\n".encode("utf-16"), ManifestKind.CSV)


class TestParquet:
    def test_columns_structs_and_times(self) -> None:
        annotation = {"marks": [{"id": "1", "kind": "tag", "class": "car", "score": None}], "answers": None}
        data = table(
            external_id=[7],
            path=["a.jpg"],
            meta=[{"camera": "front", "none": None}],
            taken=[datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.UTC)],
            priority=[5],
            annotation=[annotation],
        )
        found = row(data, ManifestKind.PARQUET)
        assert (found.line, found.external_id, found.path, found.priority) == (1, "7", "a.jpg", 5)
        assert found.meta == {"camera": "front", "taken": "2026-01-02T03:00:00+00:00"}
        assert found.annotation is not None
        assert found.annotation.marks[0].kind == "tag"

    def test_json_in_text_columns(self) -> None:
        found = row(table(path=["a"], meta=['{"a":1}'], annotation=['{"marks":[' + MARK + "]}"]), ManifestKind.PARQUET)
        assert found.meta == {"a": 1}
        assert found.annotation is not None

    def test_bad_rows_are_named_and_the_others_stay(self) -> None:
        paths = ["1", "../x", "a\x00", None, "5", "6"]
        data = table(path=paths, size=[1.0] * 4 + [float("nan"), 1.0], raw=[None] * 5 + [b"x"])
        found = rows(data, ManifestKind.PARQUET)
        assert [each.code if isinstance(each, RowFault) else each.external_id for each in found] == [
            "1",
            "path_outside",
            "bad_cell",
            "wrong_place",
            "bad_cell",
            "bad_cell",
        ]

    @pytest.mark.parametrize(
        "data", [b"", b"PAR1", b"PAR1" * 10, b"hello world, this is no parquet", table(path=["a"])[:-20]]
    )
    def test_broken_files_are_named(self, data: bytes) -> None:
        with pytest.raises(FileDamaged):
            rows(data, ManifestKind.PARQUET)

    def test_floods_of_rows_are_refused(self) -> None:
        data = table(path=["a"] * 11)
        assert len(rows(data, ManifestKind.PARQUET, limits=Limits(rows=11))) == 11
        with pytest.raises(OverLimit):
            rows(data, ManifestKind.PARQUET, limits=Limits(rows=10))

    def test_a_file_of_other_columns_is_named(self) -> None:
        with pytest.raises(WrongFormat):
            rows(table(a=["b"]), ManifestKind.PARQUET)


def manifest(kind: ManifestKind, count: int) -> bytes:
    """`count` rows, the third of them bad but in the list of URLs."""
    good = [str(number) for number in range(count)]
    if kind is ManifestKind.JSONL:
        lines = [f'{{"path":"{each}"}}\n' if each != "2" else "{\n" for each in good]
        return ("\ufeff" + "".join(lines)).encode()
    if kind is ManifestKind.CSV:
        return ("path,note\n" + "".join(f'{each},"a\nb"\n' if each != "2" else "..,x\n" for each in good)).encode()
    if kind is ManifestKind.URLS:
        return ("# list\n" + "".join(f"https://e.org/{each}\n" for each in good)).encode()
    return table(path=[each if each != "2" else ".." for each in good])


class TestResuming:
    @pytest.mark.parametrize("kind", ManifestKind)
    def test_behind_any_row_the_rest_follows(self, kind: ManifestKind) -> None:
        data = manifest(kind, 8)
        whole = rows(data, kind)
        assert len(whole) == 8
        for place, each in enumerate(whole):
            assert each.after is not None
            assert rows(data, kind, start_at=each.after) == whole[place + 1 :]

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from([kind for kind in ManifestKind if kind is not ManifestKind.PARQUET]), st.data())
    def test_damaged_text_gives_rows_and_faults_or_a_named_error(self, kind: ManifestKind, data: st.DataObject) -> None:
        raw = bytearray(manifest(kind, 5))
        for _ in range(data.draw(st.integers(1, 4))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.sampled_from(b'\x00"\xff\n{}[],\\:a'))
        try:
            found = rows(bytes(raw[: data.draw(st.integers(0, len(raw)))]), kind)
        except FormatFault:
            return
        assert all(each.after is not None for each in found)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), min_size=1, max_size=4))
    def test_damaged_parquet_gives_rows_and_faults_or_a_named_error(self, changes: list[tuple[int, int]]) -> None:
        raw = bytearray(manifest(ManifestKind.PARQUET, 5))
        for place, value in changes:
            raw[place % len(raw)] = value
        try:
            found = rows(bytes(raw), ManifestKind.PARQUET)
        except FormatFault:
            return
        assert all(each.after is not None for each in found)
