"""A file's bytes as one view, without reading a large file into memory."""

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from mmap import ACCESS_READ, mmap
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO

from fairmark.formats.contract import Source
from fairmark.formats.model import BadEncoding, FileDamaged

_SMALL_BYTES = 2**20
_UTF8_MARK = b"\xef\xbb\xbf"
_WIDE_STARTS = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def mapped(source: Source, path: str) -> Generator[memoryview]:
    """The bytes of a text file without a byte order mark: read if small, mapped if large, unpacked aside from a ZIP.

    Views taken from the result keep the mapping alive. Raises FileDamaged if it is empty, BadEncoding for UTF-16.
    """
    with source.open(path) as file:
        data = file.read(_SMALL_BYTES)
        if not data.strip():
            raise FileDamaged(f"{path} is empty.", file=path, mend="Check that the file is complete.")
        if data.startswith(_WIDE_STARTS):
            raise BadEncoding(f"{path} is UTF-16.", file=path, mend="Save it as UTF-8.")
        start = len(_UTF8_MARK) if data.startswith(_UTF8_MARK) else 0
        if len(data) < _SMALL_BYTES:
            yield memoryview(data)[start:]
            return
        with _on_disk(file, data) as place:
            view = mmap(place.fileno(), 0, access=ACCESS_READ)
            try:
                yield memoryview(view)[start:]
            finally:
                # Views that a caller still holds forbid closing; the mapping then goes with the last of them.
                with suppress(BufferError):
                    view.close()


@contextmanager
def _on_disk(file: BinaryIO, start: bytes) -> Generator[BinaryIO]:
    """`file` itself if it is a plain file; else a copy of `start` and the rest of it."""
    if _is_plain(file):
        yield file
        return
    with TemporaryFile() as copy:
        copy.write(start)
        copyfileobj(file, copy, 2**20)
        copy.flush()
        yield copy


def _is_plain(file: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except OSError:
        return False
