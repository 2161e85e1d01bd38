from pathlib import Path

import pytest
from msgspec.structs import replace

from fairmark.entrypoints.demo.cast import FILE, BadDemo, keep_cast, new_cast, read_cast
from fairmark.identity.password_rules import refuse_weak
from fairmark.kernel.actor import WorkRole


class TestNewCast:
    def test_everybody_has_an_address_and_a_password_of_their_own(self) -> None:
        roles = new_cast().roles
        assert len({role.email for role in roles}) == len({role.password for role in roles}) == len(roles)
        for role in roles:
            refuse_weak(role.password, role.email)

    def test_every_installation_has_other_passwords(self) -> None:
        assert {role.password for role in new_cast().roles}.isdisjoint(role.password for role in new_cast().roles)

    def test_the_crowd_is_large_enough_for_reviews_and_doubts(self) -> None:
        crowd = new_cast().crowd
        assert sum(role.work_role is WorkRole.WORKER for role in crowd) >= 6
        # Nobody reviews a task twice: one who sends work back needs another who sees it again.
        assert sum(role.work_role is WorkRole.REVIEWER for role in crowd) >= 2

    def test_the_newcomer_is_not_simulated(self) -> None:
        you = new_cast().role("you")
        assert (you.work_role, you.level) == (WorkRole.WORKER, None)


class TestKeepCast:
    def test_comes_back_and_is_nobody_elses_to_read(self, tmp_path: Path) -> None:
        assert read_cast(tmp_path) is None
        cast = replace(new_cast(), filled=True, project_id="p")
        keep_cast(tmp_path / "new", cast)
        assert read_cast(tmp_path / "new") == cast
        assert (tmp_path / "new" / FILE).stat().st_mode & 0o777 == 0o600

    def test_a_damaged_one_is_named(self, tmp_path: Path) -> None:
        (tmp_path / FILE).write_text("{")
        with pytest.raises(BadDemo, match="cannot be read"):
            read_cast(tmp_path)
