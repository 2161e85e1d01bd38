"""Reading archives that strangers made."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmark.formats.contract import Limits
from fairmark.formats.model import ArchiveBomb, FileDamaged, FormatFault, LinkRefused, OverLimit, PathOutside
from fairmark.formats.zip_source import ZipSource

from .archives import archive, linked, patched


def opened(data: bytes, limits: Limits | None = None) -> ZipSource:
    return ZipSource(io.BytesIO(data), "test.zip", limits)


class TestReading:
    @given(st.dictionaries(st.sampled_from(["a.txt", "ä/行.txt", "b/c.txt", "d"]), st.binary(max_size=3000)))
    def test_gives_what_the_standard_library_wrote(self, files: dict[str, bytes]) -> None:
        with opened(archive(files)) as source:
            assert sorted(source.paths()) == sorted(files)
            assert {path: source.open(path).read() for path in files} == files

    def test_reads_large_files_by_pieces_of_any_size(self) -> None:
        data = bytes(range(256)) * 4000
        source = opened(archive({"a": data}))
        with source.open("a") as file:
            pieces = iter(lambda: file.read(777), b"")
            assert b"".join(pieces) == data

    def test_reads_two_files_by_turns(self) -> None:
        source = opened(archive({"a": b"a" * 200_000, "b": b"b" * 200_000}))
        with source.open("a") as first, source.open("b") as second:
            for _ in range(100):
                assert first.read(2000) == b"a" * 2000
                assert second.read(2000) == b"b" * 2000

    def test_reads_stored_files_and_streamed_ones(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as made:
            made.writestr("stored", b"x" * 100)
            with made.open("streamed", "w", force_zip64=True) as stream:
                stream.write(b"y" * 100)
        source = opened(file.getvalue())
        assert source.open("stored").read() == b"x" * 100
        assert source.open("streamed").read() == b"y" * 100

    def test_passes_over_folders_and_what_desktops_add(self) -> None:
        data = archive({"a/": b"", "a/b.txt": b"", "__MACOSX/a/._b.txt": b"", "a/.DS_Store": b""})
        assert list(opened(data).paths()) == ["a/b.txt"]

    def test_turns_the_slashes_of_windows(self) -> None:
        # The standard library turns them itself on Windows only.
        assert list(opened(archive({"a\\b.txt": b"x"})).paths()) == ["a/b.txt"]

    def test_an_empty_archive_is_empty(self) -> None:
        assert list(opened(archive({})).paths()) == []

    def test_has_and_open_know_only_what_is_listed(self) -> None:
        source = opened(archive({"a": b"x"}))
        assert source.has("a")
        assert not source.has("b")
        with pytest.raises(FormatFault):
            source.open("b")


class TestRefusing:
    @pytest.mark.parametrize("path", ["../a.txt", "/etc/passwd", "a/../../b", "C:\\a.txt", "..\\a.txt"])
    def test_names_that_lead_outside(self, path: str) -> None:
        with pytest.raises(PathOutside):
            opened(archive({path: b"x"}))

    def test_links(self) -> None:
        with pytest.raises(LinkRefused):
            opened(linked("a.txt", "/etc/passwd"))

    def test_encryption_and_rare_packing(self) -> None:
        data = archive({"a.txt": b"x"})
        with pytest.raises(FormatFault, match="encrypted"):
            opened(patched(data, 0, "flags", 1))
        with pytest.raises(FormatFault, match="method 14"):
            opened(patched(data, 0, "method", 14))

    def test_too_many_entries(self) -> None:
        data = archive({f"{number}": b"" for number in range(5)})
        assert len(list(opened(data, Limits(entries=5)).paths())) == 5
        with pytest.raises(OverLimit):
            opened(data, Limits(entries=4))

    def test_bombs_by_ratio(self) -> None:
        # 20 MB of zeros pack to 20 kB: a thousand times, where 200 are allowed.
        with pytest.raises(ArchiveBomb, match="200 times"):
            opened(archive({"a": bytes(20_000_000)}))

    def test_high_ratios_of_small_files_are_fine(self) -> None:
        assert opened(archive({"a": bytes(1_000_000)})).open("a").read() == bytes(1_000_000)

    def test_bombs_by_size(self) -> None:
        data = archive({"a": b"x" * 1000, "b": b"y" * 1000})
        with pytest.raises(ArchiveBomb):
            opened(data, Limits(file_bytes=999))
        with pytest.raises(ArchiveBomb):
            opened(data, Limits(total_bytes=1999))

    def test_bombs_that_lie_about_their_size(self) -> None:
        data = archive({"a": bytes(20_000_000)})
        source = opened(patched(data, 0, "size", 100))
        with pytest.raises(ArchiveBomb, match="more than the archive says"):
            source.open("a").read()

    def test_bombs_that_overlap(self) -> None:
        # Every entry claims the bytes of the first: ten files of 1,000 packed bytes in an archive of 2,000.
        noise = bytes(range(256)) * 4
        data = archive({str(number): noise for number in range(3)})
        for entry in range(3):
            data = patched(data, entry, "packed", len(data))
        with pytest.raises(ArchiveBomb, match="overlap"):
            opened(data)

    def test_wrong_checksums_and_sizes(self) -> None:
        data = archive({"a": b"hello"})
        with pytest.raises(FileDamaged, match="checksum"):
            opened(patched(data, 0, "check", 1)).open("a").read()
        with pytest.raises(FileDamaged, match="checksum"):
            opened(patched(data, 0, "size", 6)).open("a").read()

    def test_a_header_that_is_not_there(self) -> None:
        with pytest.raises(FileDamaged):
            opened(patched(archive({"a": b"hello"}), 0, "start", 3)).open("a")

    @given(st.integers(0, 10_000))
    def test_every_truncation_is_named(self, cut: int) -> None:
        data = archive({"a.txt": b"hello" * 20, "b/c.txt": b"world"})
        with pytest.raises(FormatFault):
            opened(data[: cut % len(data)])

    @settings(max_examples=300)
    @given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=5))
    def test_random_damage_is_named_or_harmless(self, changes: list[tuple[int, int]]) -> None:
        data = bytearray(archive({"a.txt": b"hello" * 20, "b/c.txt": b"world"}))
        for place, value in changes:
            data[place % len(data)] = value
        try:
            source = opened(bytes(data))
            contents = {path: source.open(path).read() for path in source.paths()}
        except FormatFault:
            return
        # What comes through has its checksum: only names and dates can differ.
        assert set(contents.values()) <= {b"hello" * 20, b"world"}
