"""Reading text files line by line, with places to resume from and a limit on every line."""

from collections.abc import Iterator
from typing import BinaryIO

from fairmark.formats.model import BadEncoding, Cursor

_UTF8_MARK = b"\xef\xbb\xbf"
_WIDE_STARTS = (b"\xff\xfe", b"\xfe\xff")


def lines_of(
    file: BinaryIO, name: str, line_bytes_max: int, start: Cursor | None = None
) -> Iterator[tuple[int, int, bytes | None]]:
    """(number from 1, offset behind the line, its bytes without the line end, or None where it is above the limit).

    start: where to go on; needs a file that can seek. Raises BadEncoding for UTF-16.
    """
    number, offset = (start.line, start.offset) if start else (0, 0)
    if offset:
        file.seek(offset)
    while line := file.readline(line_bytes_max + 2):
        number += 1
        if offset == 0:
            if line.startswith(_WIDE_STARTS):
                raise BadEncoding(f"{name} is UTF-16.", file=name, line=1, mend="Save it as UTF-8.")
            offset, line = (3, line[3:]) if line.startswith(_UTF8_MARK) else (0, line)
        offset += len(line)
        whole = line.rstrip(b"\r\n")
        if len(whole) <= line_bytes_max:
            yield number, offset, whole
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(2**20)
            offset += len(line)
        yield number, offset, None
