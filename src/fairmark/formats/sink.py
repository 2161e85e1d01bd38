"""Where exports go: a folder or a ZIP archive. Both take several files at once and hold none of them in memory."""

import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj
from types import TracebackType
from typing import BinaryIO, Self

from fairmark.formats.names import relative_path
from fairmark.formats.spool import spool

_LIMIT_32 = 0xFFFFFFFF
_LIMIT_16 = 0xFFFF
_UTF8_NAMES = 0x800
_STORED, _DEFLATED = 0, 8
_MADE_ON_UNIX = 3 << 8
_PLAIN_FILE = 0o100644 << 16


class FileStream:
    """A file being written bit by bit, complete once it is closed."""

    def __init__(self, write: Callable[[bytes], object], keep: Callable[[], None], drop: Callable[[], None]) -> None:
        self.write = write
        self._keep = keep
        self._drop = drop
        self._open = True

    def close(self) -> None:
        if self._open:
            self._open = False
            self._keep()

    def drop(self) -> None:
        if self._open:
            self._open = False
            self._drop()


class FolderSink:
    """Writes under `root`, which is made if it is missing. An existing file is never overwritten: FileExistsError."""

    def __init__(self, root: Path) -> None:
        self.files = 0
        self._root = root
        self._folder: Path | None = None
        root.mkdir(parents=True, exist_ok=True)

    def write(self, path: str, data: bytes) -> None:
        with self._place(path).open("xb") as file:
            file.write(data)
        self.files += 1

    def open(self, path: str) -> FileStream:
        place = self._place(path)
        file = place.open("xb")

        def keep() -> None:
            file.close()
            self.files += 1

        def drop() -> None:
            file.close()
            place.unlink()

        return FileStream(file.write, keep, drop)

    def _place(self, path: str) -> Path:
        place = self._root / relative_path(path, file=path)
        if place.parent != self._folder:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._folder = place.parent
        return place


class ZipSink:
    """Writes a ZIP archive to `file`, which need not be seekable, with ZIP64 records where a size asks for them.

    The standard library's writer keeps half a kilobyte of memory per file; this one keeps the directory on disk, and
    takes several open files at once. The archive is complete after `close`; left by an exception, it stays without a
    directory, so that half an export cannot be taken for a whole one. Equal input gives equal bytes.
    """

    def __init__(self, file: BinaryIO, *, stamp: datetime | None = None, level: int = 1) -> None:
        """stamp: the date of all files, 1980-01-01 by default. level: 1 (fast, files about 8 percent larger) to 9."""
        self.files = 0
        self._file = file
        self._at = 0
        self._level = level
        self._stamp = _dos_time(stamp or datetime(1980, 1, 1, tzinfo=UTC))
        self._directory = spool()
        self._directory_bytes = 0
        self._closed = False

    def write(self, path: str, data: bytes) -> None:
        packed = zlib.compress(data, self._level, -zlib.MAX_WBITS)
        method = _DEFLATED
        if len(packed) >= len(data):
            packed, method = data, _STORED
        self._header(path, method, zlib.crc32(data), len(packed), len(data))
        self._put(packed)

    def open(self, path: str) -> FileStream:
        # The sizes stand before the bytes, so a file is packed aside first. Readers then need no seeking, and no
        # data descriptors, which older tools misread in large archives.
        aside = spool()
        packer = zlib.compressobj(self._level, zlib.DEFLATED, -zlib.MAX_WBITS)
        check, size = 0, 0

        def write(data: bytes) -> None:
            nonlocal check, size
            check = zlib.crc32(data, check)
            size += len(data)
            aside.write(packer.compress(data))

        def keep() -> None:
            aside.write(packer.flush())
            self._header(path, _DEFLATED, check, aside.tell(), size)
            self._at += aside.tell()
            aside.seek(0)
            copyfileobj(aside, self._file, 2**20)
            aside.close()

        return FileStream(write, keep, aside.close)

    def store(self, path: str, file: BinaryIO) -> None:
        """A whole seekable file as it is: for media, which do not get smaller. Read twice, in constant memory."""
        check, size = 0, 0
        file.seek(0)
        while piece := file.read(2**20):
            check = zlib.crc32(piece, check)
            size += len(piece)
        self._header(path, _STORED, check, size, size)
        file.seek(0)
        copyfileobj(file, self._file, 2**20)
        self._at += size

    def close(self) -> None:
        """Writes the directory. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        start = self._at
        self._directory.seek(0)
        copyfileobj(self._directory, self._file, 2**20)
        self._at += self._directory_bytes
        self._directory.close()
        if self.files >= _LIMIT_16 or start >= _LIMIT_32 or self._directory_bytes >= _LIMIT_32:
            sizes = (self.files, self.files, self._directory_bytes, start)
            self._file.write(struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, *sizes))
            self._file.write(struct.pack("<4sIQI", b"PK\x06\x07", 0, self._at, 1))
        count = min(self.files, _LIMIT_16)
        ends = (min(self._directory_bytes, _LIMIT_32), min(start, _LIMIT_32))
        self._file.write(struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, *ends, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._closed = True
            self._directory.close()
        self.close()

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._at += len(data)

    def _header(self, path: str, method: int, check: int, packed: int, size: int) -> None:
        """Writes the header before a file's bytes, and keeps the directory's entry for later."""
        name = relative_path(path, file=path).encode()
        large, far = max(packed, size) >= _LIMIT_32, self._at >= _LIMIT_32
        start = self._at
        local_extra = struct.pack("<HHQQ", 1, 16, size, packed) if large else b""
        sizes = (_LIMIT_32, _LIMIT_32) if large else (packed, size)
        version = 45 if large or far else 20
        shape = (_UTF8_NAMES, method, *self._stamp, check, *sizes, len(name))
        self._put(struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", version, *shape, len(local_extra)) + name + local_extra)
        wide = ([size, packed] if large else []) + ([start] if far else [])
        extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        entry = (
            struct.pack("<4sHHHHHHIIIHH", b"PK\x01\x02", _MADE_ON_UNIX | version, version, *shape, len(extra))
            + struct.pack("<HHHII", 0, 0, 0, _PLAIN_FILE, _LIMIT_32 if far else start)
            + name
            + extra
        )
        self._directory.write(entry)
        self._directory_bytes += len(entry)
        self.files += 1


def _dos_time(stamp: datetime) -> tuple[int, int]:
    """The time and the date as a ZIP header has them: two seconds fine, years from 1980."""
    time = stamp.hour << 11 | stamp.minute << 5 | stamp.second // 2
    date = max(stamp.year - 1980, 0) << 9 | stamp.month << 5 | stamp.day
    return time, date
