"""Where imports come from: one file, a folder, or a ZIP archive, each behind the same guards."""

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Self

from fairmark.formats.contract import Limits, Source
from fairmark.formats.model import BadEncoding, FileDamaged, FormatFault, LinkRefused, OverLimit, WrongFormat
from fairmark.formats.names import is_listed, relative_path
from fairmark.formats.zip_source import ZipSource

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_ARCHIVES = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}
_WIDE_TEXT_STARTS = (b"\xff\xfe", b"\xfe\xff")
_PIECE_BYTES = 2**16
_UTF8_MARK = b"\xef\xbb\xbf"


class FileSource:
    """One file, open or on disk. The name is all there is of its path."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits | None = None, *, owned: bool = False) -> None:
        """file: seekable, at any place; read by one reader at a time. owned: `close` closes it."""
        self.limits = limits or Limits()
        self._file = file
        self._owned = owned
        self._name = name.replace("\\", "/").rpartition("/")[2] or "file"

    @property
    def name(self) -> str:
        return self._name

    def paths(self) -> Iterator[str]:
        yield self._name

    def has(self, path: str) -> bool:
        return path == self._name

    def open(self, path: str) -> BinaryIO:
        if path != self._name:
            raise _missing(path)
        size = self._file.seek(0, os.SEEK_END)
        if size > self.limits.file_bytes:
            raise OverLimit(
                f"{path} has {size} bytes; the limit is {self.limits.file_bytes}.", file=path, mend="Split the file."
            )
        return _second_handle(self._file)

    def close(self) -> None:
        if self._owned:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class FolderSource:
    """All plain files under `root`. Symbolic links are refused, for they could lead anywhere."""

    def __init__(self, root: Path, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._root = root

    @property
    def name(self) -> str:
        return self._root.name or str(self._root)

    def paths(self) -> Iterator[str]:
        for count, path in enumerate(self._walk(self._root, ""), start=1):
            if count > self.limits.entries:
                raise OverLimit(
                    f"{self.name} holds more than {self.limits.entries} files.", file=self.name, mend="Split it."
                )
            yield path

    def has(self, path: str) -> bool:
        try:
            place = self._root / relative_path(path, file=self.name)
            return stat.S_ISREG(place.lstat().st_mode)
        except (FormatFault, OSError, ValueError):
            return False

    def open(self, path: str) -> BinaryIO:
        place = self._root / relative_path(path, file=path)
        if not place.resolve().is_relative_to(self._root.resolve()) or place.is_symlink():
            raise _linked(path)
        try:
            file = place.open("rb")
        except (OSError, ValueError) as error:
            raise _missing(path) from error
        size = os.fstat(file.fileno()).st_size
        if size > self.limits.file_bytes:
            file.close()
            raise OverLimit(f"{path} has {size} bytes; the limit is {self.limits.file_bytes}.", file=path)
        return file

    def close(self) -> None:
        """Nothing is held open between calls."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _walk(self, folder: Path, prefix: str) -> Iterator[str]:
        folders: list[str] = []
        names: list[str] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if not is_listed(entry.name):
                    continue
                _refuse_odd_name(entry.name, prefix)
                if entry.is_symlink():
                    raise _linked(prefix + entry.name)
                if entry.is_dir():
                    folders.append(entry.name)
                elif entry.is_file():
                    names.append(entry.name)
        for name in sorted(names):
            yield prefix + name
        for name in sorted(folders):
            yield from self._walk(folder / name, f"{prefix}{name}/")


def open_source(place: Path | BinaryIO, name: str = "", limits: Limits | None = None) -> Source:
    """The source that fits: a folder, a ZIP archive (told by its first bytes), or one file.

    A path's file is closed with the source; an open file stays the caller's. Raises WrongFormat for an archive of
    another kind, FileDamaged and its kin for a bad ZIP.
    """
    if not isinstance(place, Path):
        return _source_of(place, name or "file", limits, owned=False)
    if place.is_dir():
        return FolderSource(place, limits)
    try:
        file = place.open("rb")
    except OSError as error:
        raise _missing(place.name) from error
    try:
        return _source_of(file, name or place.name, limits, owned=True)
    except BaseException:
        file.close()
        raise


def _source_of(file: BinaryIO, name: str, limits: Limits | None, *, owned: bool) -> Source:
    file.seek(0)
    head = file.read(8)
    for start, kind in _OTHER_ARCHIVES.items():
        if head.startswith(start):
            raise WrongFormat(f"{name} is a {kind} archive.", file=name, mend="Unpack it and send a ZIP or the files.")
    kind = ZipSource if head.startswith(_ZIP_STARTS) else FileSource
    return kind(file, name, limits, owned=owned)


def _second_handle(file: BinaryIO) -> BinaryIO:
    """The bytes of `file` from the start, in a handle that its reader may close."""
    try:
        handle = os.fdopen(os.dup(file.fileno()), "rb")
    except (OSError, AttributeError):
        return io.BufferedReader(_Shared(file))
    handle.seek(0)
    return handle


class _Shared(io.RawIOBase):
    """A file that has no descriptor, read from its start without being closed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._file.seek(self._at)
        self._at = self._file.seek(offset, whence)
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        self._file.seek(self._at)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def read_document(source: Source, path: str) -> bytes:
    """A small file, whole. Raises OverLimit above `limits.document_bytes`."""
    limit = source.limits.document_bytes
    with source.open(path) as file:
        # Asking for the limit at once would reserve that much memory for a file of a few hundred bytes.
        data = file.read(_PIECE_BYTES)
        if len(data) == _PIECE_BYTES:
            data += file.read(max(limit + 1 - _PIECE_BYTES, 0))
    if len(data) > limit:
        raise OverLimit(f"{path} has more than {limit} bytes.", file=path, mend="Split it, or check what it is.")
    return data


def text_of(data: bytes, file: str, line: int | None = None) -> str:
    """`data` as UTF-8, without a byte order mark. Raises BadEncoding, FileDamaged for NUL characters."""
    if data.startswith(_WIDE_TEXT_STARTS):
        raise BadEncoding(f"{file} is UTF-16.", file=file, line=line, mend="Save it as UTF-8.")
    try:
        text = data.removeprefix(_UTF8_MARK).decode()
    except UnicodeDecodeError as error:
        at = f"byte {error.start} is {data[error.start]:#04x}" if error.start < len(data) else "it is cut short"
        raise BadEncoding(f"{file} is not UTF-8: {at}.", file=file, line=line, mend="Save it as UTF-8.") from error
    if "\x00" in text:
        raise FileDamaged(f"{file} holds NUL characters.", file=file, line=line, mend="Check that it is a text file.")
    return text


def _refuse_odd_name(name: str, prefix: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        shown = (prefix + name).encode("utf-8", "backslashreplace").decode()
        raise BadEncoding(f"The file name {shown} is not UTF-8.", file=shown, mend="Rename the file.") from error


def _missing(path: str) -> FormatFault:
    return FormatFault(f"There is no file {path}.", file=path, mend="Check the name, also its upper and lower case.")


def _linked(path: str) -> LinkRefused:
    return LinkRefused(f"{path} is a symbolic link.", file=path, mend="Put a copy of the file in its place.")
