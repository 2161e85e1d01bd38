"""Rows of JSON that strangers wrote: errors with a place, and long arrays bit by bit."""

import re
import sys
from collections.abc import Iterator

import msgspec
from msgspec import Raw

from fairmark.formats.contract import Source
from fairmark.formats.lines import lines_of
from fairmark.formats.model import Cursor, FileDamaged, FormatFault, OverLimit, RowFault, TooDeep, WrongFormat
from fairmark.ontology.model import InvalidDocument
from fairmark.ontology.upgrade import place_and_reason

JSON_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""All that decoding can raise, whatever the bytes."""
DOCUMENT_ERRORS = (*JSON_ERRORS, InvalidDocument)
"""The same for rows with an annotation in them."""

ROW_BYTES_MAX = 256 * 2**20

_WINDOW_BYTES = 2**18
_BETWEEN = re.compile(rb"[\s,]*")
_LIKELY_CUT = re.compile(rb"\}\s*,\s*\{")
_STRUCTURE = re.compile(rb'[{}\[\]]|"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
"""A bracket, or a string as a whole, even one that the window cuts."""
_CUT_TRIES = 4
_decode_rows = msgspec.json.Decoder(list[Raw]).decode


def json_fault(
    error: BaseException, file: str, *, line: int | None = None, path: str = "", what: str = "row"
) -> RowFault:
    """What DOCUMENT_ERRORS say, as a bad row. path: the row's JSON Pointer, put before the place in the message."""
    if isinstance(error, RecursionError):
        return RowFault("too_deep", f"The {what} is nested too deeply.", "Flatten it.", file, line, path)
    if isinstance(error, UnicodeDecodeError):
        return RowFault("bad_encoding", f"The {what} is not UTF-8.", "Save the file as UTF-8.", file, line, path)
    if isinstance(error, InvalidDocument):
        path += error.fields.get("path", "")
        return RowFault("wrong_value", error.message, error.mend, file, line, path)
    if isinstance(error, msgspec.ValidationError):
        place, reason = place_and_reason(error)
        where = f" at {path}{place}" if path or place else ""
        return RowFault("wrong_value", f"The {what} is not as expected: {reason}{where}.", "", file, line, path + place)
    return RowFault(
        "bad_json",
        f"The {what} is not JSON: {error}.",
        "Check for a missing quote, comma or bracket.",
        file,
        line,
        path,
    )


def json_lines(source: Source, path: str) -> Iterator[tuple[int, Cursor, bytes | RowFault]]:
    """(number from 1, place behind, bytes) of each line of a file that is not empty.

    A fault stands in place of one that is too long, or holds U+0000, which no text in the product can.
    """
    with source.open(path) as file:
        for number, offset, line in lines_of(file, path, source.limits.line_bytes):
            after = Cursor(number, offset)
            if line is None:
                yield number, after, RowFault("over_limit", "The line is too long.", "Split the item.", path, number)
            elif b"\\u0000" in line:
                message = "A text holds the character U+0000."
                yield number, after, RowFault("nul_character", message, "Remove it.", path, number)
            elif line.strip():
                yield number, after, line


def refuse_file(error: BaseException, file: str) -> FormatFault:
    """What JSON_ERRORS say about a whole file, ready to be raised: TooDeep, WrongFormat or FileDamaged."""
    if isinstance(error, RecursionError):
        return TooDeep(f"{file} is nested too deeply.", file=file, mend="Check that it is the right file.")
    if isinstance(error, msgspec.ValidationError):
        return WrongFormat(f"{file} holds something else: {error}.", file=file, mend="Check that it is the right file.")
    return FileDamaged(f"{file} is not sound JSON: {error}.", file=file, mend="Check that the file is complete.")


def rows_of(
    section: memoryview, file: str, rows_max: int = sys.maxsize, what: str = "rows"
) -> Iterator[tuple[int, int]]:
    """(start, end) of each element of a JSON array, whose syntax is known to be good, read window by window.

    section: the array with its brackets. Raises OverLimit for an element above ROW_BYTES_MAX, and behind rows_max of
    them, which the message calls `what`, for one more.
    """
    at, size, left = 1, _WINDOW_BYTES, rows_max
    end = len(section) - 1
    while True:
        window = bytes(section[at : min(at + size, end)])
        last = at + len(window) >= end
        cut, rows = (len(window), _try_rows(window)) if last else _whole_rows(window)
        if rows is None or (not rows and not last):
            if size > ROW_BYTES_MAX:
                raise OverLimit(f"An element in {file} has more than {ROW_BYTES_MAX} bytes.", file=file)
            size *= 2
            continue
        place = 0
        # The rows are counted window by window: there are millions of them, and each costs.
        for row in rows[:left] if len(rows) > left else rows:
            between = _BETWEEN.match(window, place)
            place = between.end() if between else place
            start, place = place, place + memoryview(row).nbytes
            yield at + start, at + place
        if len(rows) > left:
            raise OverLimit(f"{file} has more than {rows_max} {what}.", file=file, mend="Split the file.")
        left -= len(rows)
        if last:
            return
        at, size = at + cut, _WINDOW_BYTES


def _whole_rows(window: bytes) -> tuple[int, list[Raw] | None]:
    """Where the last whole element of the window ends, and the elements up to there; none if there is no whole one."""
    cuts = [found.start() + 1 for found in _LIKELY_CUT.finditer(window, max(0, len(window) - 2**14))]
    for cut in reversed(cuts[-_CUT_TRIES:]):
        rows = _try_rows(window[:cut])
        if rows is not None:
            return cut, rows
    # Lists of objects inside the elements look like ends; only counting brackets tells.
    cut = _counted_cut(window)
    return cut, _try_rows(window[:cut])


def _try_rows(window: bytes) -> list[Raw] | None:
    """The elements, None if the window ends within one."""
    text = window.strip(b", \t\r\n")
    try:
        return _decode_rows(b"[" + text + b"]")
    except JSON_ERRORS:
        return None


def _counted_cut(window: bytes) -> int:
    """Where the last object or list that starts and ends in the window ends; 0 if none does."""
    depth = cut = 0
    for found in _STRUCTURE.finditer(window):
        token = found[0]
        if token in b"{[":
            depth += 1
        elif token in b"}]":
            depth -= 1
            if depth == 0:
                cut = found.end()
    return cut
