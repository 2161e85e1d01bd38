"""Statements in files: names, parameters in order, and the rule that each names its organisation."""

import re
from pathlib import Path

import pytest

from fairmark.kernel.sql import Statements, load

SOURCE = Path(__file__).parents[2] / "src" / "fairmark"
NAME = re.compile(r"^-- name: (\S+)$", re.MULTILINE)


def write(folder: Path, text: str) -> Statements:
    (folder / "queries.sql").write_text(text, encoding="utf-8")
    return load(str(folder / "store.py"))


class TestLoad:
    def test_numbers_parameters_by_first_use(self, tmp_path: Path) -> None:
        q = write(tmp_path, "-- name: find\n-- why\nSELECT :b::int, :a, :b FROM t WHERE x = :a;\n")
        assert q.find.params == ("b", "a")
        assert "$1::int, $2, $1" in q.find.sql

    def test_leaves_casts_and_quoted_text_alone(self, tmp_path: Path) -> None:
        q = write(tmp_path, "-- name: find\nSELECT now()::text, ':not' || :yes::text;\n")
        assert q.find.params == ("yes",)

    def test_names_what_is_not_there(self, tmp_path: Path) -> None:
        q = write(tmp_path, "-- name: find\nSELECT 1;\n")
        with pytest.raises(AttributeError, match="lost"):
            _ = q.lost
        assert q["find"] is q.find
        assert [statement.name for statement in q] == ["find"]


class TestTenancy:
    @pytest.mark.parametrize("file", sorted(SOURCE.rglob("queries.sql")), ids=lambda file: file.parent.name)
    def test_every_statement_names_its_organisation_or_says_that_it_is_global(self, file: Path) -> None:
        _, *parts = NAME.split(file.read_text(encoding="utf-8"))
        lost = [
            name
            for name, body in zip(parts[::2], parts[1::2], strict=True)
            if ":org_id" not in body and "global" not in body.lower()
        ]
        assert lost == []
