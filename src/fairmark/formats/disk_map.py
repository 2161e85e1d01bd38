"""Maps from text to bytes that live on disk, for joins over more rows than memory should hold."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

_CACHE_KIB = 8192


class DiskMap:
    """Keys in the order of their UTF-8 bytes. The file behind it is private, temporary, and gone with the object."""

    def __init__(self) -> None:
        self._database = _temporary()
        self._database.execute("CREATE TABLE map (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")

    def fill(self, pairs: Iterable[tuple[str, bytes]]) -> int:
        """Adds all pairs; the first value of a key stays. Returns how many keys were new."""
        before = self._database.total_changes
        self._database.execute("BEGIN")
        self._database.executemany("INSERT OR IGNORE INTO map VALUES (?, ?)", pairs)
        self._database.execute("COMMIT")
        return self._database.total_changes - before

    def get(self, key: str) -> bytes | None:
        row = self._database.execute("SELECT value FROM map WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def keys(self) -> Iterator[str]:
        for row in self._database.execute("SELECT key FROM map ORDER BY key"):
            yield row[0]

    def close(self) -> None:
        self._database.close()


class DiskGroups:
    """Rows gathered by a key, each row with bytes. On disk as a DiskMap is."""

    def __init__(self) -> None:
        self._database = _temporary()
        self._database.execute(
            "CREATE TABLE rows (key TEXT, number INTEGER, value BLOB NOT NULL, PRIMARY KEY (key, number)) WITHOUT ROWID"
        )
        self._database.execute("BEGIN")
        self._count = 0

    def add(self, key: str, value: bytes) -> None:
        self._count += 1
        self._database.execute("INSERT INTO rows VALUES (?, ?, ?)", (key, self._count, value))

    def groups(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each key with its rows, in the order in which they were added; take them before the next key. Keys come in
        the order of their UTF-8 bytes."""
        rows = self._database.execute("SELECT key, value FROM rows ORDER BY key, number")
        for key, group in groupby(rows, itemgetter(0)):
            yield key, (value for _, value in group)

    def close(self) -> None:
        self._database.close()


def _temporary() -> sqlite3.Connection:
    """A database of its own: in memory up to the cache, then in a deleted file, as an empty name means."""
    # An import may be carried on by another thread than the one that started it, never by two at a time.
    database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE_KIB}"):
        database.execute(f"PRAGMA {pragma}")
    return database
