"""Reading ZIP archives that strangers made: bounded memory, and a named error for every trick."""

import io
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, Self

from fairmark.formats.contract import Limits
from fairmark.formats.disk_map import DiskMap
from fairmark.formats.model import ArchiveBomb, FileDamaged, FormatFault, LinkRefused, OverLimit
from fairmark.formats.names import is_listed, relative_path

_END = struct.Struct("<4sHHHHIIH")
_END_64_PLACE = struct.Struct("<4sIQI")
_END_64 = struct.Struct("<4sQHHIIQQQQ")
_ENTRY = struct.Struct("<4sHHHHHHIIIHHHHHII")
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_MEMBER = struct.Struct("<QQQIH")
_LIMIT_32 = 0xFFFFFFFF
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800
_STORED, _DEFLATED = 0, 8
_UNIX = 3
_RATIO_FREE_BYTES = 2**20
_CHUNK_BYTES = 2**16


class _Member(NamedTuple):
    """One file of the archive. start: where its local header is. packed, size: bytes. check: CRC-32."""

    start: int
    packed: int
    size: int
    check: int
    method: int


class ZipSource:
    """A ZIP archive, its directory kept on disk.

    Refused when opened: names that lead outside, links, encryption, too many entries, more unpacked bytes than
    allowed, and entries that claim more packed bytes than the archive has (overlapping bombs). Sizes are claims of
    the archive, so that each file is counted and checked again while it is unpacked.
    """

    def __init__(self, file: BinaryIO, name: str, limits: Limits | None = None, *, owned: bool = False) -> None:
        """file: seekable, at any place. owned: `close` closes it.

        Raises FormatFault of the kinds above, FileDamaged if it is no whole ZIP.
        """
        self.limits = limits or Limits()
        self._file = file
        self._owned = owned
        self._name = name
        self._members = DiskMap()
        self._size = file.seek(0, os.SEEK_END)
        self._members.fill(self._directory())

    @property
    def name(self) -> str:
        return self._name

    def paths(self) -> Iterator[str]:
        return self._members.keys()

    def has(self, path: str) -> bool:
        return path in self._members

    def open(self, path: str) -> BinaryIO:
        packed = self._members.get(path)
        if packed is None:
            raise FormatFault(f"{self._name} holds no file {path}.", file=path, mend="Check the name, also its case.")
        member = _Member(*_MEMBER.unpack(packed))
        header = self._read(member.start, _LOCAL.size)
        magic, _, flags, *_, name_size, extra_size = _LOCAL.unpack(header)
        if magic != b"PK\x03\x04" or flags & _ENCRYPTED:
            raise _damaged(self._name, f"the header of {path} is not where the directory says")
        start = member.start + _LOCAL.size + name_size + extra_size
        if start + member.packed > self._size:
            raise _damaged(self._name, f"{path} ends behind the end of the archive")
        return io.BufferedReader(_Unpacking(self._file, path, start, member, self.limits), _CHUNK_BYTES)

    def close(self) -> None:
        self._members.close()
        if self._owned:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _directory(self) -> Iterator[tuple[str, bytes]]:
        at, size, count = self._find_directory()
        end, found, total, packed_total = at + size, 0, 0, 0
        while at < end:
            fixed = self._read(at, _ENTRY.size)
            if at + _ENTRY.size > end or fixed[:4] != b"PK\x01\x02":
                raise _damaged(self._name, "its directory is broken")
            fields = _ENTRY.unpack(fixed)
            rest = self._read(at + _ENTRY.size, fields[10] + fields[11])
            at += _ENTRY.size + fields[10] + fields[11] + fields[12]
            found += 1
            if found > self.limits.entries:
                raise OverLimit(
                    f"{self._name} holds more than {self.limits.entries} files.", file=self._name, mend="Split it."
                )
            path = self._path(rest[: fields[10]], fields[3])
            if path is None:
                continue
            member = self._member(path, fields, rest[fields[10] :])
            total += member.size
            packed_total += member.packed
            self._refuse_bomb(path, member, total, packed_total)
            yield path, _MEMBER.pack(*member)
        # Old tools write the count modulo 65,536.
        if (found - count) % 0x10000 != 0:
            raise _damaged(self._name, f"its directory has {found} files where its end says {count}")

    def _find_directory(self) -> tuple[int, int, int]:
        """Where the directory starts, its bytes, and its entries, from the records at the end of the file."""
        tail_start = max(0, self._size - _END.size - 0xFFFF)
        tail = self._read(tail_start, self._size - tail_start)
        place = tail.rfind(b"PK\x05\x06")
        if place < 0 or place + _END.size > len(tail):
            raise _damaged(self._name, "its end is missing")
        _, disk, _, _, count, size, at, _ = _END.unpack_from(tail, place)
        if count == 0xFFFF or size == _LIMIT_32 or at == _LIMIT_32:
            wide_place = tail_start + place - _END_64_PLACE.size
            magic, _, wide_at, _ = _END_64_PLACE.unpack(self._read(max(wide_place, 0), _END_64_PLACE.size))
            if magic == b"PK\x06\x07":
                magic, _, _, _, disk, _, _, count, size, at = _END_64.unpack(self._read(wide_at, _END_64.size))
                if magic != b"PK\x06\x06":
                    raise _damaged(self._name, "its ZIP64 end is missing")
        if disk != 0 or at + size > self._size:
            raise _damaged(self._name, "its directory lies outside the file, or in another part")
        return at, size, count

    def _path(self, raw: bytes, flags: int) -> str | None:
        """The entry's name, None for folders and what desktops leave behind. Raises PathOutside."""
        try:
            name = raw.decode()
        except UnicodeDecodeError:
            # Without the flag, the name is in the code page of the first PCs; with it, the archive is wrong.
            name = raw.decode("utf-8" if flags & _UTF8_NAME else "cp437", "replace")
        if name.endswith(("/", "\\")):
            return None
        path = relative_path(name, file=self._name)
        return path if is_listed(path) else None

    def _member(self, path: str, fields: tuple[int, ...], rest: bytes) -> _Member:
        made_by, flags, method, check = fields[1] >> 8, fields[3], fields[4], fields[7]
        packed, size, mode, start = fields[8], fields[9], fields[15] >> 16, fields[16]
        if flags & _ENCRYPTED:
            raise FormatFault(f"{path} is encrypted.", file=path, mend="Make the archive without a password.")
        if method not in (_STORED, _DEFLATED):
            raise FormatFault(
                f"{path} is packed with method {method}.", file=path, mend="Make the archive with Deflate, the usual."
            )
        if made_by == _UNIX and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise LinkRefused(f"{path} is a link, not a file.", file=path, mend="Pack the file itself.")
        if _LIMIT_32 in (packed, size, start):
            size, packed, start = self._wide(path, rest, size, packed, start)
        return _Member(start, packed, size, check, method)

    def _wide(self, path: str, extra: bytes, size: int, packed: int, start: int) -> tuple[int, int, int]:
        """The sizes from the ZIP64 field, which holds only those that did not fit, in this order."""
        at = 0
        while at + 4 <= len(extra):
            kind, length = struct.unpack_from("<HH", extra, at)
            if kind == 1:
                wide = list(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
                claims = [size, packed, start]
                missing = [index for index, claim in enumerate(claims) if claim == _LIMIT_32]
                if len(missing) <= len(wide):
                    for index, value in zip(missing, wide, strict=False):
                        claims[index] = value
                    return claims[0], claims[1], claims[2]
            at += 4 + length
        raise _damaged(self._name, f"the size of {path} is missing")

    def _refuse_bomb(self, path: str, member: _Member, total: int, packed_total: int) -> None:
        limits = self.limits
        if member.size > _RATIO_FREE_BYTES and member.size > limits.ratio * max(member.packed, 1):
            raise _bomb(path, f"{path} unpacks to more than {limits.ratio} times its packed size.")
        if member.size > limits.file_bytes:
            raise _bomb(path, f"{path} unpacks to {member.size} bytes; the limit is {limits.file_bytes}.")
        if total > limits.total_bytes:
            raise _bomb(self._name, f"{self._name} unpacks to more than {limits.total_bytes} bytes.")
        if packed_total > self._size:
            raise _bomb(self._name, f"The files of {self._name} overlap.")

    def _read(self, at: int, size: int) -> bytes:
        self._file.seek(at)
        data = self._file.read(size)
        if len(data) != size:
            raise _damaged(self._name, "it is cut short")
        return data


class _Unpacking(io.RawIOBase):
    """The bytes of one member, counted and checked as they come."""

    def __init__(self, file: BinaryIO, path: str, start: int, member: _Member, limits: Limits) -> None:
        self._file = file
        self._path = path
        self._at = start
        self._end = start + member.packed
        self._member = member
        self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == _DEFLATED else None
        self._given = 0
        self._check = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self._next(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        data = b""
        while not data:
            try:
                data, more = self._step(size)
            except zlib.error as error:
                raise _damaged(self._path, "its packed bytes are broken") from error
            if not more:
                break
        self._given += len(data)
        self._check = zlib.crc32(data, self._check)
        if self._given > self._member.size:
            raise _bomb(self._path, f"{self._path} unpacks to more than the archive says.")
        if not data and (self._given != self._member.size or self._check != self._member.check):
            raise _damaged(self._path, "its bytes do not match their checksum")
        return data

    def _step(self, size: int) -> tuple[bytes, bool]:
        """Up to `size` bytes, and whether there may be more."""
        unpacker = self._unpacker
        if unpacker is None:
            data = self._take(size)
            return data, bool(data)
        if unpacker.eof:
            return b"", False
        packed = unpacker.unconsumed_tail or self._take(_CHUNK_BYTES)
        if not packed:
            return unpacker.decompress(b"", size), False
        return unpacker.decompress(packed, size), True

    def _take(self, size: int) -> bytes:
        # Several members may be read by turns from the one file, so the place is set each time.
        self._file.seek(self._at)
        data = self._file.read(min(size, self._end - self._at))
        self._at += len(data)
        return data


def _damaged(file: str, why: str) -> FileDamaged:
    return FileDamaged(f"{file} is damaged: {why}.", file=file, mend="Make the archive again, and send it whole.")


def _bomb(file: str, message: str) -> ArchiveBomb:
    return ArchiveBomb(message, file=file, mend="Send the files in smaller archives.")
