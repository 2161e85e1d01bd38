"""One file that holds an installation: the database, the local files, and a list of their hashes to check them by.

A tar of `database.dump`, `blobs/…` and, last, `contents.json`. Both directions are all or nothing: a backup gets its
name when it was read back whole, and a restored database is committed when every file is in its place.
"""

import errno
import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

import msgspec

from fairmark import __version__
from fairmark.entrypoints.dump import Dumper
from fairmark.kernel import json, schema
from fairmark.kernel.blobs import folder_of
from fairmark.kernel.errors import Conflict, Invalid, Unavailable
from fairmark.kernel.settings import Settings

FORMAT = 1
CHUNK = 1 << 20
DUMP = "database.dump"
LIST = "contents.json"
BLOBS = "blobs/"
_STAGED = "#"
"""What the object store puts into the name of a file that it is still writing."""


class Contents(msgspec.Struct, frozen=True):
    """The list at the end of the file. sha256: by name. revision: of the database's tables."""

    format: int
    version: str
    sha256: dict[str, str]
    revision: str = ""


class Summary(msgspec.Struct, frozen=True):
    """What a backup held."""

    blobs: int
    bytes: int


class BadBackup(Invalid):
    """The file is no backup, is cut short, was changed, or is newer than this version."""

    code = "bad_backup"


class NotEmpty(Conflict):
    """The installation holds data already."""

    code = "not_empty"


class NoRoom(Unavailable):
    """A file cannot be written or read: a full disk, a folder that is not there or not ours."""

    code = "no_room"


def write(config: Settings, owner_url: str, file: Path) -> Summary:
    """Writes the backup in a folder beside `file`, reads it back whole, and only then gives it its name.

    The server may run meanwhile: the database is taken as of one moment, and files never change once they are written.
    Raises DatabaseDown, DumpFailed, NoProgram, NoRoom.
    """
    hashes: dict[str, str] = {}
    dumper = Dumper(owner_url)
    revision = dumper.revision()
    with _told(file), TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as folder:
        dump, made = Path(folder) / DUMP, Path(folder) / "backup.tar"
        dumper.write(dump)
        with made.open("xb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
            _add(tar, dump, DUMP, hashes)
            for blob, name in _blobs(config):
                _add(tar, blob, BLOBS + name, hashes)
            listing = json.encode_bytes(Contents(FORMAT, __version__, hashes, revision))
            info = tarfile.TarInfo(LIST)
            info.size = len(listing)
            tar.addfile(info, io.BytesIO(listing))
        made.chmod(0o600)  # it holds the hashes of passwords and keys
        verify(made)
        _on_disk(made)
        made.replace(file)
        _on_disk(file.parent)
    return Summary(len(hashes) - 1, file.stat().st_size)


def read(config: Settings, owner_url: Callable[[], str], file: Path) -> Summary:
    """Restores a backup into an empty installation: wholly, or not at all.

    owner_url: asked for once the file is known to be good, so that it may start the database then.
    Raises BadBackup, NotEmpty, DatabaseDown, DumpFailed, NoProgram, NoRoom.
    """
    contents = verify(file)
    blobs = len(contents.sha256) - 1
    folder = folder_of(config.blobs_url)
    if folder is None and blobs:
        raise NotEmpty(
            f"{file} holds {blobs} files for a local folder, but FAIRMARK_BLOBS_URL names a bucket.",
            mend="Restore with a folder as FAIRMARK_BLOBS_URL, copy that into the bucket, then set the bucket.",
        )
    if next(_blobs(config), None) is not None:
        raise NotEmpty(f"There are files in {folder} already.", mend="Restore into an empty folder.")
    dumper = Dumper(owner_url())
    if not dumper.is_empty():
        raise NotEmpty(
            "This installation has a database already.", mend="Restore into an empty data folder or an empty database."
        )
    place = folder or config.data_path
    with _told(place):
        place.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=place, prefix=".restore-") as staging:
            _unpack(file, Path(staging))
            with _moved(Path(staging) / BLOBS, place) as move:
                dumper.read(Path(staging) / DUMP, move)
    return Summary(blobs, file.stat().st_size)


