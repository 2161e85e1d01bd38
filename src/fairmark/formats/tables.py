"""CSV and Parquet as rows of named cells, for manifests. Columns without a meaning of their own become metadata."""

import csv
import datetime
import decimal
from collections.abc import Iterator
from math import isfinite
from typing import Any, BinaryIO

import msgspec

from fairmark.formats.contract import Limits
from fairmark.formats.json_rows import JSON_ERRORS
from fairmark.formats.lines import lines_of
from fairmark.formats.model import Cursor, FileDamaged, FormatFault, OverLimit, RowFault, WrongFormat
from fairmark.formats.source import text_of

COLUMNS_MAX = 1000
PARQUET_BATCH_ROWS = 1024
PARQUET_GROUP_BYTES_MAX = 4 * 2**30

_JSON_COLUMNS = frozenset({"meta", "annotation", "assets"})
_NUMBER_COLUMNS = frozenset({"priority"})
_META_PREFIX = "meta."
_DELIMITERS = (",", ";", "\t")
_PARQUET_TEXT_BYTES_MAX = 2**26

Row = tuple[int, Cursor, dict[str, Any] | RowFault]


class _BadCell(Exception):
    """A cell that cannot be read: the column, and why."""


class _Lines:
    """Text lines for the CSV reader. An object, not a generator: it goes on after a bad line."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits, start: Cursor | None) -> None:
        self.number = start.line if start else 0
        self.offset = start.offset if start else 0
        self._name = name
        self._lines = lines_of(file, name, limits.line_bytes, start)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number, self.offset, line = next(self._lines)
        if line is None:
            raise OverLimit(f"A line of {self._name} is too long.", file=self._name, line=self.number)
        return text_of(line, self._name, self.number) + "\n"


def csv_rows(file: BinaryIO, name: str, columns: frozenset[str], limits: Limits, start: Cursor | None) -> Iterator[Row]:
    """(line, place behind, cells by column) of each row; the first line names the columns.

    Commas, semicolons and tabs are told apart by the first line. Raises WrongFormat if it names none of `columns`.
    """
    lines = _Lines(file, name, limits, None)
    delimiter, header = _header(lines, name, columns)
    if start is not None and start.offset > lines.offset:
        lines = _Lines(file, name, limits, start)
    for line, after, values in _parsed(lines, delimiter, name):
        if isinstance(values, RowFault):
            yield line, after, values
        else:
            yield line, after, _csv_cells(values, header, columns, name, line, after)


def plain_csv_rows(file: BinaryIO, name: str, limits: Limits) -> Iterator[tuple[int, list[str] | RowFault]]:
    """(line, cells) of each row of a table without a line of column names, divided by commas."""
    for line, _, values in _parsed(_Lines(file, name, limits, None), ",", name):
        yield line, values


def _parsed(lines: _Lines, delimiter: str, name: str) -> Iterator[tuple[int, Cursor, list[str] | RowFault]]:
    """(line, place behind, cells) of each row that is not empty; a fault in place of one that cannot be read."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.number + 1
        values: list[str] | RowFault
        try:
            values = next(reader)
        except StopIteration:
            return
        except FormatFault as fault:
            values = fault.as_row(Cursor(lines.number, lines.offset))
        except csv.Error as error:
            after = Cursor(lines.number, lines.offset)
            values = RowFault("bad_csv", f"The row cannot be read: {error}.", _QUOTE_MEND, name, line, after=after)
        if values:
            yield line, Cursor(lines.number, lines.offset), values


_QUOTE_MEND = 'A text with commas, quotes or line breaks goes into quotes, and a quote inside is doubled: "6"" pipe".'


