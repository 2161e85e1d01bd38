"""Writing folders and archives."""

import io
import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fairmark.formats.sink as sink_module
from fairmark.formats.model import PathOutside
from fairmark.formats.sink import FolderSink, ZipSink
from fairmark.formats.source import open_source


class OneWay(io.RawIOBase):
    """A file that cannot seek or tell, as a pipe or an upload."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self.data += data
        return len(data)


class TestZipSink:
    @given(st.dictionaries(st.sampled_from(["a.txt", "ä/行.txt", "b/c.txt", "d"]), st.binary(max_size=2000)))
    def test_the_standard_library_reads_what_it_writes(self, files: dict[str, bytes]) -> None:
        file = io.BytesIO()
        with ZipSink(file) as sink:
            for path, data in files.items():
                sink.write(path, data)
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            assert {info.filename: archive.read(info) for info in archive.infolist()} == files
        assert sink.files == len(files)

    def test_takes_several_open_files_at_once(self) -> None:
        file = io.BytesIO()
        with ZipSink(file) as sink:
            first, second = sink.open("1.txt"), sink.open("2.txt")
            for _ in range(1000):
                first.write(b"first")
                second.write(b"second")
            second.close()
            sink.write("3.txt", b"third")
            first.close()
            first.close()
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == ["2.txt", "3.txt", "1.txt"]
            assert archive.read("1.txt") == b"first" * 1000
            assert archive.read("2.txt") == b"second" * 1000

    def test_a_dropped_file_is_not_in_the_archive(self) -> None:
        file = io.BytesIO()
        with ZipSink(file) as sink:
            stream = sink.open("1.txt")
            stream.write(b"half")
            stream.drop()
            stream.close()
            sink.write("2.txt", b"")
        assert zipfile.ZipFile(file).namelist() == ["2.txt"]
        assert sink.files == 1

    def test_needs_no_seeking(self) -> None:
        pipe = OneWay()
        with ZipSink(pipe) as sink:  # type: ignore[arg-type]
            sink.write("a.txt", b"x" * 100)
            stream = sink.open("b.txt")
            stream.write(b"y")
            stream.close()
        assert zipfile.ZipFile(io.BytesIO(bytes(pipe.data))).read("b.txt") == b"y"

    def test_more_files_than_the_old_records_can_count(self) -> None:
        file = io.BytesIO()
        with ZipSink(file) as sink:
            for number in range(66_000):
                sink.write(f"{number}", b"")
        assert len(zipfile.ZipFile(file).namelist()) == 66_000
        with open_source(file) as source:
            assert sum(1 for _ in source.paths()) == 66_000

    def test_sizes_beyond_the_old_records(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # Four gibibytes take too long here: with the limit at 1,000 bytes the same records are written.
        monkeypatch.setattr(sink_module, "_LIMIT_32", 1000)
        file, noise = io.BytesIO(), Random(1).randbytes(2000)
        with ZipSink(file) as sink:
            sink.write("small", b"s" * 10)
            sink.write("large", noise)
            sink.write("behind", b"b" * 10)
        raw = file.getvalue()
        assert raw.endswith(struct.pack("<IH", 1000, 0))
        assert b"PK\x06\x06" in raw
        # The size 1000 stands where a true archive has 0xFFFFFFFF; put that in, and others read it.
        patched = raw.replace(struct.pack("<I", 1000), b"\xff\xff\xff\xff")
        with zipfile.ZipFile(io.BytesIO(patched)) as archive:
            assert archive.read("large") == noise
            assert archive.read("behind") == b"b" * 10
        with open_source(io.BytesIO(patched)) as source:
            assert source.open("large").read() == noise
            assert source.open("behind").read() == b"b" * 10

    def test_dates_are_fixed_or_given(self) -> None:
        file = io.BytesIO()
        with ZipSink(file, stamp=datetime(2026, 11, 22, 4, 44, 10, tzinfo=UTC)) as sink:
            sink.write("a", b"")
        assert zipfile.ZipFile(file).infolist()[0].date_time == (2026, 11, 22, 4, 44, 10)

    def test_left_by_an_error_it_is_no_archive(self) -> None:
        file = io.BytesIO()

        def broken_off() -> None:
            with ZipSink(file) as sink:
                sink.write("a.txt", b"x")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            broken_off()
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(file)

    def test_refuses_paths_that_lead_outside(self) -> None:
        with ZipSink(io.BytesIO()) as sink, pytest.raises(PathOutside):
            sink.write("../a.txt", b"")


class TestFolderSink:
    def test_writes_files_and_folders(self, tmp_path: Path) -> None:
        sink = FolderSink(tmp_path / "new")
        sink.write("a/b.txt", b"1")
        stream = sink.open("a/c.txt")
        stream.write(b"2")
        assert sink.files == 1
        stream.close()
        assert sink.files == 2
        assert (tmp_path / "new/a/b.txt").read_bytes() == b"1"
        assert (tmp_path / "new/a/c.txt").read_bytes() == b"2"

    def test_a_dropped_file_is_gone(self, tmp_path: Path) -> None:
        sink = FolderSink(tmp_path)
        stream = sink.open("a.txt")
        stream.write(b"half")
        stream.drop()
        assert list(tmp_path.iterdir()) == []
        assert sink.files == 0

    def test_never_overwrites(self, tmp_path: Path) -> None:
        sink = FolderSink(tmp_path)
        sink.write("a.txt", b"1")
        with pytest.raises(FileExistsError):
            sink.write("a.txt", b"2")
        assert (tmp_path / "a.txt").read_bytes() == b"1"

    def test_refuses_paths_that_lead_outside(self, tmp_path: Path) -> None:
        with pytest.raises(PathOutside):
            FolderSink(tmp_path).open("../a.txt")
