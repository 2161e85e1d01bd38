from pathlib import Path

import pytest

from fairmark.client.errors import BadSource
from fairmark.client.simulate.people import keep_people, planned, read_people
from fairmark.identity.password_rules import refuse_weak
from fairmark.kernel.actor import WorkRole


class TestPlanned:
    def test_everybody_is_somebody_else(self) -> None:
        accounts = planned(["good"] * 60, ["expert"] * 5, "7-x")
        assert len({account.email for account in accounts}) == 65
        assert len({account.password for account in accounts}) == 65
        assert len({account.name for account in accounts}) > 60
        assert [account.role for account in accounts].count(WorkRole.REVIEWER) == 5

    def test_passwords_are_taken_by_the_server(self) -> None:
        for account in planned(["good"] * 20, [], "1"):
            refuse_weak(account.password, account.email)


class TestKeepPeople:
    def test_comes_back_and_is_nobody_elses_to_read(self, tmp_path: Path) -> None:
        accounts = planned(["good"], ["expert"], "1")
        keep_people(tmp_path / "people.json", accounts)
        assert read_people(tmp_path / "people.json") == accounts
        assert (tmp_path / "people.json").stat().st_mode & 0o777 == 0o600

    def test_a_file_that_is_none_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "people.json").write_text("{}")
        with pytest.raises(BadSource, match="list of people"):
            read_people(tmp_path / "people.json")
