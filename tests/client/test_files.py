import hashlib
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.client import files
from fairmark.client.errors import BadSource
from fairmark.client.files import SMALL_BYTES_MAX, WINDOW_BYTES, WINDOW_FILES, LocalFile


class TestPictures:
    def test_finds_pictures_below_in_the_order_of_their_names(self, tmp_path: Path) -> None:
        for name in ("b.JPG", "a/z.png", "a/y.webp", "notes.txt", ".hidden.png", ".git/x.png"):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"x")
        found, others = files.pictures(tmp_path)
        assert [file.name for file in found] == ["b.JPG", "a/y.webp", "a/z.png"]
        assert [file.bytes for file in found] == [1, 1, 1]
        assert others == 1

    def test_does_not_walk_in_circles(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(b"x")
        (tmp_path / "loop").symlink_to(tmp_path)
        assert [file.name for file in files.pictures(tmp_path)[0]] == ["a.png"]

    def test_a_folder_without_pictures_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes(b"x")
        with pytest.raises(BadSource, match="holds no picture"):
            files.pictures(tmp_path)
        with pytest.raises(BadSource, match="is no folder"):
            files.pictures(tmp_path / "a.txt")


class TestLocal:
    def test_refuses_what_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(BadSource, match="is no file"):
            files.local(tmp_path)
        with pytest.raises(BadSource, match="cannot be read"):
            files.local(tmp_path / "nothing")


class TestWindows:
    @given(st.lists(st.one_of(st.integers(0, 10), st.integers(0, SMALL_BYTES_MAX + 2)), max_size=600))
    def test_keep_the_order_and_their_bounds(self, sizes: list[int]) -> None:
        given_files = [LocalFile(Path(str(n)), str(n), size) for n, size in enumerate(sizes)]
        windows = list(files.windows(given_files))
        assert [file for window in windows for file in window] == given_files
        for window in windows:
            assert 0 < len(window) <= WINDOW_FILES
            assert len(window) == 1 or sum(file.bytes for file in window) <= WINDOW_BYTES
            assert len(window) == 1 or all(file.bytes <= SMALL_BYTES_MAX for file in window)


class TestReading:
    def test_hash_and_parts_fit_the_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "READ_BYTES", 7)
        data = bytes(range(256))
        (tmp_path / "x.bin").write_bytes(data)
        file = files.local(tmp_path / "x.bin")
        assert files.hash_of(file) == hashlib.sha256(data).hexdigest()
        assert files.read_whole(file) == (data, hashlib.sha256(data).hexdigest())
        assert files.read_part(file, 250, 100) == data[250:]

    def test_a_file_that_became_shorter_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "x.bin").write_bytes(b"abc")
        with pytest.raises(BadSource, match="changed while it was sent"):
            files.read_part(files.local(tmp_path / "x.bin"), 3, 10)


class TestBatchBody:
    def test_is_a_line_and_the_bytes(self) -> None:
        one, two = LocalFile(Path("a"), "a.png", 2), LocalFile(Path("b"), "ü.png", 3)
        body = BytesIO(files.batch_body([(one, b"\n\n", "00"), (two, b"xyz", "11")]))
        listing = msgspec.json.decode(body.readline())
        assert listing == {
            "files": [
                {"name": "a.png", "bytes": 2, "sha256": "00"},
                {"name": "ü.png", "bytes": 3, "sha256": "11"},
            ]
        }
        assert body.read() == b"\n\nxyz"
