"""Files on their way in: a folder of this machine where bytes wait until they are looked at and stored."""

import errno
import shutil
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import BinaryIO, cast

from fairmark.kernel.errors import Unavailable
from fairmark.kernel.http import Site
from fairmark.kernel.settings import Settings

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EFBIG})
STALE_S = 86_400
"""What lies here for so long belongs to a process that was killed."""


class StagingFull(Unavailable):
    """This machine has no room for the file."""

    code = "staging_full"


@contextmanager
def staged(settings: Settings) -> Generator[tuple[BinaryIO, Path]]:
    """An empty file to write and its path; removed at the end. Raises StagingFull, also for writes inside the block."""
    folder = _folder(settings)
    with _room():
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix="in-", buffering=1 << 20) as file:
            yield cast(BinaryIO, file), Path(file.name)


@contextmanager
def _room() -> Generator[None]:
    """Says of a full or broken disk what it is. Raises StagingFull."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise StagingFull(
            f"The file cannot be kept on this machine: {error.strerror or error}.",
            mend="Tell the operator to look at the space in data_dir.",
        ) from error


@contextmanager
def staged_folder(settings: Settings) -> Generator[Path]:
    """An empty folder; removed at the end with what is in it. Raises StagingFull, also for writes inside the block."""
    folder = _folder(settings)
    with _room():
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix="in-", ignore_cleanup_errors=True) as made:
            yield Path(made)


@asynccontextmanager
async def local_copy(site: Site, blob: str) -> AsyncGenerator[Path]:
    """The blob as a file on this machine: itself if the store is a local folder, else a copy that goes away again."""
    if site.blobs.folder is not None:
        await site.blobs.size(blob)
        yield site.blobs.folder / blob
        return
    with staged(site.settings) as (_, path):
        await site.blobs.fetch(blob, path)
        yield path


def sweep(settings: Settings) -> int:
    """Removes what killed processes left; returns how many files."""
    folder, removed = _folder(settings), 0
    due = time.time() - STALE_S
    for path in folder.glob("in-*") if folder.is_dir() else ():
        try:
            if path.stat().st_mtime < due:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed


def _folder(settings: Settings) -> Path:
    return settings.data_path / "staging"
