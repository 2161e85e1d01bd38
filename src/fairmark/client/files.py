"""Local files on their way to the server: which ones, their hashes, and bodies that hold many of them."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from fairmark.assets.model import INLINE_ROWS_MAX
from fairmark.assets.uploads.model import BATCH_FILES_MAX, SMALL_BYTES_MAX
from fairmark.client.errors import BadSource
from fairmark.client.model import AddedItem, Problem, Upload
from fairmark.kernel.ids import AssetId

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".dcm"})
WINDOW_FILES = min(200, BATCH_FILES_MAX, INLINE_ROWS_MAX)
WINDOW_BYTES = 16 << 20
"""Files that go together: enough to make round trips cheap, few enough to show progress and to repeat after a cut."""
READ_BYTES = 1 << 20


class LocalFile(NamedTuple):
    """A file here. name: what it is called there, folders divided by "/"."""

    path: Path
    name: str
    bytes: int


class Sent(msgspec.Struct, frozen=True):
    """What became of one file: its asset, or the fault for which it was refused."""

    file: LocalFile
    asset_id: AssetId | None
    fault: Problem | None


def sent(file: LocalFile, upload: Upload) -> Sent:
    """What became of a file that was sent."""
    return Sent(file, upload.asset.id if upload.asset else None, upload.fault)


class Refused(msgspec.Struct, frozen=True):
    """A file that did not become an item, and why."""

    name: str
    fault: Problem


class FolderReport(msgspec.Struct, frozen=True):
    """What became of a folder. new: items made; there: items that the project had already; refused: the other files.

    skipped: how many files are no pictures by their ending, and were left alone.
    """

    new: int
    there: int
    refused: list[Refused]
    skipped: int = 0


class FolderProgress(msgspec.Struct, frozen=True):
    """How far a folder has come: files dealt with of all, and the same in bytes."""

    files_done: int
    files: int
    bytes_done: int
    bytes: int


OnFolder = Callable[[FolderProgress], None]


class Tally:
    """Counts a folder's progress and tells it."""

    def __init__(self, files: list[LocalFile], skipped: int, tell: OnFolder | None) -> None:
        self._files, self._bytes = len(files), sum(file.bytes for file in files)
        self._files_done = self._bytes_done = 0
        self._new = self._there = 0
        self._refused: list[Refused] = []
        self._skipped = skipped
        self._tell = tell

    def add(self, sent: list[Sent], items: list[AddedItem], refused: list[Refused]) -> None:
        """Counts a window of files that were dealt with."""
        self._files_done += len(sent)
        self._bytes_done += sum(each.file.bytes for each in sent)
        self._new += sum(item.new for item in items)
        self._there += sum(not item.new for item in items)
        self._refused += refused
        if self._tell is not None:
            self._tell(FolderProgress(self._files_done, self._files, self._bytes_done, self._bytes))

    def report(self) -> FolderReport:
        """What became of all."""
        return FolderReport(self._new, self._there, self._refused, self._skipped)


def local(path: Path | str, name: str | None = None) -> LocalFile:
    """One file. name: as the server is to know it; the file's own if left out. Raises BadSource."""
    path = Path(path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadSource(f"{path} cannot be read: {error.strerror}.", mend="Check the path.") from error
    if not path.is_file():
        raise BadSource(f"{path} is no file.", mend="Name a file, or import the folder.")
    return LocalFile(path, name or path.name, size)


def pictures(folder: Path | str) -> tuple[list[LocalFile], int]:
    """The pictures below `folder` in the order of their names, and how many other files there are.

    Hidden files and folders (".name") are left out without being counted; links to folders are not followed, so that no
    circle is walked for ever. Raises BadSource if there is no picture.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise BadSource(f"{folder} is no folder.", mend="Check the path.")
    found: list[LocalFile] = []
    others = 0
    for place, folders, names in os.walk(folder, onerror=_cannot_list):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(each for each in names if not each.startswith(".")):
            path = Path(place, name)
            if path.suffix.lower() in PICTURES and path.is_file():
                found.append(local(path, path.relative_to(folder).as_posix()))
            else:
                others += 1
    if not found:
        raise BadSource(
            f"{folder} holds no picture ({others} other files).", mend=f"Pictures end in {' '.join(sorted(PICTURES))}."
        )
    return found, others


def _cannot_list(error: OSError) -> None:
    raise BadSource(f"{error.filename} cannot be read: {error.strerror}.", mend="Check its permissions.") from error


def windows(files: Iterable[LocalFile]) -> Iterator[list[LocalFile]]:
    """The files in their order, in groups of at most WINDOW_FILES small ones or WINDOW_BYTES; a large file alone."""
    window: list[LocalFile] = []
    held = 0
    for file in files:
        large = file.bytes > SMALL_BYTES_MAX
        if window and (large or len(window) >= WINDOW_FILES or held + file.bytes > WINDOW_BYTES):
            yield window
            window, held = [], 0
        if large:
            yield [file]
        else:
            window.append(file)
            held += file.bytes
    if window:
        yield window


def read_whole(file: LocalFile) -> tuple[bytes, str]:
    """The bytes and their SHA-256 in hex. Raises BadSource."""
    try:
        data = file.path.read_bytes()
    except OSError as error:
        raise BadSource(f"{file.path} cannot be read: {error.strerror}.", mend="Check its permissions.") from error
    return data, hashlib.sha256(data).hexdigest()


def read_part(file: LocalFile, start: int, size: int) -> bytes:
    """At most `size` bytes from `start` on. Raises BadSource, also where the file has become shorter."""
    try:
        with file.path.open("rb") as opened:
            opened.seek(start)
            data = opened.read(size)
    except OSError as error:
        raise BadSource(f"{file.path} cannot be read: {error.strerror}.", mend="Check its permissions.") from error
    if not data:
        raise BadSource(f"{file.path} changed while it was sent.", mend="Send it again when it is complete.")
    return data


def hash_of(file: LocalFile) -> str:
    """SHA-256 in hex, in constant memory. Raises BadSource."""
    digest, at = hashlib.sha256(), 0
    while at < file.bytes:
        data = read_part(file, at, READ_BYTES)
        digest.update(data)
        at += len(data)
    return digest.hexdigest()


def batch_body(files: list[tuple[LocalFile, bytes, str]]) -> bytes:
    """The body of one request with many files: a line that lists them, then their bytes. Each: file, bytes, SHA-256."""
    listing = [{"name": file.name, "bytes": len(data), "sha256": digest} for file, data, digest in files]
    return b"".join([msgspec.json.encode({"files": listing}), b"\n", *(data for _, data, _ in files)])
