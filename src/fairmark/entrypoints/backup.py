"""One file that holds an installation: the database, the local files, and a list of their hashes to check them by."""

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from fairmark import __version__
from fairmark.kernel import json
from fairmark.kernel.embedded import Embedded
from fairmark.kernel.errors import Conflict, FairmarkError, Invalid
from fairmark.kernel.schema import ROLE
from fairmark.kernel.settings import Settings

FORMAT = 1
CHUNK = 1 << 20


class Contents(msgspec.Struct, frozen=True):
    """The list at the end of the file: name to SHA-256."""

    format: int
    version: str
    sha256: dict[str, str]


class Summary(msgspec.Struct, frozen=True):
    """What a backup held."""

    blobs: int
    bytes: int


class BadBackup(Invalid):
    """The file is no backup, is cut short, or was changed."""

    code = "bad_backup"


class NotEmpty(Conflict):
    """The installation holds data already."""

    code = "not_empty"


class DumpFailed(FairmarkError):
    """pg_dump or pg_restore failed."""

    code = "dump_failed"


def write(config: Settings, owner_url: str, file: Path) -> Summary:
    """Writes the backup beside `file`, reads it back whole, and only then gives it its name. Raises DumpFailed."""
    partial = file.with_name(file.name + ".part")
    hashes: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "database.dump"
        _run(config, "pg_dump", ["--format=custom", "--no-owner", f"--file={dump}", owner_url])
        with tarfile.open(partial, "w") as tar:
            hashes["database.dump"] = _add(tar, dump, "database.dump")
            for blob in _blobs(config):
                name = f"blobs/{blob.relative_to(_folder(config)).as_posix()}"
                hashes[name] = _add(tar, blob, name)
            listing = json.encode_bytes(Contents(FORMAT, __version__, hashes))
            info = tarfile.TarInfo("contents.json")
            info.size = len(listing)
            tar.addfile(info, io.BytesIO(listing))
    _verify(partial)
    os.replace(partial, file)  # noqa: PTH105 - atomic
    return Summary(len(hashes) - 1, file.stat().st_size)


def read(config: Settings, owner_url: str, file: Path) -> Summary:
    """Restores a verified backup into an empty installation. Raises BadBackup, NotEmpty, DumpFailed."""
    contents = _verify(file)
    if (
        _run(config, "psql", ["-tAc", "SELECT to_regclass('public.organisations') IS NOT NULL", owner_url]).strip()
        == "t"
    ):
        raise NotEmpty("This installation has a database already.", mend="Restore into an empty data folder.")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(file, "r") as tar:
        dump = Path(folder) / "database.dump"
        for member in tar:
            if member.name == "database.dump":
                _extract(tar, member, dump)
            elif member.name.startswith("blobs/"):
                _extract(tar, member, _folder(config) / member.name.removeprefix("blobs/"))
        _run(config, "psql", ["-qc", ROLE, owner_url])
        _run(config, "pg_restore", ["--no-owner", "--exit-on-error", f"--dbname={owner_url}", str(dump)])
    return Summary(len(contents.sha256) - 1, file.stat().st_size)


def _verify(file: Path) -> Contents:
    try:
        with tarfile.open(file, "r") as tar:
            found = {member.name: _hash(tar.extractfile(member)) for member in tar if member.isfile()}
            raw = tar.extractfile("contents.json")
            contents = json.decode(raw.read() if raw else b"", type=Contents)
    except (OSError, tarfile.TarError, KeyError, Invalid) as error:
        raise BadBackup(f"{file} cannot be read as a backup: {error}.", mend="Use another copy of it.") from error
    found.pop("contents.json", None)
    if contents.format != FORMAT:
        raise BadBackup(f"{file} has format {contents.format}.", mend="Restore it with a newer fairmark.")
    if found != contents.sha256:
        wrong = min(set(found.items()) ^ set(contents.sha256.items()))[0]
        raise BadBackup(f"{file} is damaged: '{wrong}' is not as it was written.", mend="Use another copy of it.")
    if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in found):
        raise BadBackup(f"{file} names a file outside its folder.", mend="Use a backup that fairmark made.")
    return contents


def _folder(config: Settings) -> Path:
    if not config.blobs_url.startswith("file://"):
        return config.data_path / "no-local-blobs"
    return Path(config.blobs_url.removeprefix("file://"))


def _blobs(config: Settings) -> list[Path]:
    folder = _folder(config)
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def _add(tar: tarfile.TarFile, path: Path, name: str) -> str:
    tar.add(path, name, recursive=False)
    with path.open("rb") as file:
        return _hash(file)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, to: Path) -> None:
    source = tar.extractfile(member)
    if source is None:
        raise BadBackup(f"'{member.name}' is no file.", mend="Use a backup that fairmark made.")
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as target:
        shutil.copyfileobj(source, target, CHUNK)


def _hash(file: IO[bytes] | None) -> str:
    digest = hashlib.sha256()
    while file is not None and (piece := file.read(CHUNK)):
        digest.update(piece)
    return digest.hexdigest()


def _run(config: Settings, program: str, arguments: list[str]) -> str:
    binary = str(Embedded(config.data_path).binary(program)) if config.embedded else program
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DumpFailed(
            f"{program} failed: {done.stderr.strip()[:2000]}", mend="Check the database with fairmark doctor."
        )
    return done.stdout
