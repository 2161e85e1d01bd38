from datetime import UTC, datetime
from pathlib import Path

import pytest

from fairmark.client.errors import BadSource
from fairmark.client.simulate.ledger import Entry, Ledger, read_ledger


def entry(id: str) -> Entry:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Entry(kind="label", id=id, assignment_id="a", task_id="t", worker="w", key="k", at=at)


class TestLedger:
    def test_each_receipt_is_on_disk_at_once_and_files_are_continued(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.jsonl"
        with Ledger(path) as ledger:
            ledger.add(entry("1"))
            assert read_ledger(path) == [entry("1")]
        with Ledger(path) as ledger:
            ledger.add(entry("2"))
            assert ledger.entries == [entry("2")]
        assert read_ledger(path) == [entry("1"), entry("2")]

    def test_a_line_that_a_crash_cut_is_passed_over(self, tmp_path: Path) -> None:
        path = tmp_path / "ledger.jsonl"
        with Ledger(path) as ledger:
            ledger.add(entry("1"))
        with path.open("a") as file:
            file.write('{"kind":"label","id":"2"')
        assert read_ledger(path) == [entry("1")]

    def test_works_without_a_file(self) -> None:
        with Ledger() as ledger:
            ledger.add(entry("1"))
        assert len(ledger.entries) == 1

    def test_a_place_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(BadSource, match="cannot be written"):
            Ledger(tmp_path / "no" / "ledger.jsonl")