def verify(file: Path) -> Contents:
    """Reads the whole file and compares every hash. Raises BadBackup."""
    found: dict[str, str] = {}
    try:
        with tarfile.open(file, "r:") as tar:
            raw = b""
            for member in tar:
                part = tar.extractfile(member) if member.isreg() else None
                if part is None or member.name in found:
                    raise BadBackup(f"{file} is no backup: '{member.name}'.", mend="Use a file of fairmark backup.")
                if member.name == LIST:
                    raw = part.read()
                found[member.name] = _hash(part)
        contents = json.decode(raw, type=Contents)
    except OSError as error:
        if isinstance(error, tarfile.TarError) or error.errno is None:
            raise _unreadable(file, error) from error
        raise BadBackup(f"{file} cannot be read: {error.strerror}.", mend="Check the path.") from error
    except (tarfile.TarError, EOFError, ValueError, Invalid) as error:
        raise _unreadable(file, error) from error
    found.pop(LIST, None)
    if contents.format != FORMAT or contents.revision > schema.newest():
        raise BadBackup(
            f"{file} was made by fairmark {contents.version} (revision {contents.revision}), this is {__version__}"
            f" (revision {schema.newest()}).",
            mend=f"Restore it with fairmark {contents.version} or newer.",
        )
    if found != contents.sha256 or DUMP not in found:
        wrong = min({name for name, _ in set(found.items()) ^ set(contents.sha256.items())}, default=DUMP)
        raise BadBackup(f"{file} is damaged: '{wrong}' is not as it was written.", mend="Use another copy of it.")
    if not all(name == DUMP or _is_blob(name) for name in found):
        raise BadBackup(f"{file} names a file outside its folder.", mend="Use a file of fairmark backup.")
    return contents


def _unreadable(file: Path, error: BaseException) -> BadBackup:
    return BadBackup(
        f"{file} is no backup, or is cut short: {error}.", mend="Use another copy of it; fairmark backup makes them."
    )


def _is_blob(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name.startswith(BLOBS) and len(parts) > 1 and ".." not in parts and "\\" not in name


def _blobs(config: Settings) -> Generator[tuple[Path, str]]:
    """(path, key) of every whole file in the local store, in the order of the keys within each folder."""
    top = folder_of(config.blobs_url)
    for folder, below, names in os.walk(top) if top is not None else ():
        below.sort()
        for name in sorted(names):
            if _STAGED not in name:
                path = Path(folder) / name
                yield path, path.relative_to(top or folder).as_posix()


def _add(tar: tarfile.TarFile, path: Path, name: str, hashes: dict[str, str]) -> None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return  # an export ran out, or somebody deleted their data, since the folder was listed
    with file:
        info = tarfile.TarInfo(name)
        stat = os.fstat(file.fileno())
        info.size, info.mtime = stat.st_size, int(stat.st_mtime)
        tar.addfile(info, file)
        file.seek(0)
        hashes[name] = _hash(file)


def _unpack(file: Path, to: Path) -> None:
    (to / BLOBS).mkdir()
    with tarfile.open(file, "r:") as tar:
        for member in tar:
            source = tar.extractfile(member)
            assert source is not None, "verify lets only files pass"
            path = to / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as target:
                shutil.copyfileobj(source, target, CHUNK)
                target.flush()
                os.fsync(target.fileno())


@contextmanager
def _moved(staged: Path, place: Path) -> Generator[Callable[[], None]]:
    """Gives what moves the folders in `staged` to their place; an error in the block takes them away again."""
    moved: list[Path] = []

    def move() -> None:
        for entry in sorted(staged.iterdir()):
            moved.append(entry.rename(place / entry.name))  # noqa: PERF401 - what was moved so far must be known
        _on_disk(place)

    try:
        yield move
    except BaseException:
        for entry in moved:
            shutil.rmtree(entry, ignore_errors=True)
        raise


@contextmanager
def _told(place: Path) -> Generator[None]:
    """Turns what the operating system says about files into an error for people. Raises NoRoom."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        raise NoRoom(
            f"{error.filename or place} cannot be written: {error.strerror or error}. Nothing was left behind.",
            mend="Free some space, or choose another disk." if full else "Check the folder and who may write there.",
        ) from error


def _on_disk(path: Path) -> None:
    """Waits until a file's bytes, or a folder's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # typeshed wants a raw file
