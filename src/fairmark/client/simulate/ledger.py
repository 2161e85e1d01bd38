"""What the server acknowledged, kept outside the server: the witness when servers are killed on purpose."""

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

import msgspec

from fairmark.client.errors import BadSource


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt. kind: label or review. id: of the submission or review. key: under which it was handed in."""

    kind: str
    id: str
    assignment_id: str
    task_id: str
    worker: str
    key: str
    at: datetime


class Ledger:
    """Receipts in the order of their coming; with a path, each is on disk before the next request of its worker."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises BadSource if the file cannot be written."""
        self.entries: list[Entry] = []
        self._file: TextIO | None = None
        try:
            self._file = path.open("a", encoding="utf-8") if path is not None else None
        except OSError as error:
            raise BadSource(f"{path} cannot be written: {error.strerror}.", mend="Choose another place.") from error

    def add(self, entry: Entry) -> None:
        """Keeps a receipt."""
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(msgspec.json.encode(entry).decode() + "\n")
            self._file.flush()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if self._file is not None:
            self._file.close()


def read_ledger(path: Path) -> list[Entry]:
    """The entries of a ledger's file. Its last line may be cut by a crash; that receipt was never told to anyone."""
    entries: list[Entry] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(msgspec.json.decode(line, type=Entry))
        except msgspec.DecodeError:
            continue
    return entries
