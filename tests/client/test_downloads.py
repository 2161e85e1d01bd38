import zipfile
from pathlib import Path

import pytest

from fairmark.client.downloads import Target, unpack
from fairmark.client.errors import BadDownload


def archive(path: Path, name: str = "a/b.txt", text: str = "hello") -> bytes:
    """A ZIP with one file."""
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(name, text)
    return path.read_bytes()


class TestTarget:
    def test_lies_in_a_folder_under_the_files_own_name_or_where_it_is_told(self, tmp_path: Path) -> None:
        assert Target.at(tmp_path, "x.zip", "id", 1).path == tmp_path / "x.zip"
        assert Target.at(tmp_path / "new" / "y.zip", "x.zip", "id", 1).path == tmp_path / "new" / "y.zip"
        assert Target.at(tmp_path, "../../etc/x.zip", "id", 1).path == tmp_path / "x.zip"

    def test_an_interrupted_one_goes_on_where_it_was(self, tmp_path: Path) -> None:
        data = archive(tmp_path / "whole.zip")
        target = Target.at(tmp_path, "x.zip", "id", len(data))
        with target.opened(0) as file:
            file.write(data[:10])
        again = Target.at(tmp_path, "x.zip", "id", len(data))
        assert again.have() == 10
        with again.opened(10) as file:
            file.write(data[10:])
        assert again.finish().read_bytes() == data
        assert sorted(path.name for path in tmp_path.iterdir()) == ["whole.zip", "x.zip"]

    def test_bytes_of_another_download_are_not_taken_for_its_own(self, tmp_path: Path) -> None:
        with Target.at(tmp_path, "x.zip", "one", 100).opened(0) as file:
            file.write(b"1234")
        assert Target.at(tmp_path, "x.zip", "two", 100).have() == 0

    def test_too_many_bytes_are_thrown_away(self, tmp_path: Path) -> None:
        target = Target.at(tmp_path, "x.zip", "id", 3)
        with target.opened(0) as file:
            file.write(b"12345")
        assert target.have() == 0

    def test_a_short_file_and_a_damaged_archive_never_get_the_name(self, tmp_path: Path) -> None:
        data = archive(tmp_path / "whole.zip", text="hello " * 100)
        short = Target.at(tmp_path, "x.zip", "id", len(data))
        with short.opened(0) as file:
            file.write(data[:-1])
        with pytest.raises(BadDownload, match="were announced"):
            short.finish()
        bad = bytearray(data)
        bad[60] ^= 1  # inside the stored text
        with short.opened(0) as file:
            file.write(bad)
        with pytest.raises(BadDownload, match="damaged"):
            short.finish()
        assert not (tmp_path / "x.zip").exists()


class TestUnpack:
    def test_puts_the_content_into_the_folder_and_the_archive_away(self, tmp_path: Path) -> None:
        archive(tmp_path / "x.zip")
        assert unpack(tmp_path / "x.zip", tmp_path / "out") == tmp_path / "out"
        assert (tmp_path / "out" / "a" / "b.txt").read_text() == "hello"
        assert not (tmp_path / "x.zip").exists()

    def test_refuses_names_that_lead_out(self, tmp_path: Path) -> None:
        archive(tmp_path / "x.zip", name="../evil.txt")
        (tmp_path / "out").mkdir()
        with pytest.raises(BadDownload, match="outside its folder"):
            unpack(tmp_path / "x.zip", tmp_path / "out")
        assert not (tmp_path / "evil.txt").exists()
