from pathlib import Path

import pytest

from fairmark.client.commands.unfinished import Reached, Unfinished


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file on its way, and a cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "m.jsonl").write_text("x")
    return tmp_path / "m.jsonl"


def note(file: Path, url: str = "http://s", project: str = "p", said: str = "") -> Unfinished:
    return Unfinished(url, project, file, said)


class TestUnfinished:
    def test_remembers_until_it_is_done(self, file: Path) -> None:
        assert note(file).read() == Reached()
        note(file).keep(Reached("u", "i"))
        assert note(file).read() == Reached("u", "i")
        note(file).done()
        assert note(file).read() == Reached()
        note(file).done()

    def test_another_server_project_batch_or_content_is_another_import(self, file: Path) -> None:
        note(file).keep(Reached("u"))
        assert note(file, url="http://t").read() == Reached()
        assert note(file, project="q").read() == Reached()
        assert note(file, said="batch").read() == Reached()
        file.write_text("longer")
        assert note(file).read() == Reached()

    def test_a_note_that_cannot_be_read_or_written_is_none(self, file: Path, tmp_path: Path) -> None:
        note(file).keep(Reached("u"))
        for path in (tmp_path / "cache" / "fairmark" / "imports").iterdir():
            path.write_text("[")
        assert note(file).read() == Reached()
        (tmp_path / "blocked").write_text("")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_CACHE_HOME", str(tmp_path / "blocked"))
            note(file).keep(Reached("u"))
            assert note(file).read() == Reached()
