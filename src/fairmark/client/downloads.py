"""Files on their way here: written beside their place, checked, and only then given their name."""

import os
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from fairmark.client.errors import BadDownload


class Target(NamedTuple):
    """Where a download goes. part: what has come so far; its name holds the id of what is downloaded, so that an
    interrupted one is found again and never goes on with another's bytes. bytes: of the whole file.
    """

    path: Path
    part: Path
    bytes: int

    @classmethod
    def at(cls, to: Path, name: str, id: str, bytes: int) -> "Target":
        """In `to` under `name` if that is a folder, else at `to`."""
        path = to / Path(name).name if to.is_dir() else to
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(path, path.with_name(f".{path.name}.{id}.part"), bytes)

    def have(self) -> int:
        """Bytes that are here."""
        size = self.part.stat().st_size if self.part.exists() else 0
        if size > self.bytes:
            self.part.unlink()
            return 0
        return size

    @contextmanager
    def opened(self, at: int) -> Generator[BinaryIO]:
        """The part, to go on writing at byte `at`."""
        with self.part.open("r+b" if self.part.exists() else "w+b") as file:
            file.seek(at)
            file.truncate()
            yield file

    def finish(self) -> Path:
        """Gives the file its name. Raises BadDownload if it is not whole, or its archive does not add up."""
        size = self.part.stat().st_size
        wrong = f"{size} bytes came, {self.bytes} were announced" if size != self.bytes else _damage(self.part)
        if wrong:
            self.part.unlink()
            raise BadDownload(f"The download of {self.path.name} is damaged: {wrong}.", mend="Download it again.")
        os.replace(self.part, self.path)  # noqa: PTH105 - atomic
        return self.path


def _damage(path: Path) -> str:
    """What is wrong with a ZIP by its own checksums; empty for a sound one, and for a file that is none."""
    if not zipfile.is_zipfile(path):
        return ""
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        return str(error) or "it cannot be read"
    return f"the checksum of {bad} is wrong" if bad else ""


def beside(folder: Path, id: str) -> Path:
    """Where an archive lies until it is unpacked into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f".{id}.zip"


def unpack(archive: Path, folder: Path) -> Path:
    """The archive's content in `folder`, and the archive gone. Raises BadDownload for a name that leads out of it."""
    root = folder.resolve()
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if not (root / name).resolve().is_relative_to(root):
                raise BadDownload(f"The archive names a file outside its folder: {name}.", mend="Do not unpack it.")
        opened.extractall(folder)
    archive.unlink()
    return folder
