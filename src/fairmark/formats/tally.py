"""Counting what a run wrote or read, and what it lost on the way."""

from collections.abc import Mapping

from fairmark.formats.model import Loss, Report


class Tally:
    """The counters of one export or import. `table` is the format's loss table: code -> sentence."""

    def __init__(self, format: str, table: Mapping[str, str]) -> None:
        self.items = 0
        self.marks = 0
        self.files = 0
        self.faults = 0
        self._format = format
        self._table = table
        self._touched: dict[str, list[int]] = {}

    def lose(self, code: str, *, marks: int = 0, items: int = 0) -> None:
        """Counts a loss. A code that the format does not declare is our mistake, not the file's."""
        counts = self._touched.get(code)
        if counts is None:
            assert code in self._table, f"{self._format} does not declare the loss {code!r}"
            counts = self._touched[code] = [0, 0]
        counts[0] += marks
        counts[1] += items

    def report(self) -> Report:
        """The state of the counters, losses in the order of the table."""
        losses = tuple(
            Loss(code, self._table[code], *self._touched[code]) for code in self._table if code in self._touched
        )
        return Report(self._format, self.items, self.marks, self.files, self.faults, losses)
