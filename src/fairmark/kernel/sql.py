"""Loads a package's `queries.sql`: every statement by name, with its parameters in the order that asyncpg wants.

aiosql parses the file; running the statements is `fairmark.kernel.db`'s work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from aiosql.adapters.asyncpg import AsyncPGAdapter
from aiosql.query_loader import QueryLoader


@dataclass(frozen=True, slots=True)
class Statement:
    """One named statement: `sql` with $1, $2 ...; `params` names what goes there."""

    name: str
    sql: str
    params: tuple[str, ...]


class Statements:
    """The statements of one `queries.sql`, as attributes: `q.claim_next`. A name that is not there fails at import."""

    def __init__(self, path: Path) -> None:
        adapter = AsyncPGAdapter()
        loader = QueryLoader(cast(Any, adapter), record_classes=None, mandatory_parameters=False)
        data = loader.load_query_data_from_file(path, encoding="utf-8")
        self._all: dict[str, Statement] = {}
        for datum in data:
            name = str(datum.query_name)
            self._all[name] = Statement(name, str(datum.sql), tuple(adapter.var_sorted[name]))

    def __getitem__(self, name: str) -> Statement:
        return self._all[name]

    def __getattr__(self, name: str) -> Statement:
        try:
            return self._all[name]
        except KeyError:
            raise AttributeError(f"queries.sql has no statement named {name!r}") from None

    def __iter__(self) -> Iterator[Statement]:
        return iter(self._all.values())


def load(beside: str) -> Statements:
    """The statements of the `queries.sql` beside the module file `beside` (`__file__`)."""
    return Statements(Path(beside).with_name("queries.sql"))