def _header(lines: _Lines, name: str, columns: frozenset[str]) -> tuple[str, list[str]]:
    first = next(lines, "")
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        cells = next(csv.reader([first], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise WrongFormat(f"The first line of {name} is no list of columns: {error}.", file=name, line=1) from error
    header = [_column(cell, columns) for cell in cells]
    if not columns & set(header) or len(header) > COLUMNS_MAX or len(set(header)) != len(header):
        raise WrongFormat(
            f"The first line of {name} does not name the columns, each once.",
            file=name,
            line=1,
            mend=f"Start with a line that does. Known are {', '.join(sorted(columns))} and meta.<name>.",
        )
    return delimiter, header


def _column(cell: str, columns: frozenset[str]) -> str:
    known = cell.strip().lower()
    if known in columns:
        return known
    return cell.strip() if cell.strip().startswith(_META_PREFIX) else _META_PREFIX + cell.strip()


def _csv_cells(
    values: list[str], header: list[str], columns: frozenset[str], name: str, line: int, after: Cursor
) -> dict[str, Any] | RowFault:
    if len(values) != len(header):
        message = f"The row has {len(values)} cells for {len(header)} columns."
        return RowFault("wrong_columns", message, _QUOTE_MEND, name, line, after=after)
    try:
        return _sorted_out({column: value for column, value in zip(header, values, strict=True) if value != ""})
    except _BadCell as bad:
        column, why = bad.args
        return RowFault("bad_cell", f"{column}: {why}", "", name, line, f"/{column}", after)


def _sorted_out(cells: dict[str, Any]) -> dict[str, Any]:
    """Cells by field: texts of JSON and of numbers read, `meta.x` and unknown columns put under `meta`."""
    fields: dict[str, Any] = {}
    meta: dict[str, Any] = {}
    for column, value in cells.items():
        if column.startswith(_META_PREFIX):
            meta[column.removeprefix(_META_PREFIX)] = value
        elif column in _JSON_COLUMNS and isinstance(value, str):
            fields[column] = _read(column, value)
        elif column in _NUMBER_COLUMNS and isinstance(value, str):
            fields[column] = _read(column, value.strip())
        else:
            # Numbers are common as ids in tables; here they are names.
            fields[column] = str(value) if isinstance(value, int) and column not in _NUMBER_COLUMNS else value
    if meta:
        given = fields.get("meta", {})
        if not isinstance(given, dict):
            raise _BadCell("meta", "is not a JSON object.")
        fields["meta"] = given | meta
    return fields


def _read(column: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except JSON_ERRORS as error:
        raise _BadCell(column, f"is not JSON: {error or 'nested too deeply'}.") from error


def parquet_rows(
    file: BinaryIO, name: str, columns: frozenset[str], limits: Limits, start: Cursor | None
) -> Iterator[Row]:
    """(row from 1, place behind, cells by column) of each row. Raises WrongFormat, FileDamaged, OverLimit."""
    # Imported here: pyarrow takes a third of a second, and only Parquet needs it.
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(
            file,
            pre_buffer=False,
            buffer_size=2**20,
            thrift_string_size_limit=_PARQUET_TEXT_BYTES_MAX,
            thrift_container_size_limit=2**20,
        )
        header = {each: _column(each, columns) for each in table.schema_arrow.names}
        _refuse_parquet(name, header, columns, table.metadata, limits)
        yield from _parquet_batches(table, header, name, start.line if start else 0)
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, OverflowError) as error:
        what = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise FileDamaged(f"{name} is not sound Parquet: {what}.", file=name, mend="Write it anew.") from error


def _refuse_parquet(name: str, header: dict[str, str], columns: frozenset[str], metadata: Any, limits: Limits) -> None:
    names = set(header.values())
    if not columns & names or len(names) != len(header) or len(header) > COLUMNS_MAX:
        mend = f"Known columns are {', '.join(sorted(columns))} and meta.<name>."
        raise WrongFormat(f"{name} has no column that is known, or one twice.", file=name, mend=mend)
    if metadata.num_rows > limits.rows:
        # Equal rows pack to almost nothing, so that a small file can hold more of them than anybody wants to import.
        raise OverLimit(f"{name} has more than {limits.rows} rows.", file=name, mend="Split the file.")
    for group in range(metadata.num_row_groups):
        if metadata.row_group(group).total_byte_size > PARQUET_GROUP_BYTES_MAX:
            raise OverLimit(f"Row group {group} of {name} is too large.", file=name, mend="Write smaller row groups.")


def _parquet_batches(table: Any, header: dict[str, str], name: str, skipped: int) -> Iterator[Row]:
    """Rows behind the first `skipped`; row groups that lie before are not read."""
    row = 0
    groups: list[int] = []
    for group in range(table.metadata.num_row_groups):
        size = table.metadata.row_group(group).num_rows
        if groups or row + size > skipped:
            groups.append(group)
        else:
            row += size
    for batch in table.iter_batches(batch_size=PARQUET_BATCH_ROWS, row_groups=groups):
        for cells in batch.to_pylist():
            row += 1
            if row <= skipped:
                continue
            after = Cursor(row)
            try:
                plain = {header[key]: _plain(key, value) for key, value in cells.items() if value is not None}
                yield row, after, _sorted_out(plain)
            except _BadCell as bad:
                column, why = bad.args
                yield row, after, RowFault("bad_cell", f"{column}: {why}", "", name, row, f"/{column}", after)


def _plain(column: str, value: Any) -> Any:
    """`value` as JSON has it. Null members of structs are left out: in Parquet every row has all of them."""
    if isinstance(value, dict):
        return {str(key): _plain(column, each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        if value and all(isinstance(each, tuple) and len(each) == 2 for each in value):
            return {str(key): _plain(column, each) for key, each in value if each is not None}
        return [_plain(column, each) for each in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, float) and not isfinite(value):
        raise _BadCell(column, "is not a finite number.")
    if isinstance(value, str) and "\x00" in value:
        raise _BadCell(column, "holds the character U+0000.")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise _BadCell(column, f"has the type {type(value).__name__}, which JSON does not know.")
