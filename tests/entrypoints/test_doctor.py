"""The doctor finds what is wrong and says how to mend it."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from fairmark.entrypoints import doctor
from fairmark.kernel import settings
from fairmark.kernel.blobs import Blobs
from fairmark.kernel.embedded import Embedded
from fairmark.kernel.settings import Settings


def report(config: Settings) -> tuple[bool, dict[str, str]]:
    """Whether all is good, and what is said of each check, in one line."""
    page = io.StringIO()
    good = doctor.report(config, Console(file=page, width=400))
    found: dict[str, str] = {}
    name = ""
    for line in page.getvalue().splitlines():
        if row := re.match(r"(good|BAD|missing) +(\S.*?)  +(\S.*)", line):
            name = row[2]
            found[name] = f"{row[1]}: {row[3].strip()}"
        else:
            found[name] += f" {line.strip()}"
    return good, found


@pytest.fixture
def config(data_dir: Path) -> Settings:
    """The session's installation."""
    found = settings.load({}, data_dir=str(data_dir))
    Blobs(found.blobs_url)  # as the first start does
    return found


class TestReport:
    def test_is_good_for_a_good_installation(self, config: Settings) -> None:
        good, found = report(config)
        assert good, [line for line in found.values() if line.startswith("BAD")]
        assert found["database"].startswith("good: PostgreSQL ")
        assert found["fence between organisations"].startswith("good: forced row-level security")

    def test_of_a_stopped_database_is_one_fault_not_four(self, tmp_path: Path) -> None:
        good, found = report(settings.load({}, data_dir=str(tmp_path)))
        assert not good
        assert found["database"].startswith("BAD: The database in")
        assert "→ Run: fairmark up" in found["database"]
        for name in ("revision", "fence between organisations", "clock"):
            assert found[name] == "BAD: not checked: the database does not answer"

    def test_of_a_database_elsewhere_names_it_without_its_password(self, config: Settings) -> None:
        away = settings.load({}, data_dir=config.data_dir, database_url="postgresql://a:hidden@127.0.0.1:9/labels")
        good, found = report(away)
        assert not good
        assert "'labels' at 127.0.0.1:9" in found["database"]
        assert "FAIRMARK_DATABASE_URL" in found["database"]
        assert "hidden" not in str(found)

    def test_finds_the_wrong_role(self, config: Settings, owner_url: str) -> None:
        good, found = report(settings.load({}, data_dir=config.data_dir, database_url=owner_url))
        assert not good
        assert "is a superuser" in found["fence between organisations"]
        assert "FAIRMARK_DATABASE_URL" in found["fence between organisations"]

    def test_finds_a_database_that_was_never_migrated(self, config: Settings) -> None:
        url = Embedded(config.data_path).url("fairmark_app", "postgres")
        good, found = report(settings.load({}, data_dir=config.data_dir, database_url=url))
        assert not good
        assert "→ Run: fairmark migrate" in found["revision"]

    def test_finds_the_missing_folder_and_does_not_make_it(self, config: Settings, tmp_path: Path) -> None:
        gone = tmp_path / "not mounted"
        good, found = report(settings.load({}, data_dir=config.data_dir, blobs_url=gone.as_uri()))
        assert not good
        assert found["files"].startswith(f"BAD: {gone} is not there")
        assert not gone.exists()

    def test_finds_a_file_where_the_folder_should_be(self, config: Settings, tmp_path: Path) -> None:
        (tmp_path / "blobs").mkdir()
        (tmp_path / "blobs" / "health").write_bytes(b"in the way")
        good, found = report(settings.load({}, data_dir=config.data_dir, blobs_url=(tmp_path / "blobs").as_uri()))
        assert not good
        assert found["files"].startswith("BAD: ")
        assert "→" in found["files"]
