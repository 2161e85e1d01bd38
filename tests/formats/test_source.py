"""Reading folders, files and archives, and refusing what is wrong with them."""

import io
import os
from pathlib import Path

import pytest

from fairmark.formats.contract import Limits
from fairmark.formats.model import BadEncoding, FileDamaged, FormatFault, LinkRefused, OverLimit, WrongFormat
from fairmark.formats.source import FileSource, FolderSource, open_source, read_document, text_of
from fairmark.formats.zip_source import ZipSource

from .archives import archive


class TestOpenSource:
    def test_tells_folders_archives_and_files(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_bytes(b"{}")
        (tmp_path / "a.zip").write_bytes(archive({"b.txt": b"x"}))
        with open_source(tmp_path) as source:
            assert isinstance(source, FolderSource)
        with open_source(tmp_path / "a.zip") as source:
            assert isinstance(source, ZipSource)
            assert list(source.paths()) == ["b.txt"]
        with open_source(tmp_path / "a.json") as source:
            assert isinstance(source, FileSource)
            assert list(source.paths()) == ["a.json"]

    @pytest.mark.parametrize(
        "head",
        [
            b"\x1f\x8b\x08rest",
            b"BZh91AY",
            b"Rar!\x1a\x07",
            b"7z\xbc\xaf\x27\x1c",
            b"\xfd7zXZ\x00",
            b"\x28\xb5\x2f\xfd00",
        ],
    )
    def test_names_archives_of_other_kinds(self, head: bytes) -> None:
        with pytest.raises(WrongFormat, match="archive"):
            open_source(io.BytesIO(head), "labels.bin")

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(FormatFault) as caught:
            open_source(tmp_path / "none.zip")
        assert caught.value.fields["file"] == "none.zip"

    def test_a_broken_archive_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and nothing more")
        with pytest.raises(FileDamaged):
            open_source(tmp_path / "a.zip")


class TestFileSource:
    @pytest.mark.parametrize("on_disk", [True, False])
    def test_can_be_read_again_and_again(self, on_disk: bool, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes(b"0123456789")
        file = (tmp_path / "a.txt").open("rb") if on_disk else io.BytesIO(b"0123456789")
        source = FileSource(file, "dir/a.txt")
        assert source.name == "a.txt"
        for _ in range(2):
            with source.open("a.txt") as handle:
                assert handle.read(4) == b"0123"
                handle.seek(8)
                assert handle.read() == b"89"
        file.close()

    def test_has_only_itself(self) -> None:
        source = FileSource(io.BytesIO(b""), "a.txt")
        assert source.has("a.txt")
        assert not source.has("b.txt")
        with pytest.raises(FormatFault):
            source.open("b.txt")

    def test_refuses_files_above_the_limit(self) -> None:
        with pytest.raises(OverLimit):
            FileSource(io.BytesIO(b"12345"), "a.txt", Limits(file_bytes=4)).open("a.txt")


class TestFolderSource:
    def test_lists_plain_files_in_a_fixed_order(self, tmp_path: Path) -> None:
        for path in ["b.txt", "a/c.txt", "a/b/d.txt", ".DS_Store", "._b.txt", "C.txt"]:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(b"")
        assert list(FolderSource(tmp_path).paths()) == ["C.txt", "b.txt", "a/c.txt", "a/b/d.txt"]

    def test_opens_what_is_inside_only(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.txt").write_bytes(b"x")
        (tmp_path / "secret.txt").write_bytes(b"s")
        source = FolderSource(tmp_path / "in")
        assert source.open("a.txt").read() == b"x"
        assert source.has("a.txt")
        assert not source.has("../secret.txt")
        for path in ["../secret.txt", "/etc/passwd", "a.txt\x00", "none.txt", ""]:
            with pytest.raises(FormatFault):
                source.open(path)

    def test_refuses_links(self, tmp_path: Path) -> None:
        (tmp_path / "secret.txt").write_bytes(b"s")
        inside = tmp_path / "in"
        inside.mkdir()
        (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
        (inside / "folder").symlink_to(tmp_path)
        source = FolderSource(inside)
        with pytest.raises(LinkRefused):
            list(source.paths())
        for path in ["link.txt", "folder/secret.txt"]:
            with pytest.raises(LinkRefused):
                source.open(path)
        assert not source.has("link.txt")

    def test_refuses_names_that_are_no_text(self, tmp_path: Path) -> None:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_bytes(b"")
        with pytest.raises(BadEncoding):
            list(FolderSource(tmp_path).paths())

    def test_refuses_more_files_than_allowed(self, tmp_path: Path) -> None:
        for number in range(4):
            (tmp_path / f"{number}").write_bytes(b"")
        with pytest.raises(OverLimit):
            list(FolderSource(tmp_path, Limits(entries=3)).paths())


class TestReadDocument:
    @pytest.mark.parametrize("size", [0, 5, 2**16, 2**16 + 1, 2**17])
    def test_reads_whole_files(self, size: int) -> None:
        data = b"x" * size
        assert read_document(FileSource(io.BytesIO(data), "a"), "a") == data

    @pytest.mark.parametrize("size", [101, 2**16, 2**20])
    def test_refuses_larger_ones(self, size: int) -> None:
        source = FileSource(io.BytesIO(b"x" * size), "a", Limits(document_bytes=100))
        with pytest.raises(OverLimit):
            read_document(source, "a")


class TestTextOf:
    def test_takes_utf8_with_and_without_a_mark(self) -> None:
        assert text_of("ä".encode(), "a") == text_of(b"\xef\xbb\xbf" + "ä".encode(), "a") == "ä"

    @pytest.mark.parametrize(
        ("data", "fault"),
        [
            ("ä".encode("latin-1"), BadEncoding),
            ("a".encode("utf-16"), BadEncoding),
            (b"\xe4\xb8", BadEncoding),
            (b"a\x00b", FileDamaged),
        ],
    )
    def test_names_other_encodings(self, data: bytes, fault: type[FormatFault]) -> None:
        with pytest.raises(fault) as caught:
            text_of(data, "a.txt", 7)
        assert caught.value.fields == {"file": "a.txt", "line": 7}
